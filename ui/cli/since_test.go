package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"mbxperm/ui/cli/program"
)

// TestSince: an earlier recording makes the conditions about what is new, and
// the report stays what it is without it.
func TestSince(t *testing.T) {
	old := program.Record(t, program.Gaps, "demo:80:1:0")
	report := []string{"report", "aces", "demo:80:1:60", "--format", "json"}
	plain, _, _ := program.Run(t, report...)
	name := filepath.Join(t.TempDir(), "aces.json")
	out, errs, code := program.Run(t, append(report, "--since", old, "--fail-on", "new-fullaccess,new-member,new-store-right", "-o", name)...)
	if out != "" || code != program.Alarm || !strings.Contains(errs, " changes") || !strings.Contains(errs, "mbxperm: since ") ||
		!strings.Contains(errs, "mbxperm: --fail-on new-fullaccess: ") || strings.Contains(errs, "new-send-as") {
		t.Errorf("exit code %d, stderr %q", code, errs)
	}
	if b, err := os.ReadFile(name); err != nil || string(b) != plain {
		t.Errorf("--since changes the report itself: %v, %d bytes, want %d", err, len(b), len(plain))
	}
	b, err := os.ReadFile(name + ".evidence.json")
	if err != nil {
		t.Fatal(err)
	}
	var ev struct {
		FailOn []struct {
			Condition, First string
			Rows             int
		} `json:"fail_on"`
		Comparison struct {
			Added int
			Old   struct{ Source string }
		}
	}
	if err := json.Unmarshal(b, &ev); err != nil {
		t.Fatal(err)
	}
	if len(ev.FailOn) != 3 || ev.FailOn[0].Rows == 0 || ev.FailOn[0].First == "" || ev.Comparison.Added == 0 || ev.Comparison.Old.Source == "" {
		t.Errorf("evidence %+v", ev)
	}
	// The same condition stands with compare.
	_, errs, code = program.Run(t, "compare", old, "demo:80:1:60", "--fail-on", "new-fullaccess", "--quiet", "--format", "csv")
	if code != program.Alarm || !strings.HasPrefix(errs, "mbxperm: --fail-on new-fullaccess: ") || strings.Count(errs, "\n") != 1 {
		t.Errorf("compare: exit code %d, stderr %q", code, errs)
	}
	for _, c := range []struct {
		args string
		code int
		want string
	}{
		{"report aces demo --fail-on new-fullaccess", program.Usage, "--since"},
		{"report aces demo --since nonsense", program.Usage, `cannot read "nonsense"`},
		{"report aces demo:5:2 --since demo:5:1", program.Failed, "two forests"},
		{"report aces demo:80:1:60 --since demo:80:1:60 --fail-on new-fullaccess,new-member,new-send-as,new-on-behalf,new-store-right", program.Gaps, ": 0 changes"},
	} {
		_, errs, code := program.Run(t, strings.Fields(c.args)...)
		if code != c.code || !strings.Contains(errs, c.want) {
			t.Errorf("%s: exit code %d, want %d; stderr %q, want %q", c.args, code, c.code, errs, c.want)
		}
	}
}

// nightCommands are the commands of the README for systemd and cron, with the
// demo in the place of the directory and folder for their own.
func nightCommands(t *testing.T, source, folder string) (out [][]string) {
	t.Helper()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(readme), "\\\n", " ")
	login := regexp.MustCompile(`ldaps://\S+ -u \S+ --password-file \S+`)
	for line := range strings.Lines(text) {
		_, command, ok := strings.Cut(line, "/usr/local/bin/mbxperm ")
		if !ok {
			continue
		}
		command = login.ReplaceAllString(command, source)
		command = strings.NewReplacer("%S/mbxperm", folder, `"$HOME`, folder, `"`, "").Replace(command)
		out = append(out, strings.Fields(command))
	}
	if len(out) != 2 || strings.Contains(strings.Join(append(out[0], out[1]...), " "), "%") { // cron takes % for a line break
		t.Fatalf("commands %q", out)
	}
	return out
}

// TestNightJob: the lines of the README, night after night: a recording of each,
// and each compared with the one before.
func TestNightJob(t *testing.T) {
	for n := range 2 {
		folder := t.TempDir()
		nights := filepath.Join(folder, "nights")
		if err := os.Mkdir(nights, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(nights, "readme.ldif.zst"), []byte("not one of ours"), 0o600); err != nil {
			t.Fatal(err)
		}
		for i, night := range []struct {
			source string
			want   string
		}{
			{"demo:80:1:0", "there is no recording in it yet: nothing to compare with"},
			{"demo:80:1:0", ""},
			{"demo:80:1:60", "--fail-on new-fullaccess: "},
		} {
			_, errs, code := program.Run(t, nightCommands(t, night.source, folder)[n]...)
			if code != program.Alarm || night.want != "" && !strings.Contains(errs, night.want) || (i < 2) == strings.Contains(errs, "new-") {
				t.Errorf("night %d: exit code %d, stderr %q; want %q", i, code, errs, night.want)
			}
			found, err := filepath.Glob(filepath.Join(nights, "202*Z.ldif.zst"))
			if err != nil || len(found) != 1 {
				t.Fatalf("night %d: recordings %v, %v", i, found, err)
			}
			// Nights are a day apart: make this one older.
			if err := os.Rename(found[0], filepath.Join(nights, fmt.Sprintf("20%02d-01-01T000000Z.ldif.zst", i+1))); err != nil {
				t.Fatal(err)
			}
		}
	}
}
