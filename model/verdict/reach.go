package verdict

import (
	"context"

	"mbxperm/model"
	"mbxperm/model/member"
)

// Opened counts the mailboxes that a person gets into, or the other recipients
// that he can send as, by question: by basis where the answer is allowed, and the
// others by answer.
type Opened [questions]struct {
	Allowed map[Basis]int
	Others  map[Answer]int
}

// OpenedBy counts the mailboxes that a person gets into, or the other recipients
// that he can send as. It stops with the context's error.
func (b *Book) OpenedBy(ctx context.Context, p member.Person, recipients bool) (out Opened, err error) {
	for q := range out {
		out[q].Allowed, out[q].Others = map[Basis]int{}, map[Answer]int{}
	}
	err = b.Lines(ctx, Query{Person: p, Only: true, Expand: true, Recipients: recipients}, func(l *Line) bool {
		for q, a := range l.Answers {
			if a.Answer == Allowed {
				out[q].Allowed[a.Basis]++
			} else if a.Answer != None {
				out[q].Others[a.Answer]++
			}
		}
		return true
	})
	return out, err
}

// Reach says of a way through the entry of a store how many mailboxes that entry
// opens to whom it names, as far as these take anything over from their store,
// and how many persons get into this one by no other way; ok is false for other
// ways. Persons are counted where the entry names them or a group.
func (l *Line) Reach(w *Way) (mailboxes, only int, ok bool) {
	if l.t == nil || l.t.open == nil || !w.HasEntry || w.Mailbox || w.Denies {
		return 0, 0, false
	}
	at := l.t.open.list.entryAt(w.Obj, w.Pos)
	if at < 0 {
		return 0, 0, false
	}
	b, p := l.b, plansOf(l.b.s)
	for i := range b.s.Recipients.Len() {
		open := p.of[*b.s.Recipients.At(i)].open
		if open != noList && p.opens[open].store == w.Obj && p.bare[open] != noList {
			mailboxes++
		}
	}
	without := b.workOut(l.t.open.list.without(b, at))
	for _, j := range l.t.open.except {
		if j.outcome.Answer == Allowed && without.of(j.person).Answer != Allowed && l.t.owner(j.person) == member.No {
			only++
		}
	}
	return mailboxes, only, true
}

// entryAt finds an entry of the store in the list of a client logon, or -1.
func (l *list) entryAt(store model.ObjectID, pos uint32) int {
	for i := range l.entries {
		if e := &l.entries[i]; e.in == inStore && e.effect == allows && e.obj == store && e.pos == pos {
			return i
		}
	}
	return -1
}

// without is the list as it would be without one of its entries.
func (l *list) without(b *Book, at int) *list {
	out := &list{domain: l.domain, most: l.most, service: l.service}
	for i, e := range l.entries {
		if i != at {
			out.add(b, e)
		}
	}
	return out
}
