package kerberos

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

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
	if c.DefaultRealm() != "CONTOSO.LAB" || !c.Knows("CONTOSO.LAB") || c.RealmOf("dc1.contoso.lab") != "CONTOSO.LAB" {
		t.Errorf("default realm %q, KDCs %v", c.DefaultRealm(), c.KDCs("CONTOSO.LAB"))
	}
	if got := c.CacheName(); !strings.HasPrefix(got, "KEYRING:persistent:") || strings.Contains(got, "%") {
		t.Errorf("cache %q", got)
	}
	for name, says := range map[string]string{
		write(t, dir, "loop", "include "+filepath.Join(dir, "loop")+"\n"): "included by itself",
		write(t, dir, "bad", "[libdefaults]\n clockskew = soon\n"):        "clockskew = soon",
		write(t, dir, "none", "include "+filepath.Join(dir, "x")+"\n"):    "no such file",
	} {
		t.Setenv("KRB5_CONFIG", name)
		if c, err := LoadConfig(); err != nil || len(c.Warnings) != 1 || !strings.Contains(c.Warnings[0], says) {
			t.Errorf("%s: %v, %v, want a warning of %q", name, c, err, says)
		}
	}
	t.Setenv("KRB5_CONFIG", filepath.Join(dir, "not-there"))
	if _, err := LoadConfig(); !errors.Is(err, ErrUnusable) || !strings.Contains(err.Error(), "KRB5_CONFIG") {
		t.Errorf("no file at all: %v", err)
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
	p, err := c.Prove(t.Context(), binding)
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
	c := &Client{who: "u@R", realm: "R", refused: &Error{Kind: ErrRefused, Text: "refused"}, login: func(context.Context) (*granting, error) { logins++; return nil, nil }}
	if _, err := c.Prove(t.Context(), gss.Binding{}); !errors.Is(err, ErrRefused) || logins != 0 {
		t.Errorf("%v after %d log-ins", err, logins)
	}
}

func TestExplain(t *testing.T) {
	for _, keytab := range []string{"", "1"} {
		c := &Client{conf: &Config{}, who: "u@R", service: Service{Name: "ldap/x"}, realm: "R", keytab: keytab}
		for code, want := range map[int32]error{24: ErrRefused, 18: ErrRefused, 23: ErrRefused, 12: ErrRefused, 6: ErrUnusable, 7: ErrUnusable, 14: ErrUnusable, 37: ErrUnusable, 32: ErrNoTicket, 60: ErrUnusable} {
			if err := c.explain(fmt.Errorf("x: %w", messages.KRBError{ErrorCode: code})); !errors.Is(err, want) {
				t.Errorf("code %d: %v, want %v", code, err, want)
			}
		}
		for _, cause := range []error{errNoKDC, errNoKey, errors.New("x"), context.DeadlineExceeded} {
			if err := c.explain(cause); !errors.Is(err, ErrUnusable) {
				t.Errorf("%v: %v", cause, err)
			}
		}
		err := c.explain(&wrongKey{2})
		if !errors.Is(err, ErrRefused) || keytab != "" && !strings.Contains(err.Error(), "version 1 of the key, and the answer is of version 2") {
			t.Errorf("another key: %v", err)
		}
	}
}
