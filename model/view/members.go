package view

import "mbxperm/model"

// GroupMembers are the values of member of whoever a line is, in the order in
// which they came, at most so many of them, and how many there are. group is
// false where it is no group; unread says that more may be in it than was read.
// It looks at the members it returns and at no others.
func GroupMembers(s *model.Snapshot, key LineKey, most int) (members []model.Principal, total int, group, unread bool) {
	id := s.TrusteeRecordID(key.find(s).party)
	if id == 0 {
		return nil, 0, false, false
	}
	o := s.Record(id)
	if o.Class != model.ClassGroup {
		return nil, 0, false, false
	}
	total = int(o.Members.N)
	for i := range min(o.Members.N, uint32(most)) {
		members = append(members, s.Principal(s.TrusteeOf(*s.Members.At(o.Members.First + i))))
	}
	return members, total, true, o.MembersState != model.Present || o.Is(model.FlagMembersPartial)
}
