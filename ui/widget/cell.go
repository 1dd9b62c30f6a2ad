package widget

import (
	"strings"

	"github.com/rivo/tview"
	"github.com/rivo/uniseg"

	"mbxperm/ui/safe"
)

// NewCell makes a table cell of exactly width cells from a string of any
// origin. It is the only maker of table cells; a test sees to that.
func NewCell(text string, width int, look Look) *tview.TableCell {
	text = safe.Text(text)
	if look.Right {
		text = safe.FitRight(text, width-look.Trail)
	}
	if look.Name {
		text = safe.FitName(text, width)
	} else {
		text = safe.Fit(text, width)
	}
	cell := tview.NewTableCell(EscapeTags(text)).SetStyle(look.Style)
	// Where the style is the terminal's default, tview asks these two, whose
	// defaults are white on black.
	cell.Color, cell.BackgroundColor, _ = look.Style.Decompose()
	return cell
}

// Plain makes a string of any origin fit for the places where tview reads
// tags: titles and text views with dynamic colours.
func Plain(text string) string { return EscapeTags(safe.Text(text)) }

// EscapeTags keeps tview from taking anything in s for one of its tags.
//
// tview.Escape does not do that. It leaves alone a tag with a web address in
// it ("[:::http://example.org/]" vanishes and becomes a link), and it cannot
// write down a string that looks like its own result ("[é[]" shows as "[é]").
// Here every opening bracket is followed by an empty region tag, which shows
// nothing: "[" and "[" never begin a tag together, and after the tag there is
// no bracket left to begin one.
func EscapeTags(s string) string {
	if !strings.Contains(s, "[") {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	for state := -1; s != ""; {
		var c string
		c, s, _, state = uniseg.FirstGraphemeClusterInString(s, state)
		b.WriteString(c)
		if c[0] == '[' { // tview looks for brackets at the start of a character only
			b.WriteString(`[""]`)
		}
	}
	return b.String()
}
