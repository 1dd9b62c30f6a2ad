package model

// Who gets rights through a group, a former SID or a store besides those that
// name him. What Everyone and Authenticated Users hold is left out: it would
// mark every line alike.

// ways are the ways in which a group passes on rights on recipients, by family,
// and rights that open the mailboxes of a store.
type ways uint8

const wayStore ways = 1 << 3

func way(f family) ways { return 1 << f }

// through says which groups pass on what, under the toggles of a query.
type through struct {
	l      *lister
	groups []ways // by number in memberships
}

// findThrough walks down from every group that holds a right, under its own SID
// or a former one, to the groups in it.
func (l *lister) findThrough() *through {
	up := l.snap.memberOf()
	t := &through{l: l, groups: make([]ways, len(up.groups))}
	named := groupRowsOf.Of(l.snap)
	for n := range up.groups {
		g := &up.groups[n]
		held, store := named[n].kinds&l.kinds, named[n].store
		if l.show&NotOrphan == 0 { // only of those that are orphans
			held = 0
			for _, p := range append([]Party{g.party}, parties(g.former)...) {
				held |= l.holds(p)
			}
		}
		if held != 0 || store {
			t.enter(uint32(n), waysOf(held, store))
		}
	}
	return t
}

// groupRows are the rows that name a group, by its SID or a former one.
type groupRows struct {
	kinds kinds
	store bool // an entry of a store that names it opens mailboxes
}

// groupRowsOf are those of each group, by its number in memberships.
var groupRowsOf = Derive(func(s *Snapshot) []groupRows {
	up := s.memberOf()
	out := make([]groupRows, len(up.groups))
	for n := range up.groups {
		g := &up.groups[n]
		for _, p := range append([]Party{g.party}, parties(g.former)...) {
			out[n].kinds |= s.relations().kindsOf(p)
			out[n].store = out[n].store || s.storeWays()[p]
		}
	}
	return out
})

// waysOf returns the ways in which entries that name a party give it rights.
func waysOf(held kinds, store bool) (w ways) {
	for f := familyMailbox; f <= familyBehalf; f++ {
		if held&familyKinds(f) != 0 {
			w |= way(f)
		}
	}
	if store {
		w |= wayStore
	}
	return w
}

// enter notes what a group passes on, and through it the groups in it. A group
// that is in no token passes on Send on Behalf alone.
func (t *through) enter(n uint32, w ways) {
	s := t.l.snap
	g := &s.memberOf().groups[n]
	switch o := s.object(g.id); {
	case o.class != ClassGroup:
		return
	case !o.inToken():
		w &= way(familyBehalf)
	}
	if w&^t.groups[n] == 0 {
		return
	}
	t.groups[n] |= w
	for _, in := range g.below {
		t.enter(in, w)
	}
}

// of returns the ways in which a party gets rights besides those that name it.
func (t *through) of(p Party) (w ways) {
	s := t.l.snap
	up := s.memberOf()
	for _, n := range s.groupsOf(p) {
		w |= t.groups[n]
	}
	id := s.partyObject(p)
	if id == 0 {
		return w
	}
	if s.party(s.object(id).dn) == p {
		for _, former := range s.formerSIDs()[id] {
			p := partyOfSID(former)
			w |= waysOf(t.l.holds(p), s.storeWays()[p])
		}
	}
	if p.sid() != 0 {
		if n, ok := up.number[s.partyObject(s.primaryGroup(p))]; ok {
			w |= t.groups[n]
		}
	}
	return w
}

// mark sets the mark of the reverse cells.
func (t *through) mark(p Party, out *Totals) {
	w := t.of(p)
	for f := range out.Reverse {
		out.Reverse[f].Indirect = w&way(family(f)) != 0
	}
	m := &out.Reverse[familyMailbox]
	m.Indirect = m.Indirect || w&wayStore != 0 || t.l.snap.storeWays()[p]
}

// storeWays are those whom an entry of a store lets into its mailboxes,
// set-up's aside. The toggles do not change that.
func (s *Snapshot) storeWays() map[Party]bool { return storeWaysOf.Of(s) }

var storeWaysOf = Derive(func(s *Snapshot) map[Party]bool {
	ways := map[Party]bool{}
	for i := range s.stores.len() {
		s.each(*s.stores.at(i), storesOnly, func(r RowRef, a *aceRec) bool {
			if s.opensMailboxes(a) && s.reasons(r, a)&Default == 0 {
				ways[partyOfSID(a.trustee)] = true
			}
			return true
		})
	}
	return ways
})
