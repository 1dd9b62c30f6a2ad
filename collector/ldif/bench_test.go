package ldif_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"mbxperm/collector"
	"mbxperm/collector/demo"
	"mbxperm/collector/ldaptest"
	"mbxperm/collector/ldif"
	"mbxperm/collector/live"
	"mbxperm/collector/session"
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
	r, err := ldif.Create(tb.Context(), path, ldif.Head{Program: "mbxperm test", Source: src.Name()}, ldif.Options{})
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
	c := session.Start(context.Background(), src, model.NewPool(), nil)
	<-c.Done()
	return c.Snapshot()
}

// BenchmarkOpen reads, decodes and indexes a recording: the time until a report
// could be written. Beside it, what the same costs without a file, and the file
// alone. A million takes a minute to record, once:
//
//	go test -run - -bench Open/1000000/recording -benchtime 1x ./collector/ldif
func BenchmarkOpen(b *testing.B) {
	for _, n := range []int{many, 10 * many} {
		b.Run(fmt.Sprint(n), func(b *testing.B) { benchmarkOpen(b, fmt.Sprintf("demo:%d", n)) })
	}
}

func benchmarkOpen(b *testing.B, spec string) {
	path := record(b, source(b, spec))
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
			collect(b, source(b, spec))
		}
	})
}

// BenchmarkRecord is a collection with and without a recording: of the demo,
// which costs next to nothing itself, and of a directory that answers from
// memory, over TLS.
func BenchmarkRecord(b *testing.B) {
	server := ldaptest.Start(b, ldaptest.Config{Entries: ldaptest.Directory(ldaptest.Size{Mailboxes: 2000, Descriptor: 8192}),
		Passwords: map[string]string{"auditor@contoso.com": "demo"}, LDAPS: true})
	directory := func(tb testing.TB) collector.Source {
		src, err := live.Open(tb.Context(), live.Options{URL: server.URL(), User: "auditor@contoso.com", CAFile: server.CAFile(),
			Password: func() (string, error) { return "demo", nil }})
		if err != nil {
			tb.Fatal(err)
		}
		return src
	}
	for name, open := range map[string]func(testing.TB) collector.Source{
		"demo":      func(tb testing.TB) collector.Source { return source(tb, fmt.Sprintf("demo:%d", many)) },
		"directory": directory,
	} {
		b.Run(name+"/with", func(b *testing.B) {
			for b.Loop() {
				record(b, open(b))
			}
		})
		b.Run(name+"/without", func(b *testing.B) {
			for b.Loop() {
				collect(b, open(b))
			}
		})
	}
}
