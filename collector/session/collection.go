package session

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"mbxperm/collector"
	"mbxperm/collector/decode"
	"mbxperm/model"
	"mbxperm/model/history"
)

// Collection reads one source into one state. Snapshots of it may be taken at
// any time by any goroutine.
type Collection struct {
	current atomic.Pointer[model.Snapshot]
	done    chan struct{}
	pool    *model.Pool

	mu     sync.Mutex // between the goroutine that collects and the one that publishes
	writer *model.Writer
	news   bool // something was written since the last publication
	facts  facts
}

// facts say when the facts were published last, and not only how far reading
// has come.
type facts struct {
	due     bool // the state was changed, and more than its numbers
	at      time.Time
	entries int
}

// publishEvery is how often a snapshot is made while there is news: ten times a
// second is as often as the screen looks.
const publishEvery = 100 * time.Millisecond

// factsEvery is how often the facts are published, once there are many: the
// grids take up no more. In between it is only said how far reading has come:
// each publication makes the writer copy all it touches after it, which a
// million accounts made two and a half gigabytes.
const factsEvery = time.Second

// Start begins to read a source in a goroutine of its own and returns at once.
// When ctx ends the collection ends too; what was read stays, marked as
// incomplete. The source is closed at the end. Warnings are shown for as long
// as the state is.
func Start(ctx context.Context, src collector.Source, pool *model.Pool, warnings []string) *Collection {
	c := newCollection(src.Name(), pool)
	go c.work("reading", func() error { return c.read(ctx, src, warnings) })
	return c
}

// startOpening is Start for a source that is still to be opened. If it does not
// open, the reason is the error of the snapshot.
func startOpening(ctx context.Context, name string, open Open, pool *model.Pool) *Collection {
	c := newCollection(name, pool)
	go c.work("opening "+name, func() error {
		src, warnings, err := open(ctx)
		switch {
		case err == nil:
			return c.read(ctx, src, warnings)
		case ctx.Err() != nil: // somebody cancelled, and needs no reason
			c.update(func(s *model.State) { s.AddGap(model.Gap{Reason: "cancelled"}) })
			return nil
		}
		return err
	})
	return c
}

func newCollection(name string, pool *model.Pool) *Collection {
	now := time.Now()
	c := &Collection{done: make(chan struct{}), pool: pool, writer: model.NewWriter(pool)}
	c.writer.State = model.State{Source: name, Started: now, Since: now}
	c.current.Store(c.writer.Snapshot())
	return c
}

// work does what a collection is there for, and publishes what came of it. A
// fault in there must not take the screen's terminal down with it: what was
// read stays, and the reason stands where any other would.
func (c *Collection) work(doing string, f func() error) {
	defer close(c.done)
	c.finish(collector.Safely(doing, f))
}

// read reads the source, and returns why it gave nothing (more).
func (c *Collection) read(ctx context.Context, src collector.Source, warnings []string) error {
	defer src.Close()
	rec, recorded := src.(recordedSource)
	c.update(func(s *model.State) {
		s.Source, s.Warnings, s.Phase = src.Name(), warnings, model.Reading
		if recorded {
			s.Recording = rec.Recording()
		}
	})
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop, published := make(chan struct{}), make(chan error, 1)
	go func() {
		err := collector.Safely("showing what was read", func() error { c.publish(stop); return nil })
		if err != nil { // nothing of what comes would be seen
			cancel()
		}
		published <- err
	}()
	err := c.run(ctx, src)
	close(stop)
	if fault := <-published; fault != nil {
		err = fault
	}
	if recorded && err == nil && ctx.Err() == nil {
		c.count(ctx, rec)
	}
	if recorded { // whose Close completes the file: only then it can be told what came of it
		src.Close()
		c.recorded(rec.Recording())
	}
	return err
}

// recordedSource is a source that is recorded while it is read.
type recordedSource interface {
	Recording() *model.Recording
	Count(counts []string)
}

// count counts what was read, for the end of its recording. Where that fails the
// recording is none the worse: whoever wants the numbers counts again.
func (c *Collection) count(ctx context.Context, rec recordedSource) {
	_ = collector.Safely("counting what was read", func() error {
		counts, err := history.Of(ctx, c.finished())
		if err == nil {
			rec.Count(counts.Words())
		}
		return err
	})
}

// finished is what was read as it will be in the end, although the recording is still
// open.
func (c *Collection) finished() *model.Snapshot {
	c.mu.Lock()
	defer c.mu.Unlock()
	phase := c.writer.State.Phase
	c.writer.State.Phase = model.Finished
	defer func() { c.writer.State.Phase = phase }()
	return c.writer.Snapshot()
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
			c.show(false)
		}
	}
}

// show publishes a snapshot, if there is news or it has to be.
func (c *Collection) show(always bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.news && !always {
		return
	}
	c.news = false
	now, entries := time.Now(), c.writer.State.Entries
	f := &c.facts
	if !always && !f.due && now.Sub(f.at) < factsEvery && entries-f.entries < entries/8 {
		c.current.Store(c.writer.Progress())
		return
	}
	c.current.Store(c.writer.Snapshot())
	*f = facts{at: now, entries: entries}
}

// update changes the state.
func (c *Collection) update(change func(*model.State)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change(&c.writer.State)
	c.news, c.facts.due = true, true
}

// finish publishes the last snapshot. Where none can be made of what was read,
// it is one of nothing but the state, with that reason.
func (c *Collection) finish(err error) {
	c.update(func(s *model.State) {
		s.Err, s.Phase, s.Ended = err, model.Finished, time.Now()
		if err != nil {
			s.AddProblem(model.Problem{Time: s.Ended, Object: s.Source, Text: err.Error()})
		}
	})
	c.pool.Rest() // before the last snapshot, of which much is worked out
	err = collector.Safely("showing what was read", func() error { c.show(true); return nil })
	if err != nil {
		state := c.writer.State
		state.Err = err
		c.writer = model.NewWriter(c.pool)
		c.writer.State = state
		c.show(true)
	}
}

// Snapshot returns what is known now. It never blocks.
func (c *Collection) Snapshot() *model.Snapshot { return c.current.Load() }

// Done is closed when the last snapshot has been published.
func (c *Collection) Done() <-chan struct{} { return c.done }

// run collects, and returns why the source gave nothing (more).
func (c *Collection) run(ctx context.Context, src collector.Source) error {
	err := collector.Safely("reading", func() error { return decode.Read(ctx, src, c.writer, written{c}) })
	if fault := (*collector.Fault)(nil); errors.As(err, &fault) {
		c.update(func(s *model.State) { fault.Doing = strings.TrimSpace("reading " + s.Search) })
	}
	return err
}

// written is the lock of a collection for what writes to it: whoever gives it
// back has news.
type written struct{ c *Collection }

// Lock waits for the collection.
func (w written) Lock() { w.c.mu.Lock() }

// Unlock gives it back, with news.
func (w written) Unlock() {
	w.c.news = true
	w.c.mu.Unlock()
}
