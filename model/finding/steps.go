package finding

import (
	"mbxperm/acl"
)

// The rules about those who could give themselves access, apart from those who have it.

const (
	stepDecided = "The entry as it stands in the list of the mailbox's account (or the OU, the store, the server, the organisation, AdminSDHolder), where it applies; " +
		"an earlier deny for the same trustee, Everyone or Authenticated Users takes it away. Domain Admins, Enterprise Admins, Administrators, Account Operators, domain controllers, " +
		"Exchange's servers and their groups, and Organization Management hold it by default and are told in a line each: default-holder. The count is that of the mailboxes."
	stepBlind = "Denies for other groups that the trustee is in. What a password, a key or a service name leads to beyond the mailbox."
)

// stepRule makes a rule about one step.
func stepRule(name string, x Severity, text, means, decided, remedy string) *Rule {
	if decided != "" {
		decided = " " + decided
	}
	return &Rule{Name: name, Group: OneStep, Severity: x, Text: text, Means: means, Decided: stepDecided + decided, Blind: stepBlind, Remedy: remedy}
}

const takeAway = "remove the entry where it is set, or narrow it to the attributes that the work needs"

var (
	canWriteDACL = stepRule("can-write-dacl", High, "somebody may change the access list of a mailbox's account or of what lies above it",
		"With WRITE_DAC one gives oneself any right in the list: Send-As on an account, Receive-As on a store.", "Full Control counts here.", takeAway)
	canTakeOwnership = stepRule("can-take-ownership", High, "somebody may make himself the owner of a mailbox's account or of what lies above it",
		"With WRITE_OWNER one becomes the owner, and an owner may change the list.", "", takeAway)
	owns = stepRule("owns", Medium, "somebody owns a mailbox's account or what lies above it",
		"The owner of an object may change its list without any entry ([MS-DTYP] 2.5.3.2).",
		"An entry for OWNER RIGHTS (S-1-3-4) replaces what the owner has by being the owner: then its rights count.",
		"make Domain Admins the owner, or set an entry for OWNER RIGHTS; whoever creates accounts owns them")
	canWriteAll = stepRule("can-write-all", High, "somebody may write every attribute of a mailbox's account",
		"With GENERIC_WRITE, or write-property without an object type, one writes the mailbox rights, a linked account, keys for logging on.", "", takeAway)
	canWriteRights = stepRule("can-write-mailbox-rights", High, "somebody may write msExchMailboxSecurityDescriptor",
		"That attribute is the mailbox's own list: since 2013 Exchange reads it from the directory.",
		"Also by the property set that holds it; where the schema was not read that is taken to be Exchange-Information (inferred).", takeAway)
	canWriteMaster = stepRule("can-write-master", High, "somebody may write msExchMasterAccountSid",
		"Whoever that attribute names owns the mailbox.", "Also by the property set that holds it.", takeAway)
	canWriteDelegates = stepRule("can-write-delegates", Medium, "somebody may write publicDelegates",
		"One gives oneself Send on Behalf.", "Also by Personal-Information, the property set that holds it.", takeAway)
	canWriteForwarding = stepRule("can-write-forwarding", Medium, "somebody may write altRecipient or msExchGenericForwardingAddress",
		"One has the mailbox's mail sent to oneself, now and later.", "Also by the property sets that hold them. The second by the schema alone: no public source has its number.", takeAway)
	canWriteHome = stepRule("can-write-home", Medium, "somebody may write homeMDB",
		"One says that the mailbox is in another store, whose entries then count.", "Also by the property set that holds it. That this leads to access is inferred.", takeAway)
	canChangeMembers = stepRule("can-change-members", Medium, "somebody may change the members of a group that is allowed to open or send",
		"One puts oneself in, and has what the group has.", "Write-property on member, its property set, all properties, or putting oneself in (Self-Membership). The count is that of the mailboxes that entries for the group open, denies aside.",
		"let administrators alone change groups that hold rights: no managers who may update the members")
	canWriteKeys = stepRule("can-write-keys", High, "somebody may write msDS-KeyCredentialLink",
		"One adds a key of one's own and logs on as the account, without its password.", "", takeAway)
	canWriteNames = stepRule("can-write-service-names", Low, "somebody may write servicePrincipalName",
		"One asks for a ticket for the account and guesses its password at leisure.", "Also by Public-Information, the property set that holds it.", takeAway)
	canResetPassword = stepRule("can-reset-password", Medium, "somebody may reset the password of a mailbox's account",
		"One logs on as the account, whose owner notices it at the next logon.", "User-Force-Change-Password, or all extended rights.",
		"that is a help desk's work: know who has it, and keep it away from the accounts of management and administrators")
	defaultHolder = &Rule{Name: "default-holder", Group: OneStep, Severity: Info,
		Text:    "a group holds control over mailboxes by default, and has members of its own",
		Means:   "Domain Admins, Enterprise Admins, Administrators and Account Operators may give themselves any right on accounts. That is Windows' doing; who is in them is yours.",
		Decided: "Of each such group a line with its members, the built-in Administrator aside. The count is that of the mailboxes whose accounts it controls.",
		Blind:   "Members that were not read.",
		Remedy:  "keep the members few, and accept the line",
	}
)

var stepRules = []*Rule{canWriteDACL, canTakeOwnership, owns, canWriteAll, canWriteRights, canWriteMaster, canWriteDelegates, canWriteForwarding, canWriteHome,
	canChangeMembers, canWriteKeys, canWriteNames, canResetPassword, defaultHolder}

// steps are a set of what an entry lets its trustee do.
type steps uint16

const (
	stepDACL steps = 1 << iota
	stepOwner
	stepAll
	stepRights
	stepMaster
	stepDelegates
	stepForwarding
	stepHome
	stepKeys
	stepNames
	stepPassword
	stepsEnd

	// stepsAbove are those that count on stores and what lies above mailboxes.
	stepsAbove = stepDACL | stepOwner
)

// stepOf are the rules by the bits.
var stepOf = [...]*Rule{canWriteDACL, canTakeOwnership, canWriteAll, canWriteRights, canWriteMaster, canWriteDelegates, canWriteForwarding, canWriteHome,
	canWriteKeys, canWriteNames, canResetPassword}

// stepAttributes are the attributes behind the steps, with their GUID and property set
// where the schema was not read: the schema of Exchange 2003 and Windows' own
// ([MS-ADA1] to [MS-ADA3]), and for what 2007 moved the set that it moved it to
// (inferred).
var stepAttributes = []struct {
	step      steps
	name      string
	guid, set acl.GUID
}{
	{stepRights, "msExchMailboxSecurityDescriptor", acl.MustParseGUID("934de926-b09e-11d2-aa06-00c04f8eedd8"), acl.GUIDExchangeInformation},
	{stepMaster, "msExchMasterAccountSid", acl.MustParseGUID("936a855e-b09e-11d2-aa06-00c04f8eedd8"), acl.GUIDExchangeInformation},
	{stepDelegates, "publicDelegates", acl.GUIDPublicDelegatesAttribute, acl.GUIDPersonalInformation},
	{stepForwarding, "altRecipient", acl.MustParseGUID("bf96791e-0de6-11d0-a285-00aa003049e2"), acl.GUIDPublicInformation},
	{stepForwarding, "msExchGenericForwardingAddress", acl.GUID{}, acl.GUIDExchangeInformation},
	{stepHome, "homeMDB", acl.MustParseGUID("bf967987-0de6-11d0-a285-00aa003049e2"), acl.GUIDPublicInformation},
	{stepKeys, "msDS-KeyCredentialLink", acl.MustParseGUID("5b47d60f-6090-40b2-9f37-2a4de88f3063"), acl.GUID{}},
	{stepNames, "servicePrincipalName", acl.MustParseGUID("f3a64788-5306-11d1-a9c5-0000f80367c1"), acl.GUIDPublicInformation},
}

// guidResetPassword is the extended right User-Force-Change-Password.
var guidResetPassword = acl.MustParseGUID("00299570-246d-11d0-a768-00aa006e0529")
