package ui

import (
	"strings"

	"github.com/rivo/tview"

	"mbxperm/model"
	"mbxperm/model/finding"
	"mbxperm/model/grant"
	"mbxperm/model/hiding"
	"mbxperm/model/view"
	"mbxperm/ui/safe"
	"mbxperm/ui/widget"
)

// totals is the left grid: a line for each target or trustee.
type totals struct {
	*widget.Grid
	result *view.Result                                 // what it shows; nil before the first answer
	marked string                                       // how much of it is marked
	late   string                                       // it shows what was asked before, and says so
	recall func(*view.ObjectType) []widget.ColumnChoice // what was chosen of the columns
}

func newTotals(t *widget.Theme) *totals {
	v := &totals{Grid: widget.NewGrid(t)}
	v.SetBorder(true).SetTitleAlign(tview.AlignLeft)
	return v
}

// clear shows that nothing is known yet.
func (v *totals) clear() {
	v.result, v.late, v.marked, v.Empty = nil, "", "", ""
	v.ForgetWidths()
	v.Swap(widget.NoRows{})
	v.SetTitle("")
}

// show shows an answer. The cursor stays on its row, unless the rows are others
// or in another order: who sorts wants to see what comes first.
func (v *totals) show(res *view.Result) {
	fresh := v.result != nil && (v.result.Query.Type != res.Query.Type || v.result.Query.Sort != res.Query.Sort)
	if v.result != nil && v.result.Query.Arrival && !res.Query.Arrival {
		v.ForgetWidths() // what was read last has the names that the widths are for
	}
	data := &totalsData{res: res, columns: totalsColumns(&res.Query), at: -1}
	if v.result != nil && v.result.Query.Filter != res.Query.Filter && v.Loses(data) {
		fresh = true // its row is gone, and the line it was on means nothing
	}
	v.result = res
	v.Sorted = res.Query.Sort
	v.Choices = v.recall(res.Query.Type)
	v.Swap(data)
	if fresh {
		v.Top()
	}
	v.setLate("")
	if res.Meanwhile {
		v.setLate(working)
	}
}

const working = "working…"

// setLate marks that what is shown is no longer what was asked for.
func (v *totals) setLate(late string) {
	v.late = late
	title := totalsTitle(v.result)
	if v.marked != "" {
		title += " · " + v.marked
	}
	if late != "" {
		title += " · " + late
	}
	v.SetTitle(widget.Plain(title))
}

// key returns the line that the cursor is on.
func (v *totals) key() (view.LineKey, bool) {
	row, ok := v.Selected()
	if !ok || v.result == nil || row >= v.result.Len() {
		return view.LineKey{}, false
	}
	return v.result.Key(row), true
}

// totalsTitle says what the lines are and how many there are.
func totalsTitle(res *view.Result) string {
	title := res.Query.Type.Plural + " " + safe.Thousands(res.Targets)
	if res.Query.Type.HasTrustees() {
		title += " · other trustees " + safe.Thousands(res.Others)
	}
	return title + onlyNote(&res.Query) + expectNote(res) + filterNote(res.Query.Filter)
}

// expectNote says that lines are left out, or why nothing can be expected.
func expectNote(res *view.Result) (note string) {
	q := &res.Query
	if q.Ends.Release != "" && (q.Type.Doors() || q.Type == view.Connectors) && q.Type != view.AccessRules {
		note += " · " + q.Ends.Release + " only"
	}
	if q.Deviating {
		note += " · deviating only"
	}
	if err := res.ExpectError(); err != nil {
		note += " · " + err.Error()
	}
	return note
}

// onlyNote says that not all lines or rows are wanted.
func onlyNote(q *view.Query) (note string) {
	only := q.Type.Narrows(q.Only)
	if only&hiding.OnlyDeny != 0 {
		note += " · deny only"
	}
	if only&hiding.OnlyOrphans != 0 {
		note += " · orphans only"
	}
	if q.Type != nil && q.Type.HasTrustees() && !q.Rows {
		note += [...]string{"", " · " + q.Type.TargetWord() + " only", " · trustees only", " · remote only"}[q.Lines]
	}
	return note
}

func filterNote(filter string) string {
	if filter == "" {
		return ""
	}
	return " · filter " + filter
}

// totalsColumns are the columns of lines as a grid has them. Those about what is
// expected are there where something is.
func totalsColumns(q *view.Query) []widget.Column {
	columns := make([]widget.Column, len(q.Type.Totals))
	for i, c := range q.Type.Totals {
		columns[i] = widget.Column{Title: c.Title, Short: c.Short, Numeric: c.Numeric, Extra: c.Extra, Off: c.Off && !q.Expects(), Spare: c.Spare, Band: c.Band, Under: c.Under}
		switch c.Is {
		case model.ContentTrustee:
			columns[i].Name = i == 0
			if i > 0 { // a further name, which takes no room from the first
				columns[i].Lesser, columns[i].Good = true, 16
			}
		case model.ContentRight:
			// The longest legacy role has 44 cells.
			columns[i].Good, columns[i].Max, columns[i].Main = 44, 60, true
			columns[0].Good = 13
		case model.ContentWord:
			if !q.Type.Doors() { // which say all in words
				columns[i].Lesser, columns[i].Good = true, 12
			}
		case model.ContentDN:
			columns[i].Extra = true
		}
	}
	return columns
}

// totalsData shows the lines of a result.
type totalsData struct {
	res     *view.Result
	columns []widget.Column
	at      int // the line that was made last: a grid asks for all cells of one after the other
	line    view.Line
}

func (d *totalsData) Len() int                 { return d.res.Len() }
func (d *totalsData) Columns() []widget.Column { return d.columns }
func (d *totalsData) Key(i int) any            { return d.res.Key(i) }

func (d *totalsData) Row(key any) int {
	k, _ := key.(view.LineKey)
	return d.res.Find(k)
}

func (d *totalsData) Cell(row, col int) (string, widget.Style) {
	if d.at != row {
		d.at, d.line = row, d.res.Line(row)
	}
	c := &d.res.Query.Type.Totals[col]
	text := c.Text(&d.line)
	switch {
	case c.Numeric && c.Number(&d.line) == 0:
		return text, widget.StyleHidden
	case c.Numeric:
		return text, widget.StyleText
	case c.Is == model.ContentTrustee && col == 0 && d.line.Row == nil:
		return text, principalStyle(&d.line.Principal)
	case c.Is == model.ContentStatus && strings.HasPrefix(text, grant.Deny):
		return text, widget.StyleDeny
	}
	return text, widget.StyleText
}

// principalStyle marks who needs a look. The text says the same in a word.
func principalStyle(p *model.Principal) widget.Style {
	if finding.IsCrowd(p.SID) {
		return widget.StyleAlarm
	}
	switch p.Kind {
	case model.KindOrphan, model.KindDeleted, model.KindForeign, model.KindUnresolved:
		return widget.StyleWarning
	}
	if p.State == "former SID" {
		return widget.StyleMuted
	}
	return widget.StyleText
}
