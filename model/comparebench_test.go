package model_test

import (
	"encoding/binary"
	"fmt"
	"testing"

	"mbxperm/acl"
	"mbxperm/collector/demo"
	"mbxperm/collector/session"
	"mbxperm/model"
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
		n = compare(b, s[0], s[1], model.ChangeQuery{}).Len()
	}
	b.ReportMetric(float64(n), "changes")
}

// BenchmarkCompareAllDiffer compares two states of 100,000 mailboxes in which
// every account's descriptor differs, each from each: an entry of the domain,
// which all inherit, was replaced.
func BenchmarkCompareAllDiffer(b *testing.B) {
	pool := model.NewPool()
	build := func(mask acl.Mask) *model.Snapshot {
		s := newScript()
		w := model.NewWriter(pool)
		w.State = s.state
		w.Domain(s.domain)
		s.of("contoso").Security = sd(allow(rid(9), mask, ci))
		s.of("Staff").Security = sd(allow(rid(9), mask, ci|id))
		for _, o := range s.objects {
			w.Put(o)
		}
		for i := range 100_000 {
			g := acl.GUID{}
			binary.LittleEndian.PutUint32(g[:], uint32(i+1000))
			who := rid(uint32(10_000 + i))
			aces := make([]acl.ACE, 0, 30)
			for k := range 28 {
				aces = append(aces, allow(rid(uint32(100+k)), acl.ReadProperty, 0))
			}
			aces = append(aces, sendAs(who, 0), allow(rid(9), mask, ci|id))
			w.Put(&model.Object{DN: fmt.Sprintf("CN=m%d,%s", i, staffDN), GUID: g, SID: who, Class: model.ClassUser, Account: fmt.Sprint("m", i),
				Recipient: model.Mailbox, Type: "UserMailbox", MailboxState: model.Present, MailboxSD: sd(), SecurityState: model.Present, Security: sd(aces...)})
		}
		w.Unresolved()
		return w.Snapshot()
	}
	old, new := build(acl.FullControl), build(acl.ControlAccess)
	b.ReportAllocs()
	for b.Loop() {
		c := compare(b, old, new, model.ChangeQuery{Show: model.AllReasons})
		if c.Len() != 4 || c.Change(0).Reach != 100_000 {
			b.Fatalf("%d changes; want 4, each with all mailboxes", c.Len())
		}
	}
}

// BenchmarkChangesView filters and orders the changes of a comparison that was
// made, as each letter typed into a filter does.
func BenchmarkChangesView(b *testing.B) {
	s := twoDays(b, "demo:100000:1:0", "demo:100000:1:30")
	c := compare(b, s[0], s[1], model.ChangeQuery{}).Comparison
	for _, q := range []struct {
		name string
		q    model.ChangeQuery
	}{
		{"plain", model.ChangeQuery{}}, {"filter", model.ChangeQuery{Filter: "fullaccess !u0"}},
		{"by trustee", model.ChangeQuery{ByTrustee: true}}, {"by column", model.ChangeQuery{Sort: -8}},
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
