package grant

import (
	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/internal/pool"
)

// OriginNotRead stands where an inherited entry has no visible source.
const OriginNotRead = "origin not read"

// origin names the object that an entry of o is set on: for an inherited entry
// the nearest object above that holds the matching inheritable entry as its
// own; for an entry of a protected account the AdminSDHolder that stamps it
// ([MS-ADTS] 3.1.1.6.1).
func origin(s *model.Snapshot, o *model.Record, a *pool.ACERecord) string {
	if a.Flags&acl.Inherited == 0 {
		return stamped(s, o, a)
	}
	src := Source(s, o.DN, a)
	if src.Obj == 0 {
		return OriginNotRead
	}
	return s.DNText(s.Record(src.Obj).DN)
}

// SourceAt is an entry at the object that it is set on.
type SourceAt struct {
	Obj model.ObjectID
	ACE pool.ACE
}

// Source finds what an inherited entry of the object with this DN is a copy of,
// zero where it cannot be seen. It depends on nothing but the object's parent
// and the entry.
func Source(s *model.Snapshot, dn pool.DN, a *pool.ACERecord) SourceAt {
	parent := true
	for dn := s.DNs.At(uint32(dn)).Parent; dn != 0; dn = s.DNs.At(uint32(dn)).Parent {
		id := s.At(dn)
		if id == 0 || s.Record(id).Security == 0 {
			return SourceAt{} // the chain is broken: what stands further up may be overruled here
		}
		found := inheritable(s, s.Record(id), a, parent)
		if found == 0 {
			return SourceAt{}
		}
		if s.ACEs.At(uint32(found)).Flags&acl.Inherited == 0 {
			return SourceAt{id, found}
		}
		parent = false
	}
	return SourceAt{}
}

// inheritable finds the entry of an ancestor that a is a copy of, preferring
// one that is set there; 0 where there is none.
func inheritable(s *model.Snapshot, above *model.Record, a *pool.ACERecord, parent bool) (found pool.ACE) {
	first, n := s.ACEsOf(above.Security)
	for i := range n {
		id := *s.Lists.At(first + i)
		x := s.ACEs.At(uint32(id))
		if x.Flags&acl.ContainerInherit == 0 || x.Flags&acl.NoPropagate != 0 && !parent || !copies(s, x, a) {
			continue
		}
		if x.Flags&acl.Inherited == 0 {
			return id
		}
		found = id
	}
	return found
}

// copies reports whether a can be what an object inherits from x: generic
// rights are mapped on the way, and CREATOR OWNER and CREATOR GROUP become
// somebody ([MS-DTYP] 2.5.3.4.1).
func copies(s *model.Snapshot, x, a *pool.ACERecord) bool {
	if x.Type != a.Type || x.ObjectType != a.ObjectType || x.HasObjectType != a.HasObjectType || x.Mask.MapGenericAD() != a.Mask.MapGenericAD() {
		return false
	}
	if x.HasInheritedType && a.HasInheritedType && x.InheritedType != a.InheritedType || a.HasInheritedType && !x.HasInheritedType {
		return false
	}
	if x.Trustee == a.Trustee {
		return true
	}
	who := s.SIDOf(x.Trustee)
	return who == acl.SIDCreatorOwner || who == acl.SIDCreatorGroup
}

// stamped names the AdminSDHolder if a protected account's entry equals one of its.
func stamped(s *model.Snapshot, o *model.Record, a *pool.ACERecord) string {
	if src := Stamp(s, o, a); src.Obj != 0 {
		return s.DNText(s.Record(src.Obj).DN)
	}
	return ""
}

// Stamp finds the AdminSDHolder's entry that a protected account's is a copy of,
// zero where there is none.
func Stamp(s *model.Snapshot, o *model.Record, a *pool.ACERecord) SourceAt {
	if !o.Is(model.FlagAdminCount) {
		return SourceAt{}
	}
	for _, h := range s.Forest.AdminSDHolders {
		holder := s.Record(h)
		if !s.Under(o.DN, s.DNs.At(uint32(s.DNs.At(uint32(holder.DN)).Parent)).Parent) {
			continue
		}
		first, n := s.ACEsOf(holder.Security)
		for i := range n {
			if id := *s.Lists.At(first + i); s.ACEs.At(uint32(id)).ACEKey == a.ACEKey {
				return SourceAt{h, id}
			}
		}
	}
	return SourceAt{}
}

// OriginOf is [Row.Origin] of a row that is an entry: empty for one that is set here, or
// in a list that takes none over.
func OriginOf(s *model.Snapshot, r Ref, a *pool.ACERecord) string {
	o := s.Record(r.Obj)
	if !r.Kind().IsInherited() || a.Flags&acl.Inherited == 0 && !o.Is(model.FlagAdminCount) {
		return ""
	}
	return origin(s, o, a)
}
