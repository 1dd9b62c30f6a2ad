package demo

import "strings"

// principal is an account or group that is written by hand.
type principal struct {
	who     trustee
	name    string // cn, and sAMAccountName unless login is set
	login   string
	display string
	class   string // objectClass values, from top down
	classes [][]byte
	home    func(w *world) string
	uac     string
	group   string // groupType
	admin   bool   // adminCount=1
	had     trustee
	members []trustee
	manager trustee // who manages it (managedBy)
	second  trustee // and who beside him (msExchCoManagedByLink)
	foreign trustee // the group of another forest whose members are this role group's
	wide    bool    // has mailboxes as members too: see wideMembers
}

// account is the sAMAccountName.
func (p *principal) account() string {
	if p.login != "" {
		return p.login
	}
	return p.name
}

// primaryGroup is the primaryGroupID: Domain Users, or Domain Computers.
func (p *principal) primaryGroup() string {
	if p.class == classService {
		return "515"
	}
	return "513"
}

// groupType values: scope, and the sign bit for a security group ([MS-ADTS]
// 2.2.12).
const (
	globalGroup    = "-2147483646"
	localGroup     = "-2147483644"
	universalGroup = "-2147483640"
	builtinGroup   = "-2147483643"
	mailList       = "8"
)

// objectClass values of the hand-written accounts.
const (
	classGroup   = "top group"
	classUser    = "top person organizationalPerson user"
	classService = "top person organizationalPerson user computer msDS-GroupManagedServiceAccount"
	classForeign = "top foreignSecurityPrincipal"
)

// userAccountControl values ([MS-ADTS] 2.2.16).
const (
	uacNormal      = "512"
	uacDisabled    = "514"
	uacNoExpiry    = "66048" // password does not expire
	uacWorkstation = "4096"
	uacServer      = "532480" // a domain controller
)

func local(rid uint32) trustee { return trustee{contoso, rid} }

// Accounts and groups that ACEs name.
var (
	administrator    = local(500)
	domainAdmins     = local(512)
	domainUsers      = local(513)
	certPublishers   = local(517)
	schemaAdmins     = local(518)
	enterpriseAdmins = local(519)

	svcBackup       = local(1105)
	svcArchive      = local(1106)
	svcJournal      = local(1107)
	svcProvisioning = local(1108)
	admLegacy       = local(1109)
	auditor         = local(1110)
	oldAdmin        = local(1111)
	svcDisabled     = local(1112)

	exchangeServers     = local(1121)
	trustedSubsystem    = local(1122)
	windowsPermissions  = local(1123)
	orgManagement       = local(1124)
	recipientManagement = local(1125)
	viewOnlyManagement  = local(1126)
	publicFolderMgmt    = local(1127)
	helpDeskRole        = local(1128)
	discoveryMgmt       = local(1129)
	serverManagement    = local(1130)
	delegatedSetup      = local(1131)
	managedAvailability = local(1132)
	hygieneManagement   = local(1133)
	complianceMgmt      = local(1134)
	recordsManagement   = local(1135)
	legacyInterop       = local(1136)

	helpdesk        = local(1201)
	helpdeskSecond  = local(1202)
	helpdeskFirst   = local(1203)
	projectBlue     = local(1204)
	projectGreen    = local(1205)
	allStaff        = local(1206)
	migrationTeam   = local(1207)
	exchangeOps     = local(1208)
	exchangeViewers = local(1209)
	contractors     = local(1210)
	auditors        = local(1211)
	emptyGroup      = local(1212)
	linkedRoleGroup = local(1213)
	popAccess       = local(1214)
	imapAccess      = local(1215)

	formerTeam    = orphan(7) // a group that was deleted; one OU still passes its right on, one account shows it
	foreignMember = trustee{fabrikam, 1147}
)

// oldAdminRID is the SID of oldAdmin in the NT 4 domain, which some ACEs still
// name.
const oldAdminRID = 1018

// exchangeGroups are the groups that otherWellKnownObjects of CN=Microsoft
// Exchange points to, with the GUIDs by which Exchange finds them again.
var exchangeGroups = []struct {
	who  trustee
	name string
	guid string
}{
	{exchangeServers, "Exchange Servers", "6c01d2a7-f083-4503-8132-789eeb127b84"},
	{managedAvailability, "Managed Availability Servers", "cf2e5202-8599-4a98-9232-056fc704cc8b"},
	{legacyInterop, "ExchangeLegacyInterop", "3f965b9c-f167-4b4a-936c-b8efb19c4784"},
	{trustedSubsystem, "Exchange Trusted Subsystem", "586a87ea-6ddb-4cd0-9006-939818f800eb"},
	{windowsPermissions, "Exchange Windows Permissions", "11d0174c-be7e-4266-afae-e03bc66d381f"},
	{orgManagement, "Organization Management", "29a962c2-91d6-4ab7-9e06-8728f8f842ea"},
	{recipientManagement, "Recipient Management", "1dc472db-5849-4d0a-b304-fe6981e56297"},
	{viewOnlyManagement, "View-Only Organization Management", "d3399e1a-be5a-4757-b979-ffc0c6e5ea26"},
	{publicFolderMgmt, "Public Folder Management", "7b41fa45-7435-4edc-929b-c4b059699792"},
	{helpDeskRole, "Help Desk", "bec6ddb3-3b2a-4be8-97eb-2dce9477e389"},
	{recordsManagement, "Records Management", "c932a4be-1d4e-4e25-af99-b40573360d5b"},
	{discoveryMgmt, "Discovery Management", "2ede7fc6-3983-4467-90fb-afdca3dfdc95"},
	{serverManagement, "Server Management", "75e7b84d-b64e-43c1-9565-612e69a80a4f"},
	{delegatedSetup, "Delegated Setup", "261928d1-f5d1-445b-866d-1d6b5bd87a09"},
	{hygieneManagement, "Hygiene Management", "f409b703-f351-43bf-88e3-3495369b6771"},
	{complianceMgmt, "Compliance Management", "9b440ab3-b4a9-4520-8c4b-b22f33c52766"},
}

// exchangeMembers are the members of those groups that have any.
func exchangeMembers(who trustee) []trustee {
	switch who {
	case orgManagement:
		return []trustee{administrator, admLegacy}
	case windowsPermissions, exchangeServers:
		return []trustee{trustedSubsystem}
	case recipientManagement:
		return []trustee{helpdeskSecond, svcProvisioning}
	case viewOnlyManagement:
		return []trustee{auditor, auditors}
	case discoveryMgmt:
		return []trustee{local(firstMailbox + headProtected)}
	}
	return nil
}

// Where hand-written accounts lie.
func inUsers(w *world) string    { return w.users.dn }
func inBuiltin(*world) string    { return builtinDN }
func inForeign(*world) string    { return foreignDN }
func inServices(w *world) string { return w.servicesOU.dn }
func inAdmins(w *world) string   { return w.adminsOU.dn }
func inTeams(w *world) string    { return w.teamsOU.dn }
func inManaged(w *world) string  { return w.managed.dn }
func inExchange(w *world) string { return w.exchangeOU.dn }

// buildPrincipals makes the hand-written accounts, in the order in which they
// are delivered.
func (w *world) buildPrincipals() {
	w.static = append(w.static, windowsAccounts()...)
	w.static = append(w.static, ownAccounts()...)
	for _, g := range exchangeGroups {
		w.static = append(w.static, &principal{who: g.who, name: g.name, class: classGroup, home: inExchange, group: universalGroup,
			members: exchangeMembers(g.who)})
	}
	w.static = append(w.static, builtinGroups()...)
	w.static = append(w.static, foreigners(w)...)
	w.people = make(map[uint32]*principal)
	for _, p := range w.static {
		p.classes = values(strings.Fields(p.class)...)
		if p.who.realm == contoso {
			w.people[p.who.rid] = p
		}
	}
}

// windowsAccounts are those of every domain.
func windowsAccounts() []*principal {
	group := func(rid uint32, name, kind string, admin bool, members ...trustee) *principal {
		return &principal{who: local(rid), name: name, class: classGroup, home: inUsers, group: kind, admin: admin, members: members}
	}
	return []*principal{
		{who: administrator, name: "Administrator", class: classUser, home: inUsers, uac: uacNoExpiry, admin: true},
		{who: local(501), name: "Guest", class: classUser, home: inUsers, uac: "66082"},
		{who: local(502), name: "krbtgt", class: classUser, home: inUsers, uac: uacDisabled, admin: true},
		group(512, "Domain Admins", globalGroup, true, administrator, oldAdmin, local(firstMailbox+headProtected)),
		group(513, "Domain Users", globalGroup, false),
		group(514, "Domain Guests", globalGroup, false),
		group(515, "Domain Computers", globalGroup, false),
		group(516, "Domain Controllers", globalGroup, true),
		group(517, "Cert Publishers", localGroup, false),
		group(518, "Schema Admins", universalGroup, true, administrator),
		group(519, "Enterprise Admins", universalGroup, true, administrator),
		group(520, "Group Policy Creator Owners", globalGroup, false, administrator),
		group(553, "RAS and IAS Servers", localGroup, false),
	}
}

// ownAccounts are those that administrators of contoso made: services, personal
// admin accounts, and groups with groups in them.
func ownAccounts() []*principal {
	service := func(who trustee, name, display string) *principal {
		return &principal{who: who, name: name, display: display, class: classUser, home: inServices, uac: uacNoExpiry}
	}
	team := func(who trustee, name string, members ...trustee) *principal {
		return &principal{who: who, name: name, class: classGroup, home: inTeams, group: universalGroup, members: members}
	}
	wide := func(p *principal) *principal { p.wide = true; return p }
	return []*principal{
		service(svcBackup, "svc-backup", "Mailbox backup (tape)"),
		service(svcArchive, "svc-archive", "Mail archive"),
		{who: svcJournal, name: "gmsa-journal", login: "gmsa-journal$", class: classService, home: inManaged, uac: uacWorkstation},
		service(svcProvisioning, "svc-provisioning", "Identity management"),
		{who: admLegacy, name: "adm-lund", class: classUser, home: inAdmins, uac: uacNormal, admin: true},
		{who: auditor, name: "auditor", display: "Auditor (read only)", class: classUser, home: inServices, uac: uacNoExpiry},
		{who: oldAdmin, name: "adm-keller", class: classUser, home: inAdmins, uac: uacNormal, admin: true, had: trustee{old, oldAdminRID}},
		{who: svcDisabled, name: "svc-fax", display: "Fax gateway (retired)", class: classUser, home: inServices, uac: uacDisabled},
		team(helpdesk, "Helpdesk", helpdeskSecond, svcProvisioning),
		wide(team(helpdeskSecond, "Helpdesk 2nd level", helpdeskFirst)),
		wide(team(helpdeskFirst, "Helpdesk 1st level", contractors)),
		wide(team(projectBlue, "Project Blue", projectGreen)),
		wide(team(projectGreen, "Project Green", projectBlue)), // each a member of the other
		wide(team(allStaff, "All Staff")),
		team(migrationTeam, "Archive Migration Team", svcArchive, contractors),
		{who: exchangeOps, name: "Exchange Operators", class: classGroup, home: inTeams, group: universalGroup, members: []trustee{admLegacy},
			manager: orgManagement, second: helpdesk}, // by which the help desk can get there
		team(exchangeViewers, "Exchange Viewers", helpdeskSecond),
		wide(team(contractors, "Contractors", foreignMember)),
		wide(team(auditors, "Auditors", auditor)),
		team(popAccess, "POP3 Access"),
		team(imapAccess, "IMAP Access"),
		team(emptyGroup, "Former Project \u202eetavirP"),
		{who: linkedRoleGroup, name: "FABRIKAM Exchange Admins", class: classGroup, home: inExchange, group: universalGroup, foreign: trustee{fabrikam, 1202}},
	}
}

// builtinGroups are those of CN=Builtin.
func builtinGroups() []*principal {
	group := func(who trustee, name string, members ...trustee) *principal {
		return &principal{who: who, name: name, class: classGroup, home: inBuiltin, group: builtinGroup, members: members}
	}
	return []*principal{
		group(administrators, "Administrators", domainAdmins, enterpriseAdmins, administrator),
		group(builtinUsers, "Users", domainUsers, authenticatedUsers, interactive),
		group(guests, "Guests", local(514), local(501)),
		group(accountOperators, "Account Operators", admLegacy),
		group(serverOperators, "Server Operators"),
		group(printOperators, "Print Operators"),
		group(backupOperators, "Backup Operators", svcBackup),
		group(replicator, "Replicator"),
		group(preWindows2000, "Pre-Windows 2000 Compatible Access", authenticatedUsers),
		group(remoteDesktop, "Remote Desktop Users", exchangeOps),
		group(windowsAuthz, "Windows Authorization Access Group", enterpriseDCs, exchangeServers),
		group(terminalLicense, "Terminal Server License Servers"),
	}
}

// foreigners are the foreignSecurityPrincipal objects: well-known identities
// and FABRIKAM accounts that are in a group of ours.
func foreigners(w *world) []*principal {
	var list []*principal
	for _, who := range []trustee{authenticatedUsers, interactive, enterpriseDCs, iusr, foreignMember, linkedOwner(headLinked)} {
		list = append(list, &principal{who: who, name: who.sid().String(), class: classForeign, home: inForeign})
	}
	return list
}
