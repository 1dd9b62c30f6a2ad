package model

import "mbxperm/acl"

func sidText(s acl.SID) string {
	if s.IsZero() {
		return ""
	}
	return s.String()
}

// RowFields are the columns of report aces.
var RowFields = []Field[*Row]{
	{"object_type", func(r *Row) any { return r.objectType().Flag }},
	{"target", func(r *Row) any { return r.Target.Name }},
	{"target_domain", func(r *Row) any { return r.Target.Domain }},
	{"target_dn", func(r *Row) any { return r.Target.DN }},
	{"target_sid", func(r *Row) any { return sidText(r.Target.SID) }},
	{"target_guid", func(r *Row) any { return guidText(r.Target.GUID) }},
	{"target_type", func(r *Row) any { return r.Target.Type }},
	{"target_state", func(r *Row) any { return r.Target.State }},
	{"store", func(r *Row) any { return r.Target.Store }},
	{"acl_type", func(r *Row) any { return r.ACLType }},
	{"ace_index", func(r *Row) any { return r.Index }},
	{"ace_type", func(r *Row) any { return r.ACEType }},
	{"ace_flags", func(r *Row) any { return r.ACEFlags }},
	{"trustee", func(r *Row) any { return r.Trustee.Name }},
	{"trustee_domain", func(r *Row) any { return r.Trustee.Domain }},
	{"trustee_sid", func(r *Row) any { return sidText(r.Trustee.SID) }},
	{"trustee_kind", func(r *Row) any { return r.Trustee.Kind }},
	{"trustee_state", func(r *Row) any { return r.Trustee.State }},
	{"right", func(r *Row) any { return r.Right }},
	{"status", func(r *Row) any { return r.Status }},
	{"inherited", func(r *Row) any { return r.Inherited }},
	{"stale", func(r *Row) any { return r.Stale }},
	{"implied_by", func(r *Row) any { return r.ImpliedBy }},
	{"applies_here", func(r *Row) any { return r.AppliesHere }},
	{"applies_to", func(r *Row) any { return r.AppliesTo }},
	{"mask", func(r *Row) any { return r.Mask }},
	{"object_guid", func(r *Row) any { return r.ObjectGUID }},
	{"inherited_object_guid", func(r *Row) any { return r.InheritedObjectGUID }},
	{"origin", func(r *Row) any { return r.Origin }},
	{"authority", func(r *Row) any { return r.Authority }},
	{"conditional", func(r *Row) any { return r.Conditional }},
	{"overruled", func(r *Row) any { return r.Overruled }},
	{"exchange", func(r *Row) any { return r.Target.Exchange }},
	{"trustee_label", func(r *Row) any { return r.Trustee.Label }},
}

func (r *Row) objectType() *ObjectType {
	switch r.Ref.family {
	case familyStore:
		return Stores
	case familyAdmin:
		return Admins
	}
	return Mailboxes
}

func guidText(g acl.GUID) string {
	if g.IsZero() {
		return ""
	}
	return g.String()
}
