package kerberos

import (
	"bytes"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jcmturner/gokrb5/v8/client"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/types"

	"mbxperm/collector/live/gss"
)

func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	file := filepath.Join(dir, name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestConfigIncludes: what distributions put on the first line of krb5.conf.
func TestConfigIncludes(t *testing.T) {
	dir := t.TempDir()
	parts := filepath.Join(dir, "krb5.conf.d")
	if err := os.Mkdir(parts, 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, parts, "realms.conf", "[realms]\n CONTOSO.LAB = {\n  kdc = 10.0.0.1\n }\n")
	write(t, parts, "cache", "[libdefaults]\n default_ccache_name = KEYRING:persistent:%{uid}\n")
	write(t, parts, "not.this~", "[libdefaults]\n default_realm = WRONG\n")
	more := write(t, dir, "more", "[domain_realm]\n .contoso.lab = CONTOSO.LAB\n")
	main := write(t, dir, "krb5.conf", "includedir "+parts+"\ninclude "+more+"\nmodule /x.so:y\n[libdefaults]\n default_realm = CONTOSO.LAB\n")
	t.Setenv("KRB5_CONFIG", main)
	t.Setenv("KRB5CCNAME", "")
	c, err := LoadConfig()
	if err != nil {
		t.Fatal(err)
	}
	if c.DefaultRealm() != "CONTOSO.LAB" || !c.Knows("CONTOSO.LAB") || c.krb5.ResolveRealm("dc1.contoso.lab") != "CONTOSO.LAB" {
		t.Errorf("default realm %q, KDCs %v", c.DefaultRealm(), c.KDCs("CONTOSO.LAB"))
	}
	if got := c.CacheName(); !strings.HasPrefix(got, "KEYRING:persistent:") || strings.Contains(got, "%") {
		t.Errorf("cache %q", got)
	}
	loop := write(t, dir, "loop", "include "+filepath.Join(dir, "loop")+"\n")
	for _, bad := range []string{loop, filepath.Join(dir, "none"), write(t, dir, "bad", "[libdefaults]\n clockskew = soon\n")} {
		t.Setenv("KRB5_CONFIG", bad)
		if _, err := LoadConfig(); !errors.Is(err, ErrUnusable) || !strings.Contains(err.Error(), "KRB5_CONFIG") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestCachePaths(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "primary", "tktOther\n")
	for name, want := range map[string]string{
		"/tmp/x": "/tmp/x", "FILE:/tmp/x": "/tmp/x", "file:/tmp/x": "/tmp/x", `C:\x`: `C:\x`, "DIR::" + dir + "/tktA": dir + "/tktA",
		"DIR:" + dir: filepath.Join(dir, "tktOther"), "DIR:/none": "/none/tkt", "MEMORY:x": "", "KCM:": "", "KEYRING:user:x": "",
	} {
		got, err := cachePath(name)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%s: %q, %v; want %q", name, got, err, want)
		}
		if err != nil && (!errors.Is(err, ErrNoTicket) || !strings.Contains(err.Error(), "kinit")) {
			t.Errorf("%s: %v", name, err)
		}
	}
	write(t, dir, "primary", "../../etc/passwd\n")
	if got, err := cachePath("DIR:" + dir); err == nil {
		t.Errorf("a primary outside of the directory: %q", got)
	}
}

// TestChecksum reads back what the server decrypts: the checksum of the
// authenticator, with the binding in its place (RFC 4121 4.1.1).
func TestChecksum(t *testing.T) {
	key := types.EncryptionKey{KeyType: 18, KeyValue: bytes.Repeat([]byte{7}, 32)}
	c := &Client{realm: "CONTOSO.LAB", key: key, until: time.Now().Add(time.Hour), name: types.NewPrincipalName(1, "reader"),
		ticket: messages.Ticket{TktVNO: 5, Realm: "CONTOSO.LAB", SName: types.NewPrincipalName(2, "ldap/dc1.contoso.lab"),
			EncPart: types.EncryptedData{EType: 18, Cipher: []byte("sealed")}}}
	binding := gss.Hash([]byte("tls-server-end-point:x"))
	p, err := c.Prove(binding)
	if err != nil {
		t.Fatal(err)
	}
	b, err := gss.Unframe(gss.Kerberos, p.Token)
	if err != nil || !bytes.HasPrefix(b, []byte{1, 0}) {
		t.Fatalf("token % x: %v", b, err)
	}
	var request messages.APReq
	if err := request.Unmarshal(b[2:]); err != nil {
		t.Fatal(err)
	}
	if err := request.DecryptAuthenticator(key); err != nil {
		t.Fatal(err)
	}
	want := "10000000" + hex.EncodeToString(binding[:]) + "0a000000"
	if sum := request.Authenticator.Cksum; sum.CksumType != 0x8003 || hex.EncodeToString(sum.Checksum) != want {
		t.Errorf("checksum of type %#x: %x, want %s", sum.CksumType, sum.Checksum, want)
	}
	if p.Check([]byte("nonsense")) == nil || p.Check(p.Token) == nil {
		t.Error("an answer that is none is taken")
	}
}

// TestRefusedOnce: credentials that were refused are not sent a second time.
func TestRefusedOnce(t *testing.T) {
	logins := 0
	c := &Client{who: "u@R", realm: "R", refused: &Error{Kind: ErrRefused, Text: "refused"}, login: func() (*client.Client, error) { logins++; return nil, nil }}
	if _, err := c.Prove(gss.Binding{}); !errors.Is(err, ErrRefused) || logins != 0 {
		t.Errorf("%v after %d log-ins", err, logins)
	}
}

func TestExplain(t *testing.T) {
	for text, want := range map[string]error{
		"x: KRB Error: (24) KDC_ERR_PREAUTH_FAILED": ErrRefused, "KRB Error: (18) KDC_ERR_CLIENT_REVOKED": ErrRefused,
		"KRB Error: (23) KDC_ERR_KEY_EXPIRED": ErrRefused, "KRB Error: (6) KDC_ERR_C_PRINCIPAL_UNKNOWN": ErrUnusable,
		"KRB Error: (7) KDC_ERR_S_PRINCIPAL_UNKNOWN": ErrUnusable, "KRB Error: (37) KRB_AP_ERR_SKEW": ErrUnusable,
		"KRB Error: (32) KRB_AP_ERR_TKT_EXPIRED": ErrNoTicket, "communication error with KDC via TCP": ErrUnusable,
	} {
		if err := explain(errors.New(text), "u@R", "ldap/x", "R"); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", text, err, want)
		}
	}
}
