package view_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"mbxperm/model"
	"mbxperm/model/view"
)

// The names that people know: each finds the account that has it and nobody else,
// and the columns tell it.
func TestKnownAs(t *testing.T) {
	s := demoSnapshot(t, "demo:60")
	res, err := view.Of(context.Background(), s, view.Query{Type: view.Mailboxes, System: true})
	if err != nil {
		t.Fatal(err)
	}
	column := func(title string) func(*view.Line) string {
		at := slices.IndexFunc(view.Mailboxes.Totals, func(c model.Column[*view.Line]) bool { return c.Title == title })
		if at < 0 {
			t.Fatalf("no column %s", title)
		}
		return view.Mailboxes.Totals[at].Text
	}
	display, mail, upn, store, server := column("DisplayName"), column("Mail"), column("UPN"), column("Store"), column("Server")
	of := map[string][]view.LineKey{} // by a name in lower case
	found := map[string]int{}
	for i := range res.Len() {
		line := res.Line(i)
		for title, name := range map[string]string{"DisplayName": display(&line), "Mail": mail(&line), "UPN": upn(&line)} {
			if name == "" || !line.Key.IsTarget() { // a former SID has a line of its own
				continue
			}
			found[title]++
			if key := strings.ToLower(name); !slices.Contains(of[key], line.Key) {
				of[key] = append(of[key], line.Key)
			}
		}
		if (store(&line) == "" || server(&line) == "") && line.Kind == "mailbox" && line.Type == "UserMailbox" {
			t.Errorf("%s is in store %q on %q", line.Name, store(&line), server(&line))
		}
	}
	for _, title := range []string{"DisplayName", "Mail", "UPN"} {
		if found[title] < 40 {
			t.Errorf("%d lines have a %s", found[title], title)
		}
	}
	for name, want := range of {
		if view.Identified(s, name) {
			continue // somebody has it as his sAMAccountName, which comes first
		}
		got := view.Named(s, strings.ToUpper(name))
		for _, k := range want {
			if !slices.Contains(got, k) {
				t.Errorf("%q finds %v, want %v", name, got, want)
			}
		}
		if strings.Contains(name, "@") && len(got) != len(want) {
			t.Errorf("%q finds %d lines, want %d", name, len(got), len(want))
		}
	}
	if got := view.Named(s, "nobody@contoso.com"); got != nil {
		t.Errorf("nobody@contoso.com finds %v", got)
	}
}
