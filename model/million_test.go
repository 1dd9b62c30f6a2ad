package model_test

import (
	"context"
	"runtime"
	"sync"
	"testing"

	"mbxperm/collector/demo"
	"mbxperm/collector/session"
	"mbxperm/model"
)

// BenchmarkMillion measures what the screen asks for at a million mailboxes:
//
//	go test -run - -bench Million ./model ./ui
//
// The organisation is read once for all of them.
func BenchmarkMillion(b *testing.B) {
	s := million().Fresh()
	left := model.Query{Type: model.Mailboxes}
	first := benchView(b, s, left)
	key := first.Key(500_000)
	with := func(change func(*model.Query)) model.Query {
		q := left
		change(&q)
		return q
	}
	rows := func(ace int, effective bool) model.Query {
		return model.Query{Type: model.Mailboxes, Rows: true, Of: key, ACEs: model.Mailboxes.ACEs[ace], Effective: effective}
	}
	for _, c := range []struct {
		name string
		q    model.Query
	}{
		{"Toggle", with(func(q *model.Query) { q.Show = model.Implied })},
		{"OnlyDeny", with(func(q *model.Query) { q.Only = model.OnlyDeny })},
		{"OnlyOrphans", with(func(q *model.Query) { q.Only = model.OnlyOrphans })},
		{"Trustees", with(func(q *model.Query) { q.Lines = model.TrusteeLines })},
		{"FilterMany", with(func(q *model.Query) { q.Filter = "u0" })},
		{"FilterFew", with(func(q *model.Query) { q.Filter = "u04711" })},
		{"FilterNone", with(func(q *model.Query) { q.Filter = "zzzq" })},
		{"FilterSID", with(func(q *model.Query) { q.Filter = "4711" })},
		{"FilterWords", with(func(q *model.Query) { q.Filter = "mül !disabled ou=" })},
		{"SortRemembered", with(func(q *model.Query) { q.Sort = -4 })},
		{"Arrival", with(func(q *model.Query) { q.Arrival = true })},
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
			benchView(b, s, with(func(q *model.Query) { q.Sort = -4 - i&1 }))
		}
	})
	b.Run("SortByText", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			benchView(b, s, with(func(q *model.Query) { q.Sort = 1 - 2*(i&1) }))
		}
	})
	b.Run("ScreenAfterToggle", func(b *testing.B) { // 44 lines, exact, before View has answered
		for b.Loop() {
			res := first.Under(with(func(q *model.Query) { q.Show = model.AllReasons }))
			for i := range 44 {
				res.Line(500_000 + i)
			}
		}
	})
	b.Run("FindLine", func(b *testing.B) {
		for b.Loop() {
			if first.Find(key.Number()) != 500_000 {
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
		q    model.Query
	}{
		{"Arrival", model.Query{Type: model.Mailboxes, Arrival: true}},
		{"Ordered", model.Query{Type: model.Mailboxes}},
		{"Filtered", model.Query{Type: model.Mailboxes, Filter: "u04711"}},
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
		benchView(b, s, model.Query{Type: model.Mailboxes, Filter: "u"})
	}
	s.Prepare()
	b.ReportMetric(bare, "MB-model")
	b.ReportMetric(heap()-bare, "MB-views")
	runtime.KeepAlive(s)
}
