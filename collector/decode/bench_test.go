package decode_test

import (
	"bytes"
	"context"
	"slices"
	"testing"

	"mbxperm/acl"
	"mbxperm/collector"
	"mbxperm/collector/demo"
	"mbxperm/collector/session"
	"mbxperm/model"
)

// tape is a Source that plays events from memory, so that a benchmark of what
// comes after the source holds nothing of a source.
type tape struct{ events []func(collector.Sink) }

func (t *tape) put(f func(collector.Sink)) { t.events = append(t.events, f) }

func (t *tape) Begin(q collector.Query) { t.put(func(s collector.Sink) { s.Begin(q) }) }
func (t *tape) Expect(id collector.QueryID, n int) {
	t.put(func(s collector.Sink) { s.Expect(id, n) })
}
func (t *tape) End(id collector.QueryID, err error) {
	t.put(func(s collector.Sink) { s.End(id, err) })
}
func (t *tape) Missed(sid acl.SID) { t.put(func(s collector.Sink) { s.Missed(sid) }) }

func (t *tape) Entry(e *collector.Entry) {
	own := collector.Entry{Query: e.Query, DN: e.DN, Attributes: slices.Clone(e.Attributes)}
	for i := range own.Attributes {
		a := &own.Attributes[i]
		a.Values = slices.Clone(a.Values)
		for k := range a.Values {
			a.Values[k] = bytes.Clone(a.Values[k])
		}
	}
	t.put(func(s collector.Sink) { s.Entry(&own) })
}

func (*tape) Name() string { return "tape" }
func (*tape) Close() error { return nil }

func (t *tape) Read(_ context.Context, sink collector.Sink) error {
	for _, event := range t.events {
		event(sink)
	}
	return nil
}

// Lookup answers no question: that is the source's business.
func (*tape) Lookup(context.Context, []acl.SID, collector.Sink) error { return nil }
func (*tape) Changes(context.Context, []string, collector.Sink) error { return nil }

// tapeOf keeps what a source says.
func tapeOf(tb testing.TB, spec string) *tape {
	tb.Helper()
	src, err := demo.New(spec)
	if err != nil {
		tb.Fatal(err)
	}
	t := &tape{}
	if err := src.Read(tb.Context(), t); err != nil {
		tb.Fatal(err)
	}
	return t
}

// BenchmarkDecode is the decoder and the writer of the model alone: what every
// source pays for each mailbox beyond itself. Half the mailboxes of the demo
// have an ACL that no other has, and one account in six a descriptor; in a
// directory fewer do.
func BenchmarkDecode(b *testing.B) {
	const mailboxes = 10_000
	t := tapeOf(b, "demo:10000")
	b.ReportAllocs()
	for b.Loop() {
		c := session.Start(b.Context(), t, model.NewPool(), nil)
		<-c.Done()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/mailboxes/1000, "µs/mailbox")
}

// TestDecodeAllocations: what a mailbox allocates on its way from the source
// into the model is a few short texts.
func TestDecodeAllocations(t *testing.T) {
	of := func(spec string) float64 {
		src := tapeOf(t, spec)
		return testing.AllocsPerRun(2, func() {
			c := session.Start(t.Context(), src, model.NewPool(), nil)
			<-c.Done()
		})
	}
	if more := (of("demo:4000") - of("demo:1000")) / 3000; more > 9 {
		t.Errorf("%.1f allocations for each further mailbox, want no more than 9", more)
	} else {
		t.Logf("%.1f allocations for each further mailbox", more)
	}
}
