package view

import (
	"iter"
	"slices"
	"strconv"
	"strings"
	"sync"

	"mbxperm/model"
	"mbxperm/model/door"
	"mbxperm/model/internal/pool"
	"mbxperm/model/internal/table"
)

// ClientAccess is the object type of the protocols that mailboxes may use: a line
// for each protocol and one for each mailbox, a row for each mailbox and protocol.
//
// A million mailboxes have nine million rows, and most people never look at them.
// So nothing of it is held but what every protocol of every mailbox stands at, two
// bits each, and that only once somebody has looked. Lines and rows are numbers
// that say which mailbox and which protocol they are.
var ClientAccess = &ObjectType{
	Name: "Client Access", Flag: "protocol", Plural: "Protocols and mailboxes",
	Totals: []model.Column[*Line]{
		{Title: "Name", Is: model.ContentTrustee, Text: func(l *Line) string { return model.PrincipalText(l.Principal) }},
		{Title: "Kind", Is: model.ContentWord, Text: func(l *Line) string { return l.Door.Kind }},
		sumColumn("On", false, func(t *DoorTotals) int { return t.Sums[stateOn] }),
		sumColumn("Off", false, func(t *DoorTotals) int { return t.Sums[stateOff] }),
		sumColumn("Unknown", false, func(t *DoorTotals) int { return t.Sums[stateUnknown] }),
		sumColumn("Ambiguous", true, func(t *DoorTotals) int { return t.Sums[stateAmbiguous] }),
		offColumn(sumColumn("Deviating", false, func(t *DoorTotals) int { return t.Sums[deviates] })),
		rowsColumn("Rows"),
	},
	Details: []model.Column[*Row]{
		textCell("Mailbox", model.ContentTarget, false, func(r *Row) string { return model.PrincipalText(r.Access.Principal) }),
		textCell("Protocol", model.ContentWord, false, func(r *Row) string { return r.Access.Protocol.String() }),
		textCell("State", model.ContentStatus, false, func(r *Row) string { return r.Access.Access.State }),
		textCell("From", model.ContentWord, false, func(r *Row) string { return r.Access.Access.From }),
		{Title: "Deviation", Is: model.ContentWord, Off: true, Text: func(r *Row) string { return r.Access.Deviation }},
		textCell("Last used", model.ContentWord, false, func(r *Row) string { return shortStamp(stamp(r.Access.Used.Last)) }),
		textCell("By", model.ContentName, false, func(r *Row) string { return r.Access.by() }),
		textCell("Detail", model.ContentSentence, true, func(r *Row) string { return r.Access.Access.Detail }),
		numberCell("Uses", true, func(r *Row) int { return r.Access.Used.N }),
		textCell("Type", model.ContentWord, true, func(r *Row) string { return r.Access.Type }),
	},
	Fields: doorFields(
		sumField("on", func(t *DoorTotals) int { return t.Sums[stateOn] }),
		sumField("off", func(t *DoorTotals) int { return t.Sums[stateOff] }),
		sumField("unknown", func(t *DoorTotals) int { return t.Sums[stateUnknown] }),
		sumField("ambiguous", func(t *DoorTotals) int { return t.Sums[stateAmbiguous] }),
		sumField("deviating", func(t *DoorTotals) int { return t.Sums[deviates] }),
	),
	ACEs:  []ACEType{{Name: "All"}},
	lines: accessLines,
	door:  accessDoor,
	counts: map[int]func(*evaluation, lineRef) Count{
		2: accessCount(stateOn), 3: accessCount(stateOff), 4: accessCount(stateUnknown), 5: accessCount(stateAmbiguous), 6: accessCount(deviates),
	},
}

// The sums of a line, by the numbers of [door.States], and one more.
const (
	stateUnknown = iota
	stateOn
	stateOff
	stateAmbiguous
	deviates // from what somebody expects
)

var accessDoor = &doorKind{
	name: "access", grid: func(s *model.Snapshot) doorGrid { return accessGridOf.Of(s) },
	row:     func(s *model.Snapshot, i int) Row { return accessGridOf.Of(s).row(i) },
	rowName: accessRowName, findRow: findAccessRow, totals: accessTotals, matches: accessMatches,
	narrows: accessNarrows, fill: accessFill,
	wanted: func(r *Row, q *Query) bool { return q.Target == nil || q.Target(&r.Access.Principal) },
	aside:  "system mailbox", asideLong: "system mailboxes",
}

// accessGrid answers for the lines and rows of a snapshot. Lines 1 to door.Clients
// are the protocols, those behind them the mailboxes, by their objects.
type accessGrid struct {
	s      *model.Snapshot
	states []door.States // by object
	sums   keptByKey[*accessSums]

	mu     sync.Mutex // of reader
	reader *door.AccessReader
}

var accessGridOf = model.Derive(func(s *model.Snapshot) *accessGrid {
	g := &accessGrid{s: s, states: make([]door.States, s.Objects.Len()), reader: door.NewAccessReader(s)}
	table.Parallel(int(s.Recipients.Len()), func(from, to int) {
		reader := door.NewAccessReader(s)
		for i := from; i < to; i++ {
			if id := *s.Recipients.At(uint32(i)); s.Record(id).HasMailbox() {
				g.states[id] = reader.States(id)
			}
		}
	})
	return g
})

func systemBit(o *model.Record) int {
	if o.Recipient == model.SystemMailbox {
		return 1
	}
	return 0
}

// rowOf numbers the row of a mailbox and a protocol, and mailboxOf and protocolOf
// say which these are. An int32 holds the rows of 200 million objects.
func rowOf(id model.ObjectID, c door.Client) int32 {
	return int32(id)*int32(door.Clients) + int32(c)
}

func mailboxOf(row int) model.ObjectID { return model.ObjectID(row / int(door.Clients)) }
func protocolOf(row int) door.Client   { return door.Client(row % int(door.Clients)) }

func protocolLineNumber(c door.Client) uint32    { return uint32(c) + 1 }
func mailboxLineNumber(id model.ObjectID) uint32 { return uint32(door.Clients) + uint32(id) }

// of says which protocol, or else which mailbox, a line is.
func (g *accessGrid) of(n uint32) (c door.Client, id model.ObjectID) {
	if n <= uint32(door.Clients) {
		return door.Client(n - 1), 0
	}
	return 0, model.ObjectID(n - uint32(door.Clients))
}

func (g *accessGrid) line(n uint32) doorLine {
	c, id := g.of(n)
	if id == 0 {
		return doorLine{name: "protocol:" + c.String(), title: c.String(), kind: "protocol"}
	}
	return doorLine{name: MailboxLine(g.s, id), kind: "mailbox", rank: 1, who: id}
}

// mailboxPrefix stands before the number that the pool has for the DN of a
// mailbox, which is the same in every state.
const mailboxPrefix = "mailbox:"

func (g *accessGrid) find(name string) uint32 {
	if number, ok := strings.CutPrefix(name, mailboxPrefix); ok {
		n, err := strconv.ParseUint(number, 10, 32)
		if err != nil || uint32(n) >= g.s.DNs.Len() {
			return 0
		}
		if id := g.s.At(pool.DN(n)); g.isMailbox(id) {
			return mailboxLineNumber(id)
		}
		return 0
	}
	if c, ok := door.ParseClient(strings.TrimPrefix(name, "protocol:")); ok {
		return protocolLineNumber(c)
	}
	return 0
}

// MailboxLine names the line of a mailbox, for [DoorLine].
func MailboxLine(s *model.Snapshot, id model.ObjectID) string {
	return mailboxPrefix + strconv.Itoa(int(s.Record(id).DN))
}

func (g *accessGrid) isMailbox(id model.ObjectID) bool { return id != 0 && g.s.Record(id).HasMailbox() }

func (g *accessGrid) titled(text string) uint32 {
	if n := g.find(text); n != 0 {
		return n
	}
	for _, k := range Named(g.s, text) {
		if id := g.s.At(k.target); g.isMailbox(id) {
			return mailboxLineNumber(id)
		}
	}
	return 0
}

// byNumber are the numbered lines of the grid of mailboxes in order of their names.
func byNumber(s *model.Snapshot) iter.Seq[uint32] { return slices.Values(byName(s)) }

// mailboxes are those among numbered lines of the grid of mailboxes.
func (g *accessGrid) mailboxes(lines iter.Seq[uint32]) iter.Seq[model.ObjectID] {
	return func(yield func(model.ObjectID) bool) {
		for n := range lines {
			if n < g.s.Recipients.Len() {
				if id := *g.s.Recipients.At(n); g.isMailbox(id) && !yield(id) {
					return
				}
			}
		}
	}
}

func (g *accessGrid) rows() iter.Seq[int] {
	return func(yield func(int) bool) {
		for id := range g.mailboxes(byNumber(g.s)) {
			for c := range door.Clients {
				if !yield(int(rowOf(id, c))) {
					return
				}
			}
		}
	}
}

func (g *accessGrid) rowsOf(n uint32) iter.Seq[int] {
	return func(yield func(int) bool) {
		c, id := g.of(n)
		if id == 0 {
			for id := range g.mailboxes(byNumber(g.s)) {
				if !yield(int(rowOf(id, c))) {
					return
				}
			}
			return
		}
		for c := range door.Clients {
			if !yield(int(rowOf(id, c))) {
				return
			}
		}
	}
}

func (g *accessGrid) ends(i int) (none [3]uint32) {
	if id := mailboxOf(i); uint32(id) < g.s.Objects.Len() && g.isMailbox(id) {
		return [3]uint32{mailboxLineNumber(id), protocolLineNumber(protocolOf(i))}
	}
	return none
}

func (g *accessGrid) hidden(i int) bool { return systemBit(g.s.Record(mailboxOf(i))) == 1 }

func (g *accessGrid) row(i int) Row {
	l := g.protocolLine(mailboxOf(i), protocolOf(i))
	out := Row{Access: &l}
	out.Target.Principal = l.Principal
	return out
}

// protocolLine says all of one protocol of one mailbox.
func (g *accessGrid) protocolLine(id model.ObjectID, c door.Client) ProtocolLine {
	o := g.s.Record(id)
	l := ProtocolLine{Principal: g.s.TargetPrincipal(o), Type: g.s.TypeName(o), Protocol: c, Used: lastUses(g.s)[useKey{id, c}]}
	l.GUID = o.GUID
	if l.Used.Who != 0 {
		l.LastAccount = g.s.TargetPrincipal(g.s.Record(l.Used.Who)).Name
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	l.Access, l.Options, l.Raw = g.reader.Of(id, c), g.reader.Options(id, c), g.reader.Raw(id)
	return l
}

// detail is what the card of a row says beside the fields of the report.
func (l *ProtocolLine) detail() (out []Detail) {
	for _, o := range l.Options {
		out = append(out, Detail{"option", o.Name + " " + o.Value})
	}
	for _, text := range l.Raw {
		out = append(out, Detail{"protocolSettings", text})
	}
	return out
}

// accessDetail is all that a mailbox says of the protocols that it may use; nil for
// another line.
func accessDetail(s *model.Snapshot, n uint32) (out []Detail) {
	g := accessGridOf.Of(s)
	_, id := g.of(n)
	if !g.isMailbox(id) {
		return nil
	}
	var options, raw []Detail
	for c := range door.Clients {
		l := g.protocolLine(id, c)
		text := l.Access.State
		if l.Access.From != "" {
			text += ", " + l.Access.From
		}
		if by := l.by(); by != "" {
			text += "; last used " + shortStamp(stamp(l.Used.Last)) + " by " + by
		}
		out = append(out, Detail{c.String(), text})
		for _, o := range l.Options {
			options = append(options, Detail{"option", c.String() + ": " + o.Name + " " + o.Value})
		}
		if c == 0 {
			l.Options = nil
			raw = l.detail()
		}
	}
	return append(append(out, options...), raw...)
}

// by says who used it last, and from where.
func (l *ProtocolLine) by() string {
	switch {
	case l.LastAccount == "" || l.LastAccount == l.Name:
		return l.Used.Client
	case l.Used.Client == "":
		return l.LastAccount
	}
	return l.LastAccount + " from " + l.Used.Client
}

// accessMatches applies words to rows. What a row says follows from the answer of
// its mailbox, which many share, but for who that is and who used it last.
func accessMatches(s *model.Snapshot, q *Query) func(i int, words []Word) bool {
	type said struct {
		answer uint32
		c      door.Client
		state  int
	}
	g, reader, known, expected := accessGridOf.Of(s), door.NewAccessReader(s), map[said]string{}, q.expected
	return func(i int, words []Word) bool {
		id, c := mailboxOf(i), protocolOf(i)
		k := said{s.AccessNumber(id), c, g.states[id].Number(c)}
		text, ok := known[k]
		if !ok {
			a := reader.Of(id, c)
			text = strings.Join([]string{c.String(), a.State, a.From, a.Detail}, "\n")
			known[k] = text
		}
		o, used := s.Record(id), ""
		if u, ok := lastUses(s)[useKey{id, c}]; ok {
			l := g.protocolLine(id, c)
			used = shortStamp(stamp(u.Last)) + "\n" + l.by() + "\n" + strconv.Itoa(u.N)
		}
		_, deviation := expected.of(id, c, g.states[id].Of(c))
		return MatchTexts(words, text, model.PrincipalText(s.TargetPrincipal(o)), s.TypeName(o), used, deviation)
	}
}

// accessRowName names a row in every state.
func accessRowName(s *model.Snapshot, i int) string {
	return strconv.Itoa(int(s.Record(mailboxOf(i)).DN)) + " " + protocolOf(i).String()
}

func findAccessRow(s *model.Snapshot, name string) (int, bool) {
	number, protocol, _ := strings.Cut(name, " ")
	c, ok := door.ParseClient(protocol)
	n := accessGridOf.Of(s).find(mailboxPrefix + number)
	if !ok || n == 0 {
		return 0, false
	}
	_, id := accessGridOf.Of(s).of(n)
	return int(rowOf(id, c)), true
}

// accessLines gives each protocol a line, and each mailbox.
func accessLines(l *evaluation) {
	s, g := l.snap, accessGridOf.Of(l.snap)
	r := l.result
	for c := range door.Clients {
		switch {
		case l.query.Deviating && l.query.expected.groups[c] == nil:
			r.LeftOut++
		case MatchTexts(l.filter.words, c.String(), "protocol") && l.query.Target == nil:
			r.doorLines = append(r.doorLines, protocolLineNumber(c))
		}
	}
	n := lineCount(s)
	pass := make([]table.Bits, (n+table.Piece-1)/table.Piece)
	find := newFinder(s, l.query.Filter)
	l.parallel(int(n), func(from, to int) { pass[from/table.Piece] = find.match(from, to) })
	lines := byNumber(s)
	if l.query.Arrival {
		lines = func(yield func(uint32) bool) {
			for i := range s.Recipients.Len() {
				if !yield(i) {
					return
				}
			}
		}
	}
	release, expected := ofRelease(s, l.query.Ends.Release), l.query.expected
	for id := range g.mailboxes(chosen(lines, pass)) {
		if l.stopped() {
			return
		}
		if !release(s.Record(id)) || l.query.Deviating && !g.deviates(expected, id) {
			r.LeftOut++
			continue
		}
		if l.query.Target != nil {
			if p := s.TargetPrincipal(s.Record(id)); !l.query.Target(&p) {
				continue
			}
		}
		if systemBit(s.Record(id)) == 1 && !l.query.System {
			r.System++
			continue
		}
		r.doorLines = append(r.doorLines, mailboxLineNumber(id))
	}
	if column, _ := l.column(); column != nil {
		byName := slices.Clone(r.doorLines)
		for i, at := range l.sortByColumn(len(byName), func(i int) lineRef { return l.doorLine(byName[i]) }) {
			r.doorLines[i] = byName[at]
		}
	}
	r.Targets = len(r.doorLines)
}

// chosen are those of numbered lines that are set.
func chosen(lines iter.Seq[uint32], set []table.Bits) iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		for n := range lines {
			if set[n/table.Piece].Has(int(n%table.Piece)) && !yield(n) {
				return
			}
		}
	}
}
