package view_test

import (
	"reflect"
	"testing"

	"mbxperm/model/hiding"
	"mbxperm/model/view"
)

// TestPick: what is picked of an answer are its lines and rows at these places, in
// their order, whatever sort of lines or rows it has.
func TestPick(t *testing.T) {
	s, _ := read(t, "demo:60:3")
	for _, typ := range view.ObjectTypes {
		lines := ask(t, s, view.Query{Type: typ, Show: hiding.All, System: true})
		pickLines(t, lines)
		for _, aces := range typ.ACEs {
			for i := 0; i < lines.Len(); i += 1 + lines.Len()/4 {
				for _, sort := range []int{0, 2} {
					pickRows(t, ask(t, s, view.Query{Type: typ, Show: hiding.All, Rows: true, Of: lines.Key(i), ACEs: aces, Sort: sort, Effective: true}))
				}
			}
		}
	}
}

func everyThird(n int) (out []int) {
	for i := 0; i < n; i += 3 {
		out = append(out, i)
	}
	return out
}

func pickLines(t *testing.T, res *view.Result) {
	t.Helper()
	places := everyThird(res.Len())
	got := res.Pick(places)
	if got.Len() != len(places) || got.Picked != len(places) {
		t.Fatalf("%s: %d lines of %d", res.Query.Type.Plural, got.Len(), len(places))
	}
	for i, at := range places {
		if got.Key(i) != res.Key(at) || got.Line(i).Name != res.Line(at).Name {
			t.Errorf("%s: line %d is %v, want %v", res.Query.Type.Plural, i, got.Key(i), res.Key(at))
		}
	}
}

func pickRows(t *testing.T, res *view.Result) {
	t.Helper()
	places := everyThird(res.Len())
	got := res.Pick(places)
	if got.Len() != len(places) {
		t.Fatalf("%s, %s: %d rows of %d", res.Query.Type.Plural, res.Query.ACEs.Name, got.Len(), len(places))
	}
	for i, at := range places {
		if got.RowKey(i) != res.RowKey(at) || !reflect.DeepEqual(got.Row(i).Row, res.Row(at).Row) || got.IsRole(i) != res.IsRole(at) {
			t.Errorf("%s, %s: row %d is %v, want %v", res.Query.Type.Plural, res.Query.ACEs.Name, i, got.Row(i), res.Row(at))
		}
	}
}
