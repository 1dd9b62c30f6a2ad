package ui

import (
	"context"
	"slices"
	"strings"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"mbxperm/model"
	"mbxperm/model/change"
	"mbxperm/model/grant"
	"mbxperm/model/view"
	"mbxperm/ui/keys"
	"mbxperm/ui/safe"
	"mbxperm/ui/term"
	"mbxperm/ui/widget"
)

// changes is the view of what changed: a grid over all others, and below it what
// was and what is of the change that the cursor is on.
type changes struct {
	*tview.Box
	theme   *widget.Theme
	grid    *widget.Grid
	detail  *widget.Page
	banners []string

	side      side
	byTrustee bool
	of        *change.Comparison
	name      string         // what it is compared with
	result    *change.List   // what it shows; nil before the first answer
	summary   change.Summary // of what it shows, by weight
	asked     uint64         // revision of the question asked last
	got       uint64         // revision of the answer that came last
	stop      context.CancelFunc
	effects   effects
	failed    string // why a what-if has no lines
}

func newChanges(a *app, c *change.Comparison, name string) *changes {
	v := &changes{Box: tview.NewBox(), theme: a.theme, grid: widget.NewGrid(a.theme), stop: func() {}}
	v.detail = widget.NewPage(a.theme, 0, widget.Sheet{Title: "Change", Text: widget.Still()})
	v.SetBorder(true).SetTitleAlign(tview.AlignLeft)
	v.grid.Choices = a.settings().Columns[changesGrid]
	v.compare(c, name)
	v.grid.OnMove = v.moved
	v.grid.OnChoose = func(int) { a.pivotChange() }
	v.grid.OnHeader = func(column int) {
		orderBy(v.grid, &v.side, column+1)
		a.askChanges(v)
	}
	return v
}

// compare is told of another comparison to show.
func (v *changes) compare(c *change.Comparison, name string) {
	v.of, v.name, v.banners = c, name, nil
	for _, b := range c.Banners() {
		v.banners = append(v.banners, b.String())
	}
}

// changes returns the view of changes if it lies above everything else.
func (a *app) changes() *changes {
	v, _ := a.root.top().(*changes)
	return v
}

// changes returns the view of changes wherever it lies above the grids.
func (r *root) changes() *changes { return lying[*changes](r) }

// openChanges shows what changed since the reading before, or since --since.
func (a *app) openChanges() {
	a.showChanges(newChanges(a, a.reading.compared, a.reading.sinceName()))
}

func (a *app) whyNoChanges() string {
	switch n := a.reading; {
	case n.comparing:
		return "still comparing"
	case n.compared == nil && n.running():
		return "not everything is read yet"
	case n.compared == nil:
		return "nothing to compare with yet: F5 reads everything again, D shows what changed"
	}
	return ""
}

// showChanges lays the view over the grids.
func (a *app) showChanges(v *changes) {
	if n := a.reading; n.compared != nil && v.of != n.compared && v.of.WhatIf == nil { // it was read again meanwhile
		v.compare(n.compared, n.sinceName())
		v.side.spot.OK = false
		v.result = nil
	}
	a.root.push(v)
	a.focus(v.grid)
	if v.of.WhatIf != nil && v.of.Old != a.reading.base {
		a.whatIfAnew(v)
		return
	}
	a.askChanges(v)
}

// clear takes all lines away until others come.
func (v *changes) clear() {
	v.stop()
	v.asked++
	v.side.spot = v.grid.Spot()
	v.result = nil
	v.grid.Empty = working
	v.grid.Swap(&changesData{res: &change.List{Comparison: v.of}, columns: changesColumns(v.byTrustee), texts: change.Columns(v.byTrustee), at: -1})
	v.moved()
}

// closeChanges goes back to the grids.
func (a *app) closeChanges() {
	a.changes().stop()
	a.root.pop()
	g, _ := a.grid()
	a.focus(g)
}

// askChanges has the changes chosen and ordered, beside the screen.
func (a *app) askChanges(v *changes) {
	v.stop()
	a.askEffects(v)
	ctx, stop := context.WithCancel(a.ctx)
	v.stop = stop
	v.asked++
	rev, of := v.asked, v.of
	q := change.Query{Show: a.show.reasons, Only: a.show.only, Filter: v.side.filter, Sort: v.side.sort, ByTrustee: v.byTrustee}
	a.pending.waiting++
	go func() {
		defer term.Guard(a.screen)
		res, err := of.View(ctx, q)
		var summary change.Summary
		if err == nil {
			summary = res.Summary()
		}
		a.update(func() bool {
			a.pending.waiting--
			if err != nil || rev != v.asked {
				return false
			}
			v.got, v.summary = rev, summary
			v.show(res)
			return true
		})
	}()
}

// show shows an answer. The cursor stays on its change, unless the order is another.
func (v *changes) show(res *change.List) {
	fresh := v.result == nil || v.result.Query.Sort != res.Query.Sort || v.result.Query.ByTrustee != res.Query.ByTrustee ||
		v.result.Comparison != res.Comparison
	if fresh {
		v.grid.ForgetWidths()
	}
	v.result = res
	v.grid.Sorted = res.Query.Sort
	v.grid.Empty = v.whyEmpty()
	data := &changesData{res: res, columns: changesColumns(res.Query.ByTrustee), texts: change.Columns(res.Query.ByTrustee), at: -1}
	v.grid.Swap(data)
	if s := v.side.spot; s.OK {
		v.grid.Put(s)
		v.side.spot.OK = false
	} else if fresh {
		v.grid.Top()
	}
	v.moved()
}

func (v *changes) whyEmpty() string {
	switch n := v.result.Hidden.Total(); {
	case v.failed != "":
		return v.failed
	case n > 0 && v.side.filter == "":
		return "nothing that is shown changed; " + safe.Thousands(n) + " changes are hidden: A shows them"
	case v.side.filter != "":
		return "nothing matches; Esc clears the filter"
	}
	if v.of.WhatIf != nil {
		return "no verdict would be another"
	}
	return "nothing changed"
}

// title says what is compared, how much of it there is and in which order.
func (v *changes) title(room int) string {
	name := "Changes since " + v.name
	if v.of.WhatIf != nil {
		name = "What if " + v.name
	}
	parts := []string{widget.FitWidth(safe.Text(name), max(room/2, 20))} // a path may be long
	if v.result == nil {
		return fitParts(room, append(parts, "working…"))
	}
	parts = append(parts, safe.Thousands(v.result.Len())+" shown")
	if n := v.result.Hidden.Total(); n > 0 {
		parts = append(parts, safe.Thousands(n)+" hidden")
	}
	if n := v.result.Counts.NotComparable; n > 0 {
		parts = append(parts, safe.Thousands(n)+map[bool]string{false: " not comparable", true: " unknown"}[v.of.WhatIf != nil])
	}
	parts = append(parts, map[bool]string{false: "by weight", true: "by trustee"}[v.byTrustee])
	return fitParts(room, parts) + safe.Text(filterNote(v.side.filter))
}

func (v *changes) Scope() keys.Scope { return keys.ScopeChanges }

func (v *changes) Fit(x, y, w, h int) { v.SetRect(x, y, w, h) }

const (
	leastSummed = 12 // lines inside from which on there is room for a summary
	leastDetail = 6  // lines of the lower part, with its border
	mostDetail  = 12
)

// Draw draws the grid, what stands in the way and the summary above it, and the
// change below it.
func (v *changes) Draw(screen tcell.Screen) {
	_, _, w, _ := v.GetRect()
	v.SetTitle(widget.EscapeTags(v.title(w - 4)))
	v.DrawForSubclass(screen, v)
	x, y, w, h := v.GetInnerRect()
	lower := max(leastDetail, min(h/3, mostDetail))
	v.detail.Fit(x-1, y+h-lower+1, w+2, lower)
	for _, b := range v.banners {
		for _, line := range widget.WrapSafe(safe.Text("warning: "+b), w) {
			widget.PutSafe(screen, x, y, w, line, v.theme.Style(widget.StyleWarning))
			y, h = y+1, h-1
		}
	}
	if len(v.summary) > 0 && h >= leastSummed {
		widget.PutSafe(screen, x, y, w, v.summary.In(w), v.theme.Style(widget.StyleTitle))
		y, h = y+1, h-1
	}
	v.grid.SetRect(x, y, w, max(h-lower+1, 0))
	v.grid.Draw(screen)
	v.detail.Draw(screen)
	joinFrames(screen, v.detail, x, w)
}

// joinFrames has the frame of a lower part go on from the one around both, whose
// inside is w cells from x on.
func joinFrames(screen tcell.Screen, lower *widget.Page, x, w int) {
	_, edge, _, _ := lower.GetRect()
	for at, corner := range map[int]rune{x - 1: tview.BoxDrawingsLightVerticalAndRight, x + w: tview.BoxDrawingsLightVerticalAndLeft} {
		_, style, _ := screen.Get(at, edge)
		screen.Put(at, edge, string(corner), style)
	}
}

// MouseHandler gives the mouse to the grid.
func (v *changes) MouseHandler() func(tview.MouseAction, *tcell.EventMouse, func(tview.Primitive)) (bool, tview.Primitive) {
	return overGrid(v.grid)
}

// overGrid gives the mouse to a grid, and to nothing else that lies around it.
func overGrid(g *widget.Grid) func(tview.MouseAction, *tcell.EventMouse, func(tview.Primitive)) (bool, tview.Primitive) {
	return func(action tview.MouseAction, ev *tcell.EventMouse, focus func(tview.Primitive)) (bool, tview.Primitive) {
		if g.InRect(ev.Position()) {
			return g.MouseHandler()(action, ev, focus)
		}
		return true, nil
	}
}

// moved shows the change that the cursor is on in the lower part.
func (v *changes) moved() {
	var lines []widget.Line
	if row, ok := v.selected(); ok {
		c := v.result.Change(row)
		lines = changeLines(&c)
		lines = slices.Insert(lines, 1, v.effects.line(v.result, row)...)
	}
	v.detail.Show(widget.Sheet{Title: "Change", Text: widget.Still(lines...)})
}

// selected is the number of the change that the cursor is on.
func (v *changes) selected() (row int, ok bool) {
	row, ok = v.grid.Selected()
	return row, ok && v.result != nil && row < v.result.Len()
}

// otherOrder names the order that turnChanges would bring.
func (a *app) otherOrder() string {
	if v := a.changes(); v != nil && v.byTrustee {
		return "by weight"
	}
	return "by trustee"
}

// turnChanges orders by trustee instead of weight, or back.
func (a *app) turnChanges() {
	v := a.changes()
	v.byTrustee = !v.byTrustee
	v.side.sort = 0
	a.askChanges(v)
}

// pivotChange goes on to the target of the change, or by trustee to all that the
// trustee can reach, as both are now.
func (a *app) pivotChange() {
	v := a.changes()
	row, ok := v.selected()
	if !ok {
		return
	}
	key := v.result.TargetKey(row)
	reverse := v.byTrustee || key.IsZero() || !key.IsTarget()
	if v.byTrustee {
		key = v.result.TrusteeKey(row)
	}
	s := v.result.Comparison.New
	if !view.Has(a.reading.base, key) {
		what := "the target is not there any more, or has no line in the grids"
		if v.byTrustee {
			what = "this change is about no trustee"
		}
		a.foot.say(what + ": x shows what is known")
		return
	}
	v.side.spot = v.grid.Spot()
	a.closeChanges()
	a.push()
	a.trail[len(a.trail)-1].changes = v
	a.goTo(v.result.TypeOf(row, a.reading.base, key), key, reverse)
	if key, ok := v.result.RowKey(row, s); ok {
		if view.HasRow(a.reading.base, key) {
			a.pending.row = &widget.Spot{Key: key, OK: true, Down: -1}
		}
	}
}

// changesColumns are the columns as a grid has them.
func changesColumns(byTrustee bool) []widget.Column {
	texts := change.Columns(byTrustee)
	columns := make([]widget.Column, len(texts))
	for i, c := range texts {
		columns[i] = widget.Column{Title: c.Title, Numeric: c.Numeric, Extra: c.Extra}
		switch c.Is {
		case model.ContentEvent:
			columns[i].Good, columns[i].Max = 9, 16 // "? not-comparable" may lose its end
		case model.ContentRight:
			columns[i].Good = 20
		case model.ContentSentence:
			columns[i].Good, columns[i].Max = 30, 70
		}
	}
	return columns
}

// changesData shows changes.
type changesData struct {
	res     *change.List
	columns []widget.Column
	texts   []model.Column[*change.Change]
	at      int // the change that was made last
	change  change.Change
}

func (d *changesData) Len() int                 { return d.res.Len() }
func (d *changesData) Columns() []widget.Column { return d.columns }
func (d *changesData) Key(i int) any            { return d.res.Key(i) }

func (d *changesData) Row(key any) int {
	for i := range d.res.Len() {
		if any(d.res.Key(i)) == key {
			return i
		}
	}
	return -1
}

func (d *changesData) Cell(row, col int) (string, widget.Style) {
	if d.at != row {
		d.at, d.change = row, d.res.Change(row)
	}
	c := d.texts[col]
	text := c.Text(&d.change)
	switch {
	case c.Is == model.ContentEvent && change.Signs[d.change.Change] == "?":
		return text, widget.StyleWarning
	case c.Is == model.ContentEvent && change.Signs[d.change.Change] == "+":
		return text, widget.StyleAdded
	case c.Is == model.ContentEvent && change.Signs[d.change.Change] == "-":
		return text, widget.StyleRemoved
	case c.Is == model.ContentEvent:
		return text, widget.StyleTitle
	case c.Is == model.ContentStatus && d.change.Status == grant.Deny:
		return text, widget.StyleDeny
	case c.Is == model.ContentTrustee:
		return text, principalStyle(&d.change.Trustee)
	case c.Numeric && c.Number(&d.change) == 0:
		return "", widget.StyleHidden
	}
	return text, widget.StyleText
}

// changeLines is a change in words.
func changeLines(c *change.Change) []widget.Line {
	var f sheetLines
	style := widget.StyleText
	if c.Change == change.NotComparable {
		style = widget.StyleWarning
	}
	what := []string{change.Signs[c.Change] + " " + c.Change, c.Kind}
	if c.ACLType != "" {
		what = append(what, c.ACLType)
	}
	if c.Right != "" {
		what = append(what, strings.TrimSpace(c.Right+" "+c.Status))
	}
	if c.Inherited {
		what = append(what, "inherited")
	}
	f.say("Change", strings.Join(what, between), style)
	f.say("Old", orNothing(c.Old.String()), widget.StyleText)
	f.say("New", orNothing(c.New.String()), widget.StyleText)
	f.add("Trustee", trusteeLine(c))
	f.add("Target", targetText(c))
	if c.Reach > 0 {
		f.add("Reach", safe.Thousands(c.Reach)+map[bool]string{true: " mailboxes in the store", false: " targets carry an inherited copy"}[c.InStore])
	}
	return f
}

func targetText(c *change.Change) string {
	text := model.PrincipalText(c.Target)
	if c.TargetType != "" {
		text += " (" + c.TargetType + ")"
	}
	return text + "  " + c.Target.DN
}

func trusteeLine(c *change.Change) string {
	if c.Trustee.Name == "" {
		return ""
	}
	return who(c.Trustee) + "  " + c.Trustee.DN
}

func orNothing(s string) string {
	if s == "" {
		return "–"
	}
	return s
}
