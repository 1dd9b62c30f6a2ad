package coverage

import (
	"strings"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/internal/pool"
)

// rolesSearch is the purpose of the search for role-based access control.
const rolesSearch = "roles"

// firstWithRoles is the major version of Exchange 2010, the first that keeps
// CN=RBAC.
const firstWithRoles = 14

// RolesState says whether role assignments were read.
type RolesState struct {
	// None: there are none, since every server is older than Exchange 2010.
	None bool
	// Unread: what was not seen may be any assignment.
	Unread bool
	Reason string // why they were not read, in one sentence
}

// Roles says whether the role assignments of a snapshot were read. Every
// organisation with a server of 2010 or later has the container CN=RBAC and in
// it the assignments that set-up makes: where these do not come they cannot be
// seen. A single one that the bound account may not see is known by the link back
// of its role (msExchRoleBL), where that came; else it leaves no trace.
func Roles(s *model.Snapshot) RolesState { return rolesOf.Of(s) }

var rolesOf = model.Derive(func(s *model.Snapshot) RolesState {
	t := &s.Roles
	if t.Containers.Len()+t.Roles.Len()+t.Assignments.Len() == 0 {
		if olderOnly(s) {
			return RolesState{None: true}
		}
		if complete, reason := rolesComplete(s); !complete {
			return RolesState{Unread: true, Reason: reason}
		}
		return RolesState{Unread: true, Reason: "CN=RBAC did not come: it was not asked for, or the bound account may not see it"}
	}
	if complete, reason := rolesComplete(s); !complete {
		return RolesState{Unread: true, Reason: reason}
	}
	if t.Assignments.Len() == 0 {
		return RolesState{Unread: true, Reason: "no role assignment came, and set-up makes some: the bound account may not see them"}
	}
	return RolesState{}
}).Outlives(model.Memberships | model.Lists)

// olderOnly reports whether servers were seen and each is older than 2010.
func olderOnly(s *model.Snapshot) bool {
	for _, v := range s.Forest.Versions {
		if v.Major == 0 || v.Major >= firstWithRoles {
			return false
		}
	}
	return len(s.Forest.Versions) > 0
}

// rolesComplete is SearchState, but for what a file without searches leaves open:
// it holds what it holds, and nothing broke off.
func rolesComplete(s *model.Snapshot) (bool, string) {
	for _, g := range s.State.Incomplete {
		if (g.Search == "" || g.Search == rolesSearch) && !g.File {
			return false, g.Reason
		}
	}
	switch {
	case s.State.Err != nil:
		return false, s.State.Err.Error()
	case s.State.Phase != model.Finished:
		return false, "still reading"
	}
	return true, ""
}

// Attributes of role-based access control whose schemaIDGUID the schema tells:
// no public document has it.
const (
	AttrRoleEntries = "msExchRoleEntries"
	AttrMoreEntries = "msExchRoleEntriesExt"
	AttrAssignee    = "msExchUserLink"
	AttrRestriction = "msExchDomainRestrictionLink"
	AttrScopeRoot   = "msExchScopeRoot"
	AttrScopeFilter = "msExchQueryFilter"
	AttrPolicyLink  = "msExchRBACPolicyLink"
)

// NoValue reports that an object has no value of an attribute that the schema
// names, as far as that can be shown.
func (c *Readability) NoValue(o *model.Record, state model.ReadState, attribute string) bool {
	if state != model.Missing {
		return false
	}
	g := namedAttributes.Of(c.s)[strings.ToLower(attribute)]
	return !g.IsZero() && c.MayRead(o, g, acl.GUID{})
}

// Withheld reports that an attribute that the schema names is shown to be closed
// to the bound account, by a descriptor that came: what is in it nobody knows.
func (c *Readability) Withheld(o *model.Record, attribute string) bool {
	g := namedAttributes.Of(c.s)[strings.ToLower(attribute)]
	token, _ := c.tokenFor(o)
	return !g.IsZero() && token.Len() > 0 && c.held(o, g) && o.Security != 0 && !c.s.Descs.At(uint32(o.Security)).Broken && !c.MayRead(o, g, acl.GUID{})
}

// namedAttributes are the schemaIDGUIDs of the attributes that are asked for in
// this way, by their names in lower case.
var namedAttributes = model.Derive(func(s *model.Snapshot) map[string]acl.GUID {
	out := map[string]acl.GUID{}
	for _, name := range []string{AttrRoleEntries, AttrMoreEntries, AttrAssignee, AttrRestriction, AttrScopeRoot, AttrScopeFilter, AttrPolicyLink} {
		out[strings.ToLower(name)] = acl.GUID{}
	}
	for g, n := range s.Forest.Schema {
		name := strings.ToLower(n.Name)
		if _, wanted := out[name]; wanted && !n.Class {
			out[name] = g
		}
	}
	return out
}).Outlives(model.Memberships | model.Lists)

// roleLines counts roles, assignments and scopes.
func (c *Readability) roleLines(lines []Line, named *unreadList) {
	s, t := c.s, &c.s.Roles
	if state := Roles(s); state.Unread {
		for _, at := range []int{coverRole, coverAssignment, coverScope} {
			if line := &lines[at]; line.Complete {
				line.Complete, line.Reason = false, state.Reason
			}
		}
	}
	count := func(at int, id model.ObjectID, seen, absent bool) {
		line := &lines[at]
		switch line.Found++; {
		case seen:
			line.Decoded++
		case absent:
			line.Absent++
		default:
			if line.Unknown++; line.Unknown <= mostUnread {
				named.add(s, at, s.Record(id).DN, "unknown", "not everything that decides came, and whether the bound account may read it cannot be decided")
			}
		}
	}
	for i := range t.Roles.Len() {
		r := t.Roles.At(i)
		typed := r.TypeState == model.Present && !c.Withheld(s.Record(r.Obj), AttrMoreEntries)
		count(coverRole, r.Obj, r.EntriesState == model.Present && typed, typed && c.NoValue(s.Record(r.Obj), r.EntriesState, AttrRoleEntries))
	}
	odd := 0
	for i := range t.Assignments.Len() {
		a := t.Assignments.At(i)
		if a.FlagsState == model.Present && a.FlagsText == "" && OddFlags(a.Flags) {
			odd++
		}
		if a.FlagsText != "" {
			lines[coverAssignment].Found++
			lines[coverAssignment].Undecodable++
			named.add(s, coverAssignment, s.Record(a.Obj).DN, "undecodable", "msExchRoleAssignmentFlags is no number")
			continue
		}
		rest := a.FlagsState == model.Present && a.Role != 0 && classAt(s, a.Role) == model.ClassRole
		count(coverAssignment, a.Obj, rest && a.User != 0, rest && c.NoValue(s.Record(a.Obj), a.UserState, AttrAssignee))
	}
	if line := &lines[coverAssignment]; odd > 0 {
		line.Reason = strings.TrimPrefix(line.Reason+"; "+oddNote(odd), "; ")
	}
	for i := range t.Scopes.Len() {
		x := t.Scopes.At(i)
		count(coverScope, x.Obj, x.FlagsState == model.Present && (x.Root != 0 || x.FilterState == model.Present), false)
	}
}

// classAt is the class of the object with a DN.
func classAt(s *model.Snapshot, name pool.DN) model.Class {
	if id := s.At(name); id != 0 {
		return s.Record(id).Class
	}
	return model.ClassUnknown
}
