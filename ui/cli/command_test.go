package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"mbxperm/collector/demo"
	"mbxperm/collector/session"
	"mbxperm/model"
	"mbxperm/model/hiding"
	"mbxperm/model/view"
	"mbxperm/ui/cli/program"
	"mbxperm/ui/report"
)

// TestCommandPrintsTheView: the command that the screen offers for a view
// prints the very rows of it, in its order, for every object type, ACE type and
// direction, under toggles, filters and orders.
func TestCommandPrintsTheView(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no sh here: the command is not read as a shell would")
	}
	src, err := demo.New("demo:60")
	if err != nil {
		t.Fatal(err)
	}
	c := session.Start(t.Context(), src, model.NewPool(), nil)
	<-c.Done()
	s := c.Snapshot()
	toggles := []hiding.Reasons{0, hiding.Inherited | hiding.Implied, hiding.Self | hiding.Stale | hiding.Default, hiding.All}
	turn := 0
	try := func(q view.Query) {
		t.Helper()
		turn++
		q.Show = toggles[turn%len(toggles)]
		q.Filter = []string{"", "de !thea.sandoval", "", "Méx'o $(x)", "a"}[turn%5]
		q.Only = []hiding.Only{0, 0, hiding.OnlyDeny, 0, hiding.OnlyOrphans, 0, hiding.OnlyDeny | hiding.OnlyOrphans}[turn%7]
		if !q.Rows {
			q.Lines = view.Lines(turn % 3)
		}
		q.Sort = []int{0, 2, -3, 1}[turn%4]
		wantView(t, sh, s, q)
	}
	for _, typ := range view.ObjectTypes {
		for i := range 6 {
			try(view.Query{Type: typ, System: i%2 == 0})
		}
		res, err := view.Of(t.Context(), s, view.Query{Type: typ, System: true, Show: hiding.All})
		if err != nil {
			t.Fatal(err)
		}
		step := max(res.Len()/4, 1)
		for i := 0; i < res.Len(); i += step {
			for _, aces := range typ.ACEs {
				if aces.Verdicts() {
					wantVerdicts(t, sh, s, view.Query{Type: typ, Rows: true, Of: res.Key(i), ACEs: aces, Expand: i%2 == 1})
					continue
				}
				if aces.Direction() == "forward" && !res.Key(i).IsTarget() {
					aces = typ.ACEs[aces.Flip]
				}
				try(view.Query{Type: typ, Rows: true, Of: res.Key(i), ACEs: aces, Effective: turn%3 == 0})
			}
		}
	}
	if turn < 50 {
		t.Errorf("only %d views were tried", turn)
	}
}

// wantView holds the output of the command for a query against the view itself.
func wantView(t *testing.T, sh string, s *model.Snapshot, q view.Query) {
	t.Helper()
	res, err := view.Of(t.Context(), s, q)
	if err != nil {
		t.Fatal(err)
	}
	line := report.ShLine(report.Command([]string{"demo:60"}, s, q)...)
	args := asShellReads(t, sh, line)
	out, stderr, code := program.Run(t, append(args, "--format", "json", "--quiet")...)
	if code != program.Gaps {
		t.Fatalf("mbxperm %s: exit code %d\n%s", line, code, stderr)
	}
	var want, got bytes.Buffer
	data, err := json.Marshal(report.ResultData(res))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Compact(&want, data); err != nil {
		t.Fatal(err)
	}
	if err := json.Compact(&got, []byte(out)); err != nil {
		t.Fatal(err)
	}
	if want.String() != got.String() {
		t.Errorf("mbxperm %s\nprints %d bytes, and the view has %d rows in %d bytes", line, got.Len(), res.Len(), want.Len())
	}
}

// asShellReads splits a line as sh does.
func asShellReads(t *testing.T, sh, line string) []string {
	t.Helper()
	words, err := exec.Command(sh, "-c", `printf '%s\0' `+line).Output()
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return strings.Split(strings.TrimSuffix(string(words), "\x00"), "\x00")
}

// wantVerdicts holds the output of the command for verdicts against the view: the
// same lines, in whichever order. In reverse the view has those of other
// recipients too, which are a report of their own. Of a line about nobody who
// logs on there is no report.
func wantVerdicts(t *testing.T, sh string, s *model.Snapshot, q view.Query) {
	t.Helper()
	res, err := view.Of(t.Context(), s, q)
	if err != nil {
		t.Fatal(err)
	}
	reverse := q.ACEs.Direction() == "reverse"
	if res.NoPerson || !reverse && res.Len() == 0 {
		return
	}
	line := report.ShLine(report.Command([]string{"demo:60"}, s, q)...)
	args := asShellReads(t, sh, line)
	runs := [][]string{args}
	if reverse {
		runs = append(runs, append(slices.Clone(args), "--object", "recipient"))
	}
	var got []map[string]any
	for _, args := range runs {
		out, stderr, code := program.Run(t, append(args, "--format", "json", "--quiet")...)
		if code != program.Gaps {
			t.Fatalf("mbxperm %s: exit code %d\n%s", line, code, stderr)
		}
		var lines []map[string]any
		if err := json.Unmarshal([]byte(out), &lines); err != nil {
			t.Fatal(err)
		}
		got = append(got, lines...)
	}
	data, err := json.Marshal(report.ResultData(res))
	if err != nil {
		t.Fatal(err)
	}
	var want []map[string]any
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	if g, w := sortedLines(got), sortedLines(want); !slices.Equal(g, w) {
		t.Errorf("mbxperm %s\nprints %d lines, and the view has %d", line, len(g), len(w))
	}
}

func sortedLines(lines []map[string]any) (out []string) {
	for _, l := range lines {
		out = append(out, fmt.Sprint(l))
	}
	slices.Sort(out)
	return out
}
