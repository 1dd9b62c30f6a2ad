package view

import (
	"cmp"
	"iter"
	"slices"
	"strconv"
	"strings"

	"mbxperm/model"
)

// An object type of doors has no entries of ACLs: its rows are what logs tell,
// and each row stands in the lines of its ends: an account and a client, and
// whose mailbox was opened if it is somebody else's; or a connector and a client.

// doorKind is what such an object type has.
type doorKind struct {
	name string // in keys of lines
	grid func(*model.Snapshot) doorGrid
	row  func(s *model.Snapshot, i int) Row
	// rowName names a row in every state, and findRow finds it by that.
	rowName func(s *model.Snapshot, i int) string
	findRow func(s *model.Snapshot, name string) (int, bool)
	// wanted applies Query.Ends and Query.Target to a row.
	wanted func(*Row, *Query) bool
	// matches makes what applies words to rows, for one goroutine; nil where there
	// are few rows, and all of their cells are made.
	matches func(s *model.Snapshot, q *Query) func(i int, words []Word) bool
	// narrows makes what reports whether a question leaves out a row, for one
	// goroutine; nil from it where it leaves out none. Without it the release of the
	// row's server decides.
	narrows func(s *model.Snapshot, q *Query) func(i int) bool
	// fill says of a row what depends on the question; nil where nothing does.
	fill func(s *model.Snapshot, q *Query, i int, r *Row)
	// totals sums a line without a look at each of its rows; nil where there are few.
	totals func(l *evaluation, g doorGrid, n uint32) DoorTotals
	// aside is what rows are that are hidden unless they are asked for; empty where
	// there are none.
	aside, asideLong string
}

// Ends ask for the rows of one end: a client by its address, a name as it was
// logged, a receive connector as NAME or SERVER\\NAME, and of the servers of one
// release. Empty asks for all.
type Ends struct{ Client, User, Connector, Release string }

// anyRow is wanted of doors of which no end can be asked for.
func anyRow(*Row, *Query) bool { return true }

// Aside is what rows of this type are that are left out unless they are asked for,
// in one word and in full; empty where there are none.
func (t *ObjectType) Aside() (word, full string) {
	if t.Doors() {
		return t.door.aside, t.door.asideLong
	}
	return "", ""
}

// isEnd reports whether a text is what was asked for, in any case.
func isEnd(asked, text string) bool { return asked == "" || strings.EqualFold(asked, text) }

// doorGrid are the lines of an object type of doors, and where its rows stand.
// Lines are numbered from 1, rows from 0. It may be used by any number of
// goroutines.
type doorGrid interface {
	line(n uint32) doorLine
	// find returns the line with a name, and titled that which is called so for
	// people; 0 for none.
	find(name string) uint32
	titled(text string) uint32
	// rows are all rows that stand in a line.
	rows() iter.Seq[int]
	rowsOf(n uint32) iter.Seq[int]
	// ends are the lines that a row stands in, 0 for none.
	ends(i int) [3]uint32
	// hidden reports whether a row is left out unless it is asked for.
	hidden(i int) bool
}

// doorLine is one line.
type doorLine struct {
	name  string // means the same in every state
	title string
	kind  string // account, client, connector
	rank  int    // 0, and 1 for clients
	who   model.ObjectID
}

// doorRef is a line in one snapshot: which object type, and 1 + its place.
type doorRef struct{ kind, n uint32 }

// doorKinds are those of all object types of doors, by doorRef.kind less one.
var doorKinds = []*doorKind{connectionDoor, relayDoor, settingDoor, ruleDoor, accessDoor}

func (k *doorKind) number() uint32 { return uint32(slices.Index(doorKinds, k) + 1) }

// Doors reports whether the rows of this type are what logs tell, and no entries.
func (t *ObjectType) Doors() bool { return t.door != nil }

// sumCount is how many sums a line of doors has.
const sumCount = 5

// DoorTotals are the sums of a line of doors over the rows that are shown.
type DoorTotals struct {
	Kind         string // account, client, connector
	Rows, Hidden int
	Sums         [sumCount]int // what they count, the object type says
	Last         string
	Unjudged     bool // what is outside is not known of all of them
	rank         int
}

// doorTotals sums a line.
func (l *evaluation) doorTotals(g doorGrid, n uint32) (t DoorTotals) {
	kind, line := l.query.Type.door, g.line(n)
	if kind.totals != nil {
		return kind.totals(l, g, n)
	}
	t.Kind, t.rank = line.kind, line.rank
	narrow := kind.narrow(l.snap, &l.query)
	for i := range g.rowsOf(n) {
		if narrow != nil && narrow(i) {
			continue
		}
		if g.hidden(i) && !l.query.System {
			t.Hidden++
			continue
		}
		t.Rows++
		row := l.query.doorRow(l.snap, i)
		sums, last := row.sums()
		for k := range sums {
			t.Sums[k] += sums[k]
		}
		t.Last = max(t.Last, last)
		t.Unjudged = t.Unjudged || row.Relay != nil && !row.Relay.Judged
	}
	return t
}

// sums are the numbers of a row that its lines add up.
func (r *Row) sums() (n [sumCount]int, last string) {
	switch {
	case r.Connection != nil:
		c := r.Connection
		return [sumCount]int{c.OK, c.Failed, c.Plain}, stamp(c.Last.Time())
	case r.Setting != nil:
		return r.Setting.sums(), ""
	case r.Relay != nil:
		x := r.Relay
		return [sumCount]int{x.Sessions, x.Messages, x.Relayed, x.MayRelay}, stamp(x.Last)
	}
	return n, ""
}

// doorLines gives each end a line, if it has a row that is shown.
func doorLines(l *evaluation) {
	g := tableOf(l.query.Type.door.grid(l.snap))
	narrow := l.query.Type.door.narrow(l.snap, &l.query)
	for i, probe := range g.probes {
		if probe && !l.query.System && (narrow == nil || !narrow(i)) {
			l.result.System++
		}
	}
	type made struct {
		n    uint32
		line Line
	}
	var all []made
	for n := uint32(1); int(n) <= len(g.lines); n++ {
		if l.stopped() {
			return
		}
		line := l.describe(l.doorLine(n))
		if line.Door.Rows == 0 || !MatchTexts(l.filter.words, line.Name, line.Door.Kind, line.DN, line.Domain) {
			continue
		}
		all = append(all, made{n, line})
	}
	slices.SortStableFunc(all, func(a, b made) int {
		return cmp.Or(cmp.Compare(a.line.Door.rank, b.line.Door.rank), cmp.Compare(standsFor(&a.line), standsFor(&b.line)),
			strings.Compare(fold(a.line.Name), fold(b.line.Name)))
	})
	if column, down := l.column(); column != nil {
		slices.SortStableFunc(all, func(a, b made) int { return compareCells(column, &a.line, &b.line, down) })
	}
	for _, m := range all {
		l.result.doorLines = append(l.result.doorLines, m.n)
	}
	l.result.Targets = len(all)
}

// doorLine is a line of the query's own object type.
func (l *evaluation) doorLine(n uint32) lineRef {
	return lineRef{door: doorRef{l.query.Type.door.number(), n}}
}

// standsFor orders lines that stand for many, or for nobody, behind the others, and
// settings in which servers differ before them.
func standsFor(l *Line) int {
	if l.Door.Kind == settingDiffers {
		return -1
	}
	if _, many := doorName(l).(model.Phrase); many {
		return 1
	}
	return 0
}

// compareCells orders two of a grid by a column.
func compareCells[T any](c *model.Column[T], a, b T, down bool) int {
	n := 0
	if c.Numeric {
		n = cmp.Compare(c.Number(a), c.Number(b))
	} else {
		n = strings.Compare(fold(c.Text(a)), fold(c.Text(b)))
	}
	if down {
		return -n
	}
	return n
}

// describeDoor makes a line of doors.
func (l *evaluation) describeDoor(ref lineRef) Line {
	kind := doorKinds[ref.door.kind-1]
	g := kind.grid(l.snap)
	d := g.line(ref.door.n)
	line := Line{Key: ref.key(l.snap), Type: d.kind}
	if line.Name = d.title; d.who != 0 {
		line.Principal = l.snap.TargetPrincipal(l.snap.Record(d.who))
	}
	totals := DoorTotals{Kind: d.kind, rank: d.rank}
	if l.query.Type.door == kind {
		totals = l.doorTotals(g, ref.door.n)
	}
	line.Door = &totals
	if kind == settingDoor {
		line.Service = serviceOf(l.snap, d.name)
	}
	return line
}

// otherEnd is the line at the other end of a row than that whose rows these are.
func (r *Result) otherEnd(i int) LineKey {
	typ := r.Query.Type
	g := typ.door.grid(r.Snapshot)
	ends := g.ends(int(r.doors[i]))
	at := ends[1]
	if ends[0] != r.evaluation.of.door.n { // from a client, or from the mailbox, to who came
		at = ends[0]
	}
	return lineRef{door: doorRef{typ.door.number(), at}}.key(r.Snapshot)
}

// doorKey is the part of a LineKey for lines of doors: the object type and the
// name of the line.
func (d doorRef) key(s *model.Snapshot) string {
	kind := doorKinds[d.kind-1]
	return kind.name + "\x00" + kind.grid(s).line(d.n).name
}

// findDoor returns the line that a key names; zero where there is none.
func findDoor(s *model.Snapshot, key string) doorRef {
	kind, name, _ := strings.Cut(key, "\x00")
	for i, k := range doorKinds {
		if k.name == kind {
			if n := k.grid(s).find(name); n != 0 {
				return doorRef{uint32(i + 1), n}
			}
		}
	}
	return doorRef{}
}

// doorType is the object type of a key for lines of doors.
func doorType(key string) *ObjectType {
	kind, _, _ := strings.Cut(key, "\x00")
	for _, t := range ObjectTypes {
		if t.Doors() && t.door.name == kind {
			return t
		}
	}
	return nil
}

// doorTitle names the line of a key for lines of doors, whether or not it is there.
func doorTitle(s *model.Snapshot, key string) model.Principal {
	d := findDoor(s, key)
	if d.n == 0 {
		_, name, _ := strings.Cut(key, "\x00")
		_, title, _ := strings.Cut(name, ":")
		return model.Principal{Name: title}
	}
	line := doorKinds[d.kind-1].grid(s).line(d.n)
	if line.who != 0 {
		return s.TargetPrincipal(s.Record(line.who))
	}
	return model.Principal{Name: line.title}
}

// offColumn is a column that is not shown until it is asked for.
func offColumn(c model.Column[*Line]) model.Column[*Line] {
	c.Off = true
	return c
}

// sumColumn is a column of a line's sums.
func sumColumn(title string, extra bool, of func(*DoorTotals) int) model.Column[*Line] {
	return model.Column[*Line]{
		Title: title, Numeric: true, Extra: extra,
		Text:   func(l *Line) string { return strconv.Itoa(of(l.Door)) },
		Number: func(l *Line) int { return of(l.Door) },
	}
}

// shortStamp is a time for a grid: to the minute.
func shortStamp(text string) string {
	if len(text) < 16 {
		return text
	}
	return text[:10] + " " + text[11:16]
}

// rowsColumn counts the rows of a line, and those that are hidden.
func rowsColumn(title string) model.Column[*Line] {
	return model.Column[*Line]{
		Title: title, Numeric: true,
		Text:   func(l *Line) string { return count(Count{Rows: l.Door.Rows, Hidden: l.Door.Hidden}) },
		Number: func(l *Line) int { return l.Door.Rows },
	}
}

// doorFields are those of report totals that all object types of doors have.
func doorFields(sums ...model.Field[*Line]) []model.Field[*Line] {
	first := []model.Field[*Line]{
		{Name: "name", Is: model.ContentAccount, Order: true, Value: doorName},
		{Name: "kind", Is: model.ContentWord, Value: func(l *Line) any { return l.Door.Kind }},
		{Name: "sid", Is: model.ContentSID, Value: func(l *Line) any { return model.SIDText(l.SID) }},
		{Name: "rows", Value: func(l *Line) any { return l.Door.Rows }},
		{Name: "hidden", Value: func(l *Line) any { return l.Door.Hidden }},
	}
	return append(append(first, sums...), model.Field[*Line]{Name: "last", Is: model.ContentWord, Value: func(l *Line) any { return l.Door.Last }})
}

// doorName is the name of a line, or what stands for many: the program's words.
func doorName(l *Line) any {
	if l.Name == notLogged || l.Name == unknownNames || l.Name == noLogon {
		return model.Said(l.Name)
	}
	return l.Name
}

func sumField(name string, of func(*DoorTotals) int) model.Field[*Line] {
	return model.Field[*Line]{Name: name, Value: func(l *Line) any { return of(l.Door) }}
}

// numberCell is a column of numbers in the right grid.
func numberCell(title string, extra bool, of func(*Row) int) model.Column[*Row] {
	return model.Column[*Row]{
		Title: title, Numeric: true, Extra: extra,
		Text: func(r *Row) string { return strconv.Itoa(of(r)) }, Number: of,
	}
}

func textCell(title string, is model.Content, extra bool, of func(*Row) string) model.Column[*Row] {
	return model.Column[*Row]{Title: title, Is: is, Extra: extra, Text: of}
}

// DoorAccount is the line that the account of a line of doors has in the grid of
// mailboxes; ok is false where it is nobody's who was read.
func DoorAccount(s *model.Snapshot, key LineKey) (LineKey, bool) {
	d := findDoor(s, key.door)
	if d.n == 0 {
		return LineKey{}, false
	}
	line := doorKinds[d.kind-1].grid(s).line(d.n)
	if line.who == 0 {
		return LineKey{}, false
	}
	return PartyLine(s, s.TrusteeOf(s.Record(line.who).DN)), true
}

// DoorFlag is the flag of a report, with its value, that asks for the rows of a
// line; empty where none does.
func DoorFlag(s *model.Snapshot, key LineKey) (flag, value string) {
	d := findDoor(s, key.door)
	if d.n == 0 {
		return "", ""
	}
	line := doorKinds[d.kind-1].grid(s).line(d.n)
	kind, rest, _ := strings.Cut(line.name, ":")
	switch kind {
	case "account":
		return "target", rest
	case "user":
		return "user", line.title
	case "mailbox":
		return "line", s.DNText(s.Record(line.who).DN)
	case "protocol":
		return "line", line.title
	case "service", "setting", "rule", "condition":
		return "line", line.name
	case "client", "connector":
		if rest != "" {
			return kind, line.title
		}
	}
	return "filter", line.title
}

// DoorLine finds the line of an object type by what [DoorFlag] calls it, or by its
// title.
func DoorLine(s *model.Snapshot, typ *ObjectType, text string) (LineKey, bool) {
	n := typ.door.grid(s).titled(text)
	if n == 0 {
		return LineKey{}, false
	}
	return lineRef{door: doorRef{typ.door.number(), n}}.key(s), true
}

// DoorKey is the line of an end of a row of doors: 0 is the account or connector,
// 1 the client. It is zero where there is no such row.
func DoorKey(s *model.Snapshot, typ *ObjectType, row, end int) LineKey {
	if row < 0 {
		return LineKey{}
	}
	n := typ.door.grid(s).ends(row)[end]
	if n == 0 {
		return LineKey{}
	}
	return lineRef{door: doorRef{typ.door.number(), n}}.key(s)
}
