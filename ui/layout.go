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
	minWidth, minHeight   = 40, 10 // the least that the screen works in
	paneWidth, paneHeight = 60, 15 // below these there is room for one pane at a time
	// Below this width the grids stand one above the other: half of it must have
	// room for all columns, or the wider screen would show less.
	sideBySide = 190
	bandsFrom  = 20 // lines of a screen whose grids have bands
)

// root lays everything out for the size of the screen.
type root struct {
	*tview.Flex
	app   *app
	body  *tview.Flex // the two grids
	right *tview.Flex // the right one and the preview of its entry
	over  []overlay   // what stands before everything else, the uppermost last
	hints *hints      // candidates for the command line, while it is typed
	// notice, if there is one, stands in the place of the grids.
	notice    string
	dismissed bool // the user does not want to see it any more
	enlarged  bool // the pane in use has the room of both

	width, height, lines int // that everything was arranged for
	pane, shown          int // lines of the right grid and the preview together, and of the preview
}

func newRoot(a *app) *root {
	r := &root{Flex: tview.NewFlex().SetDirection(tview.FlexRow), app: a}
	r.right = tview.NewFlex().SetDirection(tview.FlexRow).AddItem(a.right, 0, 1, true)
	r.body = tview.NewFlex().AddItem(a.left, 0, 1, true).AddItem(r.right, 0, 1, false)
	r.AddItem(a.head, 1, 0, false).AddItem(r.body, 0, 1, true).AddItem(a.foot, 3, 0, false)
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
	if lines := r.app.foot.lines(w, h); w != r.width || h != r.height || lines != r.lines || r.previewHeight(r.pane) != r.shown {
		wider := w != r.width
		r.width, r.height, r.lines = w, h, lines
		if wider { // tables on pages are laid out for it
			r.renew()
		}
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

// small reports whether a screen has room for one pane at a time only.
func small(w, h int) bool { return w < paneWidth || h < paneHeight }

// single reports whether one pane is shown: the one in use.
func (r *root) single() bool { return r.enlarged || small(r.width, r.height) }

// arrange divides the room. In a narrow screen the grids stand one above the
// other, and the one in use gets the greater part; in a small one it gets all.
func (r *root) arrange() {
	if r.width == 0 {
		return
	}
	head := r.app.head.arrange(r.width, r.height)
	r.ResizeItem(r.app.head, head, 0).ResizeItem(r.app.foot, r.lines, 0)
	left, right := tview.Primitive(r.app.left), tview.Primitive(r.right)
	used, other := left, right
	if r.app.here.focus == rightPane {
		used, other = right, left
	}
	r.app.left.Banded = r.height >= bandsFrom
	r.app.left.Roomy = r.single() || r.width >= sideBySide
	r.body.Clear()
	r.pane = r.height - head - r.lines
	switch {
	case r.single():
		r.body.AddItem(used, 0, 1, true)
	case r.width >= sideBySide:
		r.body.SetDirection(tview.FlexColumn).AddItem(left, r.width/2, 0, used == left).AddItem(right, 0, 1, used == right)
	default:
		rest := max(r.pane*2/5, 4)
		r.body.SetDirection(tview.FlexRow).AddItem(left, 0, 1, used == left).AddItem(right, 0, 1, used == right)
		r.body.ResizeItem(other, rest, 0)
		if r.pane -= rest; used == left {
			r.pane = rest
		}
	}
	r.shown = r.previewHeight(r.pane)
	r.right.Clear().AddItem(r.app.right, 0, 1, true)
	if r.shown > 0 {
		r.right.AddItem(r.app.preview, r.shown, 0, false)
	}
}

// toggleEnlarged gives the pane in use the room of both, or divides it again.
func (a *app) toggleEnlarged() {
	a.root.enlarged = !a.root.enlarged
	a.root.arrange()
}

func (a *app) whyNoEnlarged() string {
	switch {
	case a.changes() != nil:
		return "the changes have all the room there is"
	case small(a.root.width, a.root.height):
		return fmt.Sprintf("one pane at a time below %d×%d: Tab", paneWidth, paneHeight)
	}
	return ""
}

// HasFocus reports whether a widget has the keyboard, also one that lies over
// the grids.
func (r *root) HasFocus() bool { return r.Flex.HasFocus() || len(r.over) > 0 }

// PasteHandler gives what is pasted to the text field that has the keyboard; it waits
// with the keys that wait.
func (r *root) PasteHandler() func(string, func(tview.Primitive)) {
	return func(text string, _ func(tview.Primitive)) {
		if !r.app.holdPaste(text) {
			r.app.paste(text)
		}
	}
}

// paste gives a text to the field that has the keyboard, in one line. Elsewhere it
// does nothing: a text is never taken for keys.
func (a *app) paste(text string) {
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
	field.PasteHandler()(lineBreaks.Replace(strings.TrimRight(text, "\r\n")), a.focus)
}

// lineBreaks makes one line of a text.
var lineBreaks = strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ", "\t", " ")

// MouseHandler keeps the mouse from what lies below an overlay, and clicks from what
// keys that wait are not about.
func (r *root) MouseHandler() func(tview.MouseAction, *tcell.EventMouse, func(tview.Primitive)) (bool, tview.Primitive) {
	under := r.Flex.MouseHandler()
	if o := r.top(); o != nil {
		under = o.MouseHandler()
	}
	return func(action tview.MouseAction, ev *tcell.EventMouse, focus func(tview.Primitive)) (bool, tview.Primitive) {
		if r.app.refuseClick(action) {
			return true, nil
		}
		return under(action, ev, focus)
	}
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
	case *peoplePage:
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
