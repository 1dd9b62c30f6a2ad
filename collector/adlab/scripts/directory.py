"""Small helpers over the directory database that the other scripts share."""

import ldb
from samba.auth import system_session
from samba.param import LoadParm
from samba.samdb import SamDB


class Directory:
    """The database of the provisioned tree, opened as the system itself."""

    def __init__(self, target):
        self.target = target
        self.lp = LoadParm()
        self.lp.load(target + "/etc/smb.conf")
        self.lp.set("dsdb:schema update allowed", "yes")
        self.url = target + "/private/sam.ldb"
        self.db = SamDB(url=self.url, session_info=system_session(), lp=self.lp)
        self.base = str(self.db.domain_dn())
        self.config = str(self.db.get_config_basedn())
        self.schema = str(self.db.get_schema_basedn())
        self.exchange = "CN=Microsoft Exchange,CN=Services," + self.config
        self.defaults = {}

    def child(self, parent, rdn, value):
        """The DN of a child as text; the library does the escaping."""
        dn = ldb.Dn(self.db, "CN=x," + str(parent))
        dn.set_component(0, rdn, value)
        return str(dn)

    def add(self, dn, classes, controls=(), **attributes):
        message = {"dn": dn, "objectClass": classes}
        message.update({k: v for k, v in attributes.items() if v not in (None, "", [])})
        self.db.add(message, controls=list(controls))
        return dn

    def set(self, dn, controls=(), **attributes):
        m = ldb.Message(ldb.Dn(self.db, dn))
        for name, value in attributes.items():
            m[name] = ldb.MessageElement(value, ldb.FLAG_MOD_REPLACE, name)
        self.db.modify(m, controls=list(controls))

    def get(self, dn, attribute, controls=()):
        res = self.db.search(dn, scope=ldb.SCOPE_BASE, attrs=[attribute], controls=list(controls))
        return [bytes(v) for v in res[0].get(attribute, [])]

    def sid(self, dn):
        return self.db.schema_format_value("objectSid", self.get(dn, "objectSid")[0]).decode()

    def set_dacl(self, dn, packed):
        """Replaces owner, group and DACL; inheritance from above is worked out by the server's own code."""
        self.set(dn, controls=["sd_flags:1:7"], nTSecurityDescriptor=packed)

    def descriptor(self, dn):
        return self.get(dn, "nTSecurityDescriptor", controls=["sd_flags:1:7"])[0]

    def default_sddl(self, class_name):
        """The descriptor that the schema gives a new object of a class, without a system part."""
        if class_name not in self.defaults:
            res = self.db.search(self.schema, scope=ldb.SCOPE_ONELEVEL, attrs=["defaultSecurityDescriptor"],
                                 expression="(&(objectClass=classSchema)(lDAPDisplayName=%s))" % class_name)
            value = str(res[0].get("defaultSecurityDescriptor", ["D:"])[0])
            self.defaults[class_name] = value.split("S:(")[0].removesuffix("S:")
        return self.defaults[class_name]

    def transaction(self):
        return Transaction(self.db)


class Transaction:
    def __init__(self, db):
        self.db = db

    def __enter__(self):
        self.db.transaction_start()

    def __exit__(self, kind, value, trace):
        if kind:
            self.db.transaction_cancel()
        else:
            self.db.transaction_commit()
