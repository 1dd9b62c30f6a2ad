package report

import (
	"context"
	"fmt"
	"io"
	"strings"

	"mbxperm/model"
	"mbxperm/model/change"
	"mbxperm/model/hiding"
	"mbxperm/model/people"
	"mbxperm/model/view"
)

// Export writes what a view shows to the file of out, with its evidence inside
// or beside it, and returns the names of the files.
func Export(ctx context.Context, res *view.Result, version string, out Output) ([]string, error) {
	ev := NewEvidence(res.Snapshot, version)
	d := ResultData(res)
	if res.Query.Verdicts() {
		d, ev.Verdicts = accessData(res)
	}
	q := Question{Report: d.Name, Query: res.Query, Expand: res.Query.Expand, Doors: Doors{Probes: res.Query.System}}
	if res.Query.Rows && !res.Query.Of.IsZero() {
		q.Of = view.Identity(res.Snapshot, res.Query.Of, res.Query.ACEs.Direction() == "reverse")
	}
	ev.Report, ev.Question = d.Name, q.words(func(name string) string { return name })
	if res.Picked > 0 {
		ev.Question += fmt.Sprintf(", only the %d that were marked on the screen", res.Picked)
	}
	ev.hide(res.Hidden)
	return out.export(ctx, d, ev)
}

// ExportChanges does the same of changes.
func ExportChanges(ctx context.Context, r *change.List, version string, out Output) ([]string, error) {
	if r.Comparison.WhatIf != nil {
		return exportWhatIf(ctx, r, version, out)
	}
	q := Question{Report: compareReport, Query: view.Query{
		Rows: true, Type: r.Query.Type, Show: r.Query.Show, Only: r.Query.Only, Filter: r.Query.Filter, Sort: r.Query.Sort, ByTrustee: r.Query.ByTrustee,
	}}
	ev := NewEvidence(r.Comparison.New, version)
	ev.Report, ev.Question = q.Report, q.words(func(name string) string { return name })
	ev.Comparison = compared(r, nil)
	ev.hide(r.Hidden)
	d, err := changesData(ctx, r, out.Format, out.Columns, ev, nil)
	if err != nil {
		return nil, err
	}
	return out.export(ctx, d, ev)
}

// keepChanges writes all that changed, within the target and trustee of the
// question and whatever its toggles hide, to the file for it.
func (j *Job) keepChanges(ctx context.Context, c *change.Comparison) error {
	if c == nil || j.Changes.File == "" {
		return nil
	}
	q := Question{Report: compareReport, Query: view.Query{Rows: true, Show: hiding.All}, Target: j.Target, Trustee: j.Trustee}
	all, err := c.View(ctx, change.Query{Show: hiding.All, Target: j.Query.Target, Trustee: j.Query.Trustee})
	if err != nil {
		return err
	}
	ev := NewEvidence(c.New, j.Version)
	ev.Report, ev.Question, ev.Comparison = q.Report, q.words(j.Redact.any), compared(all, j.Redact)
	d, err := changesData(ctx, all, j.Changes.Format, j.Changes.Columns, ev, j.Redact)
	if err != nil {
		return err
	}
	return j.Changes.Deliver(ctx, io.Discard, io.Discard, d, ev)
}

// ExportPeople does the same of the leaves of a tree of who gets in.
func ExportPeople(ctx context.Context, t *people.Tree, leaves []people.Leaf, version string, out Output) ([]string, error) {
	ev := NewEvidence(t.Snapshot, version)
	ev.Report, ev.Question = "people", "people of "+model.PrincipalText(t.Of)
	d := NewData("people", people.Fields, len(leaves), func(i int) people.Leaf { return leaves[i] })
	return out.export(ctx, d, ev)
}

// AllChanges compares a snapshot with an older one, and leaves nothing out: what
// compare lists with --all.
func AllChanges(ctx context.Context, s, old *model.Snapshot, force bool) (*change.List, error) {
	j := Job{Question: Question{Report: compareReport, Query: view.Query{Show: hiding.All}}, Output: Output{Force: force}}
	return j.changes(ctx, s, old)
}

// ChangeGaps says on w what stands in the way of a comparison, what is missing from
// either state, and how many changes there are, as the report of changes does. It
// reports whether something is missing. hide replaces names; nil leaves them.
func ChangeGaps(w io.Writer, r *change.List, quiet bool, hide *Redactor) bool {
	return compareGaps(w, r, "since "+hide.Source(r.Comparison.Old.State.Source)+": ", quiet, hide)
}

// Tables are the evidence and what redacts it, for tables that are written one
// after another: the evidence says of each how many records it has.
func Tables(s *model.Snapshot, version, question string, changes *change.List, hide *Redactor) *Evidence {
	ev := NewEvidence(s, version)
	ev.Report, ev.Question, ev.Format = "export", question, "parquet"
	if changes != nil {
		ev.Comparison = compared(changes, hide)
	}
	if hide != nil {
		hide.evidence(ev)
	}
	return ev
}

// Line is the evidence as one line of JSON.
func (ev *Evidence) Line() (string, error) {
	b, err := ev.line()
	return strings.TrimSpace(string(b)), err
}

func (o *Output) export(ctx context.Context, d Data, ev *Evidence) ([]string, error) {
	files := []string{o.File}
	if o.beside() {
		files = append(files, o.File+evidenceSuffix)
	}
	return files, o.Deliver(ctx, io.Discard, io.Discard, d, ev)
}
