// Package report writes views for pipes and files: the same lines and rows as
// the screen, as a table for people and as CSV, JSON or JSON lines for programs.
//
// A report is a list of records; a record is a list of values under the field
// names of the report. The names are a contract: they are added to, never
// renamed. Values are strings, ints and bools. What the directory says is
// hostile until shown to be safe: a table shows control characters visibly, CSV
// defuses what a spreadsheet would take for a formula, JSON needs neither and
// gives every string as it is.
package report

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"mbxperm/model"
	"mbxperm/ui/safe"
)

// Format is how a report is written.
type Format string

// The formats.
const (
	Table Format = "table"
	CSV   Format = "csv"
	JSON  Format = "json"
	JSONL Format = "jsonl"
)

// Formats are all of them.
var Formats = []Format{Table, CSV, JSON, JSONL}

// ParseFormat reads the name of a format.
func ParseFormat(s string) (Format, error) {
	for _, f := range Formats {
		if string(f) == s {
			return f, nil
		}
	}
	return "", fmt.Errorf("unknown format %q: use table, csv, json or jsonl", s)
}

// Write writes n records, made one at a time by record, in the given format. It
// returns the first error of w.
func Write[T any](w io.Writer, format Format, fields []model.Field[*T], n int, record func(int) T) error {
	out := bufio.NewWriterSize(w, 1<<16)
	var err error
	switch format {
	case CSV:
		err = writeCSV(out, fields, n, record)
	case JSON, JSONL:
		err = writeJSON(out, format, fields, n, record)
	default:
		err = writeTable(out, fields, n, record)
	}
	if err != nil {
		return err
	}
	return out.Flush()
}

// writeCSV follows RFC 4180: CRLF, quotes where needed.
func writeCSV[T any](w io.Writer, fields []model.Field[*T], n int, record func(int) T) error {
	c := csv.NewWriter(w)
	c.UseCRLF = true
	cells := make([]string, len(fields))
	for i, f := range fields {
		cells[i] = f.Name
	}
	if err := c.Write(cells); err != nil {
		return err
	}
	for i := range n {
		r := record(i)
		for j, f := range fields {
			cells[j] = defuse(f.Value(&r))
		}
		if err := c.Write(cells); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

// defuse puts an apostrophe before a text that a spreadsheet would compute: one
// that begins with = + - @, a tab or a carriage return (OWASP, CSV injection).
func defuse(v any) string {
	s, ok := v.(string)
	if !ok {
		return text(v)
	}
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
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
	}
	return fmt.Sprint(v)
}

// writeJSON writes one array, or one object a line. Fields stand in the order
// of the contract.
func writeJSON[T any](w *bufio.Writer, format Format, fields []model.Field[*T], n int, record func(int) T) error {
	open, between, end := "[\n", ",\n", "\n]\n"
	if format == JSONL {
		open, between, end = "", "\n", "\n"
	}
	if n == 0 {
		if format == JSON {
			_, err := w.WriteString("[]\n")
			return err
		}
		return nil
	}
	names := make([]string, len(fields))
	for j, f := range fields {
		b, err := json.Marshal(f.Name)
		if err != nil {
			return err
		}
		names[j] = string(b) + ":"
	}
	w.WriteString(open)
	for i := range n {
		if i > 0 {
			w.WriteString(between)
		}
		r := record(i)
		for j, f := range fields {
			w.WriteByte("{,"[min(j, 1)])
			w.WriteString(names[j])
			b, err := json.Marshal(f.Value(&r))
			if err != nil {
				return err
			}
			if _, err := w.Write(b); err != nil {
				return err
			}
		}
		w.WriteByte('}')
	}
	_, err := w.WriteString(end)
	return err
}

const (
	sampled  = 1000 // records whose widths make the columns of a table
	maxWidth = 60   // cells; what is longer goes on past its column, nothing is cut
)

// writeTable lines the fields up for people. Nothing is cut: a table that loses
// the end of a name is worse than one that is not straight.
func writeTable[T any](w *bufio.Writer, fields []model.Field[*T], n int, record func(int) T) error {
	widths := make([]int, len(fields))
	for j, f := range fields {
		widths[j] = safe.Width(f.Name)
	}
	for i := range min(n, sampled) {
		r := record(i)
		for j, f := range fields {
			widths[j] = max(widths[j], min(maxWidth, safe.Width(safe.Text(text(f.Value(&r))))))
		}
	}
	line := func(cell func(j int) (string, bool)) error {
		for j := range fields {
			s, right := cell(j)
			pad := strings.Repeat(" ", max(0, widths[j]-safe.Width(s)))
			switch {
			case right:
				s = pad + s
			case j < len(fields)-1:
				s += pad
			}
			if j > 0 {
				w.WriteString("  ")
			}
			w.WriteString(s)
		}
		return w.WriteByte('\n')
	}
	if err := line(func(j int) (string, bool) { return fields[j].Name, false }); err != nil {
		return err
	}
	for i := range n {
		r := record(i)
		err := line(func(j int) (string, bool) {
			v := fields[j].Value(&r)
			_, number := v.(int)
			return safe.Text(text(v)), number
		})
		if err != nil {
			return err
		}
	}
	return nil
}
