package rbac

// The role types that decide something here. A child role keeps the number of its
// parent (exchange-facts 5.3).
const (
	typeImpersonation           = 14
	typeMailRecipients          = 26
	typeDatabases               = 29
	typeServers                 = 44
	typeReceiveConnectors       = 48
	typeRecipientCreation       = 52
	typeRoleManagement          = 54
	typeMailboxSearch           = 65
	typeLegalHold               = 66
	typeADPermissions           = 69
	typeOrganization            = 77
	typeImportExport            = 80
	typeUnscoped                = 256
	typeCustom            int64 = -2147483648
)

// typeNames are the names of the numbers, from 1 on. A number without a name is
// shown as a number.
var typeNames = [...]string{1: "OrganizationManagement", "MyOptions", "RecipientManagement", "ViewOnlyOrganizationManagement", "DistributionGroupManagement",
	"MyDistributionGroups", "MyDistributionGroupMembership", "UmManagement", "RecordsManagement", "MyBaseOptions",
	"UmRecipientManagement", "HelpdeskRecipientManagement", "GALSynchronizationManagement", "ApplicationImpersonation", "UMPromptManagement",
	"PartnerDelegatedTenantManagement", "DiscoveryManagement", "CentralAdminManagement", "UnScopedRoleManagement", "MyContactInformation",
	"MyProfileInformation", "MyVoiceMail", "MyTextMessaging", "MyMailSubscriptions", "MyRetentionPolicies",
	"MailRecipients", "FederatedSharing", "DatabaseAvailabilityGroups", "Databases", "PublicFolders",
	"AddressLists", "RecipientPolicies", "DisasterRecovery", "Monitoring", "DatabaseCopies",
	"UnifiedMessaging", "Journaling", "RemoteAndAcceptedDomains", "EmailAddressPolicies", "TransportRules",
	"SendConnectors", "EdgeSubscriptions", "OrganizationTransportSettings", "ExchangeServers", "ExchangeVirtualDirectories",
	"ExchangeServerCertificates", "POP3AndIMAP4Protocols", "ReceiveConnectors", "UMMailboxes", "UserOptions",
	"SecurityGroupCreationAndMembership", "MailRecipientCreation", "MessageTracking", "RoleManagement", "ViewOnlyRecipients",
	"ViewOnlyConfiguration", "DistributionGroups", "MailEnabledPublicFolders", "MoveMailboxes", "WorkloadManagement",
	"ResetPassword", "AuditLogs", "RetentionManagement", "SupportDiagnostics", "MailboxSearch",
	"LegalHold", "MailTips", "PublicFolderReplication", "ActiveDirectoryPermissions", "UMPrompts",
	"Migration", "DataCenterOperations", "TransportHygiene", "TransportQueues", "Supervision",
	"CmdletExtensionAgents", "OrganizationConfiguration", "OrganizationClientAccess", "ExchangeConnectors", "MailboxImportExport",
	"ViewOnlyCentralAdminManagement", "ViewOnlyCentralAdminSupport", "ViewOnlyRoleManagement", "Reporting", "ViewOnlyAuditLogs",
	"TransportAgents", "DataCenterDestructiveOperations", "InformationRightsManagement", "LawEnforcementRequests", "MyDiagnostics",
	"MyMailboxDelegation", "TeamMailboxes", "MyTeamMailboxes", "ActiveMonitoring", "DataLossPrevention",
	"MyFacebookEnabled", "MyLinkedInEnabled", "", "UserApplication", "ArchiveApplication",
	"LegalHoldApplication", "OfficeExtensionApplication", "TeamMailboxLifecycleApplication", "CentralAdminCredentialManagement", "PersonallyIdentifiableInformation",
	"MailboxSearchApplication", "MyMarketplaceApps", "MyCustomApps", "OrgMarketplaceApps", "OrgCustomApps",
	"ExchangeCrossServiceIntegration", "NetworkingManagement", "AccessToCustomerDataDCOnly", "DatacenterOperationsDCOnly", "MyReadWriteMailboxApps",
}

// TypeName names a role type: "MailRecipients", "Custom"; empty for a number that
// no table has.
func TypeName(n int64) string {
	switch {
	case n == typeCustom:
		return "Custom"
	case n == typeUnscoped:
		return "UnScoped"
	case n > 0 && n < int64(len(typeNames)):
		return typeNames[n]
	}
	return ""
}

// TypeNames are all names of role types.
func TypeNames() (out []string) {
	for _, n := range typeNames {
		if n != "" {
			out = append(out, n)
		}
	}
	return out
}
