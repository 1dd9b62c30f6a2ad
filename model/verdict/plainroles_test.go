package verdict_test

import (
	"fmt"
	"slices"

	"mbxperm/acl"
	"mbxperm/model"
)

// Role-based access control in the plain organisation: who may impersonate whom,
// from the text of the contract.

// role is a management role.
type role struct {
	Name   string
	Holds  bool `json:",omitempty"` // the entry that opens mailboxes
	Hidden bool `json:",omitempty"` // it was not delivered
	Closed bool `json:",omitempty"` // its entries were not read
}

// assignment gives a role to somebody.
type assignment struct {
	Name, Role string
	Who        string `json:",omitempty"` // an account, or a policy; gone: nobody any more; empty: not read
	Policy     bool   `json:",omitempty"`
	Disabled   bool   `json:",omitempty"`
	Delegating bool   `json:",omitempty"`
	NoFlags    bool   `json:",omitempty"`
	Write      int    // recipient write scope
	Scope      string `json:",omitempty"` // an OU, or a scope
}

// roleScope is a management scope.
type roleScope struct {
	Name      string
	Root      string `json:",omitempty"` // an OU; empty for the whole organisation
	Filter    bool   `json:",omitempty"`
	Exclusive bool   `json:",omitempty"`
	Hidden    bool   `json:",omitempty"`
}

// policy is a role assignment policy.
type policy struct {
	Name    string
	Default bool `json:",omitempty"`
	Hidden  bool `json:",omitempty"`
}

const (
	gone     = "gone"
	noPolicy = "-" // an account that shows that it names none
)

// mayImpersonate: what is assigned lets the person act as the owner.
func (o *forest) mayImpersonate(p person, m *account) outcome {
	return worlds(func(w *world) outcome {
		if o.NoRoles && o.isOld() || !o.knowsRoles(m, w) {
			return outcome{}
		}
		if o.NoRoles {
			return [...]outcome{{}, {allowed, byRole}}[w.unknown("role assignments", 2)]
		}
		found := false
		for _, a := range o.Assignments { // all of them, so that each world is asked for all that may matter
			found = found || o.opens(a, w) && o.reaches(a, m, w) && o.has(p, m, a, w)
		}
		if found {
			return outcome{allowed, byRole}
		}
		return outcome{}
	})
}

// knowsRoles: a server of 2003 knows no roles, one of 2007 perhaps.
func (o *forest) knowsRoles(m *account, w *world) bool {
	version := ""
	if s := o.server(o.serverOf(m)); s != nil {
		version = s.Version
	}
	switch version {
	case "":
		return w.unknown("roles at the server of "+m.Name, 2) == 1
	case "2003":
		return false
	case "2007":
		return w.possible("roles at the server of " + m.Name)
	}
	return true
}

// isOld: each server is known, and older than the first with roles.
func (o *forest) isOld() bool {
	return len(o.Servers) > 0 && !slices.ContainsFunc(o.Servers, func(s *server) bool { return s.Version != "2003" && s.Version != "2007" })
}

// opens: enabled, regular, and of a role with the entry.
func (o *forest) opens(a *assignment, w *world) bool {
	if a.NoFlags && w.unknown("flags of "+a.Name, 2) == 0 || !a.NoFlags && (a.Disabled || a.Delegating) {
		return false
	}
	for _, r := range o.Roles {
		switch {
		case r.Name != a.Role || r.Hidden:
		case r.Closed:
			return w.unknown("entries of "+r.Name, 2) == 1
		default:
			return r.Holds
		}
	}
	return w.unknown("role "+a.Role, 2) == 1
}

// reaches: the mailbox is in the recipient write scope.
func (o *forest) reaches(a *assignment, m *account, w *world) bool {
	if a.NoFlags {
		return o.letIn(a, m, w)
	}
	within := false
	switch a.Write {
	case 2:
		within = true
	case 6:
		within = o.isBelow(m, a.Scope)
	case 7, 13:
		within = o.inScope(a.Scope, m, w)
	case 0, 1, 4:
	default:
		within = w.possible(fmt.Sprint("word ", a.Write, " of ", a.Name))
	}
	return within && o.letIn(a, m, w)
}

func (o *forest) inScope(name string, m *account, w *world) bool {
	x := o.scope(name)
	if x == nil {
		return w.unknown("scope "+name, 2) == 1
	}
	return o.isBelow(m, x.Root) && (!x.Filter || w.possible("filter of "+name))
}

func (o *forest) scope(name string) *roleScope {
	for _, x := range o.Scopes {
		if x.Name == name && !x.Hidden {
			return x
		}
	}
	return nil
}

// letIn: an exclusive scope that may hold the mailbox keeps out whoever has no
// exclusive assignment.
func (o *forest) letIn(a *assignment, m *account, w *world) bool {
	if !a.NoFlags && a.Write == 13 {
		return true
	}
	for _, x := range o.Scopes {
		if x.Exclusive && !x.Hidden && o.isBelow(m, x.Root) {
			return w.possible("left in")
		}
	}
	for _, other := range o.Assignments {
		if !other.NoFlags && other.Write == 13 && o.scope(other.Scope) == nil {
			return w.possible("left in")
		}
	}
	return true
}

func (o *forest) isBelow(m *account, ou string) bool { return ou == "" || m.OU == ou }

// has: the assignment is the person's, a group's in his token, or his policy's.
func (o *forest) has(p person, m *account, a *assignment, w *world) bool {
	t := &token{o, w, p, o.serverDomain(m)}
	if a.Policy && a.Who != "" && o.isKnown(a.Who) {
		return o.hasPolicy(p, a.Who, w)
	}
	who := o.account(a.Who)
	switch {
	case a.Who == gone:
		return false
	case a.Who == "":
		return w.unknown("assignee of "+a.Name, 2) == 1
	case who == nil && (o.isGroup(a.Who) || o.isVague(a.Who)):
		return w.unknown("who is in "+a.Who, 2) == 1
	case who == nil && p.Account == nil: // it may be linked to him
		return w.unknown("the owner of "+a.Who, 2) == 1 && w.possible("the owner of "+a.Who+" acts with its roles")
	case who == nil || who.Kind == "contact" || who.Kind == "deleted":
		return false
	case who.Kind == "user" && linked(who) && who.Master == p.SID && w.possible("the owner of "+who.Name+" acts with its roles"):
		return true
	}
	return t.holds(who.SID)
}

// isKnown: a policy was delivered, or an assignment says that it is one.
func (o *forest) isKnown(name string) bool {
	return slices.ContainsFunc(o.Policies, func(x *policy) bool { return x.Name == name && !x.Hidden }) ||
		slices.ContainsFunc(o.Assignments, func(a *assignment) bool { return a.Who == name && !a.NoFlags })
}

// isVague: some assignment does not say what its assignee is.
func (o *forest) isVague(name string) bool {
	return slices.ContainsFunc(o.Assignments, func(a *assignment) bool { return a.Who == name && a.NoFlags })
}

// isGroup looks at what no search delivered, too: an assignment says what it is.
func (o *forest) isGroup(name string) bool {
	i := slices.IndexFunc(o.Accounts, func(a *account) bool { return a.Name == name })
	return i >= 0 && o.Accounts[i].Kind != "user" && o.Accounts[i].Kind != "computer"
}

func (o *forest) hasPolicy(p person, name string, w *world) bool {
	for _, a := range o.Accounts {
		if a.Hidden || a.Recipient != "mailbox" || a.Kind == "deleted" {
			continue
		}
		own := p.Account == a
		if !own && !(linked(a) && a.Master == p.SID) {
			continue
		}
		if o.policyOf(a, name, w) && (own || w.possible("the owner of "+a.Name+" has its policy")) {
			return true
		}
	}
	return false
}

func (o *forest) policyOf(a *account, name string, w *world) bool {
	switch {
	case a.Policy == name:
		return true
	case a.Policy != "" && a.Policy != noPolicy:
		return false
	case a.Policy == noPolicy && a.List.State == "":
		byDefault, any := false, false
		for _, x := range o.Policies {
			if x.Default && !x.Hidden {
				any, byDefault = true, byDefault || x.Name == name
			}
		}
		delivered := slices.ContainsFunc(o.Policies, func(x *policy) bool { return x.Name == name && !x.Hidden })
		if byDefault || any && delivered {
			return byDefault
		}
	}
	return w.unknown("policy "+name+" of "+a.Name, 2) == 1
}

// As a source would deliver it.

const rbacDN = "CN=RBAC," + exchangeDN

func (o *forest) ouDN(ou string) string {
	if ou == "" {
		return "OU=Staff," + o.domainDN(o.Domains[0].Name)
	}
	return "OU=" + ou + ",OU=Staff," + o.domainDN(o.Domains[0].Name)
}

var (
	policyLink = acl.MustParseGUID("12345678-0000-0000-0000-000000000001")
	userLink   = acl.MustParseGUID("12345678-0000-0000-0000-000000000002")
)

// readable is an entry by which the reader is shown to read an attribute.
func readable(attribute acl.GUID) acl.ACE {
	return acl.ACE{Type: acl.TypeAllowObject, Mask: acl.ReadProperty, SID: acl.MustParseSID(reader).Bytes(), HasObjectType: true, ObjectType: attribute}
}

// putRoles delivers all of it, with a disabled assignment that is always there.
func (o *forest) putRoles(w *model.Writer) {
	w.Schema(policyLink, model.SchemaName{Name: "msExchRBACPolicyLink"})
	w.Schema(userLink, model.SchemaName{Name: "msExchUserLink"})
	if o.NoRoles {
		return
	}
	put := func(class model.Class, f model.RoleFacts) {
		out := &model.Object{DN: f.DN, Class: class}
		if class == model.ClassAssignment {
			b, err := acl.Encode(acl.Parts{Control: acl.SelfRelative | acl.DACLPresent, DACLState: acl.ACLPresent, DACL: []acl.ACE{readable(userLink)}})
			if err != nil {
				panic(err)
			}
			out.Security, out.SecurityState = b, model.Present
		}
		w.Put(out)
		w.Role(&f)
	}
	for _, name := range []string{"", "CN=Roles,", "CN=Role Assignments,", "CN=Scopes,", "CN=Policies,"} {
		put(model.ClassContainer, model.RoleFacts{DN: name + rbacDN})
	}
	assigned := func(name string) string { return "CN=" + name + ",CN=Role Assignments," + rbacDN }
	put(model.ClassAssignment, model.RoleFacts{DN: assigned("always"), FlagsState: model.Present})
	for _, r := range o.Roles {
		if r.Hidden {
			continue
		}
		f := model.RoleFacts{DN: roleDN(r.Name), Type: 14, TypeState: model.Present, Entries: []string{"c,Get-Mailbox,x"}, EntriesState: model.Present}
		if r.Holds {
			f.Entries = append(f.Entries, "a,impersonate-exchangeuser,y")
		}
		if r.Closed {
			f.Entries, f.EntriesState = nil, model.Missing
		}
		put(model.ClassRole, f)
	}
	for _, x := range o.Scopes {
		if x.Hidden {
			continue
		}
		f := model.RoleFacts{DN: scopeDN(x.Name), Flags: 3, FlagsState: model.Present, Root: o.ouDN(x.Root), RootState: model.Present, FilterState: model.Present}
		if x.Root == "" {
			f.Root = "DC=contoso,DC=com"
		}
		if x.Exclusive {
			f.Flags |= 1 << 31
		}
		if x.Filter {
			f.Filter = "Department -eq 'Sales'"
		}
		put(model.ClassScope, f)
	}
	for _, x := range o.Policies {
		if !x.Hidden {
			f := model.RoleFacts{DN: policyDN(x.Name), FlagsState: model.Present}
			if x.Default {
				f.Flags = 1
			}
			put(model.ClassPolicy, f)
		}
	}
	for _, a := range o.Assignments {
		put(model.ClassAssignment, o.roleFacts(a, assigned(a.Name)))
	}
}

func roleDN(name string) string   { return "CN=" + name + ",CN=Roles," + rbacDN }
func scopeDN(name string) string  { return "CN=" + name + ",CN=Scopes," + rbacDN }
func policyDN(name string) string { return "CN=" + name + ",CN=Policies," + rbacDN }

func (o *forest) roleFacts(a *assignment, dn string) model.RoleFacts {
	f := model.RoleFacts{DN: dn, Role: roleDN(a.Role), RoleState: model.Present, UserState: model.Missing, FlagsState: model.Present,
		Flags: 1<<63 | 1<<48 | 2<<24 | uint64(a.Write)}
	switch {
	case a.Who == "":
		f.UserState = model.NotAsked
	case a.Policy:
		f.User, f.UserState = policyDN(a.Who), model.Present
		f.Flags |= 4 << 59
	case a.Who != gone:
		f.User, f.UserState = o.dn(a.Who), model.Present
		if o.isGroup(a.Who) {
			f.Flags |= 2 << 59
		}
	}
	if a.Disabled {
		f.Flags &^= 1 << 63
	}
	if a.Delegating {
		f.Flags += 5 << 48
	}
	if a.NoFlags {
		f.Flags, f.FlagsState = 0, model.Missing
	}
	if a.Write == 6 {
		f.Scope = o.ouDN(a.Scope)
	} else if a.Scope != "" {
		f.Scope = scopeDN(a.Scope)
	}
	return f
}

// Random ones.

func (m *maker) roles() {
	m.o.NoRoles = m.unread && m.in(10)
	for i := range 1 + m.IntN(3) {
		m.o.Roles = append(m.o.Roles, &role{Name: fmt.Sprintf("R%d", i+1), Holds: !m.in(3), Hidden: m.unread && m.in(6), Closed: m.unread && m.in(6)})
	}
	for i := range m.IntN(3) {
		m.o.Scopes = append(m.o.Scopes, &roleScope{Name: fmt.Sprintf("S%d", i+1), Root: pick(m.dice, "", "Sales"), Filter: m.uncertain && m.in(2),
			Exclusive: m.in(4), Hidden: m.unread && m.in(5)})
	}
	for i := range m.IntN(3) {
		m.o.Policies = append(m.o.Policies, &policy{Name: fmt.Sprintf("P%d", i+1), Default: i == 0 && !m.in(4), Hidden: m.unread && m.in(6)})
	}
	for _, a := range m.o.Accounts {
		a.OU = pick(m.dice, "", "", "Sales")
		if a.Kind != "user" || a.Domain != m.o.Domains[0].Name {
			a.OU = ""
		}
		if a.Policy = noPolicy; len(m.o.Policies) > 0 && m.in(2) {
			a.Policy = pick(m.dice, m.o.Policies...).Name
		}
		if m.unread && m.in(6) {
			a.Policy = ""
		}
	}
	for i := range m.IntN(5) {
		a := &assignment{Name: fmt.Sprintf("A%d", i+1), Role: pick(m.dice, m.o.Roles...).Name, Disabled: m.in(8), Delegating: m.in(8), NoFlags: m.unread && m.in(8),
			Write: pick(m.dice, 2, 2, 2, 6, 6, 7, 13, 0, 4), Who: m.assignee()}
		if m.uncertain && m.in(6) {
			a.Write = pick(m.dice, 3, 5, 9, 15, 17)
		}
		switch {
		case a.Write == 6:
			a.Scope = "Sales"
		case a.Write == 7 || a.Write == 13:
			a.Scope = "S9"
			if len(m.o.Scopes) > 0 {
				a.Scope = pick(m.dice, m.o.Scopes...).Name
			} else if !m.unread {
				a.Write, a.Scope = 2, ""
			}
		}
		if len(m.o.Policies) > 0 && m.in(4) {
			a.Who, a.Policy = pick(m.dice, m.o.Policies...).Name, true
		}
		m.o.Assignments = append(m.o.Assignments, a)
	}
}

// assignee is whoever an assignment may name.
func (m *maker) assignee() string {
	switch {
	case m.in(8):
		return gone
	case m.unread && m.in(10):
		return ""
	}
	for {
		if a := pick(m.dice, m.o.Accounts...); a.Scope != "builtin" && a.Kind != "deleted" && a.Kind != "contact" {
			return a.Name
		}
	}
}
