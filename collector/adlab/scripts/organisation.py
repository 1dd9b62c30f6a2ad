"""The Exchange organisation in the configuration partition: servers, stores and their ACLs.

Two generations stand side by side, as after a migration: an administrative group
with servers, storage groups and stores (2000-2007) and one with CN=Databases
(2010 and later). What setup writes comes first in each list; what follows is
what an administrator, or an intruder, added.
"""

import rights as R

READ = "RPLCLORC"
MANAGEMENT = ["LA", "<Organization Management>"]
DENIED = ["<Enterprise Admins>", "DA"] + MANAGEMENT
ORG = "Contoso"
LEGACY_GROUP = "First Administrative Group"
GROUP = "Exchange Administrative Group (FYDIBOHF23SPDLT)"
ORG_LEGACY_DN = "/o=Contoso"
OBJECT_VERSION = 16762  # 2019 CU14
DOMAIN_VERSION = 13243
MODERN_SERVERS = {
    "EX2010": ("Version 14.3 (Build 30123.4)", 1937801568),
    "EX01": ("Version 15.1 (Build 32507.6)", 1942060795),
    "EX02": ("Version 15.2 (Build 31544.4)", 1943051064),
}
WELL_KNOWN_GROUPS = {
    "Exchange Servers": "6c01d2a7-f083-4503-8132-789eeb127b84",
    "Managed Availability Servers": "cf2e5202-8599-4a98-9232-056fc704cc8b",
    "ExchangeLegacyInterop": "3f965b9c-f167-4b4a-936c-b8efb19c4784",
    "Exchange Trusted Subsystem": "586a87ea-6ddb-4cd0-9006-939818f800eb",
    "Exchange Windows Permissions": "11d0174c-be7e-4266-afae-e03bc66d381f",
    "Organization Management": "29a962c2-91d6-4ab7-9e06-8728f8f842ea",
    "Recipient Management": "1dc472db-5849-4d0a-b304-fe6981e56297",
    "View-Only Organization Management": "d3399e1a-be5a-4757-b979-ffc0c6e5ea26",
    "Public Folder Management": "7b41fa45-7435-4edc-929b-c4b059699792",
    "Help Desk": "bec6ddb3-3b2a-4be8-97eb-2dce9477e389",
    "Discovery Management": "2ede7fc6-3983-4467-90fb-afdca3dfdc95",
    "Server Management": "75e7b84d-b64e-43c1-9565-612e69a80a4f",
    "Delegated Setup": "261928d1-f5d1-445b-866d-1d6b5bd87a09",
    "Hygiene Management": "f409b703-f351-43bf-88e3-3495369b6771",
}


def allow(mask, trustee, flags=""):
    return "(A;%s;%s;;;%s)" % (flags, mask, trustee)


def deny(mask, trustee, flags=""):
    return "(D;%s;%s;;;%s)" % (flags, mask, trustee)


def allow_object(mask, trustee, guid, flags="", inherited=""):
    return "(OA;%s;%s;%s;%s;%s)" % (flags, mask, guid, inherited, trustee)


def deny_object(mask, trustee, guid, flags="", inherited=""):
    return "(OD;%s;%s;%s;%s;%s)" % (flags, mask, guid, inherited, trustee)


def exchange_aces():
    aces = [allow("GA", who, "CI") for who in MANAGEMENT + ["<Exchange Trusted Subsystem>"]]
    aces += [allow(READ, "<Exchange Servers>", "CI"), allow("RPLC", "AU")]
    aces += [allow(READ, "<%s>" % g, "CI") for g in ("Public Folder Management", "Delegated Setup")]
    # The three masks that the delegation wizard of 2000 and 2003 wrote.
    aces += [allow("0xF01FF", "<exch-full-admins>", "CI"), allow("0x301FF", "<exch-admins>", "CI"),
             allow("0x20094", "<exch-view-only>", "CI")]
    return aces


def organisation_aces():
    aces = [deny_object("CR", who, right, "CI") for right in (R.SEND_AS, R.RECEIVE_AS) for who in DENIED]
    aces += [deny_object("CR", who, right, "CI") for right in (R.EPI_IMPERSONATION, R.EPI_TOKEN_SERIALIZATION)
             for who in DENIED + ["<Schema Admins>"]]
    aces += [deny_object("CR", who, right, "CI") for right in R.STORE_ACCESS
             for who in ("<Enterprise Admins>", "DA", "<Schema Admins>", "LA")]
    aces += [allow("CR", "SY", "CI"), allow("CR", "<Exchange Servers>", "CI"), allow(READ, "AU")]
    for who in ("WD", "AN"):
        aces += [allow_object("CR", who, right, "CI") for right in (R.CREATE_NAMED_PROPERTIES, R.CREATE_PUBLIC_FOLDER)]
        aces += [allow_object(READ, who, "", "CIIO", store) for store in (R.PRIVATE_MDB, R.PUBLIC_MDB)]
    for group in ("Organization Management", "Public Folder Management"):
        aces += [allow_object("CR", "<%s>" % group, right, "CI") for right in (
            R.STORE_ADMIN, R.STORE_VISIBLE, R.CREATE_TOP_LEVEL_PUBLIC_FOLDER, R.MODIFY_PF_ACL, R.MODIFY_PF_ADMIN_ACL)]
    aces += [allow_object("CR", "<svc-archive>", R.EPI_IMPERSONATION, "CI"),
             allow("0xF01FF", "<exch-org-owner>", "CI")]
    return aces


def server_aces():
    # Denies first: set-up writes through an editor that keeps the canonical order.
    aces = [deny_object("CR", "<Delegated Setup>", right, "CI") for right in (R.RECEIVE_AS, R.SEND_AS)]
    aces += [deny_object("CCDC", "<Delegated Setup>", R.PUBLIC_MDB, "CI"), allow("GA", "<Delegated Setup>", "CI"),
             allow(READ, "AU")]
    aces += [allow_object("CR", "<Exchange Servers>", right, "CI") for right in R.STORE_ACCESS]
    return aces


def delegated_server_aces():
    return [deny_object("CR", "<adm-mail2003>", R.SEND_AS, "CI"), deny_object("CR", "<adm-mail2003>", R.RECEIVE_AS, "CI"),
            deny_object("CCDC", "<adm-mail2003>", R.PUBLIC_MDB, "CI"), allow("GA", "<adm-mail2003>", "CI")]


class Organisation:
    """Makes the objects first and their ACLs in a second pass, when every trustee has a SID."""

    def __init__(self, directory):
        self.d = directory
        self.acls = []
        self.databases = []  # (DN, legacy DN of the server, serial number or "")

    def make(self, parent, name, class_name, aces, protected=False, **attributes):
        dn = self.d.add(self.d.child(parent, "CN", name), class_name, **attributes)
        self.acls.append((dn, class_name, aces, protected))
        return dn

    def store(self, parent, name, class_name, server, aces, protected=False):
        legacy = "%s/cn=Configuration/cn=Servers/cn=%s" % (ORG_LEGACY_DN, server.split(",")[0][3:])
        dn = self.make(parent, name, class_name, aces, protected, displayName=name, msExchOwningServer=server,
                       msExchEDBFile="D:\\%s\\%s.edb" % (name, name), legacyExchangeDN=legacy + "/cn=" + name)
        if class_name == "msExchPrivateMDB":
            self.databases.append((dn, legacy))
        return dn

    def build(self):
        root = self.make("CN=Services," + self.d.config, "Microsoft Exchange", "msExchConfigurationContainer",
                         exchange_aces())
        org = self.make(root, ORG, "msExchOrganizationContainer", organisation_aces(),
                        objectVersion=str(OBJECT_VERSION), legacyExchangeDN=ORG_LEGACY_DN, displayName=ORG)
        groups = self.make(org, "Administrative Groups", "msExchAdminGroupContainer", [allow(READ, "AU")])
        self.legacy(groups)
        self.modern(groups)
        self.roles(org)

    def roles(self, org):
        """Role-based access control with what is always there: tests add to it."""
        rbac = self.make(org, "RBAC", "msExchContainer", [allow(READ, "AU", "CI")])
        within = {name: self.make(rbac, name, "msExchContainer", []) for name in ("Roles", "Role Assignments", "Scopes", "Policies")}
        role = self.make(within["Roles"], "View-Only Recipients", "msExchRole", [], msExchRoleType="55",
                         msExchRoleEntries="c,Get-Mailbox,Microsoft.Exchange.Management.PowerShell.E2010,Identity")
        self.make(within["Role Assignments"], "View-Only Recipients-Administrators", "msExchRoleAssignment", [], msExchRoleLink=role,
                  msExchUserLink="CN=Administrators,CN=Builtin," + self.d.base, msExchRoleAssignmentFlags="-9223090561844510718")

    def legacy(self, groups):
        wizard = [deny_object("CR", "<exch-admins>", R.SEND_AS, "CI"), deny_object("CR", "<exch-admins>", R.RECEIVE_AS, "CI"),
                  allow("0x301FF", "<exch-admins>", "CI"), allow("0xF01FF", "<adm-group-owner>", "CI"), allow(READ, "AU")]
        group = self.make(groups, LEGACY_GROUP, "msExchAdminGroup", wizard, displayName=LEGACY_GROUP)
        servers = self.make(group, "Servers", "msExchServersContainer",
                            [deny_object("CR", "<Exchange Servers>", R.RECEIVE_AS, "CI"), allow("LC", "AU")])
        server = self.make(servers, "MAIL2003", "msExchExchangeServer", delegated_server_aces() + server_aces(),
                           serialNumber="Version 6.5 (Build 7638.2: Service Pack 2)", versionNumber="7638",
                           legacyExchangeDN=ORG_LEGACY_DN + "/cn=Configuration/cn=Servers/cn=MAIL2003")
        info = self.make(server, "InformationStore", "msExchInformationStore", [allow(READ, "AU")])
        first = self.make(info, "First Storage Group", "msExchStorageGroup", [allow(READ, "AU")])
        self.store(first, "Mailbox Store (MAIL2003)", "msExchPrivateMDB", server,
                   [allow_object("CR", "<svc-backup>", R.RECEIVE_AS)])
        self.store(first, "Public Folder Store (MAIL2003)", "msExchPublicMDB", server,
                   [allow_object("CR", "WD", R.CREATE_TOP_LEVEL_PUBLIC_FOLDER), allow_object("CR", "AN", R.RECEIVE_AS)])
        second = self.make(info, "Second, \"Board\"", "msExchStorageGroup", [allow(READ, "AU")])
        self.store(second, "Executives, Board", "msExchPrivateMDB", server,
                   [allow("0xF01FF", "<svc-legacy>", "CI"), deny("CR", "<svc-legacy>", "CI"),
                    allow_object("CR", "WD", R.RECEIVE_AS), allow("CR", "<nobody>", "CI")])
        # No right for ordinary accounts to list this one: what is in it is not seen, and cannot be counted.
        third = self.make(info, "Unlisted Storage Group", "msExchStorageGroup",
                          [allow("GA", who, "CI") for who in MANAGEMENT + ["SY"]], True)
        self.store(third, "Unlisted Store", "msExchPrivateMDB", server, [])

    def modern(self, groups):
        group = self.make(groups, GROUP, "msExchAdminGroup", [allow(READ, "AU")], displayName=GROUP)
        servers = self.make(group, "Servers", "msExchServersContainer",
                            [deny_object("CR", "<Exchange Servers>", R.RECEIVE_AS, "CI"), allow("LC", "AU")])
        dns = {}
        for name, (serial, number) in MODERN_SERVERS.items():
            extra = [allow_object("CR", "<svc-archive>", R.TRANSPORT_ACCESS)] if name == "EX01" else []
            dns[name] = self.make(servers, name, "msExchExchangeServer", server_aces() + extra, serialNumber=serial,
                                  versionNumber=str(number), msExchCurrentServerRoles="16439",
                                  legacyExchangeDN=ORG_LEGACY_DN + "/cn=Configuration/cn=Servers/cn=" + name)
        dags = self.make(group, "Database Availability Groups", "msExchMDBAvailabilityGroupContainer", [allow("LC", "AU")])
        dag = self.make(dags, "DAG01", "msExchMDBAvailabilityGroup", [])
        self.make(group, "Arrays", "msExchContainer", [allow("LC", "AU")])
        databases = self.make(group, "Databases", "msExchMDBContainer",
                              [allow("LC", "AU"), allow_object("CR", "<svc-journal>", R.RECEIVE_AS, "CI")])
        self.modern_stores(databases, dns, dag)

    def modern_stores(self, databases, servers, dag):
        db1 = self.store(databases, "DB01", "msExchPrivateMDB", servers["EX01"],
                         [deny_object("CR", "<Interns>", R.RECEIVE_AS, "CI"), allow("CR", "<svc-backup>", "CI")])
        db2 = self.store(databases, "DB02 \"Archiv\", München", "msExchPrivateMDB", servers["EX02"],
                         [allow_object("CR", "<svc-admin-mapi>", R.STORE_ADMIN), allow("0xF01FF", "<Backdoor>", "CI"),
                          allow_object("WP", "<helpdesk1>", "", "CI"), allow("WDWO", "<svc-crm>"),
                          allow_object("CR", "<FABRIKAM-admin>", R.RECEIVE_AS, "CI")])
        # Protected from above, and closed to ordinary accounts: the store is seen, its ACL is not.
        self.store(databases, "DB03-Closed", "msExchPrivateMDB", servers["EX2010"],
                   [allow("GA", "SY", "CI"), allow("GA", "<Organization Management>", "CI"),
                    allow("CR", "<Exchange Servers>", "CI"), allow("RPLCLO", "AU")], True)
        for db, hosts in ((db1, ("EX01", "EX02")), (db2, ("EX02",))):
            self.d.set(db, msExchMasterServerOrAvailabilityGroup=dag)
            for host in hosts:
                self.make(db, host, "msExchMDBCopy", [], msExchHostServerLink=servers[host])

    def protect(self, packer):
        """Writes the ACLs, and the well-known groups that setup leaves on the root container."""
        for dn, class_name, aces, protected in self.acls:
            kept = "" if protected else self.d.default_sddl(class_name).partition("D:")[2]
            flags = "P" if protected else ""
            self.d.set_dacl(dn, packer.pack("O:DAG:DAD:%s%s%s" % (flags, "".join(aces), kept)))
