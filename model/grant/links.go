package grant

import (
	"slices"

	"mbxperm/model"
	"mbxperm/model/coverage"
	"mbxperm/model/internal/pool"
)

// Values is the number of values of a kind of links on an object.
func (k *Kind) Values(s *model.Snapshot, id model.ObjectID) uint32 {
	if k.list == inDelegates {
		return s.Record(id).Delegates.N
	}
	return uint32(len(k.linksOn(s, id)))
}

// Counts counts the values of a kind of links on an object, allowing and denying.
func (k *Kind) Counts(s *model.Snapshot, id model.ObjectID) (n [2]int) {
	if k.list == inDelegates {
		n[0] = int(s.Record(id).Delegates.N)
		return n
	}
	for _, v := range k.linksOn(s, id) {
		deny := 0
		if s.Links.At(v).Attribute >= model.Reject {
			deny = 1
		}
		n[deny]++
	}
	return n
}

// linksOn are the numbers of an object's values of one kind, by attribute. They
// are not to be changed.
func (k *Kind) linksOn(s *model.Snapshot, id model.ObjectID) []uint32 {
	all := s.LinksOf(id)
	attribute := func(n uint32, a model.LinkAttribute) int { return int(s.Links.At(n).Attribute) - int(a) }
	first, last := k.attributes[0], k.attributes[len(k.attributes)-1]
	i, _ := slices.BinarySearchFunc(all, first, attribute)
	j, _ := slices.BinarySearchFunc(all, last+1, attribute)
	return all[i:j]
}

// linkAt returns the value of a row.
func linkAt(s *model.Snapshot, r Ref) *model.Link {
	return s.Links.At(r.Kind().linksOn(s, r.Obj)[r.Pos])
}

// valueAt returns whom the value of a row names.
func valueAt(s *model.Snapshot, r Ref) pool.DN {
	if r.Kind().list == inDelegates {
		return s.Delegates.At(s.Record(r.Obj).Delegates.First + r.Pos).Who
	}
	return linkAt(s, r).Who
}

// rightOf is the right that a value of an attribute gives.
func rightOf(a model.LinkAttribute) pool.Right { return pool.RightManager + pool.Right(a) }

// Value returns the row of a value of a kind of links, by its place.
func (k *Kind) Value(s *model.Snapshot, id model.ObjectID, pos uint32) Ref {
	if k.list == inDelegates {
		return k.Ref(id, pos, pool.RightOnBehalf)
	}
	return k.Ref(id, pos, rightOf(linkAt(s, k.Ref(id, pos, 0)).Attribute))
}

func eachValue(s *model.Snapshot, k *Kind, id model.ObjectID, yield func(Ref, *pool.ACERecord) bool) bool {
	for i := range k.Values(s, id) {
		if !yield(k.Value(s, id, i), nil) {
			return false
		}
	}
	return true
}

// EachValue calls f for the values of a kind of links on an object.
func (k *Kind) EachValue(s *model.Snapshot, id model.ObjectID, f func(r Ref, who pool.DN)) {
	eachValue(s, k, id, func(r Ref, _ *pool.ACERecord) bool {
		f(r, valueAt(s, r))
		return true
	})
}

// EachLink calls f for every value of every link that is a row.
func EachLink(s *model.Snapshot, f func(k *Kind, who pool.DN)) {
	for i := range s.Recipients.Len() {
		id := *s.Recipients.At(i)
		for _, k := range LinksOn(s.Record(id)) {
			k.EachValue(s, id, func(_ Ref, who pool.DN) { f(k, who) })
		}
	}
}

// LinkState says how the attribute that a value stands in came in of another
// object, or of the same in another state, and whether not to its end.
func (r Ref) LinkState(s *model.Snapshot, o *model.Record) (state model.ReadState, partial bool) {
	if r.Kind().list == inDelegates {
		if o.Delegates.N > 0 {
			return model.Present, o.Is(model.FlagDelegatesPartial)
		}
		return o.DelegatesState, o.Is(model.FlagDelegatesPartial)
	}
	p, a := s.PostingOf(s.At(o.DN)), attributeOf(r.Right)
	return p.States[a], p.Partial(a)
}

// NoLink reports that the attribute that a value stands in has none on an object,
// as far as that can be shown.
func (r Ref) NoLink(c *coverage.Readability, s *model.Snapshot, o *model.Record) bool {
	if r.Kind().list == inDelegates {
		return c.NoDelegates(o)
	}
	return c.NoLinks(o, s.PostingOf(s.At(o.DN)), attributeOf(r.Right))
}

// Attribute names the attribute that the value of a row stands in; empty for an
// entry.
func (r Ref) Attribute() string {
	switch r.Kind().list {
	case inDelegates:
		return "publicDelegates"
	case inLinks:
		return attributeOf(r.Right).Name()
	}
	return ""
}

// attributeOf is the attribute that gives a right.
func attributeOf(r pool.Right) model.LinkAttribute {
	return model.LinkAttribute(r - pool.RightManager)
}

// indexOf is the place of a value in its attribute.
func indexOf(s *model.Snapshot, r Ref) int {
	if r.Kind().list != inLinks {
		return int(r.Pos)
	}
	all, of := r.Kind().linksOn(s, r.Obj), linkAt(s, r).Attribute
	return int(r.Pos) - slices.IndexFunc(all, func(n uint32) bool { return s.Links.At(n).Attribute == of })
}

// linksUnread reports that one of a kind's attributes was not read, or not to its
// end.
func linksUnread(s *model.Snapshot, k *Kind, r *coverage.Readability, o *model.Record) bool {
	if o.Recipient == model.NoRecipient {
		return false
	}
	p := s.PostingOf(s.At(o.DN))
	return slices.ContainsFunc(k.attributes, func(a model.LinkAttribute) bool { return coverage.LinkUnread(r, o, p, a) })
}
