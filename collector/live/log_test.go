package live

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mbxperm/collector/adlab"
	"mbxperm/collector/ldaptest"
	"mbxperm/collector/live/ntlm"

	"github.com/jcmturner/gokrb5/v8/keytab"
)

// TestLog: the log says what was done, is the owner's alone, and holds no secret
// and no value of the directory.
func TestLog(t *testing.T) {
	noLeaks(t)
	noKerberos(t)
	file := filepath.Join(t.TempDir(), "log")
	log, err := LogFile(file)
	if err != nil {
		t.Fatal(err)
	}
	server := ntlmServer(t)
	o := options(server)
	o.Auth, o.Log = AuthAuto, log
	j, err := read(t, o)
	if err != nil {
		t.Fatal(err)
	}
	j.complete(t)
	o.Password = secret(password + " ")
	refused(t, o, ErrCredentials)
	// A server that says the password back.
	o = options(serve(t, ldaptest.Size{}, func(c *ldaptest.Config) {
		c.Fault = func(r *ldaptest.Request) ldaptest.Fault {
			return ldaptest.Fault{Result: ldaptest.ResultCredentials, Diagnostic: "no: " + password}
		}
	}))
	o.Log = log
	refused(t, o, ErrCredentials)
	text := readLog(t, file)
	for _, want := range []string{"NTLM (password)", "msg=connected", "TLS 1.3", "purpose=mailboxes", "msg=complete", "entries=1", "no way in", "data 52e", "***"} {
		if !strings.Contains(text, want) {
			t.Errorf("the log does not say %q:\n%s", want, text)
		}
	}
	hash := ntlm.HashPassword(password)()
	noSecrets(t, text, password, hex.EncodeToString(hash[:]), "u00001")
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode of the log: %v, %v", info.Mode(), err)
	}
}

// TestLabLog: neither is there one of Kerberos.
func TestLabLog(t *testing.T) {
	lab := adlab.Start(t)
	noLeaks(t)
	t.Setenv("KRB5_CONFIG", lab.KRB5Conf)
	t.Setenv("KRB5CCNAME", filepath.Join(t.TempDir(), "none"))
	file := filepath.Join(t.TempDir(), "log")
	log, err := LogFile(file)
	if err != nil {
		t.Fatal(err)
	}
	keys := labKeytab(t, lab)
	kt, err := keytab.Load(keys)
	if err != nil {
		t.Fatal(err)
	}
	secrets := []string{lab.ReaderPassword, "wrong-" + lab.ReaderPassword}
	for _, e := range kt.Entries {
		secrets = append(secrets, hex.EncodeToString(e.Key.KeyValue), base64.StdEncoding.EncodeToString(e.Key.KeyValue), string(e.Key.KeyValue))
	}
	for _, change := range []func(*Options){
		func(o *Options) { o.Auth = AuthKerberos },
		func(o *Options) { o.Auth, o.Password, o.Keytab = AuthKerberos, nil, keys },
		func(o *Options) { o.Auth, o.NTHashFile = AuthNTLM, labHashFile(t, lab.ReaderPassword) },
		func(o *Options) { o.Auth, o.Password = AuthAuto, secret("wrong-"+lab.ReaderPassword) },
	} {
		o := labOptions(lab, "ldaps", lab.Reader, lab.ReaderPassword)
		o.Log = log
		change(&o)
		s, err := Open(context.Background(), o)
		if err != nil {
			noSecrets(t, err.Error(), secrets...)
			continue
		}
		s.Close()
	}
	text := readLog(t, file)
	if strings.Count(text, "msg=bound") != 3 || !strings.Contains(text, "wrong password") {
		t.Errorf("log:\n%s", text)
	}
	hash := ntlm.HashPassword(lab.ReaderPassword)()
	noSecrets(t, text, append(secrets, hex.EncodeToString(hash[:]))...)
}

func readLog(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func noSecrets(t *testing.T, text string, secrets ...string) {
	t.Helper()
	for _, s := range secrets {
		if strings.Contains(strings.ToLower(text), strings.ToLower(s)) {
			t.Errorf("%q is in\n%s", s, text)
		}
	}
}

// TestKRB5ConfWarnings: what krb5.conf holds that is not understood stands in
// the log, and stops nothing.
func TestKRB5ConfWarnings(t *testing.T) {
	noLeaks(t)
	noKerberos(t)
	t.Setenv("KRB5_CONFIG", save(t, []byte("[libdefaults]\n junk\n forwardable = perhaps\n")))
	var text strings.Builder
	o := options(ntlmServer(t))
	o.Auth, o.Log = AuthAuto, slog.New(slog.NewTextHandler(&text, nil))
	open(t, o).Close()
	for _, want := range []string{"no relation", "forwardable = perhaps is neither true nor false"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the log has no %q: %s", want, text.String())
		}
	}
}
