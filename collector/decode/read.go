package decode

import (
	"context"
	"fmt"
	"sync"
	"time"

	"mbxperm/acl"
	"mbxperm/collector"
	"mbxperm/model"
)

// Read reads a source to its end: all it delivers, then who holds the SIDs
// that ACEs name and nothing has delivered, each asked for once, and then when
// the members of groups that matter came. It returns why
// the source gave nothing (more); nil if that is only that somebody cancelled,
// which the state says. Everything is written to w, and only while mu is held,
// so that somebody else who holds mu may take a snapshot at any time.
func Read(ctx context.Context, src collector.Source, w *model.Writer, mu sync.Locker) error {
	d := newDecoder(w)
	sink := &lockedSink{mu: mu, sink: d}
	err := src.Read(ctx, sink)
	if err == nil && ctx.Err() == nil {
		err = resolve(ctx, src, d, sink)
	}
	if err == nil && ctx.Err() == nil {
		err = changes(ctx, src, d, sink)
	}
	mu.Lock()
	defer mu.Unlock()
	return d.close(ctx, err)
}

// mostRounds is how often SIDs are asked for. Answers bring no ACLs, so that
// the second round of a healthy directory has nothing to ask for.
const mostRounds = 16

// resolve asks for the SIDs that nothing has delivered, until answers name no
// new ones.
func resolve(ctx context.Context, src collector.Source, d *decoder, sink *lockedSink) error {
	sink.locked(d.completeDomains)
	for round := 1; ; round++ {
		var sids []acl.SID
		sink.locked(func() {
			sids = d.w.Unresolved()
			s := &d.w.State
			s.Phase, s.Search, s.Done, s.Expect, s.Since = model.Resolving, string(Lookup.Purpose), 0, len(sids), time.Now()
		})
		if len(sids) == 0 {
			return nil
		}
		if round > mostRounds {
			sink.locked(func() {
				d.gap(string(Lookup.Purpose), fmt.Errorf("who holds %d SIDs was not asked: %d times answers have named new ones", len(sids), mostRounds))
			})
			return nil
		}
		if err := src.Lookup(ctx, sids, sink); err != nil {
			return err
		}
	}
}

// changes asks when the members of the groups that matter came.
func changes(ctx context.Context, src collector.Source, d *decoder, sink *lockedSink) error {
	var groups []string
	sink.locked(func() { groups = d.w.GroupsToDate() })
	if len(groups) == 0 {
		return nil
	}
	return src.Changes(ctx, groups, sink)
}

// lockedSink passes events on under a lock.
type lockedSink struct {
	mu   sync.Locker
	sink collector.Sink
}

func (l *lockedSink) locked(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f()
}

// Begin passes on that a search opens.
func (l *lockedSink) Begin(q collector.Query) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sink.Begin(q)
}

// Expect passes on how many entries it gives.
func (l *lockedSink) Expect(id collector.QueryID, n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sink.Expect(id, n)
}

// Entry passes an entry on.
func (l *lockedSink) Entry(e *collector.Entry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sink.Entry(e)
}

// End passes on that a search closes.
func (l *lockedSink) End(id collector.QueryID, reason error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sink.End(id, reason)
}

// Missed passes on that nobody holds a SID.
func (l *lockedSink) Missed(sid acl.SID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sink.Missed(sid)
}
