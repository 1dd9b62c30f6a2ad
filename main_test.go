package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"mbxperm/ui/report"

	"github.com/klauspost/compress/zstd"
)

// FuzzFile: whatever a file holds, every report of it ends in an exit code that
// says so, and nothing in the program breaks.
func FuzzFile(f *testing.F) {
	for _, seed := range oneOfEach(f) {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		for _, report := range [][]string{
			{"totals", "--all"}, {"aces", "--all", "--object", "admin"}, {"aces", "--all", "--direction", "reverse"}, {"coverage"},
		} {
			var out, errs bytes.Buffer
			args := append([]string{"report", report[0], "-", "--format", "jsonl"}, report[1:]...)
			code := run(context.Background(), args, bytes.NewReader(file), &out, &errs)
			if code != exitDone && code != exitFailed && code != exitGaps || strings.Contains(errs.String(), "internal error") {
				t.Fatalf("%v: exit code %d, stderr %q", args, code, &errs)
			}
		}
	})
}

// oneOfEach gives records of the demo as plain LDIF: of each set of classes one
// that is not large, alone, and all of these together.
func oneOfEach(f *testing.F) (seeds []string) {
	file := filepath.Join(f.TempDir(), "r")
	var out, errs bytes.Buffer
	if code := run(f.Context(), []string{"record", "demo:60", file}, strings.NewReader(""), &out, &errs); code != exitGaps {
		f.Fatalf("exit code %d, stderr %s", code, &errs)
	}
	packed, err := os.ReadFile(file)
	if err != nil {
		f.Fatal(err)
	}
	z, err := zstd.NewReader(nil)
	if err != nil {
		f.Fatal(err)
	}
	defer z.Close()
	text, err := z.DecodeAll(packed, nil)
	if err != nil {
		f.Fatal(err)
	}
	comment, class := regexp.MustCompile(`(?m)^# mbxperm: .*\n`), regexp.MustCompile(`(?m)^objectClass: .*\n`)
	seen := map[string]bool{}
	for record := range strings.SplitSeq(string(comment.ReplaceAll(text, nil)), "\n\n") {
		classes := strings.Join(class.FindAllString(record, -1), "")
		if len(record) > 6000 || seen[classes] {
			continue
		}
		seen[classes] = true
		seeds = append(seeds, record+"\n")
	}
	if len(seeds) < 10 {
		f.Fatalf("only %d kinds of records", len(seeds))
	}
	return append(seeds, strings.Join(seeds, "\n"))
}

// TestSourceAgain: what opened a source opens it again, and no password is
// among it.
func TestSourceAgain(t *testing.T) {
	a := newApp(nil, io.Discard, io.Discard)
	root := a.rootCommand()
	root.SetArgs([]string{"report", "coverage", "demo:5", "-u", "auditor@contoso.com", "--password-file", "pass word", "--pin", "sha256:aa", "--pin", "sha256:bb",
		"--insecure", "--dc", "dc1=127.0.0.1", "--dc", "dc2", "--quiet", "-o", t.TempDir() + "/x"})
	root.SetOut(&bytes.Buffer{})
	if err := root.Execute(); err != nil {
		t.Fatal(err)
	}
	got := report.ShLine(a.screen.Again...)
	want := "--dc=dc1=127.0.0.1 --dc=dc2 --insecure '--password-file=pass word' --pin=sha256:aa --pin=sha256:bb"
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
