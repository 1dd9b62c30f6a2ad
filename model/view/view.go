package view

import (
	"context"
	"sync"

	"mbxperm/model"
	"mbxperm/model/coverage"
	"mbxperm/model/door"
	"mbxperm/model/grant"
	"mbxperm/model/hiding"
	"mbxperm/model/internal/pool"
	"mbxperm/model/internal/table"
	"mbxperm/model/member"
)

// shown returns all reasons for which rows are shown.
func (q *Query) shown() hiding.Reasons {
	return q.Show&hiding.All | hiding.Onlys&^(hiding.Reasons(q.Only)<<5)
}

// Prepare works out what views of this snapshot need once: for a moment in
// which nobody waits. What filters need is not among it: see [PrepareFilter].
func Prepare(s *model.Snapshot) {
	byName(s)
	grant.ReachOf(s)
	member.Of(s)
	member.PrimaryGroups.Of(s)
	member.FormerSIDs(s)
	grant.StoreWays(s)
}

// PrepareFilter works out what filters of the grid of mailboxes need of this
// snapshot once: for the moment in which somebody begins to type one. It takes
// some 60 bytes for each line, more than anything else that a view keeps.
func PrepareFilter(s *model.Snapshot) { filterIndexOf(s) }

// Query asks for the lines of an object type, or, with Rows set, for rows.
type Query struct {
	Type *ObjectType
	// Show are the reasons that are switched on: rows hidden for these are shown.
	Show hiding.Reasons
	// Only hides all rows but those of some kinds, and leaves out lines without one.
	Only hiding.Only
	// Lines chooses among the lines of the grid of mailboxes.
	Lines Lines
	// System adds the lines of system mailboxes.
	System bool
	// Filter keeps what contains every word, without regard to case; !word
	// excludes. It chooses lines and never changes a total.
	Filter string
	// Sort is 1 + the number of a column, negative for descending; 0 orders
	// lines by name and rows by target, then ACE position.
	Sort int
	// Arrival keeps the order in which things were read and leaves out who gets
	// rights through groups: cheap, while things still arrive.
	Arrival bool

	// Rows asks for rows of the ACE type: those of line Of, or of all targets
	// of the object type where Of is zero.
	Rows bool
	Of   LineKey
	ACEs ACEType
	// Effective adds, in reverse, the rows of the groups that the party is in; the rows
	// of a recipient say which persons are in the groups that they name.
	Effective bool
	// Expand draws nothing together, where the rows are verdicts.
	Expand bool
	// Split has a row for each right of an entry, where else one is for all of them
	// and equal entries of a list are one. Totals count the same rows.
	Split bool
	// ByTrustee orders rows by trustee, and takes those of all object types.
	ByTrustee bool
	// Target and Trustee, where not nil, keep the rows that they accept, and the
	// lines of whom they accept.
	Target, Trustee func(*model.Principal) bool
	// Ends keeps the rows of one client, name or connector, where the rows tell of
	// logs.
	Ends Ends
	// Expect says who should have which protocol on, and Deviating keeps what is not
	// so, or may not be.
	Expect    []Expectation
	Deviating bool
	expected  *expected // what Expect comes to, once it is asked
	// Checks are the last runs of checks, by which settings are judged, too.
	Checks []door.Check

	// Progress, if it is not nil, is told how far the work has come.
	Progress *Progress
}

// Expects reports whether the rows are compared with what somebody expects.
func (q *Query) Expects() bool { return q.Type == ClientAccess && len(q.Expect) > 0 }

// ExpectError says why what is expected comes to nothing: a group that is not there.
// It is nil where it does not, or nothing is expected.
func (r *Result) ExpectError() error {
	return r.Query.expected.err
}

// Lines chooses lines of the grid of mailboxes.
type Lines uint8

// The choices.
const (
	AllLines     Lines = iota
	MailboxLines       // mailboxes, whether or not they hold rights
	TrusteeLines       // whoever holds a right, mailboxes too
	RemoteLines        // those whose mailbox is in Exchange Online
)

// Result is the answer to a Query: lines or rows, in order, over one snapshot.
// It never changes and may be read by any number of goroutines.
type Result struct {
	Snapshot *model.Snapshot
	Query    Query
	// Hidden counts what the toggles hide, each row once.
	Hidden hiding.Counts
	// Targets and Others count the lines that are targets, and the rest;
	// System the system mailboxes that are left out. One that holds a right
	// somewhere is a trustee and never left out.
	Targets, Others, System int
	// LeftOut counts the lines that Query.Only and Query.Lines leave out.
	LeftOut int
	// Meanwhile: the lines, their order and all these counts are of another
	// question; only what Line makes answers this one.
	Meanwhile bool
	// NoPerson: verdicts were asked for of somebody who cannot log on.
	NoPerson bool
	// Disabled counts the persons among the verdicts whose account is disabled.
	Disabled int
	// On counts the targets that the rows are on, by their object type, where the
	// rows are entries of more than one line's list.
	On []TargetCount
	// Picked is how many lines or rows [Result.Pick] took; 0 of a whole answer.
	Picked int
	// Probes counts the rows of doors that are nobody's client and are left out.
	Probes int

	numbers   []uint32  // of lines of the grid of mailboxes
	doorLines []uint32  // of lines of doors, numbered by their grid
	lines     []lineRef // of others
	rows      []grant.Ref
	flat      *flatRows // instead, where they are those of all lines
	verdicts  []verdictRow
	doors     []int32 // rows that tell of logs, by their number
	// assignments are the rows where these are role assignments, or those of them
	// that stand beside entries; see [Result.place].
	assignments []assignmentRow
	order       []int32
	evaluation  *evaluation
}

// Len returns the number of lines or rows.
func (r *Result) Len() int {
	return len(r.numbers) + len(r.doorLines) + len(r.lines) + len(r.rows) + r.flat.len() + len(r.verdicts) + len(r.doors) + len(r.assignments)
}

// Key returns the key of line i.
func (r *Result) Key(i int) LineKey { return r.at(i).key(r.Snapshot) }

func (r *Result) at(i int) lineRef {
	switch {
	case r.lines != nil:
		return r.lines[i]
	case r.doorLines != nil:
		return r.evaluation.doorLine(r.doorLines[i])
	}
	return lineAt(r.Snapshot, r.numbers[i])
}

// Line makes line i.
func (r *Result) Line(i int) Line { return r.evaluation.line(r.at(i)) }

// Row makes row i.
func (r *Result) Row(i int) Row {
	switch {
	case r.doors != nil:
		return r.DoorRow(i)
	case r.verdicts != nil:
		return r.verdicts[i].row(r.Snapshot)
	}
	n, role := r.place(i)
	if role {
		return r.assignmentRow(r.assignments[n])
	}
	return r.evaluation.row(r.ref(n))
}

// Of is the only code that filters, totals and sorts. It stops with the
// context's error when the context ends.
func Of(ctx context.Context, s *model.Snapshot, q Query) (*Result, error) {
	l := newEvaluation(ctx, s, q)
	if q.Rows && q.Type.Doors() {
		l.doorRows()
	} else if q.Verdicts() {
		l.verdictRows()
	} else if q.Roles() {
		l.assignmentRows()
	} else if q.AllLines() {
		l.allOfLines()
	} else if q.Rows {
		l.allRows()
		l.countTargets()
		l.sortRows()
		l.takeBeside()
	} else {
		q.Type.lines(l)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return l.result, nil
}

// Under returns the lines of an answer as another question sees them that
// differs in its toggles alone: a first answer, at once, until the one that
// View works out. The totals of each line are exact.
func (r *Result) Under(q Query) *Result {
	out := *r
	out.evaluation = newEvaluation(r.evaluation.ctx, r.Snapshot, q)
	out.evaluation.reach = r.evaluation.reach
	out.Query, out.Meanwhile = out.evaluation.result.Query, true
	out.evaluation.result = &out
	return &out
}

// evaluation makes one Result. What it works out on the way serves the lines later.
type evaluation struct {
	ctx    context.Context
	snap   *model.Snapshot
	query  Query
	of     lineRef        // Query.Of here; zero where it is not there
	show   hiding.Reasons // all for which rows are shown
	kinds  grant.RowKinds // of these
	wide   grant.RowKinds // of those that Query.Only hides, too
	result *Result
	filter filter
	reads  *coverage.Readability // what the bound account may read; used under its lock
	seen   int
	// reach are the rows that a line stands for which is an entry, by the first.
	reach map[grant.Ref][]grant.Ref
	// so many of the rows came in the order of their targets
	inOrder int

	persons map[whose]*member.Holding // of the rows of a line; nil where nobody asks

	once struct{ through sync.Once }
	via  *indirect // for marks; see mark
	kept sync.Map  // what aceTargets counted of those who are named on very many lists
}

func newEvaluation(ctx context.Context, s *model.Snapshot, q Query) *evaluation {
	if q.Expects() {
		q.expected = expectedIn(s, q.Expect)
	} else {
		q.expected, q.Deviating = nothingExpected, false
	}
	asked := q
	if q.AllLines() {
		q.Of = LineKey{}
	}
	q.Only = q.Type.Narrows(q.Only)
	l := &evaluation{ctx: ctx, snap: s, query: q, of: q.Of.find(s), show: q.shown(), result: &Result{Snapshot: s, Query: asked}}
	l.kinds, l.wide = grant.ShownKinds(l.show), grant.ShownKinds(l.show|hiding.Onlys)
	if q.Only&hiding.OnlyOrphans != 0 {
		l.kinds = grant.ShownKinds(l.show | hiding.NotOrphan) // of those that are; see holds
	}
	if q.Type != nil && q.Type.rows != 0 {
		l.kinds, l.wide = l.kinds&q.Type.rows, l.wide&q.Type.rows
	}
	l.result.evaluation = l
	l.filter = filter{s: s, words: Words(q.Filter)}
	l.reads = coverage.NewReadability(s)
	return l
}

// stopped looks at the context once in a while.
func (l *evaluation) stopped() bool {
	l.seen++
	return l.seen&1023 == 0 && l.ctx.Err() != nil
}

// parallel is the function of that name for as long as the context lasts.
func (l *evaluation) parallel(n int, f func(from, to int)) {
	p := l.query.Progress
	if p != nil {
		p.done.Store(0)
		p.all.Store(int64(n))
	}
	table.Parallel(n, func(from, to int) {
		if l.ctx.Err() == nil {
			f(from, to)
		}
		if p != nil {
			p.done.Add(int64(to - from))
		}
	})
}

// add takes a line if the filter lets it pass.
func (l *evaluation) add(k lineRef) {
	if l.stopped() || !l.filter.line(k) || !l.wanted(k) {
		return
	}
	l.result.Targets++
	l.result.lines = append(l.result.lines, k)
}

// wanted applies Target and Trustee to a line. A line of the mailbox grid is
// both; another target has trustees, and a line that is a row has one.
func (l *evaluation) wanted(k lineRef) bool {
	if l.query.Target == nil && l.query.Trustee == nil {
		return true
	}
	s, q := l.snap, &l.query
	var target, trustee model.Principal
	if k.obj != 0 {
		target = s.TargetPrincipal(s.Record(k.obj))
		trustee = target
	}
	if k.obj == 0 || k.isRow() {
		trustee = s.Principal(k.party)
	}
	if k.obj == 0 {
		target = trustee
	}
	if q.Target != nil && !q.Target(&target) {
		return false
	}
	if q.Trustee != nil && k.party == 0 && !k.isRow() {
		return l.namesTrustee(k.obj)
	}
	return q.Trustee == nil || q.Trustee(&trustee)
}

// namesTrustee reports whether a target has a row of a trustee that the query accepts.
func (l *evaluation) namesTrustee(id model.ObjectID) bool {
	found := false
	grant.Each(l.snap, id, grant.OnSecurity(l.snap.Record(id)).Only(), func(r grant.Ref, a *pool.ACERecord) bool {
		p := l.snap.Principal(model.TrusteeOfSID(a.Trustee))
		found = l.query.Trustee(&p) && l.why(r, a) == 0
		return !found
	})
	return found
}

// each calls yield for the rows of a target as the query has them; see [grant.Each].
func (l *evaluation) each(id model.ObjectID, want grant.Set, yield func(grant.Ref, *pool.ACERecord) bool) {
	if l.query.Split {
		grant.Each(l.snap, id, want, yield)
	} else {
		grant.EachEntry(l.snap, id, want, yield)
	}
}

// why returns the reasons for which a row is hidden.
func (l *evaluation) why(r grant.Ref, a *pool.ACERecord) hiding.Reasons {
	return l.hides(grant.ReasonsOf(l.snap, r, a), a, grant.Denies(r, a))
}

// hides says for which of its reasons a row is hidden. a is its ACE, nil for a link value.
func (l *evaluation) hides(why hiding.Reasons, a *pool.ACERecord, denies bool) hiding.Reasons {
	if !denies {
		why |= hiding.NotDeny
	}
	if a == nil {
		why |= hiding.NotOrphan
	} else {
		why |= l.moreReasons(a.Trustee)
	}
	return why &^ l.show
}

// countEach counts the rows of one kind of a target by a look at each of them,
// and what is hidden of them in h: such targets are few.
func (l *evaluation) countEach(id model.ObjectID, k *grant.Kind, h *hiding.Counts) (c Count) {
	l.each(id, k.Only(), func(r grant.Ref, a *pool.ACERecord) bool {
		if why := l.why(r, a); why != 0 {
			c.Hidden++
			if h != nil {
				h[why.First()]++
			}
			return true
		}
		c.Rows++
		if grant.Denies(r, a) {
			c.Deny++
		}
		return true
	})
	return c
}

// totals counts the rows of a line, both ways.
func (l *evaluation) totals(k lineRef) (t Totals) {
	typ := l.query.Type
	if typ.target == model.TargetRecipient && k.obj != 0 { // it may be a mailbox after all
		t.Forward[grant.MailboxACL.Number()].Unread = grant.MailboxACL.Unread(l.snap, l.reads, l.snap.Record(k.obj))
	}
	for n, kind := range grant.Kinds {
		if k.obj != 0 && typ.forward.Has(kind) {
			t.Forward[n] = l.forward(k.obj, kind)
			t.Forward[n].Unread = kind.Unread(l.snap, l.reads, l.snap.Record(k.obj))
		}
		if k.party != 0 && typ.reverse.Has(kind) {
			t.Reverse[n] = l.reverse(k.party, kind)
		}
	}
	return t
}

// line makes a line. After View the evaluation does not change, so it may be called
// by several goroutines.
func (l *evaluation) line(k lineRef) Line {
	line := l.describe(k)
	line.asked, line.at = l, k
	if k.isRow() {
		line.Reach = max(1, len(l.reached(k)))
	}
	if k.isRow() || k.door.n != 0 {
		return line
	}
	if l.query.Type.assignments {
		line.Roles = l.countRoles(k)
		return line
	}
	line.Totals = l.totals(k)
	if k.party != 0 && l.query.Type.reverse != 0 && !l.query.Arrival {
		l.once.through.Do(func() { l.via = l.findThrough() })
		l.via.mark(k.party, &line.Totals)
	}
	return line
}

// describe makes a line without its counts.
func (l *evaluation) describe(k lineRef) Line {
	s := l.snap
	if k.door.n != 0 {
		return l.describeDoor(k)
	}
	line := Line{Key: k.key(s)}
	if k.isRow() {
		row := grant.RowOf(s, k.row)
		line.Row, line.Principal = &row, row.Trustee
		line.snapshot, line.account = s, s.TrusteeRecordID(grant.TrusteeOf(s, k.row, grant.ACEOf(s, k.row)))
		return line
	}
	if k.obj == 0 {
		line.Principal = s.Principal(k.party)
		line.snapshot, line.account = s, s.TrusteeRecordID(k.party)
		return line
	}
	if l.query.Type.assignments {
		describeRole(s, &line, k.obj)
		return line
	}
	o := s.Record(k.obj)
	line.Principal = s.TargetPrincipal(o)
	line.Type = s.TypeName(o)
	if f := l.query.Type.describe; f != nil {
		line.Place = f(s, o)
	}
	line.snapshot, line.account = s, k.obj
	return line
}
