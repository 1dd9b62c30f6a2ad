package table

import (
	"errors"
	"strings"
	"testing"
)

// TestWorkerPanic: a panic in a worker reaches the goroutine that waits for it,
// with the stack of the worker and what it panicked with, an error as itself.
func TestWorkerPanic(t *testing.T) {
	const n = 3 * Piece
	fault := errors.New("a fault")
	for _, c := range []struct {
		name string
		do   func()
	}{
		{"a piece", func() { Parallel(n, func(from, _ int) { failAt(from == 2*Piece, fault) }) }},
		{"every piece", func() { Parallel(n, func(int, int) { failAt(true, fault) }) }},
		{"the first half of a sort", func() {
			x := make([]int, n)
			for i := range x {
				x[i] = i
			}
			SortParallel(x, func(a, b int) int { failAt(max(a, b) < n/2, fault); return a - b })
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			defer func() {
				p := recover()
				err, ok := p.(error)
				if !ok || !errors.Is(err, fault) {
					t.Fatalf("got %v, want the fault of the worker", p)
				}
				text := err.Error()
				if first, _, _ := strings.Cut(text, "\n"); first != "a fault" || !strings.Contains(text, "failAt") {
					t.Errorf("got %q, want the fault in the first line and the worker's stack below", text)
				}
			}()
			c.do()
			t.Error("returned as if nothing were the matter")
		})
	}
}

func failAt(here bool, err error) {
	if here {
		panic(err)
	}
}
