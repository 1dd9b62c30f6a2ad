package report

import (
	"cmp"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"mbxperm/model/finding"
	"mbxperm/model/hiding"
	"mbxperm/model/usage"
	"mbxperm/model/view"
)

// Flags are the flags of commands that write rows: which rows, and how.
type Flags struct {
	Format, Object, Target, Trustee, Direction, Out       string
	RedactKey, FailOn, Since, Changes                     string
	Inherited, Self, Defaults, Implied, Stale, All, Force bool
	BOM, Redact, Quiet, Wide                              bool
	Columns                                               string
	Seen                                                  Seen
	Verdict                                               Verdict
	Doors                                                 Doors
	Directory                                             Directory
	Findings                                              Findings
	Hybrid                                                Hybrid
	WhatIf                                                WhatIf
	OpenGraph                                             OpenGraph
}

// Names are the reports there are.
var Names = []struct {
	Name, Short, Long, Example string
	define                     func(*Flags, *pflag.FlagSet) // the flags that it has alone
}{
	{Name: "totals", Short: "Count the rights of each account, store or administrator", define: func(r *Flags, f *pflag.FlagSet) { r.Directory.defineTotals(f) }},
	{Name: "aces", Short: "List every entry"},
	{accessReport, "Say who can open a mailbox and send as it, and why", AccessHelp, AccessExample,
		func(r *Flags, f *pflag.FlagSet) { r.Verdict.Define(f) }},
	{logsReport, "Say which protocol logs there are, from when to when, and what is damaged", LogsHelp, LogsExample,
		func(r *Flags, f *pflag.FlagSet) { r.Directory.defineRelease(f) }},
	{connectionsReport, "List who logs on by POP3 and IMAP4, from where, and whether in plain text", LogsHelp, ConnectionsExample,
		func(r *Flags, f *pflag.FlagSet) { r.Doors.define(f); r.Directory.defineRelease(f) }},
	{relaysReport, "List who sends mail through which receive connector, and to outside", LogsHelp, RelaysExample,
		func(r *Flags, f *pflag.FlagSet) { r.Doors.defineRelays(f); r.Directory.defineRelease(f) }},
	{protocolsReport, "Say which protocols each mailbox may use, and whether that is as expected", ProtocolsHelp, ProtocolsExample,
		func(r *Flags, f *pflag.FlagSet) {
			r.Directory.defineRelease(f)
			r.Directory.Protocol.define(f)
			r.Directory.defineLine(f)
		}},
	{settingsReport, "List the settings of POP3 and IMAP4 of every server, and what is weak or differs", SettingsHelp, SettingsExample,
		func(r *Flags, f *pflag.FlagSet) { r.Directory.defineSettings(f) }},
	{rulesReport, "List the client access rules, or say which of them decides about somebody", RulesHelp, RulesExample,
		func(r *Flags, f *pflag.FlagSet) { r.Directory.Rule.define(f); r.Directory.defineLine(f) }},
	{connectorsReport, "List the receive connectors: who may send and relay where, and what is weak", ConnectorsHelp, ConnectorsExample,
		func(r *Flags, f *pflag.FlagSet) { r.Directory.defineConnectors(f) }},
	{findingsReport, "List what is wrong, the most dangerous first", FindingsHelp, FindingsExample,
		func(r *Flags, f *pflag.FlagSet) {
			r.Findings.define(f)
			r.Directory.defineChecks(f)
			r.Directory.Protocol.defineExpected(f)
		}},
	{whatIfReport, "Say what it would do to leave out or add a membership or an entry", WhatIfHelp, WhatIfExample,
		func(r *Flags, f *pflag.FlagSet) { r.WhatIf.define(f) }},
	{hybridReport, "Say what becomes of rights between here and Exchange Online, and which mailboxes should move together", HybridHelp, HybridExample,
		func(r *Flags, f *pflag.FlagSet) { r.Hybrid.define(f) }},
	{openGraphReport, "Write mailboxes, stores and rights as a graph for BloodHound", OpenGraphHelp, OpenGraphExample,
		func(r *Flags, f *pflag.FlagSet) { r.OpenGraph.define(f) }},
	{Name: historyReport, Short: "Say of each recording in a folder how many mailboxes, entries and findings there were", Long: HistoryHelp, Example: HistoryExample},
	{Name: "coverage", Short: "Say what was found, decoded, absent, unreadable or unknown"},
}

// DefineFor defines the flags that one report has alone.
func (r *Flags) DefineFor(name string, f *pflag.FlagSet) {
	for _, n := range Names {
		if n.Name == name && n.define != nil {
			n.define(r, f)
		}
	}
}

// names lists the reports with something between them, and something else before the last.
func names(between, last string) string {
	text := ""
	for i, n := range Names {
		switch i {
		case 0:
		case len(Names) - 1:
			text += last
		default:
			text += between
		}
		text += n.Name
	}
	return text
}

// objectNames are the object types as --object has them.
func objectNames() string {
	var names []string
	for _, t := range view.ObjectTypes {
		names = append(names, t.Flag)
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// Alternatives are the names of the reports as a usage line has them.
func Alternatives() string { return names("|", "|") }

// None is the error of usage of whoever names no report that there is.
func None(args []string) error {
	if len(args) > 0 {
		return usage.Errorf("unknown report %q: there are %s", args[0], names(", ", " and "))
	}
	return usage.Errorf("which report? there are %s (see mbxperm report --help)", names(", ", " and "))
}

// Define defines the flags of the reports on one source.
func (r *Flags) Define(f *pflag.FlagSet) {
	r.rows(f, objectNames()+" (default "+view.ObjectTypes[0].Flag+"); of access mailbox or recipient")
	r.reports(f)
	r.Seen.Define(f)
	r.DefineSince(f)
	r.DefineForce(f, "replace files that exist")
}

// DefineCompare defines the flags of a comparison.
func (r *Flags) DefineCompare(f *pflag.FlagSet) {
	r.rows(f, "only changes of one object type: "+objectNames())
	r.reports(f)
	r.Seen.DefineChanges(f)
	r.DefineForce(f, "compare two forests, replace files that exist")
}

// DefineForce defines --force for a command that has no other flag of these.
func (r *Flags) DefineForce(f *pflag.FlagSet, usage string) {
	f.BoolVar(&r.Force, "force", false, usage)
}

// rows defines the flags that choose rows and where they go. objects explains --object.
func (r *Flags) rows(f *pflag.FlagSet, objects string) {
	f.StringVar(&r.Format, "format", "table", FormatNames())
	f.StringVar(&r.Object, "object", "", objects)
	f.StringVar(&r.Target, "target", "", "only this target: name, DOMAIN\\name, address, UPN, display name, DN, SID or objectGUID")
	f.StringVar(&r.Trustee, "trustee", "", "only this trustee: named in the same ways")
	f.StringVar(&r.Direction, "direction", "forward", "forward (by target) or reverse (by trustee, all object types)")
	f.BoolVar(&r.Inherited, "inherited", false, "show inherited entries")
	f.BoolVar(&r.Self, "self", false, "show entries of SELF and SYSTEM")
	f.BoolVar(&r.Defaults, "defaults", false, "show entries that set-up writes")
	f.BoolVar(&r.Implied, "implied", false, "show Send-As and Receive-As that follow from other rights")
	f.BoolVar(&r.Stale, "stale", false, "show inherited entries inside mailbox ACLs (stale copies)")
	f.BoolVar(&r.All, "all", false, "show all of these")
	f.StringVarP(&r.Out, "output", "o", "", "write to this file, readable by you alone")
}

// reports defines the flags that only reports have.
func (r *Flags) reports(f *pflag.FlagSet) {
	f.BoolVar(&r.Wide, "wide", false, "table: all columns, however wide that is")
	f.StringVar(&r.Columns, "columns", "", "only these columns, in this order: NAME,NAME,…")
	f.BoolVar(&r.BOM, "bom", false, "begin CSV with a byte order mark, for Excel")
	r.DefineRedact(f)
	f.StringVar(&r.FailOn, "fail-on", "", "exit with 4 where one of these conditions holds: "+finding.ConditionNames())
	f.StringVar(&r.Changes, "changes", "", "write all that changed to this file, too, hidden or not: its ending is its format")
	r.Findings.defineAccept(f)
	r.DefineQuiet(f)
}

// DefineQuiet defines --quiet.
func (r *Flags) DefineQuiet(f *pflag.FlagSet) {
	f.BoolVarP(&r.Quiet, "quiet", "q", false, "nothing on standard error but errors, conditions that hold, and what was not read to its end or cannot be compared")
}

// DefineRedact defines the flags of a redaction.
func (r *Flags) DefineRedact(f *pflag.FlagSet) {
	f.BoolVar(&r.Redact, "redact", false, "replace names, domains, SIDs and servers by pseudonyms")
	f.StringVar(&r.RedactKey, "redact-key", "", "redact with the key in this file: the same pseudonyms in every file")
}

// Redacts reports whether names are to be replaced.
func (r *Flags) Redacts() bool { return r.Redact || r.RedactKey != "" }

// Redactor is what the flags ask for; nil where nothing is to be redacted.
func (r *Flags) Redactor() (*Redactor, error) {
	switch {
	case r.RedactKey != "":
		return KeyedRedactor(r.RedactKey)
	case r.Redact:
		return NewRedactor(), nil
	}
	return nil, nil
}

// DefineSince defines --since, for commands that read one source.
func (r *Flags) DefineSince(f *pflag.FlagSet) {
	f.StringVar(&r.Since, "since", "", "compare with this earlier source: a recording, or a folder for the newest one in it")
}

// ReportHelp explains the report command.
func ReportHelp() string {
	return "Data goes to standard output (or -o FILE), progress and warnings to standard error. With csv, json and jsonl\n" +
		"the evidence goes to FILE.evidence.json, or to standard error; html and xlsx carry it inside.\n\n" + FailOnHelp()
}

// FailOnHelp explains the conditions and the exit code of a report.
func FailOnHelp() string {
	help := "Conditions of --fail-on, over all entries of all object types, hidden ones too, within --target and --trustee, without\n" +
		"what --accept names. They are the rules of report findings by their names:\n"
	newer, severities := "", ""
	for _, c := range finding.Conditions() {
		line := fmt.Sprintf("  %-24s %s\n", c.Name, c.Text)
		switch {
		case c.Rule == nil:
			severities += line
		case c.Since():
			newer += line
		default:
			help += line
		}
	}
	return help + "over what is new, which wants --since or compare:\n" + newer + "and by severity, of all rules:\n" + severities +
		"\nExit code: 0 done, 1 failed, 2 usage, 3 done, but something was cut, unreadable, unknown, undecodable or not comparable,\n" +
		"4 a condition of --fail-on holds (wins over 3)."
}

// Query makes the question of a report. Errors are of usage.
func (r *Flags) Query(report string) (view.Query, error) {
	q := view.Query{Rows: report != "totals", System: true, Split: true}
	if own := r.ownQuery(report); own != nil {
		return own()
	}
	for _, t := range view.ObjectTypes {
		if t.Flag == cmp.Or(r.Object, view.ObjectTypes[0].Flag) {
			q.Type = t
		}
	}
	switch {
	case q.Type == nil:
		return q, usage.Errorf("unknown object type %q: use %s", r.Object, objectNames())
	case r.Direction != "forward" && r.Direction != "reverse":
		return q, usage.Errorf("unknown direction %q: use forward or reverse", r.Direction)
	}
	if q.Type.Doors() && report != "totals" && report != compareReport {
		return q, usage.Errorf("%s: its rows are no entries: use mbxperm report %s", q.Type.Flag, doorReports[q.Type])
	}
	if q.Type == view.Roles {
		if flag := r.idleOfRoles(); flag != "" {
			return q, usage.Errorf("%s does nothing with --object role: no assignment denies, is inherited or is of SELF, and their lines are all of one kind", flag)
		}
	}
	q.ByTrustee = r.Direction == "reverse"
	for reason, on := range map[hiding.Reasons]bool{
		hiding.Inherited: r.Inherited, hiding.Self: r.Self, hiding.Default: r.Defaults,
		hiding.Implied: r.Implied, hiding.Stale: r.Stale, hiding.All: r.All,
	} {
		if on {
			q.Show |= reason
		}
	}
	q.ACEs = q.Type.ACEs[0]
	if report == compareReport && r.Object == "" {
		q.Type = nil
	}
	if r.Target != "" {
		q.Target = view.Match(r.Target)
	}
	if r.Trustee != "" {
		q.Trustee = view.Match(r.Trustee)
	}
	if err := r.Directory.totals(report, &q); err != nil {
		return q, err
	}
	return q, r.Seen.apply(report, &q)
}

// ownQuery makes the question of a report that asks in its own way; nil for others.
func (r *Flags) ownQuery(report string) func() (view.Query, error) {
	switch {
	case report == accessReport:
		return func() (view.Query, error) {
			return view.Query{Type: view.Mailboxes, Rows: true, System: true}, r.checkAccess()
		}
	case report == findingsReport:
		return r.findingsQuery
	case isDoors(report):
		return func() (view.Query, error) { return r.doorQuery(report) }
	case report == hybridReport:
		return r.hybridQuery
	case report == whatIfReport:
		return r.whatIfQuery
	case report == openGraphReport:
		return r.openGraphQuery
	case isDirectory(report):
		return func() (view.Query, error) { return r.directoryQuery(report) }
	}
	return nil
}

// idleOfRoles names the first flag that was given and says nothing about role
// assignments; empty where there is none.
func (r *Flags) idleOfRoles() string {
	for _, f := range []struct {
		name string
		set  bool
	}{
		{"--inherited", r.Inherited}, {"--self", r.Self}, {"--implied", r.Implied}, {"--stale", r.Stale},
		{"--only deny", slices.Contains(strings.Split(r.Seen.Only, ","), "deny")},
		{"--lines", r.Seen.Lines != "" && r.Seen.Lines != allLines}, {"--no-system", r.Seen.NoSystem},
		{"--rows " + rowsEntry, r.Seen.Rows == rowsEntry},
	} {
		if f.set {
			return f.name
		}
	}
	return ""
}

// Job makes a report; every mistake in the flags is found before anything is read.
func (r *Flags) Job(report, version string, stdout io.Writer) (*Job, error) {
	format, err := ParseFormat(r.Format)
	if report == findingsReport && r.Format == string(acceptFormat) {
		format, err = acceptFormat, nil
	}
	if err != nil {
		return nil, usage.Wrap(err)
	}
	q, err := r.Query(report)
	if err != nil {
		return nil, err
	}
	if report == openGraphReport {
		format = zipFormat
	}
	job := &Job{
		Question: Question{Report: report, Query: q, Target: r.Target, Trustee: r.Trustee, Of: r.Seen.Of, Recipients: r.Object == "recipient", Expand: r.Verdict.Expand,
			Doors: r.Doors, Directory: r.Directory, Findings: r.Findings, Hybrid: r.Hybrid, WhatIf: r.WhatIf, OpenGraph: r.OpenGraph},
		Output:  Output{Format: format, BOM: r.BOM, File: r.Out, Force: r.Force, Quiet: r.Quiet, Wide: r.Wide},
		Version: version,
	}
	job.OpenGraph.All = r.All
	job.Doors.Probes = r.Doors.Probes || r.All
	if r.FailOn != "" {
		if job.FailOn, err = finding.ParseConditions(r.FailOn); err != nil {
			return nil, usage.Wrap(err)
		}
		for _, a := range job.FailOn {
			if a.Expects() && (report != protocolsReport && report != findingsReport || len(r.Directory.Protocol.Expect) == 0) {
				return nil, usage.Errorf("--fail-on %s is for report protocols and findings with --expect PROTOCOL=GROUP", a.Name)
			}
			if a.Since() && r.Since == "" && report != compareReport {
				return nil, usage.Errorf("--fail-on %s wants something to compare with: give --since FILE", a.Name)
			}
		}
	}
	if job.Columns, err = r.columns(report); err != nil {
		return nil, err
	}
	if job.Changes, err = r.changes(report); err != nil {
		return nil, err
	}
	if job.Redact, err = r.Redactor(); err == nil {
		err = job.Findings.read()
	}
	if err == nil {
		job.Query.Checks, err = r.Directory.lastChecks()
	}
	if err != nil {
		return nil, err
	}
	if err := job.Misuse(stdout); err != nil {
		return nil, usage.Wrap(err)
	}
	job.Changes.Redact = job.Redact
	if err := job.Changes.Free(); err != nil {
		return nil, err
	}
	return job, job.Free()
}

// changes is where all that changed goes.
func (r *Flags) changes(report string) (out Output, err error) {
	if r.Changes == "" {
		return out, nil
	}
	out = Output{File: r.Changes, Force: r.Force, Quiet: true}
	out.Format, err = ParseFormat(strings.TrimPrefix(strings.ToLower(filepath.Ext(r.Changes)), "."))
	switch {
	case err != nil || out.Format == Table:
		return out, usage.Errorf("--changes %s: the ending says how to write it: .csv, .json, .jsonl, .html or .xlsx", r.Changes)
	case r.Since == "" && report != compareReport:
		return out, usage.Errorf("--changes wants something to compare with: give --since FILE")
	case r.Out != "" && filepath.Clean(r.Out) == filepath.Clean(r.Changes):
		return out, usage.Errorf("--changes and -o name the same file")
	}
	return out, nil
}
