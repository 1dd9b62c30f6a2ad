package live

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"mbxperm/collector/adlab"
	"mbxperm/collector/decode"
	"mbxperm/collector/live/ntlm"

	"github.com/go-ldap/ldap/v3"
	"golang.org/x/net/dns/dnsmessage"
)

// TestLabAuth gets into a real directory in every way there is.
func TestLabAuth(t *testing.T) {
	lab := adlab.Start(t)
	noLeaks(t)
	t.Setenv("KRB5_CONFIG", lab.KRB5Conf)
	t.Setenv("KRB5CCNAME", filepath.Join(t.TempDir(), "none"))
	cache := kinit(t, lab, lab.Reader, lab.ReaderPassword)
	keytab := labKeytab(t, lab)
	hash := labHashFile(t, lab.ReaderPassword)
	nobody := filepath.Join(t.TempDir(), "none")
	for name, c := range map[string]struct {
		cache  string
		change func(*Options)
		want   string // Bind
	}{
		"ticket":            {cache, func(o *Options) { o.User, o.Password = "", nil }, "Kerberos (ticket of reader@CONTOSO.LAB)"},
		"ticket and user":   {"FILE:" + cache, func(*Options) {}, "Kerberos (ticket of reader@CONTOSO.LAB)"},
		"ticket of another": {cache, func(o *Options) { o.User, o.Password = lab.Administrator, secret(lab.AdministratorPassword) }, "Kerberos (password of administrator@CONTOSO.LAB)"},
		"keytab":            {nobody, func(o *Options) { o.User, o.Password, o.Keytab = "", nil, keytab }, "Kerberos (keytab of reader@CONTOSO.LAB)"},
		"password":          {nobody, func(*Options) {}, "Kerberos (password of reader@CONTOSO.LAB)"},
		"flat name":         {nobody, func(o *Options) { o.User = `CONTOSO\reader` }, "Kerberos (password of reader@CONTOSO.LAB)"},
		"NTLM":              {nobody, func(o *Options) { o.Auth = AuthNTLM }, "NTLM (password)"},
		"NTLM, flat name":   {nobody, func(o *Options) { o.Auth, o.User = AuthNTLM, `CONTOSO\reader` }, "NTLM (password)"},
		"NTLM, hash":        {nobody, func(o *Options) { o.Password, o.NTHashFile = nil, hash }, "NTLM (hash)"},
		"simple":            {nobody, func(o *Options) { o.Auth = AuthSimple }, "simple bind"},
	} {
		for _, scheme := range []string{"ldaps", "ldap"} {
			t.Run(name+" "+scheme, func(t *testing.T) {
				t.Setenv("KRB5CCNAME", c.cache)
				o := labOptions(lab, scheme, lab.Reader, lab.ReaderPassword)
				o.Auth = AuthAuto
				c.change(&o)
				s := open(t, o)
				if got := s.Bind(); got != c.want {
					t.Errorf("bound by %q, want %q", got, c.want)
				}
				// A bound connection gives what an anonymous one does not.
				again, err := s.home.now().another(context.Background())
				if err != nil {
					t.Fatalf("a second connection: %v", err)
				}
				if _, err := again.base(context.Background(), lab.BaseDN, []string{"objectClass"}); err != nil {
					t.Errorf("reading: %v", err)
				}
				again.close()
				s.Close()
				for _, text := range []string{fmt.Sprintf("%v", s), fmt.Sprintf("%+v", s), fmt.Sprintf("%#v", s)} {
					if strings.Contains(text, lab.ReaderPassword) {
						t.Errorf("the password is in %s", text)
					}
				}
			})
		}
	}
}

// TestLabDomain finds the lab in DNS, behind a domain controller that is down,
// without a krb5.conf: the ticket says which domain it is. Go's resolver reads
// the hosts file before it asks the name server, so the names are such that none has them.
func TestLabDomain(t *testing.T) {
	lab := adlab.Start(t)
	noLeaks(t)
	cache := kinit(t, lab, lab.Reader, lab.ReaderPassword)
	noKerberos(t)
	t.Setenv("KRB5CCNAME", "FILE:"+cache)
	domain, err := defaultDomain(Options{})
	if err != nil || domain != lab.Domain {
		t.Fatalf("domain %q, %v", domain, err)
	}
	n := &nameServer{
		srv: map[string][]dnsmessage.SRVResource{"_ldap._tcp.dc._msdcs.contoso.lab": {
			srv(10, 100, lab.Alias), srv(0, 100, "down.contoso.invalid")}},
		addresses: map[string][4]byte{lab.Alias: [4]byte(net.ParseIP(lab.Address).To4()), "down.contoso.invalid": {127, 0, 86, 1}},
	}
	s := open(t, Options{Domain: domain, CAFile: lab.CAFile, Resolver: n.start(t)})
	if want := "ldaps://" + lab.Alias + " (Kerberos)"; s.Name() != want {
		t.Errorf("opened %s, want %s", s.Name(), want)
	}
	j := newJournal()
	if err := s.Read(context.Background(), j); err != nil {
		t.Error(err)
	}
	if got, err := j.of(t, decode.Mailboxes.Purpose); len(got) == 0 || err != nil {
		t.Errorf("%d mailboxes, %v", len(got), err)
	}
	s.Close()
	t.Setenv("KRB5CCNAME", "FILE:"+cache+"-none")
	if domain, err := defaultDomain(Options{Keytab: labKeytab(t, lab)}); err != nil || domain != lab.Domain {
		t.Errorf("domain of the keytab %q, %v", domain, err)
	}
	t.Setenv("KRB5_CONFIG", lab.KRB5Conf)
	if domain, err := defaultDomain(Options{}); err != nil || domain != lab.Domain {
		t.Errorf("default realm %q, %v", domain, err)
	}
}

// TestLabWrongSecret: what is wrong names itself, and is sent once and no more:
// the directory counts wrong passwords, and locks the account.
func TestLabWrongSecret(t *testing.T) {
	lab := adlab.StartOwn(t, adlab.Options{}) // where wrong passwords are counted
	noLeaks(t)
	t.Setenv("KRB5_CONFIG", lab.KRB5Conf)
	t.Setenv("KRB5CCNAME", filepath.Join(t.TempDir(), "none"))
	const wrong = "Wrong-Horse-77"
	labCountBadPasswords(t, lab)
	want := labBadPasswords(t, lab)
	for _, c := range []struct {
		name   string
		change func(*Options)
		says   string
	}{
		{"auto", func(o *Options) { o.Auth = AuthAuto }, "reader@CONTOSO.LAB: wrong password"},
		{"Kerberos", func(o *Options) { o.Auth = AuthKerberos }, "reader@CONTOSO.LAB: wrong password"},
		{"NTLM", func(o *Options) { o.Auth, o.User = AuthNTLM, `CONTOSO\reader` }, "wrong password"},
		{"hash", func(o *Options) {
			o.Auth, o.User, o.Password, o.NTHashFile = AuthAuto, `CONTOSO\reader`, nil, labHashFile(t, wrong)
		}, "wrong password"},
		{"simple", func(o *Options) { o.Auth = AuthSimple }, "wrong password"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := labOptions(lab, "ldaps", lab.Reader, wrong)
			c.change(&o)
			s, err := Open(context.Background(), o)
			if err == nil {
				s.Close()
			}
			wantError(t, err, ErrCredentials, c.says)
			if err != nil && strings.Contains(err.Error(), wrong) {
				t.Errorf("the password is in the error %v", err)
			}
			if want++; labBadPasswords(t, lab) != want {
				t.Errorf("the directory counted %d wrong passwords, want %d", labBadPasswords(t, lab), want)
			}
		})
	}
}

// labCountBadPasswords has the directory count them: it does so only where there
// is a number after which an account is locked.
func labCountBadPasswords(t *testing.T, lab *adlab.Lab) {
	t.Helper()
	config, err := lab.TLSConfig()
	if err != nil {
		t.Fatal(err)
	}
	c, err := ldap.DialURL("ldaps://"+lab.Address, ldap.DialWithTLSConfig(config))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	m := ldap.NewModifyRequest(lab.BaseDN, nil)
	m.Replace("lockoutThreshold", []string{"50"})
	m.Replace("lockOutObservationWindow", []string{"-18000000000"})
	if err := errors.Join(c.Bind(lab.Administrator, lab.AdministratorPassword), c.Modify(m)); err != nil {
		t.Fatal(err)
	}
}

// labBadPasswords reads how many wrong passwords the directory has counted.
func labBadPasswords(t *testing.T, lab *adlab.Lab) int {
	t.Helper()
	s := open(t, labOptions(lab, "ldaps", lab.Administrator, lab.AdministratorPassword))
	defer s.Close()
	c, err := s.home.take(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer s.home.give(c, true)
	e, err := c.base(context.Background(), lab.Oracle.BySAM("reader").DN, []string{"badPwdCount"})
	if err != nil {
		t.Fatal(err)
	}
	n, _ := strconv.Atoi(e.Text("badPwdCount"))
	return n
}

// TestLabNoSASLOverTLS: a Samba with its own settings refuses Kerberos and NTLM
// inside TLS; auto goes on to the simple bind, and Kerberos alone says why.
func TestLabNoSASLOverTLS(t *testing.T) {
	lab := adlab.StartOwn(t, adlab.Options{NoSASLOverTLS: true})
	noLeaks(t)
	t.Setenv("KRB5_CONFIG", lab.KRB5Conf)
	t.Setenv("KRB5CCNAME", filepath.Join(t.TempDir(), "none"))
	o := labOptions(lab, "ldaps", lab.Reader, lab.ReaderPassword)
	o.Auth = AuthAuto
	if s := open(t, o); s.Bind() != "simple bind" {
		t.Errorf("bound by %q, want a simple bind", s.Bind())
	} else {
		s.Close()
	}
	o.Auth = AuthKerberos
	refused(t, o, ErrSigning, "allow_sasl_over_tls")
}

func secret(p string) func() (string, error) { return func() (string, error) { return p, nil } }

// kinit gets a ticket with MIT Kerberos.
func kinit(t *testing.T, lab *adlab.Lab, who, password string) string {
	t.Helper()
	cache := filepath.Join(t.TempDir(), "ccache")
	user, _, _ := strings.Cut(who, "@")
	cmd := exec.Command("kinit", "-c", cache, user+"@CONTOSO.LAB")
	cmd.Env = append(os.Environ(), "KRB5_CONFIG="+lab.KRB5Conf)
	cmd.Stdin = strings.NewReader(password + "\n")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("kinit: %v\n%s", err, out)
	}
	return cache
}

// labKeytab has Samba write the keys of the reader into a keytab.
func labKeytab(t *testing.T, lab *adlab.Lab) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "reader.keytab")
	conf := filepath.Join(filepath.Dir(lab.KRB5Conf), "etc", "smb.conf")
	cmd := exec.Command("samba-tool", "domain", "exportkeytab", file, "--principal=reader@CONTOSO.LAB", "-s", conf)
	cmd.Env = append(os.Environ(), "KRB5_CONFIG="+lab.KRB5Conf)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("samba-tool domain exportkeytab: %v\n%s", err, out)
	}
	return file
}

func labHashFile(t *testing.T, password string) string {
	t.Helper()
	hash := ntlm.HashPassword(password)()
	file := filepath.Join(t.TempDir(), "hash")
	if err := os.WriteFile(file, []byte(hex.EncodeToString(hash[:])+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
