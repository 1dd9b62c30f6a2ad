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
			l, err := finding.Find(context.Background(), f.Snapshot(model.NewPool()), finding.Query{}, nil)
			if err != nil {
				t.Fatal(err)
			}
			seen := false
			for i := range l.Len() {
				x := l.At(i)
				if x.Rule.Name != "disabled" {
					continue
				}
				seen = true
				if at, of := x.Since(); !at.Equal(c.since) || of != c.of {
					t.Errorf("%v of %d, want %v of %d", at, of, c.since, c.of)
				}
			}
			if !seen {
				t.Fatal("no finding")
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
