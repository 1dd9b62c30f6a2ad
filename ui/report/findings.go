package report

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/user"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"mbxperm/model"
	"mbxperm/model/change"
	"mbxperm/model/finding"
	"mbxperm/model/usage"
	"mbxperm/model/view"
	"mbxperm/model/wholefile"
)

// findingsReport is the report of what is wrong.
const findingsReport = "findings"

// acceptFormat is the format of report findings that writes an accept file.
const acceptFormat Format = "accept"

// FindingsHelp explains report findings.
const FindingsHelp = `A line for each finding, the most dangerous first: severity (critical, high, medium, low, info), rule, target, trustee,
count (how many mailboxes it concerns, or what else its rule counts), detail, remedy and since (empty where it is not
known). What Windows and Exchange's set-up write is no finding. Findings that --accept names are left out and counted;
one whose date is over comes back. An accept file has a line for each, as CSV: rule, GUID or SID of the target, SID of the
trustee, who accepted it, until when; --format accept writes it for all that is found, to be gone through by hand.
--explain RULE says what a rule means, how it is decided, what it does not see and what to do about it.`

// FindingsExample shows the usual questions.
const FindingsExample = `  mbxperm report findings ldaps://dc1.contoso.com --format html -o findings.html
  mbxperm report findings ldaps://dc1.contoso.com --fail-on high --accept known.csv --quiet
  mbxperm report findings demo --format accept --by security --until 2027-06-30 -o known.csv`

// Findings are the flags about findings.
type Findings struct {
	Accept    string // the file of what is accepted
	By, Until string // of --format accept
	Explain   string
	accepted  *finding.Accepted
	until     time.Time
}

// defineAccept defines the flag that other reports have too, for their conditions.
func (x *Findings) defineAccept(f *pflag.FlagSet) {
	f.StringVar(&x.Accept, "accept", "", "do not report, and do not fail on, the findings that this file names, until their date")
}

func (x *Findings) define(f *pflag.FlagSet) {
	f.StringVar(&x.By, "by", "", "of --format accept: who accepts them (default: the account that runs the program)")
	f.StringVar(&x.Until, "until", "", "of --format accept: until when, as 2006-01-31 (default: a year from now)")
	f.StringVar(&x.Explain, "explain", "", "explain this rule and read nothing")
}

// checkFindings finds what does not go together, before anything is read.
func (r *Flags) checkFindings() error {
	seen := r.Seen
	seen.Filter = ""
	switch flag := seen.given(); {
	case flag != "":
		return usage.Errorf("%s is for the other reports", flag)
	case r.Object != "" || r.Direction != "forward":
		return usage.Errorf("--object and --direction are for the other reports")
	case r.Inherited || r.Self || r.Defaults || r.Implied || r.Stale || r.All:
		return usage.Errorf("report findings looks at every entry: --inherited, --self, --defaults, --implied, --stale and --all are for the other reports")
	case r.Format != string(acceptFormat) && (r.Findings.By != "" || r.Findings.Until != ""):
		return usage.Errorf("--by and --until are for --format accept")
	case r.Format == string(acceptFormat) && (r.Redact || r.RedactKey != ""):
		return usage.Errorf("--format accept names who is meant: it cannot be redacted")
	}
	return r.Findings.checkUntil(time.Now())
}

func (x *Findings) checkUntil(now time.Time) error {
	x.until = now.UTC().AddDate(1, 0, 0)
	if x.Until == "" {
		return nil
	}
	var err error
	if x.until, err = time.Parse(time.DateOnly, x.Until); err != nil {
		return usage.Errorf("--until %q is no date: give it as 2006-01-31", x.Until)
	}
	return nil
}

// findingsQuery makes the question of the report.
func (r *Flags) findingsQuery() (view.Query, error) {
	q := view.Query{Type: view.Mailboxes, Rows: true, System: true, Filter: r.Seen.Filter}
	if r.Target != "" {
		q.Target = view.Match(r.Target)
	}
	if r.Trustee != "" {
		q.Trustee = view.Match(r.Trustee)
	}
	var err error
	if q.Expect, err = view.ParseExpectations(r.Directory.Protocol.Expect); err != nil {
		return q, err
	}
	return q, r.checkFindings()
}

// read reads the accept file, if one is named.
func (x *Findings) read() (err error) {
	x.accepted, err = ReadAccepted(x.Accept, time.Now())
	return err
}

// ReadAccepted reads the accept file with this name as of a moment; nil for no name.
func ReadAccepted(name string, now time.Time) (*finding.Accepted, error) {
	if name == "" {
		return nil, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("accept file: %w", err)
	}
	defer f.Close()
	out, err := finding.ReadAccepted(bufio.NewReader(f), now)
	if err != nil {
		return nil, fmt.Errorf("accept file %s: %w", name, err)
	}
	return out, nil
}

// Accept writes a finding into the accept file with this name, behind what stands there,
// and makes the file where there is none. A file that is not in order stays as it is.
func Accept(name string, f *finding.Finding, who string, until time.Time) error {
	line, err := f.Accept(who, until)
	if err != nil {
		return err
	}
	old, err := os.ReadFile(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("accept file: %w", err)
	}
	text := string(old)
	if text == "" {
		text = finding.AcceptHead
	}
	if !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	text += line
	if _, err := finding.ReadAccepted(strings.NewReader(text), time.Now()); err != nil {
		return fmt.Errorf("accept file %s: %w", name, err)
	}
	out, err := wholefile.Create(context.Background(), name, true)
	if err != nil {
		return err
	}
	defer out.Discard()
	if _, err := io.WriteString(out, text); err != nil {
		return err
	}
	return out.Keep()
}

// AcceptedBy is who accepts findings if nobody else is named.
func AcceptedBy() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	return "unknown"
}

// findingQuery is what conditions and findings are looked for with.
func (j *Job) findingQuery(comparison *change.Comparison) finding.Query {
	return finding.Query{Target: j.Query.Target, Trustee: j.Query.Trustee, Since: comparison, Accepted: j.Findings.accepted, Checks: j.Query.Checks, Expect: j.Query.Expect}
}

// findingsCover is what the report rests on.
var findingsCover = []string{
	"findings: what the rules know; --explain RULE says of each what it does not see",
}

// foundData is the report of findings, or an accept file of them.
func (j *Job) foundData(l *finding.List, ev *Evidence) Data {
	at := l.Matching(j.Query.Filter)
	fields := finding.Fields
	if j.Format == Table {
		fields = shortened(fields)
	}
	d := NewData(findingsReport, fields, len(at), func(i int) finding.Finding { return *l.At(at[i]) })
	if j.Format != acceptFormat {
		return d
	}
	d.write = func(w io.Writer) error {
		by := j.Findings.By
		if by == "" {
			by = AcceptedBy()
		}
		return l.AcceptFile(w, at, by, j.Findings.until)
	}
	if n := l.Unnamed(at); n > 0 {
		ev.Notes = append(ev.Notes, fmt.Sprintf("%d findings cannot be accepted: neither target nor trustee has a GUID or a SID", n))
	}
	return d
}

// mostDetail bounds a detail in a table, in characters: a list as SDDL has thousands.
const mostDetail = 160

// shortened are the fields for a table.
func shortened(fields []model.Field[*finding.Finding]) []model.Field[*finding.Finding] {
	fields = slices.Clone(fields)
	for i := range fields {
		if f := &fields[i]; f.Name == "detail" {
			whole := f.Value
			f.Value = func(x *finding.Finding) any {
				p, _ := whole(x).(model.Phrase)
				if text := []rune(p.String()); len(text) > mostDetail && len(p) > 0 {
					last := p[len(p)-1]
					room := max(len([]rune(last.Text))-(len(text)-mostDetail), 0)
					last.Text = string([]rune(last.Text)[:room]) + "…"
					p = append(p[:len(p)-1:len(p)-1], last)
				}
				return p
			}
		}
	}
	return fields
}

// findingsWords puts such a question into words.
func (q *Question) findingsWords(name func(string) string) string {
	s := "findings of all rules"
	if q.Target != "" {
		s += ", only target " + name(q.Target)
	}
	if q.Trustee != "" {
		s += ", only trustee " + name(q.Trustee)
	}
	if q.Query.Filter != "" {
		s += ", filter " + name(q.Query.Filter)
	}
	return s
}

// Explain is the text about a rule.
func Explain(name string) (string, error) {
	r := finding.ByName(name)
	if r == nil {
		return "", usage.Errorf("no rule is called %q: there are %s", name, finding.ConditionNames())
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", r.Name, r.Text)
	fmt.Fprintf(&b, "Group: %s; severity: %s; its count is of %s\n", r.Group, r.Severity, r.Counted())
	for _, part := range r.Parts() {
		fmt.Fprintf(&b, "\n%s\n  %s\n", part[0], part[1])
	}
	return b.String(), nil
}
