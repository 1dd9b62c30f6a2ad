package widget

import (
	"slices"
	"strings"
	"testing"

	"mbxperm/ui/safe"
	"mbxperm/ui/screentest"
)

// TestColumnsAlign: whatever the names are, the column behind them begins in the
// same cell in every line, nothing of them reaches the terminal that it would
// obey, and each name is there whole, or cut with an ellipsis.
func TestColumnsAlign(t *testing.T) {
	d, _ := driveGrid(t, 60, len(screentest.WorldNames)+1, listed(screentest.WorldNames))
	d.WantScreen("u00011")
	column := 0
	for i, name := range screentest.WorldNames {
		y, text, at := i+1, "", -1
		for x := 0; x < 60; {
			c, _, width := d.Sim.Get(x, y)
			if c == "D" { // the last one is that of Deny
				at = x
			}
			text += c
			x += max(width, 1)
		}
		if i == 0 {
			column = at
		}
		if at != column {
			t.Errorf("behind %q the next column begins at cell %d, want %d: %s", name, at, column, text)
		}
		if strings.ContainsAny(text, "\x1b\a\t\r\n\u202e\u200b\u200d\u2066\u2069") {
			t.Errorf("%q is on the screen as it is: %q", name, text)
		}
		if !strings.Contains(text, safe.Text(name)) && !strings.Contains(text, "…") {
			t.Errorf("%q is not in its line: %s", name, text)
		}
	}
}

// late is Rows whose last number is wider than all that are looked at for the width of
// its column.
type late struct{ listed }

func (l late) Cell(row, col int) (string, Style) {
	switch {
	case col == 1 && row == l.Len()-1:
		return "1,024/12 (2,025/12) g", StyleText
	case col == 1:
		return "2 g", StyleText
	}
	return l.listed.Cell(row, col)
}

// TestNumbersAreNotCut: a number far behind the first rows is there whole, and digits
// still stand below digits.
func TestNumbersAreNotCut(t *testing.T) {
	d, _ := driveGrid(t, 60, 12, late{slices.Repeat(listed{"u00011"}, 1000)})
	d.WantScreen("u00011")
	d.WantLine(1, "    2 g ")
	d.Press("G")
	d.WantLine(11, " 1,024/12 (2,025/12) g Deny")
	d.WantLine(10, "        2 g            Deny")
}
