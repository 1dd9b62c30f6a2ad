package model

import (
	"sync"
	"sync/atomic"
	"testing"

	"mbxperm/model/internal/pool"
)

var (
	derivedCalls  atomic.Int32
	derivedNumber = Derive(func(s *Snapshot) uint64 { derivedCalls.Add(1); return s.Gen })
	derivedPanic  = Derive(func(*Snapshot) int { panic("no index") })
)

// TestDerivedOnce: one goroutine works an index out, and all see the same; each
// snapshot has its own.
func TestDerivedOnce(t *testing.T) {
	w := NewWriter(pool.NewPool())
	for i := range 3 {
		s := w.Snapshot()
		derivedCalls.Store(0)
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				if got := derivedNumber.Of(s); got != s.Gen {
					t.Errorf("snapshot %d: got %d, want %d", i, got, s.Gen)
				}
			})
		}
		wg.Wait()
		if n := derivedCalls.Load(); n != 1 {
			t.Errorf("snapshot %d: worked out %d times", i, n)
		}
	}
}

// TestDerivedPanic: whoever asks for an index that cannot be made is told, the
// first and all who follow.
func TestDerivedPanic(t *testing.T) {
	s := NewWriter(pool.NewPool()).Snapshot()
	for i := range 3 {
		func() {
			defer func() {
				if got := recover(); got != "no index" {
					t.Errorf("call %d: got %v", i, got)
				}
			}()
			derivedPanic.Of(s)
		}()
	}
}
