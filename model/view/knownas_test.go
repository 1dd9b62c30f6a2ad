package view_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/hiding"
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
	for name, want := range of {
		res, err := view.Of(context.Background(), s, view.Query{Type: view.Mailboxes, System: true, Show: hiding.All, Filter: strings.ToUpper(name)})
		if err != nil {
			t.Fatal(err)
		}
		got := lineKeys(res)
		for _, k := range want {
			if !slices.Contains(got, k) {
				t.Errorf("the filter %q finds %d lines, and not the one that is known so", name, len(got))
			}
		}
	}
}

// TestCompleteKnown: what somebody types of a display name or an address leads to the
// account, and says by which name; who types no accents means them too.
func TestCompleteKnown(t *testing.T) {
	w := model.NewWriter(model.NewPool())
	for i, names := range [][4]string{
		{"u1", "Müller, Zoë", "zoe.mueller@contoso.com", "u1@ad.contoso.com"},
		{"jørgensen", "Jens", "jens@contoso.com", "jens@contoso.com"},
		{"u3", "", "", ""},
	} {
		o := model.Object{DN: "CN=n" + names[0] + ",DC=contoso,DC=com", Account: names[0], Display: names[1], Class: model.ClassUser,
			SID: acl.MustParseSID(fmt.Sprintf("S-1-5-21-1-2-3-%d", 1000+i))}
		o.Placing = &model.Placing{UPN: []byte(names[3]), PrimarySMTP: []byte(names[2])}
		w.Put(&o)
	}
	s := w.Snapshot()
	for text, want := range map[string]view.Candidate{
		"muller": {"u1", "Müller, Zoë"}, "ＺＯＥ": {"u1", "Müller, Zoë"}, "zoë": {"u1", "Müller, Zoë"},
		"mueller@": {"u1", "zoe.mueller@contoso.com"}, "@AD.": {"u1", "u1@ad.contoso.com"},
		"jorgen": {"jørgensen", ""}, "RGENS": {"jørgensen", ""}, "jens": {"jørgensen", "Jens"},
	} {
		if got := view.Complete(t.Context(), s, text, 9); len(got) != 1 || got[0] != want {
			t.Errorf("%q may be %v, want %v", text, got, want)
		}
	}
	for _, text := range []string{"Jorgensen", "JØRGENSEN", "muller, zoe", "u1@ad.contoso.com", "CN=nu1, DC=Contoso, dc=com", `cn=\6Eu1,DC=contoso,DC=com`} {
		if got := view.Named(s, text); len(got) != 1 {
			t.Errorf("%q names %d lines", text, len(got))
		}
	}
}
