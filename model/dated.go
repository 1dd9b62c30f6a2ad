package model

import (
	"maps"
	"slices"

	"mbxperm/model/internal/pool"
)

// Bounds of the groups that [Writer.GroupsToDate] returns: each member costs the
// directory some 700 bytes of text. Of a group of a hundred thousand nobody asks since
// when one of them is in it.
const (
	mostMembersDated = 1000
	mostDated        = 100_000 // members of all groups together
)

// GroupsToDate returns the names of the groups of which it matters since when somebody
// is a member, once everything was read: Exchange's own, those that roles are assigned
// to, those that entries name, and the groups in all of these. Groups without members
// are not among them, nor those with so many that asking would make reading slow. It is
// for after [Writer.Unresolved], which looks who is named.
func (w *Writer) GroupsToDate() (names []string) {
	w.Pool.Mu.Lock()
	defer w.Pool.Mu.Unlock()
	v := w.Pool.Now()
	members, total := w.members.Now(), uint32(0)
	seen := make([]bool, w.objects.Len())
	var next []ObjectID
	add := func(id ObjectID) {
		if id == 0 || seen[id] {
			return
		}
		seen[id] = true
		o := w.objects.At(uint32(id))
		if o.Class != ClassGroup || o.Is(FlagDeleted) || o.Members.N == 0 {
			return
		}
		next = append(next, id)
		if o.Members.N <= mostMembersDated && total+o.Members.N <= mostDated {
			total += o.Members.N
			names = append(names, v.DNText(o.DN))
		}
	}
	w.eachHolding(func(id ObjectID) {
		add(id)
		for len(next) > 0 {
			o := w.objects.At(uint32(next[len(next)-1]))
			next = next[:len(next)-1]
			for i := range o.Members.N {
				add(w.named(*members.At(o.Members.First + i)))
			}
		}
	})
	return names
}

// eachHolding calls yield for whoever holds something, the most dangerous first; some
// come twice.
func (w *Writer) eachHolding(yield func(ObjectID)) {
	for _, name := range slices.Sorted(maps.Values(w.forest.WellKnownGroups)) {
		yield(w.named(name))
	}
	for i := range w.roles.assignments.Len() {
		yield(w.named(w.roles.assignments.At(i).User))
	}
	holders := w.sids.holder.Now()
	for sid := pool.SID(1); uint32(sid) < w.sids.marks.Len(); sid++ {
		if *w.sids.marks.At(uint32(sid))&sidNamed != 0 {
			yield(knownOf(holders, sid))
		}
	}
}

// named returns the object with a name, or 0.
func (w *Writer) named(name pool.DN) ObjectID {
	if uint32(name) >= w.byDN.Len() {
		return 0
	}
	return *w.byDN.At(uint32(name))
}
