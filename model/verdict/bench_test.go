package verdict_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/internal/pool"
	"mbxperm/model/internal/script"
	"mbxperm/model/verdict"
)

// organisation is a large one: for each mailbox a fifth of a group, in six
// layers, each group of the layer above holding five of the one below, and on
// each list fifty entries. Ten mailboxes share a list, as those of a department
// do. Group 0 holds everybody.
func organisation(tb testing.TB, mailboxes int) *model.Snapshot {
	tb.Helper()
	return organisationWith(tb, mailboxes, false, false)
}

// organisationWith is the same, with roles that open mailboxes or without. Where it
// is shallow, lists and stores name groups of fifteen persons alone: the groups of
// the upper layers hold thousands, which makes 400 million lines of 100,000 mailboxes.
func organisationWith(tb testing.TB, mailboxes int, roles, shallow bool) *model.Snapshot {
	tb.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	w := model.NewWriter(model.NewPool())
	w.State = model.State{Phase: model.Finished}
	w.Domain(model.DomainInfo{DN: script.DomainDN, NetBIOS: "CONTOSO", SID: script.DomainSID, Root: true, Complete: true})
	w.Server("CN=EX1,"+script.ConfigDN, model.ServerVersion{Major: 15, Minor: 2, Build: 1544})
	w.Put(&model.Object{DN: "CN=EX1," + script.ConfigDN, Class: model.ClassServer, Above: true, SecurityState: model.Present, Security: script.SD()})
	const stores, perList, sharers = 20, 50, 10
	groups := mailboxes / 5
	user := func(n int) acl.SID { return script.DomainSID.WithRID(uint32(1_000_000 + n)) }
	group := func(n int) acl.SID { return script.DomainSID.WithRID(uint32(10_000_000 + n)) }
	named := func(n int) acl.SID {
		if shallow {
			n = n%(groups/6)*6 + 5
		}
		return group(n)
	}
	for i := range stores {
		w.Put(&model.Object{DN: fmt.Sprintf("CN=DB%d,%s", i, script.ConfigDN), Class: model.ClassStore, Server: "CN=EX1," + script.ConfigDN, SecurityState: model.Present,
			Security: script.SD(script.Allow(named(i), acl.ControlAccess, acl.ContainerInherit), script.ReceiveAs(named(i+stores), acl.ContainerInherit))})
	}
	userDN := func(n int) string { return fmt.Sprintf("CN=u%06d,OU=Staff,%s", n, script.DomainDN) }
	groupDN := func(n int) string { return fmt.Sprintf("CN=g%06d,OU=Groups,%s", n, script.DomainDN) }
	var sd []byte
	for i := range mailboxes {
		if i%sharers == 0 {
			aces := []acl.ACE{script.Allow(acl.SIDSelf, 0x20001, acl.ContainerInherit)}
			for k := range perList {
				who := user(r.IntN(mailboxes))
				if k%10 == 0 {
					who = named(1 + r.IntN(groups-1))
				}
				aces = append(aces, script.Allow(who, acl.MailboxFullAccess, acl.ContainerInherit))
			}
			sd = script.SD(aces...)
		}
		w.Put(&model.Object{DN: userDN(i), SID: user(i), Class: model.ClassUser, Account: fmt.Sprintf("u%06d", i), UAC: 0x200, PrimaryGroup: 513,
			Recipient: model.Mailbox, Type: "UserMailbox", HomeMDB: fmt.Sprintf("CN=DB%d,%s", i%stores, script.ConfigDN),
			MailboxState: model.Present, MailboxSD: sd, SecurityState: model.Present, Security: script.SD(), DelegatesState: model.Present})
	}
	for n := range groups {
		var members []string
		switch layer := n % 6; {
		case n == 0:
			for i := range mailboxes {
				members = append(members, userDN(i))
			}
		case layer == 5:
			for range 15 {
				members = append(members, userDN(r.IntN(mailboxes)))
			}
		default: // of the layer below
			for range 3 {
				members = append(members, groupDN(min(groups-1, r.IntN(groups)/6*6+layer+1)))
			}
		}
		w.Put(&model.Object{DN: groupDN(n), SID: group(n), Class: model.ClassGroup, GroupType: true, Universal: true, Account: fmt.Sprintf("g%06d", n),
			MembersState: model.Present, Members: members})
	}
	script.Roles(w)
	if roles {
		addRoles(w, userDN(7), groupDN(5))
	}
	w.Unresolved()
	return w.Snapshot()
}

var sizes = []int{10_000, 100_000, 1_000_000}

// each runs a benchmark at every size; the largest with -bench and without -short.
func each(b *testing.B, run func(b *testing.B, s *model.Snapshot)) {
	for _, n := range sizes {
		if testing.Short() && n > 100_000 {
			continue
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s := organisation(b, n)
			b.ReportAllocs()
			run(b, s)
		})
	}
}

// BenchmarkClosure is what is worked out once: who is in which group, and whose
// token holds each of them.
func BenchmarkClosure(b *testing.B) {
	each(b, func(b *testing.B, s *model.Snapshot) {
		for b.Loop() {
			fresh := s.Fresh()
			book := verdict.Of(fresh)
			for sid := pool.SID(1); uint32(sid) < fresh.SIDs.Len(); sid++ {
				if h := fresh.Holder(sid); h != 0 && fresh.Record(h).Class == model.ClassGroup {
					book.Graph().HoldersOf(sid, 0)
				}
			}
		}
	})
}

func lines(b *testing.B, s *model.Snapshot, q verdict.Query, most int) (n int) {
	b.Helper()
	err := verdict.Of(s).Lines(b.Context(), q, func(*verdict.Line) bool {
		n++
		return most == 0 || n < most
	})
	if err != nil {
		b.Fatal(err)
	}
	return n
}

// BenchmarkPerson finds all mailboxes of one person.
func BenchmarkPerson(b *testing.B) {
	each(b, func(b *testing.B, s *model.Snapshot) {
		lines(b, s, verdict.Query{Person: 7, Only: true}, 0)
		for b.Loop() {
			lines(b, s, verdict.Query{Person: 7, Only: true}, 0)
		}
	})
}

// BenchmarkMailbox finds all persons of one mailbox: each time of another, in a
// store that the group of everybody opens.
func BenchmarkMailbox(b *testing.B) {
	each(b, func(b *testing.B, s *model.Snapshot) {
		lines(b, s, verdict.Query{Mailboxes: []model.ObjectID{*s.Recipients.At(0)}}, 0)
		n := uint32(0)
		for b.Loop() {
			n = (n + 20) % s.Recipients.Len() // those of the first store
			lines(b, s, verdict.Query{Mailboxes: []model.ObjectID{*s.Recipients.At(n)}}, 0)
		}
	})
}

// BenchmarkEvery goes over mailboxes and persons, ten million lines at most.
func BenchmarkEvery(b *testing.B) {
	each(b, func(b *testing.B, s *model.Snapshot) {
		total := 0
		for b.Loop() {
			total += lines(b, s, verdict.Query{}, 10_000_000)
		}
		b.ReportMetric(float64(total)/b.Elapsed().Seconds(), "lines/s")
	})
}

// BenchmarkWhatIf leaves one person out of a group that is named on lists of
// mailboxes and on a store, in a group of another six layers up, and finds what that
// does: not above 200 ms among 100,000 mailboxes.
func BenchmarkWhatIf(b *testing.B) {
	each(b, func(b *testing.B, s *model.Snapshot) {
		lines(b, s, verdict.Query{Person: 7, Only: true}, 0)
		var changes []model.Change
		for id := model.ObjectID(1); uint32(id) < s.Objects.Len() && len(changes) < 64; id++ {
			if o := s.Record(id); o.Class == model.ClassGroup && o.Members.N == 15 {
				changes = append(changes, model.Change{Members: []model.MemberChange{{Group: id, Member: *s.Members.At(o.Members.First)}}})
			}
		}
		b.ResetTimer()
		n, found := 0, 0
		for b.Loop() {
			after, err := s.With(changes[n%len(changes)])
			if err != nil {
				b.Fatal(err)
			}
			n++
			if err := verdict.Effects(b.Context(), after, func(*verdict.Effect) bool { found++; return true }); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(found)/float64(n), "effects/op")
	})
}
