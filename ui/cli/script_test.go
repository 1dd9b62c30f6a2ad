package cli

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"mbxperm/ui/cli/program"
)

// TestScripts runs the scripts in testdata over the built program. Beside the
// commands of testscript they have:
//
//	exits CODE mbxperm ARGUMENTS   run the program, and want an exit code
//	says REGEXP                    nothing on standard output, and one sentence of the program on standard error
//	each REGEXP                    every line of standard output matches; there is one at least
//	lines NUMBER                   standard output has so many lines
//	private FILE                   the file is there, and readable by its owner alone
func TestScripts(t *testing.T) {
	path := filepath.Dir(program.Path(t)) + string(os.PathListSeparator) + os.Getenv("PATH")
	testscript.Run(t, testscript.Params{
		Dir:                "testdata",
		RequireUniqueNames: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("PATH", path)
			e.Setenv("KRB5CCNAME", "FILE:"+filepath.Join(e.WorkDir, "no-ticket"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "says": says, "each": each, "lines": lines, "private": private,
		},
	})
}

// wants checks the arguments of a command of scripts.
func wants(ts *testscript.TestScript, neg bool, args []string, least int, usage string) {
	if neg || len(args) < least {
		ts.Fatalf("usage: %s", usage)
	}
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	wants(ts, neg, args, 2, "exits CODE COMMAND [ARGUMENT...]")
	code := 0
	var exit *exec.ExitError
	switch err := ts.Exec(args[1], args[2:]...); {
	case errors.As(err, &exit):
		code = exit.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if want, err := strconv.Atoi(args[0]); err != nil || code != want {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}

func says(ts *testscript.TestScript, neg bool, args []string) {
	wants(ts, neg, args, 1, "says REGEXP")
	if out := ts.ReadFile("stdout"); out != "" {
		ts.Fatalf("standard output is not empty")
	}
	errs := ts.ReadFile("stderr")
	if strings.Count(errs, "\n") != 1 || !strings.HasPrefix(errs, "mbxperm: ") {
		ts.Fatalf("standard error is not one sentence of the program")
	}
	if !pattern(ts, args[0]).MatchString(errs) {
		ts.Fatalf("standard error does not match %s", args[0])
	}
}

func each(ts *testscript.TestScript, neg bool, args []string) {
	wants(ts, neg, args, 1, "each REGEXP")
	re, n := pattern(ts, args[0]), 0
	for line := range strings.Lines(ts.ReadFile("stdout")) {
		if n++; !re.MatchString(strings.TrimSuffix(line, "\n")) {
			ts.Fatalf("line %d does not match: %s", n, line)
		}
	}
	if n == 0 {
		ts.Fatalf("standard output is empty")
	}
}

func lines(ts *testscript.TestScript, neg bool, args []string) {
	wants(ts, neg, args, 1, "lines NUMBER")
	if n := strings.Count(ts.ReadFile("stdout"), "\n"); strconv.Itoa(n) != args[0] {
		ts.Fatalf("%d lines, want %s", n, args[0])
	}
}

func private(ts *testscript.TestScript, neg bool, args []string) {
	wants(ts, neg, args, 1, "private FILE")
	info, err := os.Stat(ts.MkAbs(args[0]))
	ts.Check(err)
	if runtime.GOOS != "windows" && info.Mode() != 0o600 { // there it is an access list
		ts.Fatalf("%s has mode %v, want a file with 0600", args[0], info.Mode())
	}
}

func pattern(ts *testscript.TestScript, text string) *regexp.Regexp {
	re, err := regexp.Compile(text)
	ts.Check(err)
	return re
}
