package report

import "mbxperm/model/view"

// OnlyNames are the words that --only takes.
func OnlyNames() (names []string) {
	for _, o := range onlyNames {
		names = append(names, o.name)
	}
	return names
}

// ValuesOf are the values that --sort or --ace-type takes in a report of an
// object type, which is given as --object has it; without one it is the first.
func ValuesOf(flag, report, object string) (values []string) {
	t := view.ObjectTypes[0]
	for _, o := range view.ObjectTypes {
		if o.Flag == object {
			t = o
		}
	}
	if flag == "sort" {
		return sortTitles(report, &view.Query{Type: t, Rows: report != "totals"})
	}
	for _, a := range t.ACEs {
		if !a.Verdicts() && !a.AllLines() {
			values = append(values, a.Name)
		}
	}
	return values
}
