package report

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"mbxperm/collector/demo"
	"mbxperm/collector/session"
	"mbxperm/model"
	"mbxperm/model/change"
	"mbxperm/model/hiding"
	"mbxperm/model/view"
)

// readDays collects two days of the demo, to be compared.
func readDays(t testing.TB, specs ...string) (out []*model.Snapshot) {
	t.Helper()
	pool := model.NewPool()
	for _, spec := range specs {
		src, err := demo.New(spec)
		if err != nil {
			t.Fatal(err)
		}
		c := session.Start(t.Context(), src, pool, nil)
		<-c.Done()
		out = append(out, c.Snapshot())
	}
	return out
}

// changesJob is the job that lists every change.
func changesJob(format Format) *Job {
	q := view.Query{Rows: true, System: true, Show: hiding.All, ACEs: view.Mailboxes.ACEs[0]}
	return &Job{Question: Question{Report: compareReport, Query: q}, Output: Output{Format: format, Force: true}, Version: "test"}
}

func writtenSince(t testing.TB, j *Job, s, old *model.Snapshot) (stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	if _, err := j.Run(t.Context(), s, old, &out, &errs); err != nil {
		t.Fatal(err)
	}
	return out.String(), errs.String()
}

// TestComparisonEvidence: a page and a workbook say of both states where they
// come from, what stands in the way, and how much changed; JSON says it on
// standard error.
func TestComparisonEvidence(t *testing.T) {
	days := readDays(t, "demo:60:1:0", "demo:60:1:60")
	old, s := days[0], days[1]
	s.State.Account = "somebody else"
	for _, format := range []Format{HTML, XLSX} {
		out, errs := writtenSince(t, changesJob(format), s, old)
		text := plainText(t, format, out)
		for _, want := range []string{"OLD Source", "NEW Source", "OLD Bound account", "bound account differs: OLD CONTOSO\\auditor, NEW somebody else",
			"not comparable", "Coverage of OLD", "Coverage of NEW", "changes on all object types; nothing is left out", "added"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s lacks %q", format, want)
			}
		}
		if strings.HasPrefix(errs, "{") || !strings.Contains(errs, "warning: bound account differs") {
			t.Errorf("%s: stderr %q", format, errs)
		}
	}
	out, errs := writtenSince(t, changesJob(JSON), s, old)
	var records []map[string]any
	if err := json.Unmarshal([]byte(out), &records); err != nil {
		t.Fatal(err)
	}
	line, rest, _ := strings.Cut(errs, "\n")
	ev := readEvidence(t, []byte(line))
	c := ev["comparison"].(map[string]any)
	counts := map[string]float64{}
	for _, r := range records {
		counts[strings.ReplaceAll(r["change"].(string), "-", "_")]++
	}
	for _, name := range []string{"added", "removed", "changed", "not_comparable"} {
		if c[name] != counts[name] {
			t.Errorf("%v %s in the evidence, %v records", c[name], name, counts[name])
		}
	}
	if b := c["banners"].([]any); len(b) != 1 || c["old"].(map[string]any)["source"] != old.State.Source || ev["source"] != s.State.Source {
		t.Errorf("evidence %s", line)
	}
	if !strings.Contains(rest, "OLD: ") || !strings.Contains(rest, "NEW: ") || !strings.Contains(rest, " changes") {
		t.Errorf("stderr %q", rest)
	}
	quiet := changesJob(JSON)
	quiet.Quiet = true
	if again, errs := writtenSince(t, quiet, s, old); again != out || errs != "mbxperm: OLD: "+unreadDomain+"mbxperm: NEW: "+unreadDomain {
		t.Errorf("--quiet: stderr %q", errs)
	}
}

// TestRedactedComparison: no name of either state is left in a list of changes,
// also where a text is put together of names, and the words stay.
func TestRedactedComparison(t *testing.T) {
	// Two organisations: everything differs, and the banners name both forests.
	for _, specs := range [][]string{{"demo:60:1:0", "demo:60:1:190"}, {"demo:25:1", "demo:25:2"}} {
		days := readDays(t, specs...)
		old, s := days[0], days[1]
		s.State.Server, s.State.Account = "dc7.contoso.com", `CONTOSO\u00012`
		hidden := map[string]bool{"dc7": true}
		for _, state := range days {
			for name := range secrets(t, state, reports()) {
				hidden[name] = true
			}
		}
		plain, _ := writtenSince(t, changesJob(JSON), s, old)
		for _, format := range Formats {
			j := changesJob(format)
			j.Redact = &Redactor{key: []byte("of this test"), names: map[string]string{}}
			out, errs := writtenSince(t, j, s, old)
			out = plainText(t, format, out) + errs
			left := words(out)
			for name := range hidden {
				if left[name] {
					t.Errorf("%v %s: %q is left", specs, format, name)
				}
			}
			for _, name := range []string{"ontoso", "ONTOSO", "svc-", "auditor", "S-1-5-21-1004336348"} {
				if strings.Contains(out, name) {
					t.Errorf("%v %s: %q is left", specs, format, name)
				}
			}
			if format != JSON {
				continue
			}
			for _, word := range []string{`"kind":"`, `"right":"FullAccess"`, "Allow FullAccess", "(0x000"} {
				if strings.Count(plain, word) != strings.Count(out, word) {
					t.Errorf("%v: %q stands %d times, was %d times", specs, word, strings.Count(out, word), strings.Count(plain, word))
				}
			}
			for _, word := range []string{"disabled", "member", "Send on Behalf", "moved-store"} {
				if was, is := strings.Count(plain, `"`+word+`"`), strings.Count(out, `"`+word+`"`); was != is {
					t.Errorf("%v: %q stands %d times, was %d times", specs, word, is, was)
				}
			}
		}
	}
}

// TestEffectLeftOut: where --columns leaves out what the changes did to verdicts, that
// is not worked out, and the evidence says nothing of it.
func TestEffectLeftOut(t *testing.T) {
	days := readDays(t, "demo:60:1:0", "demo:60:1:60")
	c, err := change.Compare(t.Context(), days[0], days[1], true)
	if err != nil {
		t.Fatal(err)
	}
	r, err := c.View(t.Context(), change.Query{Show: hiding.All})
	if err != nil {
		t.Fatal(err)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	ev := &Evidence{}
	if _, err := changesData(stopped, r, CSV, []string{"change", "target"}, ev, nil); err != nil || ev.Notes != nil {
		t.Errorf("without effect: %v, notes %q", err, ev.Notes)
	}
	for _, columns := range [][]string{nil, {"target", change.EffectField}} {
		if _, err := changesData(stopped, r, CSV, columns, ev, nil); !errors.Is(err, context.Canceled) {
			t.Errorf("%q: got %v, want that it is worked out and stopped", columns, err)
		}
	}
	soon := 0
	effects, err := c.Effects(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i := range r.Len() {
		if at, ok := r.Soon(i); ok {
			if soon++; at.String() != r.Effect(effects, i).String() {
				t.Errorf("change %d: %q at once, %q when it is worked out", i, at, r.Effect(effects, i))
			}
		}
	}
	if soon == 0 {
		t.Error("of no change it can be said at once")
	}
}
