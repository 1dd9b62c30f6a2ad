package model

// groupsOf maps a party to the groups that list it as a member.
type groupsOf map[Party][]Party

// memberOf is worked out once for a snapshot. Only groups that hold a right, or
// contain such a group's members, matter; but which those are changes with the
// toggles, so all explicit memberships are kept.
func (s *Snapshot) memberOf() groupsOf {
	s.once.memberOf.Do(func() {
		s.up = groupsOf{}
		for id := uint32(1); id < s.objects.len(); id++ {
			o := s.objects.at(id)
			if o.members.n == 0 {
				continue
			}
			g := s.party(o.dn)
			for i := range o.members.n {
				m := s.party(*s.members.at(o.members.first + i))
				s.up[m] = append(s.up[m], g)
			}
		}
	})
	return s.up
}

// groups returns the groups that a party is in, directly or through others,
// its primary group among them, nearest first. Everyone and Authenticated Users
// are not listed: they hold everybody.
func (s *Snapshot) groups(p Party) []Party {
	seen := map[Party]bool{p: true}
	var out []Party
	add := func(g Party) {
		if g != 0 && !seen[g] {
			seen[g] = true
			out = append(out, g)
		}
	}
	up := s.memberOf()
	next := []Party{p}
	for len(next) > 0 {
		q := next[0]
		next = next[1:]
		before := len(out)
		for _, g := range up[q] {
			add(g)
		}
		if q == p {
			add(s.primaryGroup(p))
		}
		next = append(next, out[before:]...)
	}
	return out
}

// primaryGroup is the one group of an account that is no value of member.
func (s *Snapshot) primaryGroup(p Party) Party {
	id := s.partyObject(p)
	if id == 0 || s.object(id).primaryGroup == 0 {
		return 0
	}
	o := s.object(id)
	domain := s.sids.at(uint32(o.sid)).domain
	for g, n := uint32(1), s.sids.len(); g < n; g++ {
		if r := s.sids.at(g); r.domain == domain && r.rid == o.primaryGroup && !r.whole {
			return partyOfSID(sidID(g))
		}
	}
	return 0
}

// lineage finds who gets rights through a group, given who holds some.
type lineage struct {
	s       *Snapshot
	in      *ledger[bool]
	primary map[uint64]bool // domain and RID of the groups on the way
}

// indirect walks down from every group that holds a right.
func (s *Snapshot) indirect(holds func(Party) bool) *lineage {
	b := &lineage{s: s, in: newLedger[bool](s), primary: map[uint64]bool{}}
	for id := uint32(1); id < s.objects.len(); id++ {
		o := s.objects.at(id)
		if o.class == ClassGroup && holds(s.party(o.dn)) {
			b.walk(o)
		}
	}
	return b
}

func (b *lineage) walk(o *object) {
	sid := b.s.sids.at(uint32(o.sid))
	b.primary[uint64(sid.domain)<<32|uint64(sid.rid)] = true
	for i := range o.members.n {
		m := b.s.party(*b.s.members.at(o.members.first + i))
		if in := b.in.of(m); !*in {
			*in = true
			if id := b.s.partyObject(m); id != 0 && b.s.object(id).class == ClassGroup {
				b.walk(b.s.object(id))
			}
		}
	}
}

// holds reports whether a party gets rights through one of the groups.
func (b *lineage) holds(p Party) bool {
	if in := b.in.find(p); in != nil {
		return true
	}
	id := b.s.partyObject(p)
	if id == 0 || p.sid() == 0 || b.s.object(id).primaryGroup == 0 {
		return false
	}
	return b.primary[uint64(b.s.sids.at(uint32(p.sid())).domain)<<32|uint64(b.s.object(id).primaryGroup)]
}
