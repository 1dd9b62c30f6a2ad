package report

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"mbxperm/model"
	"mbxperm/model/coverage"
	"mbxperm/model/hiding"
	"mbxperm/model/view"
	"mbxperm/ui/safe"
)

// Evidence says where a report comes from, how complete it is, and what it can
// and cannot know. A page and a workbook carry it inside; beside CSV and JSON it
// is a file of its own. The JSON names are a contract like the fields.
type Evidence struct {
	Program  string `json:"program"`
	Version  string `json:"version"`
	Report   string `json:"report"`
	Question string `json:"question"` // object type, filters and toggles in words
	Origin          // of a comparison: that of NEW

	Records int            `json:"records"`
	Hidden  map[string]int `json:"hidden"`                 // rows that the toggles hide, each once under its first reason
	Unread  []string       `json:"unread_lists,omitempty"` // of the line behind --of: its lists that did not come
	Notes   []string       `json:"notes,omitempty"`        // what is to be known beside the records
	// UnknownLines are those that say that something is not known.
	UnknownLines int       `json:"unknown_lines,omitempty"`
	FailOn       []Failure `json:"fail_on"` // the conditions of --fail-on that hold
	Comparison   *Compared `json:"comparison,omitempty"`
	Verdicts     *Verdicts `json:"verdicts,omitempty"`
	Turned       *Turned   `json:"turned,omitempty"` // of report whatif: lines by what becomes of their answers

	Covers   []string `json:"covers"`
	Beyond   []string `json:"not_in_ldap"`
	Inferred []string `json:"inferred"`
	Redacted bool     `json:"redacted"`

	// Of the data that the evidence belongs to, where it is not inside it.
	Format Format `json:"format"`
	File   string `json:"file,omitempty"`
	Bytes  int64  `json:"bytes,omitempty"`
	SHA256 string `json:"sha256,omitempty"`
}

// Origin is where a state comes from, and how complete it is.
type Origin struct {
	Source   string    `json:"source"`
	Server   string    `json:"server"`
	Account  string    `json:"bound_account"`
	Started  time.Time `json:"started"`
	Ended    time.Time `json:"ended"`
	Exchange string    `json:"exchange"` // releases found: "2016 CU23 + 2019 CU14"

	Deployment Deployment `json:"exchange_deployment"`
	Domains    []Domain   `json:"domains"` // of the forest

	Complete   bool     `json:"complete"`
	Incomplete []string `json:"incomplete"` // each search that was not read to its end, and why
	Warnings   []string `json:"warnings"`
	Coverage   Data     `json:"coverage"`
	Logs       *Data    `json:"logs,omitempty"` // protocol logs: files, times, damage
}

// Failure is a condition of --fail-on that holds.
type Failure struct {
	Condition string `json:"condition"`
	Says      string `json:"says"`
	Rows      int    `json:"rows"`
	First     string `json:"first,omitempty"`
	// Named are those that it holds for, the first of Findings.
	Named    []string `json:"named,omitempty"`
	Findings int      `json:"findings,omitempty"`
	unit     string   // what the rows are; empty for rows
}

// NewEvidence says of a snapshot what does not depend on the report.
func NewEvidence(s *model.Snapshot, version string) *Evidence {
	return &Evidence{
		Program: "mbxperm", Version: version, Origin: originOf(s), FailOn: []Failure{}, Hidden: map[string]int{},
		Covers: covers, Beyond: beyond, Inferred: inferred,
	}
}

func originOf(s *model.Snapshot) Origin {
	st := &s.State
	lines := coverage.Of(s)
	o := Origin{
		Source: st.Source, Server: st.Server, Account: st.Account, Started: st.Started, Ended: st.Ended, Exchange: s.Exchange(),
		Deployment: deploymentOf(s), Domains: domainsOf(s),
		Complete: st.Complete(), Incomplete: []string{}, Warnings: append([]string{}, st.Warnings...),
		Coverage: NewData("coverage", coverage.Fields, len(lines), func(i int) coverage.Line { return lines[i] }),
	}
	if len(s.Logs) > 0 {
		logs := view.Logs(s, "", "")
		d := NewData(logsReport, view.LogFields, len(logs), func(i int) view.Log { return logs[i] })
		o.Logs = &d
	}
	for _, g := range st.Incomplete {
		o.Incomplete = append(o.Incomplete, strings.TrimPrefix(g.Search+": "+g.Reason, ": "))
	}
	if st.Err != nil {
		o.Incomplete = append(o.Incomplete, st.Err.Error())
	}
	return o
}

// What a report covers, what no reading of the directory can tell, and what
// rests on conclusions instead of documents.
var (
	covers = []string{
		"mailbox rights, Send-As, Receive-As and Send on Behalf as stored in the directory",
		"the entries of stores and of the containers above them",
		"all of it as visible to the bound account: what that account cannot see is counted nowhere",
	}
	beyond = []string{
		"folder permissions and inbox rules: they are kept in the mailbox",
		"local groups of the Exchange servers and rights of their operating system",
		"cloud mailboxes and their permissions",
		"mailboxes on servers before Exchange 2013: there the store decides and the directory holds a copy (authority = copy)",
	}
	inferred = []string{
		"inherited entries inside a stored mailbox ACL are taken for stale copies of an older store (inferred)",
		"all extended rights on a store or server are taken to include the right to open its mailboxes (inferred)",
		"mailboxes of Exchange 2007 and 2010 are taken to be decided by the store, as in 2003 (inferred)",
		"on Exchange 2016 and later the directory is taken to decide about mailbox rights, as in 2013 (inferred)",
		"where the schema was not read, the property set that guards the mailbox ACL is taken from the documentation of 2007 and later (inferred)",
	}
)

// Question is what a report was asked for, with the names as the user gave them.
type Question struct {
	Report          string // totals, aces or coverage
	Query           view.Query
	Target, Trustee string // the texts behind Query.Target and Query.Trustee
	Of              string // the text behind Query.Of
	// Recipients and Expand are those of report access.
	Recipients, Expand bool
	Doors              Doors
	// Directory are the flags of the reports on what the directory says of doors.
	Directory Directory
	Findings  Findings
	Hybrid    Hybrid
	WhatIf    WhatIf
	OpenGraph OpenGraph
}

// words puts the question into words; name spells what the user named.
func (q *Question) words(name func(string) string) string {
	if q.Report == "coverage" {
		return "coverage of everything that was read"
	}
	if q.Report == accessReport {
		return q.accessWords(name)
	}
	if q.Report == findingsReport {
		return q.findingsWords(name)
	}
	if isDirectory(q.Report) {
		return q.directoryWords(name)
	}
	if isDoors(q.Report) {
		return q.doorWords(name)
	}
	if q.Report == hybridReport {
		return q.hybridWords(name)
	}
	if q.Report == whatIfReport {
		return q.whatIfWords(name)
	}
	if q.Report == openGraphReport {
		return q.openGraphWords()
	}
	s := map[string]string{"totals": "totals", "aces": "entries", "compare": "changes"}[q.Report]
	switch {
	case q.Report == "compare" && q.Query.Type == nil:
		s += " on all object types"
	case q.Report == "compare" || !q.Query.ByTrustee || !q.Query.Rows:
		s += " of object type " + q.Query.Type.Flag
	default:
		s += " on all object types"
	}
	if q.Query.ByTrustee && q.Query.Rows {
		s += ", by trustee"
	}
	if q.Target != "" {
		s += ", only target " + name(q.Target)
	}
	if q.Trustee != "" {
		s += ", only trustee " + name(q.Trustee)
	}
	s += q.seenWords(name)
	show := q.Query.Show & hiding.All
	switch show {
	case 0:
		return s + "; not shown: " + (hiding.All).String()
	case hiding.All:
		return s + "; nothing is left out"
	}
	return s + "; shown too: " + show.String() + "; not shown: " + (hiding.All &^ show).String()
}

// hide notes how many rows the toggles hide.
func (ev *Evidence) hide(h hiding.Counts) {
	for i, n := range h {
		ev.Hidden[hiding.Names[i]] = n
	}
}

// fact is a line of the evidence for people.
type fact struct{ Name, Text string }

// Bad reports whether the fact is one that somebody must see.
func (f fact) Bad() bool {
	return strings.HasSuffix(f.Name, "Incomplete") || strings.HasSuffix(f.Name, "Warning")
}

// facts are the evidence for people, in order, without coverage.
func (ev *Evidence) facts() []fact {
	var hidden []string
	for _, name := range hiding.Names {
		if n := ev.Hidden[name]; n > 0 {
			hidden = append(hidden, fmt.Sprintf("%s %s", safe.Thousands(n), name))
		}
	}
	all := []fact{
		{"Report", ev.Report}, {"Question", ev.Question}, {"Records", safe.Thousands(ev.Records)}, {"Hidden rows", strings.Join(hidden, " · ")},
	}
	prefix := ""
	if ev.Comparison != nil {
		all = append(all, ev.Comparison.facts()...)
		prefix = "NEW "
	}
	all = append(all, ev.Origin.facts(prefix)...)
	for _, f := range ev.FailOn {
		all = append(all, fact{"Condition " + f.Condition, f.sentence()})
	}
	all = append(all, fact{"Program", ev.Program + " " + ev.Version})
	if ev.Redacted {
		all = append(all, fact{"Redacted", "names, domains, SIDs, GUIDs of objects and servers are pseudonyms, the same throughout this file"})
	}
	all = append(all, each("Covers", ev.Covers)...)
	all = append(all, each("Not in LDAP", ev.Beyond)...)
	return append(all, each("Inferred", ev.Inferred)...)
}

func each(name string, texts []string) (out []fact) {
	for _, t := range texts {
		out = append(out, fact{name, t})
	}
	return out
}

// facts are those of one state for people.
func (o *Origin) facts(prefix string) []fact {
	stamp := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.Format(time.RFC3339)
	}
	complete := "read to the end"
	switch {
	case !o.Complete:
		complete = "INCOMPLETE"
	case slices.ContainsFunc(o.Domains, func(d Domain) bool { return !d.Complete }):
		complete = "each search read to the end, but NOT every domain of the forest"
	}
	all := []fact{
		{"Source", o.Source}, {"Server", o.Server}, {"Bound account", o.Account},
		{"Started", stamp(o.Started)}, {"Ended", stamp(o.Ended)}, {"State", complete},
	}
	all = append(all, each("Incomplete", o.Incomplete)...)
	all = append(all, each("Warning", o.Warnings)...)
	all = append(all, fact{"Exchange", o.Exchange})
	all = append(all, o.Deployment.facts()...)
	for _, d := range o.Domains {
		all = append(all, fact{"Domain", d.sentence()})
	}
	for i := range all {
		all[i].Name = prefix + all[i].Name
	}
	return all
}

// covered is a table of the evidence: what was found in one state.
type covered struct {
	Title string
	Data
}

// coverages are the tables of coverage, in a comparison two.
func (ev *Evidence) coverages() []covered {
	all := []covered{{"Coverage", ev.Coverage}}
	if ev.Comparison != nil {
		all = []covered{{"Coverage of OLD", ev.Comparison.Old.Coverage}, {"Coverage of NEW", ev.Coverage}}
	}
	if ev.Logs != nil {
		all = append(all, covered{"Logs", *ev.Logs})
	}
	return all
}

func (f *Failure) sentence() string {
	if f.Rows == 0 {
		return f.Says
	}
	unit := cmp.Or(f.unit, "row")
	if f.Rows > 1 {
		unit += "s"
	}
	return fmt.Sprintf("%s: %s %s, first %s", f.Says, safe.Thousands(f.Rows), unit, f.First)
}

// others are the lines that name whom a condition holds for beside the first.
func (f *Failure) others() (lines []string) {
	if len(f.Named) > 1 {
		lines = append(lines, f.Named[1:]...)
	}
	if more := f.Findings - len(f.Named); more > 0 {
		lines = append(lines, "and "+safe.Thousands(more)+" more")
	}
	return lines
}

// line is the evidence as one line of JSON.
func (ev *Evidence) line() ([]byte, error) {
	b, err := json.Marshal(ev)
	return append(b, '\n'), err
}

// page is the evidence as JSON for a file that somebody reads.
func (ev *Evidence) page() ([]byte, error) {
	b, err := ev.line()
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = json.Indent(&out, b, "", "  ")
	return out.Bytes(), err
}

// CheckEvidence is the evidence of checks, which come from no directory.
func CheckEvidence(version, report, question string, from, to time.Time) *Evidence {
	return &Evidence{
		Program: "mbxperm", Version: version, Report: report, Question: question, FailOn: []Failure{}, Hidden: map[string]int{},
		Origin: Origin{
			Source: "the network", Started: from, Ended: to, Complete: true, Domains: []Domain{}, Incomplete: []string{}, Warnings: []string{},
			Coverage: NewData("coverage", coverage.Fields, 0, func(int) (none coverage.Line) { return none }),
		},
		Covers: []string{"what a client at this machine's address meets, at the time of each line: a server may answer others otherwise"},
		Beyond: []string{}, Inferred: []string{},
	}
}
