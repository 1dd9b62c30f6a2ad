package view

import (
	"mbxperm/model"
	"mbxperm/model/grant"
)

// TrusteeKey returns the line that a row's trustee has in the grid of mailboxes,
// or would have there if it held a right on one.
func TrusteeKey(s *model.Snapshot, r grant.Ref) LineKey {
	return PartyLine(s, grant.TrusteeOf(s, r, grant.ACEOf(s, r)))
}

// PartyLine returns the line that a party has in the grid of mailboxes, or would
// have there: a recipient has one for both roles, a former SID of one its own.
func PartyLine(s *model.Snapshot, p model.TrusteeID) LineKey {
	return partyLine(s, p).key(s)
}

func partyLine(s *model.Snapshot, p model.TrusteeID) lineRef {
	if id := s.TrusteeRecordID(p); id != 0 && s.Record(id).Recipient != model.NoRecipient && s.TrusteeOf(s.Record(id).DN) == p {
		return lineRef{obj: id, party: p}
	}
	return lineRef{party: p}
}

// TargetKey returns the line of a row's target: of the mailbox, of the store,
// or, where a line is one row, of the row itself.
func TargetKey(s *model.Snapshot, r grant.Ref) LineKey {
	k := r.Kind()
	if TypeOfKind(k).rowLines {
		return rowLine(s, r, grant.ACEOf(s, r)).key(s)
	}
	return targetLine(s, r.Obj).key(s)
}

// targetLine is the line of an object that has one for all its rows.
func targetLine(s *model.Snapshot, id model.ObjectID) lineRef {
	if o := s.Record(id); o.Recipient != model.NoRecipient {
		return lineRef{obj: id, party: s.TrusteeOf(o.DN)}
	}
	return lineRef{obj: id}
}

// TargetOf describes a line as a target, and as a trustee where it is only that.
func TargetOf(s *model.Snapshot, key LineKey) model.Principal {
	if key.IsDoor() {
		return doorTitle(s, key.door)
	}
	k := key.find(s)
	if k.obj == 0 {
		return s.Principal(k.party)
	}
	return s.TargetPrincipal(s.Record(k.obj))
}

// TrusteeOf describes a line as a trustee, and as a target where it is only that.
func TrusteeOf(s *model.Snapshot, key LineKey) model.Principal {
	k := key.find(s)
	if k.party == 0 {
		return TargetOf(s, key)
	}
	return s.Principal(k.party)
}

// DisplayName returns the displayName of a line's account; empty where it has none.
func DisplayName(s *model.Snapshot, key LineKey) string {
	k := key.find(s)
	id := k.obj
	if id == 0 || k.isRow() {
		id = s.TrusteeRecordID(k.party)
	}
	return displayName(known{s, id})
}
