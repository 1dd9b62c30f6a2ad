package model

// Admins is the object type of delegated administration: the entries of the
// containers from CN=Microsoft Exchange down to the stores.
var Admins = &ObjectType{
	Name: "Delegated Exchange Admin", Flag: "admin", Plural: "Delegated admins",
	Toggles: Inherited | Default,
	Totals: []Column[*Line]{
		{Title: "AccountName", Text: accountText},
		{Title: "DelegatedRights", Text: func(l *Line) string { return l.Row.Text }},
		{Title: "Status", Text: func(l *Line) string { return statusText(l.Row) }},
		{Title: "Scope", Text: func(l *Line) string { return l.Row.Target.Name }},
		{Title: "ScopeDN", Extra: true, Text: func(l *Line) string { return l.Row.Target.DN }},
	},
	Details: []Column[*Row]{
		{Title: "Scope", Text: targetText},
		{Title: "DistinguishedName", Text: func(r *Row) string { return r.Target.DN }},
		{Title: "UserName", Text: func(r *Row) string { return PrincipalText(r.Trustee) }},
		{Title: "Rights", Text: func(r *Row) string { return r.Text }},
		{Title: "Status", Text: statusText},
		{Title: "Origin", Extra: true, Text: func(r *Row) string { return r.Origin }},
	},
	Fields: []Field[*Line]{
		{"account", func(l *Line) any { return l.Name }},
		{"domain", func(l *Line) any { return l.Domain }},
		{"sid", func(l *Line) any { return sidText(l.SID) }},
		{"kind", func(l *Line) any { return l.Kind }},
		{"delegated_rights", func(l *Line) any { return l.Row.Right }},
		{"status", func(l *Line) any { return l.Row.Status }},
		{"inherited", func(l *Line) any { return l.Row.Inherited }},
		{"scope_dn", func(l *Line) any { return l.Row.Target.DN }},
	},
	ACEs: []ACEType{
		{Name: "All", reverse: adminOnly, Flip: 1},
		{Name: "Reverse-All", reverse: everything, Flip: 0},
		{Name: "Scope", forward: adminOnly, Flip: 1}, // whoever is named on the same container
	},
	lines: adminLines,
}

func adminLines(l *lister) {
	s := l.snap
	for i := range s.stores.len() {
		id := *s.stores.at(i)
		if s.object(id).store() {
			continue
		}
		l.configCount(id, adminOnly, &l.result.Hidden)
		s.each(id, adminOnly, func(r RowRef, a *aceRec) bool {
			if l.why(r, a) == 0 {
				l.add(LineKey{obj: id, party: partyOfSID(a.trustee), pos: r.pos + 1})
			}
			return true
		})
	}
	l.sortKeys()
}
