package demo

import (
	"fmt"

	"mbxperm/acl"
)

// Extended rights that setup writes and acl has no constant for.
var (
	impersonation  = acl.MustParseGUID("8db0795c-df3a-4aca-a97d-100162998dfa")
	serialization  = acl.MustParseGUID("06386f89-befb-4e48-baa1-559fd9221f78")
	namedProps     = acl.MustParseGUID("d74a8766-22b9-11d3-aa62-00c04f8eedd8")
	createFolder   = acl.MustParseGUID("cf0b3dc8-afe6-11d2-aa04-00c04f8eedd8")
	createTop      = acl.MustParseGUID("cf4b9d46-afe6-11d2-aa04-00c04f8eedd8")
	storeVisible   = acl.MustParseGUID("d74a875e-22b9-11d3-aa62-00c04f8eedd8")
	folderACL      = acl.MustParseGUID("d74a8769-22b9-11d3-aa62-00c04f8eedd8")
	folderAdminACL = acl.MustParseGUID("d74a876f-22b9-11d3-aa62-00c04f8eedd8")
)

// Masks of the delegation wizard of 2000 and 2003.
const (
	legacyFull     = acl.Mask(0xF01FF)
	legacyAdmin    = acl.Mask(0x301FF)
	legacyViewOnly = acl.Mask(0x20094)
)

// rootACEs is CN=Microsoft Exchange: what setup writes, and before it the
// delegations of the 2003 wizard, which nobody has taken away.
func rootACEs() []ace {
	return []ace{
		allow(administrator, legacyFull, ci), // who ran setup: also a full administrator in the sense of 2003
		allow(admLegacy, legacyFull, ci),
		allow(exchangeOps, legacyAdmin, ci),
		allow(exchangeViewers, legacyViewOnly, ci),
		allow(orgManagement, full, ci),
		allow(trustedSubsystem, full, ci),
		allow(exchangeServers, genRead, ci),
		allow(authenticatedUsers, readProps|acl.ListContents, 0),
		allow(publicFolderMgmt, genRead, ci),
		allow(delegatedSetup, genRead, ci),
	}
}

// organisationACEs is the organisation: the denies that keep administrators out
// of mailboxes, and the rights of the servers.
func organisationACEs() []ace {
	var aces []ace
	each := func(make func(trustee, acl.Mask, acl.GUID, acl.ACEFlags) ace, who []trustee, rights ...acl.GUID) {
		for _, right := range rights {
			for _, t := range who {
				aces = append(aces, make(t, control, right, ci))
			}
		}
	}
	admins := []trustee{enterpriseAdmins, domainAdmins, administrator, orgManagement}
	each(refuse, admins, acl.GUIDSendAs, acl.GUIDReceiveAs)
	each(refuse, append(admins, schemaAdmins), impersonation, serialization)
	each(refuse, admins[:2], acl.GUIDStoreTransportAccess, acl.GUIDStoreConstrainedDelegation,
		acl.GUIDStoreReadAccess, acl.GUIDStoreReadWriteAccess)
	aces = append(aces,
		allow(system, control, ci),
		allow(exchangeServers, control, ci),
		allow(authenticatedUsers, genRead, 0))
	public := []trustee{everyone, anonymous}
	each(grant, public, namedProps, createFolder)
	for _, class := range []acl.GUID{privateMDBClass, publicMDBClass} {
		for _, t := range public {
			aces = append(aces, allow(t, genRead, below).on(class))
		}
	}
	each(grant, []trustee{orgManagement, publicFolderMgmt}, acl.GUIDStoreAdmin, storeVisible, createTop, folderACL, folderAdminACL)
	return aces
}

// serverACEs is what each server object gets.
func serverACEs() []ace {
	aces := []ace{
		refuse(delegatedSetup, control, acl.GUIDReceiveAs, ci),
		refuse(delegatedSetup, control, acl.GUIDSendAs, ci),
		refuse(delegatedSetup, acl.CreateChild|acl.DeleteChild, publicMDBClass, ci),
	}
	for _, right := range []acl.GUID{acl.GUIDStoreTransportAccess, acl.GUIDStoreConstrainedDelegation,
		acl.GUIDStoreReadAccess, acl.GUIDStoreReadWriteAccess} {
		aces = append(aces, grant(exchangeServers, control, right, ci))
	}
	return append(aces, allow(delegatedSetup, full, ci))
}

// server is a server of 2016 or 2019.
type server struct {
	name string
	node *node
}

// buildExchange makes the configuration tree down to the servers and the stores
// of 2003. Databases of today are made when they are delivered.
func (w *world) buildExchange() {
	add := func(parent *node, rdn, classes string, own []ace, attrs ...fixed) *node {
		n := child(parent, shape{rdn: rdn, classes: classes, own: own})
		n.attrs = attrs
		w.config = append(w.config, n)
		return n
	}
	services := child(nil, shape{rdn: servicesDN, classes: classesContainer, own: []ace{
		allow(enterpriseAdmins, full, ci), allow(system, full, ci), allow(domainAdmins, manage, ci), allow(authenticatedUsers, genRead, 0),
	}})
	services.cn = "Services"
	w.config = append(w.config, services)
	root := add(services, "CN=Microsoft Exchange", "top container msExchConfigurationContainer", rootACEs(), w.wellKnownObjects())
	org := add(root, "CN=Contoso", "top container msExchOrganizationContainer", organisationACEs(),
		text("objectVersion", "16762"), text("msExchOrganizationFlags2", "1024"), text("legacyExchangeDN", "/o=Contoso"))
	w.buildRoles(org)
	groups := add(org, "CN=Administrative Groups", "top msExchAdminGroupContainer", nil)

	w.buildLegacy(add, groups)
	modern := add(groups, "CN=Exchange Administrative Group (FYDIBOHF23SPDLT)", "top msExchAdminGroup", nil,
		text("legacyExchangeDN", modernGroup))
	w.databasesCN = add(modern, "CN=Databases", "top msExchMDBContainer", []ace{allow(authenticatedUsers, acl.ListContents, 0)})
	servers := add(modern, "CN=Servers", "top msExchServersContainer", []ace{
		refuse(exchangeServers, control, acl.GUIDReceiveAs, ci), allow(authenticatedUsers, acl.ListContents, 0),
	})
	for k := range max(2, (w.databases+19)/20) {
		s := server{name: fmt.Sprintf("EX19-%02d", k/2+1)}
		serial, version := exchangeVersion(15, 2, 1544, 4)
		if k%2 == 1 {
			s.name = fmt.Sprintf("EX16-%02d", k/2+1)
			serial, version = exchangeVersion(15, 1, 2507, 6)
		}
		s.node = add(servers, "CN="+s.name, "top msExchExchangeServer", serverACEs(), text("serialNumber", serial),
			text("versionNumber", version), text("legacyExchangeDN", s.legacyDN()),
			text("msExchServerSite", "CN=Munich,CN=Sites,"+configDN), text("msExchCurrentServerRoles", "16439"),
			fixed{"networkAddress", values("netbios:"+s.name, "ncacn_ip_tcp:"+s.host())})
		w.servers = append(w.servers, s)
	}
	w.buildDoors(org)
	w.databaseSD = encode(acl.DACLAutoInherited, orgManagement, orgManagement, inherit(w.databasesCN.dacl, privateMDBClass))
}

// Legacy names of the administrative groups.
const (
	modernGroup = "/o=Contoso/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)"
	legacyGroup = "/o=Contoso/ou=First Administrative Group"
	legacyName  = "MUC-EX03"
)

func (s *server) legacyDN() string { return modernGroup + "/cn=Configuration/cn=Servers/cn=" + s.name }

// buildLegacy makes the administrative group of 2003 with its one server: a
// storage group with a mailbox store and a public store. Its stores inherit
// from the server.
func (w *world) buildLegacy(add func(*node, string, string, []ace, ...fixed) *node, groups *node) {
	group := add(groups, "CN=First Administrative Group", "top msExchAdminGroup",
		[]ace{allow(migrationTeam, control, ci)}, // all extended rights, from a migration long ago
		text("legacyExchangeDN", legacyGroup))
	servers := add(group, "CN=Servers", "top msExchServersContainer", []ace{
		refuse(exchangeServers, control, acl.GUIDReceiveAs, ci), allow(authenticatedUsers, acl.ListContents, 0),
	})
	host := add(servers, "CN="+legacyName, "top msExchExchangeServer", serverACEs(),
		text("serialNumber", "Version 6.5 (Build 7638.2: Service Pack 2)"), text("versionNumber", "7638"),
		text("legacyExchangeDN", legacyGroup+"/cn=Configuration/cn=Servers/cn="+legacyName))
	store := add(host, "CN=InformationStore", "top container msExchInformationStore", nil)
	storage := add(store, "CN=First Storage Group", "top container msExchStorageGroup", nil)

	owner := text("msExchOwningServer", host.dn)
	make := func(cn, class string, guid acl.GUID, own []ace) *node {
		n := child(storage, shape{rdn: "CN=" + escape(cn), class: guid, classes: "top msExchMDB " + class, own: own})
		n.attrs = []fixed{owner, text("legacyExchangeDN", legacyGroup+"/cn=Configuration/cn=Servers/cn="+legacyName+"/cn="+cn)}
		return n
	}
	w.legacyStore = make("Mailbox Store (MUC-EX03)", "msExchPrivateMDB", privateMDBClass, []ace{
		allow(orphan(3), full, ci), // whoever installed the antivirus gateway
	})
	w.publicStore = make("Public Folder Store (MUC-EX03)", "msExchPublicMDB", publicMDBClass, nil)
}

// text is an attribute with one value.
func text(name, value string) fixed { return fixed{name, values(value)} }

// exchangeVersion returns serialNumber and versionNumber of a build: the text
// adds 30,000 to the build, the number packs its parts into bits.
func exchangeVersion(major, minor, build, revision int) (serial, version string) {
	return fmt.Sprintf("Version %d.%d (Build %d.%d)", major, minor, 30_000+build, revision),
		fmt.Sprint(7<<28 | major<<22 | minor<<16 | 1<<15 | build)
}

// wellKnownObjects points from CN=Microsoft Exchange to the groups of Exchange,
// as DN with binary ([MS-ADTS] 3.1.1.3.1.1.3): the GUID in the order of its
// bytes.
func (w *world) wellKnownObjects() fixed {
	f := fixed{name: "otherWellKnownObjects"}
	for _, g := range exchangeGroups {
		guid := acl.MustParseGUID(g.guid)
		f.values = append(f.values, fmt.Appendf(nil, "B:32:%X:CN=%s,%s", guid[:], escape(g.name), w.exchangeOU.dn))
	}
	return f
}

// databaseOwn returns the entries set on database k: the first two have some
// that open all of its mailboxes, the second to everybody.
func databaseOwn(k int) []ace {
	switch k {
	case 0:
		return []ace{grant(svcArchive, control, acl.GUIDReceiveAs, ci), grant(svcBackup, control, acl.GUIDReceiveAs, ci)}
	case 1:
		return []ace{grant(everyone, control, acl.GUIDReceiveAs, ci)}
	}
	return nil
}

// databaseDescriptor returns the nTSecurityDescriptor of database k.
func (w *world) databaseDescriptor(k int) []byte {
	own := databaseOwn(k)
	if own == nil {
		return w.databaseSD
	}
	return encode(acl.DACLAutoInherited, orgManagement, orgManagement, own, inherit(w.databasesCN.dacl, privateMDBClass))
}

// databaseServer is the server that database k is mounted on.
func (w *world) databaseServer(k int) *server { return &w.servers[k%len(w.servers)] }

// appendDatabaseDN writes the DN of database k.
func (w *world) appendDatabaseDN(b []byte, k int) []byte {
	b = appendDatabaseName(append(b, "CN="...), k)
	b = append(b, ',')
	return append(b, w.databasesCN.dn...)
}
