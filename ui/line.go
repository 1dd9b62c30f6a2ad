package ui

import (
	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"mbxperm/ui/keys"
	"mbxperm/ui/widget"
)

// line is what is being typed into the last line of the screen.
type line struct {
	scope   keys.Scope                               // its keys
	label   string                                   // what stands before it
	secret  bool                                     // what is typed is not shown, and forgotten
	changed func(text string)                        // after each change; may be nil
	enter   func(text string)                        // Enter
	leave   func()                                   // Esc, with the line closed; may be nil
	key     func(ev *tcell.EventKey) *tcell.EventKey // sees every other key first; may be nil
}

// openLine has the user type, beginning with a text.
func (a *app) openLine(l *line, text string) {
	f := a.foot
	f.line = nil // setting the text is no change
	f.input.SetMaskCharacter(map[bool]rune{true: '*'}[l.secret])
	f.input.SetLabel(widget.Plain(l.label)).SetText(text)
	a.focus(f.input) // which closes the line before this one
	f.line = l
}

// closeLine ends typing by giving the keyboard back to the form, if there is
// one, or to the grid in use.
func (a *app) closeLine() {
	if a.form != nil {
		a.focus(a.form.first())
		return
	}
	g, _ := a.grid()
	a.focus(g)
}

// enterLine does what the line says.
func (a *app) enterLine() {
	l, text := a.foot.line, a.foot.input.GetText()
	a.closeLine()
	if l.secret {
		a.foot.input.SetText("")
	}
	l.enter(text)
}

// leaveLine closes the line and does nothing else.
func (a *app) leaveLine() {
	l := a.foot.line
	a.closeLine()
	if l.secret {
		a.foot.input.SetText("")
	}
	if l.leave != nil {
		l.leave()
	}
}

// other handles a key that neither enters nor leaves the line.
func (l *line) other(ev *tcell.EventKey) *tcell.EventKey {
	if l.key != nil {
		return l.key(ev)
	}
	return ev
}

// typed is told of each change of the line.
func (f *foot) typed(text string) {
	if f.line != nil && f.line.changed != nil {
		f.line.changed(text)
	}
}

// The line belongs to foot: tview gives keys to what has the focus through
// everything that it lies in.

// HasFocus reports whether a line is typed.
func (f *foot) HasFocus() bool { return f.input.HasFocus() }

// MouseHandler takes the mouse and does nothing: there is nothing to click on, and
// the keyboard stays where it is.
func (f *foot) MouseHandler() func(tview.MouseAction, *tcell.EventMouse, func(tview.Primitive)) (bool, tview.Primitive) {
	return func(_ tview.MouseAction, ev *tcell.EventMouse, _ func(tview.Primitive)) (bool, tview.Primitive) {
		return f.InRect(ev.Position()), nil
	}
}

// InputHandler gives keys to the line.
func (f *foot) InputHandler() func(*tcell.EventKey, func(tview.Primitive)) {
	return f.input.InputHandler()
}
