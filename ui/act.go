package ui

import (
	"slices"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"mbxperm/model"
	"mbxperm/ui/report"
)

// scope says where the keys go now.
func (a *app) scope() scope {
	switch {
	case a.foot.line != nil:
		return a.foot.line.scope
	case a.root.top() != nil:
		return a.root.top().scope()
	case a.head.object.IsOpen(), a.head.ace.IsOpen():
		return scopeList
	case a.left.HasFocus():
		return scopeTotals
	case a.right.HasFocus():
		return scopeDetail
	}
	return scopeEverywhere
}

// key handles a key before any widget sees it.
func (a *app) key(ev *tcell.EventKey) *tcell.EventKey {
	if ev.Key() == tcell.KeyRune && ev.Modifiers()&tcell.ModAlt != 0 {
		// Over a slow line, Esc and the key after it arrive as one.
		a.press(tcell.NewEventKey(tcell.KeyEscape, 0, tcell.ModNone))
		a.press(tcell.NewEventKey(tcell.KeyRune, ev.Rune(), tcell.ModNone))
		return nil
	}
	a.foot.message = ""
	s := a.scope()
	act := lookup(bindings, s, ev)
	switch {
	case act == actionQuit:
		a.tv.Stop()
		return nil
	case act == actionRedraw:
		a.screen.Sync()
		return nil
	case a.foot.line != nil:
		return a.lineKey(act, ev)
	case a.root.top() != nil:
		a.root.top().key(a, act, ev)
		return nil
	case s == scopeEverywhere && ev.Key() == tcell.KeyEscape:
		a.leaveHead()
		return nil
	case s == scopeList:
		return a.listKey(ev)
	case act == actionNone && s == scopeEverywhere && ev.Key() == tcell.KeyRune && ev.Rune() != ' ':
		return nil // a drop-down would open and take it for the beginning of an entry
	case act == actionNone:
		return ev
	}
	a.do(act)
	return nil
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

// do does what a key says.
func (a *app) do(act action) {
	switch act {
	case actionHelp:
		a.root.push(newPage(a.theme, 0, sheet{title: "Help", text: helpLines}))
	case actionFilter:
		a.startFilter()
	case actionClear:
		a.clear()
	case actionReverse:
		a.flip()
	case actionEnter:
		if a.left.HasFocus() {
			a.drill()
		} else if row, ok := a.right.selected(); ok {
			a.pivot(row)
		}
	case actionBack:
		a.back()
	case actionNextPane:
		a.next(1)
	case actionPrevPane:
		a.next(-1)
	case actionObjectType:
		a.open(a.head.object)
	case actionACEType:
		a.open(a.head.ace)
	default:
		if why := shownBy[act]; why != 0 {
			a.toggle(why)
			return
		}
		a.doMore(act)
	}
}

// shownBy are the reasons that a key shows and hides.
var shownBy = map[action]model.Reasons{
	actionInherited: model.Inherited, actionSelf: model.Self, actionDefaults: model.Default,
	actionImplied: model.Implied, actionStale: model.Stale, actionAll: model.AllReasons,
}

func (a *app) doMore(act action) {
	switch act {
	case actionSystem:
		a.toggleSystem()
	case actionOnlyDeny:
		a.toggleOnly(model.OnlyDeny)
	case actionOnlyOrphans:
		a.toggleOnly(model.OnlyOrphans)
	case actionLines:
		a.nextLines()
	case actionEffective:
		a.toggleEffective()
	case actionSortLeft:
		a.sortNext(-1)
	case actionSortRight:
		a.sortNext(1)
	case actionSortDirection:
		a.sortTurn()
	case actionCancel:
		a.cancel()
	case actionRefresh:
		a.reread()
	case actionCard:
		a.cardAt(false)
	case actionRaw:
		a.cardAt(true)
	case actionCopy:
		a.startCopy()
	case actionCommands:
		a.showCommands()
	case actionExport:
		a.startExport()
	case actionColumns:
		a.startColumns()
	case actionCommand:
		a.startCommand()
	case actionNext:
		a.findNext(1)
	case actionPrevious:
		a.findNext(-1)
	case actionProblems:
		a.openProblems()
	case actionConnect:
		a.connectElsewhere()
	case actionTheme:
		a.nextTheme()
	case actionRecord:
		a.startRecord()
	case actionChanges:
		a.openChanges()
	}
}

// order is the order of the panes for the Tab key.
func (a *app) order() []tview.Primitive {
	return []tview.Primitive{a.left, a.right, a.head.object, a.head.button, a.head.ace}
}

func (a *app) next(step int) {
	panes := a.order()
	at := slices.IndexFunc(panes, tview.Primitive.HasFocus)
	a.focus(panes[(at+step+len(panes))%len(panes)])
}

func (a *app) open(d *tview.DropDown) {
	a.focus(d)
	openList(d, a.focus)
}

// grid returns the grid that was in use last, and its side of the place.
func (a *app) grid() (*grid, *side) {
	if v := a.changes(); v != nil {
		return v.grid, &v.side
	}
	if a.here.focus == leftPane {
		return a.left.grid, &a.here.sides[leftPane]
	}
	return a.right.grid, &a.here.sides[rightPane]
}

// refiller returns what has the grid in use worked out anew.
func (a *app) refiller() func() {
	if v := a.changes(); v != nil {
		return func() { a.askChanges(v) }
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

// Toggles.

func (a *app) toggle(r model.Reasons) {
	typ := a.here.typ
	known := typ.Toggles
	if a.rightQuery().ACEs.Direction() != "forward" || a.changes() != nil { // rows of all object types
		known = model.AllReasons
	}
	if r&known == 0 {
		a.foot.say(typ.Plural + ": nothing is hidden as " + r.String())
		return
	}
	if r == model.AllReasons {
		if a.show.reasons == r {
			a.show.reasons = 0
		} else {
			a.show.reasons = r
		}
	} else {
		a.show.reasons ^= r
	}
	a.toggled()
}

func (a *app) toggleOnly(o model.Only) {
	a.show.only ^= o
	a.toggled()
}

// nextLines goes through the choices of lines.
func (a *app) nextLines() {
	if a.here.typ != model.Mailboxes {
		a.foot.say(a.here.typ.Plural + ": their lines are all of one kind")
		return
	}
	a.show.lines = (a.show.lines + 1) % (model.TrusteeLines + 1)
	a.foot.say(linesText[a.show.lines])
	a.askLeft()
}

var linesText = [...]string{"all lines are shown", "mailboxes are shown, and no other lines", "whoever holds a right is shown, and no other lines"}

func (a *app) toggleSystem() {
	if a.here.typ != model.Mailboxes {
		a.foot.say(a.here.typ.Plural + ": system mailboxes are among the mailboxes")
		return
	}
	a.show.system = !a.show.system
	if a.show.system {
		a.foot.say("system mailboxes are shown")
	}
	a.askLeft()
}

func (a *app) toggleEffective() {
	if !a.here.effective && a.rightQuery().ACEs.Direction() == "forward" {
		a.foot.say("rights through groups belong to the reverse view: r first")
		return
	}
	a.here.effective = !a.here.effective
	a.askRight()
}

// flip switches between forward and reverse.
func (a *app) flip() {
	t := a.here.typ.ACEs[a.here.aces]
	if t.Flip == a.here.aces {
		a.foot.say(a.here.typ.Plural + " have no other direction: Enter on a row goes on from there")
		return
	}
	before := a.rightQuery().ACEs
	a.chooseACE(t.Flip)
	if a.rightQuery().ACEs == before && !a.here.of.IsZero() {
		a.foot.say("only a trustee: nobody holds rights on it here, so both ways show what it can reach")
	}
	a.head.set(a.here.typ, a.here.aces)
}

func (a *app) chooseACE(i int) {
	if i != a.here.aces {
		a.here.aces = i
		a.askRight()
	}
	a.leaveHead()
}

func (a *app) chooseType(i int) {
	if typ := model.ObjectTypes[i]; typ != a.here.typ {
		a.push()
		a.here = a.newPlace(typ)
		a.head.set(typ, 0)
		a.ask.rest++
		a.right.clear()
		a.ask.right.drop()
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

func (a *app) sortNext(step int) {
	g, side := a.grid()
	order := g.wantedColumns() // as they stand on the screen; before the first there is none
	at := slices.Index(order, max(side.sort, -side.sort)-1)
	if at += step; at < -1 || at >= len(order) {
		return
	}
	n := 0
	if at >= 0 {
		n = order[at] + 1
	}
	side.sort = n
	if n > 0 && g.data.Columns()[n-1].numeric {
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
	}
	a.refiller()()
}

// sortBy orders by a column; once more turns the order round.
func (a *app) sortBy(p pane, n int) {
	g := a.left.grid
	if p == rightPane {
		g = a.right.grid
	}
	orderBy(g, &a.here.sides[p], n)
	a.keepSort(p)
	a.refill(p)
}

func orderBy(g *grid, side *side, n int) {
	switch {
	case side.sort == n || side.sort == -n:
		side.sort = -side.sort
	case g.data.Columns()[n-1].numeric:
		side.sort = -n
	default:
		side.sort = n
	}
}

// Reading.

func (a *app) cancel() {
	if s := a.news.latest; s == nil || s.State.Phase == model.Finished && !a.news.opening {
		a.foot.say("nothing is being read")
		return
	}
	opening := a.news.opening
	a.news.opening = false
	a.driver.Cancel()
	if n := a.news; n.base != nil && (opening || n.base != n.latest) {
		a.foot.say("stopped: what was read before stays")
		return
	}
	a.foot.say("stopped: what was read so far stays")
}

func (a *app) reread() {
	if s := a.news.latest; s != nil && s.State.Phase != model.Finished {
		a.foot.say("still reading " + report.Thousands(s.State.Entries) + " entries so far: X stops it")
		return
	}
	a.news.opening = a.news.latest != nil
	a.driver.Refresh() // the status line says "reading again" for as long as it lasts
}
