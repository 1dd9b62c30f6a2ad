package model

import (
	"bytes"
	"time"

	"mbxperm/acl"
	"mbxperm/model/internal/pool"
	"mbxperm/model/internal/table"
)

// Class is what a directory object is, as far as permissions care.
type Class uint8

// The classes.
const (
	ClassUnknown Class = iota
	ClassUser          // user, inetOrgPerson
	ClassService       // managed service accounts
	ClassComputer
	ClassGroup
	ClassContact
	ClassForeign   // foreignSecurityPrincipal
	ClassStore     // msExchPrivateMDB
	ClassPublic    // msExchPublicMDB
	ClassServer    // msExchExchangeServer
	ClassContainer // anything that others lie below
	ClassDomain
	ClassStoreCopy // msExchMDBCopy: a copy of a store on a server
	ClassDynamic   // msExchDynamicDistributionList: a group whose members a filter finds
	ClassFolder    // publicFolder: a public folder with an address

	// What role-based access control consists of (exchange-facts 5.3).

	ClassRole       // msExchRole
	ClassAssignment // msExchRoleAssignment
	ClassScope      // msExchScope
	ClassPolicy     // msExchRBACPolicy
	ClassConnector  // msExchSmtpReceiveConnector
	ClassDoor       // whatever else tells of doors: settings, rules, accepted domains, and their containers
)

// Recipient says what Exchange takes an object for.
type Recipient uint8

// Kinds of recipients.
const (
	NoRecipient    Recipient = iota
	Mailbox                  // a mailbox in this organisation
	SystemMailbox            // arbitration, discovery, health, audit, public-folder and system mailboxes
	OtherRecipient           // mail users, remote mailboxes, groups, contacts: send rights only
)

// UnknownType is the type of a user with a mail alias of whom nothing else of
// Exchange's could be read, so that it may be a mailbox or not.
const UnknownType = "unknown type"

// ReadState says how an attribute of an object came in.
type ReadState uint8

// The states. Missing is not the same as absent: LDAP answers alike when a
// value is not there and when it may not be read.
const (
	NotAsked ReadState = iota
	Present
	Missing
)

// and joins what two entries of one object say: a value that came once is
// there.
func (r ReadState) and(later ReadState) ReadState {
	if r == Present || later == NotAsked {
		return r
	}
	return later
}

// Object is what a source says about one directory object. Fields at their zero
// value say nothing: a second Put of the same DN adds to the first.
type Object struct {
	DN         string
	GUID       acl.GUID // objectGUID
	Class      Class
	SID        acl.SID
	SIDHistory []acl.SID
	Account    string // sAMAccountName; for others than principals empty
	Display    string // displayName
	Domain     bool   // the object is a domain head

	UAC          uint32 // userAccountControl ([MS-ADTS] 2.2.16)
	PrimaryGroup uint32 // primaryGroupID, a RID
	AdminCount   bool
	Distribution bool // a group that is not security-enabled (groupType)
	Universal    bool // a universal group
	DomainLocal  bool // a domain-local group
	GroupType    bool // groupType was read; without it nobody knows whether a token holds the group
	Catalog      bool // a global catalog said it, which holds only a part
	Deleted      bool
	Changed      time.Time // whenChanged of a tombstone: its deletion
	LastParent   string    // DN: lastKnownParent of a tombstone

	Recipient  Recipient
	Type       string // "UserMailbox", "Legacy", "MailUser"; empty for no recipient
	HomeMDB    string
	HomeServer string  // name of the server, from msExchHomeServerName
	Master     acl.SID // msExchMasterAccountSid

	MailboxSD        []byte
	MailboxState     ReadState
	Security         []byte // nTSecurityDescriptor: owner, group, DACL
	SecurityState    ReadState
	Delegates        []string // publicDelegates, as DNs
	DelegatesState   ReadState
	DelegatesPartial bool
	Members          []string // member, as DNs
	MembersState     ReadState
	MembersPartial   bool

	Stored        []string // homeMDBBL of a store: the mailboxes in it, as DNs
	StoredState   ReadState
	StoredPartial bool

	Mail    *Mail    // of another recipient; nil says nothing
	Placing *Placing // of an account; nil says nothing
	Habit   *Habit   // of an account; nil says nothing

	AdminSDHolder bool

	Policy        string // DN: msExchRBACPolicyLink of an account
	PolicyState   ReadState
	RoleGroupType uint64  // msExchRoleGroupType of a group
	ForeignGroup  acl.SID // msExchForeignGroupSid of a linked role group

	Above  bool   // an administration container: above a store, from CN=Microsoft Exchange down
	Server string // DN of the server that owns a store, or holds a copy of it
}

// ObjectID names an object of a state; 0 is none.
type ObjectID uint32

// Flags are what is known of an object beyond its values.
type Flags uint16

const (
	FlagDisabled Flags = 1 << iota
	FlagDeleted
	FlagAdminCount
	FlagMembersPartial
	FlagAbove
	FlagDomain
	FlagDistribution
	FlagDelegatesPartial
	FlagCatalog   // a global catalog said it, and nobody else
	FlagUniversal // a universal group
	FlagUAC       // userAccountControl was read; without it nobody is known to be enabled
	FlagDomainLocal
	FlagGroupType // groupType was read
)

// ADS_UF_ACCOUNTDISABLE ([MS-ADTS] 2.2.16).
const uacDisabled = 0x2

// Record is an object as a [Snapshot] keeps it: 80 bytes, without the texts and
// lists that it names.
type Record struct {
	GUID           acl.GUID
	DN             pool.DN
	SID            pool.SID
	Master         pool.SID
	PrimaryGroup   uint32
	Account        table.TextID
	display        table.TextID // see Snapshot.DisplayOf
	Home           pool.DN      // homeMDB; of a store or a copy: its server
	MailboxSD      pool.Desc
	Security       pool.Desc
	Delegates      span
	Members        span
	flags          Flags
	Server         uint16 // number in facts.servers of the home server
	TypeNumber     uint16 // number in facts.types
	Class          Class
	Recipient      Recipient
	MailboxState   ReadState
	SecurityState  ReadState
	DelegatesState ReadState
	MembersState   ReadState
}

// asNamed is the display of an object whose displayName is the value of its RDN, as
// mostly it is: the text is there already. No text of an arena has this number, since
// none begins with the last byte of a block.
const asNamed = ^table.TextID(0)

// DisplayOf returns the displayName of an object, empty where it has none. It must
// not be written.
func (s *Snapshot) DisplayOf(o *Record) []byte {
	if o.display == asNamed {
		return rdnValue(s.Texts.Bytes(s.DNs.At(uint32(o.DN)).Leaf))
	}
	return s.Texts.Bytes(o.display)
}

// rdnValue is what stands behind the equals sign of an RDN, as it is spelled.
func rdnValue(rdn []byte) []byte { return rdn[bytes.IndexByte(rdn, '=')+1:] }

// span is a run of records in a table.
type span struct{ First, N uint32 }

// Is reports whether one of the flags is set.
func (o *Record) Is(f Flags) bool { return o.flags&f != 0 }

// Flags are all that are set.
func (o *Record) Flags() Flags { return o.flags }

// Set adds flags where on is true. What an entry does not say another may have said:
// it never takes one away.
func (o *Record) Set(f Flags, on bool) {
	if on {
		o.flags |= f
	}
}

// HasMailbox reports whether the object has a mailbox here.
func (o *Record) HasMailbox() bool { return o.Recipient == Mailbox || o.Recipient == SystemMailbox }

// standsFor reports whether the object only stands for the account that holds
// its SID.
func (o *Record) standsFor() bool { return o.Class == ClassForeign || o.Is(FlagDeleted) }

// IsPrincipal reports whether the object has a SID, whether or not it may be
// read.
func (o *Record) IsPrincipal() bool {
	return o.Class == ClassUser || o.Class == ClassService || o.Class == ClassComputer || o.Class == ClassGroup
}

// IsStore reports whether the object is a mailbox or public store.
func (o *Record) IsStore() bool { return o.Class == ClassStore || o.Class == ClassPublic }

// Target says what an object is a target as. It decides in which sense its
// nTSecurityDescriptor is read and which kinds of grants stand there.
type Target uint8

// The targets.
const (
	NoTarget        Target = iota
	TargetMailbox          // a mailbox, of whatever type
	TargetRecipient        // another recipient
	TargetStore            // a mailbox or public store, which may be mail-enabled
	TargetAdmin            // an administration container: above a store, from CN=Microsoft Exchange down
	TargetContainer        // an OU, a container or a domain whose descriptor was asked for
	TargetConnector        // a receive connector
	TargetCount
)

// Target returns what the object is a target as.
func (o *Record) Target() Target {
	switch {
	case o.IsStore():
		return TargetStore
	case o.Is(FlagAbove):
		return TargetAdmin
	case o.HasMailbox():
		return TargetMailbox
	case o.Class == ClassConnector:
		return TargetConnector
	case o.Recipient != NoRecipient:
		return TargetRecipient
	case o.SecurityState != NotAsked && (o.Class == ClassContainer || o.Class == ClassDomain):
		return TargetContainer
	}
	return NoTarget
}

// Sense is how the bits of the object's nTSecurityDescriptor are read.
func (o *Record) Sense() pool.Sense {
	switch o.Target() {
	case TargetMailbox:
		return pool.SenseSend
	case TargetRecipient:
		if o.Class == ClassGroup {
			return pool.SenseGroup
		}
		return pool.SenseOther
	}
	return pool.SenseWhole
}
