package view_test

import (
	"fmt"
	"reflect"
	"testing"

	"mbxperm/model"
	"mbxperm/model/hiding"
	"mbxperm/model/view"
)

// allLines returns the question for the rows of all lines of a type, numbered and not
// kept, and the one that report aces asks, which collects and sorts them one by one.
func allLines(t *testing.T, q view.Query) (flat, plain view.Query) {
	t.Helper()
	q.Rows = true
	flat, plain = q, q
	plain.ACEs = q.Type.ACEs[0]
	for _, a := range q.Type.ACEs {
		if a.AllLines() {
			flat.ACEs = a
			return flat, plain
		}
	}
	t.Fatalf("%s has no ACE type for all lines", q.Type.Plural)
	return flat, plain
}

// sameRows holds the two answers against one another, row for row.
func sameRows(t *testing.T, s *model.Snapshot, q view.Query) int {
	t.Helper()
	flat, plain := allLines(t, q)
	got, want := ask(t, s, flat), ask(t, s, plain)
	name := fmt.Sprintf("%s show %v only %v split %v filter %q sort %d", q.Type.Flag, q.Show, q.Only, q.Split, q.Filter, q.Sort)
	if got.Len() != want.Len() || got.Hidden != want.Hidden || !reflect.DeepEqual(got.On, want.On) {
		t.Fatalf("%s: %d rows, hidden %v, on %v; want %d, %v, %v", name, got.Len(), got.Hidden, got.On, want.Len(), want.Hidden, want.On)
	}
	for i := range got.Len() {
		if got.Ref(i) != want.Ref(i) {
			t.Fatalf("%s: row %d is %v, want %v", name, i, got.Row(i), want.Row(i))
		}
	}
	for i := 0; i < got.Len(); i += 1 + got.Len()/50 {
		if a, b := got.Row(i), want.Row(i); !reflect.DeepEqual(a, b) {
			t.Fatalf("%s: row %d is %v, want %v", name, i, a, b)
		}
		if at := got.FindRow(got.RowKey(i)); at != i {
			t.Fatalf("%s: row %d is found at %d", name, i, at)
		}
		if a, b := got.TrusteeKey(i), want.TrusteeKey(i); a != b || got.TargetKey(i) != want.TargetKey(i) {
			t.Fatalf("%s: row %d leads to %v, want %v", name, i, a, b)
		}
	}
	return got.Len()
}

// entryTypes are the object types whose rows are entries.
func entryTypes() (out []*view.ObjectType) {
	for _, typ := range view.ObjectTypes {
		if !typ.Doors() && typ != view.Roles {
			out = append(out, typ)
		}
	}
	return out
}

// TestAllLines: the rows of all lines are those of report aces under every toggle,
// filter and order.
func TestAllLines(t *testing.T) {
	s, _ := read(t, "demo:120:1")
	for _, typ := range entryTypes() {
		rows := 0
		for i, show := range []hiding.Reasons{0, hiding.All, hiding.Inherited, hiding.Self | hiding.Default, hiding.Stale | hiding.Implied} {
			for n, only := range []hiding.Only{0, hiding.OnlyDeny, hiding.OnlyOrphans, hiding.OnlyDeny | hiding.OnlyOrphans} {
				rows += sameRows(t, s, view.Query{Type: typ, Show: show, Only: only, Split: (i+n)&1 == 0})
			}
		}
		if rows == 0 {
			t.Errorf("%s: no rows at all", typ.Plural)
		}
	}
}

// TestAllLinesFiltered: the same of filters, and of an order by each column.
func TestAllLinesFiltered(t *testing.T) {
	s, _ := read(t, "demo:60:2")
	filters := []string{"", "full", "svc", "!allow", "deny", "dc=contoso inherited", "s-1-5", "read !self", "send 0", "zzzq"}
	for _, typ := range entryTypes() {
		for i, filter := range filters {
			sameRows(t, s, view.Query{Type: typ, Show: hiding.All, Split: i&1 == 0, Filter: filter})
		}
		for n := -len(typ.Details); n <= len(typ.Details); n++ {
			sameRows(t, s, view.Query{Type: typ, Show: hiding.All, Split: n&1 == 0, Sort: n, Filter: filters[max(n, -n)%3]})
		}
	}
}

// TestAllLinesWhileReading: while rows arrive they stand as they came, and no row is
// another one than at the end.
func TestAllLinesWhileReading(t *testing.T) {
	s, _ := read(t, "demo:60:3")
	q, _ := allLines(t, view.Query{Type: view.Mailboxes, Show: hiding.All, Sort: 3})
	want := map[any]bool{}
	for sorted, i := ask(t, s, q), 0; i < sorted.Len(); i++ {
		want[sorted.RowKey(i)] = true
	}
	q.Arrival = true
	got := ask(t, s, q)
	last := -1
	for i := range got.Len() {
		if !want[got.RowKey(i)] {
			t.Fatalf("row %d is not among the rows of the same mailboxes in order", i)
		}
		if n := int(got.Ref(i).Obj); n < last {
			t.Fatalf("row %d is on an object that came before the one above it", i)
		} else {
			last = n
		}
	}
	if got.Len() != len(want) {
		t.Errorf("%d rows as they came, %d in order", got.Len(), len(want))
	}
}
