package view

import (
	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/hiding"
	"mbxperm/model/internal/pool"
	"mbxperm/model/member"
)

// Who gets rights through a group, a former SID or a store besides those that
// name him. What Everyone and Authenticated Users hold is left out: it would
// mark every line alike.

// ways are the ways in which a group passes on rights on recipients, by family,
// and rights that open the mailboxes of a store.
type ways uint8

const wayStore ways = 1 << 3

func way(f pool.ACLType) ways { return 1 << f }

// indirect says which groups pass on what, under the toggles of a query.
type indirect struct {
	l      *evaluation
	groups []ways // by number in memberships
}

// findThrough walks down from every group that holds a right, under its own SID
// or a former one, to the groups in it.
func (l *evaluation) findThrough() *indirect {
	up := member.Of(l.snap)
	t := &indirect{l: l, groups: make([]ways, len(up.Groups))}
	named := groupRowsOf.Of(l.snap)
	for n := range up.Groups {
		g := &up.Groups[n]
		held, store := named[n].kinds&l.kinds, named[n].store
		if l.show&hiding.NotOrphan == 0 { // only of those that are orphans
			held = 0
			for _, p := range append([]model.TrusteeID{g.Party}, member.Parties(g.Former)...) {
				held |= l.holds(p)
			}
		}
		if held != 0 || store {
			t.enter(uint32(n), waysOf(held, store))
		}
	}
	return t
}

// groupRows are the rows that name a group, by its SID or a former one.
type groupRows struct {
	kinds grant.RowKinds
	store bool // an entry of a store that names it opens mailboxes
}

// groupRowsOf are those of each group, by its number in memberships.
var groupRowsOf = model.Derive(func(s *model.Snapshot) []groupRows {
	up := member.Of(s)
	out := make([]groupRows, len(up.Groups))
	for n := range up.Groups {
		g := &up.Groups[n]
		for _, p := range append([]model.TrusteeID{g.Party}, member.Parties(g.Former)...) {
			out[n].kinds |= grant.RelationsOf(s).KindsOf(p)
			out[n].store = out[n].store || grant.StoreWays(s)[p]
		}
	}
	return out
})

// waysOf returns the ways in which entries that name a party give it rights.
func waysOf(held grant.RowKinds, store bool) (w ways) {
	for f := pool.TypeMailbox; f <= pool.TypeBehalf; f++ {
		if held&grant.FamilyKinds(f) != 0 {
			w |= way(f)
		}
	}
	if store {
		w |= wayStore
	}
	return w
}

// enter notes what a group passes on, and through it the groups in it. A group
// that is in no token passes on Send on Behalf alone.
func (t *indirect) enter(n uint32, w ways) {
	s := t.l.snap
	g := &member.Of(s).Groups[n]
	switch o := s.Record(g.Id); {
	case o.Class != model.ClassGroup:
		return
	case !member.InToken(o):
		w &= way(pool.TypeBehalf)
	}
	if w&^t.groups[n] == 0 {
		return
	}
	t.groups[n] |= w
	for _, in := range g.Below {
		t.enter(in, w)
	}
}

// of returns the ways in which a party gets rights besides those that name it.
func (t *indirect) of(p model.TrusteeID) (w ways) {
	s := t.l.snap
	up := member.Of(s)
	for _, n := range member.GroupsOf(s, p) {
		w |= t.groups[n]
	}
	id := s.TrusteeRecordID(p)
	if id == 0 {
		return w
	}
	if s.TrusteeOf(s.Record(id).DN) == p {
		for _, former := range member.FormerSIDs(s)[id] {
			p := model.TrusteeOfSID(former)
			w |= waysOf(t.l.holds(p), grant.StoreWays(s)[p])
		}
	}
	if p.SID() != 0 {
		if n, ok := up.Number[s.TrusteeRecordID(member.PrimaryGroup(s, p))]; ok {
			w |= t.groups[n]
		}
	}
	return w
}

// mark sets the mark of the reverse cells.
func (t *indirect) mark(p model.TrusteeID, out *Totals) {
	w := t.of(p)
	for f := range out.Reverse {
		out.Reverse[f].Indirect = w&way(pool.ACLType(f)) != 0
	}
	m := &out.Reverse[pool.TypeMailbox]
	m.Indirect = m.Indirect || w&wayStore != 0 || grant.StoreWays(t.l.snap)[p]
}
