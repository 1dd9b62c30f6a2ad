package view_test

import (
	"fmt"
	"testing"

	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/hiding"
	"mbxperm/model/view"
)

// What the columns count in the demo is what a walk over all rows of stores gives, and
// an order by them is that of their cells.
func TestStoresColumns(t *testing.T) {
	s := demoSnapshot(t, "demo:250")
	ask := func(q view.Query) *view.Result {
		r, err := view.Of(t.Context(), s, q)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	column := map[string]*model.Column[*view.Line]{}
	for i := range view.Mailboxes.Totals {
		column[view.Mailboxes.Totals[i].Title] = &view.Mailboxes.Totals[i]
	}
	type reaches struct{ stores, mailboxes int }
	in, entries, reach := map[string]int{}, map[string]int{}, map[string]reaches{}
	lines := ask(view.Query{Type: view.Mailboxes, System: true, Sort: -5})
	for i := range lines.Len() {
		if l := lines.Line(i); l.Key.IsTarget() && l.Kind == model.KindMailbox {
			in[column["Store"].Text(&l)]++
		}
	}
	stores := ask(view.Query{Type: view.Stores})
	for i := range stores.Len() {
		l, met := stores.Line(i), map[string]bool{}
		rows := ask(view.Query{Type: view.Stores, Show: hiding.All, Rows: true, Of: l.Key, ACEs: view.Stores.ACEs[0]})
		for n := range rows.Len() {
			ref, row := rows.Ref(n), rows.Row(n)
			if row.Hidden&hiding.Default != 0 || grant.Opens(s, s.Record(ref.Obj), ref, grant.ACEOf(s, ref))&grant.OpensStored == 0 {
				continue
			}
			entries[l.Store]++
			if sid := model.SIDText(row.Trustee.SID); !met[sid] {
				met[sid] = true
				c := reach[sid]
				reach[sid] = reaches{c.stores + 1, c.mailboxes + in[l.Store]}
			}
		}
	}
	last, opening := 1<<30, 0
	for i := range lines.Len() {
		l := lines.Line(i)
		forward := l.Stores()
		home := column["Store"].Text(&l)
		if l.Key.IsTarget() && forward.Rows != entries[home] {
			t.Errorf("%s in %q: %d entries of its store, want %d", l.Name, home, forward.Rows, entries[home])
		}
		into, want := reach[model.SIDText(l.SID)], ""
		if want = fmt.Sprint(into.stores); into.stores != into.mailboxes {
			want = fmt.Sprintf("%d (%d)", into.stores, into.mailboxes)
		}
		if got := column["Reverse_Stores"].Text(&l); got != want {
			t.Errorf("%s gets into %s, want %s", l.Name, got, want)
		} else if into.stores > 0 {
			opening++
		}
		if column["Stores"].Number(&l) > last {
			t.Errorf("%s has %d behind %d", l.Name, column["Stores"].Number(&l), last)
		}
		last = column["Stores"].Number(&l)
	}
	if opening < 3 {
		t.Errorf("%d lines get into stores: too few to test anything", opening)
	}
}
