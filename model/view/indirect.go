package view

import (
	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/hiding"
	"mbxperm/model/member"
)

// Who gets rights through a group, a former SID or a store besides those that
// name him. What Everyone and Authenticated Users hold is left out: it would
// mark every line alike.

// ways are the ways in which a group passes on rights on recipients, by their
// kind, and rights that open the mailboxes of a store.
type ways uint16

const wayStore ways = 1 << 15

func way(k *grant.Kind) ways { return 1 << k.Number() }

// indirect says which groups pass on what, under the toggles of a query.
type indirect struct {
	l      *evaluation
	groups []ways // by number in memberships
}

// findThrough walks down from every group that holds a right, under its own SID
// or a former one, to the groups in it.
func (l *evaluation) findThrough() *indirect {
	up, named := member.Of(l.snap), groupRowsOf.Of(l.snap)
	held := func(n int) ways {
		held := named[n].kinds & l.kinds
		if l.show&hiding.NotOrphan == 0 { // only of those that are orphans
			held = 0
			g := &up.Groups[n]
			for _, p := range append([]model.TrusteeID{g.Party}, member.Parties(g.Former)...) {
				held |= l.holds(p)
			}
		}
		return waysOf(held, named[n].store)
	}
	return &indirect{l: l, groups: member.Pass(l.snap, held, passes)}
}

// byList are the ways that a group passes on although it is in no token.
var byList = func() (w ways) {
	for _, k := range grant.Kinds {
		if k.ByList {
			w |= 1 << k.Number()
		}
	}
	return w
}()

// passes says what of its ways a group passes on.
func passes(o *model.Record, w ways) ways {
	switch {
	case o.Class != model.ClassGroup:
		return 0
	case !member.InToken(o):
		return w & byList
	}
	return w
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
			out[n].kinds |= grant.RelationsOf(s).KindsOf(s, p)
			out[n].store = out[n].store || grant.StoreWays(s)[p]
		}
	}
	return out
})

// waysOf returns the ways in which entries that name a party give it rights.
func waysOf(held grant.RowKinds, store bool) (w ways) {
	for _, k := range grant.Kinds {
		if onEither.Has(k) && held&k.RecipientRows() != 0 {
			w |= way(k)
		}
	}
	if store {
		w |= wayStore
	}
	return w
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
	for n, k := range grant.Kinds {
		out.Reverse[n].Indirect = w&way(k) != 0
	}
	m := &out.Reverse[grant.MailboxACL.Number()]
	m.Indirect = m.Indirect || w&wayStore != 0 || grant.StoreWays(t.l.snap)[p]
}
