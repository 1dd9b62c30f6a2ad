package view

import (
	"slices"
	"strings"
	"sync"

	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/hiding"
	"mbxperm/model/internal/pool"
	"mbxperm/model/internal/table"
)

// The kinds of rows that stand on mailboxes, and on these or other recipients.
var (
	onMailboxes = grant.On(model.TargetMailbox)
	onEither    = onMailboxes | grant.On(model.TargetRecipient)
)

// Mailboxes is the object type of mailbox rights, Send-As and Receive-As, and
// Send on Behalf.
var Mailboxes = &ObjectType{
	Name: "Mailbox", Flag: "mailbox", Plural: "Mailboxes", One: "mailbox",
	Toggles: hiding.Stale | hiding.Inherited | hiding.Self | hiding.Implied,
	Totals: append([]model.Column[*Line]{
		{Title: "AccountName", Is: model.ContentTrustee, Text: accountText},
		forwardColumn("Mailbox", "", false, grant.MailboxACL),
		forwardColumn("Send/ReceiveAs", "Send/RecvAs", false, grant.SendAs),
		forwardColumn("OnBehalf", "", true, grant.OnBehalf),
		storesColumn,
		reverseColumn("Reverse_Mailbox", "Rev_Mbx", false, grant.MailboxACL),
		reverseColumn("Reverse_Send/ReceiveAs", "Rev_Send/Recv", false, grant.SendAs),
		reverseColumn("Reverse_OnBehalf", "Rev_OnBehalf", true, grant.OnBehalf),
		reverseStoresColumn,
		{Title: "Type", Is: model.ContentWord, Extra: true, Text: func(l *Line) string { return typeOrKind(l) }},
		premisesColumn,
		{Title: "ACLs changed", Is: model.ContentWord, Extra: true, Off: true, Text: func(l *Line) string { return l.Changed.Short() }},
	}, knownAs...),
	Details: recipientColumns("MailboxName"),
	Fields: append([]model.Field[*Line]{
		{Name: "account", First: true, Is: model.ContentTrustee, Value: func(l *Line) any { return l.Name }},
		{Name: "domain", Is: model.ContentName, Value: func(l *Line) any { return l.Domain }},
		{Name: "sid", Is: model.ContentSID, Order: true, Value: func(l *Line) any { return model.SIDText(l.SID) }},
		{Name: "kind", Is: model.ContentWord, Value: func(l *Line) any { return l.Kind }},
		{Name: "type", Is: model.ContentWord, Value: func(l *Line) any { return l.Type }},
	}, mailboxCounts()...),
	ACEs: []ACEType{
		{Name: "All", forward: onMailboxes, Flip: 4, through: true},
		{Name: "Mailbox-Rights", forward: grant.MailboxACL.Only(), Flip: 5},
		{Name: "SendAs/ReceiveAs-Rights", forward: grant.SendAs.Only(), Flip: 6},
		{Name: "SendOnBehalf-Rights", forward: grant.OnBehalf.Only(), Flip: 7},
		{Name: "Reverse-All", reverse: grant.All(), Flip: 0},
		{Name: "Reverse-Mailbox-Rights", reverse: grant.MailboxACL.Only(), Flip: 1},
		{Name: "Reverse-SendAs/ReceiveAs-Rights", reverse: grant.SendAs.Only(), Flip: 2},
		{Name: "Reverse-SendOnBehalf-Rights", reverse: grant.OnBehalf.Only(), Flip: 3},
		{Name: "Effective", forward: onMailboxes, Flip: 9, verdicts: true},
		{Name: "Reverse-Effective", reverse: grant.All(), Flip: 8, verdicts: true},
		{Name: "Both", forward: onMailboxes, reverse: grant.All(), Flip: 10},
		allLines(onMailboxes, 11),
	},
	lines: recipientLines, describe: describeMailbox, forward: onMailboxes, reverse: onMailboxes,
	rows: ^grant.OtherRows, target: model.TargetMailbox,
	counts: map[int]func(*evaluation, lineRef) Count{
		1: forwardCount(grant.MailboxACL), 2: forwardCount(grant.SendAs), 3: forwardCount(grant.OnBehalf),
		4: (*evaluation).throughStores,
		5: reverseCount(grant.MailboxACL), 6: reverseCount(grant.SendAs), 7: reverseCount(grant.OnBehalf),
		8: (*evaluation).intoStores,
	},
}

// premisesColumn says where the mailbox of a line is.
var premisesColumn = model.Column[*Line]{Title: "Premises", Is: model.ContentWord, Extra: true, Off: true, Text: func(l *Line) string { return l.Premises.String() }}

// home is the name of what the mailbox of a line is in; empty where there is none.
func (l *Line) home(of func(*model.Snapshot, *model.Record) pool.DN) string {
	if l.account == 0 || !l.snapshot.Record(l.account).HasMailbox() {
		return ""
	}
	return l.snapshot.CN(of(l.snapshot, l.snapshot.Record(l.account)))
}

// recipientColumns are the columns of rows on mailboxes and other recipients.
func recipientColumns(name string) []model.Column[*Row] {
	return append([]model.Column[*Row]{
		{Title: name, Is: model.ContentTarget, Text: rowTarget},
		{Title: "ACLType", Is: model.ContentWord, Text: rowList},
		{Title: "UserName", Is: model.ContentTrustee, Text: func(r *Row) string { return model.PrincipalText(r.Trustee) }},
		{Title: "Rights", Is: model.ContentRight, Text: rowRights},
		{Title: "Status", Is: model.ContentStatus, Text: rowStatus},
		{Title: "Origin", Is: model.ContentDN, Extra: true, Text: func(r *Row) string { return r.Origin }},
		changedColumn, personsColumn,
	}, rowsKnownAs...)
}

// changedColumn says when the attribute that holds a row last changed.
var changedColumn = model.Column[*Row]{Title: "ACL changed", Is: model.ContentWord, Extra: true, Off: true,
	Text: func(r *Row) string { return r.Changed.Short() }}

// cell is a count of a line as reports name it.
type cell struct {
	name string
	of   func(*Line) Count
}

// mailboxCells are those of a mailbox: as a target, then as a trustee.
var mailboxCells = []cell{
	{"mailbox", func(l *Line) Count { return l.Forward(grant.MailboxACL) }},
	{"send_receive_as", func(l *Line) Count { return l.Forward(grant.SendAs) }},
	{"on_behalf", func(l *Line) Count { return l.Forward(grant.OnBehalf) }},
	{"reverse_mailbox", func(l *Line) Count { return l.Reverse(grant.MailboxACL) }},
	{"reverse_send_receive_as", func(l *Line) Count { return l.Reverse(grant.SendAs) }},
	{"reverse_on_behalf", func(l *Line) Count { return l.Reverse(grant.OnBehalf) }},
}

// countsOf are the fields of cells: all rows, then those that deny.
func countsOf(cells []cell) (out []model.Field[*Line]) {
	for i := range 2 {
		for _, c := range cells {
			out = append(out, countFields(c.name, c.of)[i])
		}
	}
	return out
}

func mailboxCounts() []model.Field[*Line] {
	return slices.Concat(countsOf(mailboxCells), []model.Field[*Line]{{Name: "hidden", Value: func(l *Line) any { return l.Totals.Hidden() }},
		{Name: "unread", Is: model.ContentWord, Value: func(l *Line) any { return unreadLists(l, mailboxCells[:3]) }},
		{Name: "exchange", Is: model.ContentWord, Aside: true, Value: func(l *Line) any { return l.Exchange }},
		{Name: "authority", Is: model.ContentWord, Aside: true, Value: func(l *Line) any { return l.Authority }},
		{Name: "label", Value: func(l *Line) any { return l.Label }},
		targetsField("reverse_mailbox", grant.MailboxACL), targetsField("reverse_send_receive_as", grant.SendAs)}, lineKnownFields)
}

// targetsField says on how many targets the rows of a reverse count are.
func targetsField(name string, k *grant.Kind) model.Field[*Line] {
	return model.Field[*Line]{Name: name + "_targets", Value: func(l *Line) any { return l.Reverse(k).Targets }}
}

// unreadLists names the lists of the line that were not read, by their field, with
// blanks between; there may be more in them than the counts say.
func unreadLists(l *Line, cells []cell) string {
	var names []string
	for _, c := range cells {
		if c.of(l).Unread {
			names = append(names, c.name)
		}
	}
	return strings.Join(names, " ")
}

// accountText is the name with the kind of whatever is no mailbox, and ~ where
// the directory holds only a copy of the mailbox's rights, ~? where that is not known.
func accountText(l *Line) string {
	name := model.PrincipalText(l.Principal)
	switch {
	case l.Authority == model.AuthorityCopy:
		name += " ~"
	case l.Authority == "" && l.Kind == model.KindMailbox && l.Key.IsTarget():
		name += " ~?"
	}
	switch l.Kind {
	case model.KindGroup, model.KindService, model.KindComputer, model.KindUser, model.KindOther, model.KindWellKnown:
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

// rowList says in which list the entry of a row stands.
func rowList(r *Row) string {
	if r.Through != "" {
		return "through " + r.Through
	}
	return r.ACLType
}

func rowTarget(r *Row) string {
	if r.Role != nil {
		return r.Target.Name + " (" + r.Target.Type + ")"
	}
	return targetText(&r.Row)
}

// targetText names the target of a row; stores and containers say what they are.
func targetText(r *grant.Row) string {
	name := r.Target.Name
	switch {
	case !onEither.Has(r.Ref.Kind()):
		return name + " (" + r.Target.Type + ")"
	case r.Authority == model.AuthorityCopy:
		return name + " ~"
	}
	return name
}

// recipientLines lists every target of the object type, mailboxes or other
// recipients, and whoever else has a row on one.
func recipientLines(l *evaluation) {
	s := l.snap
	l.result.Hidden = l.hiddenRows()
	n := lineCount(s)
	chosen := make([]table.Bits, (n+table.Piece-1)/table.Piece)
	find := newFinder(s, l.query.Filter)
	var mu sync.Mutex
	l.parallel(int(n), func(from, to int) {
		var count tally
		in := find.match(from, to)
		pass := &chosen[from/table.Piece]
		for i := from; i < to; i++ {
			if k := lineAt(s, uint32(i)); l.choose(k, &count) && in.Has(i-from) && l.wanted(k) {
				pass.Set(i - from)
				count.add(l, k)
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

// describeMailbox says who decides about a mailbox, what it is on, and where.
func describeMailbox(s *model.Snapshot, o *model.Record) (p Place) {
	if o.HasMailbox() {
		p.Authority, p.Exchange = s.VersionOf(o).Authority(), s.ReleaseOf(o)
		p.Changed = grant.ListsStamp(s, s.At(o.DN))
	}
	p.Premises = s.PremisesOf(s.At(o.DN))
	return p
}

// tally counts lines.
type tally struct{ targets, others, system, leftOut int }

func (t *tally) add(l *evaluation, k lineRef) {
	if k.obj != 0 && l.snap.Record(k.obj).Target() == l.query.Type.target {
		t.targets++
	} else {
		t.others++
	}
}

// choose reports whether the toggles leave a line in.
func (l *evaluation) choose(k lineRef, count *tally) bool {
	kind, own := model.NoRecipient, false
	if k.obj != 0 {
		o := l.snap.Record(k.obj)
		kind, own = o.Recipient, o.Target() == l.query.Type.target
	}
	if l.query.Only == 0 && l.query.Lines < TrusteeLines && own && (kind != model.SystemMailbox || l.query.System) {
		return true // whatever rows it has: nearly all lines
	}
	switch holds := l.holds(k.party) != 0; {
	case own && kind == model.SystemMailbox && !l.query.System && !holds:
		count.system++
		return false
	case !own && l.everyRow(k)&l.wide == 0: // hidden, whatever else is asked for
		return false
	case l.query.Only != 0 && !holds && (k.obj == 0 || !l.hasRows(k.obj)),
		l.query.Lines == MailboxLines && !own,
		l.query.Lines == TrusteeLines && !holds,
		l.query.Lines == RemoteLines && !l.isRemote(k):
		count.leftOut++
		return false
	}
	return true
}

// isRemote reports whether a line is of somebody whose mailbox is in Exchange Online.
func (l *evaluation) isRemote(k lineRef) bool {
	id := k.obj
	if id == 0 {
		id = l.snap.TrusteeRecordID(k.party)
	}
	return id != 0 && l.snap.PremisesOf(id) == model.Remote
}

// everyRow returns the kinds of rows that a line has on recipients as a target,
// and of all that name it.
func (l *evaluation) everyRow(k lineRef) grant.RowKinds {
	r := grant.RelationsOf(l.snap)
	out := r.KindsOf(l.snap, k.party)
	if k.obj != 0 {
		out |= grant.RowsOn(l.snap, k.obj, r.Descs)
	}
	return out
}
