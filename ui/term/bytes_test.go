package term_test

import (
	"fmt"
	"testing"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"mbxperm/ui/screentest"
	"mbxperm/ui/term"
	"mbxperm/ui/widget"
)

// numbers is a table that answers any index, for measuring.
type numbers struct {
	tview.TableContentReadOnly
	rows, columns int
}

func (n numbers) GetRowCount() int    { return n.rows }
func (n numbers) GetColumnCount() int { return n.columns }
func (n numbers) GetCell(row, column int) *tview.TableCell {
	return widget.NewCell(fmt.Sprintf("u%07d-%d", row, column), 20, widget.Look{})
}

// gridAndStatus is a table above a status line, on the whole screen.
func gridAndStatus() (*tview.Flex, *tview.TextView) {
	table := tview.NewTable().SetContent(numbers{rows: 1_000_000, columns: 5}).
		SetFixed(1, 0).SetSelectable(true, false).SetSelectedStyle(tcell.StyleDefault.Reverse(true))
	table.Select(5, 0)
	status := tview.NewTextView()
	return tview.NewFlex().SetDirection(tview.FlexRow).
		AddItem(table, 0, 1, true).AddItem(status, 1, 0, false), status
}

// TestBytesToTheTerminal is the promise of few bytes over SSH, kept by a real
// tview event loop on a 200x50 xterm.
func TestBytesToTheTerminal(t *testing.T) {
	root, status := gridAndStatus()
	w := screentest.StartWire(t, true, root)
	tick := 0
	for _, c := range []struct {
		name   string
		budget int
		do     func() int
	}{
		{"key that does nothing", 50, func() int { return w.Key("x") }},
		{"cursor down", 500, func() int { return w.Key("\x1b[B") }},
		{"cursor up", 500, func() int { return w.Key("\x1b[A") }},
		{"status tick", 200, func() int {
			return w.Update(func() {
				tick++
				status.SetText(fmt.Sprintf("reading accounts  %d of 1,000,000  18,432/s", 41_000+tick))
			})
		}},
		{"draw without change", 50, func() int { return w.Update(func() {}) }},
	} {
		c.do() // the first status line is longer than a tick
		got := c.do()
		t.Logf("%-22s %5d bytes", c.name, got)
		if got > c.budget {
			t.Errorf("%s: %d bytes, want at most %d", c.name, got, c.budget)
		}
	}
}

// TestBytesWithoutDiffScreen says why the wrapper is there. When it fails,
// tview or tcell has learned to do without.
func TestBytesWithoutDiffScreen(t *testing.T) {
	root, _ := gridAndStatus()
	w := screentest.StartWire(t, false, root)
	if got := w.Key("x"); got < 1000 {
		t.Errorf("a key that does nothing takes %d bytes without Screen: is it still needed?", got)
	}
}

func BenchmarkDrawTable(b *testing.B) {
	for _, wrap := range []bool{false, true} {
		b.Run(fmt.Sprintf("diff=%v", wrap), func(b *testing.B) {
			sim := screentest.NewSim(b, 200, 50)
			var screen tcell.Screen = sim
			if wrap {
				screen = term.NewScreen(sim)
			}
			root, _ := gridAndStatus()
			root.SetRect(0, 0, 200, 50)
			b.ReportAllocs()
			for b.Loop() {
				screen.Clear()
				root.Draw(screen)
				screen.Show()
			}
		})
	}
}

// BenchmarkDiffScreen is the wrapper alone: a full frame drawn in which
// nothing, or one line, is new.
func BenchmarkDiffScreen(b *testing.B) {
	for _, lines := range []int{0, 1, 50} {
		b.Run(fmt.Sprintf("changed=%d", lines), func(b *testing.B) {
			s := term.NewScreen(screentest.NewSim(b, 200, 50))
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				n++
				s.Clear()
				for y := range 50 {
					r := 'a'
					if y < lines {
						r += rune(n % 2)
					}
					for x := range 200 {
						s.SetContent(x, y, r, nil, tcell.StyleDefault)
					}
				}
				s.Show()
			}
		})
	}
}
