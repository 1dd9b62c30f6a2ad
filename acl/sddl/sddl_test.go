package sddl

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"mbxperm/acl"
	"mbxperm/acl/internal/acltest"
)

// Texts of GUIDs for the cases below.
const (
	sendAsText    = "ab721a54-1e2f-11d0-9819-00aa0040529b"
	personalText  = "77b5b886-944a-11d1-aebd-0000f80367c1"
	delegatesText = "f0f8ff9a-1191-11d0-a060-00aa006c33ed"
	userText      = "bf967aba-0de6-11d0-a285-00aa003049e2"
)

// TestSDDLText: texts as Windows writes them come back letter by letter.
func TestSDDLText(t *testing.T) {
	for _, text := range []string{
		"",
		"O:SY",
		"O:BAG:BA",
		"D:",
		"D:NO_ACCESS_CONTROL",
		"D:PAI",
		"D:PARAIS:ARAI",
		"S:PNO_ACCESS_CONTROL",
		"O:PSG:PSD:(A;CI;CCRC;;;PS)", // a new mailbox
		"D:(A;OICINPIOID;GAGRGWGX;;;WD)",
		"D:(D;;0x100000;;;AN)",
		"D:(A;;0x0;;;WD)",
		"D:(OA;CIIO;RP;" + personalText + ";" + userText + ";AU)",
		"D:(OA;;CR;" + sendAsText + ";;S-1-5-21-1-2-3-1104)(OD;;CR;;" + userText + ";S-1-0x000100000000-7)",
		"S:AI(AU;SAFA;CCWD;;;WD)(OU;SA;WP;" + delegatesText + ";;WD)(ML;;NWNRNX;;;HI)(SP;;;;;WD)",
		"D:(XA;;RP;;;WD;#61727478)(ZA;;RP;" + delegatesText + ";;WD;#61727478)(XD;;RP;;;WD;#6172747800)",
		"S:(RA;;;;;WD;#00112233)",
		"D:(0x0c;;CR;" + sendAsText + ";;WD;#61727478)(0x2a;;;;;;#2a120400)(0x04;;;;;;#0400080001000000)",
	} {
		p, err := Parse(text, acl.SID{})
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := Format(p); got != text {
			t.Errorf("%s\nbecame %s", text, got)
		}
	}
}

// TestSDDLReads: forms that others write and we do not.
func TestSDDLReads(t *testing.T) {
	for in, want := range map[string]string{
		"  D:(A;;RC;;;WD)  ":                    "D:(A;;RC;;;WD)",
		"S:AIO:SYD:P":                           "O:SYD:PS:AI",
		"D:(A;;RCCC;;;wd)(A; ;RC; ; ; WD )":     "D:(A;;CCRC;;;WD)(A;;RC;;;WD)",
		"D:(A;;FA;;;BA)(A;;FR;;;BU)":            "D:(A;;0x1f01ff;;;BA)(A;;0x120089;;;BU)",
		"D:(A;;KA;;;BA)(A;;983551;;;BA)":        "D:(A;;CCDCLCSWRPWPSDRCWDWO;;;BA)(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;BA)",
		"D:(A;;0xF01FF;;;S-1-5-32-544)":         "D:(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;BA)",
		"D:(A;;;;;WD)":                          "D:(A;;0x0;;;WD)",
		"D:(A;;RC;;;S-1-5-21-1-2-3-512)":        "D:(A;;RC;;;S-1-5-21-1-2-3-512)",
		"D:(A;;RC;;;WD) (A;;RC;;;AU)\n":         "D:(A;;RC;;;WD)(A;;RC;;;AU)",
		"D:AI(OA;;CR;{" + sendAsText + "};;WD)": "D:AI(OA;;CR;" + sendAsText + ";;WD)",
	} {
		p, err := Parse(in, acl.SID{})
		if err != nil {
			t.Errorf("%q: %v", in, err)
			continue
		}
		if got := Format(p); got != want {
			t.Errorf("%q became %s, want %s", in, got, want)
		}
	}
}

func TestSDDLErrors(t *testing.T) {
	for in, want := range map[string]string{
		"X":                                `sddl: "X": no O:, G:, D: or S: at the start`,
		"X:":                               "sddl: X: unknown section",
		"O:SYO:SY":                         "sddl: O: twice",
		"O:":                               `sddl: O: sid: "": does not begin with "S-1-"`,
		"O:XX":                             `sddl: O: alias "XX": unknown`,
		"O:DA":                             "sddl: O: alias DA: needs a domain",
		"D:Q":                              `sddl: D: flags: "Q": unknown`,
		"D:(A;;RC;;;WD":                    "sddl: D: ace 0: no closing parenthesis",
		"D:(A;;RC;;WD)":                    "sddl: D: ace 0: 5 fields, need 6",
		"D:(Q;;RC;;;WD)":                   `sddl: D: ace 0: type "Q": unknown`,
		"D:(A;XX;RC;;;WD)":                 `sddl: D: ace 0: flags: "XX": unknown`,
		"D:(A;;RQ;;;WD)":                   `sddl: D: ace 0: rights: "RQ": unknown`,
		"D:(A;;0x1_0;;;WD)":                `sddl: D: ace 0: rights: "0x1_0": not a mask`,
		"D:(A;;4294967296;;;WD)":           `sddl: D: ace 0: rights: "4294967296": not a mask`,
		"D:(A;;RC;;;WD)(A;;RC;;;)":         `sddl: D: ace 1: sid: "": does not begin with "S-1-"`,
		"D:(A;;CR;" + sendAsText + ";;WD)": "sddl: D: ace 0: a GUID in an ACE of type A",
		"D:(OA;;CR;send-as;;WD)":           `sddl: D: ace 0: object type: guid: "send-as": not of the form xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`,
		"D:NO_ACCESS_CONTROL(A;;;;;WD)":    "sddl: D: entries in a null list",
		"D:(0x2a;;;;;)":                    "sddl: D: ace 0: type 0x2a: no bytes",
		"D:(0x2a;;;;;;#2a)":                "sddl: D: ace 0: type 0x2a: not the bytes of an ACE",
		"D:(A;;RC;;;WD)junk":               `sddl: "junk": no O:, G:, D: or S: at the start`,
	} {
		if p, err := Parse(in, acl.SID{}); err == nil || err.Error() != want {
			t.Errorf("%q: %v, %v; want %s", in, Format(p), err, want)
		}
	}
}

// TestSDDLDomain: with a domain, its accounts have aliases, in both directions.
func TestSDDLDomain(t *testing.T) {
	const text = "O:DAG:DUD:(A;;RC;;;EA)(A;;RC;;;LA)(A;;RC;;;RS)(A;;RC;;;S-1-5-21-9-9-9-512)"
	p, err := Parse(text, acltest.DomainSID)
	if err != nil {
		t.Fatal(err)
	}
	if p.Owner != acltest.DomainSID.WithRID(512) || p.Group != acltest.DomainSID.WithRID(513) {
		t.Errorf("owner %v, group %v", p.Owner, p.Group)
	}
	if got := FormatIn(p, acltest.DomainSID); got != text {
		t.Errorf("became %s", got)
	}
	if got := Format(p); strings.Contains(got, "DA") || !strings.Contains(got, acltest.DomainSID.String()+"-519") {
		t.Errorf("without a domain %s", got)
	}
}

// TestSDDLAliases: all the aliases of [MS-DTYP] 2.5.1.1 are read; each is the
// right SID by the table of section 2.4.2.4.
func TestSDDLAliases(t *testing.T) {
	const tokens = "DA DG DU ED DD DC BA BG BU LA LG AO BO PO SO AU PS CO CG SY PU WD RE IU NU SU RC WR AN SA CA RS EA PA RU LS NS RD NO MU LU IS CY " +
		"OW ER RO CD AC RA ES MS UD HA CN AA RM LW ME MP HI SI"
	seen := map[acl.SID]string{}
	for token := range strings.FieldsSeq(tokens) {
		p, err := Parse("O:"+token, acltest.DomainSID)
		if err != nil {
			t.Errorf("%s: %v", token, err)
			continue
		}
		if other, ok := seen[p.Owner]; ok {
			t.Errorf("%s and %s are both %v", token, other, p.Owner)
		}
		seen[p.Owner] = token
		if got := FormatIn(p, acltest.DomainSID); got != "O:"+token {
			t.Errorf("%s became %s", token, got)
		}
	}
}

// TestSDDLRoundTrip: random descriptors of every known type survive text.
func TestSDDLRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 2))
	for range 2000 {
		p := acltest.MustParse(t, acltest.RandomParts(r, acltest.AllTypes(), 8)).Parts()
		back, err := Parse(FormatIn(p, acltest.DomainSID), acltest.DomainSID)
		if err != nil {
			t.Fatalf("%s: %v", Format(p), err)
		}
		p.DACLRevision, back.DACLRevision = 0, 0
		if !reflect.DeepEqual(p, back) {
			t.Fatalf("%s\nbecame %s", Format(p), Format(back))
		}
	}
}

// FuzzSDDL: any text is an error or a descriptor that keeps its text from then
// on.
func FuzzSDDL(f *testing.F) {
	for _, s := range []string{
		"O:PSG:PSD:(A;CI;CCRC;;;PS)", "D:PAI(OA;CIIO;RP;" + personalText + ";" + userText + ";AU)S:NO_ACCESS_CONTROL",
		"D:(XA;;RP;;;WD;#61727478)(0x2a;;;;;;#2a120400)", "O:S-1-5-21-1-2-3-500G:DUS:AI(ML;;NW;;;HI)",
		`D:(XA;;FX;;;WD;(@User.Title=="PM" && (Member_of{SID(BA)} || !(exists x))))S:(RA;;;;;WD;("Secrecy",TU,0x0,3))`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		p, err := Parse(in, acltest.DomainSID)
		if err != nil {
			return
		}
		text := Format(p)
		back, err := Parse(text, acl.SID{})
		if err != nil || Format(back) != text {
			t.Fatalf("%q is %q is %q, %v", in, text, Format(back), err)
		}
		p.DACLRevision, p.SACLRevision, back.DACLRevision, back.SACLRevision = 0, 0, 0, 0
		acltest.SameParts(t, p, back)
	})
}
