package widget

import (
	"slices"
	"strings"

	"github.com/gdamore/tcell/v2"

	"mbxperm/ui/safe"
)

// What stands above the heading and beside it: bands, which say once what
// neighbouring columns have in common, and marks for the columns that have to be
// gone to.

// hasBands reports whether a column is in a band.
func (g *Grid) hasBands() bool {
	return slices.ContainsFunc(g.columns, func(c Column) bool { return c.Band != "" })
}

// band is a band over neighbouring columns.
type band struct {
	title    string
	x, width int
}

// bands are those over the columns that are shown.
func (g *Grid) bands() (all []band) {
	x := 0
	for i, at := range g.fit.columns {
		w, title := g.fit.widths[i], g.columns[at].Band
		if i == len(g.fit.columns)-1 {
			w -= g.fit.trail
		}
		switch last := len(all) - 1; {
		case title == "":
		case last >= 0 && i > 0 && g.columns[g.fit.columns[i-1]].Band == title:
			all[last].width = x + w - all[last].x
		default:
			all = append(all, band{title, x, w})
		}
		x += g.fit.widths[i] + 1
	}
	return all
}

// bandsFit reports whether each band has room for its title: a column below a
// band that cannot be read would be taken for another.
func (g *Grid) bandsFit() bool {
	return !slices.ContainsFunc(g.bands(), func(b band) bool { return b.width < safe.Width(b.title) })
}

// drawBands writes the bands above the heading.
func (g *Grid) drawBands(screen tcell.Screen) {
	if !g.fit.banded {
		return
	}
	x, y, _, _ := g.GetInnerRect()
	for _, b := range g.bands() {
		text := b.title
		if rest := b.width - safe.Width(text) - 2; rest >= 2 {
			text = strings.Repeat("─", rest/2) + " " + text + " " + strings.Repeat("─", rest-rest/2)
		}
		PutSafe(screen, x+b.x, y-1, b.width, text, g.theme.Style(StyleMuted))
	}
}

// drawEdges says on the frame which rows are marked, and where there are more columns
// than are shown.
func (g *Grid) drawEdges(screen tcell.Screen) {
	x, y, w, h := g.GetInnerRect()
	if h < 1 {
		return
	}
	style := g.theme.Style(StyleTitle)
	first, _ := g.Table.GetOffset()
	for line := 1; line < h && g.Marked != nil && first+line-1 < g.data.Len(); line++ {
		if g.Marked(g.data.Key(first + line - 1)) {
			PutSafe(screen, x-1, y+line, 1, "*", style)
		}
	}
	if g.from > 0 {
		PutSafe(screen, x-1, y, 1, "<", style)
	}
	if g.fit.more {
		PutSafe(screen, x+w, y, 1, ">", style)
	}
}

// goTo picks the columns from where the user went to: the one with the name stays,
// and none is left out but at the end. The first step shows what is left out between
// others, if anything is.
func (g *Grid) goTo(f *fitting, wanted []int) {
	g.from = max(min(g.from, len(wanted)-1), 0)
	if g.from == 0 || len(wanted) < 2 {
		return
	}
	stays := max(slices.IndexFunc(wanted, func(at int) bool { return g.columns[at].Name }), 0)
	others := slices.Delete(slices.Clone(wanted), stays, stays+1)
	past := g.from
	if last := f.columns[len(f.columns)-1]; g.remain(wanted[:slices.Index(wanted, last)], f) {
		past--
	}
	past = min(past, len(others)-1)
	f.columns = append([]int{wanted[stays]}, others[past:]...)
	for f.short = true; len(f.columns) > 2 && g.least(f) > f.inner; {
		f.columns = f.columns[:len(f.columns)-1]
	}
	f.more = g.remain(others[past:], f)
}

// remain reports whether one of some columns is not shown.
func (g *Grid) remain(columns []int, f *fitting) bool {
	return slices.ContainsFunc(columns, func(at int) bool { return !slices.Contains(f.columns, at) })
}

// MoreColumns reports whether there are columns to the left and to the right of
// those that are shown.
func (g *Grid) MoreColumns() (left, right bool) { return g.from > 0, g.fit.more }

// GoColumns goes past so many more columns; the first one stays.
func (g *Grid) GoColumns(step int) {
	g.from = max(g.from+step, 0)
	g.fit.inner = -1
	clear(g.cells)
}
