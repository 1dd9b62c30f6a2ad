package widget

import (
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
