package ui

import (
	"context"
	"errors"
	"time"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"mbxperm/model"
	"mbxperm/model/door"
	"mbxperm/model/hiding"
	"mbxperm/model/view"
	"mbxperm/ui/term"
	"mbxperm/ui/widget"
)

const (
	lookEvery    = 100 * time.Millisecond // between looks at the driver
	refreshEvery = time.Second            // between changes of the grids while reading
	restBefore   = 200 * time.Millisecond // the cursor stays so long before the right grid follows
)

// app is the running screen. All its fields belong to the screen's goroutine,
// but for those that never change.
type app struct {
	tv      *tview.Application
	screen  tcell.Screen
	ctx     context.Context
	theme   *widget.Theme
	colors  int    // that the terminal has
	locale  string // what is the matter with the terminal's character set, or nothing
	driver  Driver
	reading *reading
	files   writing

	root  *root
	head  *header
	left  *totals
	right *aces
	foot  *foot

	preview *preview

	options Options
	form    *connectForm  // where it is open
	request model.Request // what the driver was asked for last, without the password
	known   bool          // and that it could be opened is remembered

	here    location
	trail   []location
	show    toggles
	seen    []door.Check // the last runs of checks, as they were looked at last
	pending pending
	marks   marks
	wrong   wrong // what is wrong with what the grids show
}

// toggles are the switches that hold in all places.
type toggles struct {
	reasons hiding.Reasons
	only    hiding.Only
	lines   view.Lines
	system  bool
	// deviating shows of the protocols of mailboxes only what is not as expected.
	deviating bool
}

// pending is what the workers are busy with.
type pending struct {
	left, right *worker
	at, rightAt time.Time    // when the left grid was last asked for, and the right one
	goTo        *widget.Spot // where the cursor of the left grid is to go with the next answer
	row         *widget.Spot // the same of the right one
	jumped      bool         // the right grid is to show a name that was gone to
	awaited     *awaited     // what the keys are about that come now; nil for nothing
	held        []heldInput
	waiting     int    // how much of what is worked out beside the screen is still to come
	rest        uint64 // counts the moves of the cursor
	touched     bool   // the user has moved the cursor of the left grid
	swapping    bool   // a grid is handed other data: what moves the cursor is not the user
}

// newApp makes the screen; nothing runs yet.
func newApp(d Driver, t *widget.Theme) *app {
	t.Install()
	a := &app{
		tv: tview.NewApplication(), theme: t, driver: d, reading: &reading{now: time.Now, many: manyRecipients, stopComparing: func() {}},
		head: newHeader(t), left: newTotals(t), right: newACEs(t),
		pending: pending{left: newWorker(), right: newWorker()},
	}
	a.here.typ = view.ObjectTypes[0]
	a.foot, a.preview = newFoot(a), newPreview(a)
	a.root = newRoot(a)
	a.connect()
	a.head.set(a.here.typ, a.here.aces)
	a.tv.SetInputCapture(a.key).SetRoot(a.root, true)
	a.focus(a.left)
	return a
}

// connect says what happens when a widget is used.
func (a *app) connect() {
	a.left.recall = func(t *view.ObjectType) []widget.ColumnChoice { return a.columnsOf(t, leftPane, false) }
	a.right.recall = func(q *view.Query) []widget.ColumnChoice { return a.columnsOf(q.Type, rightPane, q.Verdicts()) }
	a.left.Marked = func(key any) bool { return a.isMarked(a.left.Grid, key) }
	a.right.Marked = func(key any) bool { return a.isMarked(a.right.Grid, key) }
	a.left.OnMark = func(row int) { a.markAt(a.left.Grid, row) }
	a.right.OnMark = func(row int) { a.markAt(a.right.Grid, row) }
	a.left.OnMove = a.moved
	a.left.OnChoose = func(int) { a.drill() }
	a.left.OnHeader = func(column int) { a.sortBy(leftPane, column+1) }
	a.right.OnChoose = a.pivot
	a.right.OnHeader = func(column int) { a.sortBy(rightPane, column+1) }
	a.left.SetFocusFunc(func() { a.focused(leftPane) })
	a.right.SetFocusFunc(func() { a.focused(rightPane) })
	a.head.onType = a.chooseType
	a.head.onACE = a.chooseACE
	a.head.button.SetSelectedFunc(a.drill)
}

// run shows the screen until the user leaves or ctx ends.
func (a *app) run(ctx context.Context, screen tcell.Screen) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	a.tv.SetScreen(screen)
	a.start(ctx, screen)
	a.watchStops(ctx)
	err := a.tv.Run()
	if lost := (*tcell.EventError)(nil); errors.As(err, &lost) { // it says "EOF" and unwraps to nothing
		return errors.New("the terminal was closed")
	}
	return err
}

// start begins to look at the driver and to answer questions, until ctx ends.
// What it starts may then be waiting for a screen that is gone: nobody waits
// for it.
func (a *app) start(ctx context.Context, screen tcell.Screen) {
	a.ctx, a.screen = ctx, screen
	a.tv.EnableMouse(true).EnablePaste(true) // tview 0.42.0 passes it on to a screen that is set, and to no later one
	go a.watch(ctx)
	for _, w := range []*worker{a.pending.left, a.pending.right} {
		go func() {
			defer term.Guard(screen)
			w.run(ctx, a.update)
		}()
	}
}

// watch looks at the driver again and again, and ends the screen with ctx.
func (a *app) watch(ctx context.Context) {
	defer term.Guard(a.screen)
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		a.update(a.look)
		select {
		case <-ctx.Done():
			a.tv.QueueUpdate(a.tv.Stop)
			return
		case <-tick.C:
		}
	}
}

// update runs f on the screen's goroutine and draws if f says that something
// changed. It waits until that is done, for ever if the screen has ended: so
// nobody may wait for a goroutine that calls it.
func (a *app) update(f func() bool) {
	if a.ctx.Err() != nil {
		return
	}
	a.tv.QueueUpdate(func() {
		changed := f()
		if a.letIn() || changed {
			a.tv.ForceDraw()
		}
	})
}

// moved is told that the cursor of the left grid is on another row.
func (a *app) moved() {
	if a.pending.swapping && a.here.pinned {
		return
	}
	a.here.pinned = false
	a.pending.touched = a.pending.touched || !a.pending.swapping
	a.pending.rest++
	if a.here.of.IsZero() { // the first rows have come
		a.follow()
		return
	}
	rest := a.pending.rest
	time.AfterFunc(restBefore, func() {
		defer term.Guard(a.screen)
		a.update(func() bool {
			if rest != a.pending.rest {
				return false
			}
			return a.follow()
		})
	})
}

// follow lets the right grid show the line that the cursor is on.
func (a *app) follow() bool {
	key, ok := a.left.key()
	if a.here.pinned || ok && key == a.here.of {
		return false
	}
	a.goOn(key)
	return true
}

// goOn has the right grid show the rows of a line, unless it shows those of all.
func (a *app) goOn(key view.LineKey) {
	a.here.of = key
	if !a.here.acesType().AllLines() {
		a.askRight()
	}
}

// leftQuery is the question that the left grid answers.
func (a *app) leftQuery() view.Query {
	side := &a.here.sides[leftPane]
	return view.Query{
		Type: a.here.typ, Show: a.show.reasons, Only: a.show.only, Lines: a.show.lines, System: a.show.system, Split: a.settings().Split,
		Filter: side.filter, Sort: side.sort, Arrival: a.arrival(),
		Ends: view.Ends{Release: a.options.Release}, Expect: a.options.expected, Deviating: a.show.deviating, Checks: a.seen,
	}
}

// rightQuery is the question that the right grid answers.
func (a *app) rightQuery() view.Query {
	side, t, of := &a.here.sides[rightPane], a.here.acesType(), a.here.of
	if t.AllLines() {
		of = view.LineKey{}
	}
	return view.Query{
		Type: a.here.typ, Show: a.show.reasons, Only: a.show.only, Filter: side.filter, Sort: side.sort,
		Rows: true, Of: of, ACEs: t, Arrival: t.AllLines() && a.reading.running(), Effective: a.here.effective, Expand: a.here.expand, Split: a.settings().Split,
		System: a.show.system && a.here.typ.Doors(),
		Ends:   view.Ends{Release: a.options.Release}, Expect: a.options.expected, Deviating: a.show.deviating, Checks: a.seen,
	}
}

// askLeft has the left grid worked out.
func (a *app) askLeft() {
	if a.reading.base == nil {
		return
	}
	a.pending.at = a.reading.now()
	a.noteOrder()
	a.pending.left.ask(a.ctx, a.reading.base, a.leftQuery(), a.showLeft)
}

// askRight has the right grid worked out.
func (a *app) askRight() {
	if a.reading.base == nil || a.here.of.IsZero() && !a.here.acesType().AllLines() {
		a.pending.right.drop()
		a.right.clear()
		return
	}
	a.pending.rightAt = a.reading.now()
	a.pending.right.ask(a.ctx, a.generation(), a.rightQuery(), a.showRight)
}

// toggled shows at once what the toggles make of the lines that are there, and
// has the grids worked out anew.
func (a *app) toggled() {
	if res := a.left.result; res != nil && res.Query.Type == a.here.typ {
		a.pending.swapping = true
		a.left.show(res.Under(a.leftQuery()))
		a.pending.swapping = false
	}
	a.askLeft()
	a.askRight()
	if v := a.root.changes(); v != nil {
		a.askChanges(v)
		return
	}
	if a.here.acesType().Verdicts() {
		a.foot.say("for the totals: verdicts count every entry, shown or hidden")
	}
}

func (a *app) showLeft(res *view.Result) {
	a.pending.swapping = true
	defer func() { a.pending.swapping = false }()
	a.left.Empty = a.whyEmpty(res)
	if a.pending.goTo != nil { // before the swap, which keeps the cursor on its row
		a.left.Expect(*a.pending.goTo)
	}
	ordered := a.left.result != nil && a.left.result.Query.Arrival && !res.Query.Arrival
	a.left.show(res)
	a.foot.said = explained{} // which would keep the answer before, and all that was worked out for it
	a.countMarks(a.left.Grid)
	if ordered && !a.pending.touched { // whatever came first is nobody's choice
		a.left.Top()
	}
	if a.pending.goTo != nil {
		a.left.Put(*a.pending.goTo)
		a.pending.goTo = nil
	}
	if _, ok := a.left.key(); ok && a.here.of.IsZero() { // the cursor is where it was before a change of types that came to nothing
		a.follow()
	}
	a.root.notice = a.notice()
}

func (a *app) showRight(res *view.Result) {
	a.right.show(res)
	a.preview.of = previewed{} // as above: a preview that is not drawn follows nobody
	a.countMarks(a.right.Grid)
	a.sayWhenNothing(res)
	if a.pending.row == nil {
		return
	}
	if !a.right.Put(*a.pending.row) && res.Hidden.Total() > 0 {
		a.foot.say("the toggles hide the entry that changed: A shows it")
	}
	a.pending.row = nil
}

// whyEmpty says why there may be no line.
func (a *app) whyEmpty(res *view.Result) string {
	switch err := res.ExpectError(); {
	case err != nil:
		return err.Error()
	case res.Query.Filter != "":
		return "nothing matches; Esc clears the filter"
	case a.reading.running() && a.show.only&hiding.OnlyOrphans != 0:
		return "who is an orphan is known when all was read; u shows all rows"
	case a.reading.running():
		return "nothing yet"
	case a.show.only != 0:
		return "no row is like that; b and u show all rows again"
	case res.Query.Type == view.AccessRules && view.NoRules(res.Snapshot) != "":
		return view.NoRules(res.Snapshot)
	}
	return "nothing was found"
}
