package view_test

import (
	"testing"

	"mbxperm/collector/demo"
	"mbxperm/collector/session"
	"mbxperm/model"
	"mbxperm/model/hiding"
	"mbxperm/model/view"
)

// TestMatchSpellings: whatever names an account for Named chooses its rows as a
// target and as a trustee too; a name that is known and chooses nothing would
// look like "no rights".
func TestMatchSpellings(t *testing.T) {
	src, err := demo.New("demo:60")
	if err != nil {
		t.Fatal(err)
	}
	c := session.Start(t.Context(), src, model.NewPool(), nil)
	<-c.Done()
	s := c.Snapshot()
	rows := func(q view.Query) int {
		t.Helper()
		q.Type, q.Rows, q.Show, q.ACEs = view.Mailboxes, true, hiding.All, view.Mailboxes.ACEs[0]
		res, err := view.Of(t.Context(), s, q)
		if err != nil {
			t.Fatal(err)
		}
		return res.Len()
	}
	target, trustee := rows(view.Query{Target: view.Match("zoe.mueller")}), rows(view.Query{Trustee: view.Match("zoe.mueller")})
	if target == 0 || trustee == 0 {
		t.Fatalf("zoe.mueller has %d rows as a target and %d as a trustee", target, trustee)
	}
	res, err := view.Of(t.Context(), s, view.Query{Type: view.Mailboxes, Rows: true, ACEs: view.Mailboxes.ACEs[0], Target: view.Match("zoe.mueller")})
	if err != nil {
		t.Fatal(err)
	}
	p := res.Row(0).Target
	for _, text := range []string{`contoso\ZOE.MUELLER`, p.DN, p.SID.String(), p.GUID.String(), "{" + p.GUID.String() + "}"} {
		if len(view.Named(s, text)) == 0 {
			t.Errorf("%s names nothing", text)
		}
		if n := rows(view.Query{Target: view.Match(text)}); n != target {
			t.Errorf("%s: %d rows as a target, want %d", text, n, target)
		}
		if n := rows(view.Query{Trustee: view.Match(text)}); n != trustee {
			t.Errorf("%s: %d rows as a trustee, want %d", text, n, trustee)
		}
	}
}
