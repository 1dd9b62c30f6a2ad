package rbac

import (
	"strings"

	"mbxperm/model"
	"mbxperm/model/coverage"
	"mbxperm/model/internal/pool"
	"mbxperm/model/member"
)

// Reach is the part of the directory in which an assignment counts: all that lies
// below Root, or everywhere where that is 0, with that certainty.
type Reach struct {
	Root      pool.DN
	Certainty member.Certainty
}

// reachOf is where the recipient write scope lets an assignment count. What the
// filter of a scope takes cannot be told; nor whom a word of a person's own
// (MyGAL, MyDirectReports) means. A scope that was not read may be any.
func (b *Book) reachOf(a *Assignment) Reach {
	switch w := a.Flags.RecipientWrite(); w {
	case ScopeOrganization:
		return Reach{Certainty: member.Sure}
	case ScopeNone, ScopeNotApplicable, ScopeSelf:
		return Reach{}
	case ScopeOU:
		if a.RoleAssignment.Scope == 0 {
			return Reach{Certainty: member.Unread}
		}
		return Reach{a.RoleAssignment.Scope, member.Sure}
	case ScopeCustom, ScopeExclusive:
		return b.reachOfScope(a.Scope)
	}
	return Reach{Certainty: member.Possible}
}

func (b *Book) reachOfScope(x *model.RoleScope) Reach {
	if x == nil {
		return Reach{Certainty: member.Unread}
	}
	o := b.s.Record(x.Obj)
	noFilter := x.FilterState == model.Present && x.Filter == "" || b.reads.NoValue(o, x.FilterState, coverage.AttrScopeFilter)
	switch {
	case x.Filter != "": // without a root the whole organisation
		return Reach{x.Root, member.Possible}
	case x.Root == 0 && !b.reads.NoValue(o, x.RootState, coverage.AttrScopeRoot):
		return Reach{Certainty: member.Unread}
	case noFilter:
		return Reach{x.Root, member.Sure}
	}
	return Reach{x.Root, member.Unread | member.Possible}
}

// IsKeptApart reports whether a scope of any kind is exclusive.
func IsKeptApart(x *model.RoleScope) bool { return x.Flags&scopeExclusive != 0 }

// IsExclusive reports whether a scope keeps out whoever has no exclusive
// assignment.
func IsExclusive(x *model.RoleScope) bool {
	kind := x.Flags & scopeKind
	return x.Flags&scopeExclusive != 0 && (kind == scopeRecipient || kind == scopeObsolete)
}

// Place is a part of the directory in which the same assignments count: the
// nearest container, from a mailbox up, that some assignment or exclusive scope
// begins at; 0 where there is none.
type Place pool.DN

// places are those there are.
type places struct {
	roots      map[pool.DN]bool
	everywhere []int             // assignments that count without regard to the place
	below      map[pool.DN][]int // by the root of their reach
	exclusive  map[pool.DN]bool  // roots of exclusive scopes, 0 for everywhere
}

func (b *Book) findPlaces() *places {
	p := &places{roots: map[pool.DN]bool{}, below: map[pool.DN][]int{}, exclusive: map[pool.DN]bool{}}
	for i := range b.s.Roles.Scopes.Len() {
		if x := b.s.Roles.Scopes.At(i); IsExclusive(x) || x.FlagsState != model.Present { // which may be exclusive
			p.exclusive[x.Root] = true
			p.roots[x.Root] = true
		}
	}
	for i := range b.Assignments {
		a := &b.Assignments[i]
		if a.Decoded && a.Flags.RecipientWrite() == ScopeExclusive && a.Scope == nil {
			p.exclusive[0] = true // it was not read, and any mailbox may be in it
		}
		switch r := a.Reach; {
		case a.Counts == member.No || r.Certainty == member.No:
		case r.Root == 0:
			p.everywhere = append(p.everywhere, i)
		default:
			p.below[r.Root] = append(p.below[r.Root], i)
			p.roots[r.Root] = true
		}
	}
	delete(p.roots, 0)
	return p
}

// PlaceOf returns the place of an object.
func (b *Book) PlaceOf(name pool.DN) Place {
	for ; name != 0 && len(b.reach.roots) > 0; name = b.s.DNs.At(uint32(name)).Parent {
		if b.reach.roots[name] {
			return Place(name)
		}
	}
	return 0
}

// Counting is an assignment that counts at a place, with how certain that is,
// whoever holds it.
type Counting struct {
	Assignment int
	Certainty  member.Certainty
	KeptOut    bool // the certainty is what an exclusive scope leaves of it
}

// KeptOut reports whether an exclusive scope may hold what lies at a place: it
// keeps out whoever has no exclusive assignment, so that what others hold is
// possible and no more (inferred).
func (b *Book) KeptOut(p Place) bool {
	for name := pool.DN(p); name != 0; name = b.s.DNs.At(uint32(name)).Parent {
		if b.reach.exclusive[name] {
			return true
		}
	}
	return b.reach.exclusive[0]
}

// Everywhere returns the assignments that count without regard to the place.
func (b *Book) Everywhere(keptOut bool) []Counting {
	return b.counting(nil, b.reach.everywhere, keptOut)
}

// Below returns those that count at a place and not everywhere.
func (b *Book) Below(p Place) (out []Counting) {
	keptOut := b.KeptOut(p)
	for name := pool.DN(p); name != 0; name = b.s.DNs.At(uint32(name)).Parent {
		out = b.counting(out, b.reach.below[name], keptOut)
	}
	return out
}

func (b *Book) counting(out []Counting, of []int, exclusive bool) []Counting {
	for _, n := range of {
		a := &b.Assignments[n]
		c := Counting{Assignment: n, Certainty: a.Counts.Through(a.Reach.Certainty)}
		if exclusive && (!a.Decoded || a.Flags.RecipientWrite() != ScopeExclusive) {
			c.Certainty, c.KeptOut = c.Certainty.Through(member.Possible), true
		}
		out = append(out, c)
	}
	return out
}

// foldName is the name of an entry as Exchange compares them.
func foldName(entry string) string { return strings.ToLower(EntryName(entry)) }
