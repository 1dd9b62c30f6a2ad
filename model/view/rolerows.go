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

// assignmentRow is a row: an assignment, and whose it is for whom the line is about.
type assignmentRow struct {
	number    int
	certainty member.Certainty // No where the assignment names the line itself, or all are in question
}

// assignmentKey names such a row in every state of a pool.
type assignmentKey struct{ name pool.DN }

func (r *Result) assignment(i int) *rbac.Assignment {
	return &rbac.Of(r.Snapshot).Assignments[r.assignments[i].number]
}

// assigneeKey returns the line of who has the assignment of row i.
func (r *Result) assigneeKey(i int) LineKey {
	if a := r.assignment(i); a.User != 0 {
		return LineKey{party: r.Snapshot.TrusteeOf(a.User)}
	}
	return LineKey{}
}

// roleRow makes row i.
func (r *Result) roleRow(i int) Row {
	row := AssignmentRow(r.Snapshot, r.assignments[i].number)
	if p, ok := personOf(r.Snapshot, r.evaluation.of); ok {
		row.Via = RoleWay(r.Snapshot, p, row.Role.Assignment, r.assignments[i].certainty).String()
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
	row := Row{Row: grant.Row{Right: out.RoleName, Text: out.RoleName, Status: roleStatus(a), AppliesHere: true}, Role: out}
	row.Target.Principal = model.Principal{Name: out.Name, DN: out.DN, GUID: o.GUID}
	if a.User != 0 {
		row.Trustee = s.Principal(s.TrusteeOf(a.User))
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
	r.Where = w.String()
	if !a.Decoded {
		r.Where = "not read"
	}
	r.Exclusive = a.Decoded && w == rbac.ScopeExclusive
	if a.RoleAssignment.Scope == 0 {
		return
	}
	r.ScopeName = s.CN(a.RoleAssignment.Scope)
	if w == rbac.ScopeOU {
		r.ScopeName = s.DNText(a.RoleAssignment.Scope)
	}
	r.Where += ": " + r.ScopeName
	if a.Scope == nil {
		return
	}
	r.ScopeFilter, r.Exclusive = a.Scope.Filter, r.Exclusive || rbac.IsExclusive(a.Scope)
	if a.Scope.Root != 0 {
		r.ScopeRoot = s.DNText(a.Scope.Root)
	}
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
	take := func(n int, c member.Certainty) {
		a := &b.Assignments[n]
		if why := l.whyRole(a); why != 0 {
			l.result.Hidden[why.First()]++
		} else {
			l.result.assignments = append(l.result.assignments, assignmentRow{n, c})
		}
	}
	one := slices.IndexFunc(b.Assignments, func(a rbac.Assignment) bool { return l.of.obj != 0 && a.Obj == l.of.obj })
	switch {
	case q.Of.IsZero():
		for n := range b.Assignments {
			take(n, member.No)
		}
	case one >= 0: // the line of one assignment
		take(one, member.No)
	default:
		named := assigneesOf(l.snap, l.of)
		for _, n := range named {
			for _, i := range b.Assignees[n].Assignments {
				take(i, member.No)
			}
		}
		if p, ok := personOf(l.snap, l.of); ok && q.Held() {
			for _, h := range b.HeldBy(p) {
				if slices.Contains(named, h.Assignee) {
					continue
				}
				for _, i := range b.Assignees[h.Assignee].Assignments {
					take(i, h.Certainty)
				}
			}
		}
	}
	l.filterAssignments()
	l.sortAssignments()
}

func (l *evaluation) filterAssignments() {
	l.result.assignments = slices.DeleteFunc(l.result.assignments, func(r assignmentRow) bool {
		if l.stopped() {
			return true
		}
		if len(l.filter.words) == 0 && l.query.Target == nil && l.query.Trustee == nil {
			return false
		}
		row := AssignmentRow(l.snap, r.number)
		if l.query.Target != nil && !l.query.Target(&row.Target.Principal) || l.query.Trustee != nil && !l.query.Trustee(&row.Trustee) {
			return true
		}
		return !MatchTexts(l.filter.words, row.Role.Name, row.Role.DN, row.Role.RoleName, row.Role.RoleDN, row.Role.Effect.String(), row.Status,
			row.Trustee.Name, row.Trustee.DN, model.SIDText(row.Trustee.SID), row.Role.Where, row.Role.ScopeFilter)
	})
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
			row := AssignmentRow(s, r.number)
			all[i].first = fold(l.query.Type.Details[max(n, -n)-1].Text(&row))
		case l.query.ByTrustee && a.User != 0:
			t := s.Principal(s.TrusteeOf(a.User))
			all[i].first = fold(t.Name) + "\x00" + model.SIDText(t.SID) + t.DN
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

func (r *Result) findAssignment(key assignmentKey) int {
	return slices.IndexFunc(r.assignments, func(a assignmentRow) bool { return r.assignmentKey(a) == key })
}

func (r *Result) assignmentKey(a assignmentRow) assignmentKey {
	return assignmentKey{r.Snapshot.Record(rbac.Of(r.Snapshot).Assignments[a.number].Obj).DN}
}

// RoleFields are the columns of report aces where its rows are role assignments.
var RoleFields = []model.Field[*Row]{
	{Name: "object_type", Is: model.ContentWord, Aside: true, Value: func(*Row) any { return Roles.Flag }},
	{Name: "assignment", Is: model.ContentName, Value: func(r *Row) any { return r.Role.Name }},
	{Name: "assignment_dn", Is: model.ContentDN, Aside: true, Order: true, Value: func(r *Row) any { return r.Role.DN }},
	{Name: "assignee", Is: model.ContentTrustee, Value: func(r *Row) any { return r.Trustee.Name }},
	{Name: "assignee_domain", Is: model.ContentName, Value: func(r *Row) any { return r.Trustee.Domain }},
	{Name: "assignee_sid", Is: model.ContentSID, Aside: true, Value: func(r *Row) any { return model.SIDText(r.Trustee.SID) }},
	{Name: "assignee_kind", Is: model.ContentWord, Value: func(r *Row) any { return r.Trustee.Kind }},
	{Name: "assignee_type", Is: model.ContentWord, Value: func(r *Row) any { return r.decoded(r.Role.Flags.Assignee().String()) }},
	{Name: "role", Is: model.ContentName, Value: func(r *Row) any { return r.Role.RoleName }},
	{Name: "role_dn", Is: model.ContentDN, Aside: true, Value: func(r *Row) any { return r.Role.RoleDN }},
	{Name: "role_type", Value: func(r *Row) any { return r.roleType() }},
	{Name: "role_type_name", Is: model.ContentWord, Value: func(r *Row) any { return r.roleTypeName() }},
	{Name: "parent_role", Is: model.ContentName, Value: func(r *Row) any { return r.Role.ParentName }},
	{Name: "delegation", Is: model.ContentWord, Value: func(r *Row) any { return r.decoded(r.Role.Flags.Delegation().String()) }},
	{Name: "enabled", Value: func(r *Row) any { return r.enabled() }},
	{Name: "recipient_read_scope", Is: model.ContentWord, Value: func(r *Row) any { return r.decoded(r.Role.Flags.RecipientRead().String()) }},
	{Name: "recipient_write_scope", Is: model.ContentWord, Value: func(r *Row) any { return r.decoded(r.Role.Flags.RecipientWrite().String()) }},
	{Name: "config_read_scope", Is: model.ContentWord, Aside: true, Value: func(r *Row) any { return r.decoded(r.Role.Flags.ConfigRead().String()) }},
	{Name: "config_write_scope", Is: model.ContentWord, Aside: true, Value: func(r *Row) any { return r.decoded(r.Role.Flags.ConfigWrite().String()) }},
	{Name: "scope", Is: model.ContentName, Value: func(r *Row) any { return r.Role.ScopeName }},
	{Name: "scope_root", Is: model.ContentDN, Aside: true, Value: func(r *Row) any { return r.Role.ScopeRoot }},
	{Name: "scope_filter", Is: model.ContentSentence, Value: func(r *Row) any { return r.Role.ScopeFilter }},
	{Name: "exclusive", Value: func(r *Row) any { return r.Role.Exclusive }},
	{Name: "effect", Is: model.ContentWord, Value: func(r *Row) any { return r.Role.Effect.String() }},
	{Name: "flags", Is: model.ContentWord, Aside: true, Value: func(r *Row) any { return r.flags() }},
	{Name: "linked_to", Is: model.ContentSID, Aside: true, Value: func(r *Row) any { return r.Role.Linked }},
	{Name: "via", Is: model.ContentSentence, Value: func(r *Row) any { return r.Via }},
	{Name: "default", Aside: true, Value: func(r *Row) any { return r.Role.Default }},
	{Name: "complete", Value: func(r *Row) any { return r.Role.Complete }},
}

// decoded is what the flags say, empty where they did not come.
func (r *Row) decoded(text string) string {
	if !r.Role.Decoded {
		return ""
	}
	return text
}

// enabled is bit 63, nil where the flags did not come: nobody knows then whether
// the assignment is in force.
func (r *Row) enabled() any {
	if !r.Role.Decoded {
		return nil
	}
	return r.Role.Flags.Enabled()
}

// flags spells the flags; what is no number may be any text, a name too.
func (r *Row) flags() any {
	if r.Role.FlagsText != "" {
		return model.Phrase{{Is: model.PartName, Text: r.Role.FlagsText}}
	}
	return r.decoded(r.Role.Flags.String())
}

// roleType is the number of the role's type, nil where it was not read.
func (r *Row) roleType() any {
	if r.Role.Role == nil || r.Role.Role.TypeState != model.Present {
		return nil
	}
	return int(r.Role.Role.Type)
}

func (r *Row) roleTypeName() string {
	if r.roleType() == nil {
		return ""
	}
	return rbac.TypeName(r.Role.Role.Type)
}
