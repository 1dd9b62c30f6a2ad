package ui

import (
	"testing"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"
)

// fruit is a small application to try the driver on: a table, a filter, a
// question before leaving.
func fruit(names ...string) *tview.Application {
	app := tview.NewApplication()
	table := tview.NewTable().SetFixed(1, 0).SetSelectedStyle(tcell.StyleDefault.Reverse(true))
	input := tview.NewInputField().SetLabel("filter: ")
	fill := func(shown []string) {
		table.Clear()
		table.SetCell(0, 0, newCell("fruit", 10, look{}).SetSelectable(false))
		for i, n := range shown {
			table.SetCell(i+1, 0, newCell(n, 10, look{}))
		}
		table.SetSelectable(len(shown) > 0, false)
	}
	fill(names)
	input.SetChangedFunc(func(text string) {
		var shown []string
		for _, n := range names {
			if text == "" || n[0] == text[0] {
				shown = append(shown, n)
			}
		}
		// From a worker, as the real application does it.
		go app.QueueUpdateDraw(func() { fill(shown) })
	})
	input.SetDoneFunc(func(tcell.Key) { app.SetFocus(table) })
	table.SetInputCapture(func(ev *tcell.EventKey) *tcell.EventKey {
		switch ev.Rune() {
		case '/':
			app.SetFocus(input)
			return nil
		case 'q':
			app.Stop()
			return nil
		}
		return ev
	})
	root := tview.NewFlex().SetDirection(tview.FlexRow).AddItem(table, 0, 1, true).AddItem(input, 1, 0, false)
	app.SetRoot(root, true)
	return app
}

func TestDriver(t *testing.T) {
	d := drive(t, 30, 6, fruit("apple", "banana", "cherry", "blackberry"))
	d.wantLine(0, "fruit")
	d.wantSelected("apple")
	d.press("Down", "Down")
	d.wantSelected("cherry")
	d.golden("driver")
	d.press("/")
	d.typeText("b")
	d.wantGone("cherry")
	d.wantScreen("banana", "blackberry", "filter: b")
	d.resize(40, 3)
	if got := len(d.screen()); got != 3 {
		t.Errorf("the screen has %d lines after a resize to 3", got)
	}
	d.press("Enter", "q")
	d.wantStopped()
}

// TestDownInAnEmptyTable: a table with a heading and nothing else must not
// take the arrow keys as a reason to search for a row for ever, as tview
// 0.42.0 does unless SetSelectable is off.
func TestDownInAnEmptyTable(t *testing.T) {
	d := drive(t, 30, 6, fruit("apple"))
	d.press("/")
	d.typeText("x")
	d.wantGone("apple")
	d.press("Enter", "Down", "Up", "PgDn", "PgUp", "End", "Home", "Down")
	d.wantLine(0, "fruit")
	d.press("q")
	d.wantStopped()
}
