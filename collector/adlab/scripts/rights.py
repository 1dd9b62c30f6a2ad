"""The extended rights and property sets that Exchange adds to a forest.

A reader takes the names of rights from these objects, so they are here in full
and not only the ones that the lab's own descriptors use.
"""

import schema

SEND_AS = "ab721a54-1e2f-11d0-9819-00aa0040529b"
SEND_TO = "ab721a55-1e2f-11d0-9819-00aa0040529b"
RECEIVE_AS = "ab721a56-1e2f-11d0-9819-00aa0040529b"
USER = "bf967aba-0de6-11d0-a285-00aa003049e2"
INETORGPERSON = "4828cc14-1437-45bc-9b07-ad6f015e5f28"
GROUP = "bf967a9c-0de6-11d0-a285-00aa003049e2"
CONTACT = "5cb41ed0-0e4c-11d0-a286-00aa003049e2"
MEMBER = "bf9679c0-0de6-11d0-a285-00aa003049e2"
PRIVATE_MDB = "36145cf4-a982-11d2-a9ff-00c04f8eedd8"
PUBLIC_MDB = "3568b3a4-a982-11d2-a9ff-00c04f8eedd8"
SERVER = "01a9aa9c-a981-11d2-a9ff-00c04f8eedd8"
ORGANISATION = "366a319c-a982-11d2-a9ff-00c04f8eedd8"
MAILBOX_SD = "934de926-b09e-11d2-aa06-00c04f8eedd8"
PUBLIC_DELEGATES = "f0f8ff9a-1191-11d0-a060-00aa006c33ed"

STORE_ADMIN = "d74a8762-22b9-11d3-aa62-00c04f8eedd8"
STORE_VISIBLE = "d74a875e-22b9-11d3-aa62-00c04f8eedd8"
CREATE_NAMED_PROPERTIES = "d74a8766-22b9-11d3-aa62-00c04f8eedd8"
CREATE_PUBLIC_FOLDER = "cf0b3dc8-afe6-11d2-aa04-00c04f8eedd8"
CREATE_TOP_LEVEL_PUBLIC_FOLDER = "cf4b9d46-afe6-11d2-aa04-00c04f8eedd8"
MODIFY_PF_ACL = "d74a8769-22b9-11d3-aa62-00c04f8eedd8"
MODIFY_PF_ADMIN_ACL = "d74a876f-22b9-11d3-aa62-00c04f8eedd8"
CONSTRAINED_DELEGATION = "9fbec2a1-f761-11d9-963d-00065bbd3175"
TRANSPORT_ACCESS = "9fbec2a2-f761-11d9-963d-00065bbd3175"
READ_ACCESS = "9fbec2a3-f761-11d9-963d-00065bbd3175"
READ_WRITE_ACCESS = "9fbec2a4-f761-11d9-963d-00065bbd3175"
STORE_ACCESS = [TRANSPORT_ACCESS, CONSTRAINED_DELEGATION, READ_ACCESS, READ_WRITE_ACCESS]
EPI_IMPERSONATION = "8db0795c-df3a-4aca-a97d-100162998dfa"
EPI_MAY_IMPERSONATE = "bc39105d-9baa-477c-a34a-997cc25e3d60"
EPI_TOKEN_SERIALIZATION = "06386f89-befb-4e48-baa1-559fd9221f78"

# Display names where they are known; the others are shown by their cn.
DISPLAY = {
    EPI_IMPERSONATION: "Exchange Web Services Impersonation",
    EPI_MAY_IMPERSONATE: "Allow Impersonation to Personal Exchange Information",
    STORE_ADMIN: "Administer information store",
    STORE_VISIBLE: "View information store status",
}

EXTENDED = {
    "ms-Exch-EPI-Impersonation": EPI_IMPERSONATION,
    "ms-Exch-EPI-May-Impersonate": EPI_MAY_IMPERSONATE,
    "ms-Exch-EPI-Token-Serialization": EPI_TOKEN_SERIALIZATION,
    "ms-Exch-Store-Admin": STORE_ADMIN,
    "ms-Exch-Store-Visible": STORE_VISIBLE,
    "ms-Exch-Store-Create-Named-Properties": CREATE_NAMED_PROPERTIES,
    "ms-Exch-Store-Constrained-Delegation": CONSTRAINED_DELEGATION,
    "ms-Exch-Store-Transport-Access": TRANSPORT_ACCESS,
    "ms-Exch-Store-Read-Access": READ_ACCESS,
    "ms-Exch-Store-Read-Write-Access": READ_WRITE_ACCESS,
    "ms-Exch-Store-Bypass-Access-Auditing": "4332aad9-95ab-4e8e-a264-4965c3e1f964",
    "ms-Exch-Modify-PF-ACL": "d74a8769-22b9-11d3-aa62-00c04f8eedd8",
    "ms-Exch-Modify-PF-Admin-ACL": "d74a876f-22b9-11d3-aa62-00c04f8eedd8",
    "ms-Exch-Open-Send-Queue": "d74a8774-22b9-11d3-aa62-00c04f8eedd8",
    "ms-Exch-Create-Public-Folder": "cf0b3dc8-afe6-11d2-aa04-00c04f8eedd8",
    "ms-Exch-Create-Top-Level-Public-Folder": "cf4b9d46-afe6-11d2-aa04-00c04f8eedd8",
    "ms-Exch-Mail-Enabled-Public-Folder": "cf899a6a-afe6-11d2-aa04-00c04f8eedd8",
    "ms-Exch-Modify-Public-Folder-Expiry": "cfc7978e-afe6-11d2-aa04-00c04f8eedd8",
    "ms-Exch-Modify-Public-Folder-Deleted-Item-Retention": "cffe6da4-afe6-11d2-aa04-00c04f8eedd8",
    "ms-Exch-Modify-Public-Folder-Quotas": "d03a086e-afe6-11d2-aa04-00c04f8eedd8",
    "ms-Exch-Modify-Public-Folder-Replica-List": "d0780592-afe6-11d2-aa04-00c04f8eedd8",
    "ms-Exch-Add-PF-To-Admin-Group": "ce4c81a8-afe6-11d2-aa04-00c04f8eedd8",
    "ms-Exch-Remove-PF-From-Admin-Group": "d0b86510-afe6-11d2-aa04-00c04f8eedd8",
    "ms-Exch-Admin-Role-Administrator": "8e48d5a8-b09e-11d2-aa06-00c04f8eedd8",
    "ms-Exch-Admin-Role-Full-Administrator": "8e6571e0-b09e-11d2-aa06-00c04f8eedd8",
    "ms-Exch-Admin-Role-Read-Only-Administrator": "8ff1383c-b09e-11d2-aa06-00c04f8eedd8",
    "ms-Exch-Admin-Role-Service": "90280e52-b09e-11d2-aa06-00c04f8eedd8",
    "ms-Exch-Read-Metabase-Properties": "be013017-13a1-41ad-a058-f156504cb617",
    "ms-Exch-Recipient-Update-Access": "165ab2cc-d1b3-4717-9b90-c657e7e57f4d",
    "ms-Exch-Download-OAB": "bd919c7c-2d79-4950-bc9c-e16fd99285e8",
    "ms-Exch-SMTP-Submit": "a18293f1-0685-4540-aa63-e32df421b3a2",
    "ms-Exch-SMTP-Submit-For-MLS": "8fc01282-006d-42b1-81e3-c0b46bed3754",
    "ms-Exch-SMTP-Accept-Any-Recipient": "5c82f031-4e4c-4326-88e1-8c4f0cad9de5",
    "ms-Exch-SMTP-Accept-Authentication-Flag": "1c75aca8-b56b-48b3-a021-858a29fa877b",
    "ms-Exch-SMTP-Accept-Any-Sender": "b857b50b-94a2-4b53-93f6-41cebd2fced0",
    "ms-Exch-SMTP-Accept-Authoritative-Domain-Sender": "c22841f4-96cb-498a-ac02-f9a87c74eb14",
    "ms-Exch-Bypass-Anti-Spam": "d19299b4-86c2-4c9a-8fa7-acb70c63023a",
    "ms-Exch-Bypass-Message-Size-Limit": "6760cfc5-70f4-4ae8-bc39-9522d86ac69b",
    "ms-Exch-SMTP-Send-Exch50": "11716db4-9647-4bce-8922-1f99e526cb41",
    "ms-Exch-SMTP-Accept-Exch50": "e373fb21-d851-4d15-af23-982f09f2400b",
    "ms-Exch-Accept-Headers-Routing": "04031f4f-7c36-43ea-9b49-4bd0f5f1e6af",
    "ms-Exch-Accept-Headers-Forest": "a7a9ea66-e08c-4e23-8fe7-68c40e49c6c0",
    "ms-Exch-Accept-Headers-Organization": "c307dccd-6676-4d19-95c8-d1567fab9820",
    "ms-Exch-Send-Headers-Routing": "eb8c07ad-b5ad-49c3-831e-bc439cca4c2a",
    "ms-Exch-Send-Headers-Forest": "b3f9f977-552c-4ee6-9781-59280a81417b",
    "ms-Exch-Send-Headers-Organization": "2f7d0e23-f951-4ed0-8e71-39b6a22fa298",
    "ms-Exch-SMTP-Send-XShadow": "5bc2acab-ad7d-4878-b6cd-3122a47c6a1c",
    "ms-Exch-SMTP-Accept-XShadow": "811d004b-e2ed-4024-8953-0f0fb0612e47",
    "ms-Exch-Accept-XProxyFrom": "5bee2b72-50d7-49c7-ba66-39a25daa1e92",
    "ms-Exch-Accept-XSessionParams": "c08e6405-fccb-4c21-9985-2e865bcf15d5",
    "Accept-XMessageContext-ADRecipientCache": "b938d9df-1f37-41d3-8cdc-f4148f20076d",
    "Accept-XMessageContext-ExtendedProperties": "e1f584b5-11c8-451b-91e8-045c75973912",
    "Accept-XMessageContext-FastIndex": "5669b1b6-dca0-429b-8fdb-fc5b07c0f73f",
    "Accept-XAttr": "c62e96a4-6f25-497b-8d41-70cbd25eaa99",
    "Accept-XSysProbe": "5db60ab1-1ad4-4863-b9be-fbc5b00691a3",
}

PROPERTY_SETS = {
    "Exchange-Information": schema.EXCHANGE_INFORMATION,
    "Exchange-Personal-Information": schema.EXCHANGE_PERSONAL_INFORMATION,
}


def messages(config_dn):
    """The controlAccessRight objects: validAccesses 256 is an extended right, 48 a property set."""
    stores = [PRIVATE_MDB, PUBLIC_MDB, SERVER, ORGANISATION]
    people = [USER, INETORGPERSON, GROUP, CONTACT]
    rows = [(cn, guid, 256, stores) for cn, guid in EXTENDED.items()]
    rows += [(cn, guid, 48, people) for cn, guid in PROPERTY_SETS.items()]
    for cn, guid, accesses, classes in rows:
        yield {
            "dn": "CN=%s,CN=Extended-Rights,%s" % (cn, config_dn), "objectClass": "controlAccessRight",
            "displayName": DISPLAY.get(guid, cn), "rightsGuid": guid, "validAccesses": str(accesses),
            "appliesTo": classes, "showInAdvancedViewOnly": "TRUE",
        }
