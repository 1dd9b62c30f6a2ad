package ui

import (
	"fmt"
	"strings"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"mbxperm/ui/keys"
	"mbxperm/ui/widget"
)

const (
	minWidth, minHeight = 60, 15
	sideBySide          = 150 // below this width the grids stand one above the other
	roomy               = 180 // from here on the ACEs fit into half of it
)

// root lays everything out for the size of the screen.
type root struct {
	*tview.Flex
	app   *app
	body  *tview.Flex // the two grids
	over  []overlay   // what stands before everything else, the uppermost last
	hints *hints      // candidates for the command line, while it is typed
	// notice, if there is one, stands in the place of the grids.
	notice    string
	dismissed bool // the user does not want to see it any more

	width, height, lines int // that everything was arranged for
}

func newRoot(a *app) *root {
	r := &root{Flex: tview.NewFlex().SetDirection(tview.FlexRow), app: a}
	r.body = tview.NewFlex().AddItem(a.left, 0, 1, true).AddItem(a.right, 0, 1, false)
	r.AddItem(a.head, headerHeight, 0, false).AddItem(r.body, 0, 1, true).AddItem(a.foot, 3, 0, false)
	a.right.SetDrawFunc(a.drawTrail)
	return r
}

// Draw draws the screen, or says that it is too small.
func (r *root) Draw(screen tcell.Screen) {
	x, y, w, h := r.GetRect()
	if w < minWidth || h < minHeight {
		r.Box.DrawForSubclass(screen, r)
		widget.PutCentered(screen, x, y, w, h, fmt.Sprintf("terminal too small: %d×%d or more", minWidth, minHeight),
			r.app.theme.Style(widget.StyleWarning))
		return
	}
	if lines := r.app.foot.lines(w); w != r.width || h != r.height || lines != r.lines {
		r.width, r.height, r.lines = w, h, lines
		r.arrange()
	}
	r.Flex.Draw(screen)
	defer r.drawHints(screen, x+1, y+h-1, w-2)
	bx, by, bw, bh := r.body.GetRect()
	switch {
	case len(r.over) > 0:
		for _, o := range r.over {
			o.Fit(bx, y, bw, h-r.lines)
			o.Draw(screen)
		}
	case r.notice != "":
		box := tview.NewBox().SetBorder(true)
		box.SetRect(bx, by, bw, bh)
		box.Draw(screen)
		widget.PutCentered(screen, bx+4, by+1, bw-8, bh-2, r.notice, r.app.theme.Style(widget.StyleWarning))
		if r.app.head.HasFocus() { // an open list lies above
			r.app.head.Draw(screen)
		}
	}
}

// arrange divides the room. In a narrow screen the grids stand one above the
// other, and the one in use gets the greater part.
func (r *root) arrange() {
	if r.width == 0 {
		return
	}
	r.ResizeItem(r.app.foot, r.lines, 0)
	r.app.head.arrange(r.width)
	if r.width >= sideBySide {
		left := r.width * 48 / 100
		if r.width >= roomy {
			left = r.width / 2
		}
		r.body.SetDirection(tview.FlexColumn).ResizeItem(r.app.left, left, 0).ResizeItem(r.app.right, 0, 1)
		return
	}
	body := r.height - headerHeight - r.lines
	other := max(body*2/5, 4)
	r.body.SetDirection(tview.FlexRow)
	if r.app.here.focus == leftPane {
		r.body.ResizeItem(r.app.left, 0, 1).ResizeItem(r.app.right, other, 0)
	} else {
		r.body.ResizeItem(r.app.left, other, 0).ResizeItem(r.app.right, 0, 1)
	}
}

// HasFocus reports whether a widget has the keyboard, also one that lies over
// the grids.
func (r *root) HasFocus() bool { return r.Flex.HasFocus() || len(r.over) > 0 }

// PasteHandler gives what is pasted to the text field that has the keyboard, in
// one line. Elsewhere it does nothing: a text is never taken for keys.
func (r *root) PasteHandler() func(string, func(tview.Primitive)) {
	return func(text string, focus func(tview.Primitive)) {
		a := r.app
		field := a.foot.input
		if a.foot.line == nil {
			field = nil
			if a.form != nil {
				field, _ = a.form.focused().(*tview.InputField)
			}
		}
		if field == nil {
			a.foot.say("a text is pasted into a field only: / filters, : goes to a name")
			return
		}
		// Editors and spreadsheets end what is copied with a line break.
		field.PasteHandler()(lineBreaks.Replace(strings.TrimRight(text, "\r\n")), focus)
	}
}

// lineBreaks makes one line of a text.
var lineBreaks = strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ", "\t", " ")

// MouseHandler keeps the mouse from what lies below an overlay.
func (r *root) MouseHandler() func(tview.MouseAction, *tcell.EventMouse, func(tview.Primitive)) (bool, tview.Primitive) {
	if o := r.top(); o != nil {
		return o.MouseHandler()
	}
	return r.Flex.MouseHandler()
}

// overlay stands before the grids and takes the keys and the mouse.
type overlay interface {
	tview.Primitive
	// Scope says which bindings work on it.
	Scope() keys.Scope
	// Fit gives it the room that there is; it takes what it needs of it.
	Fit(x, y, w, h int)
}

// overlayKey gives an overlay a key that the table of keys leaves to it.
func (a *app) overlayKey(o overlay, ev *tcell.EventKey) {
	switch o := o.(type) {
	case *widget.Page:
		o.Move(ev)
	case *widget.Menu:
		a.menuKey(o, ev)
	case *changes:
		o.grid.InputHandler()(ev, a.focus)
	case *checks:
		o.grid.InputHandler()(ev, a.focus)
	case *findings:
		o.grid.InputHandler()(ev, a.focus)
	case *connectForm:
		o.key(ev)
	}
}

// push lays an overlay over everything else.
func (r *root) push(o overlay) { r.over = append(r.over, o) }

// pop takes the uppermost overlay away.
func (r *root) pop() { r.over = r.over[:len(r.over)-1] }

// renew has pages make their texts again.
func (r *root) renew() {
	for _, o := range r.over {
		if p, ok := o.(*widget.Page); ok {
			p.Renew()
		}
	}
}

// top returns the uppermost overlay, nil where there is none.
func (r *root) top() overlay {
	if len(r.over) == 0 {
		return nil
	}
	return r.over[len(r.over)-1]
}

// lying returns the overlay of a kind wherever it lies above the grids, nil where
// there is none.
func lying[T overlay](r *root) (none T) {
	for _, o := range r.over {
		if v, ok := o.(T); ok {
			return v
		}
	}
	return none
}
