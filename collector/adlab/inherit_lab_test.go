package adlab_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"mbxperm/acl"
	"mbxperm/collector/adlab"
)

// Step 8 of the way from a store to its mailboxes is Windows' own inheritance. The
// domain controller does it here: a child is made below a container that has the
// list of the steps before, and what it inherits is what comes to the mailbox.

// computed is the list of a store as it is before it flows down (exchange-facts
// 1.5, steps 1 to 7): direct entries without types, denies first.
func computed(entries []adlab.ACE) (out []acl.ACE) {
	var allows []acl.ACE
	for _, e := range entries {
		object := e.Type == sambaAllowObject || e.Type == sambaDenyObject
		mask := e.Mask & 0x1F0000
		if e.Mask&0x100 != 0 && (!object || e.Object == typeReceiveAs) {
			mask |= 1
		}
		if mask == 0 || hasCondition(e) || e.InheritedObject != "" && e.InheritedObject != typeUser {
			continue
		}
		a := plainACE(e.Type == sambaDeny || e.Type == sambaDenyObject, mask, e.SID)
		if a.Flags = acl.ACEFlags(e.Flags &^ flagID); e.InheritedObject != "" {
			a.Flags |= acl.ContainerInherit
		}
		if a.Type == acl.TypeDeny {
			out = append(out, a)
		} else {
			allows = append(allows, a)
		}
	}
	return append(out, allows...)
}

// randomStore makes the entries of a store for accounts of the lab.
func randomStore(r *rand.Rand, sids []string) (out []adlab.ACE) {
	for range 1 + r.IntN(7) {
		e := adlab.ACE{Type: uint8(r.IntN(2)), Mask: []uint32{0x100, 0x100, 0xF01FF, 0x20000, 0x10}[r.IntN(5)], SID: sids[r.IntN(len(sids))]}
		if e.Flags = 0; r.IntN(4) > 0 {
			e.Flags = flagCI
		}
		for _, f := range []uint8{1, 4, flagIO, flagID} { // object-inherit, no-propagate
			if r.IntN(5) == 0 {
				e.Flags |= f
			}
		}
		if r.IntN(2) == 0 {
			e.Type += sambaAllowObject
			e.Object = []string{typeReceiveAs, typeReceiveAs, typeSendAs, ""}[r.IntN(4)]
			e.InheritedObject = []string{"", "", typeUser, "bf967a9c-0de6-11d0-a285-00aa003049e2"}[r.IntN(4)]
		}
		out = append(out, e)
	}
	return out
}

// addContainer makes a container with a list of its own.
func addContainer(t *testing.T, c *ldap.Conn, dn string, control acl.Control, list []acl.ACE) {
	t.Helper()
	b, err := acl.Encode(acl.Parts{Control: acl.SelfRelative | acl.DACLPresent | control, Owner: acl.SIDAdministrators, Group: acl.SIDAdministrators,
		DACLState: acl.ACLPresent, DACL: list})
	if err != nil {
		t.Fatal(err)
	}
	flags := &ldap.ControlMicrosoftSDFlags{Criticality: true, ControlValue: 7}
	add := ldap.NewAddRequest(dn, []ldap.Control{flags})
	add.Attribute("objectClass", []string{"container"})
	add.Attribute("nTSecurityDescriptor", []string{string(b)})
	if err := c.Add(add); err != nil {
		t.Fatalf("%s: %v", dn, err)
	}
}

// decisive are the entries of a list that apply and give or deny bit 0x1, spelled.
func decisive(list []acl.ACE) (out []string) {
	for _, a := range list {
		if !a.IsInheritOnly() && a.Mask&1 != 0 {
			out = append(out, fmt.Sprintf("denies %v %v", a.Denies(), a.Trustee()))
		}
	}
	return out
}

// TestLabInherits: what the domain controller lets a child inherit is what the
// merged list has of the store, in its order.
func TestLabInherits(t *testing.T) {
	t.Parallel()
	lab := adlab.StartOwn(t, adlab.Options{})
	c := labAdmin(t, lab)
	var sids []string
	for _, m := range lab.Oracle.Mailboxes()[:6] {
		sids = append(sids, m.SID)
	}
	admins, inherited := lab.Oracle.DomainSID+"-512", 0
	for seed := range 150 {
		r := rand.New(rand.NewPCG(uint64(seed), 8))
		store := randomStore(r, sids)
		own := []acl.ACE{plainACE(r.IntN(2) == 0, 1, sids[0]), plainACE(false, 0xF01FE, admins)} // who makes it has to read it
		protected := acl.Control(0)
		if r.IntN(4) == 0 {
			protected = acl.DACLProtected
		}
		parent := fmt.Sprintf("CN=store%03d,%s", seed, lab.BaseDN)
		addContainer(t, c, parent, acl.DACLProtected, append([]acl.ACE{plainACE(false, 0xF01FF, admins)}, computed(store)...))
		addContainer(t, c, "CN=mailbox,"+parent, protected, own)
		d := securityOf(t, c, "CN=mailbox,"+parent)
		got, want := decisive(d.Parts().DACL), decisive(own)
		if protected == 0 {
			fromStore := decisive(ofStore(&adlab.Descriptor{ACEs: store}))
			want, inherited = append(want, fromStore...), inherited+len(fromStore)
		}
		if !slices.Equal(got, want) {
			t.Errorf("store %d:\n%+v\ngot  %q\nwant %q", seed, store, got, want)
		}
	}
	t.Logf("%d entries were inherited as the merged list has them", inherited)
	if inherited < 100 {
		t.Errorf("%d entries were inherited: the lists do not try enough", inherited)
	}
}

// securityOf reads the list of an object.
func securityOf(t *testing.T, c *ldap.Conn, dn string) acl.Descriptor {
	t.Helper()
	r, err := c.Search(ldap.NewSearchRequest(dn, ldap.ScopeBaseObject, ldap.NeverDerefAliases, 0, 0, false, "(objectClass=*)", []string{"nTSecurityDescriptor"},
		[]ldap.Control{&ldap.ControlMicrosoftSDFlags{Criticality: true, ControlValue: 4}}))
	if err != nil {
		t.Fatalf("%s: %v", dn, err)
	}
	d, err := acl.Parse(r.Entries[0].GetRawAttributeValue("nTSecurityDescriptor"))
	if err != nil {
		t.Fatal(err)
	}
	return d
}
