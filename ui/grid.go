package ui

import (
	"slices"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"mbxperm/model"
	"mbxperm/ui/safe"
)

// gridData is what a grid shows: rows and columns that never change. To show
// something else the grid is handed another one.
//
// A grid asks for the rows on the screen and for a small sample to size the
// columns, always on the goroutine of the screen. The texts may hold anything.
type gridData interface {
	Len() int
	Columns() []column
	Cell(row, col int) (text string, style cellStyle)
	// Key identifies a row over all gridData of the same kind.
	Key(row int) uint64
	// Row is where the row with a key is now, -1 if it is gone.
	Row(key uint64) int
}

// column is a column of a grid.
type column struct {
	title   string
	short   string // the title where there is no room for it
	numeric bool   // aligned to the right
	extra   bool   // left out where there is no room
	name    bool   // what one looks for: extra columns leave it goodName
	min     int    // the least width in cells
	good    int    // the width from which on it can be read well, 0 for goodText
	max     int    // the largest one, 0 for maxColumn
}

const (
	maxColumn  = 40  // no column is wider, but for the room left over, unless it says so
	goodText   = 16  // a column of text that has so much need not drive out another
	goodName   = 19  // so much of a name drives out an extra column
	minText    = 8   // where there is no room, text is cut to this first
	minColumn  = 3   // and then everything to this
	sampleRows = 200 // rows looked at for the width of the columns
	cacheRows  = 512 // rows whose cells are kept; more than a screen has
)

// extent is the room that a column would like to have: as much as is good, and
// as much as its longest text takes.
type extent struct {
	title, rows, full int
}

// spot is a place in a grid to come back to: a row, and how far down it was.
type spot struct {
	key  uint64
	ok   bool
	down int // lines of the screen below the heading; -1 anywhere in view
}

// fitting is how the columns fit into a pane.
type fitting struct {
	inner   int   // the pane's width
	columns []int // the columns that are shown
	short   bool  // under their short titles
	widths  []int // by place
	trail   int   // blanks after the last column, if it is numeric
}

// noRows is a grid before its first data.
type noRows struct{}

func (noRows) Len() int                          { return 0 }
func (noRows) Columns() []column                 { return nil }
func (noRows) Cell(int, int) (string, cellStyle) { return "", styleText }
func (noRows) Key(int) uint64                    { return 0 }
func (noRows) Row(uint64) int                    { return -1 }

// grid is a table over a gridData of any length: drawing and moving cost the
// same at ten rows and at a million. The first line is a heading and stays.
//
// Rows are counted from 0 and without the heading in all its methods. They are
// to be called on the goroutine of the screen.
type grid struct {
	*tview.Table
	theme *theme
	data  gridData

	columns []column
	wanted  []extent // by column, as long as the data stays
	choices []columnChoice
	recall  func(*model.ObjectType) []columnChoice // what was chosen; nil for nothing
	fit     fitting                                // of the columns into the pane
	height  int                                    // the pane's, when last drawn
	sorted  int                                    // 1 + the column that the rows are ordered by, negative when descending, or 0
	empty   string                                 // said where there are no rows

	cells map[int][]*tview.TableCell // by line of the table, as far as drawn

	onMove   func()           // the cursor is on another row, or on none any more
	onChoose func(row int)    // Enter, or a double click
	onHeader func(column int) // a click on a heading
	lastKey  uint64           // the row the cursor is on, if lastOK
	lastOK   bool
}

// newGrid makes an empty grid.
func newGrid(t *theme) *grid {
	g := &grid{Table: tview.NewTable(), theme: t, cells: map[int][]*tview.TableCell{}}
	g.Table.SetFixed(1, 0).
		SetContent(gridContent{g: g}).
		SetSelectionChangedFunc(func(int, int) { g.moved() }).
		SetSelectedFunc(func(line, _ int) {
			if row := line - 1; row >= 0 && row < g.data.Len() && g.onChoose != nil {
				g.onChoose(row)
			}
		}).
		SetMouseCapture(g.mouse)
	g.swap(noRows{})
	return g
}

// swap shows other data. The cursor stays on its row, and the row on its line
// of the screen; if the row is gone, the cursor stays on the line.
func (g *grid) swap(data gridData) {
	line, _ := g.Table.GetSelection()
	offset, columnOffset := g.Table.GetOffset()
	row := max(line-1, 0)
	if g.lastOK {
		if at := data.Row(g.lastKey); at >= 0 {
			row = at
		}
	}
	row = min(row, data.Len()-1)

	g.data = data
	g.measure(row)
	if _, _, inner, _ := g.GetInnerRect(); inner > 0 {
		g.layout(inner)
	}
	clear(g.cells)

	// tview 0.42.0 searches for a selectable row for ever where there is none.
	g.Table.SetSelectable(row >= 0, false)
	if row < 0 {
		g.Table.SetOffset(0, columnOffset)
		g.moved()
		return
	}
	if line >= 1 {
		offset += row + 1 - line
	}
	g.Table.SetOffset(max(offset, 0), columnOffset)
	g.Table.Select(row+1, 0)
}

// selected returns the row the cursor is on.
func (g *grid) selected() (row int, ok bool) {
	line, _ := g.Table.GetSelection()
	if n := g.data.Len(); n == 0 || line < 1 || line > n {
		return 0, false
	}
	return line - 1, true
}

// choose puts the cursor on a row; it does nothing if there is no such row.
func (g *grid) choose(row int) {
	if row >= 0 && row < g.data.Len() {
		g.Table.Select(row+1, 0)
	}
}

// spot returns where the cursor is.
func (g *grid) spot() spot {
	line, _ := g.Table.GetSelection()
	offset, _ := g.Table.GetOffset()
	return spot{key: g.lastKey, ok: g.lastOK, down: line - 1 - offset}
}

// put brings the cursor to a row and the row to its line of the screen. It
// reports whether the row is there; if it is not, nothing moves.
func (g *grid) put(s spot) bool {
	row := -1
	if s.ok {
		row = g.data.Row(s.key)
	}
	if row < 0 {
		return false
	}
	offset, column := g.Table.GetOffset()
	g.Table.Select(row+1, 0)
	if _, _, _, height := g.GetInnerRect(); s.down < 0 { // where it is in view, with something around it
		if s.down = row - offset; s.down < 0 || s.down >= height-1 {
			s.down = height / 2
		}
	}
	g.Table.SetOffset(max(row-s.down, 0), column)
	return true
}

// top brings the cursor to the first row.
func (g *grid) top() {
	g.Table.SetOffset(0, 0)
	g.choose(0)
}

// moved notes the row the cursor is on and tells of it if it is another one.
func (g *grid) moved() {
	row, ok := g.selected()
	key := uint64(0)
	if ok {
		key = g.data.Key(row)
	}
	if ok == g.lastOK && key == g.lastKey {
		return
	}
	g.lastKey, g.lastOK = key, ok
	if g.onMove != nil {
		g.onMove()
	}
}

// measure finds the width each column would like to have, from the headings,
// the first rows and those around the cursor. It holds as long as the data
// stays, so that nothing jumps while scrolling. Where the columns are the ones
// of the data before, none wants less: while rows arrive the grid would never
// come to rest, and each change of a width repaints the whole of it.
func (g *grid) measure(cursor int) {
	columns := g.data.Columns()
	if !slices.Equal(columns, g.columns) {
		g.columns = columns
		g.wanted = make([]extent, len(columns))
		for i, c := range columns {
			g.wanted[i] = extent{title: safe.Width(safe.Text(c.title)), rows: c.min}
		}
	}
	g.sample(0, sampleRows/2)
	g.sample(max(cursor-sampleRows/4, sampleRows/2), sampleRows/2)
	g.fit.inner = -1
}

func (g *grid) sample(from, n int) {
	for row := from; row < min(from+n, g.data.Len()); row++ {
		for i, c := range g.columns {
			limit := c.max
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
func (g *grid) layout(inner int) {
	f := fitting{inner: inner}
	f.columns = g.wantedColumns()
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
		if fixed := g.choice(at).Width; fixed > 0 {
			f.widths[i], floors[i] = fixed, fixed
			spare -= fixed
			continue
		}
		spare -= f.widths[i]
		floors[i] = max(w.rows, minColumn)
		if !c.numeric {
			floors[i] = min(max(floors[i], title), max(minText, c.min, c.good))
		}
	}
	spare = squeeze(f.widths, floors, spare)
	for i := range floors {
		floors[i] = minColumn
	}
	spare = squeeze(f.widths, floors, spare)
	for i, at := range f.columns {
		if more := min(spare, g.wanted[at].full-f.widths[i]); more > 0 && g.choice(at).Width == 0 {
			f.widths[i] += more
			spare -= more
		}
	}
	if spare > 0 {
		f.widths[n-1] += spare
		if g.columns[f.columns[n-1]].numeric {
			f.trail = spare // a number stays below its heading
		}
	}
	g.fit = f
}

// pick decides which columns are shown and under which titles.
func (g *grid) pick(f *fitting) {
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
func (g *grid) need(f *fitting) int {
	width := len(f.columns) - 1
	for _, at := range f.columns {
		w, least := max(g.titleWidth(at, f.short), g.wanted[at].rows), 0
		if g.columns[at].name {
			least = goodName
		}
		if !g.columns[at].numeric {
			w = min(w, max(goodText, g.columns[at].good, least))
		}
		if fixed := g.choice(at).Width; fixed > 0 {
			w = fixed
		}
		width += w
	}
	return width
}

// titleWidth is the width of a heading, with the arrow of the order.
func (g *grid) titleWidth(column int, short bool) int {
	arrow := 0
	if g.sorted == column+1 || g.sorted == -column-1 {
		arrow = 1
	}
	if short && g.columns[column].short != "" {
		return safe.Width(g.columns[column].short) + arrow
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

// Draw draws the table, with the cursor's line as it looks with or without
// the focus.
func (g *grid) Draw(screen tcell.Screen) {
	if _, _, inner, _ := g.GetInnerRect(); inner != g.fit.inner {
		g.layout(inner)
	}
	if _, _, _, height := g.GetInnerRect(); height != g.height {
		g.height = height
		line, _ := g.Table.GetSelection()
		g.Table.Select(line, 0) // tview then keeps it in view
	}
	cursor := styleUnfocused
	if g.HasFocus() {
		cursor = styleSelected
	}
	g.Table.SetSelectedStyle(g.theme.style(cursor))
	g.Table.Draw(screen)
	if g.data.Len() == 0 {
		x, y, w, h := g.GetInnerRect()
		putCentered(screen, x, y+1, w, h-1, g.empty, g.theme.style(styleMuted))
	}
}

// mouse keeps tview from taking a click beside the rows for one on the first,
// which would lose the cursor's place. A double click chooses a row; tview
// reports one for any two clicks in quick succession, wherever they were.
func (g *grid) mouse(action tview.MouseAction, ev *tcell.EventMouse) (tview.MouseAction, *tcell.EventMouse) {
	if action != tview.MouseLeftClick && action != tview.MouseLeftDoubleClick {
		return action, ev
	}
	x, y := ev.Position()
	if !g.InInnerRect(x, y) {
		return action, nil
	}
	line, column := g.CellAt(x, y)
	switch {
	case line == 0 && column >= 0 && column < len(g.fit.columns) && g.onHeader != nil:
		g.onHeader(g.fit.columns[column])
		return tview.MouseConsumed, nil
	case line < 1 || line > g.data.Len():
		return action, nil
	}
	if row, ok := g.selected(); ok && row == line-1 && action == tview.MouseLeftDoubleClick {
		if g.onChoose != nil {
			g.onChoose(row)
		}
		return tview.MouseConsumed, nil
	}
	return tview.MouseLeftClick, ev
}

// gridContent is the table that tview sees: the heading and the rows.
type gridContent struct {
	tview.TableContentReadOnly
	g *grid
}

func (c gridContent) GetRowCount() int    { return c.g.data.Len() + 1 }
func (c gridContent) GetColumnCount() int { return len(c.g.fit.columns) }

// GetCell answers for any line and column; tview asks for line -1 after a
// click beside the table. There is no cell where there is no row.
func (c gridContent) GetCell(line, col int) *tview.TableCell {
	g := c.g
	if line < 0 || line > g.data.Len() || col < 0 || col >= len(g.fit.columns) {
		return nil
	}
	cells := g.cells[line]
	if cells == nil {
		if len(g.cells) >= cacheRows {
			clear(g.cells)
		}
		cells = g.line(line)
		g.cells[line] = cells
	}
	return cells[col]
}

// line makes the cells of a line of the table. tview asks for each cell three
// times in a frame, and most of the lines are there again in the next one.
func (g *grid) line(line int) []*tview.TableCell {
	cells := make([]*tview.TableCell, len(g.fit.columns))
	for i, at := range g.fit.columns {
		c := g.columns[at]
		text, style := g.title(at), styleHeader
		if line > 0 {
			text, style = g.data.Cell(line-1, at)
		}
		look := look{style: g.theme.style(style), right: c.numeric}
		if i == len(cells)-1 {
			look.trail = g.fit.trail
		}
		cells[i] = newCell(text, g.fit.widths[i], look)
		cells[i].NotSelectable = line == 0
	}
	return cells
}

// title is the heading of a column, with an arrow if the rows are in its order.
func (g *grid) title(column int) string {
	title := g.columns[column].title
	if g.fit.short && g.columns[column].short != "" {
		title = g.columns[column].short
	}
	switch g.sorted {
	case column + 1:
		return "↑" + title
	case -column - 1:
		return "↓" + title
	}
	return title
}
