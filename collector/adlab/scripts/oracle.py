#!/usr/bin/python3
"""Writes what the directory really holds, as Samba's library reads it back.

The database file, opened as the system, is the whole truth. Beside it stands
what the ordinary reader does not get; that is asked of the running server,
because Samba checks access only for requests that came over the network.

usage: oracle.py TARGET ORACLE ADDRESS
"""

import json
import sys

import ldb
from samba.credentials import DONT_USE_KERBEROS, Credentials
from samba.dcerpc import misc
from samba.ndr import ndr_unpack
from samba.samdb import SamDB

import descriptors
import people as P
from directory import Directory

SID = "objectSid"
ATTRIBUTES = ["objectClass", "objectGUID", SID, "sIDHistory", "sAMAccountName", "userPrincipalName", "displayName",
              "userAccountControl", "adminCount", "groupType", "mailNickname", "legacyExchangeDN", "homeMDB",
              "msExchHomeServerName", "msExchMailboxGuid", "msExchMasterAccountSid", "msExchRecipientTypeDetails",
              "msExchMailboxSecurityDescriptor", "nTSecurityDescriptor", "publicDelegates", "altRecipient",
              "managedBy", "msExchCoManagedByLink", "authOrig", "dLMemSubmitPerms", "unauthOrig", "dLMemRejectPerms",
              "msExchRequireAuthToSendTo", "msExchDelegateListLink", "member", "serialNumber", "objectVersion", "msExchOwningServer"]
TEXT = {"sam": "sAMAccountName", "upn": "userPrincipalName", "displayName": "displayName", "homeMDB": "homeMDB",
        "homeServer": "msExchHomeServerName", "mailNickname": "mailNickname", "legacyDN": "legacyExchangeDN",
        "altRecipient": "altRecipient", "requireAuth": "msExchRequireAuthToSendTo", "serialNumber": "serialNumber", "owningServer": "msExchOwningServer"}
NUMBERS = {"uac": "userAccountControl", "adminCount": "adminCount", "groupType": "groupType",
           "typeDetails": "msExchRecipientTypeDetails", "objectVersion": "objectVersion"}
LISTS = {"publicDelegates": "publicDelegates", "members": "member", "delegateList": "msExchDelegateListLink",
         "managers": "managedBy", "coManagers": "msExchCoManagedByLink", "accept": "authOrig",
         "acceptMembers": "dLMemSubmitPerms", "reject": "unauthOrig", "rejectMembers": "dLMemRejectPerms"}
FLAGS = ["sd_flags:1:7"]
# Any of the remote types means that the mailbox is elsewhere, whatever else is set.
REMOTE = {2147483648, 8589934592, 17179869184, 34359738368, 274877906944, 8796093022208}


class Oracle:
    def __init__(self, directory):
        self.d = directory
        self.found, self.order = {}, []

    def remote(self, address, sam):
        """The directory as the account sam sees it over the network."""
        who = Credentials()
        who.guess(self.d.lp)
        who.set_domain(P.NETBIOS)
        who.set_username(sam)
        who.set_password(P.PASSWORD)
        who.set_kerberos_state(DONT_USE_KERBEROS)
        return SamDB(url="ldap://" + address, credentials=who, lp=self.d.lp)

    def deleted(self):
        """The tombstones of accounts: their SIDs stay in descriptors."""
        res = self.d.db.search("CN=Deleted Objects," + self.d.base, attrs=["sAMAccountName", SID], controls=["show_deleted:1"],
                               expression="(&(isDeleted=TRUE)(objectSid=*))")
        return [{"sam": str(m["sAMAccountName"][0]), "sid": self.sid_text(bytes(m[SID][0]))} for m in res]

    def search(self, db):
        """Everything that can be a target, a trustee or a container above one."""
        parts = [(self.d.base, ldb.SCOPE_BASE, "(objectClass=*)"), (self.d.base, ldb.SCOPE_SUBTREE, WANTED),
                 (self.d.config, ldb.SCOPE_BASE, "(objectClass=*)"),
                 ("CN=Services," + self.d.config, ldb.SCOPE_BASE, "(objectClass=*)"),
                 (self.d.exchange, ldb.SCOPE_SUBTREE, "(objectClass=*)")]
        seen = {}
        for base, scope, expression in parts:
            try:
                for m in db.search(base, scope=scope, expression=expression, attrs=ATTRIBUTES, controls=FLAGS):
                    seen[str(m.dn)] = m
            except ldb.LdbError as err:
                if err.args[0] not in (ldb.ERR_NO_SUCH_OBJECT, ldb.ERR_INSUFFICIENT_ACCESS_RIGHTS):
                    raise
        return seen

    def descriptor(self, raw):
        if raw not in self.found:
            self.found[raw] = len(self.order)
            self.order.append(descriptors.read(raw))
        return self.found[raw]

    def sid_text(self, raw):
        return self.d.db.schema_format_value(SID, raw).decode()

    def object(self, m, reader):
        out = {"dn": str(m.dn), "guid": str(ndr_unpack(misc.GUID, bytes(m["objectGUID"][0]))),
               "classes": [str(v) for v in m["objectClass"]]}
        if SID in m:
            out["sid"] = self.sid_text(bytes(m[SID][0]))
        if "msExchMasterAccountSid" in m:
            out["masterSID"] = self.sid_text(bytes(m["msExchMasterAccountSid"][0]))
        if "sIDHistory" in m:
            out["sidHistory"] = [self.sid_text(bytes(v)) for v in m["sIDHistory"]]
        if "msExchMailboxGuid" in m:
            out["mailboxGUID"] = bytes(m["msExchMailboxGuid"][0]).hex()
        out.update({k: str(m[a][0]) for k, a in TEXT.items() if a in m})
        out.update({k: int(str(m[a][0])) for k, a in NUMBERS.items() if a in m})
        out.update({k: [str(v) for v in m[a]] for k, a in LISTS.items() if a in m})
        if "nTSecurityDescriptor" in m:
            out["descriptor"] = self.descriptor(bytes(m["nTSecurityDescriptor"][0]))
        if "msExchMailboxSecurityDescriptor" in m:
            out["mailDescriptor"] = self.descriptor(bytes(m["msExchMailboxSecurityDescriptor"][0]))
        out["roles"] = roles(out)
        if reader is None:
            out["hidden"] = True
        else:
            denied = [a for a in ATTRIBUTES if a in m and a not in reader]
            if denied:
                out["denied"] = denied
        return out

    def write(self, path, address):
        truth, seen = self.search(self.d.db), self.search(self.remote(address, "reader"))
        out = {
            "domain": P.MAIL_DOMAIN, "netbios": P.NETBIOS, "domainSID": self.d.db.get_domain_sid(), "baseDN": self.d.base,
            "configDN": self.d.config, "schemaDN": self.d.schema, "exchangeDN": self.d.exchange,
            "bindAccounts": [{"sam": sam, "state": state} for sam, state in P.BIND.items()],
            "deleted": self.deleted(),
            "objects": [self.object(m, seen.get(dn)) for dn, m in sorted(truth.items())],
            "descriptors": self.order,
        }
        with open(path, "w", encoding="utf-8") as f:
            json.dump(out, f, ensure_ascii=True, separators=(",", ":"))


# Principals, recipients, and every kind of object that may stand above one.
WANTED = ("(|(objectSid=*)(mailNickname=*)(objectClass=organizationalUnit)(objectClass=container)(objectClass=builtinDomain)"
          "(objectClass=msExchSystemObjectsContainer)(objectClass=msExchSystemMailbox))")


def roles(o):
    """What an object is to the program: a fact about the object, not about who may see it."""
    classes, out = o["classes"], []
    person = "user" in classes and "computer" not in classes
    if person and "mailNickname" in o:
        out.append("account")  # found by (&(objectCategory=person)(objectClass=user)(mailNickname=*))
        marks = any(k in o for k in ("homeMDB", "mailboxGUID", "homeServer"))
        if marks and o.get("typeDetails", 0) not in REMOTE:
            out.append("mailbox")
    if "msExchSystemMailbox" in classes:
        out.append("systemMailbox")
    elif "mailNickname" in o and "mailbox" not in out:
        out.append("recipient")
    if "msExchPrivateMDB" in classes or "msExchPublicMDB" in classes:
        out.append("store")
    if "sid" in o and "domainDNS" not in classes:
        out.append("principal")
    if "group" in classes:
        out.append("group")
    if not out:
        out.append("container")
    return out


if __name__ == "__main__":
    Oracle(Directory(sys.argv[1])).write(sys.argv[2], sys.argv[3])
