package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mbxperm/ui/cli/program"
)

func TestRecordingGivesTheSameReports(t *testing.T) {
	t.Parallel()
	for _, source := range []string{"demo", "demo:700:3:40"} {
		code := program.Gaps
		if _, _, c := program.Run(t, "report", "coverage", source); c == program.Done {
			code = program.Done
		}
		program.SameReports(t, program.EveryReport(), []string{source}, []string{program.Record(t, code, source)})
	}
}

// TestRecordFlag: a report records on the way, and both are what they are alone.
func TestRecordFlag(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "r")
	want, _, _ := program.Run(t, "report", "aces", "demo", "--all", "--format", "csv")
	got, errs, code := program.Run(t, "report", "aces", "demo", "--all", "--format", "csv", "--record", file)
	if got != want || code != program.Gaps {
		t.Errorf("the report with --record differs; exit code %d, stderr %s", code, errs)
	}
	if got, _, _ = program.Run(t, "report", "aces", file, "--all", "--format", "csv"); got != want {
		t.Error("the report of what --record wrote differs")
	}
	// From standard input too, here unpacked on the way.
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	cmd := program.Command(t, "report", "aces", "-", "--all", "--format", "csv")
	cmd.Stdin = bytes.NewReader(b)
	if out, errs, code := program.Finish(t, cmd); code != program.Gaps || out != want {
		t.Errorf("the report of standard input differs; exit code %d, stderr %s", code, errs)
	}
}

func TestRecordUsage(t *testing.T) {
	dir := t.TempDir()
	text, old := filepath.Join(dir, "text"), filepath.Join(dir, "old")
	for _, name := range []string{text, old} {
		if err := os.WriteFile(name, []byte("hello\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		args string
		code int
		want string
	}{
		{"record", program.Usage, "mbxperm record ldaps://HOST FILE"},
		{"record demo", program.Usage, "wants a source and a file"},
		{"record demo " + old, program.Failed, "--force"},
		{"record ldaps://127.0.0.1:1 " + old, program.Failed, "--force"}, // said before anything is dialled
		{"record demo " + dir + "/none/x", program.Failed, "no such file"},
		{"record nonsense " + dir + "/x", program.Usage, `cannot read "nonsense"`},
		{"report aces demo --record " + old, program.Failed, "--force"},
		{"report aces " + text, program.Failed, text + ": no LDIF: line 1"},
		{"report aces " + dir, program.Failed, "there is no recording in it yet"},
		{"report aces -", program.Failed, "standard input: it is empty"},
	} {
		out, errs, code := program.Run(t, strings.Fields(c.args)...)
		if code != c.code || out != "" || !strings.Contains(errs, c.want) || strings.Count(errs, "\n") != 1 {
			t.Errorf("mbxperm %s: exit code %d, want %d; stdout %q; stderr %q, want %q", c.args, code, c.code, out, errs, c.want)
		}
	}
	if b, err := os.ReadFile(old); err != nil || string(b) != "hello\n" {
		t.Errorf("the old file is %q, %v", b, err)
	}
	if _, errs, code := program.Run(t, "record", "demo:5", old, "--force"); code == program.Failed || code == program.Usage {
		t.Errorf("with --force: exit code %d, stderr %q", code, errs)
	}
}

// TestInterruptedRecording: what was read until then is kept, and says that it is not all.
func TestInterruptedRecording(t *testing.T) {
	file := filepath.Join(t.TempDir(), "r")
	if _, errs, code := interrupted(t, "record", "SOURCE", file); code != program.Failed || !strings.Contains(errs, "interrupted: "+file+" holds what was read until then") {
		t.Errorf("exit code %d, stderr %q", code, errs)
	}
	report, said, code := program.Run(t, "report", "coverage", file, "--format", "csv")
	if code != program.Gaps || !strings.Contains(report, "cancelled") {
		t.Errorf("exit code %d, stderr %q, coverage\n%s", code, said, report)
	}
}
