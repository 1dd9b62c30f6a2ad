package ui

import (
	"github.com/gdamore/tcell/v2"

	"mbxperm/model/view"
	"mbxperm/ui/keys"
	"mbxperm/ui/term"
)

// startFilter opens the line in which the filter of the grid in use is typed.
func (a *app) startFilter() {
	if base := a.reading.base; base != nil { // away from the screen's goroutine, before the first letter
		go func() {
			defer term.Guard(a.screen)
			view.PrepareFilter(base)
		}()
	}
	_, side := a.grid()
	refill := a.refiller()
	set := func(text string) {
		if side.filter != text {
			side.filter = text
			refill()
		}
	}
	keep := func(text string) {
		set(text)
		if text != "" {
			side.find = text
		}
	}
	a.openLine(&line{
		scope: keys.ScopeInput, label: "/", changed: set, enter: keep, leave: func() { set("") }, key: a.filterKey,
	}, side.filter)
}

// filterKey handles a key while a filter is typed. Those that move go to the grid.
func (a *app) filterKey(ev *tcell.EventKey) *tcell.EventKey {
	switch ev.Key() {
	case tcell.KeyUp, tcell.KeyDown, tcell.KeyPgUp, tcell.KeyPgDn:
		g, _ := a.grid()
		g.InputHandler()(ev, a.focus)
		return nil
	case tcell.KeyTab, tcell.KeyBacktab:
		a.closeLine()
		return nil
	}
	return ev
}

// clear takes the filter away, or the marks, or a notice that stands before the grids, or the
// view of changes.
func (a *app) clear() {
	v := a.changes()
	_, side := a.grid()
	switch {
	case v == nil && a.root.notice != "" && a.reading.base != a.reading.latest:
		a.root.dismissed, a.root.notice = true, ""
	case side.filter != "":
		side.filter = ""
		a.refiller()()
	case v == nil && a.unmark():
	case v != nil:
		a.closeChanges()
	}
}
