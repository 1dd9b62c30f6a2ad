package session

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mbxperm/model/usage"
)

// TestOpen: each text is taken for what it is, in the order of the contract, and
// what is nothing is a mistake with all the choices in it.
func TestOpen(t *testing.T) {
	t.Chdir(t.TempDir())
	const ldif = "version: 1\n\ndn: DC=contoso,DC=com\nobjectClass: domainDNS\n"
	for _, name := range []string{"export.ldif", "contoso.com"} { // a file goes before a domain of the same name
		if err := os.WriteFile(name, []byte(ldif), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile("picture.png", []byte("\x89PNG\r\n\x1a\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		text, name, want string
		mistake          bool
	}{
		{text: "demo:5", name: "demo:5"},
		{text: "DEMO:5:2", name: "demo:5:2"},
		{text: "export.ldif", name: "export.ldif"},
		{text: "contoso.com", name: "contoso.com"},
		{text: "-", name: "standard input"},
		{text: "demo:x", want: `"x" is not a number`, mistake: true},
		{text: "nothing", want: "a source is ldaps://HOST", mistake: true},
		{text: "picture.png", want: "picture.png"},
		{text: filepath.Join("no", "such", "file"), want: "no such file", mistake: true},
		{text: "missing.ldif", want: "cannot read missing.ldif: no such file", mistake: true},
		{text: "ldaps://127.0.0.1", want: "no user"},
	} {
		o := Opener{}
		o.Files.Stdin = strings.NewReader(ldif)
		src, _, err := o.Open(t.Context(), c.text)
		if c.want == "" {
			if err != nil || !strings.Contains(src.Name(), c.name) {
				t.Errorf("%q: %v, %v; want a source called %q", c.text, src, err, c.name)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), c.want) || usage.Is(err) != c.mistake {
			t.Errorf("%q: %v; want %q, a mistake of usage: %v", c.text, err, c.want, c.mistake)
		}
	}
}

// TestShowQueries: a directory is described and not asked; a demo has nothing to show.
func TestShowQueries(t *testing.T) {
	var out strings.Builder
	o := Opener{ShowQueries: &out}
	o.Live.User, o.Live.Password = "auditor@contoso.com", func() (string, error) {
		t.Error("the password was asked for")
		return "", nil
	}
	if _, _, err := o.Open(t.Context(), "ldaps://dc1.contoso.com"); !errors.Is(err, ErrShown) {
		t.Errorf("got %v, want ErrShown", err)
	}
	if !strings.Contains(out.String(), "mailNickname=*") {
		t.Errorf("no search for mailboxes in\n%s", out.String())
	}
	if _, _, err := o.Open(t.Context(), "demo"); !usage.Is(err) {
		t.Errorf("demo: got %v, want a mistake", err)
	}
}
