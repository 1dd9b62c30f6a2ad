package adlab_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"mbxperm/acl"
	"mbxperm/collector/adlab"
	"mbxperm/collector/live"
	"mbxperm/collector/session"
	"mbxperm/model"
	"mbxperm/model/change"
	"mbxperm/model/dn"
)

// labAdmin binds to a lab as its administrator, to change things.
func labAdmin(t *testing.T, lab *adlab.Lab) *ldap.Conn {
	t.Helper()
	return lab.Dial(t, lab.Administrator, lab.AdministratorPassword)
}

// labState reads the lab as it is now.
func labState(t *testing.T, lab *adlab.Lab, pool *model.Pool) *model.Snapshot {
	t.Helper()
	src, err := live.Open(t.Context(), live.Options{
		URL: "ldaps://" + lab.Host, User: lab.Administrator, Password: func() (string, error) { return lab.AdministratorPassword, nil },
		CAFile: lab.CAFile, DC: map[string]string{lab.Host: lab.Address},
	})
	if err != nil {
		t.Fatal(err)
	}
	c := session.Start(t.Context(), src, pool, nil)
	<-c.Done()
	return c.Snapshot()
}

func labChanges(t *testing.T, old, new *model.Snapshot) (out []string) {
	t.Helper()
	c, err := change.Compare(t.Context(), old, new, false)
	if err != nil {
		t.Fatal(err)
	}
	if b := c.Banners(); len(b) != 0 {
		t.Errorf("banners %q", b)
	}
	r, err := c.View(t.Context(), change.Query{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range r.Len() {
		x := r.Change(i)
		out = append(out, fmt.Sprintf("%s %s %s %s [%s] reach %d", x.Change, x.Kind, x.Target.Name, x.Trustee.Name, x.Right, x.Reach))
	}
	slices.Sort(out)
	return out
}

// plainMailboxes are the accounts in an OU whose names need no escaping.
func plainMailboxes(lab *adlab.Lab, ou string) (users []*adlab.Object) {
	for i := range lab.Oracle.Objects {
		o := &lab.Oracle.Objects[i]
		if leaf, parent := dn.Split(strings.ReplaceAll(o.DN, `\,`, "")); parent == ou && o.UAC == 512 && plainName.MatchString(leaf) {
			users = append(users, o)
		}
	}
	return users
}

// TestLabCompare changes a real directory and finds these changes, and no others.
func TestLabCompare(t *testing.T) {
	t.Parallel()
	lab := adlab.StartOwn(t, adlab.Options{})
	admin, pool := labAdmin(t, lab), model.NewPool()
	const ou = "OU=Finance,OU=Contoso,DC=contoso,DC=lab"
	users := plainMailboxes(lab, ou)
	var group *adlab.Object
	for i := range lab.Oracle.Objects {
		o := &lab.Oracle.Objects[i]
		if slices.Contains(o.Classes, "group") && len(o.Members) > 0 && o.MailNickname == "" && group == nil {
			group = o
		}
	}
	if len(users) < 7 || group == nil {
		t.Fatalf("%d plain mailboxes, group %v", len(users), group)
	}
	modify := func(dn, attribute string, value ...string) {
		t.Helper()
		m := ldap.NewModifyRequest(dn, nil)
		m.Replace(attribute, value)
		if err := admin.Modify(m); err != nil {
			t.Fatalf("%s of %s: %v", attribute, dn, err)
		}
	}
	grant := func(who string, mask acl.Mask) string {
		b, err := acl.Encode(acl.Parts{Control: acl.SelfRelative | acl.DACLPresent, Owner: acl.SIDSelf, Group: acl.SIDSelf, DACLState: acl.ACLPresent,
			DACL: []acl.ACE{{Type: acl.TypeAllow, Flags: acl.ContainerInherit, Mask: mask, SID: acl.MustParseSID(who).Bytes()}}})
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	modify(users[1].DN, "msExchMailboxSecurityDescriptor", grant(group.SID, acl.MailboxFullAccess))
	before := labState(t, lab, pool)
	if got := labChanges(t, before, labState(t, lab, pool)); len(got) != 0 {
		t.Errorf("nothing changed, and these are listed: %q", got)
	}

	modify(users[1].DN, "msExchMailboxSecurityDescriptor", grant(group.SID, acl.MailboxFullAccess|acl.MailboxDeleteItem))
	modify(users[2].DN, "userAccountControl", "514")
	modify(users[3].DN, "publicDelegates", users[0].DN)
	modify(group.DN, "member", append(slices.Clone(group.Members), users[5].DN)...)
	if err := admin.ModifyDN(ldap.NewModifyDNRequest(users[4].DN, "CN=Somebody Else", true, "")); err != nil {
		t.Fatal(err)
	}
	if err := admin.Del(ldap.NewDelRequest(users[6].DN, nil)); err != nil {
		t.Fatal(err)
	}
	reach := labInherit(t, admin, ou, acl.MustParseSID(users[0].SID))
	got := labChanges(t, before, labState(t, lab, pool))
	want := []string{
		fmt.Sprintf("added ace Finance %s [Send-As] reach %d", users[0].SAM, reach),
		fmt.Sprintf("added delegate %s %s [SendOnBehalf] reach 0", users[3].SAM, users[0].SAM),
		fmt.Sprintf("added membership %s %s [member] reach 0", group.SAM, users[5].SAM),
		fmt.Sprintf("changed account %s  [disabled] reach 0", users[2].SAM),
		fmt.Sprintf("changed account %s  [renamed] reach 0", users[4].SAM),
		fmt.Sprintf("changed ace %s %s [DeleteItem] reach 0", users[1].SAM, group.SAM),
		fmt.Sprintf("removed account %s  [deleted] reach 0", users[6].SAM),
		fmt.Sprintf("removed account %s  [mailbox-gone] reach 0", users[6].SAM),
		fmt.Sprintf("removed membership All Staff %s [member] reach 0", users[6].SAM), // who deletes an account deletes its links
	}
	for i := range lab.Oracle.Objects {
		if o := &lab.Oracle.Objects[i]; slices.Contains(o.PublicDelegates, users[6].DN) {
			want = append(want, fmt.Sprintf("removed delegate %s %s [SendOnBehalf] reach 0", o.SAM, users[6].SAM))
		}
	}
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// plainName is what those accounts of the lab are called that have nothing odd about them.
var plainName = regexp.MustCompile(` 00[0-9]{3}$`)

// labInherit lets who send as every account below an OU, and counts the
// recipients that have got a copy of that entry.
func labInherit(t *testing.T, admin *ldap.Conn, ou string, who acl.SID) (copies int) {
	t.Helper()
	flags := &ldap.ControlMicrosoftSDFlags{Criticality: true, ControlValue: 4}
	r, err := admin.Search(ldap.NewSearchRequest(ou, ldap.ScopeBaseObject, ldap.NeverDerefAliases, 0, 0, false, "(objectClass=*)",
		[]string{"nTSecurityDescriptor"}, []ldap.Control{flags}))
	if err != nil {
		t.Fatal(err)
	}
	d, err := acl.Parse(r.Entries[0].GetRawAttributeValue("nTSecurityDescriptor"))
	if err != nil {
		t.Fatal(err)
	}
	parts := d.Parts()
	parts.DACL = append([]acl.ACE{{Type: acl.TypeAllowObject, Flags: acl.ContainerInherit, Mask: acl.ControlAccess, SID: who.Bytes(),
		HasObjectType: true, ObjectType: acl.GUIDSendAs}}, parts.DACL...)
	b, err := acl.Encode(parts)
	if err != nil {
		t.Fatal(err)
	}
	m := ldap.NewModifyRequest(ou, []ldap.Control{flags})
	m.Replace("nTSecurityDescriptor", []string{string(b)})
	if err := admin.Modify(m); err != nil {
		t.Fatal(err)
	}
	below, err := admin.SearchWithPaging(ldap.NewSearchRequest(ou, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 0, 0, false, "(mailNickname=*)",
		[]string{"nTSecurityDescriptor"}, []ldap.Control{flags}), 500)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range below.Entries {
		d, err := acl.Parse(e.GetRawAttributeValue("nTSecurityDescriptor"))
		if err != nil {
			t.Fatal(err)
		}
		for a := range d.DACL() {
			if a.IsInherited() && a.Trustee() == who && a.ObjectType == acl.GUIDSendAs {
				copies++
			}
		}
	}
	return copies
}
