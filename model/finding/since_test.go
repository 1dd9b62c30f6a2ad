package finding_test

import (
	"context"
	"testing"
	"time"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/finding"
	"mbxperm/model/internal/script"
)

// TestSince: a finding whose rows stand in several lists has the newest change of these,
// and says of how many; where one of them is not known nothing is said.
func TestSince(t *testing.T) {
	list, security := ago(9), ago(2)
	for name, c := range map[string]struct {
		rights model.Stamps
		since  time.Time
		of     int
	}{
		"both":         {stamps(list, security), security, 2},
		"other way":    {stamps(security, list), security, 2},
		"one unknown":  {model.Stamps{Told: [model.StampedCount]bool{model.StampedMailboxSD: true}, Of: stamps(list, security).Of}, time.Time{}, 0},
		"nothing read": {model.Stamps{}, time.Time{}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			f := organisation()
			both(mailbox("u1", script.Allow(svc, acl.MailboxFullAccess, script.CI)), account("u1", named(svc, acl.ControlAccess, acl.GUIDSendAs, 0)))(f)
			f.Of("svc").UAC = 0x202
			also(f, func(w *model.Writer) {
				given := c.rights
				for a, told := range given.Told {
					if !told {
						given.Of[a] = model.Stamp{}
					}
				}
				w.Stamps(f.Of("u1").DN, &given)
			})
			if at, of := since(t, f, "disabled"); !at.Equal(c.since) || of != c.of {
				t.Errorf("%v of %d, want %v of %d", at, of, c.since, c.of)
			}
		})
	}
}

// since is what the first finding by a rule says.
func since(t *testing.T, f *script.Forest, rule string) (time.Time, int) {
	t.Helper()
	l, err := finding.Find(context.Background(), f.Snapshot(model.NewPool()), finding.Query{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range l.Len() {
		if x := l.At(i); x.Rule.Name == rule {
			return x.Since()
		}
	}
	t.Fatalf("no finding by %s", rule)
	return time.Time{}, 0
}

// TestSinceOfSteps: a finding that rests on lists without a row of its own has their
// newest change too; one about an inherited entry that was found nowhere above has none.
func TestSinceOfSteps(t *testing.T) {
	set, inherited := script.Allow(svc, acl.WriteDACL, 0), script.Allow(svc, acl.WriteDACL, script.ID)
	const owner = acl.MailboxFullAccess
	sid := func(name string) acl.SID { return organisation().Of(name).SID }
	for name, c := range map[string]struct {
		rule string
		make func(*script.Forest)
		at   time.Time
		of   int
	}{
		"an entry":           {"can-write-dacl", account("u1", set), ago(2), 1},
		"from above":         {"can-write-dacl", account("u1", inherited), time.Time{}, 0},
		"two mailboxes":      {"pass-through", both(mailbox("u1", script.Allow(sid("u2"), owner, script.CI)), mailbox("u2", script.Allow(svc, owner, script.CI))), ago(5), 2},
		"an unordered list":  {"non-canonical", mailbox("u1", script.Allow(svc, owner, script.CI), script.Deny(svc, owner, script.CI)), ago(9), 1},
		"the organisation's": {"missing-deny", func(f *script.Forest) { f.Of("Contoso").Security = organisationACL() }, ago(4), 1},
	} {
		t.Run(name, func(t *testing.T) {
			f := organisation()
			c.make(f)
			also(f, func(w *model.Writer) {
				for name, given := range map[string]model.Stamps{"u1": stamps(ago(9), ago(2)), "u2": stamps(ago(5), ago(3)), "Contoso": stamps(ago(8), ago(4))} {
					w.Stamps(f.Of(name).DN, &given)
				}
			})
			if at, of := since(t, f, c.rule); !at.Equal(c.at) || of != c.of {
				t.Errorf("%v of %d, want %v of %d", at, of, c.at, c.of)
			}
		})
	}
}

// stamps are those of a mailbox whose two lists changed at these times.
func stamps(list, security time.Time) (out model.Stamps) {
	for a, at := range map[model.Stamped]time.Time{model.StampedMailboxSD: list, model.StampedSecurity: security} {
		out.Told[a], out.Of[a] = true, model.Stamp{At: at, Version: 1}
	}
	return out
}
