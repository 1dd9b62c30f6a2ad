package report

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/xuri/excelize/v2"

	"mbxperm/model"
	"mbxperm/ui/safe"
)

// A workbook has the rows on its first sheet, more sheets where they do not fit
// on one, and the evidence on the last. Every text is written as a text, with
// what would not show itself made visible and what would be computed defused: a
// cell that is edited or saved as CSV must not come to life.

const (
	sheetRows   = excelize.TotalRows - 1  // below the head
	longestCell = excelize.TotalCellChars // UTF-16 units that a cell can hold
	evidence    = "Evidence"
)

// writeXLSX streams a workbook. Sheets beyond some megabytes wait in a temporary
// file of excelize's, readable by its owner alone, until they are packed.
func writeXLSX(ctx context.Context, w io.Writer, d Data, ev *Evidence) (err error) {
	f := excelize.NewFile()
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := f.SetDocProps(&excelize.DocProperties{Creator: "mbxperm", Title: "mbxperm " + d.Name}); err != nil {
		return err
	}
	f.SetZipWriter(newPacker)
	b := book{file: f}
	if b.bold, err = f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}}); err != nil {
		return err
	}
	if err := f.SetSheetName("Sheet1", d.Name); err != nil {
		return err
	}
	widths := d.widths()
	for from, sheet := 0, 1; from < d.Len || sheet == 1; from, sheet = from+sheetRows, sheet+1 {
		name := d.Name
		if sheet > 1 {
			name += " " + strconv.Itoa(sheet)
			if _, err := f.NewSheet(name); err != nil {
				return err
			}
		}
		if err := b.rows(ctx, name, d, from, min(d.Len, from+sheetRows), widths); err != nil {
			return err
		}
	}
	if _, err := f.NewSheet(evidence); err != nil {
		return err
	}
	if err := b.evidence(ev); err != nil {
		return err
	}
	_, err = f.WriteTo(w)
	return err
}

type book struct {
	file *excelize.File
	bold int
}

// sheet opens a sheet for writing: the widths of its columns, and nothing else yet.
func (b *book) sheet(name string, widths []int, frozen bool) (*excelize.StreamWriter, error) {
	s, err := b.file.NewStreamWriter(name)
	if err != nil {
		return nil, err
	}
	// From the last to the first: excelize puts each before those that are there,
	// and the columns of a sheet stand in ascending order.
	for j, width := range slices.Backward(widths) {
		if err := s.SetColWidth(j+1, j+1, float64(width)+2); err != nil {
			return nil, err
		}
	}
	if frozen {
		err = s.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"})
	}
	return s, err
}

func (b *book) rows(ctx context.Context, name string, d Data, from, to int, widths []int) error {
	s, err := b.sheet(name, widths, true)
	if err != nil {
		return err
	}
	last, err := excelize.CoordinatesToCellName(len(d.Fields), to-from+1)
	if err != nil {
		return err
	}
	if err := b.file.AutoFilter(name, "A1:"+last, nil); err != nil {
		return err
	}
	cells := make([]any, len(d.Fields))
	for j, f := range d.Fields {
		cells[j] = f
	}
	if err := s.SetRow("A1", cells, excelize.RowOpts{StyleID: b.bold}); err != nil {
		return err
	}
	for i := from; i < to; i++ {
		if i&1023 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		d.Record(i, cells)
		for j, v := range cells {
			cells[j] = sheetCell(v)
		}
		if err := s.SetRow("A"+strconv.Itoa(i-from+2), cells); err != nil {
			return err
		}
	}
	return s.Flush()
}

// sheetCell makes a cell of a value.
func sheetCell(v any) any {
	switch v := v.(type) {
	case string:
		return cell(v)
	case model.List, model.Tallies:
		return cell(text(v))
	}
	return v
}

// cell spells a text for a cell; nil for an empty one, which needs no cell. What
// a cell cannot hold is cut where everybody sees it.
func cell(t string) any {
	if t == "" {
		return nil
	}
	t = Defuse(safe.Text(t))
	if len(t) <= longestCell {
		return escapeLiteral(t)
	}
	units, end := 0, 0
	for i, r := range t {
		if units > longestCell-100 {
			break
		}
		units += 1 + int(min(1, r>>16))
		end = i
	}
	return escapeLiteral(fmt.Sprintf("%s… (cut: %d of %d bytes; a cell holds no more)", t[:end], end, len(t)))
}

func (b *book) evidence(ev *Evidence) error {
	s, err := b.sheet(evidence, []int{18, 90, 12, 12, 12, 12, 12, 12, 40}, false)
	if err != nil {
		return err
	}
	n := 0
	row := func(opts []excelize.RowOpts, cells ...any) error {
		n++
		return s.SetRow("A"+strconv.Itoa(n), cells, opts...)
	}
	for _, f := range ev.facts() {
		if err := row(nil, excelize.Cell{StyleID: b.bold, Value: f.Name}, cell(f.Text)); err != nil {
			return err
		}
	}
	for _, c := range ev.coverages() {
		n++ // a blank row
		if err := row([]excelize.RowOpts{{StyleID: b.bold}}, c.Title); err != nil {
			return err
		}
		cells := make([]any, len(c.Fields))
		for j, name := range c.Fields {
			cells[j] = name
		}
		if err := row([]excelize.RowOpts{{StyleID: b.bold}}, cells...); err != nil {
			return err
		}
		for i := range c.Len {
			c.Record(i, cells)
			for j, v := range cells {
				cells[j] = sheetCell(v)
			}
			if err := row(nil, cells...); err != nil {
				return err
			}
		}
	}
	return s.Flush()
}
