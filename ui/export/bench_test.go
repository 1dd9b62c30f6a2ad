//go:build unix

package export

import (
	"context"
	"io"
	"os"
	"syscall"
	"testing"
	"time"

	"mbxperm/model"
)

// counter counts what is written.
type counter struct{ n int64 }

func (c *counter) Write(b []byte) (int, error) {
	c.n += int64(len(b))
	return len(b), nil
}

// BenchmarkEntries writes the table entry of MBXPERM_BENCH mailboxes (50,000): all
// entries, none hidden. The goal is 3 µs of CPU and 12 bytes a row.
func BenchmarkEntries(b *testing.B) { benchmarkTable(b, "entry", "50000") }

// BenchmarkAccess writes the table access of MBXPERM_BENCH mailboxes (10,000), whose
// rows carry their reasons as sentences. The goal is the same.
func BenchmarkAccess(b *testing.B) { benchmarkTable(b, "access", "10000") }

func benchmarkTable(b *testing.B, name, n string) {
	if s := os.Getenv("MBXPERM_BENCH"); s != "" {
		n = s
	}
	r := newRun(demoState(b, "demo:"+n, model.NewPool()), nil, nil, "test", "")
	tab := tableNamed(b, name)
	var rows int64
	var out counter
	cpu := time.Duration(0)
	b.ReportAllocs()
	for b.Loop() {
		out.n = 0
		begun := spent(b)
		var err error
		if rows, err = tab.write(context.Background(), r, &out); err != nil {
			b.Fatal(err)
		}
		cpu += spent(b) - begun
	}
	b.ReportMetric(float64(cpu.Nanoseconds())/float64(b.N)/float64(rows), "cpu-ns/row")
	b.ReportMetric(float64(out.n)/float64(rows), "B/row")
	b.ReportMetric(float64(rows), "rows")
	b.ReportMetric(0, "ns/op")
}

// spent is the time that this process had a processor.
func spent(tb testing.TB) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

var _ io.Writer = (*counter)(nil)
