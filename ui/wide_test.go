package ui

import (
	"strings"
	"testing"

	"mbxperm/ui/safe"
)

// names from all over the world, and some that nobody should bear.
var worldNames = []string{
	"u00011", "Zoë Müller", "Zoe\u0308 Mu\u0308ller", "山田　太郎", "김철수", "王小明（财务）", "محمد عبد الله", "שלום כהן",
	"สมชาย ใจดี", "हिन्दी नाम", "Ångström", "ﬁnance", "👩\u200d💻 dev", "ad\u200bmin", "evil\u202egpj.exe", "\u2066iso\u2069",
	"[red]root[-]", "[:::https://example.com/]x", "\x1b[31mred\x1b[0m", "tab\tbell\a", "z\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308\u0309",
	"bad\xff\xfeutf8", strings.Repeat("長", 30), "\u0301lonely", "a\r\nb",
}

// TestColumnsAlign: whatever the names are, the column behind them begins in the
// same cell in every line, nothing of them reaches the terminal that it would
// obey, and each name is there whole, or cut with an ellipsis.
func TestColumnsAlign(t *testing.T) {
	d, _ := driveGrid(t, 60, len(worldNames)+1, listed(worldNames))
	d.wantScreen("u00011")
	column := 0
	for i, name := range worldNames {
		y, text, at := i+1, "", -1
		for x := 0; x < 60; {
			c, _, width := d.sim.Get(x, y)
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
