package rbac

import (
	"mbxperm/model"
	"mbxperm/model/coverage"
	"mbxperm/model/internal/pool"
	"mbxperm/model/member"
)

// Assignment is a role assignment with what decides about it looked up.
type Assignment struct {
	*model.RoleAssignment
	Flags Flags
	// Decoded: the flags came, and are a number. Without them an assignment may
	// be of any kind.
	Decoded bool
	Role    *model.Role      // nil: it was not read, or is not named
	Scope   *model.RoleScope // of the recipient write scope, where that is an object; nil: it was not read
	Effect  Effect
	// Entry says how certain it is that its role holds the entry that opens
	// mailboxes.
	Entry member.Certainty
	// Counts says how certain it is that it opens mailboxes: it is enabled and
	// regular, and its role holds the entry.
	Counts member.Certainty
	// Reach is where it counts.
	Reach Reach
	// Default: one that set-up makes, with no effect that opens mailboxes.
	Default bool
	// Assignee is the number of who has it in Book.Assignees.
	Assignee int
}

// Complete reports whether all came that decides about the assignment: its
// flags, role and assignee, and the scope that it names.
func (b *Book) Complete(a *Assignment) bool {
	scope := a.Flags.RecipientWrite()
	return a.Decoded && a.Role != nil && (a.User != 0 || b.IsGone(a)) &&
		(scope != ScopeCustom && scope != ScopeExclusive || a.Scope != nil) && (scope != ScopeOU || a.RoleAssignment.Scope != 0)
}

// Book holds the role assignments of a snapshot. It never changes and may be used
// by any number of goroutines.
type Book struct {
	s     *model.Snapshot
	reads *coverage.Readability

	Assignments []Assignment // in the order of the snapshot's
	Assignees   []Assignee   // each once, in the order in which assignments name them

	roles, scopes map[pool.DN]uint32 // in the snapshot's tables
	number        map[model.ObjectID]int
	assignees     map[pool.DN]bool
	groups        map[model.ObjectID]*model.RoleGroup
	defaults      map[pool.DN]bool // policies that are the default
	reach         *places
	domain        member.Domain
}

// Assignee is somebody whom assignments name; DN is 0 for those that name
// nobody, each of which has one of its own.
type Assignee struct {
	DN          pool.DN
	Assignments []int // numbers in Book.Assignments
}

// Of returns the book of a snapshot.
func Of(s *model.Snapshot) *Book { return books.Of(s) }

var books = model.Derive(func(s *model.Snapshot) *Book {
	b := &Book{s: s, reads: coverage.NewReadability(s), roles: map[pool.DN]uint32{}, scopes: map[pool.DN]uint32{}, number: map[model.ObjectID]int{}, assignees: map[pool.DN]bool{},
		groups: map[model.ObjectID]*model.RoleGroup{}, defaults: map[pool.DN]bool{}}
	t := &s.Roles
	for i := range t.Roles.Len() {
		b.roles[s.Record(t.Roles.At(i).Obj).DN] = i
	}
	for i := range t.Scopes.Len() {
		b.scopes[s.Record(t.Scopes.At(i).Obj).DN] = i
	}
	for i := range t.Groups.Len() {
		b.groups[t.Groups.At(i).Obj] = t.Groups.At(i)
	}
	for i := range t.Policies.Len() {
		if p := t.Policies.At(i); p.Flags&policyDefault != 0 {
			b.defaults[s.Record(p.Obj).DN] = true
		}
	}
	if heads := member.Heads(s); len(s.Forest.Domains) == 1 && len(heads) == 1 {
		b.domain = heads[0]
	}
	opens, setup := b.opensOf(), setupOf(s)
	assignees := map[pool.DN]int{}
	b.Assignments = make([]Assignment, t.Assignments.Len())
	for i := range b.Assignments {
		a := &b.Assignments[i]
		a.RoleAssignment = t.Assignments.At(uint32(i))
		b.number[a.Obj] = i
		b.lookUp(a, opens)
		a.Default = setup.made(b, a)
		n, known := assignees[a.User]
		if !known || a.User == 0 {
			n = len(b.Assignees)
			assignees[a.User] = n
			b.Assignees = append(b.Assignees, Assignee{DN: a.User})
		}
		a.Assignee = n
		b.assignees[a.User] = true
		b.Assignees[n].Assignments = append(b.Assignees[n].Assignments, i)
	}
	b.reach = b.findPlaces()
	return b
}).Following((*Book).with)

// with is the book of a snapshot that is the one of b with a change: who is in which
// group, and what lists hold, is asked of the snapshot.
func (b *Book) with(s *model.Snapshot) *Book {
	out := *b
	out.s, out.reads = s, coverage.NewReadability(s)
	return &out
}

// opensOf says of each role, by number, how certain it is that it opens
// mailboxes: roles have thousands of entries, and assignments share them.
func (b *Book) opensOf() []member.Certainty {
	t := &b.s.Roles
	out := make([]member.Certainty, t.Roles.Len())
	for i := range out {
		r := t.Roles.At(uint32(i))
		absent := b.reads.NoValue(b.s.Record(r.Obj), r.EntriesState, coverage.AttrRoleEntries)
		out[i] = Opens(r, absent && len(r.Entries) == 0)
		if out[i] == member.No && b.reads.Withheld(b.s.Record(r.Obj), coverage.AttrMoreEntries) {
			out[i] = member.Unread // the entry may be among those that msExchRoleEntriesExt holds
		}
	}
	return out
}

// lookUp fills an assignment in.
func (b *Book) lookUp(a *Assignment, opens []member.Certainty) {
	t := &b.s.Roles
	a.Flags, a.Decoded = Flags(a.RoleAssignment.Flags), a.FlagsState == model.Present && a.FlagsText == ""
	role := member.Unread
	if n, ok := b.roles[a.RoleAssignment.Role]; ok && a.RoleAssignment.Role != 0 {
		a.Role, role = t.Roles.At(n), opens[n]
	}
	if n, ok := b.scopes[a.RoleAssignment.Scope]; ok && a.RoleAssignment.Scope != 0 {
		a.Scope = t.Scopes.At(n)
	}
	a.Effect, a.Entry = effectOf(a.Role, role, a.Flags), role
	switch {
	case !a.Decoded:
		a.Counts = role.Through(member.Unread)
		a.Reach = Reach{Certainty: member.Sure}
	case a.Flags.Enabled() && a.Flags.Delegation() == Regular:
		a.Counts = role
		a.Reach = b.reachOf(a)
	}
}

// IsGone reports that an assignment names nobody any more, as far as that can be
// shown: the link is gone with the account.
func (b *Book) IsGone(a *Assignment) bool {
	return a.User == 0 && b.reads.NoValue(b.s.Record(a.Obj), a.UserState, coverage.AttrAssignee)
}

// graph is who is in which group. It is worked out when somebody asks who holds
// something, and not before: that takes longer than all the rest.
func (b *Book) graph() *member.Graph { return coverage.Members(b.s) }

// Parent returns the role that a role is a child of, by its name: children lie
// below their parents. nil where it has none, or that was not read.
func (b *Book) Parent(r *model.Role) *model.Role {
	parent := b.s.DNs.At(uint32(b.s.Record(r.Obj).DN)).Parent
	if n, ok := b.roles[parent]; ok {
		return b.s.Roles.Roles.At(n)
	}
	return nil
}

// LeftOut are the entries of a role's parent that the role does not have, by
// their names: what was taken away when the child was made.
func (b *Book) LeftOut(r *model.Role) (out []string) {
	parent := b.Parent(r)
	if parent == nil {
		return nil
	}
	own := map[string]bool{}
	for _, e := range r.Entries {
		own[foldName(e)] = true
	}
	for _, e := range parent.Entries {
		if !own[foldName(e)] {
			out = append(out, e)
		}
	}
	return out
}

// ScopeAt returns the scope object with a DN, or nil.
func (b *Book) ScopeAt(name pool.DN) *model.RoleScope {
	if n, ok := b.scopes[name]; ok && name != 0 {
		return b.s.Roles.Scopes.At(n)
	}
	return nil
}

// RoleGroup returns what a group is as a role group, or nil.
func (b *Book) RoleGroup(id model.ObjectID) *model.RoleGroup { return b.groups[id] }

// IsAssignee reports whether an assignment names whom a DN names.
func (b *Book) IsAssignee(name pool.DN) bool { return name != 0 && b.assignees[name] }

// NumberOf returns the number in Book.Assignments of the assignment that an object
// is; ok is false for any other object.
func (b *Book) NumberOf(id model.ObjectID) (n int, ok bool) {
	n, ok = b.number[id]
	return n, ok
}

// RoleOf returns the role that an object is, nil for any other object, and whether
// all of its entries came.
func (b *Book) RoleOf(id model.ObjectID) (r *model.Role, all bool) {
	o := b.s.Record(id)
	if n, ok := b.roles[o.DN]; ok && o.Class == model.ClassRole {
		r = b.s.Roles.Roles.At(n)
		return r, r.EntriesState == model.Present && !b.reads.Withheld(o, coverage.AttrMoreEntries) || b.reads.NoValue(o, r.EntriesState, coverage.AttrRoleEntries)
	}
	return nil, false
}

// Snapshot returns what the book is of.
func (b *Book) Snapshot() *model.Snapshot { return b.s }
