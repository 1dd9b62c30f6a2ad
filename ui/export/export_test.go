package export

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"mbxperm/collector/demo"
	"mbxperm/collector/session"
	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/ui/report"
)

// demoState reads a demo to its end.
func demoState(tb testing.TB, name string, pool *model.Pool) *model.Snapshot {
	tb.Helper()
	src, err := demo.New(name)
	if err != nil {
		tb.Fatal(err)
	}
	c := session.Start(tb.Context(), src, pool, nil)
	<-c.Done()
	return c.Snapshot()
}

func tableNamed(tb testing.TB, name string) *table {
	tb.Helper()
	for _, t := range tables {
		if t.name == name {
			return t
		}
	}
	tb.Fatal(fmt.Errorf("no table %s", name))
	return nil
}

// fileOf writes a table and opens what was written.
func fileOf(t *testing.T, r *run, name string) *parquet.File {
	t.Helper()
	var b bytes.Buffer
	if _, err := tableNamed(t, name).write(t.Context(), r, &b); err != nil {
		t.Fatal(err)
	}
	f, err := parquet.OpenFile(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// rowsOf reads the rows of a table back.
func rowsOf[T any](t *testing.T, r *run, name string) []T {
	t.Helper()
	reader := parquet.NewGenericReader[T](fileOf(t, r, name))
	defer reader.Close()
	rows := make([]T, reader.NumRows())
	if n, err := reader.Read(rows); n != len(rows) {
		t.Fatalf("%s: read %d of %d rows: %v", name, n, len(rows), err)
	}
	return rows
}

// TestColumnsAreWhatEveryEngineReads holds the rules of names and types, and that
// nothing lacks its sentence.
func TestColumnsAreWhatEveryEngineReads(t *testing.T) {
	form := regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	keywords := []string{"right", "left", "order", "group", "user", "check", "grant", "end", "table", "column", "references", "primary"}
	r := newRun(demoState(t, "demo:30", model.NewPool()), nil, nil, "test", "")
	for _, tab := range tables {
		if tab.about == "" || tab.columns[0].name != "run_id" {
			t.Errorf("%s: %q, first column %s", tab.name, tab.about, tab.columns[0].name)
		}
		if tab.since {
			continue
		}
		types := map[string]string{}
		for _, field := range fileOf(t, r, tab.name).Schema().Fields() {
			types[field.Name()] = fmt.Sprint(field.Type())
		}
		for _, c := range tab.columns {
			if !form.MatchString(c.name) || slices.Contains(keywords, c.name) || len(c.about) < 5 {
				t.Errorf("%s.%s: %q", tab.name, c.name, c.about)
			}
			want := map[sqlType]string{typeText: "STRING", typeBool: "BOOLEAN", typeInt: "INT(32,true)", typeLong: "INT(64,true)",
				typeTime: "TIMESTAMP(isAdjustedToUTC=true,unit=MICROS)", typeTexts: "LIST"}[c.sql]
			if got := types[c.name]; got != want {
				t.Errorf("%s.%s has the type %s, want %s", tab.name, c.name, got, want)
			}
		}
	}
}

// TestFilesSayWhatTheyAre: metadata, order, filters and page index are there, in
// every group.
func TestFilesSayWhatTheyAre(t *testing.T) {
	r := newRun(demoState(t, "demo:60", model.NewPool()), nil, nil, "1.2", "tables")
	f := fileOf(t, r, "entry")
	for key, want := range map[string]string{"mbxperm.schema_version": "1", "mbxperm.version": "1.2", "mbxperm.run_id": r.id} {
		if got, _ := f.Lookup(key); got != want {
			t.Errorf("%s = %q, want %q", key, got, want)
		}
	}
	text, _ := f.Lookup("mbxperm.evidence")
	var ev struct {
		Records int64
		Source  string
	}
	if err := json.Unmarshal([]byte(text), &ev); err != nil || ev.Records != f.NumRows() || ev.Source != r.s.State.Source {
		t.Errorf("evidence %v %v, rows %d", ev, err, f.NumRows())
	}
	for _, g := range f.RowGroups() {
		var sorting []string
		for _, s := range g.SortingColumns() {
			if s.Descending() || !s.NullsFirst() {
				t.Errorf("%v is descending or has nulls last", s.Path())
			}
			sorting = append(sorting, s.Path()...)
		}
		if want := []string{"target_guid", "acl_type", "ace_index"}; !slices.Equal(sorting, want) {
			t.Errorf("sorted by %v, want %v", sorting, want)
		}
		for i, c := range g.ColumnChunks() {
			name := f.Schema().Columns()[i][0]
			if index, err := c.ColumnIndex(); err != nil || index.NumPages() == 0 {
				t.Errorf("%s has no page index: %v", name, err)
			}
			if filter := c.BloomFilter(); (filter != nil) != (name == "trustee_sid" || name == "target_guid") {
				t.Errorf("%s: Bloom filter %v", name, filter != nil)
			}
		}
	}
}

// TestFiltersForgetNothing: a reader takes what a Bloom filter does not have for
// absent, so each value must be in that of its group.
func TestFiltersForgetNothing(t *testing.T) {
	r := newRun(demoState(t, "demo:400", model.NewPool()), nil, nil, "test", "")
	f := fileOf(t, r, "entry")
	column := slices.IndexFunc(f.Schema().Columns(), func(path []string) bool { return path[0] == "trustee_sid" })
	filter := f.RowGroups()[0].ColumnChunks()[column].BloomFilter()
	met := map[string]bool{}
	for _, e := range rowsOf[entryRow](t, r, "entry") {
		if met[e.TrusteeSID] || e.TrusteeSID == "" {
			continue
		}
		met[e.TrusteeSID] = true
		if ok, err := filter.Check(parquet.ValueOf(e.TrusteeSID)); !ok || err != nil {
			t.Errorf("%s is not in the filter: %v", e.TrusteeSID, err)
		}
	}
	if len(met) < 100 {
		t.Errorf("only %d SIDs", len(met))
	}
	if ok, _ := filter.Check(parquet.ValueOf("S-1-5-21-1-2-3-4")); ok {
		t.Log("a SID that is nobody's passes, as one in a hundred may")
	}
}

// TestGroupsAreWholeAndInOrder: rows are in the order that the metadata promises,
// across groups, whether or not names are shown.
func TestGroupsAreWholeAndInOrder(t *testing.T) {
	s := demoState(t, "demo:120", model.NewPool())
	for _, hide := range []*report.Redactor{nil, report.NewRedactor()} {
		r := newRun(s, nil, hide, "test", "")
		sorted(t, rowsOf[entryRow](t, r, "entry"), func(e *entryRow) string { return fmt.Sprintf("%s %s %09d", e.TargetGUID, e.ACLType, e.ACEIndex) })
		sorted(t, rowsOf[targetRow](t, r, "target"), func(e *targetRow) string { return e.TargetGUID })
		sorted(t, rowsOf[trusteeRow](t, r, "trustee"), func(e *trusteeRow) string { return e.TrusteeSID })
		sorted(t, rowsOf[membershipRow](t, r, "membership"), func(e *membershipRow) string { return e.GroupSID })
		sorted(t, rowsOf[tieRow](t, r, "tie"), func(e *tieRow) string { return e.MailboxGUID + " " + e.TiedGUID })
		sorted(t, rowsOf[accessRow](t, r, "access"), func(e *accessRow) string { return e.MailboxGUID })
	}
}

func sorted[T any](t *testing.T, rows []T, key func(*T) string) {
	t.Helper()
	last := ""
	for i := range rows {
		k := key(&rows[i])
		if k < last {
			t.Errorf("%T: %s after %s", rows[i], k, last)
			return
		}
		last = k
	}
	if len(rows) == 0 {
		t.Errorf("%T: no rows", rows)
	}
}

// TestMakerMakesRows holds the rows of a Maker, which keeps what they have in
// common, against those that are made one by one.
func TestMakerMakesRows(t *testing.T) {
	s := demoState(t, "demo:150", model.NewPool())
	r := newRun(s, nil, nil, "test", "")
	m, rows := grant.NewMaker(s), 0
	for _, id := range r.targets() {
		err := m.Of(id, func(got *grant.Row) error {
			rows++
			want := grant.RowOf(s, got.Ref)
			a, b := *got, want
			a.Text, b.Text, b.Changed = "", "", model.Stamp{}
			if x, y := fmt.Sprintf("%+v", a), fmt.Sprintf("%+v", b); x != y {
				t.Fatalf("got  %s\nwant %s", x, y)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if rows < 2000 {
		t.Errorf("only %d rows", rows)
	}
}

// TestNullAndUnknown: what does not apply is null, and what was not read is the word
// unknown.
func TestNullAndUnknown(t *testing.T) {
	r := newRun(demoState(t, "demo:120", model.NewPool()), nil, nil, "test", "")
	words := map[string]int{}
	for _, row := range rowsOf[targetRow](t, r, "target") {
		words["acl "+row.ACLRead]++
		words["own "+row.SendAsRead]++
		words["behalf "+row.OnBehalfRead]++
		if mailbox := row.ObjectType == "mailbox"; mailbox != (row.Authority != "") || mailbox != (row.Exchange != "") || mailbox && row.Premises != "onprem" {
			t.Errorf("%s %s: authority %q, exchange %q, premises %q", row.ObjectType, row.TargetName, row.Authority, row.Exchange, row.Premises)
		}
		if row.ObjectType == "store" && (row.ACLRead != "" || row.OnBehalfRead != "" || row.UPN != "") {
			t.Errorf("a store has lists of a mailbox: %+v", row)
		}
	}
	for _, want := range []string{"acl read", "acl absent", "acl unknown", "acl undecodable", "acl ", "own read", "own unreadable", "behalf read", "behalf absent"} {
		if words[want] == 0 {
			t.Errorf("no target has %q: %v", want, words)
		}
	}
}

// TestRedactedTables: no name of the demo is in a file, and the same name has the
// same pseudonym in every table.
func TestRedactedTables(t *testing.T) {
	s := demoState(t, "demo:40", model.NewPool())
	plain, hidden := newRun(s, nil, nil, "test", ""), newRun(s, nil, report.NewRedactor(), "test", "")
	if plain.id == hidden.id || newRun(s, nil, report.NewRedactor(), "test", "").id == hidden.id {
		t.Errorf("run %s, redacted %s", plain.id, hidden.id)
	}
	var secrets []string
	for _, row := range rowsOf[targetRow](t, plain, "target") {
		if row.ObjectType == "mailbox" {
			secrets = append(secrets, row.TargetName, row.TargetGUID, row.TargetSID, row.TargetDN)
		}
	}
	for _, tab := range tables {
		if tab.since {
			continue
		}
		all := fmt.Sprintf("%q", everyValue(t, fileOf(t, hidden, tab.name)))
		for _, secret := range append(secrets, "contoso", "CONTOSO", "Helpdesk") {
			if len(secret) > 3 && strings.Contains(all, secret) {
				t.Errorf("%s shows %q", tab.name, secret)
			}
		}
	}
	known := map[string]string{}
	for _, row := range rowsOf[targetRow](t, hidden, "target") {
		known[row.TargetGUID] = row.TargetName
	}
	for _, e := range rowsOf[entryRow](t, hidden, "entry") {
		if known[e.TargetGUID] != e.TargetName {
			t.Fatalf("%s is %q in entry and %q in target", e.TargetGUID, e.TargetName, known[e.TargetGUID])
		}
	}
	if a, b := len(rowsOf[entryRow](t, plain, "entry")), len(rowsOf[entryRow](t, hidden, "entry")); a != b {
		t.Errorf("%d rows, redacted %d", a, b)
	}
}

// everyValue are the texts of a file, with its metadata.
func everyValue(t *testing.T, f *parquet.File) (out []string) {
	t.Helper()
	text, _ := f.Lookup("mbxperm.evidence")
	out = append(out, text)
	for _, g := range f.RowGroups() {
		rows := g.Rows()
		defer rows.Close()
		buf := make([]parquet.Row, 100)
		for {
			n, err := rows.ReadRows(buf)
			for _, row := range buf[:n] {
				for _, v := range row {
					out = append(out, v.String())
				}
			}
			if err != nil {
				break
			}
		}
	}
	return out
}

// TestRunIsWholeOrNotThere: where a run cannot get its place nothing of it stays,
// and what was there does.
func TestRunIsWholeOrNotThere(t *testing.T) {
	s := demoState(t, "demo:20", model.NewPool())
	r := newRun(s, nil, nil, "test", "")
	dir := folder(filepath.Join(t.TempDir(), "tables"))
	write := func(force bool) error {
		_, err := dir.write(t.Context(), r, tables[:4], force, func(string) {})
		return err
	}
	if err := os.MkdirAll(dir.path("entry"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir.path("entry", "snapshot_date="+r.date()), nil, 0o600); err != nil { // where a folder should be
		t.Fatal(err)
	}
	if err := write(false); err == nil {
		t.Fatal("it was written through a file")
	}
	if files, _ := filepath.Glob(dir.path("*", "*", "*.parquet")); len(files) > 0 {
		t.Errorf("left behind: %v", files)
	}
	if hidden, _ := filepath.Glob(dir.path(".mbxperm-run-*")); len(hidden) > 0 {
		t.Errorf("left behind: %v", hidden)
	}
	if err := os.Remove(dir.path("entry", "snapshot_date="+r.date())); err != nil {
		t.Fatal(err)
	}
	// A run that was cut off: some tables are there, run is not.
	if err := os.MkdirAll(dir.partition(tables[1], r.date()), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir.fileOf(tables[1], r), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := write(false); err != nil {
		t.Fatal(err)
	}
	if err := write(false); err == nil || !strings.Contains(err.Error(), "--force replaces it") {
		t.Errorf("the same run again: %v", err)
	}
	if err := write(true); err != nil {
		t.Errorf("by force: %v", err)
	}
	files, _ := filepath.Glob(dir.path("*", "*", "*.parquet"))
	if len(files) != 4 {
		t.Errorf("files: %v", files)
	}
	for _, f := range files {
		if info, err := os.Stat(f); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", f, info.Mode(), err)
		}
	}
}
