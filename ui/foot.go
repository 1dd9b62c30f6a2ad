package ui

import (
	"slices"
	"strings"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"mbxperm/model"
	"mbxperm/ui/keys"
	"mbxperm/ui/safe"
	"mbxperm/ui/widget"
)

// wideStatus is the width from which on both parts of the status fit into one line.
const wideStatus = 150

// explainRoom is what the words about the selected line have beside what is hidden,
// whatever they are: what stands to the right of them must not move with the cursor.
const explainRoom = 32

// leastSource is how much of the source's name is worth being shown.
const leastSource = 10

// foot is what stands below the grids: warnings, the status, the keys or the
// line that is typed.
type foot struct {
	*tview.Box
	app     *app
	input   *tview.InputField
	line    *line  // what is typed into input, or nil
	message string // an answer to the last key, until the next one
	said    explained
}

func newFoot(a *app) *foot {
	f := &foot{Box: tview.NewBox(), app: a}
	f.input = tview.NewInputField().
		SetLabelStyle(a.theme.Style(widget.StyleTitle)).SetFieldStyle(a.theme.Style(widget.StyleText)).
		SetChangedFunc(f.typed)
	f.input.SetBlurFunc(func() { f.line = nil }) // also when the mouse takes the keyboard away
	return f
}

// say answers a key.
func (f *foot) say(message string) { f.message = message }

// add says something that comes by itself, beside what is said already.
func (f *foot) add(message string) {
	if f.message != "" {
		message = f.message + between + message
	}
	f.message = message
}

// lines is the number of lines it needs in a screen of this size. A small one
// has one line for all that a greater one says in two.
func (f *foot) lines(width, height int) int {
	n := 2
	if width < wideStatus && !small(width, height) {
		n++
	}
	if f.warnings() != "" {
		n++
	}
	return n
}

// warnings are what one must know all the time.
func (a *app) warnings() (list []string) {
	if a.locale != "" {
		list = append(list, a.locale)
	}
	if s := a.reading.latest; s != nil {
		list = append(list, s.State.Warnings...)
	}
	return list
}

func (f *foot) warnings() string {
	list := f.app.warnings()
	if len(list) == 0 {
		return ""
	}
	return "warning: " + strings.Join(list, between)
}

// Draw draws all of it.
func (f *foot) Draw(screen tcell.Screen) {
	f.DrawForSubclass(screen, f)
	x, y, w, h := f.GetInnerRect()
	a := f.app
	if text := f.warnings(); text != "" && h > 1 {
		widget.Put(screen, x, y, w, " "+text, a.theme.Style(widget.StyleWarning))
		y++
	}
	if h < 2 {
		return
	}
	if small(a.root.width, a.root.height) {
		y = f.drawBrief(screen, x+1, y, w-2)
	} else {
		y = f.drawStatus(screen, x+1, y, w-2)
	}
	f.drawKeys(screen, x, y, w)
}

// drawStatus writes what is hidden and where it comes from, in one line or in
// two; it returns the line below.
func (f *foot) drawStatus(screen tcell.Screen, x, y, w int) int {
	a := f.app
	style, state := a.theme.Style(widget.StyleText), f.stateStyle()
	wide := w+2 >= wideStatus
	room, left := w, w
	message := safe.Text(f.message)
	switch {
	case !wide:
	case message != "":
		room = max(w-safe.Width(message)-2, w/3)
	default: // the state needs its room, and what is hidden may have the rest
		room = max(w-safe.Width(f.hidden(w))-explainRoom-2, f.stateWidth(w))
	}
	source := f.source(room, wide)
	right := min(safe.Width(source), w)
	if wide {
		left = w - right - 2
	}
	hidden := f.words(left)
	if a.form != nil { // which says what there is to say
		hidden, source = "", ""
	}
	if message != "" {
		hidden, style = message, a.theme.Style(widget.StyleTitle)
	}
	widget.PutSafe(screen, x, y, left, hidden, style)
	if message == "" {
		f.markKeys(screen, x, y, hidden)
	}
	if wide {
		widget.PutSafe(screen, x+w-right, y, right, source, state)
		return y + 1
	}
	widget.PutSafe(screen, x, y+1, w, source, state)
	return y + 2
}

// markKeys draws the keys again that stand before numbers of what is hidden, as they
// look in the line of keys.
func (f *foot) markKeys(screen tcell.Screen, x, y int, text string) {
	at := 0
	for word := range strings.SplitAfterSeq(text, " ") {
		rest := text[at+len(word):]
		if len(word) == 2 && strings.Contains(toggleKeys, word[:1]) && rest != "" && '0' < rest[0] && rest[0] <= '9' {
			widget.PutSafe(screen, x+safe.Width(text[:at]), y, 1, word[:1], f.app.theme.Style(widget.StyleTitle))
		}
		at += len(word)
	}
}

// drawBrief writes the status into one line: an answer to the last key, or how
// far the source was read and then what is hidden.
func (f *foot) drawBrief(screen tcell.Screen, x, y, w int) int {
	text, style := safe.Text(f.message), f.app.theme.Style(widget.StyleTitle)
	if text == "" && f.app.form == nil && f.app.reading.latest != nil {
		text, style = fitParts(w, append(f.state(w), f.words(w))), f.stateStyle()
	}
	widget.PutSafe(screen, x, y, w, text, style)
	return y + 1
}

// stateStyle marks the state of a source that was not read as a whole.
func (f *foot) stateStyle() tcell.Style {
	n := f.app.reading
	if n.latest != nil && n.state().Phase == model.Finished && !n.whole() {
		return f.app.theme.Style(widget.StyleWarning)
	}
	return f.app.theme.Style(widget.StyleText)
}

// stateWidth is the room that the state of the source needs, of w cells.
func (f *foot) stateWidth(w int) int {
	if f.app.reading.latest == nil {
		return 0
	}
	return min(safe.Width(fitParts(w, f.state(w))), w)
}

// source says how far all of this was read and where it is from, in w cells if
// it can be: what matters less is left out first. Where there is room for all
// of it, its origin comes first.
func (f *foot) source(w int, room bool) string {
	if f.app.reading.latest == nil {
		return ""
	}
	state, from := f.state(w), f.from()
	if room {
		if text := fitParts(1<<20, append(slices.Clone(from), state...)); safe.Width(text) <= w {
			return text
		}
	}
	if left := w - safe.Width(fitParts(w, state)) - safe.Width(between); left >= leastSource {
		from[0] = widget.FitWidth(from[0], left) // a name may be cut, and a number may not
	}
	return fitParts(w, append(state, from...))
}

func (f *foot) drawKeys(screen tcell.Screen, x, y, w int) {
	most := w - 2
	if f.line != nil {
		most -= safe.Width(f.line.label) + safe.Width(f.input.GetText()) + 2
	}
	keys := keys.Footer(bindings, f.app.scope(), most, f.app)
	if f.line != nil {
		room := max(w-safe.Width(keys)-3, 10)
		if safe.Width(f.line.label)+safe.Width(f.input.GetText()) >= room { // what is typed goes before
			keys, room = "", w-2
		}
		f.input.SetRect(x+1, y, room, 1)
		f.input.Draw(screen)
		widget.Put(screen, x+1+room, y, w-room-2, " "+keys, f.app.theme.Style(widget.StyleMuted))
		return
	}
	widget.Put(screen, x, y, w, "", f.app.theme.Style(widget.StyleMuted))
	f.drawParts(func(at int, text string, s widget.Style) {
		widget.PutSafe(screen, x+1+at, y, min(safe.Width(text), w-1-at), text, f.app.theme.Style(s))
	}, keys, "  ")
}
