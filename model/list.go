package model

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// List is a value of a [Field] that is several texts of one [Content].
type List []string

// String joins them with bars.
func (l List) String() string { return strings.Join(l, "|") }

// MarshalJSON writes an array.
func (l List) MarshalJSON() ([]byte, error) {
	if l == nil {
		l = List{}
	}
	return json.Marshal([]string(l))
}

// Tallies is a value of a [Field] that counts: its names are of one [Content].
type Tallies []Tally

// String writes name=n, with bars between them.
func (t Tallies) String() string {
	var parts []string
	for _, x := range t {
		parts = append(parts, x.Name+"="+strconv.Itoa(x.N))
	}
	return strings.Join(parts, "|")
}

// MarshalJSON writes an object in this order.
func (t Tallies) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	for i, x := range t {
		b.WriteByte("{,"[min(i, 1)])
		name, err := json.Marshal(x.Name)
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteString(":" + strconv.Itoa(x.N))
	}
	if len(t) == 0 {
		b.WriteByte('{')
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}
