package hybrid_test

import (
	"strings"
	"testing"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/hybrid"
	"mbxperm/model/internal/script"
)

// border is a mailbox here, u1, and whatever else a test puts beside it.
func border(t *testing.T, mailbox *model.Object, others ...*model.Object) []string {
	t.Helper()
	w := model.NewWriter(model.NewPool())
	w.State = model.State{Phase: model.Finished}
	w.Domain(model.DomainInfo{DN: script.DomainDN, NetBIOS: "CONTOSO", SID: script.DomainSID, Root: true, Complete: true})
	mailbox.DN, mailbox.SID, mailbox.Account = "CN=u1,"+script.DomainDN, script.RID(1), "u1"
	if mailbox.Type == "" {
		mailbox.Class, mailbox.Recipient, mailbox.Type, mailbox.HomeMDB = model.ClassUser, model.Mailbox, "UserMailbox", "CN=DB1,"+script.ConfigDN
	}
	mailbox.SecurityState, mailbox.DelegatesState, mailbox.MailboxState = model.Present, model.Present, model.Present
	if mailbox.Security == nil {
		mailbox.Security = script.SD()
	}
	if mailbox.MailboxSD == nil {
		mailbox.MailboxSD = script.SD()
	}
	for _, o := range append(others, mailbox) {
		w.Put(o)
	}
	for _, sid := range w.Unresolved() {
		w.Missed(sid)
	}
	s := w.Snapshot()
	all, err := hybrid.Crossings(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, c := range all {
		out = append(out, strings.Join([]string{s.ObjectName(s.Record(c.Target)), c.TargetPremises.String(), s.Principal(c.Trustee).Name, c.TrusteePremises.String(), c.Right, c.Works.String(), c.Reason.String()}, "|"))
	}
	return out
}

func account(n uint32, typ string, p *model.Placing) *model.Object {
	return &model.Object{DN: "CN=u" + string(rune('0'+n)) + "," + script.DomainDN, SID: script.RID(n), Account: "u" + string(rune('0'+n)), Class: model.ClassUser, UAC: 0x200,
		Recipient: model.OtherRecipient, Type: typ, Placing: p, SecurityState: model.Present, Security: script.SD(), DelegatesState: model.Missing}
}

func remote(n uint32, display int32) *model.Object {
	return account(n, "RemoteUserMailbox", &model.Placing{Display: display, DisplayState: model.Present})
}

const (
	made    = -1073741818 // ACLable
	notMade = -2147483642
)

func box(aces ...acl.ACE) *model.Object { return &model.Object{MailboxSD: script.SD(aces...)} }

// TestCrossings: what becomes of each kind of grant, one after the other.
func TestCrossings(t *testing.T) {
	full := func(n uint32) acl.ACE { return script.Allow(script.RID(n), acl.MailboxFullAccess, 0) }
	mapped := box(full(2))
	mapped.Placing = &model.Placing{Automapped: []string{"CN=u2," + script.DomainDN}, AutomapState: model.Present}
	other := box(full(2))
	other.Placing = &model.Placing{Automapped: []string{"CN=u3," + script.DomainDN}, AutomapState: model.Present}
	inherited := full(2)
	inherited.Flags |= acl.Inherited
	group := func(members ...string) *model.Object {
		return &model.Object{DN: "CN=g20," + script.DomainDN, SID: script.RID(20), Account: "g20", Class: model.ClassGroup, GroupType: true, Universal: true,
			Recipient: model.OtherRecipient, Type: "MailUniversalSecurityGroup", MembersState: model.Present, Members: members, SecurityState: model.Present, Security: script.SD()}
	}
	u := func(n string) string { return "CN=u" + n + "," + script.DomainDN }
	sends := &model.Object{Security: script.SD(script.SendAs(script.RID(2), 0))}
	behalf := &model.Object{Delegates: []string{u("2"), "CN=gone," + script.DomainDN}}
	for name, c := range map[string]struct {
		mailbox *model.Object
		others  []*model.Object
		want    []string // up to the reason, of which the beginning
	}{
		"yes":            {mapped, []*model.Object{remote(2, made)}, []string{"u1|onprem|u2|remote|FullAccess|yes|Full Access works, and Outlook opens"}},
		"partly":         {other, []*model.Object{remote(2, made), remote(3, made)}, []string{"u1|onprem|u2|remote|FullAccess|partly|Full Access works; Outlook does not"}},
		"no automap":     {box(full(2)), []*model.Object{remote(2, made)}, []string{"u1|onprem|u2|remote|FullAccess|yes|Full Access works; whether Outlook"}},
		"not ACLable":    {box(full(2)), []*model.Object{remote(2, notMade)}, []string{"u1|onprem|u2|remote|FullAccess|no|u2 is not ACLable (msExchRecipientDisplayType -2147483642)"}},
		"display unread": {box(full(2)), []*model.Object{account(2, "RemoteUserMailbox", nil)}, []string{"u1|onprem|u2|remote|FullAccess|unknown|whether u2 is ACLable"}},
		"denied": {box(script.Deny(script.RID(2), acl.MailboxFullAccess, 0), full(2)), []*model.Object{remote(2, made)},
			[]string{"u1|onprem|u2|remote|FullAccess|no|a deny takes it away"}},
		"denied by a group": {box(script.Deny(script.RID(20), acl.MailboxFullAccess, 0), full(2)), []*model.Object{remote(2, made), group(u("2"))},
			[]string{"u1|onprem|u2|remote|FullAccess|no|a deny takes it away"}},
		"stale copy":       {box(inherited), []*model.Object{remote(2, made)}, nil},
		"here":             {box(full(2)), []*model.Object{{DN: u("2"), SID: script.RID(2), Class: model.ClassUser, Recipient: model.Mailbox, Type: "UserMailbox"}}, nil},
		"no mailbox":       {box(full(2)), []*model.Object{{DN: u("2"), SID: script.RID(2), Class: model.ClassUser}}, nil},
		"mail user":        {box(full(2)), []*model.Object{account(2, "MailUser", nil)}, []string{"u1|onprem|u2|unknown|FullAccess|unknown|where the mailbox of u2"}},
		"send as":          {sends, []*model.Object{remote(2, made)}, []string{"u1|onprem|u2|remote|Send-As|unknown|Send-As is not synchronised"}},
		"behalf":           {behalf, []*model.Object{remote(2, notMade)}, []string{"u1|onprem|u2|remote|SendOnBehalf|yes|Send on Behalf works"}},
		"group, all here":  {box(full(20)), []*model.Object{group(u("1"))}, nil},
		"group, one there": {box(full(20)), []*model.Object{remote(2, made), group(u("1"), u("2"))}, []string{"u1|onprem|g20|remote|FullAccess|unknown|through a group: 1 of its 2"}},
		"group, not known": {box(full(20)), []*model.Object{account(2, "MailUser", nil), group(u("1"), u("2"))}, []string{"u1|onprem|g20|unknown|FullAccess|unknown|through a group: of 1 of its 2"}},
		"everybody":        {box(script.Allow(acl.SIDEveryone, acl.MailboxFullAccess, 0)), []*model.Object{remote(2, made)}, []string{"u1|onprem|Everyone|unknown|FullAccess|unknown|it names everybody"}},
		"everybody, here":  {box(script.Allow(acl.SIDEveryone, acl.MailboxFullAccess, 0)), nil, nil},
		"nobody":           {box(full(8)), []*model.Object{remote(2, made)}, nil},
	} {
		got := border(t, c.mailbox, c.others...)
		ok := len(got) == len(c.want)
		for i := range got {
			ok = ok && strings.HasPrefix(got[i], c.want[i])
		}
		if !ok {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
	// The other way round: what stands here on a mailbox that is there.
	there := &model.Object{Class: model.ClassUser, Recipient: model.OtherRecipient, Type: "RemoteSharedMailbox", Security: script.SD(script.SendAs(script.RID(2), 0)), Delegates: []string{u("2")}}
	got := border(t, there, &model.Object{DN: u("2"), SID: script.RID(2), Account: "u2", Class: model.ClassUser, Recipient: model.Mailbox, Type: "UserMailbox", HomeMDB: "CN=DB1," + script.ConfigDN})
	if len(got) != 2 || !strings.HasPrefix(got[0], "u1|remote|u2|onprem|Send-As|unknown|") || !strings.HasPrefix(got[1], "u1|remote|u2|onprem|SendOnBehalf|yes|") {
		t.Errorf("on a remote mailbox: %q", got)
	}
}

// TestNotACLable: remote mailboxes of persons that nobody made ACLable, with the
// number that does, and those of which nothing is known; no rooms, nothing here.
func TestNotACLable(t *testing.T) {
	w := model.NewWriter(model.NewPool())
	for _, o := range []*model.Object{
		remote(1, made), remote(2, notMade), remote(3, -2147481850), remote(4, -2147482106), account(5, "RemoteUserMailbox", nil), account(6, "MailUser", nil),
		{DN: "CN=u7," + script.DomainDN, SID: script.RID(7), Account: "u7", Class: model.ClassUser, Recipient: model.Mailbox, Type: "UserMailbox",
			Placing: &model.Placing{Display: notMade, DisplayState: model.Present}},
	} {
		w.Put(o)
	}
	s := w.Snapshot()
	var got []string
	for _, u := range hybrid.NotACLable(s) {
		got = append(got, s.ObjectName(s.Record(u.Mailbox))+" "+u.Remedy(script.GUID(1)))
	}
	want := "u2 Set-ADUser -Identity '" + script.GUID(1).String() + "' -Replace @{msExchRecipientDisplayType=-1073741818}\n" +
		"u4 Set-ADUser -Identity '" + script.GUID(1).String() + "' -Replace @{msExchRecipientDisplayType=-1073740282}\nu5 "
	if strings.Join(got, "\n") != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
