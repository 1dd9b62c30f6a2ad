package widget

import (
	"slices"
	"strings"

	"mbxperm/ui/safe"
)

// How the columns of a grid fit into a pane.

// extent is the room that a column would like to have: as much as is good, and
// as much as its longest text takes.
type extent struct {
	title, rows, full int
	digits, marks     int // of a number and of what stands behind it, each at its widest
}

// fitting is how the columns fit into a pane.
type fitting struct {
	inner   int   // the pane's width
	columns []int // the columns that are shown
	short   bool  // under their short titles
	banded  bool  // under bands
	mayBand bool  // there was room for bands
	roomy   bool  // it was [Grid.Roomy]
	more    bool  // there are columns to the right for which there is no room
	widths  []int // by place
	trail   int   // blanks after the last column, if it is numeric
}

// measure finds the width each column would like to have, from the headings,
// the first rows and those around the cursor. It holds as long as the data
// stays, so that nothing jumps while scrolling. Where the columns are the ones
// of the data before, none wants less: while rows arrive the grid would never
// come to rest, and each change of a width repaints the whole of it.
func (g *Grid) measure(cursor int) {
	columns := g.data.Columns()
	if !slices.Equal(columns, g.columns) {
		g.columns, g.from = columns, 0
		g.wanted = make([]extent, len(columns))
		for i, c := range columns {
			g.wanted[i] = extent{title: safe.Width(safe.Text(c.Title)), rows: c.min}
		}
	}
	g.sample(0, sampleRows/2)
	g.sample(max(cursor-sampleRows/4, sampleRows/2), sampleRows/2)
	g.fit.inner = -1
}

func (g *Grid) sample(from, n int) {
	for row := from; row < min(from+n, g.data.Len()); row++ {
		for i, c := range g.columns {
			limit := c.Max
			if limit == 0 {
				limit = max(maxColumn, c.min)
			}
			text, _ := g.data.Cell(row, i)
			width, w := safe.Width(safe.Text(text)), &g.wanted[i]
			if c.Numeric {
				number, marks := splitNumber(text)
				w.digits, w.marks = max(w.digits, len(number)), max(w.marks, safe.Width(safe.Text(marks)))
				width = w.digits + w.marks
			}
			w.full = max(w.full, width)
			w.rows = max(w.rows, min(width, limit))
		}
	}
}

// splitNumber divides the text of a numeric column: a number, or two of them, and
// the marks that stand behind it.
func splitNumber(text string) (number, marks string) {
	end := strings.IndexFunc(text, func(r rune) bool { return (r < '0' || r > '9') && r != ',' && r != '/' })
	if end < 0 {
		return text, ""
	}
	return text[:end], text[end:]
}

// outgrows reports whether a number is wider than all that were measured: it would be
// cut, or stand beside the others' digits.
func (g *Grid) outgrows(text string, at int) bool {
	number, marks := splitNumber(text)
	return len(number) > g.wanted[at].digits || safe.Width(safe.Text(marks)) > g.wanted[at].marks
}

// inSlots has digits stand below digits: behind the number there is room for the
// widest marks of the column.
func (g *Grid) inSlots(text string, at int) string {
	_, marks := splitNumber(text)
	return text + strings.Repeat(" ", max(g.wanted[at].marks-safe.Width(safe.Text(marks)), 0))
}

// layout fits the columns into a pane, under their bands where these fit, too.
func (g *Grid) layout(inner int) {
	g.fitInto(inner, g.Banded)
	if g.fit.banded && !g.bandsFit() {
		g.fitInto(inner, false)
		g.fit.mayBand = g.Banded
	}
	g.SetBorderPadding(map[bool]int{true: 1}[g.fit.banded], 0, 0, 0)
}

// fitInto fits the columns into a pane. tview would cut off what goes beyond
// it, and say so only for some texts. First titles become short, then extra
// columns go; after that numbers and short texts keep their width longest, and
// what cannot be read even so has to be gone to. What is left over goes to the
// columns whose texts are cut, names first, then to the last one.
func (g *Grid) fitInto(inner int, band bool) {
	f := fitting{inner: inner, roomy: g.Roomy, mayBand: band, banded: band && g.hasBands()}
	wanted := g.WantedColumns()
	f.columns = slices.Clone(wanted)
	g.pick(&f)
	f.more = g.remain(wanted, &f)
	g.goTo(&f, wanted)
	n := len(f.columns)
	f.widths = make([]int, n)
	g.fit = f
	if n == 0 {
		return
	}
	clear(g.cells)
	spare := inner - (n - 1) // one blank between two columns
	lesser, good, least, bare := make([]int, n), make([]int, n), make([]int, n), make([]int, n)
	for i, at := range f.columns {
		f.widths[i] = max(g.titleWidth(at, &f), g.wanted[at].rows)
		good[i], least[i], bare[i] = g.goodWidth(at, &f), g.leastWidth(at, &f), minColumn
		if fixed := g.Choice(at).Width; fixed > 0 {
			f.widths[i], good[i], least[i] = fixed, fixed, fixed
		}
		if lesser[i] = f.widths[i]; g.columns[at].Lesser {
			lesser[i] = good[i]
		}
		spare -= f.widths[i]
	}
	for _, floors := range [][]int{lesser, good, least, bare} {
		spare = squeeze(f.widths, floors, spare)
	}
	for _, i := range g.byNeed(f.columns) {
		at := f.columns[i]
		if more := min(spare, g.wanted[at].full-f.widths[i]); more > 0 && g.Choice(at).Width == 0 {
			f.widths[i] += more
			spare -= more
		}
	}
	if spare > 0 {
		f.widths[n-1] += spare
		if g.columns[f.columns[n-1]].Numeric {
			f.trail = spare // a number stays below its heading
		}
	}
	g.fit = f
}

// goodWidth is the width down to which a column is narrowed first.
func (g *Grid) goodWidth(at int, f *fitting) int {
	c, w := g.columns[at], max(g.wanted[at].rows, minColumn)
	if !c.Numeric {
		w = min(max(w, g.titleWidth(at, f)), max(minText, c.min, c.Good))
	}
	return w
}

// leastWidth is the width below which a column says too little to be shown
// beside others.
func (g *Grid) leastWidth(at int, f *fitting) int {
	c, w := g.columns[at], max(g.titleWidth(at, f), g.wanted[at].rows)
	switch fixed := g.Choice(at).Width; {
	case fixed > 0:
		return fixed
	case c.Numeric:
		return w
	case c.Name, c.Main:
		return min(w, leastName)
	}
	return min(w, max(minText, c.min))
}

// byNeed are the places of columns in the order in which they get what is left over.
func (g *Grid) byNeed(columns []int) []int {
	rank := func(i int) int {
		switch c := &g.columns[columns[i]]; {
		case c.Name:
			return 0
		case c.Main:
			return 1
		}
		return 2
	}
	order := make([]int, len(columns))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return rank(i) - rank(j) })
	return order
}

// pick decides which columns are shown and under which titles.
func (g *Grid) pick(f *fitting) {
	for _, f.short = range []bool{false, true} {
		if g.need(f) <= f.inner {
			return
		}
	}
	for i := len(f.columns) - 1; i >= 0 && g.need(f) > f.inner; i-- {
		if g.mayGo(f.columns[i]) {
			f.columns = slices.Delete(f.columns, i, i+1)
		}
	}
	if f.short = false; g.need(f) > f.inner {
		f.short = true
	}
	for len(f.columns) > 2 && g.least(f) > f.inner {
		at := len(f.columns) - 1
		for i := at; i >= 0; i-- {
			if g.columns[f.columns[i]].Lesser {
				at = i
				break
			}
		}
		f.columns = slices.Delete(f.columns, at, at+1)
	}
}

// least is the width below which columns have to be gone to.
func (g *Grid) least(f *fitting) int {
	width := len(f.columns) - 1
	for _, at := range f.columns {
		width += g.leastWidth(at, f)
	}
	return width
}

// need is the width at which a choice of columns can be read well: long texts
// may lose something.
func (g *Grid) need(f *fitting) int {
	width := len(f.columns) - 1
	for _, at := range f.columns {
		w, least := max(g.titleWidth(at, f), g.wanted[at].rows), 0
		if g.columns[at].Name {
			least = goodName
		}
		switch c := &g.columns[at]; {
		case c.Lesser:
			w = min(w, max(c.Good, minText))
		case !c.Numeric:
			w = min(w, max(goodText, c.Good, least))
		}
		if fixed := g.Choice(at).Width; fixed > 0 {
			w = fixed
		}
		width += w
	}
	return width
}

// titleWidth is the width of a heading, with the arrow of the order.
func (g *Grid) titleWidth(column int, f *fitting) int {
	w := safe.Width(safe.Text(g.heading(column, f)))
	if g.Sorted == column+1 || g.Sorted == -column-1 {
		w++
	}
	return w
}

// heading is the title of a column as there is room for it.
func (g *Grid) heading(column int, f *fitting) string {
	switch c := &g.columns[column]; {
	case f.banded && c.Under != "":
		return c.Under
	case f.short && c.Short != "":
		return c.Short
	default:
		return c.Title
	}
}

// squeeze narrows the widest of the columns that are above their floors until
// spare is no longer negative, and returns what then is spare.
func squeeze(widths, floors []int, spare int) int {
	for spare < 0 {
		widest := -1
		for i, w := range widths {
			if w > floors[i] && (widest < 0 || w > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			break
		}
		widths[widest]--
		spare++
	}
	return spare
}
