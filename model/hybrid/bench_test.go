package hybrid_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/hybrid"
	"mbxperm/model/internal/script"
)

// organisation has mailboxes with so many grants each: to those of the same
// department, and now and then to somebody else, to a group, or to a service that
// opens a thousand of them.
func organisation(tb testing.TB, mailboxes, each int) *model.Snapshot {
	tb.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	w := model.NewWriter(model.NewPool())
	w.State = model.State{Phase: model.Finished}
	w.Domain(model.DomainInfo{DN: script.DomainDN, NetBIOS: "CONTOSO", SID: script.DomainSID, Root: true, Complete: true})
	w.Server("CN=EX1,"+script.ConfigDN, model.ServerVersion{Major: 15, Minor: 2, Build: 1544})
	w.Put(&model.Object{DN: "CN=EX1," + script.ConfigDN, Class: model.ClassServer, Above: true, SecurityState: model.Present, Security: script.SD()})
	w.Put(&model.Object{DN: "CN=DB1," + script.ConfigDN, Class: model.ClassStore, Server: "CN=EX1," + script.ConfigDN, SecurityState: model.Present, Security: script.SD()})
	user := func(n int) acl.SID { return script.DomainSID.WithRID(uint32(1_000_000 + n)) }
	userDN := func(n int) string { return fmt.Sprintf("CN=u%06d,OU=Staff,%s", n, script.DomainDN) }
	group := func(n int) acl.SID { return script.DomainSID.WithRID(uint32(10_000_000 + n)) }
	const groups, department = 100, 25
	for i := range mailboxes {
		aces := []acl.ACE{script.Allow(acl.SIDSelf, 0x20001, acl.ContainerInherit)}
		for range each {
			who := user(min(i/department*department+r.IntN(department), mailboxes-1))
			switch x := r.IntN(5000); {
			case x == 0:
				who = user(r.IntN(mailboxes))
			case x < 20:
				who = group(r.IntN(groups))
			case x < 60:
				who = user(x % 10)
			}
			aces = append(aces, script.Allow(who, acl.MailboxFullAccess, acl.ContainerInherit))
		}
		w.Put(&model.Object{DN: userDN(i), SID: user(i), Class: model.ClassUser, Account: fmt.Sprintf("u%06d", i), UAC: 0x200, PrimaryGroup: 513,
			Recipient: model.Mailbox, Type: "UserMailbox", HomeMDB: "CN=DB1," + script.ConfigDN,
			MailboxState: model.Present, MailboxSD: script.SD(aces...), SecurityState: model.Present, Security: script.SD(), DelegatesState: model.Present})
	}
	for n := range groups {
		var members []string
		for range 4 << (n % 5) {
			members = append(members, userDN(r.IntN(mailboxes)))
		}
		w.Put(&model.Object{DN: fmt.Sprintf("CN=g%06d,OU=Groups,%s", n, script.DomainDN), SID: group(n), Class: model.ClassGroup, GroupType: true, Universal: true, Account: fmt.Sprintf("g%06d", n),
			MembersState: model.Present, Members: members})
	}
	w.Unresolved()
	return w.Snapshot()
}

// BenchmarkBatches: 100,000 mailboxes with 2,000,000 grants in no more than 2 s.
func BenchmarkBatches(b *testing.B) {
	s := organisation(b, 100_000, 20)
	b.ReportAllocs()
	for b.Loop() {
		fresh := s.Fresh()
		start := time.Now()
		web, err := hybrid.NewWeb(b.Context(), fresh, hybrid.DefaultHub)
		if err != nil {
			b.Fatal(err)
		}
		worked := time.Since(start)
		plan, err := hybrid.Batches(b.Context(), web, hybrid.DefaultBatch)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(worked.Seconds(), "web-s")
		b.ReportMetric(float64(plan.Batches), "batches")
		b.ReportMetric(float64(plan.Torn), "torn")
		b.ReportMetric(float64(len(web.Hubs)), "hubs")
	}
}
