package ui

import (
	"strings"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/uniseg"

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

// wrap makes a text of any origin fit to be shown in lines of at most w cells.
// A newline begins a new line: it is for texts of ours with names in them.
func wrap(text string, w int) (lines []string) {
	for para := range strings.SplitSeq(text, "\n") {
		lines = append(lines, wrapSafe(safe.Text(para), w)...)
	}
	return lines
}

// wrapSafe breaks a text that passed through safe.Text between words, and a
// word that is longer than a line within. There is one line at least.
func wrapSafe(text string, w int) (lines []string) {
	w = max(w, 2) // the widest character
	line := ""
	for word := range strings.SplitSeq(text, " ") {
		switch {
		case word == "":
			continue
		case line == "":
		case safe.Width(line)+1+safe.Width(word) > w:
			lines = append(lines, line)
			line = ""
		default:
			line += " "
		}
		line += word
		for safe.Width(line) > w {
			head := prefix(line, w)
			lines = append(lines, head)
			line = line[len(head):]
		}
	}
	return append(lines, line)
}

// prefix is as much of a text as fits into w cells.
func prefix(text string, w int) string {
	used, end := 0, 0
	for rest, state := text, -1; rest != ""; {
		var c string
		var width int
		c, rest, width, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if used += width; used > w {
			break
		}
		end += len(c)
	}
	return text[:end]
}
