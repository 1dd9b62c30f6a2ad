package ui

import (
	"fmt"
	"slices"
	"testing"

	"mbxperm/model/hiding"
	"mbxperm/model/view"
	"mbxperm/ui/screentest"
	"mbxperm/ui/widget"
)

// TestScreenCards: the card of a line, and all about a row, whatever stands in
// the names.
func TestScreenCards(t *testing.T) {
	eachSize(t, func(t *testing.T, w, h int, golden func(*driver, *app, string)) {
		d, a := driveDemo(t, w, h)
		d.find("＝1+1")
		d.WantScreen("Mailboxes 2 · other trustees 0")
		d.Press("Down")
		d.WantSelected("＝1+1")
		d.Press("x")
		d.WantScreen("[Card]", "Name comes from", "its object in the directory")
		golden(d, a, "card-hostile")
		d.Press("Tab")
		d.WantScreen("[Mailbox ACL]", "O:PSG:PSD:(A;CI;CCRC;;;PS)")
		golden(d, a, "descriptor-one")
		d.Press("Esc", "Esc")
		d.find("front.desk")
		d.WantScreen("front.desk · ", "82 entries")
		d.Press("Enter", "Down", "v")
		d.WantScreen("[ACE]", "msExchMailboxSecurityDescriptor", "FullAccess")
		golden(d, a, "ace")
		d.Press("Tab")
		d.WantScreen("[Descriptor]", "▸ 3")
		golden(d, a, "descriptor-many")
		d.Press("/")
		d.TypeText("SDDL")
		d.Press("Enter", "Down")
		d.WantScreen("O:PSG:PSD:(A;CI;CCRC;;;PS)")
		d.Press("Tab")
		d.WantScreen("[Trustee]", "svc-backup")
		golden(d, a, "card-trustee")
		d.Press("Tab", "q")
		d.WantScreen("front.desk · ")
	})
}

// TestCardsOfEverything opens the card and the raw form of every line and of
// rows of every kind, and scrolls through all of it.
func TestCardsOfEverything(t *testing.T) {
	d, a := driveDemo(t, 100, 40)
	for range view.ObjectTypes {
		var res *view.Result
		d.On(func() { res = a.left.result })
		for i := range res.Len() {
			line := res.Line(i)
			if line.Door != nil {
				readSheets(t, doorSheets(t.Context(), res, i))
			} else if line.Row != nil {
				readSheets(t, rowSheets(res.Snapshot, line.Row.Ref))
			} else {
				readSheets(t, lineSheets(t.Context(), res.Snapshot, line.Key))
			}
		}
		rows, err := view.Of(t.Context(), res.Snapshot, view.Query{Type: res.Query.Type, Rows: true, Show: hiding.All, ACEs: res.Query.Type.ACEs[0]})
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < rows.Len(); i += 17 {
			if rows.Query.Type.Doors() {
				readSheets(t, doorSheets(t.Context(), rows, i))
			} else if rows.Query.Roles() {
				readSheets(t, roleSheets(t.Context(), rows, i))
			} else {
				readSheets(t, rowSheets(rows.Snapshot, rows.Ref(i)))
			}
		}
		d.Press("v")
		d.idle(a) // q ends the program where no page is open
		d.Press("End", "Home", "Tab", "x")
		d.idle(a)
		d.Press("q", "o", "Down", "Enter")
		d.idle(a)
	}
	d.Press("/")
	d.TypeText("nothing-matches")
	d.Press("Enter", "x")
	d.WantScreen("there is no line to show the card of")
}

func readSheets(t *testing.T, sheets []widget.Sheet) {
	t.Helper()
	for _, s := range sheets {
		if len(s.Text()) == 0 {
			t.Errorf("the sheet %s is empty", s.Title)
		}
	}
	p := widget.NewPage(widget.ThemeFor(0), 0, sheets...)
	screen := screentest.NewSim(t, 64, 20)
	p.Fit(0, 0, 64, 20)
	for range sheets {
		p.Draw(screen)
		p.Turn(1)
	}
}

// TestValueSheet: Send on Behalf is no ACE, and the page says so.
func TestValueSheet(t *testing.T) {
	d, a := driveDemo(t, 120, 32)
	d.Press(">", ">", ">", ">")
	d.WantScreen("↓OnBehalf")
	d.idle(a)
	d.Press("a", "Down", "Down", "Down", "Enter")
	d.WantScreen("[SendOnBehalf-Rights", "Send on Behalf")
	d.Press("Enter", "v")
	d.WantScreen("[Value]", "publicDelegates", "not an entry of an ACL")
}

// TestScreenReaches: the card of an entry that stands on several containers lists them
// all, where it is set and below; that of one on a single container has no such sheet.
func TestScreenReaches(t *testing.T) {
	eachSize(t, func(t *testing.T, w, h int, _ func(*driver, *app, string)) {
		d, a := driveDemo(t, w, h)
		d.Press("o", "Down", "Down", "Down", "Down", "Down", "Enter")
		d.WantScreen("Delegated admins")
		d.idle(a)
		many, one, want := -1, -1, []string(nil)
		d.On(func() {
			res := a.left.result
			for i := range res.Len() {
				if n := res.Line(i).Reach; n > 1 && many < 0 {
					many = i
					for _, p := range res.Reached(i) {
						want = append(want, p.DN)
					}
					if len(want) != n {
						t.Errorf("the line reaches %d containers, and %d are listed", n, len(want))
					}
				} else if n == 1 && one < 0 {
					one = i
				}
			}
		})
		if many < 0 || one < 0 {
			t.Fatal("the demo has no such lines")
		}
		sheets := func(row int) (page *widget.Page) {
			d.On(func() { a.left.Choose(row) })
			d.idle(a)
			d.Press("x")
			d.WantScreen("[Trustee]")
			d.On(func() { page = a.root.top().(*widget.Page) })
			return page
		}
		page := sheets(many)
		d.Press("Shift-Tab")
		d.WantScreen("[Reaches]", fmt.Sprintf("It stands on %d containers", len(want)))
		last := page.Sheets[len(page.Sheets)-1]
		var got []string
		for _, l := range last.Lines[1:] {
			got = append(got, l.Text)
		}
		if !slices.Equal(got, want) {
			t.Errorf("the sheet lists %q, want %q", got, want)
		}
		d.Press("Esc")
		if page = sheets(one); page.Sheets[len(page.Sheets)-1].Title != "Descriptor" {
			t.Errorf("an entry on one container has a sheet %q", page.Sheets[len(page.Sheets)-1].Title)
		}
	})
}
