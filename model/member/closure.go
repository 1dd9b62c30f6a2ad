package member

import (
	"mbxperm/model"
	"mbxperm/model/internal/pool"
)

// Propagate gives what is held by SID to those who hold the SIDs, now or
// formerly, and what links give to whom they name, and all of it to the members
// of groups. links yields each value of a link with what it gives.
func Propagate[T ~uint8 | ~uint16](s *model.Snapshot, bySID []T, links func(yield func(pool.DN, T))) *Holdings[T] {
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
	links(func(who pool.DN, t T) { h.add(s.At(who), t) })
	for id := model.ObjectID(1); len(h.primary) > 0 && uint32(id) < s.Objects.Len(); id++ {
		o := s.Record(id)
		if o.PrimaryGroup != 0 && o.SID != 0 {
			h.add(id, h.Holds[h.PrimaryGroup(o)])
		}
	}
	return h
}

// Holdings says what each object holds.
type Holdings[T ~uint8 | ~uint16] struct {
	s       *model.Snapshot
	Holds   []T                       // by ObjectID
	primary map[uint64]model.ObjectID // domain and RID of the groups that hold a right
}

// PrimaryGroup returns the primary group of an account, if that holds a right.
func (h *Holdings[T]) PrimaryGroup(o *model.Record) model.ObjectID {
	return h.primary[primaryKey(h.s.SIDs.At(uint32(o.SID)).Domain, o.PrimaryGroup)]
}

// add notes that an object holds a right, and through it its members.
func (h *Holdings[T]) add(id model.ObjectID, t T) {
	down(id, t, h.hold, func(id model.ObjectID, next []model.ObjectID) []model.ObjectID {
		o := h.s.Record(id)
		for i := range o.Members.N {
			next = append(next, h.s.At(*h.s.Members.At(o.Members.First + i)))
		}
		return next
	})
}

func (h *Holdings[T]) hold(id model.ObjectID, t T) T {
	if id == 0 || h.Holds[id]|t == h.Holds[id] {
		return 0
	}
	h.Holds[id] |= t
	if o := h.s.Record(id); o.Class == model.ClassGroup && o.SID != 0 {
		r := h.s.SIDs.At(uint32(o.SID))
		h.primary[primaryKey(r.Domain, r.Rid)] = id
	}
	return t
}

// Pass says what each group passes on to its members, by its number in
// [Memberships]: what held says of the group itself, and what it has from the
// groups that it is in. let says what of that gets through a group.
func Pass[T ~uint8 | ~uint16](s *model.Snapshot, held func(n int) T, let func(*model.Record, T) T) []T {
	up := Of(s)
	passed := make([]T, len(up.Groups))
	hold := func(n uint32, t T) T {
		t = let(s.Record(up.Groups[n].Id), t)
		if t&^passed[n] == 0 {
			return 0
		}
		passed[n] |= t
		return t
	}
	for n := range up.Groups {
		if t := held(n); t != 0 {
			down(uint32(n), t, hold, func(n uint32, next []uint32) []uint32 { return append(next, up.Groups[n].Below...) })
		}
	}
	return passed
}

// down walks from a node to all below it, to each as often as that brings it
// something new. hold notes what comes to a node and returns what of it goes
// on, 0 where nothing was new; below appends the nodes right below one.
func down[N any, T ~uint8 | ~uint16](from N, t T, hold func(N, T) T, below func(N, []N) []N) {
	type step struct {
		to N
		t  T
	}
	next := []step{{from, t}}
	var found []N
	for len(next) > 0 {
		x := next[len(next)-1]
		next = next[:len(next)-1]
		on := hold(x.to, x.t)
		if on == 0 {
			continue
		}
		found = below(x.to, found[:0])
		for _, n := range found {
			next = append(next, step{n, on})
		}
	}
}

// In is a group that somebody is in.
type In struct {
	Party   model.TrusteeID
	Group   uint32          // its number in Memberships, or NotRead
	Through model.TrusteeID // the group between; 0 for who is in it himself
	Primary bool
}

// NotRead is the number of a primary group that was not read.
const NotRead = ^uint32(0)

// Up calls enter for the groups that a party is in, each once: its primary
// group and those that name it, then those by nesting, the nearest first. A
// group for which enter returns false is not gone through.
func Up(s *model.Snapshot, p model.TrusteeID, enter func(In) bool) {
	up := Of(s)
	entered := map[uint32]bool{}
	var next []uint32
	try := func(n uint32, through model.TrusteeID, primary bool) {
		if !entered[n] && enter(In{up.Groups[n].Party, n, through, primary}) {
			entered[n] = true
			next = append(next, n)
		}
	}
	if g := PrimaryGroup(s, p); g != 0 {
		if n, ok := up.Number[s.TrusteeRecordID(g)]; ok {
			try(n, 0, true)
		} else {
			enter(In{g, NotRead, 0, true})
		}
	}
	for _, n := range GroupsOf(s, p) {
		try(n, 0, false)
	}
	for i := 0; i < len(next); i++ {
		g := &up.Groups[next[i]]
		for _, m := range up.of(node(s, s.Record(g.Id).DN)) {
			try(m.group, g.Party, false)
		}
	}
}
