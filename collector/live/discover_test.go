package live

import (
	"os"
	"path/filepath"
	"testing"
)

func TestSearchDomain(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", ""},
		{"nameserver 192.0.2.1\n", ""},
		{"search contoso.com fabrikam.com\n", "contoso.com"},
		{"domain CONTOSO.COM.\nnameserver 192.0.2.1\n", "contoso.com"},
		{"search local contoso.com\n", "contoso.com"},
		{"search fabrikam.com\nsearch contoso.com\n", "contoso.com"},
		{"# search fabrikam.com\n; domain fabrikam.com\n", ""},
		{"search .\n", ""},
	} {
		path := filepath.Join(t.TempDir(), "resolv.conf")
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := searchDomain(path); got != c.want {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
	if got := searchDomain(filepath.Join(t.TempDir(), "none")); got != "" {
		t.Errorf("without a file: %q", got)
	}
}

// TestDiscover: without a ticket it is said why, and the domain is that of krb5.conf.
func TestDiscover(t *testing.T) {
	conf := filepath.Join(t.TempDir(), "krb5.conf")
	if err := os.WriteFile(conf, []byte("[libdefaults]\n default_realm = CONTOSO.COM\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("KRB5_CONFIG", conf)
	t.Setenv("KRB5CCNAME", "FILE:"+filepath.Join(t.TempDir(), "none"))
	f := Discover(Options{})
	if f.Domain != "contoso.com" || f.Ticket != "" || f.Reason == "" {
		t.Errorf("got %+v", f)
	}
}
