package grant

import (
	"slices"
	"strings"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/hiding"
	"mbxperm/model/internal/pool"
)

// What set-up writes on Exchange's configuration objects, and what of it may be
// hidden by default (exchange-facts 4.3: Microsoft's deployment permissions
// reference, Exchange 2013; later versions write the same as far as known).

// setupSite is where a set-up entry is set.
type setupSite uint8

const (
	atExchange  setupSite = iota + 1 // CN=Microsoft Exchange,CN=Services
	atOrg                            // the organisation
	atServers                        // CN=Servers of an administrative group
	atDatabases                      // CN=Databases, CN=Database Availability Groups, CN=Arrays
	atServer                         // a server object
	atDomain                         // the head of a domain
	atProtector                      // AdminSDHolder, which is copied to protected accounts
)

// Exchange's own groups, by the GUID in otherWellKnownObjects (exchange-facts 5.2).
const (
	groupServers    = "6c01d2a7-f083-4503-8132-789eeb127b84"
	groupWindows    = "11d0174c-be7e-4266-afae-e03bc66d381f" // Exchange Windows Permissions
	groupTrusted    = "586a87ea-6ddb-4cd0-9006-939818f800eb"
	groupOrgMgmt    = "29a962c2-91d6-4ab7-9e06-8728f8f842ea"
	groupPFMgmt     = "7b41fa45-7435-4edc-929b-c4b059699792"
	groupSetup      = "261928d1-f5d1-445b-866d-1d6b5bd87a09"
	groupManagedAv  = "cf2e5202-8599-4a98-9232-056fc704cc8b"
	ridDomainAdmins = "512"
	ridSchemaAdmins = "518"
	ridEntAdmins    = "519"
)

const (
	readAll  = acl.ReadControl | acl.ListContents | acl.ReadProperty | acl.ListObject // GENERIC_READ as the directory stores it
	readList = acl.ReadProperty | acl.ListContents
)

// setupEntry is a line of the table. who is the GUID of an Exchange group, the
// RID of a group of the forest root domain, or a SID. objects are names as in
// the built-in GUID table; an empty list is an entry without object type.
type setupEntry struct {
	at      setupSite
	who     []string
	kind    acl.ACEType // TypeAllow or TypeDeny; the object forms count as the same
	masks   []acl.Mask
	flags   acl.ACEFlags
	objects []string
	classes []string // inherited object types, none for an entry that flows to every class
}

const (
	hereOnly acl.ACEFlags = 0
	below                 = acl.ContainerInherit
)

var extended = []acl.Mask{acl.ControlAccess}

var setupTable = append(slices.Concat(domainEntries(atDomain, below), domainEntries(atProtector, below), domainEntries(atProtector, hereOnly)), []setupEntry{
	{atExchange, []string{groupOrgMgmt, groupTrusted}, acl.TypeAllow, []acl.Mask{acl.FullControl, acl.GenericAll}, below, nil, nil},
	{atExchange, []string{groupServers, groupManagedAv}, acl.TypeAllow, []acl.Mask{readAll}, below, nil, nil},
	{atExchange, []string{"S-1-5-11"}, acl.TypeAllow, []acl.Mask{readList, readList | acl.ListObject, readAll}, hereOnly, nil, nil},
	{atExchange, []string{groupPFMgmt, groupSetup}, acl.TypeAllow, []acl.Mask{readAll, readList | acl.ListObject}, below, nil, nil},

	{atOrg, []string{ridEntAdmins, ridDomainAdmins, groupOrgMgmt}, acl.TypeDeny, extended, below, []string{"Send-As", "Receive-As"}, nil},
	{atOrg, []string{ridEntAdmins, ridDomainAdmins, ridSchemaAdmins, groupOrgMgmt}, acl.TypeDeny, extended, below,
		[]string{"ms-Exch-EPI-Impersonation", "ms-Exch-EPI-Token-Serialization"}, nil},
	{atOrg, []string{ridEntAdmins, ridDomainAdmins, ridSchemaAdmins}, acl.TypeDeny, extended, below,
		[]string{"ms-Exch-Store-Transport-Access", "ms-Exch-Store-Constrained-Delegation", "ms-Exch-Store-Read-Access", "ms-Exch-Store-Read-Write-Access"}, nil},
	{atOrg, []string{"S-1-5-18", groupServers}, acl.TypeAllow, extended, below, nil, nil},
	{atOrg, []string{"S-1-5-11"}, acl.TypeAllow, []acl.Mask{readAll, readList, readList | acl.ListObject}, hereOnly, nil, nil},
	{atOrg, []string{"S-1-1-0", "S-1-5-7"}, acl.TypeAllow, extended, below,
		[]string{"ms-Exch-Store-Create-Named-Properties", "ms-Exch-Create-Public-Folder"}, nil},
	{atOrg, []string{"S-1-1-0", "S-1-5-7"}, acl.TypeAllow, []acl.Mask{readAll}, below, nil,
		[]string{"msExchPrivateMDB", "msExchPublicMDB"}},
	{atOrg, []string{groupOrgMgmt, groupPFMgmt}, acl.TypeAllow, extended, below, []string{
		"ms-Exch-Store-Admin", "ms-Exch-Store-Visible", "ms-Exch-Create-Top-Level-Public-Folder", "ms-Exch-Modify-PF-ACL",
		"ms-Exch-Modify-PF-Admin-ACL", "ms-Exch-Modify-Public-Folder-Deleted-Item-Retention", "ms-Exch-Modify-Public-Folder-Expiry",
		"ms-Exch-Modify-Public-Folder-Quotas", "ms-Exch-Modify-Public-Folder-Replica-List", "ms-Exch-Create-Public-Folder",
		"ms-Exch-Mail-Enabled-Public-Folder"}, nil},

	{atServers, []string{groupServers}, acl.TypeDeny, extended, below, []string{"Receive-As"}, nil},
	{atServers, []string{"S-1-5-11"}, acl.TypeAllow, []acl.Mask{acl.ListContents}, hereOnly, nil, nil},
	{atDatabases, []string{"S-1-5-11"}, acl.TypeAllow, []acl.Mask{acl.ListContents, readList}, hereOnly, nil, nil},
	{atServer, []string{groupServers}, acl.TypeAllow, extended, below, []string{
		"ms-Exch-Store-Transport-Access", "ms-Exch-Store-Constrained-Delegation", "ms-Exch-Store-Read-Access", "ms-Exch-Store-Read-Write-Access"}, nil},
	{atServer, []string{groupSetup}, acl.TypeAllow, []acl.Mask{acl.FullControl, acl.GenericAll}, below, nil, nil},
	{atServer, []string{groupSetup}, acl.TypeDeny, extended, below, []string{"Receive-As", "Send-As"}, nil},
	{atServer, []string{groupSetup}, acl.TypeDeny, []acl.Mask{acl.CreateChild | acl.DeleteChild}, below, []string{"msExchPublicMDB"}, nil},
}...)

// domainEntries are what set-up writes in a domain, so that Exchange can manage
// its recipients.
func domainEntries(at setupSite, flags acl.ACEFlags) []setupEntry {
	allow := func(mask acl.Mask, objects, classes []string, who ...string) setupEntry {
		return setupEntry{at, who, acl.TypeAllow, []acl.Mask{mask}, flags, objects, classes}
	}
	public, personal := []string{"Exchange-Information"}, []string{"Exchange-Personal-Information"}
	return []setupEntry{
		allow(acl.ReadProperty, public, nil, "S-1-5-11"),
		allow(acl.ReadProperty, personal, nil, groupServers, "S-1-5-20"),
		allow(readAll, nil, nil, groupOrgMgmt, groupTrusted),
		allow(acl.WriteProperty, slices.Concat(public, personal), nil, groupOrgMgmt, groupTrusted),
		// Only for these classes: on the head itself it would give the domain away.
		allow(acl.WriteDACL, nil, []string{"user", "inetOrgPerson"}, groupWindows),
		allow(acl.WriteProperty, []string{"Self-Membership"}, nil, groupWindows),
		allow(acl.WriteProperty, []string{"Self-Membership"}, []string{"group"}, groupWindows),
	}
}

// setupKey is a table line made comparable with an ACE of this directory.
type setupKey struct {
	at    setupSite
	who   pool.SID
	deny  bool
	mask  acl.Mask
	flags acl.ACEFlags
	obj   acl.GUID
	inh   acl.GUID
	// copied is set for what inheriting objects carry. On the way down an entry
	// may lose or gain INHERIT_ONLY ([MS-DTYP] 2.5.3.4), so flags do not count.
	copied bool
}

// setupKeys resolves the table's groups and names against this directory.
func setupKeys(s *model.Snapshot) map[setupKey]bool { return setupKeysOf.Of(s) }

var setupKeysOf = model.Derive(func(s *model.Snapshot) map[setupKey]bool {
	keys := map[setupKey]bool{}
	sids := sidNumbers(s)
	byName := map[string]acl.GUID{}
	for _, n := range acl.GUIDs() {
		byName[n.Name] = n.GUID
	}
	for _, e := range setupTable {
		for _, who := range e.who {
			if id := setupTrustee(s, who, sids); id != 0 {
				e.addTo(keys, id, byName)
			}
		}
	}
	return keys
}).Outlives(model.Memberships | model.Lists)

func (e setupEntry) addTo(keys map[setupKey]bool, who pool.SID, byName map[string]acl.GUID) {
	guids := func(names []string) []acl.GUID {
		if names == nil {
			return []acl.GUID{{}}
		}
		var out []acl.GUID
		for _, name := range names {
			if g, ok := byName[name]; ok {
				out = append(out, g)
			}
		}
		return out
	}
	for _, mask := range e.masks {
		for _, obj := range guids(e.objects) {
			for _, inh := range guids(e.classes) {
				k := setupKey{at: e.at, who: who, deny: e.kind == acl.TypeDeny, mask: mask, flags: e.flags, obj: obj, inh: inh}
				keys[k] = true
				if e.flags&acl.ContainerInherit != 0 && e.classes == nil && e.objects == nil {
					// Of generic rights that are inherited a directory makes two entries: one
					// for the object, one for what lies below ([MS-DTYP] 2.5.3.4.2).
					here, inherits := k, k
					here.mask, here.flags = mask.MapGenericAD(), 0
					inherits.flags |= acl.InheritOnly
					keys[here], keys[inherits] = true, true
				}
				if e.classes != nil { // written for children only
					k.flags |= acl.InheritOnly
					keys[k] = true
				}
				if e.flags&acl.ContainerInherit != 0 {
					k.flags, k.copied = 0, true
					keys[k] = true
				}
			}
		}
	}
}

func sidNumbers(s *model.Snapshot) map[acl.SID]pool.SID {
	m := make(map[acl.SID]pool.SID)
	for id := uint32(1); id < s.SIDs.Len(); id++ {
		// Only trustees of few ACEs matter here: fixed SIDs and well-known RIDs.
		if r := s.SIDs.At(id); r.Rid < 1000 {
			m[s.SIDOf(pool.SID(id))] = pool.SID(id)
		}
	}
	return m
}

func setupTrustee(s *model.Snapshot, who string, sids map[acl.SID]pool.SID) pool.SID {
	switch {
	case strings.HasPrefix(who, "S-"):
		return sids[acl.MustParseSID(who)]
	case strings.Contains(who, "-"):
		if id := s.At(s.Forest.WellKnownGroups[acl.MustParseGUID(who)]); id != 0 {
			return s.Record(id).SID
		}
		return 0
	}
	rid := map[string]uint32{ridDomainAdmins: 512, ridSchemaAdmins: 518, ridEntAdmins: 519}[who]
	return sids[s.Forest.RootSID().WithRID(rid)]
}

// leafOf returns the first RDN of a DN in lower case, "" of none.
func leafOf(s *model.Snapshot, dn pool.DN) string {
	if dn == 0 {
		return ""
	}
	return strings.ToLower(s.Texts.Text(s.DNs.At(uint32(dn)).Leaf))
}

// siteOf says which of the sites in the table an object is.
func siteOf(s *model.Snapshot, dn pool.DN) setupSite {
	if dn == 0 {
		return 0
	}
	parent := s.DNs.At(uint32(dn)).Parent
	switch leafOf(s, dn) {
	case "cn=microsoft exchange":
		if leafOf(s, parent) == "cn=services" {
			return atExchange
		}
	case "cn=servers":
		return atServers
	case "cn=databases", "cn=database availability groups", "cn=arrays":
		return atDatabases
	}
	switch leafOf(s, parent) {
	case "cn=microsoft exchange":
		return atOrg
	case "cn=servers":
		return atServer
	case "cn=system":
		if leafOf(s, dn) == "cn=adminsdholder" {
			return atProtector
		}
	}
	if id := s.At(dn); id != 0 && s.Record(id).Class == model.ClassDomain {
		return atDomain
	}
	return 0
}

// setupReasons says why an ACE of a store or container is hidden by default:
// because set-up writes it, or because it is inherited and harmless. What opens
// mailboxes or lets somebody give himself that is never hidden for being inherited.
func setupReasons(s *model.Snapshot, o *model.Record, a *pool.ACERecord) hiding.Reasons {
	return wholeReasons(s, a, fromSetup(s, o, a))
}

// wholeReasons says why an entry as a whole is hidden, written by default or not.
func wholeReasons(s *model.Snapshot, a *pool.ACERecord, byDefault bool) (why hiding.Reasons) {
	if a.Flags&acl.Inherited != 0 && !dangerous(s, a) {
		why |= hiding.Inherited
	}
	if byDefault {
		why |= hiding.Default
	}
	return why
}

// fromSetup: an explicit entry must stand where set-up puts it, exactly; an
// inherited one must have such a place above it.
func fromSetup(s *model.Snapshot, o *model.Record, a *pool.ACERecord) bool {
	if a.Type != acl.TypeAllow && a.Type != acl.TypeDeny && a.Type != acl.TypeAllowObject && a.Type != acl.TypeDenyObject {
		return false
	}
	key := setupKey{who: a.Trustee, deny: a.Type.Denies(), mask: a.Mask,
		obj: *s.GUIDs.At(uint32(a.ObjectType)), inh: *s.GUIDs.At(uint32(a.InheritedType))}
	keys := setupKeys(s)
	if a.Flags&acl.Inherited == 0 {
		key.at, key.flags = siteOf(s, o.DN), a.Flags
		return keys[key]
	}
	key.copied = true
	for dn := s.DNs.At(uint32(o.DN)).Parent; dn != 0; dn = s.DNs.At(uint32(dn)).Parent {
		if key.at = siteOf(s, dn); key.at != 0 && keys[key] {
			return true
		}
	}
	return false
}
