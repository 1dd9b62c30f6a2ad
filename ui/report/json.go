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
	if d.Len == 0 {
		if format == JSON {
			_, err := w.WriteString("[]\n")
			return err
		}
		return nil
	}
	names := make([]string, len(d.Fields))
	for j, f := range d.Fields {
		b, err := json.Marshal(f)
		if err != nil {
			return err
		}
		names[j] = string(b) + ":"
	}
	w.WriteString(open)
	cells := make([]any, len(d.Fields))
	for i := range d.Len {
		if i > 0 {
			w.WriteString(between)
		}
		d.Record(i, cells)
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
		w.WriteByte('}')
	}
	_, err := w.WriteString(end)
	return err
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
