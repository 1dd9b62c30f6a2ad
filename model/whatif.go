package model

import (
	"fmt"
	"slices"

	"mbxperm/acl"
	"mbxperm/model/internal/pool"
	"mbxperm/model/internal/table"
)

// Change is what a snapshot is to be without, or with: see [Snapshot.With].
type Change struct {
	Members   []MemberChange
	Primaries []PrimaryChange
	Delegates []DelegateChange
	Lists     []ListChange
}

// MemberChange leaves out a value of member, or adds one.
type MemberChange struct {
	Group  ObjectID
	Member pool.DN
	Add    bool
}

// PrimaryChange leaves somebody out of his primary group. The directory lets nobody be
// without one ([MS-SAMR] 3.1.1.8.2): he has to have another before, of which he is a
// member already, so that he gets nothing by it.
type PrimaryChange struct {
	Who   ObjectID
	Group ObjectID
}

// NoPrimaryGroup is the [Record.PrimaryGroup] of who was left out of it: the RID of nobody.
const NoPrimaryGroup = ^uint32(0)

// DelegateChange leaves out a value of publicDelegates, or adds one.
type DelegateChange struct {
	Target ObjectID
	Who    pool.DN
	Add    bool
}

// ListChange leaves out entries of one list of an object, or adds some.
type ListChange struct {
	Obj ObjectID
	// Mailbox: the list is msExchMailboxSecurityDescriptor, else nTSecurityDescriptor.
	Mailbox bool
	// Out are positions in the list, in order. Where there is no list, and so
	// everybody has every right, 0 puts an empty one there.
	Out  []uint32
	In   []acl.ACE // put where Windows puts what somebody adds: see PlaceFor
	Down []Handed  // what comes down from an entry that is added further up
}

// Handed is an entry that an object inherits.
type Handed struct {
	ACE acl.ACE
	At  uint32 // before the entry that stood there; its length for the end of the list
}

// Added calls yield for the entries that the list gets.
func (c *ListChange) Added(yield func(*acl.ACE) bool) {
	for i := range c.In {
		if !yield(&c.In[i]) {
			return
		}
	}
	for i := range c.Down {
		if !yield(&c.Down[i].ACE) {
			return
		}
	}
}

// Empty reports whether nothing is different.
func (c *Change) Empty() bool {
	return len(c.Members)+len(c.Primaries)+len(c.Delegates)+len(c.Lists) == 0
}

// Desc is the list as an object has it.
func (c *ListChange) Desc(o *Record) pool.Desc {
	if c.Mailbox {
		return o.MailboxSD
	}
	return o.Security
}

// With returns the snapshot as it would be after a change. Nothing is written to
// any directory, and the snapshot itself stays as it is. The two share all that the
// change does not touch: chunks of tables, and what was derived and does not depend
// on it (see [Derived.Outlives] and [Derived.Following]). Objects, persons, names and
// SIDs have the same numbers in both. What was not read stays unread: whether an
// empty list is known to be empty goes by the snapshot that was read (see AsRead).
// It fails where a list does not decode to its end, a position, a member or a
// delegate to leave out is not there, or an entry to add is for a SID of an account
// that nothing has shown: who that is, and who is behind it, would be made up.
func (s *Snapshot) With(c Change) (*Snapshot, error) {
	out := *s
	out.before, out.change = s, &c
	if out.read == nil {
		out.read = s
	}
	w := changing{out: &out, objects: s.Objects.Thaw(), members: s.Members.Thaw(), delegates: s.Delegates.Thaw(), known: map[string]pool.Desc{}}
	for _, m := range c.Members {
		if err := w.member(m); err != nil {
			return nil, err
		}
	}
	for _, p := range c.Primaries {
		w.objects.Edit(uint32(p.Who)).PrimaryGroup = NoPrimaryGroup
	}
	for _, d := range c.Delegates {
		if err := w.delegate(d); err != nil {
			return nil, err
		}
	}
	for i := range c.Lists {
		if err := w.list(&c.Lists[i]); err != nil {
			return nil, err
		}
	}
	out.Objects, out.Members, out.Delegates = w.objects.Publish(), w.members.Publish(), w.delegates.Publish()
	out.derived = s.derivedWith(c.parts(w.strange))
	return &out, nil
}

// Before returns the snapshot that this one is with a change, and the change; nil
// where it was read so.
func (s *Snapshot) Before() (*Snapshot, *Change) { return s.before, s.change }

// AsRead returns the snapshot that was read: the same, unless this is one [With] a
// change. What an account was allowed to read is asked of it.
func (s *Snapshot) AsRead() *Snapshot {
	if s.read != nil {
		return s.read
	}
	return s
}

// changing is a change on its way into a snapshot.
type changing struct {
	out       *Snapshot
	objects   *table.Table[Record]
	members   *table.Table[pool.DN]
	delegates *table.Table[Delegate]
	known     map[string]pool.Desc // lists that were changed the same way before
	strange   bool                 // an entry names a SID that nothing has shown so far
}

func (w *changing) member(m MemberChange) error {
	o := w.objects.At(uint32(m.Group))
	var list []pool.DN
	for i := range o.Members.N {
		list = append(list, *w.members.At(o.Members.First + i))
	}
	list, err := w.changed(o, list, m.Member, m.Add, "a member")
	if err != nil {
		return err
	}
	w.objects.Edit(uint32(m.Group)).Members = span{w.members.Len(), uint32(len(list))}
	for _, dn := range list {
		w.members.Add(dn)
	}
	return nil
}

func (w *changing) delegate(d DelegateChange) error {
	o := w.objects.At(uint32(d.Target))
	var list []pool.DN
	for i := range o.Delegates.N {
		list = append(list, w.delegates.At(o.Delegates.First+i).Who)
	}
	list, err := w.changed(o, list, d.Who, d.Add, "a delegate")
	if err != nil {
		return err
	}
	w.objects.Edit(uint32(d.Target)).Delegates = span{w.delegates.Len(), uint32(len(list))}
	for _, dn := range list {
		w.delegates.Add(Delegate{Target: d.Target, Who: dn})
	}
	return nil
}

// changed is a list of names without one or with one more.
func (w *changing) changed(o *Record, list []pool.DN, who pool.DN, add bool, what string) ([]pool.DN, error) {
	at := slices.Index(list, who)
	switch {
	case add && at < 0:
		return append(list, who), nil
	case !add && at >= 0:
		return slices.Delete(list, at, at+1), nil
	case add:
		return nil, fmt.Errorf("%s is %s of %s already", w.out.DNText(who), what, w.out.ObjectName(o))
	}
	return nil, fmt.Errorf("%s is not %s of %s", w.out.DNText(who), what, w.out.ObjectName(o))
}

// list changes a list of entries. The pool gets the new one: it only grows, and
// the states that share it see no more of it than before.
func (w *changing) list(c *ListChange) error {
	o := w.objects.At(uint32(c.Obj))
	old := c.Desc(o)
	sense := o.Sense()
	if c.Mailbox {
		sense = pool.SenseMailbox
	}
	key := fmt.Sprint(old, sense, c.Out, c.In, c.Down)
	id, known := w.known[key]
	if !known {
		raw, err := w.encode(old, c)
		if err != nil {
			return fmt.Errorf("%s: %w", w.out.ObjectName(o), err)
		}
		if id, err = w.intern(sense, raw, c); err != nil {
			return err
		}
		w.known[key] = id
	}
	o = w.objects.Edit(uint32(c.Obj))
	if c.Mailbox {
		o.MailboxSD, o.MailboxState = id, Present
	} else {
		o.Security = id
	}
	return nil
}

// encode makes the bytes of a list with a change.
func (w *changing) encode(old pool.Desc, c *ListChange) ([]byte, error) {
	parts := acl.Parts{Control: acl.SelfRelative, DACLState: acl.ACLPresent}
	if old != 0 {
		d, err := acl.Parse(w.out.Bytes(old))
		if err != nil {
			return nil, fmt.Errorf("its list does not decode to its end: %w", err)
		}
		parts = d.Parts()
	}
	out := c.Out
	switch {
	case parts.DACLState == acl.ACLPresent:
	case !slices.Equal(out, []uint32{0}):
		return nil, fmt.Errorf("it has no list of entries: everybody has every right")
	default:
		parts.DACLState, out = acl.ACLPresent, nil
	}
	if n := len(out); n > 0 && int(out[n-1]) >= len(parts.DACL) {
		return nil, fmt.Errorf("its list has no entry %d", out[n-1])
	}
	var list []acl.ACE
	for pos := range uint32(len(parts.DACL)) + 1 {
		for _, h := range c.Down {
			if h.At == pos {
				list = append(list, h.ACE)
			}
		}
		if int(pos) < len(parts.DACL) && !slices.Contains(out, pos) {
			list = append(list, parts.DACL[pos])
		}
	}
	for _, a := range c.In {
		list = slices.Insert(list, PlaceFor(list, &a), a)
	}
	parts.DACL = list
	if len(c.In)+len(c.Down) > 0 {
		parts.DACLRevision = 0 // an object ACE wants a higher one
	}
	return acl.Encode(parts)
}

// PlaceFor is where Windows puts an entry that somebody adds: what is set on the
// object before what it inherits, and of that the denies first ([MS-DTYP] 2.4.5).
func PlaceFor(list []acl.ACE, a *acl.ACE) int {
	for i := range list {
		if x := &list[i]; x.IsInherited() || a.Denies() && !x.Denies() {
			return i
		}
	}
	return len(list)
}

// intern puts a list into the pool, and lets the snapshot see as much of that as
// it needs: who holds a SID is known of those that were there before.
func (w *changing) intern(sense pool.Sense, raw []byte, c *ListChange) (pool.Desc, error) {
	p, s := w.out.Pool, w.out
	p.Mu.Lock()
	defer p.Mu.Unlock()
	for a := range c.Added {
		sid := p.SID(a.Trustee())
		if _, same := acl.WellKnownName(a.Trustee()); !same && s.Holder(sid) == 0 && s.LinkedTo(sid) == 0 && !s.SIDInfo(sid).Named {
			return 0, fmt.Errorf("nobody was read who has the SID %s", a.Trustee())
		}
		w.strange = w.strange || uint32(sid) >= s.SIDs.Len()
	}
	id := p.Descriptor(sense, raw)
	now := p.Publish()
	now.Texts, now.DNs = s.Texts, s.DNs
	if !w.strange {
		now.SIDs, now.SIDDomains = s.SIDs, s.SIDDomains
	}
	s.View = now
	return id, nil
}
