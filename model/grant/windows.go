package grant

import (
	"strings"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/internal/pool"
)

// What Windows itself writes, as far as it holds the right to all extended
// rights and so Send-As, Store-Admin and the like. The sources are the
// defaultSecurityDescriptor of the classes user, inetOrgPerson, group, contact and
// computer, the descriptors of a new domain and of its configuration partition
// ([MS-ADTS] 6.1.1.4, 7.1), and that of AdminSDHolder ([MS-ADTS] 3.1.1.6.1).

// windowsEntry is a line of the table: an allow without object type.
type windowsEntry struct {
	at   windowsPlace
	who  string // the RID of a group of the object's domain or of the root, or a SID
	mask acl.Mask
}

type windowsPlace uint8

const (
	onAccount          windowsPlace = iota // set on the account, by the default of its class
	onProtected                            // set on a protected account, from AdminSDHolder
	belowDomain                            // inherited from the head of a domain
	belowConfiguration                     // inherited from the configuration partition
)

const (
	ridAccountOperators = "S-1-5-32-548"
	administrators      = "S-1-5-32-544"
	system              = "S-1-5-18"

	// RPWPCRCCLCLORCWOWDSDSW, what the head of a domain gives Administrators.
	allButDelete acl.Mask = 0xF01BD
	// What AdminSDHolder gives these four differs from release to release.
	anyMask acl.Mask = 0
)

var windowsTable = []windowsEntry{
	{onAccount, ridDomainAdmins, acl.FullControl},
	{onAccount, ridAccountOperators, acl.FullControl},
	{onAccount, system, acl.FullControl},
	{onProtected, ridDomainAdmins, anyMask}, {onProtected, ridEntAdmins, anyMask},
	{onProtected, administrators, anyMask}, {onProtected, system, anyMask},
	{belowDomain, ridEntAdmins, acl.FullControl},
	{belowDomain, administrators, allButDelete},
	{belowConfiguration, ridEntAdmins, acl.FullControl},
	{belowConfiguration, ridDomainAdmins, allButDelete},
}

// Preset reports whether an entry of an object's list is one that Windows or
// Exchange's set-up writes there, and so says nothing about anybody's intent.
func Preset(s *model.Snapshot, id model.ObjectID, a *pool.ACERecord) bool {
	o := s.Record(id)
	switch o.Target() {
	case model.TargetStore, model.TargetAdmin:
		return fromSetup(s, o, a) || fromWindows(s, o, a, belowConfiguration)
	case model.TargetMailbox, model.TargetRecipient:
		inherited := a.Flags&acl.Inherited != 0
		return !inherited && fromWindows(s, o, a, onAccount) || inherited && fromWindows(s, o, a, belowDomain) ||
			!inherited && o.Is(model.FlagAdminCount) && fromWindows(s, o, a, onProtected)
	}
	return false
}

// fromWindows looks an entry up among those that Windows writes at a place.
func fromWindows(s *model.Snapshot, o *model.Record, a *pool.ACERecord, at windowsPlace) bool {
	if a.Type != acl.TypeAllow || a.Null || at >= belowDomain && a.Flags&acl.Inherited == 0 {
		return false
	}
	for _, e := range windowsTable {
		if e.at == at && (e.mask == a.Mask || e.mask == anyMask) && e.names(s, o, a.Trustee) {
			return true
		}
	}
	return false
}

// inConfiguration reports whether an object lies in the configuration partition
// ([MS-ADTS] 6.1.1.1.2).
func inConfiguration(s *model.Snapshot, dn pool.DN) bool {
	for dn != 0 {
		parent := s.DNs.At(uint32(dn)).Parent
		if leafOf(s, dn) == "cn=configuration" && strings.HasPrefix(leafOf(s, parent), "dc=") {
			return true
		}
		dn = parent
	}
	return false
}

// names reports whether a line of the table speaks of a SID.
func (e windowsEntry) names(s *model.Snapshot, o *model.Record, id pool.SID) bool {
	sid := s.SIDOf(id)
	rid := map[string]uint32{ridDomainAdmins: 512, ridEntAdmins: 519}[e.who]
	if rid == 0 {
		return sid == acl.MustParseSID(e.who)
	}
	domain, r, ok := sid.Split()
	if !ok || r != rid {
		return false
	}
	if domain == s.Forest.RootSID() {
		return true
	}
	own, _, _ := s.SIDOf(o.SID).Split()
	return e.who == ridDomainAdmins && !own.IsZero() && domain == own
}
