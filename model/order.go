package model

import (
	"cmp"
	"slices"
	"strings"
)

// byName returns the recipients in the order of their names. It is worked out
// once for a snapshot, since neither toggles nor filters change it.
func (s *Snapshot) byName() []objID {
	s.once.order.Do(func() {
		type keyed struct {
			name []byte
			id   objID
		}
		keys := make([]keyed, s.recips.len())
		for i := range keys {
			id := *s.recips.at(uint32(i))
			keys[i] = keyed{s.objectSortName(s.object(id)), id}
		}
		slices.SortFunc(keys, func(a, b keyed) int {
			return cmp.Or(compareFold(a.name, b.name), s.tie(LineKey{obj: a.id}, LineKey{obj: b.id}))
		})
		s.ordered = make([]objID, len(keys))
		for i := range keys {
			s.ordered[i] = keys[i].id
		}
	})
	return s.ordered
}

// sortLines orders lines by name; a column that was asked for goes before that.
func (l *lister) sortLines() {
	if l.query.Arrival && l.query.Sort == 0 {
		return
	}
	l.mergeByName()
	column, down := l.column()
	if column == nil || l.stopped() {
		return
	}
	type keyed struct {
		num  int
		text string
		key  LineKey
	}
	lines := l.result.lines
	keys := make([]keyed, len(lines))
	for i, k := range lines {
		if l.stopped() {
			return
		}
		keys[i].key = k
		if column.Numeric {
			line := l.counted(k)
			keys[i].num = column.Number(&line)
		} else {
			line := l.line(k)
			keys[i].text = strings.ToLower(column.Text(&line))
		}
	}
	slices.SortStableFunc(keys, func(a, b keyed) int { // by name where the column says nothing
		c := cmp.Or(cmp.Compare(a.num, b.num), strings.Compare(a.text, b.text))
		if down {
			return -c
		}
		return c
	})
	for i := range keys {
		lines[i] = keys[i].key
	}
}

// named is a line with the name that it is ordered by.
type named struct {
	name []byte
	key  LineKey
}

// compare orders by name, then by what the lines are, so that the order is total.
func (a named) compare(s *Snapshot, b named) int {
	return cmp.Or(compareFold(a.name, b.name), s.tie(a.key, b.key))
}

// tie orders lines of the same name by DN or SID, and not by when they came:
// several searches run at a time, and another read of the same directory must
// give the same report.
func (s *Snapshot) tie(a, b LineKey) int {
	if a == b {
		return 0
	}
	return cmp.Or(strings.Compare(s.identity(a), s.identity(b)), cmp.Compare(a.pos, b.pos), cmp.Compare(a.party, b.party))
}

func (s *Snapshot) identity(k LineKey) string {
	if k.obj != 0 {
		return s.dnText(s.object(k.obj).dn)
	}
	p := s.Principal(k.party)
	return sidText(p.SID) + p.DN
}

// mergeByName puts the lines in order of their names. The first ones came in
// that order already; only the rest is sorted.
func (l *lister) mergeByName() {
	lines := l.result.lines
	sorted := lines[:l.inOrder]
	rest := make([]named, 0, len(lines)-l.inOrder)
	for _, k := range lines[l.inOrder:] {
		rest = append(rest, named{l.sortName(k), k})
	}
	slices.SortFunc(rest, func(a, b named) int { return a.compare(l.snap, b) })
	out := make([]LineKey, 0, len(lines))
	for _, k := range sorted {
		for len(rest) > 0 && rest[0].compare(l.snap, named{l.sortName(k), k}) < 0 {
			out, rest = append(out, rest[0].key), rest[1:]
		}
		out = append(out, k)
	}
	for _, n := range rest {
		out = append(out, n.key)
	}
	l.result.lines = out
}

// counted makes of a line what its numbers need.
func (l *lister) counted(k LineKey) Line {
	if k.obj != 0 && l.snap.object(k.obj).store() {
		return l.line(k)
	}
	return Line{Key: k, Totals: l.totals(k)}
}

func (l *lister) column() (c *Column[*Line], down bool) {
	n := l.query.Sort
	if n < 0 {
		n, down = -n, true
	}
	if n == 0 || n > len(l.query.Type.Totals) {
		return nil, false
	}
	return &l.query.Type.Totals[n-1], down
}

// sortName is what a line is ordered by when nothing else is asked for.
func (l *lister) sortName(k LineKey) []byte {
	s := l.snap
	if k.pos != 0 || k.obj == 0 {
		return []byte(s.Principal(k.party).Name)
	}
	return s.objectSortName(s.object(k.obj))
}

func (s *Snapshot) objectSortName(o *object) []byte {
	switch {
	case o.store():
		return []byte(s.cn(s.serverOf(o)) + "\x00" + s.cn(o.dn))
	case o.account != 0:
		return s.texts.bytes(o.account)
	}
	return []byte(s.cn(o.dn))
}

// sortRows orders rows by target, then position; ByTrustee by trustee first;
// a column that was asked for before all of that.
func (l *lister) sortRows() {
	s, rows := l.snap, l.result.rows
	names := map[objID][]byte{}
	rank := func(id objID) []byte {
		name, ok := names[id]
		if !ok {
			name = l.sortName(LineKey{obj: id})
			names[id] = name
		}
		return name
	}
	byTarget := func(a, b RowRef) int {
		if a.obj != b.obj {
			return cmp.Or(cmp.Compare(rowClass(a), rowClass(b)), compareFold(rank(a.obj), rank(b.obj)), s.tie(LineKey{obj: a.obj}, LineKey{obj: b.obj}))
		}
		return cmp.Or(cmp.Compare(a.family, b.family), cmp.Compare(a.pos, b.pos), cmp.Compare(a.right, b.right))
	}
	text := map[RowRef]string{}
	first := func(a, b RowRef) int { return 0 }
	n := l.query.Sort
	switch {
	case n != 0 && max(n, -n) <= len(l.query.Type.Details):
		column := l.query.Type.Details[max(n, -n)-1]
		for _, r := range rows {
			if l.stopped() {
				return
			}
			row := s.Row(r)
			text[r] = strings.ToLower(column.Text(&row))
		}
		first = func(a, b RowRef) int { return strings.Compare(text[a], text[b]) }
		if n < 0 {
			first = func(a, b RowRef) int { return strings.Compare(text[b], text[a]) }
		}
	case l.query.ByTrustee:
		who := map[Party]string{} // there are far fewer trustees than rows
		key := func(r RowRef) string {
			p := s.trustee(r, s.aceOf(r))
			text, ok := who[p]
			if !ok {
				t := s.Principal(p)
				text = strings.ToLower(t.Name) + "\x00" + sidText(t.SID) + t.DN
				who[p] = text
			}
			return text
		}
		first = func(a, b RowRef) int { return strings.Compare(key(a), key(b)) }
	}
	slices.SortFunc(rows, func(a, b RowRef) int { return cmp.Or(first(a, b), byTarget(a, b)) })
}

// rowClass puts recipients before stores before containers.
func rowClass(r RowRef) int { return max(0, int(r.family)-int(familyBehalf)) }

// indirections say who gets rights through groups or stores, by kind of right.
type indirections struct {
	groups [3]*lineage
	stores *ledger[bool]
	behind *lineage // groups that hold a right on a store
}

// markIndirect sets the mark of the reverse cells.
func (l *lister) markIndirect(k LineKey, t *Totals) {
	v := l.via
	if v == nil || k.party == 0 {
		return
	}
	for f := range t.Reverse {
		t.Reverse[f].Indirect = v.groups[f].holds(k.party)
	}
	m := &t.Reverse[familyMailbox]
	m.Indirect = m.Indirect || v.stores.find(k.party) != nil || v.behind.holds(k.party)
}

func (l *lister) findIndirect() *indirections {
	s, v := l.snap, new(indirections)
	for f := range v.groups {
		v.groups[f] = s.indirect(family(f) == familyBehalf, func(p Party) bool {
			c := l.reverse.find(p)
			return c != nil && c[f].rows > 0
		})
	}
	v.stores = newLedger[bool](s)
	for i := range s.stores.len() {
		s.each(*s.stores.at(i), storesOnly, func(r RowRef, a *aceRec) bool {
			if s.opensMailboxes(a) && s.reasons(r, a)&Default == 0 {
				*v.stores.of(partyOfSID(a.trustee)) = true
			}
			return true
		})
	}
	v.behind = s.indirect(false, func(p Party) bool { return v.stores.find(p) != nil })
	return v
}
