package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"mbxperm/acl"
	"mbxperm/collector"
	"mbxperm/collector/adexplorer/snaptest"
	"mbxperm/collector/decode"
	"mbxperm/collector/demo"
	"mbxperm/collector/ldif"
	"mbxperm/model"
	"mbxperm/model/dn"
	"mbxperm/ui/cli/program"
)

// asDirectory is the demo without what no directory gives: the logs, and those
// containers that a live one is not asked for, since no recipient lies below
// them.
type asDirectory struct {
	collector.Source
	needed map[string]bool
	skip   map[collector.QueryID]string
	collector.Sink
}

func directoryOf(t *testing.T, name string) *asDirectory {
	t.Helper()
	src, err := demo.New(name)
	if err != nil {
		t.Fatal(err)
	}
	a := &asDirectory{Source: src, skip: map[collector.QueryID]string{}, needed: map[string]bool{
		"DC=contoso,DC=com": true, "CN=AdminSDHolder,CN=System,DC=contoso,DC=com": true,
	}}
	first, err := demo.New(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Read(t.Context(), &aboveRecipients{needed: a.needed, people: map[collector.QueryID]bool{}}); err != nil {
		t.Fatal(err)
	}
	return a
}

// aboveRecipients notes what lies above recipients.
type aboveRecipients struct {
	needed map[string]bool
	people map[collector.QueryID]bool
}

func (a *aboveRecipients) Begin(q collector.Query) {
	a.people[q.ID] = q.Purpose == decode.Mailboxes.Purpose || q.Purpose == decode.Recipients.Purpose
}
func (*aboveRecipients) Expect(collector.QueryID, int) {}
func (*aboveRecipients) End(collector.QueryID, error)  {}
func (*aboveRecipients) Missed(acl.SID)                {}
func (a *aboveRecipients) Entry(e *collector.Entry) {
	for name := e.DN; a.people[e.Query] && name != ""; {
		_, name = dn.Split(name)
		a.needed[name] = true
	}
}

func (a *asDirectory) Read(ctx context.Context, sink collector.Sink) error {
	a.Sink = sink
	return a.Source.Read(ctx, a)
}

func (a *asDirectory) Begin(q collector.Query) {
	if q.Purpose == decode.Logs.Purpose {
		a.skip[q.ID] = "all"
		return
	}
	if q.Purpose == decode.Containers.Purpose {
		a.skip[q.ID] = "some"
	}
	a.Sink.Begin(q)
}

func (a *asDirectory) Expect(id collector.QueryID, n int) {
	if a.skip[id] == "" {
		a.Sink.Expect(id, n)
	}
}

func (a *asDirectory) Entry(e *collector.Entry) {
	if s := a.skip[e.Query]; s == "" || s == "some" && a.needed[e.DN] {
		a.Sink.Entry(e)
	}
}

func (a *asDirectory) End(id collector.QueryID, err error) {
	if a.skip[id] != "all" {
		a.Sink.End(id, err)
	}
}

// recorded records a source as the program does.
func recorded(t *testing.T, src collector.Source) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "demo.ldif.zst")
	r, err := ldif.Create(t.Context(), name, ldif.Head{Program: "test", Source: "demo"}, ldif.Options{})
	if err != nil {
		t.Fatal(err)
	}
	again := r.Record(src)
	if err := decode.Read(t.Context(), again, model.NewWriter(model.NewPool()), &sync.Mutex{}); err != nil {
		t.Fatal(err)
	}
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
	return name
}

// snapshot writes a snapshot of the demo, with the rootDSE if root.
func snapshot(t *testing.T, name string, root bool) string {
	t.Helper()
	src, err := demo.New(name)
	if err != nil {
		t.Fatal(err)
	}
	entries, err := snaptest.Of(src)
	if err != nil {
		t.Fatal(err)
	}
	if root {
		e, err := snaptest.Root(src)
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, e)
	}
	s := snaptest.Write(entries, snaptest.Options{Schema: "CN=Schema,CN=Configuration,DC=contoso,DC=com", Server: "dc1.contoso.com", Taken: time.Date(2024, 3, 4, 6, 0, 0, 0, time.UTC)})
	file := filepath.Join(t.TempDir(), "contoso.dat")
	if err := os.WriteFile(file, s.Bytes, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestSnapshotGivesTheDemosReports: a snapshot of AD Explorer in which nothing
// is missing gives every report that the directory gives; so does a recording
// of it.
func TestSnapshotGivesTheDemosReports(t *testing.T) {
	t.Parallel()
	for source, reports := range map[string][][]string{"demo": program.EveryReport(), "demo:700:3:40": program.FewReports()} {
		want, file := recorded(t, directoryOf(t, source)), snapshot(t, source, true)
		reports = append(reports, []string{"access", "--every"}, []string{"settings"}, []string{"rules"}, []string{"connectors"},
			[]string{"aces", "--object", "role", "--all"}, []string{"aces", "--object", "recipient", "--all"})
		program.SameReports(t, reports, []string{want}, []string{file})
		program.SameReports(t, program.FewReports(), []string{want}, []string{program.Record(t, program.Gaps, file)})
	}
}

// TestSnapshotAsItIs: AD Explorer writes no rootDSE. So what entries there are
// is known as before, and of what did not come that it may be hidden.
func TestSnapshotAsItIs(t *testing.T) {
	t.Parallel()
	want, file := recorded(t, directoryOf(t, "demo")), snapshot(t, "demo", false)
	for _, object := range []string{"mailbox", "store", "container"} {
		entries, _, _ := program.Run(t, "report", "aces", want, "--object", object, "--all", "--format", "csv")
		got, _, _ := program.Run(t, "report", "aces", file, "--object", object, "--all", "--format", "csv")
		if got != entries || strings.Count(got, "\n") < 100 {
			t.Errorf("entries of %s: %d lines, and %d of the directory, differ", object, strings.Count(got, "\n"), strings.Count(entries, "\n"))
		}
	}
	out, errs, code := program.Run(t, "report", "coverage", file, "--format", "csv")
	hidden := regexp.MustCompile(`(?m)^send-on-behalf,[0-9]+,[0-9]+,0,0,[1-9][0-9]*,0,true,whose rights it was read with is not known`)
	if code != program.Gaps || !hidden.MatchString(out) {
		t.Errorf("exit code %d, stderr %q, coverage\n%s", code, errs, out)
	}
	out, errs, code = program.Run(t, "compare", want, file, "--format", "csv")
	for i, line := range strings.Split(strings.TrimSpace(out), "\n") {
		if i > 0 && !strings.HasPrefix(line, "not-comparable,") {
			t.Errorf("a snapshot differs from the directory: %s", line)
		}
	}
	if code == program.Failed || !strings.Contains(errs, "bound account differs") {
		t.Errorf("exit code %d, stderr %q", code, errs)
	}
	out, errs, _ = program.Run(t, "report", "aces", file, "--since", want, "--format", "csv")
	if strings.Count(out, "\n") < 2 {
		t.Errorf("--since: stderr %q\n%s", errs, out)
	}
}

// TestSnapshotInAPipe: what its values mean stands at the end of a snapshot.
func TestSnapshotInAPipe(t *testing.T) {
	b, err := os.ReadFile(snapshot(t, "demo:5", false))
	if err != nil {
		t.Fatal(err)
	}
	cmd := program.Command(t, "report", "coverage", "-")
	cmd.Stdin = bytes.NewReader(b)
	out, errs, code := program.Finish(t, cmd)
	if code != program.Failed || out != "" || !strings.Contains(errs, "cannot read standard input: no LDIF but a snapshot of AD Explorer, which is read as a file alone") {
		t.Errorf("exit code %d, stdout %q, stderr %q", code, out, errs)
	}
}
