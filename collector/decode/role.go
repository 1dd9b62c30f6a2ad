package decode

import (
	"strconv"
	"strings"

	"mbxperm/collector"
	"mbxperm/model"
	"mbxperm/model/dn"
)

// Roles asks for role-based access control, which Exchange 2010 and later keep in
// CN=RBAC of the organisation: the containers, roles at any depth, assignments,
// scopes and policies (exchange-facts 5.3). A directory whose schema does not
// have the classes answers with nothing. Of the descriptors it takes whether the
// bound account may read what did not come.
var Roles = collector.Search{
	Purpose: "roles",
	Base:    exchangeBase,
	Scope:   collector.ScopeSub,
	Filter: "(|(objectClass=msExchRole)(objectClass=msExchRoleAssignment)(objectClass=msExchScope)(objectClass=msExchRBACPolicy)" +
		"(&(|(objectClass=container)(objectClass=msExchContainer))(|(cn=RBAC)(cn=Roles)(cn=Role Assignments)(cn=Scopes)(cn=Policies))))",
	Attributes: []string{
		attrObjectClass, attrObjectGUID, attrCN, attrSecurity, "msExchRoleType", "msExchRoleEntries", "msExchRoleEntriesExt", "msExchRoleFlags", attrAssigned,
		"msExchUserLink", "msExchRoleLink", "msExchDomainRestrictionLink", "msExchConfigRestrictionLink", "msExchRoleAssignmentFlags",
		"msExchScopeRoot", "msExchQueryFilter", "msExchScopeFlags", "msExchRBACPolicyFlags",
	},
	Weight: 10,
	About:  "CN=RBAC of the organisation: roles, assignments, scopes and policies",
}

// What accounts and groups say about roles.
const (
	attrPolicy       = "msExchRBACPolicyLink"
	attrRoleGroup    = "msExchRoleGroupType"
	attrForeignGroup = "msExchForeignGroupSid"
	attrAssigned     = "msExchRoleBL" // of a role: its assignments, those too that may not be seen
)

var hasRoles = &evidence{"object of CN=RBAC", func(_ *collector.Entry, set *classSet) bool {
	return set.class == model.ClassRole || set.class == model.ClassAssignment
}}

// role is a management role: what may be run, by its entries.
var role = kind{
	classes:  []class{{"msexchrole", model.ClassRole}},
	searches: []collector.Search{Roles},
	lacks:    []*evidence{hasRoles},
	decode: func(d *decoder, e *collector.Entry, set *classSet) {
		f := model.RoleFacts{}
		partial := d.linkedTexts(e, "msExchRoleEntries", &f.Entries, &f.EntriesState)
		more := d.linkedTexts(e, "msExchRoleEntriesExt", &f.Entries, new(model.ReadState))
		switch {
		case partial || more:
			f.EntriesState = model.Missing // what was not read may be any entry
		case len(f.Entries) > 0:
			f.EntriesState = model.Present
		}
		if n, err := strconv.ParseInt(e.Text("msExchRoleType"), 10, 64); err == nil {
			f.Type, f.TypeState = n, model.Present
		} else if f.TypeState = d.came(e, "msExchRoleType"); f.TypeState == model.Present {
			f.TypeState = model.Missing // it is no number
		}
		d.bits32(e, "msExchRoleFlags", &f)
		d.linkedNames(e, attrAssigned, &f.Assigned, new(model.ReadState))
		d.putRole(e, set, &f)
	},
}

// roleAssignment gives a role to somebody, within scopes. Its flags are a signed
// 64-bit integer in LDAP and a set of bit fields for us.
var roleAssignment = kind{
	classes: []class{{"msexchroleassignment", model.ClassAssignment}},
	decode: func(d *decoder, e *collector.Entry, set *classSet) {
		const flags = "msExchRoleAssignmentFlags"
		f := model.RoleFacts{
			User: e.Text("msExchUserLink"), UserState: d.came(e, "msExchUserLink"),
			Role: e.Text("msExchRoleLink"), RoleState: d.came(e, "msExchRoleLink"),
			Scope: e.Text("msExchDomainRestrictionLink"), ScopeState: d.came(e, "msExchDomainRestrictionLink"),
			ConfigScope: e.Text("msExchConfigRestrictionLink"), FlagsState: d.came(e, flags),
		}
		if n, err := strconv.ParseInt(e.Text(flags), 10, 64); err == nil {
			f.Flags = uint64(n)
		} else if f.FlagsText = e.Text(flags); f.FlagsText == "" && f.FlagsState == model.Present {
			f.FlagsState = model.Missing // an empty value says as much as none
		}
		d.putRole(e, set, &f)
	},
}

// roleScope is a part of the organisation that an assignment can be limited to.
var roleScope = kind{
	classes: []class{{"msexchscope", model.ClassScope}},
	decode: func(d *decoder, e *collector.Entry, set *classSet) {
		f := model.RoleFacts{
			Root: e.Text("msExchScopeRoot"), RootState: d.came(e, "msExchScopeRoot"),
			Filter: e.Text("msExchQueryFilter"), FilterState: d.came(e, "msExchQueryFilter"),
		}
		d.bits32(e, "msExchScopeFlags", &f)
		d.putRole(e, set, &f)
	},
}

// rolePolicy is what mailboxes are given roles by.
var rolePolicy = kind{
	classes: []class{{"msexchrbacpolicy", model.ClassPolicy}},
	decode: func(d *decoder, e *collector.Entry, set *classSet) {
		var f model.RoleFacts
		d.bits32(e, "msExchRBACPolicyFlags", &f)
		d.putRole(e, set, &f)
	},
}

// came says how an attribute came in.
func (d *decoder) came(e *collector.Entry, name string) model.ReadState {
	switch {
	case e.Value(name) != nil:
		return model.Present
	case d.now != nil && d.now.Asked(name):
		return model.Missing
	}
	return model.NotAsked
}

// bits32 takes flags of 32 bits, which are a signed integer in LDAP. What is no
// number is as good as not read.
func (d *decoder) bits32(e *collector.Entry, name string, f *model.RoleFacts) {
	f.FlagsState = d.came(e, name)
	switch n, err := strconv.ParseInt(e.Text(name), 10, 64); {
	case err == nil:
		f.Flags = uint64(uint32(n))
	case f.FlagsState == model.Present:
		f.FlagsState = model.Missing
	}
}

// putRole hands an object over that is no administration container: it lies in
// Exchange's configuration, but its own descriptor delegates nothing.
func (d *decoder) putRole(e *collector.Entry, set *classSet, f *model.RoleFacts) {
	if !d.w.Put(d.object(e, set)) {
		d.leftOut(e)
		return
	}
	f.DN = e.DN
	d.w.Role(f)
}

// roleContainer takes CN=RBAC or a container right below it: that it came shows
// that roles can be seen. It reports whether that is all there is to the entry,
// as in an answer to the search for roles; a file shows its descriptor too.
func (d *decoder) roleContainer(e *collector.Entry, o *model.Object) bool {
	leaf, parent := dn.Split(e.DN)
	above, _ := dn.Split(parent)
	if !strings.EqualFold(leaf, rbacName) && !strings.EqualFold(above, rbacName) || !administration(e.DN) {
		return false
	}
	asked := d.now != nil && d.now.Purpose == Roles.Purpose
	if asked {
		o.Security, o.SecurityState = nil, model.NotAsked
		if !d.w.Put(o) {
			d.leftOut(e)
			return true
		}
	} else {
		d.put(e, o)
	}
	d.w.Role(&model.RoleFacts{DN: e.DN})
	return true
}

const rbacName = "CN=RBAC"

// policyOf takes the role assignment policy of an account.
func (d *decoder) policyOf(e *collector.Entry, o *model.Object) {
	if o.PolicyState = d.came(e, attrPolicy); o.PolicyState == model.Present {
		o.Policy = d.shared.text(e.Value(attrPolicy))
	}
}

// roleGroup takes what makes a role group of a group.
func (d *decoder) roleGroup(e *collector.Entry, o *model.Object) {
	if n, err := strconv.ParseInt(e.Text(attrRoleGroup), 10, 64); err == nil {
		o.RoleGroupType = uint64(n)
	}
	o.ForeignGroup = d.sid(e, attrForeignGroup, e.Value(attrForeignGroup))
}
