package view

import (
	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/hiding"
)

// Containers is the object type of OUs, containers and domains above recipients.
var Containers = &ObjectType{
	Name: "Container", Flag: "container", Plural: "Containers", One: "container",
	Toggles: hiding.Inherited | hiding.Default,
	Totals: []model.Column[*Line]{
		{Title: "ContainerName", Is: model.ContentName, Text: func(l *Line) string { return l.Name }},
		{Title: "Type", Is: model.ContentWord, Text: func(l *Line) string { return l.Sort }},
		{Title: "DistinguishedName", Is: model.ContentDN, Text: func(l *Line) string { return l.DN }},
		forwardColumn("ACEs", "", false, grant.ContainerACL),
	},
	Details: targetColumns("Container", rowTarget),
	Fields: []model.Field[*Line]{
		{Name: "container", First: true, Is: model.ContentName, Value: func(l *Line) any { return l.Name }},
		{Name: "type", Is: model.ContentWord, Value: func(l *Line) any { return l.Sort }},
		{Name: "dn", Is: model.ContentDN, Order: true, Value: func(l *Line) any { return l.DN }},
		{Name: "aces", First: true, Value: func(l *Line) any { return l.Forward(grant.ContainerACL).Rows }},
		{Name: "aces_deny", Value: func(l *Line) any { return l.Forward(grant.ContainerACL).Deny }},
		{Name: "hidden", Value: func(l *Line) any { return l.Totals.Hidden() }},
		{Name: "unread", Value: func(l *Line) any { return l.Forward(grant.ContainerACL).Unread }},
	},
	ACEs:  []ACEType{{Name: "All", forward: grant.ContainerACL.Only()}, allLines(grant.ContainerACL.Only(), 1)},
	lines: targetLines, forward: grant.ContainerACL.Only(),
	describe: func(s *model.Snapshot, o *model.Record) Place { return Place{Sort: grant.ContainerType(s, o)} },
}
