package verdict

import (
	"cmp"
	"slices"

	"mbxperm/model"
	"mbxperm/model/member"
)

// Gate is everything that decides about one recipient, to be looked at entry by
// entry: who is let in by which, and whom a deny keeps out. It may be used by any
// number of goroutines.
type Gate struct {
	b *Book
	t *target
}

// Gate returns that of a mailbox or another recipient.
func (b *Book) Gate(id model.ObjectID) *Gate { return &Gate{b, b.targetBy(id, b.run)} }

// Domain is that of the server whose tokens decide; 0 where it cannot be told.
func (g *Gate) Domain() member.Domain { return g.t.domain }

// Answer answers one question for a person, whatever it rests on.
func (g *Gate) Answer(p member.Person, q Question) Outcome { return g.t.of(p)[q] }

// Everybody answers one question for whoever is in no group and named nowhere.
func (g *Gate) Everybody(q Question) Outcome { return g.t.general()[q] }

// Line is that of a person: it says why.
func (g *Gate) Line(p member.Person) *Line {
	return &Line{Mailbox: g.t.id, Trustee: g.b.g.Trustee(p), Person: p, Single: true, Answers: g.t.of(p), b: g.b, t: g.t}
}

// By says what a [Decider] is.
type By uint8

// What decides.
const (
	ByOwner By = iota
	ByEntry
	ByDelegates // a value of publicDelegates
	ByRole      // a role assignment
	ByGap       // a part that was not read
)

// Decider is one thing that decides about a question: an entry, ownership, a role
// assignment or a delegate, or a part of these that was not read.
type Decider struct {
	By By
	// Way is how it lets in or keeps out: its chain is whom it names and what it is,
	// or, of a part that was not read, the words for that.
	Way
	// Trustee is whom it names; 0 where that is nobody.
	Trustee model.TrusteeID
	Holding *member.Holding // whose it is, as far as it is certain by itself
	// Takes are, of a deny, those whom it keeps out: in order of their numbers. All
	// reports that it keeps out whoever is named nowhere, too.
	Takes []member.Person
	All   bool
}

// Deciders returns what decides about a question: ownership first, then the entries
// in the order of evaluation, each list for itself, then what roles and delegates
// give.
func (g *Gate) Deciders(q Question) (out []Decider) {
	t := g.t
	if q == CanSendOnBehalf {
		return g.delegates()
	}
	if (q == CanOpen && t.open != nil || q == CanSendAs) && (len(t.owners) > 0 || t.anyone != member.No) {
		who := t.o.SID
		if sid, linked := mailboxSID(t.o); linked {
			who = sid
		}
		d := Decider{By: ByOwner, Trustee: model.TrusteeOfSID(who), Holding: &member.Holding{All: t.anyone, Persons: t.owners}}
		if who == 0 {
			d.Trustee = g.b.s.TrusteeOf(t.o.DN)
		}
		what := "owner of the mailbox"
		if !t.o.HasMailbox() {
			what = "the recipient itself"
		}
		d.Chain = []model.Phrase{g.b.nameOf(d.Trustee), model.Said(what)}
		out = append(out, d)
	}
	for _, r := range t.listsOf(q) {
		out = append(out, g.entries(r, q)...)
	}
	if q == CanOpen || q == CanSendAs {
		out = append(out, g.roles()...)
	}
	return out
}

// entries are those of one list.
func (g *Gate) entries(r *ran, q Question) (out []Decider) {
	l, line := r.list, &Line{Mailbox: g.t.id, b: g.b, t: g.t}
	takes, all := g.takes(r, q)
	for i := range l.entries {
		e := &l.entries[i]
		if e.effect == either {
			out = append(out, Decider{By: ByGap, Way: e.gap[0], Holding: &member.Holding{All: member.Unread}})
			continue
		}
		d := Decider{By: ByEntry, Trustee: model.TrusteeOfSID(e.who), Holding: through(g.b.HoldersOf(e.who, l.domain), e.own), Takes: takes[int32(i)], All: all == i}
		obj := cmp.Or(e.obj, g.t.id)
		d.Way = Way{Denies: e.effect == denies, Preset: e.preset, Obj: obj, Pos: e.pos, Mailbox: e.in == inMailbox, HasEntry: true,
			Chain: []model.Phrase{g.b.nameOf(d.Trustee), slices.Clip(g.b.spellEntry(e, obj))},
			Doubt: line.doubtOf(l, e, match{int32(i), member.Sure})}
		out = append(out, d)
	}
	return out
}

// through is what is left of a holding after what is itself no more than that certain.
func through(h *member.Holding, c member.Certainty) *member.Holding {
	if c == member.Sure {
		return h
	}
	out := &member.Holding{All: h.All.Through(c), Persons: slices.Clone(h.Persons)}
	for i := range out.Persons {
		out.Persons[i].Certainty = out.Persons[i].Certainty.Through(c)
	}
	return out
}

// takes says of each deny of a list whom it keeps out: those of whom the first entry
// that surely holds is that one, and who are let in by nothing else. all is
// the one that keeps out whoever is named nowhere; -1 for none.
func (g *Gate) takes(r *ran, q Question) (takes map[int32][]member.Person, all int) {
	l := r.list
	takes, all = map[int32][]member.Person{}, -1
	if !slices.ContainsFunc(l.entries, func(e entry) bool { return e.effect == denies }) {
		return takes, all
	}
	general := len(l.entries)
	if n := l.first(l.general); n < len(l.general) {
		general = int(l.general[n].entry)
	}
	if general < len(l.entries) && l.entries[general].effect == denies && g.t.general()[q].Answer == Denied {
		all = general
	}
	first := map[member.Person]int{}
	for i := range l.entries {
		e := &l.entries[i]
		if e.effect == either || e.who == 0 {
			continue
		}
		for _, h := range g.b.HoldersOf(e.who, l.domain).Persons {
			at, met := first[h.Person]
			if !met {
				at = general
			}
			if h.Certainty.Through(e.own)&member.Sure != 0 {
				at = min(at, i)
			}
			first[h.Person] = at
		}
	}
	for p, at := range first {
		if at < len(l.entries) && l.entries[at].effect == denies && r.of(p).Answer == Denied && g.t.of(p)[q].Answer == Denied {
			takes[int32(at)] = append(takes[int32(at)], p)
		}
	}
	for _, persons := range takes {
		slices.Sort(persons)
	}
	return takes, all
}

// roles are the assignments that count, those of the mailbox before those that count
// everywhere.
func (g *Gate) roles() (out []Decider) {
	b, line := g.b, &Line{Mailbox: g.t.id, b: g.b, t: g.t}
	for r := g.t.role; r != nil; r = r.base {
		for i := range r.entries {
			e := &r.entries[i]
			h := b.roleHolders(e.assignee, g.t.domain)
			who := model.TrusteeID(0)
			name := model.Said("nobody")
			if dn := b.rbac.Assignees[e.assignee].DN; dn != 0 {
				who = b.s.TrusteeOf(dn)
				name = b.nameOf(who)
			}
			for _, c := range e.counting {
				a := &b.rbac.Assignments[c.Assignment]
				d := Decider{By: ByRole, Trustee: who, Holding: through(h, c.Certainty), Way: Way{Assignment: a.Obj, Assignee: a.User}}
				d.Chain = []model.Phrase{name}
				if a.RoleAssignment.Role != 0 {
					d.Chain = append(d.Chain, named("role ", b.s.CN(a.RoleAssignment.Role)))
				}
				d.Chain = append(d.Chain, b.scopePhrase(a), named("assignment ", b.s.CN(b.s.Record(a.Obj).DN)))
				if c.Certainty&member.Sure == 0 {
					d.Doubt = line.roleDoubt(a, c, member.Sure)
				}
				out = append(out, d)
			}
		}
		if r.unread != nil {
			out = append(out, Decider{By: ByGap, Way: *r.unread, Holding: &member.Holding{All: member.Unread}})
		}
	}
	return out
}

// delegates are the values of publicDelegates.
func (g *Gate) delegates() (out []Decider) {
	b, o := g.b, g.t.o
	for i := range o.Delegates.N {
		dn := b.s.Delegates.At(o.Delegates.First + i).Who
		d := Decider{By: ByDelegates, Trustee: b.s.TrusteeOf(dn), Holding: b.NamedBy(dn)}
		d.Chain = []model.Phrase{b.nameOf(d.Trustee), model.Said("publicDelegates")}
		out = append(out, d)
	}
	if b.reads.DelegatesUnread(o) {
		text := model.Said("publicDelegates was not read")
		out = append(out, Decider{By: ByGap, Way: Way{Chain: []model.Phrase{text}, Doubt: text}, Holding: &member.Holding{All: member.Unread}})
	}
	return out
}
