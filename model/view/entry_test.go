package view_test

import (
	"reflect"
	"testing"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/hiding"
	"mbxperm/model/internal/script"
	"mbxperm/model/view"
)

// entriesForest has one entry four times on a mailbox, rights that are one row
// together, and equal entries on a container.
func entriesForest() *script.Forest {
	f := script.New()
	full := script.Allow(script.RID(9), acl.MailboxFullAccess|acl.MailboxReadPermission, 0)
	more := script.Allow(script.RID(9), acl.MailboxDeleteItem, acl.ContainerInherit)
	deny := script.Deny(script.RID(9), acl.MailboxFullAccess|acl.MailboxChangeOwner, 0)
	f.Of("u2").MailboxSD = script.SD(full, full, more, full, full)
	f.Of("u3").MailboxSD = script.SD(deny, full)
	wide := script.Allow(script.RID(9), acl.ControlAccess|acl.WriteDACL|acl.ReadProperty|acl.ListContents|acl.Delete, acl.ContainerInherit)
	f.Of("Contoso").Security = script.SD(wide, wide)
	return f
}

// TestEntries: a row is an entry with all its rights, the most dangerous first; equal
// entries of a list are one; totals count these rows, in reverse on how many
// mailboxes; split, all of it is by right.
func TestEntries(t *testing.T) {
	s := entriesForest().Snapshot(model.NewPool())
	who := view.Named(s, script.RID(9).String())[0]
	ask := func(of view.LineKey, typ *view.ObjectType, aces int, split bool) (cells []string, res *view.Result) {
		res = ask(t, s, view.Query{Type: typ, Rows: true, Of: of, ACEs: typ.ACEs[aces], Split: split})
		for i := range res.Len() {
			row := res.Row(i)
			cells = append(cells, row.Status+" "+row.Cell)
		}
		return cells, res
	}
	for _, c := range []struct {
		split bool
		want  []string
		count view.Count
		on    int
	}{
		{false, []string{"Allow FullAccess, ReadPermission ×4", "Allow DeleteItem", "Deny FullAccess, ChangeOwner", "Allow FullAccess, ReadPermission"},
			view.Count{Rows: 4, Deny: 1, Targets: 2, AllowOn: 2, DenyOn: 1}, 2},
		{true, []string{"Allow FullAccess", "Allow ReadPermission", "Allow FullAccess", "Allow ReadPermission", "Allow DeleteItem", "Allow FullAccess", "Allow ReadPermission",
			"Allow FullAccess", "Allow ReadPermission", "Deny FullAccess", "Deny ChangeOwner", "Allow FullAccess", "Allow ReadPermission"},
			view.Count{Rows: 13, Deny: 2, Targets: 2, AllowOn: 2, DenyOn: 1}, 2},
	} {
		got, res := ask(who, view.Mailboxes, 5, c.split)
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("split %v: rows are %q, want %q", c.split, got, c.want)
		}
		if len(res.On) != 1 || res.On[0].N != c.on || res.On[0].Type != view.Mailboxes {
			t.Errorf("split %v: on %v, want %d mailboxes", c.split, res.On, c.on)
		}
		lines, err := view.Of(t.Context(), s, view.Query{Type: view.Mailboxes, Split: c.split})
		if err != nil {
			t.Fatal(err)
		}
		line := lines.Line(lines.Find(who))
		if count := line.Reverse(grant.MailboxACL); count != c.count {
			t.Errorf("split %v: the total is %+v, want %+v", c.split, count, c.count)
		}
	}
	contoso := ask1(t, s, "Contoso")
	if got, _ := ask(contoso, view.Admins, 2, false); !reflect.DeepEqual(got, []string{"Allow All extended rights, WriteDacl +3 ×2"}) {
		t.Errorf("the rows of the container are %q", got)
	}
	if got, _ := ask(contoso, view.Admins, 2, true); len(got) != 2 {
		t.Errorf("split, the rows of the container are %q", got)
	}
}

// ask1 returns the line of an entry of a container.
func ask1(t *testing.T, s *model.Snapshot, name string) view.LineKey {
	t.Helper()
	lines := ask(t, s, view.Query{Type: view.Admins})
	for i := range lines.Len() {
		if lines.Line(i).Row.Target.Name == name {
			return lines.Key(i)
		}
	}
	t.Fatalf("there is no line of %s", name)
	return view.LineKey{}
}

// TestSplitKeepsRow: the row that is an entry is found among the rights of it, and
// the other way round, also for one of equal entries that is no row by itself.
func TestSplitKeepsRow(t *testing.T) {
	s := entriesForest().Snapshot(model.NewPool())
	q := view.Query{Type: view.Mailboxes, Rows: true, Show: hiding.All, ACEs: view.Mailboxes.ACEs[1], Target: view.Match("u2")}
	whole := ask(t, s, q)
	q.Split = true
	split := ask(t, s, q)
	for i := range split.Len() {
		row := split.Row(i)
		at := whole.FindRow(split.RowKey(i))
		if at < 0 || whole.Row(at).Mask != row.Mask {
			t.Fatalf("right %d is of row %d", i, at)
		}
		if back := split.FindRow(whole.RowKey(at)); back < 0 || split.Row(back).Mask != row.Mask {
			t.Errorf("row %d is found at right %d", at, back)
		}
	}
	if whole.Len() != 2 || split.Len() != 9 {
		t.Errorf("%d rows, split %d", whole.Len(), split.Len())
	}
}
