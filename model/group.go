package model

import (
	"cmp"
	"sort"

	"mbxperm/acl"
)

// memberships are all explicit ones.
type memberships struct {
	groups []group
	number map[Party]uint32 // in groups
	up     []membership     // in order of member
}

// group is a group, or whatever else has members.
type group struct {
	id     objID
	party  Party
	former []sidID
	below  []uint32 // the groups in it
}

// membership is one value of member.
type membership struct {
	member Party
	group  uint32 // number in groups
}

// memberOf is worked out once for a snapshot. Which groups hold a right changes
// with the toggles, so all explicit memberships are kept.
func (s *Snapshot) memberOf() *memberships { return membershipsOf.Of(s) }

var membershipsOf = Derive(func(s *Snapshot) *memberships {
	m := &memberships{up: make([]membership, 0, s.members.len()), number: map[Party]uint32{}}
	for id := objID(1); uint32(id) < s.objects.len(); id++ {
		if o := s.object(id); o.class == ClassGroup || o.members.n > 0 {
			g := group{id: id, party: s.party(o.dn), former: s.formerSIDs()[id]}
			m.number[g.party] = uint32(len(m.groups))
			m.groups = append(m.groups, g)
		}
	}
	for n := range m.groups {
		g := &m.groups[n]
		o := s.object(g.id)
		for i := range o.members.n {
			p := s.party(*s.members.at(o.members.first + i))
			m.up = append(m.up, membership{p, uint32(n)})
			if in, ok := m.number[p]; ok {
				g.below = append(g.below, in)
			}
		}
	}
	m.up = sortParallel(m.up, func(a, b membership) int {
		return cmp.Or(cmp.Compare(a.member, b.member), cmp.Compare(a.group, b.group))
	})
	return m
})

func parties(sids []sidID) (out []Party) {
	for _, id := range sids {
		out = append(out, partyOfSID(id))
	}
	return out
}

// of returns the memberships of a party.
func (m *memberships) of(p Party) []membership {
	i := sort.Search(len(m.up), func(i int) bool { return m.up[i].member >= p })
	j := i
	for j < len(m.up) && m.up[j].member == p {
		j++
	}
	return m.up[i:j]
}

// formerSIDs are the SIDs that an object held before (sIDHistory). They are in
// its token as its own is ([MS-KILE] 3.3.5.6.3.1 by way of the PAC).
func (s *Snapshot) formerSIDs() map[objID][]sidID { return formerOf.Of(s) }

var formerOf = Derive(func(s *Snapshot) map[objID][]sidID {
	former := map[objID][]sidID{}
	for id := uint32(1); id < s.bySID.len(); id++ {
		if f := s.bySID.at(id).former; f != 0 {
			former[f] = append(former[f], sidID(id))
		}
	}
	return former
})

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
		for _, m := range up.of(q) {
			add(up.groups[m.group].party)
		}
	}
	return out
}

// everybody returns the parties that are in every account's token.
func (s *Snapshot) everybody() []Party { return primaryGroups.Of(s).everyone }

// primaryGroup is the one group of an account that is no value of member.
func (s *Snapshot) primaryGroup(p Party) Party {
	id := s.partyObject(p)
	if id == 0 || s.object(id).primaryGroup == 0 {
		return 0
	}
	o := s.object(id)
	return primaryGroups.Of(s).byKey[primaryKey(s.sids.at(uint32(o.sid)).domain, o.primaryGroup)]
}

// primaryKey joins a domain and the RID of a group in it.
func primaryKey(domain, rid uint32) uint64 { return uint64(domain)<<32 | uint64(rid) }

// primaries are the SIDs that are somebody's primary group, and those that hold
// everybody.
type primaries struct {
	byKey    map[uint64]Party // by primaryKey
	everyone []Party
}

// primaryGroups looks at every SID.
var primaryGroups = Derive(func(s *Snapshot) *primaries {
	out := &primaries{byKey: map[uint64]Party{}}
	for id := uint32(1); id < s.objects.len(); id++ {
		if o := s.objects.at(id); o.primaryGroup != 0 {
			out.byKey[primaryKey(s.sids.at(uint32(o.sid)).domain, o.primaryGroup)] = 0
		}
	}
	for id := uint32(1); id < s.sids.len(); id++ {
		r := s.sids.at(id)
		if key := primaryKey(r.domain, r.rid); !r.whole {
			if first, wanted := out.byKey[key]; wanted && first == 0 {
				out.byKey[key] = partyOfSID(sidID(id))
			}
		}
		if r.rid > 11 {
			continue
		}
		if sid := s.sidOf(sidID(id)); sid == acl.SIDEveryone || sid == acl.SIDAuthenticatedUsers {
			out.everyone = append(out.everyone, partyOfSID(sidID(id)))
		}
	}
	return out
})
