package view

import (
	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/hiding"
	"mbxperm/model/internal/pool"
)

// Unread names the lists of the line behind Query.Of that hold rows of this answer
// and were not read, or not to their end: without rows it does not mean that
// there are none. In reverse these are the role assignments alone.
func (r *Result) Unread() (names []string) {
	q := &r.Query
	of := r.evaluation.of.obj
	names = r.unreadRoles()
	if !q.Rows || of == 0 {
		return names
	}
	for _, k := range grant.Kinds {
		if q.ACEs.forward.Has(k) && k.Unread(r.Snapshot, r.evaluation.reads, r.Snapshot.Record(of)) {
			names = append(names, k.ListName)
		}
	}
	if q.ACEs.through && r.evaluation.throughUnread(of) {
		names = append(names, "the ACL of its store")
	}
	return names
}

// Count is one cell of the grid of totals.
type Count struct {
	Rows   int // shown
	Deny   int // of these
	Hidden int // not shown under the toggles in force
	// Targets counts, in reverse, the targets that the shown rows are on; AllowOn and
	// DenyOn those with a row that allows, and with one that denies.
	Targets, AllowOn, DenyOn int
	// Unread: the list was not read, or not to its end; there may be more.
	Unread bool
	// Indirect: the account gets rights of this kind through groups or stores too.
	Indirect bool
}

// Totals are the counts of one line, forward and in reverse, by the number of
// their kind.
type Totals struct {
	Forward, Reverse [len(grant.Kinds)]Count
}

// Forward counts the rows of one kind of the line as a target.
func (l *Line) Forward(k *grant.Kind) Count { return l.Totals.Forward[k.Number()] }

// Reverse counts the rows of one kind that name the line.
func (l *Line) Reverse(k *grant.Kind) Count { return l.Totals.Reverse[k.Number()] }

// Hidden returns the number of rows of the line that are not shown, both ways.
func (t *Totals) Hidden() int {
	n := 0
	for i := range t.Forward {
		n += t.Forward[i].Hidden + t.Reverse[i].Hidden
	}
	return n
}

// countRows counts the rows of a sum under the reasons that are switched on. more
// are further reasons that all of its rows have.
func countRows(t *pool.RowCounts, in pool.Sense, show, more hiding.Reasons) (c Count) {
	for slot := range t {
		if t[slot] == [2]uint16{} {
			continue
		}
		why := pool.SlotReasons(in, slot) | more
		allow, deny := int(t[slot][0]), int(t[slot][1])
		if (why|hiding.NotDeny)&^show == 0 {
			c.Rows += allow
		} else {
			c.Hidden += allow
		}
		if why&^show == 0 {
			c.Rows += deny
			c.Deny += deny
		} else {
			c.Hidden += deny
		}
	}
	return c
}

func (c *Count) add(x Count) {
	c.Rows += x.Rows
	c.Deny += x.Deny
	c.Hidden += x.Hidden
}

// times counts rows that occur n times.
func (c Count) times(n int) Count {
	c.Rows *= n
	c.Deny *= n
	c.Hidden *= n
	return c
}

// sum chooses the rows that the query has.
func (l *evaluation) sum(s *pool.Sums) *pool.RowCounts {
	if l.query.Split {
		return &s.Rights
	}
	return &s.Entries
}

// uses is how many rows an entry has on recipients' lists for each that it has on one.
func (l *evaluation) uses(r *grant.Relations, in pool.Sense, ace pool.ACE) int {
	n := r.Uses.Of(in, ace)
	if !l.query.Split {
		n -= r.Again.Of(in, ace)
	}
	return int(n)
}

// descriptor counts the rows of a recipient's descriptor.
func (l *evaluation) descriptor(id pool.Desc) Count {
	in, sum := l.snap.Descs.At(uint32(id)).Sense, l.sum(l.snap.RowsOf(l.snap.Descs.At(uint32(id))))
	if l.show&hiding.NotOrphan != 0 {
		return countRows(sum, in, l.show, 0)
	}
	both := grant.OrphanRowsOf(l.snap).Descs[id]
	orphans := l.sum(&both)
	others := sum.Less(orphans)
	c := countRows(orphans, in, l.show, 0)
	c.add(countRows(&others, in, l.show, hiding.NotOrphan))
	return c
}

// links counts values of a link, allowing and denying. None names an orphan.
func (l *evaluation) links(n [2]int) (c Count) {
	for deny, n := range n {
		switch {
		case l.hidesLinks(deny) != 0:
			c.Hidden += n
		default:
			c.Rows += n
			c.Deny += n * deny
		}
	}
	return c
}

// hidesLinks says why values of links that allow, or that deny, are hidden.
func (l *evaluation) hidesLinks(deny int) hiding.Reasons {
	return (hiding.NotOrphan | [2]hiding.Reasons{hiding.NotDeny, 0}[deny]) &^ l.show
}

// forward counts the rows of one kind of a target.
func (l *evaluation) forward(id model.ObjectID, k *grant.Kind) (c Count) {
	o := l.snap.Record(id)
	switch {
	case !k.StandsOn(o):
		return c
	case k.IsLink():
		return l.links(k.Counts(l.snap, id))
	case k.Desc(o) == 0:
		return c
	case k.Senses() != nil:
		return l.descriptor(k.Desc(o))
	}
	return l.countEach(id, k, nil)
}

// reverse counts the rows of one kind on recipients that name a party.
func (l *evaluation) reverse(p model.TrusteeID, k *grant.Kind) (c Count) {
	s := l.snap
	r := grant.RelationsOf(s)
	if k.IsLink() {
		c = l.links(r.LinkCounts(s, p, k))
		l.linkTargets(p, k, &c)
		return c
	}
	if p.DN() != 0 {
		return c
	}
	more := l.moreReasons(p.SID())
	var buf [8]use
	shown := buf[:0]
	for _, in := range k.Senses() {
		for _, id := range r.ACEs.Of(uint32(p)) {
			if n := l.uses(r, in, pool.ACE(id)); n != 0 {
				a := s.ACEs.At(id)
				sum := pool.Sums{Entries: pool.SumEntry(in, a)}
				if l.query.Split {
					sum.Rights = pool.SumACE(in, a)
				}
				one := countRows(l.sum(&sum), in, l.show, more)
				c.add(one.times(n))
				if one.Rows > 0 {
					shown = append(shown, use{id, in, one.Deny > 0, one.Rows * n})
				}
			}
		}
	}
	l.aceTargets(p, k, shown, &c)
	return c
}

// moreReasons are the reasons that the rows of a trustee have because of it.
func (l *evaluation) moreReasons(id pool.SID) hiding.Reasons {
	if l.show&hiding.NotOrphan == 0 && !grant.IsOrphan(l.snap, id) {
		return hiding.NotOrphan
	}
	return 0
}

// holds returns the kinds of rows that are shown and name a party.
func (l *evaluation) holds(p model.TrusteeID) grant.RowKinds {
	if l.show&hiding.NotOrphan == 0 && (p.DN() != 0 || !grant.IsOrphan(l.snap, p.SID())) {
		return 0
	}
	return grant.RelationsOf(l.snap).KindsOf(l.snap, p) & l.kinds
}

// hasRows reports whether a recipient has a row that is shown, as a target.
func (l *evaluation) hasRows(id model.ObjectID) bool {
	if l.show&hiding.NotOrphan != 0 {
		return grant.RowsOn(l.snap, id, grant.RelationsOf(l.snap).Descs)&l.kinds != 0
	}
	return grant.RowsOn(l.snap, id, grant.OrphanRowsOf(l.snap).Kinds)&^grant.LinkRows&l.kinds != 0
}

// hiddenRows counts what the toggles hide on all targets of the object type, each
// row once, under its first reason.
func (l *evaluation) hiddenRows() (h hiding.Counts) {
	r := grant.RelationsOf(l.snap)
	for _, k := range grant.Kinds {
		if !l.query.Type.forward.Has(k) {
			continue
		}
		for deny, n := range r.Values[k.Number()] {
			if why := l.hidesLinks(deny); why != 0 {
				h[why.First()] += n
			}
		}
		for _, in := range k.Senses() {
			rows, more := r.Entries[in], hiding.Reasons(0)
			if l.query.Split {
				rows = r.Rows[in]
			}
			if l.show&hiding.NotOrphan == 0 {
				orphans := &grant.OrphanRowsOf(l.snap).Entries[in]
				if l.query.Split {
					orphans = &grant.OrphanRowsOf(l.snap).Rows[in]
				}
				for slot := range rows {
					for deny := range rows[slot] {
						rows[slot][deny] -= orphans[slot][deny]
					}
				}
				l.hide(in, orphans, 0, &h)
				more = hiding.NotOrphan
			}
			l.hide(in, &rows, more, &h)
		}
	}
	return h
}

func (l *evaluation) hide(in pool.Sense, rows *grant.SenseTotals, more hiding.Reasons, h *hiding.Counts) {
	for slot := range rows {
		for deny, n := range rows[slot] {
			why := pool.SlotReasons(in, slot) | more
			if deny == 0 {
				why |= hiding.NotDeny
			}
			if why &^= l.show; why != 0 {
				h[why.First()] += n
			}
		}
	}
}
