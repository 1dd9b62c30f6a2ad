package ui

import (
	"slices"
	"strings"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"mbxperm/model/view"
	"mbxperm/ui/safe"
	"mbxperm/ui/widget"
)

// pane is one of the two grids.
type pane int

const (
	leftPane pane = iota
	rightPane
)

// location is where the user is: all it takes to come back.
type location struct {
	typ       *view.ObjectType
	aces      int          // number of the ACE type
	of        view.LineKey // whose rows the right grid shows
	effective bool         // with those that are held through groups
	expand    bool         // verdicts: nothing is drawn together
	pinned    bool         // of was gone to; the cursor of the left grid may be elsewhere
	focus     pane
	line      view.LineKey // the cursor of the left grid
	sides     [2]side      // by pane
	ordering  ordering     // of the left grid
	changes   *changes     // the view that was left for here; back opens it again
}

// side is one grid of a place.
type side struct {
	filter string
	find   string // the words that n and N look for
	sort   int
	spot   widget.Spot
	result *view.Result // what it showed: shown again at once if it still holds
}

const longestTrail = 50

// push remembers where the user is.
func (a *app) push() {
	a.pending.row = nil
	p := a.here
	p.line, _ = a.left.key()
	p.sides[leftPane].spot, p.sides[leftPane].result = a.left.Spot(), a.left.result
	p.sides[rightPane].spot, p.sides[rightPane].result = a.right.Spot(), a.right.result
	if n := len(a.trail); n > 0 && sameLocation(&a.trail[n-1], &p) {
		a.trail[n-1] = p
		return
	}
	if len(a.trail) == longestTrail {
		a.trail = a.trail[1:]
	}
	a.trail = append(a.trail, p)
}

func sameLocation(p, q *location) bool {
	return p.typ == q.typ && p.aces == q.aces && p.of == q.of && p.effective == q.effective && p.expand == q.expand && p.focus == q.focus &&
		p.sides[0].filter == q.sides[0].filter && p.sides[1].filter == q.sides[1].filter
}

// back returns to the place before.
func (a *app) back() {
	n := len(a.trail)
	if n == 0 {
		a.focus(a.left)
		return
	}
	a.pending.row = nil
	a.here = a.trail[n-1]
	a.trail = a.trail[:n-1]
	a.head.set(a.here.typ, a.here.aces)
	a.pending.rest++
	a.pending.swapping = true
	defer func() { a.pending.swapping = false }()
	left, right := &a.here.sides[leftPane], &a.here.sides[rightPane]
	pinned := a.here.pinned
	a.here.pinned = true // no move of the cursor is the user's here
	if holds(left.result, a.leftQuery()) {
		a.pending.left.drop()
		a.left.show(left.result)
		a.countMarks(a.left.Grid)
		a.left.Put(left.spot)
	} else {
		a.pending.goTo = &left.spot
		a.askLeft()
	}
	if holds(right.result, a.rightQuery()) {
		a.pending.right.drop()
		a.right.show(right.result)
		a.countMarks(a.right.Grid)
		a.right.Put(right.spot)
	} else {
		a.askRight()
	}
	a.here.pinned = pinned
	if a.here.focus == leftPane {
		a.focus(a.left)
	} else {
		a.focus(a.right)
	}
	if v := a.here.changes; v != nil {
		a.here.changes = nil
		a.showChanges(v)
	}
}

// holds reports whether an answer is one to this question. It may be older
// than the newest snapshot: then the next look brings it up to date.
func holds(res *view.Result, q view.Query) bool {
	if res == nil || res.Meanwhile {
		return false
	}
	p := &res.Query
	return p.Type == q.Type && p.Show == q.Show && p.Only == q.Only && p.Lines == q.Lines && p.System == q.System && p.Split == q.Split && p.Filter == q.Filter && p.Sort == q.Sort &&
		p.Arrival == q.Arrival && p.Rows == q.Rows && p.Of == q.Of && p.ACEs == q.ACEs && p.Effective == q.Effective && p.Expand == q.Expand
}

func (a *app) whyNoBack() string {
	if len(a.trail) == 0 && a.here.focus == leftPane {
		return "this is where you started"
	}
	return ""
}

func (a *app) whyNoDrill() string {
	if _, ok := a.left.key(); !ok {
		return "there is no line to show the ACEs of"
	}
	return ""
}

// drill goes into the rows of the line that the cursor is on.
func (a *app) drill() {
	if why := a.whyNoDrill(); why != "" { // the button asks nobody before
		a.foot.say(why)
		return
	}
	key, _ := a.left.key()
	if !a.here.pinned && key != a.here.of { // the right grid was about to follow: so it does when one comes back
		a.goOn(key)
	}
	a.push()
	a.here.pinned = false
	a.pending.rest++
	if key != a.here.of {
		a.goOn(key)
	}
	a.focus(a.right)
	if a.here.acesType().AllLines() {
		a.goToFirst(key)
		return
	}
	if q := a.rightQuery(); q.ACEs.Direction() != "forward" && !a.here.effective && a.indirect() {
		a.foot.say("it holds rights through groups or stores too: e shows those of groups; a, Reverse-Effective shows what all comes to")
	}
}

// goToFirst puts the cursor of the right grid, which has the rows of all lines, on the
// first one of a line.
func (a *app) goToFirst(key view.LineKey) {
	if res := a.right.result; res != nil && res.Query.AllLines() {
		if row := res.FirstOn(key); row >= 0 {
			a.right.Choose(row)
		} else {
			a.foot.say("none of all these rows is on " + lineName(res.Snapshot, key, "forward"))
		}
	}
}

// indirect reports whether the line of the cursor carries the mark g.
func (a *app) indirect() bool {
	row, ok := a.left.Selected()
	if !ok || a.left.result == nil {
		return false
	}
	line := a.left.result.Line(row)
	for _, c := range line.Totals.Reverse {
		if c.Indirect {
			return true
		}
	}
	return false
}

func (a *app) whyNoPivot() string {
	if _, ok := a.right.Selected(); !ok {
		return "there is no row to go on from"
	}
	return ""
}

// pivotHere is pivot from the row that the cursor is on.
func (a *app) pivotHere() {
	if row, ok := a.right.Selected(); ok {
		a.pivot(row)
	}
}

// pivot goes from a row to the other one it is about: from a target's row to
// all that its trustee can reach, from a trustee's row to its target.
func (a *app) pivot(i int) {
	res := a.right.result
	if res == nil || i < 0 || i >= res.Len() {
		return
	}
	direction := res.Query.ACEs.Direction()
	forward := direction == "forward" || direction != "reverse" && res.IsOwn(i)
	key := res.TargetKey(i)
	if forward {
		key = res.TrusteeKey(i)
	}
	if key.IsZero() {
		a.foot.say("this row stands for many: * shows each of them")
		return
	}
	typ := view.TypeOf(res.Snapshot, key)
	if res.IsRole(i) && !res.Query.Roles() { // beside entries: to the others of whoever has it
		typ = view.Roles
	}
	a.push()
	a.goTo(typ, key, forward)
}

// goTo shows the rows of a line, in reverse or forward, and puts the cursor of
// the left grid on it if it is there.
func (a *app) goTo(typ *view.ObjectType, key view.LineKey, reverse bool) {
	ace := a.here.typ.ACEs[a.here.aces]
	p := a.newLocation(typ)
	p.of, p.line, p.pinned, p.focus = key, key, true, rightPane
	p.aces = entrance(typ, ace, reverse)
	if typ.ACEs[p.aces].Verdicts() {
		p.sides[rightPane].sort, p.expand = a.keptSort(typ, rightPane, true), a.here.expand
	}
	same := typ == a.here.typ
	if same {
		p.sides[leftPane].sort = a.here.sides[leftPane].sort
	}
	a.here = p
	a.pending.rest++
	a.head.set(p.typ, p.aces)
	s := widget.Spot{Key: key, OK: true, Down: -1}
	if same && holds(a.left.result, a.leftQuery()) {
		a.pending.swapping = true
		a.left.Put(s)
		a.pending.swapping = false
	} else {
		a.pending.goTo = &s
		a.askLeft()
	}
	a.askRight()
	a.focus(a.right)
}

// entrance picks the ACE type in which a line is shown after a pivot: the
// flip side of the one in use where it is of the same object type, else all.
func entrance(typ *view.ObjectType, used view.ACEType, reverse bool) int {
	want := "forward"
	if reverse {
		want = "reverse"
	}
	first := -1
	for i, t := range typ.ACEs {
		if t.Direction() != want {
			continue
		}
		if first < 0 {
			first = i
		}
		if f := typ.ACEs[t.Flip]; f == used && t != used {
			return i
		}
	}
	return max(first, 0)
}

// trailText names the places on the way here, as much as fits into w cells; safe to be shown.
func (a *app) trailText(w int) string {
	if len(a.trail) == 0 {
		return ""
	}
	var names []string
	for i := range a.trail {
		names = append(names, a.locationName(&a.trail[i]))
	}
	names = withoutRounds(append(names, a.locationName(&a.here)))
	if len(names) == 1 { // the same from elsewhere
		return ""
	}
	for {
		text := " " + strings.Join(names, " › ") + " "
		if safe.Width(text) <= w {
			return text
		}
		if len(names) <= 2 {
			return ""
		}
		names = append([]string{"…"}, names[2:]...)
	}
}

// withoutRounds leaves out the way from a place back to itself.
func withoutRounds(names []string) (out []string) {
	for _, name := range names {
		if at := slices.Index(out, name); at >= 0 {
			out = out[:at]
		}
		out = append(out, name)
	}
	return out
}

// acesType is the ACE type of the rows at a place. A line that is only a
// trustee has no rows of its own as a target: it shows what names it.
func (p *location) acesType() view.ACEType {
	t := p.typ.ACEs[p.aces]
	if t.Direction() == "forward" && !p.of.IsTarget() {
		t = p.typ.ACEs[t.Flip]
	}
	return t
}

func (a *app) locationName(p *location) string {
	if p.changes != nil {
		return "changes"
	}
	if p.focus == leftPane || a.reading.base == nil {
		return p.typ.Plural
	}
	if p.acesType().AllLines() {
		return p.typ.Plural + " " + allLines
	}
	direction := p.acesType().Direction()
	if p.typ.Doors() { // which are read both ways
		return widget.Shorten(lineName(a.reading.base, p.of, direction))
	}
	return widget.Shorten(lineName(a.reading.base, p.of, direction)) + " " + direction
}

// drawTrail writes the trail on the lower border of the right grid.
func (a *app) drawTrail(screen tcell.Screen, x, y, w, h int) (int, int, int, int) {
	if text := a.trailText(w - 4); text != "" && h > 1 {
		widget.PutSafe(screen, x+2, y+h-1, safe.Width(text), text, a.theme.Style(widget.StyleMuted))
	}
	return x + 1, y + 1, w - 2, h - 2
}

// focus gives the keyboard to a widget.
func (a *app) focus(p tview.Primitive) { a.tv.SetFocus(p) }

// focused is told that a grid got the keyboard.
func (a *app) focused(p pane) {
	a.here.focus = p
	a.root.arrange()
}
