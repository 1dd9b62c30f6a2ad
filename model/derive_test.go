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

// TestProgress: what is published of the progress alone has the facts of the
// snapshot before, and the state of now; the next snapshot has all.
func TestProgress(t *testing.T) {
	w := NewWriter(NewPool())
	w.Put(&Object{DN: "CN=a,DC=contoso,DC=com", Class: ClassUser})
	if s := w.Progress(); s.Objects.Len() != 2 { // there was none before
		t.Errorf("%d objects in the first, want 2", s.Objects.Len())
	}
	before := w.Snapshot()
	w.Put(&Object{DN: "CN=b,DC=contoso,DC=com", Class: ClassUser})
	w.State.Entries = 2
	s := w.Progress()
	if s == before || s.Objects.Len() != 2 || s.State.Entries != 2 || before.State.Entries != 0 {
		t.Errorf("%d objects, %d entries and before %d; want 2, 2 and 0", s.Objects.Len(), s.State.Entries, before.State.Entries)
	}
	if derivedNumber.Of(s) != derivedNumber.Of(before) {
		t.Error("what is derived is not that of the facts")
	}
	if s := w.Snapshot(); s.Objects.Len() != 3 {
		t.Errorf("%d objects in the end, want 3", s.Objects.Len())
	}
}
