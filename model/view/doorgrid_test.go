package view_test

import (
	"testing"

	"mbxperm/model"
	"mbxperm/model/view"
)

// TestDoorTotalsAreRows: what a line of doors counts is the rows that it shows,
// with probes and without, and every row stands in the lines of its ends.
func TestDoorTotalsAreRows(t *testing.T) {
	s := demoSnapshot(t, "demo:250:1:30")
	for _, typ := range []*view.ObjectType{view.Connections, view.Relays} {
		all := map[bool]int{}
		for _, system := range []bool{false, true} {
			lines := viewOf(t, s, view.Query{Type: typ, System: system})
			if lines.Len() < 10 {
				t.Fatalf("%s: %d lines", typ.Name, lines.Len())
			}
			seen := map[any]int{}
			for i := range lines.Len() {
				line := lines.Line(i)
				rows := viewOf(t, s, view.Query{Type: typ, System: system, Rows: true, Of: line.Key, ACEs: typ.ACEs[0]})
				if rows.Len() != line.Door.Rows || rows.Probes != line.Door.Hidden {
					t.Errorf("%s %s: %d rows and %d probes, the line says %d and %d", typ.Name, line.Name, rows.Len(), rows.Probes, line.Door.Rows, line.Door.Hidden)
				}
				for k := range rows.Len() {
					key := rows.RowKey(k)
					seen[key]++
					if rows.FindRow(key) != k || !view.HasRow(s, key) {
						t.Errorf("%s %s: row %d is not found by its key", typ.Name, line.Name, k)
					}
					other := rows.TrusteeKey(k)
					if other == line.Key || lines.Find(other) < 0 {
						t.Errorf("%s %s: row %d leads nowhere", typ.Name, line.Name, k)
					}
				}
				if at := lines.Find(line.Key); at != i || view.TypeOf(s, line.Key) != typ || view.TargetOf(s, line.Key).Name != line.Name {
					t.Errorf("%s %s: line %d is found at %d", typ.Name, line.Name, i, at)
				}
			}
			rows := viewOf(t, s, view.Query{Type: typ, System: system, Rows: true, ACEs: typ.ACEs[0]})
			all[system] = rows.Len()
			for k := range rows.Len() {
				if n := seen[rows.RowKey(k)]; n < 2 || n > 3 {
					t.Errorf("%s: row %d stands in %d lines", typ.Name, k, n)
				}
			}
		}
		if typ == view.Connections && all[true] <= all[false] {
			t.Errorf("%d rows with probes, %d without", all[true], all[false])
		}
	}
}

// TestDoorKeysSurvive: a line of the same name is the same in another state.
func TestDoorKeysSurvive(t *testing.T) {
	before, after := demoSnapshot(t, "demo:60"), demoSnapshot(t, "demo:60:1:1")
	for _, typ := range []*view.ObjectType{view.Connections, view.Relays} {
		old, now := viewOf(t, before, view.Query{Type: typ, System: true}), viewOf(t, after, view.Query{Type: typ, System: true})
		for i := range old.Len() {
			if now.Find(old.Key(i)) < 0 {
				t.Errorf("%s: %s is gone on the next day", typ.Name, old.Line(i).Name)
			}
		}
	}
}

// TestSomebodyElsesMailbox: a logon that opens another mailbox stands with its
// account and with that mailbox, and says whether it may.
func TestSomebodyElsesMailbox(t *testing.T) {
	s := demoSnapshot(t, "demo:250")
	ask := func(q view.Query) *view.Result {
		q.Type, q.Rows, q.ACEs = view.Connections, true, view.Connections.ACEs[0]
		return viewOf(t, s, q)
	}
	lines := ask(view.Query{})
	if lines.Probes == 0 {
		t.Fatal("no probes")
	}
	others := 0
	for i := range lines.Len() {
		c := lines.Row(i).Connection
		if c.Other.ID == 0 {
			continue
		}
		others++
		if c.Right == "" {
			t.Errorf("%s opens %s, and whether it may is not said", c.User, c.Mailbox)
		}
		for _, id := range []model.ObjectID{c.Account.ID, c.Other.ID} {
			who := s.TargetPrincipal(s.Record(id))
			found := ask(view.Query{Target: view.Match(who.DN)})
			ok := false
			for k := range found.Len() {
				ok = ok || found.Row(k).Connection.Connection.Connection == c.Connection.Connection
			}
			if !ok {
				t.Errorf("%s: not among the lines of %s", c.User, who.Name)
			}
		}
	}
	if others == 0 {
		t.Error("the demo should have somebody who opens somebody else's mailbox")
	}
}

// TestDoorFilter: a filter keeps lines and rows that hold every word.
func TestDoorFilter(t *testing.T) {
	s := demoSnapshot(t, "demo:250")
	if res := viewOf(t, s, view.Query{Type: view.Connections, Filter: "203.0.113.9 client"}); res.Len() != 1 || res.Line(0).Name != "203.0.113.9" {
		t.Errorf("%d lines", res.Len())
	}
	if res := viewOf(t, s, view.Query{Type: view.Connections, Rows: true, ACEs: view.Connections.ACEs[0], Filter: "imap4 plain"}); res.Len() != 1 {
		t.Errorf("%d rows in plain text", res.Len())
	}
	for _, column := range []int{1, -4, 5, -7} {
		res := viewOf(t, s, view.Query{Type: view.Connections, Sort: column})
		for i := 1; i < res.Len(); i++ {
			a, b := res.Line(i-1), res.Line(i)
			if column == -4 && a.Door.Sums[0] < b.Door.Sums[0] || column == 5 && a.Door.Sums[1] > b.Door.Sums[1] || column == -7 && a.Door.Last < b.Door.Last {
				t.Errorf("column %d: %+v before %+v", column, a.Door, b.Door)
			}
		}
	}
}

func viewOf(t *testing.T, s *model.Snapshot, q view.Query) *view.Result {
	t.Helper()
	res, err := view.Of(t.Context(), s, q)
	if err != nil {
		t.Fatal(err)
	}
	return res
}
