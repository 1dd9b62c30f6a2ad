package model

import (
	"time"

	"mbxperm/acl"
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

// and joins what two entries of one object say: a value that came once is there.
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

	AdminSDHolder bool

	Above  bool   // an administration container: above a store, from CN=Microsoft Exchange down
	Server string // DN of the server that owns a store
}

// objID names an object of a state; 0 is none.
type objID uint32

type objFlags uint16

const (
	flagDisabled objFlags = 1 << iota
	flagDeleted
	flagAdminCount
	flagMembersPartial
	flagAbove
	flagDomain
	flagDistribution
	flagDelegatesPartial
	flagCatalog   // a global catalog said it, and nobody else
	flagUniversal // a universal group
	flagUAC       // userAccountControl was read; without it nobody is known to be enabled
)

// ADS_UF_ACCOUNTDISABLE ([MS-ADTS] 2.2.16).
const uacDisabled = 0x2

type object struct {
	guid         acl.GUID
	dn           dnID
	sid          sidID
	master       sidID
	primaryGroup uint32
	account      textID
	display      textID
	home         dnID // homeMDB; of a store: its server
	mailboxSD    descID
	security     descID
	delegates    span
	members      span
	flags        objFlags
	server       uint16 // number in facts.servers of the home server
	typ          uint16 // number in facts.types
	class        Class
	recipient    Recipient
	mailboxState ReadState
	secState     ReadState
	delegState   ReadState
	memberState  ReadState
}

// span is a run of records in a table.
type span struct{ first, n uint32 }

func (o *object) is(f objFlags) bool { return o.flags&f != 0 }

func (o *object) set(f objFlags, on bool) {
	if on {
		o.flags |= f
	}
}

// mailboxLike reports whether the object has a mailbox here.
func (o *object) mailboxLike() bool { return o.recipient == Mailbox || o.recipient == SystemMailbox }

// standsFor reports whether the object only stands for the account that holds its SID.
func (o *object) standsFor() bool { return o.class == ClassForeign || o.is(flagDeleted) }

// principal reports whether the object has a SID, whether or not it may be read.
func (o *object) principal() bool {
	return o.class == ClassUser || o.class == ClassService || o.class == ClassComputer || o.class == ClassGroup
}

// store reports whether the object is a mailbox or public store.
func (o *object) store() bool { return o.class == ClassStore || o.class == ClassPublic }
