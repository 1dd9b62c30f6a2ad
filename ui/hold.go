package ui

import (
	"context"
	"slices"
	"time"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"mbxperm/ui/keys"
	"mbxperm/ui/term"
)

// Keys are about what the screen will show, for whoever knows the way does not
// wait for it. So those that come while that is still being worked out are held
// back, and act in their order once it is there. On what was shown before, E
// would write the wrong lines.

// A click is about what the screen shows, so it cannot wait: it would come upon
// another line. It is not acted on, and that is said.

// mostHeld bounds the keys that are held: more of them nobody typed.
const mostHeld = 200

// heldInput is a key that is held back, or a text that was pasted.
type heldInput struct {
	key  *tcell.EventKey // nil for a text
	text string
}

// awaited is what a key has asked for and all keys after it are about: a place
// that is looked up, a page. One is worked out at a time.
type awaited struct {
	text string // what is being done
	ctx  context.Context
	stop context.CancelFunc
	at   time.Time // when it was asked for
	said string    // in the line of messages

	refused bool // said is that a click does not act, which stands until a key comes
}

// inBackground works something out beside the screen and then does what comes of
// it, unless something else was asked for meanwhile, or it was given up. A line
// that is typed by then stays. text says what is being done: it is read where
// that takes a while.
func (a *app) inBackground(text string, work func(w *awaited) (then func())) {
	if w := a.pending.awaited; w != nil {
		w.stop()
	}
	w := &awaited{text: text, at: a.reading.now()}
	w.ctx, w.stop = context.WithCancel(a.ctx)
	a.pending.awaited = w
	a.pending.waiting++
	go func() {
		defer term.Guard(a.screen)
		defer w.stop()
		then := work(w)
		a.update(func() bool {
			a.pending.waiting--
			if a.pending.awaited != w {
				return false
			}
			a.pending.awaited = nil
			a.unsay(w)
			l, typed := a.foot.line, a.foot.input.GetText()
			then()
			if l != nil && a.foot.line == nil && a.root.top() == nil { // who types on does not type for the grid
				a.openLine(l, typed)
			}
			return true
		})
	}()
}

// unsay takes back what was said of something that is there now.
func (a *app) unsay(w *awaited) {
	if w.said != "" && a.foot.message == w.said {
		a.foot.message = ""
	}
}

// sayAwaited says what is waited for where that takes a while, or where keys
// wait. It reports whether that is news.
func (a *app) sayAwaited() bool {
	w := a.pending.awaited
	if w == nil || len(a.pending.held) == 0 && a.reading.now().Sub(w.at) <= 3*lookEvery {
		return false
	}
	text := a.waitText(w.text)
	if text == a.foot.message || a.foot.message != "" && (w.refused || a.foot.message != w.said) {
		return false
	}
	w.said, w.refused = text, false
	a.foot.say(text)
	return true
}

func (a *app) waitText(what string) string {
	switch n := len(a.pending.held); n {
	case 0:
		return what + " … Esc gives up"
	case 1:
		return "1 key waits: " + what + " … Esc gives up"
	default:
		return counted(n, "key") + " wait: " + what + " … Esc gives up"
	}
}

// hold keeps a key back if what it is about is not there yet. Ctrl-C always acts,
// and Esc lets go of the keys and of what they wait for.
func (a *app) hold(ev *tcell.EventKey) bool {
	if ev.Key() == tcell.KeyCtrlC || a.foot.line != nil || a.form != nil {
		return false
	}
	what := a.waitsFor(ev)
	held := len(a.pending.held)
	switch {
	case what == "" && held == 0:
		return false
	case ev.Key() == tcell.KeyEscape:
		a.giveUp()
		return true
	case held < mostHeld:
		a.pending.held = append(a.pending.held, heldInput{key: ev})
	}
	a.sayHeld(what)
	return true
}

// sayHeld says that keys wait, and for what: where that is not given, the first of them
// says it.
func (a *app) sayHeld(what string) {
	if a.pending.awaited != nil {
		a.foot.message = ""
		a.sayAwaited()
		return
	}
	if what == "" {
		what = a.inputWaitsFor(a.pending.held[0])
	}
	a.foot.say(a.waitText(what))
}

// giveUp lets go of the keys that are held, and of what they wait for.
func (a *app) giveUp() {
	a.pending.held = nil
	w := a.pending.awaited
	if w == nil {
		a.foot.say("the keys that waited are forgotten")
		return
	}
	w.stop()
	a.pending.awaited = nil
	a.foot.say("given up: " + w.text)
}

// sayNot says why nothing came of what was waited for.
func (a *app) sayNot(why string) {
	a.foot.say(why)
	a.forgetHeld()
}

// forgetHeld lets go of the keys that wait for a place where none has come: they
// are about that place, and not about the one that is shown. It says so after
// what is said.
func (a *app) forgetHeld() {
	if n := len(a.pending.held); n > 0 {
		a.pending.held = nil
		a.foot.add(counted(n, "key") + " not acted on")
	}
}

// letIn has the keys act that need not wait any more, and reports whether there
// was one.
func (a *app) letIn() bool {
	if len(a.pending.held) == 0 || a.foot.line != nil || a.form != nil || a.inputWaitsFor(a.pending.held[0]) != "" {
		return false
	}
	held := a.pending.held
	a.pending.held = nil
	for i, in := range held {
		if a.foot.line == nil && a.inputWaitsFor(in) != "" {
			a.pending.held = append(a.pending.held, held[i:]...)
			break
		}
		if in.key != nil {
			a.press(in.key)
		} else {
			a.paste(in.text)
		}
	}
	return true
}

// holdPaste keeps a text back that was pasted behind keys that wait, or while
// something is worked out: a key among them may open the line that it is meant for.
func (a *app) holdPaste(text string) bool {
	if a.foot.line != nil || a.form != nil || !a.waits() {
		return false
	}
	if len(a.pending.held) < mostHeld {
		a.pending.held = append(a.pending.held, heldInput{text: text})
	}
	a.sayHeld("")
	return true
}

// refuseClick keeps a click from what is shown while keys wait for something else.
func (a *app) refuseClick(action tview.MouseAction) bool {
	if a.foot.line != nil || a.form != nil || !a.waits() {
		return false
	}
	switch action {
	case tview.MouseMove, tview.MouseScrollUp, tview.MouseScrollDown, tview.MouseScrollLeft, tview.MouseScrollRight:
		return false
	case tview.MouseLeftDown, tview.MouseMiddleDown, tview.MouseRightDown:
		text := "no click acts before the keys that wait … Esc gives up"
		if w := a.pending.awaited; w != nil {
			text = "no click acts yet: " + w.text + " … Esc gives up"
			w.said, w.refused = text, true
		}
		a.foot.say(text)
	}
	return true
}

// waits reports whether keys are held, or the next one would be whatever it is.
func (a *app) waits() bool { return a.pending.awaited != nil || len(a.pending.held) > 0 }

// inputWaitsFor is [app.waitsFor] of whatever is held.
func (a *app) inputWaitsFor(in heldInput) string {
	switch {
	case in.key != nil:
		return a.waitsFor(in.key)
	case a.pending.awaited != nil:
		return a.pending.awaited.text
	}
	return ""
}

// waitsFor says what a key has to wait for, "" for nothing: for what is awaited,
// and if it is about lines, for those of the grid in use.
func (a *app) waitsFor(ev *tcell.EventKey) string {
	if w := a.pending.awaited; w != nil {
		return w.text
	}
	s := a.scope()
	if !slices.Contains(s.Within(), keys.ScopeGrid) {
		return ""
	}
	b := keys.Lookup(bindings, s, ev)
	if b == nil {
		return ""
	}
	other, behind := a.behind()
	ofLine := b.About == keys.OfLine || b.Do == nil // which moves the cursor
	if b.Do != nil && ofLine && a.linesToCome() {
		return "there is no line yet"
	}
	if ofLine && other || b.About == keys.OfGrid && behind {
		return "the lines are being worked out"
	}
	return ""
}

// linesToCome reports whether the left grid is in use and has no line, and what is
// still read, or was read since, may bring it some.
func (a *app) linesToCome() bool {
	res, n := a.left.result, a.reading
	return a.here.focus == leftPane && len(a.root.over) == 0 && res != nil && res.Len() == 0 && n.base != nil && (n.running() || res.Snapshot != n.base)
}

// behind reports whether the grid in use shows something else than what was asked
// for: other lines, or at least another order. What a source that is still read
// adds to it is not waited for.
func (a *app) behind() (other, behind bool) {
	if v := a.changes(); v != nil {
		return v.got != v.asked, v.got != v.asked
	}
	w, res, q := a.pending.left, a.left.result, a.leftQuery()
	if a.here.focus == rightPane {
		w, res, q = a.pending.right, a.right.result, a.rightQuery()
	}
	if !w.busy() || holds(res, q) {
		return false, false
	}
	if res == nil {
		return true, true
	}
	q.Sort, q.Arrival = res.Query.Sort, res.Query.Arrival
	return !holds(res, q), true
}
