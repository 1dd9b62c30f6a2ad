"""Security descriptors, written as SDDL and packed by Samba's own library.

Nothing of the program under test takes part, so what it reads is compared with
an independent account. The few forms that Samba cannot write (a condition behind
a callback ACE, cut or over-long values) are made from its bytes by hand.
"""

import re
import struct

from samba.dcerpc import security
from samba.ndr import ndr_pack, ndr_unpack

# A callback ACE has the layout of its plain sibling with a condition behind the
# SID (MS-DTYP 2.4.4.6-2.4.4.9). Samba 4.17 reads only the plain ones.
CALLBACK = {9: 0, 10: 1, 11: 5, 12: 6}

# The condition "member of Administrators" in the artx form of MS-DTYP 2.4.4.17.
MEMBER_OF_ADMINISTRATORS = (b"artx" + b"\x50" + struct.pack("<I", 21) + b"\x51" + struct.pack("<I", 16)
                            + bytes.fromhex("01020000000000052000000020020000") + b"\x89")


class Packer:
    """Turns SDDL in which <name> stands for the SID of that account into bytes."""

    def __init__(self, domain_sid):
        self.domain_sid = security.dom_sid(domain_sid)
        self.sids = {}

    def fill(self, sddl):
        return re.sub(r"<([^>]+)>", lambda m: self.sids[m.group(1)], sddl)

    def descriptor(self, sddl):
        return security.descriptor.from_sddl(self.fill(sddl), self.domain_sid)

    def pack(self, sddl):
        return ndr_pack(self.descriptor(sddl))


def join(sddl, *aces):
    """An SDDL text with ACEs put before the others, as an administrator's tool does with denies."""
    head, mark, rest = sddl.partition("D:")
    flags = re.match(r"[A-Z]*", rest).group(0)
    return head + mark + flags + "".join(aces) + rest[len(flags):]


def append(sddl, *aces):
    """An SDDL text with ACEs put after the others; the system part is left out."""
    return sddl.split("S:(")[0].removesuffix("S:") + "".join(aces)


def ace_offsets(raw):
    """Where each ACE of the DACL begins; raises where the bytes end too early."""
    start = struct.unpack_from("<I", raw, 16)[0]
    if not start:
        return []
    count = struct.unpack_from("<H", raw, start + 4)[0]
    found, at = [], start + 8
    for _ in range(count):
        size = struct.unpack_from("<H", raw, at + 2)[0]
        if size < 8 or at + size > len(raw):
            raise ValueError("ace at %d ends behind the descriptor" % at)
        found.append(at)
        at += size
    return found


def as_callback(sd, index):
    """The same for a descriptor that Samba stores itself: it keeps the type, and would drop a condition."""
    aces = sd.dacl.aces
    aces[index].type = {plain: callback for callback, plain in CALLBACK.items()}[aces[index].type]
    sd.dacl.aces = aces
    return ndr_pack(sd)


def with_callback(raw, index, condition=MEMBER_OF_ADMINISTRATORS):
    """Makes the ACE at index a callback ACE with a condition. Samba puts the DACL last, so only sizes change."""
    start = struct.unpack_from("<I", raw, 16)[0]
    at = ace_offsets(raw)[index]
    size = struct.unpack_from("<H", raw, at + 2)[0]
    data = condition + b"\0" * (-len(condition) % 4)
    out = bytearray(raw[:at + size] + data + raw[at + size:])
    out[at] = {plain: callback for callback, plain in CALLBACK.items()}[out[at]]
    struct.pack_into("<H", out, at + 2, size + len(data))
    struct.pack_into("<H", out, start + 2, struct.unpack_from("<H", raw, start + 2)[0] + len(data))
    return bytes(out)


def read(raw):
    """One descriptor as Samba's library reads it, ready for the oracle file."""
    out = {"raw": raw.hex()}
    try:
        plain = bytearray(raw)
        types = []
        for at in ace_offsets(raw):
            types.append(plain[at])
            plain[at] = CALLBACK.get(plain[at], plain[at])
        sd = ndr_unpack(security.descriptor, bytes(plain), allow_remaining=True)
    except Exception as err:  # whatever Samba says about bytes that are no descriptor
        out["undecodable"] = str(err)
        return out
    out["control"] = sd.type
    out["owner"] = str(sd.owner_sid) if sd.owner_sid else ""
    out["group"] = str(sd.group_sid) if sd.group_sid else ""
    out["aces"] = [] if sd.dacl is None else [entry(ace, kind) for ace, kind in zip(sd.dacl.aces, types)]
    trailing = len(raw) - end(raw)
    if trailing:
        out["trailing"] = trailing
    return out


def end(raw):
    """Where the last part of the descriptor ends; what follows belongs to nothing."""
    owner, group, _, dacl = struct.unpack_from("<IIII", raw, 4)
    ends = [20]
    ends += [at + 8 + 4 * raw[at + 1] for at in (owner, group) if at]
    if dacl:
        ends.append(dacl + struct.unpack_from("<H", raw, dacl + 2)[0])
    return max(ends)


def entry(ace, kind):
    out = {"type": kind, "flags": ace.flags, "mask": ace.access_mask, "sid": str(ace.trustee)}
    if CALLBACK.get(kind, kind) in (5, 6):
        out["objectFlags"] = ace.object.flags
        if ace.object.flags & 1:
            out["object"] = str(ace.object.type)
        if ace.object.flags & 2:
            out["inheritedObject"] = str(ace.object.inherited_type)
    return out
