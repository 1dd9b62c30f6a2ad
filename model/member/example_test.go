package member_test

import (
	"fmt"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/member"
)

// Of reads who is named in which group, once for a snapshot; GroupsOf gives the
// groups of one, Up all above them.
func ExampleUp() {
	w := model.NewWriter(model.NewPool())
	domain := acl.MustParseSID("S-1-5-21-1-2-3")
	put := func(rid uint32, name string, class model.Class, members ...string) {
		w.Put(&model.Object{DN: "CN=" + name, Class: class, Account: name, SID: domain.WithRID(rid), Members: members, MembersState: model.Present})
	}
	put(1101, "anna", model.ClassUser)
	put(1102, "Helpdesk", model.ClassGroup, "CN=anna")
	put(1103, "Support", model.ClassGroup, "CN=Helpdesk")
	s := w.Snapshot()
	anna := s.TrusteeOf(s.Objects.At(1).DN)
	fmt.Println("named in", len(member.GroupsOf(s, anna)))
	member.Up(s, anna, func(in member.In) bool {
		fmt.Println(s.DNText(s.Record(s.TrusteeRecordID(in.Party)).DN))
		return true
	})
	// Output:
	// named in 1
	// CN=Helpdesk
	// CN=Support
}
