package live

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mbxperm/collector/ldaptest"
	"mbxperm/collector/live/gss"
	"mbxperm/collector/live/kerberos"
	"mbxperm/collector/live/ntlm"
)

// noKerberos keeps the settings of whoever runs the test out of it.
func noKerberos(t *testing.T) {
	t.Helper()
	t.Setenv("KRB5_CONFIG", os.DevNull)
	t.Setenv("KRB5CCNAME", filepath.Join(t.TempDir(), "none"))
}

func ntlmServer(t *testing.T, change ...func(*ldaptest.Config)) *ldaptest.Server {
	t.Helper()
	return serve(t, ldaptest.Size{Mailboxes: 1}, append([]func(*ldaptest.Config){func(c *ldaptest.Config) { c.NTLM = true }}, change...)...)
}

// TestChannelBinding: a server that insists on the binding takes ours, over LDAPS
// and over StartTLS; the same server refuses another value, so it does look.
func TestChannelBinding(t *testing.T) {
	noLeaks(t)
	noKerberos(t)
	for _, ldaps := range []bool{true, false} {
		server := ntlmServer(t, func(c *ldaptest.Config) { c.LDAPS, c.ChannelBinding = ldaps, true })
		o := options(server)
		o.Auth = AuthNTLM
		s := open(t, o)
		if s.Bind() != "NTLM (password)" {
			t.Errorf("bound by %q", s.Bind())
		}
		for name, binding := range map[string]gss.Binding{"none": {}, "another": {1}} {
			c, err := s.home.now().connect(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			c.binding = binding
			wantError(t, s.home.now().bind(context.Background(), c, s.home.now().how), ErrChannelBinding, "80090346", "the password may be right")
			c.close()
			t.Logf("LDAPS %v, binding %s: refused", ldaps, name)
		}
		s.Close()
	}
}

// TestNTLMIntegrity: the server checks the code over all three messages.
func TestNTLMIntegrity(t *testing.T) {
	noLeaks(t)
	noKerberos(t)
	o := options(ntlmServer(t))
	o.Auth = AuthNTLM
	s := open(t, o)
	c, err := s.home.now().connect(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	client := &ntlm.Client{User: user, Hash: ntlm.HashPassword(password)}
	token, _ := gss.Init(gss.NTLM, client.Negotiate())
	answer, _, err := c.bindSASL(context.Background(), mechanismSPNEGO, token)
	if err != nil {
		t.Fatal(err)
	}
	reply, err := gss.ParseReply(answer)
	if err != nil {
		t.Fatal(err)
	}
	message, err := client.Authenticate(reply.Token)
	if err != nil {
		t.Fatal(err)
	}
	message[60] ^= 1 // a flag
	token, _ = gss.Next(message)
	if _, _, err = c.bindSASL(context.Background(), mechanismSPNEGO, token); code(err) != ldaptest.ResultCredentials {
		t.Errorf("a changed message: %v", err)
	}
	s.Close()
}

// TestNTLMNames: the names of the bug report, to a server that has Windows'
// upper case.
func TestNTLMNames(t *testing.T) {
	noLeaks(t)
	noKerberos(t)
	for _, name := range []string{"ılgaz", "µx", "γιώργος", "müller", "weiß", "ÿves"} {
		o := options(ntlmServer(t, func(c *ldaptest.Config) { c.Passwords = map[string]string{`CONTOSO\` + name: password} }))
		o.Auth, o.User = AuthNTLM, `CONTOSO\`+name
		open(t, o).Close()
	}
}

// TestAutoFallsThrough: to the next way in where one cannot work, and nowhere
// after a refusal.
func TestAutoFallsThrough(t *testing.T) {
	noLeaks(t)
	noKerberos(t)
	binds := func(s *ldaptest.Server) (n int) {
		for _, r := range s.Requests() {
			if r.Op == "bind" {
				n++
			}
		}
		return n
	}
	auto := func(s *ldaptest.Server) Options {
		o := options(s)
		o.Auth = AuthAuto
		return o
	}
	t.Run("no SASL", func(t *testing.T) {
		server := serve(t, ldaptest.Size{})
		s := open(t, auto(server))
		if s.Bind() != "simple bind" || binds(server) != 1 {
			t.Errorf("bound by %q with %d binds", s.Bind(), binds(server))
		}
		s.Close()
	})
	t.Run("NTLM", func(t *testing.T) {
		server := ntlmServer(t)
		s := open(t, auto(server))
		if s.Bind() != "NTLM (password)" || binds(server) != 2 {
			t.Errorf("bound by %q with %d binds", s.Bind(), binds(server))
		}
		s.Close()
	})
	t.Run("NTLM forbidden", func(t *testing.T) {
		server := ntlmServer(t, func(c *ldaptest.Config) {
			n := 0
			c.Fault = func(r *ldaptest.Request) ldaptest.Fault {
				if n++; r.Op == "bind" && r.Name == "" {
					return ldaptest.Fault{Result: ldaptest.ResultStrongAuth, Diagnostic: "Sign or Seal are required."}
				}
				return ldaptest.Fault{}
			}
		})
		s := open(t, auto(server))
		if s.Bind() != "simple bind" {
			t.Errorf("bound by %q", s.Bind())
		}
		s.Close()
	})
	t.Run("wrong password", func(t *testing.T) {
		server := ntlmServer(t)
		o := auto(server)
		o.Password = func() (string, error) { return "Wrong-Horse-77", nil }
		refused(t, o, ErrCredentials, "wrong password")
		if binds(server) != 2 { // the two messages of one NTLM bind
			t.Errorf("%d binds were sent, want 2", binds(server))
		}
	})
	t.Run("no way", func(t *testing.T) {
		o := auto(serve(t, ldaptest.Size{}))
		o.Auth = AuthKerberos
		refused(t, o, nil, "offers no Kerberos")
		o.Auth = AuthNTLM
		refused(t, o, nil, "offers no Kerberos and no NTLM")
	})
}

// TestNoSecretInWords: whatever is printed holds neither hash nor password.
func TestNoSecretInWords(t *testing.T) {
	noLeaks(t)
	noKerberos(t)
	hash := ntlm.HashPassword(password)()
	text := hex.EncodeToString(hash[:])
	file := filepath.Join(t.TempDir(), "hash")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	o := options(ntlmServer(t, func(c *ldaptest.Config) { c.Passwords = map[string]string{user: "another"} }))
	o.Auth, o.NTHashFile = AuthNTLM, file
	_, err := Open(context.Background(), o)
	wantError(t, err, ErrCredentials)
	for _, verb := range []string{"%v", "%+v", "%#v"} {
		if got := fmt.Sprintf(verb, err); strings.Contains(got, text) {
			t.Errorf("%s of the error shows the hash: %s", verb, got)
		}
	}
	if err := os.WriteFile(file, []byte("not-a-hash-but-a-secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = Open(context.Background(), o)
	wantError(t, err, ErrCredentials, "should be an NT hash", file)
	if strings.Contains(err.Error(), "but-a-secret") {
		t.Errorf("the error shows what the file holds: %v", err)
	}
}

// TestTicketCaches: what each kind of cache is told.
func TestTicketCaches(t *testing.T) {
	noLeaks(t)
	noKerberos(t)
	damaged := filepath.Join(t.TempDir(), "damaged")
	if err := os.WriteFile(damaged, []byte{5, 4, 0, 12, 0, 1, 0xFF}, 0o600); err != nil {
		t.Fatal(err)
	}
	server := ntlmServer(t)
	for cache, says := range map[string]string{
		"KCM:0":                  "is of kind KCM, which this program cannot read; put a ticket into a file",
		"KEYRING:persistent:0":   "is of kind KEYRING",
		"API:":                   "is of kind API",
		"DIR:/does/not/exist":    "no ticket cache /does/not/exist/tkt",
		"FILE:/does/not/exist":   "no ticket cache /does/not/exist; get a ticket with kinit",
		"FILE:" + damaged:        damaged,
		damaged:                  damaged,
		"DIR::/does/not/exist/x": "no ticket cache /does/not/exist/x",
	} {
		t.Setenv("KRB5CCNAME", cache)
		o := options(server)
		o.Auth, o.User, o.Password = AuthAuto, "", nil
		_, err := Open(context.Background(), o)
		wantError(t, err, nil, says)
		if !errors.Is(err, kerberos.ErrUnusable) {
			t.Errorf("%s: %v is not of the kind that another way in may follow", cache, err)
		}
	}
}

// clientCertificate writes a certificate that it signs itself, and its key.
func clientCertificate(t *testing.T, name string) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(5), Subject: pkix.Name{CommonName: name}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")
	for file, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: pkcs8}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

// TestClientCertificate: no bind after LDAPS, EXTERNAL after StartTLS, as a
// domain controller has it, and an error where nobody asked for the certificate.
func TestClientCertificate(t *testing.T) {
	noLeaks(t)
	noKerberos(t)
	cert, key := clientCertificate(t, "auditor")
	for _, ldaps := range []bool{true, false} {
		server := serve(t, ldaptest.Size{Mailboxes: 1}, func(c *ldaptest.Config) { c.LDAPS, c.ClientCertificates, c.WhoAmI = ldaps, true, "" })
		o := options(server)
		o.Auth, o.User, o.Password, o.CertFile, o.KeyFile = AuthAuto, "", nil, cert, key
		s := open(t, o)
		if s.Account() != "auditor" || s.Bind() != "client certificate (CN=auditor)" {
			t.Errorf("LDAPS %v: bound as %q by %q", ldaps, s.Account(), s.Bind())
		}
		j := newJournal()
		if err := s.Read(context.Background(), j); err != nil {
			t.Errorf("LDAPS %v: %v", ldaps, err)
		}
		j.complete(t)
		s.Close()
		server = serve(t, ldaptest.Size{Mailboxes: 1}, func(c *ldaptest.Config) { c.LDAPS, c.WhoAmI = ldaps, "" })
		o.URL, o.CAFile = server.URL(), server.CAFile()
		refused(t, o, ErrCredentials)
	}
	o := Options{URL: "ldaps://dc1", CertFile: cert, KeyFile: cert}
	refused(t, o, nil, "--cert and --key")
	refused(t, Options{URL: "ldaps://dc1", Auth: AuthExternal}, nil, "give it with --cert and --key")
	refused(t, Options{URL: "ldap://dc1", CertFile: cert, KeyFile: key, Cleartext: true}, nil, "leave out --cleartext")
}

// TestPasswordMayTakeItsTime: who types it has more time than the server has.
func TestPasswordMayTakeItsTime(t *testing.T) {
	noLeaks(t)
	noKerberos(t)
	o := options(ntlmServer(t))
	o.Auth, o.Timeout = AuthAuto, 300*time.Millisecond
	o.Password = func() (string, error) {
		time.Sleep(2 * o.Timeout)
		return password, nil
	}
	s := open(t, o)
	if s.Bind() != "NTLM (password)" {
		t.Errorf("bound by %q", s.Bind())
	}
	s.Close()
}
