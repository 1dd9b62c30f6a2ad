package finding

import (
	"context"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/change"
	"mbxperm/model/grant"
	"mbxperm/model/hiding"
	"mbxperm/model/internal/pool"
	"mbxperm/model/member"
)

// newAlarms are the alarms about what is new.
const newAlarms alarmSet = 1<<alarmNewFull | 1<<alarmNewSend | 1<<alarmNewBehalf | 1<<alarmNewStore | 1<<alarmNewMember | 1<<alarmNewClient | 1<<alarmNewRelay

var openingAlarms = [...]struct {
	way grant.Ways
	on  alarmKind
}{{grant.OpensMailbox, alarmNewFull}, {grant.SendsAs, alarmNewSend}, {grant.SendsFor, alarmNewBehalf}, {grant.OpensBelow, alarmNewStore}}

// changes counts the changes by which somebody got a right that opens or sends:
// at its source, whatever the number of copies, and each entry once.
func (w *watcher) changes(ctx context.Context, c *change.Comparison) error {
	q := change.Query{Apart: true, Target: w.target, Trustee: w.trustee}
	var groups []grant.Ways // by ObjectID, made when the first member has come
	last := grant.Ref{}
	for i := range c.List {
		if i&1023 == 1023 && ctx.Err() != nil {
			return ctx.Err()
		}
		x := &c.List[i]
		if x.Event == change.EventRemoved || !c.Wanted(x, &q) {
			continue
		}
		var ways grant.Ways
		switch {
		case x.Event == change.EventUnsure:
			w.unsure = true
		case x.Kind == change.Client:
			w.say(c, x, alarmNewClient)
		case x.Kind == change.Relay && c.Relayed(x):
			w.say(c, x, alarmNewRelay)
		case x.Kind == change.ACE || x.Kind == change.Delegate:
			ref := x.Ref[change.After]
			ref.Right = 0
			if ref != last {
				if ways = lets(c, x); ways != 0 {
					last = ref
				}
			}
		case x.Kind == change.Membership:
			if groups == nil {
				groups = openers(c.New)
			}
			ways = groups[x.Obj[change.After]]
		}
		if ways != 0 {
			w.raise(c, x, ways)
		}
	}
	return nil
}

func (w *watcher) raise(c *change.Comparison, x *change.Diff, ways grant.Ways) {
	for _, o := range openingAlarms {
		if ways&o.way != 0 {
			w.say(c, x, o.on)
		}
	}
	if x.Kind == change.Membership {
		w.say(c, x, alarmNewMember)
	}
}

// say counts a change for an alarm, if that is wanted.
func (w *watcher) say(c *change.Comparison, x *change.Diff, on alarmKind) {
	if w.want&(1<<on) == 0 {
		return
	}
	if w.rows[on] == 0 {
		first := c.Change(x)
		w.change[on] = &first
	}
	w.rows[on]++
}

// lets says what an entry or delegate that came or changed lets somebody do who
// was not let do that by it before. What everybody holds on his own mailbox, what
// set-up writes, and what a new object inherits from an entry that was there
// already is nothing new.
func lets(c *change.Comparison, x *change.Diff) grant.Ways {
	s, ref := c.New, x.Ref[change.After]
	if ref.Obj == 0 {
		return 0
	}
	a, o := grant.ACEOf(s, ref), s.Record(ref.Obj)
	if grant.TrusteeOf(s, ref, a) == s.TrusteeOf(o.DN) || grant.ReasonsOf(s, ref, a)&(hiding.Self|hiding.Default) != 0 {
		return 0
	}
	ways := opens(c, x, change.After)
	switch {
	case a == nil:
		return ways
	case x.Obj[change.Before] == 0 && a.Flags&acl.Inherited != 0:
		return 0
	case x.Event == change.EventAdded, opens(c, x, change.Before) == 0, wider(c, x, a):
		return ways
	}
	return 0
}

// opens says what the entry as one state has it opens. On what others inherit,
// it does where somebody inherits it.
func opens(c *change.Comparison, x *change.Diff, i int) grant.Ways {
	s, ref := c.State(i), x.Ref[i]
	a, o := grant.ACEOf(s, ref), s.Record(ref.Obj)
	var buf [pool.MaxRights]pool.Right
	if a != nil && !change.Has(x.Grant.Rights(o, a, &buf), ref.Right) {
		return 0
	}
	if sends := x.Grant == grant.SendAs || x.Grant == grant.RecipientSend; sends && !grant.StandsOnRecipient(o) && c.Reached(x) == 0 {
		return 0
	}
	return grant.Opens(s, o, ref, a)
}

// wider reports whether an entry that opened before opens more now: more rights
// that open, more objects, or under another condition.
func wider(c *change.Comparison, x *change.Diff, a *pool.ACERecord) bool {
	const below, bounds = acl.ContainerInherit | acl.ObjectInherit, acl.InheritOnly | acl.NoPropagate
	b := grant.ACEOf(c.Old, x.Ref[change.Before])
	switch {
	case a.Flags&^b.Flags&below != 0, b.Flags&^a.Flags&bounds != 0:
		return true
	case a.Mask == b.Mask && a.Flags == b.Flags:
		return a.Type.IsCallback() // the condition is another
	case x.Ref[change.After].Right != pool.RightWhole:
		return false
	}
	gained := *a
	gained.Mask = a.Mask.MapGenericAD() &^ b.Mask.MapGenericAD()
	return grant.Opens(c.New, c.New.Record(x.Ref[change.After].Obj), x.Ref[change.After], &gained) != 0
}

// openers says for each object what it is allowed to open: itself, or as a
// member of a group that is.
func openers(s *model.Snapshot) []grant.Ways {
	named := make([]grant.Ways, s.SIDs.Len())
	entries := grant.Entries()
	for _, list := range grant.Lists(s, entries) {
		for i := range list.Len() {
			id := *list.At(i)
			o := s.Record(id)
			grant.Each(s, id, entries, func(r grant.Ref, a *pool.ACERecord) bool {
				named[a.Trustee] |= grant.Opens(s, o, r, a)
				return true
			})
		}
	}
	return member.Propagate(s, named, func(yield func(pool.DN, grant.Ways)) {
		grant.EachLink(s, func(k *grant.Kind, who pool.DN) {
			if k.SendsFor() {
				yield(who, grant.SendsFor)
			}
		})
	}).Holds
}
