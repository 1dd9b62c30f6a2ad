package widget

import (
	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"
)

// Rows is what a grid shows: rows and columns that never change. To show
// something else the grid is handed another one.
//
// A grid asks for the rows on the screen and for a small sample to size the
// columns, always on the goroutine of the screen. The texts may hold anything.
type Rows interface {
	Len() int
	Columns() []Column
	Cell(row, col int) (text string, style Style)
	// Key identifies a row over all Rows of the same kind; it can be compared.
	Key(row int) any
	// Row is where the row with a key is now, -1 if it is gone or the key is of
	// Rows of another kind.
	Row(key any) int
}

// Column is a column of a grid.
type Column struct {
	Title   string
	Short   string // the title where there is no room for it
	Numeric bool   // aligned to the right
	Extra   bool   // left out where there is no room
	Lesser  bool   // goes first where there is not even room for the others
	Repeats bool   // says the same in each row as the title of the pane: left out until it is chosen
	Off     bool   // left out until it is chosen
	Spare   bool   // left out until it is chosen where the grid is not [Grid.Roomy]
	Name    bool   // what one looks for: extra columns leave it goodName, and what is left over is its first
	Main    bool   // what the grid is for: what names leave over is its next
	Band    string // what stands above it and its neighbours of the same band, where there is room
	Under   string // its title below that
	min     int    // the least width in cells
	Good    int    // the width from which on it can be read well, 0 for goodText
	Max     int    // the largest one, 0 for maxColumn
}

const (
	maxColumn  = 40  // no column is wider, but for the room left over, unless it says so
	goodText   = 16  // a column of text that has so much need not drive out another
	goodName   = 19  // so much of a name drives out an extra column
	minText    = 8   // where there is no room, text is cut to this first
	leastName  = 12  // a name below this says little: other columns have to be gone to
	minColumn  = 3   // and then everything to this
	sampleRows = 200 // rows looked at for the width of the columns
	cacheRows  = 512 // rows whose cells are kept; more than a screen has
)

// Spot is a place in a grid to come back to: a row, and how far down it was.
type Spot struct {
	Key  any // as Rows has it
	OK   bool
	Down int // lines of the screen below the heading; -1 anywhere in view
}

// NoRows is a grid before its first data.
type NoRows struct{}

func (NoRows) Len() int                      { return 0 }
func (NoRows) Columns() []Column             { return nil }
func (NoRows) Cell(int, int) (string, Style) { return "", StyleText }
func (NoRows) Key(int) any                   { return nil }
func (NoRows) Row(any) int                   { return -1 }

// Grid is a table over [Rows] of any number: drawing and moving cost the
// same at ten rows and at a million. The first line is a heading and stays.
//
// Rows are counted from 0 and without the heading in all its methods. They are
// to be called on the goroutine of the screen.
type Grid struct {
	*tview.Table

	Choices []ColumnChoice // what the user wants of the columns; [Grid.Swap] or [Grid.Rearrange] lays them out
	Sorted  int            // 1 + the column that the rows are ordered by, negative when descending, or 0
	Empty   string         // said where there are no rows
	Banded  bool           // there is room for a line of bands above the heading
	Roomy   bool           // it is beside another grid and not above it, or alone: a wider screen then shows no less

	// Marked reports whether the row with a key has a mark: a star on the frame.
	Marked func(key any) bool

	OnMove   func()           // the cursor is on another row, or on none any more
	OnChoose func(row int)    // Enter, or a double click
	OnHeader func(column int) // a click on a heading
	OnMark   func(row int)    // a click on the frame where its mark stands

	theme    *Theme
	data     Rows
	columns  []Column
	wanted   []extent                   // by column, as long as the data stays
	fit      fitting                    // of the columns into the pane
	height   int                        // the pane's, when last drawn
	focus    bool                       // it had the keyboard when last drawn
	outgrown bool                       // a number on the screen is wider than those that were measured
	from     int                        // so many columns behind the first were gone past
	cells    map[int][]*tview.TableCell // by line of the table, as far as drawn
	lastKey  any                        // the row the cursor is on, if lastOK
	lastOK   bool
}

// NewGrid makes an empty grid.
func NewGrid(t *Theme) *Grid {
	g := &Grid{Table: tview.NewTable(), theme: t, cells: map[int][]*tview.TableCell{}}
	g.Table.SetBordersColor(tcell.ColorDefault) // between columns there are blanks: a colour would be bytes and no sign
	g.Table.SetFixed(1, 0).
		SetContent(gridContent{g: g}).
		SetSelectionChangedFunc(func(int, int) { g.moved() }).
		SetSelectedFunc(func(line, _ int) {
			if row := line - 1; row >= 0 && row < g.data.Len() && g.OnChoose != nil {
				g.OnChoose(row)
			}
		}).
		SetMouseCapture(g.mouse)
	g.Swap(NoRows{})
	return g
}

// Swap shows other data. The cursor stays on its row, and the row on its line
// of the screen; if the row is gone, the cursor stays on the line.
func (g *Grid) Swap(data Rows) {
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

// Selected returns the row the cursor is on.
func (g *Grid) Selected() (row int, ok bool) {
	line, _ := g.Table.GetSelection()
	if n := g.data.Len(); n == 0 || line < 1 || line > n {
		return 0, false
	}
	return line - 1, true
}

// Choose puts the cursor on a row; it does nothing if there is no such row.
func (g *Grid) Choose(row int) {
	if row >= 0 && row < g.data.Len() {
		g.Table.Select(row+1, 0)
	}
}

// Expect makes a spot the one that the next swap keeps the cursor on.
func (g *Grid) Expect(s Spot) { g.lastKey, g.lastOK = s.Key, s.OK }

// Loses reports whether the row that the cursor is on is not among other data.
func (g *Grid) Loses(data Rows) bool { return g.lastOK && data.Row(g.lastKey) < 0 }

// ForgetWidths has the next swap size the columns anew: its rows are others.
func (g *Grid) ForgetWidths() { g.columns = nil }

// Spot returns where the cursor is.
func (g *Grid) Spot() Spot {
	line, _ := g.Table.GetSelection()
	offset, _ := g.Table.GetOffset()
	return Spot{Key: g.lastKey, OK: g.lastOK, Down: line - 1 - offset}
}

// Put brings the cursor to a row and the row to its line of the screen. It
// reports whether the row is there; if it is not, nothing moves.
func (g *Grid) Put(s Spot) bool {
	row := -1
	if s.OK {
		row = g.data.Row(s.Key)
	}
	if row < 0 {
		return false
	}
	offset, column := g.Table.GetOffset()
	g.Table.Select(row+1, 0)
	if _, _, _, height := g.GetInnerRect(); s.Down < 0 { // where it is in view, with something around it
		if s.Down = row - offset; s.Down < 0 || s.Down >= height-1 {
			s.Down = height / 2
		}
	}
	g.Table.SetOffset(max(row-s.Down, 0), column)
	return true
}

// Top brings the cursor to the first row.
func (g *Grid) Top() {
	g.Table.SetOffset(0, 0)
	g.Choose(0)
}

// moved notes the row the cursor is on and tells of it if it is another one.
func (g *Grid) moved() {
	row, ok := g.Selected()
	var key any
	if ok {
		key = g.data.Key(row)
	}
	if ok == g.lastOK && key == g.lastKey {
		return
	}
	g.lastKey, g.lastOK = key, ok
	if g.OnMove != nil {
		g.OnMove()
	}
}

// Draw draws the table, with the cursor's line as it looks with or without
// the focus.
func (g *Grid) Draw(screen tcell.Screen) {
	if _, _, inner, _ := g.GetInnerRect(); inner != g.fit.inner || g.Banded != g.fit.mayBand || g.Roomy != g.fit.roomy {
		g.layout(inner)
	}
	if _, _, _, height := g.GetInnerRect(); height != g.height {
		g.height = height
		line, _ := g.Table.GetSelection()
		g.Table.Select(line, 0) // tview then keeps it in view
	}
	cursor := styleUnfocused
	if g.HasFocus() {
		cursor = StyleSelected
	}
	if g.focus != g.HasFocus() { // the cells know how they look under the cursor
		g.focus = g.HasFocus()
		clear(g.cells)
	}
	g.theme.lit(g.Box, g.focus)
	g.Table.SetSelectedStyle(g.theme.Style(cursor))
	g.Table.Draw(screen)
	if g.outgrown { // far from the rows that were measured there are wider numbers
		g.outgrown = false
		first, _ := g.Table.GetOffset()
		g.sample(first, g.height)
		g.layout(g.fit.inner)
		g.Table.Draw(screen)
	}
	g.drawBands(screen)
	g.drawEdges(screen)
	if g.data.Len() == 0 {
		x, y, w, h := g.GetInnerRect()
		PutCentered(screen, x, y+1, w, h-1, g.Empty, g.theme.Style(StyleMuted))
	}
}

// mouse keeps tview from taking a click beside the rows for one on the first,
// which would lose the cursor's place. A double click chooses a row; tview
// reports one for any two clicks in quick succession, wherever they were.
func (g *Grid) mouse(action tview.MouseAction, ev *tcell.EventMouse) (tview.MouseAction, *tcell.EventMouse) {
	if action != tview.MouseLeftClick && action != tview.MouseLeftDoubleClick {
		return action, ev
	}
	x, y := ev.Position()
	if left, _, _, _ := g.GetInnerRect(); x == left-1 && g.OnMark != nil && g.InInnerRect(left, y) {
		if line, _ := g.CellAt(left, y); line > 0 && line <= g.data.Len() {
			g.OnMark(line - 1)
			return tview.MouseConsumed, nil
		}
	}
	if !g.InInnerRect(x, y) {
		return action, nil
	}
	line, column := g.CellAt(x, y)
	switch {
	case line == 0 && column >= 0 && column < len(g.fit.columns) && g.OnHeader != nil:
		g.OnHeader(g.fit.columns[column])
		return tview.MouseConsumed, nil
	case line < 1 || line > g.data.Len():
		return action, nil
	}
	if row, ok := g.Selected(); ok && row == line-1 && action == tview.MouseLeftDoubleClick {
		if g.OnChoose != nil {
			g.OnChoose(row)
		}
		return tview.MouseConsumed, nil
	}
	return tview.MouseLeftClick, ev
}

// gridContent is the table that tview sees: the heading and the rows.
type gridContent struct {
	tview.TableContentReadOnly
	g *Grid
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
func (g *Grid) line(line int) []*tview.TableCell {
	cells := make([]*tview.TableCell, len(g.fit.columns))
	for i, at := range g.fit.columns {
		c := g.columns[at]
		text, style := g.title(at), StyleHeader
		if line > 0 {
			text, style = g.data.Cell(line-1, at)
			if c.Numeric {
				g.outgrown = g.outgrown || g.outgrows(text, at)
				text = g.inSlots(text, at)
			}
		}
		look := Look{Style: g.theme.Style(style), Right: c.Numeric, Name: c.Name}
		if i == len(cells)-1 {
			look.Trail = g.fit.trail
		}
		cells[i] = NewCell(text, g.fit.widths[i], look)
		cells[i].NotSelectable = line == 0
		cells[i].SelectedStyle = g.theme.underCursor(style, g.focus)
	}
	return cells
}

// Rows returns what the grid shows.
func (g *Grid) Rows() Rows { return g.data }

// Shown returns the numbers of the columns on the screen, from left to right.
func (g *Grid) Shown() []int { return g.fit.columns }

// Redraw drops what was made of the rows: the theme is another one.
func (g *Grid) Redraw() { clear(g.cells) }

// title is the heading of a column, with an arrow if the rows are in its order.
func (g *Grid) title(column int) string {
	title := g.heading(column, &g.fit)
	switch g.Sorted {
	case column + 1:
		return "↑" + title
	case -column - 1:
		return "↓" + title
	}
	return title
}
