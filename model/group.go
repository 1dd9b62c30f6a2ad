package model

import (
	"cmp"
	"sort"

	"mbxperm/acl"
)

// memberships are all explicit ones.
type memberships struct {
	groups []group
	number map[objID]uint32 // in groups
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
	member Party  // a node, see Snapshot.node
	group  uint32 // number in groups
}

// memberOf is worked out once for a snapshot. Which groups hold a right changes
// with the toggles, so all explicit memberships are kept.
func (s *Snapshot) memberOf() *memberships { return membershipsOf.Of(s) }

var membershipsOf = Derive(func(s *Snapshot) *memberships {
	m := &memberships{up: make([]membership, 0, s.members.len()), number: map[objID]uint32{}}
	for id := objID(1); uint32(id) < s.objects.len(); id++ {
		if o := s.object(id); o.class == ClassGroup || o.members.n > 0 {
			g := group{id: id, party: s.party(o.dn), former: s.formerSIDs()[id]}
			m.number[id] = uint32(len(m.groups))
			m.groups = append(m.groups, g)
		}
	}
	for n := range m.groups {
		g := &m.groups[n]
		o := s.object(g.id)
		for i := range o.members.n {
			dn := *s.members.at(o.members.first + i)
			m.up = append(m.up, membership{s.node(dn), uint32(n)})
			if in, ok := m.number[s.at(dn)]; ok {
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

// node is what memberships know the member with this DN by: who it is, but the
// DN where several objects hold its SID. BUILTIN groups of two domains have one
// SID, and the members of one are not in what the other is in.
func (s *Snapshot) node(dn dnID) Party {
	p := s.party(dn)
	if p.sid() != 0 && s.isShared(p.sid()) {
		return partyOfDN(dn)
	}
	return p
}

// nodes are those of all objects that a party stands for.
func (s *Snapshot) nodes(p Party) []Party {
	if p.sid() == 0 || !s.isShared(p.sid()) {
		return []Party{p}
	}
	var out []Party
	for _, id := range s.holders(p.sid()) {
		out = append(out, partyOfDN(s.object(id).dn))
	}
	return out
}

// groupsOf returns the groups that a party is named in as a member, by number.
func (s *Snapshot) groupsOf(p Party) (out []uint32) {
	up := s.memberOf()
	for _, node := range s.nodes(p) {
		for _, m := range up.of(node) {
			out = append(out, m.group)
		}
	}
	return out
}

// of returns the memberships of a node.
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
			for _, f := range s.formerHolders(sidID(id)) {
				former[f] = append(former[f], sidID(id))
			}
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
	former, up := s.formerSIDs(), s.memberOf()
	add := func(g Party) {
		if !seen[g] {
			seen[g] = true
			out = append(out, g)
		}
	}
	addFormer := func(id objID) {
		for _, f := range former[id] {
			add(partyOfSID(f))
		}
	}
	var next []uint32 // groups
	in := map[uint32]bool{}
	enter := func(n uint32) {
		if o := s.object(up.groups[n].id); in[n] || !behalf && !o.inToken() {
			return
		}
		in[n] = true
		add(up.groups[n].party)
		addFormer(up.groups[n].id)
		next = append(next, n)
	}
	self := s.partyObject(p)
	addFormer(self)
	if g := s.primaryGroup(p); g != 0 {
		if n, ok := up.number[s.partyObject(g)]; ok {
			enter(n)
		} else {
			add(g)
		}
	}
	if self != 0 && s.object(self).class != ClassGroup {
		for _, g := range s.everybody() {
			add(g)
		}
	}
	for _, n := range s.groupsOf(p) {
		enter(n)
	}
	for i := 0; i < len(next); i++ {
		for _, m := range up.of(s.node(s.object(up.groups[next[i]].id).dn)) {
			enter(m.group)
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
