package model

import (
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

// tally counts the rows of a sum under the reasons that are switched on. more
// are further reasons that all of its rows have.
func (t *sums) tally(f family, show, more Reasons) (c Count) {
	for slot := range t {
		if t[slot] == [2]uint16{} {
			continue
		}
		why := slotReasons(f, slot) | more
		allow, deny := int(t[slot][0]), int(t[slot][1])
		if (why|NotDeny)&^show == 0 {
			c.Rows += allow
		} else {
			c.Hidden += allow
		}
		if why&^show == 0 {
			c.Rows += deny
			c.Deny += deny
		} else {
			c.Hidden += deny
		}
	}
	return c
}

func (t *sums) add(x *sums) {
	for slot := range t {
		t[slot][0] += x[slot][0]
		t[slot][1] += x[slot][1]
	}
}

func (t *sums) less(x *sums) (out sums) {
	for slot := range t {
		out[slot] = [2]uint16{t[slot][0] - x[slot][0], t[slot][1] - x[slot][1]}
	}
	return out
}

func (c *Count) add(x Count) {
	c.Rows += x.Rows
	c.Deny += x.Deny
	c.Hidden += x.Hidden
}

// times counts rows that occur n times.
func (c Count) times(n int) Count {
	c.Rows *= n
	c.Deny *= n
	c.Hidden *= n
	return c
}

// descriptor counts the rows of a recipient's descriptor.
func (l *lister) descriptor(id descID, f family) Count {
	sum := &l.snap.descs.at(uint32(id)).sums
	if l.show&NotOrphan != 0 {
		return sum.tally(f, l.show, 0)
	}
	orphans := l.snap.orphanRows().descs[id]
	others := sum.less(&orphans)
	c := orphans.tally(f, l.show, 0)
	c.add(others.tally(f, l.show, NotOrphan))
	return c
}

// behalf counts values of publicDelegates. None denies, and none names an orphan.
func (l *lister) behalf(n int) (c Count) {
	if onlys&^l.show == 0 {
		c.Rows = n
	} else {
		c.Hidden = n
	}
	return c
}

// forward counts the rows of a recipient as a target, of one family.
func (l *lister) forward(o *object, f family) (c Count) {
	switch {
	case f == familyBehalf:
		return l.behalf(int(o.delegates.n))
	case f == familyMailbox && o.mailboxSD != 0:
		return l.descriptor(o.mailboxSD, f)
	case f == familySend && o.security != 0 && o.family() == familySend:
		return l.descriptor(o.security, f)
	}
	return c
}

// reverse counts the rows on recipients that name a party, of one family.
func (l *lister) reverse(p Party, f family) (c Count) {
	s := l.snap
	r := s.relations()
	if f == familyBehalf {
		return l.behalf(len(r.linksOf(p)))
	}
	if p.dn() != 0 {
		return c
	}
	more := l.moreReasons(p.sid())
	for _, id := range r.aces.of(uint32(p)) {
		if n := r.uses[f][id]; n != 0 {
			sum := sumACE(f, s.aces.at(id))
			c.add(sum.tally(f, l.show, more).times(int(n)))
		}
	}
	return c
}

// moreReasons are the reasons that the rows of a trustee have because of it.
func (l *lister) moreReasons(id sidID) Reasons {
	if l.show&NotOrphan == 0 && !l.snap.orphan(id) {
		return NotOrphan
	}
	return 0
}

// holds returns the kinds of rows that are shown and name a party.
func (l *lister) holds(p Party) kinds {
	if l.show&NotOrphan == 0 && (p.dn() != 0 || !l.snap.orphan(p.sid())) {
		return 0
	}
	return l.snap.relations().kindsOf(p) & l.kinds
}

// hasRows reports whether a recipient has a row that is shown, as a target.
func (l *lister) hasRows(o *object) bool {
	if l.show&NotOrphan != 0 {
		return o.kinds(l.snap.relations().descs)&l.kinds != 0
	}
	return o.kinds(l.snap.orphanRows().kinds)&^behalfKind&l.kinds != 0
}

// kinds returns the kinds of rows of a recipient as a target, out of those of descriptors.
func (o *object) kinds(descs []uint16) kinds {
	out := kinds(descs[o.mailboxSD])
	if o.family() == familySend {
		out |= kinds(descs[o.security]) << 16
	}
	if o.delegates.n > 0 {
		out |= behalfKind
	}
	return out
}

// hiddenRows counts what the toggles hide on all recipients, each row once,
// under its first reason.
func (l *lister) hiddenRows() (h Hidden) {
	r := l.snap.relations()
	rows, more := r.rows, Reasons(0)
	if l.show&NotOrphan == 0 {
		orphans := &l.snap.orphanRows().rows
		for f := range rows {
			for slot := range rows[f] {
				for deny := range rows[f][slot] {
					rows[f][slot][deny] -= orphans[f][slot][deny]
				}
			}
		}
		l.hide(orphans, 0, &h)
		more = NotOrphan
	}
	l.hide(&rows, more, &h)
	if why := onlys &^ l.show; why != 0 {
		h[why.first()] += len(r.links)
	}
	return h
}

func (l *lister) hide(rows *[2][8][2]int, more Reasons, h *Hidden) {
	for f := range rows {
		for slot := range rows[f] {
			for deny, n := range rows[f][slot] {
				why := slotReasons(family(f), slot) | more
				if deny == 0 {
					why |= NotDeny
				}
				if why &^= l.show; why != 0 {
					h[why.first()] += n
				}
			}
		}
	}
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
