package ui

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"
)

// listed is gridData of some names; a name is its row's identity.
type listed []string

var listedColumns = []column{{title: "AccountName"}, {title: "Mailbox", numeric: true}, {title: "Status"}}

func (l listed) Len() int          { return len(l) }
func (l listed) Columns() []column { return listedColumns }
func (l listed) Cell(row, col int) (string, cellStyle) {
	switch col {
	case 0:
		return l[row], styleText
	case 1:
		return fmt.Sprint(len(l[row])), styleText
	}
	return "Deny", styleDeny
}
func (l listed) Key(row int) uint64 {
	key := uint64(14695981039346656037)
	for _, b := range []byte(l[row]) {
		key = (key ^ uint64(b)) * 1099511628211
	}
	return key
}
func (l listed) Row(key uint64) int {
	return slices.IndexFunc(l, func(s string) bool { return listed{s}.Key(0) == key })
}

// million is gridData of as many rows as its value says.
type million int

func (n million) Len() int          { return int(n) }
func (n million) Columns() []column { return millionColumns }
func (n million) Cell(row, col int) (string, cellStyle) {
	if col == 0 {
		return fmt.Sprintf("u%07d", row), styleText
	}
	return fmt.Sprint(row % (col * 7)), styleMuted
}
func (n million) Key(row int) uint64 { return uint64(row) }
func (n million) Row(key uint64) int { return int(key) }

var millionColumns = []column{
	{title: "AccountName"}, {title: "Mailbox", numeric: true}, {title: "Send/RecvAs", numeric: true},
	{title: "Rev_Mbx", numeric: true}, {title: "Rev_Send/Recv", numeric: true},
}

// driveGrid shows a grid alone on a screen.
func driveGrid(t testing.TB, w, h int, data gridData) (*driver, *grid) {
	t.Helper()
	g := newGrid(themeFor(0))
	g.swap(data)
	d := drive(t, w, h, tview.NewApplication().SetRoot(g, true))
	return d, g
}

// on runs f where a grid may be touched.
func (d *driver) on(f func()) {
	d.app.QueueUpdateDraw(f)
	d.settle()
}

func TestGridGolden(t *testing.T) {
	d, g := driveGrid(t, 60, 8, listed{"u00011", "山田　太郎", "[red]root", "evil\u202e\x1b[2J", strings.Repeat("long", 20)})
	d.golden("grid-hostile")
	d.on(func() { g.swap(listed{}) })
	d.golden("grid-empty")
	d.on(func() { g.swap(listed{"one"}) })
	d.golden("grid-one")
	d.on(func() { g.swap(noRows{}) })
	d.press("Down", "End")
	d.wantGone("AccountName")
}

// TestGridNeedsNoRows: all keys in a grid whose filter found nothing.
func TestGridNeedsNoRows(t *testing.T) {
	d, g := driveGrid(t, 60, 8, listed{})
	d.press("Down", "Up", "PgDn", "PgUp", "End", "Home", "Left", "Right", "Enter", "j", "G")
	d.wantLine(0, "AccountName")
	d.on(func() { g.swap(listed{"a", "b"}) })
	d.wantSelected("a")
	d.press("Down")
	d.wantSelected("b")
}

func TestGridKeepsRowAndPlace(t *testing.T) {
	var names []string
	for i := range 100 {
		names = append(names, fmt.Sprintf("n%02d", i*2))
	}
	d, g := driveGrid(t, 60, 11, listed(names))
	var moves int
	d.on(func() { g.onMove = func() { moves++ } })
	d.press("PgDn", "PgDn", "Up", "Up", "Up")
	d.wantSelected("n34")
	line := slices.IndexFunc(d.screen(), func(l string) bool { return strings.HasPrefix(l, "n34") })
	moved := moves

	more := append([]string{"m1", "m2", "m3", "m4", "m5"}, names...)
	d.on(func() { g.swap(listed(more)) })
	d.wantSelected("n34")
	d.wantLine(line, "n34")
	if moves != moved {
		t.Errorf("the cursor was reported to move %d times although it stays on its row", moves-moved)
	}

	gone := slices.DeleteFunc(slices.Clone(more), func(n string) bool { return n == "n34" })
	d.on(func() { g.swap(listed(gone)) })
	d.wantSelected("n36")
	d.wantLine(line, "n36")
	if moves != moved+1 {
		t.Errorf("%d moves were reported after the row went, want 1", moves-moved)
	}

	d.on(func() { g.swap(listed{"x", "n36"}) })
	d.wantSelected("n36")
	d.on(func() { g.swap(listed{}) })
	d.on(func() {
		if _, ok := g.selected(); ok {
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
	d.on(func() {
		g.onChoose = func(row int) { chosen = row }
		g.onHeader = func(column int) { header = column }
	})
	d.press("End", "Enter")
	d.wantSelected("u0999999")
	if chosen != 999_999 {
		t.Errorf("Enter on the last row chose %d", chosen)
	}
	d.press("Home", "PgDn")
	d.wantSelected("u0000010")
	d.on(func() { g.choose(500_000) })
	d.wantSelected("u0500000")
	d.on(func() { g.choose(1_000_000); g.choose(-1) })
	d.wantSelected("u0500000")

	d.click(14, 0)
	if header != 1 {
		t.Errorf("a click on the second heading told of column %d", header)
	}
	d.wantSelected("u0500000")
	d.on(func() { g.swap(million(3)) })
	d.click(1, 2)
	d.wantSelected("u0000001")
	d.click(1, 8) // below the rows
	d.wantSelected("u0000001")
	chosen = -1
	d.click(1, 3)
	d.click(1, 3)
	d.click(1, 3)
	d.wantSelected("u0000002")
	if chosen != 2 {
		t.Errorf("a double click chose %d", chosen)
	}
}

// click presses and releases the left button.
func (d *driver) click(x, y int) {
	d.t.Helper()
	d.sim.InjectMouse(x, y, tcell.ButtonPrimary, tcell.ModNone)
	d.sim.InjectMouse(x, y, tcell.ButtonNone, tcell.ModNone)
	d.settle()
}

// TestGridAnswersAnyIndex: tview asks for line -1 after some clicks.
func TestGridAnswersAnyIndex(t *testing.T) {
	g := newGrid(themeFor(256))
	for _, data := range []gridData{noRows{}, listed{}, listed{"a"}} {
		g.swap(data)
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
	g := newGrid(themeFor(0))
	for _, c := range []struct {
		name  string
		data  gridData
		inner int
		want  []int
		trail int
	}{
		{"room for all", listed{"a", strings.Repeat("b", 20)}, 60, []int{20, 7, 31}, 0},
		{"narrower rows change nothing", listed{"a"}, 60, []int{20, 7, 31}, 0},
		{"a long text gets what is left over", listed{strings.Repeat("c", 100)}, 80, []int{65, 7, 6}, 0},
		{"a longer text than is good, where there is room", listed{"a"}, 160, []int{100, 7, 51}, 0},
		{"no room: the widest text first", listed{"a"}, 40, []int{25, 7, 6}, 0},
		{"less room: headings of numbers too", listed{"a"}, 20, []int{8, 4, 6}, 0},
		{"hardly any", listed{"a"}, 11, []int{3, 3, 3}, 0},
		{"none", listed{"a"}, 3, []int{3, 3, 3}, 0},
		{"other columns, the last a number", million(10), 60, []int{11, 7, 11, 7, 20}, 7},
		{"numbers keep their digits", million(10), 24, []int{8, 3, 3, 3, 3}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			g.swap(c.data)
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
	d.golden("grid-squeezed")
	d.resize(60, 6)
	d.on(func() { g.swap(million(5)) })
	d.golden("grid-numbers")
}

// TestGridFocus: the cursor shows which pane the keys go to.
func TestGridFocus(t *testing.T) {
	left, right := newGrid(themeFor(0)), newGrid(themeFor(0))
	left.swap(listed{"a1", "a2"})
	right.swap(listed{"b1", "b2"})
	app := tview.NewApplication()
	d := drive(t, 80, 6, app.SetRoot(tview.NewFlex().AddItem(left, 0, 1, true).AddItem(right, 0, 1, false), true))
	d.wantSelected("a1")
	d.on(func() { app.SetFocus(right) })
	d.press("Down")
	d.wantSelected("b2")
	d.wait("do not want two cursors", func(_, selected []string) bool {
		return !strings.Contains(strings.Join(selected, ""), "a1")
	})
}

// counted counts how often a cell is asked for.
type counted struct {
	million
	asked *int
}

func (c counted) Cell(row, col int) (string, cellStyle) {
	*c.asked++
	return c.million.Cell(row, col)
}

// TestGridAsksForFewCells: what a draw costs does not depend on the number of
// rows, and what did not change is not asked for again.
func TestGridAsksForFewCells(t *testing.T) {
	asked := 0
	d, g := driveGrid(t, 200, 50, counted{1_000_000, &asked})
	d.on(func() { asked = 0 })
	d.press("x")
	if asked != 0 {
		t.Errorf("a key that does nothing asks for %d cells", asked)
	}
	d.press("End")
	if columns := len(g.columns); asked > 50*columns {
		t.Errorf("a jump to the end asks for %d cells, want at most %d", asked, 50*columns)
	}
}

// TestGridBytes is the byte budget on the layout of the program: two panes
// side by side over the whole width.
func TestGridBytes(t *testing.T) {
	left, right := newGrid(themeFor(256)), newGrid(themeFor(256))
	left.SetBorder(true)
	right.SetBorder(true)
	left.swap(million(1_000_000))
	right.swap(listed{"a", "b"})
	w := startWire(t, true, tview.NewFlex().AddItem(left, 0, 1, true).AddItem(right, 0, 1, false))
	for _, c := range []struct {
		name, key string
		budget    int
	}{{"nothing", "x", 50}, {"down", "\x1b[B", 500}, {"up", "\x1b[A", 500}, {"page down", "\x1b[6~", 8000}} {
		w.key(c.key)
		got := w.key(c.key)
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
			screen := newDiffScreen(newSim(b, 200, 50))
			g := newGrid(themeFor(256))
			g.swap(million(1_000_000))
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
	g := newGrid(themeFor(256))
	g.swap(million(1_000_000))
	g.choose(500_000)
	b.ReportAllocs()
	for b.Loop() {
		g.swap(million(1_000_000))
	}
}
