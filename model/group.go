package model

import "mbxperm/acl"

// groupsOf maps a party to the groups that list it as a member.
type groupsOf map[Party][]Party

// memberOf is worked out once for a snapshot. Which groups hold a right changes
// with the toggles, so all explicit memberships are kept.
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

// formerSIDs are the SIDs that an object held before (sIDHistory). They are in
// its token as its own is ([MS-KILE] 3.3.5.6.3.1 by way of the PAC).
func (s *Snapshot) formerSIDs() map[objID][]sidID {
	s.once.former.Do(func() {
		s.former = map[objID][]sidID{}
		for id := uint32(1); id < s.bySID.len(); id++ {
			if f := s.bySID.at(id).former; f != 0 {
				s.former[f] = append(s.former[f], sidID(id))
			}
		}
	})
	return s.former
}

// inToken reports whether a group's SID gets into its members' tokens: that of
// a distribution group does not ([MS-ADTS] 2.2.12, GROUP_TYPE_SECURITY_ENABLED).
func (o *object) inToken() bool { return o.class == ClassGroup && !o.is(flagDistribution) }

// token returns whose rights a party has besides those that name it: the groups
// it is in, directly or through others, its primary group, and the former SIDs of
// all of these and of itself. Everyone and Authenticated Users are left out:
// they hold everybody. With behalf, distribution groups count too, since Send on
// Behalf goes by membership and not by token (exchange-facts 2.1).
func (s *Snapshot) token(p Party, behalf bool) []Party {
	seen := map[Party]bool{p: true}
	var out []Party
	var next []Party
	former := s.formerSIDs()
	add := func(g Party) {
		id := s.partyObject(g)
		if g == 0 || seen[g] || !behalf && id != 0 && !s.object(id).inToken() {
			return
		}
		seen[g] = true
		out, next = append(out, g), append(next, g)
		for _, f := range former[id] {
			out = append(out, partyOfSID(f))
		}
	}
	for _, f := range former[s.partyObject(p)] {
		out = append(out, partyOfSID(f))
	}
	add(s.primaryGroup(p))
	if o := s.partyObject(p); o != 0 && s.object(o).class != ClassGroup {
		out = append(out, s.everybody()...)
	}
	up := s.memberOf()
	for next = append(next, p); len(next) > 0; {
		q := next[0]
		next = next[1:]
		for _, g := range up[q] {
			add(g)
		}
	}
	return out
}

// everybody returns the parties that are in every account's token.
func (s *Snapshot) everybody() (out []Party) {
	for id := uint32(1); id < s.sids.len(); id++ {
		if s.sids.at(id).rid > 11 {
			continue
		}
		if sid := s.sidOf(sidID(id)); sid == acl.SIDEveryone || sid == acl.SIDAuthenticatedUsers {
			out = append(out, partyOfSID(sidID(id)))
		}
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

// lineage finds who gets rights through a group or a former SID, given who
// holds some. What Everyone and Authenticated Users hold is left out: it would
// mark every line alike.
type lineage struct {
	s       *Snapshot
	behalf  bool
	in      *ledger[bool]
	primary map[uint64]bool // domain and RID of the groups on the way
}

// indirect walks down from every group that holds a right, under its own SID or
// a former one.
func (s *Snapshot) indirect(behalf bool, holds func(Party) bool) *lineage {
	b := &lineage{s: s, behalf: behalf, in: newLedger[bool](s), primary: map[uint64]bool{}}
	former := s.formerSIDs()
	for id, sids := range former {
		for _, f := range sids {
			if holds(partyOfSID(f)) {
				*b.in.of(s.party(s.object(id).dn)) = true
				b.enter(s.object(id))
			}
		}
	}
	for id := uint32(1); id < s.objects.len(); id++ {
		if o := s.objects.at(id); o.class == ClassGroup && holds(s.party(o.dn)) {
			b.enter(o)
		}
	}
	return b
}

// enter walks the members of an object that is a group of the right kind.
func (b *lineage) enter(o *object) {
	if o.class != ClassGroup || !b.behalf && !o.inToken() {
		return
	}
	sid := b.s.sids.at(uint32(o.sid))
	b.primary[uint64(sid.domain)<<32|uint64(sid.rid)] = true
	for i := range o.members.n {
		m := b.s.party(*b.s.members.at(o.members.first + i))
		if in := b.in.of(m); !*in {
			*in = true
			if id := b.s.partyObject(m); id != 0 {
				b.enter(b.s.object(id))
			}
		}
	}
}

// holds reports whether a party gets rights this way.
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
