package acl

import (
	"math/bits"
	"slices"
	"sync"
)

// Mask is the access mask of an ACE: a set of rights ([MS-DTYP] 2.4.3). What
// its low bits mean depends on the descriptor it stands in.
type Mask uint32

// The rights of an Active Directory object ([MS-ADTS] 5.1.3.2).
const (
	CreateChild      Mask = 0x00000001
	DeleteChild      Mask = 0x00000002
	ListContents     Mask = 0x00000004
	ValidatedWrite   Mask = 0x00000008 // RIGHT_DS_WRITE_PROPERTY_EXTENDED, also called Self
	ReadProperty     Mask = 0x00000010
	WriteProperty    Mask = 0x00000020
	DeleteTree       Mask = 0x00000040
	ListObject       Mask = 0x00000080
	ControlAccess    Mask = 0x00000100 // with a GUID: that extended right; without: all of them
	Delete           Mask = 0x00010000
	ReadControl      Mask = 0x00020000
	WriteDACL        Mask = 0x00040000
	WriteOwner       Mask = 0x00080000
	Synchronize      Mask = 0x00100000
	AccessSystemSACL Mask = 0x01000000
	MaximumAllowed   Mask = 0x02000000
	GenericAll       Mask = 0x10000000
	GenericExecute   Mask = 0x20000000
	GenericWrite     Mask = 0x40000000
	GenericRead      Mask = 0x80000000

	FullControl Mask = 0x000F01FF // every right of a directory object; what GenericAll maps to
)

// The rights of a mailbox, in msExchMailboxSecurityDescriptor. The bits mean
// something else in a directory descriptor.
const (
	MailboxFullAccess       Mask = 0x00000001
	MailboxSendAs           Mask = 0x00000002 // historic; the extended right Send-As on the account decides
	MailboxExternalAccount  Mask = 0x00000004
	MailboxDeleteItem       Mask = 0x00010000
	MailboxReadPermission   Mask = 0x00020000
	MailboxChangePermission Mask = 0x00040000
	MailboxChangeOwner      Mask = 0x00080000
)

// NamedRight is a bit of a mask and its name.
type NamedRight struct {
	Mask Mask
	Name string
}

// MailboxRights are the seven mailbox rights in the order of their bits, with
// the names of Get-MailboxPermission.
var MailboxRights = [7]NamedRight{
	{MailboxFullAccess, "FullAccess"},
	{MailboxSendAs, "SendAs"},
	{MailboxExternalAccount, "ExternalAccount"},
	{MailboxDeleteItem, "DeleteItem"},
	{MailboxReadPermission, "ReadPermission"},
	{MailboxChangePermission, "ChangePermission"},
	{MailboxChangeOwner, "ChangeOwner"},
}

// MailboxMask is the union of the seven mailbox rights; bits outside it have no
// name in a mailbox descriptor.
const MailboxMask = MailboxFullAccess | MailboxSendAs | MailboxExternalAccount | MailboxDeleteItem | MailboxReadPermission |
	MailboxChangePermission | MailboxChangeOwner

// ADRights are the rights of a directory object in the order of their bits,
// with the names that administrators know from
// System.DirectoryServices.ActiveDirectoryRights.
var ADRights = [...]NamedRight{
	{CreateChild, "CreateChild"},
	{DeleteChild, "DeleteChild"},
	{ListContents, "ListChildren"},
	{ValidatedWrite, "Self"},
	{ReadProperty, "ReadProperty"},
	{WriteProperty, "WriteProperty"},
	{DeleteTree, "DeleteTree"},
	{ListObject, "ListObject"},
	{ControlAccess, "ExtendedRight"},
	{Delete, "Delete"},
	{ReadControl, "ReadControl"},
	{WriteDACL, "WriteDacl"},
	{WriteOwner, "WriteOwner"},
	{Synchronize, "Synchronize"},
	{AccessSystemSACL, "AccessSystemSecurity"},
	{MaximumAllowed, "MaximumAllowed"},
	{GenericAll, "GenericAll"},
	{GenericExecute, "GenericExecute"},
	{GenericWrite, "GenericWrite"},
	{GenericRead, "GenericRead"},
}

// ADNames returns the names of the set bits in the order of the bits; bits
// without a name come last, together, as hexadecimal. It does not fold
// FullControl into one name: the caller knows whether the mask is a whole ACE's
// or a part of it.
func (m Mask) ADNames() []string {
	names := make([]string, 0, bits.OnesCount32(uint32(m)))
	for _, r := range ADRights {
		if m&r.Mask != 0 {
			names = append(names, r.Name)
			m &^= r.Mask
		}
	}
	if m != 0 {
		names = append(names, m.String())
	}
	return names
}

// String returns the mask as 0x and eight hexadecimal digits, the form of
// exports.
func (m Mask) String() string {
	const digits = "0123456789abcdef"
	b := [10]byte{'0', 'x'}
	for i := range 8 {
		b[2+i] = digits[m>>(28-4*i)&15]
	}
	return string(b[:])
}

// MapGenericAD replaces the generic rights by the rights of a directory object
// they stand for ([MS-ADTS] 5.1.3.2). ACEs that wait for children may hold
// generic rights; on an object they are normally mapped already.
func (m Mask) MapGenericAD() Mask { return GenericAD.Map(m) }

// GUIDKind says what a GUID in an object ACE names.
type GUIDKind uint8

// The kinds of GUIDs. One GUID can be of two kinds: DNS-Host-Name-Attributes
// and Validated-DNS-Host-Name share theirs.
const (
	KindExtendedRight  GUIDKind = iota + 1 // with ControlAccess
	KindPropertySet                        // with ReadProperty, WriteProperty
	KindValidatedWrite                     // with ValidatedWrite
	KindClass                              // with CreateChild, DeleteChild, and as inherited object type
	KindAttribute                          // with ReadProperty, WriteProperty
)

// String returns the kind in words, "" for the zero value.
func (k GUIDKind) String() string {
	names := [...]string{"", "extended right", "property set", "validated write", "class", "attribute"}
	if int(k) < len(names) {
		return names[k]
	}
	return "unknown"
}

// NamedGUID is a GUID of the built-in table.
type NamedGUID struct {
	GUID    GUID
	Name    string // the cn of a right or property set ("Send-As"), the lDAPDisplayName of a class or attribute ("user")
	Display string // the display name where it says more than Name, else empty
	Kind    GUIDKind
}

// GUIDs returns the built-in table, ordered by GUID. The caller must not change
// it.
func GUIDs() []NamedGUID { return guidTable() }

// guidTable parses the rows when they are first asked for.
var guidTable = sync.OnceValue(func() []NamedGUID {
	table := make([]NamedGUID, len(guidRows))
	for i, row := range guidRows {
		table[i] = NamedGUID{MustParseGUID(row.guid), row.name, row.display, row.kind}
	}
	slices.SortStableFunc(table, func(a, b NamedGUID) int { return a.GUID.Compare(b.GUID) })
	return table
})

// LookupGUID finds the first entry of the built-in table for g.
func LookupGUID(g GUID) (NamedGUID, bool) {
	table := GUIDs()
	i, ok := slices.BinarySearchFunc(table, g, func(n NamedGUID, g GUID) int { return n.GUID.Compare(g) })
	if !ok {
		return NamedGUID{}, false
	}
	return table[i], true
}

// LookupGUIDFor finds what g means beside the rights in m: the bits choose
// between a right, a property set, a validated write and a class where one GUID
// has several meanings. Without a match by kind it returns the first entry, as
// LookupGUID does.
func LookupGUIDFor(g GUID, m Mask) (NamedGUID, bool) {
	first, ok := LookupGUID(g)
	if !ok {
		return first, false
	}
	table := GUIDs()
	i, _ := slices.BinarySearchFunc(table, g, func(n NamedGUID, g GUID) int { return n.GUID.Compare(g) })
	for ; i < len(table) && table[i].GUID == g; i++ {
		if table[i].Kind.usedWith()&m != 0 {
			return table[i], true
		}
	}
	return first, true
}

// usedWith returns the rights that a GUID of this kind narrows down ([MS-DTYP]
// 2.4.4.3).
func (k GUIDKind) usedWith() Mask {
	switch k {
	case KindExtendedRight:
		return ControlAccess
	case KindPropertySet, KindAttribute:
		return ReadProperty | WriteProperty
	case KindValidatedWrite:
		return ValidatedWrite
	case KindClass:
		return CreateChild | DeleteChild
	}
	return 0
}

// The GUIDs that the program speaks about by name.
var (
	GUIDSendAs                      = MustParseGUID("ab721a54-1e2f-11d0-9819-00aa0040529b")
	GUIDReceiveAs                   = MustParseGUID("ab721a56-1e2f-11d0-9819-00aa0040529b")
	GUIDSendTo                      = MustParseGUID("ab721a55-1e2f-11d0-9819-00aa0040529b")
	GUIDStoreAdmin                  = MustParseGUID("d74a8762-22b9-11d3-aa62-00c04f8eedd8")
	GUIDStoreTransportAccess        = MustParseGUID("9fbec2a2-f761-11d9-963d-00065bbd3175")
	GUIDStoreConstrainedDelegation  = MustParseGUID("9fbec2a1-f761-11d9-963d-00065bbd3175")
	GUIDStoreReadAccess             = MustParseGUID("9fbec2a3-f761-11d9-963d-00065bbd3175")
	GUIDStoreReadWriteAccess        = MustParseGUID("9fbec2a4-f761-11d9-963d-00065bbd3175")
	GUIDUserClass                   = MustParseGUID("bf967aba-0de6-11d0-a285-00aa003049e2")
	GUIDInetOrgPersonClass          = MustParseGUID("4828cc14-1437-45bc-9b07-ad6f015e5f28")
	GUIDExchangeInformation         = MustParseGUID("1f298a89-de98-47b8-b5cd-572ad53d267e")
	GUIDExchangePersonalInformation = MustParseGUID("b1b3a417-ec55-4191-b327-b72e33e38af2")
	GUIDPersonalInformation         = MustParseGUID("77b5b886-944a-11d1-aebd-0000f80367c1")
	GUIDPublicInformation           = MustParseGUID("e48d0154-bcf8-11d1-8702-00c04fb96050")
	GUIDMailboxSDAttribute          = MustParseGUID("934de926-b09e-11d2-aa06-00c04f8eedd8")
	GUIDPublicDelegatesAttribute    = MustParseGUID("f0f8ff9a-1191-11d0-a060-00aa006c33ed")
)

// Implied says why an ACE speaks about an extended right that it does not name.
type Implied uint8

// The ways to imply an extended right.
const (
	NotImplied Implied = iota
	ImpliedByFullControl
	ImpliedByAllExtendedRights
)

// String returns "", "full-control" or "all-extended-rights", the words of
// exports.
func (i Implied) String() string {
	switch i {
	case ImpliedByFullControl:
		return "full-control"
	case ImpliedByAllExtendedRights:
		return "all-extended-rights"
	}
	return ""
}

// Covers reports whether the ACE, allow or deny alike, speaks about the
// extended right g of a directory object: explicitly, because it is an object
// ACE with CONTROL_ACCESS and that very GUID, or by implication, because it has
// CONTROL_ACCESS and no GUID, which stands for all extended rights, alone or
// within Full Control ([MS-ADTS] 5.1.3.3.4). Property sets and validated writes
// never cover an extended right. It looks at mask and types only: whether the
// ACE is inherit-only, conditional or for this trustee, the caller asks for
// itself.
func (a ACE) Covers(g GUID) (covers bool, implied Implied) {
	if a.Mask&(ControlAccess|GenericAll) == 0 || aceLayout[a.Type]&(isAllow|isDeny) == 0 {
		return false, NotImplied
	}
	return a.covers(&g)
}

// covers is the part of Covers that most entries do not reach; it is apart so
// that the other can be inlined.
func (a *ACE) covers(g *GUID) (bool, Implied) {
	switch {
	case a.HasObjectType:
		return a.ObjectType == *g, NotImplied
	case a.Mask&GenericAll != 0 || a.Mask&FullControl == FullControl:
		return true, ImpliedByFullControl
	}
	return true, ImpliedByAllExtendedRights
}
