package export

import (
	"embed"
	"fmt"
	"strings"
)

// schemaSQL makes a view of each table for DuckDB. A row whose run is not in the
// table run belongs to a run that was cut off, and is not shown.
func schemaSQL(list []*table) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s%d\n", schemaMark, SchemaVersion)
	b.WriteString("-- Views for DuckDB. Start it in this folder: duckdb -init " + schemaFile + "\n")
	b.WriteString("-- From elsewhere: set file_search_path = 'DIR' before.\n\n")
	for _, t := range list {
		fmt.Fprintf(&b, "create or replace view %s as\n  select * from read_parquet('%s/*/*.parquet', hive_partitioning = true, union_by_name = true)", t.name, t.name)
		if t.name != runTable {
			b.WriteString("\n  where run_id in (select run_id from run)")
		}
		fmt.Fprintf(&b, ";\ncomment on view %s is %s;\n\n", t.name, quote(t.about))
	}
	b.WriteString("-- The newest run of each forest.\ncreate or replace view latest as\n" +
		"  select run_id from run qualify row_number() over (partition by forest order by snapshot_at desc, run_id) = 1;\n")
	return b.String()
}

// quote makes a text of SQL.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

//go:embed queries/*.sql
var queryFiles embed.FS

// query is a question with its answer in the SQL of DuckDB.
type query struct {
	title, text string
	variables   []string // lines of comment that name what is to be set
}

// queries are those of the README, in order.
func queries() (out []query) {
	files, _ := queryFiles.ReadDir("queries")
	for _, f := range files {
		text, _ := queryFiles.ReadFile("queries/" + f.Name())
		var q query
		q.title, q.text, _ = strings.Cut(strings.TrimPrefix(string(text), "-- "), "\n")
		for strings.HasPrefix(q.text, "-- ") {
			var line string
			line, q.text, _ = strings.Cut(strings.TrimPrefix(q.text, "-- "), "\n")
			q.variables = append(q.variables, line)
		}
		out = append(out, q)
	}
	return out
}
