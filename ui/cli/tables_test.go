package cli

import (
	"path/filepath"
	"slices"
	"testing"

	"mbxperm/ui/cli/program"
	"mbxperm/ui/export/duckdb"
)

// The tables and the ten queries are held against the program's own reports by a
// real engine, both ways: no row is missing, and none is there that the report does
// not have.

// twoNights exports two days of a demo, the second with what changed, and returns
// the folder and the names of the sources.
func twoNights(t *testing.T, flags ...string) (dir, before, after string) {
	t.Helper()
	dir, before, after = filepath.Join(t.TempDir(), "tables"), "demo:150:1:0", "demo:150:1:30"
	for _, args := range [][]string{{before, dir}, {after, dir, "--since", before}} {
		if _, errs, code := program.Run(t, slices.Concat([]string{"export"}, args, flags)...); code != program.Gaps {
			t.Fatalf("export %v: exit code %d: %s", args, code, errs)
		}
	}
	return dir, before, after
}

func TestTablesAreTheReports(t *testing.T) {
	dir, before, after := twoNights(t)
	db := duckdb.Open(t, dir)
	reports := duckdb.Ask(t, after)
	reports.Tables(db)
	duckdb.Same(t, "change", db.Query(`select *, target_name as target, trustee_name as trustee, right_name as "right" from change`), duckdb.Compared(t, before, after),
		"change", "kind", "target", "target_guid", "trustee", "trustee_sid", "right", "status", "old", "new", "reach", "inherited", "object_type", "acl_type",
		"target_domain", "target_dn", "target_type", "trustee_domain", "trustee_dn", "trustee_kind")
	duckdb.Same(t, "finding", db.Query(`select *, target_name as target, trustee_name as trustee from finding join latest using (run_id)`),
		reports.Of("findings", "--since", before),
		"severity", "rule", "target", "target_dn", "trustee", "trustee_sid", "count", "detail", "remedy")
	reports.Queries(db, "u00012", "u00001", "u00033")
	duckdb.New(t, db, duckdb.Ask(t, before), reports, "2024-03-04", "2024-04-03")
}

// TestWhatSomebodyOpens holds query 2 against the verdicts about one person: with
// --expand it has exactly these, without it those that are not drawn together, and
// the rows that are.
func TestWhatSomebodyOpens(t *testing.T) {
	const source = "demo:60"
	whole, drawn := filepath.Join(t.TempDir(), "whole"), filepath.Join(t.TempDir(), "drawn")
	for _, args := range [][]string{{"export", source, whole, "--tables", "access,membership,trustee", "--expand"}, {"export", source, drawn, "--tables", "access,membership,trustee"}} {
		if _, errs, code := program.Run(t, args...); code != program.Gaps {
			t.Fatalf("%v: exit code %d: %s", args, code, errs)
		}
	}
	fields := []string{"mailbox", "can_open"}
	for _, who := range []string{"u00003", "u00012", "u00030", "svc-backup", "svc-archive", "adm-lund", "Administrator", "u00040"} {
		of := func(dir string) []duckdb.Row {
			db := duckdb.Open(t, dir)
			db.Set("person", who)
			return db.Ten("02")
		}
		opens := func(flags ...string) []map[string]any {
			rows := program.Report(t, program.Gaps, append([]string{"access", source, "--trustee", who}, flags...)...)
			return slices.DeleteFunc(rows, func(r map[string]any) bool { return r["can_open"] != "allowed" && r["can_open"] != "possible" })
		}
		want := opens("--expand")
		duckdb.Same(t, who+", expanded", of(whole), want, fields...)
		known := map[any]bool{}
		for _, r := range want {
			known[r["mailbox"]] = true
		}
		many := 0
		for _, r := range of(drawn) {
			if r["mailbox"] == "*" {
				many++
			} else if !known[r["mailbox"]] {
				t.Errorf("%s opens %v, and the report says no", who, r)
			}
			delete(known, r["mailbox"])
		}
		if len(known) > 0 && many == 0 {
			t.Errorf("%s: %d mailboxes are missing, and no row for many stands for them", who, len(known))
		}
	}
}
