package view

import (
	"strings"

	"mbxperm/model"
	"mbxperm/model/coverage"
	"mbxperm/model/grant"
	"mbxperm/model/hiding"
	"mbxperm/model/member"
	"mbxperm/model/rbac"
)

// RoleACLType is what a row says that is a role assignment beside entries, where
// these say in which list they stand.
const RoleACLType = "RoleAssignment"

// besideRoles reports whether role assignments stand beside the rows that a query
// asks for: where these are of all object types and in reverse. There a person
// holds whatever he holds in any way, as Exchange's own command shows it: what
// names him is the rarest of it.
func (q *Query) besideRoles() bool {
	return q.Rows && !q.ACEs.all && q.ACEs.roles == 0 && !q.Type.Doors() && !q.ACEs.verdicts && (q.ByTrustee || q.ACEs.reverse == grant.All())
}

// takeBeside takes the role assignments that stand beside the rows, which are in
// their order. While things still arrive it leaves out what comes through groups.
func (l *evaluation) takeBeside() {
	if !l.query.besideRoles() || l.snap.Roles.Assignments.Len() == 0 || l.ctx.Err() != nil {
		return
	}
	if l.query.Of.IsZero() {
		l.assignmentsOfAll()
	} else {
		l.assignmentsOfLine(!l.query.Arrival)
	}
	l.filterAssignments()
	l.sortAssignments()
	l.result.order = l.merged()
}

// merged returns the order of entries and assignments together, each of which are
// in theirs; nil where the assignments come behind. Equal ones stay apart so.
func (l *evaluation) merged() []int32 {
	r, q := l.result, &l.query
	n := max(q.Sort, -q.Sort)
	if n > len(q.Type.Details) {
		n = 0
	}
	if len(r.rows) == 0 || len(r.assignments) == 0 || n == 0 && !q.ByTrustee {
		return nil
	}
	who := map[model.TrusteeID]string{}
	key := func(at int) string {
		if n != 0 {
			row := r.Row(at) // no order is set yet
			return fold(q.Type.Details[n-1].Text(&row))
		}
		var p model.TrusteeID
		if at >= len(r.rows) {
			p = l.roleTrustee(r.assignments[at-len(r.rows)])
		} else {
			p = grant.TrusteeOf(l.snap, r.rows[at], grant.ACEOf(l.snap, r.rows[at]))
		}
		text, known := who[p]
		if !known && p != 0 {
			text = trusteeOrder(l.snap, p)
			who[p] = text
		}
		return text
	}
	order := make([]int32, 0, len(r.rows)+len(r.assignments))
	at, end := 0, len(r.rows)
	for x := end; x < end+len(r.assignments); x++ {
		first := key(x)
		for at < end && !l.stopped() {
			if c := strings.Compare(key(at), first); c > 0 && q.Sort >= 0 || c < 0 && q.Sort < 0 {
				break
			}
			order = append(order, int32(at))
			at++
		}
		order = append(order, int32(x))
	}
	for ; at < end; at++ {
		order = append(order, int32(at))
	}
	return order
}

// roleTrustee is by whom an assignment is ordered: its assignee, or whoever was
// asked about and holds it in another way; 0 where it names nobody.
func (l *evaluation) roleTrustee(x assignmentRow) model.TrusteeID {
	if x.certainty != member.No {
		return coverage.Members(l.snap).Trustee(x.person)
	}
	if a := &rbac.Of(l.snap).Assignments[x.number]; a.User != 0 {
		return l.snap.TrusteeOf(a.User)
	}
	return 0
}

// place says what row i is: an entry, or a role assignment, and which of them.
// Where no order mixes them the assignments come behind the entries.
func (r *Result) place(i int) (n int, role bool) {
	if r.order != nil {
		i = int(r.order[i])
	}
	if i < len(r.rows) || r.flat != nil {
		return i, false
	}
	return i - len(r.rows), true
}

// shownAt is place the other way round, for a number that counts the assignments
// behind the entries; -1 stays.
func (r *Result) shownAt(n int) int {
	for i, at := range r.order {
		if int(at) == n {
			return i
		}
	}
	if r.order != nil {
		return -1
	}
	return n
}

// Assignments returns how many of the rows are role assignments.
func (r *Result) Assignments() int { return len(r.assignments) }

// IsRole reports whether row i is a role assignment.
func (r *Result) IsRole(i int) bool {
	if len(r.assignments) == 0 {
		return false
	}
	_, role := r.place(i)
	return role
}

// assignmentRow makes the row of an assignment: by itself, or as it stands beside
// entries.
func (r *Result) assignmentRow(x assignmentRow) Row {
	row := r.roleRow(x)
	if !r.Query.Roles() {
		row.LikeEntry()
	}
	return row
}

// LikeEntry has the row of an assignment say what it says beside entries, whose
// columns have other words.
func (row *Row) LikeEntry() {
	a := row.Role.Assignment
	row.ACLType, row.Target.Type = RoleACLType, Roles.Name
	row.ACEType, row.AppliesTo, row.Authority = "", row.Role.Where, model.AuthorityDirectory
	row.Status, row.AppliesHere = "", false
	if a.Default {
		row.Hidden = hiding.Default
	}
	switch {
	case !a.Decoded:
		row.Text += " (its flags were not read)"
	case !a.Flags.Enabled():
		row.Text += " (disabled)"
	case a.Flags.Delegation() == rbac.Regular:
		row.Status, row.AppliesHere = grant.Allow, true
	default:
		row.Text += " (" + a.Flags.Delegation().String() + ": may assign it)"
	}
	if row.Via != "" {
		row.Text += ", by " + row.Via
	}
}

// unreadRoles names the role assignments where they belong to an answer and were
// not read.
func (r *Result) unreadRoles() []string {
	if r.Query.besideRoles() && !r.Query.Arrival && coverage.Roles(r.Snapshot).Unread {
		return []string{"role assignments"}
	}
	return nil
}
