package live

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"mbxperm/collector/adlab"

	"github.com/go-ldap/ldap/v3"
)

// labKRB5Conf are the files of testdata, with the lab in the place of the domain
// controller that they name.
func labKRB5Conf(t *testing.T, lab *adlab.Lab) map[string]string {
	t.Helper()
	files, err := filepath.Glob("kerberos/testdata/krb5conf/*.conf")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	dir, written := t.TempDir(), map[string]string{}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(dir, filepath.Base(file))
		if err := os.WriteFile(name, []byte(strings.ReplaceAll(string(b), "dc1.contoso.lab", lab.Address)), 0o600); err != nil {
			t.Fatal(err)
		}
		written[filepath.Base(file)] = name
	}
	folder := filepath.Join(dir, "folder")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	save := func(name, text string) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	defaults := save("folder/defaults", "[libdefaults]\n default_realm = CONTOSO.LAB\n dns_lookup_kdc = false\n")
	realm := save("folder/realm.conf", "[realms]\n CONTOSO.LAB = {\n  kdc = "+lab.Address+"\n }\n")
	save("folder/not~", "[libdefaults]\n default_realm = FABRIKAM.LAB\n")
	written["include"] = save("include", "include "+defaults+"\ninclude "+realm+"\n")
	written["includedir"] = save("includedir", "includedir "+folder+"\n")
	written["include inside"] = save("inside", "[libdefaults]\ninclude "+realm+"\n default_realm = CONTOSO.LAB\n dns_lookup_kdc = false\n")
	written["list"] = strings.Join([]string{filepath.Join(dir, "not-there"), realm, defaults}, string(filepath.ListSeparator))
	written["folder in the list"] = folder
	return written
}

// TestLabKRB5Conf: whatever krb5.conf kinit gets a ticket with, this program
// gets in with, by that ticket and by a password.
func TestLabKRB5Conf(t *testing.T) {
	lab := adlab.Start(t)
	noLeaks(t)
	cache := filepath.Join(t.TempDir(), "none")
	ticket := kinit(t, lab, lab.Reader, lab.ReaderPassword)
	for name, config := range labKRB5Conf(t, lab) {
		t.Run(name, func(t *testing.T) {
			t.Setenv("KRB5_CONFIG", config)
			cmd := exec.Command("kinit", "-c", filepath.Join(t.TempDir(), "ccache"), "reader@CONTOSO.LAB")
			cmd.Stdin = strings.NewReader(lab.ReaderPassword + "\n")
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("kinit, the judge: %v\n%s", err, out)
			}
			for _, c := range []struct{ cache, want string }{{cache, "Kerberos (password of reader@CONTOSO.LAB)"}, {ticket, "Kerberos (ticket of reader@CONTOSO.LAB)"}} {
				t.Setenv("KRB5CCNAME", c.cache)
				o := labOptions(lab, "ldaps", lab.Reader, lab.ReaderPassword)
				o.Auth = AuthKerberos
				s := open(t, o)
				if s.Bind() != c.want {
					t.Errorf("bound by %q, want %q", s.Bind(), c.want)
				}
				s.Close()
			}
		})
	}
}

// TestLabKeyVersion: a key fits whatever version the keytab gives it, as it does
// for kinit; another key is refused with both versions.
func TestLabKeyVersion(t *testing.T) {
	lab := adlab.Start(t)
	noLeaks(t)
	t.Setenv("KRB5_CONFIG", lab.KRB5Conf)
	t.Setenv("KRB5CCNAME", filepath.Join(t.TempDir(), "none"))
	o := labOptions(lab, "ldaps", "", "")
	o.Auth, o.Password = AuthAuto, nil
	for _, version := range []int{1, 77, 300} {
		o.Keytab = ktutil(t, lab.ReaderPassword, version, "aes256-cts-hmac-sha1-96")
		if out, err := exec.Command("kinit", "-c", filepath.Join(t.TempDir(), "ccache"), "-k", "-t", o.Keytab, "reader@CONTOSO.LAB").CombinedOutput(); err != nil {
			t.Fatalf("kinit, the judge, with version %d: %v\n%s", version, err, out)
		}
		for _, user := range []string{"", lab.Reader, "READER@contoso.lab", `CONTOSO\reader`} {
			o.User = user
			s := open(t, o)
			if want := "Kerberos (keytab of reader@CONTOSO.LAB)"; s.Bind() != want {
				t.Errorf("version %d, user %q: bound by %q, want %q", version, user, s.Bind(), want)
			}
			s.Close()
		}
	}
	// A keytab with one type of key alone, which need not be the strongest. (kinit
	// 1.20 stops at the strongest.)
	for _, kind := range []string{"aes128-cts-hmac-sha1-96", "arcfour-hmac"} {
		o.User, o.Keytab = "", ktutil(t, lab.ReaderPassword, 1, kind)
		open(t, o).Close()
	}
	// What cannot be used is an error, and nobody is asked for a password.
	o.User, o.Password = lab.Reader, func() (string, error) {
		t.Error("a password was asked for in the place of the keytab")
		return "", errors.New("nobody is here")
	}
	o.Keytab = ktutil(t, "Wrong-Horse-77", 1, "aes256-cts-hmac-sha1-96")
	refused(t, o, ErrCredentials, "the key of the keytab (version 1) is not that of the account any more")
	o.Keytab = ktutil(t, lab.ReaderPassword, 1, "camellia256-cts-cmac")
	refused(t, o, nil, "has no key for reader@CONTOSO.LAB of a type")
	o.Keytab = filepath.Join(t.TempDir(), "none")
	refused(t, o, ErrCredentials, "no such file")
	o.Keytab = lab.CAFile
	refused(t, o, ErrCredentials, "is no keytab")
	o.Keytab, o.User = ktutil(t, lab.ReaderPassword, 1, "aes256-cts-hmac-sha1-96"), "anna@contoso.lab"
	refused(t, o, ErrCredentials, "has no key of anna@CONTOSO.LAB, but those of reader@CONTOSO.LAB")
}

// ktutil makes a keytab with MIT Kerberos.
func ktutil(t *testing.T, password string, version int, kind string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "keytab")
	cmd := exec.Command("ktutil")
	cmd.Stdin = strings.NewReader(fmt.Sprintf("addent -password -p reader@CONTOSO.LAB -k %d -e %s\n%s\nwkt %s\nq\n", version, kind, password, file))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("ktutil: %v\n%s", err, out)
	}
	if _, err := os.Stat(file); err != nil {
		t.Fatalf("ktutil wrote nothing: %v", err)
	}
	return file
}

// labModify changes an account of the lab.
func labModify(t *testing.T, lab *adlab.Lab, account, attribute string, values ...string) {
	t.Helper()
	m := ldap.NewModifyRequest(lab.Oracle.BySAM(account).DN, nil)
	m.Replace(attribute, values)
	if err := lab.Dial(t, lab.Administrator, lab.AdministratorPassword).Modify(m); err != nil {
		t.Fatal(err)
	}
}

// TestLabSensitiveAccount: an account that is sensitive and cannot be delegated
// gets no ticket that can be forwarded, whatever krb5.conf asks for.
func TestLabSensitiveAccount(t *testing.T) {
	lab := adlab.StartOwn(t, adlab.Options{}) // which is changed
	noLeaks(t)
	b, err := os.ReadFile(lab.KRB5Conf)
	if err != nil {
		t.Fatal(err)
	}
	config := save(t, []byte(strings.Replace(string(b), "[libdefaults]", "[libdefaults]\n forwardable = true\n proxiable = true\n renew_lifetime = 7d\n noaddresses = false\n canonicalize = true", 1)))
	t.Setenv("KRB5_CONFIG", lab.KRB5Conf)
	const normal, notDelegated = 0x200, 0x100000
	labModify(t, lab, "reader", "userAccountControl", fmt.Sprint(normal|notDelegated))
	ticket := kinit(t, lab, lab.Reader, lab.ReaderPassword)
	t.Setenv("KRB5_CONFIG", config)
	for _, cache := range []string{ticket, ticket + "-none"} {
		t.Setenv("KRB5CCNAME", cache)
		o := labOptions(lab, "ldaps", lab.Reader, lab.ReaderPassword)
		o.Auth = AuthKerberos
		open(t, o).Close()
	}
}

// TestLabEnterpriseName: a userPrincipalName whose suffix is no realm (RFC 6806
// 5), and what is left where Kerberos cannot be reached.
func TestLabEnterpriseName(t *testing.T) {
	lab := adlab.StartOwn(t, adlab.Options{}) // which is changed
	noLeaks(t)
	t.Setenv("KRB5CCNAME", filepath.Join(t.TempDir(), "none"))
	const upn = "anna.reader@fabrikam.com"
	labModify(t, lab, "reader", "userPrincipalName", upn)
	unreachable := save(t, []byte("[realms]\n CONTOSO.LAB = {\n  kdc = 127.0.0.1:1\n }\n"))
	for name, c := range map[string]struct{ config, user, want string }{
		"enterprise":        {lab.KRB5Conf, upn, "Kerberos (password of " + upn + ")"},
		"without krb5.conf": {os.DevNull, upn, "Kerberos (password of " + upn + ")"},
		"no KDC":            {unreachable, upn, "simple bind"},
		"sAMAccountName":    {lab.KRB5Conf, "reader@contoso.lab", "Kerberos (password of reader@CONTOSO.LAB)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("KRB5_CONFIG", c.config)
			o := labOptions(lab, "ldaps", c.user, lab.ReaderPassword)
			o.Auth = AuthAuto
			s := open(t, o)
			defer s.Close()
			if s.Bind() != c.want {
				t.Errorf("bound by %q, want %q", s.Bind(), c.want)
			}
		})
	}
	t.Setenv("KRB5_CONFIG", lab.KRB5Conf)
	labCountBadPasswords(t, lab)
	before := labBadPasswords(t, lab)
	o := labOptions(lab, "ldaps", upn, "Wrong-Horse-77")
	o.Auth = AuthAuto
	_, err := Open(context.Background(), o)
	wantError(t, err, ErrCredentials, upn, "wrong password")
	if got := labBadPasswords(t, lab); got != before+1 {
		t.Errorf("the directory counted %d wrong passwords, want 1", got-before)
	}
}

// TestLabAlias: a server that is asked for by another of its names has a ticket
// by its own, where TLS has shown who it is.
func TestLabAlias(t *testing.T) {
	lab := adlab.Start(t)
	noLeaks(t)
	t.Setenv("KRB5_CONFIG", lab.KRB5Conf)
	t.Setenv("KRB5CCNAME", filepath.Join(t.TempDir(), "none"))
	o := labOptions(lab, "ldaps", lab.Reader, lab.ReaderPassword)
	o.URL, o.DC, o.Auth = "ldaps://localhost", Servers{"localhost": lab.Address}, AuthKerberos
	open(t, o).Close()
	o.CAFile, o.Insecure = "", true
	refused(t, o, nil, "knows no service ldap/localhost")
}
