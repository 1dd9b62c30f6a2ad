package model_test

import (
	"testing"

	"mbxperm/collector/demo"
	"mbxperm/collector/session"
	"mbxperm/model"
)

// The benchmarks work on 200,000 mailboxes of the demo: enough that a cost per
// mailbox shows, and read in seconds. Cost grows with the mailboxes, so five
// times a figure is that of a million.
const benchSpec = "demo:200000"

func benchSnapshot(b *testing.B) *model.Snapshot {
	b.Helper()
	s := benchCollect(b)
	b.ReportAllocs()
	return s
}

func benchCollect(b *testing.B) *model.Snapshot {
	b.Helper()
	src, err := demo.New(benchSpec)
	if err != nil {
		b.Fatal(err)
	}
	c := session.Start(b.Context(), src, model.NewPool(), nil)
	<-c.Done()
	return c.Snapshot()
}

func benchView(b *testing.B, s *model.Snapshot, q model.Query) *model.Result {
	b.Helper()
	r, err := model.View(b.Context(), s, q)
	if err != nil {
		b.Fatal(err)
	}
	return r
}

func BenchmarkCollect(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		benchCollect(b)
	}
}

func BenchmarkViewArrival(b *testing.B) {
	s := benchSnapshot(b)
	for b.Loop() {
		benchView(b, s, model.Query{Type: model.Mailboxes, Arrival: true})
	}
}

func BenchmarkViewSorted(b *testing.B) {
	s := benchSnapshot(b)
	for b.Loop() {
		benchView(b, s, model.Query{Type: model.Mailboxes})
	}
}

func BenchmarkViewFiltered(b *testing.B) {
	s := benchSnapshot(b)
	for b.Loop() {
		benchView(b, s, model.Query{Type: model.Mailboxes, Filter: "u0001"})
	}
}

func BenchmarkForwardRows(b *testing.B) {
	s := benchSnapshot(b)
	key := benchView(b, s, model.Query{Type: model.Mailboxes}).Key(100000)
	for b.Loop() {
		benchView(b, s, model.Query{Type: model.Mailboxes, Rows: true, Of: key, ACEs: model.Mailboxes.ACEs[0]})
	}
}

func BenchmarkReverseRows(b *testing.B) {
	s := benchSnapshot(b)
	key := benchView(b, s, model.Query{Type: model.Mailboxes}).Key(100000)
	for b.Loop() {
		benchView(b, s, model.Query{Type: model.Mailboxes, Rows: true, Of: key, ACEs: model.Mailboxes.ACEs[4]})
	}
}

func BenchmarkLine(b *testing.B) {
	s := benchSnapshot(b)
	r := benchView(b, s, model.Query{Type: model.Mailboxes})
	i := 0
	for b.Loop() {
		r.Line(i % r.Len())
		i += 7919
	}
}
