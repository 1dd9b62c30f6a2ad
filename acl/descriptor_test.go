package acl_test

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	. "mbxperm/acl"
	"mbxperm/acl/internal/acltest"
	"mbxperm/acl/sddl"
)

// TestParseErrors breaks a descriptor at each kind of place: the error names
// it, and what stands before it is still there.
func TestParseErrors(t *testing.T) {
	header := func(control string, owner, group, sacl, dacl uint32) string {
		return "\x01\x00" + control + le32(owner) + le32(group) + le32(sacl) + le32(dacl)
	}
	const present = "\x04\x80" // DACL present, self-relative
	everyone := SIDEveryone.Raw()
	allow := "\x00\x00\x14\x00" + le32(1) + everyone
	list := func(size, count byte, rest string) string {
		return header(present, 0, 0, 0, 20) + "\x02\x00" + string([]byte{size, 0, count, 0}) + "\x00\x00" + rest
	}
	tests := []struct {
		name, in, err string
		aces          int
	}{
		{"empty", "", "descriptor: 0 bytes left, need 20", 0},
		{"short header", "\x01\x00\x04\x80", "descriptor: 4 bytes left, need 20", 0},
		{"revision", "\x02" + header(present, 0, 0, 0, 0)[1:], "descriptor: revision 2, want 1", 0},
		{"owner in the header", header(present, 4, 0, 0, 0), "owner: offset 4 lies inside the header", 0},
		{"group past the end", header(present, 0, 20, 0, 0), "group: offset 20 lies past the end at 20", 0},
		{"owner wraps round", header(present, 0xffffffff, 0, 0, 0), "owner: offset 4294967295 lies past the end at 20", 0},
		{"short owner", header(present, 20, 0, 0, 0) + everyone[:3], "owner: sid: 3 bytes left, need 8", 0},
		{"owner's revision", header(present, 20, 0, 0, 0) + "\x02" + everyone[1:], "owner: sid: revision 2, want 1", 0},
		{"short list header", header(present, 0, 0, 0, 20) + "\x02\x00", "dacl: header: 2 bytes left, need 8", 0},
		{"list revision", header(present, 0, 0, 0, 20) + "\x05\x00\x08\x00\x00\x00\x00\x00", "dacl: revision 5, want 2 to 4", 0},
		{"list size", list(7, 0, ""), "dacl: size 7, need 8", 0},
		{"list longer than the rest", list(100, 1, allow), "dacl: 28 bytes left, need 100", 1},
		{"no ace", list(8, 1, ""), "dacl: ace 0: 0 bytes left, need 4", 0},
		{"ace size zero", list(12, 1, "\x00\x00\x00\x00"), "dacl: ace 0: size 0, need 4", 0},
		{"ace beyond the list", list(28, 2, allow+allow), "dacl: ace 1: 0 bytes left, need 4", 1},
		{"ace beyond the rest", list(48, 2, allow+allow[:12]), "dacl: ace 1: 12 bytes left, need 20", 1},
		{"no room for a mask", list(12, 1, "\x00\x00\x04\x00"), "dacl: ace 0: mask: 0 bytes left, need 4", 0},
		{"sid cut", list(48, 2, allow+"\x00\x00\x0b\x00"+le32(1)+everyone), "dacl: ace 1: sid: 3 bytes left, need 8", 1},
		{"sid revision", list(28, 1, "\x00\x00\x14\x00"+le32(1)+"\x00"+everyone[1:]), "dacl: ace 0: sid: revision 0, want 1", 0},
		{"sid count", list(28, 1, "\x00\x00\x14\x00"+le32(1)+"\x01\x10"+everyone[2:]), "dacl: ace 0: sid: 16 sub-authorities, at most 15", 0},
		{"no object flags", list(18, 1, "\x05\x00\x0a\x00"+le32(1)+"\x00\x00"), "dacl: ace 0: object flags: 2 bytes left, need 4", 0},
		{"no object type", list(24, 1, "\x05\x00\x10\x00"+le32(1)+le32(1)+"1234"), "dacl: ace 0: object type: 4 bytes left, need 16", 0},
		{"no inherited type", list(40, 1, "\x05\x00\x20\x00"+le32(1)+le32(3)+strings.Repeat("x", 20)), "dacl: ace 0: inherited object type: 4 bytes left, need 16", 0},
	}
	for _, tt := range tests {
		d, err := Parse([]byte(tt.in))
		if err == nil || err.Error() != tt.err {
			t.Errorf("%s: error %v, want %s", tt.name, err, tt.err)
		}
		if got := len(slices.Collect(d.DACL())); got != tt.aces || d.DACLLen() != tt.aces || !d.Damaged() {
			t.Errorf("%s: %d entries kept (DACLLen %d, damaged %v), want %d", tt.name, got, d.DACLLen(), d.Damaged(), tt.aces)
		}
	}
	// Each part is read for itself: a broken owner does not hide the DACL,
	// and both are named.
	d, err := Parse([]byte(header("\x14\x80", 4, 0, 20, 20) + "\x02\x00\x1c\x00\x02\x00\x00\x00" + allow))
	want := "owner: offset 4 lies inside the header\nsacl: ace 1: 0 bytes left, need 4\ndacl: ace 1: 0 bytes left, need 4"
	if err == nil || err.Error() != want || d.DACLLen() != 1 || d.SACLLen() != 1 {
		t.Errorf("error %v; %d and %d entries", err, d.DACLLen(), d.SACLLen())
	}
}

// TestStates tells absent, NULL and empty apart; an offset without its flag
// means nothing.
func TestStates(t *testing.T) {
	for _, tt := range []struct {
		control string
		offset  uint32
		want    ACLState
	}{
		{"\x00\x80", 0, ACLAbsent}, {"\x00\x80", 20, ACLAbsent}, {"\x04\x80", 0, ACLNull}, {"\x04\x80", 20, ACLPresent},
	} {
		in := "\x01\x00" + tt.control + le32(0) + le32(0) + le32(0) + le32(tt.offset) + "\x02\x00\x08\x00\x00\x00\x00\x00"
		d, err := Parse([]byte(in))
		if err != nil || d.DACLState() != tt.want || d.SACLState() != ACLAbsent || d.DACLLen() != 0 {
			t.Errorf("control %x, offset %d: %v, %v; want %v", tt.control, tt.offset, d.DACLState(), err, tt.want)
		}
	}
	var zero Descriptor
	if zero.DACLState() != ACLAbsent || zero.Owner() != nil || zero.Group() != nil || len(slices.Collect(zero.DACL())) != 0 {
		t.Error("the zero Descriptor is not empty")
	}
}

// TestWords: the names of small types are part of exports and messages.
func TestWords(t *testing.T) {
	d := mustSDDL(t, "D:PAI(A;CI;RC;;;WD)S:(AU;SA;WD;;;WD)")
	if got := d.Control(); got != DACLPresent|DACLProtected|DACLAutoInherited|SACLPresent|SelfRelative {
		t.Errorf("control %04x", got)
	}
	for a := range d.SACL() {
		if sddl.FormatACE(a) != "(AU;SA;WD;;;WD)" || a.Type != TypeAudit || a.Flags != SuccessfulAccess {
			t.Errorf("SACL entry %s", sddl.FormatACE(a))
		}
	}
	if d.SACLLen() != 1 || d.SACLState() != ACLPresent {
		t.Errorf("SACL %v of %d", d.SACLState(), d.SACLLen())
	}
	for got, want := range map[string]string{
		ACLAbsent.String(): "absent", ACLNull.String(): "null", ACLPresent.String(): "present",
		KindExtendedRight.String(): "extended right", KindAttribute.String(): "attribute", GUIDKind(99).String(): "unknown",
		NotImplied.String(): "", ImpliedByFullControl.String(): "full-control", ImpliedByAllExtendedRights.String(): "all-extended-rights",
		TypeDenyCallbackObject.String(): "deny callback object",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestUnknownTypes: type, flags, bytes, and the mask where there is room for
// one.
func TestUnknownTypes(t *testing.T) {
	in := "\x01\x00\x04\x80" + le32(0) + le32(0) + le32(0) + le32(20) + "\x02\x00\x24\x00\x03\x00\x00\x00" +
		"\x2a\x12\x04\x00" + "\x04\x00\x10\x00" + le32(0x20001) + "compound" + "\xff\x00\x08\x00" + le32(7)
	d, err := Parse([]byte(in))
	if err != nil {
		t.Fatal(err)
	}
	got := slices.Collect(d.DACL())
	want := []ACE{
		{Type: 0x2a, Flags: 0x12, Raw: []byte("\x2a\x12\x04\x00")},
		{Type: TypeAllowCompound, Mask: 0x20001, Raw: []byte("\x04\x00\x10\x00" + le32(0x20001) + "compound")},
		{Type: 0xff, Mask: 7, Raw: []byte("\xff\x00\x08\x00" + le32(7))},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	for _, a := range got {
		if a.IsKnown() || a.Allows() || a.Denies() || !a.Trustee().IsZero() {
			t.Errorf("%v is taken for something known", a.Type)
		}
	}
	if got[0].Type.String() != "type 0x2a" || got[1].Type.String() != "allow compound" {
		t.Errorf("types print as %v, %v", got[0].Type, got[1].Type)
	}
}

// TestRoundTrip: decode(encode(x)) is x, for every known type, with and without
// GUIDs, data and lists.
func TestRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	for range 3000 {
		p := acltest.RandomParts(r, acltest.AllTypes(), 10)
		p.SACLState, p.SACL = ACLPresent, acltest.RandomParts(r, acltest.AllTypes(), 4).DACL
		for i := range p.DACL {
			if n := r.IntN(6); n > 0 {
				p.DACL[i].Data = bytes.Repeat([]byte{byte(n)}, n)
			}
		}
		raw, err := Encode(p)
		if err != nil {
			t.Fatal(err)
		}
		d, err := Parse(raw)
		if err != nil {
			t.Fatalf("%x: %v", raw, err)
		}
		back := d.Parts()
		again, err := Encode(back)
		if err != nil || !bytes.Equal(raw, again) {
			t.Fatalf("%x became %x, %v", raw, again, err)
		}
		for i, a := range back.DACL {
			a.Raw = nil
			if want := p.DACL[i]; !reflect.DeepEqual(a, want) {
				t.Fatalf("entry %d became %+v, was %+v", i, a, want)
			}
		}
	}
}

// TestEncodeErrors: what does not fit into a descriptor is refused.
func TestEncodeErrors(t *testing.T) {
	everyone := SIDEveryone.Bytes()
	for want, list := range map[string][]ACE{
		"dacl: ace 0: sid: 0 bytes left, need 8":         {{Type: TypeAllow}},
		"dacl: ace 0: sid: 1 bytes after the end":        {{Type: TypeAllow, SID: append(slices.Clone(everyone), 0)}},
		"dacl: ace 0: type 0x2a: no bytes to write":      {{Type: 0x2a}},
		"dacl: ace 0: 70020 bytes, at most 65535":        {{Type: TypeAllow, SID: everyone, Data: make([]byte, 70000)}},
		"dacl: 80048 bytes, at most 65535":               {{Type: TypeAllow, SID: everyone, Data: make([]byte, 40000)}, {Type: TypeDeny, SID: everyone, Data: make([]byte, 40000)}},
		"dacl: ace 1: sid: 3 bytes left, need 8":         {{Type: TypeAllow, SID: everyone}, {Type: TypeAllow, SID: everyone[:3]}},
		"dacl: ace 0: sid: revision 0, want 1":           {{Type: TypeAllow, SID: make([]byte, 12)}},
		"dacl: ace 0: allow compound: no bytes to write": {{Type: TypeAllowCompound, Mask: 1, SID: everyone}},
	} {
		if _, err := Encode(Parts{DACLState: ACLPresent, DACL: list}); err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}

// TestNoAllocs pins what a walk, a look-up and a check cost.
func TestNoAllocs(t *testing.T) {
	raw := acltest.Corpus(1)[0]
	d, err := Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]uint32{SIDSelf.Raw(): 7}
	for name, f := range map[string]func(){
		"parse": func() { _, _ = Parse(raw) },
		"walk": func() {
			for a := range d.DACL() {
				if covers, _ := a.Covers(GUIDSendAs); covers {
					sink.sendAs++
				}
				sink.ids += int(ids[string(a.SID)])
			}
		},
		"check": func() { sink.text = name(d.CheckControlRight(Requester{Token: aliceIn, Self: alice}, GUIDSendAs)) },
		"read":  func() { CanReadAttribute(d, aliceIn, alice, GUIDMailboxSDAttribute, GUIDExchangeInformation) },
		"guid":  func() { LookupGUID(GUIDSendAs) },
	} {
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

// TestHostileAllocations: whatever the bytes, reading them costs a few
// allocations for the error and nothing else.
func TestHostileAllocations(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 6))
	full := strings.Repeat("\x2a\x00\x04\x00", 16381) // as many entries as fit
	inputs := [][]byte{[]byte("\x01\x00\x14\x80" + le32(20) + le32(20) + le32(20) + le32(20) + "\x02\x00\xfc\xff\xff\xff\x00\x00" + full)}
	for range 50 {
		b := slices.Clone(inputs[0][:200+r.IntN(2000)])
		for range 40 {
			b[r.IntN(len(b))] = byte(r.IntN(256))
		}
		inputs = append(inputs, b)
	}
	for i, in := range inputs {
		if n := testing.AllocsPerRun(20, func() { _, _ = Parse(in) }); n > 100 { // four places, each wrapped twice; the race detector makes fmt forget its buffers
			t.Errorf("input %d: %v allocations", i, n)
		}
	}
	d, _ := Parse(inputs[0])
	if d.DACLLen() != 16381 || d.SACLLen() != 16381 {
		t.Errorf("%d and %d entries", d.DACLLen(), d.SACLLen())
	}
}

// name makes a result used without an allocation.
func name(r Result) string {
	if r.Allowed() {
		return "allowed"
	}
	return "denied"
}

// TestBytesChangedBehindOurBack: the caller must not, but it must not be able
// to crash us.
func TestBytesChangedBehindOurBack(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 9))
	for range 2000 {
		p := acltest.RandomParts(r, acltest.AllTypes(), 6)
		raw, err := Encode(p)
		if err != nil {
			t.Fatal(err)
		}
		d, err := Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		for range 8 {
			raw[r.IntN(len(raw))] = byte(r.IntN(256))
		}
		for a := range d.DACL() {
			sink.ids += len(a.SID) + len(a.Data)
		}
		d.Check(Requester{Token: aliceIn}, FullControl)
	}
}

func TestOrder(t *testing.T) {
	tests := []struct {
		sddl  string
		ok    bool
		index int
	}{
		{"D:", true, -1},
		{"D:(D;;RC;;;WD)(A;;RC;;;WD)(D;ID;RC;;;WD)(A;ID;RC;;;WD)(D;ID;RC;;;WD)", true, -1},
		{"D:(A;;RC;;;WD)(D;;RC;;;WD)", false, 1},
		{"D:(A;ID;RC;;;WD)(A;;RC;;;WD)", false, 1},
		{"D:(A;;RC;;;WD)(OD;;CR;" + sendAsText + ";;WD)(A;ID;RC;;;WD)", false, 1},
	}
	for _, tt := range tests {
		if ok, i := mustSDDL(t, tt.sddl).Canonical(); ok != tt.ok || i != tt.index {
			t.Errorf("%s: %v, %d; want %v, %d", tt.sddl, ok, i, tt.ok, tt.index)
		}
	}
	if !mustSDDL(t, "D:PAI(A;;RC;;;WD)").Protected() || mustSDDL(t, "D:AI(A;;RC;;;WD)").Protected() {
		t.Error("Protected does not follow SE_DACL_PROTECTED")
	}
}

func TestRedundant(t *testing.T) {
	tests := []struct {
		sddl string
		want []Redundancy
	}{
		{"D:(A;;RC;;;WD)(A;;RC;;;WD)", []Redundancy{{1, 0, false}}},
		{"D:(A;;RC;;;WD)(A;;RCWD;;;WD)", nil},
		{"D:(A;;RC;;;WD)(A;;WD;;;WD)(A;;RCWD;;;WD)", []Redundancy{{2, 1, false}}},
		{"D:(D;;RC;;;WD)(A;;RC;;;WD)", []Redundancy{{1, 0, true}}},
		{"D:(A;;RC;;;WD)(A;;RC;;;AU)", nil},
		{"D:(A;;CR;;;WD)(OA;;CR;" + sendAsText + ";;WD)", []Redundancy{{1, 0, false}}},
		{"D:(OA;;CR;" + sendAsText + ";;WD)(A;;CR;;;WD)", nil},
		{"D:(A;;RC;;;WD)(A;CI;RC;;;WD)", nil},
		{"D:(A;CI;RC;;;WD)(A;CIID;RC;;;WD)", []Redundancy{{1, 0, false}}},
		{"D:(A;CIIO;RC;;;WD)(A;CI;RC;;;WD)", nil},
		{"D:(A;CINP;RC;;;WD)(A;CI;RC;;;WD)", nil},
		{"D:(A;CI;RC;;;WD)(A;CINP;RC;;;WD)", []Redundancy{{1, 0, false}}},
		{"D:(OA;CI;RC;;" + userText + ";WD)(A;CI;RC;;;WD)", nil},
		{"D:(A;CI;RC;;;WD)(OA;CI;RC;;" + userText + ";WD)", []Redundancy{{1, 0, false}}},
		{"D:(XA;;RC;;;WD;#61727478)(A;;RC;;;WD)", nil},
		{"D:(A;;RC;;;WD)(XA;;RC;;;WD;#61727478)", []Redundancy{{1, 0, false}}},
	}
	for _, tt := range tests {
		if got := mustSDDL(t, tt.sddl).Redundant(); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.sddl, got, tt.want)
		}
	}
}

// TestRedundantChangesNothing takes redundant entries away and asks everything
// again: no answer may change.
func TestRedundantChangesNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	removed := 0
	for range 2000 {
		p := acltest.RandomParts(r, []ACEType{TypeAllow, TypeDeny, TypeAllowObject, TypeDenyObject}, 10)
		for i := range p.DACL {
			p.DACL[i].SID = acltest.Trustees[i%2].Bytes()
			if p.DACL[i].HasObjectType {
				p.DACL[i].ObjectType = []GUID{GUIDSendAs, GUIDPersonalInformation}[r.IntN(2)]
			}
		}
		d := acltest.MustParse(t, p)
		redundant := d.Redundant()
		if len(redundant) == 0 {
			continue
		}
		removed += len(redundant)
		q := p
		q.DACL = slices.Clone(p.DACL)
		for _, x := range slices.Backward(redundant) {
			q.DACL = slices.Delete(q.DACL, x.Index, x.Index+1)
		}
		e := acltest.MustParse(t, q)
		for _, tok := range []Token{NewToken(acltest.Trustees[0]), NewToken(acltest.Trustees[1]), NewToken(acltest.Trustees[:2]...)} {
			ask := Requester{Token: tok}
			if a, b := d.Check(ask, 0xF01FF), e.Check(ask, 0xF01FF); a.Granted != b.Granted || a.Denied != b.Denied {
				t.Fatalf("%s\n%s: %v/%v and %v/%v", sddl.Format(p), sddl.Format(q), a.Granted, a.Denied, b.Granted, b.Denied)
			}
			if a, b := d.CheckControlRight(ask, GUIDSendAs), e.CheckControlRight(ask, GUIDSendAs); a.Granted != b.Granted {
				t.Fatalf("%s\n%s: Send-As %v and %v", sddl.Format(p), sddl.Format(q), a.Granted, b.Granted)
			}
		}
	}
	if removed < 500 {
		t.Errorf("only %d redundant entries among the cases", removed)
	}
}

// FuzzParse: no panic, no entry invented or lost, and what is whole is kept
// through bytes and text.
func FuzzParse(f *testing.F) {
	r := rand.New(rand.NewPCG(7, 7))
	for range 8 {
		raw, err := Encode(acltest.RandomParts(r, acltest.AllTypes(), 4))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		d, err := Parse(in)
		if n := len(slices.Collect(d.DACL())); n != d.DACLLen() || n*4 > len(in) {
			t.Fatalf("%d entries, DACLLen %d, of %d bytes", n, d.DACLLen(), len(in))
		}
		d.Check(Requester{Token: aliceIn, Self: alice, Generic: GenericAD}, FullControl)
		d.CheckProperty(Requester{Token: aliceIn}, ReadProperty, Property{Attribute: GUIDSendAs})
		d.Canonical()
		if d.DACLLen() < 500 {
			d.Redundant()
		}
		if err != nil {
			return
		}
		exactIsExact(t, in, d)
		p := d.Parts()
		again, err := Encode(p)
		if err != nil {
			return // two lists that share bytes can be too long when each has its own
		}
		e, err := Parse(again)
		if err != nil {
			t.Fatalf("%x became %x: %v", in, again, err)
		}
		p.Control |= SelfRelative
		acltest.SameParts(t, p, e.Parts())
		back, err := sddl.Parse(sddl.Format(p), SID{})
		if err != nil {
			t.Fatalf("%s: %v", sddl.Format(p), err)
		}
		const kept = DACLPresent | SACLPresent | SelfRelative | DACLProtected | DACLAutoInherited | DACLAutoInheritReq |
			SACLProtected | SACLAutoInherited | SACLAutoInheritReq
		p.Control &= kept
		if p.DACLState == ACLAbsent {
			p.Control &^= DACLProtected | DACLAutoInherited | DACLAutoInheritReq
		}
		if p.SACLState == ACLAbsent {
			p.Control &^= SACLProtected | SACLAutoInherited | SACLAutoInheritReq
		}
		p.DACLRevision, p.SACLRevision, back.DACLRevision, back.SACLRevision = 0, 0, 0, 0
		acltest.SameParts(t, p, back)
	})
}

// TestExact: bytes that Exact calls so can be thrown away, and no others.
func TestExact(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	var plain []ACEType
	for _, a := range acltest.AllTypes() {
		if !a.IsCallback() {
			plain = append(plain, a)
		}
	}
	seen := map[bool]int{}
	for range 20_000 {
		p := acltest.RandomParts(r, plain, 4)
		p.DACLState = acltest.Pick(r, []ACLState{ACLAbsent, ACLNull, ACLPresent, ACLPresent})
		p.DACLRevision = uint8(r.IntN(4)) + 1
		if r.IntN(3) == 0 {
			p.Owner = SID{}
		}
		if r.IntN(8) == 0 && len(p.DACL) > 0 {
			p.DACL[0].Data = []byte{1, 2, 3, 4}
		}
		raw, err := Encode(p)
		if err != nil {
			t.Fatal(err)
		}
		if r.IntN(2) == 0 {
			raw[r.IntN(len(raw))] ^= 1 << r.IntN(8)
		}
		if r.IntN(8) == 0 {
			raw = append(raw, 0)
		}
		if d, err := Parse(raw); err == nil {
			seen[exactIsExact(t, raw, d)]++
		}
	}
	if seen[true] < 1000 || seen[false] < 1000 {
		t.Errorf("exact and not: %v", seen)
	}
}

// exactIsExact holds Exact against Encode.
func exactIsExact(t *testing.T, raw []byte, d Descriptor) bool {
	t.Helper()
	exact := d.Exact()
	for a := range d.DACL() {
		exact = a.Exact() && exact
	}
	p := d.Parts()
	p.SACLState, p.SACL = ACLAbsent, nil
	for i := range p.DACL {
		p.DACL[i].Raw, p.DACL[i].Data = nil, nil
	}
	if again, err := Encode(p); exact != (err == nil && bytes.Equal(again, raw)) {
		t.Fatalf("exact %v:\n%x gives\n%x, %v", exact, raw, again, err)
	}
	return exact
}

// le32 is a little-endian number as text for building broken inputs by hand.
func le32(v uint32) string { return string(binary.LittleEndian.AppendUint32(nil, v)) }
