package widget

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"mbxperm/ui/screentest"
	"mbxperm/ui/term"
)

// listed is Rows of some names; a name is its row's identity.
type listed []string

var listedColumns = []Column{{Title: "AccountName"}, {Title: "Mailbox", Numeric: true}, {Title: "Status"}}

func (l listed) Len() int          { return len(l) }
func (l listed) Columns() []Column { return listedColumns }
func (l listed) Cell(row, col int) (string, Style) {
	switch col {
	case 0:
		return l[row], StyleText
	case 1:
		return fmt.Sprint(len(l[row])), StyleText
	}
	return "Deny", StyleDeny
}
func (l listed) Key(row int) any { return l[row] }
func (l listed) Row(key any) int {
	return slices.IndexFunc(l, func(s string) bool { return any(s) == key })
}

// million is Rows of as many rows as its value says.
type million int

func (n million) Len() int          { return int(n) }
func (n million) Columns() []Column { return millionColumns }
func (n million) Cell(row, col int) (string, Style) {
	if col == 0 {
		return fmt.Sprintf("u%07d", row), StyleText
	}
	return fmt.Sprint(row % (col * 7)), StyleMuted
}
func (n million) Key(row int) any { return row }
func (n million) Row(key any) int {
	if row, ok := key.(int); ok {
		return row
	}
	return -1
}

var millionColumns = []Column{
	{Title: "AccountName"}, {Title: "Mailbox", Numeric: true}, {Title: "Send/RecvAs", Numeric: true},
	{Title: "Rev_Mbx", Numeric: true}, {Title: "Rev_Send/Recv", Numeric: true},
}

// driveGrid shows a grid alone on a screen.
func driveGrid(t testing.TB, w, h int, data Rows) (*screentest.Driver, *Grid) {
	t.Helper()
	g := NewGrid(ThemeFor(0))
	g.Swap(data)
	d := screentest.Drive(t, w, h, tview.NewApplication().SetRoot(g, true))
	return d, g
}

func TestGridGolden(t *testing.T) {
	d, g := driveGrid(t, 60, 8, listed{"u00011", "山田　太郎", "[red]root", "evil\u202e\x1b[2J", strings.Repeat("long", 20)})
	d.Golden("grid-hostile")
	d.On(func() { g.Swap(listed{}) })
	d.Golden("grid-empty")
	d.On(func() { g.Swap(listed{"one"}) })
	d.Golden("grid-one")
	d.On(func() { g.Swap(NoRows{}) })
	d.Press("Down", "End")
	d.WantGone("AccountName")
}

// TestGridNeedsNoRows: all keys in a grid whose filter found nothing.
func TestGridNeedsNoRows(t *testing.T) {
	d, g := driveGrid(t, 60, 8, listed{})
	d.Press("Down", "Up", "PgDn", "PgUp", "End", "Home", "Left", "Right", "Enter", "j", "G")
	d.WantLine(0, "AccountName")
	d.On(func() { g.Swap(listed{"a", "b"}) })
	d.WantSelected("a")
	d.Press("Down")
	d.WantSelected("b")
}

func TestGridKeepsRowAndPlace(t *testing.T) {
	var names []string
	for i := range 100 {
		names = append(names, fmt.Sprintf("n%02d", i*2))
	}
	d, g := driveGrid(t, 60, 11, listed(names))
	var moves int
	d.On(func() { g.OnMove = func() { moves++ } })
	d.Press("PgDn", "PgDn", "Up", "Up", "Up")
	d.WantSelected("n34")
	line := slices.IndexFunc(d.Screen(), func(l string) bool { return strings.HasPrefix(l, "n34") })
	moved := moves

	more := append([]string{"m1", "m2", "m3", "m4", "m5"}, names...)
	d.On(func() { g.Swap(listed(more)) })
	d.WantSelected("n34")
	d.WantLine(line, "n34")
	if moves != moved {
		t.Errorf("the cursor was reported to move %d times although it stays on its row", moves-moved)
	}

	gone := slices.DeleteFunc(slices.Clone(more), func(n string) bool { return n == "n34" })
	d.On(func() { g.Swap(listed(gone)) })
	d.WantSelected("n36")
	d.WantLine(line, "n36")
	if moves != moved+1 {
		t.Errorf("%d moves were reported after the row went, want 1", moves-moved)
	}

	d.On(func() { g.Swap(listed{"x", "n36"}) })
	d.WantSelected("n36")
	d.On(func() { g.Swap(listed{}) })
	d.On(func() {
		if _, ok := g.Selected(); ok {
			t.Error("a row is selected where there is none")
		}
	})
	if moves != moved+2 {
		t.Errorf("%d moves were reported after all rows went, want 2", moves-moved)
	}
}

func TestGridChoosing(t *testing.T) {
	d, g := driveGrid(t, 60, 11, million(1_000_000))
	chosen, header := -1, -1
	d.On(func() {
		g.OnChoose = func(row int) { chosen = row }
		g.OnHeader = func(column int) { header = column }
	})
	d.Press("End", "Enter")
	d.WantSelected("u0999999")
	if chosen != 999_999 {
		t.Errorf("Enter on the last row chose %d", chosen)
	}
	d.Press("Home", "PgDn")
	d.WantSelected("u0000010")
	d.On(func() { g.Choose(500_000) })
	d.WantSelected("u0500000")
	d.On(func() { g.Choose(1_000_000); g.Choose(-1) })
	d.WantSelected("u0500000")

	d.Click(14, 0)
	if header != 1 {
		t.Errorf("a click on the second heading told of column %d", header)
	}
	d.WantSelected("u0500000")
	d.On(func() { g.Swap(million(3)) })
	d.Click(1, 2)
	d.WantSelected("u0000001")
	d.Click(1, 8) // below the rows
	d.WantSelected("u0000001")
	chosen = -1
	d.Click(1, 3)
	d.Click(1, 3)
	d.Click(1, 3)
	d.WantSelected("u0000002")
	if chosen != 2 {
		t.Errorf("a double click chose %d", chosen)
	}
}

// TestGridAnswersAnyIndex: tview asks for line -1 after some clicks.
func TestGridAnswersAnyIndex(t *testing.T) {
	g := NewGrid(ThemeFor(256))
	for _, data := range []Rows{NoRows{}, listed{}, listed{"a"}} {
		g.Swap(data)
		g.layout(40)
		for line := -2; line < 5; line++ {
			for col := -2; col < 5; col++ {
				cell := gridContent{g: g}.GetCell(line, col)
				want := line >= 0 && line <= data.Len() && col >= 0 && col < len(data.Columns())
				if (cell != nil) != want {
					t.Errorf("%d rows: cell %d,%d is %v", data.Len(), line, col, cell)
				}
			}
		}
	}
}

func TestGridWidths(t *testing.T) {
	g := NewGrid(ThemeFor(0))
	for _, c := range []struct {
		name  string
		data  Rows
		inner int
		want  []int
		trail int
	}{
		{"room for all", listed{"a", strings.Repeat("b", 20)}, 60, []int{20, 7, 31}, 0},
		{"narrower rows change nothing", listed{"a"}, 60, []int{20, 7, 31}, 0},
		{"a long text gets what is left over", listed{strings.Repeat("c", 100)}, 80, []int{65, 7, 6}, 0},
		{"a longer text than is good, where there is room", listed{"a"}, 160, []int{100, 7, 51}, 0},
		{"no room: the widest text first", listed{"a"}, 40, []int{25, 7, 6}, 0},
		{"less room: the last column is to be gone to", listed{"a"}, 20, []int{12, 7}, 0},
		{"hardly any", listed{"a"}, 11, []int{7, 3}, 0},
		{"none", listed{"a"}, 3, []int{3, 3}, 0},
		{"other columns, the last a number", million(10), 60, []int{11, 7, 11, 7, 20}, 7},
		{"numbers keep their digits", million(10), 24, []int{11, 12}, 5},
	} {
		t.Run(c.name, func(t *testing.T) {
			g.Swap(c.data)
			g.layout(c.inner)
			if !slices.Equal(g.fit.widths, c.want) || g.fit.trail != c.trail {
				t.Errorf("widths are %v and %d, want %v and %d", g.fit.widths, g.fit.trail, c.want, c.trail)
			}
		})
	}
}

// TestGridSqueezed: nothing is cut off without a sign.
func TestGridSqueezed(t *testing.T) {
	d, g := driveGrid(t, 24, 6, listed{"山田　太郎山田　太郎", "[x]administrator", "ok"})
	d.Golden("grid-squeezed")
	d.Resize(60, 6)
	d.On(func() { g.Swap(million(5)) })
	d.Golden("grid-numbers")
}

// TestGridFocus: the cursor shows which pane the keys go to.
func TestGridFocus(t *testing.T) {
	left, right := NewGrid(ThemeFor(0)), NewGrid(ThemeFor(0))
	left.Swap(listed{"a1", "a2"})
	right.Swap(listed{"b1", "b2"})
	app := tview.NewApplication()
	d := screentest.Drive(t, 80, 6, app.SetRoot(tview.NewFlex().AddItem(left, 0, 1, true).AddItem(right, 0, 1, false), true))
	d.WantSelected("a1")
	d.On(func() { app.SetFocus(right) })
	d.Press("Down")
	d.WantSelected("b2")
	d.Wait("do not want two cursors", func(_, selected []string) bool {
		return !strings.Contains(strings.Join(selected, ""), "a1")
	})
}

// counted counts how often a cell is asked for.
type counted struct {
	million
	asked *int
}

func (c counted) Cell(row, col int) (string, Style) {
	*c.asked++
	return c.million.Cell(row, col)
}

// TestGridAsksForFewCells: what a draw costs does not depend on the number of
// rows, and what did not change is not asked for again.
func TestGridAsksForFewCells(t *testing.T) {
	asked := 0
	d, g := driveGrid(t, 200, 50, counted{1_000_000, &asked})
	d.On(func() { asked = 0 })
	d.Press("x")
	if asked != 0 {
		t.Errorf("a key that does nothing asks for %d cells", asked)
	}
	d.Press("End")
	if columns := len(g.columns); asked > 50*columns {
		t.Errorf("a jump to the end asks for %d cells, want at most %d", asked, 50*columns)
	}
}

// TestGridBytes is the byte budget on the layout of the program: two panes
// side by side over the whole width.
func TestGridBytes(t *testing.T) {
	left, right := NewGrid(ThemeFor(256)), NewGrid(ThemeFor(256))
	left.SetBorder(true)
	right.SetBorder(true)
	left.Swap(million(1_000_000))
	right.Swap(listed{"a", "b"})
	w := screentest.StartWire(t, true, tview.NewFlex().AddItem(left, 0, 1, true).AddItem(right, 0, 1, false))
	for _, c := range []struct {
		name, key string
		budget    int
	}{{"nothing", "x", 50}, {"down", "\x1b[B", 500}, {"up", "\x1b[A", 500}, {"page down", "\x1b[6~", 8000}} {
		w.Key(c.key)
		got := w.Key(c.key)
		t.Logf("%-10s %5d bytes", c.name, got)
		if got > c.budget {
			t.Errorf("%s: %d bytes, want at most %d", c.name, got, c.budget)
		}
	}
}

// BenchmarkGrid is a key and the draw after it, on 200x50, with a million rows.
func BenchmarkGrid(b *testing.B) {
	for _, c := range []struct {
		name string
		keys []tcell.Key
	}{
		{"Down", []tcell.Key{tcell.KeyDown}},
		{"PgDn", []tcell.Key{tcell.KeyPgDn}},
		{"EndHome", []tcell.Key{tcell.KeyEnd, tcell.KeyHome}},
		{"nothing", []tcell.Key{tcell.KeyF12}},
	} {
		b.Run(c.name, func(b *testing.B) {
			screen := term.NewScreen(screentest.NewSim(b, 200, 50))
			g := NewGrid(ThemeFor(256))
			g.Swap(million(1_000_000))
			g.SetRect(0, 0, 200, 50)
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				ev := tcell.NewEventKey(c.keys[n%len(c.keys)], 0, tcell.ModNone)
				n++
				g.InputHandler()(ev, func(tview.Primitive) {})
				screen.Clear()
				g.Draw(screen)
				screen.Show()
			}
		})
	}
}

// BenchmarkGridSwap is what a new snapshot costs the screen's goroutine.
func BenchmarkGridSwap(b *testing.B) {
	g := NewGrid(ThemeFor(256))
	g.Swap(million(1_000_000))
	g.Choose(500_000)
	b.ReportAllocs()
	for b.Loop() {
		g.Swap(million(1_000_000))
	}
}
