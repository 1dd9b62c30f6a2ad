package model

import (
	"cmp"
	"maps"
	"slices"
)

// allRows takes the rows that the query asks for, before its order.
func (l *lister) allRows() {
	if !l.query.Of.IsZero() {
		l.rowsOfLine()
		l.filterRows()
		return
	}
	q, s := &l.query, l.snap
	want := q.ACEs.forward | q.ACEs.reverse
	if q.ByTrustee {
		want = everything
	}
	var rest []objID
	for _, n := range s.byName() {
		if l.stopped() {
			return
		}
		switch k := s.lineKey(n); {
		case k.obj == 0:
		case s.object(k.obj).family() != familySend:
			rest = append(rest, k.obj)
		default:
			l.rowsOfTarget(k.obj, want, nil)
		}
	}
	l.inOrder = len(l.result.rows)
	for i := range s.stores.len() {
		rest = append(rest, *s.stores.at(i))
	}
	for _, id := range rest {
		l.rowsOfTarget(id, want, nil)
	}
	l.filterRows()
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
		if why := l.why(r, a); why != 0 {
			l.result.Hidden[why.first()]++
		} else {
			l.result.rows = append(l.result.rows, r)
		}
		return true
	})
}

// filterRows keeps the rows that the filter lets pass.
func (l *lister) filterRows() {
	rows := l.result.rows
	if len(l.filter.words) == 0 {
		return
	}
	pass := make([]bool, len(rows))
	l.parallel(len(rows), func(from, to int) {
		for i := from; i < to; i++ {
			pass[i] = l.filter.row(rows[i])
		}
	})
	kept, inOrder := rows[:0], 0
	for i, ok := range pass {
		if ok {
			kept = append(kept, rows[i])
			if i < l.inOrder {
				inOrder++
			}
		}
	}
	l.result.rows, l.inOrder = kept, inOrder
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
		behalfOnly, acts := acting[p]
		return acts && (!behalfOnly || f == familyBehalf)
	}
	own := objID(0)
	if q.ACEs.forward != 0 {
		own = of.obj
	}
	if q.Target != nil || q.Trustee != nil {
		l.rowsAmongAll(own, who)
		return
	}
	for p, behalfOnly := range acting {
		l.rowsNaming(p, behalfOnly, own)
	}
	if own != 0 { // its forward rows are there already
		l.snap.each(own, q.ACEs.reverse&q.ACEs.forward&(onlyMailbox|onlySend), func(r RowRef, a *aceRec) bool {
			if why := l.why(r, a); why != 0 && who(r.family, partyOfSID(a.trustee)) {
				l.result.Hidden[why.first()]--
			}
			return true
		})
	}
	l.rowsOfStores(own, who)
}

// rowsAmongAll looks at every target.
func (l *lister) rowsAmongAll(own objID, who func(family, Party) bool) {
	q, s := &l.query, l.snap
	for i := range s.recips.len() {
		id, want := *s.recips.at(i), q.ACEs.reverse&recipients
		if id == own {
			want &^= q.ACEs.forward
		}
		if l.stopped() {
			return
		}
		l.rowsOfTarget(id, want, who)
	}
	l.rowsOfStores(own, who)
}

func (l *lister) rowsOfStores(own objID, who func(family, Party) bool) {
	q, s := &l.query, l.snap
	want := q.ACEs.reverse & (storesOnly | adminOnly)
	for i := range s.stores.len() {
		if id := *s.stores.at(i); id == own {
			l.rowsOfTarget(id, want&^q.ACEs.forward, who)
		} else if want != 0 {
			l.rowsOfTarget(id, want, who)
		}
	}
}

// rowsNaming takes the rows on recipients that name a party, but for those on
// own that its forward view has. What is hidden is counted, hidden rows on own
// too, without a look at each of them: some trustees stand on every account.
func (l *lister) rowsNaming(p Party, behalfOnly bool, own objID) {
	q, s := &l.query, l.snap
	r := s.relations()
	for f := familyMailbox; f <= familySend && !behalfOnly && p.dn() == 0; f++ {
		if !q.ACEs.reverse.has(f) {
			continue
		}
		not := own
		if !q.ACEs.forward.has(f) {
			not = 0
		}
		for _, ace := range r.aces.of(uint32(p)) {
			if n := r.uses[f][ace]; n != 0 {
				l.rowsOfACE(aceID(ace), f, int(n), not)
			}
		}
	}
	if !q.ACEs.reverse.has(familyBehalf) {
		return
	}
	for _, link := range r.linksOf(p) {
		d := s.delegates.at(link.n)
		ref := RowRef{d.target, link.n - s.object(d.target).delegates.first, familyBehalf, rightOnBehalf}
		switch why := l.why(ref, nil); {
		case d.target == own && q.ACEs.forward.has(familyBehalf):
		case why != 0:
			l.result.Hidden[why.first()]++
		default:
			l.result.rows = append(l.result.rows, ref)
		}
	}
}

// rowsOfACE takes the rows that an ACE gives on recipients in one sense, but
// for those on not.
func (l *lister) rowsOfACE(id aceID, f family, uses int, not objID) {
	s := l.snap
	a := s.aces.at(uint32(id))
	var buf [maxRights]right
	var shown []right
	for _, right := range rightsOf(f, a, &buf) {
		if why := l.why(RowRef{family: f, right: right}, a); why != 0 {
			l.result.Hidden[why.first()] += uses
		} else {
			shown = append(shown, right)
		}
	}
	if len(shown) == 0 {
		return
	}
	at := s.reach()
	for _, desc := range at.descs.of(uint32(id)) {
		d := s.descs.at(desc)
		if d.family != f || l.stopped() {
			continue
		}
		for i := range d.n {
			if *s.lists.at(d.first + i) != id {
				continue
			}
			for _, target := range at.targets.of(desc) {
				for _, right := range shown {
					if objID(target) != not {
						l.result.rows = append(l.result.rows, RowRef{objID(target), i, f, right})
					}
				}
			}
		}
	}
}

// acting are the parties whose rows a reverse view shows: the line's own, and in
// the effective view those in its token and, for Send on Behalf alone, its
// distribution groups, which have the value true.
func (l *lister) acting(p Party) map[Party]bool {
	out := map[Party]bool{}
	if l.query.Effective {
		for _, g := range l.snap.token(p, true) {
			out[g] = true
		}
		for _, g := range l.snap.token(p, false) {
			out[g] = false
		}
	}
	out[p] = false
	return out
}

// sortable is a row with what decides most comparisons.
type sortable struct {
	first uint32 // of the column or trustee that goes before the target
	start uint64 // of the target's name
	RowRef
}

// sortRows orders rows by target, then position; ByTrustee by trustee first;
// a column that was asked for before all of that.
func (l *lister) sortRows() {
	s, rows := l.snap, l.result.rows
	first := l.firstOrder()
	if first == nil {
		rows = rows[l.inOrder:]
	}
	if l.ctx.Err() != nil || len(rows) < 2 {
		return
	}
	keys := make([]sortable, len(rows))
	parallel(len(rows), func(from, to int) {
		for i := from; i < to; i++ {
			keys[i] = sortable{start: folded8(s.objectSortName(s.object(rows[i].obj))), RowRef: rows[i]}
			if first != nil {
				keys[i].first = first[i]
			}
		}
	})
	keys = sortParallel(keys, func(a, b sortable) int { return s.compareRows(a, b) })
	for i := range keys {
		rows[i] = keys[i].RowRef
	}
}

func (s *Snapshot) compareRows(a, b sortable) int {
	if a.first != b.first {
		return cmp.Compare(a.first, b.first)
	}
	if a.obj == b.obj {
		return cmp.Or(cmp.Compare(a.family, b.family), cmp.Compare(a.pos, b.pos), cmp.Compare(a.right, b.right))
	}
	if c := cmp.Or(cmp.Compare(rowClass(a.RowRef), rowClass(b.RowRef)), cmp.Compare(a.start, b.start)); c != 0 {
		return c
	}
	if c := compareFold(s.objectSortName(s.object(a.obj)), s.objectSortName(s.object(b.obj))); c != 0 {
		return c
	}
	return s.tie(LineKey{obj: a.obj}, LineKey{obj: b.obj})
}

// rowClass puts recipients before stores before containers.
func rowClass(r RowRef) int { return max(0, int(r.family)-int(familyBehalf)) }

// firstOrder returns for each row where it comes by what goes before its
// target; nil where nothing does.
func (l *lister) firstOrder() []uint32 {
	n, s := l.query.Sort, l.snap
	switch {
	case n != 0 && max(n, -n) <= len(l.query.Type.Details):
		column := l.query.Type.Details[max(n, -n)-1]
		texts := make([]string, len(l.result.rows))
		l.parallel(len(texts), func(from, to int) {
			for i := from; i < to; i++ {
				row := s.Row(l.result.rows[i])
				texts[i] = fold(column.Text(&row))
			}
		})
		return ranks(texts, n < 0)
	case l.query.ByTrustee:
		who := map[Party]string{} // there are far fewer trustees than rows
		texts := make([]string, len(l.result.rows))
		for i, r := range l.result.rows {
			p := s.trustee(r, s.aceOf(r))
			text, ok := who[p]
			if !ok {
				t := s.Principal(p)
				text = fold(t.Name) + "\x00" + sidText(t.SID) + t.DN
				who[p] = text
			}
			texts[i] = text
		}
		return ranks(texts, false)
	}
	return nil
}

// ranks returns the place of each text in the order of the distinct ones.
func ranks(texts []string, down bool) []uint32 {
	place := map[string]uint32{}
	for _, t := range texts {
		place[t] = 0
	}
	for i, t := range slices.Sorted(maps.Keys(place)) {
		place[t] = uint32(i)
		if down {
			place[t] = uint32(len(place) - i)
		}
	}
	out := make([]uint32, len(texts))
	for i, t := range texts {
		out[i] = place[t]
	}
	return out
}
