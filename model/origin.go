package model

import (
	"mbxperm/acl"
)

// OriginNotRead stands where an inherited entry has no visible source.
const OriginNotRead = "origin not read"

// origin names the object that an entry of o is set on: for an inherited entry
// the nearest object above that holds the matching inheritable entry as its
// own; for an entry of a protected account the AdminSDHolder that stamps it
// ([MS-ADTS] 3.1.1.6.1).
func (s *Snapshot) origin(o *object, a *aceRec) string {
	if a.flags&acl.Inherited == 0 {
		return s.stamped(o, a)
	}
	src := s.source(o.dn, a)
	if src.obj == 0 {
		return OriginNotRead
	}
	return s.dnText(s.object(src.obj).dn)
}

// sourceAt is an entry at the object that it is set on.
type sourceAt struct {
	obj objID
	ace aceID
}

// source finds what an inherited entry of the object with this DN is a copy of,
// zero where it cannot be seen. It depends on nothing but the object's parent
// and the entry.
func (s *Snapshot) source(dn dnID, a *aceRec) sourceAt {
	parent := true
	for dn := s.dns.at(uint32(dn)).parent; dn != 0; dn = s.dns.at(uint32(dn)).parent {
		id := s.at(dn)
		if id == 0 || s.object(id).security == 0 {
			return sourceAt{} // the chain is broken: what stands further up may be overruled here
		}
		found := s.inheritable(s.object(id), a, parent)
		if found == 0 {
			return sourceAt{}
		}
		if s.aces.at(uint32(found)).flags&acl.Inherited == 0 {
			return sourceAt{id, found}
		}
		parent = false
	}
	return sourceAt{}
}

// inheritable finds the entry of an ancestor that a is a copy of, preferring
// one that is set there; 0 where there is none.
func (s *Snapshot) inheritable(above *object, a *aceRec, parent bool) (found aceID) {
	first, n := s.acesOf(above.security)
	for i := range n {
		id := *s.lists.at(first + i)
		x := s.aces.at(uint32(id))
		if x.flags&acl.ContainerInherit == 0 || x.flags&acl.NoPropagate != 0 && !parent || !s.copies(x, a) {
			continue
		}
		if x.flags&acl.Inherited == 0 {
			return id
		}
		found = id
	}
	return found
}

// copies reports whether a can be what an object inherits from x: generic
// rights are mapped on the way, and CREATOR OWNER and CREATOR GROUP become
// somebody ([MS-DTYP] 2.5.3.4.1).
func (s *Snapshot) copies(x, a *aceRec) bool {
	if x.kind != a.kind || x.obj != a.obj || x.hasObj != a.hasObj || x.mask.MapGenericAD() != a.mask.MapGenericAD() {
		return false
	}
	if x.hasInh && a.hasInh && x.inh != a.inh || a.hasInh && !x.hasInh {
		return false
	}
	if x.trustee == a.trustee {
		return true
	}
	who := s.sidOf(x.trustee)
	return who == acl.SIDCreatorOwner || who == acl.SIDCreatorGroup
}

// stamped names the AdminSDHolder if a protected account's entry equals one of its.
func (s *Snapshot) stamped(o *object, a *aceRec) string {
	if src := s.stamp(o, a); src.obj != 0 {
		return s.dnText(s.object(src.obj).dn)
	}
	return ""
}

// stamp finds the AdminSDHolder's entry that a protected account's is a copy of,
// zero where there is none.
func (s *Snapshot) stamp(o *object, a *aceRec) sourceAt {
	if !o.is(flagAdminCount) {
		return sourceAt{}
	}
	for _, h := range s.facts.holders {
		holder := s.object(h)
		if !s.under(o.dn, s.dns.at(uint32(s.dns.at(uint32(holder.dn)).parent)).parent) {
			continue
		}
		first, n := s.acesOf(holder.security)
		for i := range n {
			if id := *s.lists.at(first + i); s.aces.at(uint32(id)).aceKey == a.aceKey {
				return sourceAt{h, id}
			}
		}
	}
	return sourceAt{}
}
