package acl

import (
	"bytes"
	"encoding/hex"
	"strconv"
	"strings"
)

// noAccessControl is how SDDL writes a NULL ACL: present, but without a list (Windows' SDDL_NULL_ACL).
const noAccessControl = "NO_ACCESS_CONTROL"

// sddlTypes has the SDDL token of each ACE type ([MS-DTYP] 2.5.1.1; ACE Strings of the Windows documentation). A type without a token
// is written as its number, which is our own extension and which nobody else reads, but then nothing is lost.
var sddlTypes = map[ACEType]string{
	TypeAllow:               "A",
	TypeDeny:                "D",
	TypeAudit:               "AU",
	TypeAlarm:               "AL",
	TypeAllowObject:         "OA",
	TypeDenyObject:          "OD",
	TypeAuditObject:         "OU",
	TypeAlarmObject:         "OL",
	TypeAllowCallback:       "XA",
	TypeDenyCallback:        "XD",
	TypeAuditCallback:       "XU",
	TypeAllowCallbackObject: "ZA",
	TypeMandatoryLabel:      "ML",
	TypeResourceAttribute:   "RA",
	TypeScopedPolicy:        "SP",
	TypeTrustLabel:          "TL",
	TypeAccessFilter:        "FL",
}

// sddlRights are the rights in the order in which Windows writes them.
var sddlRights = [...]NamedRight{
	{CreateChild, "CC"}, {DeleteChild, "DC"}, {ListContents, "LC"}, {ValidatedWrite, "SW"}, {ReadProperty, "RP"}, {WriteProperty, "WP"},
	{DeleteTree, "DT"}, {ListObject, "LO"}, {ControlAccess, "CR"}, {Delete, "SD"}, {ReadControl, "RC"}, {WriteDACL, "WD"},
	{WriteOwner, "WO"}, {GenericAll, "GA"}, {GenericRead, "GR"}, {GenericWrite, "GW"}, {GenericExecute, "GX"},
}

// sddlLabelRights are the rights of a mandatory label, which mean "no write up" and so on ([MS-DTYP] 2.4.4.13).
var sddlLabelRights = [...]NamedRight{{1, "NW"}, {2, "NR"}, {4, "NX"}}

// sddlFileRights are the names for files and registry keys; they are read, never written, because here masks are those of a directory.
var sddlFileRights = [...]NamedRight{
	{0x1F01FF, "FA"}, {0x120089, "FR"}, {0x120116, "FW"}, {0x1200A0, "FX"},
	{0xF003F, "KA"}, {0x20019, "KR"}, {0x20006, "KW"}, {0x20019, "KX"},
}

// sddlSIDs are the aliases of SIDs that are the same everywhere.
var sddlSIDs = map[string]SID{
	"AA": SIDAccessControlAssistanceOperators, "AC": SIDAllApplicationPackages, "AN": SIDAnonymous, "AO": SIDAccountOperators,
	"AS": SIDAuthenticationAuthorityAsserted, "AU": SIDAuthenticatedUsers, "BA": SIDAdministrators, "BG": SIDGuests, "BO": SIDBackupOperators,
	"BU": SIDUsers, "CD": SIDCertificateServiceDCOMAccess, "CG": SIDCreatorGroup, "CO": SIDCreatorOwner, "CY": SIDCryptographicOperators,
	"ED": SIDEnterpriseDomainControllers, "ER": SIDEventLogReaders, "ES": SIDRDSEndpointServers, "HA": SIDHyperVAdministrators,
	"HI": SIDLabelHigh, "IS": SIDIISIUSRS, "IU": SIDInteractive, "LS": SIDLocalService, "LU": SIDPerformanceLogUsers, "LW": SIDLabelLow,
	"ME": SIDLabelMedium, "MP": SIDLabelMediumPlus, "MS": SIDRDSManagementServers, "MU": SIDPerformanceMonitorUsers,
	"NO": SIDNetworkConfigurationOperators, "NS": SIDNetworkService, "NU": SIDNetwork, "OW": SIDOwnerRights, "PO": SIDPrintOperators,
	"PS": SIDSelf, "PU": SIDPowerUsers, "RA": SIDRDSRemoteAccessServers, "RC": SIDRestricted, "RD": SIDRemoteDesktopUsers,
	"RE": SIDReplicator, "RM": SIDRemoteManagementUsers, "RU": SIDPreWindows2000Access, "SI": SIDLabelSystem, "SO": SIDServerOperators,
	"SS": SIDServiceAsserted, "SU": SIDService, "SY": SIDSystem, "UD": SIDUserModeDrivers, "WD": SIDEveryone, "WR": SIDWriteRestricted,
}

// sddlRIDs are the aliases of accounts of a domain. EA, SA, RO and EK belong to the root domain of the forest; whoever gives another domain
// gets them there.
var sddlRIDs = map[string]uint32{
	"RO": 498, "LA": 500, "LG": 501, "DA": 512, "DU": 513, "DG": 514, "DC": 515, "DD": 516, "CA": 517, "SA": 518, "EA": 519, "PA": 520,
	"CN": 522, "AP": 525, "KA": 526, "EK": 527, "RS": 553,
}

// The same tables the other way round.
var (
	sddlSIDNames = invert(sddlSIDs)
	sddlRIDNames = invert(sddlRIDs)
	sddlTypeOf   = invert(sddlTypes)
)

func invert[K, V comparable](m map[K]V) map[V]K {
	out := make(map[V]K, len(m))
	for k, v := range m {
		out[v] = k
	}
	return out
}

// SDDL writes the descriptor in the security descriptor definition language ([MS-DTYP] 2.5.1). Accounts of a domain are written as SIDs;
// [Parts.SDDLIn] knows the aliases of one domain.
//
// What the language cannot express is written in a form of our own that [ParseSDDL] reads: an ACE type without a token as its number, an unknown
// ACE as "(0x2a;;;;;;#…)" with all its bytes in hexadecimal, and bytes after the SID that are no condition we can put into words as "#" and
// hexadecimal (resource attributes are always so). The control flags other than P, AR and AI have no place in it.
func (p Parts) SDDL() string { return p.SDDLIn(SID{}) }

// SDDLIn is SDDL with the accounts of the given domain written as aliases, "DA" for Domain Admins.
func (p Parts) SDDLIn(domain SID) string {
	w := sddlWriter{domain: domain}
	if !p.Owner.IsZero() {
		w.text("O:")
		w.sid(p.Owner)
	}
	if !p.Group.IsZero() {
		w.text("G:")
		w.sid(p.Group)
	}
	w.list("D:", p.DACLState, p.DACL, p.Control&DACLProtected != 0, p.Control&DACLAutoInheritReq != 0, p.Control&DACLAutoInherited != 0)
	w.list("S:", p.SACLState, p.SACL, p.Control&SACLProtected != 0, p.Control&SACLAutoInheritReq != 0, p.Control&SACLAutoInherited != 0)
	return string(w.out)
}

// SDDL writes one ACE in parentheses, as it stands in a descriptor's SDDL.
func (a ACE) SDDL() string {
	var w sddlWriter
	w.ace(a)
	return string(w.out)
}

type sddlWriter struct {
	out    []byte
	domain SID
}

func (w *sddlWriter) text(s string) { w.out = append(w.out, s...) }

func (w *sddlWriter) sid(s SID) {
	if name, ok := sddlSIDNames[s]; ok {
		w.text(name)
		return
	}
	if domain, rid, ok := s.Split(); ok && !w.domain.IsZero() && domain == w.domain {
		if name, ok := sddlRIDNames[rid]; ok {
			w.text(name)
			return
		}
	}
	w.out = s.AppendTo(w.out)
}

func (w *sddlWriter) list(head string, state ACLState, aces []ACE, protected, request, inherited bool) {
	if state == ACLAbsent {
		return
	}
	w.text(head)
	for i, set := range [...]bool{protected, request, inherited} {
		if set {
			w.text([...]string{"P", "AR", "AI"}[i])
		}
	}
	if state == ACLNull {
		w.text(noAccessControl)
		return
	}
	for _, a := range aces {
		w.ace(a)
	}
}

func (w *sddlWriter) ace(a ACE) {
	if !a.IsKnown() {
		w.text("(0x" + hex.EncodeToString([]byte{byte(a.Type)}) + ";;;;;;#" + hex.EncodeToString(a.Raw) + ")")
		return
	}
	w.text("(")
	if token, ok := sddlTypes[a.Type]; ok {
		w.text(token)
	} else {
		w.text("0x" + hex.EncodeToString([]byte{byte(a.Type)}))
	}
	w.text(";")
	for i, name := range sddlFlags {
		if a.Flags&(1<<i) != 0 {
			w.text(name)
		}
	}
	w.text(";" + sddlMask(a) + ";")
	if a.HasObjectType {
		w.out = a.ObjectType.AppendTo(w.out)
	}
	w.text(";")
	if a.HasInheritedObjectType {
		w.out = a.InheritedObjectType.AppendTo(w.out)
	}
	w.text(";")
	w.sid(a.Trustee())
	if len(a.Data) > 0 {
		w.text(";" + sddlData(a))
	}
	w.text(")")
}

// sddlMask writes a mask in letters where there are letters for all of it, else in hexadecimal ([MS-DTYP] 2.5.1.1, ace-rights).
func sddlMask(a ACE) string {
	table := sddlRights[:]
	if a.Type == TypeMandatoryLabel {
		table = sddlLabelRights[:]
	}
	rest := a.Mask
	var b strings.Builder
	for _, r := range table {
		if rest&r.Mask != 0 {
			b.WriteString(r.Name)
			rest &^= r.Mask
		}
	}
	if a.Mask == 0 && (a.Type == TypeResourceAttribute || a.Type == TypeScopedPolicy) {
		return "" // their grammar leaves the field empty
	}
	if rest != 0 || a.Mask == 0 {
		return "0x" + strconv.FormatUint(uint64(a.Mask), 16)
	}
	return b.String()
}

// sddlData writes what follows the SID: a condition in words where the words give the same bytes again, everything else in hexadecimal.
func sddlData(a ACE) string {
	if text, ok := a.Condition(); ok {
		if back, err := parseCondition(text, SID{}); err == nil && bytes.Equal(back, a.Data) {
			return text
		}
	}
	return "#" + hex.EncodeToString(a.Data)
}
