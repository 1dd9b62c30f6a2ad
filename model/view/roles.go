package view

import (
	"mbxperm/model"
	"mbxperm/model/coverage"
	"mbxperm/model/hiding"
	"mbxperm/model/member"
	"mbxperm/model/rbac"
)

// Roles is the object type of role assignments: a line for each assignee, and for
// each person who holds a role through groups; a row for each assignment.
var Roles = &ObjectType{
	Name: "Role Assignment", Flag: "role", Plural: "Role assignments",
	Toggles: hiding.Default,
	Totals: []model.Column[*Line]{
		{Title: "AccountName", Is: model.ContentTrustee, Text: func(l *Line) string { return model.PrincipalText(l.Principal) }},
		{Title: "Kind", Is: model.ContentWord, Extra: true, Text: func(l *Line) string { return l.Kind }},
		countColumn("Roles", "", false, func(l *Line) Count { return l.Roles.Count }),
		roleColumn("Opens", func(r *RoleCounts) int { return r.Opens }),
		roleColumn("Content", func(r *RoleCounts) int { return r.Content }),
		roleColumn("Grants", func(r *RoleCounts) int { return r.Grants }),
		roleColumn("Delegating", func(r *RoleCounts) int { return r.Delegating }),
		roleColumn("Disabled", func(r *RoleCounts) int { return r.Disabled }),
	},
	Details: []model.Column[*Row]{
		{Title: "Assignment", Is: model.ContentTarget, Text: func(r *Row) string { return r.Role.Name }},
		{Title: "Role", Is: model.ContentRight, Text: func(r *Row) string { return r.Role.RoleName }},
		{Title: "Effect", Is: model.ContentWord, Text: func(r *Row) string { return r.Role.Effect.String() }},
		{Title: "Status", Is: model.ContentStatus, Text: func(r *Row) string { return r.Status }},
		{Title: "UserName", Is: model.ContentTrustee, Text: func(r *Row) string { return model.PrincipalText(r.Trustee) }},
		{Title: "Scope", Is: model.ContentSentence, Text: func(r *Row) string { return r.Role.scopeCell() }},
		{Title: "Via", Is: model.ContentSentence, Text: func(r *Row) string { return r.Via }},
	},
	Fields: []model.Field[*Line]{
		{Name: "account", First: true, Is: model.ContentTrustee, Value: func(l *Line) any { return l.Name }},
		{Name: "domain", Is: model.ContentName, Value: func(l *Line) any { return l.Domain }},
		{Name: "sid", Is: model.ContentSID, Order: true, Value: func(l *Line) any { return model.SIDText(l.SID) }},
		{Name: "kind", Is: model.ContentWord, Value: func(l *Line) any { return l.Kind }},
		{Name: "roles", First: true, Value: func(l *Line) any { return l.Roles.Rows }},
		{Name: "opens", First: true, Value: func(l *Line) any { return l.Roles.Opens }},
		{Name: "content", Value: func(l *Line) any { return l.Roles.Content }},
		{Name: "grants", Value: func(l *Line) any { return l.Roles.Grants }},
		{Name: "delegating", Value: func(l *Line) any { return l.Roles.Delegating }},
		{Name: "disabled", Value: func(l *Line) any { return l.Roles.Disabled }},
		{Name: "hidden", Value: func(l *Line) any { return l.Roles.Hidden }},
		{Name: "via_groups", Value: func(l *Line) any { return l.Roles.Indirect }},
	},
	ACEs: []ACEType{
		{Name: "All", roles: rolesByName, Flip: 1},
		{Name: "Held", roles: rolesHeld, Flip: 0},
	},
	lines: roleAssigneeLines, assignments: true,
}

// roleRows says which assignments are rows of a line.
type roleRows uint8

const (
	rolesByName roleRows = iota + 1 // those that name it
	rolesHeld                       // and what it holds through groups, its policy and whatever else
)

// Roles reports whether its rows are role assignments.
func (t ACEType) Roles() bool { return t.roles != 0 }

// Roles reports whether the rows that a query asks for are role assignments.
func (q *Query) Roles() bool { return q.Rows && q.ACEs.roles != 0 }

// Held reports whether these are all that a line holds, and not only what names it.
func (q *Query) Held() bool { return q.ACEs.roles == rolesHeld || q.Effective }

// RolesUnread says why role assignments were not read; empty where they were.
func RolesUnread(s *model.Snapshot) string {
	if state := coverage.Roles(s); state.Unread {
		return state.Reason
	}
	return ""
}

// RoleCounts are the assignments of a line: those that are shown, by what they come
// to.
type RoleCounts struct {
	Count
	Opens, Content, Grants, Delegating, Disabled int
}

func roleColumn(title string, of func(*RoleCounts) int) model.Column[*Line] {
	return countColumn(title, "", false, func(l *Line) Count { return Count{Rows: of(&l.Roles)} })
}

// roleLines finds the assignees of a line.
type roleIndex struct {
	byParty map[model.TrusteeID][]int // assignees, by who they are
	nobody  map[model.ObjectID]int    // those of assignments that name nobody, by assignment
}

var roleIndexOf = model.Derive(func(s *model.Snapshot) *roleIndex {
	b, out := rbac.Of(s), &roleIndex{map[model.TrusteeID][]int{}, map[model.ObjectID]int{}}
	for n := range b.Assignees {
		who := &b.Assignees[n]
		if who.DN == 0 {
			out.nobody[b.Assignments[who.Assignments[0]].Obj] = n
			continue
		}
		party := s.TrusteeOf(who.DN)
		out.byParty[party] = append(out.byParty[party], n)
	}
	return out
})

// assigneesOf returns the assignees that a line is.
func assigneesOf(s *model.Snapshot, k lineRef) []int {
	index := roleIndexOf.Of(s)
	if n, ok := index.nobody[k.obj]; ok && k.obj != 0 {
		return []int{n}
	}
	return index.byParty[k.party]
}

// whyRole returns the reasons for which an assignment is hidden. None denies.
func (l *evaluation) whyRole(a *rbac.Assignment) hiding.Reasons {
	why := hiding.NotDeny
	if !IsOrphaned(l.snap, a) {
		why |= hiding.NotOrphan
	}
	if a.Default {
		why |= hiding.Default
	}
	return why &^ l.show
}

// IsOrphaned reports whether whoever had an assignment is gone: the link with the
// account, or what is left is the deleted account.
func IsOrphaned(s *model.Snapshot, a *rbac.Assignment) bool {
	if a.User == 0 {
		return rbac.Of(s).IsGone(a)
	}
	sid := s.TrusteeOf(a.User).SID()
	if sid == 0 {
		return false
	}
	kind := s.TrusteeKind(sid)
	return kind == model.KindOrphan || kind == model.KindDeleted
}

// countRoles counts the assignments of a line.
func (l *evaluation) countRoles(k lineRef) (c RoleCounts) {
	b := rbac.Of(l.snap)
	for _, n := range assigneesOf(l.snap, k) {
		for _, i := range b.Assignees[n].Assignments {
			a := &b.Assignments[i]
			if l.whyRole(a) != 0 {
				c.Hidden++
				continue
			}
			c.add(a)
		}
	}
	if coverage.Roles(l.snap).Unread {
		c.Unread = true
	}
	if !l.query.Arrival {
		c.Indirect = l.holdsThrough(k)
	}
	return c
}

func (c *RoleCounts) add(a *rbac.Assignment) {
	c.Rows++
	switch a.Effect {
	case rbac.OpensAll:
		c.Opens++
	case rbac.Content:
		c.Content++
	case rbac.Grants:
		c.Grants++
	}
	if a.Flags.Delegation().Delegates() {
		c.Delegating++
	}
	if a.Decoded && !a.Flags.Enabled() {
		c.Disabled++
	}
}

// holdsThrough reports whether a line's person holds a role through a group.
func (l *evaluation) holdsThrough(k lineRef) bool {
	p, ok := personOf(l.snap, k)
	return ok && roleHolders.Of(l.snap)[p]
}

// personOf is the person that a line is.
func personOf(s *model.Snapshot, k lineRef) (member.Person, bool) {
	return (&evaluation{snap: s, of: k}).person()
}

// roleHolders are the persons who hold a role through a group, at any depth.
var roleHolders = model.Derive(func(s *model.Snapshot) map[member.Person]bool {
	b, g, out := rbac.Of(s), coverage.Members(s), map[member.Person]bool{}
	isGroup := make([]bool, len(b.Assignees))
	for n := range b.Assignees {
		id := s.At(b.Assignees[n].DN)
		isGroup[n] = b.Assignees[n].DN != 0 && id != 0 && s.Record(id).Class == model.ClassGroup
	}
	for p := range member.Person(g.Len()) {
		for _, h := range b.HeldByName(p) {
			out[p] = out[p] || isGroup[h.Assignee] && h.Certainty&member.Sure != 0
		}
		if !out[p] {
			delete(out, p)
		}
	}
	return out
})

// roleAssigneeLines gives each assignee a line, and each person who holds a role
// through groups.
func roleAssigneeLines(l *evaluation) {
	s, b, index := l.snap, rbac.Of(l.snap), roleIndexOf.Of(l.snap)
	seen := map[model.TrusteeID]bool{}
	for n := range b.Assignees {
		who := &b.Assignees[n]
		for _, i := range who.Assignments {
			if why := l.whyRole(&b.Assignments[i]); why != 0 {
				l.result.Hidden[why.First()]++
			}
		}
		if who.DN == 0 {
			l.addRole(lineRef{obj: b.Assignments[who.Assignments[0]].Obj})
		} else if party := s.TrusteeOf(who.DN); !seen[party] {
			seen[party] = true
			l.addRole(lineRef{party: party})
		}
	}
	g := coverage.Members(s)
	for p := range roleHolders.Of(s) {
		if party := g.Trustee(p); !seen[party] && index.byParty[party] == nil {
			seen[party] = true
			l.addRole(lineRef{party: party})
		}
	}
	l.sortLines()
}

// addRole adds a line, unless one without rows is left out by what is asked for.
func (l *evaluation) addRole(k lineRef) {
	if l.query.Only != 0 && l.countRoles(k).Rows == 0 {
		l.result.LeftOut++
		return
	}
	l.add(k)
}

// describeRole says who the line of an assignment is that names nobody.
func describeRole(s *model.Snapshot, line *Line, id model.ObjectID) {
	b, n := rbac.Of(s), roleIndexOf.Of(s).nobody[id]
	line.Principal = model.Principal{Name: s.CN(s.Record(id).DN), DN: s.DNText(s.Record(id).DN), Kind: model.KindUnresolved}
	if b.IsGone(&b.Assignments[b.Assignees[n].Assignments[0]]) {
		line.Kind = model.KindOrphan
	}
}
