package demo

import (
	"strconv"
	"strings"

	"mbxperm/acl"
	"mbxperm/collector/decode"
)

// Role-based access control, as set-up makes it and as it grows: what a directory
// of that age has, and one example of everything that a reader must cope with.

// demoRole is a role: its name, the number of its type, and its entries. One with
// a parent lies below that.
type demoRole struct {
	name, parent string
	kind         int64
	entries      []string
}

const snapIn = ",Microsoft.Exchange.Management.PowerShell.E2010,"

const impersonate = "a,Impersonate-ExchangeUser"

var demoRoles = []demoRole{
	{"Active Directory Permissions", "", 69, []string{"c,Add-ADPermission" + snapIn + "AccessRights,ExtendedRights,Identity,User"}},
	{"ApplicationImpersonation", "", 14, []string{impersonate}},
	{"Databases", "", 29, []string{"c,Set-MailboxDatabase" + snapIn + "Identity,Name"}},
	{"Exchange Servers", "", 44, []string{"c,Set-ExchangeServer" + snapIn + "Identity"}},
	{"Legal Hold", "", 66, []string{"c,Set-Mailbox" + snapIn + "Identity,LitigationHoldEnabled"}},
	{"Mail Recipient Creation", "", 52, []string{"c,New-Mailbox" + snapIn + "Alias,Name", "c,Remove-Mailbox" + snapIn + "Identity"}},
	{"Mail Recipients", "", 26, []string{"c,Add-MailboxPermission" + snapIn + "AccessRights,Identity,User", "c,Get-Mailbox" + snapIn + "Identity",
		"c,Set-Mailbox" + snapIn + "GrantSendOnBehalfTo,Identity"}},
	{"Mailbox Import Export", "", 80, []string{"c,New-MailboxExportRequest" + snapIn + "FilePath,Mailbox"}},
	{"Mailbox Search", "", 65, []string{"c,New-MailboxSearch" + snapIn + "Name,SourceMailboxes"}},
	{"MyBaseOptions", "", 10, []string{"c,Set-MailboxRegionalConfiguration" + snapIn + "Identity,Language"}},
	{"MyContactInformation", "", 20, []string{"c,Set-User" + snapIn + "Identity,Phone"}},
	{"Organization Configuration", "", 77, []string{"c,Set-OrganizationConfig" + snapIn + "Identity"}},
	{"Receive Connectors", "", 48, []string{"c,New-ReceiveConnector" + snapIn + "Bindings,Name"}},
	{"Role Management", "", 54, []string{"c,New-ManagementRoleAssignment" + snapIn + "Role,User"}},
	{"Transport Hygiene", "", 73, []string{"c,Set-ContentFilterConfig" + snapIn + "Enabled"}},
	{"User Options", "", 50, []string{"c,Get-InboxRule" + snapIn + "Identity,Mailbox"}},
	{"View-Only Configuration", "", 56, []string{"c,Get-ExchangeServer" + snapIn + "Identity"}},
	{"View-Only Recipients", "", 55, []string{"c,Get-Mailbox" + snapIn + "Identity"}},
	// Made here: a child of impersonation from which the entry was taken, a role
	// of another name and type that has it, and a child with less than its parent.
	{"Impersonation (retired)", "ApplicationImpersonation", 14, nil},
	{"CRM Synchronisation", "", -2147483648, []string{"c,Get-Mailbox" + snapIn + "Identity", impersonate}},
	{"Helpdesk Recipients", "Mail Recipients", 26, []string{"c,Get-Mailbox" + snapIn + "Identity"}},
}

// What an assignment's flags are put together from (exchange-facts 5.3).
const (
	toUser, toGroup, toPolicy, toRoleGroup, toLinkedGroup = 0, 2, 4, 10, 12
	regular, delegating, delegatingOrgWide                = 1, 2, 6
	scopeNone, scopeOrg, scopeSelf, scopeOU               = 0, 2, 4, 6
	scopeCustom, scopeMyReports, scopeExclusive           = 7, 5, 13
	scopeConfig, scopeServers                             = 10, 11
)

// demoAssignment gives a role to somebody; who has the zero value for an account
// that is gone.
type demoAssignment struct {
	name, role string
	who        trustee
	policy     string // in its place
	to         uint64
	delegation uint64
	write      uint64
	servers    string                // the scope of servers or databases that limits it
	scope      func(w *world) string // DN of a scope or an OU
	disabled   bool
}

func (a *demoAssignment) flags() string {
	f := a.to<<59 | a.delegation<<48 | scopeConfig<<40 | scopeConfig<<32 | scopeOrg<<24 | a.write
	if a.policy != "" {
		f = a.to<<59 | a.delegation<<48 | scopeSelf<<24 | a.write
	}
	if a.servers != "" {
		f = f&^(0x1F<<32) | scopeServers<<32
	}
	if !a.disabled {
		f |= 1 << 63
	}
	return strconv.FormatInt(int64(f), 10)
}

// demoScopes are those that somebody made. The filter is text that no directory
// evaluates.
var demoScopes = []struct{ name, filter, flags string }{
	{"Sales mailboxes", "Department -eq 'Sales'", "3"},
	{"Board", "", "-2147483645"}, // exclusive
	{"Munich servers", "Name -like 'MUC*'", "4"},
}

const (
	defaultPolicy = "Default Role Assignment Policy"
	managerPolicy = "Managers"
)

// setupAssignments are those that set-up makes for its own groups.
func setupAssignments() (out []demoAssignment) {
	give := func(who trustee, group string, roles ...string) {
		for _, r := range roles {
			out = append(out, demoAssignment{name: r + "-" + group, role: r, who: who, to: toRoleGroup, delegation: regular, write: scopeOrg})
		}
	}
	const om = "Organization Management"
	give(orgManagement, om, "Active Directory Permissions", "Databases", "Exchange Servers", "Legal Hold", "Mail Recipient Creation", "Mail Recipients",
		"Organization Configuration", "Receive Connectors", "Role Management", "Transport Hygiene", "User Options", "View-Only Configuration", "View-Only Recipients")
	for _, r := range demoRoles {
		if r.kind > 0 && r.parent == "" {
			out = append(out, demoAssignment{name: r.name + "-" + om + "-Delegating", role: r.name, who: orgManagement, to: toRoleGroup,
				delegation: delegatingOrgWide, write: scopeOrg})
		}
	}
	give(recipientManagement, "Recipient Management", "Mail Recipient Creation", "Mail Recipients")
	give(viewOnlyManagement, "View-Only Organization Management", "View-Only Configuration", "View-Only Recipients")
	give(helpDeskRole, "Help Desk", "User Options", "View-Only Recipients")
	give(discoveryMgmt, "Discovery Management", "Legal Hold", "Mailbox Search")
	give(serverManagement, "Server Management", "Databases", "Exchange Servers", "Receive Connectors")
	give(delegatedSetup, "Delegated Setup", "View-Only Configuration")
	give(hygieneManagement, "Hygiene Management", "ApplicationImpersonation", "Receive Connectors", "Transport Hygiene", "View-Only Configuration", "View-Only Recipients")
	for _, p := range []string{defaultPolicy, managerPolicy} {
		for _, r := range []string{"MyBaseOptions", "MyContactInformation"} {
			out = append(out, demoAssignment{name: r + "-" + p, role: r, policy: p, to: toPolicy, delegation: regular, write: scopeSelf})
		}
	}
	return out
}

// What happens to roles, by the day on which it does.
const (
	newAssignment = 12 // somebody gets the role that opens every mailbox
	moreEntries   = 18 // of the help desk's own role
	faxEnabled    = 25
	reportsGone   = 33
)

// ownAssignments are those that administrators of contoso made.
func (w *world) ownAssignments() []demoAssignment {
	ou := func(of func(*world) *node) func(*world) string {
		return func(w *world) string { return of(w).dn }
	}
	scope := func(name string) func(*world) string {
		return func(w *world) string { return "CN=" + name + ",CN=Scopes," + w.rbacDN }
	}
	all := []demoAssignment{
		{name: "Archive impersonation", role: "ApplicationImpersonation", who: svcArchive, to: toUser, delegation: regular, write: scopeOrg},
		{name: "Fax impersonation", role: "ApplicationImpersonation", who: svcDisabled, to: toUser, delegation: regular, write: scopeOrg, disabled: w.day < faxEnabled},
		{name: "Gateway impersonation", role: "ApplicationImpersonation", to: toUser, delegation: regular, write: scopeOrg}, // its account is gone
		{name: "Shared mailboxes impersonation", role: "ApplicationImpersonation", who: migrationTeam, to: toGroup, delegation: regular, write: scopeOU,
			scope: ou(func(w *world) *node { return w.shared })},
		{name: "Impersonation (retired)-svc-provisioning", role: "Impersonation (retired)", who: svcProvisioning, to: toUser, delegation: regular, write: scopeOrg},
		{name: "CRM Synchronisation-Sales", role: "CRM Synchronisation", who: projectBlue, to: toGroup, delegation: regular, write: scopeCustom,
			scope: scope("Sales mailboxes")},
		{name: "Export-Exchange Operators", role: "Mailbox Import Export", who: exchangeOps, to: toGroup, delegation: regular, write: scopeOrg},
		{name: "Databases-Munich", role: "Databases", who: exchangeOps, to: toGroup, delegation: regular, write: scopeNone, servers: "Munich servers"},
		{name: "Helpdesk Recipients-Helpdesk", role: "Helpdesk Recipients", who: helpdesk, to: toGroup, delegation: regular, write: scopeOrg},
		{name: "Board recipients-adm-lund", role: "Mail Recipients", who: admLegacy, to: toUser, delegation: regular, write: scopeExclusive, scope: scope("Board")},
		{name: "Mail Recipients-FABRIKAM Exchange Admins", role: "Mail Recipients", who: linkedRoleGroup, to: toLinkedGroup, delegation: regular, write: scopeOrg},
	}
	if w.day >= newAssignment {
		all = append(all, demoAssignment{name: "Calendar impersonation", role: "ApplicationImpersonation", who: svcProvisioning, to: toUser, delegation: regular, write: scopeOrg})
	}
	if w.day < reportsGone {
		all = append(all, demoAssignment{name: "Reports of managers", role: "User Options", policy: managerPolicy, to: toPolicy, delegation: regular, write: scopeMyReports})
	}
	return all
}

// buildRoles makes the tree of CN=RBAC below the organisation. Who is in View-Only
// Organization Management may read it.
func (w *world) buildRoles(org *node) {
	put := func(parent *node, name, class string, attrs ...fixed) *node {
		var own []ace
		if name == "RBAC" {
			own = []ace{allow(viewOnlyManagement, genRead, ci)}
		}
		n := child(parent, shape{rdn: "CN=" + escape(name), classes: "top " + class, own: own})
		n.attrs = attrs
		w.rbac = append(w.rbac, n)
		return n
	}
	top := put(org, "RBAC", "container msExchContainer")
	w.rbacDN = top.dn
	within := map[string]*node{}
	for _, name := range []string{"Roles", "Role Assignments", "Scopes", "Policies"} {
		within[name] = put(top, name, "container msExchContainer")
	}
	roles := map[string]*node{}
	for _, r := range demoRoles {
		parent := within["Roles"]
		if r.parent != "" {
			parent = roles[r.parent]
		}
		attrs := []fixed{text("msExchRoleType", strconv.FormatInt(r.kind, 10)), text("msExchRoleFlags", roleFlags(r.name))}
		if r.name == "Helpdesk Recipients" && w.day >= moreEntries {
			r.entries = append(r.entries[:len(r.entries):len(r.entries)], "c,Add-MailboxPermission"+snapIn+"AccessRights,Identity,User")
		}
		if len(r.entries) > 0 {
			attrs = append(attrs, fixed{"msExchRoleEntries", values(r.entries...)})
		}
		roles[r.name] = put(parent, r.name, "msExchRole", attrs...)
	}
	for _, x := range demoScopes {
		attrs := []fixed{text("msExchScopeFlags", x.flags), text("msExchScopeRoot", domainDN)}
		if x.filter != "" {
			attrs = append(attrs, text("msExchQueryFilter", x.filter))
		} else {
			attrs[1] = text("msExchScopeRoot", w.legal.dn)
		}
		put(within["Scopes"], x.name, "msExchScope", attrs...)
	}
	policies := map[string]*node{
		defaultPolicy: put(within["Policies"], defaultPolicy, "msExchRBACPolicy", text("msExchRBACPolicyFlags", "1")),
		managerPolicy: put(within["Policies"], managerPolicy, "msExchRBACPolicy", text("msExchRBACPolicyFlags", "0")),
	}
	for _, a := range append(setupAssignments(), w.ownAssignments()...) {
		put(within["Role Assignments"], a.name, "msExchRoleAssignment", w.assigned(&a, roles[a.role], policies[a.policy])...)
	}
	w.policyDN = [2][]byte{[]byte(policies[defaultPolicy].dn), []byte(policies[managerPolicy].dn)}
}

// assigned are the attributes of an assignment of a role, to a policy where it has one.
func (w *world) assigned(a *demoAssignment, role, policy *node) []fixed {
	attrs := []fixed{text("msExchRoleLink", role.dn), text("msExchRoleAssignmentFlags", a.flags())}
	if policy != nil {
		attrs = append(attrs, text("msExchUserLink", policy.dn))
	} else if dn, ok := w.appendDN(nil, a.who); ok && a.who != (trustee{}) {
		attrs = append(attrs, text("msExchUserLink", string(dn)))
	}
	if a.scope != nil {
		attrs = append(attrs, text("msExchDomainRestrictionLink", a.scope(w)))
	}
	if a.servers != "" {
		attrs = append(attrs, text("msExchConfigRestrictionLink", "CN="+a.servers+",CN=Scopes,"+w.rbacDN))
	}
	return attrs
}

// roleFlags are those of a role: one for people's own mailboxes says so, and that
// it counts for oneself.
func roleFlags(name string) string {
	if strings.HasPrefix(name, "My") {
		return strconv.Itoa(-1<<31 | scopeSelf<<24 | scopeSelf<<17 | scopeConfig<<10 | scopeNone<<3)
	}
	return strconv.Itoa(scopeOrg<<24 | scopeOrg<<17 | scopeConfig<<10 | scopeConfig<<3)
}

// roleSearch asks for all of it.
func (w *world) roleSearch() search {
	return search{ask(decode.Roles), len(w.rbac), func(e *entry, k int) { e.node(w, w.rbac[k]) }}
}

// policy writes the role assignment policy of mailbox i: one in eight has that of
// managers.
func (e *entry) policy(w *world, i int) {
	n := 0
	if i%8 == 7 {
		n = 1
	}
	e.put("msExchRBACPolicyLink", w.policyDN[n])
}

// roleAttributes are those of CN=RBAC whose schemaIDGUIDs a reader needs. No
// public document has them: these are the demo's own.
var roleAttributes = [...]string{"msExchRoleEntries", "msExchUserLink", "msExchDomainRestrictionLink", "msExchScopeRoot", "msExchQueryFilter",
	"msExchRBACPolicyLink"}

func roleSchema() (list []acl.NamedGUID) {
	for i, name := range roleAttributes {
		g := acl.MustParseGUID("d3a0c0de-0000-4000-8000-00000000000" + strconv.Itoa(i))
		list = append(list, acl.NamedGUID{GUID: g, Name: name, Kind: acl.KindAttribute})
	}
	return list
}
