package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"mbxperm/ui/export/engines"
)

// TestClickHouseReadsTheSame: the tables that the README's texts make in ClickHouse
// have every row that DuckDB has, and the queries that are said to run there as they
// are give the same rows.
func TestClickHouseReadsTheSame(t *testing.T) {
	dir, _, _ := twoNights(t)
	click, duck := engines.ClickHouse(t, dir), engines.DuckDB(t, dir)
	for _, name := range []string{"run", "target", "trustee", "entry", "membership", "access", "tie", "coverage", "finding", "change", "latest"} {
		sameRows(t, name, click.Query("select * from "+name), duck.Query("select * from "+name))
	}
	for name, value := range map[string]string{"mailbox": "zoe.mueller", "person": "thea.sandoval", "before": "2024-03-04", "after": "2024-04-03"} {
		click.Set(name, value)
		duck.Set(name, value)
	}
	for n := range 9 {
		number := fmt.Sprintf("%02d", n+1)
		sameRows(t, "query "+number, click.Ten(number), duck.Ten(number))
	}
}

// sameRows holds the rows of two engines against each other, in whatever order.
func sameRows(t *testing.T, what string, got, want []engines.Row) {
	t.Helper()
	if len(got) == 0 {
		t.Errorf("%s: no rows", what)
	}
	a, b := inOrder(got), inOrder(want)
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			t.Errorf("%s:\nClickHouse %s\nDuckDB     %s", what, a[i], b[i])
			return
		}
	}
	if len(a) != len(b) {
		t.Errorf("%s: ClickHouse has %d rows, and DuckDB %d", what, len(a), len(b))
	}
}

// inOrder are rows as lines, in order, without what the engines spell in two ways:
// the day, which ClickHouse does not count among the columns, and whole seconds.
func inOrder(rows []engines.Row) (out []string) {
	for _, r := range rows {
		var b strings.Builder
		for _, name := range slices.Sorted(maps.Keys(r)) {
			if name == "snapshot_date" {
				continue
			}
			fmt.Fprintf(&b, "%s=%q ", name, strings.TrimSuffix(strings.TrimSuffix(r[name], "+00"), ".000000"))
		}
		out = append(out, b.String())
	}
	slices.Sort(out)
	return out
}
