package model

import (
	"sync"
)

// Derived is an index that a question keeps for a snapshot. It stands as a
// package-level variable in the question's own file, so that the snapshot knows
// nothing of its readers:
//
//	var byName = Derive(func(s *Snapshot) []uint32 { … })
//	…
//	order := byName.Of(s)
type Derived[T any] struct {
	n    int
	work func(*Snapshot) T
}

// derivations are the calls of Derive: each snapshot has a place for each.
var derivations []derivation

// derivation is what becomes of an index in a snapshot [Snapshot.With] a change.
type derivation struct {
	outlives parts
	follow   func(before, after *Snapshot) any // nil: it is worked out anew
}

// parts is a set of what a change touches.
type parts uint8

// What an index may be the same after.
const (
	// Memberships: who is in which group.
	Memberships parts = 1 << iota
	// Lists: which entries stand in the lists of objects, and the values of publicDelegates.
	Lists
	// sidsToo: which SIDs there are.
	sidsToo
)

// parts are those that a change touches.
func (c *Change) parts(strange bool) (out parts) {
	if len(c.Members)+len(c.Primaries) > 0 {
		out |= Memberships
	}
	if len(c.Lists)+len(c.Delegates) > 0 {
		out |= Lists
	}
	if strange {
		out |= sidsToo
	}
	return out
}

// Derive makes an index of what work returns. It is called for package-level
// variables alone, before the first snapshot is made; work must not ask for the
// index itself, and what it returns must not be changed afterwards.
func Derive[T any](work func(*Snapshot) T) *Derived[T] {
	derivations = append(derivations, derivation{})
	return &Derived[T]{n: len(derivations) - 1, work: work}
}

// Outlives says that the index is the same after changes of these parts alone, and
// looks at nothing else of a snapshot: one [Snapshot.With] such a change shares it.
func (d *Derived[T]) Outlives(p parts) *Derived[T] {
	derivations[d.n].outlives = p
	return d
}

// Following says how the index of a snapshot [Snapshot.With] a change is made of the
// one before, where it does not outlive the change. Where there are
// more SIDs than before it is worked out anew all the same.
func (d *Derived[T]) Following(follow func(before T, after *Snapshot) T) *Derived[T] {
	derivations[d.n].follow = func(before, after *Snapshot) any { return follow(d.Of(before), after) }
	return d
}

// derived is the place of one index in one snapshot.
type derived struct {
	once   sync.Once
	value  any
	failed any // what its work panicked with
	// before, where it is not nil, is the snapshot whose index this one follows.
	before *Snapshot
}

// Of returns the index for a snapshot. It is worked out by the first who asks;
// any number of goroutines may ask, and the others wait. A panic in the work
// reaches everybody who asks. Later calls cost no more than a look at a flag.
func (d *Derived[T]) Of(s *Snapshot) T {
	p := s.derived[d.n]
	p.once.Do(func() {
		done := false
		defer func() {
			if !done {
				p.failed = recover()
				panic(p.failed)
			}
		}()
		if p.before != nil {
			p.value = derivations[d.n].follow(p.before, s)
		} else {
			p.value = d.work(s)
		}
		done = true
	})
	if p.failed != nil {
		panic(p.failed)
	}
	return p.value.(T)
}

// Fresh returns the same snapshot without what was worked out for it: for tests
// and benchmarks of the working out.
func (s *Snapshot) Fresh() *Snapshot {
	fresh := *s
	fresh.derived = newDerived()
	return &fresh
}

// newDerived are the places of a snapshot.
func newDerived() []*derived {
	places, out := make([]derived, len(derivations)), make([]*derived, len(derivations))
	for i := range out {
		out[i] = &places[i]
	}
	return out
}

// derivedWith are the places of a snapshot that a change of these parts makes of s.
func (s *Snapshot) derivedWith(changed parts) []*derived {
	out := newDerived()
	for i, d := range derivations {
		switch {
		case changed&^d.outlives == 0:
			out[i] = s.derived[i]
		case d.follow != nil && changed&sidsToo == 0:
			out[i].before = s
		}
	}
	return out
}
