package protolog_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mbxperm/collector/protolog/logtest"
)

// bench reads a folder again and again.
func bench(b *testing.B, dir string, size int64) {
	b.Helper()
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprintf("workers %d", workers), func(b *testing.B) {
			b.SetBytes(size)
			b.ReportAllocs()
			for b.Loop() {
				o := in("EX13=" + dir)
				o.Workers, o.Accepted = workers, []string{"contoso.com"}
				read(b, nil, o)
			}
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
	files, _ := filepath.Glob(filepath.Join(dir, "*"))
	for b.Loop() {
		columns := 0
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
}
