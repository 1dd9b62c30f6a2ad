package acl

import "strings"

// ACEType says what an ACE does and how it is laid out ([MS-DTYP] 2.4.4.1).
type ACEType uint8

// The ACE types. Those with Object in the name carry GUIDs, those with Callback
// a condition, and the audit and alarm types, the label, the attribute and the
// policies belong into a SACL.
const (
	TypeAllow               ACEType = 0x00 // [MS-DTYP] 2.4.4.2
	TypeDeny                ACEType = 0x01 // [MS-DTYP] 2.4.4.4
	TypeAudit               ACEType = 0x02 // [MS-DTYP] 2.4.4.10
	TypeAlarm               ACEType = 0x03 // reserved
	TypeAllowCompound       ACEType = 0x04 // reserved; its layout is not specified, so it is read as unknown
	TypeAllowObject         ACEType = 0x05 // [MS-DTYP] 2.4.4.3
	TypeDenyObject          ACEType = 0x06 // [MS-DTYP] 2.4.4.5
	TypeAuditObject         ACEType = 0x07 // [MS-DTYP] 2.4.4.11
	TypeAlarmObject         ACEType = 0x08 // reserved
	TypeAllowCallback       ACEType = 0x09 // [MS-DTYP] 2.4.4.6
	TypeDenyCallback        ACEType = 0x0A // [MS-DTYP] 2.4.4.7
	TypeAllowCallbackObject ACEType = 0x0B // [MS-DTYP] 2.4.4.8
	TypeDenyCallbackObject  ACEType = 0x0C // [MS-DTYP] 2.4.4.9
	TypeAuditCallback       ACEType = 0x0D // [MS-DTYP] 2.4.4.12
	TypeAlarmCallback       ACEType = 0x0E // reserved
	TypeAuditCallbackObject ACEType = 0x0F // [MS-DTYP] 2.4.4.14
	TypeAlarmCallbackObject ACEType = 0x10 // reserved
	TypeMandatoryLabel      ACEType = 0x11 // [MS-DTYP] 2.4.4.13
	TypeResourceAttribute   ACEType = 0x12 // [MS-DTYP] 2.4.4.15
	TypeScopedPolicy        ACEType = 0x13 // [MS-DTYP] 2.4.4.16
	TypeTrustLabel          ACEType = 0x14 // winnt.h SYSTEM_PROCESS_TRUST_LABEL_ACE
	TypeAccessFilter        ACEType = 0x15 // winnt.h SYSTEM_ACCESS_FILTER_ACE
)

// What the layout of an ACE type holds besides header and mask.
const (
	hasSID      = 1 << iota
	hasGUIDs    // an object ACE: flags and up to two GUIDs before the SID
	isCondition // application data after the SID is a condition
	isAllow
	isDeny
)

// aceLayout has a line for each type; those past its end, and those with a
// zero, are unknown.
var aceLayout = [256]uint8{
	TypeAllow:               hasSID | isAllow,
	TypeDeny:                hasSID | isDeny,
	TypeAudit:               hasSID,
	TypeAlarm:               hasSID,
	TypeAllowObject:         hasSID | hasGUIDs | isAllow,
	TypeDenyObject:          hasSID | hasGUIDs | isDeny,
	TypeAuditObject:         hasSID | hasGUIDs,
	TypeAlarmObject:         hasSID | hasGUIDs,
	TypeAllowCallback:       hasSID | isCondition | isAllow,
	TypeDenyCallback:        hasSID | isCondition | isDeny,
	TypeAllowCallbackObject: hasSID | hasGUIDs | isCondition | isAllow,
	TypeDenyCallbackObject:  hasSID | hasGUIDs | isCondition | isDeny,
	TypeAuditCallback:       hasSID | isCondition,
	TypeAlarmCallback:       hasSID | isCondition,
	TypeAuditCallbackObject: hasSID | hasGUIDs | isCondition,
	TypeAlarmCallbackObject: hasSID | hasGUIDs | isCondition,
	TypeMandatoryLabel:      hasSID,
	TypeResourceAttribute:   hasSID,
	TypeScopedPolicy:        hasSID,
	TypeTrustLabel:          hasSID,
	TypeAccessFilter:        hasSID | isCondition,
}

var aceTypeNames = [...]string{
	"allow", "deny", "audit", "alarm", "allow compound",
	"allow object", "deny object", "audit object", "alarm object",
	"allow callback", "deny callback", "allow callback object", "deny callback object",
	"audit callback", "alarm callback", "audit callback object", "alarm callback object",
	"mandatory label", "resource attribute", "scoped policy", "process trust label", "access filter",
}

// String returns the type in words, such as "deny object", or "type 0x2a" for
// an unknown one.
func (t ACEType) String() string {
	if int(t) < len(aceTypeNames) {
		return aceTypeNames[t]
	}
	const digits = "0123456789abcdef"
	return "type 0x" + string([]byte{digits[t>>4], digits[t&15]})
}

// Allows reports whether entries of the type grant their mask. An ACE has the
// same method; in a loop over millions, asking the type saves copying the ACE.
func (t ACEType) Allows() bool { return aceLayout[t]&isAllow != 0 }

// Denies reports whether entries of the type deny their mask.
func (t ACEType) Denies() bool { return aceLayout[t]&isDeny != 0 }

// IsObject reports whether entries of the type may carry GUIDs.
func (t ACEType) IsObject() bool { return aceLayout[t]&hasGUIDs != 0 }

// IsCallback reports whether entries of the type depend on a condition.
func (t ACEType) IsCallback() bool { return aceLayout[t]&isCondition != 0 }

// IsKnown reports whether the layout of the type is known.
func (t ACEType) IsKnown() bool { return aceLayout[t] != 0 }

// ACEFlags is the AceFlags field: how an ACE is inherited, and for audit
// entries when it fires ([MS-DTYP] 2.4.4.1).
type ACEFlags uint8

// The ACE flags.
const (
	ObjectInherit    ACEFlags = 0x01
	ContainerInherit ACEFlags = 0x02
	NoPropagate      ACEFlags = 0x04
	InheritOnly      ACEFlags = 0x08
	Inherited        ACEFlags = 0x10
	CriticalACE      ACEFlags = 0x20
	SuccessfulAccess ACEFlags = 0x40
	FailedAccess     ACEFlags = 0x80
)

// flagNames has the name of each flag in the order of the bits, which is its
// token in SDDL ([MS-DTYP] 2.5.1.1, ace-flag-string).
var flagNames = [8]string{"OI", "CI", "NP", "IO", "ID", "CR", "SA", "FA"}

// String returns the flags as SDDL names them, joined by bars: "CI|IO". No flag
// is the empty string.
func (f ACEFlags) String() string {
	var names []string
	for i, name := range flagNames {
		if f&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, "|")
}

// ACE is one access control entry as stored. SID, Data and Raw are windows on
// the bytes of the descriptor.
type ACE struct {
	Type  ACEType
	Flags ACEFlags
	Mask  Mask // of an unknown type: the four bytes where every known type has its mask, zero if there are fewer

	ObjectType, InheritedObjectType       GUID // zero where absent
	HasObjectType, HasInheritedObjectType bool

	SID  []byte // the trustee in binary form; nil where the type has none or is unknown
	Data []byte // what follows the SID: a condition, a resource attribute, padding; nil if nothing does
	Raw  []byte // the whole ACE, header included
}

// Allows reports whether the ACE grants its mask: a plain, object or callback
// allow. A callback grants only if its condition holds.
func (a ACE) Allows() bool { return a.Type.Allows() }

// Denies reports whether the ACE denies its mask: a plain, object or callback
// deny. A callback denies only if its condition holds.
func (a ACE) Denies() bool { return a.Type.Denies() }

// IsObject reports whether the ACE is of an object type, which may carry GUIDs
// but need not.
func (a ACE) IsObject() bool { return a.Type.IsObject() }

// IsCallback reports whether the ACE depends on a condition, which cannot be
// evaluated from the directory alone.
func (a ACE) IsCallback() bool { return a.Type.IsCallback() }

// IsInherited reports whether the ACE came from a parent (INHERITED_ACE).
func (a ACE) IsInherited() bool { return a.Flags&Inherited != 0 }

// IsInheritOnly reports whether the ACE only waits for children and does not
// count for the object itself (INHERIT_ONLY_ACE).
func (a ACE) IsInheritOnly() bool { return a.Flags&InheritOnly != 0 }

// IsKnown reports whether the layout of the type is known; of an unknown one
// only Type, Flags, Mask and Raw mean something.
func (a ACE) IsKnown() bool { return a.Type.IsKnown() }

// Trustee returns the SID as a value of its own, the zero SID where the ACE has
// none. It allocates: make it for a trustee seen first, and look the others up
// by the window.
func (a ACE) Trustee() SID { return window(a.SID) }
