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
	l       *lister
	groups  map[Party]ways
	primary map[uint64]ways // by domain and RID
}

// findThrough walks down from every group that holds a right, under its own SID
// or a former one, to the groups in it.
func (l *lister) findThrough() *through {
	t := &through{l: l, groups: map[Party]ways{}, primary: map[uint64]ways{}}
	s := l.snap
	for _, id := range s.memberOf().groups {
		p := s.party(s.object(id).dn)
		w := t.direct(p)
		for _, former := range s.formerSIDs()[id] {
			w |= t.direct(partyOfSID(former))
		}
		t.enter(id, w)
	}
	return t
}

// direct returns the ways in which entries that name a party give it rights.
func (t *through) direct(p Party) (w ways) {
	held := t.l.holds(p)
	for f := familyMailbox; f <= familyBehalf; f++ {
		if held&familyKinds(f) != 0 {
			w |= way(f)
		}
	}
	if t.l.snap.storeWays().holders[p] {
		w |= wayStore
	}
	return w
}

// enter notes what a group passes on, and through it the groups in it. A group
// that is in no token passes on Send on Behalf alone.
func (t *through) enter(id objID, w ways) {
	s := t.l.snap
	o := s.object(id)
	if !o.inToken() {
		w &= way(familyBehalf)
	}
	p := s.party(o.dn)
	if w&^t.groups[p] == 0 {
		return
	}
	t.groups[p] |= w
	sid := s.sids.at(uint32(o.sid))
	t.primary[primaryKey(sid.domain, sid.rid)] |= w
	for _, in := range s.memberOf().below[id] {
		t.enter(in, w)
	}
}

// of returns the ways in which a party gets rights besides those that name it.
func (t *through) of(p Party) (w ways) {
	s := t.l.snap
	for _, m := range s.memberOf().of(p) {
		w |= t.groups[m.group]
	}
	id := s.partyObject(p)
	if id == 0 {
		return w
	}
	o := s.object(id)
	if s.party(o.dn) == p {
		for _, former := range s.formerSIDs()[id] {
			w |= t.direct(partyOfSID(former))
		}
	}
	if p.sid() != 0 && o.primaryGroup != 0 {
		w |= t.primary[primaryKey(s.sids.at(uint32(p.sid())).domain, o.primaryGroup)]
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
	m.Indirect = m.Indirect || w&wayStore != 0 || t.l.snap.storeWays().holders[p]
}

// storeWays are those whom an entry of a store lets into its mailboxes,
// set-up's aside. The toggles do not change that.
type storeWays struct{ holders map[Party]bool }

func (s *Snapshot) storeWays() *storeWays {
	s.once.storeWays.Do(func() {
		s.viaStores.holders = map[Party]bool{}
		for i := range s.stores.len() {
			s.each(*s.stores.at(i), storesOnly, func(r RowRef, a *aceRec) bool {
				if s.opensMailboxes(a) && s.reasons(r, a)&Default == 0 {
					s.viaStores.holders[partyOfSID(a.trustee)] = true
				}
				return true
			})
		}
	})
	return &s.viaStores
}
