package session

import (
	"context"
	"errors"
	"strings"
	"testing"

	"mbxperm/acl"
	"mbxperm/collector"
	"mbxperm/collector/decode"
	"mbxperm/model"
)

// faulty is a source that panics where it is told to.
type faulty struct {
	read, close func()
}

func (faulty) Name() string { return "faulty" }

func (f faulty) Read(ctx context.Context, s collector.Sink) error {
	s.Begin(collector.Query{ID: 1, Purpose: decode.Stores.Purpose, Base: "DC=contoso,DC=com"})
	if f.read != nil {
		f.read()
	}
	s.End(1, nil)
	return nil
}

func (faulty) Lookup(context.Context, []acl.SID, collector.Sink) error { return nil }
func (faulty) Changes(context.Context, []string, collector.Sink) error { return nil }

func (f faulty) Close() error {
	if f.close != nil {
		f.close()
	}
	return nil
}

// TestFaultsWhileCollecting: a panic anywhere in a collection's goroutines is
// the error of its last snapshot, in one line, and the collection ends.
func TestFaultsWhileCollecting(t *testing.T) {
	fail := func() { panic(errors.New("a fault\nwith lines")) }
	opened := func(src collector.Source) Open {
		return func(context.Context) (collector.Source, []string, error) { return src, nil, nil }
	}
	for _, c := range []struct {
		name string
		open Open
		want string
	}{
		{"opening", func(context.Context) (collector.Source, []string, error) { fail(); return nil, nil, nil }, "internal error while opening faulty: a fault"},
		{"reading", opened(faulty{read: fail}), "internal error while reading exchange: a fault"},
		{"closing", opened(faulty{close: fail}), "internal error while opening faulty: a fault"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := startOpening(t.Context(), "faulty", c.open, model.NewPool())
			<-got.Done()
			s := got.Snapshot()
			if s.State.Phase != model.Finished || s.State.Err == nil || s.State.Err.Error() != c.want || len(s.State.Problems) == 0 {
				t.Errorf("%v, error %v, problems %v; want %q", s.State.Phase, s.State.Err, s.State.Problems, c.want)
			}
		})
	}
	t.Run("opening again", func(t *testing.T) {
		s := New(t.Context(), model.NewPool(), faulty{}, nil, func(context.Context) (collector.Source, []string, error) { fail(); return nil, nil, nil })
		s.Wait()
		s.Refresh()
		s.Wait()
		if p := s.Snapshot().State.Problems; len(p) == 0 || p[len(p)-1].Text != "reading it again: internal error while opening the source: a fault" {
			t.Errorf("problems %v", p)
		}
	})
}

// TestFaultWhilePublishing: where no snapshot can be made, the reading ends, and
// the last snapshot says why.
func TestFaultWhilePublishing(t *testing.T) {
	c := newCollection("faulty", model.NewPool())
	broken := make(chan struct{})
	src := &faulty{read: func() {
		c.update(func(*model.State) { c.writer = new(model.Writer) }) // without a pool no table works
		close(broken)
	}}
	go c.work("reading", func() error { return c.read(t.Context(), src, nil) })
	<-broken
	<-c.Done()
	s := c.Snapshot()
	if s.State.Phase != model.Finished || s.State.Err == nil || !strings.HasPrefix(s.State.Err.Error(), "internal error while showing what was read: ") {
		t.Errorf("%v, error %v", s.State.Phase, s.State.Err)
	}
}
