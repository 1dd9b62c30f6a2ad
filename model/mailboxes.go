package model

import "sync"

// Mailboxes is the object type of mailbox rights, Send-As and Receive-As, and
// Send on Behalf.
var Mailboxes = &ObjectType{
	Name: "Mailbox", Flag: "mailbox", Plural: "Mailboxes",
	Toggles: Stale | Inherited | Self | Implied,
	Totals: []Column[*Line]{
		{Title: "AccountName", Text: accountText},
		forwardColumn("Mailbox", false, familyMailbox),
		forwardColumn("Send/ReceiveAs", false, familySend),
		reverseColumn("Reverse_Mailbox", false, familyMailbox),
		reverseColumn("Reverse_Send/ReceiveAs", false, familySend),
		forwardColumn("OnBehalf", true, familyBehalf),
		reverseColumn("Reverse_OnBehalf", true, familyBehalf),
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
	lines: mailboxLines, bothWays: true,
	counts: map[int]func(*lister, LineKey) Count{
		1: forwardCount(familyMailbox), 2: forwardCount(familySend), 3: reverseCount(familyMailbox),
		4: reverseCount(familySend), 5: forwardCount(familyBehalf), 6: reverseCount(familyBehalf),
	},
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
		Field[*Line]{"authority", func(l *Line) any { return l.Authority }},
		Field[*Line]{"label", func(l *Line) any { return l.Label }})
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
	l.result.Hidden = l.hiddenRows()
	n := s.lineCount()
	chosen := make([]bits, (n+piece-1)/piece)
	find := s.finder(l.query.Filter)
	var mu sync.Mutex
	l.parallel(int(n), func(from, to int) {
		var count tally
		in := find.match(from, to)
		pass := &chosen[from/piece]
		for i := from; i < to; i++ {
			if k := s.lineKey(uint32(i)); l.choose(k, &count) && in.has(i-from) && l.wanted(k) {
				pass.set(i - from)
				count.add(s, k)
			}
		}
		mu.Lock()
		defer mu.Unlock()
		l.result.Targets += count.targets
		l.result.Others += count.others
		l.result.System += count.system
		l.result.LeftOut += count.leftOut
	})
	l.order(chosen)
}

// tally counts lines.
type tally struct{ targets, others, system, leftOut int }

func (t *tally) add(s *Snapshot, k LineKey) {
	if k.obj != 0 && s.object(k.obj).mailboxLike() {
		t.targets++
	} else {
		t.others++
	}
}

// choose reports whether the toggles leave a line in.
func (l *lister) choose(k LineKey, count *tally) bool {
	kind := NoRecipient
	if k.obj != 0 {
		kind = l.snap.object(k.obj).recipient
	}
	mailbox := kind == Mailbox || kind == SystemMailbox
	if l.query.Only == 0 && l.query.Lines != TrusteeLines && (kind == Mailbox || kind == SystemMailbox && l.query.System) {
		return true // whatever rows it has: nearly all lines
	}
	switch holds := l.holds(k.party) != 0; {
	case kind == SystemMailbox && !l.query.System && !holds:
		count.system++
		return false
	case !mailbox && l.everyRow(k)&l.wide == 0: // hidden, whatever else is asked for
		return false
	case l.query.Only != 0 && !holds && (k.obj == 0 || !l.hasRows(l.snap.object(k.obj))),
		l.query.Lines == MailboxLines && !mailbox,
		l.query.Lines == TrusteeLines && !holds:
		count.leftOut++
		return false
	}
	return true
}

// everyRow returns the kinds of rows that a line has on recipients as a target,
// and of all that name it.
func (l *lister) everyRow(k LineKey) kinds {
	r := l.snap.relations()
	out := r.kindsOf(k.party)
	if k.obj != 0 {
		out |= l.snap.object(k.obj).kinds(r.descs)
	}
	return out
}
