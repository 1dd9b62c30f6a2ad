"""Who may do what: the descriptors of accounts, mailboxes and the containers above them.

What is drawn by lot comes from a generator with a fixed seed, so two builds
grant the same rights to the same accounts.
"""

import random

import ldb
from samba.dcerpc import security
from samba.ndr import ndr_pack, ndr_unpack

import descriptors
import rights as R
import schema
from organisation import MANAGEMENT, READ, allow, allow_object, deny, deny_object

SELF = "O:PSG:PSD:(A;CI;CCRC;;;PS)"
FULL, SEND, EXTERNAL, DELETE, READ_SD, CHANGE, OWNER = 0x1, 0x2, 0x4, 0x10000, 0x20000, 0x40000, 0x80000
MASKS = [FULL] * 8 + [FULL | READ_SD] * 4 + [READ_SD, DELETE, CHANGE, OWNER, FULL | SEND, FULL | DELETE | READ_SD | CHANGE,
                                            FULL | EXTERNAL | SEND | DELETE | READ_SD | CHANGE | OWNER]
# sam: the whole mailbox descriptor
MAILBOX = {
    "x-bits": SELF + "(A;CI;0x80001;;;<svc-crm>)(A;CI;0x208;;;<svc-legacy>)(A;CI;0x10100001;;;<helpdesk1>)",
    "x-denyafter": SELF + "(A;CI;CC;;;<svc-backup>)(D;CI;CC;;;<svc-backup>)(A;CI;CC;;;<Helpdesk>)(D;CI;CC;;;WD)",
    "x-deny": "O:PSG:PSD:(D;CI;CC;;;<Interns>)(D;CI;0xd0001;;;<svc-crm>)(A;CI;CCRC;;;PS)(A;CI;CC;;;<nest-1>)",
    "x-stale": SELF + "(A;CI;CC;;;<svc-backup>)(D;CIID;CC;;;DA)(D;CIID;CC;;;<Enterprise Admins>)"
                      "(A;CIID;0xd0001;;;<Exchange Servers>)(A;CIID;0xf0001;;;<exch-full-admins>)(A;CIID;RC;;;SY)",
    "x-nulldacl": "O:PSG:PS",
    "x-emptydacl": "O:PSG:PSD:",
    "x-noowner": "D:(A;CI;CC;;;<svc-archive>)(A;CI;CCRC;;;PS)",
    "x-protected": "O:PSG:PSD:P(A;CI;CCRC;;;PS)(A;CI;CC;;;<Auditors>)",
    "x-orphans": SELF + "(A;CI;CC;;;<left0>)(A;CI;CCRC;;;<left1>)(D;CI;CC;;;<left2>)(A;CI;CC;;;<never-existed>)"
                        "(A;CI;CC;;;<FABRIKAM-admin>)(A;CI;CC;;;<FABRIKAM-old>)(A;CI;CC;;;S-1-9-1419165041-1139599005-"
                        "3936102811-1022490595-21)(A;CI;CC;;;S-1-22-1-1000)",
    "x-object": SELF + "(OA;CI;CC;%s;;<svc-crm>)(OA;CIIO;CC;;%s;<svc-journal>)(OD;CI;CC;%s;%s;<Interns>)(OA;CI;CC;;;<Auditors>)"
                % (R.RECEIVE_AS, R.USER, R.SEND_AS, R.USER),
    "x-cut": SELF + "(A;CI;CC;;;<svc-backup>)(A;CI;CC;;;<svc-crm>)",
    "x-cutheader": SELF,
    "x-long": SELF + "(A;CI;CC;;;<svc-backup>)",
    "x-callback": SELF + "(A;CI;CC;;;<svc-crm>)(D;CI;CC;;;<Interns>)(OA;CI;CC;%s;;<Auditors>)(A;CI;CC;;;<svc-backup>)"
                  % R.RECEIVE_AS,
    "discovery-1": SELF + "(A;CI;CC;;;<Discovery Management>)",
    "health-1": "O:PSG:PSD:(A;CI;0x20003;;;SY)",
    "shared-info": SELF + "(A;CI;CC;;;<Sales Team>)(A;CI;CC;;;<helpdesk1>)(A;CI;CC;;;<nest-1>)",
    "room-101": SELF + "(A;CI;CC;;;WD)(A;CI;RC;;;AU)",
    "room-berlin": SELF + "(A;CI;CC;;;<PC-0001$>)(A;CI;CC;;;AN)",
}
MEMBERSHIP = "bc0ac240-79a9-11d0-9020-00c04fc2d4cf"  # the property set that member is in
# sam: entries put before the default ones of the account's own descriptor
ACCOUNT = {
    "x-object": [allow_object("CR", "<svc-crm>", R.SEND_AS), deny_object("CR", "<Interns>", R.SEND_AS)],
    "x-denyafter": [allow_object("CR", "<svc-crm>", R.SEND_AS), deny_object("CR", "<svc-crm>", R.SEND_AS),
                    allow("CR", "<svc-backup>"), deny("CR", "<svc-backup>")],
    "x-deny": [deny("CR", "<svc-crm>"), deny_object("CR", "<Interns>", R.RECEIVE_AS), deny("0xF01FF", "<nobody>")],
    "x-bits": [allow("GA", "<svc-legacy>"), allow("GR", "<svc-crm>"), allow("WDWO", "<helpdesk1>"),
               allow("CR", "<svc-journal>", "CIIO")],
    "x-orphans": [allow_object("CR", w, R.SEND_AS) for w in ("<left0>", "<never-existed>", "<FABRIKAM-admin>", "<FABRIKAM-old>")],
    "shared-info": [allow_object("CR", "<Sales Team>", R.SEND_AS, "CI"), allow("0xF01FF", "<Backdoor>")],
    "shared-sales": [allow("CR", "<nest-1>"), allow_object("CR", "WD", R.SEND_AS), allow_object("CR", "AN", R.RECEIVE_AS)],
    "room-101": [allow_object("CR", "<loop-a>", R.RECEIVE_AS), allow_object("RPWP", "<helpdesk1>", schema.PERSONAL_INFORMATION),
                 allow_object("WP", "<helpdesk1>", R.PUBLIC_DELEGATES), allow_object("CR", "<svc-crm>", R.SEND_AS, "", R.USER),
                 allow_object("CR", "<svc-journal>", R.SEND_AS, "CIIO", R.GROUP)],
    "nodelegates": [deny_object("RP", "<reader>", R.PUBLIC_DELEGATES)],
    "noread1": [deny("RC", "<reader>")], "noread2": [deny("RC", "<reader>"), allow_object("CR", "<svc-crm>", R.SEND_AS)],
    "pay1": [deny_object("RP", "<reader>", R.MAILBOX_SD)], "pay2": [deny_object("RP", "<reader>", R.MAILBOX_SD)],
    "pay3": [deny_object("RP", "<reader>", schema.EXCHANGE_INFORMATION)],
    "Sales Team": [allow_object("CR", "<svc-crm>", R.SEND_AS), allow_object("CR", "<helpdesk1>", R.SEND_TO),
                   allow_object("WP", "<helpdesk1>", R.MEMBER), deny_object("WP", "<Interns>", MEMBERSHIP), allow("WP", "<svc-journal>")],
    "All Announcements": [allow_object("SW", "AU", R.MEMBER), allow("0xF01FF", "<svc-crm>"), deny_object("CR", "<Interns>", R.SEND_AS)],
    "Board, Secretaries": [deny_object("RP", "<reader>", schema.EXCHANGE_INFORMATION)],
    "Local Desk": [allow("GW", "<svc-crm>", "CIIO"), allow_object("WP", "<left0>", R.MEMBER)],
    "contact0": [allow_object("CR", "<svc-crm>", R.SEND_AS)], "remote0": [allow_object("CR", "<nest-1>", R.SEND_AS)],
    "Hidden Members": [deny_object("RP", "<reader>", R.MEMBER)],
}
CLOSED = "O:DAG:DAD:P(A;;GA;;;DA)(A;;GA;;;SY)(A;;CR;;;<svc-backup>)"


def domain_aces():
    aces = [allow_object("RP", "AU", schema.EXCHANGE_INFORMATION, "CI")]
    aces += [allow_object("RP", who, schema.EXCHANGE_PERSONAL_INFORMATION, "CI") for who in ("<Exchange Servers>", "S-1-5-20")]
    for who in (MANAGEMENT[1], "<Exchange Trusted Subsystem>"):
        aces.append(allow(READ, who, "CI"))
        aces += [allow_object("WP", who, s, "CI") for s in (schema.EXCHANGE_INFORMATION, schema.EXCHANGE_PERSONAL_INFORMATION)]
    aces += [allow_object("WD", "<Exchange Windows Permissions>", "", "CIIO", c) for c in (R.USER, R.INETORGPERSON)]
    aces.append(allow_object("WP", "<Exchange Windows Permissions>", R.MEMBER, "CI"))
    return aces


OU_ACES = {
    "Sales": [allow_object("CR", "<svc-crm>", R.SEND_AS, "CIIO", R.USER)],
    "Finance": [deny_object("CR", "<Interns>", R.SEND_AS, "CIIO", R.USER), allow("CR", "<Auditors>", "CI")],
    "Finance/Payroll": [allow_object("CR", "<Board, Secretaries>", R.RECEIVE_AS, "CI")],
    "IT": [allow("0xF01FF", "<Helpdesk>", "CI")],
    "Legal": [deny("CR", "<Interns>", "CI")],
}


class Grants:
    def __init__(self, directory, people, packer):
        self.d, self.people, self.packer = directory, people, packer
        self.random = random.Random(86)
        groups = [g for g in people.groups if g not in ("Empty", "Hidden Members")]
        self.pool = [a.sam for a in people.services] + groups + ["left0", "left1", "FABRIKAM-old"]
        self.owners = [a.sam for a in people.mailboxes if not a.sam.startswith("hidden")]

    def add_aces(self, dn, aces):
        sd = ndr_unpack(security.descriptor, self.d.descriptor(dn))
        for ace in self.packer.descriptor("D:" + "".join(aces)).dacl.aces:
            sd.dacl_add(ace)
        self.d.set_dacl(dn, ndr_pack(sd))

    def containers(self):
        """Rights above the recipients: the domain, AdminSDHolder and some OUs."""
        backup = allow_object("CR", "<svc-backup>", R.RECEIVE_AS, "CIIO", R.USER)
        self.add_aces(self.d.base, domain_aces() + [backup])
        self.add_aces("CN=AdminSDHolder,CN=System," + self.d.base,
                      domain_aces() + [allow_object("CR", "<svc-voicemail>", R.SEND_AS)])
        for path, aces in OU_ACES.items():
            self.add_aces(self.people.ous[path], aces)
        default = self.d.default_sddl("organizationalUnit").partition("D:")[2]
        self.d.set_dacl(self.people.ous["Blocked"], self.packer.pack("O:DAG:DAD:P" + default))
        self.d.set_dacl(self.people.ous["Restricted"], self.packer.pack("O:DAG:DAD:P(A;CI;GA;;;DA)(A;CI;GA;;;SY)"))
        self.d.set_dacl(self.people.ous["System"], self.packer.pack("O:DAG:DAD:(A;CI;GA;;;SY)(A;CI;RPLCLORC;;;AU)"))

    def trustee(self):
        if self.random.random() < 0.5:
            return self.random.choice(self.pool)
        return self.random.choice(self.owners)

    # --- the account's own descriptor

    def drawn_account_aces(self):
        aces, r = [], self.random.random
        if r() < 0.20:
            aces.append(allow_object("CR", "<%s>" % self.trustee(), R.SEND_AS))
        if r() < 0.06:
            aces.append(allow_object("CR", "<%s>" % self.trustee(), R.RECEIVE_AS, "CI"))
        if r() < 0.04:
            aces.append(allow("CR", "<%s>" % self.trustee()))
        if r() < 0.02:
            aces.append(allow("0xF01FF", "<%s>" % self.trustee()))
        if r() < 0.03:
            aces.insert(0, deny_object("CR", "<%s>" % self.trustee(), R.SEND_AS))
        return aces

    def account(self, a):
        aces = ACCOUNT.get(a.sam) or ([] if a.kind != "user" else self.drawn_account_aces())
        if a.kind == "linked":
            aces = [allow_object("CR", "<FABRIKAM-%s>" % a.sam, R.SEND_AS),
                    allow_object("RPWP", "<FABRIKAM-%s>" % a.sam, schema.PERSONAL_INFORMATION)]
        if a.sam == "closed1":
            self.d.set_dacl(a.dn, self.packer.pack(CLOSED))
        elif a.sam == "x-callback":
            sddl = "O:DAG:DA" + descriptors.join(self.d.default_sddl("user"), allow("CR", "<svc-crm>"), *aces)
            self.d.set_dacl(a.dn, descriptors.as_callback(self.packer.descriptor(sddl), 0))
        elif aces:
            class_name = {"mail group": "group", "contact": "contact"}.get(a.kind, a.class_name)
            default = self.d.default_sddl(class_name)
            self.d.set_dacl(a.dn, self.packer.pack("O:DAG:DA" + descriptors.join(default, *aces)))

    # --- the mailbox descriptor

    def drawn_mailbox(self):
        pick = self.random.random()
        count = 0 if pick < 0.45 else self.random.randint(1, 2) if pick < 0.8 else self.random.randint(3, 6) if pick < 0.97 else 25
        aces = []
        for _ in range(count):
            kind = "D" if self.random.random() < 0.07 else "A"
            ace = "(%s;CI;0x%x;;;<%s>)" % (kind, self.random.choice(MASKS), self.trustee())
            aces.insert(0 if kind == "D" else len(aces), ace)
        return SELF + "".join(aces)

    def mailbox(self, a):
        if a.sam == "x-none":
            return None
        if a.kind == "linked":
            sddl = "O:PSG:PSD:(A;CI;RC;;;PS)(A;CI;0x5;;;<FABRIKAM-%s>)(A;CI;CC;;;<helpdesk1>)" % a.sam
        elif a.sam == "x-400":
            holders = [s.sam for s in self.people.staff] + self.owners + list(self.people.groups)
            sddl = SELF + "".join("(A;CI;CC;;;<%s>)" % holders[i % len(holders)] for i in range(399))
        else:
            sddl = MAILBOX.get(a.sam) or self.drawn_mailbox()
        raw = self.packer.pack(sddl)
        if a.sam == "x-cut":
            raw = raw[:-7]
        elif a.sam == "x-cutheader":
            raw = raw[:14]
        elif a.sam == "x-long":
            raw += b"\xde\xad\xbe\xef" * 4
        elif a.sam == "x-callback":
            for index in (1, 2, 3):
                raw = descriptors.with_callback(raw, index)
        return raw

    def people_descriptors(self):
        for a in self.people.mailboxes:
            self.account(a)
            raw = self.mailbox(a)
            if raw is not None:
                self.d.set(a.dn, msExchMailboxSecurityDescriptor=raw)
        for a in self.people.others:
            self.account(a)
        self.account_named("Hidden Members")

    def account_named(self, group):
        sddl = "O:DAG:DA" + descriptors.join(self.d.default_sddl("group"), *ACCOUNT[group])
        self.d.set_dacl(self.people.groups[group], self.packer.pack(sddl))

    # --- links

    def links(self):
        """Send on behalf, forwarding and automapping."""
        boxes, by_sam = self.people.mailboxes, {a.sam: a.dn for a in self.people.mailboxes + self.people.others}
        for i, a in enumerate(boxes):
            more = {}
            if i % 7 == 3:
                more["publicDelegates"] = [boxes[(i * 5 + 1) % len(boxes)].dn]
            if i % 31 == 5:
                more["altRecipient"] = boxes[(i * 3 + 2) % len(boxes)].dn
                more["deliverAndRedirect"] = "TRUE" if i % 2 else "FALSE"
            if i % 13 == 4:
                more["msExchDelegateListLink"] = [boxes[(i + 9) % len(boxes)].dn, boxes[(i + 10) % len(boxes)].dn]
            if more:
                self.d.set(a.dn, **more)
        groups = self.people.groups
        self.d.set(by_sam["shared-info"], publicDelegates=[groups["Sales Team"], groups["Interns"], by_sam["contact0"],
                                                          by_sam["odd04"]])
        self.d.set(by_sam["room-101"], altRecipient=by_sam["contact1"], deliverAndRedirect="TRUE")
        self.d.set(by_sam["nodelegates"], publicDelegates=[by_sam["odd00"]])
        self.d.set(groups["All Announcements"], publicDelegates=[by_sam["odd01"]])
        self.d.set(by_sam["remote0"], publicDelegates=[by_sam["odd02"]], authOrig=[by_sam["odd03"], by_sam["odd04"]])
        self.d.set(by_sam["contact0"], unauthOrig=[by_sam["odd05"]], msExchRequireAuthToSendTo="TRUE")
        self.d.set(groups["Sales Team"], managedBy=by_sam["odd00"], msExchCoManagedByLink=[by_sam["odd01"], groups["Interns"]],
                   dLMemRejectPerms=[groups["All Announcements"]], msExchRequireAuthToSendTo="FALSE")
        self.d.set(groups["All Announcements"], managedBy=by_sam["odd02"], authOrig=[by_sam["odd00"], by_sam["contact1"]],
                   dLMemSubmitPerms=[groups["Sales Team"], groups["Board, Secretaries"]], msExchRequireAuthToSendTo="TRUE")
        self.d.set(groups["Board, Secretaries"], authOrig=[by_sam["odd01"]])
        ous = self.people.ous
        self.d.add(self.d.child(ous["Groups"], "CN", "Everybody here"), "msExchDynamicDistributionList", mailNickname="Everybody",
                   msExchRecipientTypeDetails="2048", managedBy=by_sam["odd03"], publicDelegates=[by_sam["odd04"]])
        self.d.add(self.d.child(ous["System"], "CN", "Orders"), "publicFolder", mailNickname="Orders",
                   msExchRecipientTypeDetails="4096", authOrig=[groups["Sales Team"]])

    def members(self):
        people, groups = self.people, self.people.groups
        boxes = [a.dn for a in people.mailboxes]
        sets = {
            "Helpdesk": boxes[20:25], "Interns": boxes[25:32] + [people.staff[0].dn], "Backdoor": [boxes[33]],
            "Auditors": boxes[35:38], "nest-1": [groups["nest-2"], boxes[40]], "nest-2": [groups["nest-3"]],
            "nest-3": [groups["nest-4"], boxes[41]], "nest-4": [boxes[42], people.services[0].dn],
            "loop-a": [groups["loop-b"], boxes[43]], "loop-b": [groups["loop-a"], boxes[44]],
            "Sales Team": boxes[45:60] + [groups["nest-4"]], "Hidden Members": boxes[60:63],
            "All Staff": boxes + [a.dn for a in people.staff], "Organization Management": [boxes[1]],
            "Exchange Trusted Subsystem": [groups["Exchange Servers"]], "exch-full-admins": [boxes[2]],
            "All Announcements": [groups["Sales Team"], people.others[-6].dn],
        }
        for name, dns in sets.items():
            self.d.set(groups[name], member=list(dict.fromkeys(dns)))
        domain_admins = "CN=Domain Admins,CN=Users," + self.d.base
        m = ldb.Message(ldb.Dn(self.d.db, domain_admins))
        m["member"] = ldb.MessageElement([a.dn for a in people.mailboxes if a.sam in ("adm1", "adm2")], ldb.FLAG_MOD_ADD, "member")
        self.d.db.modify(m)

    def foreign(self):
        """Foreign principals: only those that are in a group of this domain have an object here."""
        for name in ("FABRIKAM-linked0", "FABRIKAM-linked1"):
            sid = self.people.sids[name]
            m = ldb.Message(ldb.Dn(self.d.db, self.people.groups["Local Desk"]))
            m["member"] = ldb.MessageElement(["<SID=%s>" % sid], ldb.FLAG_MOD_ADD, "member")
            self.d.db.modify(m)  # naming a SID as a member is what makes its object: nothing else may

    def history(self):
        """An account that came from the other domain and kept its old SID."""
        dn = next(a.dn for a in self.people.services if a.sam == "svc-legacy")
        m = ldb.Message(ldb.Dn(self.d.db, dn))
        sid = ndr_pack(security.dom_sid(self.people.sids["FABRIKAM-old"]))
        m["sIDHistory"] = ldb.MessageElement([sid], ldb.FLAG_MOD_ADD, "sIDHistory")
        self.d.db.modify(m, controls=["relax:0"])

    def protect_admins(self):
        """Does what the hourly SDProp task of a Windows server does (MS-ADTS 3.1.1.6.1); Samba has none."""
        sd = ndr_unpack(security.descriptor, self.d.descriptor("CN=AdminSDHolder,CN=System," + self.d.base))
        sd.type |= security.SEC_DESC_DACL_PROTECTED
        raw = ndr_pack(sd)
        for a in self.people.mailboxes:
            if a.sam in ("adm1", "adm2", "once-admin"):
                self.d.set(a.dn, adminCount="1")
                self.d.set_dacl(a.dn, raw)
