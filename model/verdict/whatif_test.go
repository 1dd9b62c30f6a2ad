package verdict_test

import (
	"context"
	"fmt"
	"math/rand/v2"

	"slices"
	"strings"
	"testing"

	"mbxperm/model"
	"mbxperm/model/verdict"
)

// A what-if is held against the plain implementation: the change is made in the
// data, and the plain implementation asked anew.

// changer makes changes in the data of an organisation, and the same as one that a
// snapshot is asked with.
type changer struct {
	dice
	s      *model.Snapshot
	data   *forest
	change model.Change
	said   []string
}

// whatIf makes up to three changes by chance.
func whatIf(seed int, o *forest) *changer {
	c := &changer{dice: dice{rand.New(rand.NewPCG(uint64(seed), 77))}, s: o.snapshot(), data: o.clone()}
	for range 1 + c.IntN(3) {
		switch c.IntN(6) {
		case 0, 1:
			c.member()
		case 2:
			c.delegate()
		case 3:
			c.primary()
		default:
			c.entry()
		}
	}
	return c
}

func (c *changer) object(dn string) model.ObjectID {
	for id := model.ObjectID(1); uint32(id) < c.s.Objects.Len(); id++ {
		if c.s.DNText(c.s.Record(id).DN) == dn {
			return id
		}
	}
	return 0
}

// seenAccount is one that was delivered and may be somebody's member.
func (c *changer) seenAccount(ok func(*account) bool) *account {
	var found []*account
	for _, a := range c.data.Accounts {
		if !a.Hidden && a.Kind != "deleted" && a.Scope != "builtin" && ok(a) {
			found = append(found, a)
		}
	}
	if found == nil {
		return nil
	}
	return pick(c.dice, found...)
}

func (c *changer) member() {
	g := c.seenAccount(func(a *account) bool { return a.Kind == "group" && a.MembersState == "" })
	if g == nil {
		return
	}
	who := c.seenAccount(func(*account) bool { return true })
	if who == nil {
		return
	}
	if c.in(2) && len(g.Members) > 0 {
		if name := pick(c.dice, g.Members...); name != "Nobody" {
			who = c.data.account(name)
		}
	}
	if who == nil {
		return
	}
	id := c.object(c.data.dn(who.Name))
	if id == 0 {
		return
	}
	at := slices.Index(g.Members, who.Name)
	m := model.MemberChange{Group: c.object(c.data.dn(g.Name)), Member: c.s.Record(id).DN, Add: at < 0}
	if slices.ContainsFunc(c.change.Members, func(x model.MemberChange) bool { return x.Group == m.Group && x.Member == m.Member }) {
		return
	}
	if m.Add {
		g.Members = append(g.Members, who.Name)
	} else {
		g.Members = slices.Delete(g.Members, at, at+1)
	}
	c.change.Members = append(c.change.Members, m)
	c.said = append(c.said, fmt.Sprintf("member %s of %s: %v", who.Name, g.Name, m.Add))
}

// primary leaves somebody out of his primary group.
func (c *changer) primary() {
	who := c.seenAccount(func(a *account) bool { return a.Primary != "" && a.SID != "" && a.Kind != "group" })
	if who == nil {
		return
	}
	g := c.seenAccount(func(a *account) bool { return a.Kind == "group" && a.SID == who.Primary })
	if g == nil {
		return
	}
	p := model.PrimaryChange{Who: c.object(c.data.dn(who.Name)), Group: c.object(c.data.dn(g.Name))}
	if p.Who == 0 || p.Group == 0 || slices.Contains(c.change.Primaries, p) || c.s.Record(p.Who).PrimaryGroup == 0 {
		return
	}
	who.Primary = fmt.Sprintf("%s-%d", domainOf(who.SID), model.NoPrimaryGroup)
	c.change.Primaries = append(c.change.Primaries, p)
	c.said = append(c.said, fmt.Sprintf("primary %s of %s", g.Name, who.Name))
}

func (c *changer) delegate() {
	m := c.seenAccount(func(a *account) bool { return a.Recipient != "" && a.DelegatesState == "" })
	who := c.seenAccount(func(*account) bool { return true })
	if m == nil || who == nil {
		return
	}
	if c.in(2) && len(m.Delegates) > 0 {
		who = c.data.account(pick(c.dice, m.Delegates...))
	}
	if who == nil {
		return
	}
	id := c.object(c.data.dn(who.Name))
	if id == 0 || len(c.change.Delegates) > 0 {
		return
	}
	at := slices.Index(m.Delegates, who.Name)
	d := model.DelegateChange{Target: c.object(c.data.dn(m.Name)), Who: c.s.Record(id).DN, Add: at < 0}
	if d.Add {
		m.Delegates = append(m.Delegates, who.Name)
	} else {
		m.Delegates = slices.Delete(m.Delegates, at, at+1)
	}
	c.change.Delegates = append(c.change.Delegates, d)
	c.said = append(c.said, fmt.Sprintf("delegate %s of %s: %v", who.Name, m.Name, d.Add))
}

// aList is a list of the data, and where it is in a snapshot.
type aList struct {
	dn      string
	mailbox bool
	list    *list
	one     func(*maker) entry
}

func (c *changer) lists() (out []aList) {
	add := func(dn string, mailbox bool, l *list, one func(*maker) entry) {
		if l.State == "" && l.None == "" {
			out = append(out, aList{dn, mailbox, l, one})
		}
	}
	for _, s := range c.data.Stores {
		if !s.Hidden {
			add(storeDN(s.Name), false, &s.List, func(m *maker) entry { return m.onStore(storeAdmin) })
		}
	}
	for _, s := range c.data.Servers {
		if !s.Hidden {
			add(serverDN(s.Name), false, &s.List, func(m *maker) entry { return m.onStore(transport, delegation) })
		}
	}
	for _, a := range c.data.Accounts {
		if a.Hidden || a.Recipient == "" {
			continue
		}
		add(c.data.dn(a.Name), false, &a.List, (*maker).onAccount)
		if a.Recipient == "mailbox" {
			add(c.data.dn(a.Name), true, &a.Mailbox, (*maker).onMailbox)
		}
	}
	return out
}

func (c *changer) entry() {
	all := c.lists()
	if len(all) == 0 || len(c.change.Lists) > 0 {
		return
	}
	l := pick(c.dice, all...)
	x := model.ListChange{Obj: c.object(l.dn), Mailbox: l.mailbox}
	if n := len(l.list.Entries); n > 0 && c.in(2) {
		i := c.IntN(n)
		_, of := c.s.ACEsOf(x.Desc(c.s.Record(x.Obj)))
		x.Out = []uint32{of - uint32(n) + uint32(i)} // behind those that let it be read
		c.said = append(c.said, fmt.Sprintf("without %+v of %s", l.list.Entries[i], l.dn))
		l.list.Entries = slices.Delete(l.list.Entries, i, i+1)
	} else {
		m := &maker{dice: c.dice, o: c.data, sids: []string{sidEveryone, "S-1-5-11", sidSelf}}
		for _, a := range c.data.Accounts {
			if !a.Hidden && a.SID != "" {
				m.sids = append(m.sids, a.SID)
			}
		}
		e := l.one(m)
		x.In = append(x.In, e.ace())
		i := slices.IndexFunc(l.list.Entries, func(other entry) bool { return other.is("ID") || e.Deny && !other.Deny })
		if i < 0 {
			i = n
		}
		l.list.Entries = slices.Insert(l.list.Entries, i, e)
		c.said = append(c.said, fmt.Sprintf("with %+v on %s", e, l.dn))
	}
	c.change.Lists = append(c.change.Lists, x)
}

// only keeps the pairs of persons whom the plain implementation knows: a SID that
// no entry names any more is nobody's.
func (t table) only(persons []person) table {
	out := table{}
	for p, a := range t {
		if slices.ContainsFunc(persons, func(x person) bool { return x.SID == p.Person }) {
			out[p] = a
		}
	}
	return out
}

// whatIfWrong says on what a what-if and the data with the change do not agree, in
// verdicts or in what the effects say of these.
func whatIfWrong(seed int) func(o *forest) string {
	return func(o *forest) (out string) {
		c := whatIf(seed, o)
		defer func() {
			if p := recover(); p != nil {
				out = fmt.Sprint(c.said, ": panic: ", p)
			}
		}()
		before := map[bool]table{}
		for _, other := range []bool{false, true} {
			var err error
			if before[other], err = o.expanded(verdict.Of(c.s), c.s, verdict.Query{Recipients: other}); err != nil {
				return err.Error()
			}
		}
		after, err := c.s.With(c.change)
		if err != nil && strings.Contains(err.Error(), "nobody was read who has the SID") { // as of Domain Admins where these were not delivered
			return ""
		}
		if err != nil {
			return fmt.Sprint(c.said, ": ", err)
		}
		said, everybody, err := o.effects(after)
		if err != nil {
			return err.Error()
		}
		for _, other := range []bool{false, true} {
			got, err := o.expanded(verdict.Of(after), after, verdict.Query{Recipients: other})
			if err != nil {
				return err.Error()
			}
			want := c.data.byHand(map[bool]string{false: "mailbox", true: "other"}[other])
			if d := unequal(want, got.only(c.data.persons())); d != "" {
				return d + " after " + fmt.Sprint(c.said)
			}
			if d := toldWrong(before[other], got, said, everybody); d != "" {
				return d + " after " + fmt.Sprint(c.said)
			}
		}
		return ""
	}
}

// turned are the answers of a line before and after.
type turned [2][4]outcome

// effects asks package verdict what a change does, by pair and, for everybody else,
// by mailbox.
func (o *forest) effects(after *model.Snapshot) (pairs map[pair]turned, everybody map[string]turned, err error) {
	names := o.namesOf(after)
	pairs, everybody = map[pair]turned{}, map[string]turned{}
	err = verdict.Effects(context.Background(), after, func(e *verdict.Effect) bool {
		t := turned{toldBy(e.Before), toldBy(e.After)}
		if !e.After.Single {
			everybody[names[e.Mailbox]] = t
			return true
		}
		p := pair{textOf(after.SIDOf(e.After.Trustee.SID())), names[e.Mailbox]}
		if _, twice := pairs[p]; twice {
			panic(fmt.Sprintf("two lines for %v", p))
		}
		pairs[p] = t
		drawn := everybody[p.Target]
		for q := range verdict.Question(4) {
			if e.Turns[q] == verdict.Same && t[0][q].Answer != t[1][q].Answer && (t[0][q].Answer != drawn[0][q].Answer || t[1][q].Answer != drawn[1][q].Answer) {
				panic(fmt.Sprintf("%v: %v, and it is told for nobody", p, t))
			}
		}
		return true
	})
	return pairs, everybody, err
}

// toldWrong holds the effects against all pairs before and after: each that got
// another answer is told, by itself or as one of everybody else; what is told is so.
func toldWrong(before, after table, said map[pair]turned, everybody map[string]turned) string {
	all := table{}
	for p, a := range before {
		all[p] = a
	}
	for p, a := range after {
		all[p] = a
	}
	for _, p := range sortedPairs(all) {
		truth := turned{before[p], after[p]}
		t, own := said[p]
		switch {
		case own && t != truth:
			return fmt.Sprintf("%s on %s: told %v, and it is %v", p.Person, p.Target, t, truth)
		case own:
			continue
		}
		for q := range 4 {
			if truth[0][q].Answer == truth[1][q].Answer {
				continue
			}
			if drawn := everybody[p.Target]; drawn[0][q].Answer != truth[0][q].Answer || drawn[1][q].Answer != truth[1][q].Answer {
				return fmt.Sprintf("%s on %s: not told, and it is %v", p.Person, p.Target, truth)
			}
		}
	}
	return ""
}

// TestWhatIfAgrees holds what-ifs by chance against the data with the change.
func TestWhatIfAgrees(t *testing.T) {
	seeds := 600
	if testing.Short() {
		seeds = 200
	}
	kinds := map[string]int{}
	for seed := range seeds {
		o := makeForest(seed, false)
		for _, s := range whatIf(seed, o).said {
			kinds[s[:strings.IndexByte(s, ' ')]]++
		}
		if d := whatIfWrong(seed)(o); d != "" {
			t.Fatalf("seed %d: %s", seed, d)
		}
	}
	for _, kind := range []string{"member", "primary", "delegate", "with", "without"} {
		if kinds[kind] < seeds/10 {
			t.Errorf("only %d changes of the kind %s", kinds[kind], kind)
		}
	}
}

// TestWhatIfUnread: the same where things were not read.
func TestWhatIfUnread(t *testing.T) {
	for seed := range 300 {
		if d := whatIfWrong(seed)(makeForest(seed+10_000, true)); d != "" {
			t.Fatalf("seed %d: %s", seed, d)
		}
	}
}
