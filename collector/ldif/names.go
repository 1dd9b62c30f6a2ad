package ldif

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"mbxperm/collector"
)

// maxNames bounds the table of attribute names; a directory's schema has some
// thousands. A table that is full is begun again with the next entry. maxName
// bounds a name with its options; those of a directory have some sixty bytes.
const (
	maxNames = 1 << 14
	maxName  = 1 << 10

	mostInOrder = 100
)

// name is an attribute description as it is spelled in the file.
type name struct {
	text     string
	slot     *slot
	ranged   bool
	from, to int // of a range; to is -1 for "*"
}

// slot finds an attribute in the entry in hand, whichever way it is spelled.
type slot struct {
	text   string // the first spelling, without ;binary and ;range=
	record int    // the entry that has it
	index  int    // its place there
}

// piece is a part of an attribute that came with a range option
// ([MS-ADTS] 3.1.1.3.1.3.3).
type piece struct {
	name   *name
	index  int
	values [][]byte
}

// name looks up a spelling. Entries of one kind have the same attributes in the
// same order, so it is likely the one that came next in the entry before.
func (p *parser) name(key []byte) *name {
	if p.turn < len(p.order) && p.order[p.turn].text == string(key) {
		p.turn++
		return p.order[p.turn-1]
	}
	n := p.lookUp(key)
	if p.turn < mostInOrder {
		p.order = append(p.order[:p.turn], n)
		p.turn++
	}
	return n
}

// forget begins the tables again if they are full. Within an entry they are
// needed to find its attributes.
func (p *parser) forget() {
	if len(p.names) >= maxNames {
		clear(p.names)
		clear(p.slots)
		p.order = p.order[:0]
	}
}

func (p *parser) lookUp(key []byte) *name {
	if n := p.names[string(key)]; n != nil {
		return n
	}
	n := &name{text: string(key)}
	base := n.options()
	folded := strings.ToLower(base)
	if n.slot = p.slots[folded]; n.slot == nil {
		n.slot = &slot{text: base}
		p.slots[folded] = n.slot
	}
	p.names[n.text] = n
	return n
}

// options strips what says how a value came and not what it is: ;binary
// (RFC 4522) and ;range=.
func (n *name) options() string {
	parts := strings.Split(n.text, ";")
	kept := parts[:1]
	for _, o := range parts[1:] {
		low := strings.ToLower(o)
		if low == "binary" {
			continue
		}
		if span, ok := strings.CutPrefix(low, "range="); ok && n.span(span) {
			continue
		}
		kept = append(kept, o)
	}
	return strings.Join(kept, ";")
}

func (n *name) span(s string) bool {
	low, high, ok := strings.Cut(s, "-")
	from, err := strconv.Atoi(low)
	if !ok || err != nil || from < 0 {
		return false
	}
	to := -1
	if high != "*" {
		if to, err = strconv.Atoi(high); err != nil || to < from {
			return false
		}
	}
	n.ranged, n.from, n.to = true, from, to
	return true
}

// add puts a value into the entry. In a recording an attribute is a run of
// lines with one name, exactly as the source spelled it; elsewhere lines of one
// attribute may stand anywhere in the record, under any spelling.
func (p *parser) add(e *collector.Entry, key, value []byte) {
	if p.attr == nil || p.spelled == nil || string(key) != p.spelled.text {
		p.begin(e, p.name(key))
	}
	if p.spelled.ranged && !p.recording {
		last := &p.pieces[len(p.pieces)-1]
		last.values = append(last.values, value)
		return
	}
	p.attr.Values = append(p.attr.Values, value)
}

// begin makes the attribute of a name the one in hand.
func (p *parser) begin(e *collector.Entry, n *name) {
	p.spelled = n
	p.size += perAttribute
	if p.recording {
		p.attr = attribute(e, n.text)
		return
	}
	if n.slot.record != p.number {
		n.slot.record, n.slot.index = p.number, len(e.Attributes)
		attribute(e, n.slot.text)
	}
	p.attr = &e.Attributes[n.slot.index]
	if n.ranged {
		p.pieces = append(p.pieces, piece{name: n, index: n.slot.index})
	}
}

// finish puts the pieces of attributes together in their order. What does not
// begin at 0, leaves a hole, or does not end in "*", is partial.
func (p *parser) finish(e *collector.Entry) {
	if len(p.pieces) == 0 {
		return
	}
	slices.SortStableFunc(p.pieces, func(a, b piece) int {
		return cmp.Or(cmp.Compare(a.index, b.index), cmp.Compare(a.name.from, b.name.from))
	})
	for i := 0; i < len(p.pieces); {
		at, next, whole := p.pieces[i].index, 0, true
		for ; i < len(p.pieces) && p.pieces[i].index == at; i++ {
			c := &p.pieces[i]
			whole = whole && c.name.from == next && (c.name.to < 0 || c.name.to-c.name.from+1 == len(c.values))
			next = c.name.to + 1 // after "*" that is 0, where no further piece can begin
			a := &e.Attributes[at]
			a.Values = append(a.Values, c.values...)
			if c.name.to < 0 && i+1 < len(p.pieces) && p.pieces[i+1].index == at {
				whole = false
			}
		}
		e.Attributes[at].Partial = !whole || p.pieces[i-1].name.to >= 0
	}
}
