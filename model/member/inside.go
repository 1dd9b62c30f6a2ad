package member

import (
	"mbxperm/model"
	"mbxperm/model/internal/pool"
)

// Passing is how a group hands on to its members what it is given.
type Passing uint8

// The ways of passing.
const (
	ByToken  Passing = iota // rights of an entry: see [Graph.InTokenAt]
	ByName                  // Send on Behalf: see [Graph.NamedBy]
	ByMember                // whoever is in it, whatever comes of that: see [Downward]
)

// Inside is somebody directly in a group.
type Inside struct {
	// ID is the member; 0 for one that was not delivered, of whom there is Name, and
	// for a person without an object.
	ID       model.ObjectID
	Name     pool.DN
	Person   Person
	IsPerson bool
	IsGroup  bool // it has members, or is a group
	// Passes says how certain it is that a group hands on what the one above has.
	Passes Certainty
	// Primary: the group is his primary group; Guessed, where that was not read and
	// is taken to be the usual one.
	Primary, Guessed bool
	// Owner: the linked mailbox ID is in the group, and he is who logs on to it.
	Owner bool
}

// Inside calls yield for everybody directly in a group, in the order in which they
// came, until it returns false: values of member, then accounts whose primary group
// it is, where these count. d is the domain whose tokens are meant; only
// ByToken asks for it.
func (g *Graph) Inside(group model.ObjectID, d Domain, how Passing, yield func(Inside) bool) {
	o := g.s.Record(group)
	for i := range o.Members.N {
		name := *g.s.Members.At(o.Members.First + i)
		in := Inside{ID: g.s.At(name), Name: name}
		if in.ID != 0 {
			m := g.s.Record(in.ID)
			if m.Is(model.FlagDeleted) {
				continue
			}
			in.Person, in.IsPerson = g.PersonOf(in.ID)
			in.IsGroup = !in.IsPerson && g.holds[in.ID]
			if in.IsGroup {
				in.Passes = g.Passes(in.ID, d, how)
			}
		}
		if !yield(in) {
			return
		}
		if how == ByName && in.IsPerson {
			if owner, ok := g.ownerOf(g.s.Record(in.ID)); ok && !yield(Inside{ID: in.ID, Name: name, Person: owner, IsPerson: true, Owner: true}) {
				return
			}
		}
	}
	if how == ByName {
		return
	}
	for _, p := range g.primary.Of(uint32(group)) {
		in := Inside{ID: g.persons[p].obj, Person: Person(p), IsPerson: true, Primary: true, Guessed: g.guessed[p]}
		if in.ID != 0 {
			in.Name = g.s.Record(in.ID).DN
		}
		if !yield(in) {
			return
		}
	}
}

// SizeOf is the number of those whom [Graph.Inside] yields, at most.
func (g *Graph) SizeOf(group model.ObjectID) int {
	return int(g.s.Record(group).Members.N) + len(g.primary.Of(uint32(group)))
}

// Passes says how certain it is that a group hands on to its members what it is given.
func (g *Graph) Passes(id model.ObjectID, d Domain, how Passing) Certainty {
	o := g.s.Record(id)
	switch {
	case how == ByToken:
		return g.InTokenAt(o, d)
	case how == ByName && !mailEnabled(o):
		return No
	}
	return Sure
}

// Everybody is all who have what a group has, at whatever depth.
type Everybody struct {
	Persons []Holder // in order of their numbers, each once
	// Unread are the groups on the way of whose members some were not read.
	Unread []model.ObjectID
}

// EverybodyIn returns them. A circle of groups ends, and each group is gone through
// once.
func (g *Graph) EverybodyIn(group model.ObjectID, d Domain, how Passing) (out Everybody) {
	w := g.descent(d)
	defer g.rest(w)
	switch how {
	case ByToken:
		w.enter(group, Sure)
	case ByName:
		w.named(group)
	case ByMember:
		w.members(group)
	}
	out.Persons = w.list()
	for _, id := range w.met.groups {
		if g.unread[id] {
			out.Unread = append(out.Unread, id)
		}
	}
	return out
}

// members takes whoever is in a group, tokens or not.
func (w *descent) members(group model.ObjectID) {
	if !w.meetGroup(group, Sure) {
		return
	}
	w.g.Inside(group, w.d, ByMember, func(in Inside) bool {
		switch {
		case in.IsPerson && in.Guessed:
			w.meet(in.Person, Unread)
		case in.IsPerson:
			w.meet(in.Person, Sure)
		case in.IsGroup:
			w.members(in.ID)
		}
		return true
	})
}
