package member

import (
	"cmp"
	"sort"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/internal/pool"
	"mbxperm/model/internal/table"
)

// Memberships are all explicit ones.
type Memberships struct {
	Groups []group
	Number map[model.ObjectID]uint32 // in groups
	up     []membership              // in order of member
}

// group is a group, or whatever else has members.
type group struct {
	Id     model.ObjectID
	Party  model.TrusteeID
	Former []pool.SID
	Below  []uint32 // the groups in it
}

// membership is one value of member.
type membership struct {
	member model.TrusteeID // a node, see Snapshot.node
	group  uint32          // number in groups
}

// Of is worked out once for a snapshot. Which groups hold a right changes
// with the toggles, so all explicit memberships are kept.
func Of(s *model.Snapshot) *Memberships { return membershipsOf.Of(s) }

var membershipsOf = model.Derive(func(s *model.Snapshot) *Memberships {
	m := &Memberships{up: make([]membership, 0, s.Members.Len()), Number: map[model.ObjectID]uint32{}}
	for id := model.ObjectID(1); uint32(id) < s.Objects.Len(); id++ {
		if o := s.Record(id); o.Class == model.ClassGroup || o.Members.N > 0 {
			g := group{Id: id, Party: s.TrusteeOf(o.DN), Former: FormerSIDs(s)[id]}
			m.Number[id] = uint32(len(m.Groups))
			m.Groups = append(m.Groups, g)
		}
	}
	for n := range m.Groups {
		g := &m.Groups[n]
		o := s.Record(g.Id)
		for i := range o.Members.N {
			dn := *s.Members.At(o.Members.First + i)
			m.up = append(m.up, membership{node(s, dn), uint32(n)})
			if in, ok := m.Number[s.At(dn)]; ok {
				g.Below = append(g.Below, in)
			}
		}
	}
	m.up = table.SortParallel(m.up, func(a, b membership) int {
		return cmp.Or(cmp.Compare(a.member, b.member), cmp.Compare(a.group, b.group))
	})
	return m
})

// Parties are SIDs as trustees.
func Parties(sids []pool.SID) (out []model.TrusteeID) {
	for _, id := range sids {
		out = append(out, model.TrusteeOfSID(id))
	}
	return out
}

// node is what memberships know the member with this DN by: who it is, but the
// DN where several objects hold its SID. BUILTIN groups of two domains have one
// SID, and the members of one are not in what the other is in.
func node(s *model.Snapshot, dn pool.DN) model.TrusteeID {
	p := s.TrusteeOf(dn)
	if p.SID() != 0 && s.IsShared(p.SID()) {
		return model.TrusteeOfDN(dn)
	}
	return p
}

// nodes are those of all objects that a party stands for.
func nodes(s *model.Snapshot, p model.TrusteeID) []model.TrusteeID {
	if p.SID() == 0 || !s.IsShared(p.SID()) {
		return []model.TrusteeID{p}
	}
	var out []model.TrusteeID
	for _, id := range s.Holders(p.SID()) {
		out = append(out, model.TrusteeOfDN(s.Record(id).DN))
	}
	return out
}

// GroupsOf returns the groups that a party is named in as a member, by number.
func GroupsOf(s *model.Snapshot, p model.TrusteeID) (out []uint32) {
	up := Of(s)
	for _, node := range nodes(s, p) {
		for _, m := range up.of(node) {
			out = append(out, m.group)
		}
	}
	return out
}

// of returns the memberships of a node.
func (m *Memberships) of(p model.TrusteeID) []membership {
	i := sort.Search(len(m.up), func(i int) bool { return m.up[i].member >= p })
	j := i
	for j < len(m.up) && m.up[j].member == p {
		j++
	}
	return m.up[i:j]
}

// FormerSIDs are the SIDs that an object held before (sIDHistory). They are in
// its token as its own is ([MS-KILE] 3.3.5.6.3.1 by way of the PAC).
func FormerSIDs(s *model.Snapshot) map[model.ObjectID][]pool.SID { return formerOf.Of(s) }

var formerOf = model.Derive(func(s *model.Snapshot) map[model.ObjectID][]pool.SID {
	former := map[model.ObjectID][]pool.SID{}
	for id := uint32(1); id < s.SIDs.Len(); id++ {
		if f := s.SIDInfo(pool.SID(id)).Former; f != 0 {
			for _, f := range s.FormerHolders(pool.SID(id)) {
				former[f] = append(former[f], pool.SID(id))
			}
		}
	}
	return former
}).Outlives(model.Memberships | model.Lists)

// InToken reports whether a group's SID gets into its members' tokens: that of
// a distribution group does not ([MS-ADTS] 2.2.12,
// GROUP_TYPE_SECURITY_ENABLED).
func InToken(o *model.Record) bool {
	return o.Class == model.ClassGroup && !o.Is(model.FlagDistribution)
}

// Token returns whose rights a party has besides those that name it: the groups
// it is in, directly or through others, its primary group, and the former SIDs
// of all of these and of itself. Everyone and Authenticated Users are left out:
// they hold everybody. With behalf, distribution groups count too, since Send
// on Behalf goes by membership and not by token (exchange-facts 2.1).
func Token(s *model.Snapshot, p model.TrusteeID, behalf bool) []model.TrusteeID {
	seen := map[model.TrusteeID]bool{p: true}
	var out []model.TrusteeID
	former, up := FormerSIDs(s), Of(s)
	add := func(g model.TrusteeID) {
		if !seen[g] {
			seen[g] = true
			out = append(out, g)
		}
	}
	addFormer := func(id model.ObjectID) {
		for _, f := range former[id] {
			add(model.TrusteeOfSID(f))
		}
	}
	self := s.TrusteeRecordID(p)
	addFormer(self)
	if self != 0 && s.Record(self).Class != model.ClassGroup {
		for _, g := range everybody(s) {
			add(g)
		}
	}
	Up(s, p, func(g In) bool {
		if g.Group == NotRead {
			add(g.Party)
			return false
		}
		id := up.Groups[g.Group].Id
		if !behalf && !InToken(s.Record(id)) {
			return false
		}
		add(g.Party)
		addFormer(id)
		return true
	})
	return out
}

// everybody returns the parties that are in every account's token.
func everybody(s *model.Snapshot) []model.TrusteeID { return PrimaryGroups.Of(s).everyone }

// PrimaryGroup is the one group of an account that is no value of member.
func PrimaryGroup(s *model.Snapshot, p model.TrusteeID) model.TrusteeID {
	id := s.TrusteeRecordID(p)
	if id == 0 || s.Record(id).PrimaryGroup == 0 {
		return 0
	}
	o := s.Record(id)
	return PrimaryGroups.Of(s).byKey[primaryKey(s.SIDs.At(uint32(o.SID)).Domain, o.PrimaryGroup)]
}

// primaryKey joins a domain and the RID of a group in it.
func primaryKey(domain, rid uint32) uint64 { return uint64(domain)<<32 | uint64(rid) }

// primaries are the SIDs that are somebody's primary group, and those that hold
// everybody.
type primaries struct {
	byKey    map[uint64]model.TrusteeID // by primaryKey
	everyone []model.TrusteeID
}

// PrimaryGroups looks at every SID.
var PrimaryGroups = model.Derive(func(s *model.Snapshot) *primaries {
	out := &primaries{byKey: map[uint64]model.TrusteeID{}}
	for id := uint32(1); id < s.Objects.Len(); id++ {
		if o := s.Objects.At(id); o.PrimaryGroup != 0 {
			out.byKey[primaryKey(s.SIDs.At(uint32(o.SID)).Domain, o.PrimaryGroup)] = 0
		}
	}
	for id := uint32(1); id < s.SIDs.Len(); id++ {
		r := s.SIDs.At(id)
		if key := primaryKey(r.Domain, r.Rid); !r.Whole {
			if first, wanted := out.byKey[key]; wanted && first == 0 {
				out.byKey[key] = model.TrusteeOfSID(pool.SID(id))
			}
		}
		if r.Rid > 11 {
			continue
		}
		if sid := s.SIDOf(pool.SID(id)); sid == acl.SIDEveryone || sid == acl.SIDAuthenticatedUsers {
			out.everyone = append(out.everyone, model.TrusteeOfSID(pool.SID(id)))
		}
	}
	return out
}).Outlives(model.Memberships | model.Lists)
