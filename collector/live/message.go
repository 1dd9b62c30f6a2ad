package live

import (
	"errors"
	"fmt"
	"io"

	"mbxperm/collector"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
)

// Entries are decoded here and not by go-ldap. Nearly everything that comes is
// SearchResultEntry: go-ldap makes a tree of some eighty packets of each,
// copies every value three times and hands it through three channels, which
// costs ten times what is done below and most of the memory. Tests hold one
// against the other. What comes once in a thousand messages is still decoded by
// go-ldap.

// batch is some entries with the bytes that their values lie in. It is used
// again once its entries have been delivered.
type batch struct {
	bytes      []byte
	entries    []collector.Entry
	attributes []collector.Attribute
	values     [][]byte
}

const (
	batchBytes = 64 << 10
	recordSize = 16 << 10 // the most that one read of TLS gives
	keepBytes  = 1 << 20  // a larger one is not kept for the next
	keepValues = 1 << 16
)

func (b *batch) reset() {
	b.entries, b.attributes, b.values = b.entries[:0], b.attributes[:0], b.values[:0]
}

// messages reads LDAP messages off a connection into batches.
type messages struct {
	in       io.Reader
	batch    *batch
	from, to int // received, and not decoded yet
	names    map[string]string
	bounds   *bounds
}

func newMessages(in io.Reader, b *bounds) *messages {
	return &messages{in: in, names: make(map[string]string), bounds: b}
}

// begin reads into a batch from now on. Nothing may be left of what came
// before.
func (m *messages) begin(b *batch) { m.batch, m.from, m.to = b, 0, 0 }

// next returns the next message that is there as a whole, without a copy. It
// returns errShort if there is none, and then fill gets more.
func (m *messages) next() (header, []byte, error) {
	if m.from == m.to {
		return header{}, nil, errShort
	}
	waiting := m.batch.bytes[m.from:m.to]
	h, err := parseHeader(waiting)
	switch {
	case errors.Is(err, errShort):
		return header{}, nil, errShort
	case err != nil:
		return header{}, nil, fmt.Errorf("%w (it begins % x)", err, waiting[:min(8, len(waiting))])
	case h.size > m.bounds.message || h.op != opEntry && h.size > maxAnswer:
		return header{}, nil, exceeds("announced a message of %d bytes", h.size)
	case h.size > len(waiting):
		return h, nil, errShort
	}
	m.from += h.size
	return h, waiting[:h.size:h.size], nil
}

// room reports whether more can be read into the batch beside its entries.
func (m *messages) room() bool { return len(m.batch.bytes)-m.to >= recordSize }

// fill reads once more. need is the size of the message that is to come, as far
// as it is known. Without entries the bytes of the batch may move; with some
// there must be room.
func (m *messages) fill(need int) error {
	b := m.batch
	if len(b.entries) == 0 {
		m.prepare(need)
	}
	n, err := m.in.Read(b.bytes[m.to:])
	m.to += n
	if n > 0 {
		return nil
	}
	return err
}

// prepare makes room for a message.
func (m *messages) prepare(need int) {
	b := m.batch
	if m.from > 0 {
		m.to = copy(b.bytes, b.bytes[m.from:m.to])
		m.from = 0
	}
	// What is announced is not believed before it comes: a length of a gigabyte
	// costs nobody but the sender.
	if want := max(batchBytes, min(need, 2*m.to)); len(b.bytes) < want {
		b.bytes = append(make([]byte, 0, want), b.bytes[:m.to]...)[:want]
	}
}

// copyRest copies what is not decoded yet into another batch.
func (m *messages) copyRest(to *batch) int {
	to.reset()
	if rest := m.to - m.from; len(to.bytes) < rest {
		to.bytes = make([]byte, max(batchBytes, rest))
	}
	return copy(to.bytes, m.batch.bytes[m.from:m.to])
}

// change goes on in a batch that has n bytes from copyRest.
func (m *messages) change(to *batch, n int) { m.batch, m.from, m.to = to, 0, n }

var errEntry = errors.New("an entry that cannot be decoded")

// entry decodes the content of a SearchResultEntry (RFC 4511 4.5.2) into the
// batch. The values are bytes of the message.
//
//	SearchResultEntry ::= [APPLICATION 4] SEQUENCE { objectName LDAPDN, attributes PartialAttributeList }
//	PartialAttributeList ::= SEQUENCE OF SEQUENCE { type AttributeDescription, vals SET OF value OCTET STRING }
//
// The error is an excess where there are more attributes or values than are
// read.
func (m *messages) entry(id collector.QueryID, content []byte) (e *collector.Entry, err error) {
	b := m.batch
	first, firstValue := len(b.attributes), len(b.values)
	defer func() {
		if err != nil {
			b.attributes, b.values = b.attributes[:first], b.values[:firstValue]
		}
	}()
	dn, rest, err := take(content, 0x04)
	if err != nil {
		return nil, err
	}
	list, rest, err := take(rest, 0x30)
	if err != nil || len(rest) > 0 {
		return nil, errEntry
	}
	for len(list) > 0 {
		if len(b.attributes)-first == m.bounds.attributes {
			return nil, exceeds("sent an entry with more than %d attributes", m.bounds.attributes)
		}
		var one, name, set []byte
		if one, list, err = take(list, 0x30); err != nil {
			return nil, err
		}
		if name, one, err = take(one, 0x04); err != nil {
			return nil, err
		}
		if set, one, err = take(one, 0x31); err != nil || len(one) > 0 {
			return nil, errEntry
		}
		from := len(b.values)
		for len(set) > 0 {
			var value []byte
			if value, set, err = take(set, 0x04); err != nil {
				return nil, err
			}
			if len(b.values)-firstValue == m.bounds.values {
				return nil, exceeds("sent an entry with more than %d values", m.bounds.values)
			}
			b.values = append(b.values, value)
		}
		b.attributes = append(b.attributes, collector.Attribute{Name: m.name(name), Values: b.values[from:len(b.values):len(b.values)]})
	}
	b.entries = append(b.entries, collector.Entry{Query: id, DN: string(dn), Attributes: b.attributes[first:len(b.attributes):len(b.attributes)]})
	return &b.entries[len(b.entries)-1], nil
}

// drop takes the entry decoded last out of the batch.
func (b *batch) drop() {
	last := len(b.entries) - 1
	attributes := b.entries[last].Attributes
	for i := range attributes {
		b.values = b.values[:len(b.values)-len(attributes[i].Values)]
	}
	b.attributes = b.attributes[:len(b.attributes)-len(attributes)]
	b.entries = b.entries[:last]
}

// take returns the content of the element at the front, which must have the
// identifier octet, and what follows.
func take(b []byte, identifier byte) (content, rest []byte, err error) {
	tag, start, end, err := element(b)
	if err != nil || tag != identifier || end > len(b) {
		return nil, nil, errEntry
	}
	return b[start:end:end], b[end:], nil
}

// manyNames is more attributes than anybody asks for, and longName is more than
// one of them has: AD's longest name of an attribute has some sixty characters.
const (
	manyNames = 1000
	longName  = 256
)

// name returns the name of an attribute, which is made once.
func (m *messages) name(b []byte) string {
	if name, ok := m.names[string(b)]; ok {
		return name
	}
	name := string(b)
	if len(m.names) < manyNames && len(name) <= longName {
		m.names[name] = name
	}
	return name
}

// deepest is more levels than the answers have that go-ldap decodes: an
// attribute of the rootDSE has five. manyElements is more than they have:
// go-ldap makes of each one a packet of some hundred bytes.
const (
	deepest      = 16
	manyElements = 10_000
)

// decodeTree makes a tree of a message by go-ldap's means. That keeps of each
// level a copy in the one above, so that depth and length are bounded first: a
// server should not make of a megabyte a gigabyte.
func decodeTree(message []byte) (*ber.Packet, error) {
	if len(message) > maxAnswer {
		return nil, fmt.Errorf("%w: an answer of %d bytes where a short one was expected", errEnvelope, len(message))
	}
	if left := manyElements; !shallow(message, deepest, &left) {
		return nil, errEnvelope
	}
	p, err := ber.DecodePacketErr(message)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errEnvelope, err)
	}
	return p, nil
}

// shallow reports whether elements are what LDAP has of BER, definite lengths
// (RFC 4511 5.1) and tags of one octet, nested no deeper than that, and no more
// than are left.
func shallow(b []byte, levels int, left *int) bool {
	for len(b) > 0 {
		tag, start, end, err := element(b)
		if *left--; err != nil || end > len(b) || tag&0x1F == 0x1F || *left < 0 {
			return false
		}
		if constructed := tag&0x20 != 0; constructed && (levels == 0 || !shallow(b[start:end], levels-1, left)) {
			return false
		}
		b = b[end:]
	}
	return true
}

// resultOf returns what a message with an LDAPResult says: nil for success, and
// its controls.
func resultOf(message []byte) ([]ldap.Control, error) {
	p, err := decodeTree(message)
	if err != nil {
		return nil, err
	}
	if err := ldap.GetLDAPError(p); err != nil || len(p.Children) < 3 {
		return nil, err
	}
	var controls []ldap.Control
	for _, child := range p.Children[2].Children {
		c, err := ldap.DecodeControl(child)
		if err != nil {
			return nil, fmt.Errorf("a control of the answer: %w", err)
		}
		controls = append(controls, c)
	}
	return controls, nil
}

// reference returns the first URI of a SearchResultReference (RFC 4511 4.5.3).
func reference(content []byte) (string, error) {
	uri, _, err := take(content, 0x04)
	return string(uri), err
}
