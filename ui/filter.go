package ui

import (
	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"
)

// startFilter opens the line in which the filter of the grid in use is typed.
func (a *app) startFilter() {
	_, side := a.grid()
	a.foot.pane = a.here.focus
	a.foot.input.SetText(side.filter)
	a.foot.typing = true
	a.focus(a.foot.input)
}

// filter takes the filter as typed so far.
func (a *app) filter(text string) {
	side := &a.here.sides[a.foot.pane]
	if a.foot.typing && side.filter != text {
		side.filter = text
		a.refill(a.foot.pane)
	}
}

// inputKey handles a key while a filter is typed. Those that move go to the grid.
func (a *app) inputKey(act action, ev *tcell.EventKey) *tcell.EventKey {
	switch act {
	case actionEnter:
		a.endFilter()
		return nil
	case actionClear:
		a.foot.input.SetText("")
		a.endFilter()
		return nil
	}
	switch ev.Key() {
	case tcell.KeyUp, tcell.KeyDown, tcell.KeyPgUp, tcell.KeyPgDn:
		g, _ := a.grid()
		g.InputHandler()(ev, a.focus)
		return nil
	case tcell.KeyTab, tcell.KeyBacktab:
		a.endFilter()
		return nil
	}
	return ev
}

func (a *app) endFilter() {
	a.foot.typing = false
	g, _ := a.grid()
	a.focus(g)
}

// clear takes the filter away, or a notice that stands before the grids.
func (a *app) clear() {
	if a.root.notice != "" && a.news.base != a.news.latest {
		a.root.dismissed, a.root.notice = true, ""
		return
	}
	_, side := a.grid()
	if side.filter != "" {
		side.filter = ""
		a.refill(a.here.focus)
	}
}

// The line belongs to foot: tview gives keys to what has the focus through
// everything that it lies in.

// HasFocus reports whether a filter is typed.
func (f *foot) HasFocus() bool { return f.input.HasFocus() }

// InputHandler gives keys to the line.
func (f *foot) InputHandler() func(*tcell.EventKey, func(tview.Primitive)) {
	return f.input.InputHandler()
}

// PasteHandler gives what is pasted to the line.
func (f *foot) PasteHandler() func(string, func(tview.Primitive)) {
	return f.input.PasteHandler()
}
