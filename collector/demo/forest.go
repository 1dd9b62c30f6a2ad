package demo

import (
	"slices"
	"strings"
	"time"

	"mbxperm/acl"
)

// crossRefs are the partitions of the forest: two that all of it shares, this
// domain, and one that nobody reads.
var crossRefs = [...]struct{ cn, dn, netBIOS, dns, flags string }{
	{"Enterprise Configuration", configDN, "", "contoso.com", "1"},
	{"Enterprise Schema", schemaDN, "", "contoso.com", "1"},
	{"CONTOSO", domainDN, "CONTOSO", "contoso.com", "3"},
	{"EMEA", "DC=emea," + domainDN, "EMEA", "emea.contoso.com", "3"},
}

// dayZero is when day 0 is read: the clock of the machine must not show.
var dayZero = time.Date(2024, time.March, 4, 6, 0, 0, 0, time.UTC)

// rootDSE writes what the server says of itself, and of us: we are the account
// auditor, in one group that may look at Exchange.
func (e *entry) rootDSE(w *world) {
	e.text("defaultNamingContext", domainDN)
	e.text("configurationNamingContext", configDN)
	e.text("schemaNamingContext", schemaDN)
	e.text("rootDomainNamingContext", domainDN)
	e.all("namingContexts", values(domainDN, configDN, schemaDN))
	e.text("dnsHostName", "dc1.contoso.com")
	e.text("serverName", "CN=DC1,CN=Servers,CN=Berlin,CN=Sites,"+configDN)
	e.text("currentTime", dayZero.AddDate(0, 0, w.day).Format("20060102150405.0Z"))
	e.number("highestCommittedUSN", int64(4_000_000+w.n*7+w.day*1201))
	e.text("domainControllerFunctionality", "7")
	e.text("forestFunctionality", "7")
	e.begin()
	for _, t := range []trustee{auditor, domainUsers, viewOnlyManagement, auditors, everyone, authenticatedUsers, builtinUsers, preWindows2000} {
		at := len(e.buf.b)
		e.buf.b = t.appendSID(e.buf.b)
		e.value(e.since(at))
	}
	e.end("tokenGroups")
}

// crossRef writes one partition of the forest.
func (e *entry) crossRef(k int) {
	c := &crossRefs[k]
	e.DN = "CN=" + c.cn + ",CN=Partitions," + configDN
	e.all("objectClass", values("top", "crossRef"))
	e.text("cn", c.cn)
	e.text("nCName", c.dn)
	if c.netBIOS != "" {
		e.text("nETBIOSName", c.netBIOS)
	}
	e.text("dnsRoot", c.dns)
	e.text("systemFlags", c.flags)
}

// schemaObjects returns the classes and attributes that ACEs may name: those
// that acl knows, and the few more that the demo uses.
func schemaObjects() []acl.NamedGUID {
	list := guidsOf(acl.KindClass, acl.KindAttribute)
	has := func(g acl.GUID) bool {
		for _, o := range list {
			if o.GUID == g {
				return true
			}
		}
		return false
	}
	for _, extra := range []acl.NamedGUID{
		{GUID: acl.GUIDPublicDelegatesAttribute, Name: "publicDelegates", Kind: acl.KindAttribute},
		{GUID: tokenGroups, Name: "tokenGroupsGlobalAndUniversal", Kind: acl.KindAttribute},
	} {
		if !has(extra.GUID) {
			list = append(list, extra)
		}
	}
	list = append(list, roleSchema()...)
	for _, a := range doorSchema() {
		if !slices.ContainsFunc(list, func(o acl.NamedGUID) bool { return o.Name == a.Name }) {
			list = append(list, a)
		}
	}
	return list
}

// rightObjects returns the extended rights, property sets and validated writes.
func rightObjects() []acl.NamedGUID {
	return guidsOf(acl.KindExtendedRight, acl.KindPropertySet, acl.KindValidatedWrite)
}

// guidsOf picks the entries of some kinds out of the table of acl.
func guidsOf(kinds ...acl.GUIDKind) []acl.NamedGUID {
	var list []acl.NamedGUID
	for _, g := range acl.GUIDs() {
		for _, k := range kinds {
			if g.Kind == k {
				list = append(list, g)
			}
		}
	}
	return list
}

// propertySets says which set some attributes belong to
// (attributeSecurityGUID).
var propertySets = map[string]acl.GUID{
	"msExchMailboxSecurityDescriptor": acl.GUIDExchangeInformation,
	"publicDelegates":                 acl.GUIDPersonalInformation,
	"telephoneNumber":                 acl.GUIDPersonalInformation,
	"displayName":                     generalInfo,
	"sAMAccountName":                  generalInfo,
	"userAccountControl":              restrictions,
	"member":                          membershipInfo,
	"memberOf":                        membershipInfo,
	"mail":                            acl.GUIDPublicInformation,
	"proxyAddresses":                  acl.GUIDPublicInformation,
	"targetAddress":                   acl.GUIDPublicInformation,
	"legacyExchangeDN":                acl.GUIDPublicInformation,
}

// schemaObject writes a class or an attribute.
func (e *entry) schemaObject(g *acl.NamedGUID) {
	e.DN = "CN=" + escape(g.Name) + "," + schemaDN
	class := "attributeSchema"
	if g.Kind == acl.KindClass {
		class = "classSchema"
	}
	e.all("objectClass", values("top", class))
	e.text("cn", g.Name)
	e.text("lDAPDisplayName", g.Name)
	e.guid("schemaIDGUID", g.GUID)
	if set, ok := propertySets[g.Name]; ok && g.Kind == acl.KindAttribute {
		e.guid("attributeSecurityGUID", set)
	}
}

// schemaVersion writes the object whose rangeUpper tells the version of the
// Exchange schema: 2019 from CU10 on.
func (e *entry) schemaVersion() {
	e.DN = "CN=ms-Exch-Schema-Version-Pt," + schemaDN
	e.all("objectClass", values("top", "attributeSchema"))
	e.text("cn", "ms-Exch-Schema-Version-Pt")
	e.text("lDAPDisplayName", "msExchSchemaVersionPt")
	e.text("rangeUpper", "17003")
}

// right writes a controlAccessRight. validAccesses says what kind it is
// ([MS-ADTS] 5.1.3.2.1).
func (e *entry) right(g *acl.NamedGUID) {
	e.DN = "CN=" + escape(g.Name) + "," + rightsDN
	e.all("objectClass", values("top", "controlAccessRight"))
	e.text("cn", g.Name)
	display := g.Display
	if display == "" {
		display = strings.ReplaceAll(strings.TrimPrefix(g.Name, "ms-Exch-"), "-", " ")
	}
	e.text("displayName", display)
	e.text("rightsGuid", g.GUID.String())
	switch g.Kind {
	case acl.KindPropertySet:
		e.text("validAccesses", "48")
	case acl.KindValidatedWrite:
		e.text("validAccesses", "8")
	default:
		e.text("validAccesses", "256")
	}
}
