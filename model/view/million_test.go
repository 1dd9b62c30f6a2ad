package view_test

import (
	"context"
	"runtime"
	"sync"
	"testing"

	"mbxperm/collector/demo"
	"mbxperm/collector/session"
	"mbxperm/model"
	"mbxperm/model/hiding"
	"mbxperm/model/view"
)

// BenchmarkMillion measures what the screen asks for at a million mailboxes:
//
//	go test -run - -bench Million ./model ./ui
//
// The organisation is read once for all of them.
func BenchmarkMillion(b *testing.B) {
	s := million().Fresh()
	left := view.Query{Type: view.Mailboxes}
	first := benchView(b, s, left)
	key := first.Key(500_000)
	with := func(change func(*view.Query)) view.Query {
		q := left
		change(&q)
		return q
	}
	rows := func(ace int, effective bool) view.Query {
		return view.Query{Type: view.Mailboxes, Rows: true, Of: key, ACEs: view.Mailboxes.ACEs[ace], Effective: effective}
	}
	for _, c := range []struct {
		name string
		q    view.Query
	}{
		{"Toggle", with(func(q *view.Query) { q.Show = hiding.Implied })},
		{"OnlyDeny", with(func(q *view.Query) { q.Only = hiding.OnlyDeny })},
		{"OnlyOrphans", with(func(q *view.Query) { q.Only = hiding.OnlyOrphans })},
		{"Trustees", with(func(q *view.Query) { q.Lines = view.TrusteeLines })},
		{"FilterMany", with(func(q *view.Query) { q.Filter = "a" })},
		{"FilterFew", with(func(q *view.Query) { q.Filter = "karin.arvid" })},
		{"FilterNone", with(func(q *view.Query) { q.Filter = "zzzq" })},
		{"FilterSID", with(func(q *view.Query) { q.Filter = "4711" })},
		{"FilterWords", with(func(q *view.Query) { q.Filter = "mül !disabled ou=" })},
		{"SortRemembered", with(func(q *view.Query) { q.Sort = -4 })},
		{"Arrival", with(func(q *view.Query) { q.Arrival = true })},
		{"ForwardRows", rows(0, false)},
		{"ReverseRows", rows(4, false)},
		{"EffectiveRows", rows(4, true)},
	} {
		b.Run(c.name, func(b *testing.B) {
			benchView(b, s, c.q) // what is worked out once for a snapshot
			b.ReportAllocs()
			for b.Loop() {
				benchView(b, s, c.q)
			}
		})
	}
	b.Run("SortByNumber", func(b *testing.B) { // each time another order than the one remembered
		for i := 0; b.Loop(); i++ {
			benchView(b, s, with(func(q *view.Query) { q.Sort = -4 - i&1 }))
		}
	})
	b.Run("SortByText", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			benchView(b, s, with(func(q *view.Query) { q.Sort = 1 - 2*(i&1) }))
		}
	})
	b.Run("ScreenAfterToggle", func(b *testing.B) { // 44 lines, exact, before View has answered
		for b.Loop() {
			res := first.Under(with(func(q *view.Query) { q.Show = hiding.All }))
			for i := range 44 {
				res.Line(500_000 + i)
			}
		}
	})
	b.Run("FindLine", func(b *testing.B) {
		for b.Loop() {
			if first.Find(key) != 500_000 {
				b.Fatal("the line is elsewhere")
			}
		}
	})
}

// BenchmarkMillionFirst measures what is worked out once for a snapshot: the
// first answer, the texts that a filter looks at, who is named where.
func BenchmarkMillionFirst(b *testing.B) {
	for _, c := range []struct {
		name string
		q    view.Query
	}{
		{"Arrival", view.Query{Type: view.Mailboxes, Arrival: true}},
		{"Ordered", view.Query{Type: view.Mailboxes}},
		{"Filtered", view.Query{Type: view.Mailboxes, Filter: "karin.arvid"}},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				s := million().Fresh()
				b.StartTimer()
				benchView(b, s, c.q)
			}
		})
	}
}

// million is demo:1000000, read once for the process. It reports what the model
// keeps of it.
var million = sync.OnceValue(func() *model.Snapshot {
	src, err := demo.New("demo:1000000")
	if err != nil {
		panic(err)
	}
	c := session.Start(context.Background(), src, model.NewPool(), nil)
	<-c.Done()
	return c.Snapshot()
})

// BenchmarkMillionHeap reports what the model keeps of a million mailboxes, and
// what the answers above add to it.
func BenchmarkMillionHeap(b *testing.B) {
	heap := func() float64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc) / (1 << 20)
	}
	s := million().Fresh()
	bare := heap()
	for b.Loop() {
		benchView(b, s, view.Query{Type: view.Mailboxes, Filter: "u"})
	}
	view.Prepare(s)
	b.ReportMetric(bare, "MB-model")
	b.ReportMetric(heap()-bare, "MB-views")
	runtime.KeepAlive(s)
}

// BenchmarkMillionAccess measures the grid of protocols of a million mailboxes: the
// first look, the lines, the rows of one protocol, and what it keeps. Who never
// looks pays nothing: BenchmarkMillionHeap has none of it.
func BenchmarkMillionAccess(b *testing.B) {
	typ := view.ClientAccess
	heap := func() float64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc) / (1 << 20)
	}
	s := million().Fresh()
	benchView(b, s, view.Query{Type: view.Mailboxes})
	bare := heap()
	first := benchView(b, s, view.Query{Type: typ, Filter: "pop3"})
	b.Run("First", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			s := million().Fresh()
			benchView(b, s, view.Query{Type: view.Mailboxes})
			b.StartTimer()
			benchView(b, s, view.Query{Type: typ})
		}
	})
	for _, c := range []struct {
		name string
		q    view.Query
	}{
		{"Lines", view.Query{Type: typ}},
		{"Filter", view.Query{Type: typ, Filter: "karin.arvid"}},
		{"SortByOff", view.Query{Type: typ, Sort: -4}},
		{"Rows", view.Query{Type: typ, Rows: true, Of: first.Key(0), ACEs: typ.ACEs[0]}},
		{"RowsFiltered", view.Query{Type: typ, Rows: true, Of: first.Key(0), ACEs: typ.ACEs[0], Filter: "off"}},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				benchView(b, s, c.q)
			}
		})
	}
	b.Run("Keeps", func(b *testing.B) {
		for b.Loop() {
			benchView(b, s, view.Query{Type: typ})
		}
		b.ReportMetric(heap()-bare, "MB")
	})
	runtime.KeepAlive(s)
}
