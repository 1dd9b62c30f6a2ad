package model_test

import (
	"slices"
	"strings"
	"testing"

	"mbxperm/acl"
	"mbxperm/model"
)

// TestCompareFilters: the filters choose among the changes, and nothing else.
func TestCompareFilters(t *testing.T) {
	old, new := newScript(), newScript()
	new.of("u2").MailboxSD = sd(allow(rid(9), acl.MailboxFullAccess, 0))
	new.of("u3").MailboxSD = sd(allow(rid(2), acl.MailboxFullAccess, 0))
	new.of("u3").Security = sdOf(rid(9), 0, acl.ACLPresent)
	new.of("DB1").Security = sd(receiveAs(rid(9), 0))
	new.of("Contoso").Security = sd(allow(rid(9), acl.WriteDACL, 0))
	new.of("u2").UAC = 0x202
	new.of("Inner").Members = nil
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
		q    model.ChangeQuery
		want []string
	}{
		{"all", model.ChangeQuery{}, []string{left, full2, off, full3, owner3, store, org}},
		{"by trustee", model.ChangeQuery{ByTrustee: true}, []string{off, owner3, full2, store, org, left, full3}},
		{"mailboxes", model.ChangeQuery{Type: model.Mailboxes}, []string{left, full2, off, full3, owner3}},
		{"stores", model.ChangeQuery{Type: model.Stores}, []string{store}},
		{"containers", model.ChangeQuery{Type: model.Admins}, []string{org}},
		{"target", model.ChangeQuery{Target: model.Match("u2")}, []string{full2, off}},
		{"trustee", model.ChangeQuery{Trustee: model.Match("svc")}, []string{full2, owner3, store, org}},
		{"trustee that changed", model.ChangeQuery{Trustee: model.Match(`CONTOSO\u2`)}, []string{left, off, full3}},
		{"group as trustee", model.ChangeQuery{Trustee: model.Match("Inner")}, []string{left}},
		{"both", model.ChangeQuery{Target: model.Match("u3"), Trustee: model.Match("svc")}, []string{owner3}},
	} {
		got, _ := old.lines(t, new, c.q)
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
	old, new := newScript(), newScript()
	new.of("u2").Security = sd(sendAs(acl.SIDSelf, 0), sendAs(rid(9), id), allow(rid(9), acl.FullControl, 0))
	new.of("u2").MailboxSD = sd(allow(rid(9), acl.MailboxFullAccess, id))
	old.of("u3").Security, new.of("u3").Security = sd(sendAs(rid(9), id)), sd(sendAs(rid(9), 0))
	_, all := old.lines(t, new, model.ChangeQuery{Show: model.AllReasons})
	got, c := old.lines(t, new, model.ChangeQuery{})
	if want := (model.Hidden{1, 2, 1, 0, 2}); c.Hidden != want || c.Len()+want.Total() != all.Len() || all.Hidden.Total() != 0 {
		t.Errorf("hidden %v, want %v; shown %d of %d:\n%s", c.Hidden, want, c.Len(), all.Len(), strings.Join(got, "\n"))
	}
	for _, show := range []model.Reasons{model.Stale, model.Inherited, model.Self, model.Implied} {
		_, one := old.lines(t, new, model.ChangeQuery{Show: show})
		if one.Len()+one.Hidden.Total() != all.Len() || one.Len() <= c.Len() {
			t.Errorf("with %v: %d shown, %d hidden, of %d", show, one.Len(), one.Hidden.Total(), all.Len())
		}
	}
}

// TestCompareFiltersReachCopies: a change at the source is wanted where one of
// its copies is.
func TestCompareFiltersReachCopies(t *testing.T) {
	old, new := newScript(), newScript()
	new.of("Staff").Security = sd(sendAs(rid(9), ci))
	new.inherit(sendAs(rid(9), ci))
	new.of("u3").Security = sd()
	new.of("Contoso").Security = sd(receiveAs(rid(9), ci))
	new.of("DB1").Security = sd(receiveAs(rid(9), ci|id))
	const (
		staff = "added ace Staff svc [Send-As]"
		org   = "added ace Contoso svc [Extended right Receive-As]"
	)
	for _, c := range []struct {
		name string
		q    model.ChangeQuery
		want []string
	}{
		{"all", model.ChangeQuery{}, []string{staff, org}},
		{"a target with a copy", model.ChangeQuery{Target: model.Match("u2")}, []string{staff}},
		{"a target without", model.ChangeQuery{Target: model.Match("u3")}, nil},
		{"another trustee", model.ChangeQuery{Target: model.Match("u2"), Trustee: model.Match("u1")}, nil},
		{"stores", model.ChangeQuery{Type: model.Stores}, []string{org}},
		{"a store", model.ChangeQuery{Target: model.Match("DB1")}, []string{org}},
		{"a store without", model.ChangeQuery{Target: model.Match("DB2")}, nil},
	} {
		got, _ := old.lines(t, new, c.q)
		for i := range got {
			got[i] = got[i][:strings.Index(got[i], "]")+1]
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
