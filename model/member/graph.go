package member

import (
	"slices"
	"sync"

	"mbxperm/model"
	"mbxperm/model/internal/pool"
	"mbxperm/model/internal/table"
)

// Certainty says how sure it is that a token holds a SID. It is a set: a person
// may be in a group by one way that is possible and by another that was not
// read.
type Certainty uint8

// The members of the set. In whatever way the unread turns out, Sure is sure
// and Possible is possible; what else is in the set may add to it.
const (
	// Doubtful: something was not read, and even then the directory does not
	// tell.
	Doubtful Certainty = 1 << iota
	// Unread: it depends on something that was not read, and on nothing else.
	Unread
	// Possible: it depends on something that the directory does not tell.
	Possible
	// Sure needs nothing more; what else is in the set does not matter then.
	Sure

	No Certainty = 0
)

// Through is what is left of a certainty after a step that is itself no more
// than that certain: each way is gone on by each.
func (c Certainty) Through(step Certainty) (out Certainty) {
	switch {
	case step == Sure:
		return c
	case c == Sure:
		return step
	}
	for x := Doubtful; x <= Sure; x <<= 1 {
		for y := Doubtful; y <= Sure; y <<= 1 {
			if c&x != 0 && step&y != 0 {
				out |= x.then(y)
			}
		}
	}
	return out
}

// Readings are the certainties that are left, whatever was not read turns out
// to be: each is Sure, Possible or No.
func (c Certainty) Readings() (out []Certainty) {
	if c&Sure != 0 {
		return []Certainty{Sure}
	}
	out = append(out, c&Possible)
	if c&Unread != 0 {
		out = append(out, Sure)
	}
	if c&Doubtful != 0 && c&Possible == 0 {
		out = append(out, Possible)
	}
	return out
}

// then is one way after another.
func (c Certainty) then(next Certainty) Certainty {
	switch {
	case c == Sure || c == next:
		return next
	case next == Sure:
		return c
	}
	return Doubtful
}

// Person numbers a person of a [Graph].
type Person uint32

// Graph is who is in which group, with persons at its lower end: every account
// that can log on, and every SID outside the forest that is named as a master
// account, in a group or by an entry. It never changes and may be used by any
// number of goroutines.
type Graph struct {
	s         *model.Snapshot
	persons   []person
	number    []uint32              // by ObjectID: 1 + number of the person that it is
	strange   map[pool.SID]Person   // those outside the forest
	abroad    map[uint32][]Person   // the same by the domain of their SIDs
	moved     map[uint32][]pool.SID // by domain: SIDs outside the forest that groups of the forest had before
	up        table.Lists           // by ObjectID: the groups that name it, by ObjectID
	primary   table.Lists           // by ObjectID of a group: the persons whose primary group it is
	grouped   []model.ObjectID      // by person: the primary group, 0 where there is none
	guessed   []bool                // by person: the primary group was not read, and is taken to be the usual one
	ungrouped map[pool.SID][]Person // in order, by the SID of a primary group that was not delivered
	former    map[model.ObjectID][]pool.SID
	unread    map[model.ObjectID]bool  // groups of whose members some were not read
	partial   bool                     // not every domain was read to its end
	everyone  pool.SID                 // that of Authenticated Users or the like, where a group holds it
	everybody []model.ObjectID         // groups that name everybody: by Authenticated Users and the like
	holds     []bool                   // by ObjectID: has members, or is a group
	gaps      func(*model.Record) bool // whether not all members of a group came

	sorts []sortOfDomain // by the domain of a SID

	descents sync.Pool // of *descent

	mu   sync.Mutex
	open map[Domain]map[model.ObjectID]Certainty // see openIn
}

type person struct {
	sid pool.SID
	obj model.ObjectID
}

// NewGraph makes the graph of a snapshot. unread says of which groups members
// were not read.
func NewGraph(s *model.Snapshot, unread func(*model.Record) bool) *Graph {
	g := &Graph{s: s, gaps: unread, former: FormerSIDs(s), unread: map[model.ObjectID]bool{}, strange: map[pool.SID]Person{}, abroad: map[uint32][]Person{}, moved: map[uint32][]pool.SID{},
		ungrouped: map[pool.SID][]Person{}, open: map[Domain]map[model.ObjectID]Certainty{}}
	g.partial = slices.ContainsFunc(s.Forest.Domains, func(d model.DomainInfo) bool { return !d.Complete })
	n := s.Objects.Len()
	g.number, g.holds = make([]uint32, n), make([]bool, n)
	g.sorts = sortsOf(s)
	g.findPersons()
	g.findStrangers()
	for id := model.ObjectID(1); uint32(id) < n; id++ {
		g.look(id)
	}
	g.up = table.MakeLists(n, func(yield func(key, value uint32)) {
		for id := model.ObjectID(1); uint32(id) < n; id++ {
			if !g.holds[id] {
				continue
			}
			o := s.Record(id)
			for i := range o.Members.N {
				if in := s.At(*s.Members.At(o.Members.First + i)); in != 0 {
					yield(uint32(in), uint32(id))
				}
			}
		}
	})
	g.findPrimaryGroups()
	return g
}

// look notes what the members of an object are together.
func (g *Graph) look(id model.ObjectID) {
	s, o := g.s, g.s.Record(id)
	if g.holds[id] = !o.IsStore() && (o.Class == model.ClassGroup || o.Members.N > 0); !g.holds[id] {
		return
	}
	open := g.gaps(o)
	for i := range o.Members.N {
		in := s.At(*s.Members.At(o.Members.First + i))
		if in == 0 || g.isBlank(s.Record(in)) {
			open = true // it may be a group that anybody is in
		} else if sid := s.Record(in).SID; sid != 0 && g.IsUniversal(sid) {
			g.everybody, g.everyone = append(g.everybody, id), sid
		}
	}
	if open {
		g.unread[id] = true
	}
}

// isBlank reports whether so little of an object was read that it may be a
// group or anybody.
func (g *Graph) isBlank(o *model.Record) bool {
	switch o.Class {
	case model.ClassUnknown:
		return o.Recipient == model.NoRecipient && o.Members.N == 0
	case model.ClassForeign:
		return o.SID == 0
	}
	return false
}

// findPersons lists the accounts of the forest.
func (g *Graph) findPersons() {
	for id := model.ObjectID(1); uint32(id) < g.s.Objects.Len(); id++ {
		o := g.s.Record(id)
		if o.Is(model.FlagDeleted) || o.Class != model.ClassUser && o.Class != model.ClassComputer && o.Class != model.ClassService {
			continue
		}
		g.persons = append(g.persons, person{o.SID, id})
		g.number[id] = uint32(len(g.persons))
	}
}

// findStrangers lists the SIDs outside the forest: those of foreign security
// principals, which are named in a group, of master accounts, and of entries.
func (g *Graph) findStrangers() {
	s := g.s
	for id := pool.SID(1); uint32(id) < s.SIDs.Len(); id++ {
		info := s.SIDInfo(id)
		var fsp model.ObjectID
		if h := info.Holder; h != 0 {
			if s.Record(h).Class != model.ClassForeign {
				continue
			}
			fsp = h
		}
		linked := s.LinkedTo(id) != 0
		if fsp == 0 && !linked && !info.Named && info.Former == 0 || g.sortOf(id) != elsewhere {
			continue
		}
		number := s.SIDs.At(uint32(id)).Domain
		if fsp == 0 && !linked && info.Former != 0 {
			// Whoever had it is in the forest now. What a group had was a group
			// there.
			if !g.isKnown(id) {
				g.moved[number] = append(g.moved[number], id)
			}
			continue
		}
		if fsp == 0 && !linked && s.TrusteeKind(id) != model.KindForeign {
			continue
		}
		p := Person(len(g.persons))
		g.persons = append(g.persons, person{id, fsp})
		g.strange[id] = p
		g.abroad[number] = append(g.abroad[number], p)
	}
}

// findPrimaryGroups joins persons and their primary groups. Where
// primaryGroupID was not read it is taken to be the usual one, as far as a
// guess goes. A token has the SID of the primary group whether or not anybody
// holds that.
func (g *Graph) findPrimaryGroups() {
	s := g.s
	groups := map[uint64]model.ObjectID{} // by primaryKey
	for id := model.ObjectID(1); uint32(id) < s.Objects.Len(); id++ {
		if o := s.Record(id); o.Class == model.ClassGroup && o.SID != 0 && !o.Is(model.FlagDeleted) {
			r := s.SIDs.At(uint32(o.SID))
			groups[primaryKey(r.Domain, r.Rid)] = id
		}
	}
	missing := map[uint64][]Person{}
	g.grouped, g.guessed = make([]model.ObjectID, len(g.persons)), make([]bool, len(g.persons))
	for n := range g.persons {
		p := &g.persons[n]
		if p.obj == 0 || p.sid == 0 || s.Record(p.obj).Class == model.ClassForeign {
			continue
		}
		o := s.Record(p.obj)
		rid := o.PrimaryGroup
		if rid == 0 {
			g.guessed[n] = true
			if rid = ridDomainUsers; o.Class != model.ClassUser {
				rid = ridDomainComputers
			}
		}
		key := primaryKey(s.SIDs.At(uint32(p.sid)).Domain, rid)
		if g.grouped[n] = groups[key]; g.grouped[n] == 0 {
			missing[key] = append(missing[key], Person(n))
		}
	}
	for id := pool.SID(1); uint32(id) < s.SIDs.Len() && len(missing) > 0; id++ {
		if r := s.SIDs.At(uint32(id)); !r.Whole {
			if persons := missing[primaryKey(r.Domain, r.Rid)]; persons != nil {
				g.ungrouped[id] = persons
			}
		}
	}
	g.primary = table.MakeLists(s.Objects.Len(), func(yield func(key, value uint32)) {
		for n, id := range g.grouped {
			if id != 0 {
				yield(uint32(id), uint32(n))
			}
		}
	})
}

// Len returns the number of persons.
func (g *Graph) Len() int { return len(g.persons) }

// Everybody returns the SID of Authenticated Users or the like that groups
// hold; 0 where none does.
func (g *Graph) Everybody() pool.SID { return g.everyone }

// Strangers returns the persons outside the forest, in order.
func (g *Graph) Strangers() (out []Person) {
	for _, p := range g.strange {
		out = append(out, p)
	}
	slices.Sort(out)
	return out
}

// Object returns the object of a person, 0 for a SID without one. That of a
// person outside the forest is a foreign security principal.
func (g *Graph) Object(p Person) model.ObjectID { return g.persons[p].obj }

// Trustee returns who a person is.
func (g *Graph) Trustee(p Person) model.TrusteeID {
	if sid := g.persons[p].sid; sid != 0 {
		return model.TrusteeOfSID(sid)
	}
	return model.TrusteeOfDN(g.s.Record(g.persons[p].obj).DN)
}

// PersonOf returns the person that an object is; ok is false where it is none.
func (g *Graph) PersonOf(id model.ObjectID) (p Person, ok bool) {
	if id == 0 {
		return 0, false
	}
	if n := g.number[id]; n != 0 {
		return Person(n - 1), true
	}
	if o := g.s.Record(id); o.Class == model.ClassForeign {
		p, ok = g.strange[o.SID]
	}
	return p, ok
}

// PersonsOf returns the persons whose own SID it is.
func (g *Graph) PersonsOf(sid pool.SID) (out []Person) {
	if p, ok := g.strange[sid]; ok {
		return []Person{p}
	}
	for _, id := range g.s.Holders(sid) {
		if p, ok := g.PersonOf(id); ok {
			out = append(out, p)
		}
	}
	return out
}

// isKnown reports whether a SID that nobody holds now is known to be an
// account, and so no group of its domain: a mailbox is linked to it, or an
// account of the forest had it before.
func (g *Graph) isKnown(sid pool.SID) bool {
	return g.s.LinkedTo(sid) != 0 || slices.ContainsFunc(g.s.FormerHolders(sid), func(id model.ObjectID) bool {
		return g.s.Record(id).Class != model.ClassGroup
	})
}

// Domain is the domain of an Exchange server, by the number that SIDs know it
// by in the pool, plus one; 0 where it cannot be told.
type Domain uint32

// DomainOf returns the domain of a SID.
func DomainOf(s *model.Snapshot, sid pool.SID) Domain {
	return Domain(s.SIDs.At(uint32(sid)).Domain + 1)
}

// Heads are the domains of the forest whose SIDs some SID of the pool has.
func Heads(s *model.Snapshot) []Domain { return headsOf.Of(s) }

var headsOf = model.Derive(func(s *model.Snapshot) (out []Domain) {
	heads := s.DomainHeads()
	for n, domain := range s.SIDDomains {
		if _, ours := heads[domain]; ours {
			out = append(out, Domain(n+1))
		}
	}
	return out
}).Outlives(model.Memberships | model.Lists)

// InTokenAt says whether a token that a server of a domain sees holds a group,
// and with it what the group is in. Security-enabled groups only: universal and
// global ones of any domain, domain-local ones of the server's ([MS-KILE]
// 3.3.5.7.3). BUILTIN groups are local to the domain controllers; a server has
// its own under the same SIDs.
func (g *Graph) InTokenAt(o *model.Record, d Domain) Certainty {
	switch {
	case o.Is(model.FlagDeleted):
		return No
	case o.Class != model.ClassGroup && o.Class != model.ClassUnknown:
		return No
	case o.SID != 0 && g.IsBuiltin(o.SID):
		return No
	case !o.Is(model.FlagGroupType):
		return Unread
	case o.Is(model.FlagDistribution):
		return No
	case !o.Is(model.FlagDomainLocal) || o.SID == 0:
		return Sure
	case d == 0:
		return Possible
	case DomainOf(g.s, o.SID) != d:
		return No
	}
	return Sure
}
