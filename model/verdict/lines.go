package verdict

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync/atomic"

	"mbxperm/model"
	"mbxperm/model/dn"
	"mbxperm/model/member"
)

// Query asks for verdicts.
type Query struct {
	// Recipients asks about other recipients, which have rights to send alone, and
	// not about mailboxes.
	Recipients bool
	// Mailboxes are those in question; nil for all. Lines come in the order of
	// their names all the same.
	Mailboxes []model.ObjectID
	// Order puts what lines are about into another order than that of names; nil for
	// names. What stands for many comes first in any case.
	Order func([]model.ObjectID)
	// Person, where Only is set, is the one in question.
	Person member.Person
	Only   bool
	// Expand draws nothing together: one line for each person and mailbox.
	Expand bool
}

// Line is what a person can do to a mailbox, or what is drawn together of it. It
// may be kept and used by any goroutine.
type Line struct {
	// Mailbox is 0 for what Windows and set-up give on many of them.
	Mailbox model.ObjectID
	// Trustee is the person, or a group that stands for all of its members; 0
	// for everybody who has no other line.
	Trustee model.TrusteeID
	// Person is set where one person is meant.
	Person  member.Person
	Single  bool
	Answers Answers
	// On counts the mailboxes of a line for many, by Question; where Recipients is
	// set they are other recipients.
	On         [questions]int
	Recipients bool

	b *Book
	t *target
	// role is what a line for many mailboxes says of roles; nil for what Windows
	// and set-up give.
	role *roleRan

	told [questions]atomic.Pointer[telling]
}

// ByRoles reports whether a line for many mailboxes says what roles give on them,
// and not what Windows and set-up do.
func (l *Line) ByRoles() bool { return l.role != nil }

// Basis is that of the first answer that is allowed or possible: opening, then
// sending, then administrator logon.
func (l *Line) Basis() Basis {
	for q := range questions {
		if a := l.Answers[q]; a.Answer == Allowed || a.Answer == Possible {
			return a.Basis
		}
	}
	return NoBasis
}

// Complete is false where an answer is unknown.
func (l *Line) Complete() bool {
	return !slices.ContainsFunc(l.Answers[:], func(o Outcome) bool { return o.Answer == Unknown })
}

// Lines calls yield for each line in the order of mailboxes, then persons, until
// it returns false. Pairs of a mailbox and a person that have no line are none,
// four times. It stops with the context's error when the context ends.
func (b *Book) Lines(ctx context.Context, q Query, yield func(*Line) bool) error {
	a := &asking{b: b, q: q}
	if q.Only {
		a.memo, a.tokens = newMemo(plansOf(b.s)), map[member.Domain]*member.SIDs{}
		a.wanted = a.concern()
		a.scope = a.gather()
	}
	targets := a.targets()
	if !q.Expand {
		for _, l := range append(b.presetLines(a, targets), a.roleLines(targets)...) {
			if !yield(l) {
				return ctx.Err()
			}
		}
	}
	if q.Only {
		targets = a.concerning(targets)
	}
	if q.Order == nil {
		targets = b.ByName(targets)
	} else {
		targets = slices.Clone(targets) // those of the query are the caller's
		q.Order(targets)
	}
	for _, id := range targets {
		if err := ctx.Err(); err != nil {
			return err
		}
		if !a.linesOf(a.targetOf(id), yield) {
			return ctx.Err()
		}
	}
	return ctx.Err()
}

// asking is one run of Lines.
type asking struct {
	b      *Book
	q      Query
	memo   *memo // of lists worked out for one person
	tokens map[member.Domain]*member.SIDs
	wanted only   // what concerns that person
	scope  *scope // the same, for lists
}

// targets are the recipients in question.
func (a *asking) targets() (out []model.ObjectID) {
	s := a.b.s
	if a.q.Mailboxes != nil {
		return a.q.Mailboxes
	}
	for i := range s.Recipients.Len() {
		if id := *s.Recipients.At(i); s.Record(id).HasMailbox() != a.q.Recipients {
			out = append(out, id)
		}
	}
	return out
}

// ByName orders recipients by their names.
func (b *Book) ByName(ids []model.ObjectID) []model.ObjectID {
	type named struct {
		start uint64
		name  string
		id    model.ObjectID
	}
	all := make([]named, len(ids))
	for i, id := range ids {
		name := b.s.ObjectName(b.s.Record(id))
		all[i] = named{dn.Prefix([]byte(name)), name, id}
	}
	slices.SortFunc(all, func(x, y named) int {
		if c := cmp.Or(cmp.Compare(x.start, y.start), dn.Compare([]byte(x.name), []byte(y.name))); c != 0 {
			return c
		}
		return strings.Compare(b.s.DNText(b.s.Record(x.id).DN), b.s.DNText(b.s.Record(y.id).DN))
	})
	out := make([]model.ObjectID, len(all))
	for i, n := range all {
		out[i] = n.id
	}
	return out
}

// token is that of the person in question.
func (a *asking) token(d member.Domain) *member.SIDs {
	t := a.tokens[d]
	if t == nil {
		t = a.b.g.TokenOf(a.q.Person, d)
		a.tokens[d] = t
	}
	return t
}

// memo keeps lists by their keys: of those for one right by their numbers, since
// there are as many as mailboxes at worst. Who asks of few of them leaves open and
// send nil.
type memo struct {
	open, send []*ran
	admin      map[listKey]**ran
}

func newMemo(p *plans) *memo {
	return &memo{make([]*ran, len(p.opens)), make([]*ran, len(p.sends)), map[listKey]**ran{}}
}

func (m *memo) at(k listKey) **ran {
	switch k.kind {
	case openLists:
		if m.open != nil {
			return &m.open[k.number]
		}
	case sendLists:
		if m.send != nil {
			return &m.send[k.number]
		}
	}
	if m.admin[k] == nil {
		m.admin[k] = new(*ran)
	}
	return m.admin[k]
}

// run works a list out: for all, or for the person in question alone.
func (a *asking) run(k listKey) *ran {
	if !a.q.Only {
		return a.b.run(k)
	}
	at := a.memo.at(k)
	r := *at
	if r == nil {
		l := a.b.make(k, a.scope)
		r = a.b.workOutFor(l, a.q.Person, a.token(l.domain))
		*at = r
	}
	return r
}

// workOutFor is workOut for one person, from his token.
func (b *Book) workOutFor(l *list, p member.Person, t *member.SIDs) *ran {
	r := &ran{list: l, general: l.weigh(l.general)}
	for i := range l.entries {
		e := &l.entries[i]
		if e.effect == either || len(r.wide) == mostWide {
			continue
		}
		if b.g.IsDomainWide(e.who) && !slices.ContainsFunc(r.wide, func(w wideGroup) bool { return w.sid == e.who }) {
			w := wideGroup{sid: e.who}
			if c := t.Of(e.who); c != member.No {
				w.holders = []member.Holder{{Person: p, Certainty: c}}
			}
			r.wide = append(r.wide, w)
		}
	}
	b.weighClasses(r)
	if out := b.weighFor(r, l.matches(t)); out != r.expected(p) {
		r.except = []judged{{p, out}}
	}
	return r
}

func (a *asking) targetOf(id model.ObjectID) *target {
	t := a.b.targetBy(id, a.run)
	if t.role != nil {
		p := plansOf(a.b.s)
		t.everywhere = a.everywhereFor(p.roles[p.of[id].role])
	}
	return t
}

// drawsRoles reports whether what roles give everywhere has lines for all
// mailboxes: where these are in question, and nothing is to be expanded.
func (a *asking) drawsRoles() bool { return !a.q.Expand && a.q.Mailboxes == nil && !a.q.Recipients }

// linesOf makes the lines of a recipient, in the order of the persons: what is
// unknown for everybody else first.
func (a *asking) linesOf(t *target, yield func(*Line) bool) bool {
	var drawn []*Line
	if !a.q.Expand {
		drawn = a.drawnTogether(t)
		a.b.sortByPerson(drawn)
	}
	for _, p := range a.personsOf(t) {
		for len(drawn) > 0 && a.b.rankOf(drawn[0].Trustee) < order.Of(a.b.s).rank[p]*2+1 {
			if !yield(drawn[0]) {
				return false
			}
			drawn = drawn[1:]
		}
		answers := t.of(p)
		if a.q.Expand && answers.none() || !a.q.Expand && t.saidElsewhere(p, &answers) {
			continue
		}
		if !yield(&Line{Mailbox: t.id, Trustee: a.b.g.Trustee(p), Person: p, Single: true, Answers: answers, b: a.b, t: t}) {
			return false
		}
	}
	for _, l := range drawn {
		if !yield(l) {
			return false
		}
	}
	return true
}

// personsOf lists the persons who may have a line, in the order of their names.
func (a *asking) personsOf(t *target) []member.Person {
	if a.q.Only {
		return []member.Person{a.q.Person}
	}
	persons := t.persons()
	if a.q.Expand {
		persons = t.named(a.b.g.Len())
	} else if several := t.inSeveral(); several != nil {
		persons = append(persons, several...)
		slices.Sort(persons)
		persons = slices.Compact(persons)
	}
	rank := order.Of(a.b.s).rank
	slices.SortFunc(persons, func(x, y member.Person) int { return int(rank[x]) - int(rank[y]) })
	return persons
}

// named lists whom a recipient's lines can be about: everybody, where everybody
// gets something.
func (t *target) named(all int) []member.Person {
	general := t.general()
	wide := len(t.roleWides()) > 0 || slices.ContainsFunc(t.lists(), func(r *ran) bool { return len(r.wide) > 0 })
	if general.none() && !wide {
		return t.persons()
	}
	out := make([]member.Person, all)
	for i := range out {
		out[i] = member.Person(i)
	}
	return out
}

func (a *Answers) none() bool {
	return !slices.ContainsFunc(a[:], func(o Outcome) bool { return o.Answer != None })
}
