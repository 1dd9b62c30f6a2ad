package check

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mbxperm/collector/mailtest"
	"mbxperm/collector/probe"
	"mbxperm/model/door"
	"mbxperm/model/usage"
)

// result is what a run of the command comes to.
type result struct {
	out, errs string
	code      int
	err       error
}

// runs runs the command as main does.
func runs(t *testing.T, args ...string) result {
	t.Helper()
	var out, errs bytes.Buffer
	r := result{}
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	c := Command{Secret: func(file string) (string, error) { return "", errors.New("no " + file) }, Stdout: &out, Stderr: &errs, Code: &r.code, Version: "test", Engine: &probe.Engine{
		Password: func(context.Context, string) (string, error) { return "Example-Passw0rd", nil },
	}}
	cmd := c.Cobra()
	cmd.SetArgs(args)
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	r.err = cmd.ExecuteContext(t.Context())
	r.out, r.errs = out.String(), errs.String()
	return r
}

// TestExitCodes: 0 well, 3 warnings, 4 a check failed, 1 could not run.
func TestExitCodes(t *testing.T) {
	ca := mailtest.NewAuthority(t)
	f := mailtest.Well(t, door.SMTP, ca)
	target := f.Serve(t)
	well := []string{"smtp", target.Name(), "--ca", ca.File, "--domain", "contoso.com"}
	for _, c := range []struct {
		more   []string
		answer string // to MAIL
		want   int
		nagios string
	}{
		{nil, "250 OK\r\n", Well, "OK"},
		{nil, "250 OK\n", Warnings, "WARNING"},
		{nil, "451 4.7.1 later | or never\r\n", Alarm, "CRITICAL"},
	} {
		f.Answers = map[string]string{"MAIL": c.answer}
		if r := runs(t, well...); r.err != nil || r.code != c.want || r.errs != "" {
			t.Errorf("%q: exit code %d, %v, stderr %q, want %d", c.answer, r.code, r.err, r.errs, c.want)
		}
		r := runs(t, append(well, "--nagios")...)
		if lines := strings.Count(r.out, "\n"); lines != 1 || !strings.HasPrefix(r.out, "SMTP "+c.nagios+" - ") || strings.Count(r.out, "|") != 1 {
			t.Errorf("--nagios: %q", r.out)
		}
		if want := map[int]int{Well: 0, Warnings: 1, Alarm: 2}[c.want]; r.err != nil || r.code != want {
			t.Errorf("--nagios: exit code %d, want %d", r.code, want)
		}
		for _, label := range []string{"'time'=", "'rset'=", "'certificate_days'=99;14:;0:"} {
			if !strings.Contains(r.out, label) {
				t.Errorf("--nagios without %s: %s", label, r.out)
			}
		}
	}
	if r := runs(t, append(well, "--nagios", "--ca", filepath.Join(t.TempDir(), "none"))...); r.code != 3 || !strings.HasPrefix(r.out, "SMTP UNKNOWN - ") {
		t.Errorf("--nagios without a CA file: %d, %q, %v", r.code, r.out, r.err)
	}
	if r := runs(t, append(well, "--ca", filepath.Join(t.TempDir(), "none"))...); r.code != Failure || r.err == nil || usage.Is(r.err) {
		t.Errorf("no CA file: %d, %v", r.code, r.err)
	}
}

// TestUsage: every mistake is found before anybody is dialled.
func TestUsage(t *testing.T) {
	for _, args := range []string{
		"", "ftp h", "smtp", "smtp h:x", "smtp h:0", "smtp h:70000", "smtp a/b", "smtp h --format pdf", "smtp h --bom", "smtp h --tls maybe", "smtp h --auth kerberos -u x",
		"smtp h --auth ntlm", "smtp h --stop-after stat", "pop3 h --stop-after rcpt", "smtp h --expect greeting", "smtp h --expect hello=1", "smtp h -4 -6",
		"smtp h --pin sha256:zz", "smtp h --nagios --summary", "smtp h --nagios --format json", "smtp h --timeout 0s", "smtp h --from a\r\nb", "smtp h --to <x>", "pop3 h --mx x",
	} {
		if r := runs(t, strings.Split(args, " ")...); r.err == nil || !usage.Is(r.err) && !strings.Contains(r.err.Error(), "unknown flag") || r.out != "" {
			t.Errorf("%q: %v, %q", args, r.err, r.out)
		}
	}
}

// TestFormats: the fields are a contract, whatever the format.
func TestFormats(t *testing.T) {
	ca := mailtest.NewAuthority(t)
	f := mailtest.Well(t, door.SMTP, ca)
	f.Greeting = "220-=cmd|' /C calc'!A0\r\n220 \x1b[2Jhi\u202e\r\n"
	target := f.Serve(t)
	well := []string{"smtp", target.Name(), "--ca", ca.File, "--domain", "contoso.com", "-u", "auditor@contoso.com"}
	want := "time protocol host address port step result code enhanced text ms detail"
	r := runs(t, append(well, "--format", "json", "-q")...)
	var rows []map[string]any
	if err := json.Unmarshal([]byte(r.out), &rows); err != nil || len(rows) != len(door.SMTP.Steps()) {
		t.Fatalf("%d rows, %v, %v", len(rows), err, r.err)
	}
	for _, name := range strings.Fields(want) {
		if _, ok := rows[0][name]; !ok {
			t.Errorf("no field %s", name)
		}
	}
	if rows[2]["step"] != "greeting" || rows[2]["text"] != "=cmd|' /C calc'!A0\n\x1b[2Jhi\u202e" || rows[2]["code"] != "220" {
		t.Errorf("the greeting is %v", rows[2])
	}
	r = runs(t, append(well, "--format", "csv", "-q")...)
	lines, err := csv.NewReader(strings.NewReader(r.out)).ReadAll()
	if err != nil || strings.Join(lines[0], " ") != want || len(lines) != len(rows)+1 || !strings.HasPrefix(lines[3][9], "'=") {
		t.Errorf("csv: %v, %v", err, lines)
	}
	r = runs(t, append(well, "--summary", "--format", "csv", "-q")...)
	lines, err = csv.NewReader(strings.NewReader(r.out)).ReadAll()
	if err != nil || strings.Join(lines[0], " ") != "server site scenario result latency_ms error" || lines[1][0] != "127.0.0.1" || lines[1][3] != "Success" ||
		!strings.HasPrefix(lines[1][2], "SMTP 127.0.0.1 port ") || !strings.HasSuffix(lines[1][2], ", STARTTLS, logon PLAIN") {
		t.Errorf("summary: %v, %v", err, lines)
	}
	for _, format := range []string{"html", "xlsx"} {
		file := filepath.Join(t.TempDir(), "report."+format)
		if r := runs(t, append(well, "--format", format, "-o", file)...); r.err != nil || r.code != Well {
			t.Errorf("%s: %d, %v", format, r.code, r.err)
		}
		if info, err := os.Stat(file); err != nil || info.Size() < 1000 {
			t.Errorf("%s: %v", format, err)
		}
	}
	for _, out := range []string{runs(t, well...).out, runs(t, append(well, target.Name()+"", "localhost:"+target.Name()[len("127.0.0.1:"):], "-4", "--insecure")...).out} {
		if strings.ContainsAny(out, "\x1b\u202e") || !strings.Contains(out, "rcpt") {
			t.Errorf("for people: %s", out)
		}
	}
}

// TestSecretsStayHere: neither the dialogue nor any report holds the password,
// even where the server repeats it.
func TestSecretsStayHere(t *testing.T) {
	ca := mailtest.NewAuthority(t)
	for _, p := range door.Protocols {
		for _, auth := range []string{"plain", "login", "best"} {
			f := mailtest.Well(t, p, ca)
			f.Echo = true
			target := f.Serve(t)
			r := runs(t, string(p), target.Name(), "--ca", ca.File, "-u", "auditor@contoso.com", "--auth", auth, "-v", "--format", "json", "--timeout", "2s")
			for _, secret := range []string{"Example-Passw0rd", "RXhhbXBsZS1QYXNzdzByZA", "AGF1ZGl0b3JAY29udG9zby5jb20ARXhhbXBsZS1QYXNzdzByZA"} {
				if strings.Contains(r.out+r.errs, secret) {
					t.Errorf("%s %s: the password is in %s%s", p, auth, r.out, r.errs)
				}
			}
			if !strings.Contains(r.errs, "***") || !strings.Contains(f.Said(), "Passw0rd") && !strings.Contains(f.Said(), "RXhhbX") && !strings.Contains(f.Said(), "AGF1ZG") {
				t.Errorf("%s %s: no logon in %s", p, auth, r.errs)
			}
		}
	}
}

// TestSaveCertificate writes what was sent, whatever is thought of it.
func TestSaveCertificate(t *testing.T) {
	ca := mailtest.NewAuthority(t)
	target := mailtest.Well(t, door.SMTP, ca).Serve(t)
	file := filepath.Join(t.TempDir(), "server.pem")
	if r := runs(t, "smtp", target.Name(), "--save-certificate", file); r.err != nil || r.code != Alarm {
		t.Errorf("%d, %v", r.code, r.err)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	block, rest := pem.Decode(b)
	if block == nil || block.Type != "CERTIFICATE" || len(rest) != 0 {
		t.Errorf("%s", b)
	}
	if r := runs(t, "smtp", target.Name(), "--save-certificate", file); r.err == nil || !errors.Is(r.err, os.ErrExist) {
		t.Errorf("a file that exists: %v", r.err)
	}
}

// TestNagiosHoldsNoBar: what servers and tests say cannot break the line.
func TestNagiosHoldsNoBar(t *testing.T) {
	c := door.Check{Protocol: door.SMTP, Host: "a|b'c", Port: 25, Steps: []door.Step{{Name: "greeting", Result: door.Failed, Code: "554", Text: "no|no\nno\x1b[2J"}}}
	line := nagiosLine(door.SMTP, []door.Check{c, c}, time.Now())
	if strings.Count(line, "|") != 1 || strings.ContainsAny(line, "\n\x1b") {
		t.Errorf("%q", line)
	}
}
