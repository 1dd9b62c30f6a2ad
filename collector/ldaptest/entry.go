package ldaptest

import (
	"strings"

	"mbxperm/model/dn"
)

// Attribute is one attribute of an entry.
type Attribute struct {
	Name   string
	Values [][]byte
}

// Entry is one object that the server holds.
type Entry struct {
	DN         string
	Attributes []Attribute
	// Hidden names attributes that the bound account may not read: they do not
	// come, and a filter that looks at one is undefined.
	Hidden []string
	// Gone is nil, or says for which searches the entry is not there: it was
	// made, moved or deleted meanwhile.
	Gone func(*Request) bool
}

// NewEntry returns an entry with the object classes given.
func NewEntry(dn string, classes ...string) Entry {
	return Entry{DN: dn}.With("objectClass", classes...)
}

// With returns the entry with one more attribute of text values.
func (e Entry) With(name string, values ...string) Entry {
	raw := make([][]byte, len(values))
	for i, v := range values {
		raw[i] = []byte(v)
	}
	return e.WithBytes(name, raw...)
}

// WithBytes returns the entry with one more attribute of binary values.
func (e Entry) WithBytes(name string, values ...[]byte) Entry {
	e.Attributes = append(e.Attributes[:len(e.Attributes):len(e.Attributes)], Attribute{Name: name, Values: values})
	return e
}

// hides reports whether the attribute may not be read.
func (e *Entry) hides(name string) bool {
	for _, h := range e.Hidden {
		if strings.EqualFold(h, name) {
			return true
		}
	}
	return false
}

// values returns the values of the attribute; distinguishedName is answered
// from the name of the entry, as a domain controller does.
func (e *Entry) values(name string) [][]byte {
	if e.hides(name) {
		return nil
	}
	if strings.EqualFold(name, "distinguishedName") {
		return [][]byte{[]byte(e.DN)}
	}
	for i := range e.Attributes {
		if strings.EqualFold(e.Attributes[i].Name, name) {
			return e.Attributes[i].Values
		}
	}
	return nil
}

// parent returns the name above dn.
func parent(name string) string {
	_, above := dn.Split(name)
	return above
}

// below reports whether dn is base or lies under it.
func below(dn, base string) bool {
	if len(dn) == len(base) || base == "" {
		return strings.EqualFold(dn, base) || base == ""
	}
	cut := len(dn) - len(base)
	return cut > 0 && dn[cut-1] == ',' && strings.EqualFold(dn[cut:], base)
}
