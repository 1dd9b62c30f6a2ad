package view

import (
	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/internal/pool"
)

// LineKey names a line of the grid of totals by what it is: an object, a party,
// or both for an account that is a target and a trustee; where a line is one row,
// that row and its trustee. It is comparable and means the same in every state of
// a pool.
type LineKey struct {
	target pool.DN // 0 for who is only a trustee
	party  model.TrusteeID
	row    grant.Key // zero where the line is no row
	door   string    // of a line of doors; empty of others
}

// IsTarget reports whether the line is a target and not only a trustee.
func (k LineKey) IsTarget() bool { return k.target != 0 || k.door != "" }

// IsDoor reports whether the line is one of doors: an end of what logs tell.
func (k LineKey) IsDoor() bool { return k.door != "" }

// IsZero reports whether the key names no line.
func (k LineKey) IsZero() bool { return k == LineKey{} }

// lineRef is a line in one snapshot.
type lineRef struct {
	obj   model.ObjectID
	party model.TrusteeID
	row   grant.Ref // where the line is one row
	door  doorRef   // where it is one of doors
}

func (l lineRef) isRow() bool { return l.row.Obj != 0 }

// rowLine is the line of a row where each row has one.
func rowLine(s *model.Snapshot, r grant.Ref, a *pool.ACERecord) lineRef {
	return lineRef{obj: r.Obj, party: grant.TrusteeOf(s, r, a), row: r}
}

// key names a line for other snapshots.
func (l lineRef) key(s *model.Snapshot) LineKey {
	k := LineKey{party: l.party}
	if l.obj != 0 {
		k.target = s.Record(l.obj).DN
	}
	if l.isRow() {
		k.row = grant.KeyOf(s, l.row)
	}
	if l.door.n != 0 {
		k.door = l.door.key(s)
	}
	return k
}

// find returns the line that a key names, zero where the snapshot does not have
// it. Whoever is only a trustee is always there.
func (k LineKey) find(s *model.Snapshot) (l lineRef) {
	switch {
	case k.door != "":
		l.door = findDoor(s, k.door)
	case k.row != (grant.Key{}):
		if ref, ok := grant.Find(s, k.row); ok {
			l = lineRef{obj: ref.Obj, party: k.party, row: ref}
		}
	case k.target == 0:
		l.party = k.party
	default:
		if l.obj = s.At(k.target); l.obj != 0 {
			l.party = k.party
		}
	}
	return l
}

// Sides returns what a line is as a target, and who it is as a trustee; zero for
// what it is not, and where a snapshot does not have it.
func Sides(s *model.Snapshot, k LineKey) (target model.ObjectID, trustee model.TrusteeID) {
	l := k.find(s)
	return l.obj, l.party
}

// Has reports whether a snapshot has what a line is.
func Has(s *model.Snapshot, k LineKey) bool { return k.find(s) != lineRef{} }

// TypeOf returns the object type in whose grid a line stands.
func TypeOf(s *model.Snapshot, k LineKey) *ObjectType {
	l := k.find(s)
	switch {
	case k.door != "":
		return doorType(k.door)
	case l.isRow():
		return TypeOfKind(l.row.Kind())
	case l.obj != 0 && s.Record(l.obj).Class == model.ClassAssignment:
		return Roles
	case l.obj != 0:
		if kind := grant.OnSecurity(s.Record(l.obj)); kind != nil {
			return TypeOfKind(kind)
		}
	default:
		rows := grant.RelationsOf(s).KindsOf(s, l.party) &^ grant.ApartRows
		if rows != 0 && rows&^grant.OtherRows == 0 { // it has no line among the mailboxes
			return Recipients
		}
	}
	return Mailboxes
}

// TypeOfKind returns the object type whose lines count the rows of a kind.
func TypeOfKind(k *grant.Kind) *ObjectType {
	for _, t := range ObjectTypes {
		if t.forward.Has(k) {
			return t
		}
	}
	return nil
}
