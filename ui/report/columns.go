package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/term"

	"mbxperm/model"
	"mbxperm/model/change"
	"mbxperm/model/coverage"
	"mbxperm/model/finding"
	"mbxperm/model/history"
	"mbxperm/model/usage"
	"mbxperm/model/view"
	"mbxperm/model/whatif"
	"mbxperm/ui/safe"
)

// wideReport is the number of fields from which on a sheet and a terminal are too
// narrow for all that identifies a record beyond doubt.
const wideReport = 20

// aside reports whether a field is to stay out of what people read unless
// somebody chooses it.
func (d Data) aside(j int) bool { return d.about(j).aside && len(d.Fields) >= wideReport }

// fieldNames are the names of the fields of each report, whatever is asked of it.
// There are none of a report that is no table.
var fieldNames = map[string][]string{
	"totals":          totalsNames(),
	"aces":            union(namesOf(view.RowFields), namesOf(view.RoleFields)),
	accessReport:      namesOf(view.AccessFields),
	"coverage":        namesOf(coverage.Fields),
	compareReport:     namesOf(change.Fields),
	whatIfReport:      namesOf(whatif.Fields),
	findingsReport:    namesOf(finding.Fields),
	logsReport:        namesOf(view.LogFields),
	connectionsReport: namesOf(view.ConnectionFields),
	relaysReport:      namesOf(view.RelayFields),
	protocolsReport:   namesOf(view.ProtocolFields),
	settingsReport:    union(namesOf(view.SettingFields), namesOf(view.ServiceFields)),
	rulesReport:       union(namesOf(view.RuleFields), namesOf(view.RuleAnswerFields)),
	connectorsReport:  namesOf(view.ChoiceFields),
	historyReport:     namesOf(history.Fields),
	hybridReport:      union(namesOf(view.CrossingFields), namesOf(view.UnlistedFields), namesOf(view.MovingFields), namesOf(view.TieFields), namesOf(view.HubFields)),
}

// ColumnNames are the values that --columns takes in a report.
func ColumnNames(report string) []string { return fieldNames[report] }

func totalsNames() []string {
	out := []string{"object_type"}
	for _, t := range view.ObjectTypes {
		out = union(out, namesOf(t.Fields))
	}
	return out
}

func namesOf[T any](fields []model.Field[T]) []string {
	out := make([]string, len(fields))
	for i, f := range fields {
		out[i] = f.Name
	}
	return out
}

// union is what stands in any of the lists, each name once.
func union(lists ...[]string) (out []string) {
	for _, name := range slices.Concat(lists...) {
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// columns reads --columns for a report. Its error is of usage: a name that the
// report has not is said before anything is read.
func (r *Flags) columns(report string) ([]string, error) {
	if r.Columns == "" {
		return nil, nil
	}
	has := fieldNames[report]
	var out []string
	for name := range strings.SplitSeq(r.Columns, ",") {
		switch name = strings.TrimSpace(name); {
		case len(has) == 0:
			return nil, usage.Errorf("--columns: report %s has none", report)
		case !slices.Contains(has, name):
			return nil, usage.Errorf("--columns: report %s has no column %q: there are %s", report, name, strings.Join(has, ", "))
		case slices.Contains(out, name):
			return nil, usage.Errorf("--columns names %s twice", name)
		}
		out = append(out, name)
	}
	return out, nil
}

// choose leaves the columns that were asked for, in their order. Of a table it
// leaves without being asked what people look for first, and no more than stdout
// is wide if that is a terminal; what is left out is said on stderr.
func (o *Output) choose(d Data, stdout, stderr io.Writer) (Data, error) {
	if d.write != nil {
		return d, nil
	}
	if len(o.Columns) > 0 {
		at := make([]int, len(o.Columns))
		for i, name := range o.Columns {
			if at[i] = slices.Index(d.Fields, name); at[i] < 0 {
				return d, usage.Errorf("--columns: this report has no column %q: there are %s", name, strings.Join(d.Fields, ", "))
			}
		}
		return d.only(at), nil
	}
	if o.Format != Table || o.Wide {
		return d, nil
	}
	all := d.Fields
	var at []int
	for j := range all {
		if !d.aside(j) {
			at = append(at, j)
		}
	}
	if d = d.only(at); o.File == "" {
		d.room = terminalWidth(stdout)
	}
	d.shown = func(n int) {
		if left := len(all) - n; left > 0 && !o.Quiet {
			fmt.Fprintf(stderr, "mbxperm: %d of %d columns are left out: --wide has them all, --columns A,B chooses\n", left, len(all))
		}
	}
	return d, nil
}

// terminalWidth is the width in cells of the terminal that w writes to; 0 if it is none.
func terminalWidth(w io.Writer) int {
	f, ok := w.(interface{ Fd() uintptr })
	if !ok {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return width
}

// only is the report with these of its fields, in this order.
func (d Data) only(at []int) Data {
	out := d
	out.Fields, out.hold = make([]string, len(at)), make([]held, len(at))
	for i, j := range at {
		out.Fields[i], out.hold[i] = d.Fields[j], d.about(j)
	}
	whole := make([]any, len(d.Fields))
	pick := func(cells []any) {
		for i, j := range at {
			cells[i] = whole[j]
		}
	}
	out.Record = func(i int, cells []any) { d.Record(i, whole); pick(cells) }
	if d.phrases != nil {
		out.phrases = func(i int, cells []any) { d.phrases(i, whole); pick(cells) }
	}
	if d.stream != nil {
		out.stream = func(yield func(record) error) error {
			return d.stream(func(fill record) error {
				return yield(func(cells []any, phrases bool) { fill(whole, phrases); pick(cells) })
			})
		}
	}
	return out
}

// fit chooses the columns of a table that find room in a line of so many cells;
// with 0 that is all of them. What has no value among the first records goes first,
// then what identifies an object beyond doubt, then from the right whatever nobody
// looks for first, and then what is left is made narrower. Two columns always stay,
// and nothing in a column is cut.
func (d Data) fit(widths []int, filled []bool, room int) []int {
	at := make([]int, len(widths))
	total := -len(between)
	for j, w := range widths {
		at[j] = j
		total += w + len(between)
	}
	drop := func(goes func(j int) bool) {
		for i := len(at) - 1; i >= 0 && len(at) > 2 && total > room; i-- {
			if j := at[i]; goes(j) {
				total -= widths[j] + len(between)
				at = slices.Delete(at, i, i+1)
			}
		}
	}
	if room > 0 {
		drop(func(j int) bool { return !filled[j] && !d.about(j).first })
		drop(func(j int) bool { return slices.Contains(identities, d.about(j).is) })
		drop(func(j int) bool { return !d.about(j).first })
		total -= narrow(widths, at, d.Fields, total-room)
		drop(func(int) bool { return true })
	}
	return at
}

// leastWidth is how narrow a column may be made, in cells.
const leastWidth = 16

// narrow takes up to so many cells from the widest of the columns at, and returns
// how many it took. The few values that are longer than what is left go on past
// their column.
func narrow(widths, at []int, titles []string, cells int) int {
	taken := 0
	for ; taken < cells; taken++ {
		widest := slices.MaxFunc(at, func(a, b int) int { return widths[a] - widths[b] })
		if widths[widest] <= max(leastWidth, safe.Width(titles[widest])) {
			break
		}
		widths[widest]--
	}
	return taken
}

// identities are what identifies an object beyond doubt.
var identities = []model.Content{model.ContentDN, model.ContentSID, model.ContentGUID}
