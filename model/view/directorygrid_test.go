package view_test

import (
	"testing"

	"mbxperm/model/view"
)

// TestDirectoryGrids: the grids of settings and of rules have each row in two
// lines, a total is the number of its rows, and Enter leads to the other end.
func TestDirectoryGrids(t *testing.T) {
	s := demoSnapshot(t, "demo:20")
	for _, typ := range []*view.ObjectType{view.ProtocolSettings, view.AccessRules} {
		lines := ask(t, s, view.Query{Type: typ})
		all := ask(t, s, view.Query{Type: typ, Rows: true, ACEs: typ.ACEs[0]})
		if lines.Len() == 0 || all.Len() == 0 {
			t.Fatalf("%s: %d lines, %d rows", typ.Name, lines.Len(), all.Len())
		}
		sum, kinds := 0, map[string]string{}
		for i := range lines.Len() {
			line := lines.Line(i)
			kinds[line.Name] = line.Door.Kind
			rows := ask(t, s, view.Query{Type: typ, Rows: true, Of: line.Key, ACEs: typ.ACEs[0]})
			if rows.Len() != line.Door.Rows {
				t.Errorf("%s: the total is %d, and there are %d rows", line.Name, line.Door.Rows, rows.Len())
			}
			for j := range rows.Len() {
				if at := rows.FindRow(rows.RowKey(j)); at != j {
					t.Errorf("%s: row %d is found at %d", line.Name, j, at)
				}
				if other := rows.TargetKey(j); other == line.Key || !view.Has(s, other) {
					t.Errorf("%s: row %d leads nowhere else", line.Name, j)
				}
				if r := rows.Row(j); len(r.Detail()) == 0 {
					t.Errorf("%s: row %d has no card", line.Name, j)
				}
			}
			sum += rows.Len()
		}
		if sum != 2*all.Len() {
			t.Errorf("%s: %d rows stand in lines, want each of %d twice", typ.Name, sum, all.Len())
		}
		for name, want := range map[*view.ObjectType]map[string]string{
			view.ProtocolSettings: {"EX19-01 POP3": "service", "POP3 LoginType": "differs", "POP3 MaxCommandSize": "setting", "IMAP4 InternalConnectionSettings": "setting"},
			view.AccessRules:      {"02 No EAC from outside": "rule, denies", "04 Old: no basic authentication": "rule, disabled", "AnyOfProtocols": "condition"},
		}[typ] {
			if kinds[name] != want {
				t.Errorf("%s is %q, want %q", name, kinds[name], want)
			}
		}
	}
}
