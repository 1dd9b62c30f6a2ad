package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"mbxperm/model/finding"
	"mbxperm/ui/cli/program"
)

// TestHelpNamesConditions: each condition stands in the help with what it says.
func TestHelpNamesConditions(t *testing.T) {
	out, _, _ := program.Run(t, "report", "--help")
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range finding.Conditions() {
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
	program.Path(t) // builds it, from this folder
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
		if strings.HasPrefix(command, "check ") {
			checkExample(t, command)
			continue
		}
		command = directory.ReplaceAllString(command, "demo:40")
		name, _, _ := strings.Cut(command, " ")
		if !slices.Contains([]string{"report", "compare", "record", "export", "man", "version", "opengraph-schema"}, name) {
			screens++
			out, errs, code := program.Run(t, arguments(command)...)
			if code != program.Usage || out != "" || !strings.Contains(errs, "no terminal to show a screen on") && !strings.Contains(errs, "no source") {
				t.Errorf("%s: exit code %d, stderr %q", line, code, errs)
			}
			continue
		}
		ran++
		out, errs, code := program.Run(t, arguments(command)...)
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

// arguments splits a command as a shell does: what is between quotes is one.
func arguments(command string) (args []string) {
	for _, a := range regexp.MustCompile(`(?:[^\s"]|"[^"]*")+`).FindAllString(command, -1) {
		args = append(args, strings.ReplaceAll(a, `"`, ""))
	}
	return args
}
