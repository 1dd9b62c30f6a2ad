package ui

import (
	"context"
	"slices"
	"time"

	"github.com/gdamore/tcell/v2"

	"mbxperm/ui/keys"
	"mbxperm/ui/term"
)

// Keys are about what the screen will show, for whoever knows the way does not
// wait for it. So those that come while that is still being worked out are held
// back, and act in their order once it is there. On what was shown before, E
// would write the wrong lines.

// mostHeld bounds the keys that are held: more of them nobody typed.
const mostHeld = 200

// awaited is what a key has asked for and all keys after it are about: a place
// that is looked up, a page. One is worked out at a time.
type awaited struct {
	text string // what is being done
	ctx  context.Context
	stop context.CancelFunc
	at   time.Time // when it was asked for
	said string    // in the line of messages
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
	if text == a.foot.message || a.foot.message != "" && a.foot.message != w.said {
		return false
	}
	w.said = text
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
		a.pending.held = append(a.pending.held, ev)
	}
	if a.pending.awaited == nil {
		if what == "" {
			what = a.waitsFor(a.pending.held[0])
		}
		a.foot.say(a.waitText(what))
		return true
	}
	a.foot.message = ""
	a.sayAwaited()
	return true
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
	if len(a.pending.held) == 0 || a.foot.line != nil || a.form != nil || a.waitsFor(a.pending.held[0]) != "" {
		return false
	}
	held := a.pending.held
	a.pending.held = nil
	for i, ev := range held {
		if a.foot.line == nil && a.waitsFor(ev) != "" {
			a.pending.held = append(a.pending.held, held[i:]...)
			break
		}
		a.press(ev)
	}
	return true
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
