package export

import (
	"fmt"
	"strings"
)

// readme is the text about the tables: it says the same whatever is in the folder.
func readme() string {
	var b strings.Builder
	b.WriteString(readmeHead)
	for _, t := range tables {
		fmt.Fprintf(&b, "\n### %s\n\n%s.\n", t.name, sentence(t.about))
		if len(t.sorted) > 0 {
			fmt.Fprintf(&b, "In the order of %s.\n", strings.Join(t.sorted, ", "))
		}
		b.WriteString("\n| column | type | what it holds |\n|---|---|---|\n")
		for _, c := range append(t.columns, partition) {
			kind := string(c.sql)
			if c.null {
				kind += ", null"
			}
			fmt.Fprintf(&b, "| %s | %s | %s |\n", c.name, kind, strings.ReplaceAll(c.about, "|", `\|`))
		}
	}
	b.WriteString(readmeQueries)
	for i, q := range queries() {
		fmt.Fprintf(&b, "\n### %d. %s\n\n```sql\n", i+1, q.title)
		for _, v := range q.variables {
			name, about, _ := strings.Cut(v, ": ")
			for _, one := range strings.Split(name, ", ") {
				fmt.Fprintf(&b, "set variable %s = %s; -- %s\n", one, examples[one], about)
			}
		}
		b.WriteString(strings.TrimSpace(q.text) + ";\n```\n")
	}
	for _, e := range dialects {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n```sql\n", e.name, e.about)
		for _, t := range tables {
			b.WriteString(e.create(t))
		}
		fmt.Fprintf(&b, latestView+"```\n", e.schema)
	}
	return b.String()
}

// partition is the column that the names of folders make.
var partition = column{name: "snapshot_date", sql: "date", about: "the day of the run, from the name of the folder"}

// examples are what the variables of the queries are set to.
var examples = map[string]string{"mailbox": "'zoe.mueller'", "person": "'zoe.mueller'", "before": "'2026-11-29'", "after": "'2026-11-30'"}

func sentence(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

const readmeHead = `# Tables of mbxperm

Written by ` + "`mbxperm export SOURCE DIR`" + `. Each run adds a file to each table, in a folder for its day:
` + "`<table>/snapshot_date=YYYY-MM-DD/<run>.parquet`" + `. Files are never changed afterwards. Runs of any number of
forests and nights lie side by side; the table run says which there are. Delete the files of a run to be rid of it,
that of the table run first.

- What the account that read could not see is in no table. The table coverage says what was not read: look there before
  you take an empty answer for a no (query 9).
- Null says that something does not apply. *unknown* is a value: it applies, and was not read.
- An entry is what the directory says; who gets in is in access. There a row without a mailbox counts on many mailboxes
  alike (why says on how many), and one for a group stands for its members; whoever differs has a row of his own. With
  --expand there is a row for each person and mailbox.
- Names are for reading. Join by run_id and GUID or SID: two domains can have one name, and names change.
- All of it is hostile text: a name may hold control characters or what a spreadsheet takes for a formula.
- The evidence of the run stands in the metadata of each file, as JSON under mbxperm.evidence.

## Tables
`

const readmeQueries = `
## Ten queries

For DuckDB, started in this folder with ` + "`duckdb -init schema.sql`" + `. Each answers for the newest run of each forest
(the view latest).
`

// dialect is how an engine that wants to be told the types makes tables.
type dialect struct {
	name, about string
	types       map[sqlType]string
	nullable    string // the type of a column that may be null, where that is another
	head, tail  string // around the columns; %s is the name of the table
	schema      string // before the names of views, with its point
	day         bool   // the day is a column
}

// dialects are those that the README has create table texts for.
var dialects = []dialect{
	{name: "Spark", about: "Put the path of this folder in the place of /tables. `msck repair table` finds new days.", types: sparkTypes, day: true,
		head: "create table %s", tail: "using parquet partitioned by (snapshot_date) location '/tables/%[1]s';\nmsck repair table %[1]s;"},
	{name: "Trino", about: "For the Hive connector: put the path of this folder in the place of s3://bucket/tables. The procedure finds new days.", types: trinoTypes, day: true, schema: "hive.mbxperm.",
		head: "create table hive.mbxperm.%s", tail: "with (external_location = 's3://bucket/tables/%[1]s', format = 'PARQUET', partitioned_by = array['snapshot_date']);\n" +
			"call hive.system.sync_partition_metadata('mbxperm', '%[1]s', 'ADD');"},
	{name: "ClickHouse", about: clickAbout, types: clickTypes, nullable: "Nullable(%s)",
		head: "create table %s", tail: "engine = File(Parquet, 'tables/%[1]s/*/*.parquet');"},
}

// clickAbout says how the queries run there. The last wants a recursion that only
// DuckDB has (using key).
const clickAbout = `For this folder as tables below user_files. The day is the column snapshot_date, which the names of the folders make
(use_hive_partitioning). Queries 1 to 9 run as they are with a function for the variables, in which you set what you ask about:

    create or replace function getvariable as name ->
      transform(name, ['mailbox', 'person', 'before', 'after'], ['zoe.mueller', 'zoe.mueller', '2026-11-29', '2026-11-30'], '');

Query 10 is DuckDB's alone: report hybrid --list batches answers it.`

// latestView is the view that the queries begin from, where nothing but the standard
// is understood: the newest run of each forest, without those that were cut off.
const latestView = `create view %[1]slatest as
  select run_id from (select run_id, row_number() over (partition by forest order by snapshot_at desc, run_id) as place from %[1]srun) as runs where place = 1;
`

// create is the text that makes a table, with a line for each column.
func (e *dialect) create(t *table) string {
	var lines []string
	for _, c := range t.columns {
		kind := e.types[c.sql]
		if c.null && e.nullable != "" {
			kind = fmt.Sprintf(e.nullable, kind)
		}
		lines = append(lines, "  "+c.name+" "+kind)
	}
	if e.day {
		lines = append(lines, "  snapshot_date date")
	}
	return fmt.Sprintf(e.head, t.name) + " (\n" + strings.Join(lines, ",\n") + "\n) " + fmt.Sprintf(e.tail, t.name) + "\n\n"
}

var (
	sparkTypes = map[sqlType]string{typeText: "string", typeBool: "boolean", typeInt: "int", typeLong: "bigint", typeTime: "timestamp", typeTexts: "array<string>"}
	trinoTypes = map[sqlType]string{typeText: "varchar", typeBool: "boolean", typeInt: "integer", typeLong: "bigint", typeTime: "timestamp(6)", typeTexts: "array(varchar)"}
	clickTypes = map[sqlType]string{typeText: "String", typeBool: "Bool", typeInt: "Int32", typeLong: "Int64", typeTime: "DateTime64(6, 'UTC')", typeTexts: "Array(String)"}
)
