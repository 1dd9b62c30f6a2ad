package acl

import (
	"iter"
	"maps"
)

// The SIDs that are the same everywhere ([MS-DTYP] 2.4.2.4), and those of
// Exchange that are in no directory.
var (
	SIDNull                             = MustParseSID("S-1-0-0")
	SIDEveryone                         = MustParseSID("S-1-1-0")
	SIDLocal                            = MustParseSID("S-1-2-0")
	SIDConsoleLogon                     = MustParseSID("S-1-2-1")
	SIDCreatorOwner                     = MustParseSID("S-1-3-0")
	SIDCreatorGroup                     = MustParseSID("S-1-3-1")
	SIDOwnerServer                      = MustParseSID("S-1-3-2")
	SIDGroupServer                      = MustParseSID("S-1-3-3")
	SIDOwnerRights                      = MustParseSID("S-1-3-4")
	SIDDialup                           = MustParseSID("S-1-5-1")
	SIDNetwork                          = MustParseSID("S-1-5-2")
	SIDBatch                            = MustParseSID("S-1-5-3")
	SIDInteractive                      = MustParseSID("S-1-5-4")
	SIDService                          = MustParseSID("S-1-5-6")
	SIDAnonymous                        = MustParseSID("S-1-5-7")
	SIDProxy                            = MustParseSID("S-1-5-8")
	SIDEnterpriseDomainControllers      = MustParseSID("S-1-5-9")
	SIDSelf                             = MustParseSID("S-1-5-10")
	SIDAuthenticatedUsers               = MustParseSID("S-1-5-11")
	SIDRestricted                       = MustParseSID("S-1-5-12")
	SIDTerminalServerUser               = MustParseSID("S-1-5-13")
	SIDRemoteInteractive                = MustParseSID("S-1-5-14")
	SIDThisOrganization                 = MustParseSID("S-1-5-15")
	SIDIUSR                             = MustParseSID("S-1-5-17")
	SIDSystem                           = MustParseSID("S-1-5-18")
	SIDLocalService                     = MustParseSID("S-1-5-19")
	SIDNetworkService                   = MustParseSID("S-1-5-20")
	SIDBuiltin                          = MustParseSID("S-1-5-32")
	SIDAdministrators                   = MustParseSID("S-1-5-32-544")
	SIDUsers                            = MustParseSID("S-1-5-32-545")
	SIDGuests                           = MustParseSID("S-1-5-32-546")
	SIDPowerUsers                       = MustParseSID("S-1-5-32-547")
	SIDAccountOperators                 = MustParseSID("S-1-5-32-548")
	SIDServerOperators                  = MustParseSID("S-1-5-32-549")
	SIDPrintOperators                   = MustParseSID("S-1-5-32-550")
	SIDBackupOperators                  = MustParseSID("S-1-5-32-551")
	SIDReplicator                       = MustParseSID("S-1-5-32-552")
	SIDPreWindows2000Access             = MustParseSID("S-1-5-32-554")
	SIDRemoteDesktopUsers               = MustParseSID("S-1-5-32-555")
	SIDNetworkConfigurationOperators    = MustParseSID("S-1-5-32-556")
	SIDIncomingForestTrustBuilders      = MustParseSID("S-1-5-32-557")
	SIDPerformanceMonitorUsers          = MustParseSID("S-1-5-32-558")
	SIDPerformanceLogUsers              = MustParseSID("S-1-5-32-559")
	SIDWindowsAuthorizationAccess       = MustParseSID("S-1-5-32-560")
	SIDTerminalServerLicenseServers     = MustParseSID("S-1-5-32-561")
	SIDDistributedCOMUsers              = MustParseSID("S-1-5-32-562")
	SIDIISIUSRS                         = MustParseSID("S-1-5-32-568")
	SIDCryptographicOperators           = MustParseSID("S-1-5-32-569")
	SIDEventLogReaders                  = MustParseSID("S-1-5-32-573")
	SIDCertificateServiceDCOMAccess     = MustParseSID("S-1-5-32-574")
	SIDRDSRemoteAccessServers           = MustParseSID("S-1-5-32-575")
	SIDRDSEndpointServers               = MustParseSID("S-1-5-32-576")
	SIDRDSManagementServers             = MustParseSID("S-1-5-32-577")
	SIDHyperVAdministrators             = MustParseSID("S-1-5-32-578")
	SIDAccessControlAssistanceOperators = MustParseSID("S-1-5-32-579")
	SIDRemoteManagementUsers            = MustParseSID("S-1-5-32-580")
	SIDStorageReplicaAdministrators     = MustParseSID("S-1-5-32-582")
	SIDWriteRestricted                  = MustParseSID("S-1-5-33")
	SIDNTLMAuthentication               = MustParseSID("S-1-5-64-10")
	SIDSChannelAuthentication           = MustParseSID("S-1-5-64-14")
	SIDDigestAuthentication             = MustParseSID("S-1-5-64-21")
	SIDThisOrganizationCertificate      = MustParseSID("S-1-5-65-1")
	SIDAllServices                      = MustParseSID("S-1-5-80-0")
	SIDUserModeDrivers                  = MustParseSID("S-1-5-84-0-0-0-0-0")
	SIDLocalAccount                     = MustParseSID("S-1-5-113")
	SIDLocalAccountAdministrator        = MustParseSID("S-1-5-114")
	SIDOtherOrganization                = MustParseSID("S-1-5-1000")
	SIDAllApplicationPackages           = MustParseSID("S-1-15-2-1")
	SIDAllRestrictedPackages            = MustParseSID("S-1-15-2-2")
	SIDLabelUntrusted                   = MustParseSID("S-1-16-0")
	SIDLabelLow                         = MustParseSID("S-1-16-4096")
	SIDLabelMedium                      = MustParseSID("S-1-16-8192")
	SIDLabelMediumPlus                  = MustParseSID("S-1-16-8448")
	SIDLabelHigh                        = MustParseSID("S-1-16-12288")
	SIDLabelSystem                      = MustParseSID("S-1-16-16384")
	SIDLabelProtectedProcess            = MustParseSID("S-1-16-20480")
	SIDAuthenticationAuthorityAsserted  = MustParseSID("S-1-18-1")
	SIDServiceAsserted                  = MustParseSID("S-1-18-2")
	SIDFreshPublicKey                   = MustParseSID("S-1-18-3")
	SIDKeyTrust                         = MustParseSID("S-1-18-4")
	SIDKeyPropertyMFA                   = MustParseSID("S-1-18-5")
	SIDKeyPropertyAttestation           = MustParseSID("S-1-18-6")
	SIDExchangePartners                 = MustParseSID("S-1-9-1419165041-1139599005-3936102811-1022490595-10")
	SIDExchangeHubTransport             = MustParseSID("S-1-9-1419165041-1139599005-3936102811-1022490595-21")
	SIDExchangeEdgeTransport            = MustParseSID("S-1-9-1419165041-1139599005-3936102811-1022490595-22")
	SIDExchangeExternallySecured        = MustParseSID("S-1-9-1419165041-1139599005-3936102811-1022490595-23")
	SIDExchangeLegacy                   = MustParseSID("S-1-9-1419165041-1139599005-3936102811-1022490595-24")
	SIDExchangeSiteMailboxMembers       = MustParseSID("S-1-9-1419165041-1139599005-3936102811-1022490595-25")
)

// wellKnown names them in English; the names that a directory holds are
// localised, so match by SID and print these.
var wellKnown = map[SID]string{
	SIDNull:                             "NULL SID",
	SIDEveryone:                         "Everyone",
	SIDLocal:                            "LOCAL",
	SIDConsoleLogon:                     "CONSOLE LOGON",
	SIDCreatorOwner:                     "CREATOR OWNER",
	SIDCreatorGroup:                     "CREATOR GROUP",
	SIDOwnerServer:                      "OWNER SERVER",
	SIDGroupServer:                      "GROUP SERVER",
	SIDOwnerRights:                      "OWNER RIGHTS",
	SIDDialup:                           "DIALUP",
	SIDNetwork:                          "NETWORK",
	SIDBatch:                            "BATCH",
	SIDInteractive:                      "INTERACTIVE",
	SIDService:                          "SERVICE",
	SIDAnonymous:                        "ANONYMOUS LOGON",
	SIDProxy:                            "PROXY",
	SIDEnterpriseDomainControllers:      "ENTERPRISE DOMAIN CONTROLLERS",
	SIDSelf:                             "SELF",
	SIDAuthenticatedUsers:               "Authenticated Users",
	SIDRestricted:                       "RESTRICTED",
	SIDTerminalServerUser:               "TERMINAL SERVER USER",
	SIDRemoteInteractive:                "REMOTE INTERACTIVE LOGON",
	SIDThisOrganization:                 "This Organization",
	SIDIUSR:                             "IUSR",
	SIDSystem:                           "SYSTEM",
	SIDLocalService:                     "LOCAL SERVICE",
	SIDNetworkService:                   "NETWORK SERVICE",
	SIDBuiltin:                          "BUILTIN",
	SIDAdministrators:                   "Administrators",
	SIDUsers:                            "Users",
	SIDGuests:                           "Guests",
	SIDPowerUsers:                       "Power Users",
	SIDAccountOperators:                 "Account Operators",
	SIDServerOperators:                  "Server Operators",
	SIDPrintOperators:                   "Print Operators",
	SIDBackupOperators:                  "Backup Operators",
	SIDReplicator:                       "Replicator",
	SIDPreWindows2000Access:             "Pre-Windows 2000 Compatible Access",
	SIDRemoteDesktopUsers:               "Remote Desktop Users",
	SIDNetworkConfigurationOperators:    "Network Configuration Operators",
	SIDIncomingForestTrustBuilders:      "Incoming Forest Trust Builders",
	SIDPerformanceMonitorUsers:          "Performance Monitor Users",
	SIDPerformanceLogUsers:              "Performance Log Users",
	SIDWindowsAuthorizationAccess:       "Windows Authorization Access Group",
	SIDTerminalServerLicenseServers:     "Terminal Server License Servers",
	SIDDistributedCOMUsers:              "Distributed COM Users",
	SIDIISIUSRS:                         "IIS_IUSRS",
	SIDCryptographicOperators:           "Cryptographic Operators",
	SIDEventLogReaders:                  "Event Log Readers",
	SIDCertificateServiceDCOMAccess:     "Certificate Service DCOM Access",
	SIDRDSRemoteAccessServers:           "RDS Remote Access Servers",
	SIDRDSEndpointServers:               "RDS Endpoint Servers",
	SIDRDSManagementServers:             "RDS Management Servers",
	SIDHyperVAdministrators:             "Hyper-V Administrators",
	SIDAccessControlAssistanceOperators: "Access Control Assistance Operators",
	SIDRemoteManagementUsers:            "Remote Management Users",
	SIDStorageReplicaAdministrators:     "Storage Replica Administrators",
	SIDWriteRestricted:                  "WRITE RESTRICTED",
	SIDNTLMAuthentication:               "NTLM Authentication",
	SIDSChannelAuthentication:           "SChannel Authentication",
	SIDDigestAuthentication:             "Digest Authentication",
	SIDThisOrganizationCertificate:      "This Organization Certificate",
	SIDAllServices:                      "ALL SERVICES",
	SIDUserModeDrivers:                  "USER MODE DRIVERS",
	SIDLocalAccount:                     "Local account",
	SIDLocalAccountAdministrator:        "Local account and member of Administrators group",
	SIDOtherOrganization:                "Other Organization",
	SIDAllApplicationPackages:           "ALL APPLICATION PACKAGES",
	SIDAllRestrictedPackages:            "ALL RESTRICTED APPLICATION PACKAGES",
	SIDLabelUntrusted:                   "Untrusted Mandatory Level",
	SIDLabelLow:                         "Low Mandatory Level",
	SIDLabelMedium:                      "Medium Mandatory Level",
	SIDLabelMediumPlus:                  "Medium Plus Mandatory Level",
	SIDLabelHigh:                        "High Mandatory Level",
	SIDLabelSystem:                      "System Mandatory Level",
	SIDLabelProtectedProcess:            "Protected Process Mandatory Level",
	SIDAuthenticationAuthorityAsserted:  "Authentication authority asserted identity",
	SIDServiceAsserted:                  "Service asserted identity",
	SIDFreshPublicKey:                   "Fresh public key identity",
	SIDKeyTrust:                         "Key trust identity",
	SIDKeyPropertyMFA:                   "Key property multi-factor authentication",
	SIDKeyPropertyAttestation:           "Key property attestation",
	SIDExchangePartners:                 "Exchange Partner Servers",
	SIDExchangeHubTransport:             "Exchange Hub Transport Servers",
	SIDExchangeEdgeTransport:            "Exchange Edge Transport Servers",
	SIDExchangeExternallySecured:        "Exchange Externally Secured Servers",
	SIDExchangeLegacy:                   "Exchange Legacy Servers",
	SIDExchangeSiteMailboxMembers:       "Exchange Site Mailbox Granted Members",
}

// WellKnownName returns the English name of a SID that is the same in every
// domain. Accounts of a domain are not among them: see [WellKnownRID].
func WellKnownName(s SID) (string, bool) {
	name, ok := wellKnown[s]
	return name, ok
}

// wellKnownRIDs names the accounts that every domain has under the same number
// ([MS-DTYP] 2.4.2.4).
var wellKnownRIDs = map[uint32]string{
	498: "Enterprise Read-only Domain Controllers",
	500: "Administrator",
	501: "Guest",
	502: "krbtgt",
	512: "Domain Admins",
	513: "Domain Users",
	514: "Domain Guests",
	515: "Domain Computers",
	516: "Domain Controllers",
	517: "Cert Publishers",
	518: "Schema Admins",
	519: "Enterprise Admins",
	520: "Group Policy Creator Owners",
	521: "Read-only Domain Controllers",
	522: "Cloneable Domain Controllers",
	525: "Protected Users",
	526: "Key Admins",
	527: "Enterprise Key Admins",
	553: "RAS and IAS Servers",
	571: "Allowed RODC Password Replication Group",
	572: "Denied RODC Password Replication Group",
}

// WellKnownRID returns the English name of the account that has this relative
// identifier in every domain. 498, 518, 519 and 527 exist in the root domain of
// a forest only.
func WellKnownRID(rid uint32) (string, bool) {
	name, ok := wellKnownRIDs[rid]
	return name, ok
}

// WellKnownSIDs returns the SIDs that are the same everywhere, with their
// English names, in no particular order.
func WellKnownSIDs() iter.Seq2[SID, string] { return maps.All(wellKnown) }
