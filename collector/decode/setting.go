package decode

import (
	"mbxperm/collector"
	"mbxperm/model"
)

// popImapSettings are those of the POP3 and the IMAP4 service of a server, under
// the names of Get-PopSettings and Get-ImapSettings (exchange-facts 6.3).
var popImapSettings = []settingOf{
	{name: "LoginType", attribute: "msExchAuthenticationFlags"},
	{name: "UnencryptedOrTLSBindings", attribute: "msExchServerBindings"},
	{name: "SSLBindings", attribute: "msExchSecureBindings"},
	{name: "InternalConnectionSettings", attribute: "msExchPOPIMAPInternalConnectionSettings"},
	{name: "ExternalConnectionSettings", attribute: "msExchPOPIMAPExternalConnectionSettings"},
	{name: "X509CertificateName", attribute: "msExchPopImapX509CertificateName"},
	{name: "Banner", attribute: "msExchPopImapBanner"},
	{name: "AuthenticatedConnectionTimeout", attribute: "msExchIncomingConnectionTimeout"},
	{name: "PreAuthenticatedConnectionTimeout", attribute: "msExchPopImapIncomingPreauthConnectionTimeout"},
	{name: "MaxConnections", attribute: "msExchMaxIncomingConnections"},
	{name: "MaxConnectionFromSingleIP", attribute: "msExchPopImapMaxIncomingConnectionFromSingleSource"},
	{name: "MaxConnectionsPerUser", attribute: "msExchPopImapMaxIncomingConnectionPerUser"},
	{name: "MaxCommandSize", attribute: "msExchPopImapCommandSize"},
	{name: "ProxyTargetPort", attribute: "portNumber"},
	{name: "MessageRetrievalMimeFormat", attribute: "contentType"},
	{name: "CalendarItemRetrievalOption", attribute: "msExchPopImapCalendarItemRetrievalOption"},
	{name: "OwaServerUrl", attribute: "oWAServer"},
	{name: "EnableExactRFC822Size", attribute: "msExchPopImapFlags", bits: 2},
	{name: "LiveIdBasicAuthReplacement", attribute: "msExchPopImapFlags", bits: 4},
	{name: "SuppressReadReceipt", attribute: "msExchPopImapFlags", bits: 16},
	{name: "EnableGSSAPIAndNTLMAuth", attribute: "msExchPopImapFlags", bits: 256, inverted: true},
	{name: "ProtocolLogEnabled", attribute: "msExchPopImapProtocolFlags", bits: 1},
	{name: "AllowCrossSiteSessions", attribute: "msExchPopImapProtocolFlags", bits: 2},
	{name: "EnforceCertificateErrors", attribute: "msExchPopImapProtocolFlags", bits: 4},
	{name: "LogFileLocation", attribute: "msExchPopImapLogFilePath"},
	{name: "LogFileRollOverSettings", attribute: "msExchPopImapLogFileRolloverFrequency"},
	{name: "LogPerFileSizeQuota", attribute: "msExchPopImapPerLogFileSizeQuota"},
	{name: "ExtendedProtectionPolicy", attribute: "msExchPopImapExtendedProtectionPolicy"},
}

// The one setting that each of them has alone.
var (
	popSettings  = []settingOf{{name: "MessageRetrievalSortOrder", attribute: "msExchPopImapFlags", bits: 1}}
	imapSettings = []settingOf{{name: "ShowHiddenFoldersEnabled", attribute: "msExchPopImapFlags", bits: 1}}
)

// popServer and imapServer are the settings of one service of one server.
var (
	popServer = kind{
		classes: []class{{"protocolcfgpopserver", model.ClassDoor}},
		decode: func(d *decoder, e *collector.Entry, set *classSet) {
			d.putDoor(e, set, model.DoorPOP3, popImapSettings, popSettings, commonSettings)
		},
	}
	imapServer = kind{
		classes: []class{{"protocolcfgimapserver", model.ClassDoor}},
		decode: func(d *decoder, e *collector.Entry, set *classSet) {
			d.putDoor(e, set, model.DoorIMAP4, popImapSettings, imapSettings, commonSettings)
		},
	}
)

// serverSettings are those by which clients find a server, and what it is for.
var serverSettings = []settingOf{
	{name: "Site", attribute: "msExchServerSite"}, {name: "NetworkAddress", attribute: "networkAddress"},
	{name: "ServerRole", attribute: "msExchCurrentServerRoles"},
}

// organisationSettings hold where a mailbox says nothing (exchange-facts 6.2).
var organisationSettings = []settingOf{
	{name: "EwsEnabled", attribute: "msExchEwsEnabled"},
	{name: "MapiHttpEnabled", attribute: "msExchOrganizationFlags2", bits: 1 << 10},
}
