package view

import (
	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/hiding"
	"mbxperm/model/internal/pool"
)

// Stores is the object type of mailbox and public stores.
var Stores = &ObjectType{
	Name: "Mailbox-Store", Flag: "store", Plural: "Mailbox stores", One: "store",
	Toggles: hiding.Inherited | hiding.Default,
	Totals: []model.Column[*Line]{
		{Title: "ServerName", Short: "Server", Is: model.ContentName, Text: func(l *Line) string { return l.Server }},
		{Title: "StorageGroupName", Short: "Group", Is: model.ContentName, Text: func(l *Line) string { return l.StorageGroup }},
		{Title: "MailStoreName", Short: "Store", Is: model.ContentName, Text: func(l *Line) string { return l.Store }},
		{Title: "DistinguishedName", Is: model.ContentDN, Text: func(l *Line) string { return l.DN }},
		forwardColumn("ACEs", "", false, grant.StoreACL),
	},
	Details: targetColumns("MailStore", func(r *Row) string { return r.Target.Name }),
	Fields: []model.Field[*Line]{
		{Name: "server", Is: model.ContentName, Value: func(l *Line) any { return l.Server }},
		{Name: "storage_group", Is: model.ContentName, Value: func(l *Line) any { return l.StorageGroup }},
		{Name: "store", First: true, Is: model.ContentName, Value: func(l *Line) any { return l.Store }},
		{Name: "dn", Is: model.ContentDN, Order: true, Value: func(l *Line) any { return l.DN }},
		{Name: "aces", First: true, Value: func(l *Line) any { return l.Forward(grant.StoreACL).Rows }},
		{Name: "hidden", Value: func(l *Line) any { return l.Totals.Hidden() }},
	},
	ACEs:  []ACEType{{Name: "All", forward: grant.StoreACL.Only()}, allLines(grant.StoreACL.Only(), 1)},
	lines: targetLines, describe: describeStore, forward: grant.StoreACL.Only(),
}

// describeStore fills in where a store is. Before 2010 it lies in a storage
// group of a server; since then below CN=Databases, and its server is the one
// that owns it (exchange-facts 4.2).
func describeStore(s *model.Snapshot, o *model.Record) (p Place) {
	p.Store = s.CN(o.DN)
	p.Server = s.CN(s.ServerOf(o))
	if parent, ok := s.StorageGroup(o); ok {
		p.StorageGroup = s.CN(parent)
	}
	return p
}

// ThroughStore returns the name of the store that a mailbox is in, and how many
// trustees open the mailboxes of that store by its own entries (exchange-facts
// 1.5, 1.6), set-up's aside. They can get in without a row on the mailbox.
func ThroughStore(s *model.Snapshot, key LineKey) (store string, trustees int) {
	k := key.find(s)
	if k.obj == 0 || k.isRow() || !s.Record(k.obj).HasMailbox() {
		return "", 0
	}
	id := s.At(s.Record(k.obj).Home)
	if id == 0 {
		return "", 0
	}
	seen := map[pool.SID]bool{}
	grant.EachIntoStored(s, id, func(a *pool.ACERecord) { seen[a.Trustee] = true })
	return s.CN(s.Record(id).DN), len(seen)
}
