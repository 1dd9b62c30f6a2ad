package acl_test

import (
	"encoding/hex"
	"math/rand/v2"
	"testing"

	. "mbxperm/acl"
	"mbxperm/acl/internal/acltest"
	"mbxperm/acl/sddl"
)

// accessCase is one question both sides answer.
type accessCase struct {
	parts Parts
	raw   []byte
	sids  []SID
	want  Mask
}

func (c accessCase) query() acltest.Query {
	q := acltest.Query{Do: "access", SD: hex.EncodeToString(c.raw), Want: c.want}
	for _, s := range c.sids {
		q.SIDs = append(q.SIDs, s.String())
	}
	return q
}

// randomAccessCase makes a descriptor of plain entries with SELF already
// replaced and generic bits mapped, which Samba's function needs, a token and a
// mask.
func randomAccessCase(t *testing.T, r *rand.Rand, types []ACEType) accessCase {
	t.Helper()
	c := accessCase{parts: acltest.RandomParts(r, types, 8)}
	switch r.IntN(20) {
	case 0:
		c.parts.DACLState, c.parts.DACL = ACLNull, nil
	case 1:
		c.parts.DACL = nil
	}
	if r.IntN(6) == 0 && len(c.parts.DACL) > 0 {
		c.parts.DACL[r.IntN(len(c.parts.DACL))].SID = SIDOwnerRights.Bytes()
	}
	var err error
	if c.raw, err = Encode(c.parts); err != nil {
		t.Fatal(err)
	}
	for _, i := range r.Perm(len(acltest.Trustees))[:1+r.IntN(5)] {
		c.sids = append(c.sids, acltest.Trustees[i])
	}
	c.want = acltest.RandomMask(r)
	return c
}

// TestAccessAgainstSamba compares 20,000 random checks with Samba's
// se_access_check: denies, order, inherit-only, NULL and empty DACLs, the
// owner's rights and OWNER RIGHTS. Not one may differ.
func TestAccessAgainstSamba(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	cases := make([]accessCase, 20_000)
	queries := make([]acltest.Query, len(cases))
	for i := range cases {
		cases[i] = randomAccessCase(t, r, []ACEType{TypeAllow, TypeDeny})
		queries[i] = cases[i].query()
	}
	var allowed, ownerRights int
	for i, a := range acltest.Samba(t, queries) {
		c := cases[i]
		if a.Error != "" {
			t.Fatalf("case %d: samba: %s", i, a.Error)
		}
		d, err := Parse(c.raw)
		if err != nil {
			t.Fatal(err)
		}
		tok := NewToken(c.sids...)
		got := d.Check(Requester{Token: tok}, c.want)
		if got.Allowed() {
			allowed++
		}
		if tok.HasSID(c.parts.Owner) && d.NamesOwnerRights() {
			ownerRights++
		}
		if got.Allowed() == a.OK {
			continue
		}
		t.Errorf("case %d: %s token %v want %v: we say %v (%+v), Samba %v %s", i, sddl.Format(c.parts), c.sids, c.want, got.Allowed(), got, a.OK, a.Why)
	}
	t.Logf("%d checks, %d allowed, %d with OWNER RIGHTS for the owner", len(cases), allowed, ownerRights)
	if allowed < len(cases)/20 || allowed > len(cases)*19/20 {
		t.Errorf("%d of %d allowed: the cases do not try enough", allowed, len(cases))
	}
}

// TestOwnerRightsAgainstSamba asks the cases in which OWNER RIGHTS (S-1-3-4)
// meets other entries; both sides take it in stored order. (Later versions of
// Samba collect what such entries say and apply it at the end: then the second
// case differs, and Windows' order is ours.)
func TestOwnerRightsAgainstSamba(t *testing.T) {
	tests := []struct {
		sddl string
		want Mask
		ok   bool
	}{
		{"O:BAG:BAD:(D;;RC;;;WD)", ReadControl, true}, // a deny does not take the owner's implicit rights
		{"O:BAG:BAD:(D;;RC;;;WD)(A;;RC;;;OW)", ReadControl, false},
		{"O:BAG:BAD:(A;;RC;;;OW)(D;;RC;;;WD)", ReadControl, true},
		{"O:BAG:BAD:(A;;RC;;;OW)", WriteDACL, false}, // the entry replaces the implicit rights
		{"O:BAG:BAD:(A;CIIO;RC;;;OW)", WriteDACL, true},
		{"O:BAG:BAD:(A;;CC;;;WD)(D;;CCDC;;;OW)(A;;DC;;;WD)", CreateChild | DeleteChild, false},
		{"O:BAG:BAD:(OA;;CC;;;OW)", ReadControl, false},
		{"O:BAG:BAD:", WriteDACL, true},
		{"O:BAG:BAD:", WriteOwner, false}, // [MS-ADTS] 5.1.3.3.2 gives the owner WRITE_OWNER too; [MS-DTYP] 2.5.3.2 and Windows do not
		{"O:SYG:SYD:(A;;RC;;;OW)", ReadControl, false},
	}
	token := []SID{SIDAdministrators, SIDEveryone}
	var queries []acltest.Query
	for _, tt := range tests {
		d := mustSDDL(t, tt.sddl)
		if got := d.Check(Requester{Token: NewToken(token...)}, tt.want); got.Allowed() != tt.ok {
			t.Errorf("%s %v: we say %v, want %v", tt.sddl, tt.want, got.Allowed(), tt.ok)
		}
		queries = append(queries, accessCase{raw: d.Raw(), sids: token, want: tt.want}.query())
	}
	for i, a := range acltest.Samba(t, queries) {
		if a.Error != "" || a.OK != tests[i].ok {
			t.Errorf("%s %v: Samba says %v %s, want %v", tests[i].sddl, tests[i].want, a.OK, a.Error, tests[i].ok)
		}
	}
}

// TestAbsentDACLAgainstSamba names the one difference: without the DACL-present
// flag [MS-DTYP] 2.5.3.2 and [MS-ADTS] 5.1.3.3.2 grant everything, Samba 4
// grants nothing. Both agree on a NULL DACL.
func TestAbsentDACLAgainstSamba(t *testing.T) {
	var queries []acltest.Query
	var raws [][]byte
	for _, state := range []ACLState{ACLAbsent, ACLNull} {
		raw, err := Encode(Parts{Owner: SIDSystem, Group: SIDSystem, DACLState: state})
		if err != nil {
			t.Fatal(err)
		}
		raws = append(raws, raw)
		queries = append(queries, accessCase{raw: raw, sids: []SID{SIDEveryone}, want: WriteDACL}.query())
	}
	answers := acltest.Samba(t, queries)
	for i, want := range []bool{false, true} {
		if answers[i].OK != want {
			t.Errorf("case %d: Samba says %v, used to say %v", i, answers[i].OK, want)
		}
		d, err := Parse(raws[i])
		if err != nil {
			t.Fatal(err)
		}
		got := d.Check(Requester{Token: NewToken(SIDEveryone)}, WriteDACL)
		if !got.Allowed() || got.DecidedBy(WriteDACL) != ByNoDACL {
			t.Errorf("case %d: %+v, want everything granted for want of a DACL", i, got)
		}
	}
}
