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

// derivations counts the calls of Derive: each snapshot has a place for each.
var derivations int

// Derive makes an index of what work returns. It is called for package-level
// variables alone, before the first snapshot is made; work must not ask for the
// index itself, and what it returns must not be changed afterwards.
func Derive[T any](work func(*Snapshot) T) *Derived[T] {
	derivations++
	return &Derived[T]{n: derivations - 1, work: work}
}

// derived is the place of one index in one snapshot.
type derived struct {
	once   sync.Once
	value  any
	failed any // what its work panicked with
}

// Of returns the index for a snapshot. It is worked out by the first who asks;
// any number of goroutines may ask, and the others wait. A panic in the work
// reaches everybody who asks. Later calls cost no more than a look at a flag.
func (d *Derived[T]) Of(s *Snapshot) T {
	p := &s.derived[d.n]
	p.once.Do(func() {
		done := false
		defer func() {
			if !done {
				p.failed = recover()
				panic(p.failed)
			}
		}()
		p.value = d.work(s)
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
	fresh.derived = make([]derived, derivations)
	return &fresh
}
