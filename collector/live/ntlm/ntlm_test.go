package ntlm

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
)

func unhex(s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		panic(err)
	}
	return b
}

// The values of MS-NLMP 4.2.4, the example of NTLMv2.
func TestSpecification(t *testing.T) {
	c := &Client{User: "User", Domain: "Domain", Hash: HashPassword("Password")}
	hash := c.Hash()
	if want := unhex("a4f49c406510bdcab6824ee7c30fd852"); !bytes.Equal(hash[:], want) {
		t.Errorf("NTOWFv1 %x, want %x", hash, want)
	}
	if got, want := c.key(), unhex("0c868a403bfd7a93a3001ef22ef02e3f"); !bytes.Equal(got, want) {
		t.Errorf("NTOWFv2 %x, want %x", got, want)
	}
	info := unhex("02000c0044006f006d00610069006e00 01000c00530065007200760065007200 00000000")
	response, session := respond(c.key(), unhex("0123456789abcdef"), unhex("aaaaaaaaaaaaaaaa"), make([]byte, 8), info)
	if want := unhex("68cd0ab851e51c96aabc927bebef6a1c"); !bytes.Equal(response[:16], want) {
		t.Errorf("NTProofStr %x, want %x", response[:16], want)
	}
	if want := unhex("8de40ccadbc14a82f15cb0ad0de95ca3"); !bytes.Equal(session, want) {
		t.Errorf("session key %x, want %x", session, want)
	}
}

func TestParseHash(t *testing.T) {
	const nt = "a4f49c406510bdcab6824ee7c30fd852"
	for _, text := range []string{nt, " " + strings.ToUpper(nt) + "\r", "aad3b435b51404eeaad3b435b51404ee:" + nt, ":" + nt} {
		h, err := ParseHash(text)
		if err != nil || hex.EncodeToString(func() []byte { b := h(); return b[:] }()) != nt {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, text := range []string{"", nt[1:], nt + "00", "secret-words-in-a-wrong-file!!!!"} {
		if _, err := ParseHash(text); err == nil || text != "" && strings.Contains(err.Error(), text) {
			t.Errorf("%q: error %v", text, err)
		}
	}
	h, _ := ParseHash(nt)
	for _, verb := range []string{"%v", "%+v", "%#v", "%x", "%s"} {
		if got := fmt.Sprintf(verb, Client{Hash: h}); strings.Contains(got, nt[:8]) {
			t.Errorf("%s shows the hash: %s", verb, got)
		}
	}
}

// challengeOf a Windows server, but for the names.
var challengeOf = append(unhex("4e544c4d53535000 02000000 0000 0000 38000000 01028882 0123456789abcdef 0000000000000000 2400 2400 38000000 0a007c4f0000000f"),
	unhex("02000c0044006f006d00610069006e00 07000800 0090d336b734c301 06000400 01000000 00000000")...)

func TestAuthenticateOfDamagedChallenges(t *testing.T) {
	for n := range challengeOf {
		c := &Client{User: "u", Hash: HashPassword("p")}
		c.Negotiate()
		_, _ = c.Authenticate(challengeOf[:n])
		for _, v := range []byte{0, 0x7F, 0xFF} {
			b := bytes.Clone(challengeOf)
			b[n] = v
			_, _ = c.Authenticate(b)
		}
	}
	c := &Client{User: "u", Hash: HashPassword("p")}
	c.Negotiate()
	if _, err := c.Authenticate(challengeOf); err != nil {
		t.Errorf("the whole challenge: %v", err)
	}
}
