package report

import (
	"bufio"
	"strings"

	"mbxperm/ui/safe"
)

const (
	sampled  = 1000 // records whose widths make the columns of a table
	maxWidth = 60   // cells; what is longer goes on past its column, nothing is cut
)

// widths returns the width of each field, by the first records, in cells.
func (d Data) widths() []int {
	widths := make([]int, len(d.Fields))
	for j, f := range d.Fields {
		widths[j] = safe.Width(f)
	}
	cells := make([]any, len(d.Fields))
	for i := range min(d.Len, sampled) {
		d.Record(i, cells)
		for j, v := range cells {
			widths[j] = max(widths[j], min(maxWidth, safe.Width(safe.Text(text(v)))))
		}
	}
	return widths
}

// writeTable lines the fields up for people. Nothing is cut: a table that loses
// the end of a name is worse than one that is not straight.
func writeTable(w *bufio.Writer, d Data) error {
	widths := d.widths()
	line := func(cell func(j int) (string, bool)) error {
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
	if err := line(func(j int) (string, bool) { return d.Fields[j], false }); err != nil {
		return err
	}
	cells := make([]any, len(d.Fields))
	for i := range d.Len {
		d.Record(i, cells)
		err := line(func(j int) (string, bool) {
			_, number := cells[j].(int)
			return safe.Text(text(cells[j])), number
		})
		if err != nil {
			return err
		}
	}
	return nil
}
