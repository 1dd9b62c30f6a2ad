package change

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/internal/script"
	"mbxperm/model/member"
	"mbxperm/model/verdict"
)

// What the effects say is held against all verdicts of both states, asked one by one.

// world is an organisation that is changed by chance.
type world struct {
	*script.Forest
	*rand.Rand
}

const (
	opensRole = "a,Impersonate-ExchangeUser"
	everyone  = 1<<63 | 1<<48 | 2<<24 | 2 // enabled, regular, recipient scopes Organization
)

func newWorld() *script.Forest {
	f := script.New()
	for _, name := range []string{"Inner", "Outer"} {
		f.Of(name).GroupType, f.Of(name).Universal = true, true
	}
	for i := byte(4); i <= 5; i++ {
		o := *f.Of("u3")
		o.Account = fmt.Sprintf("u%d", i)
		o.DN, o.GUID, o.SID = "CN="+o.Account+","+script.StaffDN, script.GUID(i), script.RID(uint32(i))
		f.Put(o)
	}
	f.Of("u5").HomeMDB = "CN=DB2," + script.ConfigDN
	f.Put(model.Object{DN: "CN=Domain Users,CN=Users," + script.DomainDN, GUID: script.GUID(50), SID: script.DomainSID.WithRID(513), Class: model.ClassGroup, Account: "Domain Users",
		GroupType: true, MembersState: model.Present})
	for _, name := range []string{"u1", "u2", "u3", "u4", "svc"} {
		f.Of(name).PrimaryGroup = 513
	}
	f.RBAC = []script.RoleObject{roleObject("Opener", opensRole), roleObject("Plain", "c,Get-Mailbox")}
	return f
}

func roleObject(name string, entries ...string) script.RoleObject {
	return script.RoleObject{Class: model.ClassRole, RoleFacts: model.RoleFacts{DN: script.RoleDN(name), Type: 14, TypeState: model.Present, Entries: entries, EntriesState: model.Present}}
}

func (w *world) user() string  { return fmt.Sprintf("u%d", 1+w.IntN(5)) }
func (w *world) group() string { return []string{"Inner", "Outer"}[w.IntN(2)] }

// trustee is somebody whom an entry may name.
func (w *world) trustee() acl.SID {
	return []acl.SID{script.RID(1), script.RID(2), script.RID(3), script.RID(9), script.RID(20), script.RID(21), script.RID(20), script.RID(21),
		acl.SIDEveryone, script.DomainSID.WithRID(513)}[w.IntN(10)]
}

// list is a list of one of its kind by chance.
func (w *world) list(entry func() acl.ACE) []byte {
	var all []acl.ACE
	for range w.IntN(4) {
		a := entry()
		if w.IntN(3) == 0 {
			a.Type++ // the deny that follows the allow
		}
		all = append(all, a)
	}
	if w.IntN(2) == 0 {
		w.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	}
	control := acl.Control(0)
	if w.IntN(6) == 0 {
		control = acl.DACLProtected
	}
	state := acl.ACLPresent
	return script.SDOf([]acl.SID{acl.SIDSystem, script.RID(2)}[w.IntN(2)], control, state, all...)
}

// change makes one change.
func (w *world) change() {
	who := w.user()
	switch w.IntN(13) {
	case 0, 1:
		w.Of(who).MailboxSD = w.list(func() acl.ACE { return script.Allow(w.trustee(), acl.MailboxFullAccess, script.CI) })
	case 2, 3:
		w.Of(who).Security = w.list(func() acl.ACE { return script.SendAs(w.trustee(), 0) })
	case 4:
		w.Of(fmt.Sprintf("DB%d", 1+w.IntN(2))).Security = w.list(func() acl.ACE { return script.ReceiveAs(w.trustee(), script.CI) })
	case 5, 6:
		w.member()
	case 7:
		w.Of(who).Delegates = nil
		for range w.IntN(3) {
			w.Of(who).Delegates = append(w.Of(who).Delegates, w.Of([]string{"u1", "u2", "svc", "Outer"}[w.IntN(4)]).DN)
		}
		slices.Sort(w.Of(who).Delegates)
		w.Of(who).Delegates = slices.Compact(w.Of(who).Delegates)
	case 8:
		w.Of(who).HomeMDB = fmt.Sprintf("CN=DB%d,%s", 1+w.IntN(2), script.ConfigDN)
	case 9:
		w.Of(who).UAC ^= 2
	case 10:
		w.role()
	case 11:
		a := script.SendAs(w.trustee(), script.CI)
		w.Of("Staff").Security = script.SD(a)
		a.Flags |= script.ID
		for _, name := range []string{"u1", "u4"} {
			w.Of(name).Security = script.SD(a)
		}
	case 12:
		w.account()
	}
}

func (w *world) member() {
	g := w.Of(w.group())
	m := w.Of([]string{"u1", "u2", "u3", "u4", "svc", "Inner"}[w.IntN(6)]).DN
	if m == g.DN {
		return
	}
	if at := slices.Index(g.Members, m); at >= 0 {
		g.Members = slices.Delete(slices.Clone(g.Members), at, at+1)
	} else {
		g.Members = append(slices.Clone(g.Members), m)
	}
}

func (w *world) role() {
	f := &w.RBAC[w.IntN(2)].RoleFacts
	if w.IntN(3) == 0 {
		f.Entries = [][]string{{opensRole}, {"c,Get-Mailbox"}}[w.IntN(2)]
		return
	}
	w.RBAC = w.RBAC[:2:2]
	for i := range w.IntN(3) {
		w.RBAC = append(w.RBAC, script.RoleObject{Class: model.ClassAssignment, RoleFacts: model.RoleFacts{DN: script.AssignmentDN(fmt.Sprint("A", i)),
			Role: w.RBAC[w.IntN(2)].DN, RoleState: model.Present, User: w.Of([]string{"u1", "svc", "Inner", "Domain Users"}[w.IntN(4)]).DN, UserState: model.Present, Flags: everyone, FlagsState: model.Present}})
	}
}

// account changes what an account is.
func (w *world) account() {
	switch w.IntN(6) {
	case 0:
		w.Of(w.group()).Distribution = !w.Of("Inner").Distribution
	case 1:
		w.Drop("u4")
		o := *w.Of("u3")
		o.DN, o.Account, o.GUID, o.SID = "CN=u4,"+script.StaffDN, "u4", script.GUID(byte(60+w.IntN(2))), script.RID(uint32(60+w.IntN(2)))
		w.Put(o)
	case 2:
		o := w.Of("u5")
		o.Recipient, o.MailboxState, o.MailboxSD, o.HomeMDB, o.Type = model.NoRecipient, 0, nil, "", ""
	case 3:
		w.Of("u5").Master = []acl.SID{{}, script.RID(2), script.RID(9)}[w.IntN(3)]
	case 4:
		w.Of("u3").PrimaryGroup = []uint32{513, 1021}[w.IntN(2)]
	case 5:
		w.Of("u2").Account = "renamed"
	}
}

// asked is who asks about what.
type asked struct {
	mailbox acl.GUID
	person  acl.SID
	q       verdict.Question
}

// answers are all that are not none.
func answers(t *testing.T, s *model.Snapshot) map[asked]verdict.Answer {
	t.Helper()
	out := map[asked]verdict.Answer{}
	g := verdict.Of(s).Graph()
	for p := range g.Len() {
		for _, recipients := range []bool{false, true} {
			err := verdict.Of(s).Lines(t.Context(), verdict.Query{Person: member.Person(p), Only: true, Expand: true, Recipients: recipients}, func(l *verdict.Line) bool {
				for q, a := range l.Answers {
					if a.Answer != verdict.None {
						out[asked{s.Record(l.Mailbox).GUID, s.SIDOf(g.Trustee(member.Person(p)).SID()), verdict.Question(q)}] = a.Answer
					}
				}
				return true
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	return out
}

// TestEffectsCoverAll: every verdict that differs between two states is told of a
// change, and what is told differs.
func TestEffectsCoverAll(t *testing.T) {
	differed := 0
	for seed := range uint64(400) {
		pool := model.NewPool()
		old, now := &world{newWorld(), rand.New(rand.NewPCG(seed, 1))}, &world{newWorld(), rand.New(rand.NewPCG(seed, 1))}
		for _, w := range []*world{old, now} {
			for range 12 {
				w.change()
			}
		}
		for range 1 + now.IntN(4) {
			now.change()
		}
		a, b := old.Snapshot(pool), now.Snapshot(pool)
		c, err := Compare(t.Context(), a, b, false)
		if err != nil {
			t.Fatal(err)
		}
		e, err := c.Effects(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if rest := e.Rest(); rest != nil {
			t.Errorf("seed %d: %s rests on no change of %s", seed, rest, toldBy(e))
		}
		differed += holdAgainst(t, seed, e, answers(t, a), answers(t, b))
		if t.Failed() {
			return
		}
	}
	if differed < 1000 {
		t.Errorf("%d verdicts differed: too few to show anything", differed)
	}
}

// holdAgainst looks for every differing answer in what is told.
func holdAgainst(t *testing.T, seed uint64, e *Effects, before, after map[asked]verdict.Answer) (n int) {
	t.Helper()
	wrong := func(k asked) {
		x, y := before[k], after[k]
		if x == y {
			return
		}
		n++
		if !e.tells(k, shiftOf(x, y)) {
			t.Errorf("seed %d: %v on %v for %s went from %v to %v, and is not told: %s", seed, k.q, k.mailbox, k.person, x, y, toldBy(e))
		}
	}
	for k := range before {
		if e.inBoth(k) {
			wrong(k)
		}
	}
	for k := range after {
		if before[k] == verdict.None && e.inBoth(k) {
			wrong(k)
		}
	}
	return n
}

// inBoth reports whether both states have the mailbox and the person.
func (e *Effects) inBoth(k asked) bool {
	for _, s := range []*model.Snapshot{e.c.Old, e.c.New} {
		box, person := false, false
		for id := model.ObjectID(1); uint32(id) < s.Objects.Len(); id++ {
			o := s.Record(id)
			box = box || o.GUID == k.mailbox && o.Recipient != model.NoRecipient
			person = person || s.SIDOf(o.SID) == k.person
		}
		if !box || !person {
			return false
		}
	}
	return true
}

// tells reports whether an answer is told of a change, for the person, or for a group
// or everybody who stands for him.
func (e *Effects) tells(k asked, how shift) bool {
	for _, of := range e.by {
		for i, v := range verbs {
			if v.q != k.q {
				continue
			}
			box, person := false, false
			for at := range of[i][how].mailboxes {
				box = box || e.c.State(at.state).Record(at.id).GUID == k.mailbox
			}
			for id, state := range of[i][how].persons {
				sid := e.c.State(state).SIDOf(id.SID())
				person = person || id == 0 || sid == k.person || sid == script.DomainSID.WithRID(513)
			}
			if box && person {
				return true
			}
		}
	}
	return false
}

func toldBy(e *Effects) (out []string) {
	for i := range e.c.List {
		ch := e.c.Change(&e.c.List[i])
		out = append(out, fmt.Sprintf("\n%s %s %s %s %s: %s", ch.Change, ch.Kind, ch.Target.Name, ch.Trustee.Name, ch.Right, e.phrase(int32(i))))
	}
	return out
}
