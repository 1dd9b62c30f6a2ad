package export

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"

	"github.com/parquet-go/parquet-go"

	"mbxperm/model"
)

// patternRow has a column of each sort that may be null.
type patternRow struct {
	Text string `parquet:"text,optional,dict" is:"word" about:"a text"`
	N    int64  `parquet:"n,optional" about:"a number"`
}

// TestNullsStayNulls: a row without a value has none in the file, whatever rows stand
// beside it: every run of values at every place in a word of 64 rows, and both sorts
// of rows by turns.
func TestNullsStayNulls(t *testing.T) {
	var has []bool
	for at := range 64 {
		for n := 1; at+n <= 64; n++ {
			for i := range 64 {
				has = append(has, i >= at && i < at+n)
			}
		}
	}
	for i := range 1000 {
		has = append(has, i%2 == 0, i%3 == 0)
	}
	table := define(table{name: "pattern", about: "a test"}, func(_ context.Context, _ *run, yield func(*patternRow) error) error {
		for _, value := range has {
			row := patternRow{}
			if value {
				row = patternRow{"x", 7}
			}
			if err := yield(&row); err != nil {
				return err
			}
		}
		return nil
	})
	var file bytes.Buffer
	if _, err := table.write(t.Context(), newRun(demoState(t, "demo:5", model.NewPool()), nil, nil, "test", ""), &file); err != nil {
		t.Fatal(err)
	}
	f, err := parquet.OpenFile(bytes.NewReader(file.Bytes()), int64(file.Len()))
	if err != nil {
		t.Fatal(err)
	}
	rows, n := parquet.MultiRowGroup(f.RowGroups()...).Rows(), 0
	defer rows.Close()
	for buf := make([]parquet.Row, 100); ; {
		got, err := rows.ReadRows(buf)
		for _, row := range buf[:got] {
			if row[0].IsNull() == has[n] || row[1].IsNull() == has[n] {
				t.Fatalf("row %d is %v, and has a value: %v", n, row, has[n])
			}
			n++
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if n != len(has) {
		t.Errorf("%d rows, want %d", n, len(has))
	}
}
