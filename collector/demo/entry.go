package demo

import (
	"strconv"

	"mbxperm/acl"
	"mbxperm/collector"
)

// entry is a directory entry under construction. It is used for every entry of
// a read: values lie in one buffer, and all of it belongs to us again when the
// sink returns. Only the DN, a string, is new each time.
type entry struct {
	collector.Entry
	buf    writer
	values [][]byte
	open   int
	dn     []byte
}

// reset empties the entry for the next object.
func (e *entry) reset() {
	e.DN, e.Attributes = "", e.Attributes[:0]
	e.buf.b, e.values, e.dn = e.buf.b[:0], e.values[:0], e.dn[:0]
}

// name sets the DN: an RDN "CN=value" below a container.
func (e *entry) name(value []byte, below string) {
	e.dn = appendEscaped(append(e.dn[:0], "CN="...), value)
	e.dn = append(e.dn, ',')
	e.dn = append(e.dn, below...)
	e.DN = string(e.dn)
}

// put adds an attribute with one value, which must stay as it is until the sink
// has returned.
func (e *entry) put(name string, value []byte) {
	e.begin()
	e.value(value)
	e.end(name)
}

// all adds an attribute whose values were made before.
func (e *entry) all(name string, values [][]byte) {
	e.Attributes = append(e.Attributes, collector.Attribute{Name: name, Values: values})
}

// text adds an attribute with one value.
func (e *entry) text(name, value string) {
	at := len(e.buf.b)
	e.buf.b = append(e.buf.b, value...)
	e.put(name, e.since(at))
}

// number adds an attribute with an integer, which LDAP writes in decimal.
func (e *entry) number(name string, n int64) {
	at := len(e.buf.b)
	e.buf.b = strconv.AppendInt(e.buf.b, n, 10)
	e.put(name, e.since(at))
}

// guid adds a binary GUID, sid a binary SID.
func (e *entry) guid(name string, g acl.GUID) {
	at := len(e.buf.b)
	e.buf.b = append(e.buf.b, g[:]...)
	e.put(name, e.since(at))
}

func (e *entry) sid(name string, t trustee) {
	at := len(e.buf.b)
	e.buf.b = t.appendSID(e.buf.b)
	e.put(name, e.since(at))
}

// begin, value and end add an attribute with several values; one without any is
// left out, as a directory does.
func (e *entry) begin()              { e.open = len(e.values) }
func (e *entry) value(v []byte)      { e.values = append(e.values, v) }
func (e *entry) since(at int) []byte { return e.buf.b[at:len(e.buf.b):len(e.buf.b)] }

func (e *entry) end(name string) {
	if n := len(e.values); n > e.open {
		e.Attributes = append(e.Attributes, collector.Attribute{Name: name, Values: e.values[e.open:n:n]})
	}
}

// link adds the DN of an account as a value, if there is such an account.
func (e *entry) link(w *world, t trustee) {
	at := len(e.buf.b)
	b, ok := w.appendDN(e.buf.b, t)
	if !ok {
		return
	}
	e.buf.b = b
	e.value(e.since(at))
}
