package ui

import (
	"strings"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"mbxperm/model"
	"mbxperm/ui/report"
	"mbxperm/ui/safe"
)

// wideStatus is the width from which on both parts of the status fit into one line.
const wideStatus = 150

// foot is what stands below the grids: warnings, the status, the keys or the
// line that is typed.
type foot struct {
	*tview.Box
	app     *app
	input   *tview.InputField
	line    *line  // what is typed into input, or nil
	message string // an answer to the last key, until the next one
}

func newFoot(a *app) *foot {
	f := &foot{Box: tview.NewBox(), app: a}
	f.input = tview.NewInputField().
		SetLabelStyle(a.theme.style(styleTitle)).SetFieldStyle(a.theme.style(styleText)).
		SetChangedFunc(f.typed)
	f.input.SetBlurFunc(func() { f.line = nil }) // also when the mouse takes the keyboard away
	return f
}

// say answers a key.
func (f *foot) say(message string) { f.message = message }

// lines is the number of lines it needs in a screen of this width.
func (f *foot) lines(width int) int {
	n := 2
	if width < wideStatus {
		n++
	}
	if f.warnings() != "" {
		n++
	}
	return n
}

func (f *foot) warnings() string {
	s := f.app.news.latest
	if s == nil || len(s.State.Warnings) == 0 {
		return ""
	}
	return "warning: " + strings.Join(s.State.Warnings, " · ")
}

// Draw draws all of it.
func (f *foot) Draw(screen tcell.Screen) {
	f.DrawForSubclass(screen, f)
	x, y, w, h := f.GetInnerRect()
	a := f.app
	if text := f.warnings(); text != "" && h > 1 {
		put(screen, x, y, w, " "+text, a.theme.style(styleWarning))
		y++
	}
	wide := w >= wideStatus
	hidden, source := f.hidden(wide), f.source(wide)
	if wide && safe.Width(hidden)+safe.Width(source)+3 > w { // what matters first
		source = f.source(false)
	}
	style := a.theme.style(styleText)
	if f.message != "" {
		hidden, style = " "+f.message, a.theme.style(styleTitle)
	}
	state := a.theme.style(styleText)
	if s := a.news.latest; s != nil && s.State.Phase == model.Finished && !s.State.Complete() {
		state = a.theme.style(styleWarning)
	}
	if wide {
		right := min(safe.Width(safe.Text(source)), max(w-safe.Width(hidden)-3, w/3))
		put(screen, x, y, w-right-2, hidden, style)
		put(screen, x+w-right-1, y, right, source, state)
		y++
	} else {
		put(screen, x, y, w, hidden, style)
		if text := f.system(); text != "" {
			source += " · " + text
		}
		put(screen, x, y+1, w, " "+source, state)
		y += 2
	}
	f.drawKeys(screen, x, y, w)
}

func (f *foot) drawKeys(screen tcell.Screen, x, y, w int) {
	keys := footer(bindings, f.app.scope(), w-2)
	if f.line != nil {
		room := max(w-safe.Width(keys)-3, 10)
		f.input.SetRect(x+1, y, room, 1)
		f.input.Draw(screen)
		put(screen, x+1+room, y, w-room-2, " "+keys, f.app.theme.style(styleMuted))
		return
	}
	put(screen, x, y, w, " "+keys, f.app.theme.style(styleMuted))
}

// hidden says what the toggles hide, and what they show that is hidden at first.
func (f *foot) hidden(wide bool) string {
	a := f.app
	res := a.left.result
	if res == nil {
		return ""
	}
	var parts []string
	for i, n := range res.Hidden {
		if n > 0 {
			parts = append(parts, report.Thousands(n)+" "+model.ReasonNames[i])
		}
	}
	if text := f.system(); wide && text != "" {
		parts = append(parts, text)
	}
	text := " hidden: " + strings.Join(parts, " · ")
	if len(parts) == 0 {
		text = " no row is hidden"
	}
	if on := a.show.reasons & res.Query.Type.Toggles; on != 0 {
		text += " · shown: " + strings.ReplaceAll(on.String(), "+", ", ")
	}
	return text
}

// system counts the system mailboxes that are left out.
func (f *foot) system() string {
	res := f.app.left.result
	if res == nil || res.System == 0 || f.app.show.system {
		return ""
	}
	return report.Thousands(res.System) + " system mailboxes"
}

// source says where all of this is from and how far it was read. Where there
// may be no room for all of it the state comes first.
func (f *foot) source(room bool) string {
	n := f.app.news
	if n.latest == nil {
		return ""
	}
	s := &n.latest.State
	from, state := []string{s.Source}, []string{}
	if s.Server != "" && !strings.Contains(s.Source, s.Server) {
		from = append(from, s.Server)
	}
	if v := n.latest.Exchange(); v != "" && room {
		from = append(from, v)
	} else if v != "" { // the longest comes last
		from = append([]string{v}, from...)
	}
	if n.base != n.latest && s.Phase != model.Finished {
		state = append(state, "reading again")
	}
	state = append(state, report.Doing(s, n.now()))
	if n.gaps != "" {
		state = append(state, n.gaps)
	}
	if text := n.problemCount(); text != "" {
		state = append(state, text)
	}
	if room {
		return strings.Join(append(from, state...), " · ")
	}
	return strings.Join(append(state, from...), " · ")
}
