package adexplorer

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"mbxperm/collector"
)

// The attributes that this package itself looks at.
const (
	attrName     = "distinguishedName"
	attrClass    = "objectClass"
	attrCategory = "objectCategory"
	attrDeleted  = "isDeleted"
	attrSID      = "objectSid"
	attrHistory  = "sIDHistory"
	attrAccount  = "sAMAccountName"
	attrAlias    = "mailNickname"
	attrMember   = "member"
	attrMemberOf = "memberOf"
	// Every group has one, and nothing else.
	attrGroupType = "groupType"
	attrContext   = "defaultNamingContext" // of a rootDSE alone
	attrStored    = "homeMDBBL"
)

// slots are the attributes that anything asks for, by numbers.
type slots struct {
	names  []string
	number map[string]int // by the name in lower case
}

func (s *slots) of(name string) int {
	key := lower(name)
	n, ok := s.number[key]
	if !ok {
		n = len(s.names)
		s.number[key] = n
		s.names = append(s.names, name)
	}
	return n
}

// object is the one in hand: where its values lie, and those that were asked
// for.
type object struct {
	properties []property
	file       *file
	memory     values
	at, size   int64
	slot       []slot
	used       []int // slots that are not empty
}

// slot is an attribute of the object in hand.
type slot struct {
	at     int64 // 0: the object does not have it
	of     *property
	read   bool
	values [][]byte
	err    error
}

func newObject(s *Source, n int) *object {
	return &object{properties: s.properties, file: &s.file, memory: values{file: &s.file}, slot: make([]slot, n)}
}

var (
	errSize  = errors.New("its size cannot be")
	errTable = errors.New("its table of attributes does not fit into it")
)

// take takes the object at a place in hand. After errSize nobody knows where
// the next one begins.
func (o *object) take(at int64) error {
	o.memory.reset()
	for _, n := range o.used {
		s := &o.slot[n]
		*s = slot{values: s.values[:0]}
	}
	o.used = o.used[:0]
	size, err := o.file.number32(at)
	if err != nil {
		return fmt.Errorf("%w: %w", errSize, err)
	}
	if o.at, o.size = at, int64(size); size < 8 || !o.file.among(at, o.size) {
		return fmt.Errorf("%w: %d bytes", errSize, size)
	}
	if err := o.file.hold(at, o.size); err != nil {
		return fmt.Errorf("%w: %w", errSize, err)
	}
	b := o.file.inside(at, o.size)
	n := int64(binary.LittleEndian.Uint32(b[4:]))
	if n > (o.size-8)/8 {
		return errTable
	}
	for b = b[8 : 8+8*n]; len(b) > 0; b = b[8:] {
		number, offset := binary.LittleEndian.Uint32(b), int32(binary.LittleEndian.Uint32(b[4:]))
		if number >= uint32(len(o.properties)) {
			return fmt.Errorf("it has attribute %d of %d", number, len(o.properties))
		}
		p := &o.properties[number]
		if p.slot < 0 {
			continue
		}
		s := &o.slot[p.slot]
		switch {
		case s.at == 0:
			o.used = append(o.used, p.slot)
		case s.of.part: // the values are there, and not under the plain name
			continue
		}
		s.at, s.of = at+int64(offset), p
	}
	return nil
}

// has reports whether the object has an attribute.
func (o *object) has(n int) bool { return o.slot[n].at != 0 }

// values are those of an attribute; they are valid until the next object is
// taken in hand.
func (o *object) values(n int) ([][]byte, error) {
	s := &o.slot[n]
	if s.at == 0 || s.read {
		return s.values, s.err
	}
	s.read = true
	if !o.file.among(s.at, 4) {
		s.err = errOutside
	} else {
		s.values, s.err = o.memory.read(s.values[:0], s.of.kindOf(), s.at)
	}
	if s.err != nil {
		s.values, s.err = s.values[:0], &valueError{s.of, s.err}
	}
	return s.values, s.err
}

// first is the first value of an attribute.
func (o *object) first(n int) ([]byte, error) {
	v, err := o.values(n)
	if err != nil || len(v) == 0 {
		return nil, err
	}
	return v[0], nil
}

// valueError says of which attribute something cannot be read.
type valueError struct {
	of  *property
	err error
}

func (e *valueError) Error() string { return word(e.of.name) + ": " + e.err.Error() }
func (e *valueError) Unwrap() error { return e.err }

// word is the name of an attribute for an error, in quotation marks where it is
// none (RFC 4512 1.4).
func word(name string) string {
	for _, c := range name {
		if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') && c != '-' {
			return strconv.Quote(name)
		}
	}
	return name
}

// rangeLimits are how many values a domain controller gives at a time:
// MaxValRange of Windows 2000, of 2003 and later, and the most it can be set to
// ([MS-ADTS] 3.1.1.3.4.6).
var rangeLimits = []int{1000, 1500, 5000}

// attribute appends an attribute to an entry. Values that cannot be read, or are
// of a type that is not read, are values that the source could not read.
func (o *object) attribute(to []collector.Attribute, n int, name string) []collector.Attribute {
	if !o.has(n) {
		return to
	}
	v, err := o.values(n)
	a := collector.Attribute{Name: name, Values: v, Partial: o.slot[n].of.part || slices.Contains(rangeLimits, len(v))}
	if err != nil {
		a.Values, a.Partial = nil, true
	}
	return append(to, a)
}
