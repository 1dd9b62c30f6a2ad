package change

import (
	"context"

	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/view"
)

// Match returns the first change from the one after (step 1) or before (step -1)
// from on that holds every word of a filter, as Result.Match does.
func (r *List) Match(ctx context.Context, filter string, from, step int) int {
	words := view.Words(filter)
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
func (r *List) Row(i int, in *model.Snapshot) (ref grant.Ref, ok bool) {
	x := r.at(i)
	ref = x.Ref[r.Comparison.number(in)]
	return ref, ref.Obj != 0 && x.Kind != Order
}

// RowKey is what names, in every state of the pool, the row that change i is about
// as a state has it; ok is false where that has none.
func (r *List) RowKey(i int, in *model.Snapshot) (key any, ok bool) {
	if x, k := r.at(i), r.Comparison.number(in); x.Kind == Role && x.part != partEntries && x.Obj[k] != 0 {
		return view.AssignmentKey(in, x.Obj[k]), true
	}
	if ref, ok := r.Row(i, in); ok {
		return grant.KeyOf(in, ref), true
	}
	return nil, false
}

// TypeOf is the object type in whose grid a line of change i is to be shown: that
// of its target or trustee, as a state has it.
func (r *List) TypeOf(i int, s *model.Snapshot, line view.LineKey) *view.ObjectType {
	if r.at(i).Kind == Role {
		return view.Roles
	}
	return view.TypeOf(s, line)
}

func (c *Comparison) number(s *model.Snapshot) int {
	if s == c.Old {
		return Before
	}
	return After
}

// TargetCard describes the target of change i as NEW knows it, else as OLD does.
func (r *List) TargetCard(i int) view.Card {
	x := r.at(i)
	if x.isDoor() {
		return view.Card{Principal: r.Comparison.Change(x).Target}
	}
	if x.Obj[After] != 0 {
		return view.ObjectCard(r.Comparison.New, x.Obj[After])
	}
	return view.ObjectCard(r.Comparison.Old, x.Obj[Before])
}

// TrusteeCard describes the trustee of change i; ok is false where it is about none.
func (r *List) TrusteeCard(i int) (card view.Card, ok bool) {
	s, p := r.Comparison.party(r.at(i))
	if s == nil {
		return view.Card{}, false
	}
	return view.PartyCard(s, p), true
}

// party returns the trustee of a change, and the state that knows it: NEW, else OLD.
func (c *Comparison) party(x *Diff) (*model.Snapshot, model.TrusteeID) {
	switch {
	case x.Kind == Order:
		return nil, 0
	case x.Kind == Verdict && c.turn(x).TrusteeID != 0:
		return c.New, c.turn(x).TrusteeID
	}
	for i := After; i >= Before; i-- {
		s := c.State(i)
		switch {
		case x.Ref[i].Obj != 0:
			return s, grant.TrusteeOf(s, x.Ref[i], grant.ACEOf(s, x.Ref[i]))
		case x.who[i] != 0:
			return s, s.TrusteeOf(x.who[i])
		}
	}
	return nil, 0
}

// TargetKey returns the line in NEW of the target of change i: of a mailbox, a
// store, the entry of a container, or of a group as a trustee. It is zero where
// the target is not there any more, or is nothing that has a line.
func (r *List) TargetKey(i int) view.LineKey {
	x, s := r.at(i), r.Comparison.New
	if x.isDoor() {
		return view.DoorKey(s, x.doorType(), int(x.door[After])-1, 0)
	}
	if x.isFact() {
		return r.Comparison.factLine(x)
	}
	if x.Obj[After] == 0 {
		return view.LineKey{}
	}
	o := s.Record(x.Obj[After])
	switch {
	case x.Kind == Role && x.who[After] != 0: // it stands in the line of who has it
		return view.PartyLine(s, s.TrusteeOf(x.who[After]))
	case o.Is(model.FlagAbove) && x.Ref[After].Obj != 0:
		return view.TargetKey(s, x.Ref[After])
	case grant.OnSecurity(o) == nil && !o.IsPrincipal():
		return view.LineKey{}
	}
	return view.LineOf(s, x.Obj[After])
}

// TrusteeKey returns the line in NEW of the trustee of change i, zero where it
// is about none. SIDs and DNs have the same number in both states.
func (r *List) TrusteeKey(i int) view.LineKey {
	if x := r.at(i); x.isDoor() {
		return view.DoorKey(r.Comparison.New, x.doorType(), int(x.door[After])-1, 1)
	}
	s, p := r.Comparison.party(r.at(i))
	if s == nil {
		return view.LineKey{}
	}
	return view.PartyLine(r.Comparison.New, p)
}
