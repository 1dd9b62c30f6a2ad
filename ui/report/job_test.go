package report

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mbxperm/model"
	"mbxperm/model/coverage"
	"mbxperm/model/finding"
	"mbxperm/model/hiding"
	"mbxperm/model/view"
)

// readEvidence reads evidence as another program would.
func readEvidence(t *testing.T, b []byte) map[string]any {
	t.Helper()
	var ev map[string]any
	if err := json.Unmarshal(b, &ev); err != nil {
		t.Fatalf("%v in %s", err, b)
	}
	return ev
}

func hashOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// TestEvidenceBeside: csv, json and jsonl in a file have their evidence beside
// them, with the hash of the data, and both are private; html and xlsx have it inside.
func TestEvidenceBeside(t *testing.T) {
	s := readDemo(t, "demo:60")
	for _, f := range Formats {
		t.Run(string(f), func(t *testing.T) {
			dir := t.TempDir()
			j := everything(f)
			j.File = filepath.Join(dir, "out")
			out, errs := written(t, j, s)
			if out != "" || strings.Contains(errs, "{") {
				t.Errorf("stdout %q, stderr %q", out, errs)
			}
			entries, err := os.ReadDir(dir)
			if err != nil {
				t.Fatal(err)
			}
			want := 1
			if f == CSV || f == JSON || f == JSONL {
				want = 2
			}
			if len(entries) != want {
				t.Fatalf("%d files, want %d", len(entries), want)
			}
			for _, e := range entries {
				if info, err := e.Info(); err != nil || info.Mode().Perm() != 0o600 {
					t.Errorf("%s: %v, %v", e.Name(), info.Mode(), err)
				}
			}
			if want == 2 {
				checkEvidence(t, s, j.File)
			}
		})
	}
}

func checkEvidence(t *testing.T, s *model.Snapshot, name string) {
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(name + ".evidence.json")
	if err != nil {
		t.Fatal(err)
	}
	ev := readEvidence(t, b)
	for key, want := range map[string]any{
		"sha256": hashOf(data), "bytes": float64(len(data)), "file": "out", "source": "demo:60:1", "server": s.State.Server,
		"bound_account": s.State.Account, "complete": true, "version": "test", "exchange": s.Exchange(), "redacted": false, "report": "aces",
	} {
		if ev[key] != want {
			t.Errorf("%s is %v, want %v", key, ev[key], want)
		}
	}
	if n := len(ev["coverage"].([]any)); n != len(coverage.Of(s)) {
		t.Errorf("%d lines of coverage", n)
	}
	if len(ev["not_in_ldap"].([]any)) == 0 || len(ev["inferred"].([]any)) == 0 || ev["records"].(float64) == 0 {
		t.Errorf("the evidence is %v", ev)
	}
}

// unreadDomain is what no --quiet hides of the demo.
const unreadDomain = "1 of 2 domains of the forest not read: emea.contoso.com\n"

// TestEvidenceOnStderr: with the data on standard output the evidence is one
// line on standard error, unless all is to be quiet: then only what was not
// read is said.
func TestEvidenceOnStderr(t *testing.T) {
	s := readDemo(t, "demo:60")
	for _, f := range Formats {
		out, errs := written(t, everything(f), s)
		line, _, _ := strings.Cut(errs, "\n")
		if f != CSV && f != JSON && f != JSONL {
			if strings.Contains(errs, "{") {
				t.Errorf("%s: stderr %q", f, errs)
			}
			continue
		}
		if ev := readEvidence(t, []byte(line)); ev["sha256"] != hashOf([]byte(out)) || ev["file"] != nil {
			t.Errorf("%s: sha256 %v of file %v, want that of what was written", f, ev["sha256"], ev["file"])
		}
		quiet := everything(f)
		quiet.Quiet = true
		if same, errs := written(t, quiet, s); same != out || errs != "mbxperm: "+unreadDomain {
			t.Errorf("%s, quiet: stderr %q", f, errs)
		}
	}
}

// TestAllOrNothing: what is there stays whole unless everything new is complete.
func TestAllOrNothing(t *testing.T) {
	s := readDemo(t, "demo:60")
	dir := t.TempDir()
	j := everything(CSV)
	j.File = filepath.Join(dir, "out")
	beside := j.File + ".evidence.json"
	if err := os.WriteFile(beside, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := j.Free(); err == nil || !strings.Contains(err.Error(), "evidence.json exists") {
		t.Errorf("an evidence file is in the way: %v", err)
	}
	if _, err := j.Run(t.Context(), s, nil, io.Discard, io.Discard); err == nil {
		t.Error("an evidence file was overwritten unasked")
	}
	j.Force = true
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var ev Evidence
	if err := j.Deliver(ctx, io.Discard, io.Discard, hostileData(), &ev); !errors.Is(err, context.Canceled) {
		t.Errorf("an interrupted report: %v", err)
	}
	entries, _ := os.ReadDir(dir)
	if b, _ := os.ReadFile(beside); string(b) != "old" || len(entries) != 1 {
		t.Errorf("after two failures: %q, %v", b, entries)
	}
	if _, err := j.Run(t.Context(), s, nil, io.Discard, io.Discard); err != nil {
		t.Error(err)
	}
	if info, err := os.Stat(beside); err != nil || info.Mode().Perm() != 0o600 || info.Size() < 100 {
		t.Errorf("with force: %v, %v", info, err)
	}
	j.File = dir
	if err := j.Free(); err == nil || !strings.Contains(err.Error(), "is a folder") {
		t.Errorf("a directory: %v", err)
	}
}

// TestFailingWriter: the first error of the output is the error of every format.
func TestFailingWriter(t *testing.T) {
	s := readDemo(t, "demo:60")
	full := errors.New("no space left on device")
	for _, f := range Formats {
		_, err := everything(f).Run(t.Context(), s, nil, failing{full}, io.Discard)
		if !errors.Is(err, full) {
			t.Errorf("%s: %v", f, err)
		}
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// TestWorkbookAndTerminal: a workbook goes to files and pipes, never to a terminal.
func TestWorkbookAndTerminal(t *testing.T) {
	tty, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip("no pseudo-terminal here")
	}
	defer tty.Close()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	o := Output{Format: XLSX}
	if err := o.Misuse(tty); err == nil || !strings.Contains(err.Error(), "-o FILE") {
		t.Errorf("to a terminal: %v", err)
	}
	if err := o.Misuse(w); err != nil {
		t.Errorf("to a pipe: %v", err)
	}
	o.File = filepath.Join(t.TempDir(), "x")
	if err := o.Misuse(tty); err != nil {
		t.Errorf("to a file, from a terminal: %v", err)
	}
}

// TestQuestionInWords: filters and toggles are part of the evidence.
func TestQuestionInWords(t *testing.T) {
	same := func(s string) string { return s }
	q := Question{Report: "aces", Target: "zoe.mueller", Trustee: "svc", Query: view.Query{Type: view.Stores, Rows: true, Show: hiding.Inherited}}
	for _, want := range []string{"entries of object type store", "only target zoe.mueller", "only trustee svc", "shown too: inherited", "not shown: stale+self/system"} {
		if got := q.words(same); !strings.Contains(got, want) {
			t.Errorf("%q lacks %q", got, want)
		}
	}
	q.Query.ByTrustee, q.Query.Show = true, hiding.All
	for _, want := range []string{"all object types, by trustee", "nothing is left out"} {
		if got := q.words(same); !strings.Contains(got, want) {
			t.Errorf("%q lacks %q", got, want)
		}
	}
}

// TestFailuresAreSaid: conditions that hold are said even when all is quiet, and
// are part of the evidence.
func TestFailuresAreSaid(t *testing.T) {
	s := readDemo(t, "demo:250")
	j := everything(JSON)
	j.FailOn, j.Quiet, j.File = finding.Conditions(), true, filepath.Join(t.TempDir(), "out")
	var errs bytes.Buffer
	out, err := j.Run(t.Context(), s, nil, io.Discard, &errs)
	if err != nil || !out.Failed || !out.Gaps {
		t.Fatalf("%+v, %v", out, err)
	}
	b, err := os.ReadFile(j.File + ".evidence.json")
	if err != nil {
		t.Fatal(err)
	}
	listed := readEvidence(t, b)["fail_on"].([]any)
	most := 0 // of a state without an earlier one
	for _, a := range finding.Conditions() {
		if !strings.HasPrefix(a.Name, "new-") && !a.Expects() {
			most++
		}
	}
	// The demo's organisation is in order in what some rules are about.
	if lines := strings.Count(errs.String(), "mbxperm: --fail-on "); lines != len(listed) || lines > most || lines < most/2 {
		t.Errorf("%d conditions in the evidence, %d on standard error:\n%s", len(listed), lines, errs.String())
	}
}
