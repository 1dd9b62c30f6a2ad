package view

import (
	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/hiding"
)

// Admins is the object type of delegated administration: the entries of the
// containers from CN=Microsoft Exchange down to the stores.
var Admins = &ObjectType{
	Name: "Delegated Exchange Admin", Flag: "admin", Plural: "Delegated admins",
	Toggles: hiding.Inherited | hiding.Default,
	Totals: []model.Column[*Line]{
		{Title: "AccountName", Text: accountText},
		{Title: "DelegatedRights", Text: func(l *Line) string { return l.Row.Text }},
		{Title: "Status", Text: func(l *Line) string { return statusText(l.Row) }},
		{Title: "Scope", Text: func(l *Line) string { return l.Row.Target.Name }},
		{Title: "ScopeDN", Extra: true, Text: func(l *Line) string { return l.Row.Target.DN }},
	},
	Details: []model.Column[*grant.Row]{
		{Title: "Scope", Text: targetText},
		{Title: "DistinguishedName", Text: func(r *grant.Row) string { return r.Target.DN }},
		{Title: "UserName", Text: func(r *grant.Row) string { return model.PrincipalText(r.Trustee) }},
		{Title: "Rights", Text: func(r *grant.Row) string { return r.Text }},
		{Title: "Status", Text: statusText},
		{Title: "Origin", Extra: true, Text: func(r *grant.Row) string { return r.Origin }},
	},
	Fields: []model.Field[*Line]{
		{Name: "account", Value: func(l *Line) any { return l.Name }},
		{Name: "domain", Value: func(l *Line) any { return l.Domain }},
		{Name: "sid", Value: func(l *Line) any { return model.SIDText(l.SID) }},
		{Name: "kind", Value: func(l *Line) any { return l.Kind }},
		{Name: "delegated_rights", Value: func(l *Line) any { return l.Row.Right }},
		{Name: "status", Value: func(l *Line) any { return l.Row.Status }},
		{Name: "inherited", Value: func(l *Line) any { return l.Row.Inherited }},
		{Name: "scope_dn", Value: func(l *Line) any { return l.Row.Target.DN }},
	},
	ACEs: []ACEType{
		{Name: "All", reverse: grant.AdminACL.Only(), Flip: 1},
		{Name: "Reverse-All", reverse: grant.All(), Flip: 0},
		{Name: "Scope", forward: grant.AdminACL.Only(), Flip: 1}, // whoever is named on the same container
	},
	lines: rowLines, rowLines: true, forward: grant.AdminACL.Only(),
}
