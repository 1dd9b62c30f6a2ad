package ui

import (
	"slices"

	"mbxperm/model/view"
	"mbxperm/ui/safe"
	"mbxperm/ui/widget"
)

// marks are the lines and rows that the user has marked, by the grid that they are
// marked in. They are named by what they are, so that they stay marked in whatever
// order, under whatever filter, and after F5.
type marks map[markedIn]map[any]bool

// markedIn says which grid: the lines of an object type, or the rows of one line, or
// of all lines.
type markedIn struct {
	typ            *view.ObjectType
	rows, verdicts bool
	of             view.LineKey
}

func gridOf(res *view.Result) markedIn {
	q := &res.Query
	return markedIn{q.Type, q.Rows, q.Verdicts(), q.Of}
}

// marked are the places of what is marked among the lines or rows of an answer.
func (m marks) marked(res *view.Result) (places []int) {
	if res == nil {
		return nil
	}
	for key := range m[gridOf(res)] {
		at := -1
		if line, ok := key.(view.LineKey); ok {
			at = res.Find(line)
		} else {
			at = res.FindRow(key)
		}
		if at >= 0 {
			places = append(places, at)
		}
	}
	slices.Sort(places)
	return slices.Compact(places)
}

// markHere marks the line of the cursor, or takes its mark away, and goes on to the
// next one.
func (a *app) markHere() {
	g, _ := a.grid()
	row, _ := g.Selected()
	a.mark(g, row)
	g.Choose(row + 1)
}

// markAt does that for a row of one of the grids whose place for a mark was clicked.
func (a *app) markAt(g *widget.Grid, row int) {
	a.foot.message = ""
	g.Choose(row)
	a.mark(g, row)
}

// mark marks a row of one of the grids, or takes its mark away.
func (a *app) mark(g *widget.Grid, row int) {
	res := a.shown(g)
	if res == nil || row >= g.Rows().Len() {
		return
	}
	if a.marks == nil {
		a.marks = marks{}
	}
	in, key := gridOf(res), g.Rows().Key(row)
	if a.marks[in] == nil {
		a.marks[in] = map[any]bool{}
	}
	if a.marks[in][key] {
		delete(a.marks[in], key)
	} else {
		a.marks[in][key] = true
	}
	a.countMarks(g)
	if n := len(a.marks[in]); n > 0 {
		a.foot.say(safe.Thousands(n) + " marked: E and C take them, Esc takes the marks away")
	} else {
		a.foot.say("nothing is marked any more")
	}
}

// countMarks has the title of a grid say how much of it is marked.
func (a *app) countMarks(g *widget.Grid) {
	res := a.shown(g)
	if res == nil {
		return
	}
	note, shown, all := "", len(a.marks.marked(res)), len(a.marks[gridOf(res)])
	switch {
	case shown > 0 && shown < all:
		note = safe.Thousands(shown) + " of " + safe.Thousands(all) + " marked"
	case all > 0 && shown < all:
		note = "none of " + safe.Thousands(all) + " marked"
	case all > 0:
		note = safe.Thousands(all) + " marked"
	}
	if g == a.left.Grid {
		a.left.marked = note
		a.left.setLate(a.left.late)
	} else {
		a.right.marked = note
	}
}

// isMarked reports whether the row of a grid with this key is marked.
func (a *app) isMarked(g *widget.Grid, key any) bool {
	res := a.shown(g)
	return res != nil && a.marks[gridOf(res)][key]
}

// unmark takes the marks of the grid in use away; it reports whether it had any.
func (a *app) unmark() bool {
	g, _ := a.grid()
	res := a.shown(g)
	if res == nil || len(a.marks[gridOf(res)]) == 0 {
		return false
	}
	delete(a.marks, gridOf(res))
	a.countMarks(g)
	a.foot.say("nothing is marked any more")
	return true
}

func (a *app) whyNoMark() string {
	g, _ := a.grid()
	if a.shown(g) == nil {
		return "lines are marked in the two grids"
	}
	if _, ok := g.Selected(); !ok {
		return "there is no line to mark"
	}
	return ""
}
