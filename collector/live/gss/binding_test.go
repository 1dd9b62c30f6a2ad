package gss

import (
	"bytes"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"os"
	"strings"
	"testing"
)

// TestEndPoint holds the binding against openssl and Python (testdata/vectors.py):
// a certificate for each kind of signature that RFC 5929 4.1 tells apart.
func TestEndPoint(t *testing.T) {
	vectors, err := os.ReadFile("testdata/vectors.txt")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(vectors)) {
		name, want, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		text, err := os.ReadFile("testdata/" + name + ".pem")
		if err != nil {
			t.Fatal(err)
		}
		block, _ := pem.Decode(text)
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		binding := EndPoint(cert)
		got := hex.EncodeToString(binding[:])
		if want == "" {
			want = strings.Repeat("00", len(binding))
		}
		if got != want {
			t.Errorf("%s (%v): binding %s, want %s", name, cert.SignatureAlgorithm, got, want)
		}
		n++
	}
	if n != 11 {
		t.Errorf("%d certificates looked at, want 11", n)
	}
}

func TestTokens(t *testing.T) {
	// RFC 4178 4.2.1 by hand: [APPLICATION 0] SPNEGO, [0] SEQUENCE of [0] the mechanisms and [2] the token.
	b, err := Init(NTLM, []byte("NTLMSSP"))
	want, _ := hex.DecodeString("60270606" + "2b0601050502" + "a01d301ba00e300c060a2b06010401823702020aa20904074e544c4d535350")
	if err != nil || !bytes.Equal(b, want) {
		t.Errorf("Init: % x, %v, want % x", b, err, want)
	}
	b, err = Next([]byte("x"))
	if want := []byte{0xA1, 7, 0x30, 5, 0xA2, 3, 4, 1, 'x'}; err != nil || !bytes.Equal(b, want) {
		t.Errorf("Next: % x, %v, want % x", b, err, want)
	}
	r, err := ParseReply([]byte{0xA1, 12, 0x30, 10, 0xA0, 3, 0x0A, 1, 1, 0xA2, 3, 4, 1, 'y'})
	if err != nil || r.State != Incomplete || string(r.Token) != "y" {
		t.Errorf("ParseReply: %+v, %v", r, err)
	}
	if r, err = ParseReply([]byte{0xA1, 7, 0x30, 5, 0xA2, 3, 4, 1, 'y'}); err != nil || r.State != Unsaid {
		t.Errorf("ParseReply without a state: %+v, %v", r, err)
	}
	for _, bad := range [][]byte{nil, {0xA1}, {0xA1, 7, 0x30, 5, 0xA0, 3, 0x0A, 1, 2}, []byte("NTLMSSP")} {
		if _, err := ParseReply(bad); err == nil {
			t.Errorf("ParseReply(% x): no error", bad)
		}
	}
	framed, _ := Frame(Kerberos, []byte("token"))
	if b, err := Unframe(Kerberos, framed); err != nil || string(b) != "token" {
		t.Errorf("Unframe: %q, %v", b, err)
	}
	if _, err := Unframe(NTLM, framed); err == nil {
		t.Error("Unframe takes a token of another mechanism")
	}
}
