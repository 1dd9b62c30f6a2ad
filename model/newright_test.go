package model_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"mbxperm/acl"
	"mbxperm/model"
)

// newCases say what a change of the script must raise: "condition changes".
var newCases = []struct {
	name     string
	old, new func(*script)
	want     []string
}{
	{name: "nothing"},
	{name: "Full Access, several rights of one entry", new: func(s *script) {
		s.of("u2").MailboxSD = sd(allow(rid(9), acl.MailboxFullAccess|acl.MailboxChangePermission|acl.MailboxReadPermission, ci))
	}, want: []string{"new-fullaccess 1"}},
	{name: "two entries", new: func(s *script) {
		s.of("u2").MailboxSD = sd(allow(rid(9), acl.MailboxFullAccess, ci), allow(rid(3), acl.MailboxFullAccess, ci))
	}, want: []string{"new-fullaccess 2"}},
	{name: "what opens nothing", new: func(s *script) {
		s.of("u2").MailboxSD = sd(allow(rid(9), acl.MailboxReadPermission|acl.MailboxSendAs, 0), deny(rid(3), acl.MailboxFullAccess, 0))
		s.of("u2").Security = sd(receiveAs(rid(9), 0), allow(rid(9), acl.ReadProperty, 0))
	}},
	{name: "SELF, SYSTEM and the account itself", new: func(s *script) {
		s.of("u2").MailboxSD = sd(allow(acl.SIDSelf, acl.MailboxFullAccess, 0), allow(rid(2), acl.MailboxFullAccess, 0), allow(acl.SIDSystem, acl.MailboxFullAccess, 0))
	}},
	{name: "hidden as a copy, and all the same there", new: func(s *script) {
		s.of("u2").MailboxSD = sd(allow(rid(9), acl.MailboxFullAccess, id))
	}, want: []string{"new-fullaccess 1"}},
	{name: "widened", old: func(s *script) {
		s.of("u2").MailboxSD = sd(allow(rid(9), acl.MailboxReadPermission, ci))
	}, new: func(s *script) {
		s.of("u2").MailboxSD = sd(allow(rid(9), acl.MailboxReadPermission|acl.MailboxFullAccess, ci))
	}, want: []string{"new-fullaccess 1"}},
	{name: "narrowed", old: func(s *script) {
		s.of("u2").MailboxSD = sd(allow(rid(9), acl.MailboxReadPermission|acl.MailboxFullAccess, ci))
	}, new: func(s *script) {
		s.of("u2").MailboxSD = sd(allow(rid(9), acl.MailboxFullAccess, 0))
	}},
	{name: "no longer for children only", old: func(s *script) {
		s.of("u2").Security = sd(sendAs(rid(9), ci|acl.InheritOnly))
	}, new: func(s *script) { s.of("u2").Security = sd(sendAs(rid(9), ci)) }, want: []string{"new-send-as 1"}},
	{name: "another condition", old: func(s *script) { s.of("u2").MailboxSD = sd(conditional(`@User.a == 1`)) },
		new: func(s *script) { s.of("u2").MailboxSD = sd(conditional(`@User.a == 2`)) }, want: []string{"new-fullaccess 1"}},
	{name: "no list any more", new: func(s *script) { s.of("u2").MailboxSD = sdOf(acl.SIDSystem, 0, acl.ACLNull) }, want: []string{"new-fullaccess 1"}},
	{name: "Send-As, itself and by Full Control", new: func(s *script) {
		s.of("u2").Security = sd(sendAs(rid(9), 0), allow(rid(3), acl.FullControl, 0))
	}, want: []string{"new-send-as 2"}},
	{name: "Send on Behalf", new: func(s *script) { s.of("u2").Delegates = []string{"CN=svc," + scriptDN} }, want: []string{"new-on-behalf 1"}},
	{name: "at the OU, for two who inherit it", new: func(s *script) {
		s.of("Staff").Security = sd(sendAs(rid(9), ci))
		s.inherit(sendAs(rid(9), ci))
	}, want: []string{"new-send-as 1"}},
	{name: "at the OU, and nobody inherits it", new: func(s *script) { s.of("Staff").Security = sd(sendAs(rid(9), ci)) }},
	{name: "a store", new: func(s *script) { s.of("DB1").Security = sd(receiveAs(rid(9), 0)) }, want: []string{"new-store-right 1"}},
	{name: "a container, inherited by stores", new: func(s *script) {
		s.of("Contoso").Security = sd(allow(rid(9), acl.WriteDACL, ci))
		s.of("DB1").Security = sd(allow(rid(9), acl.WriteDACL, ci|id))
	}, want: []string{"new-store-right 1"}},
	{name: "a store's entry opens more", old: func(s *script) { s.of("DB1").Security = sd(allow(rid(9), acl.WriteDACL, 0)) },
		new: func(s *script) { s.of("DB1").Security = sd(allow(rid(9), acl.WriteDACL|acl.ControlAccess, 0)) }, want: []string{"new-store-right 1"}},
	{name: "a store's entry has more that opens nothing", old: func(s *script) { s.of("DB1").Security = sd(allow(rid(9), acl.WriteDACL, 0)) },
		new: func(s *script) { s.of("DB1").Security = sd(allow(rid(9), acl.WriteDACL|acl.ReadProperty, 0)) }},
	{name: "member of a nested group that holds Full Access", new: func(s *script) {
		s.of("Inner").Members = append(s.of("Inner").Members, "CN=svc,"+scriptDN)
	}, want: []string{"new-fullaccess 1", "new-member 1"}},
	{name: "a member that went", old: func(s *script) {
		s.of("Inner").Members = append(s.of("Inner").Members, "CN=svc,"+scriptDN)
	}},
	{name: "member of a group that holds what opens nothing", old: func(s *script) {
		s.of("u1").MailboxSD = sd(allow(rid(20), acl.MailboxReadPermission, 0))
	}, new: func(s *script) {
		s.of("u1").MailboxSD = sd(allow(rid(20), acl.MailboxReadPermission, 0))
		s.of("Inner").Members = append(s.of("Inner").Members, "CN=svc,"+scriptDN)
	}},
	{name: "a new mailbox inherits what was there", old: func(s *script) {
		s.of("Staff").Security = sd(sendAs(rid(9), ci))
		s.drop("u2")
	}, new: func(s *script) {
		s.of("Staff").Security = sd(sendAs(rid(9), ci))
		s.of("u2").Security = sd(sendAs(rid(9), ci|id))
		s.of("u2").MailboxSD = sd(allow(acl.SIDSelf, acl.MailboxFullAccess, ci))
		s.of("u2").Delegates = []string{"CN=u2," + staffDN}
	}},
	{name: "a new mailbox with an entry of its own", old: func(s *script) { s.drop("u2") }, new: func(s *script) {
		s.of("u2").MailboxSD = sd(allow(rid(9), acl.MailboxFullAccess, ci))
	}, want: []string{"new-fullaccess 1", "new-on-behalf 1"}},
	{name: "not readable before", old: func(s *script) { s.of("u2").MailboxState = model.Missing }, new: func(s *script) {
		s.of("u2").MailboxSD = sd(allow(rid(9), acl.MailboxFullAccess, ci))
	}, want: []string{"incomplete 0"}},
	{name: "not readable now", old: func(s *script) { s.of("u2").MailboxSD = sd(allow(rid(9), acl.MailboxFullAccess, ci)) },
		new: func(s *script) { s.of("u2").MailboxState = model.Missing }, want: []string{"incomplete 0"}},
}

func raisedNew(t *testing.T, old, new *model.Snapshot, target, trustee func(*model.Principal) bool) (out []string, raised []model.Raised) {
	t.Helper()
	c, err := model.Compare(context.Background(), old, new, false)
	if err != nil {
		t.Fatal(err)
	}
	raised, err = new.Raise(context.Background(), c, model.Alarms, target, trustee)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range raised {
		if r.Since() || r.Name == "incomplete" {
			out = append(out, fmt.Sprint(r.Name, " ", r.Rows))
		}
	}
	return out, raised
}

func TestNewAlarms(t *testing.T) {
	for _, c := range newCases {
		t.Run(c.name, func(t *testing.T) {
			old, new := newScript(), newScript()
			for _, s := range []*script{old, new} {
				for _, name := range []string{"u1", "u2", "u3"} { // nothing is left unknown
					s.of(name).Delegates = []string{"CN=u1," + staffDN}
				}
			}
			if c.old != nil {
				c.old(old)
			}
			if c.new != nil {
				c.new(new)
			}
			pool := model.NewPool()
			before, after := old.snapshot(pool), new.snapshot(pool)
			got, raised := raisedNew(t, before, after, nil, nil)
			if !slices.Equal(got, c.want) {
				t.Errorf("raised %q, want %q", got, c.want)
			}
			for _, r := range raised {
				if r.Since() && (r.Change == nil || r.Change.Change == model.Removed || r.Change.Target.Name == "") {
					t.Errorf("%s: first %+v", r.Name, r.Change)
				}
			}
			none, _ := raisedNew(t, after, after, nil, nil)
			if none = slices.DeleteFunc(none, func(s string) bool { return s == "incomplete 0" }); len(none) != 0 {
				t.Errorf("against itself: %q", none)
			}
		})
	}
}

// TestNewAlarmsFilters: target and trustee narrow them.
func TestNewAlarmsFilters(t *testing.T) {
	old, new := newScript(), newScript()
	new.of("u2").MailboxSD = sd(allow(rid(9), acl.MailboxFullAccess, 0))
	new.of("u3").MailboxSD = sd(allow(rid(1), acl.MailboxFullAccess, 0))
	pool := model.NewPool()
	before, after := old.snapshot(pool), new.snapshot(pool)
	for _, c := range []struct{ target, trustee, want string }{
		{"", "", "new-fullaccess 2"}, {"u2", "", "new-fullaccess 1"}, {"", "svc", "new-fullaccess 1"}, {"u3", "svc", ""},
	} {
		match := func(s string) func(*model.Principal) bool {
			if s == "" {
				return nil
			}
			return model.Match(s)
		}
		got, raised := raisedNew(t, before, after, match(c.target), match(c.trustee))
		got = slices.DeleteFunc(got, func(s string) bool { return strings.HasPrefix(s, "incomplete") })
		if strings.Join(got, " ") != c.want {
			t.Errorf("%+v: %q", c, got)
		}
		raised = slices.DeleteFunc(raised, func(r model.Raised) bool { return !r.Since() })
		if c.target == "u2" && (raised[0].Change.Target.Name != "u2" || raised[0].Change.Trustee.Name != "svc") {
			t.Errorf("first %+v", raised[0].Change)
		}
	}
}
