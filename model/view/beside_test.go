package view_test

import (
	"slices"
	"strings"
	"testing"

	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/hiding"
	"mbxperm/model/view"
)

// roleNames are the assignments among the rows of an answer.
func roleNames(r *view.Result) (names []string) {
	for i := range r.Len() {
		if r.IsRole(i) {
			names = append(names, r.Row(i).Role.DN)
		}
	}
	slices.Sort(names)
	return names
}

// TestRolesBesideEntries: the reverse view of whoever has a line shows all that
// the object type of role assignments shows it to hold, beside the entries that it
// would show alone; and so does a report about that trustee.
func TestRolesBesideEntries(t *testing.T) {
	s := demoSnapshot(t, "demo:250")
	lines := ask(t, s, view.Query{Type: view.Mailboxes, System: true})
	through, named := 0, 0
	for i := range lines.Len() {
		key := lines.Key(i)
		line := lines.Line(i)
		held := ask(t, s, view.Query{Type: view.Roles, Rows: true, Show: hiding.All, Of: key, ACEs: view.Roles.ACEs[1]})
		want := roleNames(held)
		for _, aces := range []int{4, 10} {
			got := ask(t, s, view.Query{Type: view.Mailboxes, Rows: true, Show: hiding.All, Of: key, ACEs: view.Mailboxes.ACEs[aces]})
			if names := roleNames(got); !slices.Equal(names, want) {
				t.Errorf("%s: %s shows the assignments %q, it holds %q", line.Name, view.Mailboxes.ACEs[aces].Name, names, want)
			}
		}
		for k := range held.Len() {
			if held.Row(k).Via != "" {
				through++
			} else {
				named++
			}
		}
	}
	if through < 20 || named < 3 {
		t.Errorf("%d assignments through something and %d by name: too few to test anything", through, named)
	}
}

// TestRolesByTrustee: a report in reverse has a row for each assignment, ordered
// with the entries; asked about a person it has all that the person holds.
func TestRolesByTrustee(t *testing.T) {
	s := demoSnapshot(t, "demo:250")
	ask1 := func(trustee string, sort int) *view.Result {
		q := view.Query{Type: view.Mailboxes, Rows: true, Show: hiding.All, ByTrustee: true, ACEs: view.Mailboxes.ACEs[0], Sort: sort}
		if trustee != "" {
			q.Trustee = view.Match(trustee)
		}
		return ask(t, s, q)
	}
	all := ask1("", 0)
	if n := len(roleNames(all)); n != int(s.Roles.Assignments.Len()) {
		t.Errorf("%d assignments among the rows of everybody, there are %d", n, s.Roles.Assignments.Len())
	}
	last := ""
	for i := range all.Len() {
		row := all.Row(i)
		name := strings.ToLower(row.Trustee.Name)
		if name < last {
			t.Fatalf("row %d is of %q, behind %q", i, name, last)
		}
		last = name
		if at := all.FindRow(all.RowKey(i)); i%7 == 0 && at != i {
			t.Errorf("row %d is found as %d", i, at)
		}
	}
	for _, name := range []string{"svc-archive", "adm-lund", "nils.krogh"} {
		key := view.Named(s, name)[0]
		want := roleNames(ask(t, s, view.Query{Type: view.Roles, Rows: true, Show: hiding.All, Of: key, ACEs: view.Roles.ACEs[1]}))
		if got := roleNames(ask1(name, 0)); !slices.Equal(got, want) || len(got) == 0 {
			t.Errorf("%s: the report has %q, it holds %q", name, got, want)
		}
		for _, sort := range []int{1, -1, 4, -4} {
			rows := ask1(name, sort)
			texts := make([]string, rows.Len())
			for i := range texts {
				row := rows.Row(i)
				texts[i] = strings.ToLower(view.Mailboxes.Details[max(sort, -sort)-1].Text(&row))
			}
			if sort < 0 {
				slices.Reverse(texts)
			}
			if !slices.IsSorted(texts) || rows.Len() != ask1(name, 0).Len() {
				t.Errorf("%s by column %d: %q", name, sort, texts)
			}
		}
	}
}

// TestRoleBesideEntriesInWords: what a row says of an assignment under the names of
// entries.
func TestRoleBesideEntriesInWords(t *testing.T) {
	s := demoSnapshot(t, "demo:250")
	rows := ask(t, s, view.Query{Type: view.Mailboxes, Rows: true, Show: hiding.All, ByTrustee: true, ACEs: view.Mailboxes.ACEs[0]})
	seen := map[string]int{}
	for i := range rows.Len() {
		if !rows.IsRole(i) {
			continue
		}
		row := rows.Row(i)
		f := row.Role.Flags
		inForce := row.Role.Decoded && f.Enabled() && !f.Delegation().Delegates()
		if (row.Status == grant.Allow) != inForce || row.AppliesHere != inForce || row.ACLType != view.RoleACLType {
			t.Errorf("%s: status %q, applies here %v, list %q", row.Role.Name, row.Status, row.AppliesHere, row.ACLType)
		}
		for _, field := range view.RowFields {
			v := field.Value(&row)
			switch text, _ := v.(model.Phrase); field.Name {
			case "object_type":
				if v != "role" {
					t.Errorf("%s is of type %v", row.Role.Name, v)
				}
			case "right":
				if text.String() != row.Role.RoleName {
					t.Errorf("%s: right %v", row.Role.Name, v)
				}
			case "applies_to":
				if text.String() != row.Role.Where {
					t.Errorf("%s applies to %v", row.Role.Name, v)
				}
			}
		}
		seen[row.Status]++
	}
	if seen[grant.Allow] == 0 || seen[""] == 0 {
		t.Errorf("statuses %v: the demo should have assignments in force and others", seen)
	}
}
