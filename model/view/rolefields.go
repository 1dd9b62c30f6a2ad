package view

import (
	"mbxperm/model"
	"mbxperm/model/rbac"
)

// RoleFields are the columns of report aces where its rows are role assignments.
var RoleFields = []model.Field[*Row]{
	{Name: "object_type", Is: model.ContentWord, Aside: true, Value: func(*Row) any { return Roles.Flag }},
	{Name: "assignment", Is: model.ContentName, Value: func(r *Row) any { return r.Role.Name }},
	{Name: "assignment_dn", Is: model.ContentDN, Aside: true, Order: true, Value: func(r *Row) any { return r.Role.DN }},
	{Name: "assignee", First: true, Is: model.ContentTrustee, Value: func(r *Row) any { return r.Trustee.Name }},
	{Name: "assignee_domain", Is: model.ContentName, Value: func(r *Row) any { return r.Trustee.Domain }},
	{Name: "assignee_sid", Is: model.ContentSID, Aside: true, Value: func(r *Row) any { return model.SIDText(r.Trustee.SID) }},
	{Name: "assignee_kind", Is: model.ContentWord, Value: func(r *Row) any { return r.Trustee.Kind }},
	{Name: "assignee_type", Is: model.ContentWord, Value: func(r *Row) any { return r.decoded(r.Role.Flags.Assignee().String()) }},
	{Name: "role", First: true, Is: model.ContentName, Value: func(r *Row) any { return r.Role.RoleName }},
	{Name: "role_dn", Is: model.ContentDN, Aside: true, Value: func(r *Row) any { return r.Role.RoleDN }},
	{Name: "role_type", Value: func(r *Row) any { return r.roleType() }},
	{Name: "role_type_name", Is: model.ContentWord, Value: func(r *Row) any { return r.roleTypeName() }},
	{Name: "parent_role", Is: model.ContentName, Value: func(r *Row) any { return r.Role.ParentName }},
	{Name: "delegation", First: true, Is: model.ContentWord, Value: func(r *Row) any { return r.decoded(r.Role.Flags.Delegation().String()) }},
	{Name: "enabled", Value: func(r *Row) any { return r.enabled() }},
	{Name: "recipient_read_scope", Is: model.ContentWord, Value: func(r *Row) any { return r.decoded(r.Role.Flags.RecipientRead().String()) }},
	{Name: "recipient_write_scope", Is: model.ContentWord, Value: func(r *Row) any { return r.decoded(r.Role.Flags.RecipientWrite().String()) }},
	{Name: "config_read_scope", Is: model.ContentWord, Aside: true, Value: func(r *Row) any { return r.decoded(r.Role.Flags.ConfigRead().String()) }},
	{Name: "config_write_scope", Is: model.ContentWord, Aside: true, Value: func(r *Row) any { return r.decoded(r.Role.Flags.ConfigWrite().String()) }},
	{Name: "scope", First: true, Is: model.ContentName, Value: func(r *Row) any { return r.Role.ScopeName }},
	{Name: "scope_root", Is: model.ContentDN, Aside: true, Value: func(r *Row) any { return r.Role.ScopeRoot }},
	{Name: "scope_filter", Is: model.ContentSentence, Value: func(r *Row) any { return r.Role.ScopeFilter }},
	{Name: "exclusive", Value: func(r *Row) any { return r.Role.Exclusive }},
	{Name: "effect", Is: model.ContentWord, Value: func(r *Row) any { return r.Role.Effect.String() }},
	{Name: "flags", Is: model.ContentWord, Aside: true, Value: func(r *Row) any { return r.flags() }},
	{Name: "linked_to", Is: model.ContentSID, Aside: true, Value: func(r *Row) any { return r.Role.Linked }},
	{Name: "via", Is: model.ContentSentence, Value: func(r *Row) any { return r.Via }},
	{Name: "default", Aside: true, Value: func(r *Row) any { return r.Role.Default }},
	{Name: "complete", Value: func(r *Row) any { return r.Role.Complete }},
}

// decoded is what the flags say, empty where they did not come.
func (r *Row) decoded(text string) string {
	if !r.Role.Decoded {
		return ""
	}
	return text
}

// enabled is bit 63, nil where the flags did not come: nobody knows then whether
// the assignment is in force.
func (r *Row) enabled() any {
	if !r.Role.Decoded {
		return nil
	}
	return r.Role.Flags.Enabled()
}

// flags spells the flags; what is no number may be any text, a name too.
func (r *Row) flags() any {
	if r.Role.FlagsText != "" {
		return model.Phrase{{Is: model.PartName, Text: r.Role.FlagsText}}
	}
	return r.decoded(r.Role.Flags.String())
}

// roleType is the number of the role's type, nil where it was not read.
func (r *Row) roleType() any {
	if r.Role.Role == nil || r.Role.Role.TypeState != model.Present {
		return nil
	}
	return int(r.Role.Role.Type)
}

func (r *Row) roleTypeName() string {
	if r.roleType() == nil {
		return ""
	}
	return rbac.TypeName(r.Role.Role.Type)
}
