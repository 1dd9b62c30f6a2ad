package model

import (
	"slices"
	"strings"

	"mbxperm/model/internal/pool"
)

// sharedSIDs are the further holders of SIDs that several objects hold, now or
// formerly, in order of their names.
type sharedSIDs struct{ now, former map[pool.SID][]ObjectID }

var sharedSIDsOf = Derive(func(s *Snapshot) *sharedSIDs {
	out := &sharedSIDs{map[pool.SID][]ObjectID{}, map[pool.SID][]ObjectID{}}
	for i := range s.shared.Len() {
		r := s.shared.At(i)
		list, first := out.now, s.SIDInfo(r.sid).Holder
		if r.former {
			list, first = out.former, s.SIDInfo(r.sid).Former
		}
		// A holder that gave its place up, and another that came back to it
		// later, may be both here and there.
		if r.obj != first && !slices.Contains(list[r.sid], r.obj) {
			list[r.sid] = append(list[r.sid], r.obj)
		}
	}
	for _, list := range [...]map[pool.SID][]ObjectID{out.now, out.former} {
		for _, objects := range list {
			slices.SortFunc(objects, func(a, b ObjectID) int { return strings.Compare(s.DNText(s.Record(a).DN), s.DNText(s.Record(b).DN)) })
		}
	}
	return out
}).Outlives(Memberships | Lists)

// Holders returns all objects that hold a SID now, the one that names it first.
func (s *Snapshot) Holders(id pool.SID) []ObjectID {
	first := s.SIDInfo(id).Holder
	if first == 0 {
		return nil
	}
	return append([]ObjectID{first}, sharedSIDsOf.Of(s).now[id]...)
}

// FormerHolders returns all objects that have a SID in their sIDHistory.
func (s *Snapshot) FormerHolders(id pool.SID) []ObjectID {
	first := s.SIDInfo(id).Former
	if first == 0 {
		return nil
	}
	return append([]ObjectID{first}, sharedSIDsOf.Of(s).former[id]...)
}

// IsShared reports whether several objects hold a SID now.
func (s *Snapshot) IsShared(id pool.SID) bool { return len(sharedSIDsOf.Of(s).now[id]) > 0 }
