package grant

import (
	"mbxperm/model"
	"mbxperm/model/internal/pool"
)

// Key packs the reference into a number, for a grid that remembers its selection.
func (r Ref) Key() uint64 {
	return uint64(r.Obj)<<32 | uint64(r.Pos)<<8 | uint64(r.kind)<<4 | uint64(r.Right)
}

// RefOfKey is the reverse of Key.
func RefOfKey(key uint64) Ref {
	return Ref{Obj: model.ObjectID(key >> 32), Pos: uint32(key) >> 8, kind: uint8(key >> 4 & 15), Right: pool.Right(key & 15)}
}

// Carry returns the reference that a row of another state has in this one; ok is
// false where it is not there any more. A row is known by its target, its entry
// and which of several equal entries it is, and not by its place: an entry that
// came or went before it must not make it another's. Both states share their pool.
func Carry(s *model.Snapshot, r Ref, from *model.Snapshot) (out Ref, ok bool) {
	if r.Obj == 0 || uint32(r.Obj) >= from.Objects.Len() {
		return Ref{}, false
	}
	o := from.Record(r.Obj)
	out = r
	if out.Obj = s.At(o.DN); out.Obj == 0 {
		return Ref{}, false
	}
	out.Pos, ok = positionIn(entries(s, out), entries(from, r), r.Pos)
	return out, ok
}

// entries are the numbers of the entries of the list that a row stands in, or of
// the values of its attribute. Equal numbers are equal entries in all states of a pool.
func entries(s *model.Snapshot, r Ref) (out []uint32) {
	o, k := s.Record(r.Obj), r.Kind()
	if k.IsLink() {
		for i := range o.Delegates.N {
			out = append(out, uint32(s.Delegates.At(o.Delegates.First+i).Who))
		}
		return out
	}
	if k.Desc(o) == 0 {
		return nil
	}
	first, n := s.ACEsOf(k.Desc(o))
	for i := range n {
		out = append(out, uint32(*s.Lists.At(first + i)))
	}
	return out
}

// positionIn finds in one list the entry that stands at a place of another: of
// several equal ones the same, counted from the front.
func positionIn(list, other []uint32, pos uint32) (uint32, bool) {
	if int(pos) >= len(other) {
		return 0, false
	}
	nth := 0
	for _, x := range other[:pos] {
		if x == other[pos] {
			nth++
		}
	}
	for i, x := range list {
		if x == other[pos] {
			if nth == 0 {
				return uint32(i), true
			}
			nth--
		}
	}
	return 0, false
}
