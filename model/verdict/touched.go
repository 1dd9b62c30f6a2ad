package verdict

import (
	"slices"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/internal/pool"
	"mbxperm/model/member"
)

// touched is what a change bears on.
type touched struct {
	before, after *Book
	change        *model.Change
	groups        []model.ObjectID // whose members are others, themselves or by groups in them
	sids          map[pool.SID]bool
	persons       []member.Person // who may get another answer, in order
	everybody     bool            // and whoever it is
	special       map[model.ObjectID]bool
	roles         bool // the roles of some of them are others
	numbers       map[acl.SID]pool.SID
	taken         map[pool.SID]bool // whose holders are among the persons
}

func newTouched(before, after *Book) *touched {
	_, change := after.s.Before()
	t := &touched{before: before, after: after, change: change, sids: map[pool.SID]bool{}, special: map[model.ObjectID]bool{}, numbers: map[acl.SID]pool.SID{}, taken: map[pool.SID]bool{}}
	t.groups = member.Touched(before.g, after.g, change)
	for _, id := range t.groups {
		for _, sid := range append([]pool.SID{before.s.Record(id).SID}, member.FormerSIDs(before.s)[id]...) {
			if sid != 0 {
				t.sids[sid] = true
			}
		}
		t.roles = t.roles || before.rbac.IsAssignee(before.s.Record(id).DN)
	}
	t.findPersons()
	t.findSpecial()
	return t
}

// findPersons takes whoever is in what becomes a member or is one no more, and
// whoever holds what changed entries name.
func (t *touched) findPersons() {
	down := [2]*member.Downward{}
	for _, c := range t.change.Members {
		id := t.before.s.At(c.Member)
		if id == 0 {
			t.everybody = true // nobody knows who is behind it
			continue
		}
		t.person(id)
		for i, b := range [...]*Book{t.before, t.after} {
			if !b.g.IsGroup(id) {
				continue
			}
			if down[i] == nil {
				down[i] = b.g.Downward()
			}
			unread := down[i].In(id, func(x member.Below) bool {
				t.person(x.ID)
				return true
			})
			t.everybody = t.everybody || unread
		}
	}
	for _, c := range t.change.Primaries {
		t.person(c.Who)
	}
	for i := range t.change.Lists {
		t.ofList(&t.change.Lists[i])
	}
	for _, c := range t.change.Delegates {
		for _, b := range [...]*Book{t.before, t.after} {
			t.holding(b.NamedBy(c.Who))
		}
	}
	slices.Sort(t.persons)
	t.persons = slices.Compact(t.persons)
}

// person takes the person that an object is, and the owner of its linked mailbox.
func (t *touched) person(id model.ObjectID) {
	if id == 0 {
		t.everybody = true
		return
	}
	o, g := t.before.s.Record(id), t.before.g
	if p, ok := g.PersonOf(id); ok {
		t.persons = append(t.persons, p)
	} else if !g.IsGroup(id) || o.SID != 0 && g.IsUniversal(o.SID) {
		t.everybody = true // Everyone and the like, or what may be a group
	}
	if o.Master != 0 && o.Master != pool.Self {
		t.persons = append(t.persons, g.PersonsOf(o.Master)...)
	}
}

func (t *touched) holding(h *member.Holding) {
	t.everybody = t.everybody || h.All != member.No
	for _, p := range h.Persons {
		t.persons = append(t.persons, p.Person)
	}
}

// ofList takes whom the entries name that a list loses or gets.
func (t *touched) ofList(c *model.ListChange) {
	s := t.before.s
	o := s.Record(c.Obj)
	first, _ := s.ACEsOf(c.Desc(o))
	for _, pos := range c.Out {
		t.trustee(o, s.ACE(first+pos).Trustee)
	}
	for a := range c.Added {
		t.trustee(o, t.number(a.Trustee()))
	}
}

// number finds a SID; it is past all where nothing has it.
func (t *touched) number(sid acl.SID) pool.SID {
	id, known := t.numbers[sid]
	if !known {
		for id = 1; uint32(id) < t.after.s.SIDs.Len() && t.after.s.SIDOf(id) != sid; {
			id++
		}
		t.numbers[sid] = id
	}
	return id
}

func (t *touched) trustee(o *model.Record, sid pool.SID) {
	s := t.before.s
	if sid == 0 || uint32(sid) >= s.SIDs.Len() { // Everyone and the like, of whom nothing was said before
		t.everybody = true
		return
	}
	switch s.SIDOf(sid) {
	case acl.SIDSelf:
		sid = o.SID
	case acl.SIDOwnerRights, acl.SIDCreatorOwner, acl.SIDCreatorGroup: // whoever owns the object, or each below it
		t.everybody = true
		return
	}
	if t.taken[sid] {
		return
	}
	t.taken[sid] = true
	for _, d := range serverDomains.Of(s) {
		t.holding(t.before.HoldersOf(sid, d))
		t.holding(t.after.HoldersOf(sid, d))
	}
}

// findSpecial finds the recipients that are touched by other things than their
// lists: whose delegates name a group, or whose account is one, as it were.
func (t *touched) findSpecial() {
	s := t.before.s
	for _, c := range t.change.Delegates {
		t.special[c.Target] = true
	}
	for _, id := range t.groups {
		for _, l := range grant.RelationsOf(s).LinksOf(s.TrusteeOf(s.Record(id).DN)) {
			if l.Kind().SendsFor() {
				t.special[l.Ref(s).Obj] = true
			}
		}
	}
	for sid := range t.sids {
		for _, id := range s.FormerHolders(sid) {
			if s.Record(id).Recipient != model.NoRecipient {
				t.special[id] = true
			}
		}
		for _, id := range member.LinkedBy(s, sid) {
			t.special[id] = true
		}
	}
}

// targets are the recipients in question, in no order.
func (e *effects) targets() []model.ObjectID {
	t, s := e.touched, e.books[0].s
	if t.roles {
		return everyRecipient(s)
	}
	found := map[model.ObjectID]bool{}
	for id := range t.special {
		found[id] = true
	}
	stores := map[model.ObjectID]bool{}
	other := t.ofLists(found, stores)
	if len(t.sids) > 0 {
		t.naming(found)
		for i := range s.Stores.Len() {
			id := *s.Stores.At(i)
			if !t.names(s.Record(id).Security) {
				continue
			}
			if stores[id] = true; !s.Record(id).IsStore() {
				other = true // a server, whose stores and copies are many
			}
		}
	}
	if !other && len(stores) == 0 {
		return inOrderOf(found)
	}
	p := plansOf(s)
	for _, id := range everyRecipient(s) {
		if at := p.of[id].open; at != noList && (other || stores[p.opens[at].store]) {
			found[id] = true
		}
	}
	return inOrderOf(found)
}

func inOrderOf(found map[model.ObjectID]bool) (out []model.ObjectID) {
	for id := range found {
		out = append(out, id)
	}
	slices.Sort(out)
	return out
}

func everyRecipient(s *model.Snapshot) (out []model.ObjectID) {
	for i := range s.Recipients.Len() {
		out = append(out, *s.Recipients.At(i))
	}
	return out
}

// ofLists takes the recipients and the stores whose lists are others, and reports
// whether those of something else are.
func (t *touched) ofLists(found, stores map[model.ObjectID]bool) (other bool) {
	for i := range t.change.Lists {
		switch id := t.change.Lists[i].Obj; {
		case t.before.s.Record(id).IsStore():
			stores[id] = true
		case t.before.s.Record(id).Recipient != model.NoRecipient:
			found[id] = true
		default:
			other = true
		}
	}
	return other
}

// names reports whether an entry of a list is for one of the SIDs.
func (t *touched) names(d pool.Desc) bool {
	s := t.before.s
	first, n := s.ACEsOf(d)
	for i := range n {
		if t.sids[s.ACE(first+i).Trustee] {
			return true
		}
	}
	r := s.Descs.At(uint32(d)) // OWNER RIGHTS
	return t.sids[r.Owner] || t.sids[r.Group]
}

// naming takes the recipients whose lists have an entry for one of the SIDs, or one
// for whoever owns the list.
func (t *touched) naming(found map[model.ObjectID]bool) {
	s := t.before.s
	rows, reach := grant.RelationsOf(s), grant.ReachOf(s)
	take := func(d uint32) {
		for _, id := range reach.Targets.Of(d) {
			found[model.ObjectID(id)] = true
		}
	}
	for _, id := range t.groups { // for whom SELF in their own lists stands
		if s.Record(id).Recipient != model.NoRecipient {
			found[id] = true
		}
	}
	for sid := range t.sids {
		for _, ace := range rows.ACEs.Of(uint32(sid)) {
			for _, d := range reach.Descs.Of(ace) {
				take(d)
			}
		}
	}
	for id := uint32(1); id < s.Descs.Len(); id++ {
		if d := s.Descs.At(id); t.sids[d.Owner] || t.sids[d.Group] {
			take(id)
		}
	}
}
