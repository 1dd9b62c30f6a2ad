package model_test

import (
	"testing"

	"mbxperm/collector/demo"
	"mbxperm/collector/session"
	"mbxperm/model"
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
	rows := func(q model.Query) int {
		t.Helper()
		q.Type, q.Rows, q.Show, q.ACEs = model.Mailboxes, true, model.AllReasons, model.Mailboxes.ACEs[0]
		res, err := model.View(t.Context(), s, q)
		if err != nil {
			t.Fatal(err)
		}
		return res.Len()
	}
	target, trustee := rows(model.Query{Target: model.Match("u00012")}), rows(model.Query{Trustee: model.Match("u00012")})
	if target == 0 || trustee == 0 {
		t.Fatalf("u00012 has %d rows as a target and %d as a trustee", target, trustee)
	}
	res, err := model.View(t.Context(), s, model.Query{Type: model.Mailboxes, Rows: true, ACEs: model.Mailboxes.ACEs[0], Target: model.Match("u00012")})
	if err != nil {
		t.Fatal(err)
	}
	p := res.Row(0).Target
	for _, text := range []string{`contoso\U00012`, p.DN, p.SID.String(), p.GUID.String(), "{" + p.GUID.String() + "}"} {
		if len(s.Named(text)) == 0 {
			t.Errorf("%s names nothing", text)
		}
		if n := rows(model.Query{Target: model.Match(text)}); n != target {
			t.Errorf("%s: %d rows as a target, want %d", text, n, target)
		}
		if n := rows(model.Query{Trustee: model.Match(text)}); n != trustee {
			t.Errorf("%s: %d rows as a trustee, want %d", text, n, trustee)
		}
	}
}
