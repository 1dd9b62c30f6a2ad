package rbac

import (
	"slices"

	"mbxperm/model"
	"mbxperm/model/coverage"
	"mbxperm/model/internal/pool"
	"mbxperm/model/member"
)

// Holders returns who has what is assigned to an assignee, as a server of a domain
// sees tokens: the account, whoever has the group in his token, whoever has the
// policy. A linked mailbox is its owner's in the other forest, who acts with its
// roles (inferred).
func (b *Book) Holders(assignee int, d member.Domain) *member.Holding {
	who := &b.Assignees[assignee]
	a := &b.Assignments[who.Assignments[0]]
	if who.DN == 0 {
		if b.IsGone(a) {
			return &member.Holding{}
		}
		return &member.Holding{All: member.Unread}
	}
	id := b.s.At(who.DN)
	if b.isPolicy(id, who) {
		return b.policyHolders(who.DN)
	}
	if id == 0 || b.s.Record(id).Class == model.ClassUnknown {
		if b.isOne(who) {
			return b.strangers() // one account that was not read; somebody outside may own its mailbox
		}
		return &member.Holding{All: member.Unread}
	}
	o := b.s.Record(id)
	switch o.Class {
	case model.ClassUser, model.ClassComputer, model.ClassService:
		return b.accountHolders(id, o, d)
	case model.ClassGroup, model.ClassForeign:
		if o.SID == 0 {
			return &member.Holding{All: member.Unread}
		}
		h := b.graph().HoldersOf(o.SID, d)
		if g := b.groups[id]; g != nil && g.Foreign != 0 {
			// Its members are in the other forest: of the group itself nothing is
			// open that is not open there.
			h = merge(h, &member.Holding{Persons: b.graph().HoldersOf(g.Foreign, d).Persons})
		}
		return h
	}
	return &member.Holding{}
}

// HasAssignee reports whether it was read who an assignment's assignee is.
func (b *Book) HasAssignee(a *Assignment) bool {
	id := b.s.At(a.User)
	return a.User != 0 && id != 0 && b.s.Record(id).Class != model.ClassUnknown
}

func (b *Book) accountHolders(id model.ObjectID, o *model.Record, d member.Domain) *member.Holding {
	h := &member.Holding{}
	if o.Is(model.FlagDeleted) {
		return h
	}
	if o.SID != 0 {
		h = b.graph().HoldersOf(o.SID, d)
	} else if p, ok := b.graph().PersonOf(id); ok {
		h.Persons = []member.Holder{{Person: p, Certainty: member.Sure}}
	}
	if o.Master != 0 && o.Master != pool.Self {
		h = merge(h, b.owners(o.Master))
	}
	return h
}

// owners are those who have a master account's SID, who act with the roles of its
// mailbox (inferred).
func (b *Book) owners(master pool.SID) *member.Holding {
	out := &member.Holding{}
	for _, p := range b.graph().PersonsOf(master) {
		out.Persons = append(out.Persons, member.Holder{Person: p, Certainty: member.Possible})
	}
	slices.SortFunc(out.Persons, func(x, y member.Holder) int { return int(x.Person) - int(y.Person) })
	return out
}

// strangers are all persons outside the forest, each of whom may be the one who owns
// a linked mailbox that was not read.
func (b *Book) strangers() *member.Holding {
	out := &member.Holding{}
	for _, p := range b.graph().Strangers() {
		out.Persons = append(out.Persons, member.Holder{Person: p, Certainty: member.Doubtful})
	}
	return out
}

// merge joins two holdings.
func merge(x, y *member.Holding) *member.Holding {
	out := &member.Holding{All: x.All | y.All}
	i, j := x.Persons, y.Persons
	for len(i) > 0 || len(j) > 0 {
		switch {
		case len(j) == 0 || len(i) > 0 && i[0].Person < j[0].Person:
			out.Persons, i = append(out.Persons, i[0]), i[1:]
		case len(i) == 0 || j[0].Person < i[0].Person:
			out.Persons, j = append(out.Persons, j[0]), j[1:]
		default:
			out.Persons = append(out.Persons, member.Holder{Person: i[0].Person, Certainty: i[0].Certainty | j[0].Certainty})
			i, j = i[1:], j[1:]
		}
	}
	return out
}

// isOne reports whether all assignments of an assignee call it a single account.
func (b *Book) isOne(who *Assignee) bool {
	return !slices.ContainsFunc(who.Assignments, func(n int) bool {
		a := &b.Assignments[n]
		t := a.Flags.Assignee()
		return !a.Decoded || t != AssigneeUser && t != AssigneeComputer && t != AssigneeMailboxPlan
	})
}

// IsPolicy reports whether an assignee is a role assignment policy.
func (b *Book) IsPolicy(assignee int) bool {
	who := &b.Assignees[assignee]
	return who.DN != 0 && b.isPolicy(b.s.At(who.DN), who)
}

// isPolicy goes by the object, and where that was not read by what an assignment
// says of it.
func (b *Book) isPolicy(id model.ObjectID, who *Assignee) bool {
	if id != 0 && b.s.Record(id).Class != model.ClassUnknown {
		return b.s.Record(id).Class == model.ClassPolicy
	}
	return slices.ContainsFunc(who.Assignments, func(n int) bool {
		return b.Assignments[n].Decoded && b.Assignments[n].Flags.Assignee() == AssigneePolicy
	})
}

// policyHolders are the mailboxes that name a policy, and, of the default one,
// those that name none.
func (b *Book) policyHolders(name pool.DN) *member.Holding {
	g := b.graph()
	found, n := make([]member.Certainty, g.Len()), 0 // by person: nearly all of them have one
	for i := range b.s.Recipients.Len() {
		id := *b.s.Recipients.At(i)
		o := b.s.Record(id)
		if !o.HasMailbox() || o.Is(model.FlagDeleted) {
			continue
		}
		c := b.hasPolicy(id, o, name)
		if c == member.No {
			continue
		}
		if p, ok := g.PersonOf(id); ok {
			found[p] |= c
		}
		if o.Master != 0 && o.Master != pool.Self {
			for _, p := range g.PersonsOf(o.Master) {
				found[p] |= c.Through(member.Possible)
			}
		}
	}
	for _, c := range found {
		if c != member.No {
			n++
		}
	}
	out := &member.Holding{Persons: make([]member.Holder, 0, n)}
	for p, c := range found {
		if c != member.No {
			out.Persons = append(out.Persons, member.Holder{Person: member.Person(p), Certainty: c})
		}
	}
	return out
}

// hasPolicy says how certain it is that a mailbox has a policy.
func (b *Book) hasPolicy(id model.ObjectID, o *model.Record, name pool.DN) member.Certainty {
	policy, state := b.s.Roles.PolicyOf(id)
	switch {
	case policy == name && policy != 0:
		return member.Sure
	case policy != 0:
		return member.No
	case b.reads.NoValue(o, state, coverage.AttrPolicyLink):
		if b.defaults[name] {
			return member.Sure
		}
		if b.s.At(name) == 0 || len(b.defaults) == 0 {
			return member.Unread // which of them is the default was not read
		}
		return member.No
	}
	return member.Unread
}

// Held is an assignee whose assignments somebody has.
type Held struct {
	Assignee  int
	Certainty member.Certainty
}

// HeldBy returns the assignees whose assignments a person has: he himself, the
// groups in his token, his policy. It is [Book.Holders] read the other way, in
// the domain of the Exchange servers where the forest has one domain.
func (b *Book) HeldBy(p member.Person) (out []Held) {
	h := heldOf.Of(b.s)
	out = slices.Clone(h.of(p))
	for n, c := range h.all {
		if c == member.No {
			continue
		}
		if i := slices.IndexFunc(out, func(x Held) bool { return x.Assignee == n }); i >= 0 {
			out[i].Certainty |= c
		} else {
			out = append(out, Held{n, c})
		}
	}
	return out
}

// HeldByName is HeldBy without what everybody may have: in whose token a group is
// of which it is not known that everybody is in it. The slice is not to be changed.
func (b *Book) HeldByName(p member.Person) []Held { return heldOf.Of(b.s).of(p) }

// Domain is that of the Exchange servers, 0 where it cannot be told.
func (b *Book) Domain() member.Domain { return b.domain }

// held is HeldBy for everybody: worked out once.
type held struct {
	from []uint32 // by person: where its part of list begins
	list []Held
	all  map[int]member.Certainty // what everybody has
}

func (h *held) of(p member.Person) []Held { return h.list[h.from[p]:h.from[p+1]] }

var heldOf = model.Derive(func(s *model.Snapshot) *held {
	b := Of(s)
	h := &held{from: make([]uint32, b.graph().Len()+1), all: map[int]member.Certainty{}}
	holdings := make([]*member.Holding, len(b.Assignees))
	for n := range b.Assignees {
		holdings[n] = b.Holders(n, b.domain)
		if holdings[n].All != member.No {
			h.all[n] = holdings[n].All
		}
		for _, p := range holdings[n].Persons {
			h.from[p.Person+1]++
		}
	}
	for i := 1; i < len(h.from); i++ {
		h.from[i] += h.from[i-1]
	}
	next := slices.Clone(h.from)
	h.list = make([]Held, h.from[len(h.from)-1])
	for n, holding := range holdings {
		for _, p := range holding.Persons {
			h.list[next[p.Person]] = Held{n, p.Certainty}
			next[p.Person]++
		}
	}
	return h
})
