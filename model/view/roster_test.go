package view

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"mbxperm/model/dn"
	"mbxperm/model/internal/table"
)

// TestSorts holds the sorts for many lines against the library's stable sort.
func TestSorts(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, 2, 100, table.Piece, table.Piece + 1, 3*table.Piece + 7} {
		for _, bound := range []uint32{1, 3, 1 << 11, 1<<11 + 1, 1 << 30} {
			numbers := make([]uint32, n)
			order := make([]uint32, n)
			for i := range numbers {
				numbers[i], order[i] = r.Uint32N(bound), uint32(i)
			}
			for _, down := range []bool{false, true} {
				compare := func(a, b uint32) int {
					if down {
						return cmp.Compare(numbers[b], numbers[a])
					}
					return cmp.Compare(numbers[a], numbers[b])
				}
				want := slices.Clone(order)
				slices.SortStableFunc(want, compare)
				if got := sortNumbers(numbers, down); !slices.Equal(got, want) {
					t.Errorf("%d numbers below %d, down %v: the digits give another order", n, bound, down)
				}
				got := table.SortParallel(slices.Clone(order), func(a, b uint32) int { return cmp.Or(compare(a, b), cmp.Compare(a, b)) })
				if !slices.Equal(got, want) {
					t.Errorf("%d numbers below %d, down %v: two goroutines give another order", n, bound, down)
				}
			}
		}
	}
}

// TestParallel: every number is given out once.
func TestParallel(t *testing.T) {
	for _, n := range []int{0, 1, table.Piece, table.Piece + 1, 10*table.Piece - 1} {
		seen := make([]int, n)
		var mu sync.Mutex
		table.Parallel(n, func(from, to int) {
			mu.Lock()
			defer mu.Unlock()
			for i := from; i < to; i++ {
				seen[i]++
			}
		})
		if slices.ContainsFunc(seen, func(k int) bool { return k != 1 }) {
			t.Errorf("%d numbers: one was not given out, or twice", n)
		}
	}
}

// TestFolded8: the beginnings of names are in the order of the names.
func TestFolded8(t *testing.T) {
	names := []string{"", "\x00", "a", "A", "a\x00", "ab", "AB", "abcdefgh", "ABCDEFGH", "abcdefghi", "abcdefgI", "é", "É", "\xff", "z"}
	for _, a := range names {
		for _, b := range names {
			x, y := dn.Prefix([]byte(a)), dn.Prefix([]byte(b))
			if x != y && cmp.Compare(x, y) != cmp.Compare(dn.Compare([]byte(a), []byte(b)), 0) {
				t.Errorf("%q and %q are in another order than their beginnings", a, b)
			}
		}
	}
}
