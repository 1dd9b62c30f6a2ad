package model

import "context"

// Match returns the first change from the one after (step 1) or before (step -1)
// from on that holds every word of a filter, as Result.Match does.
func (r *Changes) Match(ctx context.Context, filter string, from, step int) int {
	words := words(filter)
	n := r.Len()
	for i := 1; i <= n; i++ {
		if i&1023 == 0 && ctx.Err() != nil {
			return -1
		}
		if at := ((from+i*step)%n + n) % n; r.Comparison.matches(r.at(at), words) {
			return at
		}
	}
	return -1
}

// Row returns the entry or value that change i is about as one of the states,
// Old or New, has it; ok is false where that has none.
func (r *Changes) Row(i int, in *Snapshot) (ref RowRef, ok bool) {
	x := r.at(i)
	ref = x.ref[r.Comparison.number(in)]
	return ref, ref.obj != 0 && x.kind != kindOrder
}

func (c *Comparison) number(s *Snapshot) int {
	if s == c.Old {
		return before
	}
	return after
}

// TargetCard describes the target of change i as NEW knows it, else as OLD does.
func (r *Changes) TargetCard(i int) Card {
	x := r.at(i)
	if x.obj[after] != 0 {
		return r.Comparison.New.objectCard(x.obj[after])
	}
	return r.Comparison.Old.objectCard(x.obj[before])
}

// TrusteeCard describes the trustee of change i; ok is false where it is about none.
func (r *Changes) TrusteeCard(i int) (card Card, ok bool) {
	s, p := r.Comparison.party(r.at(i))
	if s == nil {
		return Card{}, false
	}
	return s.partyCard(p), true
}

// party returns the trustee of a change, and the state that knows it: NEW, else OLD.
func (c *Comparison) party(x *change) (*Snapshot, Party) {
	if x.kind == kindOrder {
		return nil, 0
	}
	for i := after; i >= before; i-- {
		s := c.state(i)
		switch {
		case x.ref[i].obj != 0:
			return s, s.trustee(x.ref[i], s.aceOf(x.ref[i]))
		case x.who[i] != 0:
			return s, s.party(x.who[i])
		}
	}
	return nil, 0
}

// TargetKey returns the line in NEW of the target of change i: of a mailbox, a
// store, the entry of a container, or of a group as a trustee. It is zero where
// the target is not there any more, or is nothing that has a line.
func (r *Changes) TargetKey(i int) LineKey {
	x, s := r.at(i), r.Comparison.New
	if x.obj[after] == 0 {
		return LineKey{}
	}
	o := s.object(x.obj[after])
	switch {
	case o.is(flagAbove) && x.ref[after].obj != 0:
		return s.TargetKey(x.ref[after])
	case o.family() == familyAncestor && !o.principal():
		return LineKey{}
	}
	return s.lineOf(x.obj[after])
}

// TrusteeKey returns the line in NEW of the trustee of change i, zero where it
// is about none. SIDs and DNs have the same number in both states.
func (r *Changes) TrusteeKey(i int) LineKey {
	s, p := r.Comparison.party(r.at(i))
	if s == nil {
		return LineKey{}
	}
	return r.Comparison.New.partyLine(p)
}
