package view_test

import (
	"slices"
	"testing"

	"mbxperm/collector/demo"
	"mbxperm/collector/session"
	"mbxperm/model"
	"mbxperm/model/view"
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

func benchView(b *testing.B, s *model.Snapshot, q view.Query) *view.Result {
	b.Helper()
	r, err := view.Of(b.Context(), s, q)
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
		benchView(b, s, view.Query{Type: view.Mailboxes, Arrival: true})
	}
}

func BenchmarkViewSorted(b *testing.B) {
	s := benchSnapshot(b)
	for b.Loop() {
		benchView(b, s, view.Query{Type: view.Mailboxes})
	}
}

func BenchmarkViewFiltered(b *testing.B) {
	s := benchSnapshot(b)
	for b.Loop() {
		benchView(b, s, view.Query{Type: view.Mailboxes, Filter: "alex"})
	}
}

func BenchmarkForwardRows(b *testing.B) {
	s := benchSnapshot(b)
	key := benchView(b, s, view.Query{Type: view.Mailboxes}).Key(100000)
	for b.Loop() {
		benchView(b, s, view.Query{Type: view.Mailboxes, Rows: true, Of: key, ACEs: view.Mailboxes.ACEs[0]})
	}
}

func BenchmarkReverseRows(b *testing.B) {
	s := benchSnapshot(b)
	key := benchView(b, s, view.Query{Type: view.Mailboxes}).Key(100000)
	for b.Loop() {
		benchView(b, s, view.Query{Type: view.Mailboxes, Rows: true, Of: key, ACEs: view.Mailboxes.ACEs[4]})
	}
}

func BenchmarkLine(b *testing.B) {
	s := benchSnapshot(b)
	r := benchView(b, s, view.Query{Type: view.Mailboxes})
	i := 0
	for b.Loop() {
		r.Line(i % r.Len())
		i += 7919
	}
}

// BenchmarkProtocolLines is report protocols over 100,000 mailboxes, nine lines for
// each, from the first look at them.
func BenchmarkProtocolLines(b *testing.B) {
	src, err := demo.New("demo:100000")
	if err != nil {
		b.Fatal(err)
	}
	c := session.Start(b.Context(), src, model.NewPool(), nil)
	<-c.Done()
	for b.Loop() {
		lines, err := view.ProtocolLines(b.Context(), c.Snapshot().Fresh(), view.ProtocolQuery{System: true})
		if err != nil || lines.Len() != 9*100_000 {
			b.Fatal(lines.Len(), err)
		}
		for i := range lines.Len() {
			lines.Line(i)
		}
	}
}

// BenchmarkAllLines is the entries of all lines in one list: as they are, with those that
// hold a word, and in the order of a column.
func BenchmarkAllLines(b *testing.B) {
	s := benchSnapshot(b)
	all := view.Mailboxes.ACEs[slices.IndexFunc(view.Mailboxes.ACEs, view.ACEType.AllLines)]
	for _, c := range []struct {
		name string
		q    view.Query
	}{
		{"plain", view.Query{}},
		{"filter", view.Query{Filter: "anna"}},
		{"filter=right", view.Query{Filter: "fullaccess"}},
		{"sort=user", view.Query{Sort: 3}},
		{"sort=rights", view.Query{Sort: 4}},
	} {
		c.q.Type, c.q.Rows, c.q.ACEs = view.Mailboxes, true, all
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				benchView(b, s, c.q)
			}
		})
	}
}
