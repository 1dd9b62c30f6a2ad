package check

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mbxperm/collector/mailtest"
	"mbxperm/model/door"
	"mbxperm/model/door/alert"
)

// gateway is a server that takes alerts, and what it took.
func gateway(t *testing.T) (*mailtest.Fake, door.Target) {
	f := mailtest.Well(t, door.SMTP, mailtest.NewAuthority(t)) // an authority that nobody trusts
	return f, f.Serve(t)
}

// TestAlert: one message past the server in question, as it should be, once; one
// more when it is well again.
func TestAlert(t *testing.T) {
	ca := mailtest.NewAuthority(t)
	f := mailtest.Well(t, door.SMTP, ca)
	target := f.Serve(t)
	sms, through := gateway(t)
	state := filepath.Join(t.TempDir(), "checks.json")
	run := func(answer string) result {
		f.Answers = map[string]string{"RCPT": answer}
		return runs(t, "smtp", target.Name(), "--ca", ca.File, "--domain", "contoso.com", "--state", state, "-q",
			"--alert-to", "0419999999@fabrikam.com", "--alert-from", "watch@contoso.com", "--alert-server", through.Name(), "--alert-through")
	}
	for n, c := range []struct {
		answer string
		code   int
		mails  int // so far
	}{
		{"250 OK\r\n", Well, 0}, {"451 4.7.1 later\r\n", Alarm, 1}, {"451 4.7.1 later\r\n", Alarm, 1}, {"250 OK\r\n", Well, 2}, {"250 OK\r\n", Well, 2},
	} {
		if r := run(c.answer); r.code != c.code || r.err != nil || r.errs != "" {
			t.Fatalf("run %d: exit code %d, %v, %q", n, r.code, r.err, r.errs)
		}
		if got := len(sms.Mails()); got != c.mails {
			t.Fatalf("run %d: %d mails, want %d", n, got, c.mails)
		}
	}
	for n, says := range []string{
		"\nSubject: Mail server failed: " + target.Name() + " RCPT 451 4.7.1\n", "\nSubject: Mail server well again: " + target.Name() + " RCPT, failed for ",
	} {
		mail := sms.Mails()[n]
		for _, line := range []string{says, "\nAuto-Submitted: auto-generated\n", "From: <watch@contoso.com>\n", "\nTo: <0419999999@fabrikam.com>\n", "\nMessage-ID: <", "@contoso.com>\n", "\nrcpt "} {
			if !strings.Contains(mail, line) {
				t.Errorf("mail %d lacks %q:\n%s", n, line, mail)
			}
		}
	}
	if s, err := alert.Read(state); err != nil || len(s.Checks) != 1 || len(s.Incidents) != 0 {
		t.Errorf("the state: %+v, %v", s, err)
	}
}

// TestAlertNotAccepted: exit code 1 and a sentence, and the next run tries again,
// with the same Message-ID.
func TestAlertNotAccepted(t *testing.T) {
	ca := mailtest.NewAuthority(t)
	f := mailtest.Well(t, door.SMTP, ca)
	f.Answers = map[string]string{"MAIL": "530 5.7.57 no\r\n"}
	target := f.Serve(t)
	sms, through := gateway(t)
	args := []string{"smtp", target.Name(), "--ca", ca.File, "--domain", "contoso.com", "--state", filepath.Join(t.TempDir(), "checks.json"),
		"--alert-to", "admin@fabrikam.com", "--alert-server", through.Name(), "--alert-through"}
	sms.Answers = map[string]string{"RCPT": "550 5.1.1 nobody\r\n"}
	for range 2 {
		if r := runs(t, args...); r.err == nil || !strings.Contains(r.err.Error(), "not sent: ") || !strings.Contains(r.err.Error(), "550 5.1.1 nobody") {
			t.Fatalf("exit code %d, %v", r.code, r.err)
		}
	}
	sms.Answers = nil
	for range 2 {
		if r := runs(t, args...); r.err != nil || r.code != Alarm {
			t.Fatalf("exit code %d, %v", r.code, r.err)
		}
	}
	if n := len(sms.Mails()); n != 1 {
		t.Errorf("%d mails, want 1", n)
	}
}

// TestAlertPastTheServer: an alert does not go through the server in question,
// under another of its names neither.
func TestAlertPastTheServer(t *testing.T) {
	f, target := gateway(t)
	port := strings.TrimPrefix(target.Name(), "127.0.0.1")
	for _, server := range []string{target.Name(), "localhost" + port, "127.0.0.1:2525"} {
		r := runs(t, "smtp", target.Name(), "--state", filepath.Join(t.TempDir(), "s"), "--alert-to", "admin@fabrikam.com", "--alert-server", server)
		if r.err == nil || !strings.Contains(r.err.Error(), "--alert-through") || f.Said() != "" {
			t.Errorf("%s: %v; the server heard %q", server, r.err, f.Said())
		}
	}
}

// TestAlertUsage: mistakes are found before anybody is dialled.
func TestAlertUsage(t *testing.T) {
	for _, args := range []string{
		"--alert-server x", "--alert-to admin", "--alert-to a@", "--alert-to a@b --alert-after 0", "--alert-to a@b --alert-user x", "--alert-to a@b --alert-from <x>@y",
		"--alert-to a@b --alert-password-file x", "--alert-to a@b --alert-server x:y",
	} {
		if r := runs(t, append([]string{"smtp", "127.0.0.1:1"}, strings.Split(args, " ")...)...); r.err == nil || r.out != "" {
			t.Errorf("%s: %v, %q", args, r.err, r.out)
		}
	}
}

// TestDamagedState: it is said, kept aside, and the run goes on.
func TestDamagedState(t *testing.T) {
	_, target := gateway(t)
	state := filepath.Join(t.TempDir(), "checks.json")
	if err := os.WriteFile(state, []byte(`{"version":1,"incid`), 0o600); err != nil {
		t.Fatal(err)
	}
	r := runs(t, "smtp", target.Name(), "--insecure", "--state", state)
	if r.code != Warnings || r.err != nil || !strings.Contains(r.errs, "was damaged: it is kept as "+state+".damaged-") {
		t.Errorf("%d, %v, %q", r.code, r.err, r.errs)
	}
	if s, err := alert.Read(state); err != nil || len(s.Checks) != 1 {
		t.Errorf("%+v, %v", s, err)
	}
}

// TestStateOutOfReach: without alerts it is only said.
func TestStateOutOfReach(t *testing.T) {
	_, target := gateway(t)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	r := runs(t, "smtp", target.Name(), "--insecure", "--state", filepath.Join(file, "checks.json"))
	if r.code != Warnings || r.err != nil || !strings.Contains(r.errs, "the screen will not show this run") {
		t.Errorf("%d, %v, %q", r.code, r.err, r.errs)
	}
}

// TestRefusedLogonRests: a job does not show a wrong password again and again, and
// tells of it once; a check by hand does, and when it is right the job goes on.
func TestRefusedLogonRests(t *testing.T) {
	ca := mailtest.NewAuthority(t)
	f := mailtest.Well(t, door.SMTP, ca)
	f.Password = "Another-Passw0rd"
	target := f.Serve(t)
	sms, through := gateway(t)
	hand := []string{"smtp", target.Name(), "--ca", ca.File, "--domain", "contoso.com", "-u", "auditor@contoso.com", "--auth", "plain", "-q", "--state", filepath.Join(t.TempDir(), "checks.json")}
	job := append(slices.Clone(hand), "--alert-to", "admin@fabrikam.com", "--alert-server", through.Name(), "--alert-through")
	for range 3 {
		if r := runs(t, job...); r.code != Alarm || r.err != nil {
			t.Fatalf("%d, %v", r.code, r.err)
		}
	}
	tried := func() int { return strings.Count(f.Said(), "AUTH PLAIN") }
	if tried() != 1 || len(sms.Mails()) != 1 || !strings.Contains(sms.Mails()[0], "AUTH 535 5.7.8") {
		t.Errorf("tried %d times, %d mails", tried(), len(sms.Mails()))
	}
	if r := runs(t, hand...); r.code != Alarm || tried() != 2 {
		t.Errorf("by hand: %d, tried %d times", r.code, tried())
	}
	f.Password = "Example-Passw0rd"
	if r := runs(t, hand...); r.code != Well || r.err != nil {
		t.Errorf("the right one: %d, %v", r.code, r.err)
	}
	if r := runs(t, job...); r.code != Well || len(sms.Mails()) != 2 || !strings.Contains(sms.Mails()[1], "well again") {
		t.Errorf("the job after it: %d, %d mails", r.code, len(sms.Mails()))
	}
}
