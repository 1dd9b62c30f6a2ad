package view

import (
	"slices"

	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/hiding"
)

// Admins is the object type of delegated administration: the entries of the
// containers from CN=Microsoft Exchange down to the stores. A line is an entry where
// it is set, and Reaches counts the containers that it stands on; split, it is a row.
var Admins = &ObjectType{
	Name: "Delegated Exchange Admin", Flag: "admin", Plural: "Delegated admins", One: "Exchange container",
	Toggles: hiding.Inherited | hiding.Default,
	Totals: append([]model.Column[*Line]{
		{Title: "AccountName", Is: model.ContentTrustee, Text: accountText},
		{Title: "DelegatedRights", Is: model.ContentRight, Text: func(l *Line) string { return l.Row.Text }},
		{Title: "Status", Is: model.ContentStatus, Text: func(l *Line) string { return statusText(l.Row) }},
		{Title: "Scope", Is: model.ContentName, Text: func(l *Line) string { return l.Row.Target.Name }},
		{Title: "Reaches", Numeric: true, Text: func(l *Line) string { return thousands(l.Reach) }, Number: func(l *Line) int { return l.Reach }},
		{Title: "ScopeDN", Is: model.ContentDN, Extra: true, Text: func(l *Line) string { return l.Row.Target.DN }},
	}, knownAs...),
	Details: targetColumns("Scope", rowTarget),
	Fields: append([]model.Field[*Line]{
		{Name: "account", First: true, Is: model.ContentTrustee, Value: func(l *Line) any { return l.Name }},
		{Name: "domain", Is: model.ContentName, Value: func(l *Line) any { return l.Domain }},
		{Name: "sid", Is: model.ContentSID, Value: func(l *Line) any { return model.SIDText(l.SID) }},
		{Name: "kind", Is: model.ContentWord, Value: func(l *Line) any { return l.Kind }},
		{Name: "delegated_rights", First: true, Is: model.ContentRight, Value: func(l *Line) any { return l.Row.Right }},
		{Name: "status", Is: model.ContentStatus, Value: func(l *Line) any { return l.Row.Status }},
		{Name: "inherited", Value: func(l *Line) any { return l.Row.Inherited }},
		{Name: "scope_dn", Is: model.ContentDN, Order: true, Value: func(l *Line) any { return l.Row.Target.DN }},
	}, append(slices.Clip(lineKnownFields), model.Field[*Line]{Name: "reaches", Value: func(l *Line) any { return l.Reach }})...),
	ACEs: []ACEType{
		{Name: "All", reverse: grant.AdminACL.Only(), Flip: 1},
		{Name: "Reverse-All", reverse: grant.All(), Flip: 0},
		{Name: "Scope", forward: grant.AdminACL.Only(), Flip: 1}, // whoever is named on the same container
		allLines(grant.AdminACL.Only(), 3),
	},
	lines: entryLines, rowLines: true, forward: grant.AdminACL.Only(),
}
