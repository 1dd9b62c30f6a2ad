package widget

import (
	"strings"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/uniseg"

	"mbxperm/ui/safe"
)

// Put writes a text of any origin into exactly w cells of a line.
func Put(screen tcell.Screen, x, y, w int, text string, style tcell.Style) {
	PutSafe(screen, x, y, w, safe.Text(text), style)
}

// PutSafe is put for a text that passed through safe.Text.
func PutSafe(screen tcell.Screen, x, y, w int, text string, style tcell.Style) {
	if w > 0 {
		screen.PutStrStyled(x, y, safe.Fit(text, w), style)
	}
}

// longestName is how much of a name stands in a title: what comes after it,
// the number of rows, must not be driven out.
const longestName = 24

// Shorten makes a name of any origin fit for a title, but for tags.
func Shorten(name string) string {
	return FitWidth(safe.Text(name), longestName)
}

// PutCentered writes a text into the middle of a box, broken into lines.
func PutCentered(screen tcell.Screen, x, y, w, h int, text string, style tcell.Style) {
	if text == "" || w < 1 || h < 1 {
		return
	}
	lines := Wrap(text, w)
	if len(lines) > h {
		lines = lines[:h]
	}
	y += (h - len(lines)) / 2
	for i, line := range lines {
		indent := max(0, w-safe.Width(line)) / 2
		screen.PutStrStyled(x+indent, y+i, safe.Fit(line, min(w-indent, safe.Width(line))), style)
	}
}

// Wrap makes a text of any origin fit to be shown in lines of at most w cells.
// A newline begins a new line: it is for texts of ours with names in them.
func Wrap(text string, w int) (lines []string) {
	for para := range strings.SplitSeq(text, "\n") {
		lines = append(lines, WrapSafe(strings.Join(strings.Fields(safe.Text(para)), " "), w)...)
	}
	return lines
}

// WrapSafe breaks a text that passed through safe.Text into lines of at most w
// cells: behind a blank where there is one, else anywhere between two
// characters. There is one line at least. It looks at each character once or
// twice: a descriptor in SDDL is one text of a hundred thousand.
func WrapSafe(text string, w int) (lines []string) {
	start, used := 0, 0  // of the line that is being filled, and its cells
	blank, spent := 0, 0 // behind the last blank in it, and the cells up to there
	for at, state := 0, -1; at < len(text); {
		c, _, width, s := uniseg.FirstGraphemeClusterInString(text[at:], state)
		if c == " " && at == start && len(lines) > 0 { // the break stands for it too
			at++
			start, state = at, s
			continue
		}
		if used+width > w && at > start {
			switch {
			case c == " ": // which the break replaces
				lines = append(lines, strings.TrimRight(text[start:at], " "))
				at++
				start, used, state = at, 0, s
				continue
			case blank <= start:
				blank, spent = at, used
			}
			lines = append(lines, strings.TrimRight(text[start:blank], " "))
			start, used = blank, used-spent
		}
		state = s
		at += len(c)
		used += width
		if c == " " && strings.TrimLeft(text[start:at], " ") != "" {
			blank, spent = at, used
		}
	}
	return append(lines, text[start:])
}

// FitWidth cuts a text that is longer than w cells.
func FitWidth(text string, w int) string {
	if safe.Width(text) > w {
		return safe.Fit(text, w)
	}
	return text
}
