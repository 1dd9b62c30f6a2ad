package acl_test

import (
	"encoding/hex"
	"math/rand/v2"
	"reflect"
	"testing"

	. "mbxperm/acl"
	"mbxperm/acl/internal/acltest"
	"mbxperm/acl/sddl"
)

// sambaTypes are the ACE types that Samba 4.17 lays out as [MS-DTYP] 2.4.4
// does: it has no case for the object forms of the callback types, takes every
// other type for a mask and a SID, and drops what follows the SID.
var sambaTypes = []ACEType{
	TypeAllow, TypeDeny, TypeAudit, TypeAlarm, TypeAllowObject, TypeDenyObject, TypeAuditObject, TypeAlarmObject,
}

func randomBothLists(t *testing.T, r *rand.Rand, types []ACEType) (Parts, []byte) {
	t.Helper()
	p := acltest.RandomParts(r, types, 12)
	switch r.IntN(12) {
	case 0:
		p.DACLState, p.DACL = ACLNull, nil
	case 1:
		p.DACLState, p.DACL, p.Control = ACLAbsent, nil, 0
	case 2:
		p.Owner, p.Group = SID{}, SID{}
	}
	if r.IntN(2) == 0 {
		p.SACLState = ACLPresent
		for range r.IntN(4) {
			p.SACL = append(p.SACL, acltest.RandomACE(r, types))
		}
	}
	raw, err := Encode(p)
	if err != nil {
		t.Fatal(err)
	}
	return p, raw
}

// asSamba is what Samba should say of our entries.
func asSamba(state ACLState, list []ACE) *[]acltest.ACE {
	if state != ACLPresent {
		return nil
	}
	out := []acltest.ACE{}
	for _, a := range list {
		s := acltest.ACE{Type: uint8(a.Type), Flags: uint8(a.Flags), Mask: a.Mask, SID: a.Trustee().String()}
		if a.HasObjectType {
			s.Object = a.ObjectType.String()
		}
		if a.HasInheritedObjectType {
			s.Inherited = a.InheritedObjectType.String()
		}
		out = append(out, s)
	}
	return &out
}

// sidString is a SID as Samba prints an absent one.
func sidString(s SID) *string {
	if s.IsZero() {
		return nil
	}
	text := s.String()
	return &text
}

// TestReadAgainstSamba compares 3,000 random descriptors entry by entry with
// ndr_unpack, and the SDDL of both sides with each other: what Samba writes
// must read back as the same descriptor, and Samba must make the same
// descriptor of what we write.
func TestReadAgainstSamba(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 8))
	var raws [][]byte
	var queries []acltest.Query
	for range 3000 {
		_, raw := randomBothLists(t, r, sambaTypes)
		raws = append(raws, raw)
		queries = append(queries, acltest.Query{Do: "show", SD: hex.EncodeToString(raw), Text: true})
	}
	var texts []acltest.Query
	var ours []Parts
	for i, a := range acltest.Samba(t, queries) {
		if a.Error != "" {
			t.Fatalf("case %d: samba: %s", i, a.Error)
		}
		d, err := Parse(raws[i])
		if err != nil {
			t.Fatalf("case %d: %v", i, err)
		}
		p := d.Parts()
		want := acltest.Answer{Control: p.Control, Owner: sidString(p.Owner), Group: sidString(p.Group), SDDL: a.SDDL,
			DACL: asSamba(p.DACLState, p.DACL), SACL: asSamba(p.SACLState, p.SACL)}
		if !reflect.DeepEqual(a, want) {
			t.Errorf("case %d: Samba reads %+v\nwe read %+v", i, a, want)
			continue
		}
		if p.DACLState == ACLNull {
			continue // Samba writes a NULL list as nothing
		}
		compareSDDL(t, p, a.SDDL)
		if len(p.DACL) == 0 && p.Control != SelfRelative|DACLPresent && p.SACLState == ACLPresent {
			continue // Samba cannot read the flags of a list without entries that another section follows: "D:PS:"
		}
		texts = append(texts, acltest.Query{Do: "parse", SDDL: sddl.Format(p)})
		ours = append(ours, p)
	}
	for i, a := range acltest.Samba(t, texts) {
		raw, err := hex.DecodeString(a.SD)
		if a.Error != "" || err != nil {
			t.Errorf("Samba cannot read our %s: %s", texts[i].SDDL, a.Error)
			continue
		}
		d, err := Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		sameEntries(t, "Samba's reading of "+texts[i].SDDL, ours[i], d.Parts())
	}
}

// TestReadMoreTypesAgainstSamba compares the types that Samba 4.17 has no name
// for but reads as a mask, a SID and bytes it ignores. Its SDDL is not asked
// for: as_sddl prints these types as a mixture of the names of others (0x09 as
// "ALOL", 0x04 as "OA") and crashes on 0x10.
func TestReadMoreTypesAgainstSamba(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 21))
	types := []ACEType{
		TypeAllow, TypeAllowCallback, TypeDenyCallback, TypeAuditCallback, TypeAlarmCallback,
		TypeMandatoryLabel, TypeResourceAttribute, TypeScopedPolicy, TypeTrustLabel, TypeAccessFilter,
	}
	var parts []Parts
	var queries []acltest.Query
	for range 1000 {
		p := acltest.RandomParts(r, types, 12)
		for i := range p.DACL {
			for range 4 * r.IntN(5) {
				p.DACL[i].Data = append(p.DACL[i].Data, byte(r.IntN(256)))
			}
		}
		raw, err := Encode(p)
		if err != nil {
			t.Fatal(err)
		}
		d, err := Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, d.Parts())
		queries = append(queries, acltest.Query{Do: "show", SD: hex.EncodeToString(raw)})
	}
	for i, a := range acltest.Samba(t, queries) {
		if want := asSamba(ACLPresent, parts[i].DACL); a.Error != "" || !reflect.DeepEqual(a.DACL, want) {
			t.Errorf("case %d: Samba reads %v %s\nwe read %v", i, a.DACL, a.Error, want)
		}
	}
}

// compareSDDL reads Samba's text and compares it with the descriptor it was
// made of.
func compareSDDL(t *testing.T, p Parts, text string) {
	t.Helper()
	back, err := sddl.Parse(text, MustParseSID("S-1-5-21-1-2-3"))
	if err != nil {
		t.Errorf("Samba's %s: %v", text, err)
		return
	}
	sameEntries(t, "Samba's text "+text, p, back)
}

// sameEntries compares what SDDL can express.
func sameEntries(t *testing.T, what string, want, got Parts) {
	t.Helper()
	if want.Owner != got.Owner || want.Group != got.Group {
		t.Errorf("%s: owner %v, group %v; want %v, %v", what, got.Owner, got.Group, want.Owner, want.Group)
	}
	for i, lists := range [...][2][]ACE{{want.DACL, got.DACL}, {want.SACL, got.SACL}} {
		if a, b := asSamba(ACLPresent, lists[0]), asSamba(ACLPresent, lists[1]); !reflect.DeepEqual(a, b) {
			t.Errorf("%s: list %d is %v, want %v", what, i, *b, *a)
		}
	}
	const flags = DACLProtected | DACLAutoInherited | DACLAutoInheritReq | SACLProtected | SACLAutoInherited | SACLAutoInheritReq
	if (want.Control^got.Control)&flags != 0 {
		t.Errorf("%s: control %04x, want %04x", what, got.Control, want.Control)
	}
}

// TestSIDTextAgainstSamba compares the text of 2,000 random SIDs. From an
// authority of 2^32-1 on Samba writes hexadecimal without leading zeros, where
// [MS-DTYP] 2.4.2.1 and Windows have twelve digits from 2^32 on; that text must
// still be read as the same SID.
func TestSIDTextAgainstSamba(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 9))
	var sids []SID
	var queries []acltest.Query
	for range 2000 {
		b := []byte{1, byte(r.IntN(16)), 0, 0, 0, 0, 0, byte(r.IntN(20))}
		if r.IntN(4) == 0 {
			for i := 2; i < 8; i++ {
				b[i] = byte(r.IntN(256)) * byte(r.IntN(2))
			}
		}
		for range 4 * int(b[1]) {
			b = append(b, byte(r.IntN(256)))
		}
		s, err := SIDFromBytes(b)
		if err != nil {
			t.Fatal(err)
		}
		sids = append(sids, s)
		queries = append(queries, acltest.Query{Do: "sid", SD: hex.EncodeToString(b)})
	}
	for i, a := range acltest.Samba(t, queries) {
		s := sids[i]
		if a.Error != "" || s.Authority() < 1<<32-1 && a.SID != s.String() {
			t.Errorf("Samba writes %q %s, we write %s", a.SID, a.Error, s)
		}
		if back, err := ParseSID(a.SID); err != nil || back != s {
			t.Errorf("Samba's %s reads as %v, %v", a.SID, back, err)
		}
	}
}
