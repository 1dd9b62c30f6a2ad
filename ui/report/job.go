package report

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/term"

	"mbxperm/model"
	"mbxperm/model/change"
	"mbxperm/model/finding"
	"mbxperm/model/grant"
	"mbxperm/model/hiding"
	"mbxperm/model/view"
	"mbxperm/model/wholefile"
	"mbxperm/ui/safe"
)

// Output says how and where a report is written.
type Output struct {
	Format Format
	BOM    bool      // before CSV
	Redact *Redactor // nil: every name as it is
	File   string    // empty: standard output
	Force  bool      // replace the file
	Quiet  bool      // nothing on standard error but errors and what is incomplete
	// Columns are the names of the fields to write, in this order; none: all, and of
	// a table those that people look for first, unless it is to be Wide.
	Columns []string
	Wide    bool
}

// Misuse says what is wrong with the request itself.
func (o *Output) Misuse(stdout io.Writer) error {
	if o.BOM && o.Format != CSV {
		return errors.New("--bom is for --format csv")
	}
	if o.Wide && (o.Format != Table || len(o.Columns) > 0) {
		return errors.New("--wide is for --format table without --columns: every other format has all columns")
	}
	if o.Format == XLSX && o.File == "" && isTerminal(stdout) {
		return errBookOnTerminal
	}
	return nil
}

var errBookOnTerminal = errors.New("a workbook is nothing for a terminal: write it to a file with -o FILE, or pipe it on")

// isTerminal reports whether what is written to w is seen on a terminal.
func isTerminal(w io.Writer) bool {
	f, ok := w.(interface{ Fd() uintptr })
	return ok && term.IsTerminal(int(f.Fd()))
}

// Free says before anything is read whether the files may be written.
func (o *Output) Free() error {
	if o.File == "" {
		return nil
	}
	if err := wholefile.Vacant(o.File, o.Force); err != nil {
		return err
	}
	if o.beside() && !wholefile.Stream(o.File) {
		return wholefile.Vacant(o.File+evidenceSuffix, o.Force)
	}
	return nil
}

const evidenceSuffix = ".evidence.json"

// beside reports whether the evidence goes beside the data: where it is not inside.
func (o *Output) beside() bool {
	return o.Format == CSV || o.Format == JSON || o.Format == JSONL || o.Format == zipFormat
}

// Deliver writes a report: to the file of the output, with its evidence beside
// it where the format has no room for it, or to stdout, with the evidence as one
// line of JSON on stderr. Files appear complete or not at all. Where the output
// names a pipe, a terminal or another device, that gets what stdout would get.
func (o *Output) Deliver(ctx context.Context, stdout, stderr io.Writer, d Data, ev *Evidence) error {
	ev.Records, ev.Format = d.Len, o.Format
	if d.stream != nil && (o.Redact != nil || o.Format == HTML || o.Format == XLSX) {
		// The order of pseudonyms, a page and a workbook want all of it.
		var err error
		if d, err = d.collected(); err != nil {
			return err
		}
	}
	if o.Redact != nil {
		d = o.Redact.data(d)
		o.Redact.evidence(ev)
	}
	d, err := o.choose(d, stdout, stderr)
	if err != nil {
		return err
	}
	sum := &summer{}
	data := func(w io.Writer) error {
		err := Write(ctx, sum.onto(w), o.Format, o.BOM, d, ev)
		ev.Bytes, ev.SHA256 = sum.bytes, sum.text()
		return err
	}
	switch {
	case o.File == "":
		err := o.pour(data, stdout, stderr, ev)
		if p := (*fs.PathError)(nil); errors.As(err, &p) {
			err = fmt.Errorf("cannot write standard output: %w", p.Err)
		}
		return err
	case wholefile.Stream(o.File):
		f, err := wholefile.Create(ctx, o.File, o.Force)
		if err != nil {
			return err
		}
		defer f.Discard()
		if err := o.pour(data, f, stderr, ev); err != nil {
			return err
		}
		return f.Keep()
	case !o.beside():
		return files(ctx, o.Force, draft{name: o.File, write: data})
	}
	ev.File = filepath.Base(o.File)
	return files(ctx, o.Force, draft{name: o.File, write: data}, draft{name: o.File + evidenceSuffix, write: func(w io.Writer) error {
		b, err := ev.page()
		if err == nil {
			_, err = w.Write(b)
		}
		return err
	}})
}

// pour writes a report to what is no file, and its evidence to stderr.
func (o *Output) pour(data func(io.Writer) error, out, stderr io.Writer, ev *Evidence) error {
	if o.Format == XLSX && isTerminal(out) {
		return errBookOnTerminal
	}
	if err := data(o.visible(out)); err != nil || o.Quiet || !o.beside() {
		return err
	}
	line, err := ev.line()
	if err == nil {
		_, err = stderr.Write(line)
	}
	return err
}

// visible makes what goes to a terminal safe for it, whatever the format: a file
// or another program gets every byte, a terminal gets nothing that it would obey.
// A table is made safe field by field, so that it lines up.
func (o *Output) visible(w io.Writer) io.Writer {
	if o.Format != Table && isTerminal(w) {
		return &terminalWriter{w: w}
	}
	return w
}

type terminalWriter struct {
	w    io.Writer
	rest []byte // the beginning of a character whose end is still to come
}

func (t *terminalWriter) Write(b []byte) (int, error) {
	text := append(t.rest, b...)
	n := len(text)
	for i := 1; i <= min(utf8.UTFMax-1, n); i++ {
		if c := text[n-i]; utf8.RuneStart(c) {
			if !utf8.FullRune(text[n-i:]) {
				n -= i
			}
			break
		}
	}
	t.rest = append([]byte(nil), text[n:]...)
	lines := strings.Split(string(text[:n]), "\n")
	for i, l := range lines {
		lines[i] = safe.Text(strings.TrimSuffix(l, "\r"))
	}
	if _, err := io.WriteString(t.w, strings.Join(lines, "\n")); err != nil {
		return 0, err
	}
	return len(b), nil
}

// summer counts and hashes what passes.
type summer struct {
	w     io.Writer
	bytes int64
	sum   interface {
		io.Writer
		Sum([]byte) []byte
	}
}

func (s *summer) onto(w io.Writer) io.Writer {
	s.w, s.bytes, s.sum = w, 0, sha256.New()
	return s
}

func (s *summer) Write(b []byte) (int, error) {
	n, err := s.w.Write(b)
	s.bytes += int64(n)
	s.sum.Write(b[:n])
	return n, err
}

func (s *summer) text() string { return hex.EncodeToString(s.sum.Sum(nil)) }

// compareReport is the report that lists changes.
const compareReport = "compare"

// Job is one report as the command line asks for it.
type Job struct {
	Question
	Output
	FailOn  []finding.Condition
	Changes Output // where all that changed goes, too; no File for nowhere
	Version string // of the program
}

// Outcome is what a report that was written has to say of itself.
type Outcome struct {
	Gaps   bool // something was cut, unreadable, unknown or undecodable
	Failed bool // a condition of FailOn holds
}

// Exit chooses the exit code of an outcome.
func (o Outcome) Exit(done, gaps, failed int) int {
	switch {
	case o.Failed:
		return failed
	case o.Gaps:
		return gaps
	}
	return done
}

// Run answers the question over the snapshot and delivers the report. Where old
// is not nil the snapshot is compared with it. What is missing and which
// conditions hold goes to stderr.
func (j *Job) Run(ctx context.Context, s, old *model.Snapshot, stdout, stderr io.Writer) (Outcome, error) {
	var out Outcome
	if j.Report != accessReport { // which says more than that a name is nobody's
		if err := j.known(s, old); err != nil {
			return out, err
		}
	}
	ev := NewEvidence(s, j.Version)
	ev.Report, ev.Question = j.Report, j.words(j.Redact.any)
	changes, err := j.changes(ctx, s, old)
	if err != nil {
		return out, err
	}
	var comparison *change.Comparison
	if changes != nil {
		ev.Comparison = compared(changes, j.Redact)
		comparison = changes.Comparison
	}
	found, err := j.raise(ctx, s, comparison, ev)
	if err != nil {
		return out, err
	}
	if err := j.answer(ctx, s, changes, found, ev, stdout, stderr); err != nil {
		return out, err
	}
	if err := j.keepChanges(ctx, comparison); err != nil {
		return out, err
	}
	if len(ev.Unread) > 0 { // no --quiet hides that no rows are no answer
		fmt.Fprintln(stderr, "mbxperm: not read: "+strings.Join(ev.Unread, " and ")+" did not come; there may be more rows than these")
	}
	more, err := j.notes(ctx, s, ev)
	if err != nil {
		return out, err
	}
	for _, note := range append(ev.Notes, more...) {
		if !j.Quiet {
			fmt.Fprintln(stderr, "mbxperm: "+safe.Text(note))
		}
	}
	if ev.Turned != nil {
		ev.UnknownLines = ev.Turned.Unknown
		if !j.Quiet {
			Note(stderr, ev.Turned.sentence())
		}
	}
	if ev.UnknownLines > 0 {
		fmt.Fprintf(stderr, "mbxperm: %d lines say that it is not known\n", ev.UnknownLines)
	}
	out.Gaps = j.gaps(stderr, s, changes) || ev.UnknownLines > 0 || len(ev.Unread) > 0 || ev.Verdicts != nil && ev.Verdicts.Unknown > 0
	for _, f := range ev.FailOn { // the reason for the exit code is said in any case
		out.Failed = true
		fmt.Fprintln(stderr, "mbxperm: --fail-on "+f.Condition+": "+safe.Text(f.sentence()))
		for _, line := range f.others() {
			fmt.Fprintln(stderr, "mbxperm:   "+safe.Text(line))
		}
	}
	return out, nil
}

// raise looks for the conditions that hold, and for the report of findings for all of
// them, once for both.
func (j *Job) raise(ctx context.Context, s *model.Snapshot, comparison *change.Comparison, ev *Evidence) (l *finding.List, err error) {
	q := j.findingQuery(comparison)
	if j.Report == findingsReport {
		l, err = finding.Find(ctx, s, q, nil)
		ev.Covers = append(slices.Clone(findingsCover), ev.Covers...)
	} else {
		l, err = finding.FindFor(ctx, s, q, j.FailOn)
	}
	if err != nil {
		return nil, err
	}
	for _, r := range l.Raise(j.FailOn, q) {
		ev.FailOn = append(ev.FailOn, failure(s, r, j.Redact))
	}
	if n := l.AcceptedTotal(); n > 0 {
		ev.Hidden["accepted"] = n
		ev.Notes = append(ev.Notes, safe.Thousands(n)+" findings are accepted by the file of --accept")
	}
	return l, nil
}

// answer works the report out and delivers it.
func (j *Job) answer(ctx context.Context, s *model.Snapshot, changes *change.List, found *finding.List, ev *Evidence, stdout, stderr io.Writer) error {
	if j.Report == openGraphReport {
		return j.openGraph(ctx, s, ev, stderr)
	}
	d, err := j.data(ctx, s, changes, found, ev)
	if err != nil {
		return err
	}
	return j.Deliver(ctx, stdout, stderr, d, ev)
}

// changes compares the snapshot with an older one, if there is one.
func (j *Job) changes(ctx context.Context, s, old *model.Snapshot) (*change.List, error) {
	if old == nil {
		return nil, nil
	}
	c, err := change.Compare(ctx, old, s, j.Force)
	if forests := (*change.ForestsError)(nil); errors.As(err, &forests) {
		return nil, fmt.Errorf("%w (compare anyway with --force)", err)
	}
	if err != nil {
		return nil, err
	}
	q := change.Query{Show: hiding.All, Target: j.Query.Target, Trustee: j.Query.Trustee}
	if j.Report == compareReport {
		q.Type, q.Show, q.ByTrustee = j.Query.Type, j.Query.Show, j.Query.ByTrustee
		q.Filter, q.Sort, q.Only = j.Query.Filter, j.Query.Sort, j.Query.Only
	}
	return c.View(ctx, q)
}

// gaps says on w what is missing from the snapshot, and from what it is compared with.
func (j *Job) gaps(w io.Writer, s *model.Snapshot, changes *change.List) bool {
	switch {
	case changes == nil:
		return Gaps(w, s, j.Quiet, j.Redact)
	case j.Report == compareReport:
		return compareGaps(w, changes, "", j.Quiet, j.Redact)
	}
	return ChangeGaps(w, changes, j.Quiet, j.Redact)
}

// data answers the question.
func (j *Job) data(ctx context.Context, s *model.Snapshot, changes *change.List, found *finding.List, ev *Evidence) (Data, error) {
	switch j.Report {
	case findingsReport:
		return j.foundData(found, ev), nil
	case "coverage":
		return ev.Coverage, nil
	case compareReport:
		ev.hide(changes.Hidden)
		return changesData(ctx, changes, j.Format, j.Columns, ev, j.Redact)
	case accessReport:
		return j.access(ctx, s, ev)
	case connectorsReport, settingsReport, protocolsReport, rulesReport:
		return j.directory(ctx, s, ev)
	case logsReport, connectionsReport, relaysReport:
		ev.coverLogs()
		return j.doors(ctx, s, ev)
	case hybridReport:
		return j.hybrid(ctx, s, ev)
	case whatIfReport:
		return j.whatIf(ctx, s, ev)
	}
	q, err := j.seen(s)
	if err != nil {
		return Data{}, err
	}
	result, err := view.Of(ctx, s, q)
	if err == nil {
		err = result.ExpectError()
	}
	if err != nil {
		return Data{}, err
	}
	ev.hide(result.Hidden)
	ev.Unread = result.Unread()
	return ResultData(result), nil
}

// ResultData is the report of what a view shows: totals, aces or access.
func ResultData(r *view.Result) Data {
	if r.Query.Verdicts() {
		d, _ := accessData(r)
		return d
	}
	typ := r.Query.Type
	if r.Query.Rows && typ.Doors() {
		return doorData(r, nil)
	}
	if r.Query.Roles() {
		return NewData("aces", view.RoleFields, r.Len(), r.Row)
	}
	if r.Query.Rows {
		return NewData("aces", view.RowFields, r.Len(), r.Row)
	}
	fields := append([]model.Field[*view.Line]{{Name: "object_type", Is: model.ContentWord, Aside: true, Value: func(*view.Line) any { return typ.Flag }}}, typ.Fields...)
	return NewData("totals", fields, r.Len(), r.Line)
}

// failure puts a condition that holds into words.
func failure(s *model.Snapshot, r finding.Raised, hide *Redactor) Failure {
	f := Failure{Condition: r.Name, Says: r.Text, Rows: r.Rows, Findings: r.Findings, unit: unitOf(r)}
	for _, x := range r.Named {
		f.Named = append(f.Named, ringing(s, x, hide))
	}
	if len(f.Named) > 0 {
		f.First = f.Named[0]
	}
	return f
}

// ringing puts a finding that a condition holds for into words.
func ringing(s *model.Snapshot, x *finding.Finding, hide *Redactor) string {
	switch {
	case x.Change != nil:
		return changeWords(x.Change, hide)
	case x.Ref.Obj != 0:
		row := grant.RowOf(s, x.Ref)
		return fmt.Sprintf("%s: %s %s on %s", hide.any(row.Trustee.Name), row.Status, hide.right(row.Right), hide.any(x.Target.Name))
	case x.Rule.Group == finding.Doors:
		return hide.phrase(x.Detail)
	}
	return strings.TrimPrefix(strings.TrimSuffix(hide.any(x.Trustee.Name)+" on "+hide.any(x.Target.Name), " on "), " on ") + ": " + hide.phrase(x.Detail)
}

// unitOf names what the rows of a condition are.
func unitOf(r finding.Raised) string {
	switch {
	case r.Rule == nil:
		return "finding"
	case r.Since():
		return "change"
	}
	return "row"
}

// changeWords puts a change behind a condition into words.
func changeWords(c *change.Change, hide *Redactor) string {
	switch c.Kind {
	case change.KindClient, change.KindRelay:
		return fmt.Sprintf("%s on %s: %s", hide.any(c.Trustee.Name), hide.any(c.Target.Name), hide.phrase(c.New))
	case change.KindMembership:
		return fmt.Sprintf("%s is in %s now", hide.any(c.Trustee.Name), hide.any(c.Target.Name))
	}
	text := fmt.Sprintf("%s: %s on %s", hide.any(c.Trustee.Name), hide.phrase(c.New), hide.any(c.Target.Name))
	if c.Reach > 0 {
		text += ", which reaches " + safe.Thousands(c.Reach)
	}
	return text
}
