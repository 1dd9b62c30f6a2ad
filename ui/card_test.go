package ui

import (
	"testing"

	"mbxperm/model"
)

// TestScreenCards: the card of a line, and all about a row, whatever stands in
// the names.
func TestScreenCards(t *testing.T) {
	eachSize(t, func(t *testing.T, w, h int, golden func(*driver, *app, string)) {
		d, a := driveDemo(t, w, h)
		d.find("=1+1")
		d.wantScreen("Mailboxes 2 · other trustees 0")
		d.press("x")
		d.wantScreen("[Card]", "Name comes from", "its object in the directory")
		golden(d, a, "card-hostile")
		d.press("Tab")
		d.wantScreen("[Mailbox ACL]", "O:PSG:PSD:(A;CI;CCRC;;;PS)")
		golden(d, a, "descriptor-one")
		d.press("Esc", "Esc")
		d.find("u00002")
		d.wantScreen("u00002 · ", "399 rows")
		d.press("Enter", "Down", "v")
		d.wantScreen("[ACE]", "msExchMailboxSecurityDescriptor", "FullAccess")
		golden(d, a, "ace")
		d.press("Tab")
		d.wantScreen("[Descriptor]", "▸ 3")
		golden(d, a, "descriptor-many")
		d.press("/")
		d.typeText("SDDL")
		d.press("Enter", "Down")
		d.wantScreen("O:PSG:PSD:(A;CI;CCRC;;;PS)")
		d.press("Tab")
		d.wantScreen("[Trustee]", "svc-backup")
		golden(d, a, "card-trustee")
		d.press("Tab", "q")
		d.wantScreen("u00002 · ")
	})
}

// TestCardsOfEverything opens the card and the raw form of every line and of
// rows of every kind, and scrolls through all of it.
func TestCardsOfEverything(t *testing.T) {
	d, a := driveDemo(t, 100, 40)
	for range model.ObjectTypes {
		var res *model.Result
		d.on(func() { res = a.left.result })
		for i := range res.Len() {
			line := res.Line(i)
			if line.Row != nil {
				readSheets(t, rowSheets(res.Snapshot, line.Row.Ref))
			} else {
				readSheets(t, lineSheets(res.Snapshot, line.Key))
			}
		}
		rows, err := model.View(t.Context(), res.Snapshot, model.Query{Type: res.Query.Type, Rows: true, Show: model.AllReasons, ACEs: res.Query.Type.ACEs[0]})
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < rows.Len(); i += 17 {
			readSheets(t, rowSheets(rows.Snapshot, rows.Ref(i)))
		}
		d.press("v", "End", "Home", "Tab", "x", "q", "o", "Down", "Enter")
		d.idle(a)
	}
	d.press("/")
	d.typeText("nothing-matches")
	d.press("Enter", "x")
	d.wantScreen("there is no line to show the card of")
}

func readSheets(t *testing.T, sheets []sheet) {
	t.Helper()
	for _, s := range sheets {
		if len(s.text()) == 0 {
			t.Errorf("the sheet %s is empty", s.title)
		}
	}
	p := newPage(themeFor(0), 0, sheets...)
	for range sheets {
		p.lay(60)
		p.turn(1)
	}
}

// TestValueSheet: Send on Behalf is no ACE, and the page says so.
func TestValueSheet(t *testing.T) {
	d, a := driveDemo(t, 120, 32)
	d.press(">", ">", ">", ">", ">", ">")
	d.wantScreen("↓OnBehalf")
	d.idle(a)
	d.press("a", "Down", "Down", "Down", "Enter")
	d.wantScreen("[SendOnBehalf-Rights", "Send on Behalf")
	d.press("Enter", "v")
	d.wantScreen("[Value]", "publicDelegates", "not an entry of an ACL")
}
