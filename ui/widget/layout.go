package widget

import (
	"slices"

	"mbxperm/ui/safe"
)

// How the columns of a grid fit into a pane.

// extent is the room that a column would like to have: as much as is good, and
// as much as its longest text takes.
type extent struct {
	title, rows, full int
}

// fitting is how the columns fit into a pane.
type fitting struct {
	inner   int   // the pane's width
	columns []int // the columns that are shown
	short   bool  // under their short titles
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
		g.columns = columns
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
			w.full = max(w.full, width)
			w.rows = max(w.rows, min(width, limit))
		}
	}
}

// layout fits the columns into a pane. tview would cut off what goes beyond
// it, and say so only for some texts. First titles become short, then extra
// columns go; after that numbers and short texts keep their width longest. What
// is left over goes to the columns whose texts are cut, then to the last one.
func (g *Grid) layout(inner int) {
	f := fitting{inner: inner}
	f.columns = g.WantedColumns()
	g.pick(&f)
	n := len(f.columns)
	f.widths = make([]int, n)
	g.fit = f
	if n == 0 {
		return
	}
	clear(g.cells)
	floors := make([]int, n)
	spare := inner - (n - 1) // one blank between two columns
	for i, at := range f.columns {
		c, w := g.columns[at], g.wanted[at]
		title := g.titleWidth(at, f.short)
		f.widths[i] = max(title, w.rows)
		if fixed := g.Choice(at).Width; fixed > 0 {
			f.widths[i], floors[i] = fixed, fixed
			spare -= fixed
			continue
		}
		spare -= f.widths[i]
		floors[i] = max(w.rows, minColumn)
		if !c.Numeric {
			floors[i] = min(max(floors[i], title), max(minText, c.min, c.Good))
		}
	}
	spare = squeeze(f.widths, floors, spare)
	for i := range floors {
		floors[i] = minColumn
	}
	spare = squeeze(f.widths, floors, spare)
	for i, at := range f.columns {
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
}

// need is the width at which a choice of columns can be read well: long texts
// may lose something.
func (g *Grid) need(f *fitting) int {
	width := len(f.columns) - 1
	for _, at := range f.columns {
		w, least := max(g.titleWidth(at, f.short), g.wanted[at].rows), 0
		if g.columns[at].Name {
			least = goodName
		}
		if !g.columns[at].Numeric {
			w = min(w, max(goodText, g.columns[at].Good, least))
		}
		if fixed := g.Choice(at).Width; fixed > 0 {
			w = fixed
		}
		width += w
	}
	return width
}

// titleWidth is the width of a heading, with the arrow of the order.
func (g *Grid) titleWidth(column int, short bool) int {
	arrow := 0
	if g.Sorted == column+1 || g.Sorted == -column-1 {
		arrow = 1
	}
	if short && g.columns[column].Short != "" {
		return safe.Width(g.columns[column].Short) + arrow
	}
	return g.wanted[column].title + arrow
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
