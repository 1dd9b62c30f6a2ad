// Package report writes views for pipes and files: the same lines and rows as
// the screen, as a table for people, as CSV, JSON or JSON lines for programs,
// and as a page or a workbook to hand over.
//
// A report is a list of records; a record is a list of values under the field
// names of the report. The names are a contract: they are added to, never
// renamed. Values are strings, ints, bools, lists and
// tallies. What the directory says is
// hostile until shown to be safe: a table and a page show control characters
// visibly, CSV and XLSX defuse what a spreadsheet would take for a formula, JSON
// needs neither and gives every string as it is.
//
// A report that leaves the program carries its Evidence: where it comes from,
// whether it is complete, what it covers and what it cannot know.
package report

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"mbxperm/model"
)

// Format is how a report is written.
type Format string

// The formats.
const (
	Table Format = "table"
	CSV   Format = "csv"
	JSON  Format = "json"
	JSONL Format = "jsonl"
	HTML  Format = "html"
	XLSX  Format = "xlsx"
)

// Formats are all of them.
var Formats = []Format{Table, CSV, JSON, JSONL, HTML, XLSX}

// FormatNames are the names of all formats, for messages and the help.
func FormatNames() string {
	names := make([]string, len(Formats))
	for i, f := range Formats {
		names[i] = string(f)
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// ParseFormat reads the name of a format.
func ParseFormat(s string) (Format, error) {
	if f := Format(s); slices.Contains(Formats, f) {
		return f, nil
	}
	return "", fmt.Errorf("unknown format %q: use %s", s, FormatNames())
}

// Data is a report, whatever its records are: what every format writes. Record
// fills the cells of record i, one for each field; it is called from one
// goroutine at a time.
type Data struct {
	Name   string // of the report: aces
	Fields []string
	Len    int
	Record func(i int, cells []any)
	// phrases is Record with the texts that are put together of words and names
	// still apart, as model.Phrase: what the name of a field cannot tell a Redactor.
	// nil where there are none.
	phrases func(i int, cells []any)
	hold    []held // by field; nil where nothing is said of them
	// stream, where it is not nil, makes the records one after another, of which
	// nobody knows beforehand how many there are; Len and Record say nothing then.
	stream func(yield func(record) error) error
	// write, where it is not nil, writes the report in a form of its own, whatever
	// the format.
	write func(io.Writer) error
	// room is how many cells a line of a table has, 0 where there is no end of them;
	// shown, where it is not nil, gets the number of columns that found room.
	room  int
	shown func(n int)
}

// held is what is said of a field.
type held struct {
	is                  model.Content
	aside, first, order bool
}

// about returns what is said of a field.
func (d Data) about(j int) held {
	if j >= len(d.hold) {
		return held{}
	}
	return d.hold[j]
}

// record fills the cells of one record; with phrases they stay apart, as in
// Data.phrases.
type record func(cells []any, phrases bool)

// each calls yield with the cells of each record, which it must not keep.
func (d Data) each(yield func(cells []any) error) error {
	cells := make([]any, len(d.Fields))
	if d.stream != nil {
		return d.stream(func(fill record) error {
			fill(cells, false)
			return yield(cells)
		})
	}
	for i := range d.Len {
		d.Record(i, cells)
		if err := yield(cells); err != nil {
			return err
		}
	}
	return nil
}

// collected is a report whose records are all in memory: for what must know how
// many there are, or in which order.
func (d Data) collected() (Data, error) {
	if d.stream == nil {
		return d, nil
	}
	var all [][]any
	err := d.stream(func(fill record) error {
		cells := make([]any, len(d.Fields))
		fill(cells, true)
		all = append(all, cells)
		return nil
	})
	out := Data{Name: d.Name, Fields: d.Fields, hold: d.hold, Len: len(all), phrases: func(i int, cells []any) { copy(cells, all[i]) }}
	out.Record = func(i int, cells []any) {
		copy(cells, all[i])
		flatten(cells)
	}
	return out, err
}

// flatten spells the phrases of a record.
func flatten(cells []any) {
	for j, v := range cells {
		if p, ok := v.(model.Phrase); ok {
			cells[j] = p.String()
		}
	}
}

// streamed makes a report of records that come one after another.
func streamed[T any](name string, fields []model.Field[*T], each func(yield func(T) error) error) Data {
	d := Data{Name: name}
	for _, f := range fields {
		d.Fields = append(d.Fields, f.Name)
		d.hold = append(d.hold, held{f.Is, f.Aside, f.First, f.Order})
	}
	d.stream = func(yield func(record) error) error {
		return each(func(r T) error {
			return yield(func(cells []any, phrases bool) {
				for j, f := range fields {
					cells[j] = f.Value(&r)
				}
				if !phrases {
					flatten(cells)
				}
			})
		})
	}
	return d
}

// NewData makes a report of n records, made one at a time by record.
func NewData[T any](name string, fields []model.Field[*T], n int, record func(int) T) Data {
	d := Data{Name: name, Len: n}
	for _, f := range fields {
		d.Fields = append(d.Fields, f.Name)
		d.hold = append(d.hold, held{f.Is, f.Aside, f.First, f.Order})
	}
	d.phrases = func(i int, cells []any) {
		r := record(i)
		for j, f := range fields {
			cells[j] = f.Value(&r)
		}
	}
	d.Record = func(i int, cells []any) {
		d.phrases(i, cells)
		flatten(cells)
	}
	return d
}

// numeric says which fields hold numbers: those whose first value is one.
func (d Data) numeric() []bool {
	out := make([]bool, len(d.Fields))
	if d.Len == 0 {
		return out
	}
	cells := make([]any, len(d.Fields))
	d.Record(0, cells)
	for j, v := range cells {
		_, out[j] = v.(int)
	}
	return out
}

// bom is the byte order mark by which Excel knows that a CSV file is UTF-8.
const bom = "\ufeff"

// Write writes a report in the given format, its evidence inside where the
// format has room for it (html and xlsx). mark puts a byte order mark before
// CSV. It returns the first error of w, or that of the context when it ends.
func Write(ctx context.Context, w io.Writer, format Format, mark bool, d Data, ev *Evidence) error {
	out := bufio.NewWriterSize(stopper{ctx, w}, 1<<16)
	if mark && format == CSV {
		out.WriteString(bom)
	}
	var err error
	switch {
	case d.write != nil:
		err = d.write(out)
	case format == CSV:
		err = writeCSV(out, d)
	case format == JSON || format == JSONL:
		err = writeJSON(out, format, d)
	case format == HTML:
		err = writeHTML(out, d, ev)
	case format == XLSX:
		err = writeXLSX(ctx, out, d, ev)
	default:
		err = writeTable(out, d)
	}
	if err != nil {
		return err // Flush would say it again
	}
	return out.Flush()
}

// stopper is a writer that fails when its context ends.
type stopper struct {
	ctx context.Context
	w   io.Writer
}

func (s stopper) Write(b []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.w.Write(b)
}

// text spells a value.
func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int:
		return strconv.Itoa(v)
	case bool:
		return strconv.FormatBool(v)
	case nil: // not known
		return ""
	}
	return fmt.Sprint(v)
}
