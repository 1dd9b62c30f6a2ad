package acl

import (
	"encoding/binary"
	"fmt"
	"slices"
)

// Parts is a descriptor taken apart: owned, editable and complete. [Encode]
// makes bytes of it again, package sddl text.
type Parts struct {
	// Control holds the flags. DACLPresent, SACLPresent and SelfRelative
	// follow from the states when encoded.
	Control              Control
	Owner, Group         SID // zero if there is none
	DACLState, SACLState ACLState
	DACL, SACL           []ACE // in stored order; used where the state is ACLPresent

	// DACLRevision and SACLRevision are the revisions of the ACLs
	// ([MS-DTYP] 2.4.5); zero lets Encode choose 2, or 4 for object ACEs.
	DACLRevision, SACLRevision uint8
}

// Parts copies the descriptor out of the bytes it was parsed from.
func (d Descriptor) Parts() Parts {
	return Parts{
		Control:      d.control,
		Owner:        window(d.owner),
		Group:        window(d.group),
		DACLState:    d.dacl.state,
		SACLState:    d.sacl.state,
		DACL:         d.dacl.owned(),
		SACL:         d.sacl.owned(),
		DACLRevision: d.dacl.revision,
		SACLRevision: d.sacl.revision,
	}
}

// owned returns the entries of l over a copy of their bytes; nil if there is no
// list.
func (l list) owned() []ACE {
	if l.state != ACLPresent {
		return nil
	}
	l.entries = slices.Clone(l.entries)
	return slices.AppendSeq(make([]ACE, 0, l.count), l.all())
}

// Encode writes a self-relative descriptor ([MS-DTYP] 2.4.6) in the order
// Windows uses: header, SACL, DACL, owner, group. Of a known ACE it writes the
// fields and not Raw; an unknown one is written from Raw. Parse of the result
// gives p again.
func Encode(p Parts) ([]byte, error) {
	control := p.Control&^(DACLPresent|SACLPresent) | SelfRelative
	if p.DACLState != ACLAbsent {
		control |= DACLPresent
	}
	if p.SACLState != ACLAbsent {
		control |= SACLPresent
	}
	b := make([]byte, descriptorHeader, descriptorHeader+512)
	b[0] = 1
	binary.LittleEndian.PutUint16(b[2:], uint16(control))
	var err error
	if b, err = appendList(b, 12, p.SACLState, p.SACLRevision, p.SACL); err != nil {
		return nil, fmt.Errorf("sacl: %w", err)
	}
	if b, err = appendList(b, 16, p.DACLState, p.DACLRevision, p.DACL); err != nil {
		return nil, fmt.Errorf("dacl: %w", err)
	}
	for i, sid := range [...]SID{p.Owner, p.Group} {
		if !sid.IsZero() {
			binary.LittleEndian.PutUint32(b[4+4*i:], uint32(len(b)))
			b = append(b, sid.b...)
		}
	}
	return b, nil
}

// appendList appends an ACL and stores its offset at field.
func appendList(b []byte, field int, state ACLState, revision uint8, aces []ACE) ([]byte, error) {
	if state != ACLPresent {
		return b, nil
	}
	start := len(b)
	binary.LittleEndian.PutUint32(b[field:], uint32(start))
	b = append(b, make([]byte, aclHeader)...)
	least := uint8(2)
	for i, a := range aces {
		var err error
		if b, err = appendACE(b, a); err != nil {
			return nil, fmt.Errorf("ace %d: %w", i, err)
		}
		if a.IsObject() {
			least = 4
		}
	}
	if revision == 0 {
		revision = least
	}
	size := len(b) - start
	if size > 0xFFFF {
		return nil, fmt.Errorf("%d bytes, at most 65535", size)
	}
	b[start] = revision
	binary.LittleEndian.PutUint16(b[start+2:], uint16(size))
	binary.LittleEndian.PutUint16(b[start+4:], uint16(len(aces)))
	return b, nil
}

// appendACE appends one entry. A size that is no multiple of four is written as
// it is: Data is the caller's, and padding it would change it.
func appendACE(b []byte, a ACE) ([]byte, error) {
	start := len(b)
	if !a.IsKnown() {
		if len(a.Raw) < 4 {
			return nil, fmt.Errorf("%s: no bytes to write", a.Type)
		}
		b = append(b, a.Raw...)
	} else {
		b = append(b, 0, 0, 0, 0)
		b = binary.LittleEndian.AppendUint32(b, uint32(a.Mask))
		if a.IsObject() {
			b = appendGUIDs(b, a)
		}
		if n, f := sidLen(a.SID); f.what != okay {
			return nil, fmt.Errorf("sid: %w", f.err())
		} else if n != len(a.SID) {
			return nil, fmt.Errorf("sid: %d bytes after the end", len(a.SID)-n)
		}
		b = append(b, a.SID...)
		b = append(b, a.Data...)
	}
	size := len(b) - start
	if size > 0xFFFF {
		return nil, fmt.Errorf("%d bytes, at most 65535", size)
	}
	b[start], b[start+1] = byte(a.Type), byte(a.Flags)
	binary.LittleEndian.PutUint16(b[start+2:], uint16(size))
	return b, nil
}

// appendGUIDs appends the flags and GUIDs of an object ACE ([MS-DTYP] 2.4.4.3).
func appendGUIDs(b []byte, a ACE) []byte {
	b = binary.LittleEndian.AppendUint32(b, a.guidFlags())
	if a.HasObjectType {
		b = append(b, a.ObjectType[:]...)
	}
	if a.HasInheritedObjectType {
		b = append(b, a.InheritedObjectType[:]...)
	}
	return b
}

// guidFlags says which of the two GUIDs an object ACE has ([MS-DTYP] 2.4.4.3).
func (a *ACE) guidFlags() (flags uint32) {
	if a.HasObjectType {
		flags |= objectTypePresent
	}
	if a.HasInheritedObjectType {
		flags |= inheritedObjectTypePresent
	}
	return flags
}

// Exact reports whether type, flags, mask, GUIDs and SID say all that there is
// in the entry, so that [Encode] gives Raw again from these alone. A condition,
// padding and unknown flags of an object ACE are more than that, and of an
// unknown type nothing is known.
func (a *ACE) Exact() bool {
	switch {
	case !a.IsKnown() || a.SID == nil || len(a.Data) > 0:
		return false
	case a.IsObject():
		return len(a.Raw) >= 12 && binary.LittleEndian.Uint32(a.Raw[8:]) == a.guidFlags()
	}
	return true
}

// Exact reports whether [Encode] gives the bytes that were parsed again, from
// the control flags, owner, group, and the DACL with its revision, as far as
// that does not depend on the entries: if each of them is exact, too, nothing
// of the bytes needs to be kept. It is not where there is a SACL, or where
// anything lies in another order than Encode's, in between, or behind.
func (d Descriptor) Exact() bool {
	if d.damaged || len(d.raw) < descriptorHeader || d.sacl.state != ACLAbsent || d.control&SelfRelative == 0 || d.raw[1] != 0 {
		return false
	}
	end, offsets := descriptorHeader, [4]int{}
	if d.dacl.state == ACLPresent {
		offsets[3] = end
		if !d.dacl.exact(d.raw[end:]) {
			return false
		}
		end += aclHeader + len(d.dacl.entries)
	}
	for i, sid := range [...][]byte{d.owner, d.group} {
		if sid != nil {
			offsets[i] = end
			end += len(sid)
		}
	}
	for i, want := range offsets {
		if binary.LittleEndian.Uint32(d.raw[4+4*i:]) != uint32(want) {
			return false
		}
	}
	return end == len(d.raw)
}

// exact reports whether the entries fill the list, and the header at the start
// of b holds nothing else.
func (l *list) exact(b []byte) bool {
	n := 0
	for range l.count {
		if len(l.entries) < n+4 {
			return false
		}
		n += int(binary.LittleEndian.Uint16(l.entries[n+2:]))
	}
	return n == len(l.entries) && len(b) >= aclHeader && b[1] == 0 && b[6] == 0 && b[7] == 0
}
