package member

import (
	"slices"

	"mbxperm/model"
	"mbxperm/model/internal/pool"
)

// Holding says in whose tokens a SID is.
type Holding struct {
	// All holds for every person beside what Persons says of some: Sure for
	// Everyone and the like, Possible for local groups of the servers, Unread
	// for what was not read and could be anybody's.
	All     Certainty
	Persons []Holder // in order of their numbers, each once
}

// Holder is a person whose token holds a SID.
type Holder struct {
	Person    Person
	Certainty Certainty
}

// HoldersOf returns whose token holds a SID, as a server of a domain sees it.
// It is [Graph.TokenOf] read the other way.
func (g *Graph) HoldersOf(id pool.SID, d Domain) *Holding {
	w := g.descent(d)
	defer g.rest(w)
	if _, ok := g.everyones(id); !ok {
		if p, ok := g.strange[id]; ok {
			w.meet(p, Sure)
		}
		for _, h := range append(g.s.Holders(id), g.s.FormerHolders(id)...) {
			w.enter(h, Sure)
		}
		w.strangers(id)
		for _, p := range g.ungrouped[id] {
			c := Sure
			if g.guessed[p] {
				c = Unread
			}
			w.meet(p, c)
		}
	}
	return &Holding{All: g.AllOf(id, d), Persons: w.list()}
}

// AllOf is the part of HoldersOf that holds for everybody.
func (g *Graph) AllOf(id pool.SID, d Domain) (all Certainty) {
	if c, ok := g.everyones(id); ok {
		return c
	}
	if _, ok := g.strange[id]; ok && g.s.SIDInfo(id).Former == 0 {
		if g.partial && !g.isKnown(id) {
			return Unread // a group that was not read may have had it before
		}
		return No
	}
	if h := g.s.Holder(id); h != 0 && g.s.SIDInfo(id).Former == 0 && !g.s.IsShared(id) {
		return g.allOf(h, d) // nearly every one
	}
	holders := append(g.s.Holders(id), g.s.FormerHolders(id)...)
	if len(holders) == 0 {
		if g.isKnown(id) {
			return No
		}
		switch g.s.TrusteeKind(id) {
		case model.KindOrphan, model.KindDeleted, model.KindForeign:
			return No
		}
		return Unread
	}
	for _, h := range holders {
		all |= g.allOf(h, d)
	}
	return all
}

func (g *Graph) allOf(holder model.ObjectID, d Domain) (all Certainty) {
	o := g.s.Record(holder)
	if g.isBlank(o) && !o.Is(model.FlagDeleted) {
		all = Unread
	}
	if g.holds[holder] {
		all |= g.openIn(d)[holder]
	}
	return all
}

// openIn says which groups hold everybody, perhaps: some of their members, or
// of those of groups in them, were not read, or are a SID that every token has.
func (g *Graph) openIn(d Domain) map[model.ObjectID]Certainty {
	g.mu.Lock()
	defer g.mu.Unlock()
	if open := g.open[d]; open != nil {
		return open
	}
	open := map[model.ObjectID]Certainty{}
	var next []model.ObjectID
	raise := func(id model.ObjectID, c Certainty) {
		in := g.InTokenAt(g.s.Record(id), d)
		if in == No {
			return
		}
		if c = c.Through(in); c&^open[id] != 0 {
			open[id] |= c
			next = append(next, id)
		}
	}
	for id := range g.unread {
		raise(id, Unread)
	}
	for _, id := range g.everybody {
		raise(id, Possible)
	}
	for i := 0; i < len(next); i++ {
		for _, up := range g.up.Of(uint32(next[i])) {
			raise(model.ObjectID(up), open[next[i]])
		}
	}
	g.open[d] = open
	return open
}

// descent goes down from a SID to those whose token holds it. What it has met
// is kept in arrays that the next one uses again: there are as many descents as
// entries, and a group may hold everybody.
type descent struct {
	g       *Graph
	d       Domain
	groups  []Certainty // by ObjectID
	persons []Certainty // by Person
	met     struct {
		groups  []model.ObjectID
		persons []Person
	}
	unread bool // of NamedBy
}

func (g *Graph) descent(d Domain) *descent {
	w, ok := g.descents.Get().(*descent)
	if !ok {
		w = &descent{g: g, groups: make([]Certainty, g.s.Objects.Len()), persons: make([]Certainty, len(g.persons))}
	}
	w.d, w.unread = d, false
	return w
}

// rest gives a descent back.
func (g *Graph) rest(w *descent) {
	for _, id := range w.met.groups {
		w.groups[id] = No
	}
	for _, p := range w.met.persons {
		w.persons[p] = No
	}
	w.met.groups, w.met.persons = w.met.groups[:0], w.met.persons[:0]
	g.descents.Put(w)
}

// meet notes a person, and meetGroup a group; the latter reports whether there
// is more to say of it than before.
func (w *descent) meet(p Person, c Certainty) {
	if w.persons[p] == No {
		w.met.persons = append(w.met.persons, p)
	}
	w.persons[p] |= c
}

func (w *descent) meetGroup(id model.ObjectID, c Certainty) bool {
	if c&^w.groups[id] == 0 {
		return false
	}
	if w.groups[id] == No {
		w.met.groups = append(w.met.groups, id)
	}
	w.groups[id] |= c
	return true
}

func (w *descent) list() []Holder {
	if len(w.met.persons) == 0 {
		return nil
	}
	out := make([]Holder, 0, len(w.met.persons))
	if len(w.met.persons) > len(w.persons)/64 {
		for p, c := range w.persons {
			if c != No {
				out = append(out, Holder{Person(p), c})
			}
		}
		return out
	}
	slices.Sort(w.met.persons)
	for _, p := range w.met.persons {
		out = append(out, Holder{p, w.persons[p]})
	}
	return out
}

// strangers takes those of the domain of a SID outside the forest, if that is
// not known to be an account: it may be a group there.
func (w *descent) strangers(sid pool.SID) {
	if w.g.sortOf(sid) != elsewhere {
		return
	}
	_, named := w.g.strange[sid]
	number := w.g.s.SIDs.At(uint32(sid)).Domain
	if w.g.isKnown(sid) || !named && !slices.Contains(w.g.moved[number], sid) {
		return
	}
	for _, other := range w.g.abroad[number] {
		w.meet(other, Possible)
	}
}

// enter takes an object that holds the SID or is in a group that does.
func (w *descent) enter(id model.ObjectID, c Certainty) {
	if n := w.g.number[id]; n != 0 { // nearly every one
		w.meet(Person(n-1), c)
		return
	}
	o := w.g.s.Record(id)
	if o.Is(model.FlagDeleted) {
		return
	}
	if p, ok := w.g.PersonOf(id); ok {
		w.meet(p, c)
		return
	}
	if !w.g.holds[id] {
		return
	}
	in := w.g.InTokenAt(o, w.d)
	if in == No {
		return
	}
	c = c.Through(in)
	if !w.meetGroup(id, c) {
		return
	}
	for i := range o.Members.N {
		if in := w.g.s.At(*w.g.s.Members.At(o.Members.First + i)); in != 0 {
			w.enter(in, c)
		}
	}
	for _, p := range w.g.primary.Of(uint32(id)) {
		step := Sure
		if w.g.guessed[p] {
			step = Unread
		}
		w.meet(Person(p), c.Through(step))
	}
}
