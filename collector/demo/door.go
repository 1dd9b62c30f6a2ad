package demo

import (
	"fmt"
	"slices"
	"strconv"

	"mbxperm/acl"
	"mbxperm/collector/decode"
	"mbxperm/model"
)

// The doors, as set-up makes them and as they are after some years: settings of
// POP3 and IMAP4, receive connectors, client access rules, accepted domains.

// The extended rights of SMTP that connectors are about.
var (
	smtpSubmit       = acl.MustParseGUID("a18293f1-0685-4540-aa63-e32df421b3a2")
	smtpAnyRecipient = acl.MustParseGUID("5c82f031-4e4c-4326-88e1-8c4f0cad9de5")
	smtpAuthFlag     = acl.MustParseGUID("1c75aca8-b56b-48b3-a021-858a29fa877b")
	smtpAnySender    = acl.MustParseGUID("b857b50b-94a2-4b53-93f6-41cebd2fced0")
	smtpAuthority    = acl.MustParseGUID("c22841f4-96cb-498a-ac02-f9a87c74eb14")
	smtpAntiSpam     = acl.MustParseGUID("d19299b4-86c2-4c9a-8fa7-acb70c63023a")
	smtpSize         = acl.MustParseGUID("6760cfc5-70f4-4ae8-bc39-9522d86ac69b")
	smtpExch50       = acl.MustParseGUID("e373fb21-d851-4d15-af23-982f09f2400b")
	smtpRouting      = acl.MustParseGUID("04031f4f-7c36-43ea-9b49-4bd0f5f1e6af")
	smtpForest       = acl.MustParseGUID("a7a9ea66-e08c-4e23-8fe7-68c40e49c6c0")
	smtpOrganization = acl.MustParseGUID("c307dccd-6676-4d19-95c8-d1567fab9820")
	smtpShadow       = acl.MustParseGUID("811d004b-e2ed-4024-8953-0f0fb0612e47")
	smtpProxyFrom    = acl.MustParseGUID("5bee2b72-50d7-49c7-ba66-39a25daa1e92")
	smtpSession      = acl.MustParseGUID("c08e6405-fccb-4c21-9985-2e865bcf15d5")
)

// The well-known SIDs of connectors (exchange-facts 8).
var (
	hubServers  = trustee{wellKnown, 9}
	edgeServers = trustee{wellKnown, 10}
	securedSMTP = trustee{wellKnown, 11}
	partnerSMTP = trustee{wellKnown, 12}
)

// gives are entries for some rights of SMTP.
func gives(who trustee, rights ...acl.GUID) (out []ace) {
	for _, r := range rights {
		out = append(out, grant(who, control, r, 0))
	}
	return out
}

// The permission groups as entries.
func anonymousUsers() []ace {
	return gives(anonymous, smtpSubmit, smtpAnySender, smtpAuthority, smtpRouting)
}

func exchangeUsers() []ace {
	return gives(authenticatedUsers, smtpSubmit, smtpAnyRecipient, smtpAntiSpam, smtpRouting)
}

func serverEntries() (out []ace) {
	all := []acl.GUID{smtpSubmit, smtpAnyRecipient, smtpAuthFlag, smtpAnySender, smtpAuthority, smtpAntiSpam, smtpSize, smtpExch50,
		smtpRouting, smtpForest, smtpOrganization, smtpShadow, smtpProxyFrom, smtpSession}
	for _, who := range []trustee{exchangeServers, hubServers, edgeServers} {
		out = append(out, gives(who, all...)...)
	}
	return append(out, gives(securedSMTP, smtpSubmit, smtpAnyRecipient, smtpAnySender, smtpAuthority, smtpAntiSpam, smtpSize, smtpExch50, smtpRouting)...)
}

func legacyEntries() []ace {
	return append([]ace{refuse(legacyInterop, control, smtpForest, 0), refuse(legacyInterop, control, smtpOrganization, 0)},
		gives(legacyInterop, smtpSubmit, smtpAnyRecipient, smtpAuthFlag, smtpAnySender, smtpAuthority, smtpAntiSpam, smtpSize, smtpExch50, smtpRouting)...)
}

// connector is a receive connector to be made.
type connector struct {
	name     string
	bindings []string
	ranges   []string
	auth     int
	restrict int // msExchSmtpReceiveProtocolRestrictions
	role     int
	logging  bool
	off      bool
	own      []ace
	null     bool
}

const (
	frontend = 16384
	hub      = 32
)

var everywhere = []string{"::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "0.0.0.0-255.255.255.255"}

func ports(port int) []string {
	return []string{"[::]:" + strconv.Itoa(port), "0.0.0.0:" + strconv.Itoa(port)}
}

// connectorsOf are the receive connectors of server k: what set-up makes, and on
// the first ones what somebody has added.
func connectorsOf(k int, name string) []connector {
	list := []connector{
		{name: "Default " + name, bindings: ports(2525), ranges: everywhere, auth: 31, role: hub, own: joined(legacyEntries(), exchangeUsers(), serverEntries())},
		{name: "Client Proxy " + name, bindings: ports(465), ranges: everywhere, auth: 31, role: hub, own: joined(exchangeUsers(), serverEntries())},
		{name: "Default Frontend " + name, bindings: ports(25), ranges: everywhere, auth: 31, role: frontend, logging: true,
			own: joined(legacyEntries(), anonymousUsers(), serverEntries())},
		{name: "Outbound Proxy Frontend " + name, bindings: ports(717), ranges: everywhere, auth: 31, role: frontend, logging: true, own: serverEntries()},
		{name: "Client Frontend " + name, bindings: ports(587), ranges: everywhere, auth: 15, role: frontend, own: exchangeUsers()},
	}
	switch k {
	case 0:
		list = append(list,
			connector{name: "Anonymous Relay", bindings: []string{"0.0.0.0:25"}, ranges: []string{"10.20.0.0/16", "10.30.4.7", "192.0.2.16-192.0.2.31"}, auth: 1,
				role: frontend, logging: true, own: joined(anonymousUsers(), gives(anonymous, smtpAnyRecipient))},
			connector{name: "Scanners (old)", bindings: []string{"0.0.0.0:26"}, ranges: []string{"0.0.0.0-255.255.255.255"}, auth: 4,
				role: frontend, own: joined(anonymousUsers(), gives(anonymous, smtpAnyRecipient, smtpAntiSpam))})
	case 1:
		list = append(list,
			connector{name: "Partner Gateway", bindings: []string{"0.0.0.0:25"}, ranges: []string{"198.51.100.10", "198.51.100.11"}, auth: 33, restrict: 8,
				role: frontend, logging: true, own: joined(serverEntries(), gives(partnerSMTP, smtpSubmit, smtpRouting))},
			connector{name: "Applications", bindings: []string{"0.0.0.0:2526"}, ranges: []string{"10.40.0.0(255.255.0.0)"}, auth: 5,
				role: frontend, own: gives(svcArchive, smtpSubmit, smtpAnyRecipient)},
			connector{name: "Lab", bindings: []string{"127.0.0.1:2500"}, ranges: []string{"127.0.0.1"}, auth: 1, role: frontend, off: true, null: true})
	}
	return list
}

func joined(lists ...[]ace) (out []ace) {
	for _, l := range lists {
		out = append(out, l...)
	}
	return out
}

// buildDoors makes what lies below the organisation and its servers.
func (w *world) buildDoors(org *node) {
	put := func(parent *node, rdn, classes string, own []ace, attrs ...fixed) *node {
		n := child(parent, shape{rdn: rdn, classes: classes, own: own})
		n.attrs = attrs
		w.doors = append(w.doors, n)
		return n
	}
	seen := []ace{allow(viewOnlyManagement, genRead, ci)} // so that what is absent is shown to be
	transport := put(org, "CN=Transport Settings", "top container msExchTransportSettings", seen)
	domains := put(transport, "CN=Accepted Domains", "top container msExchContainer", nil)
	for _, name := range []string{"contoso.com", "fabrikam.com"} {
		put(domains, "CN="+name, "top msExchAcceptedDomain", nil, text("msExchAcceptedDomainName", name), text("msExchAcceptedDomainFlags", "4"))
	}
	rules := put(org, "CN=Client Access Rules", "top container msExchContainer", seen)
	for _, r := range demoRules {
		put(rules, "CN="+escape(r.name), "top msExchClientAccessRule", nil, text("msExchProvisioningFlags", strconv.Itoa(r.flags)),
			text("msExchTransportRulePriority", strconv.Itoa(r.priority)), text("msExchTransportRuleXml", r.xml), text("whenChanged", "20240514081233.0Z"))
	}
	for k := range w.servers {
		w.serverDoors(put, k)
	}
}

func (w *world) serverDoors(put func(*node, string, string, []ace, ...fixed) *node, k int) {
	s := &w.servers[k]
	protocols := put(s.node, "CN=Protocols", "top container msExchProtocolCfgSharedContainer",
		[]ace{allow(viewOnlyManagement, genRead, ci)})
	for _, p := range []struct {
		name, class          string
		plain, tls, command  int
		proxy                string
		flags, authenticated int
	}{{"POP3", "POP", 110, 995, 512, "1995", 0, 3}, {"IMAP4", "IMAP", 143, 993, 10240, "1993", 0, 3}} {
		protocolFlags := 0
		switch {
		case k == 0 && p.name == "IMAP4":
			protocolFlags, p.flags = 1, 256 // logs, and GSSAPI is off
		case k == 1 && p.name == "POP3":
			p.authenticated = 1 // somebody wanted plain-text logins
		}
		container := put(protocols, "CN="+p.name, "top container msExchProtocolCfg"+p.class+"Container", nil)
		host := s.host()
		attrs := []fixed{
			text("msExchAuthenticationFlags", strconv.Itoa(p.authenticated)), {"msExchServerBindings", values(ports(p.plain)...)}, {"msExchSecureBindings", values(ports(p.tls)...)},
			{"msExchPOPIMAPInternalConnectionSettings", values(fmt.Sprintf("%s:%d:SSL", host, p.tls), fmt.Sprintf("%s:%d:TLS", host, p.plain))},
			text("msExchPopImapBanner", "The Microsoft Exchange "+p.name+" service is ready."), text("msExchPopImapCommandSize", strconv.Itoa(p.command)),
			text("msExchIncomingConnectionTimeout", "1800"), text("msExchPopImapIncomingPreauthConnectionTimeout", "60"),
			text("msExchMaxIncomingConnections", "2147483647"), text("msExchPopImapMaxIncomingConnectionFromSingleSource", "2147483647"),
			text("msExchPopImapMaxIncomingConnectionPerUser", "16"), text("portNumber", p.proxy), text("contentType", "5"), text("msExchPopImapCalendarItemRetrievalOption", "0"),
			text("msExchPopImapFlags", strconv.Itoa(p.flags)), text("msExchPopImapProtocolFlags", strconv.Itoa(protocolFlags)),
			text("msExchPopImapLogFilePath", `C:\Program Files\Microsoft\Exchange Server\V15\Logging\`+p.name[:1]+lower(p.name[1:len(p.name)-1])+p.name[len(p.name)-1:]),
			text("msExchPopImapLogFileRolloverFrequency", "1"), text("msExchPopImapPerLogFileSizeQuota", "0"), text("msExchPopImapExtendedProtectionPolicy", "0"),
			text("msExchVersion", "44220983382016"), text("objectCategory", "CN=Protocol-Cfg-"+p.class+"-Server,"+schemaDN), text("whenChanged", "20240312101500.0Z"),
		}
		if k != 1 || p.name != "IMAP4" { // on the second one nobody has said which
			attrs = append(attrs, text("msExchPopImapX509CertificateName", host))
		}
		put(container, "CN=1", "top protocolCfg protocolCfg"+p.class+" protocolCfg"+p.class+"Server", nil, attrs...)
	}
	receive := put(protocols, "CN=SMTP Receive Connectors", "top container msExchSmtpReceiveConnectorContainer", nil)
	for _, c := range connectorsOf(k, s.name) {
		enabled, level := "TRUE", "0"
		if c.off {
			enabled = "FALSE"
		}
		if c.logging {
			level = "1"
		}
		n := put(receive, "CN="+escape(c.name), "top msExchSmtpReceiveConnector", c.own,
			fixed{"msExchSmtpReceiveBindings", values(c.bindings...)}, fixed{"msExchSmtpReceiveRemoteIPRanges", values(c.ranges...)},
			text("msExchSMTPReceiveInboundSecurityFlag", strconv.Itoa(c.auth)), text("msExchSmtpReceiveProtocolRestrictions", strconv.Itoa(c.restrict)),
			text("msExchSmtpReceiveProtocolOptions", "445"), text("msExchSmtpReceiveEnabled", enabled), text("msExchSMTPReceiveConnectorFQDN", s.host()),
			text("msExchSmtpReceiveMaxMessageSize", "37748736"), text("msExchSmtpReceiveMaxRecipientsPerMessage", "200"),
			text("msExchSmtpReceiveProtocolLoggingLevel", level), text("msExchSmtpReceiveRole", strconv.Itoa(c.role)), text("whenChanged", "20240312101500.0Z"))
		if c.null {
			n.sd = nullList
		}
	}
}

func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// host is the DNS name of a server.
func (s *server) host() string { return lower(s.name) + ".contoso.com" }

// demoRules are client access rules: flags are 1 enabled, 2 for administrators of
// a data center alone. No public sample of the XML is known; this is what the
// parser of Exchange 2013 reads (exchange-facts 7).
var demoRules = []struct {
	name            string
	flags, priority int
	xml             string
}{
	{"Allow administration from the management network", 1, 1000000, ruleXML("AllowAccess",
		`<anyOfProtocolsPredicate><value>6</value><value>RemotePowerShell</value></anyOfProtocolsPredicate>`+
			`<anyOfClientIPAddressesOrRangesPredicate><value>10.99.0.0/24</value><value>192.0.2.5</value></anyOfClientIPAddressesOrRangesPredicate>`, "")},
	{"No EAC from outside", 1, 2000000, ruleXML("DenyAccess",
		`<anyOfProtocolsPredicate><value>ExchangeAdminCenter</value></anyOfProtocolsPredicate>`,
		`<anyOfClientIPAddressesOrRangesPredicate><value>10.0.0.0/8</value></anyOfClientIPAddressesOrRangesPredicate>`)},
	{"Sales has no PowerShell", 1, 3000000, ruleXML("DenyAccess",
		`<anyOfProtocolsPredicate><value>RPS</value></anyOfProtocolsPredicate><UserRecipientFilterPredicate><value>Department -eq 'Sales'</value></UserRecipientFilterPredicate>`,
		`<usernameMatchesAnyOfPatternsPredicate><value>*admin*</value></usernameMatchesAnyOfPatternsPredicate>`)},
	{"Old: no basic authentication", 0, 4000000, ruleXML("DenyAccess",
		`<anyOfAuthenticationTypesPredicate><value>0</value></anyOfAuthenticationTypesPredicate>`, "")},
}

func ruleXML(action, conditions, exceptions string) string {
	if exceptions != "" {
		exceptions = "<not>" + exceptions + "</not>"
	}
	return `<rules name="ClientAccessRules"><rule name="rule" enabled="true"><version requiredMinVersion="15.0.0.0"><condition><and><true/>` +
		conditions + exceptions + `</and></condition><action name="` + action + `"/></version></rule></rules>`
}

// doorSearch asks for all of it.
func (w *world) doorSearch() search {
	return search{ask(decode.Doors), len(w.doors), func(e *entry, k int) { e.node(w, w.doors[k]) }}
}

// doorAttributes are those whose schemaIDGUIDs a reader needs, to tell an absent
// value from one that it may not see. No public document has them all: these are
// the demo's own.
func doorSchema() (list []acl.NamedGUID) {
	seen := map[string]bool{}
	for _, a := range roleAttributes {
		seen[a] = true
	}
	for _, name := range append(append([]string(nil), decode.Doors.Attributes...), decode.Mailboxes.Attributes...) {
		if seen[name] || len(name) < 6 && !slices.Contains(model.TraitAttributes[:], name) || name == "objectClass" || name == "objectGUID" || name == "nTSecurityDescriptor" {
			continue
		}
		seen[name] = true
		number := uint64(len(list)) + 1
		g := acl.MustParseGUID(fmt.Sprintf("d3a0d007-0000-4000-8000-%012x", number))
		list = append(list, acl.NamedGUID{GUID: g, Name: name, Kind: acl.KindAttribute})
	}
	return list
}

// What mailboxes say of POP3 and IMAP4, and of others (exchange-facts 6.1).
var (
	noPOP3       = []byte("POP3§0§1§§§§§§§§§§§")
	noIMAP4      = []byte("IMAP4§0§1§§§§§§§§§§§")
	oldIMAP4     = []byte("IMAP4§1§1§4§ISO-8859-1§0§1§0§0§§§§§")
	noOWA        = []byte("OWA§0")
	noHTTP       = []byte("HTTP§0§1§§§§§§")
	someMAPI     = []byte("MAPI§1§1§§15.0.0-15.0.4420§§§§§Y§")
	yesPOP3      = []byte("POP3§1§1§§§§§§§§§§§")
	noPOP3Either = []byte("pop3§0§1")
)

// cities are what some accounts say of where they are, which client access rules
// can look at.
var cities = [...]string{"Oslo", "Lund", "Accra", "Graz"}

// drawProtocols draws whether a mailbox may use POP3, and what it says of IMAP4:
// 0 that it may not, 1 that it may.
func drawProtocols(d *dice) (pop bool, imap int) { return d.roll(4) > 0, d.roll(8) }

// protocolLimit is how many mailboxes those groups are about.
const protocolLimit = 1000

// protocolMembers writes who is in the groups of those who may use POP3 or IMAP4:
// who may, but for one in forty that is in it by mistake, or that nobody put in.
func (e *entry) protocolMembers(w *world, group trustee) {
	if group != popAccess && group != imapAccess {
		return
	}
	for i := range min(w.n, protocolLimit) {
		d := dice(w.draw(streamAccess, i))
		pop, imap := drawProtocols(&d)
		in := pop || i == headPlain
		if group == imapAccess {
			in = imap > 0 || i == headPlain
		}
		if wrong := w.drawWide(streamAccess, uint64(group.rid)<<32|uint64(i))%40 == 0; in != wrong {
			e.link(w, local(firstMailbox+uint32(i)))
		}
	}
}

// access writes what a mailbox says of the protocols that it may use: nothing on
// most of them.
func (e *entry) access(w *world, p *person) {
	d := dice(w.draw(streamAccess, p.index))
	if p.odd == headPlain {
		return
	}
	pop, imap := drawProtocols(&d)
	e.begin()
	if !pop {
		e.value(noPOP3)
	}
	switch imap {
	case 0:
		e.value(noIMAP4)
	case 1:
		e.value(oldIMAP4)
	}
	switch d.roll(30) {
	case 0:
		e.value(noOWA)
	case 1:
		e.value(noHTTP)
	case 2:
		e.value(someMAPI)
	case 3: // one says on, one off, and nobody knows which comes first
		e.value(yesPOP3)
		e.value(noPOP3Either)
	}
	e.end("protocolSettings")
	if d.roll(9) == 0 {
		e.text("msExchOmaAdminWirelessEnable", "4")
	}
	if d.roll(25) == 0 {
		e.text("msExchEwsEnabled", "0")
	}
	if d.roll(30) == 0 {
		e.text("department", departments[d.roll(len(departments))])
		e.text("l", cities[d.roll(len(cities))])
	}
}
