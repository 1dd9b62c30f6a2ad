package hybrid_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/hybrid"
	"mbxperm/model/internal/script"
	"mbxperm/model/verdict"
)

// world is a small organisation in which anything may happen: denies before and
// behind allows, groups in groups, owners elsewhere, mailboxes that moved.
func world(seed uint64, people int) *model.Snapshot {
	r := rand.New(rand.NewPCG(seed, 7))
	w := model.NewWriter(model.NewPool())
	w.State = model.State{Phase: model.Finished}
	w.Domain(model.DomainInfo{DN: script.DomainDN, NetBIOS: "CONTOSO", SID: script.DomainSID, Root: true, Complete: true})
	w.Server("CN=EX1,"+script.ConfigDN, model.ServerVersion{Major: 15, Minor: 2, Build: 1544})
	w.Put(&model.Object{DN: "CN=EX1," + script.ConfigDN, Class: model.ClassServer, Above: true, SecurityState: model.Present, Security: script.SD()})
	w.Put(&model.Object{DN: "CN=DB1," + script.ConfigDN, Class: model.ClassStore, Server: "CN=EX1," + script.ConfigDN, SecurityState: model.Present, Security: script.SD()})
	const groups = 5
	user := func(n int) acl.SID { return script.DomainSID.WithRID(uint32(2000 + n)) }
	group := func(n int) acl.SID { return script.DomainSID.WithRID(uint32(3000 + n)) }
	userDN := func(n int) string { return fmt.Sprintf("CN=u%03d,OU=Staff,%s", n, script.DomainDN) }
	groupDN := func(n int) string { return fmt.Sprintf("CN=g%d,OU=Groups,%s", n, script.DomainDN) }
	who := func() acl.SID {
		switch x := r.IntN(12); {
		case x < 3:
			return group(r.IntN(groups))
		case x == 3:
			return script.DomainSID.WithRID(uint32(9000 + r.IntN(3))) // nobody's
		}
		return user(r.IntN(people))
	}
	for i := range people {
		var box, account []acl.ACE
		for range r.IntN(4) {
			if a := who(); r.IntN(3) == 0 {
				box = append(box, script.Deny(a, acl.MailboxFullAccess, acl.ContainerInherit))
			} else {
				box = append(box, script.Allow(a, acl.MailboxFullAccess, acl.ContainerInherit))
			}
		}
		if r.IntN(3) == 0 {
			account = append(account, script.SendAs(who(), 0))
		}
		o := &model.Object{DN: userDN(i), SID: user(i), Class: model.ClassUser, Account: fmt.Sprintf("u%03d", i), UAC: 0x200, PrimaryGroup: 513,
			SecurityState: model.Present, Security: script.SD(account...), DelegatesState: model.Present}
		switch r.IntN(8) {
		case 0: // a service: nothing of Exchange's
		case 1:
			o.Recipient, o.Type = model.OtherRecipient, "RemoteUserMailbox"
			o.Placing = &model.Placing{Display: -1073741818, DisplayState: model.Present}
		default:
			o.Recipient, o.Type, o.HomeMDB, o.MailboxState, o.MailboxSD = model.Mailbox, "UserMailbox", "CN=DB1,"+script.ConfigDN, model.Present, script.SD(box...)
			if r.IntN(3) == 0 {
				o.Delegates = append(o.Delegates, userDN(r.IntN(people)))
			}
			if r.IntN(6) == 0 {
				o.Delegates = append(o.Delegates, groupDN(r.IntN(groups)))
			}
		}
		w.Put(o)
	}
	for n := range groups {
		var members []string
		for range r.IntN(4) {
			members = append(members, userDN(r.IntN(people)))
		}
		if n > 0 && r.IntN(2) == 0 {
			members = append(members, groupDN(r.IntN(n)))
		}
		w.Put(&model.Object{DN: groupDN(n), SID: group(n), Class: model.ClassGroup, GroupType: true, Universal: true, Account: fmt.Sprintf("g%d", n),
			Recipient: model.OtherRecipient, Type: "MailUniversalSecurityGroup", SecurityState: model.Present, Security: script.SD(), MembersState: model.Present, Members: members})
	}
	script.Roles(w)
	for _, sid := range w.Unresolved() {
		w.Missed(sid)
	}
	return w.Snapshot()
}

// plainTies are the ties by the verdicts on every pair: two mailboxes are tied
// where the person of one gets into the other, or may.
func plainTies(t *testing.T, s *model.Snapshot) map[[2]model.ObjectID]bool {
	t.Helper()
	out := map[[2]model.ObjectID]bool{}
	here := func(id model.ObjectID) bool {
		return id != 0 && s.Record(id).Recipient == model.Mailbox && s.PremisesOf(id) == model.OnPrem
	}
	err := verdict.Of(s).Lines(t.Context(), verdict.Query{Expand: true}, func(l *verdict.Line) bool {
		mine := hybrid.MailboxOf(s, verdict.Of(s).Graph(), l.Person)
		if !here(mine) || !here(l.Mailbox) || mine == l.Mailbox {
			return true
		}
		for _, q := range []verdict.Question{verdict.CanOpen, verdict.CanSendAs, verdict.CanSendOnBehalf} {
			if a := l.Answers[q]; a.Answer >= verdict.Possible && a.Basis == verdict.Grant {
				out[[2]model.ObjectID{min(mine, l.Mailbox), max(mine, l.Mailbox)}] = true
			}
		}
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestTies holds the web against the verdicts, and the batches against what they
// promise: every mailbox here once, none too large, torn what crosses between two,
// and nothing torn that would have fitted.
func TestTies(t *testing.T) {
	ties, torn := 0, 0
	for seed := range uint64(200) {
		s := world(seed, 14)
		want := plainTies(t, s)
		web, err := hybrid.NewWeb(t.Context(), s, 1000)
		if err != nil {
			t.Fatal(err)
		}
		for _, size := range []int{1, 3, 5, 1000} {
			plan, err := hybrid.Batches(t.Context(), web, size)
			if err != nil {
				t.Fatal(err)
			}
			got, batch, full := map[[2]model.ObjectID]bool{}, map[model.ObjectID]int{}, map[int]int{}
			crossing := 0
			for i := range plan.Len() {
				m := plan.Line(i)
				batch[m.Mailbox] = m.Batch
				full[m.Batch]++
				crossing += len(m.Torn)
				for _, other := range append(slices.Clone(m.Tied), m.Torn...) {
					got[[2]model.ObjectID{min(m.Mailbox, other), max(m.Mailbox, other)}] = true
				}
			}
			for pair := range want {
				if !got[pair] {
					t.Fatalf("seed %d: %s and %s are not tied", seed, name(s, pair[0]), name(s, pair[1]))
				}
			}
			for pair := range got {
				if !want[pair] {
					t.Fatalf("seed %d: %s and %s are tied, and no verdict says so", seed, name(s, pair[0]), name(s, pair[1]))
				}
			}
			if len(batch) != plan.Len() || crossing != 2*plan.Torn {
				t.Fatalf("seed %d: %d of %d mailboxes, %d torn, %d seen", seed, len(batch), plan.Len(), plan.Torn, crossing)
			}
			for n, k := range full {
				if k > size || n < 1 || n > plan.Batches {
					t.Fatalf("seed %d: batch %d has %d mailboxes", seed, n, k)
				}
			}
			if size == 1000 && plan.Torn > 0 {
				t.Fatalf("seed %d: %d ties torn although all fits in one batch", seed, plan.Torn)
			}
			torn += plan.Torn
		}
		ties += len(want)
		for id := range batchOf(t, s, web) {
			direct, further, ok := web.Neighbours(id)
			if !ok {
				t.Fatalf("seed %d: %s is no mailbox here", seed, name(s, id))
			}
			near := map[model.ObjectID]bool{}
			for pair := range want {
				if pair[0] == id {
					near[pair[1]] = true
				} else if pair[1] == id {
					near[pair[0]] = true
				}
			}
			if len(near) != len(direct) {
				t.Fatalf("seed %d: %s has %d neighbours, want %d", seed, name(s, id), len(direct), len(near))
			}
			if reach := reachOf(id, want); len(reach) != 1+len(direct)+len(further) {
				t.Fatalf("seed %d: %s moves with %d, want %d", seed, name(s, id), len(direct)+len(further), len(reach)-1)
			}
		}
	}
	if ties < 1000 || torn < 1000 {
		t.Errorf("only %d ties, %d torn", ties, torn)
	}
}

func name(s *model.Snapshot, id model.ObjectID) string { return s.ObjectName(s.Record(id)) }

func batchOf(t *testing.T, s *model.Snapshot, web *hybrid.Web) map[model.ObjectID]bool {
	plan, err := hybrid.Batches(t.Context(), web, 1)
	if err != nil {
		t.Fatal(err)
	}
	out := map[model.ObjectID]bool{}
	for i := range plan.Len() {
		out[plan.Line(i).Mailbox] = true
	}
	return out
}

// reachOf is what is tied to a mailbox, by pairs.
func reachOf(id model.ObjectID, pairs map[[2]model.ObjectID]bool) map[model.ObjectID]bool {
	out := map[model.ObjectID]bool{id: true}
	for grown := true; grown; {
		grown = false
		for p := range pairs {
			if out[p[0]] != out[p[1]] {
				out[p[0]], out[p[1]], grown = true, true, true
			}
		}
	}
	return out
}

// TestHubs: one that ties ten thousand mailboxes is cut and named, a group of that
// size too, and neither makes a batch of the rest.
func TestHubs(t *testing.T) {
	const people = 10_000
	w := model.NewWriter(model.NewPool())
	w.State = model.State{Phase: model.Finished}
	w.Domain(model.DomainInfo{DN: script.DomainDN, NetBIOS: "CONTOSO", SID: script.DomainSID, Root: true, Complete: true})
	sid := func(n int) acl.SID { return script.DomainSID.WithRID(uint32(100_000 + n)) }
	dn := func(n int) string { return fmt.Sprintf("CN=u%05d,%s", n, script.DomainDN) }
	var members []string
	for i := range people {
		aces := []acl.ACE{script.Allow(sid(0), acl.MailboxFullAccess, 0), script.Allow(script.RID(21), acl.MailboxFullAccess, 0), script.Allow(acl.SIDEveryone, acl.MailboxFullAccess, 0)}
		if i%2 == 1 {
			aces = append(aces, script.Allow(sid(i-1), acl.MailboxFullAccess, 0))
		}
		w.Put(&model.Object{DN: dn(i), SID: sid(i), Class: model.ClassUser, Account: fmt.Sprintf("u%05d", i), UAC: 0x200, Recipient: model.Mailbox, Type: "UserMailbox",
			HomeMDB: "CN=DB1," + script.ConfigDN, MailboxState: model.Present, MailboxSD: script.SD(aces...), SecurityState: model.Present, Security: script.SD(), DelegatesState: model.Present,
			Delegates: []string{"CN=g21," + script.DomainDN}})
		members = append(members, dn(i))
	}
	w.Put(&model.Object{DN: "CN=g21," + script.DomainDN, SID: script.RID(21), Class: model.ClassGroup, GroupType: true, Universal: true, Account: "g21",
		Recipient: model.OtherRecipient, Type: "MailUniversalSecurityGroup", MembersState: model.Present, Members: members, SecurityState: model.Present, Security: script.SD()})
	w.Unresolved()
	s := w.Snapshot()
	web, err := hybrid.NewWeb(t.Context(), s, hybrid.DefaultHub)
	if err != nil {
		t.Fatal(err)
	}
	if len(web.Hubs) != 3 {
		t.Fatalf("%d hubs: %+v", len(web.Hubs), web.Hubs)
	}
	for _, h := range web.Hubs {
		want := map[string]hybrid.Hub{
			hybrid.HubMailbox:   {Ties: people - 1, On: 0},
			hybrid.HubGroup:     {Ties: people, On: 2 * people},
			hybrid.HubEverybody: {Ties: 0, On: people},
		}[h.Kind]
		if h.Ties != want.Ties || h.On != want.On {
			t.Errorf("%s: ties %d on %d, want %d on %d", h.Kind, h.Ties, h.On, want.Ties, want.On)
		}
	}
	plan, err := hybrid.Batches(t.Context(), web, 2)
	if err != nil {
		t.Fatal(err)
	}
	if plan.Batches != people/2 || plan.Torn != 0 {
		t.Errorf("%d batches, %d torn: pairs of two should have stayed together", plan.Batches, plan.Torn)
	}
}
