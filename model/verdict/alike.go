package verdict

import (
	"slices"

	"mbxperm/model"
	"mbxperm/model/internal/pool"
	"mbxperm/model/member"
)

// alike finds the lists that say the same in two states, without working them out: the
// same entries, none of which names somebody whose holders may be others.
type alike struct {
	books [2]*Book
	other [2][]model.ObjectID
	off   bool              // what is known of domains differs, and so may everything
	moved map[pool.SID]bool // SIDs that others may hold
	descs map[pool.Desc]alikeDesc
}

// alikeDesc says whether a list names a SID that others may hold.
type alikeDesc uint8

const (
	namesMoved alikeDesc = 1 + iota
	namesNone
)

func newAlike(books [2]*Book, other [2][]model.ObjectID) *alike {
	a := &alike{books: books, other: other, moved: map[pool.SID]bool{}, descs: map[pool.Desc]alikeDesc{}}
	x, y := books[0].s, books[1].s
	a.off = x.State.Account != y.State.Account || !slices.EqualFunc(x.Forest.Domains, y.Forest.Domains, func(d, e model.DomainInfo) bool {
		return d.DN == e.DN && d.SID == e.SID && d.Complete == e.Complete
	})
	for k, b := range books {
		for id := model.ObjectID(1); uint32(id) < b.s.Objects.Len(); id++ {
			if a.isOther(k, id) {
				a.move(k, id)
			}
		}
	}
	return a
}

// isOther reports whether another state does not have an object, or has it with other
// members, groups or SIDs.
func (a *alike) isOther(k int, id model.ObjectID) bool {
	s, t := a.books[k].s, a.books[1-k].s
	o := s.Record(id)
	if !a.books[k].g.IsGroup(id) && o.SID == 0 && o.Master == 0 {
		return false // nobody's token
	}
	at := a.other[k][id]
	if at == 0 {
		return true
	}
	p := t.Record(at)
	if o.DN != p.DN || o.SID != p.SID || o.Class != p.Class || o.Master != p.Master || o.PrimaryGroup != p.PrimaryGroup || o.Flags() != p.Flags() ||
		o.Members.N != p.Members.N || o.MembersState != p.MembersState || o.Members.N == 0 && o.Security != p.Security {
		return true
	}
	for i := range o.Members.N {
		if *s.Members.At(o.Members.First + i) != *t.Members.At(p.Members.First + i) {
			return true
		}
	}
	return !slices.Equal(member.FormerSIDs(s)[id], member.FormerSIDs(t)[at])
}

// move notes the SIDs of an object and of all that it is in.
func (a *alike) move(k int, id model.ObjectID) {
	s := a.books[k].s
	note := func(id model.ObjectID) {
		if id == 0 {
			return
		}
		a.moved[s.Record(id).SID] = true
		for _, sid := range member.FormerSIDs(s)[id] {
			a.moved[sid] = true
		}
	}
	o := s.Record(id)
	note(id)
	if o.Master != 0 && o.Master != pool.Self {
		a.moved[o.Master] = true
	}
	member.Up(s, s.TrusteeOf(o.DN), func(g member.In) bool {
		if sid := g.Party.SID(); sid == pool.Self || a.books[k].g.IsUniversal(sid) {
			return true // in both states everybody is in these, and SELF is whoever has the list
		}
		a.moved[g.Party.SID()] = true
		note(s.TrusteeRecordID(g.Party))
		return true
	})
}

// desc reports whether a list has the same holders in both states.
func (a *alike) desc(x, y pool.Desc) bool {
	if x != y {
		return false
	}
	if a.descs[x] == 0 {
		s := a.books[0].s
		d := s.Descs.At(uint32(x))
		out := namesNone
		if a.moved[d.Owner] && d.Owner != 0 || a.moved[d.Group] && d.Group != 0 {
			out = namesMoved
		}
		for i := range d.N {
			if a.moved[s.ACE(d.First+i).Trustee] {
				out = namesMoved
			}
		}
		a.descs[x] = out
	}
	return a.descs[x] == namesNone
}

// object reports whether an object has the same list in both states.
func (a *alike) object(x, y model.ObjectID) bool {
	if x == 0 || y == 0 {
		return x == y
	}
	o, p := a.books[0].s.Record(x), a.books[1].s.Record(y)
	return a.other[0][x] == y && o.SecurityState == p.SecurityState && a.desc(o.Security, p.Security)
}

// lists reports whether two lists say the same for sure.
func (a *alike) lists(keys [2]listKey) bool {
	if a.off || keys[0].number == noList || keys[1].number == noList {
		return keys[0].number == keys[1].number && !a.off
	}
	p, q := plansOf(a.books[0].s), plansOf(a.books[1].s)
	switch keys[0].kind {
	case openLists:
		x, y := p.opens[keys[0].number], q.opens[keys[1].number]
		return x.state == y.state && x.release == y.release && x.domain == y.domain && a.desc(x.mailbox, y.mailbox) && a.object(x.store, y.store)
	case sendLists:
		x, y := p.sends[keys[0].number], q.sends[keys[1].number]
		return x.unread == y.unread && x.protected == y.protected && x.own == y.own && x.domain == y.domain && x.self == y.self && !a.moved[x.self] && a.desc(x.desc, y.desc)
	}
	return a.admin(p.admins[keys[0].number], q.admins[keys[1].number])
}

// admin is lists for the lists of an administrator's logon.
func (a *alike) admin(x, y adminKey) bool {
	if x.release != y.release || x.domain != y.domain || !a.object(x.store, y.store) {
		return false
	}
	if x.store == 0 {
		return true
	}
	var on [2][]model.ObjectID
	for k, store := range [...]model.ObjectID{x.store, y.store} {
		b := a.books[k]
		on[k] = append([]model.ObjectID{b.s.At(b.s.ServerOf(b.s.Record(store)))}, b.copiesOf(store)...)
	}
	return slices.EqualFunc(on[0], on[1], a.object)
}
