package acl_test

import (
	"testing"

	. "mbxperm/acl"
	"mbxperm/acl/internal/acltest"
	"mbxperm/acl/sddl"
)

// mustSDDL parses a descriptor written in SDDL, with acltest.DomainSID for the
// aliases of accounts.
func mustSDDL(t *testing.T, text string) Descriptor {
	t.Helper()
	p, err := sddl.Parse(text, acltest.DomainSID)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := Encode(p)
	if err != nil {
		t.Fatal(err)
	}
	d, err := Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

var (
	alice   = acltest.DomainSID.WithRID(1104)
	sales   = acltest.DomainSID.WithRID(1105)
	aliceIn = NewToken(alice, sales, SIDEveryone, SIDAuthenticatedUsers)
)

// Texts of GUIDs for the cases below.
const (
	sendAsText    = "ab721a54-1e2f-11d0-9819-00aa0040529b"
	receiveAsText = "ab721a56-1e2f-11d0-9819-00aa0040529b"
	personalText  = "77b5b886-944a-11d1-aebd-0000f80367c1"
	delegatesText = "f0f8ff9a-1191-11d0-a060-00aa006c33ed"
	exchangeText  = "1f298a89-de98-47b8-b5cd-572ad53d267e"
	userText      = "bf967aba-0de6-11d0-a285-00aa003049e2"
	alText        = "S-1-5-21-1004336348-1177238915-682003330-1104"
	saText        = "S-1-5-21-1004336348-1177238915-682003330-1105"
)

// TestControlRight is worked out by hand from [MS-ADTS] 5.1.3.3.4; the number
// is the step of its rules.
func TestControlRight(t *testing.T) {
	tests := []struct {
		name, sddl string
		ok         bool
		by         int
	}{
		{"1: no DACL", "O:SYG:SY", true, ByNoDACL},
		{"1: NULL DACL", "O:SYG:SYD:NO_ACCESS_CONTROL", true, ByNoDACL},
		{"2: empty DACL", "O:SYG:SYD:", false, ByNothing},
		{"2: the owner gets no extended right", "O:" + alText + "G:SYD:", false, ByNothing},
		{"3.1: inherit-only", "D:(OA;CIIO;CR;" + sendAsText + ";;" + alText + ")", false, ByNothing},
		{"3.1: inherit-only deny", "D:(OD;CIIO;CR;" + sendAsText + ";;" + alText + ")(A;;CR;;;" + alText + ")", true, 1},
		{"3.2: somebody else", "D:(OA;;CR;" + sendAsText + ";;BA)", false, ByNothing},
		{"3.3: object allow without a GUID", "D:(OA;;CR;;;" + alText + ")", true, 0},
		{"3.3: plain allow", "D:(A;;CR;;;" + saText + ")", true, 0},
		{"3.3: with an inherited type only", "D:(OA;;CR;;" + userText + ";" + alText + ")", true, 0},
		{"3.3: full control", "D:(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;" + alText + ")", true, 0},
		{"3.3: generic all", "D:(A;;GA;;;" + alText + ")", true, 0},
		{"3.3: generic write is not enough", "D:(A;;GRGWGX;;;" + alText + ")", false, ByNothing},
		{"3.4: that GUID", "D:(OA;;CR;" + sendAsText + ";;" + alText + ")", true, 0},
		{"3.4: another GUID", "D:(OA;;CR;" + receiveAsText + ";;" + alText + ")", false, ByNothing},
		{"3.4: the GUID without the right", "D:(OA;;RPWPSW;" + sendAsText + ";;" + alText + ")", false, ByNothing},
		{"3.5: object deny without a GUID", "D:(OD;;CR;;;" + saText + ")(OA;;CR;" + sendAsText + ";;" + alText + ")", false, 0},
		{"3.5: plain deny of everything", "D:(D;;GA;;;WD)(OA;;CR;" + sendAsText + ";;" + alText + ")", false, 0},
		{"3.6: deny first", "D:(OD;;CR;" + sendAsText + ";;" + saText + ")(OA;;CR;" + sendAsText + ";;" + alText + ")", false, 0},
		{"3.6: deny of another right", "D:(OD;;CR;" + receiveAsText + ";;" + saText + ")(OA;;CR;" + sendAsText + ";;" + alText + ")", true, 1},
		{"3: first match wins: allow first", "D:(OA;;CR;" + sendAsText + ";;" + alText + ")(OD;;CR;" + sendAsText + ";;" + saText + ")", true, 0},
		{"3: explicit allow before inherited deny", "D:AI(A;;CR;;;" + alText + ")(OD;ID;CR;" + sendAsText + ";;" + saText + ")", true, 0},
		{"5.1.3.3: SELF is the object", "D:(OA;;CR;" + sendAsText + ";;PS)", true, 0},
		{"an audit entry decides nothing", "D:(AU;SA;CR;;;WD)", false, ByNothing},
	}
	for _, tt := range tests {
		d := mustSDDL(t, tt.sddl)
		got := d.CheckControlRight(Requester{Token: aliceIn, Self: alice}, GUIDSendAs)
		if got.Allowed() != tt.ok || got.DecidedBy(ControlAccess) != tt.by {
			t.Errorf("%s: %v by %d, want %v by %d", tt.name, got.Allowed(), got.DecidedBy(ControlAccess), tt.ok, tt.by)
		}
	}
	bySomebody := Requester{Token: aliceIn, Self: sales.WithRID(1)}
	if got := mustSDDL(t, "D:(OA;;CR;"+sendAsText+";;PS)").CheckControlRight(bySomebody, GUIDSendAs); got.Allowed() {
		t.Error("SELF of another object was taken for the requester")
	}
}

// TestValidatedWrite is worked out by hand from [MS-ADTS] 5.1.3.3.5, which has
// the rules of control access rights with another bit.
func TestValidatedWrite(t *testing.T) {
	member := MustParseGUID("bf9679c0-0de6-11d0-a285-00aa003049e2")
	for sddl, want := range map[string]bool{
		"D:(OA;;SW;" + member.String() + ";;" + alText + ")":                     true,
		"D:(OA;;SW;" + sendAsText + ";;" + alText + ")":                          false,
		"D:(OA;;CR;" + member.String() + ";;" + alText + ")":                     false,
		"D:(A;;SW;;;" + alText + ")":                                             true,
		"D:(OD;;SW;" + member.String() + ";;WD)(A;;SW;;;" + alText + ")":         false,
		"D:(OA;CIIO;SW;" + member.String() + ";" + userText + ";" + alText + ")": false,
	} {
		if got := mustSDDL(t, sddl).CheckValidatedWrite(Requester{Token: aliceIn}, member); got.Allowed() != want || got.Wanted != ValidatedWrite {
			t.Errorf("%s: %+v, want %v", sddl, got, want)
		}
	}
}

func TestToken(t *testing.T) {
	tok := NewToken(alice, SID{}, alice, sales)
	if tok.Len() != 2 || !tok.HasSID(alice) || !tok.Has(sales.Bytes()) || tok.HasSID(SID{}) || tok.Has(nil) || tok.HasSID(SIDSystem) {
		t.Errorf("the token of two SIDs has %d", tok.Len())
	}
	if (Token{}).HasSID(alice) || (Token{}).Len() != 0 {
		t.Error("the zero Token is not empty")
	}
	if got := (Result{}).DecidedBy(0); got != ByNothing {
		t.Errorf("nothing was decided by %d", got)
	}
}

// TestProperty is worked out by hand from [MS-ADTS] 5.1.3.3.3: a right given on
// a node of the object tree holds for the nodes below it, and the first entry
// that speaks about a bit on the way from the object to the attribute decides
// it.
func TestProperty(t *testing.T) {
	p := Property{Attribute: GUIDPublicDelegatesAttribute, Set: GUIDPersonalInformation, Class: GUIDUserClass}
	tests := []struct {
		name, sddl string
		want       Mask
		granted    Mask
		by         int
	}{
		{"on the object", "D:(A;;RP;;;" + alText + ")", ReadProperty, ReadProperty, 0},
		{"object entry without a GUID", "D:(OA;;RP;;;" + alText + ")", ReadProperty, ReadProperty, 0},
		{"on the class, the root of the tree", "D:(OA;;RP;" + userText + ";;" + alText + ")", ReadProperty, ReadProperty, 0},
		{"on the property set", "D:(OA;;RP;" + personalText + ";;" + alText + ")", ReadProperty, ReadProperty, 0},
		{"on the attribute", "D:(OA;;RP;" + delegatesText + ";;" + alText + ")", ReadProperty, ReadProperty, 0},
		{"on another set", "D:(OA;;RP;" + exchangeText + ";;" + alText + ")", ReadProperty, 0, ByNothing},
		{"two bits from two entries", "D:(OA;;RP;" + personalText + ";;" + saText + ")(OA;;WP;" + delegatesText + ";;" + alText + ")",
			ReadProperty | WriteProperty, ReadProperty | WriteProperty, 0},
		{"deny on the attribute, allow on the set", "D:(OD;;RP;" + delegatesText + ";;WD)(OA;;RP;" + personalText + ";;" + alText + ")", ReadProperty, 0, 0},
		{"allow on the set before deny on the attribute", "D:(OA;;RP;" + personalText + ";;" + alText + ")(OD;;RP;" + delegatesText + ";;WD)", ReadProperty, ReadProperty, 0},
		{"deny on a sibling's set", "D:(OD;;RP;" + exchangeText + ";;WD)(A;;RP;;;" + alText + ")", ReadProperty, ReadProperty, 1},
		{"deny on the object", "D:(D;;RP;;;WD)(OA;;RP;" + delegatesText + ";;" + alText + ")", ReadProperty, 0, 0},
		{"the owner is not a reader", "O:" + alText + "D:", ReadProperty | ReadControl, ReadControl, ByNothing},
		{"generic read", "D:(A;;GR;;;" + alText + ")", ReadProperty, ReadProperty, 0},
		{"generic execute is not read", "D:(A;;GX;;;" + alText + ")", ReadProperty, 0, ByNothing},
		{"inherit-only on the attribute", "D:(OA;CIIO;RP;" + delegatesText + ";" + userText + ";" + alText + ")", ReadProperty, 0, ByNothing},
		{"inherited and effective", "D:(OA;CIID;RP;" + delegatesText + ";" + userText + ";" + alText + ")", ReadProperty, ReadProperty, 0},
	}
	for _, tt := range tests {
		got := mustSDDL(t, tt.sddl).CheckProperty(Requester{Token: aliceIn, Self: alice}, tt.want, p)
		if got.Granted != tt.granted || got.DecidedBy(ReadProperty) != tt.by || got.Uncertain != 0 {
			t.Errorf("%s: granted %v by %d, want %v by %d", tt.name, got.Granted, got.DecidedBy(ReadProperty), tt.granted, tt.by)
		}
	}
}

// TestSimple is worked out by hand from [MS-DTYP] 2.5.3.2 and [MS-ADTS]
// 5.1.3.3.2.
func TestSimple(t *testing.T) {
	tests := []struct {
		name, sddl      string
		want            Mask
		granted, denied Mask
	}{
		{"what no entry grants is denied by default", "D:(A;;RC;;;WD)", ReadControl | WriteDACL, ReadControl, 0},
		{"deny before allow", "D:(D;;WD;;;WD)(A;;RCWD;;;WD)", ReadControl | WriteDACL, ReadControl, WriteDACL},
		{"allow before deny", "D:(A;;RCWD;;;WD)(D;;WD;;;WD)", ReadControl | WriteDACL, ReadControl | WriteDACL, 0},
		{"an object allow with a GUID says nothing about the object", "D:(OA;;RC;" + userText + ";;WD)", ReadControl, 0, 0},
		{"nor does an object deny", "D:(OD;;RC;" + userText + ";;WD)(A;;RC;;;WD)", ReadControl, ReadControl, 0},
		{"no entry gives access to the SACL", "D:(A;;0x1000000;;;WD)", AccessSystemSACL, 0, 0},
		{"an unknown type says nothing", "D:(0x2a;;;;;;#2a000800ffffffff)(A;;RC;;;WD)", ReadControl, ReadControl, 0},
	}
	for _, tt := range tests {
		got := mustSDDL(t, tt.sddl).Check(Requester{Token: aliceIn}, tt.want)
		if got.Granted != tt.granted || got.Denied != tt.denied || got.Uncertain != 0 {
			t.Errorf("%s: granted %v denied %v uncertain %v, want %v and %v", tt.name, got.Granted, got.Denied, got.Uncertain, tt.granted, tt.denied)
		}
	}
}

// TestMailboxGeneric maps the generic rights of a mailbox, which are not those
// of a directory object.
func TestMailboxGeneric(t *testing.T) {
	r := Requester{Token: aliceIn, Self: alice, Generic: GenericMailbox}
	d := mustSDDL(t, "O:PSG:PSD:(A;CI;GA;;;"+alText+")(A;CI;CCRC;;;PS)")
	if got := d.Check(r, MailboxFullAccess|MailboxChangePermission); !got.Allowed() || got.DecidedBy(MailboxFullAccess) != 0 {
		t.Errorf("generic all: %+v", got)
	}
	// The owner is SELF, and SELF is the mailbox's own account.
	if got := mustSDDL(t, "O:PSG:PSD:").Check(r, ReadControl); got.DecidedBy(ReadControl) != ByOwner {
		t.Errorf("owner SELF: %+v", got)
	}
}

// TestConditional: an entry whose condition is unknown can turn an answer only
// where nothing before it has decided.
func TestConditional(t *testing.T) {
	const c = ";#61727478)" // a condition that says nothing
	tests := []struct {
		name, sddl string
		granted    bool
		uncertain  bool
	}{
		{"only a conditional allow", "D:(XA;;RP;;;WD" + c, false, true},
		{"after an allow", "D:(A;;RP;;;WD)(XD;;RP;;;WD" + c, true, false},
		{"after a deny", "D:(D;;RP;;;WD)(XA;;RP;;;WD" + c, false, false},
		{"conditional deny, then allow", "D:(XD;;RP;;;WD" + c + "(A;;RP;;;WD)", true, true},
		{"conditional allow, then deny", "D:(XA;;RP;;;WD" + c + "(D;;RP;;;WD)", false, true},
		{"conditional allow, then allow", "D:(XA;;RP;;;WD" + c + "(A;;RP;;;WD)", true, false},
		{"conditional deny, then nothing", "D:(XD;;RP;;;WD" + c, false, false},
		{"conditional deny, then conditional allow", "D:(XD;;RP;;;WD" + c + "(XA;;RP;;;WD" + c, false, true},
		{"for somebody else", "D:(XA;;RP;;;BA" + c, false, false},
	}
	for _, tt := range tests {
		granted, uncertain := CanReadAttribute(mustSDDL(t, tt.sddl), aliceIn, alice, GUIDMailboxSDAttribute, GUIDExchangeInformation)
		if granted != tt.granted || uncertain != tt.uncertain {
			t.Errorf("%s: %v, %v; want %v, %v", tt.name, granted, uncertain, tt.granted, tt.uncertain)
		}
	}
}

// TestDamagedIsUncertain: what could not be read might have decided what is
// still open, and only that.
func TestDamagedIsUncertain(t *testing.T) {
	whole := mustSDDL(t, "O:BAD:(A;;RP;;;WD)(D;;WP;;;BA)(A;;RC;;;WD)").Raw()
	const wanted = ReadProperty | WriteProperty | ReadControl | WriteDACL
	check := func(name string, raw []byte, granted, uncertain Mask) {
		t.Helper()
		d, err := Parse(raw)
		if err == nil {
			t.Fatalf("%s: no error", name)
		}
		if got := d.Check(Requester{Token: aliceIn}, wanted); got.Granted != granted || got.Uncertain != uncertain || got.Allowed() {
			t.Errorf("%s: granted %v, uncertain %v; want %v, %v", name, got.Granted, got.Uncertain, granted, uncertain)
		}
	}
	check("no bytes", nil, 0, wanted)
	check("half a header", whole[:10], 0, wanted)
	const firstACE = 20 + 8 // behind the headers of descriptor and list ([MS-DTYP] 2.4.6, 2.4.5)
	check("cut in the second entry", withOwner(whole[:firstACE+30], 0), ReadProperty, WriteProperty|ReadControl|WriteDACL)
	check("owner lost", withOwner(whole, 7), ReadProperty|ReadControl, ReadControl|WriteDACL)
	sacl := withOwner(whole, 0)
	sacl[2], sacl[12] = sacl[2]|byte(SACLPresent), 3
	d, err := Parse(sacl)
	if got := d.Check(Requester{Token: aliceIn}, wanted); err == nil || got.Granted != ReadProperty|ReadControl || got.Uncertain != 0 {
		t.Errorf("SACL lost: %v, %+v; a SACL grants nothing", err, got)
	}
	if got := (Descriptor{}).Check(Requester{Token: aliceIn}, wanted); got.Granted != 0 || got.Uncertain != wanted {
		t.Errorf("the zero Descriptor: %+v; want nothing granted, everything uncertain", got)
	}
	owned := withOwner(mustSDDL(t, "O:BAD:(A;;RP;;;OW)").Raw(), 7)
	if d, err = Parse(owned); err == nil {
		t.Fatal("no error")
	}
	if allowed, conditional := CanReadAttribute(d, aliceIn, alice, GUIDMailboxSDAttribute, GUID{}); allowed || !conditional {
		t.Errorf("owner lost, OWNER RIGHTS may read: %v, %v", allowed, conditional)
	}
}

// withOwner returns a copy of a descriptor with another offset of the owner.
func withOwner(raw []byte, offset byte) []byte {
	raw = append([]byte(nil), raw...)
	copy(raw[4:], []byte{offset, 0, 0, 0})
	return raw
}

func TestCovers(t *testing.T) {
	tests := []struct {
		ace     string
		covers  bool
		implied Implied
	}{
		{"(OA;;CR;" + sendAsText + ";;WD)", true, NotImplied},
		{"(OD;;CR;" + sendAsText + ";;WD)", true, NotImplied},
		{"(OA;;CR;" + receiveAsText + ";;WD)", false, NotImplied},
		{"(OA;;RPWP;" + sendAsText + ";;WD)", false, NotImplied},
		{"(OA;;SW;" + sendAsText + ";;WD)", false, NotImplied},
		{"(OA;;CR;;;WD)", true, ImpliedByAllExtendedRights},
		{"(A;;CRRP;;;WD)", true, ImpliedByAllExtendedRights},
		{"(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;WD)", true, ImpliedByFullControl},
		{"(D;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;WD)", true, ImpliedByFullControl},
		{"(A;;GA;;;WD)", true, ImpliedByFullControl},
		{"(A;;GW;;;WD)", false, NotImplied},
		{"(A;;WDWO;;;WD)", false, NotImplied},
		{"(XA;;CR;;;WD;#61727478)", true, ImpliedByAllExtendedRights},
		{"(AU;SA;CR;;;WD)", false, NotImplied},
	}
	for _, tt := range tests {
		for a := range mustSDDL(t, "D:"+tt.ace).DACL() {
			if covers, implied := a.Covers(GUIDSendAs); covers != tt.covers || implied != tt.implied {
				t.Errorf("%s: %v %q, want %v %q", tt.ace, covers, implied, tt.covers, tt.implied)
			}
		}
	}
}
