package cli

import (
	"path/filepath"
	"slices"
	"testing"

	"mbxperm/ui/cli/program"
	"mbxperm/ui/export/engines"
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
	db := engines.DuckDB(t, dir)
	reports := engines.Ask(t, after)
	reports.Tables(db)
	engines.Same(t, "change", db.Query(`select *, target_name as target, trustee_name as trustee, right_name as "right" from change`), engines.Compared(t, before, after),
		"change", "kind", "target", "target_guid", "trustee", "trustee_sid", "right", "status", "old", "new", "reach", "inherited", "object_type", "acl_type",
		"target_domain", "target_dn", "target_type", "trustee_domain", "trustee_dn", "trustee_kind")
	engines.Same(t, "finding", db.Query(`select *, target_name as target, trustee_name as trustee from finding join latest using (run_id)`),
		reports.Of("findings", "--since", before),
		"severity", "rule", "target", "target_dn", "trustee", "trustee_sid", "count", "detail", "remedy")
	reports.Queries(db, "zoe.mueller", "alex.brandt", "felix.amsel")
	engines.New(t, db, engines.Ask(t, before), reports, "2024-03-04", "2024-04-03")
}

// TestWhatSomebodyOpens holds query 2 against the verdicts about one person: with
// --expand it has exactly these, without it those that are not drawn together, and
// the rows that are.
func TestWhatSomebodyOpens(t *testing.T) {
	const source = "demo:60"
	whole, drawn := filepath.Join(t.TempDir(), "whole"), filepath.Join(t.TempDir(), "drawn")
	for _, args := range [][]string{{"export", source, whole, "--tables", "access,membership,trustee,entry,tie", "--expand"}, {"export", source, drawn, "--tables", "access,membership,trustee"}} {
		if _, errs, code := program.Run(t, args...); code != program.Gaps {
			t.Fatalf("%v: exit code %d: %s", args, code, errs)
		}
	}
	tiesAreWays(t, engines.DuckDB(t, whole))
	fields := []string{"mailbox", "can_open"}
	for _, who := range []string{"thea.sandoval", "zoe.mueller", "ravi.menon", "svc-backup", "svc-archive", "adm-lund", "Administrator", "SM_8cc370d3822a4ab8a"} {
		of := func(dir string) []engines.Row {
			db := engines.DuckDB(t, dir)
			db.Set("person", who)
			return db.Ten("02")
		}
		opens := func(flags ...string) []map[string]any {
			rows := program.Report(t, program.Gaps, append([]string{"access", source, "--trustee", who}, flags...)...)
			return slices.DeleteFunc(rows, func(r map[string]any) bool { return r["can_open"] != "allowed" && r["can_open"] != "possible" })
		}
		want := opens("--expand")
		engines.Same(t, who+", expanded", of(whole), want, fields...)
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

// tiesAreWays holds ties against the verdicts on each person and mailbox: whoever has
// the one mailbox gets into the other or sends as it, or may, one way or both. (What
// is inherited ties nothing, so that not each way is a tie.)
func tiesAreWays(t *testing.T, db *engines.DB) {
	t.Helper()
	ties := db.Query(`with own as (
  select mailbox_guid, person_sid from access where basis = 'owner' union select trustee_guid, trustee_sid from trustee where trustee_kind = 'mailbox'
), ways as (
  select a.mailbox_guid as to_open, o.mailbox_guid as opener from access a join own o using (person_sid)
  where list_has_any(['allowed', 'possible'], [can_open, can_send_as, can_send_on_behalf])
  union select target_guid, trustee_guid from entry join trustee using (trustee_sid) where status = 'Allow' -- he is named, and a deny may beat it
), pairs as (select to_open, opener from ways union select opener, to_open from ways)
select mailbox_name, tied_name, to_open is not null as known from tie left join pairs on to_open = mailbox_guid and opener = tied_guid`)
	for _, tie := range ties {
		if tie["known"] != "true" {
			t.Errorf("%s and %s are tied, and neither gets into the other", tie["mailbox_name"], tie["tied_name"])
		}
	}
	if len(ties) < 50 {
		t.Errorf("only %d ties", len(ties))
	}
}
