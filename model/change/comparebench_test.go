package change_test

import (
	"encoding/binary"
	"fmt"
	"testing"

	"mbxperm/acl"
	"mbxperm/collector/demo"
	"mbxperm/collector/session"
	"mbxperm/model"
	"mbxperm/model/change"
	"mbxperm/model/hiding"
	"mbxperm/model/internal/script"
)

// twoDays reads two states into one pool.
func twoDays(b *testing.B, specs ...string) (s [2]*model.Snapshot) {
	b.Helper()
	pool := model.NewPool()
	for i, spec := range specs {
		src, err := demo.New(spec)
		if err != nil {
			b.Fatal(err)
		}
		c := session.Start(b.Context(), src, pool, nil)
		<-c.Done()
		s[i] = c.Snapshot()
	}
	return s
}

// BenchmarkCompare compares two days of 100,000 mailboxes that are open.
func BenchmarkCompare(b *testing.B) {
	s := twoDays(b, "demo:100000:1:0", "demo:100000:1:5")
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		n = compare(b, s[0], s[1], change.Query{}).Len()
	}
	b.ReportMetric(float64(n), "changes")
}

// BenchmarkCompareAllDiffer compares two states of 100,000 mailboxes in which
// every account's descriptor differs, each from each: an entry of the domain,
// which all inherit, was replaced.
func BenchmarkCompareAllDiffer(b *testing.B) {
	pool := model.NewPool()
	build := func(mask acl.Mask) *model.Snapshot {
		s := script.New()
		w := model.NewWriter(pool)
		w.State = s.State
		w.Domain(s.Domain)
		s.Of("contoso").Security = script.SD(script.Allow(script.RID(9), mask, script.CI))
		s.Of("Staff").Security = script.SD(script.Allow(script.RID(9), mask, script.CI|script.ID))
		for _, o := range s.Objects {
			w.Put(o)
		}
		for i := range 100_000 {
			g := acl.GUID{}
			binary.LittleEndian.PutUint32(g[:], uint32(i+1000))
			who := script.RID(uint32(10_000 + i))
			aces := make([]acl.ACE, 0, 30)
			for k := range 28 {
				aces = append(aces, script.Allow(script.RID(uint32(100+k)), acl.ReadProperty, 0))
			}
			aces = append(aces, script.SendAs(who, 0), script.Allow(script.RID(9), mask, script.CI|script.ID))
			w.Put(&model.Object{DN: fmt.Sprintf("CN=m%d,%s", i, script.StaffDN), GUID: g, SID: who, Class: model.ClassUser, Account: fmt.Sprint("m", i),
				Recipient: model.Mailbox, Type: "UserMailbox", MailboxState: model.Present, MailboxSD: script.SD(), SecurityState: model.Present, Security: script.SD(aces...)})
		}
		w.Unresolved()
		return w.Snapshot()
	}
	old, new := build(acl.FullControl), build(acl.ControlAccess)
	b.ReportAllocs()
	for b.Loop() {
		c := compare(b, old, new, change.Query{Show: hiding.All})
		if c.Len() != 4 || c.Change(0).Reach != 100_000 {
			b.Fatalf("%d changes; want 4, each with all mailboxes", c.Len())
		}
	}
}

// BenchmarkChangesView filters and orders the changes of a comparison that was
// made, as each letter typed into a filter does.
func BenchmarkChangesView(b *testing.B) {
	s := twoDays(b, "demo:100000:1:0", "demo:100000:1:30")
	c := compare(b, s[0], s[1], change.Query{}).Comparison
	for _, q := range []struct {
		name string
		q    change.Query
	}{
		{"plain", change.Query{}}, {"filter", change.Query{Filter: "fullaccess !u0"}},
		{"by trustee", change.Query{ByTrustee: true}}, {"by column", change.Query{Sort: -8}},
	} {
		b.Run(q.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r, err := c.View(b.Context(), q.q)
				if err != nil || r.Len() == 0 {
					b.Fatal(r.Len(), err)
				}
			}
		})
	}
}
