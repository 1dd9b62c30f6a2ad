package report

import (
	"context"
	"io"

	"mbxperm/model"
)

// Export writes what a view shows to the file of out, with its evidence inside
// or beside it, and returns the names of the files.
func Export(ctx context.Context, res *model.Result, version string, out Output) ([]string, error) {
	d := ResultData(res)
	q := Question{Report: d.Name, Query: res.Query}
	if res.Query.Rows && !res.Query.Of.IsZero() {
		q.Of = res.Snapshot.Identity(res.Query.Of, res.Query.ACEs.Direction() == "reverse")
	}
	ev := NewEvidence(res.Snapshot, version)
	ev.Report, ev.Question = d.Name, q.words(func(name string) string { return name })
	ev.hide(res.Hidden)
	files := []string{out.File}
	if out.beside() {
		files = append(files, out.File+evidenceSuffix)
	}
	return files, out.Deliver(ctx, io.Discard, io.Discard, d, ev)
}
