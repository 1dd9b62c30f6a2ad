package collector

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"mbxperm/acl"
	"mbxperm/model"
)

// Collection reads one source into one state. Snapshots of it may be taken at
// any time by any goroutine.
type Collection struct {
	current atomic.Pointer[model.Snapshot]
	done    chan struct{}

	mu     sync.Mutex // between the goroutine that collects and the one that publishes
	writer *model.Writer
	news   bool // something was written since the last publication
}

// publishEvery is how often a snapshot is made while there is news: ten times a
// second is as often as the screen looks.
const publishEvery = 100 * time.Millisecond

// Start begins to read a source in a goroutine of its own and returns at once.
// When ctx ends the collection ends too; what was read stays, marked as
// incomplete. The source is closed at the end. Warnings are shown for as long
// as the state is.
func Start(ctx context.Context, src Source, pool *model.Pool, warnings []string) *Collection {
	c := newCollection(src.Name(), pool)
	go c.start(ctx, src, warnings)
	return c
}

// StartOpening is Start for a source that is still to be opened. If it does not
// open, the reason is the error of the snapshot.
func StartOpening(ctx context.Context, name string, open Open, pool *model.Pool) *Collection {
	c := newCollection(name, pool)
	go func() {
		src, warnings, err := open(ctx)
		switch {
		case err == nil:
			c.start(ctx, src, warnings)
			return
		case ctx.Err() != nil: // somebody cancelled, and needs no reason
			c.update(func(s *model.State) { s.AddGap(model.Gap{Reason: "cancelled"}) })
			c.finish(nil)
		default:
			c.finish(err)
		}
		close(c.done)
	}()
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
	rec, recorded := src.(recordedSource)
	c.update(func(s *model.State) {
		s.Source, s.Warnings, s.Phase = src.Name(), warnings, model.Reading
		if recorded {
			s.Recording = rec.Recording()
		}
	})
	stop := make(chan struct{})
	var publisher sync.WaitGroup
	publisher.Go(func() { c.publish(stop) })
	err := c.run(ctx, src)
	close(stop)
	publisher.Wait()
	if recorded { // whose Close completes the file: only then it can be told what came of it
		src.Close()
		c.recorded(rec.Recording())
	}
	c.finish(err)
}

// recordedSource is a source that is recorded while it is read.
type recordedSource interface {
	Recording() *model.Recording
}

// recorded notes what came of a recording.
func (c *Collection) recorded(r *model.Recording) {
	c.update(func(s *model.State) {
		s.Recording = r
		if r.Err != nil {
			s.AddProblem(model.Problem{Time: time.Now(), Object: r.Path, Text: r.Err.Error()})
		}
	})
}

// publish makes a snapshot whenever there is news, until stop is closed. It is
// not left to the source's events: a source that stalls sends none.
func (c *Collection) publish(stop <-chan struct{}) {
	tick := time.NewTicker(publishEvery)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			return
		case <-tick.C:
			c.mu.Lock()
			if c.news {
				c.current.Store(c.writer.Snapshot())
				c.news = false
			}
			c.mu.Unlock()
		}
	}
}

// update changes the state.
func (c *Collection) update(change func(*model.State)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change(&c.writer.State)
	c.news = true
}

// finish publishes the last snapshot.
func (c *Collection) finish(err error) {
	c.update(func(s *model.State) {
		s.Err, s.Phase, s.Ended = err, model.Finished, time.Now()
		if err != nil {
			s.AddProblem(model.Problem{Time: s.Ended, Object: s.Source, Text: err.Error()})
		}
	})
	c.current.Store(c.writer.Snapshot())
}

// Snapshot returns what is known now. It never blocks.
func (c *Collection) Snapshot() *model.Snapshot { return c.current.Load() }

// Done is closed when the last snapshot has been published.
func (c *Collection) Done() <-chan struct{} { return c.done }

// run collects, and returns why the source gave nothing (more).
func (c *Collection) run(ctx context.Context, src Source) (err error) {
	// A fault in here must not take the screen's terminal down with it: what was
	// read stays, and the reason stands where any other would.
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("internal error while reading %s: %v", c.Snapshot().State.Search, r)
		}
	}()
	d := newDecoder(c.writer)
	sink := &guarded{c: c, sink: d}
	err = src.Read(ctx, sink)
	if err == nil && ctx.Err() == nil {
		err = c.resolve(ctx, src, d, sink)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return d.close(ctx, err)
}

// resolve asks for the SIDs that ACEs name and nothing has delivered, each once.
func (c *Collection) resolve(ctx context.Context, src Source, d *decoder, sink Sink) error {
	c.mu.Lock()
	d.completeDomains()
	c.mu.Unlock()
	for {
		var sids []acl.SID
		c.update(func(s *model.State) {
			sids = c.writer.Unresolved()
			s.Phase, s.Search, s.Done, s.Expect, s.Since = model.Resolving, string(PurposeLookup), 0, len(sids), time.Now()
		})
		if len(sids) == 0 {
			return nil
		}
		if err := src.Lookup(ctx, sids, sink); err != nil {
			return err
		}
	}
}

// guarded passes events on under the lock of a collection.
type guarded struct {
	c    *Collection
	sink Sink
}

func (g *guarded) Begin(q Query) {
	g.c.mu.Lock()
	defer g.c.mu.Unlock()
	g.c.news = true
	g.sink.Begin(q)
}

func (g *guarded) Expect(id QueryID, n int) {
	g.c.mu.Lock()
	defer g.c.mu.Unlock()
	g.c.news = true
	g.sink.Expect(id, n)
}

func (g *guarded) Entry(e *Entry) {
	g.c.mu.Lock()
	defer g.c.mu.Unlock()
	g.c.news = true
	g.sink.Entry(e)
}

func (g *guarded) End(id QueryID, reason error) {
	g.c.mu.Lock()
	defer g.c.mu.Unlock()
	g.c.news = true
	g.sink.End(id, reason)
}

func (g *guarded) Missed(sid acl.SID) {
	g.c.mu.Lock()
	defer g.c.mu.Unlock()
	g.c.news = true
	g.sink.Missed(sid)
}

// Begin opens a search.
func (d *decoder) Begin(q Query) {
	d.queries[q.ID] = &q
	d.progress.begin(&d.w.State, q.Purpose)
	if q.Account != "" {
		d.w.State.Account = q.Account
	}
	d.domain(&q).begun(q.Purpose)
}

// Expect notes how many entries a search will give.
func (d *decoder) Expect(id QueryID, n int) {
	if q := d.queries[id]; q != nil {
		d.progress.expect(&d.w.State, q, n)
	}
}

// End closes a search.
func (d *decoder) End(id QueryID, err error) {
	q := d.queries[id]
	if q == nil {
		return
	}
	delete(d.queries, id)
	d.progress.end(&d.w.State, q.Purpose)
	d.domain(q).ended(q.Purpose, err)
	if err != nil {
		d.gap(string(q.Purpose), err)
	}
}

// Missed notes a SID that nobody holds.
func (d *decoder) Missed(sid acl.SID) {
	d.w.Missed(sid)
	d.w.State.Done++
}

func (d *decoder) gap(search string, err error) {
	reason := err.Error()
	if errors.Is(err, context.Canceled) {
		reason = "cancelled"
	}
	d.w.State.AddGap(model.Gap{Search: search, Reason: reason})
	d.w.State.AddProblem(model.Problem{Time: time.Now(), Object: search, Text: reason})
}

// close marks what was still open when the source stopped: a search without an
// End was not read to the end. It returns the error unless it is only that
// somebody cancelled.
func (d *decoder) close(ctx context.Context, err error) error {
	for _, q := range d.queries {
		reason := err
		if reason == nil {
			reason = errors.New("the source stopped before the end of this search")
		}
		d.gap(string(q.Purpose), reason)
	}
	for search, left := range d.tooLong {
		d.w.State.AddGap(left.gap(search))
	}
	if d.noSIDs.n > 0 {
		d.w.State.AddGap(d.noSIDs.gap())
	}
	switch {
	case ctx.Err() != nil || errors.Is(err, context.Canceled): // a recording can tell that it was cancelled
		d.gap("", context.Canceled)
		return nil
	case err == nil && d.loose.entries > 0:
		for _, g := range d.loose.gaps() {
			d.w.State.AddGap(g)
		}
		if d.w.Empty() {
			return fmt.Errorf("none of its %d entries is a mailbox, another recipient, a store or a container of Exchange: "+
				"export objectClass and mailNickname too, from the directory that Exchange uses", d.loose.entries)
		}
	}
	return err
}

// domain is what was asked about the objects below one base.
type domain struct {
	asked map[Purpose]bool
	gaps  bool // a search broke off, or has not ended
	open  int
}

// domain returns the domain that a search is about.
func (d *decoder) domain(q *Query) *domain {
	if q.Scope != ScopeSub {
		return &domain{asked: map[Purpose]bool{}}
	}
	if d.domains[q.Base] == nil {
		d.domains[q.Base] = &domain{asked: map[Purpose]bool{}}
	}
	return d.domains[q.Base]
}

// principals are the searches that together deliver every security principal
// of a domain. One of them may be in parts.
var principals = []Purpose{PurposeMailboxes, PurposeRecipients, PurposeGroups, PurposePrincipals}

func (d *domain) begun(p Purpose) {
	if slices.Contains(principals, p) {
		d.asked[p] = true
	}
	if d.asked[p] || p == PurposeKeys {
		d.open++
	}
}

func (d *domain) ended(p Purpose, err error) {
	if d.asked[p] || p == PurposeKeys {
		d.open--
		d.gaps = d.gaps || err != nil
	}
}

// complete reports whether every security principal was read.
func (d *domain) complete() bool {
	return len(d.asked) == len(principals) && d.open == 0 && !d.gaps
}

// completeDomains marks the domains of which every security principal was read:
// each of the searches over the domain's whole partition ended well.
func (d *decoder) completeDomains() {
	for base, about := range d.domains {
		switch {
		case about.complete() && base == "": // from a global catalog
			d.w.ForestComplete()
		case about.complete():
			d.w.Domain(model.DomainInfo{DN: base, Complete: true})
		}
	}
}
