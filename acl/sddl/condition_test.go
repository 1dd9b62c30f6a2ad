package sddl

import (
	"encoding/hex"
	"strings"
	"testing"

	"mbxperm/acl"
	"mbxperm/acl/internal/acltest"
)

// TestConditionBytes has expressions laid out by hand from the token tables of
// [MS-DTYP] 2.4.4.17.5 to 2.4.4.17.8.
func TestConditionBytes(t *testing.T) {
	tests := []struct{ text, hex string }{
		{`(Title == "VP")`, "61727478 f80a000000 5400690074006c006500 1004000000 56005000 80 000000"},
		{`(-1)`, "61727478 04 ffffffffffffffff 02 02 00"},
		{`(Member_of {SID(BA)})`, "61727478 50 15000000 51 10000000 01020000000000052000000020020000 89 00"},
		{`(!(Exists @User.x))`, "61727478 f9 02000000 7800 87 a2 000000"},
	}
	for _, tt := range tests {
		want, err := hex.DecodeString(strings.ReplaceAll(tt.hex, " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		for len(want)%4 != 0 {
			want = append(want, 0)
		}
		got, err := parseCondition(tt.text, acl.SID{})
		if err != nil || string(got) != string(want) {
			t.Errorf("%s: %x, %v; want %x", tt.text, got, err, want)
		}
		if text, ok := conditionText(want); !ok || text != tt.text {
			t.Errorf("%x: %s, %v; want %s", want, text, ok, tt.text)
		}
	}
}

// TestConditionText: expressions as they are written in the documentation
// become the same expression again.
func TestConditionText(t *testing.T) {
	for in, want := range map[string]string{
		`(@User.Title=="PM" && (@User.Division=="Finance" || @User.Division =="Sales"))`: `(@User.Title == "PM" && (@User.Division == "Finance" || @User.Division == "Sales"))`,
		`(@User.Project Any_of @Resource.Project)`:                                       `(@User.Project Any_of @Resource.Project)`,
		`(a || b && c)`:   `(a || b && c)`,
		`((a || b) && c)`: `((a || b) && c)`,
		`(a && (b && c))`: `(a && (b && c))`,
		`((a && b) && c)`: `(a && b && c)`,
		`(!(a))`:          `(!(a))`,
		`(!a && b)`:       `(!(a) && b)`,
		`(a != 1 && b>=-0x10 && c<017 && d > +5)`:   `(a != 1 && b >= -0x10 && c < 017 && d > +5)`,
		`(member_of{SID(BA), SID(S-1-5-21-1-2-3)})`: `(Member_of {SID(BA), SID(S-1-5-21-1-2-3)})`,
		`(Not_Device_Member_of_Any {SID(BO)})`:      `(Not_Device_Member_of_Any {SID(BO)})`,
		`(exists @Device.Bitlocker)`:                `(Exists @Device.Bitlocker)`,
		`(x Contains {"a", #00ff, 1, {2}})`:         `(x Contains {"a", #00ff, 1, {2}})`,
		`(a%0020b == "x;)(y")`:                      `(a%0020b == "x;)(y")`,
		`(Containsx == "Müller")`:                   `(Containsx == "Müller")`,
		`(%0045xists && x == %0031)`:                `(%0045xists && x == %0031)`,
		`(x == {})`:                                 `(x == {})`,
		`(x == -0x8000000000000000)`:                `(x == -0x8000000000000000)`,
	} {
		p, err := Parse("D:(XA;;RP;;;WD;"+in+")", acl.SID{})
		if err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		if got, ok := Condition(p.DACL[0]); !ok || got != want {
			t.Errorf("%s became %s, %v; want %s", in, got, ok, want)
		}
		if got := Format(p); got != "D:(XA;;RP;;;WD;"+want+")" {
			t.Errorf("%s in SDDL became %s", in, got)
		}
	}
}

func TestConditionErrors(t *testing.T) {
	deep := strings.Repeat("(", 300) + "a" + strings.Repeat(")", 300)
	for _, in := range []string{
		"()", "(a", "(a ==)", "(== a)", `(a == "x)`, "(a == #0)", "(a == {1)", "(a == {1 2})", "(a b)", "(a && )", "(!)", "(SID(XX))", "(a == SID(BA)",
		"(a == 9223372036854775808)", "(a == 0x)", "(a == 08)", "(a)b", "(@User.)", "(a%00)", deep, "(" + strings.Repeat("!", 1000) + "a)",
		"(a == " + strings.Repeat("{", 200) + strings.Repeat("}", 200) + ")",
	} {
		if got, err := parseCondition(in, acl.SID{}); err == nil {
			t.Errorf("%s: %x, want an error", clip(in), got)
		}
	}
	// Bytes that are no expression stay bytes.
	not := strings.Repeat("\xa2", 60000)
	for _, in := range []string{
		"", "art", "artx", "xxxx", "artx\x80", "artx\x10\xff\xff\xff\xff", "artx\xf8\x00\x00\x00\x00", "artx\xf8\x01\x00\x00\x00a", "artx\x77",
		"artx\x10\x02\x00\x00\x00\"\x00", "artx\x10\x02\x00\x00\x00\x00\xd8", "artx\x51\x00\x00\x00\x00", "artx\x04\x01", "artx\xf8\x02\x00\x00\x00a\x00" + not,
		"artx\xf8\x02\x00\x00\x00a\x00\xf8\x02\x00\x00\x00a\x00",
	} {
		if text, ok := conditionText([]byte(in)); ok {
			t.Errorf("%q became %s", clip(in), text)
		}
	}
}

// TestConditionKeepsBytes: where the words would give other bytes, the bytes
// are kept: here an integer of one byte, which text cannot tell from one of
// eight.
func TestConditionKeepsBytes(t *testing.T) {
	const data = "617274780105000000000000000302"
	p, err := Parse("D:(XA;;RP;;;WD;#"+data+"00)", acl.SID{})
	if err != nil {
		t.Fatal(err)
	}
	if text, ok := Condition(p.DACL[0]); !ok || text != "(5)" {
		t.Errorf("Condition = %s, %v", text, ok)
	}
	if got := Format(p); got != "D:(XA;;RP;;;WD;#"+data+"00)" {
		t.Errorf("SDDL = %s", got)
	}
}

// FuzzCondition: bytes that have words keep them, and words that are read keep
// their bytes.
func FuzzCondition(f *testing.F) {
	for _, s := range []string{`(@User.Title=="PM" && (Member_of{SID(BA)} || !(exists x)))`, "(x Any_of {1, -0x2, 03, #00ff, \"a\"})"} {
		f.Add([]byte(s))
		b, err := parseCondition(s, acl.SID{})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		for _, b := range [][]byte{in, append([]byte(conditionSignature), in...)} {
			if text, ok := conditionText(b); ok {
				back, err := parseCondition(text, acl.SID{})
				if err != nil {
					t.Fatalf("%x is %s: %v", b, text, err)
				}
				if again, ok := conditionText(back); !ok || again != text {
					t.Fatalf("%x is %s is %x is %s", b, text, back, again)
				}
			}
		}
		if b, err := parseCondition(string(in), acltest.DomainSID); err == nil {
			text, ok := conditionText(b)
			if !ok {
				return // a string that cannot be shown, or a name too deep
			}
			if back, err := parseCondition(text, acl.SID{}); err != nil || string(back) != string(b) {
				t.Fatalf("%q is %x is %s is %x, %v", in, b, text, back, err)
			}
		}
	})
}
