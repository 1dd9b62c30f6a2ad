package coverage

import (
	"mbxperm/model"
	"mbxperm/model/member"
)

// Members is who is in which group, with which of the groups show not all of
// their members. It is made once for a snapshot.
func Members(s *model.Snapshot) *member.Graph { return membersOf.Of(s) }

var membersOf = model.Derive(func(s *model.Snapshot) *member.Graph {
	reads := NewReadability(s)
	return member.NewGraph(s, func(o *model.Record) bool {
		o = reads.asRead(o)
		if o.Is(model.FlagMembersPartial) {
			return true
		}
		return o.MembersState != model.Present && o.Members.N == 0 && !reads.noMembers(o)
	})
}).Outlives(model.Lists).Following((*member.Graph).With)

// noMembers reports that a group has no members, as far as that can be shown.
func (c *Readability) noMembers(o *model.Record) bool {
	return o.MembersState == model.Missing && c.MayRead(o, GUIDMember, GUIDMembership)
}
