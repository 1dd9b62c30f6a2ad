// Package program builds mbxperm and runs it, for tests that look at the whole
// program from outside. It is imported by tests alone.
package program

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Exit codes, as the README promises them.
const (
	Done   = 0
	Failed = 1
	Usage  = 2
	Gaps   = 3
	Alarm  = 4
)

// built is where the program of this test process is; it is built when it is first asked for.
var built struct {
	once sync.Once
	dir  string
	err  error
}

// Main runs the tests of a package, for its TestMain, and removes the program after them.
func Main(m *testing.M) int {
	defer func() {
		if built.dir != "" {
			_ = os.RemoveAll(built.dir)
		}
	}()
	return m.Run()
}

// Path is where the built program is. The package of the test needs a TestMain
// that calls Main. In a test binary with the race detector the program has it too.
func Path(t testing.TB) string {
	t.Helper()
	built.once.Do(func() {
		if built.dir, built.err = os.MkdirTemp("", "mbxperm-built-"); built.err == nil {
			built.err = build(filepath.Join(built.dir, name()))
		}
	})
	if built.err != nil {
		t.Fatal(built.err)
	}
	return filepath.Join(built.dir, name())
}

func name() string {
	if runtime.GOOS == "windows" {
		return "mbxperm.exe"
	}
	return "mbxperm"
}

func build(file string) error {
	// Without a stamp of the repository the version is always the same.
	args := []string{"build", "-buildvcs=false", "-o", file}
	if race {
		args = append(args, "-race")
	}
	if out, err := exec.Command("go", append(args, "mbxperm")...).CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, out)
	}
	return nil
}

// Command is the program with arguments, ready to be started. It ends with the test.
func Command(t testing.TB, args ...string) *exec.Cmd {
	t.Helper()
	return exec.CommandContext(t.Context(), Path(t), args...)
}

// Run runs the program with nothing on standard input, and returns what it
// wrote and its exit code.
func Run(t testing.TB, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	return Finish(t, Command(t, args...))
}

// Finish runs a command to its end.
func Finish(t testing.TB, cmd *exec.Cmd) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatalf("%s: %v", cmd, err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// Report runs a report and reads it back.
func Report(t testing.TB, wantCode int, args ...string) []map[string]any {
	t.Helper()
	out, errs, code := Run(t, slices.Concat([]string{"report"}, args, []string{"--format", "json"})...)
	if code != wantCode {
		t.Fatalf("mbxperm report %v: exit code %d, want %d; stderr: %s", args, code, wantCode, errs)
	}
	var records []map[string]any
	if err := json.Unmarshal([]byte(out), &records); err != nil {
		t.Fatalf("mbxperm report %v: %v", args, err)
	}
	return records
}

// Record records a source with mbxperm record, and returns the file.
func Record(t testing.TB, wantCode int, args ...string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "recording.ldif.zst")
	out, errs, code := Run(t, slices.Concat([]string{"record"}, args, []string{file})...)
	if code != wantCode || out != "" || !strings.Contains(errs, file+": ") {
		t.Fatalf("mbxperm record %v: exit code %d, want %d; stdout %q; stderr %q", args, code, wantCode, out, errs)
	}
	return file
}

// EveryReport is every report of every object type in both directions, with
// everything shown and as it comes.
func EveryReport() (all [][]string) {
	for _, object := range []string{"mailbox", "store", "admin"} {
		for _, report := range []string{"totals", "aces"} {
			all = append(all, []string{report, "--object", object, "--all"}, []string{report, "--object", object},
				[]string{report, "--object", object, "--all", "--direction", "reverse"})
		}
	}
	return append(all, []string{"coverage"})
}

// FewReports are those of EveryReport that hold all that the others are made of.
func FewReports() [][]string {
	return slices.DeleteFunc(EveryReport(), func(r []string) bool { return len(r) != 4 && r[0] != "coverage" })
}

// SameReports holds reports of two sources against each other: each byte, what
// is said beside it, and the exit code.
func SameReports(t testing.TB, reports [][]string, a, b []string) {
	t.Helper()
	for _, report := range reports {
		wantOut, wantErrs, wantCode := Run(t, slices.Concat([]string{"report"}, report, a, []string{"--format", "csv"})...)
		out, errs, code := Run(t, slices.Concat([]string{"report"}, report, b, []string{"--format", "csv"})...)
		wantErrs, errs = WithoutEvidence(wantErrs), WithoutEvidence(errs)
		if out != wantOut || errs != wantErrs || code != wantCode {
			t.Errorf("report %v of %s and %s differ: %s; exit codes %d and %d; stderr\n%s\n%s",
				report, a[0], b[0], firstDifference(wantOut, out), wantCode, code, wantErrs, errs)
		}
		if strings.Count(wantOut, "\n") < 2 {
			t.Errorf("report %v of %s is empty", report, a[0])
		}
	}
}

// WithoutEvidence takes the evidence off standard error, which names the source and the time.
func WithoutEvidence(stderr string) (said string) {
	for line := range strings.Lines(stderr) {
		if !strings.HasPrefix(line, "{") && !strings.HasPrefix(line, "mbxperm: reading ") {
			said += line
		}
	}
	return said
}

func firstDifference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range x {
		if i >= len(y) || x[i] != y[i] {
			return fmt.Sprintf("line %d is\n%q and\n%q", i+1, x[i], slices.Concat(y, []string{"", ""})[min(i, len(y))])
		}
	}
	return fmt.Sprintf("%d and %d lines", len(x), len(y))
}
