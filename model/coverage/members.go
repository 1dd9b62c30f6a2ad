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
	return member.NewGraph(s, reads.MembersUnread)
}).Outlives(model.Lists).Following((*member.Graph).With)

// MembersUnread reports that a group may have members which were not read.
func (c *Readability) MembersUnread(o *model.Record) bool {
	if o = c.asRead(o); o.Is(model.FlagMembersPartial) {
		return true
	}
	return o.MembersState != model.Present && o.Members.N == 0 && !c.noMembers(o)
}

// noMembers reports that a group has no members, as far as that can be shown.
func (c *Readability) noMembers(o *model.Record) bool {
	return o.MembersState == model.Missing && c.MayRead(o, GUIDMember, GUIDMembership)
}
