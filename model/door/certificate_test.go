package door_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"math/big"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"mbxperm/model"
	"mbxperm/model/door"
)

// TestLacks: which names of the connection settings the certificate lacks that a
// check has seen, by hand. What was not checked, or not at this service, says nothing.
func TestLacks(t *testing.T) {
	p := serviceWith(t, model.DoorPOP3, false, map[string]string{
		"InternalConnectionSettings": "ex01.contoso.com:995:SSL ex01.contoso.com:110:TLS EX01:995:SSL",
		"ExternalConnectionSettings": "mail.contoso.com:995:SSL [2001:db8::5]:995:SSL",
	})
	seen := func(protocol door.Protocol, host string, port uint16, names ...string) door.Check {
		return door.Check{Protocol: protocol, Host: host, Port: port, TLS: &door.TLS{Sent: []door.Certificate{{Names: names}}}}
	}
	for name, c := range map[string]struct {
		checks             []door.Check
		internal, external []string
	}{
		"none":             {nil, nil, nil},
		"another protocol": {[]door.Check{seen(door.IMAP4, "ex01.contoso.com", 993, "x.contoso.com")}, nil, nil},
		"another server":   {[]door.Check{seen(door.POP3, "ex02.contoso.com", 995, "ex02.contoso.com")}, nil, nil},
		"no handshake":     {[]door.Check{{Protocol: door.POP3, Host: "ex01.contoso.com", Port: 995}}, nil, nil},
		"the server's own": {[]door.Check{seen(door.POP3, "EX01.contoso.com", 995, "EX01.CONTOSO.COM", "ex01")}, nil, []string{"2001:db8::5", "mail.contoso.com"}},
		"a wildcard":       {[]door.Check{seen(door.POP3, "ex01", 110, "*.contoso.com")}, []string{"EX01"}, []string{"2001:db8::5"}},
		"all of them":      {[]door.Check{seen(door.POP3, "ex01.contoso.com", 995, "*.contoso.com", "EX01", "2001:db8::5")}, nil, nil},
		"the name itself":  {[]door.Check{seen(door.POP3, "mail.contoso.com", 995, "www.contoso.com")}, nil, []string{"mail.contoso.com"}},
		"at another port":  {[]door.Check{seen(door.POP3, "mail.contoso.com", 9995, "www.contoso.com")}, nil, nil},
		"by the directory": {[]door.Check{{Protocol: door.POP3, Host: "192.0.2.7", Server: "ex01", TLS: &door.TLS{Sent: []door.Certificate{{}}}}},
			[]string{"EX01", "ex01.contoso.com"}, []string{"2001:db8::5", "mail.contoso.com"}},
	} {
		internal, external := p.Lacks("InternalConnectionSettings", c.checks), p.Lacks("ExternalConnectionSettings", c.checks)
		slices.Sort(internal)
		slices.Sort(external)
		if !slices.Equal(internal, c.internal) || !slices.Equal(external, c.external) {
			t.Errorf("%s: %q and %q, want %q and %q", name, internal, external, c.internal, c.external)
		}
		if v := p.Checked(p.Get("ExternalConnectionSettings"), c.checks); (v.Weak != "") != (len(c.external) > 0) || strings.Contains(v.Weak, "contoso") {
			t.Errorf("%s: weak is %q", name, v.Weak)
		}
	}
	if p.Lacks("X509CertificateName", []door.Check{seen(door.POP3, "ex01", 995)}) != nil {
		t.Error("a setting that is for no client is held against the certificate")
	}
}

// TestIsFor holds the names of a certificate against the library that makes and reads
// real ones.
func TestIsFor(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	real := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"mail.contoso.com", "*.fabrikam.com"},
		IPAddresses: []net.IP{net.ParseIP("192.0.2.1"), net.ParseIP("2001:db8::1")}}
	der, err := x509.CreateCertificate(rand.Reader, real, real, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	if real, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	ours := door.Certificate{Common: "common.contoso.com", Names: []string{"mail.contoso.com", "*.fabrikam.com", "192.0.2.1", "2001:db8::1"}}
	for _, host := range []string{"mail.contoso.com", "MAIL.contoso.com", "mail.contoso.com.", "a.fabrikam.com", "a.b.fabrikam.com", "fabrikam.com", "192.0.2.1",
		"192.0.2.2", "2001:db8::1", "2001:db8::2", "common.contoso.com", "", "*.fabrikam.com", "mail"} {
		if got, want := ours.IsFor(host), real.VerifyHostname(host) == nil; got != want {
			t.Errorf("%q: %v, want %v", host, got, want)
		}
	}
}
