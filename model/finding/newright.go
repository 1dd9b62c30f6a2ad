package finding

import (
	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/change"
	"mbxperm/model/grant"
	"mbxperm/model/hiding"
	"mbxperm/model/internal/pool"
	"mbxperm/model/member"
)

// The rules about what is new, which want a comparison with an earlier state.

const newDecided = "The two states are compared: objects by GUID, then SID; entries by trustee, kind and object types, at the object they are set on. What a new object inherits from an entry that was there is nothing new."

func newRule(name string, x Severity, counts, text, means string) *Rule {
	return &Rule{Name: name, Group: News, Severity: x, Counts: counts, Text: text, Means: means, Decided: newDecided,
		Blind:  "Who did it: the directory does not tell. What one of the states did not read is not comparable, and raises incomplete.",
		Remedy: "ask who wanted it; take it away if nobody did"}
}

var (
	newFull = newRule("new-fullaccess", High, "objects", "somebody has got Full Access to a mailbox, or the right to change its permissions or owner",
		"He opens the mailbox now, and did not by this entry before.")
	newSend   = newRule("new-send-as", High, "objects", "somebody has got Send-As", "He sends in the name of the mailbox now, and did not by this entry before.")
	newBehalf = newRule("new-on-behalf", Medium, "objects", "somebody has got Send on Behalf", "He sends on behalf of the mailbox now; the owner himself can have given him that.")
	newStore  = newRule("new-store-right", Critical, "objects", "somebody has got a right on a store, a server or a container that opens mailboxes",
		"He opens what lies below, or can give himself that, and no mailbox shows it.")
	newMember = newRule("new-member", High, "objects", "somebody has become a member of a group that is allowed to open or send",
		"He may do whatever the group may, from his next logon on.")
	newClient = newRule("new-client", Medium, "objects", "somebody logs on by POP3 or IMAP4 from where he did not before, as the protocol logs tell",
		"The account is used from an address that was not in the earlier logs.")
	newRelay = newRule("new-relay", Medium, "objects", "a client sends mail to outside that did not before, or nobody knows whether to outside, as the protocol logs tell",
		"A program or a person relays that did not before.")
)

var newsRules = []*Rule{newFull, newSend, newBehalf, newStore, newMember, newClient, newRelay}

var openingRules = [...]struct {
	way  grant.Ways
	rule *Rule
}{{grant.OpensMailbox, newFull}, {grant.SendsAs, newSend}, {grant.SendsFor, newBehalf}, {grant.OpensBelow, newStore}}

// news finds the changes by which somebody got a right that opens or sends: at its
// source, whatever the number of copies, and each entry once.
func (r *run) news() {
	c := r.q.Since
	if c == nil {
		return
	}
	q := change.Query{Apart: true, Target: r.q.Target, Trustee: r.q.Trustee}
	var groups []grant.Ways // by ObjectID, made when the first member has come
	last := grant.Ref{}
	for i := range c.List {
		if i&1023 == 1023 && r.ended() {
			return
		}
		x := &c.List[i]
		if x.Event == change.EventRemoved || !c.Wanted(x, &q) {
			continue
		}
		var ways grant.Ways
		switch {
		case x.Event == change.EventUnsure:
			r.unsure = true
		case x.Kind == change.Client:
			r.changed(c, x, newClient)
		case x.Kind == change.Relay && c.Relayed(x):
			r.changed(c, x, newRelay)
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
		for _, o := range openingRules {
			if ways&o.way != 0 {
				r.changed(c, x, o.rule)
			}
		}
		if ways != 0 && x.Kind == change.Membership {
			r.changed(c, x, newMember)
		}
	}
}

// changed notes a change for a rule, if that is wanted.
func (r *run) changed(c *change.Comparison, x *change.Diff, rule *Rule) {
	if !r.wants(rule) {
		return
	}
	of := c.Change(x)
	f := found{rule: rule, severity: rule.Severity, change: &of, count: max(1, of.Reach), rows: 1}
	f.detail = append(model.Phrase{{Is: model.PartRight, Text: of.Right}, {Is: model.PartWord, Text: " " + of.Status + "; now "}}, of.New...)
	r.found = append(r.found, f)
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
