package collector

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"mbxperm/acl"
	"mbxperm/model"
)

// Collection reads one source into one state. Snapshots of it may be taken at
// any time by any goroutine.
type Collection struct {
	current atomic.Pointer[model.Snapshot]
	writer  *model.Writer // of the goroutine that collects
	done    chan struct{}
}

// publishEvery bounds how often a snapshot is made: ten times a second is as
// often as the screen looks.
const publishEvery = 100 * time.Millisecond

// checkEvery is how many entries may pass between looks at the clock; the
// beginning and the end of a search always look.
const checkEvery = 64

// Start begins to read a source in a goroutine of its own and returns at once.
// When ctx ends the collection ends too; what was read stays, marked as
// incomplete. The source is closed at the end. Warnings are shown for as long
// as the state is.
func Start(ctx context.Context, src Source, pool *model.Pool, warnings []string) *Collection {
	c := newCollection(src.Name(), pool)
	go c.start(ctx, src, warnings)
	return c
}

func newCollection(name string, pool *model.Pool) *Collection {
	now := time.Now()
	c := &Collection{done: make(chan struct{}), writer: model.NewWriter(pool)}
	c.writer.State = model.State{Source: name, Started: now, Since: now}
	c.current.Store(c.writer.Snapshot())
	return c
}

func (c *Collection) start(ctx context.Context, src Source, warnings []string) {
	defer close(c.done)
	defer src.Close()
	s := &c.writer.State
	s.Source, s.Warnings, s.Phase = src.Name(), warnings, model.Reading
	// A fault in here must not take the screen's terminal down with it: what was
	// read stays, and the reason stands where any other would.
	defer func() {
		if r := recover(); r != nil {
			s.Err = fmt.Errorf("internal error while reading %s: %v", s.Search, r)
			s.Phase, s.Ended = model.Finished, time.Now()
			c.current.Store(c.writer.Snapshot())
		}
	}()
	c.run(ctx, src, c.writer)
}

// Snapshot returns what is known now. It never blocks.
func (c *Collection) Snapshot() *model.Snapshot { return c.current.Load() }

// Done is closed when the last snapshot has been published.
func (c *Collection) Done() <-chan struct{} { return c.done }

func (c *Collection) run(ctx context.Context, src Source, w *model.Writer) {
	events, last := 0, time.Now()
	d := newDecoder(w, func(now bool) {
		if events++; !now && events%checkEvery != 0 {
			return
		}
		if t := time.Now(); t.Sub(last) >= publishEvery {
			last = t
			c.current.Store(w.Snapshot())
		}
	})
	err := src.Read(ctx, d)
	if err == nil && ctx.Err() == nil {
		err = c.resolve(ctx, src, w, d)
	}
	d.close(ctx, err)
	w.State.Phase, w.State.Ended = model.Finished, time.Now()
	c.current.Store(w.Snapshot())
}

// resolve asks for the SIDs that ACEs name and nothing has delivered, each once.
func (c *Collection) resolve(ctx context.Context, src Source, w *model.Writer, d *decoder) error {
	d.completeDomains()
	w.State.Phase = model.Resolving
	for {
		sids := w.Unresolved()
		if len(sids) == 0 {
			return nil
		}
		w.State.Expect = len(sids)
		c.current.Store(w.Snapshot())
		if err := src.Lookup(ctx, sids, d); err != nil {
			return err
		}
	}
}

// Begin opens a search.
func (d *decoder) Begin(q Query) {
	d.queries[q.ID] = &q
	s := &d.w.State
	s.Search, s.Done, s.Expect, s.Since = string(q.Purpose), 0, 0, time.Now()
	if q.Account != "" {
		s.Account = q.Account
	}
	d.changed(true)
}

// Expect notes how many entries a search will give.
func (d *decoder) Expect(id QueryID, n int) {
	if q := d.queries[id]; q != nil && string(q.Purpose) == d.w.State.Search {
		d.w.State.Expect = n
	}
}

// End closes a search.
func (d *decoder) End(id QueryID, err error) {
	q := d.queries[id]
	if q == nil {
		return
	}
	delete(d.queries, id)
	if err != nil {
		d.gap(string(q.Purpose), err)
	} else {
		d.finished = append(d.finished, Query{Purpose: q.Purpose, Base: q.Base, Scope: q.Scope})
	}
	d.changed(true)
}

// Missed notes a SID that nobody holds.
func (d *decoder) Missed(sid acl.SID) {
	d.w.Missed(sid)
	d.w.State.Done++
	d.changed(false)
}

func (d *decoder) gap(search string, err error) {
	reason := err.Error()
	if errors.Is(err, context.Canceled) {
		reason = "cancelled"
	}
	d.w.State.Incomplete = append(d.w.State.Incomplete, model.Gap{Search: search, Reason: reason})
	d.w.State.Problems = append(d.w.State.Problems, model.Problem{Time: time.Now(), Object: search, Text: reason})
}

// close marks what was still open when the source stopped: a search without an
// End was not read to the end.
func (d *decoder) close(ctx context.Context, err error) {
	for _, q := range d.queries {
		reason := err
		if reason == nil {
			reason = errors.New("the source stopped before the end of this search")
		}
		d.gap(string(q.Purpose), reason)
	}
	switch {
	case ctx.Err() != nil:
		d.gap("", context.Canceled)
	case err != nil:
		d.w.State.Err = err
	}
}

// completeDomains marks the domains of which every security principal was read:
// the searches over the domain's whole partition ended well.
func (d *decoder) completeDomains() {
	ended := map[string]map[Purpose]bool{}
	for _, q := range d.finished {
		if q.Scope == ScopeSub {
			if ended[q.Base] == nil {
				ended[q.Base] = map[Purpose]bool{}
			}
			ended[q.Base][q.Purpose] = true
		}
	}
	for base, p := range ended {
		if p[PurposeMailboxes] && p[PurposeRecipients] && p[PurposeGroups] && p[PurposePrincipals] {
			d.w.Domain(model.DomainInfo{DN: base, Complete: true})
		}
	}
}
