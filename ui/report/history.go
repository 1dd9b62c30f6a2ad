package report

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"mbxperm/model"
	"mbxperm/model/history"
	"mbxperm/model/usage"
	"mbxperm/model/view"
	"mbxperm/ui/safe"
)

const historyReport = "history"

// HistoryHelp explains report history.
const HistoryHelp = `DIR is a folder of recordings, such as record, --record or a nightly job fill. A line for each recorded reading:
mailboxes; entries (stored entries of each mailbox's two access lists, and its delegates); full_access (grants of Full
Access on mailboxes, to others than SELF, not inherited); orphans; findings by severity. A table ends with each of these
drawn over time.

A recording carries these numbers at its end, so that no more of it is read. Older ones are read whole once, and their
numbers remembered in the user's cache directory. What was recorded by another version has that version's findings.

With --target or --trustee (or both) it also says on which night a line first appeared: rows is how many entries match,
as in report aces, line is there (in the first reading), appeared or gone. That reads every recording whole.

A file that is cut, no recording, of a newer version or of another forest is left out, and named on standard error; then
the exit code is 3.`

// HistoryExample shows how it is used.
const HistoryExample = `  mbxperm report history /var/lib/mbxperm
  mbxperm report history /var/lib/mbxperm --target boss --trustee svc-backup --format csv`

// HistoryFunc reads the recordings of a folder; see session.History, which fulfils it.
type HistoryFunc func(ctx context.Context, dir string, rows func(*model.Snapshot) (int, error), tell func(done, all int)) ([]history.Reading, []string, error)

// history writes what the recordings in a folder tell.
func (r *Runner) history(ctx context.Context, job *Job, dir string) (out Outcome, err error) {
	if len(job.FailOn) > 0 || r.Since != "" {
		return out, usage.Errorf("report history looks at many readings: --fail-on and --since are for reports of one")
	}
	var rows func(*model.Snapshot) (int, error)
	var nobody error // of the last reading without whom the question names
	named := false
	if job.Target != "" || job.Trustee != "" {
		rows = func(s *model.Snapshot) (int, error) {
			then := *job // a name may be another one's every night
			switch err := then.known(s); {
			case errors.As(err, new(*nobodyError)):
				nobody = err
				return 0, nil
			case err != nil:
				return 0, err
			}
			named = true
			result, err := view.Of(ctx, s, then.Query)
			if err != nil {
				return 0, err
			}
			return result.Len(), nil
		}
	}
	all, notes, err := r.History(ctx, dir, rows, r.tellHistory())
	if err != nil {
		return out, err
	}
	if nobody != nil && !named {
		return out, fmt.Errorf("of no night: %w", nobody)
	}
	ev := NewEvidence(nothing(dir), r.Version)
	ev.Report, ev.Question, ev.Covers, ev.Complete, ev.Incomplete = historyReport, job.historyWords(), historyCovers, len(notes) == 0, []string{}
	ev.Started, ev.Ended = all[0].Time, all[len(all)-1].Time
	for i, note := range notes {
		notes[i] = job.Redact.leftOut(note)
	}
	ev.Notes = notes
	data := NewData(historyReport, history.Fields, len(all), func(i int) history.Reading { return all[i] })
	if err := job.Deliver(ctx, r.Stdout, r.Stderr, data, ev); err != nil {
		return out, err
	}
	if job.Format == Table && job.File == "" {
		if err := drawHistory(r.Stdout, all); err != nil {
			return out, err
		}
	}
	for _, note := range notes { // no --quiet hides what is missing
		Note(r.Stderr, note)
	}
	out.Gaps = len(notes) > 0
	for i := range all {
		out.Gaps = out.Gaps || !all[i].Whole
	}
	return out, nil
}

// leftOut replaces the name of a file that was left out, and why, which may hold names.
func (r *Redactor) leftOut(note string) string {
	const word = ": left out: "
	file, why, ok := strings.Cut(note, word)
	if r == nil {
		return note
	}
	if !ok {
		return r.sentence(note)
	}
	return r.name(file) + word + r.sentence(why)
}

var historyCovers = []string{"numbers of each reading that was recorded in the folder, as the program counted them that recorded it, or as this one does"}

// nothing is a state of which nothing but the name is known.
func nothing(name string) *model.Snapshot {
	w := model.NewWriter(model.NewPool())
	w.State.Source, w.State.Phase = name, model.Finished
	return w.Snapshot()
}

func (j *Job) historyWords() string {
	s := "numbers of every recorded reading"
	if j.Target != "" {
		s += ", entries on target " + j.Redact.any(j.Target)
	}
	if j.Trustee != "" {
		s += ", entries for trustee " + j.Redact.any(j.Trustee)
	}
	return s
}

// tellHistory says on a terminal how far it is.
func (r *Runner) tellHistory() func(done, all int) {
	out, ok := r.Stderr.(*os.File)
	if r.Quiet || !ok || !term.IsTerminal(int(out.Fd())) {
		return nil
	}
	return func(done, all int) {
		fmt.Fprintf(out, "\r\x1b[Kreading recordings %d of %d", done, all)
		if done == all {
			fmt.Fprint(out, "\r\x1b[K")
		}
	}
}

// sparkWidth is how many readings a line shows at most.
const sparkWidth = 60

// drawHistory draws each number over time, below a table.
func drawHistory(w io.Writer, all []history.Reading) error {
	var b strings.Builder
	b.WriteByte('\n')
	for _, line := range HistoryLines(all, sparkWidth) {
		b.WriteString(line + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// HistoryLines draws each number over time, with the first and the last one.
func HistoryLines(all []history.Reading, width int) (lines []string) {
	numbers := make([]int, len(all))
	for _, s := range history.Series {
		for i := range all {
			numbers[i] = s.Of(&all[i])
		}
		line := safe.Fit(s.Name, 12) + history.Spark(numbers, width)
		lines = append(lines, line+"  "+safe.Thousands(numbers[0])+" to "+safe.Thousands(numbers[len(numbers)-1]))
	}
	return lines
}
