package collector

import (
	"maps"
	"slices"
)

// Attribute names as the schema spells them. Sources compare without regard to
// case, so these are for asking and for messages.
const (
	attrMailboxSD   = "msExchMailboxSecurityDescriptor"
	attrSecurity    = "nTSecurityDescriptor"
	attrDelegates   = "publicDelegates"
	attrStored      = "homeMDBBL"
	attrMember      = "member"
	attrObjectClass = "objectClass"
	attrObjectGUID  = "objectGUID"
	attrObjectSID   = "objectSid"
	attrSIDHistory  = "sIDHistory"
	attrAccountName = "sAMAccountName"
	attrCN          = "cn"
	attrDisplayName = "displayName"
	attrUAC         = "userAccountControl"
	attrNickname    = "mailNickname"
)

// Filters of the searches below a domain. Together they name every object that
// has a mail alias or a SID, each once; contacts are there because groups and
// publicDelegates name them.
const (
	FilterMailboxes  = "(&(objectCategory=person)(objectClass=user)(mailNickname=*))"
	FilterRecipients = "(&(mailNickname=*)(!(&(objectCategory=person)(objectClass=user))))"
	FilterGroups     = "(&(objectCategory=group)(!(mailNickname=*)))"
	FilterPrincipals = "(&(|(objectSid=*)(objectClass=contact))(!(mailNickname=*))(!(objectCategory=group)))"
	FilterTrusts     = "(objectCategory=trustedDomain)"
	FilterStores     = "(|(objectClass=msExchPrivateMDB)(objectClass=msExchPublicMDB))"
)

// Attributes returns what a search with this purpose asks for. The slice is the
// caller's.
func Attributes(p Purpose) []string {
	return append([]string(nil), asked[p]...)
}

// Purposes returns every purpose there is, in no order.
func Purposes() []Purpose { return slices.Collect(maps.Keys(asked)) }

var identity = []string{
	attrObjectClass, attrObjectGUID, attrObjectSID, attrSIDHistory, attrAccountName, attrCN,
	attrDisplayName, attrUAC, "primaryGroupID", "adminCount", "isDeleted",
}

var asked = map[Purpose][]string{
	PurposeRootDSE: {
		"defaultNamingContext", "configurationNamingContext", "schemaNamingContext", "rootDomainNamingContext",
		"namingContexts", "dnsHostName", "serverName", "currentTime", "highestCommittedUSN",
		"domainControllerFunctionality", "forestFunctionality", "tokenGroups",
	},
	PurposeForest: {attrObjectClass, attrCN, "nCName", "nETBIOSName", "dnsRoot", "systemFlags"},
	PurposeTrusts: {attrObjectClass, attrCN, "securityIdentifier", "flatName", "trustPartner"},
	PurposeSchema: {attrObjectClass, attrCN, "lDAPDisplayName", "schemaIDGUID", "attributeSecurityGUID", "rangeUpper", "isMemberOfPartialAttributeSet"},
	PurposeRights: {attrObjectClass, attrCN, attrDisplayName, "rightsGuid", "validAccesses"},
	PurposeExchange: {
		attrObjectClass, attrObjectGUID, attrCN, attrSecurity, "msExchOwningServer",
		"msExchMasterServerOrAvailabilityGroup", "serialNumber", "versionNumber", "objectVersion",
		"legacyExchangeDN", "otherWellKnownObjects",
	},
	PurposeStoreLinks: {attrObjectClass, attrStored},
	PurposeMailboxes: append([]string{
		attrMailboxSD, attrSecurity, attrNickname, "msExchRecipientTypeDetails", "msExchRecipientDisplayType",
		"msExchMailboxGuid", "msExchHomeServerName", "homeMDB", "msExchMasterAccountSid", attrDelegates,
	}, identity...),
	PurposeKeys: {attrObjectGUID},
	PurposeRecipients: append([]string{
		attrSecurity, attrNickname, "msExchRecipientTypeDetails", "msExchRecipientDisplayType", attrDelegates,
		attrMember, "groupType", attrMailboxSD, "homeMDB", "msExchMailboxGuid", // system mailboxes are no users
	}, identity...),
	PurposeContainers: {attrObjectClass, attrObjectGUID, attrObjectSID, attrCN, attrSecurity},
	PurposeGroups:     append([]string{attrMember, "groupType", attrSecurity}, identity...), // the descriptor tells "no members" from "may not see them"
	PurposePrincipals: identity,
	PurposeLookup:     append([]string{attrMember, "groupType", "whenChanged", "lastKnownParent"}, identity...),
}
