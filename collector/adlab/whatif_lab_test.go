package adlab_test

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"mbxperm/acl"
	"mbxperm/collector/adlab"
	"mbxperm/model"
	"mbxperm/model/verdict"
	"mbxperm/model/whatif"
)

// labVerdicts are all of a snapshot, by the DNs and SIDs of recipients and persons.
func labVerdicts(t *testing.T, s *model.Snapshot) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, recipients := range []bool{false, true} {
		err := verdict.Of(s).Lines(t.Context(), verdict.Query{Expand: true, Recipients: recipients}, func(l *verdict.Line) bool {
			who, text := s.Principal(l.Trustee), ""
			for _, a := range l.Answers {
				text += " " + a.Answer.String()
			}
			out[s.DNText(s.Record(l.Mailbox).DN)+" for "+model.SIDText(who.SID)+who.DN] = text
			return true
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// TestLabWhatIf: what a what-if says is what a real directory gives that is changed by
// these changes and read anew: a membership, an entry of a mailbox, a delegate, and
// entries of OUs, which the directory itself hands down to all below, and takes from them.
func TestLabWhatIf(t *testing.T) {
	t.Parallel()
	lab := adlab.StartOwn(t, adlab.Options{})
	admin, pool := labAdmin(t, lab), model.NewPool()
	const ou = "OU=Finance,OU=Contoso,DC=contoso,DC=lab"
	users := plainMailboxes(lab, ou)
	var group, member *adlab.Object
	for i := range lab.Oracle.Objects {
		o := &lab.Oracle.Objects[i]
		if group != nil || !slices.Contains(o.Classes, "group") || o.GroupType >= 0 || len(users) < 5 || slices.Contains(o.Members, users[3].DN) || !strings.HasSuffix(o.DN, ",OU=Contoso,DC=contoso,DC=lab") {
			continue
		}
		for j := range lab.Oracle.Objects {
			if m := &lab.Oracle.Objects[j]; m.UAC == 512 && slices.Contains(o.Members, m.DN) && m.DN != users[1].DN {
				group, member = o, m
			}
		}
	}
	if len(users) < 5 || group == nil {
		t.Fatalf("%d plain mailboxes, group %v", len(users), group)
	}
	modify := func(of, attribute string, values ...string) {
		t.Helper()
		m := ldap.NewModifyRequest(of, nil)
		m.Replace(attribute, values)
		if err := admin.Modify(m); err != nil {
			t.Fatalf("%s of %s: %v", attribute, of, err)
		}
	}
	list := func(who ...string) string {
		parts := acl.Parts{Control: acl.SelfRelative | acl.DACLPresent, Owner: acl.SIDSelf, Group: acl.SIDSelf, DACLState: acl.ACLPresent}
		for _, sid := range who {
			parts.DACL = append(parts.DACL, acl.ACE{Type: acl.TypeAllow, Flags: acl.ContainerInherit, Mask: acl.MailboxFullAccess, SID: acl.MustParseSID(sid).Bytes()})
		}
		b, err := acl.Encode(parts)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	modify(users[1].DN, "msExchMailboxSecurityDescriptor", list(group.SID))
	labInherit(t, admin, ou, acl.MustParseSID(users[0].SID))
	labPrimary(t, admin, group, users[4])
	before := labState(t, lab, pool)
	for _, c := range []struct {
		wish whatif.Wish
		do   func()
	}{
		{whatif.Wish{Member: true, Text: group.DN + "=" + member.DN}, func() {
			modify(group.DN, "member", slices.DeleteFunc(slices.Clone(group.Members), func(m string) bool { return m == member.DN })...)
		}},
		{whatif.Wish{Member: true, Add: true, Text: group.SID + "=" + users[3].SID}, func() {
			m := ldap.NewModifyRequest(group.DN, nil)
			m.Add("member", []string{users[3].DN})
			if err := admin.Modify(m); err != nil {
				t.Fatal(err)
			}
		}},
		{whatif.Wish{Member: true, Text: group.DN + "=" + users[4].DN}, func() {
			// Domain Users takes the place of the primary group, which he is a member of then.
			modify(users[4].DN, "primaryGroupID", "513")
			m := ldap.NewModifyRequest(group.DN, nil)
			m.Delete("member", []string{users[4].DN})
			if err := admin.Modify(m); err != nil {
				t.Fatal(err)
			}
		}},
		{whatif.Wish{Add: true, Text: users[1].SAM + "=" + users[2].DN + ":FullAccess"}, func() {
			modify(users[1].DN, "msExchMailboxSecurityDescriptor", list(group.SID, users[2].SID))
		}},
		{whatif.Wish{Text: users[1].DN + "=" + group.SID + ":FullAccess"}, func() {
			modify(users[1].DN, "msExchMailboxSecurityDescriptor", list(users[2].SID))
		}},
		{whatif.Wish{Add: true, Text: users[2].DN + "=" + users[4].SAM + ":SendOnBehalf"}, func() {
			m := ldap.NewModifyRequest(users[2].DN, nil)
			m.Add("publicDelegates", []string{users[4].DN})
			if err := admin.Modify(m); err != nil {
				t.Fatal(err)
			}
		}},
		{whatif.Wish{Add: true, Text: "OU=Contoso,DC=contoso,DC=lab=(OA;CI;CR;" + acl.GUIDSendAs.String() + ";" + acl.GUIDUserClass.String() + ";" + users[2].SID + ")"}, func() {
			labAdd(t, admin, "OU=Contoso,DC=contoso,DC=lab", acl.ACE{Type: acl.TypeAllowObject, Flags: acl.ContainerInherit, Mask: acl.ControlAccess, SID: acl.MustParseSID(users[2].SID).Bytes(),
				HasObjectType: true, ObjectType: acl.GUIDSendAs, HasInheritedObjectType: true, InheritedObjectType: acl.GUIDUserClass})
		}},
		{whatif.Wish{Add: true, Text: ou + "=(OD;CIIO;CR;" + acl.GUIDSendAs.String() + ";;" + users[2].SID + ")"}, func() {
			labAdd(t, admin, ou, acl.ACE{Type: acl.TypeDenyObject, Flags: acl.ContainerInherit | acl.InheritOnly, Mask: acl.ControlAccess, SID: acl.MustParseSID(users[2].SID).Bytes(),
				HasObjectType: true, ObjectType: acl.GUIDSendAs})
		}},
		{whatif.Wish{Add: true, Text: ou + "=(A;CINP;CR;;;" + users[4].SID + ")"}, func() {
			labAdd(t, admin, ou, acl.ACE{Type: acl.TypeAllow, Flags: acl.ContainerInherit | acl.NoPropagate, Mask: acl.ControlAccess, SID: acl.MustParseSID(users[4].SID).Bytes()})
		}},
		{whatif.Wish{Text: users[3].DN + "=" + users[0].SID + ":Send-As"}, func() { labDisinherit(t, admin, ou, acl.MustParseSID(users[0].SID)) }},
	} {
		change, _, err := whatif.Changes(before, []whatif.Wish{c.wish})
		if err != nil {
			t.Fatal(err)
		}
		would, err := before.With(change)
		if err != nil {
			t.Fatal(err)
		}
		told := 0
		if err := whatif.Lines(t.Context(), would, func(*whatif.Line) bool { told++; return true }); err != nil || told == 0 {
			t.Errorf("%s: %d lines, %v", c.wish, told, err)
		}
		c.do()
		anew := labState(t, lab, pool)
		want, got, was := labVerdicts(t, anew), labVerdicts(t, would), labVerdicts(t, before)
		if maps.Equal(want, was) {
			t.Errorf("%s: the directory has the verdicts that it had", c.wish)
		}
		if d := firstDifference(want, got); d != "" {
			t.Errorf("%s: %s", c.wish, d)
		}
		before = anew
	}
}

// labPrimary makes a group the primary group of somebody, who has to be a member of it
// before, and is one of Domain Users after that.
func labPrimary(t *testing.T, admin *ldap.Conn, group, who *adlab.Object) {
	t.Helper()
	in := ldap.NewModifyRequest(group.DN, nil)
	in.Add("member", []string{who.DN})
	_, rid, _ := acl.MustParseSID(group.SID).Split()
	primary := ldap.NewModifyRequest(who.DN, nil)
	primary.Replace("primaryGroupID", []string{strconv.Itoa(int(rid))})
	for _, m := range []*ldap.ModifyRequest{in, primary} {
		if err := admin.Modify(m); err != nil {
			t.Fatal(err)
		}
	}
}

// firstDifference says where two sets of verdicts differ, empty where they do not.
func firstDifference(want, got map[string]string) string {
	for _, of := range []map[string]string{want, got} {
		for _, key := range slices.Sorted(maps.Keys(of)) {
			if want[key] != got[key] {
				return fmt.Sprintf("%s: got%s, the directory has%s", key, got[key], want[key])
			}
		}
	}
	return ""
}

// labDisinherit takes away what labInherit wrote.
func labDisinherit(t *testing.T, admin *ldap.Conn, ou string, who acl.SID) {
	t.Helper()
	labList(t, admin, ou, func(list []acl.ACE) []acl.ACE {
		left := slices.DeleteFunc(slices.Clone(list), func(a acl.ACE) bool { return a.Trustee() == who && a.ObjectType == acl.GUIDSendAs })
		if len(left) != len(list)-1 {
			t.Fatalf("%d of %d entries are left", len(left), len(list))
		}
		return left
	})
}

// labAdd adds an entry to the list of an object, where Windows puts it.
func labAdd(t *testing.T, admin *ldap.Conn, of string, a acl.ACE) {
	t.Helper()
	labList(t, admin, of, func(list []acl.ACE) []acl.ACE {
		at := 0
		for at < len(list) && !list[at].IsInherited() && (list[at].Denies() || !a.Denies()) {
			at++
		}
		return slices.Insert(list, at, a)
	})
}

// labList changes the list of an object.
func labList(t *testing.T, admin *ldap.Conn, of string, change func([]acl.ACE) []acl.ACE) {
	t.Helper()
	flags := &ldap.ControlMicrosoftSDFlags{Criticality: true, ControlValue: 4}
	r, err := admin.Search(ldap.NewSearchRequest(of, ldap.ScopeBaseObject, ldap.NeverDerefAliases, 0, 0, false, "(objectClass=*)",
		[]string{"nTSecurityDescriptor"}, []ldap.Control{flags}))
	if err != nil {
		t.Fatal(err)
	}
	d, err := acl.Parse(r.Entries[0].GetRawAttributeValue("nTSecurityDescriptor"))
	if err != nil {
		t.Fatal(err)
	}
	parts := d.Parts()
	parts.DACL, parts.DACLRevision = change(parts.DACL), 0
	b, err := acl.Encode(parts)
	if err != nil {
		t.Fatal(err)
	}
	m := ldap.NewModifyRequest(of, []ldap.Control{flags})
	m.Replace("nTSecurityDescriptor", []string{string(b)})
	if err := admin.Modify(m); err != nil {
		t.Fatal(err)
	}
}
