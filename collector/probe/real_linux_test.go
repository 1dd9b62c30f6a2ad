package probe

import (
	"context"
	"encoding/pem"
	"errors"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"mbxperm/collector/mailtest"
	"mbxperm/model/door"
)

// TestReal: Postfix, postscreen, Exim and Dovecot, and what others say of them.
func TestReal(t *testing.T) {
	r := mailtest.Start(t)
	t.Run("logons", func(t *testing.T) { realLogons(t, r) })
	t.Run("Kerberos", func(t *testing.T) { realKerberos(t, r) })
	t.Run("refused", func(t *testing.T) { realRefusal(t, r) })
	t.Run("postscreen", func(t *testing.T) { realPostscreen(t, r) })
	t.Run("relay and send", func(t *testing.T) { realRelay(t, r) })
	t.Run("s_client", func(t *testing.T) { realSClient(t, r) })
	t.Run("swaks", func(t *testing.T) { realSwaks(t, r) })
	t.Run("check_smtp", func(t *testing.T) { realCheckSMTP(t, r) })
}

// allWell wants every step to be well, but for those that are not asked for. On
// loopback Dovecot takes clear text for as good as TLS, and says so.
func allWell(t *testing.T, c *door.Check) {
	t.Helper()
	want := map[string]door.Result{}
	for _, step := range c.Protocol.Steps() {
		want[step] = door.OK
	}
	for _, step := range []string{"relay", "data"} {
		delete(want, step)
	}
	for _, step := range []string{"capa", "capability"} {
		if want[step] != 0 && c.Step("starttls").Result == door.OK {
			want[step] = door.Warning
		}
	}
	if c.Step("starttls").Result != door.OK { // TLS from the first byte
		for _, step := range []string{"capa", "capability", "starttls"} {
			delete(want, step)
		}
	}
	wantSteps(t, c, want)
}

// realLogons is every mechanism of every server.
func realLogons(t *testing.T, r *mailtest.Real) {
	for name, c := range map[string]struct {
		target door.Target
		auths  string
		tls    string
	}{
		"Postfix, Dovecot": {r.SMTP, "best plain login xoauth2", "auto"},
		"Postfix, Cyrus":   {r.Cyrus, "best plain login ntlm", "starttls"},
		"Exim":             {r.Exim, "best plain login", "auto"},
		"POP3":             {r.POP3, "best plain login xoauth2", "auto"},
		"IMAP4":            {r.IMAP4, "best plain login xoauth2", "auto"},
		"POP3S":            {r.POP3S, "best plain login xoauth2", "implicit"},
		"IMAP4S":           {r.IMAP4S, "best plain login xoauth2", "implicit"},
	} {
		for auth := range strings.FieldsSeq(c.auths) {
			t.Run(name+" "+auth, func(t *testing.T) {
				if c.target.Port == 0 {
					t.Skip("no Exim here")
				}
				o := Options{CAFile: r.CA.File, User: mailtest.User, Auth: auth, TLS: c.tls, Password: password}
				if auth == "xoauth2" {
					token := r.Token(t, time.Now().Add(time.Hour))
					o.Password = func(context.Context) (string, error) { return token, nil }
				}
				got := checked(t, o, c.target)
				allWell(t, got)
				if auth != "best" && !strings.EqualFold(got.Step("auth").Detail, map[string]string{"POP3login": "USER", "IMAP4login": "LOGIN command"}[strings.TrimSuffix(name, "S")+auth]) &&
					!strings.EqualFold(got.Step("auth").Detail, auth) {
					t.Errorf("logged on by %s, want %s", got.Step("auth").Detail, auth)
				}
			})
		}
	}
}

// realKerberos is GSSAPI with a ticket that a password was good for: a real KDC,
// a real acceptor, and the agreement on no layer.
func realKerberos(t *testing.T, r *mailtest.Real) {
	t.Setenv("KRB5_CONFIG", r.KRB5Conf)
	t.Setenv("KRB5CCNAME", "FILE:/nonexistent/ticket")
	for _, target := range []door.Target{r.SMTP, r.POP3, r.IMAP4} {
		target.Host = "localhost"
		got := checked(t, Options{CAFile: r.CA.File, User: mailtest.User, Auth: "gssapi", Password: password, IPv4: true}, target)
		allWell(t, got)
		if got.Step("auth").Detail != "GSSAPI" {
			t.Errorf("%s: logged on by %q", target.Protocol, got.Step("auth").Detail)
		}
	}
	// A wrong password is refused by the KDC, and no other mechanism is tried then.
	for _, auth := range []string{"gssapi", "best"} {
		got := checked(t, Options{CAFile: r.CA.File, User: mailtest.User + "@MAIL.INVALID", Auth: auth, Password: func(context.Context) (string, error) { return "Wrong-Passw0rd", nil }, IPv4: true},
			door.Target{Protocol: door.SMTP, Host: "localhost", Port: r.SMTP.Port, Domain: "contoso.com"})
		if s := got.Step("auth"); s.Result != door.Failed || s.Code != "" || !strings.Contains(s.Detail, "auditor@MAIL.INVALID") || got.Refused == nil {
			t.Errorf("%s, a wrong password: %s %s %v", auth, s.Result, s.Detail, got.Refused)
		}
	}
}

// realRefusal: a wrong password is shown to one server, and to no other.
func realRefusal(t *testing.T, r *mailtest.Real) {
	wrong := func(context.Context) (string, error) { return "Wrong-Passw0rd", nil }
	targets := []door.Target{r.SMTP, r.Cyrus, r.SMTP, r.SMTP, r.Cyrus, r.Cyrus}
	refused := 0
	for _, c := range checkAll(t, Options{CAFile: r.CA.File, User: mailtest.User, Auth: "plain", Password: wrong}, targets...) {
		switch s := c.Step("auth"); s.Result {
		case door.Failed:
			if refused++; s.Code != "535" || s.Enhanced != "5.7.8" {
				t.Errorf("refused with %s", s.Says())
			}
		case door.Skipped:
			if !strings.Contains(s.Detail, "has refused the same credentials") {
				t.Errorf("skipped: %s", s.Detail)
			}
		default:
			t.Errorf("a wrong password: %s", s.Result)
		}
	}
	if refused != 1 {
		t.Errorf("a wrong password was sent %d times", refused)
	}
	for _, target := range []door.Target{r.POP3, r.IMAP4} {
		s := checked(t, Options{CAFile: r.CA.File, User: mailtest.User, Password: wrong, Auth: "plain"}, target).Step("auth")
		if s.Result != door.Failed || !strings.Contains(s.Enhanced, "AUTH") {
			t.Errorf("%s: %s %s", target.Protocol, s.Result, s.Says())
		}
	}
}

// realPostscreen: its greeting comes in two parts, with seconds between them, and
// whoever speaks after the first part is not let in.
func realPostscreen(t *testing.T, r *mailtest.Real) {
	got := checked(t, Options{CAFile: r.CA.File}, r.Postscreen)
	s := got.Step("greeting")
	if s.Result != door.OK || !strings.HasPrefix(s.Text, "please wait\n") || s.Took < time.Second {
		t.Errorf("greeting: %s after %s: %q", s.Result, s.Took, s.Text)
	}
	if got.Result() != door.OK {
		t.Errorf("%s: %+v", got.Result(), got.Worst())
	}
}

// realRelay: Postfix and Exim refuse to relay; and a message that is sent gets an
// id.
func realRelay(t *testing.T, r *mailtest.Real) {
	for _, target := range []door.Target{r.SMTP, r.Exim} {
		if target.Port == 0 {
			t.Log("no Exim here")
			continue
		}
		got := checked(t, Options{CAFile: r.CA.File, Relay: "somebody@fabrikam.com", Send: true}, target)
		if s := got.Step("relay"); s.Result != door.OK || !strings.HasPrefix(s.Code, "55") {
			t.Errorf("relay: %s %s", s.Result, s.Says())
		}
		if s := got.Step("data"); s.Result != door.OK || s.Code != "250" || s.Text == "" {
			t.Errorf("data: %s %s %s", s.Result, s.Says(), s.Detail)
		}
	}
}

// tool runs another program, and returns all that it says.
func tool(t *testing.T, stdin string, args ...string) (out string, code int) {
	t.Helper()
	if _, err := exec.LookPath(args[0]); err != nil {
		t.Skipf("no %s here", args[0])
	}
	c := exec.Command(args[0], args[1:]...)
	c.Stdin = strings.NewReader(stdin)
	b, err := c.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return string(b), c.ProcessState.ExitCode()
}

// realSClient: openssl shows the same certificate, and says the same of it.
func realSClient(t *testing.T, r *mailtest.Real) {
	for _, c := range []struct {
		target door.Target
		words  string
		ca     bool
	}{{r.SMTP, "smtp", true}, {r.SMTP, "smtp", false}, {r.POP3, "pop3", true}, {r.IMAP4, "imap", true}} {
		o, args := Options{}, []string{"openssl", "s_client", "-connect", c.target.Name(), "-starttls", c.words, "-showcerts", "-verify_ip", "127.0.0.1"}
		if c.ca {
			o.CAFile, args = r.CA.File, append(args, "-CAfile", r.CA.File)
		}
		out, _ := tool(t, "QUIT\n", args...)
		got := checked(t, o, c.target)
		if trusts := strings.Contains(out, "Verify return code: 0 (ok)"); trusts != (got.TLS.Problem == "") || trusts != c.ca {
			t.Errorf("%s: openssl trusts it: %v; here: %q", c.words, trusts, got.TLS.Problem)
		}
		theirs, _ := pem.Decode([]byte(out[strings.Index(out, "-----BEGIN"):]))
		ours, _ := pem.Decode(got.TLS.PEM)
		if theirs == nil || ours == nil || string(theirs.Bytes) != string(ours.Bytes) {
			t.Errorf("%s: another certificate than openssl shows", c.words)
		}
		if protocol := regexp.MustCompile(`New, (TLSv1\.\d), Cipher is (\S+)`).FindStringSubmatch(out); protocol == nil ||
			strings.Replace(protocol[1], "TLSv", "TLS ", 1) != got.TLS.Version {
			t.Errorf("%s: %v, here %s %s", c.words, protocol, got.TLS.Version, got.TLS.Cipher)
		}
	}
}

// realSwaks: swaks gets the same answers to the same commands. (TLS it has only
// with a package of Perl, and s_client speaks for that.)
func realSwaks(t *testing.T, r *mailtest.Real) {
	for _, to := range []string{"postmaster@contoso.com", "somebody@fabrikam.com"} {
		out, _ := tool(t, "", "swaks", "--server", r.SMTP.Name(), "--ehlo", "probe.contoso.com", "--from", "smtpcheck@contoso.com", "--to", to, "--quit-after", "RCPT")
		got := checked(t, Options{CAFile: r.CA.File, HELO: "probe.contoso.com", To: to, TLS: "none"}, r.SMTP)
		theirs := regexp.MustCompile(`(?m)^<(?:~|\*\*| |-)\S* *(\d{3} .*)$`).FindAllStringSubmatch(out, -1)
		var answers []string
		for _, a := range theirs {
			answers = append(answers, a[1])
		}
		all := strings.Join(answers, "\n")
		for _, step := range []string{"greeting", "mail", "rcpt"} {
			s := got.Step(step)
			if want := strings.Join(strings.Fields(s.Code+" "+s.Enhanced+" "+s.Text), " "); !strings.Contains(all, want) {
				t.Errorf("%s: %q is not among what swaks got:\n%s", step, want, out)
			}
		}
		if refused := strings.Contains(out, "Relay access denied"); refused != (got.Step("rcpt").Result == door.Failed) {
			t.Errorf("%s: swaks was refused: %v; here %s", to, refused, got.Step("rcpt").Result)
		}
	}
}

// realCheckSMTP: check_smtp says OK where all is well, and CRITICAL where a
// recipient is refused.
func realCheckSMTP(t *testing.T, r *mailtest.Real) {
	for _, c := range []struct {
		to   string
		want int
	}{{"postmaster@contoso.com", 0}, {"somebody@fabrikam.com", 1}} {
		_, port, _ := strings.Cut(r.SMTP.Name(), ":")
		out, code := tool(t, "", "/usr/lib/nagios/plugins/check_smtp", "-H", "127.0.0.1", "-p", port, "-f", "smtpcheck@contoso.com", "-C", "MAIL FROM:<smtpcheck@contoso.com>", "-R", "250",
			"-C", "RCPT TO:<"+c.to+">", "-R", "250")
		got := checked(t, Options{CAFile: r.CA.File, To: c.to}, r.SMTP)
		if (code == 0) != (got.Step("rcpt").Result == door.OK) || code != 0 && c.want == 0 {
			t.Errorf("%s: check_smtp exits with %d: %s; here rcpt %s", c.to, code, out, got.Step("rcpt").Result)
		}
	}
}
