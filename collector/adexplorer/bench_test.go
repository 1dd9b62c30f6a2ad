package adexplorer_test

import (
	"runtime"
	"testing"

	"mbxperm/acl"
	"mbxperm/collector"
	"mbxperm/collector/adexplorer"
	"mbxperm/collector/adexplorer/snaptest"
)

// nothing takes events and does nothing with them.
type nothing struct{}

func (nothing) Begin(collector.Query)         {}
func (nothing) Expect(collector.QueryID, int) {}
func (nothing) Entry(*collector.Entry)        {}
func (nothing) End(collector.QueryID, error)  {}
func (nothing) Missed(acl.SID)                {}

// BenchmarkRead reads a snapshot of 20,000 mailboxes: with values written once,
// as AD Explorer does, and with each where it is used. The goal is 200 MB a
// second.
func BenchmarkRead(b *testing.B) {
	for _, c := range []struct {
		name  string
		alone bool
	}{{"shared", false}, {"alone", true}} {
		b.Run(c.name, func(b *testing.B) {
			name := file(b, written(b, "demo:20000", false, snaptest.Options{Alone: c.alone}).Bytes)
			b.ReportAllocs()
			for b.Loop() {
				src, err := adexplorer.Open(name)
				if err != nil {
					b.Fatal(err)
				}
				if err := src.Read(b.Context(), nothing{}); err != nil {
					b.Fatal(err)
				}
				b.SetBytes(src.Size())
				src.Close()
			}
		})
	}
}

// TestMemoryStaysTheSame: what is held of a file does not grow with it. Each
// group, container and object that was deleted costs some bytes.
func TestMemoryStaysTheSame(t *testing.T) {
	held := func(source string) uint64 {
		b := written(t, source, false, snaptest.Options{Alone: true}).Bytes
		name := file(t, b)
		b = nil
		src, err := adexplorer.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer src.Close()
		if err := src.Read(t.Context(), nothing{}); err != nil {
			t.Fatal(err)
		}
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		runtime.KeepAlive(src)
		return m.HeapAlloc
	}
	small, large := held("demo:2000"), held("demo:8000")
	if large > small+2<<20 {
		t.Errorf("reading 8,000 mailboxes holds %d KiB, 2,000 %d KiB", large>>10, small>>10)
	}
}
