package ui

import (
	"strings"
	"testing"

	"github.com/gdamore/tcell/v2"

	"mbxperm/model/hiding"
	"mbxperm/model/view"
	"mbxperm/ui/keys"
	"mbxperm/ui/safe"
	"mbxperm/ui/widget"
)

// TestEveryColumnIsExplained: what ? says of a column is there for all of them, and
// fits the status line at 80 columns.
func TestEveryColumnIsExplained(t *testing.T) {
	for _, typ := range view.ObjectTypes {
		for _, title := range columnTitles(typ) {
			if text := columnTexts[title]; text == "" || safe.Width(title+": "+text) > 96 {
				t.Errorf("%s, column %s: %q", typ.Name, title, text)
			}
		}
	}
}

// TestToggleKeys holds the keys on the status line against the table of keys: each
// shows what is hidden for its reason.
func TestToggleKeys(t *testing.T) {
	for i := range toggleKeys {
		a := newApp(frozenDriver{}, widget.ThemeFor(0))
		b := keys.Lookup(bindings, keys.ScopeTotals, tcell.NewEventKey(tcell.KeyRune, rune(toggleKeys[i]), tcell.ModNone))
		if b == nil {
			t.Fatalf("%c is no key", toggleKeys[i])
		}
		if b.Do(a); a.show.reasons != 1<<i {
			t.Errorf("%c shows %v, want %s", toggleKeys[i], a.show.reasons, hiding.Names[i])
		}
	}
}

// TestHelpBeginsWhereOneIs: the help begins with the pane in use, then come the marks.
func TestHelpBeginsWhereOneIs(t *testing.T) {
	d, a := driveDemo(t, 80, 24)
	for _, c := range []struct{ key, first string }{{"", "Totals"}, {"Tab", "ACEs"}} {
		if c.key != "" {
			d.Press(c.key)
		}
		var lines []widget.Line
		d.On(func() { lines = a.helpLines(a.scope()) })
		var heads []string
		for _, l := range lines {
			if l.Style == widget.StyleHeader {
				heads = append(heads, l.Text)
			}
		}
		if got := strings.Join(heads[:4], " "); got != c.first+" Marks Columns Both grids" {
			t.Errorf("the help begins with %s", got)
		}
	}
	d.Press("Shift-Tab", "L", "Down", "?")
	d.WantScreen("Mailbox: entries of its mailbox ACL")
}

// TestFooterAt80 names what is below the grids at 80 columns.
func TestFooterAt80(t *testing.T) {
	d, a := driveDemo(t, 80, 24)
	for _, scope := range []keys.Scope{keys.ScopeTotals, keys.ScopeDetail} {
		var line string
		d.On(func() { line = keys.Footer(bindings, scope, 78, a) })
		for _, want := range []string{"? help", "Enter ", "x card", "p who", "v raw", "K cmd", "E export", "F findings"} {
			if scope == keys.ScopeTotals && !strings.Contains(line, want) {
				t.Errorf("%q does not name %s", line, want)
			}
		}
	}
	var hidden string
	d.On(func() { hidden = a.foot.hidden(78) })
	for _, want := range []string{"hidden: c ", " · i ", " · s ", " · I "} {
		if !strings.Contains(hidden, want) {
			t.Errorf("%q does not say %q", hidden, want)
		}
	}
}

// columnTitles are the titles of all columns of an object type.
func columnTitles(t *view.ObjectType) (titles []string) {
	for _, c := range t.Totals {
		titles = append(titles, c.Title)
	}
	for _, verdicts := range []bool{false, true} {
		for _, c := range t.RowColumns(verdicts) {
			titles = append(titles, c.Title)
		}
	}
	return titles
}
