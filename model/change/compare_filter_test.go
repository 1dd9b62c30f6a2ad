package change_test

import (
	"slices"
	"strings"
	"testing"

	"mbxperm/acl"
	"mbxperm/model/change"
	"mbxperm/model/hiding"
	"mbxperm/model/internal/script"
	"mbxperm/model/view"
)

// TestCompareFilters: the filters choose among the changes, and nothing else.
func TestCompareFilters(t *testing.T) {
	old, new := script.New(), script.New()
	new.Of("u2").MailboxSD = script.SD(script.Allow(script.RID(9), acl.MailboxFullAccess, 0))
	new.Of("u3").MailboxSD = script.SD(script.Allow(script.RID(2), acl.MailboxFullAccess, 0))
	new.Of("u3").Security = script.SDOf(script.RID(9), 0, acl.ACLPresent)
	new.Of("DB1").Security = script.SD(script.ReceiveAs(script.RID(9), 0))
	new.Of("Contoso").Security = script.SD(script.Allow(script.RID(9), acl.WriteDACL, 0))
	new.Of("u2").UAC = 0x202
	new.Of("Inner").Members = nil
	const (
		full2  = "added ace u2 svc [FullAccess]"
		full3  = "added ace u3 u2 [FullAccess]"
		owner3 = "changed acl u3 [owner]"
		store  = "added ace DB1 svc [Extended right Receive-As]"
		org    = "added ace Contoso svc [WriteDacl]"
		off    = "changed account u2 [disabled]"
		left   = "removed membership Inner u2 [member]"
	)
	for _, c := range []struct {
		name string
		q    change.Query
		want []string
	}{
		{"all", change.Query{}, []string{full2, full3, store, org, owner3, left, off}},
		{"by target", change.Query{Sort: 3}, []string{org, store, left, full2, off, full3, owner3}},
		{"by trustee", change.Query{ByTrustee: true}, []string{off, owner3, full2, store, org, left, full3}},
		{"mailboxes", change.Query{Type: view.Mailboxes}, []string{full2, full3, owner3, left, off}},
		{"stores", change.Query{Type: view.Stores}, []string{store}},
		{"containers", change.Query{Type: view.Admins}, []string{org}},
		{"target", change.Query{Target: view.Match("u2")}, []string{full2, off}},
		{"trustee", change.Query{Trustee: view.Match("svc")}, []string{full2, store, org, owner3}},
		{"trustee that changed", change.Query{Trustee: view.Match(`CONTOSO\u2`)}, []string{full3, left, off}},
		{"group as trustee", change.Query{Trustee: view.Match("Inner")}, []string{left}},
		{"both", change.Query{Target: view.Match("u3"), Trustee: view.Match("svc")}, []string{owner3}},
	} {
		got, _ := changeLines(t, old, new, c.q)
		for i := range got {
			got[i] = got[i][:strings.Index(got[i], "]")+1]
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		}
	}
}

// TestCompareToggles: what is hidden is counted, under its reason, and shown
// when that is switched on. A row that one of the states shows is shown.
func TestCompareToggles(t *testing.T) {
	old, new := script.New(), script.New()
	new.Of("u2").Security = script.SD(script.SendAs(acl.SIDSelf, 0), script.SendAs(script.RID(9), script.ID), script.Allow(script.RID(9), acl.FullControl, 0))
	new.Of("u2").MailboxSD = script.SD(script.Allow(script.RID(9), acl.MailboxFullAccess, script.ID))
	old.Of("u3").Security, new.Of("u3").Security = script.SD(script.SendAs(script.RID(9), script.ID)), script.SD(script.SendAs(script.RID(9), 0))
	_, all := changeLines(t, old, new, change.Query{Show: hiding.All})
	got, c := changeLines(t, old, new, change.Query{})
	if want := (hiding.Counts{1, 2, 1, 0, 2}); c.Hidden != want || c.Len()+want.Total() != all.Len() || all.Hidden.Total() != 0 {
		t.Errorf("hidden %v, want %v; shown %d of %d:\n%s", c.Hidden, want, c.Len(), all.Len(), strings.Join(got, "\n"))
	}
	for _, show := range []hiding.Reasons{hiding.Stale, hiding.Inherited, hiding.Self, hiding.Implied} {
		_, one := changeLines(t, old, new, change.Query{Show: show})
		if one.Len()+one.Hidden.Total() != all.Len() || one.Len() <= c.Len() {
			t.Errorf("with %v: %d shown, %d hidden, of %d", show, one.Len(), one.Hidden.Total(), all.Len())
		}
	}
}

// TestCompareFiltersReachCopies: a change at the source is wanted where one of
// its copies is.
func TestCompareFiltersReachCopies(t *testing.T) {
	old, new := script.New(), script.New()
	new.Of("Staff").Security = script.SD(script.SendAs(script.RID(9), script.CI))
	new.Inherit(script.SendAs(script.RID(9), script.CI))
	new.Of("u3").Security = script.SD()
	new.Of("Contoso").Security = script.SD(script.ReceiveAs(script.RID(9), script.CI))
	new.Of("DB1").Security = script.SD(script.ReceiveAs(script.RID(9), script.CI|script.ID))
	const (
		staff = "added ace Staff svc [Send-As]"
		org   = "added ace Contoso svc [Extended right Receive-As]"
	)
	for _, c := range []struct {
		name string
		q    change.Query
		want []string
	}{
		{"all", change.Query{}, []string{staff, org}},
		{"a target with a copy", change.Query{Target: view.Match("u2")}, []string{staff}},
		{"a target without", change.Query{Target: view.Match("u3")}, nil},
		{"another trustee", change.Query{Target: view.Match("u2"), Trustee: view.Match("u1")}, nil},
		{"stores", change.Query{Type: view.Stores}, []string{org}},
		{"a store", change.Query{Target: view.Match("DB1")}, []string{org}},
		{"a store without", change.Query{Target: view.Match("DB2")}, nil},
	} {
		got, _ := changeLines(t, old, new, c.q)
		for i := range got {
			got[i] = got[i][:strings.Index(got[i], "]")+1]
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// TestCompareContainers: what changed on an OU's own list is listed where
// containers are asked for, and else what of it reaches others.
func TestCompareContainers(t *testing.T) {
	old, new := script.New(), script.New()
	new.Of("Staff").Security = script.SD(script.Allow(script.RID(9), acl.WriteDACL, 0), script.SendAs(script.RID(3), script.CI))
	new.Inherit(script.SendAs(script.RID(3), script.CI))
	const dacl = "added ace Staff svc [WriteDacl] Allow | | Allow WriteDacl (0x00040000)"
	const own = "added ace Staff u3 [Extended right Send-As] Allow | | Allow Extended right Send-As (0x00000100 CI) | reach 3"
	const sent = "added ace Staff u3 [Send-As] Allow | | Allow Extended right Send-As (0x00000100 CI) | reach 3"
	for name, c := range map[string]struct {
		q    change.Query
		want []string
	}{
		"all":        {change.Query{}, []string{sent}},
		"mailboxes":  {change.Query{Type: view.Mailboxes}, []string{sent}},
		"containers": {change.Query{Type: view.Containers}, []string{dacl, own}},
	} {
		got, list := changeLines(t, old, new, c.q)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if name == "containers" && len(got) > 0 && (list.Change(0).ObjectType != "container" || list.Change(0).ACLType != "ContainerRight") {
			t.Errorf("a change of %s, %s", list.Change(0).ObjectType, list.Change(0).ACLType)
		}
	}
}
