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

// TestContainerLines: each container has a line, its total is the number of its
// rows, and a key names the line and its rows in another reading too.
func TestContainerLines(t *testing.T) {
	p := model.NewPool()
	f := script.New()
	f.Of("Staff").Security = script.SD(script.Allow(acl.SIDSystem, acl.FullControl, 0), script.Allow(script.RID(9), acl.WriteDACL, script.CI),
		script.Deny(script.RID(21), acl.WriteProperty, 0))
	before := f.Snapshot(p)
	f.Of("Staff").Security = script.SD(script.Allow(script.RID(20), acl.WriteOwner, 0), script.Allow(script.RID(9), acl.WriteDACL, script.CI))
	after := f.Snapshot(p)
	for _, show := range []hiding.Reasons{0, hiding.Default, hiding.All} {
		lines := ask(t, before, view.Query{Type: view.Containers, Show: show})
		if lines.Len() != 3 { // the domain, Services, Staff
			t.Fatalf("%d lines, want 3", lines.Len())
		}
		for i := range lines.Len() {
			line := lines.Line(i)
			rows := ask(t, before, view.Query{Type: view.Containers, Show: show, Rows: true, Of: line.Key, ACEs: view.Containers.ACEs[0]})
			if c := line.Forward(grant.ContainerACL); c.Rows != rows.Len() || c.Hidden != rows.Hidden.Total() {
				t.Errorf("toggles %v: %s shows %+v, its detail %d rows and %d hidden", show, line.Name, c, rows.Len(), rows.Hidden.Total())
			}
			if got := view.TypeOf(after, line.Key); got != view.Containers || !view.Has(after, line.Key) {
				t.Errorf("%s is a line of %s", line.Name, got.Name)
			}
		}
	}
	rows := ask(t, before, view.Query{Type: view.Containers, Rows: true, Target: view.Match(script.StaffDN), ACEs: view.Containers.ACEs[0]})
	if rows.Len() != 2 || rows.Hidden[hiding.Default.First()] != 1 {
		t.Fatalf("%d rows, hidden %v; want the entry of SYSTEM hidden, and no other", rows.Len(), rows.Hidden)
	}
	row := rows.Row(0)
	if row.ACLType != "ContainerRight" || row.Target.Type != "OU" || row.Right != "WriteDacl" || row.Trustee.Name != "svc" {
		t.Errorf("a row says %s on a %s, %s for %s", row.ACLType, row.Target.Type, row.Right, row.Trustee.Name)
	}
	if ref, ok := grant.Find(after, rows.RowKey(0).(grant.Key)); !ok || grant.RowOf(after, ref).Index != 1 {
		t.Errorf("the entry of svc is %+v (%v) in the next reading, want entry 1", ref, ok)
	}
	if _, ok := grant.Find(after, rows.RowKey(1).(grant.Key)); ok {
		t.Error("an entry that is gone was found")
	}
}

// TestContainersInReverse: the rows of a container stand in the reverse view of
// whom they name, also through a group; but nobody has a line in the grid of
// mailboxes for them, and no line of that is another.
func TestContainersInReverse(t *testing.T) {
	f := script.New()
	f.Drop("u1") // whose mailbox names Outer
	plain := f.Snapshot(model.NewPool())
	f.Of("Staff").Security = script.SD(script.Allow(script.RID(9), acl.WriteDACL, script.CI), script.Allow(script.RID(20), acl.WriteOwner, 0))
	s := f.Snapshot(model.NewPool())
	all := view.Query{Type: view.Mailboxes, Show: hiding.All}
	if a, b := ask(t, plain, all), ask(t, s, all); a.Len() != b.Len() {
		t.Errorf("%d lines of mailboxes and trustees, want %d", b.Len(), a.Len())
	}
	reverse := view.Mailboxes.ACEs[4]
	for name, effective := range map[string]bool{"svc": false, "u3": true} {
		of := view.Named(s, name)
		if len(of) != 1 {
			t.Fatalf("%s: %d lines", name, len(of))
		}
		rows := ask(t, s, view.Query{Type: view.Mailboxes, Rows: true, Of: of[0], ACEs: reverse, Effective: effective})
		if rows.Len() == 0 || rows.Len() > 1 && !rows.IsRole(1) || rows.Row(0).Target.DN != script.StaffDN {
			t.Errorf("%s reaches %d rows, want that of the OU", name, rows.Len())
		}
	}
	if orphans := ask(t, s, view.Query{Type: view.Containers, Only: hiding.OnlyOrphans, Rows: true, ACEs: view.Containers.ACEs[0]}); orphans.Len() != 0 {
		t.Errorf("%d rows of orphans, want none", orphans.Len())
	}
	f.Put(model.Object{DN: "CN=gone,CN=Deleted Objects," + script.DomainDN, Class: model.ClassUser, SID: script.RID(77), Account: "gone", Deleted: true})
	f.Of("Staff").Security = script.SD(script.Allow(script.RID(77), acl.WriteDACL, 0))
	s = f.Snapshot(model.NewPool())
	if orphans := ask(t, s, view.Query{Type: view.Containers, Only: hiding.OnlyOrphans, Rows: true, ACEs: view.Containers.ACEs[0]}); orphans.Len() != 1 {
		t.Errorf("%d rows of orphans, want that of the account that is gone", orphans.Len())
	}
}

// TestContainerUnread: an ACL that did not come is marked, and said where its rows would be.
func TestContainerUnread(t *testing.T) {
	f := script.New()
	f.Of("Staff").Security, f.Of("Staff").SecurityState = nil, model.Missing
	s := f.Snapshot(model.NewPool())
	line := view.Named(s, script.StaffDN)
	if len(line) != 1 {
		t.Fatalf("%d lines", len(line))
	}
	lines := ask(t, s, view.Query{Type: view.Containers})
	l := lines.Line(lines.Find(line[0]))
	if text := view.Containers.Totals[3].Text(&l); text != "0?" {
		t.Errorf("the cell says %q, want 0?", text)
	}
	rows := ask(t, s, view.Query{Type: view.Containers, Rows: true, Of: line[0], ACEs: view.Containers.ACEs[0]})
	if unread := rows.Unread(); len(unread) != 1 || unread[0] != "the ACL of this object" {
		t.Errorf("unread: %q", unread)
	}
}
