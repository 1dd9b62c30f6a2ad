package ui

import (
	"fmt"
	"strings"
	"testing"
)

// TestScreensBySize: a small screen shows one pane at a time, a low one has a
// header of one line, and the greater one never shows fewer columns.
func TestScreensBySize(t *testing.T) {
	for _, s := range []struct{ w, h int }{{40, 10}, {59, 14}, {189, 40}, {190, 40}} {
		t.Run(fmt.Sprintf("%dx%d", s.w, s.h), func(t *testing.T) {
			d, a := driveDemo(t, 120, 32)
			d.find("front.desk")
			d.Resize(s.w, s.h)
			d.idle(a)
			d.Golden(fmt.Sprintf("app-size-%dx%d", s.w, s.h))
			d.Press("Enter")
			d.idle(a)
			d.Golden(fmt.Sprintf("app-size-rows-%dx%d", s.w, s.h))
		})
	}
}

// columnsAt are the headings of the left and of the right grid.
func (d *driver) columnsAt(a *app) (left, right int) {
	d.On(func() { left, right = len(a.left.Shown()), len(a.right.Shown()) })
	return left, right
}

// TestWiderShowsNoLess: going from narrow to wide, no grid loses a column.
func TestWiderShowsNoLess(t *testing.T) {
	d, a := driveDemo(t, 80, 32)
	d.find("front.desk")
	d.idle(a)
	left, right := 0, 0
	for w := 60; w <= 260; w += 5 {
		d.Resize(w, 32)
		l, r := d.columnsAt(a)
		if l < left || r < right {
			t.Errorf("at %d columns the grids show %d and %d, before they showed %d and %d:\n%s", w, l, r, left, right, strings.Join(d.Screen(), "\n"))
		}
		left, right = l, r
	}
}

// TestCursorStaysInSight: no change of size, of panes or of the filter scrolls the
// selected line out of sight.
func TestCursorStaysInSight(t *testing.T) {
	d, a := driveDemo(t, 120, 32)
	for _, name := range []string{"bjoern.duarte", "Helpdesk", "zoe.mueller", "＝1+1[red]"} {
		d.Press("Esc", "/")
		d.TypeText(name)
		d.Press("Enter")
		d.WantScreen("filter " + name)
		d.idle(a)
		d.WantSelected(name)
		d.Press("Esc") // all lines are back, around this one
		d.WantGone("filter " + name)
		d.idle(a)
		for _, s := range [][2]int{{120, 32}, {60, 15}, {40, 10}, {200, 50}, {59, 60}, {120, 15}, {300, 11}, {80, 24}} {
			d.Resize(s[0], s[1])
			d.WantSelected(name[:4])
		}
		d.Press("+")
		d.WantSelected(name[:4])
		d.Press("+", "Tab", "Shift-Tab")
		d.WantSelected(name[:4])
	}
}

// TestOnePane: where there is room for one pane, Tab and Enter go to the other,
// and Left and Right to the columns that there is no room for.
func TestOnePane(t *testing.T) {
	d, a := driveDemo(t, 80, 24)
	d.Resize(40, 10)
	d.WantScreen("AccountName", "Mailbox")
	d.WantGone("aaron.vogt · ")
	d.Press("Left")
	d.WantScreen("this is the first column")
	d.Press("Right", "Right")
	d.WantScreen("AccountName", "<")
	for range 9 {
		d.Press("Right")
	}
	d.WantScreen("all columns are shown")
	for range 9 {
		d.Press("Left")
	}
	d.Press("Enter")
	d.WantScreen("aaron.vogt · ")
	d.WantGone("AccountName")
	d.Press("+")
	d.WantScreen("one pane at a time")
	d.Press("Backspace")
	d.WantScreen("AccountName")
	d.idle(a)
	d.Resize(80, 24)
	d.WantScreen("AccountName", "aaron.vogt · ")
	d.Press("+")
	d.WantGone("aaron.vogt · ")
	d.Press("Tab")
	d.WantScreen("aaron.vogt · ")
	d.WantGone("AccountName")
	d.Press("+")
	d.WantScreen("AccountName", "aaron.vogt · ")
}
