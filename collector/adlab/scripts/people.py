"""Accounts, groups and contacts of the domain: the recipients and those who hold rights on them.

Everything here is made without descriptors. mailboxes.py and grants.py give
rights in a second pass, when every trustee has a SID.
"""

import uuid

from samba.dcerpc import misc, security
from samba.ndr import ndr_pack

import names
import organisation as O

PASSWORD = "Lab-Reader-Pass-1!"
FABRIKAM = "S-1-5-21-1111111111-2222222222-3333333333"
MAIL_DOMAIN = "contoso.lab"
NETBIOS = "CONTOSO"
OUS = ["Sales", "Finance", "Finance/Payroll", "IT", "IT/R, D \"Lab\"", "Legal", "Groups", "Contacts", "Service Accounts",
       "Resources", "Partners", "Blocked", "Restricted", "Staff"]
# Where ordinary people live, in turn.
HOMES = ["Sales", "Finance", "IT", "IT/R, D \"Lab\"", "Legal", "Partners"]
NORMAL, DISABLED, COMPUTER = 512, 514, 4096

SERVICES = ["svc-backup", "svc-journal", "svc-crm", "svc-archive", "svc-voicemail", "svc-legacy", "svc-admin-mapi",
            "helpdesk1", "adm-mail2003", "adm-group-owner", "exch-org-owner", "nobody", "app-scanner"]
# Accounts with a password, for everything that can become of a bind.
BIND = {"reader": "", "bind-disabled": "disabled", "bind-expired": "account expired",
        "bind-mustchange": "password must change", "bind-locked": "locked"}
GROUPS = ["Helpdesk", "Interns", "Executives' Assistants", "Backdoor", "Auditors", "exch-full-admins", "exch-admins",
          "exch-view-only", "nest-1", "nest-2", "nest-3", "nest-4", "loop-a", "loop-b", "Empty", "Hidden Members"]
# name, scope bits, msExchRecipientTypeDetails
MAIL_GROUPS = [("Sales Team", -2147483640, 1024), ("All Announcements", 8, 256), ("Board, Secretaries", -2147483640, 1024),
               ("Local Desk", -2147483644, 512), ("Rooms List", 8, 268435456)]
UNIVERSAL_SECURITY = -2147483640
GLOBAL_SECURITY = -2147483646


class Account:
    """One recipient or principal on its way into the directory."""

    def __init__(self, sam, kind, cn, display, ou, details=None, uac=NORMAL, class_name="user"):
        self.sam, self.kind, self.cn, self.display, self.ou = sam, kind, cn, display, ou
        self.details, self.uac, self.class_name = details, uac, class_name
        self.dn = self.sid = None
        self.number = 0


class People:
    def __init__(self, directory, organisation, mailboxes, fillers):
        self.d, self.org = directory, organisation
        self.wanted, self.fillers = mailboxes, fillers
        self.ous = {"": self.d.base, "Users": "CN=Users," + self.d.base}
        self.mailboxes, self.staff, self.others, self.services = [], [], [], []
        self.groups = {}
        self.sids = {}

    # --- containers

    def make_ous(self):
        root = self.d.add(self.d.child(self.d.base, "OU", "Contoso"), "organizationalUnit")
        for path in OUS:
            parent, _, name = path.rpartition("/")
            above = self.ous[parent] if parent else root
            self.ous[path] = self.d.add(self.d.child(above, "OU", name), "organizationalUnit")
        self.ous["Exchange"] = self.d.add(self.d.child(self.d.base, "OU", "Microsoft Exchange Security Groups"),
                                          "organizationalUnit")
        self.ous["System"] = self.d.add(self.d.child(self.d.base, "CN", "Microsoft Exchange System Objects"),
                                        "msExchSystemObjectsContainer", objectVersion=str(O.DOMAIN_VERSION))

    # --- accounts

    def make_account(self, a, **attributes):
        a.dn = self.d.add(self.d.child(self.ous[a.ou], "CN", a.cn), a.class_name, sAMAccountName=a.sam,
                          userAccountControl=str(a.uac), displayName=a.display,
                          userPrincipalName="%s@%s" % (a.sam, MAIL_DOMAIN), **attributes)
        a.sid = self.sids[a.sam] = self.d.sid(a.dn)
        return a

    def mail_attributes(self, a):
        legacy = "%s/ou=%s/cn=Recipients/cn=%s" % (O.ORG_LEGACY_DN, O.GROUP, a.sam)
        out = {"mailNickname": a.sam, "mail": "%s@%s" % (a.sam, MAIL_DOMAIN), "legacyExchangeDN": legacy,
               "proxyAddresses": ["SMTP:%s@%s" % (a.sam, MAIL_DOMAIN), "smtp:%s@mail.%s" % (a.sam, MAIL_DOMAIN)]}
        if a.details:
            out["msExchRecipientTypeDetails"] = str(a.details)
        return out

    def mailbox_attributes(self, a):
        database, server = self.org.databases[a.number % len(self.org.databases)]
        if a.kind == "legacy":
            database, server = self.org.databases[0]
        out = self.mail_attributes(a)
        out.update(homeMDB=database, msExchHomeServerName=server, msExchUserAccountControl=str(a.uac & 2),
                   msExchMailboxGuid=ndr_pack(misc.GUID(str(uuid.uuid5(uuid.NAMESPACE_DNS, a.sam + "." + MAIL_DOMAIN)))))
        if a.details:
            out["msExchRecipientDisplayType"] = str({16: 7, 32: 8, 8388608: 10}.get(a.details, 1073741824))
        if a.number % 9 == 0:
            out["msExchHideFromAddressLists"] = "TRUE"
        if a.number % 11 == 0:
            out["protocolSettings"] = ["IMAP4\u00a70\u00a71\u00a74\u00a7ISO-8859-1\u00a70\u00a71\u00a70\u00a70",
                                       "HTTP\u00a71\u00a71\u00a7\u00a7\u00a7\u00a7\u00a7\u00a7"]
            out["msExchOmaAdminWirelessEnable"] = str(a.number % 8)
        return out

    def mailbox(self, a, **more):
        a.number = len(self.mailboxes)
        attributes = self.mailbox_attributes(a)
        attributes.update(more)
        self.make_account(a, **{k: v for k, v in attributes.items() if v is not None})
        self.mailboxes.append(a)
        return a

    def make_mailboxes(self):
        for i, (cn, display) in enumerate(names.HOSTILE):
            self.mailbox(Account("odd%02d" % i, "user", cn, display, HOMES[i % len(HOMES)], 1))
        self.make_special_mailboxes()
        while len(self.mailboxes) < self.wanted:
            i = len(self.mailboxes)
            cn, display = names.person(i)
            uac = DISABLED if i % 23 == 0 else NORMAL
            self.mailbox(Account("u%05d" % i, "user", cn, display, HOMES[i % len(HOMES)], 1, uac))

    def make_special_mailboxes(self):
        for sam, cn, details, ou, kind in SPECIAL_MAILBOXES:
            uac = NORMAL if kind in ("user", "legacy") else DISABLED
            self.mailbox(Account(sam, kind, cn, cn, ou, details, uac))
        for i in range(4):
            # Two of the linked masters are members of a group here and so have a foreign principal, two have none.
            sid = "%s-%d" % (FABRIKAM, 1105 + i)
            a = self.mailbox(Account("linked%d" % i, "linked", "Linked %d" % i, "Linked %d (fabrikam)" % i, "Partners", 2,
                                     DISABLED), msExchMasterAccountSid=ndr_pack(security.dom_sid(sid)))
            self.sids["FABRIKAM-" + a.sam] = sid
        for i in range(4):
            self.mailbox(Account("legacy%d" % i, "legacy", "Legacy %d" % i, "Legacy %d" % i, "Sales"))
        for i in range(3):
            self.mailbox(Account("inet%d" % i, "user", "Inet Person %d" % i, "Inet Person %d" % i, "IT", 1,
                                 class_name="inetOrgPerson"))
        # Something of a mailbox is missing: only a GUID that stayed behind, and only a server name.
        self.mailbox(Account("half-guid", "user", "Half Guid", "Half Guid", "Legal", 1), homeMDB=None,
                     msExchHomeServerName=None)
        self.mailbox(Account("half-server", "legacy", "Half Server", "Half Server", "Legal"), homeMDB=None,
                     msExchMailboxGuid=None)

    def make_others(self):
        """Recipients without a mailbox here, and accounts that only hold rights."""
        for i, details in enumerate((2147483648, 2147483648, 34359738368, 8589934592)):
            self.other(Account("remote%d" % i, "remote", "Remote %d" % i, "Remote %d" % i, "Sales", details),
                       targetAddress="SMTP:remote%d@contoso.mail.fabrikam.example" % i, msExchRemoteRecipientType="4")
        for i in range(4):
            self.other(Account("mailuser%d" % i, "mail user", "Mail User %d" % i, "Mail User %d" % i, "Partners", 128),
                       targetAddress="SMTP:mailuser%d@fabrikam.example" % i)
        for i in range(5):
            a = Account("contact%d" % i, "contact", "Kontakt, Nr. %d" % i, "Kontakt, Nr. %d" % i, "Contacts", 64)
            a.dn = self.d.add(self.d.child(self.ous[a.ou], "CN", a.cn), "contact", displayName=a.display,
                              targetAddress="SMTP:contact%d@fabrikam.example" % i, **self.mail_attributes(a))
            self.others.append(a)
        for sam in SERVICES:
            self.services.append(self.make_account(Account(sam, "service", sam, sam, "Service Accounts")))
        for i in range(self.fillers):
            cn, display = names.person(90000 + i)
            self.staff.append(self.make_account(Account("s%05d" % i, "staff", cn, display, "Staff")))
        for name in ("PC-0001", "PC-0002", "EX01"):
            a = Account(name + "$", "computer", name, name, "IT", uac=COMPUTER, class_name="computer")
            a.dn = self.d.add(self.d.child(self.ous[a.ou], "CN", name), "computer", sAMAccountName=a.sam,
                              userAccountControl=str(a.uac))
            a.sid = self.sids[a.sam] = self.d.sid(a.dn)

    def other(self, a, **more):
        attributes = self.mail_attributes(a)
        attributes.update(more)
        self.others.append(self.make_account(a, **attributes))

    def make_bind_accounts(self):
        # Nothing runs out: a tree that is built today is used for weeks. Who is locked out stays so.
        never = "-9223372036854775808"
        self.d.set(self.d.base, maxPwdAge=never, lockoutDuration=never)
        password = ('"%s"' % PASSWORD).encode("utf-16-le")
        for sam, state in BIND.items():
            uac = DISABLED if state == "disabled" else NORMAL
            more = {"accountExpires": "129000000000000000"} if state == "account expired" else {}
            if state == "password must change":
                more["pwdLastSet"] = "0"
            a = self.make_account(Account(sam, "service", sam, sam, "Service Accounts", uac=uac), unicodePwd=password, **more)
            if state == "locked":
                self.d.set(a.dn, lockoutTime="129000000000000000")

    def make_deleted(self):
        """Accounts that were there once: their SIDs live on in descriptors."""
        for i in range(3):
            a = self.make_account(Account("left%d" % i, "deleted", "Left %d" % i, "Left %d" % i, "Sales"))
            self.d.db.delete(a.dn)
        domain = self.d.db.get_domain_sid()
        self.sids["never-existed"] = domain + "-99999"
        self.sids["FABRIKAM-admin"] = FABRIKAM + "-500"
        self.sids["FABRIKAM-old"] = FABRIKAM + "-2201"
        self.sids["Enterprise Admins"] = domain + "-519"
        self.sids["Schema Admins"] = domain + "-518"

    # --- groups

    def make_group(self, name, ou="Groups", group_type=GLOBAL_SECURITY, **attributes):
        dn = self.d.add(self.d.child(self.ous[ou], "CN", name), "group", sAMAccountName=name.replace(",", ""),
                        groupType=str(group_type), **attributes)
        self.groups[name] = dn
        self.sids[name] = self.d.sid(dn)
        return dn

    def make_groups(self):
        for name in GROUPS:
            self.make_group(name)
        for name, kind, details in MAIL_GROUPS:
            a = Account(name, "mail group", name, name, "Groups", details)
            attributes = self.mail_attributes(a)
            attributes["mailNickname"] = name.replace(" ", "").replace(",", "")
            self.make_group(name, group_type=kind, displayName=name, **attributes)
            a.dn, a.sid = self.groups[name], self.sids[name]
            self.others.append(a)
        for name in O.WELL_KNOWN_GROUPS:
            self.make_group(name, "Exchange", UNIVERSAL_SECURITY, msExchRecipientTypeDetails="1073741824")
        self.make_group("All Staff", group_type=UNIVERSAL_SECURITY)
        self.d.set(self.d.exchange, otherWellKnownObjects=[
            "B:32:%s:%s" % (ndr_pack(misc.GUID(guid)).hex().upper(), self.groups[name])
            for name, guid in O.WELL_KNOWN_GROUPS.items()])


SPECIAL_MAILBOXES = [
    ("shared-info", "Info (shared)", 4, "Resources", "shared"), ("shared-sales", "Sales (shared)", 4, "Resources", "shared"),
    ("shared-hr", "HR, confidential", 4, "Finance/Payroll", "shared"), ("room-101", "Room 101", 16, "Resources", "room"),
    ("room-berlin", "Raum Berlin", 16, "Resources", "room"), ("equip-beamer", "Beamer", 32, "Resources", "equipment"),
    ("arbitration-1", "SystemMailbox{1f05a927-bd7e-47a2-9e54-6ae8a3b3c4a1}", 8388608, "Users", "arbitration"),
    ("discovery-1", "DiscoverySearchMailbox {D919BA05-46A6-415f-80AD-7E09334BB852}", 536870912, "Users", "discovery"),
    ("health-1", "HealthMailbox0a1b2c3d", 549755813888, "Users", "health"),
    ("auditlog-1", "SystemMailbox{8cc370d3-822a-4ab8-a926-bb94bd0641a9}", 4398046511104, "Users", "audit"),
    ("pf-1", "Public Folder Mailbox 1", 68719476736, "Users", "public folder"),
    # Each of the following is given one peculiar descriptor by mailboxes.py.
    ("x-none", "No Mailbox Descriptor", 1, "Legal", "user"), ("x-400", "Four Hundred Entries", 1, "Legal", "user"),
    ("x-cut", "Truncated", 1, "Legal", "user"), ("x-cutheader", "Truncated Header", 1, "Legal", "user"),
    ("x-long", "Over Long", 1, "Legal", "user"), ("x-callback", "Callback", 1, "Legal", "user"),
    ("x-object", "Object Entries", 1, "Legal", "user"), ("x-bits", "Unknown Bits", 1, "Legal", "user"),
    ("x-denyafter", "Deny After Allow", 1, "Legal", "user"), ("x-stale", "Stale Copies", 1, "Legal", "legacy"),
    ("x-nulldacl", "Null DACL", 1, "Legal", "user"), ("x-emptydacl", "Empty DACL", 1, "Legal", "user"),
    ("x-orphans", "Orphans", 1, "Legal", "user"), ("x-noowner", "No Owner", 1, "Legal", "user"),
    ("x-protected", "Protected DACL", 1, "Legal", "user"), ("x-deny", "Denies", 1, "Legal", "user"),
    ("adm1", "Admin One", 1, "IT", "user"), ("adm2", "Admin Two", 1, "IT", "user"),
    ("once-admin", "Once Admin", 1, "IT", "user"),
    ("pay1", "Payroll, One", 1, "Finance/Payroll", "user"), ("pay2", "Payroll, Two", 1, "Finance/Payroll", "user"),
    ("pay3", "Payroll, Three", 1, "Finance/Payroll", "user"), ("noread1", "No Read Control 1", 1, "Legal", "user"),
    ("noread2", "No Read Control 2", 1, "Legal", "user"), ("closed1", "Closed Entirely", 1, "Legal", "user"),
    ("hidden1", "Hidden One", 1, "Restricted", "user"), ("hidden2", "Hidden Two", 1, "Restricted", "user"),
    ("blocked1", "Blocked One", 1, "Blocked", "user"), ("blocked2", "Blocked Two", 1, "Blocked", "user"),
    ("nodelegates", "Delegates Not Readable", 1, "Sales", "user"),
]
