package member

import (
	"mbxperm/model"
	"mbxperm/model/internal/pool"
)

// Propagate gives what is held by SID to those who hold the SIDs, now or formerly,
// and what delegates hold to these, and all of it to the members of groups.
func Propagate[T ~uint8](s *model.Snapshot, bySID []T, delegate T) *Holdings[T] {
	h := &Holdings[T]{s: s, Holds: make([]T, s.Objects.Len()), primary: map[uint64]model.ObjectID{}}
	for id := model.ObjectID(1); uint32(id) < s.Objects.Len(); id++ {
		o := s.Record(id)
		if int(o.SID) < len(bySID) && bySID[o.SID] != 0 {
			h.add(id, bySID[o.SID])
		}
	}
	for sid, t := range bySID {
		if t != 0 {
			for _, id := range s.FormerHolders(pool.SID(sid)) {
				h.add(id, t)
			}
		}
	}
	for i := range s.Delegates.Len() {
		h.add(s.At(s.Delegates.At(i).Who), delegate)
	}
	for id := model.ObjectID(1); len(h.primary) > 0 && uint32(id) < s.Objects.Len(); id++ {
		o := s.Record(id)
		if o.PrimaryGroup != 0 && o.SID != 0 {
			h.add(id, h.Holds[h.PrimaryGroup(o)])
		}
	}
	return h
}

// Holdings says what each object holds.
type Holdings[T ~uint8] struct {
	s       *model.Snapshot
	Holds   []T                       // by ObjectID
	primary map[uint64]model.ObjectID // domain and RID of the groups that hold a right
}

// PrimaryGroup returns the primary group of an account, if that holds a right.
func (h *Holdings[T]) PrimaryGroup(o *model.Record) model.ObjectID {
	return h.primary[uint64(h.s.SIDs.At(uint32(o.SID)).Domain)<<32|uint64(o.PrimaryGroup)]
}

// add notes that an object holds a right, and through it its members.
func (h *Holdings[T]) add(id model.ObjectID, t T) {
	next := []model.ObjectID{id}
	for len(next) > 0 {
		id := next[len(next)-1]
		next = next[:len(next)-1]
		if id == 0 || h.Holds[id]|t == h.Holds[id] {
			continue
		}
		h.Holds[id] |= t
		o := h.s.Record(id)
		if o.Class == model.ClassGroup && o.SID != 0 {
			r := h.s.SIDs.At(uint32(o.SID))
			h.primary[uint64(r.Domain)<<32|uint64(r.Rid)] = id
		}
		for i := range o.Members.N {
			next = append(next, h.s.At(*h.s.Members.At(o.Members.First + i)))
		}
	}
}
