package session

import (
	"context"
	"sync"
	"time"

	"mbxperm/collector"
	"mbxperm/model"
)

// Open opens a source. The warnings hold for as long as it is used.
type Open func(ctx context.Context) (src collector.Source, warnings []string, err error)

// Session keeps one source at a time on the screen: it collects it, collects it
// again when asked, and goes over to another one. Its methods return at once
// and may be called by any goroutine; what comes of them shows in the next
// snapshot.
type Session struct {
	ctx  context.Context
	pool *model.Pool

	mu      sync.Mutex
	open    Open        // of the source that is shown
	current *Collection // of it; nil before the first
	cancel  context.CancelFunc
	opening bool            // Reread waits for the source
	asked   *model.Question // what Ask waits for; nil for nothing
	answer  chan string     // to asked
	running sync.WaitGroup  // all that was ever started
}

// New starts to collect src into pool, if there is a source. open gives
// it anew for Refresh. Everything ends when ctx does.
func New(ctx context.Context, pool *model.Pool, src collector.Source, warnings []string, open Open) *Session {
	s := &Session{ctx: ctx, open: open, pool: pool, cancel: func() {}}
	if src != nil {
		inner := s.begin()
		s.collect(Start(inner, src, s.pool, warnings))
	}
	return s
}

// begin makes the context of what comes next, and ends that of what was before:
// it has come to its end, or nobody wants it any more. The caller holds mu, or
// is alone.
func (s *Session) begin() context.Context {
	s.cancel()
	ctx, cancel := context.WithCancel(s.ctx)
	s.cancel = cancel
	return ctx
}

func (s *Session) collect(c *Collection) {
	s.current = c
	s.running.Go(func() { <-c.Done() })
}

// Snapshot returns what is known now; nil before there was a source.
func (s *Session) Snapshot() *model.Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current == nil {
		return nil
	}
	return s.current.Snapshot()
}

// Open goes over to another source, and drops what was there. If it does not
// open, the reason is the error of its snapshot.
func (s *Session) Open(name string, open Open) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opening = false
	s.open = open
	s.collect(startOpening(s.begin(), name, open, s.pool))
}

// Cancel ends the collection, or the opening of the source for another one.
// What was read stays; what was being read is marked as incomplete.
func (s *Session) Cancel() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cancel()
	s.opening = false
}

// Refresh reads the source again, from its start. What is there stays on the
// screen until the source is open, and beyond if it does not open: then the
// reason is among the problems. A collection that still runs goes on instead;
// there is nothing newer to read than what is being read.
func (s *Session) Refresh() { s.Reread(func(open Open) Open { return open }) }

// Reread is Refresh by a way of opening the source made of the usual one; the
// next Refresh is by the usual one again.
func (s *Session) Reread(by func(Open) Open) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current == nil || s.opening {
		return
	}
	select {
	case <-s.current.Done():
	default:
		return
	}
	s.opening = true
	ctx, open := s.begin(), by(s.open)
	s.running.Go(func() {
		var src collector.Source
		var warnings []string
		err := collector.Safely("opening the source", func() (err error) {
			src, warnings, err = open(ctx)
			return err
		})
		s.mu.Lock()
		defer s.mu.Unlock()
		switch {
		case ctx.Err() != nil: // somebody cancelled, or went over to another source
			if err == nil {
				src.Close()
			}
			return
		case err != nil:
			s.current.note(err)
		default:
			s.collect(Start(ctx, src, s.pool, warnings))
		}
		s.opening = false
	})
}

// Wait returns when everything that was started has ended.
func (s *Session) Wait() { s.running.Wait() }

// note adds a problem to a collection that has ended.
func (c *Collection) note(err error) {
	c.update(func(s *model.State) {
		// Not by AddProblem: it is said as the news it is, however many there
		// were.
		s.Problems = append(s.Problems, model.Problem{Time: time.Now(), Object: s.Source, Text: "reading it again: " + err.Error()})
	})
	c.show(true)
}
