package ldif

import (
	"bytes"
	"hash/maphash"
	"io"
	"slices"
	"strings"

	"mbxperm/collector"
)

// part is what a line after the DN of a record turns out to be.
type part int

const (
	anAttribute  part = iota
	noAttribute       // it says something of the record itself
	modification      // it began a modification, which was read
)

// change looks at what may stand between the DN and the attributes of a change
// record (RFC 2849). ldifde exports each entry as "changetype: add", and what a
// server gives in several pieces, such as the members of a large group, as an
// "add" with the first ones and a "modify" for each of the others. Any other
// change describes no entry.
func (p *parser) change(e *collector.Entry, key, value []byte) (part, error) {
	switch {
	case isWord(key, "control"):
		return noAttribute, nil
	case !isWord(key, "changetype"):
		return anAttribute, nil
	case bytes.EqualFold(value, []byte("add")):
		if p.added == nil {
			p.added = map[uint64]struct{}{}
		}
		p.added[hashDN(e.DN)] = struct{}{}
		return noAttribute, nil
	case bytes.EqualFold(value, []byte("modify")):
		return modification, p.modify(e)
	}
	return noAttribute, p.bad("changetype: %s describes a change and no entry; export entries", clip(value))
}

// modify reads the rest of a record that adds values to an entry that the file
// has added before: for each attribute a line "add:", the values, and "-". The
// entry then has these values alone, and whoever takes it adds them to the
// others.
func (p *parser) modify(e *collector.Entry) error {
	if _, ok := p.added[hashDN(e.DN)]; !ok {
		return p.bad("changetype: modify describes a change and no entry; export entries: the file did not add this one before")
	}
	for attribute := ""; ; {
		line, err := p.next()
		switch {
		case err == io.EOF, err == nil && len(line) == 0:
			return err
		case err != nil:
			return err
		case line[0] == '#':
			continue
		case beginsAnother(line):
			p.unread(line)
			return nil
		case string(bytes.TrimRight(line, " ")) == "-":
			attribute = ""
			continue
		}
		key, value, err := p.split(line)
		switch {
		case err != nil:
			return err
		case attribute != "" && isWord(key, attribute):
			if err := p.hold(e, len(value)+perValue); err != nil {
				return err
			}
			p.add(e, key, value)
		case attribute == "" && isWord(key, "add"):
			attribute = string(bytes.ToLower(value))
		default:
			return p.bad("changetype: modify describes a change and no entry; export entries: %q does more than add values", clip(line))
		}
	}
}

var dnSeed = maphash.MakeSeed()

// hashDN is a number for a DN, whatever the case of its letters.
func hashDN(dn string) uint64 { return maphash.Bytes(dnSeed, bytes.ToLower([]byte(dn))) }

// single are attributes of which an object has one value ([MS-ADA1], [MS-ADA2],
// [MS-ADA3]), so that a record with two of them is made of two.
var single = []string{
	"objectGUID", "objectSid", "sAMAccountName", "distinguishedName", "homeMDB",
	"nTSecurityDescriptor", "msExchMailboxSecurityDescriptor", "msExchMailboxGuid",
}

// several returns an error for a record that has more than one value of an
// attribute of which an object has one.
func (p *parser) several(e *collector.Entry) error {
	for i := range e.Attributes {
		a := &e.Attributes[i]
		if len(a.Values) < 2 || !slices.ContainsFunc(single, func(name string) bool { return strings.EqualFold(name, a.Name) }) {
			continue
		}
		for _, v := range a.Values[1:] {
			if !bytes.Equal(v, a.Values[0]) {
				return p.bad("two values of %s before this line: these are two records, without what parts them (in the record of %q)", a.Name, clip([]byte(e.DN)))
			}
		}
	}
	return nil
}
