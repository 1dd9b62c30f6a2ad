package table

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
)

// Piece is how many lines one goroutine takes at a time.
const Piece = 1 << 12

// Parallel calls f for all of 0 to n, piece by piece, on as many goroutines as
// there are processors. A panic of f is one of the caller's.
func Parallel(n int, f func(from, to int)) {
	if n <= Piece {
		if n > 0 {
			f(0, n)
		}
		return
	}
	var next atomic.Int64
	var crew workers
	for range runtime.GOMAXPROCS(0) {
		crew.start(func() {
			for {
				to := int(next.Add(Piece))
				if to-Piece >= n {
					return
				}
				f(to-Piece, min(to, n))
			}
		})
	}
	crew.wait()
}

// SortParallel sorts on two goroutines. Where two elements compare equal their
// order is not defined. The result may be another slice. A panic of compare is
// one of the caller's.
func SortParallel[T any](x []T, compare func(a, b T) int) []T {
	if len(x) <= Piece {
		slices.SortFunc(x, compare)
		return x
	}
	a, b := x[:len(x)/2], x[len(x)/2:]
	var crew workers
	crew.start(func() { slices.SortFunc(a, compare) })
	slices.SortFunc(b, compare)
	crew.wait()
	out := make([]T, 0, len(x))
	for len(a) > 0 && len(b) > 0 {
		if compare(a[0], b[0]) <= 0 {
			out, a = append(out, a[0]), a[1:]
		} else {
			out, b = append(out, b[0]), b[1:]
		}
	}
	return append(append(out, a...), b...)
}

// workers are goroutines that somebody waits for. The first panic among them is
// raised again where they are waited for. In a goroutine of its own a panic
// passes by every deferred call of the caller: that one which gives the
// terminal back, and that one which makes a sentence of a fault while reading.
type workers struct {
	running sync.WaitGroup
	fault   atomic.Pointer[workerFault]
}

// start runs f in a goroutine.
func (w *workers) start(f func()) {
	w.running.Go(func() {
		defer func() {
			if p := recover(); p != nil {
				w.fault.CompareAndSwap(nil, &workerFault{p, debug.Stack()})
			}
		}()
		f()
	})
}

// wait returns when all have ended.
func (w *workers) wait() {
	w.running.Wait()
	if f := w.fault.Load(); f != nil {
		panic(f)
	}
}

// workerFault is the panic of a worker, with the stack that it had there.
type workerFault struct {
	value any
	stack []byte
}

// Error gives what the worker panicked with in the first line, its stack below.
func (f *workerFault) Error() string {
	return fmt.Sprintf("%v\n\nin the worker:\n%s", f.value, f.stack)
}

// Unwrap returns what the worker panicked with, where that is an error.
func (f *workerFault) Unwrap() error {
	err, _ := f.value.(error)
	return err
}
