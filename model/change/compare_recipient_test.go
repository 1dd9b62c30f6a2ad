package change_test

import (
	"slices"
	"strings"
	"testing"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/change"
	"mbxperm/model/hiding"
	"mbxperm/model/internal/script"
	"mbxperm/model/view"
)

const listDN = "CN=list," + script.StaffDN

// withList adds a group with an address to the staff, and what it holds.
func withList(mail *model.Mail, aces ...acl.ACE) func(*script.Forest) {
	return func(s *script.Forest) {
		s.Put(model.Object{DN: listDN, GUID: script.GUID(77), Class: model.ClassGroup, SID: script.RID(77), Account: "list", GroupType: true,
			Recipient: model.OtherRecipient, Type: "MailUniversalSecurityGroup", Security: script.SD(aces...), SecurityState: model.Present,
			DelegatesState: model.Missing, MembersState: model.Present, Mail: mail})
	}
}

// mailOf is all that a group can say of who has to do with it.
func mailOf(auth model.SenderAuth, links map[model.LinkAttribute][]string) *model.Mail {
	m := &model.Mail{Auth: auth}
	for a := range model.LinkAttributes {
		m.Links[a], m.States[a] = links[a], model.Present
	}
	return m
}

func membersACE(who acl.SID, flags acl.ACEFlags) acl.ACE {
	return acl.ACE{Type: acl.TypeAllowObject, Flags: flags, Mask: acl.WriteProperty, SID: who.Bytes(), HasObjectType: true,
		ObjectType: acl.MustParseGUID("bf9679c0-0de6-11d0-a285-00aa003049e2")}
}

// TestCompareRecipients: what changes about other recipients is listed under their
// object type, and under no other.
func TestCompareRecipients(t *testing.T) {
	u1 := []string{"CN=u1," + script.StaffDN}
	both := []string{"CN=u1," + script.StaffDN, "CN=u2," + script.StaffDN}
	for _, c := range []struct {
		name     string
		old, new func(*script.Forest)
		want     []string
	}{
		{"a manager came", withList(mailOf(model.AuthRequired, nil)),
			withList(mailOf(model.AuthRequired, map[model.LinkAttribute][]string{model.ManagedBy: u1})),
			[]string{"added delegate list u1 [manager] Allow | | manager"}},
		{"the same name in another attribute",
			withList(mailOf(model.AuthRequired, map[model.LinkAttribute][]string{model.Accept: u1})),
			withList(mailOf(model.AuthRequired, map[model.LinkAttribute][]string{model.Reject: u1})),
			[]string{"added delegate list u1 [reject] Deny | | reject", "removed delegate list u1 [accept] Allow | accept |"}},
		{"another order is no change", withList(mailOf(model.AuthRequired, map[model.LinkAttribute][]string{model.Accept: both})),
			withList(mailOf(model.AuthRequired, map[model.LinkAttribute][]string{model.Accept: {both[1], both[0]}})), nil},
		{"strangers are heard", withList(mailOf(model.AuthRequired, nil)), withList(mailOf(model.AuthNotRequired, nil)),
			[]string{"changed account list [sender-auth] | true | false"}},
		{"who may write members", withList(mailOf(model.AuthRequired, nil)), withList(mailOf(model.AuthRequired, nil), membersACE(script.RID(9), 0)),
			[]string{"added ace list svc [may change members] Allow | | Allow Write attribute member (0x00000020)"}},
		{"what was not asked for is not gone", withList(mailOf(model.AuthRequired, map[model.LinkAttribute][]string{model.ManagedBy: u1})),
			withList(nil), []string{"not-comparable delegate list u1 [manager] Allow | manager | not asked for"}},
		{"on the OU, for the groups below",
			func(s *script.Forest) { withList(mailOf(model.AuthRequired, nil))(s) },
			func(s *script.Forest) {
				withList(mailOf(model.AuthRequired, nil), membersACE(script.RID(9), script.CI|script.ID))(s)
				s.Of("Staff").Security = script.SD(membersACE(script.RID(9), script.CI))
			}, []string{"added ace Staff svc [may change members] Allow | | Allow Write attribute member (0x00000020 CI) | reach 1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			old, new := script.New(), script.New()
			c.old(old)
			c.new(new)
			for _, typ := range []*view.ObjectType{nil, view.Recipients} {
				got, _ := changeLines(t, old, new, change.Query{Type: typ, Show: hiding.All})
				slices.Sort(got)
				if !slices.Equal(got, c.want) {
					t.Errorf("under one type %v: got\n%s\nwant\n%s", typ != nil, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
				}
			}
			if got, _ := changeLines(t, old, new, change.Query{Type: view.Mailboxes, Show: hiding.All}); len(got) > 0 {
				t.Errorf("of mailboxes: %s", strings.Join(got, "\n"))
			}
		})
	}
}
