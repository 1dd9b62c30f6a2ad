package model

// Mailboxes is the object type of mailbox rights, Send-As and Receive-As, and
// Send on Behalf.
var Mailboxes = &ObjectType{
	Name: "Mailbox", Flag: "mailbox", Plural: "Mailboxes",
	Toggles: Stale | Inherited | Self | Implied,
	Totals: []Column[*Line]{
		{Title: "AccountName", Text: accountText},
		countColumn("Mailbox", false, func(l *Line) Count { return l.Totals.Forward[familyMailbox] }),
		countColumn("Send/ReceiveAs", false, func(l *Line) Count { return l.Totals.Forward[familySend] }),
		countColumn("Reverse_Mailbox", false, func(l *Line) Count { return l.Totals.Reverse[familyMailbox] }),
		countColumn("Reverse_Send/ReceiveAs", false, func(l *Line) Count { return l.Totals.Reverse[familySend] }),
		countColumn("OnBehalf", true, func(l *Line) Count { return l.Totals.Forward[familyBehalf] }),
		countColumn("Reverse_OnBehalf", true, func(l *Line) Count { return l.Totals.Reverse[familyBehalf] }),
		{Title: "Type", Extra: true, Text: func(l *Line) string { return typeOrKind(l) }},
	},
	Details: recipientColumns,
	Fields: append([]Field[*Line]{
		{"account", func(l *Line) any { return l.Name }},
		{"domain", func(l *Line) any { return l.Domain }},
		{"sid", func(l *Line) any { return sidText(l.SID) }},
		{"kind", func(l *Line) any { return l.Kind }},
		{"type", func(l *Line) any { return l.Type }},
	}, mailboxCounts()...),
	ACEs: []ACEType{
		{Name: "All", forward: recipients, Flip: 4},
		{Name: "Mailbox-Rights", forward: onlyMailbox, Flip: 5},
		{Name: "SendAs/ReceiveAs-Rights", forward: onlySend, Flip: 6},
		{Name: "SendOnBehalf-Rights", forward: onlyBehalf, Flip: 7},
		{Name: "Reverse-All", reverse: everything, Flip: 0},
		{Name: "Reverse-Mailbox-Rights", reverse: onlyMailbox, Flip: 1},
		{Name: "Reverse-SendAs/ReceiveAs-Rights", reverse: onlySend, Flip: 2},
		{Name: "Reverse-SendOnBehalf-Rights", reverse: onlyBehalf, Flip: 3},
		{Name: "Both", forward: recipients, reverse: everything, Flip: 8},
	},
	lines: mailboxLines,
}

var recipientColumns = []Column[*Row]{
	{Title: "MailboxName", Text: targetText},
	{Title: "ACLType", Text: func(r *Row) string { return r.ACLType }},
	{Title: "UserName", Text: func(r *Row) string { return PrincipalText(r.Trustee) }},
	{Title: "Rights", Text: func(r *Row) string { return r.Text }},
	{Title: "Status", Text: statusText},
	{Title: "Origin", Extra: true, Text: func(r *Row) string { return r.Origin }},
}

func mailboxCounts() (out []Field[*Line]) {
	cells := []struct {
		name string
		of   func(*Line) Count
	}{
		{"mailbox", func(l *Line) Count { return l.Totals.Forward[familyMailbox] }},
		{"send_receive_as", func(l *Line) Count { return l.Totals.Forward[familySend] }},
		{"on_behalf", func(l *Line) Count { return l.Totals.Forward[familyBehalf] }},
		{"reverse_mailbox", func(l *Line) Count { return l.Totals.Reverse[familyMailbox] }},
		{"reverse_send_receive_as", func(l *Line) Count { return l.Totals.Reverse[familySend] }},
		{"reverse_on_behalf", func(l *Line) Count { return l.Totals.Reverse[familyBehalf] }},
	}
	for _, c := range cells {
		out = append(out, countFields(c.name, c.of)[0])
	}
	for _, c := range cells {
		out = append(out, countFields(c.name, c.of)[1])
	}
	return append(out, Field[*Line]{"hidden", func(l *Line) any { return l.Totals.Hidden() }},
		Field[*Line]{"unread", func(l *Line) any { return l.Totals.Unread() }},
		Field[*Line]{"exchange", func(l *Line) any { return l.Exchange }},
		Field[*Line]{"authority", func(l *Line) any { return l.Authority }})
}

// accountText is the name with the kind of whatever is no mailbox, and ~ where
// the directory holds only a copy of the mailbox's rights, ~? where that is not known.
func accountText(l *Line) string {
	name := PrincipalText(l.Principal)
	switch {
	case l.Authority == AuthorityCopy:
		name += " ~"
	case l.Authority == "" && l.Kind == KindMailbox && l.Key.IsTarget():
		name += " ~?"
	}
	switch l.Kind {
	case KindGroup, KindService, KindComputer, KindUser, KindOther, KindWellKnown:
		name += " (" + l.Kind + ")"
	}
	return name
}

func typeOrKind(l *Line) string {
	if l.Type != "" {
		return l.Type
	}
	return l.Kind
}

// targetText names the target of a row; stores and containers say what they are.
func targetText(r *Row) string {
	name := r.Target.Name
	switch {
	case r.ACLType == ACLStore || r.ACLType == ACLAdmin:
		return name + " (" + r.Target.Type + ")"
	case r.Authority == AuthorityCopy:
		return name + " ~"
	}
	return name
}

// mailboxLines lists every mailbox, and whoever else has a row: other
// recipients as targets, and any trustee.
func mailboxLines(l *lister) {
	s := l.snap
	l.reverse = s.reverse(l.query.Show)
	l.config = l.holders()
	l.result.Hidden = s.hiddenRows(l.query.Show)
	for _, id := range l.recipients() {
		o := s.object(id)
		key := LineKey{obj: id, party: s.party(o.dn)}
		switch {
		case o.recipient == SystemMailbox && !l.query.System && !l.holds(key.party):
			l.result.System++
			continue
		case o.recipient == OtherRecipient && !l.hasRows(key):
			continue
		}
		l.add(key, o.mailboxLike())
	}
	if !l.query.Arrival {
		l.inOrder = len(l.result.lines)
	}
	other := func(p Party) {
		// A recipient has its line already; a former SID of one has its own.
		if id := s.partyObject(p); id != 0 && s.object(id).recipient != NoRecipient && s.party(s.object(id).dn) == p {
			return
		}
		l.add(LineKey{party: p}, false)
	}
	l.reverse.each(func(p Party, c *[3]cell) {
		if p != 0 && c[0].rows+c[1].rows+c[2].rows > 0 {
			other(p)
		}
	})
	l.config.each(func(p Party, _ *bool) {
		if c := l.reverse.find(p); c == nil || c[0].rows+c[1].rows+c[2].rows == 0 {
			other(p)
		}
	})
}

// recipients returns the recipients by name, or as they came.
func (l *lister) recipients() []objID {
	if !l.query.Arrival {
		return l.snap.byName()
	}
	ids := make([]objID, l.snap.recips.len())
	for i := range ids {
		ids[i] = *l.snap.recips.at(uint32(i))
	}
	return ids
}

// holders are the parties with a row on a store or container: their reverse
// view has something to show, though no mailbox names them.
func (l *lister) holders() *ledger[bool] {
	s, out := l.snap, newLedger[bool](l.snap)
	for i := range s.stores.len() {
		s.each(*s.stores.at(i), storesOnly|adminOnly, func(r RowRef, a *aceRec) bool {
			if a.trustee != 0 && s.reasons(r, a)&^l.query.Show == 0 {
				*out.of(partyOfSID(a.trustee)) = true
			}
			return true
		})
	}
	return out
}

// holds reports whether a party has a row in reverse.
func (l *lister) holds(p Party) bool {
	c := l.reverse.find(p)
	return c != nil && c[0].rows+c[1].rows+c[2].rows > 0 || l.config.find(p) != nil
}

func (l *lister) hasRows(k LineKey) bool {
	for _, c := range l.snap.forward(l.snap.object(k.obj), l.query.Show) {
		if c.Rows > 0 {
			return true
		}
	}
	return l.holds(k.party)
}
