package view_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/hiding"
	"mbxperm/model/view"
)

// plainReach groups the rows of report aces by what they say of themselves: who, the
// place that the entry is set on, and what it grants there.
func plainReach(t *testing.T, s *model.Snapshot, show hiding.Reasons) map[string][]string {
	t.Helper()
	rows, err := view.Of(t.Context(), s, view.Query{Type: view.Admins, Rows: true, Show: show, Split: true, ACEs: view.Admins.ACEs[2]})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	for i := range rows.Len() {
		r := rows.Row(i)
		place := r.Target.DN
		switch {
		case r.Inherited && r.Origin == grant.OriginNotRead:
			place += " itself"
		case r.Inherited:
			place = r.Origin
		}
		mask := strings.Replace(r.Mask, "0x10000000", "0x000f01ff", 1) // which GENERIC_ALL becomes on the way down
		key := fmt.Sprint(r.Trustee.SID, " ", place, ": ", r.ACEType, " ", mask, " ", r.ObjectGUID, " ", r.InheritedObjectGUID)
		if !slices.Contains(out[key], r.Target.DN) {
			out[key] = append(out[key], r.Target.DN)
		}
	}
	return out
}

// TestReach holds the lines of administration, each an entry with the containers that it
// reaches, against a plain grouping of the rows.
func TestReach(t *testing.T) {
	s := demoSnapshot(t, "demo:250")
	for _, show := range []hiding.Reasons{0, hiding.Inherited, hiding.Default, hiding.All} {
		var want, got []string
		for _, on := range plainReach(t, s, show) {
			slices.Sort(on)
			want = append(want, strings.Join(on, "|"))
		}
		lines, err := view.Of(t.Context(), s, view.Query{Type: view.Admins, Show: show})
		if err != nil {
			t.Fatal(err)
		}
		rows := 0
		for i := range lines.Len() {
			line := lines.Line(i)
			var on []string
			for _, p := range lines.Reached(i) {
				on = append(on, p.DN)
			}
			slices.Sort(on)
			got = append(got, strings.Join(on, "|"))
			rows += line.Reach
			if line.Reach != len(on) || !slices.Contains(on, line.Row.Target.DN) {
				t.Errorf("%s %s on %s: Reach is %d, and it stands on %q", line.Name, line.Row.Right, line.Row.Target.DN, line.Reach, on)
			}
			if set := line.Row.Origin; set != "" && set != grant.OriginNotRead && slices.Contains(on, set) {
				t.Errorf("%s %s stands at %s, and not at %s, where it is set", line.Name, line.Row.Right, line.Row.Target.DN, set)
			}
			if at := lines.Find(line.Key); at != i {
				t.Errorf("Find of line %d is %d", i, at)
			}
		}
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			i := 0
			for i < min(len(got), len(want)) && got[i] == want[i] {
				i++
			}
			t.Errorf("with %v: %d lines, want %d; they differ from line %d of the sorted ones on", show, len(got), len(want), i)
		}
		if lines.Len() == 0 || show == hiding.All && rows <= 2*lines.Len() {
			t.Errorf("with %v: %d lines for %d rows", show, lines.Len(), rows)
		}
	}
}

// TestReachFiltered takes an entry for any container that it reaches, and leaves the line
// where it is.
func TestReachFiltered(t *testing.T) {
	s := demoSnapshot(t, "demo:250")
	all, err := view.Of(t.Context(), s, view.Query{Type: view.Admins, Show: hiding.All})
	if err != nil {
		t.Fatal(err)
	}
	widest := 0
	for i := range all.Len() {
		if all.Line(i).Reach > all.Line(widest).Reach {
			widest = i
		}
	}
	line := all.Line(widest)
	for _, p := range all.Reached(widest) {
		leaf, _, _ := strings.Cut(strings.TrimPrefix(p.DN, "CN="), ",")
		some, err := view.Of(t.Context(), s, view.Query{Type: view.Admins, Show: hiding.All, Filter: leaf})
		if err != nil {
			t.Fatal(err)
		}
		at := some.Find(line.Key)
		if at < 0 || some.Line(at).Reach != line.Reach {
			t.Errorf("with the filter %q the line is number %d", leaf, at)
		}
	}
}
