package report

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"mbxperm/model"
	"mbxperm/model/view"
	"mbxperm/ui/safe"
)

// notes are what somebody must know of an answer who sees nothing but its rows: that
// there are none, and that the account of --trustee holds more than what names it.
func (j *Job) notes(ctx context.Context, s *model.Snapshot, ev *Evidence) ([]string, error) {
	var out []string
	if ev.Records == 0 && j.Report != openGraphReport {
		text := "no rows"
		hidden := 0
		for _, n := range ev.Hidden {
			hidden += n
		}
		switch {
		case j.Query.Filter != "":
			text += ": nothing that is shown holds what --filter asks for"
		case hidden > 0:
			text += ", " + safe.Thousands(hidden) + " hidden: --all shows them"
		}
		out = append(out, text)
	}
	out = append(out, j.sharedNames(s)...)
	if j.Report != "aces" || j.Trustee == "" {
		return out, nil
	}
	n, err := j.throughGroups(ctx, s)
	if n > 0 {
		out = append(out, fmt.Sprintf("%s more come to %s through groups: --of with --ace-type Reverse-All --via-groups lists them, and report access --trustee says what they come to, Everyone's too",
			safe.Thousands(n), j.Redact.any(j.Trustee)))
	}
	return out, err
}

// sharedNames say of a name of --target or --trustee that several have it, and who:
// accounts of two domains may be called alike, and the rows are those of all of them.
func (j *Job) sharedNames(s *model.Snapshot) (out []string) {
	for _, f := range []struct{ flag, text string }{{"--target", j.Target}, {"--trustee", j.Trustee}} {
		if f.text == "" || j.Redact != nil {
			continue
		}
		if lines := view.Named(s, f.text); len(lines) > 1 {
			out = append(out, fmt.Sprintf("%s %q names %d lines, and these are the rows of all of them: for those of one give %s",
				f.flag, safe.Text(f.text), len(lines), strings.Join(candidates(s, lines), " or ")))
		}
	}
	return out
}

// throughGroups counts the rows that somebody has through groups and that no row of
// --trustee shows. It is 0 where the name is not that of one line.
func (j *Job) throughGroups(ctx context.Context, s *model.Snapshot) (int, error) {
	lines := view.Named(s, j.Trustee)
	at := slices.IndexFunc(j.Query.Type.ACEs, func(t view.ACEType) bool { return t.Name == "Reverse-All" })
	if len(lines) != 1 || at < 0 {
		return 0, nil
	}
	q := view.Query{Type: j.Query.Type, Show: j.Query.Show, Only: j.Query.Only, Rows: true, Of: lines[0], ACEs: j.Query.Type.ACEs[at]}
	own, err := view.Of(ctx, s, q)
	if err != nil {
		return 0, err
	}
	q.Effective = true
	all, err := view.Of(ctx, s, q)
	if err != nil {
		return 0, err
	}
	return all.Len() - own.Len(), nil
}
