package view

import (
	"slices"
	"testing"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/hiding"
	"mbxperm/model/internal/pool"
)

// Entries of a store that open the mailboxes in it are rows of each of these, but for
// set-up's, and are counted both ways. Where its list was not read there may be some.
func TestRowsThroughStore(t *testing.T) {
	w := model.NewWriter(pool.NewPool())
	const db = "CN=DB01,DC=contoso,DC=com"
	for i, name := range []string{"first", "second"} {
		o := box(name, model.Mailbox, caseDomain.WithRID(uint32(2001+i)), nil)
		o.HomeMDB = db
		w.Put(o)
	}
	lost := box("lost", model.Mailbox, caseDomain.WithRID(2003), nil)
	lost.HomeMDB = "CN=DB02,DC=contoso,DC=com"
	w.Put(lost)
	w.Put(&model.Object{DN: "CN=svc,DC=contoso,DC=com", Class: model.ClassUser, Account: "svc", SID: caseDomain.WithRID(7)})
	w.Put(&model.Object{DN: db, Class: model.ClassStore, SecurityState: model.Present, Security: caseACL(t,
		extendedRight(acl.TypeAllowObject, acl.ContainerInherit, acl.GUIDReceiveAs, acl.GUID{}, caseDomain.WithRID(7)),
		extendedRight(acl.TypeAllowObject, 0, acl.GUIDStoreAdmin, acl.GUID{}, caseDomain.WithRID(7)),
		extendedRight(acl.TypeAllowObject, 0, acl.GUIDReceiveAs, acl.GUID{}, caseDomain.WithRID(9)), // stays on the store
		extendedRight(acl.TypeDenyObject, acl.ContainerInherit, acl.GUIDReceiveAs, acl.GUID{}, caseDomain.WithRID(8)))})
	for _, c := range []struct {
		only hiding.Only
		of   string
		rows int
		cell string
	}{{0, "first", 2, "2"}, {0, "second", 2, "2"}, {hiding.OnlyDeny, "first", 0, "0 +2"}, {0, "lost", 0, "0?"}} {
		l, _ := lineOf(t, caseView(t, w, Query{}).Under(Query{Type: Mailboxes, Only: c.only}), c.of)
		r := caseView(t, w, Query{Only: c.only, Rows: true, Of: l.Key, ACEs: Mailboxes.ACEs[0]})
		if r.Through() != c.rows || r.Len() != c.rows || storesColumn.Text(&l) != c.cell {
			t.Errorf("%s, only %d: %d of %d rows are through its store, and the cell says %q; want %d and %q", c.of, c.only, r.Through(), r.Len(),
				storesColumn.Text(&l), c.rows, c.cell)
		}
		if unread := r.Unread(); (c.of == "lost") != slices.Contains(unread, "the ACL of its store") {
			t.Errorf("%s: not read: %q", c.of, unread)
		}
		for i := range r.Len() {
			if row := r.Row(i); row.Through != "DB01" || rowList(&row) != "through DB01" || row.Ref.Kind() != grant.StoreACL || r.IsOwn(i) {
				t.Errorf("row %d of %s is %+v", i, c.of, row)
			}
		}
		if r := caseView(t, w, Query{Only: c.only, Rows: true, Of: l.Key, ACEs: Mailboxes.ACEs[1]}); r.Through() != 0 || r.Len() != 0 {
			t.Errorf("%s: %d of %d rows of mailbox rights are through its store", c.of, r.Through(), r.Len())
		}
	}
	l, _ := lineOf(t, caseView(t, w, Query{}), "svc")
	if got := reverseStoresColumn.Text(&l); got != "1 (2)" {
		t.Errorf("in reverse the cell says %q, want one store with two mailboxes", got)
	}
}
