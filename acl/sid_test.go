package acl_test

import (
	"encoding/hex"
	"strings"
	"testing"

	objectsid "github.com/bwmarrin/go-objectsid"

	. "mbxperm/acl"
	"mbxperm/acl/internal/acltest"
)

func TestSIDText(t *testing.T) {
	tests := []struct{ hex, text string }{
		{"010100000000000100000000", "S-1-1-0"},
		{"01020000000000052000000020020000", "S-1-5-32-544"},
		{"010500000000000515000000dcf4dc3b833d2b46828ba6280004 0000", "S-1-5-21-1004336348-1177238915-682003330-1024"},
		{"0100000000000005", "S-1-5"},
		// [MS-DTYP] 2.4.2.1: an authority of 2^32 and more is written
		// as twelve hexadecimal digits.
		{"010100000001000007000000", ""},
		{"0101000100000000 07000000", "S-1-0x000100000000-7"},
		{"0101ffffffffffff ffffffff", "S-1-0xffffffffffff-4294967295"},
	}
	tests[4].hex, tests[4].text = "0101 0000ffffffff 07000000", "S-1-4294967295-7"
	for _, tt := range tests {
		b, err := hex.DecodeString(strings.ReplaceAll(tt.hex, " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		s, err := SIDFromBytes(b)
		if err != nil {
			t.Errorf("SIDFromBytes(%s): %v", tt.hex, err)
			continue
		}
		if got := s.String(); got != tt.text {
			t.Errorf("String of %s = %q, want %q", tt.hex, got, tt.text)
		}
		back, err := ParseSID(tt.text)
		if err != nil || back != s {
			t.Errorf("ParseSID(%q) = %v, %v; want %v", tt.text, back, err, s)
		}
		if got := string(s.AppendTo([]byte("x"))); got != "x"+tt.text {
			t.Errorf("AppendTo of %s = %q", tt.hex, got)
		}
	}
}

func TestParseSID(t *testing.T) {
	for text, want := range map[string]string{
		"s-1-5-18":                "S-1-5-18",
		"S-1-0x5-18":              "S-1-5-18",
		"S-1-0X000000000005-18":   "S-1-5-18",
		"S-1-281474976710655-1":   "S-1-0xffffffffffff-1",
		"S-1-5-0":                 "S-1-5-0",
		"S-1-5-007":               "S-1-5-7",
		"S-1-0xFFFFFFFFFFFF-1":    "S-1-0xffffffffffff-1",
		"S-1-5" + rep("-1", 15):   "S-1-5" + rep("-1", 15),
		"S-1-5-4294967295":        "S-1-5-4294967295",
		"S-1-15-2-1":              "S-1-15-2-1",
		"S-1-4294967296-1":        "S-1-0x000100000000-1",
		"S-1-0-0":                 "S-1-0-0",
		"S-1-5-80-956008885-3418": "S-1-5-80-956008885-3418",
	} {
		got, err := ParseSID(text)
		if err != nil || got.String() != want {
			t.Errorf("ParseSID(%q) = %v, %v; want %s", text, got, err, want)
		}
	}
	for _, text := range []string{
		"", "S", "S-1", "S-1-", "S-2-5-18", "X-1-5-18", "S-1-5-", "S-1-5--1", "S-1-5-+1", "S-1-5-1_0", "S-1-5-0x1", "S-1-5-4294967296",
		"S-1-281474976710656-1", "S-1-0x1000000000000-1", "S-1-0x-1", "S-1-5-18 ", " S-1-5-18", "S-1-5" + rep("-1", 16), "S-1-x", "S-1-5-1.5", "S-1- 5",
	} {
		if got, err := ParseSID(text); err == nil {
			t.Errorf("ParseSID(%q) = %v, want an error", text, got)
		}
	}
}

func rep(s string, n int) string { return strings.Repeat(s, n) }

func TestSIDFromBytesErrors(t *testing.T) {
	for b, want := range map[string]string{
		"":                                 "sid: 0 bytes left, need 8",
		"\x01\x01\x00":                     "sid: 3 bytes left, need 8",
		"\x01\x02\x00\x00\x00\x00\x00\x05": "sid: 8 bytes left, need 16",
		"\x09\x00\x00\x00\x00\x00\x00\x05": "sid: revision 9, want 1",
		"\x01\x10\x00\x00\x00\x00\x00\x05" + rep("\x01\x00\x00\x00", 16): "sid: 16 sub-authorities, at most 15",
		"\x01\x00\x00\x00\x00\x00\x00\x05\x00":                           "sid: 1 bytes after the end",
	} {
		if _, err := SIDFromBytes([]byte(b)); err == nil || err.Error() != want {
			t.Errorf("SIDFromBytes(%x): %v, want %s", b, err, want)
		}
	}
}

func TestSIDParts(t *testing.T) {
	s := MustParseSID("S-1-5-21-1-2-3-1104")
	domain, rid, ok := s.Split()
	if domain != MustParseSID("S-1-5-21-1-2-3") || rid != 1104 || !ok {
		t.Errorf("Split = %v, %d, %v", domain, rid, ok)
	}
	if back := domain.WithRID(rid); back != s {
		t.Errorf("WithRID = %v, want %v", back, s)
	}
	if d, _, ok := MustParseSID("S-1-5").Split(); ok || !d.IsZero() {
		t.Errorf("Split without sub-authorities = %v, %v", d, ok)
	}
	full := MustParseSID("S-1-5" + rep("-1", 15))
	if got := full.WithRID(1); !got.IsZero() {
		t.Errorf("a 16th sub-authority gave %v", got)
	}
	var zero SID
	if _, _, ok := zero.Split(); ok || zero.String() != "" || zero.Bytes() != nil || !zero.WithRID(1).IsZero() || zero.Raw() != "" {
		t.Error("the zero SID is not empty everywhere")
	}
	if SIDSelf.Raw() != string(SIDSelf.Bytes()) {
		t.Error("Raw and Bytes differ")
	}
}

func TestSIDMarshal(t *testing.T) {
	for _, s := range []SID{{}, SIDEveryone, acltest.DomainSID.WithRID(512)} {
		text, err := s.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		back := SIDSystem
		if err := back.UnmarshalText(text); err != nil || back != s {
			t.Errorf("UnmarshalText(%q) = %v, %v", text, back, err)
		}
	}
	keep := SIDSystem
	if err := keep.UnmarshalText([]byte("nonsense")); err == nil || keep != SIDSystem {
		t.Errorf("an error changed the value to %v", keep)
	}
}

func TestWellKnown(t *testing.T) {
	for s, want := range map[SID]string{
		SIDSelf: "SELF", SIDSystem: "SYSTEM", SIDEveryone: "Everyone", SIDAnonymous: "ANONYMOUS LOGON",
		MustParseSID("S-1-5-32-548"):                                         "Account Operators",
		MustParseSID("S-1-9-1419165041-1139599005-3936102811-1022490595-21"): "Exchange Hub Transport Servers",
	} {
		if got, ok := WellKnownName(s); !ok || got != want {
			t.Errorf("WellKnownName(%v) = %q, %v; want %q", s, got, ok, want)
		}
	}
	if name, ok := WellKnownName(acltest.DomainSID.WithRID(512)); ok {
		t.Errorf("a domain account is called %q", name)
	}
	if name, ok := WellKnownRID(519); !ok || name != "Enterprise Admins" {
		t.Errorf("WellKnownRID(519) = %q, %v", name, ok)
	}
}

// TestSIDAgainstObjectsid holds our own text against go-objectsid's on
// everything where that one is right.
func TestSIDAgainstObjectsid(t *testing.T) {
	for i := range 2000 {
		b := []byte{1, byte(i % 16), 0, 0, byte(i), byte(i >> 3), byte(i * 7), byte(i * 13)}
		for j := range int(b[1]) * 4 {
			b = append(b, byte(i*31+j*17))
		}
		s, err := SIDFromBytes(b)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := string(s.AppendTo(nil)), objectsid.Decode(b).String(); got != want || s.String() != want {
			t.Fatalf("%x: AppendTo %s, String %s, go-objectsid %s", b, got, s.String(), want)
		}
	}
}

func TestGUID(t *testing.T) {
	// [MS-DTYP] 2.3.4.2: the first three fields are little-endian on the
	// wire.
	wire := []byte{0x54, 0x1a, 0x72, 0xab, 0x2f, 0x1e, 0xd0, 0x11, 0x98, 0x19, 0x00, 0xaa, 0x00, 0x40, 0x52, 0x9b}
	g, err := GUIDFromBytes(wire)
	if err != nil || g != GUIDSendAs || g.String() != "ab721a54-1e2f-11d0-9819-00aa0040529b" {
		t.Errorf("GUIDFromBytes = %v, %v", g, err)
	}
	for _, text := range []string{"AB721A54-1E2F-11D0-9819-00AA0040529B", "{ab721a54-1e2f-11d0-9819-00aa0040529b}"} {
		if got, err := ParseGUID(text); err != nil || got != g {
			t.Errorf("ParseGUID(%q) = %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "ab721a54", "ab721a54-1e2f-11d0-9819-00aa0040529", "ab721a54-1e2f-11d0-9819-00aa0040529x",
		"ab721a541-e2f-11d0-9819-00aa0040529b", "{ab721a54-1e2f-11d0-9819-00aa0040529b", "(ab721a54-1e2f-11d0-9819-00aa0040529b)"} {
		if got, err := ParseGUID(text); err == nil {
			t.Errorf("ParseGUID(%q) = %v, want an error", text, got)
		}
	}
	if _, err := GUIDFromBytes(wire[:15]); err == nil {
		t.Error("15 bytes made a GUID")
	}
	var zero GUID
	if text, _ := zero.MarshalText(); len(text) != 0 || !zero.IsZero() {
		t.Errorf("the zero GUID is %q", text)
	}
	back := g
	if err := back.UnmarshalText(nil); err != nil || !back.IsZero() {
		t.Errorf("empty text gave %v, %v", back, err)
	}
	if err := back.UnmarshalText([]byte("AB721A54-1E2F-11D0-9819-00AA0040529B")); err != nil || back != g {
		t.Errorf("UnmarshalText = %v, %v", back, err)
	}
}

// FuzzSID: any text that is read prints as something that reads the same; any
// bytes that are read are kept.
func FuzzSID(f *testing.F) {
	for _, s := range []string{"S-1-5-18", "S-1-0x000100000000-7", "S-1-5-21-1-2-3-500", "s-1-1-0", "\x01\x01\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00", "S-1-5"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		if s, err := ParseSID(in); err == nil {
			if back, err := ParseSID(s.String()); err != nil || back != s {
				t.Errorf("%q is %q is %v, %v", in, s, back, err)
			}
		}
		if s, err := SIDFromBytes([]byte(in)); err == nil {
			if s.Raw() != in || s.String() != string(s.AppendTo(nil)) {
				t.Errorf("%x is %v", in, s)
			}
		}
		if g, err := ParseGUID(in); err == nil {
			if back, err := ParseGUID(g.String()); err != nil || back != g {
				t.Errorf("%q is %v is %v, %v", in, g, back, err)
			}
		}
	})
}
