package grant

import (
	"math/rand/v2"
	"testing"

	"mbxperm/model/internal/pool"
)

// TestUses: the packed counts say what a plain table of columns says, also for
// ACEs of several senses and for more lists than one word counts.
func TestUses(t *testing.T) {
	const n = 50
	r := rand.New(rand.NewPCG(1, 2))
	var want [n][pool.Counted]uint32
	got := uses{one: make([]uint32, n)}
	for range 2000 {
		a, in := r.IntN(n), pool.Sense(r.IntN(int(pool.Counted)))
		switch k := r.IntN(20); {
		case k == 0:
			want[a][in] = 0
			got.clear(in, pool.ACE(a))
		default:
			more := uint32(r.IntN(3))
			if k == 1 {
				more = 1 << 28
			}
			if uint64(want[a][in])+uint64(more) > 1<<32-1 {
				continue
			}
			want[a][in] += more
			got.add(in, pool.ACE(a), more)
		}
		any := false
		for in := range pool.Counted {
			if got.Of(in, pool.ACE(a)) != want[a][in] {
				t.Fatalf("ACE %d in sense %d: %d, want %d", a, in, got.Of(in, pool.ACE(a)), want[a][in])
			}
			any = any || want[a][in] != 0
		}
		if got.any(pool.ACE(a)) != any {
			t.Fatalf("ACE %d: any %v, want %v", a, !any, any)
		}
	}
}

// TestKindsBySID: the numbered sets say what a plain table says, also when there
// are more sets than numbers.
func TestKindsBySID(t *testing.T) {
	const n = 80_000
	want, got := make([]RowKinds, n), makeKinds(n)
	r := rand.New(rand.NewPCG(3, 4))
	for i := range n {
		for range 1 + r.IntN(2) {
			more := RowKinds(r.Uint64())
			if i%3 == 0 {
				more = 1 << r.IntN(4)
			}
			want[i] |= more
			got.add(pool.SID(i), more)
		}
	}
	if len(got.rest) == 0 || len(got.sets) > inRest {
		t.Fatalf("%d sets and %d in the rest", len(got.sets), len(got.rest))
	}
	for id, k := range got.All() {
		if k != want[id] || got.Of(id) != want[id] {
			t.Fatalf("SID %d: %x, want %x", id, k, want[id])
		}
	}
	if got.Of(n) != 0 {
		t.Error("a SID that came later has rows")
	}
}
