package view

import (
	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/internal/pool"
)

// TrusteeKey returns the line that a row's trustee has in the grid of mailboxes,
// or would have there if it held a right on one.
func TrusteeKey(s *model.Snapshot, r grant.Ref) LineKey {
	return PartyLine(s, grant.TrusteeOf(s, r, grant.ACEOf(s, r)))
}

func PartyLine(s *model.Snapshot, p model.TrusteeID) LineKey {
	// As in mailboxLines: a recipient has one line for both roles, a former SID of one its own.
	if id := s.TrusteeRecordID(p); id != 0 && s.Record(id).Recipient != model.NoRecipient && s.TrusteeOf(s.Record(id).DN) == p {
		return LineKey{obj: id, party: p}
	}
	return LineKey{party: p}
}

// TargetKey returns the line of a row's target: of the mailbox, of the store,
// or, for a container, where a line is one entry, of the row itself.
func TargetKey(s *model.Snapshot, r grant.Ref) LineKey {
	o := s.Record(r.Obj)
	switch {
	case r.Kind() == grant.AdminACL:
		return LineKey{obj: r.Obj, party: grant.TrusteeOf(s, r, grant.ACEOf(s, r)), pos: r.Pos + 1}
	case o.Recipient != model.NoRecipient:
		return LineKey{obj: r.Obj, party: s.TrusteeOf(o.DN)}
	}
	return LineKey{obj: r.Obj}
}

// TypeOf returns the object type in whose grid a line stands.
func TypeOf(s *model.Snapshot, k LineKey) *ObjectType {
	switch {
	case k.pos != 0:
		return Admins
	case k.obj != 0 && s.Record(k.obj).IsStore():
		return Stores
	}
	return Mailboxes
}

// SameTarget reports whether a row is one of the line's own as a target.
func (k LineKey) SameTarget(r grant.Ref) bool { return k.obj == r.Obj }

// TargetOf describes a line as a target, and as a trustee where it is only that.
func TargetOf(s *model.Snapshot, k LineKey) model.Principal {
	if k.obj == 0 {
		return s.Principal(k.party)
	}
	return s.TargetPrincipal(s.Record(k.obj))
}

// TrusteeOf describes a line as a trustee, and as a target where it is only that.
func TrusteeOf(s *model.Snapshot, k LineKey) model.Principal {
	if k.party == 0 {
		return TargetOf(s, k)
	}
	return s.Principal(k.party)
}

// DisplayName returns the displayName of a line's account; empty where it has none.
func DisplayName(s *model.Snapshot, k LineKey) string {
	id := k.obj
	if id == 0 || k.pos != 0 {
		id = s.TrusteeRecordID(k.party)
	}
	if id == 0 {
		return ""
	}
	return s.Texts.Text(s.Record(id).Display)
}

// Carry returns the key that a line of another state has in this one, zero
// where it is not there any more. Both states must share their Pool.
func Carry(s *model.Snapshot, k LineKey, from *model.Snapshot) LineKey {
	switch {
	case k.pos != 0: // an entry of a container: another may stand in its place
		ref, ok := grant.Carry(s, grant.AdminACL.Ref(k.obj, k.pos-1, pool.RightWhole), from)
		if !ok {
			return LineKey{}
		}
		k.obj, k.pos = ref.Obj, ref.Pos+1
	case k.obj != 0:
		if k.obj = s.At(from.Record(k.obj).DN); k.obj == 0 {
			return LineKey{}
		}
	}
	return k
}
