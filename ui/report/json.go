package report

import (
	"bufio"
	"bytes"
	"encoding/json"
)

// writeJSON writes one array, or one object a line. Fields stand in the order
// of the contract, and every string as it is.
func writeJSON(w *bufio.Writer, format Format, d Data) error {
	open, between, end := "[\n", ",\n", "\n]\n"
	if format == JSONL {
		open, between, end = "", "\n", "\n"
	}
	names := make([]string, len(d.Fields))
	for j, f := range d.Fields {
		b, err := json.Marshal(f)
		if err != nil {
			return err
		}
		names[j] = string(b) + ":"
	}
	before := open
	err := d.each(func(cells []any) error {
		w.WriteString(before)
		before = between
		return writeObject(w, names, cells)
	})
	switch {
	case err != nil:
		return err
	case before == between:
		_, err = w.WriteString(end)
	case format == JSON:
		_, err = w.WriteString("[]\n")
	}
	return err
}

// writeObject writes one record; names are those of the fields, as JSON, with
// their colons.
func writeObject(w *bufio.Writer, names []string, cells []any) error {
	for j, v := range cells {
		w.WriteByte("{,"[min(j, 1)])
		w.WriteString(names[j])
		b, err := json.Marshal(v)
		if err != nil {
			return err
		}
		if _, err := w.Write(b); err != nil {
			return err
		}
	}
	return w.WriteByte('}')
}

// MarshalJSON writes the records as an array of objects, as in the format json.
func (d Data) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	w := bufio.NewWriter(&b)
	if err := writeJSON(w, JSON, d); err != nil {
		return nil, err
	}
	err := w.Flush()
	return b.Bytes(), err
}
