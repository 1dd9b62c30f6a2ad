package collector

import (
	"context"
	"sync"
	"time"

	"mbxperm/model"
)

// Session keeps one source on the screen: it collects it, and collects it
// again when asked. Its methods return at once and may be called by any
// goroutine; what comes of them shows in the next snapshot.
type Session struct {
	ctx  context.Context
	open func(context.Context) (Source, []string, error)
	pool *model.Pool

	mu      sync.Mutex
	current *Collection
	cancel  context.CancelFunc
	opening bool           // Refresh waits for the source
	opened  sync.WaitGroup // for Refresh
}

// NewSession starts to collect src. open gives the source anew for Refresh, with
// the warnings that hold for it. Everything ends when ctx does.
func NewSession(ctx context.Context, src Source, warnings []string, open func(context.Context) (Source, []string, error)) *Session {
	s := &Session{ctx: ctx, open: open, pool: model.NewPool()}
	inner, cancel := context.WithCancel(ctx)
	s.current, s.cancel = Start(inner, src, s.pool, warnings), cancel
	return s
}

// Snapshot returns what is known now.
func (s *Session) Snapshot() *model.Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.current.Snapshot()
}

// Cancel ends the collection. What was read stays, marked as incomplete.
func (s *Session) Cancel() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cancel()
}

// Refresh reads the source again, from its start. What is there stays on the
// screen until the source is open, and beyond if it does not open: then the
// reason is among the problems. A collection that still runs goes on instead;
// there is nothing newer to read than what is being read.
func (s *Session) Refresh() {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.current.Done():
	default:
		return
	}
	if s.opening {
		return
	}
	s.opening = true
	ctx, cancel := context.WithCancel(s.ctx)
	s.cancel = cancel
	s.opened.Go(func() {
		src, warnings, err := s.open(ctx)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.opening = false
		if err != nil {
			s.current.note(err)
			return
		}
		s.current = Start(ctx, src, s.pool, warnings)
	})
}

// Wait returns when the collection has ended.
func (s *Session) Wait() {
	s.opened.Wait()
	s.mu.Lock()
	c := s.current
	s.mu.Unlock()
	<-c.Done()
}

// note adds a problem to a collection that has ended.
func (c *Collection) note(err error) {
	c.update(func(s *model.State) {
		s.Problems = append(s.Problems, model.Problem{Time: time.Now(), Object: s.Source, Text: "reading it again: " + err.Error()})
	})
	c.current.Store(c.writer.Snapshot())
}
