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

// fault is an error before it has a text: it is returned in registers by the
// reader that runs for every ACE, and only Parse makes an error of it.
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

// The flags of an object ACE: which of the two GUIDs are there ([MS-DTYP]
// 2.4.4.3).
const (
	objectTypePresent          = 1
	inheritedObjectTypePresent = 2
)

// measure checks the entry at the start of b ([MS-DTYP] 2.4.4) and returns its
// size. Parse runs it over every ACE once and refuses what does not fit; read
// relies on that.
func measure(b []byte) (int, fault) {
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
	layout := aceLayout[b[0]]
	if layout == 0 {
		return size, fault{}
	}
	if size < 8 {
		return 0, fault{shortMask, size - 4, 4}
	}
	sid := 8
	if layout&hasGUIDs != 0 {
		var f fault
		if sid, f = measureGUIDs(b[:size]); f.what != okay {
			return 0, f
		}
	}
	if _, f := sidLen(b[sid:size]); f.what != okay {
		return 0, f.inSID()
	}
	return size, fault{}
}

// measureGUIDs returns where the SID of an object ACE begins: after the flags
// and the GUIDs they announce. Bits other than the two are ignored, as
// [MS-DTYP] 2.4.4.3 asks.
func measureGUIDs(b []byte) (int, fault) {
	if len(b) < 12 {
		return 0, fault{shortObjectFlags, len(b) - 8, 4}
	}
	at := 12
	if b[8]&objectTypePresent != 0 {
		if at += 16; len(b) < at {
			return 0, fault{shortObjectType, len(b) - at + 16, 16}
		}
	}
	if b[8]&inheritedObjectTypePresent != 0 {
		if at += 16; len(b) < at {
			return 0, fault{shortInheritedObjectType, len(b) - at + 16, 16}
		}
	}
	return at, fault{}
}

// read fills a from the entry at the start of b, which measure has let pass,
// and returns its size. It runs for every ACE of every walk and asks only what
// it needs in order not to panic on bytes that were changed behind our back;
// then it returns zero.
func (a *ACE) read(b []byte) int {
	if len(b) < 4 {
		return 0
	}
	size := int(binary.LittleEndian.Uint16(b[2:]))
	if size < 4 || size > len(b) {
		return 0
	}
	raw := b[:size:size]
	layout := aceLayout[raw[0]]
	a.Type, a.Flags, a.Raw = ACEType(raw[0]), ACEFlags(raw[1]), raw
	if layout == 0 || size < 16 {
		a.readUnknown()
		return size
	}
	a.Mask = Mask(binary.LittleEndian.Uint32(raw[4:]))
	sid := 8
	if layout&hasGUIDs != 0 {
		sid = a.readGUIDs(raw)
	} else if a.HasObjectType || a.HasInheritedObjectType {
		a.clearGUIDs()
	}
	if sid > size-sidHeader {
		return 0
	}
	end := sid + sidHeader + 4*int(raw[sid+1])
	if end > size {
		return 0
	}
	a.SID, a.Data = raw[sid:end:end], nil
	if end < size {
		a.Data = raw[end:]
	}
	return size
}

// readUnknown leaves type, flags, bytes, and the mask if there is room for one.
func (a *ACE) readUnknown() {
	*a = ACE{Type: a.Type, Flags: a.Flags, Raw: a.Raw}
	if len(a.Raw) >= 8 {
		a.Mask = Mask(binary.LittleEndian.Uint32(a.Raw[4:]))
	}
}

// clearGUIDs forgets the GUIDs of the entry before.
func (a *ACE) clearGUIDs() {
	a.ObjectType, a.InheritedObjectType, a.HasObjectType, a.HasInheritedObjectType = GUID{}, GUID{}, false, false
}

// readGUIDs reads the GUIDs of an object ACE of at least 16 bytes and returns
// where the SID begins. A GUID that is absent is cleared only if the entry
// before had one.
func (a *ACE) readGUIDs(raw []byte) int {
	at := 12
	if raw[8]&objectTypePresent != 0 && len(raw) >= at+16 {
		a.ObjectType, a.HasObjectType = GUID(raw[at:at+16]), true
		at += 16
	} else if a.HasObjectType {
		a.ObjectType, a.HasObjectType = GUID{}, false
	}
	if raw[8]&inheritedObjectTypePresent != 0 && len(raw) >= at+16 {
		a.InheritedObjectType, a.HasInheritedObjectType = GUID(raw[at:at+16]), true
		at += 16
	} else if a.HasInheritedObjectType {
		a.InheritedObjectType, a.HasInheritedObjectType = GUID{}, false
	}
	return at
}
