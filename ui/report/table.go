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

// writeTable lines the fields up for people. Nothing is cut: a table that loses
// the end of a name is worse than one that is not straight.
func writeTable(w *bufio.Writer, d Data) error {
	var first [][]any
	widths := d.titles()
	begin := func() error {
		err := writeLine(w, widths, func(j int) (string, bool) { return d.Fields[j], false })
		for _, cells := range first {
			if err == nil {
				err = writeCells(w, widths, cells)
			}
		}
		return err
	}
	err := d.each(func(cells []any) error {
		if len(first) < sampled {
			first = append(first, slices.Clone(cells))
			widen(widths, cells)
			if len(first) < sampled {
				return nil
			}
			return begin()
		}
		return writeCells(w, widths, cells)
	})
	if err == nil && len(first) < sampled {
		err = begin()
	}
	return err
}

func writeCells(w *bufio.Writer, widths []int, cells []any) error {
	return writeLine(w, widths, func(j int) (string, bool) {
		_, number := cells[j].(int)
		return safe.Text(text(cells[j])), number
	})
}

// writeLine writes a line of a table; cell returns a cell, and whether it stands
// to the right.
func writeLine(w *bufio.Writer, widths []int, cell func(j int) (string, bool)) error {
	for j := range widths {
		s, right := cell(j)
		pad := strings.Repeat(" ", max(0, widths[j]-safe.Width(s)))
		switch {
		case right:
			s = pad + s
		case j < len(widths)-1:
			s += pad
		}
		if j > 0 {
			w.WriteString("  ")
		}
		w.WriteString(s)
	}
	return w.WriteByte('\n')
}
