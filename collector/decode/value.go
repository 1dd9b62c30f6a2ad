package decode

import (
	"fmt"
	"slices"
	"strconv"

	"mbxperm/acl"
	"mbxperm/collector"
	"mbxperm/model"
	"mbxperm/model/dn"
)

// value takes a descriptor. One that was asked for and did not come is
// missing; why, is decided later, when the descriptor and the token are known.
func (d *decoder) value(e *collector.Entry, name string, to *[]byte, state *model.ReadState) {
	switch v := e.Value(name); {
	case v != nil:
		*to, *state = d.descriptor(e, name, v), model.Present
	case d.now != nil && d.now.Asked(name):
		*state = model.Missing
	}
}

// linkedTexts takes an attribute of many values, and reports whether some of
// them could not be read.
func (d *decoder) linkedTexts(e *collector.Entry, name string, to *[]string, state *model.ReadState) (partial bool) {
	a := e.Attribute(name)
	switch {
	case a != nil && len(a.Values) > 0:
		*state = model.Present
	case d.now != nil && d.now.Asked(name):
		*state = model.Missing
	}
	if a == nil {
		return false
	}
	for _, v := range a.Values {
		*to = append(*to, string(v))
	}
	return a.Partial
}

// linkedNames is linkedTexts for values that name objects. One that is empty, or
// longer than any name, names nobody: it counts as one that could not be read.
func (d *decoder) linkedNames(e *collector.Entry, name string, to *[]string, state *model.ReadState) (partial bool) {
	before := len(*to)
	partial = d.linkedTexts(e, name, to, state)
	names := slices.DeleteFunc((*to)[before:], func(v string) bool { return v == "" || len(v) > dn.Longest })
	partial = partial || before+len(names) < len(*to)
	*to = (*to)[:before+len(names)]
	return partial
}

// sid is the SID in a value; none if there is no value, or no SID in it, which
// is counted.
func (d *decoder) sid(e *collector.Entry, name string, value []byte) acl.SID {
	if value == nil {
		return acl.SID{}
	}
	s, err := sidOf(value)
	if err != nil {
		if d.badSIDs.n++; d.badSIDs.n == 1 {
			d.badSIDs.name, d.badSIDs.dn = name, e.DN
		}
		return acl.SID{}
	}
	return s
}

// tooLong are objects of one search that were left out for the length of their
// names: how many, and the beginning of the first.
type tooLong struct {
	n  int
	dn string
}

func (t tooLong) gap(search string) model.Gap {
	return model.Gap{Search: search, Reason: fmt.Sprintf("%d objects were left out: their names are too long, the first is %q", t.n, t.dn)}
}

// badSIDs are values that should be SIDs and are none: how many, and the first.
type badSIDs struct {
	n        int
	name, dn string
}

// gap says that whoever has such a SID cannot be told.
func (s *badSIDs) gap() model.Gap {
	return model.Gap{Reason: fmt.Sprintf("%d SIDs cannot be decoded, the first is %s of %q: what these accounts may do is not known", s.n, s.name, s.dn)}
}

// number reads a flags attribute: a signed 32-bit integer in LDAP, a set of
// bits for us.
func number(s string) uint32 {
	if s == "" {
		return 0
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0
	}
	return uint32(n)
}

// leftOut counts an object whose name is too long for the model.
func (d *decoder) leftOut(e *collector.Entry) {
	search := ""
	if d.now != nil {
		search = string(d.now.Purpose)
	}
	left := d.tooLong[search]
	if left.n++; left.n == 1 {
		left.dn = e.DN[:min(len(e.DN), 64)] + "…"
	}
	d.tooLong[search] = left
}
