package grant

import (
	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/internal/pool"
)

// StampOf returns when the attribute that holds a row last changed; zero where that is
// not known. It does not say when the entry was set: whatever else is in the list
// changes it too. An inherited entry comes and goes without a write to the object that
// it is inherited by, so of one it is the list of the object that it is set on. Of a
// value of publicDelegates it is the value. a is the row's ACE, nil for a link value.
func StampOf(s *model.Snapshot, r Ref, a *pool.ACERecord) (t model.Stamp) {
	if !s.Stamped() || r.Obj == 0 {
		return t
	}
	return StampAt(s, PlaceOf(s, r, a), r)
}

// StampAt is [StampOf] of a row whose place is known.
func StampAt(s *model.Snapshot, at Place, r Ref) (t model.Stamp) {
	switch {
	case at.Obj == 0:
	case at.Attribute == model.StampedDelegates:
		return s.ValueStampOf(r.Obj, at.Attribute, valueAt(s, r))
	default:
		t, _ = s.StampOf(at.Obj, at.Attribute)
	}
	return t
}

// Place is the attribute of an object that rows stand in.
type Place struct {
	Obj       model.ObjectID // 0: not known, or of a link that has no stamps
	Attribute model.Stamped
}

// PlaceOf returns where a row stands: an inherited entry in the list of the object that
// it is set on. a is the row's ACE, nil for a link value.
func PlaceOf(s *model.Snapshot, r Ref, a *pool.ACERecord) Place {
	switch k := r.Kind(); {
	case k.list == inDelegates:
		return Place{r.Obj, model.StampedDelegates}
	case k.list == inLinks:
		return Place{}
	case k.list == inMailboxACL:
		return Place{r.Obj, model.StampedMailboxSD}
	case a.Flags&acl.Inherited == 0:
		return Place{r.Obj, model.StampedSecurity}
	}
	return Place{Source(s, s.Record(r.Obj).DN, a).Obj, model.StampedSecurity}
}

// ListsStamp returns when one of the access lists of a mailbox last changed, its own or
// that of its account; zero where that is not known of both.
func ListsStamp(s *model.Snapshot, id model.ObjectID) model.Stamp {
	newest, told := s.StampOf(id, model.StampedSecurity)
	t, also := s.StampOf(id, model.StampedMailboxSD)
	if !told || !also {
		return model.Stamp{}
	}
	if t.At.After(newest.At) {
		return t
	}
	return newest
}
