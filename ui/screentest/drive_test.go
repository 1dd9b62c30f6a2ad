package screentest

import (
	"testing"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"mbxperm/ui/widget"
)

// fruit is a small application to try the driver on: a table, a filter, a
// question before leaving.
func fruit(names ...string) *tview.Application {
	app := tview.NewApplication()
	table := tview.NewTable().SetFixed(1, 0).SetSelectedStyle(tcell.StyleDefault.Reverse(true))
	input := tview.NewInputField().SetLabel("filter: ")
	fill := func(shown []string) {
		table.Clear()
		table.SetCell(0, 0, widget.NewCell("fruit", 10, widget.Look{}).SetSelectable(false))
		for i, n := range shown {
			table.SetCell(i+1, 0, widget.NewCell(n, 10, widget.Look{}))
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
	d := Drive(t, 30, 6, fruit("apple", "banana", "cherry", "blackberry"))
	d.WantLine(0, "fruit")
	d.WantSelected("apple")
	d.Press("Down", "Down")
	d.WantSelected("cherry")
	d.Golden("driver")
	d.Press("/")
	d.TypeText("b")
	d.WantGone("cherry")
	d.WantScreen("banana", "blackberry", "filter: b")
	d.Resize(40, 3)
	if got := len(d.Screen()); got != 3 {
		t.Errorf("the screen has %d lines after a resize to 3", got)
	}
	d.Press("Enter", "q")
	d.WantStopped()
}

// TestDownInAnEmptyTable: a table with a heading and nothing else must not
// take the arrow keys as a reason to search for a row for ever, as tview
// 0.42.0 does unless SetSelectable is off.
func TestDownInAnEmptyTable(t *testing.T) {
	d := Drive(t, 30, 6, fruit("apple"))
	d.Press("/")
	d.TypeText("x")
	d.WantGone("apple")
	d.Press("Enter", "Down", "Up", "PgDn", "PgUp", "End", "Home", "Down")
	d.WantLine(0, "fruit")
	d.Press("q")
	d.WantStopped()
}
