package model

import (
	"cmp"
	"slices"
	"strings"
)

// Order and filter.

// word is one condition of a filter.
type word struct {
	text string // lower case
	not  bool
}

func words(filter string) (out []word) {
	for _, f := range strings.Fields(strings.ToLower(filter)) {
		w := word{text: f}
		if rest, ok := strings.CutPrefix(f, "!"); ok {
			w = word{text: rest, not: true}
		}
		if w.text != "" {
			out = append(out, w)
		}
	}
	return out
}

func match(words []word, texts ...string) bool {
	for i := range texts {
		texts[i] = strings.ToLower(texts[i])
	}
	for _, w := range words {
		found := slices.ContainsFunc(texts, func(t string) bool { return strings.Contains(t, w.text) })
		if found == w.not {
			return false
		}
	}
	return true
}

func (l *lister) matches(k LineKey) bool {
	s := l.snap
	if k.pos != 0 {
		return l.rowMatches(RowRef{k.obj, k.pos - 1, familyAdmin, rightWhole})
	}
	if k.obj == 0 {
		p := s.Principal(k.party)
		return match(l.words, p.Name, p.DN, sidText(p.SID), p.Kind)
	}
	o := s.object(k.obj)
	return match(l.words, s.objectName(o), s.texts.text(o.display), s.dnText(o.dn), sidText(s.sidOf(o.sid)), s.typeName(o))
}

func (l *lister) rowMatches(r RowRef) bool {
	row := l.snap.Row(r)
	return match(l.words, row.Target.Name, row.Target.DN, row.Trustee.Name, row.Trustee.DN, sidText(row.Trustee.SID),
		row.Text, row.Right, row.Status, row.ACLType)
}

// sortLines orders lines by name, then number, so that the order is total; a
// column that was asked for goes before that.
func (l *lister) sortLines() {
	lines := l.result.lines
	if l.query.Arrival && l.query.Sort == 0 {
		return
	}
	type keyed struct {
		name []byte
		num  int
		text string
		key  LineKey
	}
	keys := make([]keyed, len(lines))
	column, down := l.column()
	for i, k := range lines {
		if l.stopped() {
			return
		}
		keys[i] = keyed{name: l.sortName(k), key: k}
		if column == nil {
			continue
		}
		line := l.line(k)
		if column.Numeric {
			keys[i].num = column.Number(&line)
		} else {
			keys[i].text = strings.ToLower(column.Text(&line))
		}
	}
	slices.SortFunc(keys, func(a, b keyed) int {
		c := cmp.Or(cmp.Compare(a.num, b.num), strings.Compare(a.text, b.text))
		if down {
			c = -c
		}
		return cmp.Or(c, compareFold(a.name, b.name), cmp.Compare(a.key.obj, b.key.obj),
			cmp.Compare(a.key.pos, b.key.pos), cmp.Compare(a.key.party, b.key.party))
	})
	for i := range keys {
		lines[i] = keys[i].key
	}
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
	o := s.object(k.obj)
	if o.store() {
		return []byte(s.cn(o.home) + "\x00" + s.cn(o.dn))
	}
	if o.account != 0 {
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
			return cmp.Or(cmp.Compare(rowClass(a), rowClass(b)), compareFold(rank(a.obj), rank(b.obj)), cmp.Compare(a.obj, b.obj))
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
