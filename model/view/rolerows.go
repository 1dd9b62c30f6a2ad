package view

import (
	"cmp"
	"slices"
	"strings"

	"mbxperm/model"
	"mbxperm/model/coverage"
	"mbxperm/model/grant"
	"mbxperm/model/internal/pool"
	"mbxperm/model/member"
	"mbxperm/model/rbac"
)

// RoleRow is what a row says of a role assignment.
type RoleRow struct {
	*rbac.Assignment
	Name, DN         string // of the assignment
	RoleName, RoleDN string
	ParentName       string // of the role's parent; empty where it has none
	Where            string // the recipient write scope, in words
	ScopeName        string // of the scope object, or the DN of the OU
	ScopeRoot        string
	ScopeFilter      string // as written
	Exclusive        bool
	Linked           string // of a linked role group: the SID of the group in the other forest
	Complete         bool   // all came that decides
}

// AssignmentKey is what names the row of the assignment that an object is, in every
// state of a pool.
func AssignmentKey(s *model.Snapshot, id model.ObjectID) any {
	return assignmentKey{s.Record(id).DN}
}

// assignmentRow is a row: an assignment, and whose it is for whom the line is about.
type assignmentRow struct {
	number    int
	certainty member.Certainty // No where the assignment names who is asked about, or all are in question
	person    member.Person    // who holds it, where certainty is not No
}

// assignmentKey names such a row in every state of a pool.
type assignmentKey struct{ name pool.DN }

// assigneeKey returns the line of who has an assignment.
func (r *Result) assigneeKey(x assignmentRow) LineKey {
	if a := &rbac.Of(r.Snapshot).Assignments[x.number]; a.User != 0 {
		return LineKey{party: r.Snapshot.TrusteeOf(a.User)}
	}
	return LineKey{}
}

// roleRow makes the row of an assignment.
func (r *Result) roleRow(x assignmentRow) Row {
	row := AssignmentRow(r.Snapshot, x.number)
	if x.certainty != member.No {
		row.Via = RoleWay(r.Snapshot, x.person, row.Role.Assignment, x.certainty).String()
	}
	if row.Role.Linked != "" && row.Via == "" {
		row.Via = "members in another forest: " + row.Role.Linked
	}
	return row
}

// AssignmentRow makes the row of an assignment, by its number.
func AssignmentRow(s *model.Snapshot, number int) Row {
	b := rbac.Of(s)
	a := &b.Assignments[number]
	o := s.Record(a.Obj)
	out := &RoleRow{Assignment: a, Name: s.CN(o.DN), DN: s.DNText(o.DN), Complete: b.Complete(a)}
	if a.RoleAssignment.Role != 0 {
		out.RoleName, out.RoleDN = s.CN(a.RoleAssignment.Role), s.DNText(a.RoleAssignment.Role)
	}
	if a.Role != nil {
		if parent := b.Parent(a.Role); parent != nil {
			out.ParentName = s.CN(s.Record(parent.Obj).DN)
		}
	}
	out.scope(s)
	out.Where = out.Scoped().String()
	row := Row{Row: grant.Row{Right: out.RoleName, Text: out.RoleName, Status: roleStatus(a), AppliesHere: true}, Role: out, snapshot: s}
	row.Target.Principal = model.Principal{Name: out.Name, DN: out.DN, GUID: o.GUID}
	if a.User != 0 {
		row.who = s.TrusteeOf(a.User)
		row.Trustee = s.Principal(row.who)
		if g := b.RoleGroup(s.At(a.User)); g != nil && g.Foreign != 0 {
			out.Linked = model.SIDText(s.SIDOf(g.Foreign))
		}
	} else if b.IsGone(a) {
		row.Trustee.Kind = model.KindOrphan
	}
	return row
}

// scope takes where the assignment counts.
func (r *RoleRow) scope(s *model.Snapshot) {
	a, w := r.Assignment, r.Flags.RecipientWrite()
	r.Exclusive = a.Decoded && w == rbac.ScopeExclusive
	if a.RoleAssignment.Scope == 0 {
		return
	}
	r.ScopeName = s.CN(a.RoleAssignment.Scope)
	if w == rbac.ScopeOU {
		r.ScopeName = s.DNText(a.RoleAssignment.Scope)
	}
	if a.Scope == nil {
		return
	}
	r.ScopeFilter, r.Exclusive = a.Scope.Filter, r.Exclusive || rbac.IsExclusive(a.Scope)
	if a.Scope.Root != 0 {
		r.ScopeRoot = s.DNText(a.Scope.Root)
	}
}

// Scoped says where the assignment counts: a word of Exchange's, and the name of
// the scope or the DN of the OU that it stands for.
func (r *RoleRow) Scoped() model.Phrase {
	if !r.Decoded {
		return model.Said("not read")
	}
	w := r.Flags.RecipientWrite()
	if r.ScopeName == "" {
		return model.Said(w.String())
	}
	name := model.Part{Is: model.PartName, Text: r.ScopeName}
	if w == rbac.ScopeOU {
		name.Is = model.PartDN
	}
	return model.Phrase{{Is: model.PartWord, Text: w.String() + ": "}, name}
}

// scopeCell is where the assignment counts, for a narrow column: what tells one
// scope from another stands first.
func (r *RoleRow) scopeCell() string {
	if r.ScopeName == "" || !r.Decoded {
		return r.Where
	}
	return r.ScopeName + " (" + r.Flags.RecipientWrite().String() + ")"
}

// roleStatus says in a word whether an assignment is in force, and as what.
func roleStatus(a *rbac.Assignment) string {
	switch {
	case !a.Decoded:
		return "Not read"
	case !a.Flags.Enabled():
		return "Disabled"
	case a.Flags.Delegation() == rbac.Regular:
		return "Enabled"
	}
	return a.Flags.Delegation().String()
}

// RoleWay is how somebody comes to an assignment: himself, the groups on the way,
// or his policy; nil where it is his by name, or not his.
func RoleWay(s *model.Snapshot, p member.Person, a *rbac.Assignment, c member.Certainty) (out model.Phrase) {
	b, g := rbac.Of(s), coverage.Members(s)
	party := s.TrusteeOf(a.User)
	if a.User == 0 || c == member.No || g.Trustee(p) == party {
		return nil
	}
	name := func(text string) {
		if len(out) > 0 {
			out = append(out, model.Part{Is: model.PartWord, Text: " > "})
		}
		out = append(out, model.Part{Is: model.PartName, Text: text})
	}
	if party.SID() != 0 {
		for _, step := range g.TokenOf(p, b.Domain()).Way(party.SID()) {
			if step.Obj != 0 && s.Record(step.Obj).Class != model.ClassForeign {
				name(s.ObjectName(s.Record(step.Obj)))
			} else {
				name(s.Principal(model.TrusteeOfSID(step.SID)).Name)
			}
		}
	}
	if len(out) == 0 {
		name(s.Principal(g.Trustee(p)).Name)
		name(s.Principal(party).Name)
	}
	if c&member.Sure == 0 {
		out = append(out, model.Part{Is: model.PartWord, Text: map[bool]string{true: " (possible)", false: " (not all was read)"}[c&member.Possible != 0]})
	}
	return out
}

// assignmentRows takes the assignments that the query asks for.
func (l *evaluation) assignmentRows() {
	b, q := rbac.Of(l.snap), &l.query
	one := slices.IndexFunc(b.Assignments, func(a rbac.Assignment) bool { return l.of.obj != 0 && a.Obj == l.of.obj })
	switch {
	case q.Of.IsZero():
		l.assignmentsOfAll()
	case one >= 0: // the line of one assignment
		l.takeAssignment(assignmentRow{number: one})
	default:
		l.assignmentsOfLine(q.Held())
	}
	l.filterAssignments()
	l.sortAssignments()
}

// takeAssignment takes an assignment, unless it is hidden.
func (l *evaluation) takeAssignment(x assignmentRow) {
	if why := l.whyRole(&rbac.Of(l.snap).Assignments[x.number]); why != 0 {
		l.result.Hidden[why.First()]++
	} else {
		l.result.assignments = append(l.result.assignments, x)
	}
}

// assignmentsOfLine takes those that name a line, and, of a person, all that it
// holds.
func (l *evaluation) assignmentsOfLine(held bool) {
	b := rbac.Of(l.snap)
	named := assigneesOf(l.snap, l.of)
	for _, n := range named {
		for _, i := range b.Assignees[n].Assignments {
			l.takeAssignment(assignmentRow{number: i})
		}
	}
	if !held {
		return
	}
	p, ok := personOf(l.snap, l.of)
	if !ok {
		return
	}
	for _, h := range b.HeldBy(p) {
		if slices.Contains(named, h.Assignee) {
			continue
		}
		for _, i := range b.Assignees[h.Assignee].Assignments {
			l.takeAssignment(assignmentRow{i, h.Certainty, p})
		}
	}
}

// assignmentsOfAll takes those of everybody whom the query asks about. By trustee,
// a person has what he holds through groups and his policy too.
func (l *evaluation) assignmentsOfAll() {
	b, q, s := rbac.Of(l.snap), &l.query, l.snap
	taken := make([]bool, len(b.Assignments))
	for n := range b.Assignments {
		if q.Trustee != nil {
			row := AssignmentRow(s, n)
			if !q.Trustee(&row.Trustee) {
				continue
			}
		}
		taken[n] = true
		l.takeAssignment(assignmentRow{number: n})
	}
	if !q.ByTrustee || q.Trustee == nil || len(b.Assignments) == 0 {
		return
	}
	g := coverage.Members(s)
	for p := range member.Person(g.Len()) {
		if l.stopped() {
			return
		}
		if who := s.Principal(g.Trustee(p)); !q.Trustee(&who) {
			continue
		}
		for _, h := range b.HeldBy(p) {
			for _, i := range b.Assignees[h.Assignee].Assignments {
				if !taken[i] {
					taken[i] = true
					l.takeAssignment(assignmentRow{i, h.Certainty, p})
				}
			}
		}
	}
}

// filterAssignments keeps the assignments that the filter lets pass, and the
// target that is asked for.
func (l *evaluation) filterAssignments() {
	if len(l.filter.words) == 0 && l.query.Target == nil {
		return
	}
	l.result.assignments = slices.DeleteFunc(l.result.assignments, func(r assignmentRow) bool {
		if l.stopped() {
			return true
		}
		row := AssignmentRow(l.snap, r.number)
		return l.query.Target != nil && !l.query.Target(&row.Target.Principal) || !matchesRole(l.filter.words, &row)
	})
}

// matchesRole reports whether a row of an assignment holds every word.
func matchesRole(words []Word, row *Row) bool {
	return MatchTexts(words, row.Role.Name, row.Role.DN, row.Role.RoleName, row.Role.RoleDN, row.Role.Effect.String(), row.Status,
		row.Trustee.Name, row.Trustee.DN, model.SIDText(row.Trustee.SID), row.Role.Where, row.Role.ScopeFilter)
}

// sortAssignments orders the rows by what was asked for, then what opens mailboxes
// first on the screen; a report goes by name.
func (l *evaluation) sortAssignments() {
	rows, b, s := l.result.assignments, rbac.Of(l.snap), l.snap
	type placed struct {
		assignmentRow
		first, name, dn string
		effect          rbac.Effect
	}
	all := make([]placed, len(rows))
	for i, r := range rows {
		if l.stopped() {
			return
		}
		a := &b.Assignments[r.number]
		o := s.Record(a.Obj)
		all[i] = placed{assignmentRow: r, name: strings.ToLower(s.CN(o.DN)), dn: s.DNText(o.DN)}
		if !l.query.Of.IsZero() {
			all[i].effect = a.Effect
		}
		switch n := l.query.Sort; {
		case n != 0 && max(n, -n) <= len(l.query.Type.Details):
			row := l.result.assignmentRow(r)
			all[i].first = fold(l.query.Type.Details[max(n, -n)-1].Text(&row))
		case l.query.ByTrustee:
			if p := l.roleTrustee(r); p != 0 {
				all[i].first = trusteeOrder(s, p)
			}
		}
	}
	down := 1
	if l.query.Sort < 0 {
		down = -1
	}
	slices.SortStableFunc(all, func(x, y placed) int {
		return cmp.Or(down*strings.Compare(x.first, y.first), int(y.effect)-int(x.effect), strings.Compare(x.name, y.name), strings.Compare(x.dn, y.dn))
	})
	for i := range all {
		rows[i] = all[i].assignmentRow
	}
}

func (r *Result) assignmentKey(a assignmentRow) assignmentKey {
	return assignmentKey{r.Snapshot.Record(rbac.Of(r.Snapshot).Assignments[a.number].Obj).DN}
}
