package ui

import (
	"fmt"
	"strings"
	"testing"

	"mbxperm/ui/widget"
)

// tallPage is a page of two sheets, one of which is longer than any screen.
func tallPage(t *widget.Theme) *widget.Page {
	var lines []widget.Line
	for i := range 200 {
		lines = append(lines, widget.Line{Label: fmt.Sprintf("line %d", i), Text: strings.Repeat("word ", i%7*10) + fmt.Sprintf("[red]end%d", i)})
	}
	return widget.NewPage(t, 0, widget.Sheet{Title: "Tall [red]", Text: widget.Still(lines...)}, widget.Sheet{Title: "Short", Text: widget.Still(widget.Line{Text: "all there is"})})
}

func TestPage(t *testing.T) {
	d, a := driveDemo(t, 80, 24)
	d.On(func() { a.root.push(tallPage(a.theme)) })
	d.Press("Down")
	d.WantScreen("[Tall [red]]  Short", "line 1", "[red]end1", "2–")
	d.Press("Up", "End")
	d.WantScreen("[red]end199")
	d.Press("Home")
	d.WantScreen("[red]end0", " 1–")
	d.Press("PgDn", "PgUp")
	d.WantScreen("[red]end0")
	d.Press("/")
	d.TypeText("END150")
	d.Press("Enter")
	d.WantSelected("[red]end150")
	d.Press("n")
	d.WantScreen("went on from the top: END150")
	d.Press("/", "Esc", "N")
	d.WantScreen("went on from the end: END150")
	d.Resize(120, 32)
	d.WantScreen("[red]end150") // still in view
	d.Press("Tab")
	d.WantScreen("Tall [red]  [Short]", "all there is")
	d.Press("n")
	d.WantScreen("END150 is not on this sheet")
	d.Press("Shift-Tab", "Esc")
	d.WantGone("Tall")
	d.WantScreen("Mailboxes ")
}

// TestNextMatch: n and N move the cursor and leave no line out.
func TestNextMatch(t *testing.T) {
	d, a := driveDemo(t, 120, 32)
	lines := 0
	d.On(func() { lines = a.left.result.Len() })
	d.Press("n")
	d.WantScreen("find: ")
	d.TypeText(".s !judit")
	d.Press("Enter")
	d.WantSelected("diego.sorolla")
	d.Press("n", "n")
	d.WantSelected("paolo.serra")
	d.Press("N")
	d.WantSelected("klara.stern")
	d.Press("N", "N")
	d.idle(a)
	d.WantScreen("went on from the last line: .s !judit")
	d.Press("n")
	d.idle(a)
	d.WantScreen("went on from the first line")
	d.WantSelected("diego.sorolla")
	d.On(func() {
		if a.left.result.Len() != lines {
			t.Errorf("%d of %d lines are left", a.left.result.Len(), lines)
		}
	})
	d.find("front.desk")
	d.Press("Esc", "Home", "n")
	d.WantSelected("front.desk")
	d.Press("n")
	d.WantScreen("this is the only line that matches front.desk")
	d.Press("Enter")
	d.idle(a)
	d.Press("n")
	d.TypeText("nobody-is-called-this")
	d.Press("Enter")
	d.WantScreen("no line matches nobody-is-called-this")
	d.Press("/")
	d.TypeText("svc-backup")
	d.Press("Enter", "Esc", "End", "n")
	d.WantSelected("svc-backup")
}
