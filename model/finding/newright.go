package finding

import (
	"context"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/change"
	"mbxperm/model/grant"
	"mbxperm/model/hiding"
	"mbxperm/model/internal/pool"
	"mbxperm/model/internal/table"
	"mbxperm/model/member"
)

// newAlarms are the alarms about what is new.
const newAlarms alarmSet = 1<<alarmNewFull | 1<<alarmNewSend | 1<<alarmNewBehalf | 1<<alarmNewStore | 1<<alarmNewMember

var openingAlarms = [...]struct {
	way grant.Opening
	on  alarmKind
}{{grant.OpensMailbox, alarmNewFull}, {grant.SendsAs, alarmNewSend}, {grant.SendsFor, alarmNewBehalf}, {grant.OpensStore, alarmNewStore}}

// changes counts the changes by which somebody got a right that opens or sends:
// at its source, whatever the number of copies, and each entry once.
func (w *watcher) changes(ctx context.Context, c *change.Comparison) error {
	q := change.Query{Target: w.target, Trustee: w.trustee}
	var groups []grant.Opening // by ObjectID, made when the first member has come
	last := grant.Ref{}
	for i := range c.List {
		if i&1023 == 1023 && ctx.Err() != nil {
			return ctx.Err()
		}
		x := &c.List[i]
		if x.Verb == change.VerbRemoved || !c.Wanted(x, &q) {
			continue
		}
		var ways grant.Opening
		switch {
		case x.Verb == change.VerbUnsure:
			w.unsure = true
		case x.Kind == change.ACE || x.Kind == change.Delegate:
			ref := x.Ref[change.After]
			ref.Right = 0
			if ref != last && lets(c, x) {
				ways, last = grant.Openings[x.Family], ref
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

func (w *watcher) raise(c *change.Comparison, x *change.Diff, ways grant.Opening) {
	say := func(on alarmKind) {
		if w.want&(1<<on) == 0 {
			return
		}
		if w.rows[on] == 0 {
			first := c.Change(x)
			w.change[on] = &first
		}
		w.rows[on]++
	}
	for _, o := range openingAlarms {
		if ways&o.way != 0 {
			say(o.on)
		}
	}
	if x.Kind == change.Membership {
		say(alarmNewMember)
	}
}

// lets reports whether an entry or delegate that came or changed lets somebody in
// who was not let in by it before. What everybody holds on his own mailbox, what
// set-up writes, and what a new object inherits from an entry that was there
// already is nothing new.
func lets(c *change.Comparison, x *change.Diff) bool {
	s, ref := c.New, x.Ref[change.After]
	if ref.Obj == 0 {
		return false
	}
	a, o := grant.ACEOf(s, ref), s.Record(ref.Obj)
	if grant.TrusteeOf(s, ref, a) == s.TrusteeOf(o.DN) || grant.ReasonsOf(s, ref, a)&(hiding.Self|hiding.Default) != 0 {
		return false
	}
	if a == nil {
		return true // Send on Behalf
	}
	if x.Obj[change.Before] == 0 && a.Flags&acl.Inherited != 0 || !gives(c, x, change.After) {
		return false
	}
	return x.Verb == change.VerbAdded || !gives(c, x, change.Before) || wider(c, x, a)
}

// gives reports whether the entry as one state has it opens. On what others
// inherit, it does where somebody inherits it.
func gives(c *change.Comparison, x *change.Diff, i int) bool {
	s, ref := c.State(i), x.Ref[i]
	a, o := grant.ACEOf(s, ref), s.Record(ref.Obj)
	var buf [pool.MaxRights]pool.Right
	if !change.Has(pool.RightsOf(x.Family, a, &buf), ref.Right) {
		return false
	}
	if x.Family == pool.TypeSend && o.ACLType() == pool.TypeAncestor {
		return a.Type.Allows() && grant.SameRight(ref.Right)&1 != 0 && c.Reached(x) > 0
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
	return grant.Opens(c.New, c.New.Record(x.Ref[change.After].Obj), x.Ref[change.After], &gained)
}

// openers says for each object what it is allowed to open: itself, or as a
// member of a group that is.
func openers(s *model.Snapshot) []grant.Opening {
	named := make([]grant.Opening, s.SIDs.Len())
	for _, list := range [...]table.View[model.ObjectID]{s.Recipients, s.Stores} {
		for i := range list.Len() {
			id := *list.At(i)
			o := s.Record(id)
			grant.Each(s, id, pool.AllTypes&^pool.OnlyBehalf, func(r grant.Ref, a *pool.ACERecord) bool {
				if way := grant.Openings[r.Family]; named[a.Trustee]&way == 0 && grant.Opens(s, o, r, a) {
					named[a.Trustee] |= way
				}
				return true
			})
		}
	}
	return member.Propagate(s, named, grant.SendsFor).Holds
}
