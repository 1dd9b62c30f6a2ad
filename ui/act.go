package ui

import (
	"slices"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"mbxperm/model"
	"mbxperm/model/view"
	"mbxperm/ui/keys"
	"mbxperm/ui/safe"
	"mbxperm/ui/widget"
)

// scope says where the keys go now.
func (a *app) scope() keys.Scope {
	switch {
	case a.foot.line != nil:
		return a.foot.line.scope
	case a.root.top() != nil:
		return a.root.top().Scope()
	case a.head.object.IsOpen(), a.head.ace.IsOpen():
		return keys.ScopeList
	case a.left.HasFocus():
		return keys.ScopeTotals
	case a.right.HasFocus():
		return keys.ScopeDetail
	}
	return keys.ScopeEverywhere
}

// key handles a key before any widget sees it.
func (a *app) key(ev *tcell.EventKey) *tcell.EventKey {
	if ev.Key() == tcell.KeyRune && ev.Modifiers()&tcell.ModAlt != 0 {
		// Over a slow line, Esc and the key after it arrive as one.
		a.press(tcell.NewEventKey(tcell.KeyEscape, 0, tcell.ModNone))
		a.press(tcell.NewEventKey(tcell.KeyRune, ev.Rune(), tcell.ModNone))
		return nil
	}
	if a.hold(ev) {
		return nil
	}
	a.foot.message = ""
	s := a.scope()
	b := keys.Lookup(bindings, s, ev)
	switch {
	case b != nil && b.Do != nil:
		a.perform(b)
		return nil
	case a.foot.line != nil:
		return a.foot.line.other(ev)
	case a.root.top() != nil:
		a.overlayKey(a.root.top(), ev)
		return nil
	case s == keys.ScopeEverywhere && ev.Key() == tcell.KeyEscape:
		a.leaveHead()
		return nil
	case s == keys.ScopeList:
		return a.listKey(ev)
	case s == keys.ScopeEverywhere && ev.Key() == tcell.KeyRune && ev.Rune() != ' ':
		// A drop-down would open and take it for the beginning of an entry.
		if keys.Lookup(bindings, keys.ScopeGrid, ev) != nil {
			a.foot.say(string(ev.Rune()) + " is a key of the grids: Esc goes back there")
		}
		return nil
	}
	return ev
}

// perform does what the keys of a binding say, or says why they do nothing here.
func (a *app) perform(b *binding) {
	if why := b.Reason(a); why != "" {
		a.foot.say(why)
		return
	}
	b.Do(a)
}

// press handles a key as if it came from the keyboard.
func (a *app) press(ev *tcell.EventKey) {
	if ev = a.key(ev); ev == nil {
		return
	}
	if p := a.tv.GetFocus(); p != nil {
		p.InputHandler()(ev, a.focus)
	}
}

// listKey handles a key in the open list of a drop-down: letters are no part of
// it, and Esc goes back to where the user was.
func (a *app) listKey(ev *tcell.EventKey) *tcell.EventKey {
	switch ev.Key() {
	case tcell.KeyRune, tcell.KeyBackspace, tcell.KeyBackspace2:
		return nil
	case tcell.KeyEscape:
		a.tv.GetFocus().InputHandler()(ev, a.focus) // closes the list
		a.leaveHead()
		return nil
	}
	return ev
}

// quit leaves the program.
func (a *app) quit() { a.tv.Stop() }

// redraw paints every cell, for a terminal that was scribbled on.
func (a *app) redraw() { a.screen.Sync() }

// order is the order of the panes for the Tab key.
func (a *app) order() []tview.Primitive {
	if a.head.noButton {
		return []tview.Primitive{a.left, a.right, a.head.object, a.head.ace}
	}
	return []tview.Primitive{a.left, a.right, a.head.object, a.head.button, a.head.ace}
}

func (a *app) next(step int) {
	if a.left.HasFocus() { // the right grid is about to, and the keys after this one are about it
		a.follow()
	}
	panes := a.order()
	at := slices.IndexFunc(panes, tview.Primitive.HasFocus)
	a.focus(panes[(at+step+len(panes))%len(panes)])
}

func (a *app) nextPane()     { a.next(1) }
func (a *app) previousPane() { a.next(-1) }

// whyNoPane says why there is no other pane to go to.
func (a *app) whyNoPane() string {
	if a.changes() != nil {
		return "x shows all of a change; Backspace goes back to the grids"
	}
	if a.findings() != nil {
		return "x explains a rule; Backspace goes back to the grids"
	}
	if a.people() != nil {
		return "x says why of a line; Esc goes back to the grids"
	}
	if a.checks() != nil {
		return "Enter shows all of a line; Backspace goes back to the grids"
	}
	return ""
}

func (a *app) openTypes()    { a.open(a.head.object) }
func (a *app) openACETypes() { a.open(a.head.ace) }

// open opens the list of a drop-down, which belongs to the grids.
func (a *app) open(d *tview.DropDown) {
	switch {
	case a.changes() != nil:
		a.closeChanges()
	case a.checks() != nil:
		a.closeChecks()
	case a.findings() != nil:
		a.closeFindings()
	case a.people() != nil:
		a.closePeople()
	}
	a.focus(d)
	openList(d, a.focus)
}

// grid returns the grid that was in use last, and its side of the place.
func (a *app) grid() (*widget.Grid, *side) {
	if v := a.changes(); v != nil {
		return v.grid, &v.side
	}
	if v := a.checks(); v != nil {
		return v.grid, &v.side
	}
	if v := a.findings(); v != nil {
		return v.grid, &v.side
	}
	if v := a.people(); v != nil {
		return v.grid, &v.side
	}
	if a.here.focus == leftPane {
		return a.left.Grid, &a.here.sides[leftPane]
	}
	return a.right.Grid, &a.here.sides[rightPane]
}

// refiller returns what has the grid in use worked out anew.
func (a *app) refiller() func() {
	if v := a.changes(); v != nil {
		return func() { a.askChanges(v) }
	}
	if v := a.checks(); v != nil {
		return v.refill
	}
	if v := a.findings(); v != nil {
		return v.refill
	}
	if v := a.people(); v != nil {
		return v.refill
	}
	p := a.here.focus
	return func() { a.refill(p) }
}

// refill has one grid worked out anew.
func (a *app) refill(p pane) {
	if p == leftPane {
		a.askLeft()
	} else {
		a.askRight()
	}
}

// flip switches between forward and reverse.
func (a *app) flip() {
	t := a.here.typ.ACEs[a.here.aces]
	before := a.rightQuery().ACEs
	a.chooseACE(t.Flip)
	if a.rightQuery().ACEs == before && !a.here.of.IsZero() {
		a.foot.say("only a trustee: nobody holds rights on it here, so both ways show what it can reach")
	}
	a.head.set(a.here.typ, a.here.aces)
}

func (a *app) whyNoFlip() string {
	if a.here.acesType().AllLines() {
		return "these are the entries of all lines: Enter on a row goes on from there"
	}
	if a.here.typ.ACEs[a.here.aces].Flip == a.here.aces {
		return a.here.typ.Plural + " have no other direction: Enter on a row goes on from there"
	}
	return ""
}

func (a *app) chooseACE(i int) {
	if i != a.here.aces {
		before := a.here.acesType().Verdicts()
		a.here.aces = i
		if now := a.here.acesType().Verdicts(); now != before { // other columns
			a.here.sides[rightPane].sort = a.keptSort(a.here.typ, rightPane, now)
		}
		a.askRight()
	}
	a.leaveHead()
}

func (a *app) chooseType(i int) {
	if typ := view.ObjectTypes[i]; typ != a.here.typ {
		a.push()
		a.here = a.newLocation(typ)
		a.head.set(typ, 0)
		a.pending.rest++
		a.right.clear()
		a.pending.right.drop()
		a.askLeft()
		a.focus(a.left)
	}
	a.leaveHead()
}

// leaveHead goes back to the grids after a choice in a drop-down.
func (a *app) leaveHead() {
	if a.head.HasFocus() {
		g, _ := a.grid()
		a.focus(g)
	}
}

// Order.

func (a *app) sortLeft()  { a.sortNext(-1) }
func (a *app) sortRight() { a.sortNext(1) }

func (a *app) sortNext(step int) {
	g, side := a.grid()
	order := g.WantedColumns() // as they stand on the screen; before the first there is none
	at := slices.Index(order, max(side.sort, -side.sort)-1)
	if at += step; at < -1 || at >= len(order) {
		return
	}
	n := 0
	if at >= 0 {
		n = order[at] + 1
	}
	side.sort = n
	if n > 0 && g.Rows().Columns()[n-1].Numeric {
		side.sort = -n // the greatest first
	}
	a.sorted()
}

func (a *app) sortTurn() {
	_, side := a.grid()
	if side.sort == 0 {
		side.sort = 1
	}
	side.sort = -side.sort
	a.sorted()
}

// sorted has the grid in use put into its new order, and remembers that.
func (a *app) sorted() {
	if a.changes() == nil {
		a.keepSort(a.here.focus)
		if a.here.focus == leftPane {
			a.orderNow()
		}
	}
	a.refiller()()
}

// sortBy orders by a column; once more turns the order round.
func (a *app) sortBy(p pane, n int) {
	g := a.left.Grid
	if p == rightPane {
		g = a.right.Grid
	}
	orderBy(g, &a.here.sides[p], n)
	a.keepSort(p)
	if p == leftPane {
		a.orderNow()
	}
	a.refill(p)
}

func orderBy(g *widget.Grid, side *side, n int) {
	switch {
	case side.sort == n || side.sort == -n:
		side.sort = -side.sort
	case g.Rows().Columns()[n-1].Numeric:
		side.sort = -n
	default:
		side.sort = n
	}
}

// Reading.

func (a *app) cancel() {
	opening := a.reading.opening
	a.reading.opening = false
	a.driver.Cancel()
	if n := a.reading; n.base != nil && (opening || n.base != n.latest) {
		a.foot.say("stopped: what was read before stays")
		return
	}
	a.foot.say("stopped: what was read so far stays")
}

func (a *app) whyNoCancel() string {
	if s := a.reading.latest; s == nil || s.State.Phase == model.Finished && !a.reading.opening {
		return "nothing is being read"
	}
	return ""
}

func (a *app) whyNoReread() string {
	if s := a.reading.latest; s != nil && s.State.Phase != model.Finished {
		return "still reading " + safe.Thousands(s.State.Entries) + " entries so far: X stops it"
	}
	return ""
}

func (a *app) reread() {
	a.reading.opening = a.reading.latest != nil
	a.driver.Refresh() // the status line says "reading again" for as long as it lasts
}

// setTheme shows everything in another theme.
func (a *app) setTheme(name string) {
	a.options.Theme = name
	if name == "auto" {
		name = widget.Background(a.options.ColorFGBG)
	}
	*a.theme = *widget.NewTheme(name, a.colors) // which all widgets share
	t := a.theme
	t.Install()
	t.Dress(a.left, a.right, a.preview, a.head.objects, a.head.show)
	t.DressDropDown(a.head.object)
	t.DressDropDown(a.head.ace)
	a.head.button.SetStyle(t.Style(widget.StyleTitle)).SetActivatedStyle(t.Style(widget.StyleSelected))
	a.foot.input.SetLabelStyle(t.Style(widget.StyleTitle)).SetFieldStyle(t.Style(widget.StyleText))
	for _, g := range []*widget.Grid{a.left.Grid, a.right.Grid} {
		g.Redraw()
	}
}

// nextTheme goes on to the next theme, and remembers it.
func (a *app) nextTheme() {
	at := slices.Index(widget.Themes, a.options.Theme)
	name := widget.Themes[(at+1)%len(widget.Themes)]
	a.setTheme(name)
	a.foot.say("theme " + name + ": " + a.theme.Name)
	if s := a.options.Settings; s != nil {
		s.Theme = name
		if err := s.Save(); err != nil {
			a.foot.say(err.Error())
		}
	}
}

// menuKey moves through a menu, chooses an entry or closes it.
func (a *app) menuKey(m *widget.Menu, ev *tcell.EventKey) {
	switch ev.Key() {
	case tcell.KeyEscape, tcell.KeyEnter:
		a.root.pop()
		if ev.Key() == tcell.KeyEnter && len(m.Items) > 0 && m.Choose != nil {
			m.Choose(m.At)
		}
		if m.Closed != nil {
			m.Closed()
		}
	default:
		if !m.Move(ev) && m.Also != nil {
			m.Also(ev)
		}
	}
}
