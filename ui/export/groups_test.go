package export

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/parquet-go/parquet-go"

	"mbxperm/model"
	"mbxperm/ui/export/engines"
)

// countedRow is a row of a table with more rows than a group holds: columns of each
// sort, with and without a dictionary, and one that is null in every third row.
type countedRow struct {
	N    int64    `parquet:"n" about:"a number"`
	Key  string   `parquet:"key,dict" is:"word" about:"the number as text, modulo 1,000"`
	Text string   `parquet:"text,optional" is:"word" about:"the number as text, or null"`
	List []string `parquet:"list,list" is:"word" about:"the number, as often as it is odd"`
	Odd  bool     `parquet:"odd" about:"whether it is odd"`
}

// TestMoreRowsThanAGroup: a table of more rows than a group holds has a second group,
// each with its filter, and another engine reads every row of both.
func TestMoreRowsThanAGroup(t *testing.T) {
	const rows = groupRows + 123_457
	tab := define(table{name: "counted", about: "a test", sorted: []string{"n"}, filters: []string{"key"}}, func(_ context.Context, _ *run, yield func(*countedRow) error) error {
		var row countedRow
		for n := range int64(rows) {
			row = countedRow{N: n, Key: fmt.Sprint(n % 1000), Odd: n%2 == 1}
			if n%3 != 0 {
				row.Text = fmt.Sprint(n)
			}
			if row.Odd {
				row.List = []string{fmt.Sprint(n)}
			}
			if err := yield(&row); err != nil {
				return err
			}
		}
		return nil
	})
	var b bytes.Buffer
	if n, err := tab.write(t.Context(), newRun(demoState(t, "demo:1", model.NewPool()), nil, nil, "test", ""), &b); err != nil || n != rows {
		t.Fatalf("%d rows: %v", n, err)
	}
	f, err := parquet.OpenFile(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	groups := f.RowGroups()
	if len(groups) != 2 || groups[0].NumRows() != groupRows {
		t.Fatalf("%d groups, the first of %d rows", len(groups), groups[0].NumRows())
	}
	for i, g := range groups {
		filter := g.ColumnChunks()[1].BloomFilter()
		for n := range 1000 {
			if ok, err := filter.Check(parquet.ValueOf(fmt.Sprint(n))); !ok || err != nil {
				t.Fatalf("group %d: %d is not in the filter: %v", i, n, err)
			}
		}
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "counted.parquet"), b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, schemaFile), []byte("create view counted as select * from read_parquet('counted.parquet');\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(engines.DuckDB(t, dir).Query(`select count(*) as rows, count(distinct n) as numbers, count(*) filter (key <> (n % 1000)::varchar) as keys,
  count(*) filter (text is distinct from case when n % 3 = 0 then null else n::varchar end) as texts, count(*) filter (odd <> (n % 2 = 1)) as flags,
  count(*) filter (list is distinct from case when n % 2 = 1 then [n::varchar] else [] end) as lists, count(*) filter (key = '7') as of_one from counted`))
	if want := fmt.Sprint([]engines.Row{{"rows": fmt.Sprint(rows), "numbers": fmt.Sprint(rows), "keys": "0", "texts": "0", "flags": "0", "lists": "0", "of_one": fmt.Sprint(rows/1000 + 1)}}); got != want {
		t.Errorf("DuckDB reads %s, want %s", got, want)
	}
}
