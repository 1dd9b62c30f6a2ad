package view

import (
	"mbxperm/model"
	"mbxperm/model/grant"
)

// RowFields are the columns of report aces.
var RowFields = []model.Field[*grant.Row]{
	{Name: "object_type", Value: func(r *grant.Row) any { return TypeOfKind(r.Ref.Kind()).Flag }},
	{Name: "target", Value: func(r *grant.Row) any { return r.Target.Name }},
	{Name: "target_domain", Value: func(r *grant.Row) any { return r.Target.Domain }},
	{Name: "target_dn", Value: func(r *grant.Row) any { return r.Target.DN }},
	{Name: "target_sid", Value: func(r *grant.Row) any { return model.SIDText(r.Target.SID) }},
	{Name: "target_guid", Value: func(r *grant.Row) any { return model.GUIDText(r.Target.GUID) }},
	{Name: "target_type", Value: func(r *grant.Row) any { return r.Target.Type }},
	{Name: "target_state", Value: func(r *grant.Row) any { return r.Target.State }},
	{Name: "store", Value: func(r *grant.Row) any { return r.Target.Store }},
	{Name: "acl_type", Value: func(r *grant.Row) any { return r.ACLType }},
	{Name: "ace_index", Value: func(r *grant.Row) any { return r.Index }},
	{Name: "ace_type", Value: func(r *grant.Row) any { return r.ACEType }},
	{Name: "ace_flags", Value: func(r *grant.Row) any { return r.ACEFlags }},
	{Name: "trustee", Value: func(r *grant.Row) any { return r.Trustee.Name }},
	{Name: "trustee_domain", Value: func(r *grant.Row) any { return r.Trustee.Domain }},
	{Name: "trustee_sid", Value: func(r *grant.Row) any { return model.SIDText(r.Trustee.SID) }},
	{Name: "trustee_kind", Value: func(r *grant.Row) any { return r.Trustee.Kind }},
	{Name: "trustee_state", Value: func(r *grant.Row) any { return r.Trustee.State }},
	{Name: "right", Value: func(r *grant.Row) any { return r.Right }},
	{Name: "status", Value: func(r *grant.Row) any { return r.Status }},
	{Name: "inherited", Value: func(r *grant.Row) any { return r.Inherited }},
	{Name: "stale", Value: func(r *grant.Row) any { return r.Stale }},
	{Name: "implied_by", Value: func(r *grant.Row) any { return r.ImpliedBy }},
	{Name: "applies_here", Value: func(r *grant.Row) any { return r.AppliesHere }},
	{Name: "applies_to", Value: func(r *grant.Row) any { return r.AppliesTo }},
	{Name: "mask", Value: func(r *grant.Row) any { return r.Mask }},
	{Name: "object_guid", Value: func(r *grant.Row) any { return r.ObjectGUID }},
	{Name: "inherited_object_guid", Value: func(r *grant.Row) any { return r.InheritedObjectGUID }},
	{Name: "origin", Value: func(r *grant.Row) any { return r.Origin }},
	{Name: "authority", Value: func(r *grant.Row) any { return r.Authority }},
	{Name: "conditional", Value: func(r *grant.Row) any { return r.Conditional }},
	{Name: "overruled", Value: func(r *grant.Row) any { return r.Overruled }},
	{Name: "exchange", Value: func(r *grant.Row) any { return r.Target.Exchange }},
	{Name: "trustee_label", Value: func(r *grant.Row) any { return r.Trustee.Label }},
}
