package model

// TrusteeKey returns the line that a row's trustee has in the grid of mailboxes,
// or would have there if it held a right on one.
func (s *Snapshot) TrusteeKey(r RowRef) LineKey {
	return s.partyLine(s.trustee(r, s.aceOf(r)))
}

func (s *Snapshot) partyLine(p Party) LineKey {
	// As in mailboxLines: a recipient has one line for both roles, a former SID of one its own.
	if id := s.partyObject(p); id != 0 && s.object(id).recipient != NoRecipient && s.party(s.object(id).dn) == p {
		return LineKey{obj: id, party: p}
	}
	return LineKey{party: p}
}

// TargetKey returns the line of a row's target: of the mailbox, of the store,
// or, for a container, where a line is one entry, of the row itself.
func (s *Snapshot) TargetKey(r RowRef) LineKey {
	o := s.object(r.obj)
	switch {
	case r.family == familyAdmin:
		return LineKey{obj: r.obj, party: s.trustee(r, s.aceOf(r)), pos: r.pos + 1}
	case o.recipient != NoRecipient:
		return LineKey{obj: r.obj, party: s.party(o.dn)}
	}
	return LineKey{obj: r.obj}
}

// TypeOf returns the object type in whose grid a line stands.
func (s *Snapshot) TypeOf(k LineKey) *ObjectType {
	switch {
	case k.pos != 0:
		return Admins
	case k.obj != 0 && s.object(k.obj).store():
		return Stores
	}
	return Mailboxes
}

// SameTarget reports whether a row is one of the line's own as a target.
func (k LineKey) SameTarget(r RowRef) bool { return k.obj == r.obj }

// TargetOf describes a line as a target, and as a trustee where it is only that.
func (s *Snapshot) TargetOf(k LineKey) Principal {
	if k.obj == 0 {
		return s.Principal(k.party)
	}
	return s.targetPrincipal(s.object(k.obj))
}

// TrusteeOf describes a line as a trustee, and as a target where it is only that.
func (s *Snapshot) TrusteeOf(k LineKey) Principal {
	if k.party == 0 {
		return s.TargetOf(k)
	}
	return s.Principal(k.party)
}

// DisplayName returns the displayName of a line's account; empty where it has none.
func (s *Snapshot) DisplayName(k LineKey) string {
	id := k.obj
	if id == 0 || k.pos != 0 {
		id = s.partyObject(k.party)
	}
	if id == 0 {
		return ""
	}
	return s.texts.text(s.object(id).display)
}

// Carry returns the key that a line of another state has in this one, zero
// where it is not there any more. Both states must share their Pool.
func (s *Snapshot) Carry(k LineKey, from *Snapshot) LineKey {
	if k.obj != 0 {
		if k.obj = s.at(from.object(k.obj).dn); k.obj == 0 {
			return LineKey{}
		}
	}
	return k
}
