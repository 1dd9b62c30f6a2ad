package demo

import (
	"encoding/binary"

	"mbxperm/acl"
)

// ace is an entry of a DACL to be written. GUIDs that are zero are left out,
// and an entry without any is a plain one.
type ace struct {
	kind      acl.ACEType
	flags     acl.ACEFlags
	mask      acl.Mask
	object    acl.GUID
	inherited acl.GUID
	who       trustee
	condition string // of a callback ACE: the bytes after the SID
}

// allow and deny make plain entries, grant and refuse entries for one extended
// right, property set, attribute or class.
func allow(who trustee, mask acl.Mask, flags acl.ACEFlags) ace {
	return ace{kind: acl.TypeAllow, flags: flags, mask: mask, who: who}
}

func deny(who trustee, mask acl.Mask, flags acl.ACEFlags) ace {
	return ace{kind: acl.TypeDeny, flags: flags, mask: mask, who: who}
}

func grant(who trustee, mask acl.Mask, object acl.GUID, flags acl.ACEFlags) ace {
	return ace{kind: acl.TypeAllowObject, flags: flags, mask: mask, object: object, who: who}
}

func refuse(who trustee, mask acl.Mask, object acl.GUID, flags acl.ACEFlags) ace {
	return ace{kind: acl.TypeDenyObject, flags: flags, mask: mask, object: object, who: who}
}

// on narrows an inheritable entry to one class of objects below.
func (a ace) on(class acl.GUID) ace {
	if a.kind == acl.TypeAllow {
		a.kind = acl.TypeAllowObject
	}
	if a.kind == acl.TypeDeny {
		a.kind = acl.TypeDenyObject
	}
	a.inherited = class
	return a
}

// inherit returns what an object of a class inherits from a parent with the
// given DACL ([MS-DTYP] 2.5.3.4.2): an entry for another class is passed on but
// does not apply, and one that is not to be propagated stops.
func inherit(parent []ace, class acl.GUID) []ace {
	var out []ace
	for _, a := range parent {
		if a.flags&acl.ContainerInherit == 0 {
			continue
		}
		applies := a.inherited.IsZero() || a.inherited == class
		once := a.flags&acl.NoPropagate != 0
		if once && !applies {
			continue
		}
		a.flags = a.flags&^acl.InheritOnly | acl.Inherited
		if once {
			a.flags &^= acl.ContainerInherit | acl.NoPropagate
		}
		if !applies {
			a.flags |= acl.InheritOnly
		}
		out = append(out, a)
	}
	return out
}

// Sizes of the fixed parts ([MS-DTYP] 2.4.6, 2.4.5).
const (
	descriptorHeader = 20
	listHeader       = 8
)

// chunk is a run of encoded entries, ready to be copied into a DACL.
type chunk struct {
	bytes  []byte
	count  int
	object bool
}

// writer appends descriptors to a buffer that is used again for each entry.
// acl.Encode makes the same bytes (a test holds that), but it allocates, and
// here fifty entries are written for each of a million mailboxes.
type writer struct {
	b      []byte
	start  int
	count  int
	object bool
}

// begin opens a descriptor at the end of the buffer.
func (w *writer) begin() {
	w.start, w.count, w.object = len(w.b), 0, false
	w.b = append(w.b, make([]byte, descriptorHeader+listHeader)...)
}

// add writes one entry ([MS-DTYP] 2.4.4.2, 2.4.4.3, 2.4.4.6).
func (w *writer) add(a *ace) {
	at := len(w.b)
	w.b = append(w.b, byte(a.kind), byte(a.flags), 0, 0)
	w.b = binary.LittleEndian.AppendUint32(w.b, uint32(a.mask))
	if a.kind == acl.TypeAllowObject || a.kind == acl.TypeDenyObject {
		w.object = true
		var present byte
		w.b = append(w.b, 0, 0, 0, 0)
		if !a.object.IsZero() {
			present |= 1
			w.b = append(w.b, a.object[:]...)
		}
		if !a.inherited.IsZero() {
			present |= 2
			w.b = append(w.b, a.inherited[:]...)
		}
		w.b[at+8] = present
	}
	w.b = a.who.appendSID(w.b)
	w.b = append(w.b, a.condition...)
	binary.LittleEndian.PutUint16(w.b[at+2:], uint16(len(w.b)-at))
	w.count++
}

// copy writes entries that were encoded before.
func (w *writer) copy(c *chunk) {
	w.b = append(w.b, c.bytes...)
	w.count += c.count
	w.object = w.object || c.object
}

// end closes the descriptor and returns it: a window on the buffer.
func (w *writer) end(control acl.Control, owner, group trustee) []byte {
	list := w.b[w.start+descriptorHeader:]
	list[0] = 2
	if w.object {
		list[0] = 4
	}
	binary.LittleEndian.PutUint16(list[2:], uint16(len(list)))
	binary.LittleEndian.PutUint16(list[4:], uint16(w.count))
	ownerAt := len(w.b) - w.start
	w.b = owner.appendSID(w.b)
	groupAt := len(w.b) - w.start
	w.b = group.appendSID(w.b)

	d := w.b[w.start:len(w.b):len(w.b)]
	d[0] = 1
	binary.LittleEndian.PutUint16(d[2:], uint16(control|acl.SelfRelative|acl.DACLPresent))
	binary.LittleEndian.PutUint32(d[4:], uint32(ownerAt))
	binary.LittleEndian.PutUint32(d[8:], uint32(groupAt))
	binary.LittleEndian.PutUint32(d[16:], descriptorHeader)
	return d
}

// encode makes a descriptor that is kept: a template.
func encode(control acl.Control, owner, group trustee, parts ...[]ace) []byte {
	var w writer
	w.begin()
	for _, part := range parts {
		for i := range part {
			w.add(&part[i])
		}
	}
	return w.end(control, owner, group)
}

// encodeChunk makes entries that are kept.
func encodeChunk(aces []ace) chunk {
	var w writer
	for i := range aces {
		w.add(&aces[i])
	}
	return chunk{w.b, w.count, w.object}
}
