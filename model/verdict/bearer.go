package verdict

import (
	"slices"

	"mbxperm/model"
	"mbxperm/model/internal/pool"
	"mbxperm/model/member"
)

// Bearer answers for whoever has a SID in his token: for a person for himself, for a
// group for one who is in it and in nothing else, for Everyone and the like for one
// whom nothing else names. Owners and roles are not asked. It is used by one
// goroutine.
type Bearer struct {
	a          *asking
	sid        pool.SID
	open, send []uint8 // 1 + the answer, by the number of the list
	admin      map[listKey]Answer
	named      naming // descriptors whose entries concern him
}

// Bearer returns the one for a SID.
func (b *Book) Bearer(sid pool.SID) *Bearer { return b.bearer(sid) }

// Anybody returns the one for whoever is in no group and named nowhere.
func (b *Book) Anybody() *Bearer { return b.bearer(0) }

func (b *Book) bearer(sid pool.SID) *Bearer {
	x := &Bearer{a: &asking{b: b, tokens: map[member.Domain]*member.SIDs{}}, sid: sid, admin: map[listKey]Answer{}}
	p := plansOf(b.s)
	x.open, x.send = make([]uint8, len(p.opens)), make([]uint8, len(p.sends))
	x.a.wanted = slices.Clone(generalSIDs.Of(b.s))
	for _, d := range serverDomains.Of(b.s) {
		x.token(d).Each(func(sid pool.SID, _ member.Certainty) { x.a.wanted[sid] = true })
	}
	x.a.scope = x.a.gather()
	x.named = descsNaming(b, x.a)
	return x
}

func (x *Bearer) token(d member.Domain) *member.SIDs {
	t := x.a.tokens[d]
	if t == nil {
		if x.sid != 0 {
			t = x.a.b.g.BearerToken(x.sid, d)
		} else {
			t = x.a.b.g.AnybodyToken(d)
		}
		x.a.tokens[d] = t
	}
	return t
}

// Opens answers whether he opens a mailbox, by a client's or an administrator's logon,
// whichever says more.
func (x *Bearer) Opens(id model.ObjectID) Answer {
	return Outcome{Answer: x.OpensAsClient(id)}.better(Outcome{Answer: x.OpensAsAdmin(id)}).Answer
}

// OpensAsAdmin answers whether he opens a mailbox by an administrator's or a
// service's logon.
func (x *Bearer) OpensAsAdmin(id model.ObjectID) (best Answer) {
	p := plansOf(x.a.b.s)
	at := p.of[id]
	if at.open == noList {
		return None
	}
	for part := range x.a.b.adminCount(p.admins[at.admin]) {
		k := listKey{adminLists, part, at.admin}
		a, known := x.admin[k]
		if !known {
			a = x.ask(k)
			x.admin[k] = a
		}
		best = Outcome{Answer: best}.better(Outcome{Answer: a}).Answer
	}
	return best
}

// OpensAsClient answers whether he opens a mailbox by a client's logon.
func (x *Bearer) OpensAsClient(id model.ObjectID) Answer {
	p := plansOf(x.a.b.s)
	open := p.of[id].open
	if open == noList {
		return None
	}
	// A list that names nobody whom he is counts as if there were none: of those there
	// are as many as stores.
	if k := &p.opens[open]; k.mailbox != 0 && !x.named.of(k.mailbox) && p.bare[open] != noList {
		open = p.bare[open]
	}
	return x.memo(x.open, openLists, open)
}

// SendsAs answers whether he sends as a recipient.
func (x *Bearer) SendsAs(id model.ObjectID) Answer {
	return x.memo(x.send, sendLists, plansOf(x.a.b.s).of[id].send)
}

func (x *Bearer) memo(kept []uint8, kind uint8, number uint32) Answer {
	if kept[number] == 0 {
		kept[number] = 1 + uint8(x.ask(listKey{kind, 0, number}))
	}
	return Answer(kept[number] - 1)
}

func (x *Bearer) ask(k listKey) Answer {
	l := x.a.b.make(k, x.a.scope)
	return l.weigh(l.matches(x.token(l.domain))).Answer
}
