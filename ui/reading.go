package ui

import (
	"context"
	"fmt"
	"strings"
	"time"

	"mbxperm/model"
	"mbxperm/model/change"
	"mbxperm/model/coverage"
	"mbxperm/model/view"
	"mbxperm/ui/safe"
	"mbxperm/ui/term"
)

// reading is what the driver has told.
type reading struct {
	now       func() time.Time
	many      uint32          // manyRecipients, but for tests
	latest    *model.Snapshot // the newest
	came      time.Time       // when it came
	opening   bool            // the source is being opened again; what was read stays meanwhile
	silent    int             // seconds that nothing has come since then, where they are worth a word
	base      *model.Snapshot // the one the grids show, or will
	gaps      [2]string       // what is missing from base, in numbers and as their sum; once it is finished
	announced *model.Recording
	asked     *line           // in which a question is answered; nil before the first
	askedFor  *model.Question // that question
	answered  *model.Question // the one that was answered last, or given up
	counting  int             // how many times that is being found out

	since         *model.Snapshot // what is compared with, for as long as the program runs; nil for the reading before
	before        *model.Snapshot // the reading before base, if there is one
	force         bool            // also where these are two forests
	comparing     bool
	stopComparing context.CancelFunc
	compared      *change.Comparison // with base; nil where there is none yet
	counts        change.Counts
}

// running reports whether base still grows.
func (n *reading) running() bool { return n.base != nil && n.base.State.Phase != model.Finished }

// failed reports whether a snapshot came to its end with nothing in it because
// the source failed.
func failed(s *model.Snapshot) bool {
	return s.State.Phase == model.Finished && s.State.Err != nil && s.Empty()
}

// stopped reports whether somebody stopped reading again what had been read to
// where there is more of it: that then stays on the screen.
func stopped(old, latest *model.Snapshot) bool {
	return latest.State.Cancelled() && latest.State.Entries < old.State.Entries
}

// told is what the status line tells of: what is being read, or else what is on
// the screen.
func (n *reading) told() *model.Snapshot {
	if n.base != nil && n.base != n.latest && n.latest.State.Phase == model.Finished && stopped(n.base, n.latest) {
		return n.base
	}
	return n.latest
}

// state is that of what the status line tells of.
func (n *reading) state() *model.State { return &n.told().State }

// whole reports whether the status line tells of a source that was read to its
// end, and of all domains of its forest.
func (n *reading) whole() bool {
	names, _ := coverage.UnreadDomains(n.told())
	return n.state().Complete() && len(names) == 0
}

// look looks at the driver; it reports whether anything on the screen changes.
func (a *app) look() bool {
	n := a.reading
	changed := false
	if snap := a.driver.Snapshot(); snap != nil && snap != n.latest {
		n.opening = n.opening && stillOpening(n.latest, snap)
		n.latest, n.came = snap, time.Now()
		a.adopt()
		a.opened()
		changed = true
		if text := n.recorded(); text != "" {
			a.foot.say(text)
		}
		if a.form != nil && a.form.news(snap) {
			a.closeConnect()
		}
		a.root.renew()
	}
	if s := n.silence(); s != n.silent {
		n.silent = s
		changed = true
	}
	if a.question() {
		changed = true
	}
	if a.sayAwaited() {
		changed = true
	}
	a.refresh()
	changed = a.tellEffects() || changed
	if late := a.late(); late != a.left.late {
		a.left.setLate(late)
		changed = true
	}
	if late := a.lateRight(); late != a.right.late {
		a.right.late = late
		changed = true
	}
	return changed
}

// stillOpening reports whether a snapshot says nothing of a source that is being
// opened again, but what that asks for: it is of the reading before, and has no
// other problem than that.
func stillOpening(before, now *model.Snapshot) bool {
	return before != nil && sameReading(before, now) && len(before.State.Problems) == len(now.State.Problems)
}

// silence is for how many seconds a source that is read has said nothing; 0 for
// the first ten. It is a matter of the clock on the wall.
func (n *reading) silence() int {
	if n.latest == nil || n.latest.State.Phase == model.Finished {
		return 0
	}
	if s := int(time.Since(n.came).Seconds()); s >= 10 {
		return s
	}
	return 0
}

// late says that the left grid shows something else than what the user asked
// for, if it does and has been waiting for a while: with how far the answer is.
func (a *app) late() string {
	res := a.left.result
	switch {
	case res != nil && a.ordered() && !a.pending.left.busy() && holds(res, a.leftQuery()):
		return a.orderText()
	case res == nil || !a.pending.left.busy() || holds(res, a.leftQuery()):
		return ""
	case a.reading.now().Sub(a.pending.at) <= 3*lookEvery:
		if res.Meanwhile {
			return working
		}
		return ""
	}
	return a.pending.left.working()
}

// lateRight says the same of the right grid.
func (a *app) lateRight() string {
	if !a.pending.right.busy() || a.reading.now().Sub(a.pending.rightAt) <= 3*lookEvery || a.right.result != nil && holds(a.right.result, a.rightQuery()) {
		return ""
	}
	return a.pending.right.working()
}

// adopt makes the newest snapshot the one the grids show. While the source is
// read again they keep what was read before: lines that vanish and come back
// one by one help nobody.
func (a *app) adopt() {
	n := a.reading
	old := n.base
	switch {
	case old != nil && old.State.Phase == model.Finished && old.State.Started.Equal(n.latest.State.Started):
		n.base = n.latest
		if p := n.latest.State.Problems; len(p) > len(old.State.Problems) { // reading it again failed
			a.foot.say(p[len(p)-1].Text)
		}
	case old == nil, old.State.Started.Equal(n.latest.State.Started), failed(old):
		n.base = n.latest
	case n.latest.State.Phase == model.Finished && !failed(n.latest) && !stopped(old, n.latest):
		n.base, n.before = n.latest, old
		a.carry()
	}
	if n.base != old {
		a.forget(n.base)
		n.gaps = [2]string{}
		if !n.running() {
			a.prepare(n.base)
			a.count()
			a.compare()
			a.whatIfsAnew()
			a.seek()
		}
	}
	a.root.dismissed = false
	a.root.notice = a.notice()
}

// prepare works out what the grids will need of a snapshot, away from the
// screen's goroutine, so that the first pivot does not wait.
func (a *app) prepare(base *model.Snapshot) {
	go func() {
		defer term.Guard(a.screen)
		view.Prepare(base)
	}()
}

// forget drops the answers on the trail that are of other snapshots: each holds
// all that was worked out for its own.
func (a *app) forget(base *model.Snapshot) {
	for i := range a.trail {
		for k := range a.trail[i].sides {
			if res := a.trail[i].sides[k].result; res != nil && res.Snapshot != base {
				a.trail[i].sides[k].result = nil
			}
		}
	}
}

// refresh has the grids worked out anew if they are behind: at most once a
// second while rows arrive, and never while that is being done.
func (a *app) refresh() {
	n := a.reading
	if n.base == nil {
		return
	}
	due := !n.running() || a.left.result == nil || a.left.result.Len() == 0 || n.now().Sub(a.pending.at) >= refreshEvery && a.outgrown(a.left.result)
	if due && !a.ordered() && !a.pending.left.busy() && (a.left.result == nil || a.left.result.Snapshot != n.base) {
		a.askLeft()
		if !a.here.of.IsZero() && !a.pending.right.busy() {
			a.askRight()
		}
	} else if !n.running() && !a.pending.right.busy() && a.right.result != nil && a.right.result.Snapshot != n.base {
		a.askRight()
	}
}

// manyRecipients is from how many recipients on the screen on another answer waits
// until there is half as much again. What an answer takes, in time and in memory
// beside the one on the screen, grows with what was read: so all of them together
// take no more than twice what the last one does.
const manyRecipients = 200_000

// outgrown reports whether enough was read since an answer for another one.
func (a *app) outgrown(res *view.Result) bool {
	shown, read := res.Snapshot.Recipients.Len(), a.reading.base.Recipients.Len()
	return !res.Query.Type.HasTrustees() || shown < a.reading.many || read >= shown+shown/2
}

// generation is the snapshot that the right grid is about: while the source is read that
// of the lines on its left, so that the two go together.
func (a *app) generation() *model.Snapshot {
	n := a.reading
	if res := a.left.result; n.running() && res != nil && !a.pending.left.busy() && sameReading(res.Snapshot, n.base) {
		return res.Snapshot
	}
	return n.base
}

// count finds out what is missing from base, away from the screen's goroutine.
func (a *app) count() {
	base := a.reading.base
	a.reading.counting++
	go func() {
		defer term.Guard(a.screen)
		text := gaps(base)
		a.update(func() bool {
			a.reading.counting--
			if a.reading.base != base {
				return false
			}
			a.reading.gaps = text
			a.root.renew() // an open list of errors has its table now
			return true
		})
	}()
}

// gaps says in numbers what is missing from a finished snapshot, and how many
// that are where there is no room for each.
func gaps(s *model.Snapshot) [2]string {
	var unreadable, unknown, undecodable int
	for _, c := range coverage.Of(s) {
		unreadable += c.Unreadable
		unknown += c.Unknown
		undecodable += c.Undecodable
	}
	var parts []string
	for _, p := range []struct {
		n    int
		what string
	}{
		{unreadable, "unreadable"}, {unknown, "unknown"}, {undecodable, "undecodable"},
	} {
		if p.n > 0 {
			parts = append(parts, safe.Thousands(p.n)+" "+p.what)
		}
	}
	sum := ""
	if n := unreadable + unknown + undecodable; n > 0 {
		sum = safe.Thousands(n) + " unread"
	}
	return [2]string{strings.Join(parts, between), sum}
}

// notice is said in the middle of the screen instead of an empty grid.
func (a *app) notice() string {
	s := a.reading.latest
	if s == nil || !failed(s) || a.root.dismissed {
		return ""
	}
	text := fmt.Sprintf("Nothing was read from %s:\n\n%v\n\nF5 reads again · w connects elsewhere · q leaves", s.State.Source, s.State.Err)
	if a.reading.base != s {
		text += " · Esc shows what was read before"
	}
	return text
}

// carry forgets what the places name that the state on the screen does not have.
func (a *app) carry() {
	move := func(p *location) {
		for _, key := range [...]*view.LineKey{&p.of, &p.line} {
			if !view.Has(a.reading.base, *key) {
				*key = view.LineKey{}
			}
		}
		for i := range p.sides {
			p.sides[i].result = nil
		}
		if row := &p.sides[rightPane].spot; row.OK {
			row.OK = view.HasRow(a.reading.base, row.Key)
		}
		p.sides[leftPane].spot.Key, p.sides[leftPane].spot.OK = p.line, !p.line.IsZero()
	}
	for i := range a.trail {
		move(&a.trail[i])
	}
	a.here.sides[leftPane].spot, a.here.sides[rightPane].spot = a.left.Spot(), a.right.Spot()
	a.here.line, _ = a.left.key()
	move(&a.here)
	spot := a.here.sides[leftPane].spot
	a.pending.goTo = &spot
	a.right.clear()
	if row := a.here.sides[rightPane].spot; row.OK {
		a.pending.row = &row
	}
}
