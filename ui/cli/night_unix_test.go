//go:build unix

package cli

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"mbxperm/ui/cli/program"
)

// TestInterruptedNight: a night that a signal ends is kept under a name that
// says so, is never what the next night is compared with, and no --quiet hides
// that.
func TestInterruptedNight(t *testing.T) {
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(s.String(), func(t *testing.T) {
			folder := t.TempDir()
			recordIn(t, folder, "2001-01-01T000000Z", "demo:80:1:0")
			_, said, code := interrupted(t, s, "report", "aces", "SOURCE", "--record", folder, "--since", folder, "--format", "csv", "--quiet")
			found, err := filepath.Glob(filepath.Join(folder, "*.partial.ldif.zst"))
			if err != nil || code != program.Failed || len(found) != 1 || said != "mbxperm: interrupted: "+found[0]+" holds what was read until then\n" {
				t.Fatalf("exit code %d, recordings %v, %v; stderr\n%s", code, found, err, said)
			}
			_, said, code = program.Run(t, "report", "aces", "demo:80:1:60", "--since", folder, "--fail-on", "new-store-right", "--quiet", "--format", "csv")
			if code != program.Alarm || !strings.Contains(said, "passed over: "+filepath.Base(found[0])) {
				t.Errorf("the night after: exit code %d, stderr\n%s", code, said)
			}
			out, said, code := program.Run(t, "report", "coverage", found[0], "--quiet", "--format", "csv")
			if code != program.Gaps || !strings.Contains(said, "incomplete: cancelled") || !strings.Contains(out, "cancelled") {
				t.Errorf("the interrupted night by its name: exit code %d, stderr\n%s", code, said)
			}
		})
	}
}

// TestQuietNight: what was not read to its end, and what cannot be compared, is
// said with --quiet too.
func TestQuietNight(t *testing.T) {
	_, source := forestArgs(t)
	folder := t.TempDir()
	whole := filepath.Join(folder, "whole")
	program.Run(t, append([]string{"record", source[0], whole}, source[1:]...)...)
	child, source := forestArgs(t)
	child.Close()
	_, said, code := program.Run(t, append([]string{"report", "aces", "--since", whole, "--quiet", "--format", "csv"}, source...)...)
	if code != program.Gaps || !strings.Contains(said, "NEW: mailbox: ") || !strings.Contains(said, "emea.contoso.lab was not read") ||
		!strings.Contains(said, "not comparable: ") || strings.Contains(said, "{") || strings.Contains(said, "reading ") {
		t.Errorf("exit code %d, stderr\n%s", code, said)
	}
}

// recordIn records a source in a folder, as if that had begun at a time.
func recordIn(t *testing.T, folder, stamp, source string) {
	t.Helper()
	file := filepath.Join(folder, stamp+".ldif.zst")
	program.Run(t, "record", source, file)
	if _, err := os.Stat(file); err != nil {
		t.Fatal(err)
	}
}
