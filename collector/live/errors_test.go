package live

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mbxperm/collector/ldaptest"
)

// wantError wants an error of the kind whose text has all the parts, and never
// the password.
func wantError(t *testing.T, err, kind error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want %v", kind)
	}
	if kind != nil && !errors.Is(err, kind) {
		t.Errorf("error %q is not %q", err, kind)
	}
	for _, p := range parts {
		if !strings.Contains(err.Error(), p) {
			t.Errorf("error %q does not say %q", err, p)
		}
	}
	if text := err.Error(); strings.HasSuffix(text, ".") || strings.Contains(text, "failed to") || strings.ContainsAny(text, "\x00\n") {
		t.Errorf("error %q is not in the form of the house", text)
	}
	noPassword(t, err)
}

// noPassword looks through the whole chain of an error.
func noPassword(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	if strings.Contains(err.Error(), password) {
		t.Errorf("the password is in %T: %v", err, err)
	}
	switch u := err.(type) {
	case interface{ Unwrap() []error }:
		for _, e := range u.Unwrap() {
			noPassword(t, e)
		}
	case interface{ Unwrap() error }:
		noPassword(t, u.Unwrap())
	}
}

// refused opens and wants it to go wrong.
func refused(t *testing.T, o Options, kind error, parts ...string) {
	t.Helper()
	s, err := Open(context.Background(), o)
	if err == nil {
		s.Close()
	}
	wantError(t, err, kind, parts...)
}

func TestOptionsThatCannotWork(t *testing.T) {
	t.Setenv("KRB5CCNAME", "FILE:/does/not/exist")
	good := Options{URL: "ldaps://dc1.contoso.lab", User: user, Password: func() (string, error) { return password, nil }}
	for name, c := range map[string]struct {
		change func(*Options)
		says   string
	}{
		"no scheme":        {func(o *Options) { o.URL = "dc1.contoso.lab" }, "ldaps://host"},
		"other scheme":     {func(o *Options) { o.URL = "https://dc1.contoso.lab" }, `unknown scheme "https"`},
		"connections":      {func(o *Options) { o.Connections = 33 }, "from 1 to 32"},
		"fewer than none":  {func(o *Options) { o.Connections = -1 }, "from 1 to 32"},
		"path":             {func(o *Options) { o.URL = "ldap://dc1/DC=contoso" }, "leave out what follows"},
		"password in URL":  {func(o *Options) { o.URL = "ldaps://u:" + "Tr0ub4dor&3%20horse" + "@dc1" }, "password"},
		"broken URL":       {func(o *Options) { o.URL = "ldaps://u:" + password + "@dc1:x%zz" }, "no LDAP URL"},
		"no user":          {func(o *Options) { o.User = "" }, "no user for ldaps://dc1.contoso.lab, and no ticket"},
		"no password":      {func(o *Options) { o.Auth, o.Password = AuthSimple, nil }, "give one with -u"},
		"unknown way in":   {func(o *Options) { o.Auth = "sicily" }, "auto, kerberos, ntlm, "},
		"hash, not NTLM":   {func(o *Options) { o.Auth, o.NTHashFile = AuthSimple, "x" }, "good for NTLM only"},
		"keytab, not krb5": {func(o *Options) { o.Auth, o.Keytab = AuthSimple, "x" }, "good for Kerberos only"},
		"CA file missing":  {func(o *Options) { o.CAFile = "/does/not/exist" }, "--ca"},
		"CA file is empty": {func(o *Options) { o.CAFile = os.DevNull }, "holds no certificate"},
	} {
		t.Run(name, func(t *testing.T) {
			o := good
			c.change(&o)
			refused(t, o, nil, c.says)
		})
	}
}

func TestEmptyPassword(t *testing.T) {
	noLeaks(t)
	server := serve(t, ldaptest.Size{})
	o := options(server)
	o.Password = func() (string, error) { return "", nil }
	refused(t, o, nil, "password is empty")
	o.Password = func() (string, error) { return "", errors.New("no terminal") }
	refused(t, o, nil, "no terminal", user)
	for _, r := range server.Requests() {
		if r.Op == "bind" {
			t.Error("a bind without a password was sent")
		}
	}
}

func TestUnknownHost(t *testing.T) {
	noLeaks(t)
	// The name "invalid" never resolves (RFC 6761 6.4); without a resolver the
	// look-up goes wrong in another way, and is told apart.
	o := Options{URL: "ldaps://dc1.invalid", User: user, Password: func() (string, error) { return password, nil }, Timeout: 5 * time.Second}
	refused(t, o, ErrUnreachable, "dc1.invalid", "--dc dc1.invalid=ADDRESS")
	s := &server{target: target{host: "dc1.invalid", name: "ldaps://dc1.invalid"}}
	err := s.explainDial(context.Background(), &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "dc1.invalid", IsNotFound: true}})
	wantError(t, err, ErrUnreachable, "unknown host dc1.invalid")
}

func TestRefusedPort(t *testing.T) {
	noLeaks(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	o := Options{URL: "ldaps://" + l.Addr().String(), User: user, Password: func() (string, error) { return password, nil }}
	refused(t, o, ErrUnreachable, "refused the connection", l.Addr().String(), "ldap://127.0.0.1")
}

func TestCertificates(t *testing.T) {
	for name, c := range map[string]struct {
		server  func(*ldaptest.Config)
		options func(*Options)
		says    []string
	}{
		"another name": {func(c *ldaptest.Config) { c.CertNames = []string{"dc7.contoso.lab", "dc8.contoso.lab"} }, func(*Options) {},
			[]string{"asked for 127.0.0.1", "dc7.contoso.lab, dc8.contoso.lab", "--dc dc7.contoso.lab=127.0.0.1:", "://dc7.contoso.lab:"}},
		"common name alone": {func(c *ldaptest.Config) {
			c.Certificate = func(x *x509.Certificate) { x.DNSNames, x.IPAddresses = nil, nil }
		}, func(*Options) {}, []string{"asked for 127.0.0.1", "dc1.contoso.lab", "subjectAltName"}},
		"unknown authority": {func(*ldaptest.Config) {}, func(o *Options) { o.CAFile = "" },
			[]string{"not trusted here (ldaptest authority)", "the authorities of this machine", "--ca FILE", "--pin sha256:"}},
		"expired": {func(c *ldaptest.Config) {
			c.Certificate = func(x *x509.Certificate) {
				x.NotBefore, x.NotAfter = time.Date(2020, 1, 2, 0, 0, 0, 0, time.UTC), time.Date(2021, 1, 2, 0, 0, 0, 0, time.UTC)
			}
		}, func(*Options) {}, []string{"2020-01-02", "2021-01-02", "renew it"}},
		"signed with SHA-1": {func(c *ldaptest.Config) {
			c.Certificate = func(x *x509.Certificate) { x.SignatureAlgorithm = x509.ECDSAWithSHA1 }
		}, func(*Options) {}, []string{"signed with SHA-1", "anew with SHA-256", "--pin sha256:"}},
		"pin and authority": {func(c *ldaptest.Config) {
			c.Certificate = func(x *x509.Certificate) { x.SignatureAlgorithm = x509.ECDSAWithSHA1 }
		}, func(o *Options) { o.Pins = []string{"sha256:" + strings.Repeat("00", 32)} }, []string{"signed with SHA-1", "leave out --ca"}},
		"unknown authority of --ca": {func(*ldaptest.Config) {}, func(o *Options) { o.CAFile = "testdata/certificates/ca.pem" },
			[]string{"not trusted here (ldaptest authority)", "the one certificate of --ca testdata/certificates/ca.pem", "--pin sha256:"}},
		"no server certificate": {func(c *ldaptest.Config) {
			c.Certificate = func(x *x509.Certificate) { x.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning} }
		}, func(*Options) {}, []string{"is not valid", "incompatible key usage", "--pin sha256:"}},
	} {
		for _, ldaps := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s/ldaps=%v", name, ldaps), func(t *testing.T) {
				noLeaks(t)
				server := serve(t, ldaptest.Size{}, c.server, func(c *ldaptest.Config) { c.LDAPS = ldaps })
				o := options(server)
				c.options(&o)
				refused(t, o, ErrTLS, c.says...)
				for _, r := range server.Requests() {
					if r.Op == "bind" {
						t.Error("the password was sent to a server that is not trusted")
					}
				}
			})
		}
	}
}

// TestPinToGive: what a certificate error says lets the server in.
func TestPinToGive(t *testing.T) {
	noLeaks(t)
	server := serve(t, ldaptest.Size{Mailboxes: 1}, func(c *ldaptest.Config) {
		c.Certificate = func(x *x509.Certificate) { x.SignatureAlgorithm = x509.ECDSAWithSHA1 }
	})
	o := options(server)
	_, err := Open(context.Background(), o)
	wantError(t, err, ErrTLS, "--pin sha256:")
	_, pin, _ := strings.Cut(err.Error(), "--pin ")
	o.CAFile, o.Pins = "", []string{pin}
	open(t, o).Close()
}

// TestNegativeSerial: --insecure means any certificate, and where the authority
// is trusted, the number is no reason against it.
func TestNegativeSerial(t *testing.T) {
	noLeaks(t)
	server := serve(t, ldaptest.Size{Mailboxes: 1}, func(c *ldaptest.Config) { c.NegativeSerial = true })
	o := options(server)
	open(t, o).Close()
	o.CAFile, o.Insecure = "", true
	open(t, o).Close()
}

func TestAuthorityAsDER(t *testing.T) {
	noLeaks(t)
	server := serve(t, ldaptest.Size{Mailboxes: 1})
	o := options(server)
	pemText, err := os.ReadFile(server.CAFile())
	if err != nil {
		t.Fatal(err)
	}
	o.CAFile = filepath.Join(t.TempDir(), "ca.cer")
	if err := os.WriteFile(o.CAFile, der(t, pemText), 0o600); err != nil {
		t.Fatal(err)
	}
	open(t, o).Close()
}

// Each of the two protocols on the other's port.
func TestWrongPort(t *testing.T) {
	noLeaks(t)
	tlsServer := serve(t, ldaptest.Size{})
	plain := serve(t, ldaptest.Size{}, func(c *ldaptest.Config) { c.LDAPS = false })
	o := options(plain)
	o.URL = "ldaps://" + plain.Addr()
	o.Timeout = 2 * time.Second
	refused(t, o, ErrTLS, "ldap://")
	o = options(tlsServer)
	o.URL = "ldap://" + tlsServer.Addr()
	o.Timeout = 2 * time.Second
	refused(t, o, ErrTLS, "use ldaps://")
	o.Cleartext = true
	refused(t, o, nil, "use ldaps://")
}

// A server that answers a TLS hello with an LDAP message, as some proxies do.
func TestPlainAnswerToTLS(t *testing.T) {
	noLeaks(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		_, _ = c.Write([]byte("0\x0c\x02\x01\x00\x78\x07\x0a\x01\x02\x04\x00\x04\x00"))
		_, _ = c.Read(make([]byte, 4096))
		c.Close()
	}()
	refused(t, Options{URL: "ldaps://" + l.Addr().String(), User: user, Password: func() (string, error) { return password, nil }},
		ErrTLS, "plain LDAP is spoken", "ldap://")
}

func TestNoStartTLS(t *testing.T) {
	noLeaks(t)
	server := serve(t, ldaptest.Size{}, func(c *ldaptest.Config) { c.LDAPS, c.NoStartTLS = false, true })
	refused(t, options(server), ErrTLS, "no StartTLS", "ldaps://127.0.0.1", "--cleartext")
	for _, r := range server.Requests() {
		if r.Op == "bind" {
			t.Error("the password was sent without TLS")
		}
	}
}

func TestBindRefusals(t *testing.T) {
	diagnostic := func(data string) string {
		return "80090308: LdapErr: DSID-0C090439, comment: AcceptSecurityContext error, data " + data + ", v4563\x00"
	}
	for name, c := range map[string]struct {
		result int
		text   string
		kind   error
		says   string
	}{
		"wrong password":  {49, diagnostic("52e"), ErrCredentials, "wrong password"},
		"unknown user":    {49, diagnostic("525"), ErrCredentials, "no such user"},
		"hours":           {49, diagnostic("530"), ErrCredentials, "at this hour"},
		"workstation":     {49, diagnostic("531"), ErrCredentials, "from this workstation"},
		"expired":         {49, diagnostic("532"), ErrCredentials, "password has expired"},
		"disabled":        {49, diagnostic("533"), ErrCredentials, "account is disabled"},
		"account expired": {49, diagnostic("701"), ErrCredentials, "account has expired"},
		"must change":     {49, diagnostic("773"), ErrCredentials, "must be changed"},
		"locked":          {49, diagnostic("775"), ErrCredentials, "is locked"},
		"upper case":      {49, diagnostic("52E"), ErrCredentials, "wrong password"},
		"another code":    {49, diagnostic("999"), ErrCredentials, "data 999"},
		"channel binding": {49, "80090346: LdapErr: DSID-0C090702, comment: AcceptSecurityContext error, data 80090346, v4563\x00", ErrChannelBinding, "80090346"},
		"signing":         {8, "00002028: LdapErr: DSID-0C09030B, comment: The server requires binds to turn on integrity checking\x00", ErrSigning, "ldaps://"},
		"busy":            {51, "", ErrBusy, "busy"},
		"unavailable":     {52, "\x00", ErrBusy, "another domain controller"},
		"echo":            {49, "no user with password " + password, ErrCredentials, "***"},
		"hostile":         {49, "\x1b[31mred\x07\u202e", ErrCredentials, `\u001b[31mred\u0007\u202e`},
		"referral":        {10, "", ErrReferral, "ldap://dc2.contoso.lab/DC=contoso,DC=lab"},
	} {
		t.Run(name, func(t *testing.T) {
			noLeaks(t)
			server := serve(t, ldaptest.Size{}, func(cfg *ldaptest.Config) {
				cfg.Fault = func(r *ldaptest.Request) ldaptest.Fault {
					if r.Op != "bind" {
						return ldaptest.Fault{}
					}
					return ldaptest.Fault{Result: c.result, Diagnostic: c.text, Referral: "ldap://dc2.contoso.lab/DC=contoso,DC=lab"}
				}
			})
			refused(t, options(server), c.kind, c.says)
		})
	}
}

// The server's own check, not a fault.
func TestWrongPassword(t *testing.T) {
	noLeaks(t)
	o := options(serve(t, ldaptest.Size{}))
	o.Password = func() (string, error) { return password + "!", nil }
	refused(t, o, ErrCredentials, "wrong password", user, "52e")
}

func TestNotActiveDirectory(t *testing.T) {
	noLeaks(t)
	server := serve(t, ldaptest.Size{}, func(c *ldaptest.Config) {
		c.Entries = []ldaptest.Entry{ldaptest.Entry{}.With("namingContexts", "dc=example")}
	})
	refused(t, options(server), ErrNotAD, "no domain controller of Active Directory")
}

func TestServerWithoutWhoAmI(t *testing.T) {
	noLeaks(t)
	server := serve(t, ldaptest.Size{}, func(c *ldaptest.Config) {
		c.Fault = func(r *ldaptest.Request) ldaptest.Fault {
			if r.Op == "extended" {
				return ldaptest.Fault{Result: ldaptest.ResultProtocolError}
			}
			return ldaptest.Fault{}
		}
	})
	s := open(t, options(server))
	if s.Account() != user {
		t.Errorf("account %q, want %q", s.Account(), user)
	}
	s.Close()
}

func TestSilentAtEachStepOfOpen(t *testing.T) {
	for _, op := range []string{"extended", "bind", "search"} {
		t.Run(op, func(t *testing.T) {
			noLeaks(t)
			server := serve(t, ldaptest.Size{}, func(c *ldaptest.Config) {
				c.LDAPS = op != "extended"
				c.Fault = func(r *ldaptest.Request) ldaptest.Fault { return ldaptest.Fault{Stall: r.Op == op} }
			})
			o := options(server)
			o.Timeout, o.Idle = 300*time.Millisecond, 300*time.Millisecond
			start := time.Now()
			refused(t, o, nil, "300ms")
			if d := time.Since(start); d > 3*time.Second {
				t.Errorf("it took %v", d)
			}
		})
	}
}

// However a source or its options are printed, the password does not show.
func TestPasswordIsNeverPrinted(t *testing.T) {
	noLeaks(t)
	server := serve(t, ldaptest.Size{Mailboxes: 3})
	o := options(server)
	s := open(t, o)
	defer s.Close()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		for _, v := range []any{o, &o, s} {
			if text := fmt.Sprintf(verb, v); strings.Contains(text, password) || strings.Contains(text, fmt.Sprintf("%x", password)) {
				t.Errorf("%s of %T shows the password", verb, v)
			}
		}
	}
	if bytes.Contains([]byte(s.Name()+fmt.Sprint(s.Warnings())), []byte(password)) {
		t.Error("name or warnings show the password")
	}
}
