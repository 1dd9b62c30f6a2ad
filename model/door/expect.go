package door

import (
	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/coverage"
)

// Group is who is in a group: by any number of groups between, and as the primary
// group of an account.
type Group struct {
	in map[model.ObjectID]bool
	// Complete: every member on the way was read. Where it is not, somebody who is
	// not found may be in it all the same.
	Complete bool
}

// Has reports whether an account is shown to be in the group.
func (g *Group) Has(id model.ObjectID) bool { return g.in[id] }

// MembersOf finds who is in a group.
func MembersOf(s *model.Snapshot, group model.ObjectID) *Group {
	g := &Group{in: map[model.ObjectID]bool{}, Complete: true}
	reads := coverage.NewReadability(s)
	primary := map[acl.SID]bool{}
	queue := []model.ObjectID{group}
	seen := map[model.ObjectID]bool{group: true}
	for len(queue) > 0 {
		o := s.Record(queue[0])
		queue = queue[1:]
		if o.SID != 0 {
			primary[s.SIDOf(o.SID)] = true
		}
		if o.Is(model.FlagMembersPartial) || o.MembersState != model.Present && !(o.MembersState == model.Missing && reads.MayRead(o, coverage.GUIDMember, coverage.GUIDMembership)) {
			g.Complete = false
		}
		for i := range o.Members.N {
			id := s.At(*s.Members.At(o.Members.First + i))
			switch {
			case id == 0:
				g.Complete = false // somebody who was not read
			case seen[id]:
			default:
				seen[id] = true
				if s.Record(id).Class == model.ClassGroup {
					queue = append(queue, id)
				} else {
					g.in[id] = true
				}
			}
		}
	}
	for id := model.ObjectID(1); uint32(id) < s.Objects.Len(); id++ {
		o := s.Record(id)
		if o.PrimaryGroup == 0 || o.SID == 0 || g.in[id] {
			continue
		}
		if domain, _, ok := s.SIDOf(o.SID).Split(); ok && primary[domain.WithRID(o.PrimaryGroup)] {
			g.in[id] = true
		}
	}
	return g
}
