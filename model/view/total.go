package view

import (
	"strings"

	"mbxperm/model"
	"mbxperm/model/coverage"
	"mbxperm/model/grant"
	"mbxperm/model/hiding"
	"mbxperm/model/internal/pool"
)

// markUnread marks the cells of a recipient whose list was not read: nothing
// seen is not nothing there.
func (l *evaluation) markUnread(o *model.Record, t *Totals) {
	s := l.snap
	mailbox := o.HasMailbox() || s.TypeName(o) == model.UnknownType
	t.Forward[pool.TypeMailbox].Unread = mailbox && coverage.ListUnread(s, o.MailboxState, o.MailboxSD) && !l.reads.NoMailboxSD(o)
	t.Forward[pool.TypeSend].Unread = coverage.ListUnread(s, o.SecurityState, o.Security)
	t.Forward[pool.TypeBehalf].Unread = o.Is(model.FlagDelegatesPartial) || o.DelegatesState != model.Present && !l.reads.NoDelegates(o)
}

// Unread names the lists of the line behind Query.Of that hold rows of this answer
// and were not read, or not to their end: without rows it does not mean that
// there are none. It is nil for answers about all lines or in reverse alone.
func (r *Result) Unread() (names []string) {
	q := &r.Query
	if !q.Rows || q.Of.obj == 0 || q.ACEs.forward == 0 {
		return nil
	}
	s, o := r.Snapshot, r.Snapshot.Record(q.Of.obj)
	if o.IsStore() || o.Is(model.FlagAbove) {
		if coverage.ListUnread(s, o.SecurityState, o.Security) {
			names = append(names, "the ACL of this object")
		}
		return names
	}
	var t Totals
	r.lists.markUnread(o, &t)
	for f, name := range [...]string{"its mailbox rights", "the ACL of its account", "who may send on its behalf"} {
		if t.Forward[f].Unread && q.ACEs.forward.Has(pool.ACLType(f)) {
			names = append(names, name)
		}
	}
	return names
}

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
	Forward, Reverse [3]Count // by TypeMailbox, TypeSend, TypeBehalf
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

// countRows counts the rows of a sum under the reasons that are switched on. more
// are further reasons that all of its rows have.
func countRows(t *pool.RowCounts, f pool.ACLType, show, more hiding.Reasons) (c Count) {
	for slot := range t {
		if t[slot] == [2]uint16{} {
			continue
		}
		why := pool.SlotReasons(f, slot) | more
		allow, deny := int(t[slot][0]), int(t[slot][1])
		if (why|hiding.NotDeny)&^show == 0 {
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
func (l *evaluation) descriptor(id pool.Desc, f pool.ACLType) Count {
	sum := &l.snap.Descs.At(uint32(id)).Rows
	if l.show&hiding.NotOrphan != 0 {
		return countRows(sum, f, l.show, 0)
	}
	orphans := grant.OrphanRowsOf(l.snap).Descs[id]
	others := sum.Less(&orphans)
	c := countRows(&orphans, f, l.show, 0)
	c.add(countRows(&others, f, l.show, hiding.NotOrphan))
	return c
}

// behalf counts values of publicDelegates. None denies, and none names an orphan.
func (l *evaluation) behalf(n int) (c Count) {
	if hiding.Onlys&^l.show == 0 {
		c.Rows = n
	} else {
		c.Hidden = n
	}
	return c
}

// forward counts the rows of a recipient as a target, of one family.
func (l *evaluation) forward(o *model.Record, f pool.ACLType) (c Count) {
	switch {
	case f == pool.TypeBehalf:
		return l.behalf(int(o.Delegates.N))
	case f == pool.TypeMailbox && o.MailboxSD != 0:
		return l.descriptor(o.MailboxSD, f)
	case f == pool.TypeSend && o.Security != 0 && o.ACLType() == pool.TypeSend:
		return l.descriptor(o.Security, f)
	}
	return c
}

// reverse counts the rows on recipients that name a party, of one family.
func (l *evaluation) reverse(p model.TrusteeID, f pool.ACLType) (c Count) {
	s := l.snap
	r := grant.RelationsOf(s)
	if f == pool.TypeBehalf {
		return l.behalf(len(r.LinksOf(p)))
	}
	if p.DN() != 0 {
		return c
	}
	more := l.moreReasons(p.SID())
	for _, id := range r.ACEs.Of(uint32(p)) {
		if n := r.Uses[f][id]; n != 0 {
			sum := pool.SumACE(f, s.ACEs.At(id))
			c.add(countRows(&sum, f, l.show, more).times(int(n)))
		}
	}
	return c
}

// moreReasons are the reasons that the rows of a trustee have because of it.
func (l *evaluation) moreReasons(id pool.SID) hiding.Reasons {
	if l.show&hiding.NotOrphan == 0 && !grant.IsOrphan(l.snap, id) {
		return hiding.NotOrphan
	}
	return 0
}

// holds returns the kinds of rows that are shown and name a party.
func (l *evaluation) holds(p model.TrusteeID) grant.RowKinds {
	if l.show&hiding.NotOrphan == 0 && (p.DN() != 0 || !grant.IsOrphan(l.snap, p.SID())) {
		return 0
	}
	return grant.RelationsOf(l.snap).KindsOf(p) & l.kinds
}

// hasRows reports whether a recipient has a row that is shown, as a target.
func (l *evaluation) hasRows(o *model.Record) bool {
	if l.show&hiding.NotOrphan != 0 {
		return kinds(o, grant.RelationsOf(l.snap).Descs)&l.kinds != 0
	}
	return kinds(o, grant.OrphanRowsOf(l.snap).Kinds)&^grant.BehalfKind&l.kinds != 0
}

// kinds returns the kinds of rows of a recipient as a target, out of those of descriptors.
func kinds(o *model.Record, descs []uint16) grant.RowKinds {
	out := grant.RowKinds(descs[o.MailboxSD])
	if o.ACLType() == pool.TypeSend {
		out |= grant.RowKinds(descs[o.Security]) << 16
	}
	if o.Delegates.N > 0 {
		out |= grant.BehalfKind
	}
	return out
}

// hiddenRows counts what the toggles hide on all recipients, each row once,
// under its first reason.
func (l *evaluation) hiddenRows() (h hiding.Counts) {
	r := grant.RelationsOf(l.snap)
	rows, more := r.Rows, hiding.Reasons(0)
	if l.show&hiding.NotOrphan == 0 {
		orphans := &grant.OrphanRowsOf(l.snap).Rows
		for f := range rows {
			for slot := range rows[f] {
				for deny := range rows[f][slot] {
					rows[f][slot][deny] -= orphans[f][slot][deny]
				}
			}
		}
		l.hide(orphans, 0, &h)
		more = hiding.NotOrphan
	}
	l.hide(&rows, more, &h)
	if why := hiding.Onlys &^ l.show; why != 0 {
		h[why.First()] += len(r.Links)
	}
	return h
}

func (l *evaluation) hide(rows *[2][8][2]int, more hiding.Reasons, h *hiding.Counts) {
	for f := range rows {
		for slot := range rows[f] {
			for deny, n := range rows[f][slot] {
				why := pool.SlotReasons(pool.ACLType(f), slot) | more
				if deny == 0 {
					why |= hiding.NotDeny
				}
				if why &^= l.show; why != 0 {
					h[why.First()] += n
				}
			}
		}
	}
}
