package view_test

import (
	"strings"
	"testing"

	"mbxperm/model"
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

// TestClientAccessGrid: each row stands in the line of its mailbox and in that of
// its protocol; totals are the rows that are shown, by their states, with system
// mailboxes and without; and the rows are those of report protocols.
func TestClientAccessGrid(t *testing.T) {
	s := demoSnapshot(t, "demo:250:1:30")
	typ := view.ClientAccess
	report, err := view.ProtocolLines(t.Context(), s, view.ProtocolQuery{System: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, system := range []bool{false, true} {
		lines := ask(t, s, view.Query{Type: typ, System: system})
		all := ask(t, s, view.Query{Type: typ, System: system, Rows: true, ACEs: typ.ACEs[0]})
		if system && all.Len() != report.Len() {
			t.Fatalf("%d rows, and the report has %d", all.Len(), report.Len())
		}
		if system != (lines.System == 0) || system != (all.Probes == 0) {
			t.Errorf("system mailboxes %v: %d lines and %d rows are left out", system, lines.System, all.Probes)
		}
		sum := 0
		for i := range lines.Len() {
			line := lines.Line(i)
			rows := ask(t, s, view.Query{Type: typ, System: system, Rows: true, Of: line.Key, ACEs: typ.ACEs[0]})
			counts := map[string]int{}
			for j := range rows.Len() {
				r := rows.Row(j)
				counts[r.Access.Access.State]++
				other := rows.TargetKey(j)
				if at := rows.FindRow(rows.RowKey(j)); at != j || !view.HasRow(s, rows.RowKey(j)) || other == line.Key || lines.Find(other) < 0 {
					t.Fatalf("%s: row %d is found at %d, and leads to %d", line.Name, j, at, lines.Find(other))
				}
				if len(r.Detail()) == 0 {
					t.Errorf("%s: row %d has no card", line.Name, j)
				}
			}
			for k, state := range []string{"unknown", "on", "off", "ambiguous"} {
				if line.Door.Sums[k] != counts[state] {
					t.Errorf("%s: %d are %s, the line says %d", line.Name, counts[state], state, line.Door.Sums[k])
				}
			}
			if rows.Len() != line.Door.Rows || rows.Probes != line.Door.Hidden {
				t.Errorf("%s: %d rows and %d left out, the line says %d and %d", line.Name, rows.Len(), rows.Probes, line.Door.Rows, line.Door.Hidden)
			}
			if lines.Find(line.Key) != i || view.TypeOf(s, line.Key) != typ || view.TargetOf(s, line.Key).Name != line.Name {
				t.Errorf("%s: line %d is found at %d", line.Name, i, lines.Find(line.Key))
			}
			sum += rows.Len()
		}
		if sum != 2*all.Len() {
			t.Errorf("%d rows stand in lines, want each of %d twice", sum, all.Len())
		}
	}
	for column := -len(typ.Totals); column <= len(typ.Totals); column++ { // in any order they are the same lines
		if got := ask(t, s, view.Query{Type: typ, Sort: column, System: true}); got.Len() != 9+ask(t, s, view.Query{Type: typ, System: true, Filter: "!protocol"}).Len() {
			t.Errorf("ordered by %d there are %d lines", column, got.Len())
		}
	}
	if got := ask(t, s, view.Query{Type: typ, Filter: "pop3"}); got.Len() != 1 || got.Line(0).Name != "POP3" {
		t.Errorf("the filter pop3 finds %d lines", got.Len())
	}
}

// TestClientAccessGridAsExpected: of what is not as expected, and of the servers of
// one release, the grid has the rows that report protocols has, under the same
// deviations, and totals are the rows that are shown.
func TestClientAccessGridAsExpected(t *testing.T) {
	s := demoSnapshot(t, "demo:250:1:30")
	typ := view.ClientAccess
	expect, err := view.ParseExpectations([]string{"pop3=Helpdesk", "IMAP4=Helpdesk"})
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []view.Query{
		{Expect: expect}, {Expect: expect, Deviating: true}, {Expect: expect[:1], Deviating: true, System: true},
		{Ends: view.Ends{Release: "2019"}}, {Expect: expect, Deviating: true, Ends: view.Ends{Release: "2016"}},
	} {
		q.Type = typ
		report, err := view.ProtocolLines(t.Context(), s, view.ProtocolQuery{System: q.System, Expect: q.Expect, Deviating: q.Deviating, Release: q.Ends.Release})
		if err != nil {
			t.Fatal(err)
		}
		rows := q
		rows.Rows, rows.ACEs = true, typ.ACEs[0]
		all := ask(t, s, rows)
		if all.Len() != report.Len() || all.Len() == 0 {
			t.Fatalf("%+v: %d rows, and the report has %d", q, all.Len(), report.Len())
		}
		deviating := 0
		for i := range all.Len() {
			got, want := all.Row(i).Access, report.Line(i)
			if got.Name != want.Name || got.Protocol != want.Protocol || got.Expected != want.Expected || got.Deviation != want.Deviation || got.Access.Detail != want.Access.Detail {
				t.Fatalf("row %d is %s %s %q %q, the report's %s %s %q %q", i, got.Name, got.Protocol, got.Expected, got.Deviation, want.Name, want.Protocol, want.Expected, want.Deviation)
			}
			if got.Deviation != "" {
				deviating++
			}
		}
		lines, sum, told := ask(t, s, q), 0, 0
		for i := range lines.Len() {
			line := lines.Line(i)
			rows.Of = line.Key
			of := ask(t, s, rows)
			if of.Len() != line.Door.Rows || of.Probes != line.Door.Hidden {
				t.Errorf("%s: %d rows and %d left out, the line says %d and %d", line.Name, of.Len(), of.Probes, line.Door.Rows, line.Door.Hidden)
			}
			sum += of.Len()
			told += line.Door.Sums[4]
		}
		if sum != 2*all.Len() || told != 2*deviating {
			t.Errorf("%d rows stand in lines and %d deviate, want twice %d and %d", sum, told, all.Len(), deviating)
		}
		if found := ask(t, s, view.Query{Type: typ, Rows: true, ACEs: typ.ACEs[0], Expect: q.Expect, System: q.System, Filter: "on-not-member"}); q.Expect == nil && found.Len() > 0 || q.Expect != nil && found.Len() == 0 {
			t.Errorf("%+v: the filter on-not-member finds %d rows", q, found.Len())
		}
	}
	wrong := ask(t, s, view.Query{Type: typ, Expect: []view.Expectation{{Group: "Helpdes"}}, Deviating: true})
	if wrong.ExpectError() == nil || wrong.Len() != 0 {
		t.Errorf("a part of a group's name is taken for it: %v", wrong.ExpectError())
	}
}

// TestReleaseOfGrids: of settings and connectors the grids keep those of one release.
func TestReleaseOfGrids(t *testing.T) {
	s := demoSnapshot(t, "demo:60")
	for typ, server := range map[*view.ObjectType]func(view.Line) string{
		view.Connectors: func(l view.Line) string { return l.Server },
		view.ProtocolSettings: func(l view.Line) string {
			name, _, _ := strings.Cut(l.Name, " ")
			return name
		},
	} {
		some := ask(t, s, view.Query{Type: typ, Ends: view.Ends{Release: "2016"}})
		seen := 0
		for i := range some.Len() {
			l := some.Line(i)
			if l.Door == nil || l.Door.Kind == "service" {
				seen++
				if got := server(l); got != "EX16-01" {
					t.Errorf("%s: %s is of %s", typ.Name, l.Name, got)
				}
			}
		}
		if all := ask(t, s, view.Query{Type: typ}); seen == 0 || some.Len() >= all.Len() {
			t.Errorf("%s: %d lines of 2016, %d in all", typ.Name, some.Len(), all.Len())
		}
	}
}

// TestReleaseOfLogs: what logs tell of the servers of one release.
func TestReleaseOfLogs(t *testing.T) {
	s := demoSnapshot(t, "demo:250:1:30")
	for _, typ := range []*view.ObjectType{view.Connections, view.Relays} {
		rows := func(release string) (n int) {
			return ask(t, s, view.Query{Type: typ, Rows: true, ACEs: typ.ACEs[0], System: true, Ends: view.Ends{Release: release}}).Len()
		}
		if all, one, other, none := rows(""), rows("2019"), rows("2016"), rows("2007"); one == 0 || one+other != all || none != 0 {
			t.Errorf("%s: %d rows, of 2019 %d, of 2016 %d, of 2007 %d", typ.Name, all, one, other, none)
		}
	}
	if all, one := view.Logs(s, "", ""), view.Logs(s, "", "2016"); len(one) == 0 || len(one) >= len(all) {
		t.Errorf("%d logs, of 2016 %d", len(all), len(one))
	}
}

// TestFindInDoors: n and N go to rows and lines of doors as in other grids.
func TestFindInDoors(t *testing.T) {
	s := demoSnapshot(t, "demo:60:1:30")
	for typ, words := range map[*view.ObjectType][2]string{
		view.Connections: {"svc-archive", "imap4 plain"}, view.Relays: {"connector", "anonymous"}, view.ProtocolSettings: {"logintype", "plaintextlogin"},
		view.AccessRules: {"denies", "sales"}, view.ClientAccess: {"zoe.mueller", "zoe.mueller imap4"},
	} {
		lines := ask(t, s, view.Query{Type: typ})
		if at := lines.Match(t.Context(), words[0], lines.Len()-1, 1); at < 0 {
			t.Errorf("%s: no line holds %q", typ.Name, words[0])
		}
		rows := ask(t, s, view.Query{Type: typ, Rows: true, ACEs: typ.ACEs[0]})
		at := rows.Match(t.Context(), words[1], 0, 1)
		if all := ask(t, s, view.Query{Type: typ, Rows: true, ACEs: typ.ACEs[0], Filter: words[1]}); at < 0 || all.Len() == 0 {
			t.Errorf("%s: %q is at %d, and the filter finds %d", typ.Name, words[1], at, all.Len())
		}
	}
}

// TestRuleCard: the card of a rule has all of it, its place among them; that there is
// none is a sentence.
func TestRuleCard(t *testing.T) {
	s := demoSnapshot(t, "demo:20")
	lines := ask(t, s, view.Query{Type: view.AccessRules})
	got := map[string]string{}
	for _, d := range view.LineDetail(s, lines.Line(0).Key, nil) {
		got[d.Name] = d.Text
	}
	for name, want := range map[string]string{"priority": "1", "enabled": "yes", "action": "AllowAccess", "datacenter_admins_only": "no",
		"condition": "AnyOfProtocols ExchangeAdminCenter, RemotePowerShell; AnyOfClientIPAddressesOrRanges 10.99.0.0/24, 192.0.2.5"} {
		if got[name] != want {
			t.Errorf("%s is %q, want %q", name, got[name], want)
		}
	}
	if !strings.HasPrefix(got["scope"], "unknown: ") || got["changed"] == "" {
		t.Errorf("scope %q, changed %q", got["scope"], got["changed"])
	}
	if text := view.NoRules(s); text != "" {
		t.Errorf("%q, and there are rules", text)
	}
	if text := view.NoRules(model.NewWriter(model.NewPool()).Snapshot()); !strings.HasPrefix(text, "not read") {
		t.Errorf("of nothing that was read it says %q", text)
	}
}
