package protolog_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"mbxperm/collector/protolog/logtest"
)

// bench reads a folder again and again.
func bench(b *testing.B, dir string, size int64) {
	b.Helper()
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprintf("workers %d", workers), func(b *testing.B) {
			b.SetBytes(size)
			b.ReportAllocs()
			before, rounds := cpuTime(), 0
			for b.Loop() {
				o := in("EX13=" + dir)
				o.Workers, o.Accepted = workers, []string{"contoso.com"}
				read(b, nil, o)
				rounds++
			}
			b.ReportMetric((cpuTime()-before).Seconds()*1e9/float64(size)/float64(rounds), "cpu-s/GB")
		})
	}
}

// fill writes copies of a text as the logs of so many hours.
func fill(b *testing.B, prefix string, text []byte, hours int) (dir string, size int64) {
	b.Helper()
	dir = b.TempDir()
	for h := range hours {
		hour := bytes.ReplaceAll(text, []byte("T08:"), fmt.Appendf(nil, "T%02d:", h%24))
		put(b, dir, fmt.Sprintf("%s202611%02d%02d-1.LOG", prefix, 1+h/24, h%24), hour)
		size += int64(len(hour))
	}
	return dir, size
}

// BenchmarkLogons reads 256 MB of IMAP4 logs.
func BenchmarkLogons(b *testing.B) {
	l := logtest.Log{Protocol: "IMAP4", Seed: 1, Start: start, Sessions: 8000, Commands: 8, Users: 3000, Clients: 500}
	dir, size := fill(b, "IMAP4", logText(b, l), 32)
	bench(b, dir, size)
}

// BenchmarkManyPairs reads 300,000 pairs of an account and a client in a GB of
// IMAP4 logs: the processor's time for a GB, and the memory beyond 64 MB for each
// pair.
func BenchmarkManyPairs(b *testing.B) {
	const pairs = 300000
	dir := b.TempDir()
	size := int64(0)
	for h := range 8 {
		l := logtest.Log{Protocol: "IMAP4", Seed: uint64(h % 4), Start: start.Add(time.Duration(h) * time.Hour), Sessions: 92000, Commands: 8, Users: 300000, Clients: 2000}
		f, err := os.Create(filepath.Join(dir, fmt.Sprintf("IMAP4202611020%d-1.LOG", h)))
		if err != nil {
			b.Fatal(err)
		}
		if err := l.Write(f); err != nil {
			b.Fatal(err)
		}
		if info, err := f.Stat(); err == nil {
			size += info.Size()
		}
		f.Close()
	}
	b.SetBytes(size)
	for b.Loop() {
		runtime.GC()
		forgetPeak()
		before, begun := cpuTime(), 0
		s := read(b, nil, in("EX13="+dir))
		if begun = len(s.Connections); begun < pairs {
			b.Fatalf("%d pairs", begun)
		}
		b.ReportMetric((cpuTime()-before).Seconds()*1e9/float64(size), "cpu-s/GB")
		b.ReportMetric(float64(peak()-64<<20)/float64(begun), "B/pair")
	}
}

// BenchmarkMail reads as much of SMTP logs.
func BenchmarkMail(b *testing.B) {
	l := logtest.SMTP{Server: "EX13", Release: 2013, Seed: 1, Start: start, Sessions: 4000, Clients: 300}
	dir, size := fill(b, "RECV", smtpText(b, l), 32)
	bench(b, dir, size)
}

// BenchmarkSplitAlone is what a reader costs that does nothing but split lines at
// commas: what the others are measured by.
func BenchmarkSplitAlone(b *testing.B) {
	l := logtest.Log{Protocol: "IMAP4", Seed: 1, Start: start, Sessions: 8000, Commands: 8, Users: 3000, Clients: 500}
	dir, size := fill(b, "IMAP4", logText(b, l), 8)
	b.SetBytes(size)
	before, rounds := cpuTime(), 0
	files, _ := filepath.Glob(filepath.Join(dir, "*"))
	for b.Loop() {
		columns := 0
		rounds++
		for _, f := range files {
			text, err := os.ReadFile(f)
			if err != nil {
				b.Fatal(err)
			}
			for line := range bytes.Lines(text) {
				columns += len(strings.Split(string(line), ","))
			}
		}
		if columns == 0 {
			b.Fatal("nothing")
		}
	}
	b.ReportMetric((cpuTime()-before).Seconds()*1e9/float64(size)/float64(rounds), "cpu-s/GB")
}
