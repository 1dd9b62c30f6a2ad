package session_test

import (
	"context"
	"sync/atomic"
	"testing"

	"mbxperm/collector"
	"mbxperm/collector/session"
	"mbxperm/model"
)

// counted is a context that knows how many others wait for its end.
type counted struct {
	context.Context
	waiting atomic.Int32
}

// Value hides the context inside, which others would wait for instead.
func (*counted) Value(any) any { return nil }

// AfterFunc is what package context asks of a parent that is none of its own.
func (c *counted) AfterFunc(f func()) (stop func() bool) {
	c.waiting.Add(1)
	inner := context.AfterFunc(c.Context, f)
	return func() bool { c.waiting.Add(-1); return inner() }
}

// Reading again leaves nothing of the reading before.
func TestRefreshLeaksNoContext(t *testing.T) {
	ctx := &counted{Context: t.Context()}
	open := func(context.Context) (collector.Source, []string, error) { return &script{}, nil, nil }
	s := session.New(ctx, model.NewPool(), &script{}, nil, open)
	for range 20 {
		s.Wait()
		s.Refresh()
	}
	s.Wait()
	if n := ctx.waiting.Load(); n > 1 {
		t.Errorf("%d contexts wait for the end of the session after 20 refreshes, want 1", n)
	}
}
