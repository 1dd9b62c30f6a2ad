package member

import (
	"slices"

	"mbxperm/model"
	"mbxperm/model/internal/pool"
)

// Send on Behalf goes by name and not by token: whoever is named, or is in a
// mail-enabled group that is, distribution groups too. Groups without mail,
// dynamic groups and primary groups do not count (exchange-facts 2.1).

// NamedBy says who is named by a DN: the person that it is, or the members of
// the group at any depth. The owner of a linked mailbox is named by the name of
// its account too.
func (g *Graph) NamedBy(dn pool.DN) *Holding {
	w := g.descent(0)
	defer g.rest(w)
	w.named(g.s.At(dn))
	out := &Holding{Persons: w.list()}
	if w.unread {
		out.All = Unread
	}
	return out
}

// named takes an object that is named, directly or as the member of a group.
func (w *descent) named(id model.ObjectID) {
	if id == 0 {
		w.unread = true
		return
	}
	o := w.g.s.Record(id)
	if p, ok := w.g.PersonOf(id); ok {
		w.meet(p, Sure)
		if owner, ok := w.g.ownerOf(o); ok {
			w.meet(owner, Sure)
		}
		return
	}
	switch {
	case o.Is(model.FlagDeleted):
	case w.g.isBlank(o):
		w.unread = true
	case mailEnabled(o) && w.meetGroup(id, Sure):
		if w.g.unread[id] {
			w.unread = true
		}
		for i := range o.Members.N {
			w.named(w.g.s.At(*w.g.s.Members.At(o.Members.First + i)))
		}
	}
}

// mailEnabled reports whether a group has an alias: whatever has one is a
// recipient.
func mailEnabled(o *model.Record) bool {
	return o.Class == model.ClassGroup && o.Recipient != model.NoRecipient
}

// ownerOf returns the master account of a linked mailbox.
func (g *Graph) ownerOf(o *model.Record) (Person, bool) {
	if o.Master == 0 || o.Master == pool.Self {
		return 0, false
	}
	if p, ok := g.strange[o.Master]; ok {
		return p, true
	}
	return g.PersonOf(g.s.Holder(o.Master))
}

// WayToName returns the objects from a person up to one that is named: the
// person's own, or that of the linked mailbox that it owns, then groups. It is
// nil where there is no such way.
func (g *Graph) WayToName(p Person, dn pool.DN) []model.ObjectID {
	target := g.s.At(dn)
	if target == 0 {
		return nil
	}
	from := map[model.ObjectID]model.ObjectID{}
	var next []model.ObjectID
	start := func(id model.ObjectID) {
		if id != 0 {
			if _, seen := from[id]; !seen {
				from[id] = 0
				next = append(next, id)
			}
		}
	}
	start(g.persons[p].obj)
	for _, id := range g.linked()[g.persons[p].sid] {
		start(id)
	}
	for i := 0; i < len(next); i++ {
		if next[i] == target {
			var way []model.ObjectID
			for id := target; id != 0; id = from[id] {
				way = append(way, id)
			}
			slices.Reverse(way)
			return way
		}
		for _, up := range g.up.Of(uint32(next[i])) {
			id := model.ObjectID(up)
			if _, seen := from[id]; !seen && mailEnabled(g.s.Record(id)) {
				from[id] = next[i]
				next = append(next, id)
			}
		}
	}
	return nil
}

// NamesOver are the objects by whose name in publicDelegates a group's members may
// send: itself, and the groups that it is in, as far as they hand that on.
func (g *Graph) NamesOver(group model.ObjectID) (out []model.ObjectID) {
	if group == 0 || !mailEnabled(g.s.Record(group)) {
		return nil
	}
	seen := map[model.ObjectID]bool{group: true}
	out = append(out, group)
	for i := 0; i < len(out); i++ {
		for _, up := range g.up.Of(uint32(out[i])) {
			if id := model.ObjectID(up); !seen[id] && mailEnabled(g.s.Record(id)) {
				seen[id] = true
				out = append(out, id)
			}
		}
	}
	return out
}

// linked are the linked mailboxes by their master account.
func (g *Graph) linked() map[pool.SID][]model.ObjectID { return linkedOf.Of(g.s) }

// LinkedBy are the mailboxes that are linked to a SID.
func LinkedBy(s *model.Snapshot, sid pool.SID) []model.ObjectID { return linkedOf.Of(s)[sid] }

var linkedOf = model.Derive(func(s *model.Snapshot) map[pool.SID][]model.ObjectID {
	out := map[pool.SID][]model.ObjectID{}
	for i := range s.Recipients.Len() {
		id := *s.Recipients.At(i)
		if m := s.Record(id).Master; m != 0 && m != pool.Self {
			out[m] = append(out[m], id)
		}
	}
	return out
}).Outlives(model.Memberships | model.Lists)
