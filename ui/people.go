package ui

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"mbxperm/model"
	"mbxperm/model/people"
	"mbxperm/model/verdict"
	"mbxperm/model/view"
	"mbxperm/ui/keys"
	"mbxperm/ui/report"
	"mbxperm/ui/safe"
	"mbxperm/ui/widget"
)

// peoplePage is the view of who gets into a mailbox, and of who is in a group: a tree
// over the grids, and below it what is known of the line that the cursor is on.
type peoplePage struct {
	*tview.Box
	theme  *widget.Theme
	grid   *widget.Grid
	detail *widget.Page

	side side
	tree *people.Tree
	open map[*people.Node]bool
	made map[*people.Node]people.List // what is below lazy nodes that were unfolded
	data *peopleData
}

// people returns the view if it lies above everything else.
func (a *app) people() *peoplePage {
	v, _ := a.root.top().(*peoplePage)
	return v
}

// peopleOf is the line whose people p shows: that of the left grid; in the right one the
// line whose rows these are, or, where that has no people, what its row is on, or for.
func (a *app) peopleOf() (s *model.Snapshot, k view.LineKey) {
	g, _ := a.grid()
	res := a.shown(g)
	if res == nil {
		return nil, k
	}
	row, ok := g.Selected()
	var lines []view.LineKey
	if res.Query.Rows {
		lines = append(lines, res.Query.Of)
		if ok {
			lines = append(lines, res.TargetKey(row), res.TrusteeKey(row))
		}
	} else if ok {
		lines = append(lines, res.Key(row))
	}
	for _, k := range lines {
		if people.Has(res.Snapshot, k) == "" {
			return res.Snapshot, k
		}
	}
	return res.Snapshot, append(lines, k)[0]
}

func (a *app) whyNoPeople() string {
	switch {
	case a.changes() != nil:
		return gridsOnly
	case a.reading.base == nil:
		return "nothing is read yet"
	case a.reading.running():
		return "not everything is read yet"
	}
	g, _ := a.grid()
	if _, ok := g.Selected(); !ok && (a.shown(g) == nil || !a.shown(g).Query.Rows) {
		return "there is no line to show the people of"
	}
	return ""
}

// openPeople shows who gets in. It is worked out beside the screen: what a group opens
// is asked of every mailbox.
func (a *app) openPeople() {
	s, k := a.peopleOf()
	if why := people.Has(s, k); why != "" { // said when it is asked for: the foot names p on every line
		a.foot.say(safe.Text(why))
		return
	}
	a.inBackground("working out who gets in", func(w *awaited) func() {
		tree, err := people.Of(w.ctx, s, k)
		return func() {
			if err != nil {
				return
			}
			v := newPeoplePage(a, tree)
			a.root.push(v)
			v.unfoldScreen(a.root.height - a.root.lines)
			v.refill()
			v.grid.Top()
			v.moved()
			a.focus(v.grid)
		}
	})
}

func newPeoplePage(a *app, tree *people.Tree) *peoplePage {
	v := &peoplePage{Box: tview.NewBox(), theme: a.theme, grid: widget.NewGrid(a.theme), tree: tree,
		open: map[*people.Node]bool{}, made: map[*people.Node]people.List{}}
	v.detail = widget.NewPage(a.theme, 0, widget.Sheet{Title: "Why", Text: widget.Still()})
	v.SetBorder(true).SetTitleAlign(tview.AlignLeft)
	v.grid.OnMove = v.moved
	v.grid.OnChoose = func(int) { a.choosePeople() }
	v.grid.Empty = "nobody gets in, as far as LDAP shows"
	return v
}

// closePeople goes back to the grids.
func (a *app) closePeople() {
	a.root.pop()
	g, _ := a.grid()
	a.focus(g)
}

// below is what is below a node, nothing for one that waits to be unfolded.
func (v *peoplePage) below(n *people.Node) people.List {
	if made, ok := v.made[n]; ok || n.Lazy() {
		return made
	}
	return people.ListOf(n.Below)
}

// waits reports whether what is below a node is not known yet.
func (v *peoplePage) waits(n *people.Node) bool {
	_, made := v.made[n]
	return n.Lazy() && !made
}

// unfoldScreen opens lines, from the top of the tree down, as long as there is room for
// what is below them. What Windows and set-up write stays folded, and the first part is
// open in any case.
func (v *peoplePage) unfoldScreen(height int) {
	room := v.gridHeight(height-2) - 1 - len(v.tree.Top)
	next := append([]*people.Node(nil), v.tree.Top...)
	for i := 0; i < len(next); i++ {
		n := next[i]
		if n.Lazy() || len(n.Below) == 0 || n.Preset || i > 0 && len(n.Below) > room {
			continue
		}
		v.open[n] = true
		room -= len(n.Below)
		next = append(next, n.Below...)
	}
}

// refill makes the lines anew.
func (v *peoplePage) refill() {
	v.data = &peopleData{v: v}
	v.data.add(people.ListOf(v.tree.Top), nil, 0)
	v.grid.Swap(v.data)
	v.moved()
}

// selected is the node that the cursor is on.
func (v *peoplePage) selected() *people.Node {
	if row, ok := v.grid.Selected(); ok && v.data != nil && row < len(v.data.lines) {
		return v.data.node(row)
	}
	return nil
}

// choosePeople unfolds or folds what is below the line, or goes to the line of the
// person in the grids.
func (a *app) choosePeople() {
	v := a.people()
	n := v.selected()
	switch {
	case n == nil:
	case n.Folds() && !v.open[n]:
		a.unfoldPeople()
	case n.Folds():
		v.open[n] = false
		v.refill()
	default:
		a.goToPeople(n)
	}
}

// goToPeople goes to the line of whom a leaf is about.
func (a *app) goToPeople(n *people.Node) {
	s := a.reading.base
	if n.Party == 0 {
		a.foot.say("this line is about nobody who has a line in the grids")
		return
	}
	for _, name := range []string{n.Who.DN, model.SIDText(n.Who.SID)} {
		if name == "" {
			continue
		}
		for _, k := range view.Named(s, name) {
			if view.Has(s, k) && view.TypeOf(s, k) != nil {
				a.closePeople()
				a.push()
				a.goTo(view.TypeOf(s, k), k, n.Kind != people.KindTarget)
				return
			}
		}
	}
	a.foot.say(safe.Text(n.Who.Name) + " has no line in the grids: nothing names it")
}

// unfoldPeople shows what is below the line. Of a group of very many it is made beside
// the screen.
func (a *app) unfoldPeople() {
	v := a.people()
	n := v.selected()
	switch {
	case n == nil || !n.Folds():
		a.foot.say("there is nothing below this line")
		return
	case v.waits(n):
		a.inBackground("unfolding", func(w *awaited) func() {
			below := n.Unfold(w.ctx)
			return func() {
				if a.people() == v {
					v.made[n], v.open[n] = below, true
					v.refill()
				}
			}
		})
		return
	}
	v.open[n] = true
	v.refill()
}

// foldPeople folds the line, or goes to the one that it is below.
func (a *app) foldPeople() {
	v := a.people()
	n := v.selected()
	if n == nil {
		return
	}
	if v.open[n] && n.Folds() {
		v.open[n] = false
		v.refill()
		return
	}
	if row, ok := v.grid.Selected(); ok {
		v.grid.Choose(v.data.above(row))
	}
}

// unfoldAllPeople opens every line below that of the cursor that is made already, or
// folds them all.
func (a *app) unfoldAllPeople() {
	v := a.people()
	n := v.selected()
	if n == nil || !n.Folds() {
		a.foot.say("there is nothing below this line")
		return
	}
	if v.waits(n) {
		a.unfoldPeople()
		return
	}
	v.setBelow(n, !v.open[n])
	v.refill()
}

func (v *peoplePage) setBelow(n *people.Node, open bool) {
	below := v.below(n)
	if below.Len() > 0 {
		v.open[n] = open
	}
	for i := range below.Len() {
		if x := below.Made(i); x != nil {
			v.setBelow(x, open)
		}
	}
}

// findPeople asks for a text and goes to the next line that holds it, folded or not.
func (a *app) findPeople() {
	v := a.people()
	a.openLine(&line{label: "find: ", scope: keys.ScopeCommand, leave: func() { a.focus(v.grid) }, enter: func(text string) {
		a.focus(v.grid)
		if v.side.find = strings.TrimSpace(text); v.side.find != "" {
			a.nextPeople(1)
		}
	}}, v.side.find)
}

func (a *app) nextPeopleFound() { a.nextPeople(1) }
func (a *app) lastPeopleFound() { a.nextPeople(-1) }

// nextPeople goes to the next line that holds the text of the last search, or the one
// before. What is above it is unfolded. It is looked for beside the screen: groups of
// very many are gone through too.
func (a *app) nextPeople(step int) {
	v := a.people()
	if v.side.find == "" {
		a.findPeople()
		return
	}
	var from peopleKey
	if row, ok := v.grid.Selected(); ok {
		from = v.data.lines[row].peopleKey
	}
	made, text := maps.Clone(v.made), v.side.find
	a.inBackground("looking for "+text, func(w *awaited) func() {
		way := findPeople(w.ctx, v.tree, made, view.Words(text), from, step)
		return func() {
			switch {
			case a.people() != v:
			case len(way) == 0:
				a.sayNot("nobody here matches " + text)
			default:
				v.reveal(way)
			}
		}
	})
}

// findPeople is the way to the first node behind a line that holds all words, or, with
// step -1, to the last before it; beyond the end it goes on at the other. It is empty
// where there is none.
func findPeople(ctx context.Context, tree *people.Tree, made map[*people.Node]people.List, words []view.Word, from peopleKey, step int) []people.Step {
	var first, before, after, last []people.Step
	passed := false
	tree.Walk(ctx, made, func(way []people.Step) bool {
		x := way[len(way)-1]
		here := peopleKey{x.Up, x.At} == from
		passed = passed || here
		if !view.MatchTexts(words, nodeName(x.Node), x.Node.How.String(), x.Node.Who.DN, model.SIDText(x.Node.Who.SID)) {
			return true
		}
		last = slices.Clone(way)
		if first == nil {
			first = last
		}
		switch {
		case !passed:
			before = last
		case !here:
			after = last
		}
		return step < 0 || after == nil
	})
	near, far := after, first
	if step < 0 {
		near, far = before, last
	}
	if near == nil {
		return far
	}
	return near
}

// reveal unfolds what is above a node, and goes to it.
func (v *peoplePage) reveal(way []people.Step) {
	end := len(way) - 1
	for _, up := range way[:end] {
		v.open[up.Node] = true
		if up.Node.Lazy() {
			v.made[up.Node] = up.Below
		}
	}
	v.refill()
	v.grid.Choose(v.data.Row(peopleKey{way[end].Up, way[end].At}))
}

// exportable is what E writes of the tree: its leaves, those of folded lines too.
func (v *peoplePage) exportable(version string) *exportable {
	out := &exportable{name: fileName(v.tree.Of.Name) + "-people"}
	out.write = func(ctx context.Context, to report.Output) (files []string, err error) {
		leaves, err := v.tree.Leaves(ctx)
		if err != nil {
			return nil, err
		}
		out.records = len(leaves)
		return report.ExportPeople(ctx, v.tree, leaves, version, to)
	}
	return out
}

// title says whose people these are, and how many get in.
func (v *peoplePage) title(room int) string {
	parts := []string{"People", widget.Shorten(model.PrincipalText(v.tree.Of))}
	for _, n := range v.tree.Top {
		switch count := countText(n); {
		case count == "" || n.Kind != people.KindHeading:
		case n.Targets > 0:
			parts = append(parts, strings.ToLower(n.Text.String())+" "+count)
		case n.Asked && n.Question == verdict.CanOpen:
			parts = append(parts, count+" can open it")
		case !n.Asked:
			parts = append(parts, count+" in it")
		}
	}
	return fitParts(room, parts)
}

// moved shows in the lower part what is known of the line of the cursor.
func (v *peoplePage) moved() {
	n := v.selected()
	if n == nil {
		return
	}
	var f sheetLines
	if n.Who.Name != "" {
		f.add("Who", model.PrincipalText(n.Who)+"  "+n.Who.DN)
	} else {
		f.add("", n.Text.String())
	}
	if n.Kind == people.KindHeading && n.Asked {
		f.add("", "Entries stand in the order in which Exchange goes through them: the first that holds for a person decides. As far as LDAP shows.")
	}
	if n.Single || n.Kind == people.KindEverybody {
		f.say("Answer", answerText(n), answerStyle(n))
	}
	f.add("By", n.How.String())
	f.add("Why", v.tree.Why(n).String())
	v.detail.Show(widget.Sheet{Title: "Why", Text: widget.Still(f...)})
}

// openWhyPeople shows on a page of its own what the lower part says of the line: a
// small screen has no lower part, and it has room for six lines of a long reason.
func (a *app) openWhyPeople() {
	a.root.push(widget.NewPage(a.theme, 0, a.people().detail.Sheets[0]))
}

func (a *app) whyNoWhyPeople() string {
	if a.people().selected() == nil {
		return "there is no line to say anything of"
	}
	return ""
}

func (v *peoplePage) Scope() keys.Scope { return keys.ScopePeople }

func (v *peoplePage) Fit(x, y, w, h int) { v.SetRect(x, y, w, h) }

// gridHeight is the part of the room inside that the tree has.
func (v *peoplePage) gridHeight(h int) int {
	if h < 2*leastDetail { // on so small a screen it has all
		return h
	}
	return h - max(leastDetail, min(h/4, mostDetail)) + 1
}

// Draw draws the tree, and what is known of its line below it.
func (v *peoplePage) Draw(screen tcell.Screen) {
	_, _, w, _ := v.GetRect()
	v.SetTitle(widget.EscapeTags(v.title(w - 4)))
	v.DrawForSubclass(screen, v)
	x, y, w, h := v.GetInnerRect()
	upper := v.gridHeight(h)
	v.grid.SetRect(x, y, w, max(upper, 0))
	v.grid.Draw(screen)
	if upper < h {
		v.detail.Fit(x-1, y+upper, w+2, h-upper+1)
		v.detail.Draw(screen)
		joinFrames(screen, v.detail, x, w)
	}
}

// MouseHandler gives the mouse to the tree.
func (v *peoplePage) MouseHandler() func(tview.MouseAction, *tcell.EventMouse, func(tview.Primitive)) (bool, tview.Primitive) {
	return overGrid(v.grid)
}
