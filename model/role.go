package model

import (
	"slices"

	"mbxperm/model/internal/pool"
	"mbxperm/model/internal/table"
)

// RoleFacts is what a source says about one object of role-based access control,
// which Exchange 2010 and later keep below CN=RBAC (exchange-facts 5.3). Which of
// the fields count is said by the class of the object. As in [Object], a field at
// its zero value says nothing.
type RoleFacts struct {
	DN string

	Type         int64    // msExchRoleType
	Entries      []string // msExchRoleEntries, then msExchRoleEntriesExt, as written
	EntriesState ReadState
	TypeState    ReadState
	Assigned     []string // msExchRoleBL: DNs of its assignments

	User, Role, Scope, ConfigScope string // DNs: msExchUserLink, msExchRoleLink and the two restriction links
	UserState, RoleState           ReadState
	ScopeState                     ReadState // of msExchDomainRestrictionLink

	Root, Filter string // msExchScopeRoot, msExchQueryFilter
	RootState    ReadState
	FilterState  ReadState

	Flags      uint64 // msExchRoleAssignmentFlags, msExchScopeFlags, msExchRBACPolicyFlags or msExchRoleFlags
	FlagsState ReadState
	FlagsText  string // a value that is no number
}

// Role is a management role (msExchRole) as a [Snapshot] keeps it. Entries are
// not to be changed.
type Role struct {
	Obj          ObjectID
	Type         int64
	Flags        uint64
	Entries      []string
	EntriesState ReadState
	TypeState    ReadState
	FlagsState   ReadState
}

// RoleAssignment is an assignment (msExchRoleAssignment). A DN is 0 where the
// value did not come.
type RoleAssignment struct {
	Obj                            ObjectID
	User, Role, Scope, ConfigScope pool.DN
	Flags                          uint64
	FlagsText                      string
	UserState, RoleState           ReadState
	ScopeState                     ReadState
	FlagsState                     ReadState // Present for a value that is no number, too
}

// RoleScope is a management scope (msExchScope).
type RoleScope struct {
	Obj         ObjectID
	Root        pool.DN
	Filter      string // OPATH, as written
	Flags       uint64
	RootState   ReadState
	FilterState ReadState
	FlagsState  ReadState
}

// RolePolicy is a role assignment policy (msExchRBACPolicy).
type RolePolicy struct {
	Obj        ObjectID
	Flags      uint64
	FlagsState ReadState
}

// RoleGroup is what a group is beyond its members where it is a role group.
type RoleGroup struct {
	Obj     ObjectID
	Type    uint64   // msExchRoleGroupType
	Foreign pool.SID // msExchForeignGroupSid: the group of another forest whose members are this one's
}

// Roles are the tables of role-based access control, each in the order in which
// its objects came.
type Roles struct {
	Roles       table.View[Role]
	Assignments table.View[RoleAssignment]
	Scopes      table.View[RoleScope]
	Policies    table.View[RolePolicy]
	Groups      table.View[RoleGroup]
	Containers  table.View[ObjectID] // CN=RBAC and what holds the rest

	policyOf    table.View[uint16]  // by ObjectID: 2 + number in policyNames, see policyNotAsked
	policyNames table.View[pool.DN] // of the policies that accounts name
}

// What an account says of its policy: nothing, since nobody asked; that there is
// no value, as far as it may be seen; or the number of a policy.
const (
	policyNotAsked = iota
	policyMissing
	firstPolicy
)

// PolicyOf returns the role assignment policy that an account names
// (msExchRBACPolicyLink), and how that came in.
func (r *Roles) PolicyOf(id ObjectID) (pool.DN, ReadState) {
	if uint32(id) >= r.policyOf.Len() {
		return 0, NotAsked
	}
	switch n := *r.policyOf.At(uint32(id)); n {
	case policyNotAsked:
		return 0, NotAsked
	case policyMissing:
		return 0, Missing
	default:
		return *r.policyNames.At(uint32(n - firstPolicy)), Present
	}
}

// roleTables is what a [Writer] keeps of it.
type roleTables struct {
	roles       table.Table[Role]
	assignments table.Table[RoleAssignment]
	scopes      table.Table[RoleScope]
	policies    table.Table[RolePolicy]
	groups      table.Table[RoleGroup]
	containers  table.Table[ObjectID]
	number      map[ObjectID]uint32 // of an object in its table, whichever that is

	policyOf    table.Table[uint16]
	policyNames table.Table[pool.DN]
	policyIndex map[pool.DN]uint16

	assigned []backLink // what roles say of who has them
}

// backLink is an assignment that a role names, by the link back.
type backLink struct{ assignment, role string }

func newRoleTables() roleTables {
	return roleTables{number: map[ObjectID]uint32{}, policyIndex: map[pool.DN]uint16{}}
}

func (t *roleTables) publish() Roles {
	return Roles{Roles: t.roles.Publish(), Assignments: t.assignments.Publish(), Scopes: t.scopes.Publish(), Policies: t.policies.Publish(),
		Groups: t.groups.Publish(), Containers: t.containers.Publish(), policyOf: t.policyOf.Publish(), policyNames: t.policyNames.Publish()}
}

// Role adds what an object of role-based access control says. The object itself
// was put before, with its class.
func (w *Writer) Role(in *RoleFacts) {
	w.Pool.Mu.Lock()
	defer w.Pool.Mu.Unlock()
	id := *w.byDNOf(in.DN)
	if id == 0 {
		return
	}
	t := &w.roles
	switch w.objects.At(uint32(id)).Class {
	case ClassRole:
		r := recordOf(t, &t.roles, id, Role{Obj: id})
		r.take(in)
		for _, name := range in.Assigned {
			t.assigned = append(t.assigned, backLink{name, in.DN})
		}
	case ClassAssignment:
		a := recordOf(t, &t.assignments, id, RoleAssignment{Obj: id})
		w.takeAssignment(a, in)
	case ClassScope:
		s := recordOf(t, &t.scopes, id, RoleScope{Obj: id})
		setDN(&s.Root, w.Pool.DN(in.Root))
		s.RootState, s.FilterState = s.RootState.and(in.RootState), s.FilterState.and(in.FilterState)
		if in.Filter != "" {
			s.Filter = in.Filter
		}
		s.Flags, s.FlagsState = flagsAnd(s.Flags, s.FlagsState, in)
	case ClassPolicy:
		p := recordOf(t, &t.policies, id, RolePolicy{Obj: id})
		p.Flags, p.FlagsState = flagsAnd(p.Flags, p.FlagsState, in)
	case ClassContainer:
		recordOf(t, &t.containers, id, id)
	}
}

// UnseenAssignments adds the assignments that roles name and that did not come: the
// reader may not see them, and they may be anybody's. It is called when all else
// was read.
func (w *Writer) UnseenAssignments() {
	links := w.roles.assigned
	w.roles.assigned = nil
	for _, l := range links {
		w.Pool.Mu.Lock()
		id := *w.byDNOf(l.assignment)
		w.Pool.Mu.Unlock()
		if id != 0 && w.objects.At(uint32(id)).Class != ClassUnknown {
			continue // it came, or is something else
		}
		if w.Put(&Object{DN: l.assignment, Class: ClassAssignment}) {
			w.Role(&RoleFacts{DN: l.assignment, Role: l.role, RoleState: Present, UserState: Missing, ScopeState: Missing, FlagsState: Missing})
		}
	}
}

// recordOf returns the record of an object for writing; begin is what it begins
// with.
func recordOf[T any](t *roleTables, of *table.Table[T], id ObjectID, begin T) *T {
	n, ok := t.number[id]
	if !ok {
		n = of.Add(begin)
		t.number[id] = n
	}
	return of.Edit(n)
}

func (r *Role) take(in *RoleFacts) {
	if in.TypeState == Present {
		r.Type = in.Type
	}
	r.TypeState, r.EntriesState = r.TypeState.and(in.TypeState), r.EntriesState.and(in.EntriesState)
	if len(in.Entries) > 0 {
		more := slices.Clone(r.Entries) // published ones stay as they are
		for _, e := range in.Entries {
			if !slices.Contains(r.Entries, e) { // another record of a file may say it again
				more = append(more, e)
			}
		}
		r.Entries = more
	}
	r.Flags, r.FlagsState = flagsAnd(r.Flags, r.FlagsState, in)
}

func (w *Writer) takeAssignment(a *RoleAssignment, in *RoleFacts) {
	setDN(&a.User, w.Pool.DN(in.User))
	setDN(&a.Role, w.Pool.DN(in.Role))
	setDN(&a.Scope, w.Pool.DN(in.Scope))
	setDN(&a.ConfigScope, w.Pool.DN(in.ConfigScope))
	a.UserState, a.RoleState, a.ScopeState = a.UserState.and(in.UserState), a.RoleState.and(in.RoleState), a.ScopeState.and(in.ScopeState)
	a.Flags, a.FlagsState = flagsAnd(a.Flags, a.FlagsState, in)
	if in.FlagsText != "" {
		a.FlagsText = in.FlagsText
	}
}

func setDN(to *pool.DN, name pool.DN) {
	if name != 0 {
		*to = name
	}
}

func flagsAnd(flags uint64, state ReadState, in *RoleFacts) (uint64, ReadState) {
	if in.FlagsState == Present {
		flags = in.Flags
	}
	return flags, state.and(in.FlagsState)
}

// roleOf takes what an account or a group says about roles.
func (w *Writer) roleOf(id ObjectID, in *Object) {
	if in.RoleGroupType != 0 || !in.ForeignGroup.IsZero() {
		g := recordOf(&w.roles, &w.roles.groups, id, RoleGroup{Obj: id})
		if in.RoleGroupType != 0 {
			g.Type = in.RoleGroupType
		}
		if !in.ForeignGroup.IsZero() {
			g.Foreign = w.Pool.SID(in.ForeignGroup)
			w.sids.mark(g.Foreign, sidNamed) // its name is looked for as that of a trustee
		}
	}
	if in.PolicyState == NotAsked {
		return
	}
	t := &w.roles
	t.policyOf.Grow(uint32(id) + 1)
	n, policy := uint16(policyMissing), w.Pool.Parent(in.Policy)
	if policy != 0 {
		var known bool
		if n, known = t.policyIndex[policy]; !known && len(t.policyIndex) < mostNumbered-firstPolicy {
			n = firstPolicy + uint16(t.policyNames.Add(policy))
			t.policyIndex[policy] = n
		} // of one too many nothing is known
	}
	if old := *t.policyOf.At(uint32(id)); old < firstPolicy && old != n {
		*t.policyOf.Edit(uint32(id)) = n
	}
}
