package grant

import (
	"mbxperm/model"
	"mbxperm/model/internal/pool"
)

// Key names a row by what it is: its target, its kind and right, and its entry or
// value. It is comparable and means the same in every state of a pool, whatever
// came or went around the row. The pool numbers entries by their trustee, mask,
// flags, type and GUIDs; of several equal ones in a list the key says which.
type Key struct {
	target pool.DN
	entry  uint32 // number of the ACE, or of the DN that the value is
	nth    uint32 // of equal ones, counted from the front
	right  pool.Right
	kind   uint8
}

// Kind returns the kind of the row.
func (k Key) Kind() *Kind { return Kinds[k.kind] }

// KeyOf returns the key of a row.
func KeyOf(s *model.Snapshot, r Ref) Key {
	key := Key{target: s.Record(r.Obj).DN, right: r.Right, kind: r.kind, entry: entryAt(s, r)}
	for pos := range r.Pos {
		if before := r.Kind().Ref(r.Obj, pos, r.Right); entryAt(s, before) == key.entry && rightAt(s, before) {
			key.nth++
		}
	}
	return key
}

// rightAt reports whether what stands at the place of a row can give its right: a
// value gives the one of its attribute.
func rightAt(s *model.Snapshot, r Ref) bool {
	k := r.Kind()
	return k.list != inLinks || rightOf(linkAt(s, r).Attribute) == r.Right
}

// Find returns the row that a key names; ok is false where a state does not have it.
func Find(s *model.Snapshot, key Key) (r Ref, ok bool) {
	id := s.At(key.target)
	if id == 0 {
		return Ref{}, false
	}
	k, nth := key.Kind(), key.nth
	for pos := range k.entries(s, id) {
		if r = k.Ref(id, pos, key.right); entryAt(s, r) != key.entry || !rightAt(s, r) {
			continue
		}
		if nth == 0 {
			return r, true
		}
		nth--
	}
	return Ref{}, false
}

// entries is the number of entries or values of an object's list.
func (k *Kind) entries(s *model.Snapshot, id model.ObjectID) uint32 {
	o := s.Record(id)
	switch {
	case !k.StandsOn(o):
		return 0
	case k.IsLink():
		return k.Values(s, id)
	case k.Desc(o) == 0:
		return 0
	}
	_, n := s.ACEsOf(k.Desc(o))
	return n
}

// entryAt is the number that the pool has for the entry or value of a row.
func entryAt(s *model.Snapshot, r Ref) uint32 {
	o := s.Record(r.Obj)
	if r.Kind().IsLink() {
		return uint32(valueAt(s, r))
	}
	first, _ := s.ACEsOf(r.Kind().Desc(o))
	return uint32(*s.Lists.At(first + r.Pos))
}

// SameEntry reports whether two rows are of one entry or value, or of equal ones of
// one list.
func SameEntry(s *model.Snapshot, a, b Ref) bool {
	return a.Obj == b.Obj && a.kind == b.kind && (a.Pos == b.Pos || !a.Kind().IsLink() && entryAt(s, a) == entryAt(s, b))
}
