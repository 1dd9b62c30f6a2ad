package model

import "strings"

// Stores is the object type of mailbox and public stores.
var Stores = &ObjectType{
	Name: "Mailbox-Store", Flag: "store", Plural: "Mailbox stores",
	Toggles: Inherited | Default,
	Totals: []Column[*Line]{
		{Title: "ServerName", Text: func(l *Line) string { return l.Server }},
		{Title: "StorageGroupName", Text: func(l *Line) string { return l.StorageGroup }},
		{Title: "MailStoreName", Text: func(l *Line) string { return l.Store }},
		{Title: "DistinguishedName", Text: func(l *Line) string { return l.DN }},
		countColumn("ACEs", false, func(l *Line) Count { return l.ACEs }),
	},
	Details: configColumns,
	Fields: []Field[*Line]{
		{"server", func(l *Line) any { return l.Server }},
		{"storage_group", func(l *Line) any { return l.StorageGroup }},
		{"store", func(l *Line) any { return l.Store }},
		{"dn", func(l *Line) any { return l.DN }},
		{"aces", func(l *Line) any { return l.ACEs.Rows }},
		{"hidden", func(l *Line) any { return l.ACEs.Hidden }},
	},
	ACEs:  []ACEType{{Name: "All", forward: storesOnly}},
	lines: storeLines,
}

var configColumns = []Column[*Row]{
	{Title: "MailStore", Text: func(r *Row) string { return r.Target.Name }},
	{Title: "DistinguishedName", Text: func(r *Row) string { return r.Target.DN }},
	{Title: "UserName", Text: func(r *Row) string { return PrincipalText(r.Trustee) }},
	{Title: "Rights", Text: func(r *Row) string { return r.Text }},
	{Title: "Status", Text: statusText},
	{Title: "Origin", Extra: true, Text: func(r *Row) string { return r.Origin }},
}

func storeLines(l *lister) {
	for i := range l.snap.stores.len() {
		if id := *l.snap.stores.at(i); l.snap.object(id).store() {
			l.add(LineKey{obj: id})
			l.configCount(id, storesOnly, &l.result.Hidden)
		}
	}
	l.sortKeys()
}

// describeStore fills in where a store is. Before 2010 it lies in a storage
// group of a server; since then below CN=Databases, and its server is the one
// that owns it (exchange-facts 4.2).
func (s *Snapshot) describeStore(l *Line, o *object) {
	l.Store = s.cn(o.dn)
	l.Server = s.cn(s.serverOf(o))
	if parent, ok := s.storageGroup(o); ok {
		l.StorageGroup = s.cn(parent)
	}
}

// storageGroup returns the storage group of a store of the layout before 2010.
func (s *Snapshot) storageGroup(o *object) (dnID, bool) {
	parent := s.dns.at(uint32(o.dn)).parent
	above := s.dns.at(uint32(parent)).parent
	return parent, strings.EqualFold(s.cn(above), "InformationStore")
}

// serverOf returns the server of a store: the one it names, else the one it lies on.
func (s *Snapshot) serverOf(o *object) dnID {
	if group, ok := s.storageGroup(o); ok && o.home == 0 {
		return s.dns.at(uint32(s.dns.at(uint32(group)).parent)).parent
	}
	return o.home
}

// ThroughStore returns the name of the store that a mailbox is in, and how many
// trustees open the mailboxes of that store by its own entries (exchange-facts
// 1.5, 1.6), set-up's aside. They can get in without a row on the mailbox.
func (s *Snapshot) ThroughStore(k LineKey) (store string, trustees int) {
	if k.obj == 0 || k.pos != 0 || !s.object(k.obj).mailboxLike() {
		return "", 0
	}
	id := s.at(s.object(k.obj).home)
	if id == 0 {
		return "", 0
	}
	seen := map[sidID]bool{}
	s.each(id, storesOnly, func(r RowRef, a *aceRec) bool {
		if s.opensMailboxes(a) && s.reasons(r, a)&Default == 0 {
			seen[a.trustee] = true
		}
		return true
	})
	return s.cn(s.object(id).dn), len(seen)
}
