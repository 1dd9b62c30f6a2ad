package live

import (
	"bytes"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"mbxperm/collector/ldaptest"
	"mbxperm/collector/live/ntlm"
	"mbxperm/collector/trust"
)

// windowsForms are a text as editors and shells of Windows save it.
func windowsForms(text string) map[string][]byte {
	crlf := strings.ReplaceAll(text, "\n", "\r\n")
	wide := []byte{0xFF, 0xFE}
	for _, u := range utf16.Encode([]rune(crlf)) {
		wide = append(wide, byte(u), byte(u>>8))
	}
	return map[string][]byte{
		"LF": []byte(text), "CR LF": []byte(crlf), "CR": []byte(strings.ReplaceAll(text, "\n", "\r")),
		"mark": []byte("\ufeff" + crlf), "UTF-16": wide,
	}
}

func save(t *testing.T, b []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestAuthoritiesOfWindows: the first certificate of a bundle counts, however
// the bundle was saved, and a damaged one is said.
func TestAuthoritiesOfWindows(t *testing.T) {
	noLeaks(t)
	server := serve(t, ldaptest.Size{Mailboxes: 1})
	first, err := os.ReadFile(server.CAFile())
	if err != nil {
		t.Fatal(err)
	}
	second, err := os.ReadFile(serve(t, ldaptest.Size{}).CAFile())
	if err != nil {
		t.Fatal(err)
	}
	o := options(server)
	for name, b := range windowsForms(string(first) + string(second)) {
		o.CAFile = save(t, b)
		certs, skipped, err := trust.Certificates(o.CAFile)
		if len(certs) != 2 || skipped != nil || err != nil {
			t.Errorf("%s: %d certificates, %v, %v, want 2", name, len(certs), skipped, err)
			continue
		}
		open(t, o).Close()
	}
	trusted := bytes.ReplaceAll(first, []byte(" CERTIFICATE-"), []byte(" TRUSTED CERTIFICATE-"))
	o.CAFile = save(t, append([]byte("subject=M\xfcller\n"), trusted...))
	open(t, o).Close()
	for _, c := range map[string]struct {
		b    []byte
		says string
	}{
		"damaged":            {append(bytes.Replace(first, []byte("\nMII"), []byte("\nM!!"), 1), second...), "1 of 2 PEM blocks are damaged"},
		"cut":                {first[:len(first)-40], "1 of 1 PEM blocks are damaged"},
		"no certificate":     {[]byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), "certificate 1 cannot be read"},
		"UTF-16 of nothing":  {[]byte{0xFF, 0xFE, 'a', 0}, "holds no certificate"},
		"UTF-16 and no mark": {windowsForms(string(first))["UTF-16"][2:], "holds no certificate"},
	} {
		o.CAFile = save(t, c.b)
		refused(t, o, nil, c.says, "--ca")
	}
}

// TestHashFilesOfWindows: the hash is read from each, or the file is refused.
func TestHashFilesOfWindows(t *testing.T) {
	noLeaks(t)
	noKerberos(t)
	server := ntlmServer(t)
	hash := ntlm.HashPassword(password)()
	o := options(server)
	o.Auth, o.Password = AuthNTLM, nil
	for name, b := range windowsForms(hex.EncodeToString(hash[:]) + "\nsecond line\n") {
		o.NTHashFile = save(t, b)
		s := open(t, o)
		if s.Bind() != "NTLM (hash)" {
			t.Errorf("%s: bound by %q", name, s.Bind())
		}
		s.Close()
	}
	o.NTHashFile = save(t, []byte("\xe4\n"))
	refused(t, o, ErrCredentials, "--nt-hash-file", "save it as UTF-8")
}

// TestPinsOfWindows: a pin that a script reads from such a file.
func TestPinsOfWindows(t *testing.T) {
	want := strings.Repeat("ab", 32)
	for _, pin := range []string{"sha256:" + want, "\ufeffsha256:" + want + "\r", " SHA256:" + strings.ToUpper(want), "sha256:" + strings.TrimSpace(strings.Repeat("ab ", 32))} {
		list, err := trust.ParsePins([]string{pin})
		if err != nil || hex.EncodeToString(list[0][:]) != want {
			t.Errorf("%q: %x, %v", pin, list, err)
		}
	}
}

// TestPasswordsThatNobodyTypes are refused before anything is sent.
func TestPasswordsThatNobodyTypes(t *testing.T) {
	noLeaks(t)
	noKerberos(t)
	server := serve(t, ldaptest.Size{})
	o := options(server)
	for p, says := range map[string]string{
		"\ufeff" + password: "byte order mark", password + "\r": "the end of a line", password + "\n": "the end of a line",
		"p\x00w\x00": "NUL", "p\xe4ssword": "not UTF-8",
	} {
		o.Password = secret(p)
		refused(t, o, ErrCredentials, says, "nothing was sent")
		if _, err := Open(t.Context(), o); err == nil || strings.Contains(err.Error(), p) || !errors.Is(err, ErrCredentials) {
			t.Errorf("%q: %v", p, err)
		}
	}
	for _, r := range server.Requests() {
		if r.Op == "bind" {
			t.Error("a password that nobody has typed was sent")
		}
	}
}
