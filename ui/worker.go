package ui

import (
	"context"
	"fmt"

	"mbxperm/model"
	"mbxperm/model/view"
)

// warmLines is the number of lines that a worker makes for nothing: what all
// lines share is worked out with the first of them, and at a million mailboxes
// that is nothing for the goroutine of the screen.
const warmLines = 64

// worker answers questions about snapshots, one at a time, off the screen's
// goroutine. A new question makes the ones before it stale: the answer that is
// being worked out is given up, or thrown away if it comes all the same.
//
// Its methods are for the screen's goroutine, but for run.
type worker struct {
	in       chan question
	cancel   context.CancelFunc // of the question asked last
	asked    uint64             // revision of the question asked last
	progress *view.Progress     // of the question asked last
	got      uint64             // revision of the answer that came last
}

type question struct {
	ctx   context.Context
	rev   uint64
	snap  *model.Snapshot
	query view.Query
	done  func(*view.Result)
}

func newWorker() *worker {
	return &worker{in: make(chan question, 1), cancel: func() {}}
}

// ask puts a question. done is called with the answer on the screen's
// goroutine, unless another question is asked before.
func (w *worker) ask(ctx context.Context, s *model.Snapshot, q view.Query, done func(*view.Result)) {
	w.cancel()
	ctx, w.cancel = context.WithCancel(ctx)
	w.asked++
	select { // one that was not begun yet
	case <-w.in:
	default:
	}
	w.progress = new(view.Progress)
	q.Progress = w.progress
	w.in <- question{ctx, w.asked, s, q, done}
}

// share is how much of the answer to the question asked last is worked out, from 0 to 1.
func (w *worker) share() float64 {
	if w.progress == nil {
		return 0
	}
	return w.progress.Share()
}

// working says how far the answer is.
func (w *worker) working() string {
	if share := w.share(); share > 0 {
		return fmt.Sprintf("%s %d %%", working, int(share*100))
	}
	return working
}

// busy reports whether an answer is still to come.
func (w *worker) busy() bool { return w.asked != w.got }

// drop forgets the question asked last.
func (w *worker) drop() {
	w.cancel()
	w.asked++
	w.got = w.asked
}

// run answers until ctx ends. update runs a function on the screen's goroutine
// and draws if it says so.
func (w *worker) run(ctx context.Context, update func(func() bool)) {
	for {
		select {
		case <-ctx.Done():
			return
		case q := <-w.in:
			res, err := view.Of(q.ctx, q.snap, q.query)
			if err != nil {
				continue // only ever the end of its context
			}
			for i := range min(res.Len(), warmLines) {
				if q.query.Rows {
					break
				}
				res.Line(i)
			}
			update(func() bool {
				if q.rev != w.asked {
					return false
				}
				w.got = q.rev
				q.done(res)
				return true
			})
		}
	}
}
