package decode

// Attribute names that several kinds of entry have, as the schema spells them.
// Sources compare without regard to case, so these are for asking and for
// messages.
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
	attrSenderAuth  = "msExchRequireAuthToSendTo"
)
