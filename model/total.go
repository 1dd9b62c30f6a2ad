package model

import (
	"maps"
	"slices"
	"strings"

	"mbxperm/acl"
)

// Count is one cell of the grid of totals.
type Count struct {
	Rows   int // shown
	Deny   int // of these
	Hidden int // not shown under the toggles in force
	// Unread: the list was not read, or not to its end; there may be more.
	Unread bool
	// Indirect: the account gets rights of this kind through groups or stores too.
	Indirect bool
}

// Totals are the counts of one line, forward and in reverse.
type Totals struct {
	Forward, Reverse [3]Count // by familyMailbox, familySend, familyBehalf
}

// Unread names the lists of the line that were not read, by their field, with
// blanks between; there may be more in them than the counts say.
func (t *Totals) Unread() string {
	var names []string
	for f, name := range [...]string{"mailbox", "send_receive_as", "on_behalf"} {
		if t.Forward[f].Unread {
			names = append(names, name)
		}
	}
	return strings.Join(names, " ")
}

// Hidden returns the number of rows of the line that are not shown, both ways.
func (t *Totals) Hidden() int {
	n := 0
	for i := range t.Forward {
		n += t.Forward[i].Hidden + t.Reverse[i].Hidden
	}
	return n
}

// uses says how often descriptors and ACEs occur on recipients. It is worked
// out once for a snapshot, by the first who asks.
type uses struct {
	desc []uint32    // by descID
	ace  [2][]uint32 // by aceID: in mailbox ACLs, on accounts
	link map[Party]int
}

func (s *Snapshot) counts() *uses {
	s.once.uses.Do(func() {
		u := &s.useCount
		u.desc = make([]uint32, s.descs.len())
		u.link = map[Party]int{}
		for i := range s.recips.len() {
			o := s.object(*s.recips.at(i))
			u.desc[o.mailboxSD]++
			u.desc[o.security]++
		}
		for i := range s.delegates.len() {
			u.link[s.party(s.delegates.at(i).who)]++
		}
		u.ace[0] = make([]uint32, s.aces.len())
		u.ace[1] = make([]uint32, s.aces.len())
		for id := uint32(1); id < s.descs.len(); id++ {
			d := s.descs.at(id)
			if n := u.desc[id]; n != 0 && d.family <= familySend {
				for i := range d.n {
					u.ace[d.family][*s.lists.at(d.first + i)] += n
				}
			}
		}
	})
	return &s.useCount
}

// tally counts the rows of a sum under the reasons that are switched on.
func (t *sums) tally(f family, show Reasons) (c Count) {
	for slot := range t {
		allow, deny := int(t[slot][0]), int(t[slot][1])
		if allow+deny == 0 {
			continue
		}
		if slotReasons(f, slot)&^show == 0 {
			c.Rows += allow + deny
			c.Deny += deny
		} else {
			c.Hidden += allow + deny
		}
	}
	return c
}

// hide adds the hidden rows of a sum, each under its first reason.
func (t *sums) hide(f family, show Reasons, times int, h *Hidden) {
	for slot := range t {
		if why := slotReasons(f, slot) &^ show; why != 0 {
			h[why.first()] += (int(t[slot][0]) + int(t[slot][1])) * times
		}
	}
}

// forward counts the rows of a recipient.
func (s *Snapshot) forward(o *object, show Reasons) (c [3]Count) {
	if o.mailboxSD != 0 {
		c[familyMailbox] = s.descs.at(uint32(o.mailboxSD)).sums.tally(familyMailbox, show)
	}
	if o.security != 0 && o.family() == familySend {
		c[familySend] = s.descs.at(uint32(o.security)).sums.tally(familySend, show)
	}
	c[familyBehalf].Rows = int(o.delegates.n)
	return c
}

// ledger holds a record for each party that has one: most of a directory's SIDs
// hold nothing, so a slot number for each SID points into a short list.
type ledger[T any] struct {
	slots []uint32 // by sidID; 1 + number in list
	links map[dnID]uint32
	list  []T
}

func newLedger[T any](s *Snapshot) *ledger[T] {
	return &ledger[T]{slots: make([]uint32, s.sids.len()), links: map[dnID]uint32{}}
}

// find returns the record of a party, nil if it has none.
func (l *ledger[T]) find(p Party) *T {
	n := uint32(0)
	if dn := p.dn(); dn != 0 {
		n = l.links[dn]
	} else if int(p) < len(l.slots) {
		n = l.slots[p]
	}
	if n == 0 {
		return nil
	}
	return &l.list[n-1]
}

// of returns the record of a party, made if it has none. The pointer is good
// until the next call.
func (l *ledger[T]) of(p Party) *T {
	if x := l.find(p); x != nil {
		return x
	}
	var zero T
	l.list = append(l.list, zero)
	if dn := p.dn(); dn != 0 {
		l.links[dn] = uint32(len(l.list))
	} else {
		l.slots[p] = uint32(len(l.list))
	}
	return &l.list[len(l.list)-1]
}

// each calls f for every party that has a record, SIDs first, in order of number.
func (l *ledger[T]) each(f func(Party, *T)) {
	for p, n := range l.slots {
		if n != 0 {
			f(Party(p), &l.list[n-1])
		}
	}
	for _, dn := range slices.Sorted(maps.Keys(l.links)) {
		f(partyOfDN(dn), &l.list[l.links[dn]-1])
	}
}

type cell struct{ rows, deny, hidden uint32 }

// reverse counts, for every party that anything names, the rows on recipients.
func (s *Snapshot) reverse(show Reasons) *ledger[[3]cell] {
	u := s.counts()
	out := newLedger[[3]cell](s)
	for id := uint32(1); id < s.aces.len(); id++ {
		for f := familyMailbox; f <= familySend; f++ {
			n := u.ace[f][id]
			if n == 0 {
				continue
			}
			a := s.aces.at(id)
			sum := sumACE(f, a)
			c := sum.tally(f, show)
			if c.Rows+c.Hidden == 0 {
				continue
			}
			x := &out.of(partyOfSID(a.trustee))[f]
			x.rows += uint32(c.Rows) * n
			x.deny += uint32(c.Deny) * n
			x.hidden += uint32(c.Hidden) * n
		}
	}
	for p, n := range u.link {
		out.of(p)[familyBehalf].rows += uint32(n)
	}
	return out
}

// hiddenRows counts what the toggles hide on all recipients, each row once.
func (s *Snapshot) hiddenRows(show Reasons) (h Hidden) {
	u := s.counts()
	for id := uint32(1); id < s.descs.len(); id++ {
		d := s.descs.at(id)
		if n := u.desc[id]; n != 0 && d.family <= familySend {
			d.sums.hide(d.family, show, int(n), &h)
		}
	}
	return h
}

// opensMailboxes reports whether an ACE on a store gives access to the
// mailboxes in it: by Receive-As, or the control access bit without an object
// type, that flows down to user objects, inherit-only or not (exchange-facts
// 1.5), or by Store-Admin on the store itself (1.6).
func (s *Snapshot) opensMailboxes(a *aceRec) bool {
	class := *s.guids.at(uint32(a.inh))
	probe := acl.ACE{
		Type: a.kind, Mask: a.mask, HasObjectType: a.hasObj, ObjectType: *s.guids.at(uint32(a.obj)),
	}
	flows, _ := probe.Covers(acl.GUIDReceiveAs)
	flows = flows && a.flags&acl.ContainerInherit != 0 && (!a.hasInh || class == acl.GUIDUserClass)
	admin, _ := probe.Covers(acl.GUIDStoreAdmin)
	admin = admin && a.flags&acl.InheritOnly == 0
	return a.kind.Allows() && (flows || admin)
}
