package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"mbxperm/collector/mailtest"
	"mbxperm/model/door"
	"mbxperm/ui/cli/program"
)

// mailHosts are the servers of the README's examples.
var mailHosts = regexp.MustCompile(`--mx contoso\.com|\bmail\.contoso\.com(:\d+)?`)

// checkExample runs an example of the README against a port where nobody listens:
// it must get so far as to say that, with the exit code of a check that failed.
func checkExample(t *testing.T, command string) {
	t.Helper()
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	want := program.Alarm
	if strings.Contains(command, "--nagios") {
		want = program.Usage // which is CRITICAL there
	}
	command = mailHosts.ReplaceAllString(command, "127.0.0.1:1")
	out, errs, code := program.Run(t, arguments(command)...)
	if code != want || !strings.Contains(out, "connect") && !strings.Contains(out, "Failure") {
		t.Errorf("%s: exit code %d, %q, stderr %q", command, code, out, errs)
	}
}

// TestCheckJob: the lines of the README for systemd and cron, run after run: one
// alert after two failures, one when it is well again, and nothing said.
func TestCheckJob(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	jobs := 0
	for line := range strings.Lines(strings.ReplaceAll(string(readme), "\\\n", " ")) {
		_, command, ok := strings.Cut(line, "/usr/local/bin/mbxperm check")
		if !ok {
			continue
		}
		jobs++
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "password"), []byte("Example-Passw0rd\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		ca := mailtest.NewAuthority(t)
		f, sms := mailtest.Well(t, door.SMTP, ca), mailtest.Well(t, door.SMTP, mailtest.NewAuthority(t))
		server, gateway := f.Serve(t), sms.Serve(t)
		command, _, _ = strings.Cut(command, ">")
		command = strings.NewReplacer("mx.fabrikam.com", gateway.Name()+" --alert-through", "%d/", dir+"/", "%S/mbxperm/", dir+"/", `"$HOME`, dir, `"`, "").Replace(mailHosts.ReplaceAllString(command, server.Name()))
		for n, c := range []struct {
			answer string
			code   int
			mails  int
		}{{"250 OK\r\n", program.Done, 0}, {"451 4.7.1 later\r\n", program.Alarm, 0}, {"451 4.7.1 later\r\n", program.Alarm, 1}, {"451 4.7.1 later\r\n", program.Alarm, 1}, {"250 OK\r\n", program.Done, 2}} {
			f.Answer("RCPT", c.answer)
			_, errs, code := program.Run(t, append([]string{"check"}, append(strings.Fields(command), "--ca", ca.File)...)...)
			if code != c.code || errs != "" || len(sms.Mails()) != c.mails {
				t.Errorf("run %d of %s: exit code %d, stderr %q, %d mails, want %d and %d mails", n, command, code, errs, len(sms.Mails()), c.code, c.mails)
			}
		}
	}
	if jobs != 2 {
		t.Errorf("%d jobs, want 2", jobs)
	}
}
