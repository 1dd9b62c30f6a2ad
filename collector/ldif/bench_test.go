package ldif_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"mbxperm/collector"
	"mbxperm/collector/demo"
	"mbxperm/collector/ldif"
	"mbxperm/model"
)

// many is the size of the organisation in benchmarks.
const many = 100_000

func source(tb testing.TB, spec string) collector.Source {
	tb.Helper()
	src, err := demo.New(spec)
	if err != nil {
		tb.Fatal(err)
	}
	return src
}

// record collects a source and records it, and returns the file.
func record(tb testing.TB, src collector.Source) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "recording.ldif.zst")
	r, err := ldif.Create(path, ldif.Head{Program: "mbxperm test", Source: src.Name()}, ldif.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	collect(tb, r.Record(src))
	if r.Err() != nil {
		tb.Fatal(r.Err())
	}
	return path
}

func reopen(tb testing.TB, path string) *ldif.Source {
	tb.Helper()
	src, err := ldif.Open(path)
	if err != nil {
		tb.Fatal(err)
	}
	return src
}

func collect(tb testing.TB, src collector.Source) *model.Snapshot {
	tb.Helper()
	c := collector.Start(context.Background(), src, model.NewPool(), nil)
	<-c.Done()
	return c.Snapshot()
}

// BenchmarkOpen reads, decodes and indexes a recording: the time until a report
// could be written. Beside it, what the same costs without a file.
func BenchmarkOpen(b *testing.B) {
	path := record(b, source(b, fmt.Sprintf("demo:%d", many)))
	b.Run("recording", func(b *testing.B) {
		for b.Loop() {
			if s := collect(b, reopen(b, path)); !s.State.Complete() {
				b.Fatal(s.State.Err)
			}
		}
	})
	b.Run("parse", func(b *testing.B) {
		for b.Loop() {
			if err := reopen(b, path).Read(b.Context(), nothing{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("demo", func(b *testing.B) {
		for b.Loop() {
			collect(b, source(b, fmt.Sprintf("demo:%d", many)))
		}
	})
}

// BenchmarkRecord is a collection with and without a recording.
func BenchmarkRecord(b *testing.B) {
	b.Run("with", func(b *testing.B) {
		for b.Loop() {
			record(b, source(b, fmt.Sprintf("demo:%d", many)))
		}
	})
	b.Run("without", func(b *testing.B) {
		for b.Loop() {
			collect(b, source(b, fmt.Sprintf("demo:%d", many)))
		}
	})
}
