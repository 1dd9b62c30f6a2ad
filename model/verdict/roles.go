package verdict

import (
	"slices"

	"mbxperm/model"
	"mbxperm/model/coverage"
	"mbxperm/model/internal/table"
	"mbxperm/model/member"
	"mbxperm/model/rbac"
)

// Role assignments that open mailboxes (exchange-facts 5.4). Who impersonates acts
// as the owner: no list is asked, no deny counts, and mail goes out as the
// owner's. There are no denies among them, so that what somebody gets is the
// best of what his assignments give, in whatever order.

// roleKey is what the assignments that count for a mailbox depend on.
type roleKey struct {
	place  rbac.Place
	most   member.Certainty // what the release of its server makes of it
	domain member.Domain
}

// roleMost says what a role comes to at most on a mailbox of a server: 2003 knows
// none, 2007 has none of its own, but a later server may be asked in its place.
func roleMost(v model.ServerVersion) member.Certainty {
	switch {
	case v == (model.ServerVersion{}):
		return member.Unread
	case v.Major < 8:
		return member.No
	case v.Major < 14:
		return member.Possible
	}
	return member.Sure
}

// roleRan is what assignments give, worked out from below: to everybody, to those
// for whom a policy or a group like Domain Users stands, and to each other
// person. What counts everywhere is worked out once, and is the base of what
// counts at a place.
type roleRan struct {
	base    *roleRan // of what counts everywhere; nil there
	entries []roleEntry
	general member.Certainty
	wide    []roleWide
	persons []member.Holder // in order, each once
	unread  *Way            // by assignments that were not read; nil where all were
}

// roleEntry is what one assignee is assigned, together.
type roleEntry struct {
	assignee  int
	certainty member.Certainty
	counting  []rbac.Counting
}

// roleWide is an assignee that stands for many: nobody wants a line for each.
type roleWide struct {
	who       model.TrusteeID
	certainty member.Certainty // of the assignments
	holders   []member.Holder
}

func certaintyIn(holders []member.Holder, p member.Person) member.Certainty {
	at, found := slices.BinarySearchFunc(holders, p, func(h member.Holder, p member.Person) int { return int(h.Person) - int(p) })
	if !found {
		return member.No
	}
	return holders[at].Certainty
}

// of is how certain it is that a person may impersonate.
func (r *roleRan) of(p member.Person) (c member.Certainty) {
	for ; r != nil; r = r.base {
		c |= r.general | certaintyIn(r.persons, p)
		for i := range r.wide {
			c |= certaintyIn(r.wide[i].holders, p).Through(r.wide[i].certainty)
		}
	}
	return c
}

// through is what whoever surely is in a wide assignee, and in nothing else, gets;
// of nobody, what everybody gets.
func (r *roleRan) through(who model.TrusteeID) (c member.Certainty) {
	for ; r != nil; r = r.base {
		c |= r.general
		for i := range r.wide {
			if r.wide[i].who == who {
				c |= r.wide[i].certainty
			}
		}
	}
	return c
}

// roleOutcome is what a certainty comes to.
func roleOutcome(c member.Certainty) Outcome {
	switch {
	case c&member.Sure != 0:
		return Outcome{Answer: Allowed, Basis: Role}
	case c&member.Unread != 0:
		return Outcome{Answer: Unknown}
	case c&member.Possible != 0:
		return Outcome{Answer: Possible, Basis: Role}
	case c != member.No:
		return Outcome{Answer: Unknown}
	}
	return Outcome{}
}

// roleRun is what a key comes to, and roleBase what everybody gets of it
// everywhere, whatever the place; keptOut where an exclusive scope takes a part of
// that away.
func (b *Book) roleRun(k roleKey) *roleRan {
	return b.roles.of(k, func() *roleRan {
		r := b.runRoles(b.rbac.Below(k.place), k)
		r.base = b.roleBase(k, b.rbac.KeptOut(k.place))
		return r
	})
}

type roleBaseKey struct {
	most    member.Certainty
	domain  member.Domain
	keptOut bool
}

func (b *Book) roleBase(k roleKey, keptOut bool) *roleRan {
	return b.roleBases.of(roleBaseKey{k.most, k.domain, keptOut}, func() *roleRan {
		r := b.runRoles(b.rbac.Everywhere(keptOut), k)
		if state := coverage.Roles(b.s); state.Unread {
			r.general |= member.Unread.Through(k.most)
			r.unread = &Way{Chain: []model.Phrase{model.Said("role assignments that were not read")},
				Doubt: model.Phrase{{Is: model.PartAny, Text: state.Reason}}, certainty: member.Unread, basis: Role}
		}
		return r
	})
}

func (b *Book) runRoles(counting []rbac.Counting, k roleKey) *roleRan {
	r := &roleRan{}
	at := map[int]int{}
	for _, c := range counting {
		who := b.rbac.Assignments[c.Assignment].Assignee
		n, known := at[who]
		if !known {
			n = len(r.entries)
			at[who] = n
			r.entries = append(r.entries, roleEntry{assignee: who})
		}
		e := &r.entries[n]
		c.Certainty = c.Certainty.Through(k.most)
		e.certainty |= c.Certainty
		e.counting = append(e.counting, c)
	}
	var all []member.Holder
	for i := range r.entries {
		e := &r.entries[i]
		h := b.roleHolders(e.assignee, k.domain)
		r.general |= h.All.Through(e.certainty)
		if who := b.wideAssignee(e.assignee); who != 0 {
			r.wide = append(r.wide, roleWide{who, e.certainty, h.Persons})
			continue
		}
		for _, p := range h.Persons {
			all = append(all, member.Holder{Person: p.Person, Certainty: p.Certainty.Through(e.certainty)})
		}
	}
	all = table.SortParallel(all, func(x, y member.Holder) int { return int(x.Person) - int(y.Person) })
	for _, p := range all {
		if n := len(r.persons); n > 0 && r.persons[n-1].Person == p.Person {
			r.persons[n-1].Certainty |= p.Certainty
		} else {
			r.persons = append(r.persons, p)
		}
	}
	return r
}

type roleHolderKey struct {
	assignee int
	domain   member.Domain
}

func (b *Book) roleHolders(assignee int, d member.Domain) *member.Holding {
	return b.roleHolding.of(roleHolderKey{assignee, d}, func() *member.Holding { return b.rbac.Holders(assignee, d) })
}

// wideAssignee returns an assignee that stands for many: a policy, Domain Users,
// Domain Computers; 0 for another.
func (b *Book) wideAssignee(n int) model.TrusteeID {
	who := &b.rbac.Assignees[n]
	if b.rbac.IsPolicy(n) {
		return model.TrusteeOfDN(who.DN)
	}
	if t := b.s.TrusteeOf(who.DN); who.DN != 0 && t.SID() != 0 && b.g.IsDomainWide(t.SID()) {
		return t
	}
	return 0
}

// roleOf is what a person gets by roles.
func (t *target) roleOf(p member.Person) Outcome {
	if t.role == nil {
		return Outcome{}
	}
	return roleOutcome(t.role.of(p))
}

// roleThrough is what whoever is in a wide assignee, or everybody, gets by roles:
// nothing where a line for all mailboxes says the same.
func (t *target) roleThrough(who model.TrusteeID) Outcome {
	if t.role == nil {
		return Outcome{}
	}
	out := roleOutcome(t.role.through(who))
	if t.everywhere != nil && roleOutcome(t.everywhere.through(who)).Answer == out.Answer {
		return Outcome{}
	}
	return out
}

// roleElsewhere is what the lines for all mailboxes say of a person.
func (t *target) roleElsewhere(p member.Person) Outcome {
	if t.everywhere == nil {
		return Outcome{}
	}
	return roleOutcome(t.everywhere.of(p))
}

// withRole adds what roles give to opening and sending.
func (a *Answers) withRole(o Outcome) {
	a[CanOpen], a[CanSendAs] = a[CanOpen].better(o), a[CanSendAs].better(o)
}

// rolePersons are those to whom roles say something on this mailbox that no line
// for all mailboxes says.
func (t *target) rolePersons(out []member.Person) []member.Person {
	for r := t.role; r != nil && r != t.everywhere; r = r.base {
		for _, p := range r.persons {
			out = append(out, p.Person)
		}
		for i := range r.wide {
			for _, p := range r.wide[i].holders {
				if p.Certainty&member.Sure == 0 { // the line for the others is not about him
					out = append(out, p.Person)
				}
			}
		}
	}
	return out
}

// roleWides are the wide assignees of this mailbox.
func (t *target) roleWides() (out []roleWide) {
	for r := t.role; r != nil; r = r.base {
		for _, w := range r.wide {
			if !slices.ContainsFunc(out, func(x roleWide) bool { return x.who == w.who }) {
				out = append(out, w)
			}
		}
	}
	return out
}

// everywhereFor is what lines for all mailboxes say to those of a key; nil where
// there are none, or an exclusive scope takes a part of that away, so that all is
// said of the mailbox itself.
func (a *asking) everywhereFor(k roleKey) *roleRan {
	if e := a.b.everywhereOf(k); a.drawsRoles() && a.b.roleRun(k).base == e {
		return e
	}
	return nil
}

// everywhereOf is what lines for all mailboxes say to those that a key is of.
func (b *Book) everywhereOf(k roleKey) *roleRan { return b.roleBase(k, b.rbac.KeptOut(0)) }

// hasRoleOn reports whether roles give the person in question something on the
// mailboxes of a key that no line for all mailboxes says.
func (a *asking) hasRoleOn(k roleKey) bool {
	got := roleOutcome(a.b.roleRun(k).of(a.q.Person))
	return got != roleOutcome(a.everywhereFor(k).of(a.q.Person))
}
