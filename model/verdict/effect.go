package verdict

import (
	"context"
	"slices"

	"mbxperm/model"
	"mbxperm/model/member"
)

// Turn is what a change does to one answer.
type Turn uint8

// The turns.
const (
	Same   Turn = iota
	Keeps       // the answer is the same, and there is a way less to it
	Turns       // another answer, that neither lets in nor keeps out more than before: none, denied
	Loses       // he got in, or might have, and does so less or no more
	Gains       // he gets in, or may, where he did not before
	Unsure      // the change bears on the answer, which is not known, before or after
)

// String spells the turn as reports do.
func (t Turn) String() string {
	return [...]string{"same", "kept", "changed", "lost", "gained", "unknown"}[t]
}

// Effect is what a change does to what somebody can do to a mailbox or another
// recipient. It may be kept and used by any goroutine.
type Effect struct {
	Mailbox model.ObjectID
	// Before and After are the lines of the two snapshots. Their Trustee is 0 for
	// everybody who is named nowhere and in no group.
	Before, After *Line
	Turns         [questions]Turn
}

// turnOf compares two answers.
func turnOf(before, after Answer) Turn {
	rank := [...]int{None: 0, Denied: 0, Possible: 1, Unknown: 2, Allowed: 3}
	switch {
	case before == after:
		return Same
	case rank[after] > rank[before]:
		return Gains
	case rank[after] < rank[before]:
		return Loses
	}
	return Turns
}

// Effects calls yield for everybody to whom the change of a snapshot does something,
// by mailbox and then by person, in the order of their names, until it returns
// false: of a snapshot that is [model.Snapshot.With] one. Who keeps what he had, with
// a way less to it, is among them. It looks at those lists alone that the
// change bears on, and stops with the context's error.
func Effects(ctx context.Context, after *model.Snapshot, yield func(*Effect) bool) error {
	before, change := after.Before()
	if change.Empty() {
		return ctx.Err()
	}
	e := newEffects(Of(before), Of(after))
	var found []model.ObjectID
	for n, id := range e.targets() {
		if n&255 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if e.bearsOn(id) {
			found = append(found, id)
		}
	}
	for _, id := range e.books[0].ByName(found) {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if !e.of(id, yield) {
			break
		}
	}
	return ctx.Err()
}

// mostAsked bounds the persons who are asked for one by one, from their tokens. Of
// more, lists are worked out for all whom they name.
const mostAsked = 64

// effects is one run of Effects.
type effects struct {
	books   [2]*Book // before the change, and after it
	touched *touched
	asked   [2]map[member.Person]*asking // nil where there are too many
	changed map[[2]listKey]*listChange
	plans   map[[2]plan]*planChange
	takes   bool // somebody is in a group no more, or no delegate
}

// listChange says for whom a list is another than before.
type listChange struct {
	persons []member.Person // in order
	general bool            // and for everybody
}

func (c *listChange) has(p member.Person) bool {
	_, found := slices.BinarySearch(c.persons, p)
	return found || c.general
}

func newEffects(before, after *Book) *effects {
	e := &effects{books: [2]*Book{before, after}, touched: newTouched(before, after), changed: map[[2]listKey]*listChange{}, plans: map[[2]plan]*planChange{}}
	change := e.touched.change
	e.takes = slices.ContainsFunc(change.Members, func(c model.MemberChange) bool { return !c.Add }) || len(change.Primaries) > 0 ||
		slices.ContainsFunc(change.Delegates, func(c model.DelegateChange) bool { return !c.Add })
	if e.touched.everybody || len(e.touched.persons) > mostAsked {
		return e
	}
	for i, b := range e.books {
		e.asked[i] = map[member.Person]*asking{}
		for _, p := range e.touched.persons {
			e.asked[i][p] = e.asking(b, p)
		}
	}
	return e
}

// mostDense bounds the persons for whom there is a place for every list, which is
// found faster than by its key.
const mostDense = 4

// asking asks about one person. Where no list is another, of which there are few
// then, it goes by the index of who is named where.
func (e *effects) asking(b *Book, p member.Person) *asking {
	a := &asking{b: b, q: Query{Person: p, Only: true, Expand: true}, tokens: map[member.Domain]*member.SIDs{}}
	a.wanted = a.concern()
	if _, change := e.books[1].s.Before(); len(change.Lists)+len(change.Delegates) > 0 {
		a.memo, a.scope = &memo{admin: map[listKey]**ran{}}, &scope{sids: a.wanted}
		return a
	}
	if a.memo, a.scope = (&memo{admin: map[listKey]**ran{}}), a.gather(); len(e.touched.persons) <= mostDense {
		a.memo = newMemo(plansOf(b.s))
	}
	return a
}

// pairOfLists is a list of a recipient before and after, and the question that it decides.
type pairOfLists struct {
	q    Question
	keys [2]listKey
}

// lists are those of a recipient.
func (e *effects) lists(id model.ObjectID) (out []pairOfLists) {
	x, y := plansOf(e.books[0].s).of[id], plansOf(e.books[1].s).of[id]
	if x.open != noList {
		out = append(out, pairOfLists{CanOpen, [2]listKey{{openLists, 0, x.open}, {openLists, 0, y.open}}})
		for part := range e.books[0].adminCount(plansOf(e.books[0].s).admins[x.admin]) {
			out = append(out, pairOfLists{CanOpenAdmin, [2]listKey{{adminLists, part, x.admin}, {adminLists, part, y.admin}}})
		}
	}
	return append(out, pairOfLists{CanSendAs, [2]listKey{{sendLists, 0, x.send}, {sendLists, 0, y.send}}})
}

// change finds for whom a list is another: worked out once.
func (e *effects) change(keys [2]listKey) *listChange {
	c := e.changed[keys]
	if c == nil {
		if e.asked[0] != nil {
			c = e.changeForEach(keys)
		} else {
			c = e.changeForAll(keys)
		}
		e.changed[keys] = c
	}
	return c
}

// changeForEach asks by the tokens of those in question.
func (e *effects) changeForEach(keys [2]listKey) *listChange {
	out := &listChange{}
	for _, p := range e.touched.persons {
		var said [2][]told
		for i := range keys {
			l := e.asked[i][p].run(keys[i]).list
			for _, m := range l.matches(e.asked[i][p].token(l.domain)) {
				said[i] = append(said[i], l.entries[m.entry].told(m.certainty))
			}
		}
		if !slices.Equal(said[0], said[1]) {
			out.persons = append(out.persons, p)
		}
	}
	return out
}

// told is what an entry says, wherever in the list it stands.
type told struct {
	entry     entry
	certainty member.Certainty
}

func (e *entry) told(c member.Certainty) told {
	x := *e
	x.pos, x.shadowed, x.beaten, x.twice = 0, false, false, false
	return told{x, c}
}

// changeForAll goes by who holds what the entries name: those of entries that one of
// the two lists alone has, and those who hold a SID in one of the two alone.
func (e *effects) changeForAll(keys [2]listKey) *listChange {
	var runs [2]*ran
	count := map[told]int{}
	for i, b := range e.books {
		runs[i] = b.run(keys[i])
		for k := range runs[i].list.entries {
			count[runs[i].list.entries[k].told(member.No)] += 1 - 2*i
		}
	}
	out := &listChange{general: runs[0].general != runs[1].general}
	for t, n := range count {
		who, d := t.entry.who, runs[0].list.domain
		if t.entry.effect == either || who == 0 {
			continue
		}
		x, y := &member.Holding{}, e.books[1].HoldersOf(who, d)
		if uint32(who) < e.books[0].s.SIDs.Len() {
			x = e.books[0].HoldersOf(who, d)
		}
		switch {
		case n != 0:
			out.take(x.Persons, nil)
			out.take(y.Persons, nil)
			out.general = out.general || x.All|y.All != member.No
		case e.touched.sids[who]:
			out.take(x.Persons, y.Persons)
			out.take(y.Persons, x.Persons)
			out.general = out.general || x.All != y.All
		}
	}
	slices.Sort(out.persons)
	out.persons = slices.Compact(out.persons)
	return out
}

// take adds the holders that are not among others with the same certainty.
func (c *listChange) take(holders, others []member.Holder) {
	for _, h := range holders {
		for len(others) > 0 && others[0].Person < h.Person {
			others = others[1:]
		}
		if len(others) == 0 || others[0] != h {
			c.persons = append(c.persons, h.Person)
		}
	}
}

// bearsOn reports whether the change may do something to a recipient.
func (e *effects) bearsOn(id model.ObjectID) bool {
	if e.touched.special[id] || e.roleChange(id) {
		return true
	}
	c := e.planChange(id)
	return c.general || len(c.persons) > 0
}

// planChange says for whom the lists are others that decide about the recipients with
// the same plan, before and after: of these there are many.
type planChange struct {
	persons []member.Person // in the order of their names
	general bool            // and for everybody
	by      [questions][]*listChange
}

func (e *effects) planChange(id model.ObjectID) *planChange {
	plans := [2]plan{plansOf(e.books[0].s).of[id], plansOf(e.books[1].s).of[id]}
	out := e.plans[plans]
	if out != nil {
		return out
	}
	out = &planChange{}
	for _, l := range e.lists(id) {
		c := e.change(l.keys)
		out.persons, out.general = append(out.persons, c.persons...), out.general || c.general
		if c.general || len(c.persons) > 0 {
			out.by[l.q] = append(out.by[l.q], c)
		}
	}
	out.persons = e.byName(out.persons)
	e.plans[plans] = out
	return out
}

// byName puts persons into the order of their names, each once.
func (e *effects) byName(persons []member.Person) []member.Person {
	slices.Sort(persons)
	rank := order.Of(e.books[0].s).rank
	persons = slices.Compact(persons)
	slices.SortFunc(persons, func(x, y member.Person) int { return int(rank[x]) - int(rank[y]) })
	return persons
}

// roleChange reports whether other roles may count on a mailbox.
func (e *effects) roleChange(id model.ObjectID) bool {
	return e.touched.roles && plansOf(e.books[0].s).of[id].role != noList
}

// of makes the effects on one recipient; false where yield said so.
func (e *effects) of(id model.ObjectID, yield func(*Effect) bool) bool {
	whole := e.touched.special[id] || e.roleChange(id)
	of := e.planChange(id)
	all, general, other := of.persons, of.general || whole && e.touched.everybody, of.by
	if whole || general {
		all = slices.Clone(all)
	}
	if whole {
		all = append(all, e.touched.persons...)
	}
	var shared [2]*target
	if e.asked[0] == nil {
		for i, b := range e.books {
			shared[i] = b.targetBy(id, b.run)
			if general {
				all = append(all, shared[i].persons()...)
				all = shared[i].inWide(all)
			}
		}
	}
	var drawn *Effect
	if general {
		drawn = e.compare(id, shared, nil, 0, other, whole)
		if drawn != nil && !yield(drawn) {
			return false
		}
	}
	if whole || general {
		all = e.byName(all)
	}
	for _, p := range all {
		ts := shared
		if e.asked[0] != nil {
			for i := range ts {
				ts[i] = e.asked[i][p].targetOf(id)
			}
		}
		if f := e.compare(id, ts, &p, e.books[0].g.Trustee(p), other, whole); f != nil && f.beside(drawn) && !yield(f) {
			return false
		}
	}
	return true
}

// inWide adds those who are in groups that hold nearly everybody, or have what is
// assigned to such.
func (t *target) inWide(out []member.Person) []member.Person {
	add := func(holders []member.Holder) {
		for _, h := range holders {
			out = append(out, h.Person)
		}
	}
	for _, r := range t.lists() {
		for _, w := range r.wide {
			add(w.holders)
		}
	}
	for r := t.role; r != nil; r = r.base {
		for _, w := range r.wide {
			add(w.holders)
		}
	}
	return out
}

// beside leaves out of an effect what the line for everybody else says too, and
// reports whether there is anything left.
func (f *Effect) beside(drawn *Effect) (left bool) {
	for q := range questions {
		if drawn != nil && f.Turns[q] == drawn.Turns[q] && f.Before.Answers[q].Answer == drawn.Before.Answers[q].Answer && f.After.Answers[q].Answer == drawn.After.Answers[q].Answer {
			f.Turns[q] = Same
		}
		left = left || f.Turns[q] != Same
	}
	return left
}

// compare makes the effect for one person, or for everybody where p is nil; nil
// where there is none.
func (e *effects) compare(id model.ObjectID, ts [2]*target, p *member.Person, who model.TrusteeID, other [questions][]*listChange, whole bool) *Effect {
	f, any := &Effect{Mailbox: id}, false
	for i, at := range [...]**Line{&f.Before, &f.After} {
		l := &Line{Mailbox: id, Trustee: who, b: e.books[i], t: ts[i]}
		if p == nil {
			l.Answers = ts[i].general()
		} else {
			l.Person, l.Single, l.Answers = *p, true, ts[i].of(*p)
		}
		*at = l
	}
	for q := range questions {
		f.Turns[q] = turnOf(f.Before.Answers[q].Answer, f.After.Answers[q].Answer)
		if may := whole && q != CanOpenAdmin || p != nil && slices.ContainsFunc(other[q], func(c *listChange) bool { return c.has(*p) }); may {
			switch {
			case f.mayKeep(q) && f.otherWays(q, e.takes):
				f.Turns[q] = Keeps
			case f.staysUnknown(q):
				f.Turns[q] = Unsure
			}
		}
		any = any || f.Turns[q] != Same
	}
	if !any {
		return nil
	}
	return f
}

// mayKeep reports whether an answer lets in before and after, and not because who it
// is about owns the mailbox: that he gets into his own needs no other way.
func (f *Effect) mayKeep(q Question) bool {
	x, y := f.Before.Answers[q], f.After.Answers[q]
	return x.Answer == y.Answer && (x.Answer == Allowed || x.Answer == Possible) && (x.Basis != Owner || y.Basis != Owner)
}

// otherWays reports whether the answer has a way less than before. Where nobody is
// taken out of anything, another chain to the same entry is a second one, the shorter.
func (f *Effect) otherWays(q Question, takes bool) bool {
	x, y := opening(f.Before.Ways(q)), opening(f.After.Ways(q))
	return slices.ContainsFunc(x, func(w Way) bool { return (takes || w.HasEntry) && !w.isAmong(y, takes) })
}

// staysUnknown reports whether an answer that is not known, before or after, has
// another way to it or against it.
func (f *Effect) staysUnknown(q Question) bool {
	if f.Before.Answers[q].Answer != Unknown || f.After.Answers[q].Answer != Unknown {
		return false
	}
	x, y := f.Before.Ways(q), f.After.Ways(q)
	return slices.ContainsFunc(x, func(w Way) bool { return !w.isAmong(y, false) }) || slices.ContainsFunc(y, func(w Way) bool { return !w.isAmong(x, false) })
}

// isAmong reports whether a way is among others, by what it ends in, or by its groups too.
func (w *Way) isAmong(others []Way, chains bool) bool {
	return slices.ContainsFunc(others, func(o Way) bool {
		no := w.certainty &^ o.certainty // what o lacks of w; nothing where o is sure
		return (no == member.No || o.certainty&member.Sure != 0) && w.names == o.names && w.Denies == o.Denies && w.HasEntry == o.HasEntry && w.Obj == o.Obj && w.Mailbox == o.Mailbox &&
			(!chains || slices.EqualFunc(w.groups(), o.groups(), func(c, d model.Phrase) bool { return slices.Equal(c, d) }))
	})
}

// groups are the chain without what it ends in.
func (w *Way) groups() []model.Phrase { return w.Chain[:max(0, len(w.Chain)-1)] }

// opening are the ways that let in, whatever else there is.
func opening(all []Way) (out []Way) {
	for _, w := range all {
		if !w.Denies && !w.Late {
			out = append(out, w)
		}
	}
	return out
}
