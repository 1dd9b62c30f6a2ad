package ui

import (
	"fmt"
	"strings"
	"testing"

	"mbxperm/ui/safe"
)

// TestWrapAtAnyWidth: no line is too wide, and nothing but blanks is lost.
func TestWrapAtAnyWidth(t *testing.T) {
	text := safe.Text("CN=Müller\x1b[31m, Zoë,OU=漢字 のテスト,DC=contoso,DC=com \u202egnp.exe  S-1-5-21-1004336348-1177238915-682003330-512")
	for w := 2; w < 120; w++ {
		lines := wrapSafe(text, w)
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

// tallPage is a page of two sheets, one of which is longer than any screen.
func tallPage(t *theme) *page {
	var lines []pageLine
	for i := range 200 {
		lines = append(lines, pageLine{label: fmt.Sprintf("line %d", i), text: strings.Repeat("word ", i%7*10) + fmt.Sprintf("[red]end%d", i)})
	}
	return newPage(t, 0, sheet{title: "Tall [red]", text: still(lines...)}, sheet{title: "Short", text: still(pageLine{text: "all there is"})})
}

func TestPage(t *testing.T) {
	d, a := driveDemo(t, 80, 24)
	d.on(func() { a.root.push(tallPage(a.theme)) })
	d.press("Down")
	d.wantScreen("[Tall [red]]  Short", "line 1", "[red]end1", "2–")
	d.press("Up", "End")
	d.wantScreen("[red]end199")
	d.press("Home")
	d.wantScreen("[red]end0", " 1–")
	d.press("PgDn", "PgUp")
	d.wantScreen("[red]end0")
	d.press("/")
	d.typeText("END150")
	d.press("Enter")
	d.wantSelected("[red]end150")
	d.press("n")
	d.wantScreen("went on from the top: END150")
	d.press("/", "Esc", "N")
	d.wantScreen("went on from the end: END150")
	d.resize(120, 32)
	d.wantScreen("[red]end150") // still in view
	d.press("Tab")
	d.wantScreen("Tall [red]  [Short]", "all there is")
	d.press("n")
	d.wantScreen("END150 is not on this sheet")
	d.press("Shift-Tab", "Esc")
	d.wantGone("Tall")
	d.wantScreen("Mailboxes ")
}

// TestNextMatch: n and N move the cursor and leave no line out.
func TestNextMatch(t *testing.T) {
	d, a := driveDemo(t, 120, 32)
	lines := 0
	d.on(func() { lines = a.left.result.Len() })
	d.press("n")
	d.wantScreen("find: ")
	d.typeText("u0000 !u00001")
	d.press("Enter")
	d.wantSelected("u00002")
	d.press("n", "n")
	d.wantSelected("u00004")
	d.press("N")
	d.wantSelected("u00003")
	d.press("N", "N")
	d.idle(a)
	d.wantScreen("went on from the last line: u0000 !u00001")
	d.press("n")
	d.idle(a)
	d.wantScreen("went on from the first line")
	d.wantSelected("u00002")
	d.on(func() {
		if a.left.result.Len() != lines {
			t.Errorf("%d of %d lines are left", a.left.result.Len(), lines)
		}
	})
	d.find("u00002")
	d.press("Esc", "Home", "n")
	d.wantSelected("u00002")
	d.press("n")
	d.wantScreen("this is the only line that matches u00002")
	d.press("Enter")
	d.idle(a)
	d.press("n")
	d.typeText("nobody-is-called-this")
	d.press("Enter")
	d.wantScreen("no line matches nobody-is-called-this")
	d.press("/")
	d.typeText("svc-backup")
	d.press("Enter", "Esc", "End", "n")
	d.wantSelected("svc-backup")
}
