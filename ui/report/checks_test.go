package report

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mbxperm/model/door"
	"mbxperm/model/door/alert"
)

// TestCheckedSettings: with --checks a name that clients are told and that the
// certificate lacks is weak, a finding, and a condition; without it nobody looks; and a
// redacted report does not tell the name.
func TestCheckedSettings(t *testing.T) {
	when := time.Date(2024, 3, 4, 7, 31, 0, 0, time.UTC)
	state := alert.State{Version: 1, Checks: []door.Check{{
		Time: when, Protocol: door.IMAP4, Host: "ex19-01.contoso.com", Address: "192.0.2.7", Port: 993, Server: "EX19-01",
		Steps: []door.Step{{Name: "tls", Result: door.Warning}}, TLS: &door.TLS{Sent: []door.Certificate{{Names: []string{"mail.contoso.com"}}}},
	}}}
	b, err := json.Marshal(state)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "checks.json")
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	s := readDemo(t, "demo:20")
	report := func(name string, change func(*Flags)) (string, Outcome) {
		t.Helper()
		f := Flags{Format: "json", Direction: "forward", Quiet: true}
		f.Directory.Checks = file
		change(&f)
		var out, errs bytes.Buffer
		j, err := f.Job(name, "test", &out)
		if err != nil {
			t.Fatal(err)
		}
		came, err := j.Run(t.Context(), s, nil, &out, &errs)
		if err != nil {
			t.Fatal(err)
		}
		return out.String(), came
	}
	const says = "the certificate that a check saw is not for a name that clients are told: ex19-01.contoso.com"
	if out, _ := report("settings", func(*Flags) {}); strings.Count(out, says) != 1 || !strings.Contains(out, `"setting":"InternalConnectionSettings"`) {
		t.Errorf("settings say it %d times", strings.Count(out, says))
	}
	if out, _ := report("settings", func(f *Flags) { f.Directory.Short = true }); !strings.Contains(out, `"last_check":"2024-03-04T07:31:00Z warning"`) || !strings.Contains(out, says[:40]) {
		t.Errorf("the short form does not say when it was checked:\n%s", out)
	}
	if out, came := report("findings", func(f *Flags) { f.FailOn = "certificate-name" }); !strings.Contains(out, says) || !came.Failed {
		t.Errorf("it is no finding, or no condition: %v", came)
	}
	for _, name := range []string{"settings", "findings"} {
		if out, _ := report(name, func(f *Flags) { f.Redact = true }); !strings.Contains(out, says[:40]) || strings.Contains(out, "ex19-01") {
			t.Errorf("%s, redacted, tells the name, or nothing", name)
		}
		if out, came := report(name, func(f *Flags) { f.Directory.Checks, f.FailOn = "", "certificate-name" }); strings.Contains(out, says[:40]) || came.Failed {
			t.Errorf("%s without --checks judges by checks", name)
		}
	}
}
