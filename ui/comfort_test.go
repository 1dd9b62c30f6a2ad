package ui

import (
	"strings"
	"testing"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"mbxperm/ui/screentest"
)

// TestScreenOne: one line, one row.
func TestScreenOne(t *testing.T) {
	eachSize(t, func(t *testing.T, w, h int, golden func(*driver, *app, string)) {
		d, a := driveDemo(t, w, h)
		d.find("pavel.hruby")
		d.WantScreen("Mailboxes 1 · other trustees 0", "1 entry ·")
		d.Press("Down", "Up", "End", "PgUp")
		golden(d, a, "one")
	})
}

// TestScreenSmall: the smallest screen, and what is said below that; nothing of
// one is left in the other.
func TestScreenSmall(t *testing.T) {
	d, a := driveDemo(t, 120, 32)
	d.Resize(60, 15)
	d.idle(a)
	d.Golden("app-start-60x15")
	for _, s := range [][2]int{{39, 15}, {60, 9}, {30, 6}, {10, 2}, {1, 1}} {
		d.Resize(s[0], s[1])
		if got := strings.Join(d.Screen(), "\n"); strings.ContainsAny(got, "│║┌╔") {
			t.Errorf("at %d×%d there is something of the grids:\n%s", s[0], s[1], got)
		}
	}
	d.Resize(39, 15)
	d.Golden("app-small-39x15")
	d.Press("Down", "?", "q", "/", "x", "Esc") // harmless where nothing is to be seen
	d.Resize(60, 15)
	d.idle(a)
	d.Press("Up")
	d.idle(a)
	d.Golden("app-start-60x15")
}

// wheel turns the wheel of the mouse.
func (d *driver) wheel(x, y int, button tcell.ButtonMask) {
	d.T.Helper()
	d.Sim.InjectMouse(x, y, button, tcell.ModNone)
	d.Sim.InjectMouse(x, y, tcell.ButtonNone, tcell.ModNone)
	d.Settle()
}

// TestMouseEverywhere: the wheel scrolls grid and page, a double click goes into
// a line, two quick clicks on two things are two clicks, and a click beside an
// open list closes it.
func TestMouseEverywhere(t *testing.T) {
	before := tview.DoubleClickInterval
	t.Cleanup(func() { tview.DoubleClickInterval = before }) // when the screen has ended
	tview.DoubleClickInterval = screentest.Patience          // on a machine that has much to do, too
	d, a := driveDemo(t, 120, 32)
	top := d.Screen()[6]
	for range 3 {
		d.wheel(10, 8, tcell.WheelDown)
	}
	if d.Screen()[6] == top {
		t.Errorf("the wheel does not scroll the grid:\n%s", strings.Join(d.Screen(), "\n"))
	}
	for range 9 {
		d.wheel(10, 8, tcell.WheelUp)
	}
	d.WantLine(6, strings.TrimSpace(strings.Trim(top, "║"))[:8])
	d.Click(5, 8)
	d.Click(5, 8)
	d.WantScreen("Mailboxes › ")
	d.Press("Backspace")
	d.idle(a)
	d.Click(20, 1)
	d.WantScreen("│ Mailbox-Store")
	d.Click(60, 20)
	d.WantGone("│ Mailbox-Store")
	d.Press("?")
	d.WantScreen("Show this page.")
	for range 4 {
		d.wheel(20, 10, tcell.WheelDown)
	}
	d.WantGone("Show this page.")
	d.Press("q")
	d.WantScreen("AccountName")
}

// TestTypingOn: what a command finds beside the screen does not end the line that is
// typed when it comes: the rest of it would be keys.
func TestTypingOn(t *testing.T) {
	d, a := driveDemo(t, 80, 24)
	d.Press(":")
	d.TypeText("Helpdesk")
	d.Press("Enter", ":")
	d.TypeText("eff")
	d.WantScreen("Helpdesk · reverse", ":eff")
	d.idle(a)
	d.On(func() {
		if a.foot.line == nil || a.foot.input.GetText() != "eff" {
			t.Errorf("the line is gone; its text is %q", a.foot.input.GetText())
		}
	})
}
