package finding_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/change"
	"mbxperm/model/finding"
	"mbxperm/model/internal/script"
	"mbxperm/model/view"
)

// newCases say what a change of the script must raise: "condition changes".
var newCases = []struct {
	name     string
	old, new func(*script.Forest)
	want     []string
}{
	{name: "nothing"},
	{name: "Full Access, several rights of one entry", new: func(s *script.Forest) {
		s.Of("u2").MailboxSD = script.SD(script.Allow(script.RID(9), acl.MailboxFullAccess|acl.MailboxChangePermission|acl.MailboxReadPermission, script.CI))
	}, want: []string{"new-fullaccess 1"}},
	{name: "two entries", new: func(s *script.Forest) {
		s.Of("u2").MailboxSD = script.SD(script.Allow(script.RID(9), acl.MailboxFullAccess, script.CI), script.Allow(script.RID(3), acl.MailboxFullAccess, script.CI))
	}, want: []string{"new-fullaccess 2"}},
	{name: "what opens nothing", new: func(s *script.Forest) {
		s.Of("u2").MailboxSD = script.SD(script.Allow(script.RID(9), acl.MailboxReadPermission|acl.MailboxSendAs, 0), script.Deny(script.RID(3), acl.MailboxFullAccess, 0))
		s.Of("u2").Security = script.SD(script.ReceiveAs(script.RID(9), 0), script.Allow(script.RID(9), acl.ReadProperty, 0))
	}},
	{name: "SELF, SYSTEM and the account itself", new: func(s *script.Forest) {
		s.Of("u2").MailboxSD = script.SD(script.Allow(acl.SIDSelf, acl.MailboxFullAccess, 0), script.Allow(script.RID(2), acl.MailboxFullAccess, 0), script.Allow(acl.SIDSystem, acl.MailboxFullAccess, 0))
	}},
	{name: "hidden as a copy, and all the same there", new: func(s *script.Forest) {
		s.Of("u2").MailboxSD = script.SD(script.Allow(script.RID(9), acl.MailboxFullAccess, script.ID))
	}, want: []string{"new-fullaccess 1"}},
	{name: "widened", old: func(s *script.Forest) {
		s.Of("u2").MailboxSD = script.SD(script.Allow(script.RID(9), acl.MailboxReadPermission, script.CI))
	}, new: func(s *script.Forest) {
		s.Of("u2").MailboxSD = script.SD(script.Allow(script.RID(9), acl.MailboxReadPermission|acl.MailboxFullAccess, script.CI))
	}, want: []string{"new-fullaccess 1"}},
	{name: "narrowed", old: func(s *script.Forest) {
		s.Of("u2").MailboxSD = script.SD(script.Allow(script.RID(9), acl.MailboxReadPermission|acl.MailboxFullAccess, script.CI))
	}, new: func(s *script.Forest) {
		s.Of("u2").MailboxSD = script.SD(script.Allow(script.RID(9), acl.MailboxFullAccess, 0))
	}},
	{name: "no longer for children only", old: func(s *script.Forest) {
		s.Of("u2").Security = script.SD(script.SendAs(script.RID(9), script.CI|acl.InheritOnly))
	}, new: func(s *script.Forest) { s.Of("u2").Security = script.SD(script.SendAs(script.RID(9), script.CI)) }, want: []string{"new-send-as 1"}},
	{name: "another condition", old: func(s *script.Forest) { s.Of("u2").MailboxSD = script.SD(script.Conditional(`@User.a == 1`)) },
		new: func(s *script.Forest) { s.Of("u2").MailboxSD = script.SD(script.Conditional(`@User.a == 2`)) }, want: []string{"new-fullaccess 1"}},
	{name: "no list any more", new: func(s *script.Forest) { s.Of("u2").MailboxSD = script.SDOf(acl.SIDSystem, 0, acl.ACLNull) }, want: []string{"new-fullaccess 1"}},
	{name: "Send-As, itself and by Full Control", new: func(s *script.Forest) {
		s.Of("u2").Security = script.SD(script.SendAs(script.RID(9), 0), script.Allow(script.RID(3), acl.FullControl, 0))
	}, want: []string{"new-send-as 2"}},
	{name: "a right to give rights to himself on an OU", new: func(s *script.Forest) {
		s.Of("Staff").Security = script.SD(script.Allow(script.RID(9), acl.WriteDACL, 0))
	}, want: []string{"new-store-right 1"}},
	{name: "what Windows writes on an OU", new: func(s *script.Forest) {
		s.Of("Staff").Security = script.SD(script.Allow(acl.SIDSystem, acl.FullControl, 0))
	}},
	{name: "Send on Behalf", new: func(s *script.Forest) { s.Of("u2").Delegates = []string{"CN=svc," + script.DomainDN} }, want: []string{"new-on-behalf 1"}},
	{name: "at the OU, for two who inherit it", new: func(s *script.Forest) {
		s.Of("Staff").Security = script.SD(script.SendAs(script.RID(9), script.CI))
		s.Inherit(script.SendAs(script.RID(9), script.CI))
	}, want: []string{"new-send-as 1"}},
	{name: "at the OU, and nobody inherits it", new: func(s *script.Forest) { s.Of("Staff").Security = script.SD(script.SendAs(script.RID(9), script.CI)) }},
	{name: "a store", new: func(s *script.Forest) { s.Of("DB1").Security = script.SD(script.ReceiveAs(script.RID(9), 0)) }, want: []string{"new-store-right 1"}},
	{name: "a container, inherited by stores", new: func(s *script.Forest) {
		s.Of("Contoso").Security = script.SD(script.Allow(script.RID(9), acl.WriteDACL, script.CI))
		s.Of("DB1").Security = script.SD(script.Allow(script.RID(9), acl.WriteDACL, script.CI|script.ID))
	}, want: []string{"new-store-right 1"}},
	{name: "a store's entry opens more", old: func(s *script.Forest) {
		s.Of("DB1").Security = script.SD(script.Allow(script.RID(9), acl.WriteDACL, 0))
	},
		new: func(s *script.Forest) {
			s.Of("DB1").Security = script.SD(script.Allow(script.RID(9), acl.WriteDACL|acl.ControlAccess, 0))
		}, want: []string{"new-store-right 1"}},
	{name: "a store's entry has more that opens nothing", old: func(s *script.Forest) {
		s.Of("DB1").Security = script.SD(script.Allow(script.RID(9), acl.WriteDACL, 0))
	},
		new: func(s *script.Forest) {
			s.Of("DB1").Security = script.SD(script.Allow(script.RID(9), acl.WriteDACL|acl.ReadProperty, 0))
		}},
	{name: "member of a nested group that holds Full Access", new: func(s *script.Forest) {
		s.Of("Inner").Members = append(s.Of("Inner").Members, "CN=svc,"+script.DomainDN)
	}, want: []string{"new-fullaccess 1", "new-member 1"}},
	{name: "a member that went", old: func(s *script.Forest) {
		s.Of("Inner").Members = append(s.Of("Inner").Members, "CN=svc,"+script.DomainDN)
	}},
	{name: "member of a group that holds what opens nothing", old: func(s *script.Forest) {
		s.Of("u1").MailboxSD = script.SD(script.Allow(script.RID(20), acl.MailboxReadPermission, 0))
	}, new: func(s *script.Forest) {
		s.Of("u1").MailboxSD = script.SD(script.Allow(script.RID(20), acl.MailboxReadPermission, 0))
		s.Of("Inner").Members = append(s.Of("Inner").Members, "CN=svc,"+script.DomainDN)
	}},
	{name: "a new mailbox inherits what was there", old: func(s *script.Forest) {
		s.Of("Staff").Security = script.SD(script.SendAs(script.RID(9), script.CI))
		s.Drop("u2")
	}, new: func(s *script.Forest) {
		s.Of("Staff").Security = script.SD(script.SendAs(script.RID(9), script.CI))
		s.Of("u2").Security = script.SD(script.SendAs(script.RID(9), script.CI|script.ID))
		s.Of("u2").MailboxSD = script.SD(script.Allow(acl.SIDSelf, acl.MailboxFullAccess, script.CI))
		s.Of("u2").Delegates = []string{"CN=u2," + script.StaffDN}
	}},
	{name: "a new mailbox with an entry of its own", old: func(s *script.Forest) { s.Drop("u2") }, new: func(s *script.Forest) {
		s.Of("u2").MailboxSD = script.SD(script.Allow(script.RID(9), acl.MailboxFullAccess, script.CI))
	}, want: []string{"new-fullaccess 1", "new-on-behalf 1"}},
	{name: "not readable before", old: func(s *script.Forest) { s.Of("u2").MailboxState = model.Missing }, new: func(s *script.Forest) {
		s.Of("u2").MailboxSD = script.SD(script.Allow(script.RID(9), acl.MailboxFullAccess, script.CI))
	}, want: []string{"incomplete 0"}},
	{name: "not readable now", old: func(s *script.Forest) {
		s.Of("u2").MailboxSD = script.SD(script.Allow(script.RID(9), acl.MailboxFullAccess, script.CI))
	},
		new: func(s *script.Forest) { s.Of("u2").MailboxState = model.Missing }, want: []string{"incomplete 0"}},
}

func raisedNew(t *testing.T, old, new *model.Snapshot, target, trustee func(*model.Principal) bool) (out []string, raised []finding.Raised) {
	t.Helper()
	c, err := change.Compare(context.Background(), old, new, false)
	if err != nil {
		t.Fatal(err)
	}
	raised, err = finding.Raise(context.Background(), new, finding.Query{Since: c, Target: target, Trustee: trustee}, finding.Conditions())
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
			old, new := script.New(), script.New()
			for _, s := range []*script.Forest{old, new} {
				for _, name := range []string{"u1", "u2", "u3"} { // nothing is left unknown
					s.Of(name).Delegates = []string{"CN=u1," + script.StaffDN}
				}
			}
			if c.old != nil {
				c.old(old)
			}
			if c.new != nil {
				c.new(new)
			}
			pool := model.NewPool()
			before, after := old.Snapshot(pool), new.Snapshot(pool)
			got, raised := raisedNew(t, before, after, nil, nil)
			if !slices.Equal(got, c.want) {
				t.Errorf("raised %q, want %q", got, c.want)
			}
			for _, r := range raised {
				if r.Since() && len(r.Named) != min(r.Findings, finding.MostNamed) {
					t.Errorf("%s: %d of %d findings are named", r.Name, len(r.Named), r.Findings)
				}
				for _, f := range r.Named {
					if !r.Since() || f.Change != nil && f.Change.Change != change.Removed && f.Change.Target.Name != "" {
						continue
					}
					t.Errorf("%s: names %+v", r.Name, f)
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
	old, new := script.New(), script.New()
	new.Of("u2").MailboxSD = script.SD(script.Allow(script.RID(9), acl.MailboxFullAccess, 0))
	new.Of("u3").MailboxSD = script.SD(script.Allow(script.RID(1), acl.MailboxFullAccess, 0))
	pool := model.NewPool()
	before, after := old.Snapshot(pool), new.Snapshot(pool)
	for _, c := range []struct{ target, trustee, want string }{
		{"", "", "new-fullaccess 2"}, {"u2", "", "new-fullaccess 1"}, {"", "svc", "new-fullaccess 1"}, {"u3", "svc", ""},
	} {
		match := func(s string) func(*model.Principal) bool {
			if s == "" {
				return nil
			}
			return view.Match(s)
		}
		got, raised := raisedNew(t, before, after, match(c.target), match(c.trustee))
		got = slices.DeleteFunc(got, func(s string) bool { return strings.HasPrefix(s, "incomplete") })
		if strings.Join(got, " ") != c.want {
			t.Errorf("%+v: %q", c, got)
		}
		raised = slices.DeleteFunc(raised, func(r finding.Raised) bool { return !r.Since() })
		if c.target == "u2" && (raised[0].Named[0].Change.Target.Name != "u2" || raised[0].Named[0].Change.Trustee.Name != "svc") {
			t.Errorf("first %+v", raised[0].Named[0].Change)
		}
	}
}
