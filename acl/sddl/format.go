package sddl

import (
	"bytes"
	"encoding/hex"
	"strconv"
	"strings"

	"mbxperm/acl"
)

// noAccessControl is how SDDL writes a NULL ACL: present, but without a list
// (Windows' SDDL_NULL_ACL).
const noAccessControl = "NO_ACCESS_CONTROL"

// typeTokens has the SDDL token of each ACE type ([MS-DTYP] 2.5.1.1; ACE
// Strings of the Windows documentation). A type without a token is written as
// its number, which is our own extension and which nobody else reads, but then
// nothing is lost.
var typeTokens = map[acl.ACEType]string{
	acl.TypeAllow:               "A",
	acl.TypeDeny:                "D",
	acl.TypeAudit:               "AU",
	acl.TypeAlarm:               "AL",
	acl.TypeAllowObject:         "OA",
	acl.TypeDenyObject:          "OD",
	acl.TypeAuditObject:         "OU",
	acl.TypeAlarmObject:         "OL",
	acl.TypeAllowCallback:       "XA",
	acl.TypeDenyCallback:        "XD",
	acl.TypeAuditCallback:       "XU",
	acl.TypeAllowCallbackObject: "ZA",
	acl.TypeMandatoryLabel:      "ML",
	acl.TypeResourceAttribute:   "RA",
	acl.TypeScopedPolicy:        "SP",
	acl.TypeTrustLabel:          "TL",
	acl.TypeAccessFilter:        "FL",
}

// right is a bit of a mask, or several, and its token.
type right struct {
	mask  acl.Mask
	token string
}

// rightTokens are the rights in the order in which Windows writes them.
var rightTokens = [...]right{
	{acl.CreateChild, "CC"}, {acl.DeleteChild, "DC"}, {acl.ListContents, "LC"}, {acl.ValidatedWrite, "SW"}, {acl.ReadProperty, "RP"}, {acl.WriteProperty, "WP"},
	{acl.DeleteTree, "DT"}, {acl.ListObject, "LO"}, {acl.ControlAccess, "CR"}, {acl.Delete, "SD"}, {acl.ReadControl, "RC"}, {acl.WriteDACL, "WD"},
	{acl.WriteOwner, "WO"}, {acl.GenericAll, "GA"}, {acl.GenericRead, "GR"}, {acl.GenericWrite, "GW"}, {acl.GenericExecute, "GX"},
}

// labelTokens are the rights of a mandatory label, which mean "no write up" and
// so on ([MS-DTYP] 2.4.4.13).
var labelTokens = [...]right{{1, "NW"}, {2, "NR"}, {4, "NX"}}

// fileTokens are the names for files and registry keys; they are read, never
// written, because here masks are those of a directory.
var fileTokens = [...]right{
	{0x1F01FF, "FA"}, {0x120089, "FR"}, {0x120116, "FW"}, {0x1200A0, "FX"},
	{0xF003F, "KA"}, {0x20019, "KR"}, {0x20006, "KW"}, {0x20019, "KX"},
}

// sidAliases are the aliases of SIDs that are the same everywhere.
var sidAliases = map[string]acl.SID{
	"AA": acl.SIDAccessControlAssistanceOperators, "AC": acl.SIDAllApplicationPackages, "AN": acl.SIDAnonymous, "AO": acl.SIDAccountOperators,
	"AS": acl.SIDAuthenticationAuthorityAsserted, "AU": acl.SIDAuthenticatedUsers, "BA": acl.SIDAdministrators, "BG": acl.SIDGuests, "BO": acl.SIDBackupOperators,
	"BU": acl.SIDUsers, "CD": acl.SIDCertificateServiceDCOMAccess, "CG": acl.SIDCreatorGroup, "CO": acl.SIDCreatorOwner, "CY": acl.SIDCryptographicOperators,
	"ED": acl.SIDEnterpriseDomainControllers, "ER": acl.SIDEventLogReaders, "ES": acl.SIDRDSEndpointServers, "HA": acl.SIDHyperVAdministrators,
	"HI": acl.SIDLabelHigh, "IS": acl.SIDIISIUSRS, "IU": acl.SIDInteractive, "LS": acl.SIDLocalService, "LU": acl.SIDPerformanceLogUsers, "LW": acl.SIDLabelLow,
	"ME": acl.SIDLabelMedium, "MP": acl.SIDLabelMediumPlus, "MS": acl.SIDRDSManagementServers, "MU": acl.SIDPerformanceMonitorUsers,
	"NO": acl.SIDNetworkConfigurationOperators, "NS": acl.SIDNetworkService, "NU": acl.SIDNetwork, "OW": acl.SIDOwnerRights, "PO": acl.SIDPrintOperators,
	"PS": acl.SIDSelf, "PU": acl.SIDPowerUsers, "RA": acl.SIDRDSRemoteAccessServers, "RC": acl.SIDRestricted, "RD": acl.SIDRemoteDesktopUsers,
	"RE": acl.SIDReplicator, "RM": acl.SIDRemoteManagementUsers, "RU": acl.SIDPreWindows2000Access, "SI": acl.SIDLabelSystem, "SO": acl.SIDServerOperators,
	"SS": acl.SIDServiceAsserted, "SU": acl.SIDService, "SY": acl.SIDSystem, "UD": acl.SIDUserModeDrivers, "WD": acl.SIDEveryone, "WR": acl.SIDWriteRestricted,
}

// ridAliases are the aliases of accounts of a domain. EA, SA, RO and EK belong
// to the root domain of the forest; whoever gives another domain gets them
// there.
var ridAliases = map[string]uint32{
	"RO": 498, "LA": 500, "LG": 501, "DA": 512, "DU": 513, "DG": 514, "DC": 515, "DD": 516, "CA": 517, "SA": 518, "EA": 519, "PA": 520,
	"CN": 522, "AP": 525, "KA": 526, "EK": 527, "RS": 553,
}

// flagTokens are the tokens of the flags in the order of the bits ([MS-DTYP]
// 2.5.1.1, ace-flag-string): acl prints a flag as its token.
var flagTokens = func() (tokens [8]string) {
	for i := range tokens {
		tokens[i] = acl.ACEFlags(1 << i).String()
	}
	return tokens
}()

// The same tables the other way round.
var (
	aliasOfSID  = invert(sidAliases)
	aliasOfRID  = invert(ridAliases)
	typeOfToken = invert(typeTokens)
)

func invert[K, V comparable](m map[K]V) map[V]K {
	out := make(map[V]K, len(m))
	for k, v := range m {
		out[v] = k
	}
	return out
}

// Format writes a descriptor in the security descriptor definition language
// ([MS-DTYP] 2.5.1). Accounts of a domain are written as SIDs; [FormatIn] knows
// the aliases of one domain.
func Format(p acl.Parts) string { return FormatIn(p, acl.SID{}) }

// FormatIn is [Format] with the accounts of the given domain written as
// aliases, "DA" for Domain Admins.
func FormatIn(p acl.Parts, domain acl.SID) string {
	w := writer{domain: domain}
	if !p.Owner.IsZero() {
		w.text("O:")
		w.sid(p.Owner)
	}
	if !p.Group.IsZero() {
		w.text("G:")
		w.sid(p.Group)
	}
	w.list("D:", p.DACLState, p.DACL, p.Control&acl.DACLProtected != 0, p.Control&acl.DACLAutoInheritReq != 0, p.Control&acl.DACLAutoInherited != 0)
	w.list("S:", p.SACLState, p.SACL, p.Control&acl.SACLProtected != 0, p.Control&acl.SACLAutoInheritReq != 0, p.Control&acl.SACLAutoInherited != 0)
	return string(w.out)
}

// FormatACE writes one entry in parentheses, as it stands in the text of a
// descriptor.
func FormatACE(a acl.ACE) string {
	var w writer
	w.ace(a)
	return string(w.out)
}

type writer struct {
	out    []byte
	domain acl.SID
}

func (w *writer) text(s string) { w.out = append(w.out, s...) }

func (w *writer) sid(s acl.SID) {
	if name, ok := aliasOfSID[s]; ok {
		w.text(name)
		return
	}
	if domain, rid, ok := s.Split(); ok && !w.domain.IsZero() && domain == w.domain {
		if name, ok := aliasOfRID[rid]; ok {
			w.text(name)
			return
		}
	}
	w.out = s.AppendTo(w.out)
}

func (w *writer) list(head string, state acl.ACLState, aces []acl.ACE, protected, request, inherited bool) {
	if state == acl.ACLAbsent {
		return
	}
	w.text(head)
	for i, set := range [...]bool{protected, request, inherited} {
		if set {
			w.text([...]string{"P", "AR", "AI"}[i])
		}
	}
	if state == acl.ACLNull {
		w.text(noAccessControl)
		return
	}
	for _, a := range aces {
		w.ace(a)
	}
}

func (w *writer) ace(a acl.ACE) {
	if !a.IsKnown() {
		w.text("(0x" + hex.EncodeToString([]byte{byte(a.Type)}) + ";;;;;;#" + hex.EncodeToString(a.Raw) + ")")
		return
	}
	w.text("(")
	if token, ok := typeTokens[a.Type]; ok {
		w.text(token)
	} else {
		w.text("0x" + hex.EncodeToString([]byte{byte(a.Type)}))
	}
	w.text(";")
	for i, name := range flagTokens {
		if a.Flags&(1<<i) != 0 {
			w.text(name)
		}
	}
	w.text(";" + maskText(a) + ";")
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
		w.text(";" + dataText(a))
	}
	w.text(")")
}

// maskText writes a mask in letters where there are letters for all of it, else
// in hexadecimal ([MS-DTYP] 2.5.1.1, ace-rights).
func maskText(a acl.ACE) string {
	table := rightTokens[:]
	if a.Type == acl.TypeMandatoryLabel {
		table = labelTokens[:]
	}
	rest := a.Mask
	var b strings.Builder
	for _, r := range table {
		if rest&r.mask != 0 {
			b.WriteString(r.token)
			rest &^= r.mask
		}
	}
	if a.Mask == 0 && (a.Type == acl.TypeResourceAttribute || a.Type == acl.TypeScopedPolicy) {
		return "" // their grammar leaves the field empty
	}
	if rest != 0 || a.Mask == 0 {
		return "0x" + strconv.FormatUint(uint64(a.Mask), 16)
	}
	return b.String()
}

// dataText writes what follows the SID: a condition in words where the words
// give the same bytes again, everything else in hexadecimal.
func dataText(a acl.ACE) string {
	if text, ok := Condition(a); ok {
		if back, err := parseCondition(text, acl.SID{}); err == nil && bytes.Equal(back, a.Data) {
			return text
		}
	}
	return "#" + hex.EncodeToString(a.Data)
}
