package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"mbxperm/model/finding"
	"mbxperm/ui/cli/program"
)

// TestExportUsage: a mistake in what is written is found before anything is
// read, in one sentence.
func TestExportUsage(t *testing.T) {
	short := filepath.Join(t.TempDir(), "short")
	if err := os.WriteFile(short, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args string
		code int
		want string
	}{
		{"--format xml", program.Usage, "use table, csv, json, jsonl, html or xlsx"},
		{"--fail-on nonsense", program.Usage, `unknown condition "nonsense": there are everyone, orphan`},
		{"--fail-on everyone,", program.Usage, `unknown condition ""`},
		{"--bom --format json", program.Usage, "--bom is for --format csv"},
		{"--redact-key /nonexistent", program.Failed, "cannot read the key in /nonexistent: no such file"},
		{"--redact-key " + short, program.Failed, "too short"},
		{"-o " + filepath.Dir(short), program.Failed, "is a folder"},
	} {
		// The source cannot be reached: whoever tries to read it fails otherwise.
		args := append([]string{"report", "aces", "ldaps://127.0.0.1:1", "-u", "x", "--password-file", "/nonexistent"}, strings.Fields(c.args)...)
		out, errs, code := program.Run(t, args...)
		if code != c.code || out != "" || !strings.Contains(errs, c.want) || strings.Count(errs, "\n") != 1 {
			t.Errorf("%s: exit code %d, want %d; stdout %q; stderr %q, want %q", c.args, code, c.code, out, errs, c.want)
		}
	}
}

// TestFailOnExitCodes: 4 where a condition holds, also where something is
// missing; 3 and 0 otherwise. The report is written in any case.
func TestFailOnExitCodes(t *testing.T) {
	for _, c := range []struct {
		args string
		code int
	}{
		{"report aces demo:250 --fail-on orphan", program.Alarm},
		{"report totals demo:250 --object store --fail-on everyone,null-dacl", program.Alarm},
		{"report coverage demo:250 --fail-on incomplete", program.Alarm},
		{"report aces demo:250 --target u00012 --fail-on orphan,everyone", program.Gaps},
		{"report aces demo:250", program.Gaps},
	} {
		for _, quiet := range []bool{false, true} {
			args := append(strings.Fields(c.args), "--format", "csv")
			if quiet {
				args = append(args, "--quiet")
			}
			out, errs, code := program.Run(t, args...)
			if code != c.code || !strings.HasPrefix(out, "object_type,") {
				t.Errorf("%v: exit code %d, want %d; stdout begins %.30q", args, code, c.code, out)
			}
			said := strings.Contains(errs, "mbxperm: --fail-on ")
			if said != (c.code == program.Alarm) || quiet && strings.Count(errs, "\n") != strings.Count(errs, "mbxperm: --fail-on ") {
				t.Errorf("%v: stderr %q", args, errs)
			}
		}
	}
}

// TestHelpNamesConditions: each condition stands in the help with what it says.
func TestHelpNamesConditions(t *testing.T) {
	out, _, _ := program.Run(t, "report", "--help")
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range finding.Alarms {
		if !strings.Contains(out, a.Name+" ") || !strings.Contains(out, a.Text) {
			t.Errorf("the help lacks %s: %s", a.Name, a.Text)
		}
		if !strings.Contains(string(readme), "| `"+a.Name+"` |") {
			t.Errorf("README.md lacks the condition %s", a.Name)
		}
	}
}

// TestReadmeExamples runs every example of the README: as it is, or with the
// demo in the place of a directory that nobody has. What would open the screen
// must get as far as finding no terminal.
func TestReadmeExamples(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "case.key"), []byte("thirty-two bytes of a good secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	t.Setenv("KRB5CCNAME", "FILE:/nonexistent")
	ran, screens := 0, 0
	directory := regexp.MustCompile(`ldaps://dc1\.contoso\.com|\bcontoso\.com\b`)
	for line := range strings.Lines(string(readme)) {
		command, ok := strings.CutPrefix(strings.TrimSpace(line), "mbxperm")
		if !ok || command != "" && command[0] != ' ' || strings.Contains(line, "export.ldif.zst") { // that one: TestLabExport
			continue
		}
		command, _, _ = strings.Cut(command, " #")
		command, _, piped := strings.Cut(command, " | ")
		command = strings.TrimSpace(strings.ReplaceAll(command, " -u auditor@contoso.com", ""))
		command = directory.ReplaceAllString(command, "demo:40")
		name, _, _ := strings.Cut(command, " ")
		if !slices.Contains([]string{"report", "compare", "record"}, name) {
			screens++
			out, errs, code := program.Run(t, strings.Fields(command)...)
			if code != program.Usage || out != "" || !strings.Contains(errs, "no terminal to show a screen on") && !strings.Contains(errs, "no source") {
				t.Errorf("%s: exit code %d, stderr %q", line, code, errs)
			}
			continue
		}
		ran++
		out, errs, code := program.Run(t, strings.Fields(command)...)
		if code != program.Done && code != program.Gaps && code != program.Alarm {
			t.Errorf("%s: exit code %d, stderr %q", line, code, errs)
		}
		if piped && out == "" {
			t.Errorf("%s: nothing to pipe on", line)
		}
	}
	if ran < 15 || screens < 3 {
		t.Errorf("%d examples and %d of the screen only", ran, screens)
	}
	if _, err := os.Stat(filepath.Join(dir, "entries.csv.evidence.json")); err != nil {
		t.Error(err)
	}
}

// TestRedactedReport: the command line's own way to a report without names.
func TestRedactedReport(t *testing.T) {
	name := filepath.Join(t.TempDir(), "case.json")
	program.Run(t, "report", "aces", "demo:60", "--all", "--redact", "--format", "json", "-o", name, "--target", "u00012")
	for _, file := range []string{name, name + ".evidence.json"} {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !json.Valid(b) || len(b) < 1000 {
			t.Errorf("%s: %d bytes, or no JSON", file, len(b))
		}
		for _, word := range []string{"u00012", "contoso", "CONTOSO", "auditor"} {
			if strings.Contains(string(b), word) {
				t.Errorf("%s holds %q", filepath.Base(file), word)
			}
		}
	}
}
