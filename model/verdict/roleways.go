package verdict

import (
	"mbxperm/model"
	"mbxperm/model/member"
	"mbxperm/model/rbac"
)

// addRoleWays appends the ways by role assignments, those of the mailbox before
// those that count everywhere.
func (l *Line) addRoleWays(out []*Way, r *roleRan) []*Way {
	for ; r != nil; r = r.base {
		for i := range r.entries {
			e := &r.entries[i]
			who := l.roleHolding(e)
			if who == member.No {
				continue
			}
			for _, c := range e.counting {
				if got := who.Through(c.Certainty); got != member.No {
					out = append(out, l.roleWayOf(e, c, who, got))
				}
			}
		}
		if r.unread != nil {
			out = append(out, r.unread)
		}
	}
	return out
}

// roleHolding is how certain whom the line is about has what an assignee is
// assigned.
func (l *Line) roleHolding(e *roleEntry) member.Certainty {
	h := l.b.roleHolders(e.assignee, l.domain())
	c := h.All
	switch {
	case l.Single:
		c |= certaintyIn(h.Persons, l.Person)
	case l.Trustee != 0 && l.b.wideAssignee(e.assignee) == l.Trustee:
		c |= member.Sure
	}
	return c
}

// domain is that of the server of the mailbox that the line is about.
func (l *Line) domain() member.Domain {
	if l.t != nil {
		return l.t.domain
	}
	return l.b.rbac.Domain()
}

// roleWay names a way: the person, groups or policy, then assignment, role and
// scope.
func (l *Line) roleWay(e *roleEntry, c rbac.Counting, who, got member.Certainty) Way {
	b, a := l.b, &l.b.rbac.Assignments[c.Assignment]
	w := Way{certainty: got, basis: Role, Assignment: a.Obj, Assignee: b.rbac.Assignees[e.assignee].DN}
	if got&member.Sure == 0 {
		w.Doubt = l.roleDoubt(a, c, who)
	}
	w.Chain = append(l.roleHolder(e), named("assignment ", b.s.CN(b.s.Record(a.Obj).DN)))
	if a.RoleAssignment.Role != 0 {
		w.Chain = append(w.Chain, named("role ", b.s.CN(a.RoleAssignment.Role)))
	}
	w.Chain = append(w.Chain, b.scopePhrase(a))
	return w
}

// roleHolder is the beginning of the chain: from whom the line is about to the
// assignee.
func (l *Line) roleHolder(e *roleEntry) (out []model.Phrase) {
	b := l.b
	name := b.rbac.Assignees[e.assignee].DN
	if !l.Single {
		return []model.Phrase{b.nameOf(l.Trustee)}
	}
	sid := b.s.TrusteeOf(name).SID()
	if sid != 0 {
		if way := b.tokenOf(l.Person, l.domain()).Way(sid); way != nil {
			return b.steps(way, sid)
		}
	}
	out = append(out, b.nameOf(l.Trustee))
	if own := b.g.Object(l.Person); name != 0 && (own == 0 || b.s.Record(own).DN != name) {
		if b.rbac.IsPolicy(e.assignee) {
			return append(out, named("policy ", b.s.CN(name)))
		}
		out = append(out, model.Phrase{{Is: model.PartName, Text: b.s.Principal(b.s.TrusteeOf(name)).Name}})
	}
	return out
}

func named(word, name string) model.Phrase {
	return model.Phrase{{Is: model.PartWord, Text: word}, {Is: model.PartName, Text: name}}
}

// scopePhrase names where an assignment counts.
func (b *Book) scopePhrase(a *rbac.Assignment) model.Phrase {
	switch w := a.Flags.RecipientWrite(); {
	case !a.Decoded:
		return model.Said("a scope that was not read")
	case w == rbac.ScopeOrganization:
		return model.Said("the whole organisation")
	case a.RoleAssignment.Scope != 0 && w == rbac.ScopeOU:
		return model.Phrase{{Is: model.PartWord, Text: "below "}, {Is: model.PartDN, Text: b.s.DNText(a.RoleAssignment.Scope)}}
	case a.RoleAssignment.Scope != 0:
		return named("scope ", b.s.CN(a.RoleAssignment.Scope))
	default:
		return model.Said("scope " + w.String())
	}
}

// roleDoubt says why an assignment may not count.
func (l *Line) roleDoubt(a *rbac.Assignment, c rbac.Counting, who member.Certainty) model.Phrase {
	w := a.Flags.RecipientWrite()
	switch {
	case !a.Decoded:
		return model.Said("its flags were not read")
	case a.Role == nil:
		return model.Said("the role was not read")
	case a.Counts&member.Sure == 0:
		return model.Said("the entries of the role were not read")
	case (w == rbac.ScopeCustom || w == rbac.ScopeExclusive) && a.Scope == nil:
		return model.Said("the scope was not read")
	case a.Reach.Certainty&member.Unread != 0:
		return model.Said("not all of the scope was read")
	case who&member.Sure == 0 && !l.b.rbac.HasAssignee(a):
		return model.Said("its assignee was not read")
	case who&member.Sure == 0:
		return doubt(who)
	case c.KeptOut:
		return model.Said("an exclusive scope may hold the mailbox, which keeps out whoever has no exclusive assignment (inferred)")
	case w == rbac.ScopeCustom || w == rbac.ScopeExclusive:
		return model.Said("the scope has a filter, which the directory does not evaluate")
	case a.Reach.Certainty&member.Possible != 0:
		return model.Said("whom the scope " + w.String() + " means the directory does not tell")
	case l.t != nil && l.t.release == unknownRelease:
		return model.Said("it was not read which release the mailbox's server has")
	}
	return model.Said("the mailbox's server is older than Exchange 2010")
}
