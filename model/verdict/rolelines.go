package verdict

import (
	"slices"

	"mbxperm/model"
	"mbxperm/model/member"
)

// What a role gives on every mailbox is one fact and has one line for its holder,
// for all mailboxes together. On a mailbox where roles give him something else he
// has a line of his own.

// roleLines makes the lines for many mailboxes: what is unknown for everybody
// first, then what policies and the like stand for, then each holder.
func (a *asking) roleLines(targets []model.ObjectID) (out []*Line) {
	if !a.drawsRoles() {
		return nil
	}
	b, p := a.b, plansOf(a.b.s)
	counts := make([]int, len(p.roles))
	for _, id := range targets {
		if n := p.of[id].role; n != noList {
			counts[n]++
		}
	}
	bases := a.basesOf(counts)
	apart := a.apart(bases)
	drawn, singles := &roleLines{}, &roleLines{}
	for _, base := range bases {
		everybody := roleOutcome(base.through(0))
		for _, who := range base.speakers(b.roleSpeaker(everybody)) {
			o := roleOutcome(base.through(who))
			if who == b.roleSpeaker(everybody) {
				o = everybody
			} else if !saysMore(bases, who) || a.q.Only && !base.isIn(who, a.q.Person) {
				continue
			}
			n := a.alike(counts, base, func(r *roleRan) Outcome { return roleOutcome(r.through(who)) }, o)
			drawn.add(&Line{Trustee: who, Answers: roleAnswers(o), b: b, role: base}, n)
		}
		a.singles(singles, counts, base, apart)
	}
	b.sortByPerson(drawn.lines)
	rank := order.Of(b.s).rank
	slices.SortStableFunc(singles.lines, func(x, y *Line) int { return int(rank[x.Person]) - int(rank[y.Person]) })
	return append(drawn.lines, singles.lines...)
}

// roleLines are lines for many mailboxes, each trustee and answer once.
type roleLines struct {
	lines []*Line
	at    map[roleLineKey]*Line
}

type roleLineKey struct {
	who    model.TrusteeID
	person member.Person
	single bool
	answer Answer
}

// add adds a line about n mailboxes, if there are any.
func (r *roleLines) add(l *Line, n int) {
	if n == 0 || l.Answers.none() {
		return
	}
	k := roleLineKey{l.Trustee, l.Person, l.Single, l.Answers[CanOpen].Answer}
	if known := r.at[k]; known != nil {
		l = known
	} else {
		if r.at == nil {
			r.at = map[roleLineKey]*Line{}
		}
		r.at[k], r.lines = l, append(r.lines, l)
	}
	l.On[CanOpen], l.On[CanSendAs] = l.On[CanOpen]+n, l.On[CanSendAs]+n
}

// apart are the persons of whom the lines for many do not say all: they have lines
// of their own for each answer, on whichever servers.
func (a *asking) apart(bases []*roleRan) map[member.Person]bool {
	out := map[member.Person]bool{}
	for _, base := range bases {
		for _, p := range a.holdersOf(base) {
			if roleOutcome(base.of(p)).Answer != base.saidOf(p).Answer {
				out[p] = true
			}
		}
	}
	return out
}

// saysMore reports whether a wide assignee gets more than everybody anywhere.
func saysMore(bases []*roleRan, who model.TrusteeID) bool {
	return slices.ContainsFunc(bases, func(r *roleRan) bool {
		return roleOutcome(r.through(who)).Answer != roleOutcome(r.through(0)).Answer
	})
}

// basesOf are the different bases of the mailboxes in question, in their order.
func (a *asking) basesOf(counts []int) (out []*roleRan) {
	for number, n := range counts {
		if base := a.b.everywhereOf(plansOf(a.b.s).roles[number]); n > 0 && !slices.Contains(out, base) {
			out = append(out, base)
		}
	}
	return out
}

// speakers are those for whom lines stand: whoever speaks for everybody, where
// everybody gets something, and the wide assignees.
func (r *roleRan) speakers(everybody model.TrusteeID) (out []model.TrusteeID) {
	if r.general != member.No {
		out = append(out, everybody)
	}
	for _, w := range r.wide {
		if !slices.Contains(out, w.who) {
			out = append(out, w.who)
		}
	}
	return out
}

func (r *roleRan) isIn(who model.TrusteeID, p member.Person) bool {
	return slices.ContainsFunc(r.wide, func(w roleWide) bool { return w.who == who && certaintyIn(w.holders, p)&member.Sure != 0 })
}

// roleSpeaker is the trustee of the line for everybody: nobody where that is
// unknown, else what makes a group hold everybody.
func (b *Book) roleSpeaker(o Outcome) model.TrusteeID {
	if o.Answer == Unknown {
		return 0
	}
	return model.TrusteeOfSID(b.g.Everybody())
}

// alike counts the mailboxes of a base on which roles come to the same as
// everywhere.
func (a *asking) alike(counts []int, base *roleRan, of func(*roleRan) Outcome, same Outcome) (n int) {
	b, p := a.b, plansOf(a.b.s)
	for number, count := range counts {
		if k := p.roles[number]; count > 0 && b.everywhereOf(k) == base && of(b.roleRun(k)).Answer == same.Answer {
			n += count
		}
	}
	return n
}

// singles makes the lines of those persons of a base of whom the lines for many do
// not say all.
func (a *asking) singles(out *roleLines, counts []int, base *roleRan, apart map[member.Person]bool) {
	b, p := a.b, plansOf(a.b.s)
	plain, other := 0, map[member.Person]int{} // mailboxes where only those in other may get something else
	var odd []roleKeyCount
	for number, count := range counts {
		k := p.roles[number]
		if count == 0 || b.everywhereOf(k) != base {
			continue
		}
		r := b.roleRun(k)
		if r.base != base || r.general != member.No || len(r.wide) > 0 {
			odd = append(odd, roleKeyCount{r, count})
			continue
		}
		plain += count
		for _, h := range r.persons {
			if c := base.of(h.Person); c != member.No && roleOutcome(r.of(h.Person)).Answer != roleOutcome(c).Answer {
				other[h.Person] += count
			}
		}
	}
	for _, who := range a.holdersOf(base) {
		if !apart[who] {
			continue
		}
		o := roleOutcome(base.of(who))
		n := plain - other[who]
		for _, k := range odd {
			if roleOutcome(k.ran.of(who)).Answer == o.Answer {
				n += k.count
			}
		}
		out.add(&Line{Trustee: b.g.Trustee(who), Person: who, Single: true, Answers: roleAnswers(o), b: b, role: base}, n)
	}
}

type roleKeyCount struct {
	ran   *roleRan
	count int
}

// holdersOf are the persons of a base that are in question.
func (a *asking) holdersOf(base *roleRan) (out []member.Person) {
	if a.q.Only {
		return []member.Person{a.q.Person}
	}
	for _, h := range base.persons {
		out = append(out, h.Person)
	}
	for i := range base.wide {
		for _, h := range base.wide[i].holders {
			out = append(out, h.Person)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// saidOf is what the lines for many say of a person.
func (r *roleRan) saidOf(p member.Person) Outcome {
	c := r.through(0)
	for i := range r.wide {
		if certaintyIn(r.wide[i].holders, p)&member.Sure != 0 {
			c |= r.through(r.wide[i].who)
		}
	}
	return roleOutcome(c)
}

func roleAnswers(o Outcome) (a Answers) {
	a.withRole(o)
	return a
}
