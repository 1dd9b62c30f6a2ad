package ui

import (
	"strings"

	"mbxperm/model"
	"mbxperm/model/coverage"
	"mbxperm/ui/safe"
	"mbxperm/ui/widget"
)

// covered is a row of the table of coverage: what was looked for, and what came of it.
type covered struct {
	what, searched, read, lost string
	why                        string
}

// leastWhy is the room from which on the reason stands in its row, and not below it.
const leastWhy = 16

// coveredRows are the rows for all that was not read as a whole, and those for the
// rest.
func coveredRows(s *model.Snapshot) (gaps, whole []covered) {
	for _, c := range coverage.Of(s) {
		var why []string
		for _, part := range []struct {
			n    int
			what string
		}{{c.Unreadable, "unreadable"}, {c.Unknown, "unknown"}, {c.Undecodable, "undecodable"}} {
			if part.n > 0 {
				why = append(why, safe.Thousands(part.n)+" "+part.what)
			}
		}
		row := covered{what: c.ObjectType, searched: safe.Thousands(c.Found), read: safe.Thousands(c.Decoded + c.Absent), lost: safe.Thousands(c.Unreadable + c.Unknown + c.Undecodable)}
		if !c.Complete {
			row.lost += " +?"
			why = append(why, "not read to the end")
		}
		if c.Reason != "" {
			why = append(why, c.Reason)
		}
		row.why = strings.Join(why, ", ")
		if c.Gaps() {
			gaps = append(gaps, row)
		} else {
			whole = append(whole, row)
		}
	}
	return gaps, whole
}

// coverageColumns are the columns before the reason: object type, searched, read, not
// read.
const coverageColumns = 4

func (c *covered) cells() [coverageColumns]string {
	return [...]string{c.what, c.searched, c.read, c.lost}
}

// coverageWidths are the widths of the columns in w cells, 0 for one that is not
// there. Where there is no room that of what was read goes: it is the rest of the two
// beside it.
func coverageWidths(rows []covered, w int) (widths [coverageColumns]int, total int) {
	for i := range rows {
		for j, text := range rows[i].cells() {
			widths[j] = max(widths[j], safe.Width(safe.Text(text)))
		}
	}
	sum := func() int {
		total = 0
		for _, n := range widths {
			if n > 0 {
				total += n + 2
			}
		}
		return total
	}
	if sum()-2 > w {
		widths[2] = 0
	}
	if over := sum() - 2 - w; over > 0 {
		widths[0] = max(widths[0]-over, 1)
	}
	return widths, sum()
}

// coverageTable lays rows out in w cells, under a heading.
func coverageTable(rows []covered, w int, style widget.Style) (lines []widget.Line) {
	all := append([]covered{{"object type", "searched", "read", "not read", "why"}}, rows...)
	widths, total := coverageWidths(all, w)
	for i := range all {
		c, s := &all[i], style
		if i == 0 {
			s = widget.StyleHeader
		}
		text := ""
		for j, cell := range c.cells() {
			switch n := widths[j]; {
			case n == 0:
			case j == 0:
				text += safe.Fit(safe.Text(cell), n) + "  "
			default:
				text += strings.Repeat(" ", max(n-safe.Width(cell), 0)) + cell + "  "
			}
		}
		add := func(text string) {
			lines = append(lines, widget.Line{Text: strings.TrimRight(text, " "), Style: s})
		}
		if w-total < leastWhy { // below the row, in all of the width
			add(text)
			for _, part := range widget.WrapSafe(safe.Text(c.why), w-2) {
				if part != "" && i > 0 {
					add("  " + part)
				}
			}
			continue
		}
		for k, part := range widget.WrapSafe(safe.Text(c.why), w-total) {
			if k > 0 {
				text = strings.Repeat(" ", total)
			}
			add(text + part)
		}
	}
	return lines
}
