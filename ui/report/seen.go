package report

import (
	"cmp"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"mbxperm/model"
	"mbxperm/model/change"
	"mbxperm/model/hiding"
	"mbxperm/model/usage"
	"mbxperm/model/view"
)

// Seen are the flags of a report or comparison by which it shows what a grid of
// the screen shows: the same lines in the same order.
type Seen struct {
	Filter, Sort, ACEs, Of string
	Only, Lines, Rows      string
	ViaGroups, NoSystem    bool
}

type onlyName struct {
	name string
	only hiding.Only
}

// What --only can be.
var onlyNames = []onlyName{{"deny", hiding.OnlyDeny}, {"orphans", hiding.OnlyOrphans}}

// allLines is --lines without a choice.
const allLines = "all"

// What --rows can be: one row for each entry of a list with all its rights, or one for
// each right.
const rowsEntry, rowsRight = "entry", "right"

// RowsNames are the values of --rows.
var RowsNames = []string{rowsEntry, rowsRight}

// lineNames are what --lines can be, by the choice, for an object type.
func lineNames(t *view.ObjectType) []string {
	word := view.Mailboxes.TargetWord()
	if t != nil {
		word = t.TargetWord()
	}
	return []string{view.AllLines: allLines, view.MailboxLines: word, view.TrusteeLines: "trustees", view.RemoteLines: "remote"}
}

// DefineChanges defines the flags of a comparison.
func (v *Seen) DefineChanges(f *pflag.FlagSet) {
	f.StringVar(&v.Filter, "filter", "", "only what holds every word in name, DN, SID or right; !word excludes")
	f.StringVar(&v.Sort, "sort", "", "order by this column of the screen; --sort=-COLUMN is the other way round")
	f.StringVar(&v.Only, "only", "", "only rows of these kinds: deny, orphans or deny,orphans; of totals, lines that have one")
}

// Define defines all of them.
func (v *Seen) Define(f *pflag.FlagSet) {
	v.DefineChanges(f)
	f.StringVar(&v.Of, "of", "", "aces: the rows of this one line, as the screen shows them: named as --target is")
	f.StringVar(&v.ACEs, "ace-type", "", "aces: one entry of the screen's list of ACE types: Mailbox-Rights, Reverse-All, …")
	f.BoolVar(&v.ViaGroups, "via-groups", false, "aces of one line: in reverse those of its groups too; of a recipient, in persons, who is in them")
	f.StringVar(&v.Lines, "lines", "all", "totals: all, mailboxes (of other recipients: recipients), trustees or remote (whose mailbox is in Exchange Online)")
	f.StringVar(&v.Rows, "rows", rowsRight, "aces and totals: a row for each entry, with all its rights, or for each right of it")
	f.BoolVar(&v.NoSystem, "no-system", false, "totals: leave out system mailboxes that hold no right")
}

// given names the first of these flags that asks for something, or nothing.
func (v *Seen) given() string {
	for _, f := range []struct {
		name string
		set  bool
	}{
		{"--filter", v.Filter != ""}, {"--sort", v.Sort != ""}, {"--only", v.Only != ""}, {"--of", v.Of != ""},
		{"--ace-type", v.ACEs != ""}, {"--via-groups", v.ViaGroups}, {"--no-system", v.NoSystem},
		{"--lines", v.Lines != "" && v.Lines != allLines}, {"--rows", v.Rows != "" && v.Rows != rowsRight},
	} {
		if f.set {
			return f.name
		}
	}
	return ""
}

// apply puts what does not depend on the source into the query. Errors are of usage.
func (v *Seen) apply(report string, q *view.Query) error {
	q.Filter = v.Filter
	q.System = q.System && !v.NoSystem
	q.Effective = v.ViaGroups
	if err := v.narrow(q); err != nil {
		return err
	}
	if err := v.order(report, q); err != nil || report == compareReport {
		return err
	}
	if v.ACEs != "" {
		var names []string
		found := false
		for _, t := range q.Type.ACEs {
			if t.Verdicts() {
				if strings.EqualFold(t.Name, v.ACEs) {
					return usage.Errorf("%s rows are verdicts and no entries: use mbxperm report access", t.Name)
				}
				continue
			}
			if t.AllLines() { // which the report has without it
				continue
			}
			names = append(names, t.Name)
			if strings.EqualFold(t.Name, v.ACEs) {
				q.ACEs, found = t, true
			}
		}
		if !found {
			return usage.Errorf("unknown ACE type %q of %s: use %s", v.ACEs, q.Type.Flag, strings.Join(names, ", "))
		}
	}
	switch v.Rows {
	case rowsEntry:
		q.Split = false
	case rowsRight, "":
	default:
		return usage.Errorf("unknown rows %q: use %s or %s", v.Rows, rowsEntry, rowsRight)
	}
	switch {
	case v.Of != "" && !q.Rows:
		return usage.Errorf("--of is for report aces")
	case v.Of != "" && q.ByTrustee:
		return usage.Errorf("--of shows one line: choose its direction by --ace-type, not by --direction")
	case v.ViaGroups && v.Of == "":
		return usage.Errorf("--via-groups wants --of: whose groups?")
	}
	return nil
}

// narrow puts --only and --lines into the query.
func (v *Seen) narrow(q *view.Query) error {
	for name := range strings.SplitSeq(v.Only, ",") {
		i := slices.IndexFunc(onlyNames, func(n onlyName) bool { return n.name == name })
		switch {
		case i >= 0:
			q.Only |= onlyNames[i].only
		case name != "":
			return usage.Errorf("unknown kind of rows %q: use deny, orphans or deny,orphans", name)
		}
	}
	names := lineNames(q.Type)
	i := slices.Index(names, cmp.Or(v.Lines, allLines))
	if i < 0 {
		return usage.Errorf("unknown lines %q: use %s, %s, %s or %s", v.Lines, names[0], names[1], names[2], names[3])
	}
	q.Lines = view.Lines(i)
	return nil
}

func (v *Seen) order(report string, q *view.Query) error {
	if v.Sort == "" {
		return nil
	}
	title, down := strings.CutPrefix(v.Sort, "-")
	titles := sortTitles(report, q)
	for i, t := range titles {
		if strings.EqualFold(t, title) {
			q.Sort = i + 1
			if down {
				q.Sort = -q.Sort
			}
			return nil
		}
	}
	of := compareReport
	if report != compareReport {
		of = q.Type.Flag
	}
	return usage.Errorf("unknown column %q of %s: use %s", title, of, strings.Join(titles, ", "))
}

// sortTitles are the columns that a grid can be ordered by.
func sortTitles(report string, q *view.Query) []string {
	switch {
	case report == compareReport:
		return titles(change.Columns(q.ByTrustee))
	case q.Rows:
		return titles(q.Type.Details)
	}
	return titles(q.Type.Totals)
}

func titles[T any](columns []model.Column[T]) (out []string) {
	for _, c := range columns {
		out = append(out, c.Title)
	}
	return out
}

// seenWords puts the rest of a question into words.
func (q *Question) seenWords(name func(string) string) (s string) {
	if q.Of != "" {
		s += ", rows of " + name(q.Of)
	}
	if q.Query.Rows && q.Query.Type != nil && q.Query.ACEs.Name != "" && q.Query.ACEs.Name != q.Query.Type.ACEs[0].Name {
		s += ", ACE type " + q.Query.ACEs.Name
	}
	if q.Query.Only != 0 {
		s += ", only " + onlyText(q.Query.Only)
	}
	if q.Query.Lines != view.AllLines {
		s += ", only " + lineNames(q.Query.Type)[q.Query.Lines]
	}
	if q.Query.Effective {
		s += ", with what is held through groups"
	}
	if !q.Query.Split && q.entries() {
		s += ", one row for each entry"
	}
	if q.Query.Filter != "" {
		s += ", only what holds " + name(q.Query.Filter)
	}
	if n := q.Query.Sort; n != 0 {
		s += ", ordered by " + sortTitles(q.Report, &q.Query)[max(n, -n)-1]
	}
	return s
}

// entries reports whether the rows that are asked for, or counted, are entries.
func (q *Question) entries() bool {
	return (q.Report == "aces" || q.Report == "totals") && q.Query.Type != view.Roles && !q.Query.Type.Doors()
}

// Command returns the arguments of the program that print the lines or rows of
// a query over the source that the arguments in source open: its name, and how
// to get in. Where the line of the query has neither SID nor objectGUID it is
// named by its DN.
func Command(source []string, s *model.Snapshot, q view.Query) []string {
	switch {
	case q.Type.Doors():
		return doorCommand(source, s, q)
	case q.Verdicts():
		return accessCommand(source, s, q)
	}
	report := "totals"
	if q.Rows {
		report = "aces"
	}
	args := append([]string{"report", report}, source...)
	if q.Type != view.ObjectTypes[0] {
		args = append(args, "--object", q.Type.Flag)
	}
	if !q.Rows && q.Type == view.Connectors {
		args = append(args, narrowFlags(&q)...)
	}
	if q.Rows && !q.AllLines() {
		args = append(args, "--of", view.Identity(s, q.Of, q.ACEs.Direction() == "reverse"))
		if q.ACEs.Name != q.Type.ACEs[0].Name {
			args = append(args, "--ace-type", q.ACEs.Name)
		}
		if q.Effective {
			args = append(args, "--via-groups")
		}
	} else if !q.Rows && !q.System && q.Type.HasTrustees() {
		args = append(args, "--no-system")
	}
	if !q.Rows && q.Lines != view.AllLines && q.Type != view.Roles {
		args = append(args, "--lines", lineNames(q.Type)[q.Lines])
	}
	args = append(args, showFlags(q.Type.Shows(q.Show))...)
	if only := q.Type.Narrows(q.Only); only != 0 {
		args = append(args, "--only", onlyText(only))
	}
	if of := (Question{Report: report, Query: q}); !q.Split && of.entries() {
		args = append(args, "--rows", rowsEntry)
	}
	if q.Filter != "" {
		args = append(args, "--filter="+q.Filter)
	}
	return append(args, sortFlag(report, &q)...)
}

func sortFlag(report string, q *view.Query) []string {
	n := q.Sort
	if n == 0 {
		return nil
	}
	title := sortTitles(report, q)[max(n, -n)-1]
	if n < 0 {
		title = "-" + title
	}
	return []string{"--sort=" + title}
}

// CompareCommand returns the arguments that print the changes that a query
// chooses, between what the arguments in old and new open.
func CompareCommand(old, new []string, q change.Query) []string {
	args := append(append([]string{compareReport}, old...), new...)
	if q.ByTrustee {
		args = append(args, "--direction", "reverse")
	}
	args = append(args, showFlags(q.Show)...)
	if q.Only != 0 {
		args = append(args, "--only="+onlyText(q.Only))
	}
	if q.Filter != "" {
		args = append(args, "--filter="+q.Filter)
	}
	return append(args, sortFlag(compareReport, &view.Query{Sort: q.Sort, ByTrustee: q.ByTrustee})...)
}

func onlyText(only hiding.Only) string {
	var names []string
	for _, n := range onlyNames {
		if only&n.only != 0 {
			names = append(names, n.name)
		}
	}
	return strings.Join(names, ",")
}

// showFlags are the flags of the toggles that are on.
func showFlags(show hiding.Reasons) (args []string) {
	if show == hiding.All {
		return []string{"--all"}
	}
	for _, f := range [...]struct {
		reason hiding.Reasons
		flag   string
	}{
		{hiding.Inherited, "--inherited"}, {hiding.Self, "--self"}, {hiding.Default, "--defaults"},
		{hiding.Implied, "--implied"}, {hiding.Stale, "--stale"},
	} {
		if show&f.reason != 0 {
			args = append(args, f.flag)
		}
	}
	return args
}

// Given returns the flags of a set that were given on the command line, but for
// some, as arguments that say the same again.
func Given(f *pflag.FlagSet, except ...string) (args []string) {
	f.VisitAll(func(g *pflag.Flag) {
		if !g.Changed || slices.Contains(except, g.Name) {
			return
		}
		values := []string{g.Value.String()}
		if list, ok := g.Value.(interface{ GetSlice() []string }); ok {
			values = list.GetSlice()
		}
		for _, v := range values {
			if g.NoOptDefVal == v { // a switch
				args = append(args, "--"+g.Name)
			} else {
				args = append(args, "--"+g.Name+"="+v)
			}
		}
	})
	return args
}
