package acl

import (
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"strings"
)

// Control is the Control field of a descriptor ([MS-DTYP] 2.4.6).
type Control uint16

// The control flags.
const (
	OwnerDefaulted       Control = 0x0001
	GroupDefaulted       Control = 0x0002
	DACLPresent          Control = 0x0004
	DACLDefaulted        Control = 0x0008
	SACLPresent          Control = 0x0010
	SACLDefaulted        Control = 0x0020
	DACLTrusted          Control = 0x0040
	ServerSecurity       Control = 0x0080
	DACLAutoInheritReq   Control = 0x0100
	SACLAutoInheritReq   Control = 0x0200
	DACLAutoInherited    Control = 0x0400
	SACLAutoInherited    Control = 0x0800
	DACLProtected        Control = 0x1000
	SACLProtected        Control = 0x2000
	ResourceManagerValid Control = 0x4000
	SelfRelative         Control = 0x8000
)

var controlNames = [16]string{
	"OwnerDefaulted", "GroupDefaulted", "DACLPresent", "DACLDefaulted", "SACLPresent", "SACLDefaulted", "DACLTrusted", "ServerSecurity",
	"DACLAutoInheritReq", "SACLAutoInheritReq", "DACLAutoInherited", "SACLAutoInherited", "DACLProtected", "SACLProtected",
	"ResourceManagerValid", "SelfRelative",
}

// String names the flags that are set, joined by bars:
// "DACLPresent|SelfRelative". No flag is the empty string.
func (c Control) String() string {
	var names []string
	for i, name := range controlNames {
		if c&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, "|")
}

// ACLState tells the three ways of having few entries apart ([MS-ADTS]
// 5.1.3.3.1).
type ACLState uint8

// The states of an ACL. Absent and NULL DACLs let everybody do everything; a
// present one without entries lets nobody in but the owner.
const (
	ACLAbsent  ACLState = iota // the present flag is not set
	ACLNull                    // the present flag is set, the offset is zero
	ACLPresent                 // there is a list, possibly empty
)

// String returns "absent", "null" or "present".
func (s ACLState) String() string {
	return [...]string{"absent", "null", "present"}[min(s, ACLPresent)]
}

// descriptorHeader is the length of the fixed part: revision, padding, control
// and four offsets ([MS-DTYP] 2.4.6).
const descriptorHeader = 20

// Descriptor is a view of the bytes given to [Parse]. The zero value is
// "nothing read": no owner, no group, both ACLs absent.
type Descriptor struct {
	raw          []byte
	owner, group []byte
	dacl, sacl   list
	control      Control
	damaged      bool // Parse returned an error
	ownerLost    bool // and the owner is one of the reasons
}

// list is one ACL: the entries that can be read.
type list struct {
	entries  []byte // the ACEs, without the ACL header
	count    int    // how many of them are readable
	state    ACLState
	revision uint8
	broken   bool // there is more that is not
}

// Parse reads a self-relative security descriptor ([MS-DTYP] 2.4.6) and checks
// every length in it, so that what follows need not.
//
// On an error the Descriptor still holds everything before the broken place,
// and all parts that are whole; the error names each place. Such a Descriptor
// is [Descriptor.Damaged], and what the lost part could decide is uncertain in
// every check. b must not be changed while the view is in use.
func Parse(b []byte) (Descriptor, error) {
	d := Descriptor{raw: b}
	if len(b) < descriptorHeader {
		d.damaged = true
		return d, fmt.Errorf("descriptor: %w", fault{tooShort, len(b), descriptorHeader}.err())
	}
	if b[0] != 1 {
		d.damaged = true
		return d, fmt.Errorf("descriptor: %w", fault{badRevision, int(b[0]), 1}.err())
	}
	d.control = Control(binary.LittleEndian.Uint16(b[2:]))
	var errs [4]error
	d.owner, errs[0] = readSID(b, 4)
	d.group, errs[1] = readSID(b, 8)
	d.sacl, errs[2] = readList(b, 12, d.control&SACLPresent != 0)
	d.dacl, errs[3] = readList(b, 16, d.control&DACLPresent != 0)
	for i, place := range [...]string{"owner", "group", "sacl", "dacl"} {
		if errs[i] != nil {
			errs[i] = fmt.Errorf("%s: %w", place, errs[i])
			d.damaged = true
		}
	}
	if !d.damaged {
		return d, nil
	}
	d.ownerLost, d.sacl.broken, d.dacl.broken = errs[0] != nil, errs[2] != nil, errs[3] != nil
	return d, errors.Join(errs[:]...)
}

// at returns the bytes from the offset stored at field to the end; nil with no
// error where the offset is zero, which means "not there".
func at(b []byte, field int) ([]byte, error) {
	offset := binary.LittleEndian.Uint32(b[field:])
	switch {
	case offset == 0:
		return nil, nil
	case offset < descriptorHeader:
		return nil, fmt.Errorf("offset %d lies inside the header", offset)
	case uint64(offset) >= uint64(len(b)):
		return nil, fmt.Errorf("offset %d lies past the end at %d", offset, len(b))
	}
	return b[offset:], nil
}

// readSID returns a window on the SID whose offset is stored at field.
func readSID(b []byte, field int) ([]byte, error) {
	rest, err := at(b, field)
	if rest == nil || err != nil {
		return nil, err
	}
	n, f := sidLen(rest)
	if f.what != okay {
		return nil, fmt.Errorf("sid: %w", f.err())
	}
	return rest[:n:n], nil
}

// aclHeader is the length of the ACL header: revision, padding, size, count,
// padding ([MS-DTYP] 2.4.5).
const aclHeader = 8

// readList checks the ACL whose offset is stored at field, entry by entry.
func readList(b []byte, field int, present bool) (list, error) {
	if !present {
		// An offset without the flag means nothing: Windows looks at
		// the flag first.
		return list{}, nil
	}
	rest, err := at(b, field)
	if err != nil {
		return list{state: ACLPresent}, err
	}
	if rest == nil {
		return list{state: ACLNull}, nil
	}
	if len(rest) < aclHeader {
		return list{state: ACLPresent}, fmt.Errorf("header: %w", fault{tooShort, len(rest), aclHeader}.err())
	}
	l := list{state: ACLPresent, revision: rest[0]}
	if l.revision < 2 || l.revision > 4 {
		return l, fmt.Errorf("revision %d, want 2 to 4", l.revision)
	}
	size, count := int(binary.LittleEndian.Uint16(rest[2:])), int(binary.LittleEndian.Uint16(rest[4:]))
	if size < aclHeader {
		return l, fmt.Errorf("size %d, need %d", size, aclHeader)
	}
	cut := size > len(rest)
	l.entries = rest[aclHeader:min(size, len(rest))]
	for p := l.entries; l.count < count; l.count++ {
		n, f := measure(p)
		if f.what != okay {
			return l, fmt.Errorf("ace %d: %w", l.count, f.err())
		}
		p = p[n:]
	}
	if cut {
		return l, fmt.Errorf("%d bytes left, need %d", len(rest), size)
	}
	return l, nil
}

// all yields the entries in stored order. It is small enough to be inlined into
// the loop that ranges over it, which is what makes a walk allocate nothing.
//
// It reads one entry ahead, into the other of two ACEs. Yielding copies 120
// bytes in wide loads, and a wide load over fields that were stored a moment
// ago one by one waits until the stores have left the processor's queue;
// reading the next entry fills that time. Measured: 12 ns for each ACE in place
// of 17, and 29 in place of 45 where the loop looks up the trustee.
func (l list) all() iter.Seq[ACE] {
	return func(yield func(ACE) bool) {
		var a [2]ACE
		p := l.entries
		n := a[0].read(p)
		for i := range l.count {
			if n == 0 {
				return
			}
			p = p[n:]
			n = a[(i+1)&1].read(p)
			if !yield(a[i&1]) {
				return
			}
		}
	}
}

// Control returns the control flags as stored.
func (d Descriptor) Control() Control { return d.control }

// Damaged reports whether Parse returned an error: something of the descriptor
// is missing.
func (d Descriptor) Damaged() bool { return d.damaged }

// Protected reports whether inheritance into the DACL is blocked
// (SE_DACL_PROTECTED).
func (d Descriptor) Protected() bool { return d.control&DACLProtected != 0 }

// Raw returns the bytes given to Parse.
func (d Descriptor) Raw() []byte { return d.raw }

// Owner returns the owner's SID in binary form, a window on the bytes; nil if
// there is none.
func (d Descriptor) Owner() []byte { return d.owner }

// Group returns the primary group's SID in binary form, a window on the bytes;
// nil if there is none.
func (d Descriptor) Group() []byte { return d.group }

// DACL yields the entries of the discretionary ACL in stored order.
func (d Descriptor) DACL() iter.Seq[ACE] { return d.dacl.all() }

// SACL yields the entries of the system ACL in stored order.
func (d Descriptor) SACL() iter.Seq[ACE] { return d.sacl.all() }

// DACLState tells an absent, a NULL and a present DACL apart.
func (d Descriptor) DACLState() ACLState { return d.dacl.state }

// SACLState tells an absent, a NULL and a present SACL apart.
func (d Descriptor) SACLState() ACLState { return d.sacl.state }

// DACLRevision returns the revision of the discretionary ACL ([MS-DTYP] 2.4.5),
// zero where there is none.
func (d Descriptor) DACLRevision() uint8 { return d.dacl.revision }

// DACLLen returns the number of entries that DACL yields.
func (d Descriptor) DACLLen() int { return d.dacl.count }

// SACLLen returns the number of entries that SACL yields.
func (d Descriptor) SACLLen() int { return d.sacl.count }
