package ui

import (
	"strings"

	"github.com/gdamore/tcell/v2"

	"mbxperm/ui/safe"
)

// put writes a text of any origin into exactly w cells of a line.
func put(screen tcell.Screen, x, y, w int, text string, style tcell.Style) {
	putSafe(screen, x, y, w, safe.Text(text), style)
}

// putSafe is put for a text that passed through safe.Text.
func putSafe(screen tcell.Screen, x, y, w int, text string, style tcell.Style) {
	if w > 0 {
		screen.PutStrStyled(x, y, safe.Fit(text, w), style)
	}
}

// longestName is how much of a name stands in a title: what comes after it,
// the number of rows, must not be driven out.
const longestName = 24

// shorten makes a name of any origin fit for a title, but for tags.
func shorten(name string) string {
	name = safe.Text(name)
	if safe.Width(name) > longestName {
		return safe.Fit(name, longestName)
	}
	return name
}

// putCentered writes a text into the middle of a box, broken into lines.
func putCentered(screen tcell.Screen, x, y, w, h int, text string, style tcell.Style) {
	if text == "" || w < 1 || h < 1 {
		return
	}
	lines := wrap(text, w)
	if len(lines) > h {
		lines = lines[:h]
	}
	y += (h - len(lines)) / 2
	for i, line := range lines {
		indent := max(0, w-safe.Width(line)) / 2
		screen.PutStrStyled(x+indent, y+i, safe.Fit(line, min(w-indent, safe.Width(line))), style)
	}
}

// wrap makes a text of any origin fit to be shown in lines of at most w cells,
// broken between words. A newline begins a new line.
func wrap(text string, w int) (lines []string) {
	for para := range strings.SplitSeq(text, "\n") {
		line := ""
		for _, word := range strings.Fields(para) {
			word = safe.Text(word)
			if line != "" && safe.Width(line)+1+safe.Width(word) > w {
				lines = append(lines, line)
				line = ""
			}
			if line != "" {
				line += " "
			}
			line += word
		}
		lines = append(lines, line)
	}
	return lines
}
