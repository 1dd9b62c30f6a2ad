package acl

import (
	"encoding/binary"
	"fmt"
)

// faultKind says what was wrong at a place of the input.
type faultKind uint8

const (
	okay faultKind = iota
	tooShort
	badRevision
	badCount
	badSize
	shortMask
	shortObjectFlags
	shortObjectType
	shortInheritedObjectType
	sidTooShort
	sidBadRevision
	sidBadCount
)

// fault is an error before it has a text: it is returned in registers by the reader that runs for every ACE, and only Parse makes an
// error of it.
type fault struct {
	what      faultKind
	got, need int
}

// inSID moves a fault of the SID reader into the ACE around it.
func (f fault) inSID() fault {
	switch f.what {
	case tooShort:
		f.what = sidTooShort
	case badRevision:
		f.what = sidBadRevision
	case badCount:
		f.what = sidBadCount
	}
	return f
}

// err gives the fault its text.
func (f fault) err() error {
	var place string
	switch f.what {
	case badRevision:
		return fmt.Errorf("revision %d, want %d", f.got, f.need)
	case badCount:
		return fmt.Errorf("%d sub-authorities, at most %d", f.got, f.need)
	case badSize:
		return fmt.Errorf("size %d, need %d", f.got, f.need)
	case sidBadRevision:
		return fmt.Errorf("sid: revision %d, want %d", f.got, f.need)
	case sidBadCount:
		return fmt.Errorf("sid: %d sub-authorities, at most %d", f.got, f.need)
	case shortMask:
		place = "mask: "
	case shortObjectFlags:
		place = "object flags: "
	case shortObjectType:
		place = "object type: "
	case shortInheritedObjectType:
		place = "inherited object type: "
	case sidTooShort:
		place = "sid: "
	}
	return fmt.Errorf("%s%d bytes left, need %d", place, f.got, f.need)
}

// The flags of an object ACE: which of the two GUIDs are there ([MS-DTYP] 2.4.4.3).
const (
	objectTypePresent          = 1
	inheritedObjectTypePresent = 2
)

// readACE reads the entry at the start of b into a and returns its length ([MS-DTYP] 2.4.4). It is the only code that takes an ACE apart,
// and all the others rely on its checks. What a held before is overwritten.
func readACE(b []byte, a *ACE) (int, fault) {
	if len(b) < 4 {
		return 0, fault{tooShort, len(b), 4}
	}
	size := int(binary.LittleEndian.Uint16(b[2:]))
	if size < 4 {
		return 0, fault{badSize, size, 4}
	}
	if size > len(b) {
		return 0, fault{tooShort, len(b), size}
	}
	raw := b[:size:size]
	*a = ACE{Type: ACEType(raw[0]), Flags: ACEFlags(raw[1]), Raw: raw}
	layout := aceLayout[a.Type]
	if len(raw) < 8 {
		if layout == 0 {
			return size, fault{}
		}
		return 0, fault{shortMask, size - 4, 4}
	}
	a.Mask = Mask(binary.LittleEndian.Uint32(raw[4:]))
	if layout == 0 {
		return size, fault{}
	}
	rest := raw[8:]
	if layout&hasGUIDs != 0 {
		var f fault
		if rest, f = readGUIDs(rest, a); f.what != okay {
			return 0, f
		}
	}
	n, f := sidLen(rest)
	if f.what != okay {
		return 0, f.inSID()
	}
	a.SID = rest[:n:n]
	if n < len(rest) {
		a.Data = rest[n:]
	}
	return size, fault{}
}

// readGUIDs reads the flags of an object ACE and the GUIDs they announce, and returns what follows. Bits other than the two are
// ignored, as [MS-DTYP] 2.4.4.3 asks.
func readGUIDs(b []byte, a *ACE) ([]byte, fault) {
	if len(b) < 4 {
		return nil, fault{shortObjectFlags, len(b), 4}
	}
	flags := b[0]
	b = b[4:]
	if flags&objectTypePresent != 0 {
		if len(b) < 16 {
			return nil, fault{shortObjectType, len(b), 16}
		}
		a.ObjectType, a.HasObjectType = GUID(b[:16]), true
		b = b[16:]
	}
	if flags&inheritedObjectTypePresent != 0 {
		if len(b) < 16 {
			return nil, fault{shortInheritedObjectType, len(b), 16}
		}
		a.InheritedObjectType, a.HasInheritedObjectType = GUID(b[:16]), true
		b = b[16:]
	}
	return b, fault{}
}
