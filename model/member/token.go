package member

import (
	"math/bits"
	"slices"

	"mbxperm/model"
	"mbxperm/model/internal/pool"
)

// Step is a step of the way by which a token came to its SIDs. Each begins where
// another ended; the first are the person's own.
type Step struct {
	Obj       model.ObjectID // the group that is entered; the person's object, or 0
	SID       pool.SID       // of a person without an object
	Primary   bool           // by primaryGroupID and not by a value of member
	Certainty Certainty      // of the whole way up to here: one of the set
	from      int            // 1 + the step before
}

// SIDs is a token: what it holds, and by which steps.
type SIDs struct {
	Steps []Step
	held  map[pool.SID]heldSID
}

type heldSID struct {
	certainty Certainty
	step      [4]int // 1 + the step that gives it, by certainty from Doubtful
}

// Of returns how certain it is that a token holds a SID. What everybody's holds
// (see [Graph.IsUniversal]) is not in it.
func (t *SIDs) Of(sid pool.SID) Certainty { return t.held[sid].certainty }

// Each calls yield for each SID that the token holds, in no order.
func (t *SIDs) Each(yield func(pool.SID, Certainty)) {
	for sid, h := range t.held {
		yield(sid, h.certainty)
	}
}

// Way returns the steps to a SID, the person's own first, by the most certain
// way; nil where the token does not hold it.
func (t *SIDs) Way(sid pool.SID) (way []Step) {
	h := t.held[sid]
	for i := len(h.step) - 1; i >= 0; i-- {
		if h.step[i] == 0 {
			continue
		}
		for n := h.step[i]; n != 0; n = t.Steps[n-1].from {
			way = append(way, t.Steps[n-1])
		}
		break
	}
	slices.Reverse(way)
	return way
}

func (t *SIDs) add(sid pool.SID, step int) {
	if sid == 0 {
		return
	}
	h, c := t.held[sid], t.Steps[step-1].Certainty
	h.certainty |= c
	if at := &h.step[bits.TrailingZeros8(uint8(c))]; *at == 0 {
		*at = step
	}
	t.held[sid] = h
}

// walk goes up from what a token begins with.
type walk struct {
	g     *Graph
	d     Domain
	t     *SIDs
	seen  map[model.ObjectID]Certainty
	tasks []int // 1 + steps from whose objects to go on
}

// TokenOf returns the token of a person as a server of a domain sees it: its
// own SIDs, those of its groups at any depth, and the former SIDs of all of
// these.
func (g *Graph) TokenOf(p Person, d Domain) *SIDs {
	w := g.walk(d)
	own := g.persons[p]
	w.begin(own)
	if _, outside := g.strange[own.sid]; outside {
		for _, other := range g.abroad[g.s.SIDs.At(uint32(own.sid)).Domain] {
			if other != p && !g.isKnown(g.persons[other].sid) {
				// An entry for it may be one for a group of that domain.
				w.t.Steps = append(w.t.Steps, Step{Obj: own.obj, SID: own.sid, Certainty: Possible})
				w.t.add(g.persons[other].sid, len(w.t.Steps))
			}
		}
		for _, sid := range g.moved[g.s.SIDs.At(uint32(own.sid)).Domain] {
			w.t.Steps = append(w.t.Steps, Step{Obj: own.obj, SID: own.sid, Certainty: Possible})
			w.t.add(sid, len(w.t.Steps))
		}
	} else {
		w.primary(p)
	}
	return w.withEverybodys(1)
}

// primary takes the primary group.
func (w *walk) primary(p Person) {
	c := Sure
	if w.g.guessed[p] {
		c = Unread
	}
	if id := w.g.grouped[p]; id != 0 {
		w.enter(id, 1, c, true)
		return
	}
	for sid, persons := range w.g.ungrouped {
		if _, found := slices.BinarySearch(persons, p); found {
			w.t.Steps = append(w.t.Steps, Step{SID: sid, Primary: true, Certainty: c, from: 1})
			w.t.add(sid, len(w.t.Steps))
		}
	}
}

// GroupToken returns what the token of a group's members holds because of it.
func (g *Graph) GroupToken(id model.ObjectID, d Domain) *SIDs {
	w := g.walk(d)
	w.enter(id, 0, Sure, false)
	return w.withEverybodys(0)
}

func (g *Graph) walk(d Domain) *walk {
	return &walk{g: g, d: d, t: &SIDs{held: map[pool.SID]heldSID{}}, seen: map[model.ObjectID]Certainty{}}
}

// withEverybodys ends a walk: the groups that name everybody may be in the
// token too, from the step that they are told from on.
func (w *walk) withEverybodys(from int) *SIDs {
	for _, id := range w.g.everybody {
		w.enter(id, from, Possible, false)
	}
	w.goUp()
	return w.t
}

func (w *walk) begin(p person) {
	w.t.Steps = append(w.t.Steps, Step{Obj: p.obj, SID: p.sid, Certainty: Sure})
	n := len(w.t.Steps)
	w.t.add(p.sid, n)
	if p.obj == 0 {
		return
	}
	if w.g.s.Record(p.obj).Class != model.ClassForeign {
		for _, former := range w.g.former[p.obj] {
			w.t.add(former, n)
		}
		w.tasks = append(w.tasks, n)
		return
	}
	for _, id := range w.g.s.Holders(p.sid) { // one of each domain
		w.t.Steps = append(w.t.Steps, Step{Obj: id, SID: p.sid, Certainty: Sure})
		w.tasks = append(w.tasks, len(w.t.Steps))
	}
}

// enter takes a group into the token, if a server of the domain sees it there.
func (w *walk) enter(id model.ObjectID, from int, c Certainty, primary bool) {
	o := w.g.s.Record(id)
	in := w.g.InTokenAt(o, w.d)
	if in == No {
		return
	}
	if from != 0 {
		c = w.t.Steps[from-1].Certainty.Through(c)
	}
	c = c.Through(in)
	if w.seen[id]&c != 0 {
		return
	}
	w.seen[id] |= c
	w.t.Steps = append(w.t.Steps, Step{Obj: id, Primary: primary, Certainty: c, from: from})
	n := len(w.t.Steps)
	w.t.add(o.SID, n)
	for _, former := range w.g.former[id] {
		w.t.add(former, n)
	}
	w.tasks = append(w.tasks, n)
}

func (w *walk) goUp() {
	for i := 0; i < len(w.tasks); i++ {
		n := w.tasks[i]
		for _, id := range w.g.up.Of(uint32(w.t.Steps[n-1].Obj)) {
			w.enter(model.ObjectID(id), n, Sure, false)
		}
	}
}

// BearerToken returns what a token holds of which nothing is known but that it holds a
// SID: that of a person is his; that of a group what its members have because of it;
// one that everybody has or that is no account's holds itself.
func (g *Graph) BearerToken(id pool.SID, d Domain) *SIDs {
	if g.IsDomainWide(id) {
		return g.WideToken(id, d)
	}
	c, told := g.everyones(id)
	if h := g.s.Holder(id); h != 0 && !told {
		if p, ok := g.PersonOf(h); ok {
			return g.TokenOf(p, d)
		}
		return g.GroupToken(h, d)
	}
	if g.sortOf(id) == ntAuthority && c == No || !told { // ANONYMOUS LOGON and the like; an account that was not read
		c = Sure
	}
	w := g.walk(d)
	if c != No {
		w.t.Steps = append(w.t.Steps, Step{SID: id, Certainty: c})
		w.t.add(id, 1)
	}
	return w.withEverybodys(0)
}

// AnybodyToken returns what is in the token of whoever is in no group.
func (g *Graph) AnybodyToken(d Domain) *SIDs { return g.walk(d).withEverybodys(0) }
