package model

import (
	"context"
	"slices"
	"strings"

	"mbxperm/acl"
)

// Query asks for the lines of an object type, or, with Rows set, for rows.
type Query struct {
	Type *ObjectType
	// Show are the reasons that are switched on: rows hidden for these are shown.
	Show Reasons
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
	// Effective adds, in reverse, the rows of the groups that the party is in.
	Effective bool
	// ByTrustee orders rows by trustee, and takes those of all object types.
	ByTrustee bool
	// Target and Trustee, where not nil, keep the rows that they accept, and the
	// lines of whom they accept.
	Target, Trustee func(*Principal) bool
}

// Result is the answer to a Query: lines or rows, in order, over one snapshot.
// It never changes and may be read by any number of goroutines.
type Result struct {
	Snapshot *Snapshot
	Query    Query
	// Hidden counts what the toggles hide, each row once.
	Hidden Hidden
	// Targets and Others count the lines that are targets, and the rest;
	// System the system mailboxes that are left out. One that holds a right
	// somewhere is a trustee and never left out.
	Targets, Others, System int

	lines []LineKey
	rows  []RowRef
	lists *lister
}

// Len returns the number of lines or rows.
func (r *Result) Len() int {
	if r.Query.Rows {
		return len(r.rows)
	}
	return len(r.lines)
}

// Key returns the key of line i.
func (r *Result) Key(i int) LineKey { return r.lines[i] }

// Line makes line i.
func (r *Result) Line(i int) Line { return r.lists.line(r.lines[i]) }

// Row makes row i.
func (r *Result) Row(i int) Row { return r.Snapshot.Row(r.rows[i]) }

// Ref returns the reference of row i.
func (r *Result) Ref(i int) RowRef { return r.rows[i] }

// View is the only code that filters, totals and sorts. It stops with the
// context's error when the context ends.
func View(ctx context.Context, s *Snapshot, q Query) (*Result, error) {
	l := &lister{ctx: ctx, snap: s, query: q, result: &Result{Snapshot: s, Query: q}}
	l.result.lists = l
	l.filter = newFilter(s, q.Filter)
	l.reads = newCoverer(s)
	if q.Rows {
		l.allRows()
		l.sortRows()
	} else {
		q.Type.lines(l)
		if l.reverse != nil && !q.Arrival {
			l.via = l.findIndirect()
		}
		l.sortLines()
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return l.result, nil
}

// lister makes one Result. What it works out on the way serves the lines later.
type lister struct {
	ctx     context.Context
	snap    *Snapshot
	query   Query
	result  *Result
	filter  filter
	inOrder int // so many lines came in the order of their names
	reverse *ledger[[3]cell]
	config  *ledger[bool]
	via     *indirections
	reads   *coverer // what the bound account may read; used under its lock
	seen    int
}

// stopped looks at the context once in a while.
func (l *lister) stopped() bool {
	l.seen++
	return l.seen&1023 == 0 && l.ctx.Err() != nil
}

// add takes a line if the filter lets it pass.
func (l *lister) add(k LineKey, target bool) {
	if l.stopped() || !l.filter.line(k) || !l.wanted(k) {
		return
	}
	if target {
		l.result.Targets++
	} else {
		l.result.Others++
	}
	l.result.lines = append(l.result.lines, k)
}

// wanted applies Target and Trustee to a line. A line of the mailbox grid is
// both; a store has trustees, and an entry of a container has one.
func (l *lister) wanted(k LineKey) bool {
	if l.query.Target == nil && l.query.Trustee == nil {
		return true
	}
	s, q := l.snap, &l.query
	var target, trustee Principal
	if k.obj != 0 {
		target = s.targetPrincipal(s.object(k.obj))
		trustee = target
	}
	if k.obj == 0 || k.pos != 0 {
		trustee = s.Principal(k.party)
	}
	if k.obj == 0 {
		target = trustee
	}
	if q.Target != nil && !q.Target(&target) {
		return false
	}
	if q.Trustee != nil && k.obj != 0 && s.object(k.obj).store() {
		return l.names(k.obj)
	}
	return q.Trustee == nil || q.Trustee(&trustee)
}

// names reports whether a store has a row of a trustee that the query accepts.
func (l *lister) names(id objID) bool {
	found := false
	l.snap.each(id, storesOnly, func(r RowRef, a *aceRec) bool {
		p := l.snap.Principal(partyOfSID(a.trustee))
		found = l.query.Trustee(&p) && l.snap.reasons(r, a)&^l.query.Show == 0
		return !found
	})
	return found
}

// countRows adds the hidden rows of a store or container to the status line.
func (l *lister) countRows(id objID, want families8) {
	l.snap.configCount(id, want, l.query.Show, &l.result.Hidden)
}

// totals counts the rows of a line, both ways.
func (l *lister) totals(k LineKey) (t Totals) {
	if k.obj != 0 {
		t.Forward = l.snap.forward(l.snap.object(k.obj), l.query.Show)
		l.markUnread(l.snap.object(k.obj), &t)
	}
	if k.party == 0 || l.reverse == nil { // stores and containers have no reverse totals
		return t
	}
	if c := l.reverse.find(k.party); c != nil {
		for f, x := range c {
			t.Reverse[f] = Count{Rows: int(x.rows), Deny: int(x.deny), Hidden: int(x.hidden)}
		}
	}
	return t
}

// line makes a line. After View the lister does not change, so it may be called
// by several goroutines.
func (l *lister) line(k LineKey) Line {
	s := l.snap
	line := Line{Key: k}
	if k.pos != 0 {
		row := s.Row(RowRef{k.obj, k.pos - 1, familyAdmin, rightWhole})
		line.Row, line.Principal = &row, row.Trustee
		return line
	}
	if k.obj == 0 {
		line.Principal = s.Principal(k.party)
	} else {
		o := s.object(k.obj)
		line.Principal = s.targetPrincipal(o)
		line.Type = s.typeName(o)
		if o.store() {
			s.describeStore(&line, o)
			line.ACEs = s.configCount(k.obj, storesOnly, l.query.Show, nil)
			line.ACEs.Unread = s.unread(o.secState, o.security)
			return line
		}
		if o.mailboxLike() {
			line.Authority, line.Exchange = s.version(o).Authority(), s.release(o)
		}
	}
	line.Totals = l.totals(k)
	l.markIndirect(k, &line.Totals)
	return line
}

// Rows.

func (l *lister) allRows() {
	q, s := &l.query, l.snap
	if !q.Of.IsZero() {
		l.rowsOfLine()
		return
	}
	want := q.ACEs.forward | q.ACEs.reverse
	if q.ByTrustee {
		want = everything
	}
	for _, list := range [...]view[objID]{s.recips, s.stores} {
		for i := range list.len() {
			if l.stopped() {
				return
			}
			l.rowsOfTarget(*list.at(i), want, nil)
		}
	}
}

// rowsOfTarget takes the rows of a target, of those trustees that who accepts.
func (l *lister) rowsOfTarget(id objID, want families8, who func(family, Party) bool) {
	s := l.snap
	if l.query.Target != nil {
		if p := s.targetPrincipal(s.object(id)); !l.query.Target(&p) {
			return
		}
	}
	s.each(id, want, func(r RowRef, a *aceRec) bool {
		p := s.trustee(r, a)
		if who != nil && !who(r.family, p) {
			return true
		}
		if l.query.Trustee != nil {
			if t := s.Principal(p); !l.query.Trustee(&t) {
				return true
			}
		}
		if why := s.reasons(r, a) &^ l.query.Show; why != 0 {
			l.result.Hidden[why.first()]++
			return true
		}
		if l.filter.row(r) {
			l.result.rows = append(l.result.rows, r)
		}
		return true
	})
}

// rowsOfLine takes the rows of a line: those it is the target of, then those
// that name it, each row once.
func (l *lister) rowsOfLine() {
	q := &l.query
	of := q.Of
	if of.obj != 0 && q.ACEs.forward != 0 {
		l.rowsOfTarget(of.obj, q.ACEs.forward, nil)
	}
	if q.ACEs.reverse == 0 || of.party == 0 {
		return
	}
	acting := l.acting(of.party)
	who := func(f family, p Party) bool {
		sets := acting.find(p)
		return sets != nil && (!sets.behalfOnly || f == familyBehalf)
	}
	named := l.snap.naming(acting)
	skip := objID(0)
	if q.ACEs.forward != 0 {
		skip = of.obj
	}
	for _, id := range named {
		if id != skip {
			l.rowsOfTarget(id, q.ACEs.reverse, who)
		} else { // its forward rows are there already; only other kinds can be new
			l.rowsOfTarget(id, q.ACEs.reverse&^q.ACEs.forward, who)
		}
	}
}

// acts says in which rows a party counts for the line asked about.
type acts struct{ behalfOnly bool }

// acting are the parties whose rows a reverse view shows: the line's own, and in
// the effective view those in its token and, for Send on Behalf, its distribution groups.
func (l *lister) acting(p Party) *ledger[acts] {
	out := newLedger[acts](l.snap)
	if l.query.Effective {
		for _, g := range l.snap.token(p, true) {
			*out.of(g) = acts{behalfOnly: true}
		}
		for _, g := range l.snap.token(p, false) {
			*out.of(g) = acts{}
		}
	}
	*out.of(p) = acts{}
	return out
}

// naming returns the targets on which one of the parties is named.
func (s *Snapshot) naming(parties *ledger[acts]) (out []objID) {
	aces := make([]bool, s.aces.len())
	for id := uint32(1); id < s.aces.len(); id++ {
		aces[id] = parties.find(partyOfSID(s.aces.at(id).trustee)) != nil
	}
	descs := make([]bool, s.descs.len())
	for id := uint32(1); id < s.descs.len(); id++ {
		d := s.descs.at(id)
		for i := range d.n {
			if aces[*s.lists.at(d.first + i)] {
				descs[id] = true
				break
			}
		}
	}
	linked := map[objID]bool{}
	for i := range s.delegates.len() {
		if d := s.delegates.at(i); parties.find(s.party(d.who)) != nil {
			linked[d.target] = true
		}
	}
	for _, list := range [...]view[objID]{s.recips, s.stores} {
		for i := range list.len() {
			id := *list.at(i)
			if o := s.object(id); descs[o.mailboxSD] || descs[o.security] || linked[id] {
				out = append(out, id)
			}
		}
	}
	return out
}

// Match returns a condition for Query.Target and Query.Trustee: the bare name,
// DOMAIN\name, the DN or the SID, without regard to case.
func Match(text string) func(*Principal) bool {
	sid, err := acl.ParseSID(text)
	if err == nil {
		return func(p *Principal) bool { return p.SID == sid }
	}
	domain, name, qualified := strings.Cut(text, `\`)
	return func(p *Principal) bool {
		if qualified && strings.EqualFold(p.Domain, domain) && strings.EqualFold(p.Name, name) {
			return true
		}
		return strings.EqualFold(p.Name, text) || strings.EqualFold(p.DN, text)
	}
}

// Find returns the lines whose name, DN or SID is text: to open them.
func (s *Snapshot) Find(text string) (out []LineKey) {
	match := Match(text)
	for id := objID(1); uint32(id) < s.objects.len(); id++ {
		o := s.object(id)
		if p := s.targetPrincipal(o); match(&p) {
			k := LineKey{party: s.party(o.dn)}
			if o.recipient != NoRecipient || o.store() {
				k.obj = id
			}
			out = append(out, k)
		}
	}
	return slices.Clip(out)
}
