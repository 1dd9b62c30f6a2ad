package demo

import "mbxperm/acl"

// Classes of containers.
const (
	classesOU        = "top organizationalUnit"
	classesContainer = "top container"
	classesDomain    = "top domain domainDNS"
)

// domainACEs is what the root of the domain passes on: the defaults of Windows,
// and what Exchange setup adds to each domain.
func domainACEs() []ace {
	aces := []ace{
		allow(administrators, manage, ci),
		allow(enterpriseAdmins, full, ci),
		allow(domainAdmins, manage, 0),
		allow(system, full, 0),
		allow(authenticatedUsers, genRead, 0),
		allow(everyone, readProps, 0),
		allow(preWindows2000, acl.ListContents, ci),
		grant(self, readWrite|control, privateInfo, ci),
	}
	for _, set := range []acl.GUID{restrictions, logonInfo, membershipInfo, generalInfo, remoteAccess} {
		aces = append(aces, grant(preWindows2000, readProps, set, below).on(acl.GUIDUserClass))
	}
	for _, class := range []acl.GUID{acl.GUIDUserClass, groupClass, acl.GUIDInetOrgPersonClass} {
		aces = append(aces, allow(preWindows2000, genRead, below).on(class))
	}
	return append(aces,
		grant(authenticatedUsers, readProps, acl.GUIDExchangeInformation, ci),
		grant(exchangeServers, readProps, acl.GUIDExchangePersonalInformation, ci),
		grant(networkService, readProps, acl.GUIDExchangePersonalInformation, ci),
		allow(orgManagement, genRead, ci),
		grant(orgManagement, writeProps, acl.GUIDExchangeInformation, ci),
		grant(orgManagement, writeProps, acl.GUIDExchangePersonalInformation, ci),
		allow(trustedSubsystem, genRead, ci),
		grant(trustedSubsystem, writeProps, acl.GUIDExchangeInformation, ci),
		grant(trustedSubsystem, writeProps, acl.GUIDExchangePersonalInformation, ci),
		allow(windowsPermissions, acl.WriteDACL, below).on(acl.GUIDUserClass),
		allow(windowsPermissions, acl.WriteDACL, below).on(acl.GUIDInetOrgPersonClass),
		grant(windowsPermissions, writeProps, memberAttr, below).on(groupClass),
	)
}

// protectedACEs is CN=AdminSDHolder: what accounts with adminCount=1 are
// stamped with, once an hour.
func protectedACEs() []ace {
	return []ace{
		allow(authenticatedUsers, genRead, 0),
		allow(system, full, 0),
		allow(administrators, manage, 0),
		allow(domainAdmins, manage, 0),
		allow(enterpriseAdmins, manage, 0),
		grant(everyone, control, changePassword, 0),
		grant(self, control, changePassword, 0),
		grant(self, readWrite|control, privateInfo, 0),
		grant(preWindows2000, readProps, restrictions, 0),
		grant(preWindows2000, readProps, membershipInfo, 0),
		grant(terminalLicense, readWrite, licenseServer, 0),
		grant(windowsAuthz, readProps, tokenGroups, 0),
		grant(certPublishers, readWrite, certificate, 0),
		grant(authenticatedUsers, readProps, acl.GUIDExchangeInformation, 0),
		grant(exchangeServers, readProps, acl.GUIDExchangePersonalInformation, 0),
		allow(orgManagement, genRead, 0),
		grant(orgManagement, writeProps, acl.GUIDExchangeInformation, 0),
		allow(trustedSubsystem, genRead, 0),
		grant(trustedSubsystem, writeProps, acl.GUIDExchangeInformation, 0),
		grant(svcProvisioning, control, acl.GUIDSendAs, 0), // a back door that nobody remembers
	}
}

// buildDomain makes the containers of contoso.com.
func (w *world) buildDomain() {
	add := func(parent *node, s shape) *node {
		n := child(parent, s)
		w.containers = append(w.containers, n)
		return n
	}
	ou := func(parent *node, name string, own ...ace) *node {
		return add(parent, shape{rdn: "OU=" + escape(name), class: ouClass, classes: classesOU, own: own})
	}
	box := func(parent *node, name string) *node {
		return add(parent, shape{rdn: "CN=" + name, class: containerClass, classes: classesContainer})
	}
	root := add(nil, shape{rdn: domainDN, class: domainClass, classes: classesDomain, own: domainACEs()})
	root.cn, root.attrs = "", []fixed{{"objectSid", [][]byte{domainSID(contoso).Bytes()}}}
	w.users = box(root, "Users")
	w.computersCN = box(root, "Computers")
	w.managed = box(root, "Managed Service Accounts")
	box(root, "ForeignSecurityPrincipals")
	add(root, shape{rdn: "CN=Builtin", classes: "top builtinDomain"})
	w.controllers = ou(root, "Domain Controllers")
	add(box(root, "System"), shape{rdn: "CN=AdminSDHolder", class: containerClass, classes: classesContainer,
		own: protectedACEs(), protected: true})
	w.protectedSD = encode(acl.DACLProtected|acl.DACLAutoInherited, domainAdmins, domainAdmins, protectedACEs())
	objects := add(root, shape{rdn: "CN=Microsoft Exchange System Objects", classes: "top container msExchSystemObjectsContainer"})
	w.objectsCN = objects
	w.monitoring = box(objects, "Monitoring Mailboxes")
	w.exchangeOU = ou(root, "Microsoft Exchange Security Groups",
		allow(orgManagement, full, ci), allow(trustedSubsystem, full, ci))

	company := ou(root, "Contoso", allow(svcProvisioning, acl.CreateChild|acl.DeleteChild, ci))
	company.owner = domainAdmins
	for _, r := range regions {
		w.buildRegion(ou, company, r)
	}
	w.legal = add(company, shape{rdn: "OU=Legal (no inheritance)", class: ouClass, classes: classesOU, protected: true, own: []ace{
		allow(domainAdmins, full, ci), allow(system, full, ci), allow(trustedSubsystem, full, ci),
		grant(trustedSubsystem, readWrite, acl.GUIDExchangeInformation, ci),
	}})
	w.shared = ou(company, "Shared Mailboxes", grant(helpdesk, control, acl.GUIDSendAs, below).on(acl.GUIDUserClass))
	w.resources = ou(company, "Rooms & Equipment")
	w.linked = ou(company, "Linked (Fabrikam)")
	w.listsOU = ou(company, "Distribution Lists")
	w.contactsOU = ou(company, "Contacts")
	w.teamsOU = ou(company, "Groups")
	w.servicesOU = ou(company, "Service Accounts")
	w.adminsOU = ou(company, `Administrators, "Tier 0"`)
	for _, n := range append([]*node{w.users, w.monitoring, w.legal, w.shared, w.resources, w.linked, w.adminsOU}, w.ous...) {
		owner := domainAdmins
		if n.parent.parent == company {
			owner = recipientManagement // the accounts that Exchange administrators created
		}
		n.forAccounts(owner)
	}
}

// buildRegion makes the OU of a region and those of its places, which hold the
// people.
func (w *world) buildRegion(ou func(*node, string, ...ace) *node, company *node, r region) {
	part := ou(company, r.name,
		grant(helpdesk, control, resetPassword, below).on(acl.GUIDUserClass),
		grant(helpdesk, readWrite, lockoutTime, below).on(acl.GUIDUserClass))
	for _, place := range r.places {
		own := []ace{grant(svcProvisioning, writeProps, acl.GUIDPublicInformation, below).on(acl.GUIDUserClass)}
		switch place {
		case "Graz": // one OU where a group may send as everybody
			own = append(own, grant(projectBlue, control, acl.GUIDSendAs, below).on(acl.GUIDUserClass))
		case "Haifa": // and one where it is denied
			own = append([]ace{refuse(contractors, control, acl.GUIDSendAs, below).on(acl.GUIDUserClass)}, own...)
		}
		w.ous = append(w.ous, ou(part, place, own...))
	}
}
