package view_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/hiding"
	"mbxperm/model/internal/script"
	"mbxperm/model/member"
	"mbxperm/model/verdict"
	"mbxperm/model/view"
)

// With groups, the rows of a mailbox are the same, and say for each group that an entry
// names who is in it: whoever has its SID in his token, and nobody else. A filter finds
// the entries by which somebody comes in.
func TestPersons(t *testing.T) {
	s := demoSnapshot(t, "demo:60")
	ask := func(q view.Query) *view.Result {
		r, err := view.Of(t.Context(), s, q)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	column := view.Mailboxes.Details[slices.IndexFunc(view.Mailboxes.Details, func(c model.Column[*view.Row]) bool { return c.Persons })]
	book, checked, found := verdict.Of(s), 0, 0
	g := book.Graph()
	lines := ask(view.Query{Type: view.Mailboxes})
	for i := range lines.Len() {
		line := lines.Line(i)
		if !line.Key.IsTarget() {
			continue
		}
		q := view.Query{Type: view.Mailboxes, Show: hiding.Inherited, Rows: true, Of: line.Key, ACEs: view.Mailboxes.ACEs[0]}
		bare := ask(q)
		q.Effective = true
		with := ask(q)
		if bare.Len() != with.Len() || bare.Hidden != with.Hidden {
			t.Errorf("%s has %d rows with persons, %d without", line.Name, with.Len(), bare.Len())
		}
		for n := range with.Len() {
			plain, row := bare.Row(n), with.Row(n)
			text := column.Text(&row)
			if column.Text(&plain) != "" {
				t.Errorf("%s: persons were not asked for: %q", line.Name, column.Text(&plain))
			}
			ref := with.Ref(n)
			if row.Trustee.Kind != model.KindGroup || row.ACEType == "" || ref.Kind() == grant.StoreACL {
				continue
			}
			sid, domain, count := grant.TrusteeOf(s, ref, grant.ACEOf(s, ref)).SID(), book.Gate(ref.Obj).Domain(), 0
			for p := range member.Person(g.Len()) {
				if g.TokenOf(p, domain).Of(sid) != member.No {
					count++
				}
			}
			number, names, _ := strings.Cut(text, ": ")
			if count == 0 {
				number = strings.Replace(number, "no person", "0", 1)
			}
			if number != model.Thousands(int64(count)) && !strings.HasPrefix(text, "everybody") {
				t.Errorf("%s: %s has %d persons, the cell says %q", line.Name, row.Trustee.Name, count, text)
			}
			checked++
			if first, _, _ := strings.Cut(names, ","); found < 10 && first != "" && !strings.ContainsAny(first, " ?;") {
				found++
				q.Filter = first
				filtered := ask(q)
				if filtered.FindRow(with.RowKey(n)) < 0 {
					t.Errorf("%s: /%s does not find the entry for %s", line.Name, first, row.Trustee.Name)
				}
				q.Filter = ""
			}
		}
	}
	if checked < 10 || found < 3 {
		t.Errorf("%d groups and %d filters: too few to test anything", checked, found)
	}
}

// Of a group of more than a thousand the first by name are named, in whatever order they
// were read.
func TestPersonsNamed(t *testing.T) {
	f := script.New()
	f.Of("Outer").GroupType, f.Of("Outer").Universal, f.Of("Outer").Members = true, true, nil
	for i := range 1200 {
		name := fmt.Sprintf("m%04d", 1199-i)
		f.Put(model.Object{DN: "CN=" + name + "," + script.DomainDN, SID: script.RID(uint32(5000 + i)), Class: model.ClassUser, Account: name})
		f.Of("Outer").Members = append(f.Of("Outer").Members, "CN="+name+","+script.DomainDN)
	}
	f.Of("u1").MailboxSD = script.SD(script.Allow(script.RID(20), acl.MailboxFullAccess, acl.ContainerInherit))
	s := f.Snapshot(model.NewPool())
	r, err := view.Of(t.Context(), s, view.Query{Type: view.Mailboxes, Rows: true, Of: view.Named(s, "u1")[0], ACEs: view.Mailboxes.ACEs[0], Effective: true})
	if err != nil || r.Len() == 0 {
		t.Fatal(r, err)
	}
	column := view.Mailboxes.Details[slices.IndexFunc(view.Mailboxes.Details, func(c model.Column[*view.Row]) bool { return c.Persons })]
	row := r.Row(0)
	text := column.Text(&row)
	_, names, _ := strings.Cut(text, ": ")
	list := strings.Split(names, ", ")
	if !strings.HasPrefix(text, "1,200: m0000, m0001, ") || len(list) != 1000 || list[999] != "m0999 and 200 more" {
		t.Errorf("%d names: %.40s … %s", len(list), text, list[len(list)-1])
	}
}
