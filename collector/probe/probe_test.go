package probe

import (
	"context"
	"strings"
	"testing"

	"mbxperm/collector/mailtest"
	"mbxperm/model/door"
)

// wantSteps holds the results of a check against a list: steps that are not
// named are skipped.
func wantSteps(t *testing.T, c *door.Check, want map[string]door.Result) {
	t.Helper()
	for i := range c.Steps {
		s := &c.Steps[i]
		if s.Result != want[s.Name] {
			t.Errorf("%s: %s, want %s (%s; %s)", s.Name, s.Result, want[s.Name], s.Says(), s.Detail)
		}
	}
}

var password = func(context.Context) (string, error) { return "Example-Passw0rd", nil }

// TestAllWell: every step of every protocol, with a logon by each mechanism that
// carries a password.
func TestAllWell(t *testing.T) {
	ca := mailtest.NewAuthority(t)
	for _, p := range door.Protocols {
		for _, auth := range []string{"best", "plain", "login"} {
			f := mailtest.Well(t, p, ca)
			c := checked(t, Options{CAFile: ca.File, User: "auditor@contoso.com", Auth: auth, Password: password}, f.Serve(t))
			want := map[string]door.Result{}
			for _, name := range p.Steps() {
				want[name] = door.OK
			}
			delete(want, "relay")
			delete(want, "data")
			wantSteps(t, c, want)
			if !c.TLS.Match || c.TLS.Problem != "" || len(c.TLS.Built) != 2 {
				t.Errorf("%s: %+v", p, c.TLS)
			}
			if c.Mechanisms[0].Auth != nil || !c.Mechanisms[1].Has("PLAIN") || !c.Mechanisms[1].Has("LOGIN") {
				t.Errorf("%s: mechanisms %+v", p, c.Mechanisms)
			}
		}
	}
}

// TestNoLogon: without an account there is none, and the rest is checked.
func TestNoLogon(t *testing.T) {
	ca := mailtest.NewAuthority(t)
	for p, skipped := range map[door.Protocol]string{door.SMTP: "auth", door.POP3: "stat", door.IMAP4: "examine"} {
		f := mailtest.Well(t, p, ca)
		c := checked(t, Options{CAFile: ca.File}, f.Serve(t))
		if c.Result() != door.OK || c.Step("auth").Result != door.Skipped || c.Step(skipped).Result != door.Skipped {
			t.Errorf("%s: %+v", p, c.Steps)
		}
		if said := f.Said(); strings.Contains(strings.ToUpper(said), "AUTH") || strings.Contains(said, "PASS") {
			t.Errorf("%s: a logon without an account: %s", p, said)
		}
	}
}

// TestImplicit: TLS from the first byte.
func TestImplicit(t *testing.T) {
	ca := mailtest.NewAuthority(t)
	for _, p := range door.Protocols {
		f := mailtest.Well(t, p, ca)
		f.Implicit = true
		c := checked(t, Options{CAFile: ca.File, TLS: "implicit", User: "auditor", Password: password}, f.Serve(t))
		if c.Result() != door.OK || c.Step("starttls").Result != door.Skipped || c.Step("tls").Result != door.OK || c.Step("auth").Result != door.OK {
			t.Errorf("%s: %+v", p, c.Steps)
		}
	}
}
