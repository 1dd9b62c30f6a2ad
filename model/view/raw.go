package view

import (
	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/internal/pool"
)

// RawACL is a descriptor as it was read, with the names of whom it names.
type RawACL struct {
	Attribute string
	Mailbox   bool // its masks are those of a mailbox ACL, not of the directory
	Object    model.Principal
	Bytes     []byte
	// Trustees are those of the entries of its DACL, in order, as far as they could be decoded.
	Trustees     []model.Principal
	Owner, Group model.Principal // zero where there is none
	Pos          int             // the entry that a row is about, or -1
}

// RawOf returns the descriptor that a row's ACE stands in; ok is false for a
// row that is no ACE.
func RawOf(s *model.Snapshot, r grant.Ref) (raw RawACL, ok bool) {
	if r.Kind().IsLink() {
		return RawACL{}, false
	}
	o := s.Record(r.Obj)
	raw = rawACL(s, o, r.Kind().Desc(o))
	raw.Pos = int(r.Pos)
	return raw, true
}

// SetOn returns the list of the object that a row's entry is set on, with the
// entry as it stands there, where that is another object than the target and was found.
func SetOn(s *model.Snapshot, r grant.Ref) (raw RawACL, on Card, ok bool) {
	o, a := s.Record(r.Obj), grant.ACEOf(s, r)
	if a == nil || !r.Kind().IsInherited() {
		return RawACL{}, Card{}, false
	}
	src := grant.Stamp(s, o, a)
	if a.Flags&acl.Inherited != 0 {
		src = grant.Source(s, o.DN, a)
	}
	if src.Obj == 0 {
		return RawACL{}, Card{}, false
	}
	above := s.Record(src.Obj)
	raw = rawACL(s, above, above.Security)
	first, n := s.ACEsOf(above.Security)
	for i := range n {
		if *s.Lists.At(first + i) == src.ACE {
			raw.Pos = int(i)
			break
		}
	}
	return raw, ObjectCard(s, src.Obj), raw.Pos >= 0
}

// RawLists returns the descriptors of a line's object that were read.
func RawLists(s *model.Snapshot, key LineKey) (out []RawACL) {
	k := key.find(s)
	id := k.obj
	if id == 0 {
		id = s.TrusteeRecordID(k.party)
	}
	if id == 0 {
		return nil
	}
	o := s.Record(id)
	for _, d := range [...]pool.Desc{o.MailboxSD, o.Security} {
		if d != 0 {
			out = append(out, rawACL(s, o, d))
		}
	}
	return out
}

func rawACL(s *model.Snapshot, o *model.Record, id pool.Desc) RawACL {
	d := s.Descs.At(uint32(id))
	raw := RawACL{Attribute: "nTSecurityDescriptor", Object: s.TargetPrincipal(o), Bytes: s.Bytes(id), Pos: -1}
	if d.Sense == pool.SenseMailbox {
		raw.Attribute, raw.Mailbox = "msExchMailboxSecurityDescriptor", true
	}
	if d.Owner != 0 {
		raw.Owner = s.Principal(model.TrusteeOfSID(d.Owner))
	}
	if d.Group != 0 {
		raw.Group = s.Principal(model.TrusteeOfSID(d.Group))
	}
	for i := range d.N {
		raw.Trustees = append(raw.Trustees, s.Principal(model.TrusteeOfSID(s.ACE(d.First+i).Trustee)))
	}
	return raw
}

// GUIDName names what a GUID stands for beside the given rights, and says what
// kind of thing that is, if known.
func GUIDName(s *model.Snapshot, g acl.GUID, m acl.Mask) (name, kind string) {
	name = grant.GUIDName(s, g, m)
	switch r, isRight := s.Forest.Rights[g]; {
	case isRight && grant.IsPropertySet(s, g):
		kind = "property set"
	case isRight && r.ValidAccesses&uint32(acl.ValidatedWrite) != 0:
		kind = "validated write"
	case isRight:
		kind = "extended right"
	default:
		if n, ok := s.Forest.Schema[g]; ok {
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
