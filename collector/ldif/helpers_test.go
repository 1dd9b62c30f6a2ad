package ldif_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mbxperm/acl"
	"mbxperm/collector"
	"mbxperm/collector/ldif"
)

// nothing is a sink that drops everything.
type nothing struct{}

func (nothing) Begin(collector.Query)         {}
func (nothing) Expect(collector.QueryID, int) {}
func (nothing) Entry(*collector.Entry)        {}
func (nothing) End(collector.QueryID, error)  {}
func (nothing) Missed(acl.SID)                {}

// capture is a sink that writes down every event, each byte of it.
type capture struct{ events []string }

func (c *capture) add(format string, args ...any) {
	c.events = append(c.events, fmt.Sprintf(format, args...))
}

func (c *capture) Begin(q collector.Query)             { c.add("begin %#v", q) }
func (c *capture) Expect(id collector.QueryID, n int)  { c.add("expect %d %d", id, n) }
func (c *capture) Missed(sid acl.SID)                  { c.add("missed %s", sid) }
func (c *capture) End(id collector.QueryID, err error) { c.add("end %d %s", id, outcome(err)) }

func (c *capture) Entry(e *collector.Entry) {
	var b strings.Builder
	fmt.Fprintf(&b, "entry %d %q", e.Query, e.DN)
	for _, a := range e.Attributes {
		fmt.Fprintf(&b, "\n %q %v", a.Name, a.Partial)
		for _, v := range a.Values {
			fmt.Fprintf(&b, " %v %q", v == nil, v)
		}
	}
	c.events = append(c.events, b.String())
}

func outcome(err error) string {
	if err == nil {
		return "well"
	}
	return fmt.Sprintf("%v %q", errors.Is(err, context.Canceled), err.Error())
}

// everything calls a source as the collector does, with one Lookup for each
// list, and returns its events and outcomes.
func everything(ctx context.Context, src collector.Source, lookups ...[]acl.SID) []string {
	var c capture
	err := src.Read(ctx, &c)
	c.add("read %s", outcome(err))
	for _, sids := range lookups {
		if err == nil {
			err = src.Lookup(ctx, sids, &c)
			c.add("lookup %s", outcome(err))
		}
	}
	src.Close()
	return c.events
}

func wantEvents(tb testing.TB, got, want []string) {
	tb.Helper()
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			tb.Fatalf("event %d is\n%.2000s\nwant\n%.2000s", i, got[i], want[i])
		}
	}
	if len(got) != len(want) {
		tb.Fatalf("%d events, want %d", len(got), len(want))
	}
}

// script is a source made of steps.
type script struct {
	read    func(context.Context, collector.Sink) error
	lookups []func(collector.Sink) error
}

func (*script) Name() string { return "script" }
func (*script) Close() error { return nil }

func (s *script) Read(ctx context.Context, sink collector.Sink) error { return s.read(ctx, sink) }

func (s *script) Changes(ctx context.Context, _ []string, sink collector.Sink) error {
	return s.Lookup(ctx, nil, sink)
}

func (s *script) Lookup(_ context.Context, _ []acl.SID, sink collector.Sink) error {
	if len(s.lookups) == 0 {
		return nil
	}
	next := s.lookups[0]
	s.lookups = s.lookups[1:]
	return next(sink)
}

// recordEvents records a source as everything calls it, and returns the events
// and the file.
func recordEvents(tb testing.TB, ctx context.Context, src collector.Source, lookups ...[]acl.SID) ([]string, string) {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "r.ldif.zst")
	r, err := ldif.Create(tb.Context(), path, ldif.Head{Program: "test", Source: src.Name()}, ldif.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	events := everything(ctx, r.Record(src), lookups...)
	if err := r.Err(); err != nil {
		tb.Fatal(err)
	}
	return events, r.Path()
}

// readText reads a text as a source and returns the events.
func readText(tb testing.TB, text string) []string {
	tb.Helper()
	src, err := ldif.Read("test", strings.NewReader(text))
	if err != nil {
		return []string{"open " + err.Error()}
	}
	return everything(tb.Context(), src, nil)
}

func writeFile(tb testing.TB, name string, b []byte) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}
