package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"mbxperm/ui/cli/program"
)

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
		if !ok || strings.HasPrefix(command, "check ") { // those are for TestCheckJob
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
