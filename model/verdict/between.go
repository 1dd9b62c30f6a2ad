package verdict

import (
	"context"
	"slices"

	"mbxperm/model"
	"mbxperm/model/internal/pool"
	"mbxperm/model/member"
)

// Difference is an answer that is another in the later of two states that were read.
type Difference struct {
	// Mailbox is the mailbox or other recipient in each state; 0 where it is not there.
	Mailbox [2]model.ObjectID
	// Lines are those of the two states; nil where the mailbox or the person is not
	// there. Their Trustee is 0 for everybody who is named nowhere and in no group.
	Lines         [2]*Line
	Question      Question
	Before, After Answer
}

// Between calls yield for each answer that differs between two states of one pool, by
// mailbox, until it returns false. other finds an object of one state, by its number
// there, in the other one, 0 where it is not. What differs for everybody, or for
// whoever is in Domain Users and the like, is told once, and of somebody by himself only
// where it differs in another way. Of whom one state alone has, what counts is what he
// has beyond everybody; of a mailbox that one state alone has, not that its owner
// owns it. It tells looked, where that is not nil, at how many recipients of both states it
// has looked, now and then, and stops with the context's error.
func Between(ctx context.Context, old, new *model.Snapshot, other [2][]model.ObjectID, looked func(int), yield func(*Difference) bool) error {
	b := &between{books: [2]*Book{Of(old), Of(new)}, other: other, lists: map[[2]listKey]*listDifference{},
		roles: map[[2]uint32]*listDifference{}, wides: map[wideKey][]both{}}
	b.alike = newAlike(b.books, other)
	b.matchPersons()
	before := 0
	for k := range b.books {
		s := b.books[k].s
		for n := range s.Recipients.Len() {
			if n&255 == 0 {
				if ctx.Err() != nil {
					return ctx.Err()
				}
				if looked != nil {
					looked(before + int(n))
				}
			}
			id := *s.Recipients.At(n)
			of := [2]model.ObjectID{}
			of[k], of[1-k] = id, other[k][id]
			if of[1-k] != 0 && b.books[1-k].s.Record(of[1-k]).Recipient == model.NoRecipient {
				of[1-k] = 0
			}
			if k == 1 && of[0] != 0 {
				continue // it came with the earlier state
			}
			if !b.of(of, yield) {
				return ctx.Err()
			}
		}
		before += int(s.Recipients.Len())
	}
	return ctx.Err()
}

// between is one run of Between.
type between struct {
	books   [2]*Book
	other   [2][]model.ObjectID
	persons [2][]member.Person // by person of a state: who he is in the other one, or nobody
	lists   map[[2]listKey]*listDifference
	roles   map[[2]uint32]*listDifference
	wides   map[wideKey][]both
	alike   *alike
}

// nobody is no person.
const nobody = ^member.Person(0)

// both is a person in each state; nobody where he is not there.
type both [2]member.Person

// listDifference says for whom a list says something else.
type listDifference struct {
	persons []both
	any     bool // or may say it: to everybody, or to those in a wide group
}

// wideKey is a group that stands for nearly everybody, as a server of a domain sees it.
type wideKey struct {
	sid    pool.SID
	domain member.Domain
}

// matchPersons finds each person of one state in the other: by its object, else by its SID.
func (b *between) matchPersons() {
	for k, book := range b.books {
		there := b.books[1-k]
		b.persons[k] = make([]member.Person, book.g.Len())
		for p := range b.persons[k] {
			b.persons[k][p] = nobody
			id := book.g.Object(member.Person(p))
			if id != 0 {
				if id = b.other[k][id]; id != 0 {
					if q, ok := there.g.PersonOf(id); ok {
						b.persons[k][p] = q
					}
					continue
				}
			}
			if sid := book.g.Trustee(member.Person(p)).SID(); sid != 0 && uint32(sid) < there.s.SIDs.Len() {
				for _, q := range there.g.PersonsOf(sid) {
					b.persons[k][p] = q
				}
			}
		}
	}
}

// pair is a person of one state in both.
func (b *between) pair(k int, p member.Person) (out both) {
	out[k], out[1-k] = p, b.persons[k][p]
	return out
}

func (b *between) pairs(out []both, k int, persons []member.Person) []both {
	for _, p := range persons {
		out = append(out, b.pair(k, p))
	}
	return out
}

// of tells the differences on one recipient; false where yield said so.
func (b *between) of(id [2]model.ObjectID, yield func(*Difference) bool) bool {
	persons, any := []both{}, id[0] == 0 || id[1] == 0
	if !any {
		if persons, any = b.concerned(id); len(persons) == 0 && !any {
			return true
		}
	}
	var ts [2]*target
	for k, book := range b.books {
		if id[k] != 0 {
			ts[k] = book.targetBy(id[k], book.run)
		}
	}
	if ts[0] == nil || ts[1] == nil {
		for k, t := range ts {
			if t != nil {
				persons = b.pairs(persons, k, t.persons())
			}
		}
	}
	r := &differences{b: b, id: id, ts: ts, yield: yield}
	if any && !r.drawn() {
		return false
	}
	if r.told != nil {
		for k, t := range ts {
			if t != nil {
				persons = b.pairs(persons, k, t.persons())
			}
		}
	}
	slices.SortFunc(persons, func(x, y both) int { return slices.Compare(x[:], y[:]) })
	for _, p := range slices.Compact(persons) {
		if !r.person(p) {
			return false
		}
	}
	return true
}

// concerned are those to whom something may say something else on a recipient of both
// states, and whether that is so for everybody or for those in a wide group.
func (b *between) concerned(id [2]model.ObjectID) (out []both, any bool) {
	take := func(d *listDifference) { out, any = append(out, d.persons...), any || d.any }
	x, y := plansOf(b.books[0].s).of[id[0]], plansOf(b.books[1].s).of[id[1]]
	for _, l := range b.listsOf(x, y) {
		if !b.alike.lists(l) {
			take(b.list(l))
		}
	}
	if x.role != noList || y.role != noList {
		take(b.role([2]uint32{x.role, y.role}))
	}
	var ts [2]target // without lists
	for k, book := range b.books {
		t := &ts[k]
		t.id, t.o = id[k], book.s.Record(id[k])
		t.domain = plansOf(book.s).sends[plansOf(book.s).of[id[k]].send].domain
		t.owners, t.anyone = book.ownersOf(t)
		t.behalf = book.behalfOf(t.o)
	}
	if !slices.EqualFunc(ts[0].owners, ts[1].owners, func(x, y member.Holder) bool {
		return b.persons[0][x.Person] == y.Person && x.Certainty == y.Certainty
	}) || ts[0].anyone != ts[1].anyone {
		for k := range ts {
			for _, h := range ts[k].owners {
				out = append(out, b.pair(k, h.Person))
			}
		}
		any = any || ts[0].anyone != ts[1].anyone
	}
	if !slices.EqualFunc(ts[0].behalf.persons, ts[1].behalf.persons, func(x, y member.Person) bool { return b.persons[0][x] == y }) {
		for k := range ts {
			out = b.pairs(out, k, ts[k].behalf.persons)
		}
	}
	return out, any || ts[0].behalf.unread != ts[1].behalf.unread
}

// listsOf pairs the lists of a recipient. Where one state has more, those are held
// against none.
func (b *between) listsOf(x, y plan) (out [][2]listKey) {
	none := listKey{kind: openLists, number: noList}
	at := func(kind, part uint8, number uint32, ok bool) listKey {
		if !ok || number == noList {
			return none
		}
		return listKey{kind, part, number}
	}
	out = append(out, [2]listKey{at(openLists, 0, x.open, true), at(openLists, 0, y.open, true)}, [2]listKey{{sendLists, 0, x.send}, {sendLists, 0, y.send}})
	var parts [2]uint8
	for k, p := range [...]plan{x, y} {
		if p.admin != noList {
			parts[k] = b.books[k].adminCount(plansOf(b.books[k].s).admins[p.admin])
		}
	}
	for part := range max(parts[0], parts[1]) {
		out = append(out, [2]listKey{at(adminLists, part, x.admin, part < parts[0]), at(adminLists, part, y.admin, part < parts[1])})
	}
	return out
}

// list finds for whom a list says something else: worked out once for each pair of lists.
func (b *between) list(keys [2]listKey) *listDifference {
	d := b.lists[keys]
	if d != nil {
		return d
	}
	d = &listDifference{}
	b.lists[keys] = d
	var runs [2]*ran
	for k := range runs {
		runs[k] = &ran{list: &list{}, classes: make([]Outcome, 1)}
		if keys[k].number != noList {
			runs[k] = b.books[k].run(keys[k])
		}
	}
	d.any = runs[0].general.Answer != runs[1].general.Answer
	answer := func(k int, p member.Person) Answer {
		if p == nobody {
			return runs[k].general.Answer
		}
		return runs[k].of(p).Answer
	}
	take := func(p both) {
		if answer(0, p[0]) != answer(1, p[1]) {
			d.persons = append(d.persons, p)
		}
	}
	for k, r := range runs {
		for _, j := range r.except {
			take(b.pair(k, j.person))
		}
		for _, w := range r.wide {
			d.any = d.any || runs[0].forWide(w.sid).Answer != runs[1].forWide(w.sid).Answer
			for _, p := range b.wide(wideKey{w.sid, r.list.domain}) {
				take(p)
			}
		}
	}
	return d
}

// wide are those who are in a wide group in one of the states alone, and there in both.
func (b *between) wide(key wideKey) []both {
	out, known := b.wides[key]
	if known {
		return out
	}
	var holds [2][]member.Holder
	for k, book := range b.books {
		if uint32(key.sid) < book.s.SIDs.Len() {
			holds[k] = book.HoldersOf(key.sid, key.domain).Persons
		}
	}
	for k := range holds {
		for _, h := range holds[k] {
			p := b.pair(k, h.Person)
			if q := p[1-k]; q != nobody && certaintyIn(holds[1-k], q) != h.Certainty {
				out = append(out, p)
			}
		}
	}
	b.wides[key] = out
	return out
}

// role finds for whom roles say something else.
func (b *between) role(keys [2]uint32) *listDifference {
	d := b.roles[keys]
	if d != nil {
		return d
	}
	d = &listDifference{}
	b.roles[keys] = d
	var runs [2]*roleRan
	var domains [2]member.Domain
	for k, book := range b.books {
		if keys[k] != noList {
			key := plansOf(book.s).roles[keys[k]]
			runs[k], domains[k] = book.roleRun(key), key.domain
		}
	}
	through := func(k int, who model.TrusteeID) Answer { return roleOutcome(runs[k].through(who)).Answer }
	d.any = through(0, 0) != through(1, 0)
	take := func(p both) {
		var said [2]Answer
		for k, r := range runs {
			if said[k] = through(k, 0); p[k] != nobody {
				said[k] = roleOutcome(r.of(p[k])).Answer
			}
		}
		if said[0] != said[1] {
			d.persons = append(d.persons, p)
		}
	}
	for k := range runs {
		for r := runs[k]; r != nil; r = r.base {
			for _, h := range r.persons {
				take(b.pair(k, h.Person))
			}
			for i := range r.wide {
				w := &r.wide[i]
				d.any = d.any || through(0, w.who) != through(1, w.who)
				for _, p := range b.wide(wideKey{w.who.SID(), domains[k]}) {
					take(p)
				}
			}
		}
	}
	return d
}

// differences are those on one recipient.
type differences struct {
	b     *between
	id    [2]model.ObjectID
	ts    [2]*target
	told  [][2]Answers // of everybody, and of those in wide groups
	yield func(*Difference) bool
}

// drawn tells what differs for everybody, and for those in each wide group.
func (r *differences) drawn() bool {
	all := []model.TrusteeID{0}
	for _, t := range r.ts {
		if t == nil {
			continue
		}
		for _, l := range t.lists() {
			for _, w := range l.wide {
				all = append(all, model.TrusteeOfSID(w.sid))
			}
		}
		for _, w := range t.roleWides() {
			all = append(all, w.who)
		}
	}
	slices.Sort(all)
	for _, who := range slices.Compact(all) {
		var a [2]Answers
		for k, t := range r.ts {
			if t != nil {
				a[k] = t.drawn(func(l *ran) Outcome { return l.forWide(who.SID()) }, who)
			}
		}
		if r.same(a) {
			continue
		}
		if !r.tell(a, both{nobody, nobody}, who) {
			return false
		}
		r.told = append(r.told, a)
	}
	return true
}

// same reports whether two states answer the same, or in the way that was told of
// everybody or of a wide group.
func (r *differences) same(a [2]Answers) bool {
	same := func(x, y Answers) bool {
		for q := range questions {
			if x[q].Answer != y[q].Answer {
				return false
			}
		}
		return true
	}
	return same(a[0], a[1]) || slices.ContainsFunc(r.told, func(t [2]Answers) bool { return same(a[0], t[0]) && same(a[1], t[1]) })
}

// person tells what differs for somebody. What one has whom a state does not know is
// what everybody has there.
func (r *differences) person(p both) bool {
	var a [2]Answers
	for k, t := range r.ts {
		switch {
		case t == nil:
		case p[k] != nobody:
			a[k] = t.of(p[k])
		default:
			a[k] = t.general()
		}
	}
	if r.same(a) {
		return true
	}
	return r.tell(a, p, 0)
}

// tell tells the answers that differ.
func (r *differences) tell(a [2]Answers, p both, group model.TrusteeID) bool {
	var lines [2]*Line
	for k, t := range r.ts {
		single := p[k] != nobody
		if t == nil || !single && p[1-k] != nobody {
			continue // he, or the mailbox, is not there
		}
		lines[k] = &Line{Mailbox: r.id[k], Trustee: group, Single: single, Answers: a[k], b: r.b.books[k], t: t}
		if single {
			lines[k].Person, lines[k].Trustee = p[k], r.b.books[k].g.Trustee(p[k])
		}
	}
	for q := range questions {
		x, y := a[0][q], a[1][q]
		owns := x.Basis == Owner || y.Basis == Owner
		if x.Answer == y.Answer || owns && (r.ts[0] == nil || r.ts[1] == nil) {
			continue
		}
		if !r.yield(&Difference{Mailbox: r.id, Lines: lines, Question: q, Before: x.Answer, After: y.Answer}) {
			return false
		}
	}
	return true
}
