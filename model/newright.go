package model

import (
	"context"

	"mbxperm/acl"
)

// newAlarms are the alarms about what is new.
const newAlarms alarmSet = 1<<alarmNewFull | 1<<alarmNewSend | 1<<alarmNewBehalf | 1<<alarmNewStore | 1<<alarmNewMember

// opening is a set of ways to be allowed into mailboxes.
type opening uint8

const (
	opensMailbox opening = 1 << iota // by the mailbox's own ACL
	sendsAs
	sendsFor
	opensStore // a store, a server, a container
)

// openings are the ways by the family of the entry that gives them.
var openings = [families]opening{familyMailbox: opensMailbox, familySend: sendsAs, familyBehalf: sendsFor, familyStore: opensStore, familyAdmin: opensStore}

var openingAlarms = [...]struct {
	way opening
	on  alarmKind
}{{opensMailbox, alarmNewFull}, {sendsAs, alarmNewSend}, {sendsFor, alarmNewBehalf}, {opensStore, alarmNewStore}}

// changes counts the changes by which somebody got a right that opens or sends:
// at its source, whatever the number of copies, and each entry once.
func (w *watcher) changes(ctx context.Context, c *Comparison) error {
	q := ChangeQuery{Target: w.target, Trustee: w.trustee}
	var groups []opening // by objID, made when the first member has come
	last := RowRef{}
	for i := range c.list {
		if i&1023 == 1023 && ctx.Err() != nil {
			return ctx.Err()
		}
		x := &c.list[i]
		if x.verb == verbRemoved || !c.wanted(x, &q) {
			continue
		}
		var ways opening
		switch {
		case x.verb == verbUnsure:
			w.unsure = true
		case x.kind == kindACE || x.kind == kindDelegate:
			ref := x.ref[after]
			ref.right = 0
			if ref != last && c.lets(x) {
				ways, last = openings[x.family], ref
			}
		case x.kind == kindMembership:
			if groups == nil {
				groups = c.New.openers()
			}
			ways = groups[x.obj[after]]
		}
		if ways != 0 {
			w.raise(c, x, ways)
		}
	}
	return nil
}

func (w *watcher) raise(c *Comparison, x *change, ways opening) {
	say := func(on alarmKind) {
		if w.want&(1<<on) == 0 {
			return
		}
		if w.rows[on] == 0 {
			first := c.change(x)
			w.change[on] = &first
		}
		w.rows[on]++
	}
	for _, o := range openingAlarms {
		if ways&o.way != 0 {
			say(o.on)
		}
	}
	if x.kind == kindMembership {
		say(alarmNewMember)
	}
}

// lets reports whether an entry or delegate that came or changed lets somebody in
// who was not let in by it before. What everybody holds on his own mailbox, what
// set-up writes, and what a new object inherits from an entry that was there
// already is nothing new.
func (c *Comparison) lets(x *change) bool {
	s, ref := c.New, x.ref[after]
	if ref.obj == 0 {
		return false
	}
	a, o := s.aceOf(ref), s.object(ref.obj)
	if s.trustee(ref, a) == s.party(o.dn) || s.reasons(ref, a)&(Self|Default) != 0 {
		return false
	}
	if a == nil {
		return true // Send on Behalf
	}
	if x.obj[before] == 0 && a.flags&acl.Inherited != 0 || !c.gives(x, after) {
		return false
	}
	return x.verb == verbAdded || !c.gives(x, before) || c.wider(x, a)
}

// gives reports whether the entry as one state has it opens. On what others
// inherit, it does where somebody inherits it.
func (c *Comparison) gives(x *change, i int) bool {
	s, ref := c.state(i), x.ref[i]
	a, o := s.aceOf(ref), s.object(ref.obj)
	var buf [maxRights]right
	if !has(rightsOf(x.family, a, &buf), ref.right) {
		return false
	}
	if x.family == familySend && o.family() == familyAncestor {
		return a.kind.Allows() && sameRight(ref.right)&1 != 0 && c.reached(x) > 0
	}
	return s.opens(o, ref, a)
}

// wider reports whether an entry that opened before opens more now: more rights
// that open, more objects, or under another condition.
func (c *Comparison) wider(x *change, a *aceRec) bool {
	const below, bounds = acl.ContainerInherit | acl.ObjectInherit, acl.InheritOnly | acl.NoPropagate
	b := c.Old.aceOf(x.ref[before])
	switch {
	case a.flags&^b.flags&below != 0, b.flags&^a.flags&bounds != 0:
		return true
	case a.mask == b.mask && a.flags == b.flags:
		return a.kind.IsCallback() // the condition is another
	case x.ref[after].right != rightWhole:
		return false
	}
	gained := *a
	gained.mask = a.mask.MapGenericAD() &^ b.mask.MapGenericAD()
	return c.New.opens(c.New.object(x.ref[after].obj), x.ref[after], &gained)
}

// openers says for each object what it is allowed to open: itself, or as a
// member of a group that is.
func (s *Snapshot) openers() []opening {
	named := make([]opening, s.sids.len())
	for _, list := range [...]view[objID]{s.recips, s.stores} {
		for i := range list.len() {
			id := *list.at(i)
			o := s.object(id)
			s.each(id, everything&^onlyBehalf, func(r RowRef, a *aceRec) bool {
				if way := openings[r.family]; named[a.trustee]&way == 0 && s.opens(o, r, a) {
					named[a.trustee] |= way
				}
				return true
			})
		}
	}
	return hold(s, named, sendsFor).holds
}
