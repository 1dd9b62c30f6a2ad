package view_test

import (
	"testing"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/hiding"
	"mbxperm/model/internal/script"
	"mbxperm/model/view"
)

// TestKeysOfEntries: after another reading a line or a row that is an entry is
// still that entry, wherever it stands now, and never the one in its old place.
func TestKeysOfEntries(t *testing.T) {
	full := func(n uint32) acl.ACE { return script.Allow(script.RID(n), acl.FullControl, acl.ContainerInherit) }
	forest := func(aces ...acl.ACE) *script.Forest {
		f := script.New()
		f.Of("Contoso").Security = script.SD(aces...)
		f.Of("u2").MailboxSD = script.SD(aces...)
		f.Of("u2").Delegates = nil
		for range aces {
			f.Of("u2").Delegates = append(f.Of("u2").Delegates, "CN=svc,"+script.DomainDN)
		}
		return f
	}
	for _, c := range []struct {
		name     string
		old, new []acl.ACE
		want     map[int]int // the place of each entry of old in new; absent where it is gone
	}{
		{"one came before", []acl.ACE{full(9), full(3)}, []acl.ACE{full(2), full(9), full(3)}, map[int]int{0: 1, 1: 2}},
		{"one went", []acl.ACE{full(2), full(9), full(3)}, []acl.ACE{full(9), full(3)}, map[int]int{1: 0, 2: 1}},
		{"turned", []acl.ACE{full(9), full(3)}, []acl.ACE{full(3), full(9)}, map[int]int{0: 1, 1: 0}},
		{"equal ones", []acl.ACE{full(9), full(9), full(3)}, []acl.ACE{full(9), full(3), full(9)}, map[int]int{0: 0, 1: 2, 2: 1}},
		{"one of equal ones went", []acl.ACE{full(9), full(9)}, []acl.ACE{full(9)}, map[int]int{0: 0}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := model.NewPool()
			before := forest(c.old...).Snapshot(p)
			after := forest(c.new...).Snapshot(p)
			lines := ask(t, before, view.Query{Type: view.Admins, Show: hiding.All, Split: true})
			seen := 0
			for i := range lines.Len() {
				line := lines.Line(i)
				if line.Row.Target.Name != "Contoso" {
					continue
				}
				seen++
				got := lines.Key(i)
				want, there := c.want[line.Row.Index]
				if view.Has(after, got) != there {
					t.Errorf("line of entry %d: %v, want there %v", line.Row.Index, got, there)
				} else if there {
					all := ask(t, after, view.Query{Type: view.Admins, Show: hiding.All, Split: true})
					if row := all.Line(all.Find(got)).Row; row.Index != want || row.Trustee.SID != line.Row.Trustee.SID {
						t.Errorf("line of entry %d is %d of %s, want %d of %s", line.Row.Index, row.Index, row.Trustee.Name, want, line.Row.Trustee.Name)
					}
				}
			}
			rows := ask(t, before, view.Query{Type: view.Mailboxes, Rows: true, Split: true, Show: hiding.All, ACEs: view.Mailboxes.ACEs[1], Target: view.Match("u2")})
			for i := range rows.Len() {
				row := rows.Row(i)
				seen++
				ref, ok := grant.Find(after, rows.RowKey(i).(grant.Key))
				want, there := c.want[row.Index]
				if ok != there || ok && grant.RowOf(after, ref).Index != want {
					t.Errorf("row of entry %d: %v %v, want %d %v", row.Index, ref, ok, want, there)
				}
			}
			if seen < 2*len(c.old) {
				t.Errorf("only %d lines and rows looked at", seen)
			}
		})
	}
}
