package widget

import (
	"strings"
	"testing"

	"mbxperm/ui/safe"
)

// TestWrapAtAnyWidth: no line is too wide, and nothing but blanks is lost.
func TestWrapAtAnyWidth(t *testing.T) {
	text := safe.Text("CN=Müller\x1b[31m, Zoë,OU=漢字 のテスト,DC=contoso,DC=com \u202egnp.exe  S-1-5-21-1004336348-1177238915-682003330-512")
	for w := 2; w < 120; w++ {
		lines := WrapSafe(text, w)
		for _, l := range lines {
			if safe.Width(l) > w {
				t.Errorf("%q has more than %d cells", l, w)
			}
		}
		whole := func(s string) string { return strings.ReplaceAll(s, " ", "") }
		if got := whole(strings.Join(lines, "")); got != whole(text) {
			t.Errorf("at %d cells the text becomes %q", w, got)
		}
	}
}
