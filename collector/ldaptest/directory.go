package ldaptest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
)

// Names of the directory that Directory makes.
const (
	Domain        = "DC=contoso,DC=lab"
	Configuration = "CN=Configuration," + Domain
	Schema        = "CN=Schema," + Configuration
	Services      = "CN=Services," + Configuration
	Exchange      = "CN=Microsoft Exchange," + Services
	Organization  = "CN=Contoso," + Exchange
)

// Size says how large a directory is to be.
type Size struct {
	Mailboxes  int // accounts with a mailbox, in OUs of 100
	Members    int // members of the one group with an alias
	Descriptor int // bytes of each security descriptor; 0: 64
	Stores     int // stores that the mailboxes are in, one after the other; 0: they name none
	NoExchange bool
	Children   []string // domains below this one, by their first label: in the partitions container alone
}

// Directory makes a domain with Exchange in it: stores of both layouts,
// servers, mailboxes, a group with and one without an alias, a contact, and
// what lies above them. Descriptors are bytes without meaning. The same size
// gives the same entries.
func Directory(size Size) []Entry {
	d := &directory{size: size}
	if d.size.Descriptor == 0 {
		d.size.Descriptor = 64
	}
	d.frame()
	if !size.NoExchange {
		d.exchange()
		d.recipients()
	}
	d.principals()
	return d.entries
}

// SID returns the SID of the account with this RID in the domain, in the form
// of objectSid (MS-DTYP 2.4.2.2).
func SID(rid uint32) []byte {
	b := []byte{1, 5, 0, 0, 0, 0, 0, 5}
	for _, sub := range []uint32{21, 1111, 2222, 3333, rid} {
		b = binary.LittleEndian.AppendUint32(b, sub)
	}
	return b
}

type directory struct {
	size    Size
	entries []Entry
	stores  []int // places among the entries
}

func (d *directory) add(e Entry) { d.entries = append(d.entries, e) }

// container adds an object with a descriptor.
func (d *directory) container(dn, class string) {
	d.add(d.secured(NewEntry(dn, "top", class)))
}

// secured gives an entry a GUID and a descriptor of the size wanted.
func (d *directory) secured(e Entry) Entry {
	n := len(d.entries)
	guid := make([]byte, 16)
	binary.LittleEndian.PutUint64(guid, uint64(n)+1)
	return e.WithBytes("objectGUID", guid).WithBytes("nTSecurityDescriptor", d.descriptor(n)).With("uSNCreated", strconv.Itoa(8000+5*n))
}

func (d *directory) descriptor(n int) []byte {
	b := make([]byte, d.size.Descriptor)
	for i := range b {
		b[i] = byte(n + i*7)
	}
	return b
}

// frame adds the rootDSE and what every domain has.
func (d *directory) frame() {
	d.add(Entry{}.
		With("defaultNamingContext", Domain).With("rootDomainNamingContext", Domain).
		With("configurationNamingContext", Configuration).With("schemaNamingContext", Schema).
		With("namingContexts", Domain, Configuration, Schema, "DC=DomainDnsZones,"+Domain).
		With("dnsHostName", "dc1.contoso.lab").With("highestCommittedUSN", "4711").
		With("supportedControl", "1.2.840.113556.1.4.319", "1.2.840.113556.1.4.801", "1.2.840.113556.1.4.1339").
		WithBytes("tokenGroups", SID(513)))
	d.add(d.secured(NewEntry(Domain, "top", "domain", "domainDNS")).WithBytes("objectSid", append([]byte{1, 4}, SID(0)[2:24]...)))
	for _, c := range []string{"CN=System," + Domain, "CN=AdminSDHolder,CN=System," + Domain, Configuration, Services, "CN=Partitions," + Configuration, "CN=Extended-Rights," + Configuration, Schema,
		"CN=Sites," + Configuration} {
		d.container(c, "container")
	}
	d.add(NewEntry("CN=CONTOSO,CN=Partitions,"+Configuration, "top", "crossRef").
		With("nCName", Domain).With("nETBIOSName", "CONTOSO").With("dnsRoot", "contoso.lab"))
	for _, name := range d.size.Children {
		d.add(NewEntry("CN="+name+",CN=Partitions,"+Configuration, "top", "crossRef").With("systemFlags", "3").
			With("nCName", "DC="+name+","+Domain).With("nETBIOSName", strings.ToUpper(name)).With("dnsRoot", name+".contoso.lab"))
	}
	d.add(NewEntry("CN=Enterprise Configuration,CN=Partitions,"+Configuration, "top", "crossRef").
		With("nCName", Configuration))
	d.add(NewEntry("CN=Send-As,CN=Extended-Rights,"+Configuration, "top", "controlAccessRight").
		With("rightsGuid", "ab721a54-1e2f-11d0-9819-00aa0040529b").With("displayName", "Send As"))
	d.add(NewEntry("CN=ms-Exch-Schema-Version-Pt,"+Schema, "top", "attributeSchema").With("rangeUpper", "17003"))
	d.add(NewEntry("CN=User,"+Schema, "top", "classSchema").With("lDAPDisplayName", "user"))
}

// exchange adds the organisation with a 2007 and a 2016 server.
func (d *directory) exchange() {
	group := "CN=Exchange Administrative Group (FYDIBOHF23SPDLT),CN=Administrative Groups," + Organization
	d.container(Exchange, "msExchConfigurationContainer")
	d.add(d.secured(NewEntry(Organization, "top", "msExchOrganizationContainer")).With("objectVersion", "16763"))
	for _, c := range []string{"CN=Administrative Groups," + Organization, group, "CN=Servers," + group, "CN=Databases," + group} {
		d.container(c, "msExchContainer")
	}
	old, recent := "CN=EX07,CN=Servers,"+group, "CN=EX16,CN=Servers,"+group
	d.add(d.secured(NewEntry(old, "top", "server", "msExchExchangeServer")).With("serialNumber", "Version 8.3 (Build 30083.6)"))
	d.add(d.secured(NewEntry(recent, "top", "server", "msExchExchangeServer")).With("serialNumber", "Version 15.1 (Build 32507.6)"))
	d.container("CN=InformationStore,"+old, "msExchInformationStore")
	d.container("CN=First Storage Group,CN=InformationStore,"+old, "msExchStorageGroup")
	d.add(d.secured(NewEntry("CN=Public Folders,CN=First Storage Group,CN=InformationStore,"+old, "top", "msExchMDB", "msExchPublicMDB")))
	d.add(d.secured(NewEntry("CN=Mailbox Database\\, old,CN=First Storage Group,CN=InformationStore,"+old, "top", "msExchMDB", "msExchPrivateMDB")))
	d.add(d.secured(NewEntry("CN=DB01,CN=Databases,"+group, "top", "msExchMDB", "msExchPrivateMDB")).
		With("msExchOwningServer", recent))
	rbac := "CN=RBAC," + Organization
	for _, c := range []string{rbac, "CN=Roles," + rbac, "CN=Role Assignments," + rbac, "CN=Scopes," + rbac, "CN=Policies," + rbac} {
		d.container(c, "msExchContainer")
	}
	role := "CN=View-Only Recipients,CN=Roles," + rbac
	d.add(d.secured(NewEntry(role, "top", "msExchRole")).With("msExchRoleType", "55").With("msExchRoleEntries", "c,Get-Mailbox,Microsoft.Exchange.Management.PowerShell.E2010,Identity"))
	d.add(d.secured(NewEntry("CN=View-Only Recipients-svc-backup,CN=Role Assignments,"+rbac, "top", "msExchRoleAssignment")).
		With("msExchRoleLink", role).With("msExchUserLink", "CN=svc-backup,CN=Users,"+Domain).With("msExchRoleAssignmentFlags", "-9223090561844510718"))
	for i := range d.size.Stores {
		d.stores = append(d.stores, len(d.entries))
		d.add(d.secured(NewEntry(fmt.Sprintf("CN=Store (%d),CN=Databases,%s", i+1, group), "top", "msExchMDB", "msExchPrivateMDB")).
			With("msExchOwningServer", recent))
	}
}

// link puts an account into a store, and names it there.
func (d *directory) link(account Entry, i int) Entry {
	if len(d.stores) == 0 {
		return account
	}
	store := &d.entries[d.stores[i%len(d.stores)]]
	last := &store.Attributes[len(store.Attributes)-1]
	if last.Name != "homeMDBBL" {
		*store = store.WithBytes("homeMDBBL")
		last = &store.Attributes[len(store.Attributes)-1]
	}
	last.Values = append(last.Values, []byte(account.DN))
	return account.With("homeMDB", store.DN)
}

// recipients adds mailboxes in OUs of 100, a group and a contact.
func (d *directory) recipients() {
	ou := ""
	for i := range d.size.Mailboxes {
		if i%100 == 0 {
			ou = fmt.Sprintf("OU=Team %02d,OU=People\\, all,%s", i/100, Domain)
			if i == 0 {
				d.container(parent(ou), "organizationalUnit")
			}
			d.container(ou, "organizationalUnit")
		}
		name := fmt.Sprintf("u%05d", i+1)
		d.add(d.link(d.secured(NewEntry(fmt.Sprintf("CN=%s,%s", name, ou), "top", "person", "organizationalPerson", "user")), i).
			With("objectCategory", "CN=Person,"+Schema).
			With("sAMAccountName", name).With("mailNickname", name).
			WithBytes("objectSid", SID(uint32(2000+i))).
			WithBytes("msExchMailboxSecurityDescriptor", d.descriptor(i+13)))
	}
	if d.size.Mailboxes == 0 {
		return
	}
	group := d.secured(NewEntry("CN=All Hands,OU=Groups,"+Domain, "top", "group")).
		With("objectCategory", "CN=Group,"+Schema).
		With("sAMAccountName", "All Hands").With("mailNickname", "allhands").WithBytes("objectSid", SID(1500))
	members := make([]string, d.size.Members)
	for i := range members {
		members[i] = fmt.Sprintf("CN=m%05d,OU=Elsewhere,%s", i, Domain)
	}
	d.container("OU=Groups,"+Domain, "organizationalUnit")
	d.add(group.With("member", members...))
	d.add(d.secured(NewEntry("CN=Partner,OU=Groups,"+Domain, "top", "person", "contact")).
		With("objectCategory", "CN=Person,"+Schema).With("mailNickname", "partner"))
}

// principals adds accounts and groups without an alias.
func (d *directory) principals() {
	d.add(d.secured(NewEntry("CN=svc-backup,CN=Users,"+Domain, "top", "person", "organizationalPerson", "user")).
		With("objectCategory", "CN=Person,"+Schema).With("sAMAccountName", "svc-backup").
		WithBytes("objectSid", SID(1101)).WithBytes("sIDHistory", SID(9101)))
	d.add(d.secured(NewEntry("CN=Domain Admins,CN=Users,"+Domain, "top", "group")).
		With("objectCategory", "CN=Group,"+Schema).
		With("sAMAccountName", "Domain Admins").WithBytes("objectSid", SID(512)).
		With("member", "CN=svc-backup,CN=Users,"+Domain))
}

// Child makes what a domain controller of a domain below this one holds: the
// same accounts under its name and with its SIDs, and the configuration.
func Child(name string, size Size) []Entry {
	domain := "DC=" + name + "," + Domain
	move := func(b []byte) []byte {
		switch s := string(b); {
		case s == Configuration || s == Schema || strings.HasSuffix(s, ","+Configuration):
			return b
		case s == Domain || strings.HasSuffix(s, ","+Domain):
			return []byte(strings.TrimSuffix(s, Domain) + domain)
		}
		return bytes.Replace(b, SID(0)[8:24], ChildSID(name, 0)[8:24], 1)
	}
	var out []Entry
	for _, e := range Directory(size) {
		if below(e.DN, Configuration) { // which every domain controller holds
			out = append(out, e)
			continue
		}
		c := Entry{DN: string(move([]byte(e.DN)))}
		for _, a := range e.Attributes {
			switch a.Name {
			case "rootDomainNamingContext":
				c = c.With(a.Name, Domain)
				continue
			case "dnsHostName":
				c = c.With(a.Name, "dc1."+name+".contoso.lab")
				continue
			}
			values := make([][]byte, len(a.Values))
			for i, v := range a.Values {
				if values[i] = move(v); a.Name == "objectGUID" {
					values[i] = append([]byte(name[:4]), v[:12]...)
				}
			}
			c.Attributes = append(c.Attributes, Attribute{Name: a.Name, Values: values})
		}
		out = append(out, c)
	}
	return out
}

// ChildSID is SID for a domain below this one.
func ChildSID(name string, rid uint32) []byte {
	b := SID(rid)
	copy(b[20:24], name)
	return b
}
