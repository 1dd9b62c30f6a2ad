package view

import (
	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/hiding"
	"mbxperm/model/internal/pool"
)

// What opens a mailbox without standing on it: entries of its store, set-up's aside
// (exchange-facts 1.5, 1.6). Many of these come from the server or the organisation
// above, and they open all the same: so no toggle hides them but those that ask for
// one sort of rows alone.

// storeOf returns the store that the mailbox of an object is in; 0 where there is no
// mailbox, or its store was not read.
func storeOf(s *model.Snapshot, id model.ObjectID) model.ObjectID {
	if o := s.Record(id); o.HasMailbox() {
		if store := s.At(o.Home); store != 0 && s.Record(store).IsStore() {
			return store
		}
	}
	return 0
}

// eachThrough calls yield for the entries of the store of a mailbox that open it, and
// says why one is not shown.
func (l *evaluation) eachThrough(id model.ObjectID, yield func(r grant.Ref, why hiding.Reasons)) {
	store := storeOf(l.snap, id)
	if store == 0 {
		return
	}
	l.each(store, grant.StoreACL.Only(), func(r grant.Ref, a *pool.ACERecord) bool {
		if grant.IntoStored(l.snap, r, a) {
			yield(r, l.hides(0, a, false))
		}
		return true
	})
}

// rowsThrough takes those entries behind the rows of a mailbox.
func (l *evaluation) rowsThrough(id model.ObjectID) {
	l.eachThrough(id, func(r grant.Ref, why hiding.Reasons) {
		if l.query.Trustee != nil {
			if t := l.snap.Principal(grant.TrusteeOf(l.snap, r, grant.ACEOf(l.snap, r))); !l.query.Trustee(&t) {
				return
			}
		}
		if why != 0 {
			l.result.Hidden[why.First()]++
		} else {
			l.result.rows = append(l.result.rows, r)
		}
	})
}

// isThrough reports whether a row is an entry of the store of the line's mailbox.
func (l *evaluation) isThrough(r grant.Ref) bool {
	return l.query.ACEs.through && r.Kind() == grant.StoreACL && r.Obj != l.of.obj
}

// Through returns how many of the rows are entries of the store of the line's mailbox.
func (r *Result) Through() (n int) {
	if r.Query.ACEs.through {
		for _, ref := range r.rows {
			if r.evaluation.isThrough(ref) {
				n++
			}
		}
	}
	return n
}

// throughUnread reports whether such entries of a mailbox may be missing.
func (l *evaluation) throughUnread(id model.ObjectID) bool {
	s := l.snap
	o := s.Record(id)
	if !o.HasMailbox() || o.Home == 0 {
		return false
	}
	store := storeOf(s, id)
	return store == 0 || grant.StoreACL.Unread(s, l.reads, s.Record(store))
}

// throughStores counts the entries by which others open the mailbox of a line without
// an entry on it. Those of a store are counted once.
func (l *evaluation) throughStores(k lineRef) (c Count) {
	if k.obj == 0 || !l.snap.Record(k.obj).HasMailbox() {
		return c
	}
	key := throughKey{storeOf(l.snap, k.obj)}
	if known, ok := l.kept.Load(key); ok {
		c = known.(Count)
	} else {
		l.eachThrough(k.obj, func(_ grant.Ref, why hiding.Reasons) {
			if why != 0 {
				c.Hidden++
			} else {
				c.Rows++
			}
		})
		l.kept.Store(key, c)
	}
	c.Unread = l.throughUnread(k.obj)
	return c
}

type throughKey struct{ store model.ObjectID }

// intoStores counts the stores by whose entries a party opens mailboxes, and as rows
// the mailboxes that are in them.
func (l *evaluation) intoStores(k lineRef) (c Count) {
	if k.party == 0 || l.moreReasons(k.party.SID())|hiding.NotDeny&^l.show != 0 {
		return c
	}
	in := storesOpened.Of(l.snap)[k.party]
	return Count{Targets: in.stores, AllowOn: in.stores, Rows: in.mailboxes}
}

// opened is how much of the organisation entries of stores open to somebody.
type opened struct{ stores, mailboxes int }

var storesOpened = model.Derive(func(s *model.Snapshot) map[model.TrusteeID]opened {
	mailboxes := map[model.ObjectID]int{}
	for i := range s.Recipients.Len() {
		if store := storeOf(s, *s.Recipients.At(i)); store != 0 {
			mailboxes[store]++
		}
	}
	out := map[model.TrusteeID]opened{}
	for i := range s.Stores.Len() {
		store, who := *s.Stores.At(i), map[model.TrusteeID]bool{}
		grant.EachIntoStored(s, store, func(a *pool.ACERecord) { who[model.TrusteeOfSID(a.Trustee)] = true })
		for p := range who {
			n := out[p]
			out[p] = opened{n.stores + 1, n.mailboxes + mailboxes[store]}
		}
	}
	return out
}).Outlives(model.Memberships)

// Stores counts the entries of the store of a line's mailbox that open it; see
// [Result.Through].
func (l *Line) Stores() Count { return l.asked.throughStores(l.at) }

// The columns of both, off at first.
var (
	storesColumn        = throughColumn("Stores", bandForward, (*evaluation).throughStores)
	reverseStoresColumn = throughColumn("Reverse_Stores", bandReverse, (*evaluation).intoStores)
)

func throughColumn(title, band string, of func(*evaluation, lineRef) Count) model.Column[*Line] {
	c := countColumn(title, "", true, func(l *Line) Count { return of(l.asked, l.at) })
	c.Off = true
	return banded(c, band)
}
