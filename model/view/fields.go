package view

import (
	"mbxperm/model"
)

// RowFields are the columns of report aces.
var RowFields = []model.Field[*Row]{
	{Name: "object_type", Is: model.ContentWord, Aside: true, Value: func(r *Row) any { return r.objectType() }},
	{Name: "target", First: true, Is: model.ContentTarget, Value: func(r *Row) any { return r.Target.Name }},
	{Name: "target_domain", Is: model.ContentName, Aside: true, Value: func(r *Row) any { return r.Target.Domain }},
	{Name: "target_dn", Is: model.ContentDN, Aside: true, Order: true, Value: func(r *Row) any { return r.Target.DN }},
	{Name: "target_sid", Is: model.ContentSID, Aside: true, Value: func(r *Row) any { return model.SIDText(r.Target.SID) }},
	{Name: "target_guid", Is: model.ContentGUID, Aside: true, Value: func(r *Row) any { return model.GUIDText(r.Target.GUID) }},
	{Name: "target_type", Is: model.ContentWord, Value: func(r *Row) any { return r.Target.Type }},
	{Name: "target_state", Is: model.ContentWord, Value: func(r *Row) any { return r.Target.State }},
	{Name: "store", Is: model.ContentName, Aside: true, Value: func(r *Row) any { return r.Target.Store }},
	{Name: "acl_type", Is: model.ContentWord, Value: func(r *Row) any { return r.ACLType }},
	{Name: "ace_index", Aside: true, Value: func(r *Row) any { return r.Index }},
	{Name: "ace_type", Is: model.ContentWord, Aside: true, Value: func(r *Row) any { return r.ACEType }},
	{Name: "ace_flags", Is: model.ContentWord, Aside: true, Value: func(r *Row) any { return r.ACEFlags }},
	{Name: "trustee", First: true, Is: model.ContentTrustee, Value: func(r *Row) any { return r.Trustee.Name }},
	{Name: "trustee_domain", Is: model.ContentName, Value: func(r *Row) any { return r.Trustee.Domain }},
	{Name: "trustee_sid", Is: model.ContentSID, Aside: true, Value: func(r *Row) any { return model.SIDText(r.Trustee.SID) }},
	{Name: "trustee_kind", Is: model.ContentWord, Value: func(r *Row) any { return r.Trustee.Kind }},
	{Name: "trustee_state", Is: model.ContentWord, Value: func(r *Row) any { return r.Trustee.State }},
	{Name: "right", First: true, Is: model.ContentRight, Value: func(r *Row) any { return r.right() }},
	{Name: "status", First: true, Is: model.ContentStatus, Value: func(r *Row) any { return r.Status }},
	{Name: "inherited", Value: func(r *Row) any { return r.Inherited }},
	{Name: "stale", Aside: true, Value: func(r *Row) any { return r.Stale }},
	{Name: "implied_by", Is: model.ContentWord, Value: func(r *Row) any { return r.ImpliedBy }},
	{Name: "applies_here", Value: func(r *Row) any { return r.AppliesHere }},
	{Name: "applies_to", Is: model.ContentRight, Aside: true, Value: func(r *Row) any { return r.appliesTo() }},
	{Name: "mask", Is: model.ContentWord, Aside: true, Value: func(r *Row) any { return r.Mask }},
	{Name: "object_guid", Is: model.ContentWord, Aside: true, Value: func(r *Row) any { return r.ObjectGUID }},
	{Name: "inherited_object_guid", Is: model.ContentWord, Aside: true, Value: func(r *Row) any { return r.InheritedObjectGUID }},
	{Name: "origin", Is: model.ContentDN, Value: func(r *Row) any { return r.Origin }},
	{Name: "authority", Is: model.ContentWord, Aside: true, Value: func(r *Row) any { return r.Authority }},
	{Name: "conditional", Aside: true, Value: func(r *Row) any { return r.Conditional }},
	{Name: "overruled", Aside: true, Value: func(r *Row) any { return r.Overruled }},
	{Name: "exchange", Is: model.ContentWord, Aside: true, Value: func(r *Row) any { return r.Target.Exchange }},
	{Name: "trustee_label", Value: func(r *Row) any { return r.Trustee.Label }},
	{Name: "sender_auth", Is: model.ContentWord, Aside: true, Value: func(r *Row) any { return r.Target.SenderAuth }},
	{Name: "rights", Is: model.ContentRight, Aside: true, Value: func(r *Row) any { return model.List(r.Rights) }},
	{Name: "rights_count", Aside: true, Value: func(r *Row) any { return len(r.Rights) }},
	{Name: "repeated", Aside: true, Value: func(r *Row) any { return max(r.Repeated, 1) }},
	{Name: "acl_changed", Is: model.ContentWord, Aside: true, Value: func(r *Row) any { return r.Changed.Text() }},
	knownField("target_display_name", (*Row).targetKnown, displayName), knownField("target_mail", (*Row).targetKnown, mail),
	knownField("target_upn", (*Row).targetKnown, upn), knownField("trustee_display_name", (*Row).trusteeKnown, displayName),
	knownField("trustee_mail", (*Row).trusteeKnown, mail), knownField("trustee_upn", (*Row).trusteeKnown, upn),
	personsField,
}

// objectType is that of the object that the row is about, as --object has it.
func (r *Row) objectType() string {
	if r.Role != nil {
		return Roles.Flag
	}
	return TypeOfKind(r.Ref.Kind()).Flag
}

// right names what is granted. A role has the name that somebody gave it.
func (r *Row) right() any {
	if r.Role != nil {
		return model.Phrase{{Is: model.PartName, Text: r.Role.RoleName}}
	}
	return r.Right
}

// appliesTo says where a row counts; the scope of a role has a name too.
func (r *Row) appliesTo() any {
	if r.Role != nil {
		return r.Role.Scoped()
	}
	return r.AppliesTo
}
