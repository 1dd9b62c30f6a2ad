package view_test

import (
	"testing"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/hiding"
	"mbxperm/model/view"
)

// TestRecipientRowKeys: the key of every row of every other recipient finds that
// row again, also where somebody is named by several attributes.
func TestRecipientRowKeys(t *testing.T) {
	s := demoSnapshot(t, "demo:250")
	rows := ask(t, s, view.Query{Type: view.Recipients, Rows: true, Show: hiding.All, ACEs: view.Recipients.ACEs[0]})
	kinds := map[string]int{}
	for i := range rows.Len() {
		r := rows.Ref(i)
		if found, ok := grant.Find(s, grant.KeyOf(s, r)); !ok || found != r {
			t.Errorf("%+v is found as %+v, %v", rows.Row(i), found, ok)
		}
		if rows.FindRow(rows.RowKey(i)) != i {
			t.Errorf("row %d is found as %d", i, rows.FindRow(rows.RowKey(i)))
		}
		kinds[r.Kind().Name]++
	}
	if len(kinds) != 4 {
		t.Errorf("rows of %v, want four kinds", kinds)
	}
}

// TestRecipientThatIsAMailbox: what an object said of itself before it was shown
// to be a mailbox has no rows, and its descriptor is read as that of an account.
func TestRecipientThatIsAMailbox(t *testing.T) {
	w := model.NewWriter(model.NewPool())
	sid := acl.MustParseSID("S-1-5-21-10-20-30-1001")
	const dn = "CN=u1,DC=contoso,DC=com"
	sd, err := encodeSDDL("O:DAG:DAD:(OA;;CR;ab721a54-1e2f-11d0-9819-00aa0040529b;;S-1-5-21-10-20-30-1002)")
	if err != nil {
		t.Fatal(err)
	}
	mail := &model.Mail{}
	mail.Links[model.Accept], mail.States[model.Accept] = []string{"CN=u2,DC=contoso,DC=com"}, model.Present
	w.Put(&model.Object{DN: dn, Class: model.ClassUser, SID: sid, Account: "u1", Recipient: model.OtherRecipient, Type: "MailUser", Mail: mail,
		SecurityState: model.Present, Security: sd})
	counts := func(typ *view.ObjectType) (lines, rows int) {
		s := w.Snapshot()
		return ask(t, s, view.Query{Type: typ}).Targets, ask(t, s, view.Query{Type: typ, Rows: true, ACEs: typ.ACEs[0]}).Len()
	}
	if lines, rows := counts(view.Recipients); lines != 1 || rows != 2 {
		t.Errorf("%d other recipients with %d rows, want 1 with 2", lines, rows)
	}
	if lines, rows := counts(view.Mailboxes); lines != 0 || rows != 0 {
		t.Errorf("%d mailboxes with %d rows, want none", lines, rows)
	}
	w.Put(&model.Object{DN: dn, Recipient: model.Mailbox, Type: "UserMailbox", MailboxState: model.Missing})
	if lines, rows := counts(view.Recipients); lines != 0 || rows != 0 {
		t.Errorf("then %d other recipients with %d rows, want none", lines, rows)
	}
	if lines, rows := counts(view.Mailboxes); lines != 1 || rows != 1 {
		t.Errorf("then %d mailboxes with %d rows, want 1 with 1", lines, rows)
	}
}

// TestValuesOfSeveralEntries: values that several entries of one object give are
// there once, each in its attribute, in the order in which they came.
func TestValuesOfSeveralEntries(t *testing.T) {
	w := model.NewWriter(model.NewPool())
	put := func(name string, a model.LinkAttribute, who ...string) {
		mail := &model.Mail{}
		mail.Links[a], mail.States[a] = who, model.Present
		w.Put(&model.Object{DN: "CN=" + name, Class: model.ClassGroup, Recipient: model.OtherRecipient, Type: "MailGroup", Mail: mail})
	}
	put("one", model.Accept, "CN=a", "CN=b")
	put("two", model.Accept, "CN=a")
	put("one", model.ManagedBy, "CN=b")
	put("one", model.Accept, "CN=b", "CN=c")
	w.Snapshot()
	put("one", model.Accept, "CN=c", "CN=d")
	s := w.Snapshot()
	rows := ask(t, s, view.Query{Type: view.Recipients, Rows: true, ACEs: view.Recipients.ACEs[0]})
	var got string
	for i := range rows.Len() {
		r := rows.Row(i)
		got += r.Target.Name + " " + r.Right + " " + r.Trustee.Name + "; "
	}
	if want := "one manager b; one accept a; one accept b; one accept c; one accept d; two accept a; "; got != want {
		t.Errorf("rows %s, want %s", got, want)
	}
}
