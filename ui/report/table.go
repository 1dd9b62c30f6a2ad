package report

import (
	"bufio"
	"slices"
	"strings"

	"mbxperm/ui/safe"
)

const (
	sampled  = 1000 // records whose widths make the columns of a table
	maxWidth = 60   // cells; what is longer goes on past its column, nothing is cut
)

// widen makes room for the cells of a record, up to maxWidth.
func widen(widths []int, cells []any) {
	for j, v := range cells {
		widths[j] = max(widths[j], min(maxWidth, safe.Width(safe.Text(text(v)))))
	}
}

// widths returns the width of each field, by the first records, in cells.
func (d Data) widths() []int {
	widths := d.titles()
	cells := make([]any, len(d.Fields))
	for i := range min(d.Len, sampled) {
		d.Record(i, cells)
		widen(widths, cells)
	}
	return widths
}

func (d Data) titles() []int {
	widths := make([]int, len(d.Fields))
	for j, f := range d.Fields {
		widths[j] = safe.Width(f)
	}
	return widths
}

// between stands between two columns of a table.
const between = "  "

// writeTable lines the fields up for people. Nothing is cut: a table that loses
// the end of a name is worse than one that is not straight. Columns that find no
// room in a line of d.room cells are left out, and d.shown is told.
func writeTable(w *bufio.Writer, d Data) error {
	var first [][]any
	widths, filled := d.titles(), make([]bool, len(d.Fields))
	var at []int
	begin := func() error {
		at = d.fit(widths, filled, d.room)
		if d.shown != nil {
			d.shown(len(at))
		}
		err := writeLine(w, widths, at, func(j int) (string, bool) { return d.Fields[j], false })
		for _, cells := range first {
			if err == nil {
				err = writeCells(w, widths, at, cells)
			}
		}
		return err
	}
	err := d.each(func(cells []any) error {
		if len(first) < sampled {
			first = append(first, slices.Clone(cells))
			widen(widths, cells)
			for j, v := range cells {
				filled[j] = filled[j] || text(v) != ""
			}
			if len(first) < sampled {
				return nil
			}
			return begin()
		}
		return writeCells(w, widths, at, cells)
	})
	if err == nil && len(first) < sampled {
		err = begin()
	}
	return err
}

func writeCells(w *bufio.Writer, widths, at []int, cells []any) error {
	return writeLine(w, widths, at, func(j int) (string, bool) {
		_, number := cells[j].(int)
		return safe.Text(text(cells[j])), number
	})
}

// writeLine writes a line of a table with the columns at; cell returns a cell, and
// whether it stands to the right.
func writeLine(w *bufio.Writer, widths, at []int, cell func(j int) (string, bool)) error {
	for i, j := range at {
		s, right := cell(j)
		pad := strings.Repeat(" ", max(0, widths[j]-safe.Width(s)))
		switch {
		case right:
			s = pad + s
		case i < len(at)-1:
			s += pad
		}
		if i > 0 {
			w.WriteString(between)
		}
		w.WriteString(s)
	}
	return w.WriteByte('\n')
}
