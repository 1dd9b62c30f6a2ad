package verdict

import (
	"context"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/internal/pool"
	"mbxperm/model/internal/table"
	"mbxperm/model/member"
)

// OwnList is what a recipient's own list says of one right, without what flows
// down from its store: the entries that somebody set on it, or on a container
// above. It never changes and may be used by any number of goroutines.
type OwnList struct {
	Question Question // CanOpen or CanSendAs
	Entries  []OwnEntry

	b *Book
	l *list
}

// OwnEntry is an entry that allows.
type OwnEntry struct {
	Who       pool.SID
	Pos       uint32 // its place in the mailbox's list, or in that of the account
	Inherited bool   // it is set above, or a copy of one that was
	Preset    bool   // Windows or set-up writes it

	at int32 // in the list
	// contested: an earlier entry may take the right from somebody whom this one
	// names. Where none does, it gives it to all of them.
	contested bool
}

// EachOwnList calls yield once for each distinct list with the recipients that
// have it, until it returns false. Those that were not read, or allow nothing, are
// left out. It returns the context's error when the context ends.
func (b *Book) EachOwnList(ctx context.Context, yield func(of []uint32, l *OwnList) bool) error {
	s, p := b.s, plansOf(b.s)
	each := func(n int, number func(*plan) uint32, q Question) (bool, error) {
		sharing := table.MakeLists(uint32(n), func(yield func(key, value uint32)) {
			for i := range s.Recipients.Len() {
				id := *s.Recipients.At(i)
				if k := number(&p.of[id]); k != noList {
					yield(k, uint32(id))
				}
			}
		})
		for k := range uint32(n) {
			if k&1023 == 0 && ctx.Err() != nil {
				return false, ctx.Err()
			}
			of := sharing.Of(k)
			if len(of) == 0 { // made for what lies below a store, and no mailbox's
				continue
			}
			if l := b.Own(model.ObjectID(of[0]), q); l != nil && len(l.Entries) > 0 && !yield(of, l) {
				return false, nil
			}
		}
		return true, ctx.Err()
	}
	if on, err := each(len(p.opens), func(at *plan) uint32 { return at.open }, CanOpen); !on {
		return err
	}
	_, err := each(len(p.sends), func(at *plan) uint32 { return at.send }, CanSendAs)
	return err
}

// Own returns the list of one recipient for a right; nil where there is none to
// read.
func (b *Book) Own(id model.ObjectID, q Question) *OwnList {
	p := plansOf(b.s)
	out := &OwnList{Question: q, b: b}
	var of pool.Desc
	if q == CanOpen {
		n := p.of[id].open
		if n == noList || p.opens[n].state != isRead {
			return nil
		}
		k := p.opens[n]
		of, out.l = k.mailbox, &list{domain: k.domain, most: member.Sure}
		d := b.s.Descs.At(uint32(of))
		for i := range d.N {
			b.addMailboxEntry(out.l, i, b.s.ACE(d.First+i), k.release)
		}
	} else {
		n := p.of[id].send
		if p.sends[n].unread {
			return nil
		}
		of, out.l = p.sends[n].desc, b.sendList(id, p.sends[n], nil)
	}
	first, n := b.s.ACEsOf(of)
	contested := false
	for i := range out.l.entries {
		e := &out.l.entries[i]
		if e.effect != allows {
			contested = true
			continue
		}
		if e.pos < n {
			inherited := b.s.ACE(first+e.pos).Flags&acl.Inherited != 0
			out.Entries = append(out.Entries, OwnEntry{Who: e.who, Pos: e.pos, Inherited: inherited, Preset: e.preset, at: int32(i), contested: contested})
		}
	}
	return out
}

// Holders are those whom an entry names.
func (o *OwnList) Holders(e *OwnEntry) *member.Holding { return o.b.HoldersOf(e.Who, o.l.domain) }

// Domain is that of the server whose tokens count.
func (o *OwnList) Domain() member.Domain { return o.l.domain }

// ForPerson is what the list comes to for a person whom an entry names, with this
// certainty.
func (o *OwnList) ForPerson(e *OwnEntry, p member.Person, c member.Certainty) Answer {
	own := c.Through(o.l.entries[e.at].own)
	if !e.contested && own&member.Sure != 0 {
		return Allowed
	}
	return o.of(p)
}

// of is what the list comes to for a person, by the holders of its entries: they are
// kept for all lists, and the token of an account of a forest that was not read is as
// long as that forest is large.
func (o *OwnList) of(p member.Person) Answer {
	var own []match
	for i := range o.l.entries {
		if e := &o.l.entries[i]; e.effect != either && e.who != 0 {
			if c := certaintyIn(o.b.HoldersOf(e.who, o.l.domain).Persons, p); c != member.No {
				own = append(own, match{int32(i), c})
			}
		}
	}
	return o.l.weigh(o.l.merge(nil, own)).Answer
}

// ForTrustee is what the list comes to for whom an entry names, as he stands
// there: a person with his groups, of a group whoever is in it and in nothing else,
// of a SID that nobody holds that SID alone.
func (o *OwnList) ForTrustee(e *OwnEntry) Answer {
	if !e.contested && o.l.entries[e.at].own&member.Sure != 0 {
		return Allowed
	}
	if persons := o.b.g.PersonsOf(e.Who); len(persons) > 0 {
		best := None
		for _, p := range persons {
			best = max(best, o.of(p))
		}
		return best
	}
	if group := o.b.presetGroup(e.Who); group != 0 {
		return o.l.weigh(o.l.matches(o.b.groupToken(group, o.l.domain))).Answer
	}
	var own []match
	for i := range o.l.entries {
		if l := &o.l.entries[i]; l.effect != either && l.who == e.Who {
			own = append(own, match{int32(i), member.Sure})
		}
	}
	return o.l.weigh(o.l.merge(nil, own)).Answer
}

// At is what the list comes to for the trustee of the allow at a place in it; None
// where that gives nothing, as a copy of an inherited entry.
func (o *OwnList) At(pos uint32) Answer {
	if o == nil {
		return None
	}
	for i := range o.Entries {
		if o.Entries[i].Pos == pos {
			return o.ForTrustee(&o.Entries[i])
		}
	}
	return None
}

// OnStore are the lists by which whoever an entry of a store names gets into the
// mailboxes in it: by what flows down to them, and by an administrator's logon.
type OnStore struct{ lists []*OwnList }

// OnStore returns those of a store.
func (b *Book) OnStore(id model.ObjectID) *OnStore {
	s := b.s
	server := s.ServerOf(s.Record(id))
	k := openKey{state: isAbsent, store: id, release: releaseOf(s.Forest.Versions[server]), domain: b.domainOf(server)}
	lists := append(b.adminLists(adminKey{id, k.release, k.domain}, nil)[:1], b.openList(k, nil))
	out := &OnStore{}
	for _, l := range lists {
		o := &OwnList{Question: CanOpen, b: b, l: l}
		contested := false
		for i := range l.entries {
			if e := &l.entries[i]; e.effect != allows {
				contested = true
			} else {
				o.Entries = append(o.Entries, OwnEntry{Who: e.who, Pos: e.pos, Preset: e.preset, at: int32(i), contested: contested})
			}
		}
		out.lists = append(out.lists, o)
	}
	return out
}

// At is what they come to for the trustee of the allow at a place in the store's
// list: the best of them.
func (o *OnStore) At(pos uint32) (best Answer) {
	for _, l := range o.lists {
		best = max(best, l.At(pos))
	}
	return best
}
