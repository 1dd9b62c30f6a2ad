package demo

import (
	"context"
	"fmt"
	"testing"

	"mbxperm/acl"
	"mbxperm/collector"
)

// counter is a sink that only counts.
type counter struct{ entries, bytes int }

func (*counter) Begin(collector.Query)         {}
func (*counter) Expect(collector.QueryID, int) {}
func (*counter) End(collector.QueryID, error)  {}
func (*counter) Missed(acl.SID)                {}

func (c *counter) Entry(e *collector.Entry) {
	c.entries++
	for _, a := range e.Attributes {
		for _, v := range a.Values {
			c.bytes += len(v)
		}
	}
}

// TestAllocations holds that an entry costs its DN and little more, and that the
// memory in use does not follow the number of mailboxes.
func TestAllocations(t *testing.T) {
	perMailbox := func(n int) float64 {
		s, err := New(fmt.Sprintf("demo:%d", n))
		if err != nil {
			t.Fatal(err)
		}
		return testing.AllocsPerRun(1, func() {
			if err := s.Read(context.Background(), &counter{}); err != nil {
				t.Fatal(err)
			}
		})
	}
	small, large := perMailbox(2_000), perMailbox(12_000)
	if more := (large - small) / 10_000; more > 1.5 {
		t.Errorf("%.2f allocations for each further mailbox, want 1 for the DN and few for groups", more)
	}
}

func BenchmarkRead(b *testing.B) {
	for _, n := range []int{250, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s, err := New(fmt.Sprintf("demo:%d", n))
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			var c counter
			for b.Loop() {
				c = counter{}
				if err := s.Read(b.Context(), &c); err != nil {
					b.Fatal(err)
				}
			}
			b.SetBytes(int64(c.bytes))
			seconds := b.Elapsed().Seconds() / float64(b.N)
			b.ReportMetric(float64(c.entries)/seconds, "entries/s")
			b.ReportMetric(float64(n)/seconds, "mailboxes/s")
		})
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		if _, err := New("demo:1000000"); err != nil {
			b.Fatal(err)
		}
	}
}
