"""The part of the Exchange schema that a permission reader meets.

Names, syntaxes and the identifiers that are public knowledge are Exchange's
own, because descriptors refer to attributes and classes by schemaIDGUID. Where
an identifier is not public, an OID below the arc that IANA keeps for
documentation and a name-based GUID stand in: LDAP goes by name, so nothing a
client can see depends on them.
"""

import uuid

import ldb
from samba.dcerpc import misc
from samba.ndr import ndr_pack

MS = "1.2.840.113556.1."
EX = MS + "4.7000.102."
CLS = MS + "5.7000."
PRIVATE = "1.3.6.1.4.1.32473."

EXCHANGE_INFORMATION = "1f298a89-de98-47b8-b5cd-572ad53d267e"
EXCHANGE_PERSONAL_INFORMATION = "b1b3a417-ec55-4191-b327-b72e33e38af2"
PERSONAL_INFORMATION = "77b5b886-944a-11d1-aebd-0000f80367c1"
PUBLIC_INFORMATION = "e48d0154-bcf8-11d1-8702-00c04fb96050"

# attributeSyntax and oMSyntax of each kind of value.
SYNTAX = {
    "sd": ("2.5.5.15", 66), "text": ("2.5.5.12", 64), "dn": ("2.5.5.1", 127),
    "int": ("2.5.5.9", 2), "int64": ("2.5.5.16", 65), "bool": ("2.5.5.8", 1),
    "octets": ("2.5.5.10", 4), "sid": ("2.5.5.17", 4),
}
# The object class that the directory wants beside a DN syntax (MS-ADTS 3.1.1.2.2.2).
DN_OBJECT_CLASS = bytes.fromhex("2b0c0287731c00854a")

# name, cn, OID or None, syntax, multi-valued, linkID, property set, global catalog, schemaIDGUID or None
ATTRIBUTES = [
    ("msExchMailboxSecurityDescriptor", "ms-Exch-Mailbox-Security-Descriptor", EX + "80", "sd", False, None,
     EXCHANGE_INFORMATION, True, "934de926-b09e-11d2-aa06-00c04f8eedd8"),
    ("mailNickname", "ms-Exch-Mail-Nickname", MS + "2.447", "text", False, None,
     PUBLIC_INFORMATION, True, "bf9679e3-0de6-11d0-a285-00aa003049e2"),
    ("homeMDB", "ms-Exch-Home-MDB", MS + "2.244", "dn", False, 32,
     EXCHANGE_INFORMATION, True, "bf967987-0de6-11d0-a285-00aa003049e2"),
    ("homeMDBBL", "ms-Exch-Home-MDB-BL", MS + "2.393", "dn", True, 33, None, True, None),
    ("homeMTA", "ms-Exch-Home-MTA", MS + "2.171", "dn", False, None, EXCHANGE_INFORMATION, True, None),
    ("publicDelegates", "ms-Exch-Public-Delegates", MS + "2.238", "dn", True, 14,
     PERSONAL_INFORMATION, True, "f0f8ff9a-1191-11d0-a060-00aa006c33ed"),
    ("publicDelegatesBL", "ms-Exch-Public-Delegates-BL", MS + "2.295", "dn", True, 15, None, False, None),
    ("altRecipient", "ms-Exch-Alt-Recipient", MS + "2.126", "dn", False, 12, EXCHANGE_INFORMATION, True, None),
    ("altRecipientBL", "ms-Exch-Alt-Recipient-BL", MS + "2.294", "dn", True, 13, None, False, None),
    ("authOrig", "ms-Exch-Auth-Orig", MS + "2.129", "dn", True, 110, EXCHANGE_INFORMATION, True, None),
    ("dLMemSubmitPerms", "ms-Exch-DL-Mem-Submit-Perms", MS + "2.144", "dn", True, 112, EXCHANGE_INFORMATION, True, None),
    ("unauthOrig", "ms-Exch-Unauth-Orig", MS + "2.221", "dn", True, 114, EXCHANGE_INFORMATION, True, None),
    ("dLMemRejectPerms", "ms-Exch-DL-Mem-Reject-Perms", MS + "2.47", "dn", True, 116, EXCHANGE_INFORMATION, True, None),
    ("msExchCoManagedByLink", "ms-Exch-Co-Managed-By-Link", None, "dn", True, 31202, None, True, None),
    ("msExchRequireAuthToSendTo", "ms-Exch-Require-Auth-To-Send-To", MS + "4.5062", "bool", False, None,
     EXCHANGE_INFORMATION, True, None),
    ("deliverAndRedirect", "ms-Exch-Deliver-And-Redirect", MS + "2.190", "bool", False, None,
     EXCHANGE_INFORMATION, True, None),
    ("msExchDelegateListLink", "ms-Exch-Delegate-List-Link", None, "dn", True, 31200,
     EXCHANGE_PERSONAL_INFORMATION, True, None),
    ("msExchDelegateListBL", "ms-Exch-Delegate-List-BL", None, "dn", True, 31201, None, False, None),
    ("msExchHomeServerName", "ms-Exch-Home-Server-Name", EX + "47", "text", False, None,
     EXCHANGE_INFORMATION, True, None),
    ("msExchMailboxGuid", "ms-Exch-Mailbox-Guid", EX + "11058", "octets", False, None,
     EXCHANGE_INFORMATION, True, None),
    ("msExchMasterAccountSid", "ms-Exch-Master-Account-Sid", EX + "81", "sid", False, None,
     EXCHANGE_INFORMATION, True, None),
    ("msExchRecipientTypeDetails", "ms-Exch-Recipient-Type-Details", EX + "50855", "int64", False, None,
     EXCHANGE_INFORMATION, True, None),
    ("msExchRecipientDisplayType", "ms-Exch-Recipient-Display-Type", EX + "50730", "int", False, None,
     EXCHANGE_INFORMATION, True, None),
    ("msExchRemoteRecipientType", "ms-Exch-Remote-Recipient-Type", None, "int64", False, None,
     EXCHANGE_INFORMATION, True, None),
    ("msExchHideFromAddressLists", "ms-Exch-Hide-From-Address-Lists", EX + "73", "bool", False, None,
     EXCHANGE_INFORMATION, True, None),
    ("msExchUserAccountControl", "ms-Exch-User-Account-Control", EX + "101", "int", False, None,
     EXCHANGE_INFORMATION, True, None),
    ("msExchGenericForwardingAddress", "ms-Exch-Generic-Forwarding-Address", None, "text", False, None,
     EXCHANGE_PERSONAL_INFORMATION, True, None),
    ("targetAddress", "ms-Exch-Target-Address", MS + "2.352", "text", False, None, EXCHANGE_INFORMATION, True, None),
    ("protocolSettings", "ms-Exch-Protocol-Settings", MS + "2.528", "text", True, None,
     EXCHANGE_INFORMATION, True, None),
    ("msExchOmaAdminWirelessEnable", "ms-Exch-Oma-Admin-Wireless-Enable", EX + "15000", "int", False, None,
     EXCHANGE_INFORMATION, True, None),
    ("msExchOwningServer", "ms-Exch-Owning-Server", EX + "11004", "dn", False, None, None, True, None),
    ("msExchMasterServerOrAvailabilityGroup", "ms-Exch-Master-Server-Or-Availability-Group", None, "dn", False, None,
     None, True, None),
    ("msExchHostServerLink", "ms-Exch-Host-Server-Link", None, "dn", False, None, None, True, None),
    ("msExchEDBFile", "ms-Exch-EDB-File", EX + "11005", "text", False, None, None, True, None),
    ("msExchCurrentServerRoles", "ms-Exch-Current-Server-Roles", None, "int", False, None, None, True, None),
    ("msExchRoleType", "ms-Exch-Role-Type", None, "int", False, None, None, False, None),
    ("msExchRoleEntries", "ms-Exch-Role-Entries", None, "text", True, None, None, False, None),
    ("msExchRoleEntriesExt", "ms-Exch-Role-Entries-Ext", None, "text", True, None, None, False, None),
    ("msExchRoleFlags", "ms-Exch-Role-Flags", None, "int", False, None, None, False, None),
    ("msExchUserLink", "ms-Exch-User-Link", None, "dn", False, 31210, None, False, None),
    ("msExchRoleLink", "ms-Exch-Role-Link", None, "dn", False, 31212, None, False, None),
    ("msExchRoleBL", "ms-Exch-Role-BL", None, "dn", True, 31213, None, False, None),
    ("msExchDomainRestrictionLink", "ms-Exch-Domain-Restriction-Link", None, "dn", False, 31214, None, False, None),
    ("msExchConfigRestrictionLink", "ms-Exch-Config-Restriction-Link", None, "dn", False, 31216, None, False, None),
    ("msExchRoleAssignmentFlags", "ms-Exch-Role-Assignment-Flags", None, "int64", False, None, None, False, None),
    ("msExchScopeRoot", "ms-Exch-Scope-Root", None, "dn", False, None, None, False, None),
    ("msExchQueryFilter", "ms-Exch-Query-Filter", None, "text", False, None, None, False, None),
    ("msExchScopeFlags", "ms-Exch-Scope-Flags", None, "int", False, None, None, False, None),
    ("msExchRBACPolicyFlags", "ms-Exch-RBAC-Policy-Flags", None, "int", False, None, None, False, None),
    ("msExchRBACPolicyLink", "ms-Exch-RBAC-Policy-Link", None, "dn", False, 31218, EXCHANGE_INFORMATION, True, None),
    ("msExchRoleGroupType", "ms-Exch-Role-Group-Type", None, "int64", False, None, EXCHANGE_INFORMATION, True, None),
    ("msExchForeignGroupSid", "ms-Exch-Foreign-Group-SID", None, "sid", False, None, EXCHANGE_INFORMATION, True, None),
]

# What the doors of a server have: services, connectors and rules.
SERVICE = {
    "msExchAuthenticationFlags": "int", "msExchServerBindings": "texts", "msExchSecureBindings": "texts",
    "msExchPOPIMAPInternalConnectionSettings": "texts", "msExchPOPIMAPExternalConnectionSettings": "texts",
    "msExchPopImapX509CertificateName": "text", "msExchPopImapBanner": "text", "msExchIncomingConnectionTimeout": "int",
    "msExchPopImapIncomingPreauthConnectionTimeout": "int", "msExchMaxIncomingConnections": "int",
    "msExchPopImapMaxIncomingConnectionFromSingleSource": "int", "msExchPopImapMaxIncomingConnectionPerUser": "int",
    "msExchPopImapCommandSize": "int", "portNumber": "int", "msExchPopImapCalendarItemRetrievalOption": "int",
    "msExchPopImapFlags": "int", "msExchPopImapProtocolFlags": "int", "msExchPopImapLogFilePath": "text",
    "msExchPopImapLogFileRolloverFrequency": "int", "msExchPopImapPerLogFileSizeQuota": "text",
}
CONNECTOR = {
    "msExchSmtpReceiveBindings": "texts", "msExchSmtpReceiveRemoteIPRanges": "texts", "msExchSMTPReceiveInboundSecurityFlag": "int",
    "msExchSmtpReceiveProtocolRestrictions": "int", "msExchSmtpReceiveProtocolOptions": "int", "msExchSmtpReceiveEnabled": "bool",
    "msExchSMTPReceiveConnectorFQDN": "text", "msExchSmtpReceiveBanner": "text", "msExchSmtpReceiveMaxMessageSize": "int",
    "msExchSmtpReceiveProtocolLoggingLevel": "int", "msExchSmtpTLSCertificate": "text", "msExchSmtpReceiveRole": "int",
}
RULE = {"msExchProvisioningFlags": "int", "msExchTransportRulePriority": "int", "msExchTransportRuleXml": "text"}
ATTRIBUTES += [(name, "ms-Exch-Lab-" + name, None, kind.rstrip("s"), kind == "texts", None, None, False, None)
               for name, kind in {**SERVICE, **CONNECTOR, **RULE}.items()]

# What Mail-Recipient gets, and with it users, groups and contacts: the base
# schema makes it an auxiliary class of all three.
RECIPIENT = [
    "mailNickname", "publicDelegates", "altRecipient", "deliverAndRedirect", "homeMTA", "msExchDelegateListLink",
    "msExchHomeServerName", "msExchMasterAccountSid", "msExchRecipientTypeDetails", "msExchRecipientDisplayType",
    "msExchRemoteRecipientType", "msExchHideFromAddressLists", "msExchGenericForwardingAddress", "targetAddress",
    "protocolSettings", "msExchOmaAdminWirelessEnable", "proxyAddresses", "displayName",
    "authOrig", "dLMemSubmitPerms", "unauthOrig", "dLMemRejectPerms", "msExchCoManagedByLink", "msExchRequireAuthToSendTo",
    "msExchRBACPolicyLink", "msExchRoleGroupType", "msExchForeignGroupSid",
]
# What only a mailbox owner has: its own auxiliary class, added to User, and so
# to inetOrgPerson, which is derived from it.
STORAGE = ["msExchMailboxSecurityDescriptor", "homeMDB", "msExchMailboxGuid", "msExchUserAccountControl"]
BACK_LINKS = ["homeMDBBL", "publicDelegatesBL", "altRecipientBL", "msExchDelegateListBL", "msExchRoleBL"]

EMPTY = "D:S:"
LIST = "D:(A;;RPLCLORC;;;AU)"
SERVER_ATTRIBUTES = ["serialNumber", "versionNumber", "msExchCurrentServerRoles", "legacyExchangeDN", "networkAddress"]
STORE_ATTRIBUTES = ["homeMDBBL", "msExchOwningServer", "msExchMasterServerOrAvailabilityGroup", "msExchEDBFile",
                    "legacyExchangeDN", "displayName"]

# name, cn, governsID, schemaIDGUID, parent, category (1 structural, 2 abstract, 3 auxiliary),
# possible superiors, attributes, default descriptor
CLASSES = [
    ("msExchMailStorage", "ms-Exch-Mail-Storage", CLS + "62.11012", "03652000-a981-11d2-a9ff-00c04f8eedd8", "top", 3,
     [], STORAGE, None),
    ("msExchContainer", "ms-Exch-Container", None, None, "top", 1,
     ["container", "msExchOrganizationContainer", "msExchAdminGroup", "msExchExchangeServer", "msExchContainer"], [], EMPTY),
    ("protocolCfgPOPServer", "Protocol-Cfg-POP-Server", None, None, "top", 1, ["msExchContainer"], list(SERVICE), EMPTY),
    ("protocolCfgIMAPServer", "Protocol-Cfg-IMAP-Server", None, None, "top", 1, ["msExchContainer"], list(SERVICE), EMPTY),
    ("msExchSmtpReceiveConnector", "ms-Exch-Smtp-Receive-Connector", None, None, "top", 1, ["msExchContainer"], list(CONNECTOR), EMPTY),
    ("msExchClientAccessRule", "ms-Exch-Client-Access-Rule", None, None, "top", 1, ["msExchContainer"], list(RULE), EMPTY),
    ("msExchOrganizationContainer", "ms-Exch-Organization-Container", CLS + "62.50020",
     "366a319c-a982-11d2-a9ff-00c04f8eedd8", "top", 1, ["msExchConfigurationContainer"],
     ["objectVersion", "legacyExchangeDN", "displayName"], EMPTY),
    ("msExchAdminGroupContainer", "ms-Exch-Admin-Group-Container", CLS + "62.50019",
     "e7a44058-a980-11d2-a9ff-00c04f8eedd8", "top", 1, ["msExchOrganizationContainer"], [], EMPTY),
    ("msExchAdminGroup", "ms-Exch-Admin-Group", CLS + "62.50011", "e768a58e-a980-11d2-a9ff-00c04f8eedd8", "top", 1,
     ["msExchAdminGroupContainer"], ["legacyExchangeDN", "displayName"], EMPTY),
    ("msExchServersContainer", "ms-Exch-Servers-Container", CLS + "62.50013", "346e5cba-a982-11d2-a9ff-00c04f8eedd8",
     "top", 1, ["msExchAdminGroup"], [], LIST),
    ("msExchExchangeServer", "ms-Exch-Exchange-Server", CLS + "62.50009", "01a9aa9c-a981-11d2-a9ff-00c04f8eedd8",
     "top", 1, ["msExchServersContainer"], SERVER_ATTRIBUTES, LIST),
    ("msExchInformationStore", "ms-Exch-Information-Store", CLS + "62.11001", "031b371a-a981-11d2-a9ff-00c04f8eedd8",
     "top", 1, ["msExchExchangeServer"], [], EMPTY),
    ("msExchStorageGroup", "ms-Exch-Storage-Group", CLS + "62.11006", "3435244a-a982-11d2-a9ff-00c04f8eedd8", "top", 1,
     ["msExchInformationStore"], [], EMPTY),
    ("msExchMDBContainer", "ms-Exch-MDB-Container", None, None, "top", 1, ["msExchAdminGroup"], [], EMPTY),
    ("msExchMDB", "ms-Exch-MDB", CLS + "62.11002", "03d069d2-a981-11d2-a9ff-00c04f8eedd8", "top", 2,
     ["msExchStorageGroup", "msExchMDBContainer"], STORE_ATTRIBUTES, EMPTY),
    ("msExchPrivateMDB", "ms-Exch-Private-MDB", CLS + "62.11004", "36145cf4-a982-11d2-a9ff-00c04f8eedd8", "msExchMDB",
     1, ["msExchStorageGroup", "msExchMDBContainer"], [], EMPTY),
    ("msExchPublicMDB", "ms-Exch-Public-MDB", CLS + "62.11005", "3568b3a4-a982-11d2-a9ff-00c04f8eedd8", "msExchMDB",
     1, ["msExchStorageGroup", "msExchMDBContainer"], [], EMPTY),
    ("msExchMDBCopy", "ms-Exch-MDB-Copy", None, None, "top", 1, ["msExchMDB", "msExchPrivateMDB", "msExchPublicMDB"],
     ["msExchHostServerLink"], EMPTY),
    ("msExchMDBAvailabilityGroupContainer", "ms-Exch-MDB-Availability-Group-Container", None, None, "top", 1,
     ["msExchAdminGroup"], [], EMPTY),
    ("msExchMDBAvailabilityGroup", "ms-Exch-MDB-Availability-Group", None, None, "top", 1,
     ["msExchMDBAvailabilityGroupContainer"], [], EMPTY),
    ("msExchSystemObjectsContainer", "ms-Exch-System-Objects-Container", None, None, "top", 1, ["domainDNS"],
     ["objectVersion"], EMPTY),
    ("msExchDynamicDistributionList", "ms-Exch-Dynamic-Distribution-List", None, "018849b0-a981-11d2-a9ff-00c04f8eedd8",
     "top", 1, ["organizationalUnit"], ["managedBy", "legacyExchangeDN", "mail"], LIST),
    ("publicFolder", "Public-Folder", None, "f0f8ffac-1191-11d0-a060-00aa006c33ed", "top", 1,
     ["msExchSystemObjectsContainer"], ["mail"], LIST),
    ("msExchSystemMailbox", "ms-Exch-System-Mailbox", None, None, "top", 1, ["msExchSystemObjectsContainer"],
     ["mail"], EMPTY),
    ("msExchRole", "ms-Exch-Role", None, None, "top", 1, ["msExchContainer", "msExchRole"],
     ["msExchRoleType", "msExchRoleEntries", "msExchRoleEntriesExt", "msExchRoleFlags"], EMPTY),
    ("msExchRoleAssignment", "ms-Exch-Role-Assignment", None, None, "top", 1, ["msExchContainer"],
     ["msExchUserLink", "msExchRoleLink", "msExchDomainRestrictionLink", "msExchConfigRestrictionLink", "msExchRoleAssignmentFlags"], EMPTY),
    ("msExchScope", "ms-Exch-Scope", None, None, "top", 1, ["msExchContainer"],
     ["msExchScopeRoot", "msExchQueryFilter", "msExchScopeFlags"], EMPTY),
    ("msExchRBACPolicy", "ms-Exch-RBAC-Policy", None, None, "top", 1, ["msExchContainer"], ["msExchRBACPolicyFlags"], EMPTY),
]
SCHEMA_VERSION = 17003


def guid_of(name, given):
    """The schemaIDGUID of name as text: the given one, or one that depends on the name alone."""
    return given or str(uuid.uuid5(uuid.NAMESPACE_OID, PRIVATE + name))


def packed(guid):
    return ndr_pack(misc.GUID(guid))


def attribute_messages(schema_dn):
    """The attributeSchema objects, the version marker among them."""
    version = ("msExchSchemaVersionPt", "ms-Exch-Schema-Version-Pt", None, "text", False, None, None, False, None)
    for number, row in enumerate(ATTRIBUTES + [version]):
        name, cn, oid, syntax, multi, link, propset, catalog, guid = row
        m = {
            "dn": "CN=%s,%s" % (cn, schema_dn), "objectClass": "attributeSchema", "cn": cn, "lDAPDisplayName": name,
            "attributeID": oid or "%s1.%d" % (PRIVATE, number + 1), "attributeSyntax": SYNTAX[syntax][0],
            "oMSyntax": str(SYNTAX[syntax][1]), "isSingleValued": "FALSE" if multi else "TRUE",
            "schemaIDGUID": packed(guid_of(name, guid)), "adminDisplayName": cn,
            "searchFlags": "8" if syntax == "sd" else "1" if name in ("mailNickname", "msExchMasterAccountSid") else "0",
            "isMemberOfPartialAttributeSet": "TRUE" if catalog else "FALSE", "showInAdvancedViewOnly": "TRUE",
        }
        if syntax == "dn":
            m["oMObjectClass"] = DN_OBJECT_CLASS
        if link is not None:
            m["linkID"] = str(link)
            if link % 2:
                m["systemFlags"] = "1"  # back links belong to this server and are not replicated
        if propset:
            m["attributeSecurityGUID"] = packed(propset)
        if name == version[0]:
            m["rangeUpper"] = str(SCHEMA_VERSION)
        yield m


def class_messages(schema_dn):
    """The classSchema objects, without the names of other classes that may not exist yet."""
    for number, row in enumerate(CLASSES):
        name, cn, oid, guid, parent, category, superiors, attributes, descriptor = row
        m = {
            "dn": "CN=%s,%s" % (cn, schema_dn), "objectClass": "classSchema", "cn": cn, "lDAPDisplayName": name,
            "governsID": oid or "%s2.%d" % (PRIVATE, number + 1), "schemaIDGUID": packed(guid_of(name, guid)),
            "subClassOf": parent, "objectClassCategory": str(category), "rDNAttID": "cn", "adminDisplayName": cn,
            "defaultObjectCategory": "CN=%s,%s" % (cn, schema_dn), "showInAdvancedViewOnly": "TRUE",
        }
        if attributes:
            m["mayContain"] = attributes
        if descriptor:
            m["defaultSecurityDescriptor"] = descriptor
        yield m


def refresh(samdb):
    """Makes the directory use what was just added to its schema."""
    samdb.modify(ldb.Message.from_dict(samdb, {"dn": "", "schemaUpdateNow": "1"}, ldb.FLAG_MOD_ADD))


def add_all(samdb, messages):
    """Adds objects of one kind in one transaction: one transaction for each takes minutes."""
    samdb.transaction_start()
    try:
        for m in messages:
            samdb.add(m)
    except Exception:
        samdb.transaction_cancel()
        raise
    samdb.transaction_commit()
    refresh(samdb)


def extend(samdb, dn, attribute, values):
    m = ldb.Message(ldb.Dn(samdb, dn))
    m[attribute] = ldb.MessageElement(values, ldb.FLAG_MOD_ADD, attribute)
    samdb.modify(m)


def load(samdb):
    """Adds attributes, then classes, then hangs them onto the classes that exist.

    A class may only name classes that the directory already uses, so a base
    class comes one transaction before those derived from it, and who may be
    whose parent comes last.
    """
    schema_dn = str(samdb.get_schema_basedn())
    add_all(samdb, attribute_messages(schema_dn))
    classes = list(class_messages(schema_dn))
    add_all(samdb, [m for m in classes if m["subClassOf"] == "top"])
    add_all(samdb, [m for m in classes if m["subClassOf"] != "top"])
    samdb.transaction_start()
    for _, cn, _, _, _, _, superiors, _, _ in CLASSES:
        if superiors:
            extend(samdb, "CN=%s,%s" % (cn, schema_dn), "possSuperiors", superiors)
    extend(samdb, "CN=ms-Exch-System-Mailbox," + schema_dn, "auxiliaryClass", ["mailRecipient", "msExchMailStorage"])
    for cn in ("ms-Exch-Dynamic-Distribution-List", "Public-Folder"):
        extend(samdb, "CN=%s,%s" % (cn, schema_dn), "auxiliaryClass", ["mailRecipient"])
    extend(samdb, "CN=Mail-Recipient," + schema_dn, "mayContain", RECIPIENT)
    extend(samdb, "CN=Top," + schema_dn, "mayContain", BACK_LINKS)
    extend(samdb, "CN=User," + schema_dn, "auxiliaryClass", ["msExchMailStorage"])
    samdb.transaction_commit()
    refresh(samdb)
