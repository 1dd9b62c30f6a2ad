package view_test

import (
	"testing"

	"mbxperm/model/hiding"
	"mbxperm/model/view"
)

// TestUnreadRows: an answer about one line says that a list was not read exactly
// where the cell of that list says so.
func TestUnreadRows(t *testing.T) {
	s, _ := read(t, "demo:2000:3")
	lines := ask(t, s, view.Query{Type: view.Mailboxes, System: true})
	said := 0
	for i := range lines.Len() {
		line := lines.Line(i)
		unread := [3]bool{}
		for f := range unread {
			unread[f] = line.Totals.Forward[f].Unread
		}
		for n, want := range []bool{unread[0] || unread[1] || unread[2], unread[0], unread[1], unread[2], false} {
			rows := ask(t, s, view.Query{Type: view.Mailboxes, Rows: true, Of: line.Key, ACEs: view.Mailboxes.ACEs[n], Show: hiding.All})
			if got := len(rows.Unread()) > 0; got != want {
				t.Errorf("%s, %s: unread %v, want %v", line.Name, view.Mailboxes.ACEs[n].Name, rows.Unread(), want)
			}
			if want {
				said++
			}
		}
	}
	if said == 0 {
		t.Error("the demo has no list that was not read")
	}
}
