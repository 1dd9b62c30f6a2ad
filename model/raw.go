package model

import "mbxperm/acl"

// RawACL is a descriptor as it was read, with the names of whom it names.
type RawACL struct {
	Attribute string
	Mailbox   bool // its masks are those of a mailbox ACL, not of the directory
	Object    Principal
	Bytes     []byte
	// Trustees are those of the entries of its DACL, in order, as far as they could be decoded.
	Trustees     []Principal
	Owner, Group Principal // zero where there is none
	Pos          int       // the entry that a row is about, or -1
}

// RawOf returns the descriptor that a row's ACE stands in; ok is false for a
// row that is no ACE.
func (s *Snapshot) RawOf(r RowRef) (raw RawACL, ok bool) {
	o := s.object(r.obj)
	switch r.family {
	case familyBehalf:
		return RawACL{}, false
	case familyMailbox:
		raw = s.raw(o, o.mailboxSD)
	default:
		raw = s.raw(o, o.security)
	}
	raw.Pos = int(r.pos)
	return raw, true
}

// SetOn returns the list of the object that a row's entry is set on, with the
// entry as it stands there, where that is another object than the target and was found.
func (s *Snapshot) SetOn(r RowRef) (raw RawACL, on Card, ok bool) {
	o, a := s.object(r.obj), s.aceOf(r)
	if a == nil || r.family == familyMailbox {
		return RawACL{}, Card{}, false
	}
	src := s.stamp(o, a)
	if a.flags&acl.Inherited != 0 {
		src = s.source(o.dn, a)
	}
	if src.obj == 0 {
		return RawACL{}, Card{}, false
	}
	above := s.object(src.obj)
	raw = s.raw(above, above.security)
	first, n := s.acesOf(above.security)
	for i := range n {
		if *s.lists.at(first + i) == src.ace {
			raw.Pos = int(i)
			break
		}
	}
	return raw, s.objectCard(src.obj), raw.Pos >= 0
}

// RawLists returns the descriptors of a line's object that were read.
func (s *Snapshot) RawLists(k LineKey) (out []RawACL) {
	id := k.obj
	if id == 0 {
		id = s.partyObject(k.party)
	}
	if id == 0 {
		return nil
	}
	o := s.object(id)
	for _, d := range [...]descID{o.mailboxSD, o.security} {
		if d != 0 {
			out = append(out, s.raw(o, d))
		}
	}
	return out
}

func (s *Snapshot) raw(o *object, id descID) RawACL {
	d := s.descs.at(uint32(id))
	raw := RawACL{Attribute: "nTSecurityDescriptor", Object: s.targetPrincipal(o), Bytes: s.descriptor(id), Pos: -1}
	if d.family == familyMailbox {
		raw.Attribute, raw.Mailbox = "msExchMailboxSecurityDescriptor", true
	}
	if d.owner != 0 {
		raw.Owner = s.Principal(partyOfSID(d.owner))
	}
	if d.group != 0 {
		raw.Group = s.Principal(partyOfSID(d.group))
	}
	for i := range d.n {
		raw.Trustees = append(raw.Trustees, s.Principal(partyOfSID(s.ace(d.first+i).trustee)))
	}
	return raw
}

// GUIDName names what a GUID stands for beside the given rights, and says what
// kind of thing that is, if known.
func (s *Snapshot) GUIDName(g acl.GUID, m acl.Mask) (name, kind string) {
	name = s.guidName(g, m)
	switch r, isRight := s.facts.rights[g]; {
	case isRight && s.isPropertySet(g):
		kind = "property set"
	case isRight && r.ValidAccesses&uint32(acl.ValidatedWrite) != 0:
		kind = "validated write"
	case isRight:
		kind = "extended right"
	default:
		if n, ok := s.facts.schema[g]; ok {
			kind = "attribute"
			if n.Class {
				kind = "class"
			}
		} else if n, ok := acl.LookupGUIDFor(g, m); ok {
			kind = n.Kind.String()
		}
	}
	return name, kind
}
