package ldif

import (
	"encoding/base64"
	"time"

	"mbxperm/collector"
)

// encoder makes the text of a recording.
type encoder struct {
	words
	query collector.QueryID // that a reader takes the next entry to belong to
}

func (c *encoder) head(h Head) {
	if h.Time.IsZero() {
		h.Time = time.Now()
	}
	c.words.event("recording")
	c.number("format", format)
	c.bare("time", h.Time.UTC().Format(time.RFC3339Nano))
	c.text("program", h.Program)
	c.text("source", h.Source)
	c.text("bound", h.Bound)
	c.end()
	c.b = append(c.b, "version: 1\n"...)
	for _, text := range h.Warnings {
		c.words.event("warning")
		c.text("text", text)
		c.end()
	}
}

func (c *encoder) event(e *event) {
	switch e.kind {
	case kindEntry:
		if e.entry.Query != c.query {
			c.query = e.entry.Query
			c.words.event("query")
			c.number("id", int64(c.query))
			c.end()
		}
		c.entry(&e.entry)
		return
	case kindBegin:
		c.query = e.query.ID
		c.search(&e.query)
		return
	case kindExpect:
		c.words.event("expect")
		c.number("id", int64(e.entry.Query))
		c.number("n", int64(e.n))
	case kindEnd:
		c.words.event("end")
		c.number("id", int64(e.entry.Query))
		c.outcome(e.err)
	case kindMissed:
		c.words.event("missed")
		c.bare("sid", "")
		c.b = e.sid.AppendTo(c.b)
	case kindRead:
		c.words.event("read")
		c.outcome(e.err)
	case kindLookup:
		c.words.event("lookup")
		c.outcome(e.err)
	}
	c.end()
}

// entry writes an entry as a record of LDIF and the empty line after it.
func (w *words) entry(e *collector.Entry) {
	w.value("dn", []byte(e.DN))
	var last string
	for i := range e.Attributes {
		a := &e.Attributes[i]
		plain := writable(a)
		if !plain || a.Partial || len(a.Values) == 0 || i > 0 && a.Name == last {
			w.event("attribute")
			w.text("name", a.Name)
			if a.Partial {
				w.key("partial")
			}
			w.end()
		}
		last = a.Name
		for _, v := range a.Values {
			switch {
			case plain:
				w.value(a.Name, v)
			case v == nil:
				w.event("value")
				w.end()
			default:
				w.event("value")
				w.text("text", string(v))
				w.end()
			}
		}
	}
	w.end()
}

// writable reports whether LDIF can say the attribute: its name is an attribute
// description (RFC 4512 2.5) or close to one, stands for nothing else in a
// record, and every value is there.
func writable(a *collector.Attribute) bool {
	switch len(a.Name) {
	case 0:
		return false
	case len("dn"), len("control"), len("changetype"):
		n := []byte(a.Name)
		if isWord(n, "dn") || isWord(n, "control") || isWord(n, "changetype") {
			return false
		}
	}
	if len(a.Name) > maxName {
		return false
	}
	for i := range len(a.Name) {
		c := a.Name[i]
		letter := c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9'
		if !letter && (i == 0 || c != '-' && c != ';' && c != '.' && c != '_') {
			return false
		}
	}
	for _, v := range a.Values {
		if v == nil {
			return false
		}
	}
	return true
}

// value writes a line (RFC 2849: attrval-spec).
func (w *words) value(name string, v []byte) {
	w.b = append(append(w.b, name...), ':')
	switch {
	case len(v) == 0:
	case safe(v):
		w.b = append(append(w.b, ' '), v...)
	default:
		w.b = append(w.b, ": "...)
		w.b = base64.StdEncoding.AppendEncode(w.b, v)
	}
	w.b = append(w.b, '\n')
}

// safe reports whether a value may be written as it is (RFC 2849: SAFE-STRING,
// and note 8: one that ends in a space should be base64).
func safe(v []byte) bool {
	switch v[0] {
	case ' ', ':', '<':
		return false
	}
	for _, c := range v {
		if c == 0 || c == '\n' || c == '\r' || c >= 0x80 {
			return false
		}
	}
	return v[len(v)-1] != ' '
}
