package engines

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"mbxperm/ui/cli/program"
)

// Reports are what the program itself says of a source, to hold tables against.
type Reports struct {
	t      *testing.T
	source []string // with the flags that reach it
	All    []Record // every entry
	Shown  []Record // those that no toggle hides
	Every  []Record // verdicts
}

// Record is a record of a report.
type Record = map[string]any

// Ask asks for the reports of a source that most is held against.
func Ask(t *testing.T, source ...string) *Reports {
	t.Helper()
	r := &Reports{t: t, source: source}
	r.All, r.Shown, r.Every = r.entries("--all"), r.entries(), r.Of("access", "--every")
	return r
}

// Of runs a report.
func (r *Reports) Of(report string, flags ...string) []Record {
	r.t.Helper()
	return read(r.t, slices.Concat([]string{"report", report}, r.source, flags)...)
}

// read runs the program and reads what it writes.
func read(t *testing.T, args ...string) (rows []Record) {
	t.Helper()
	out, errs, code := program.Run(t, append(args, "--format", "json")...)
	if code != program.Done && code != program.Gaps {
		t.Fatalf("%v: exit code %d: %s", args, code, errs)
	}
	if err := json.Unmarshal([]byte(out), &rows); err != nil {
		t.Fatalf("%v: %v", args, err)
	}
	return rows
}

// entries are the rows of report aces of every object type that has entries.
func (r *Reports) entries(flags ...string) (all []Record) {
	r.t.Helper()
	for _, typ := range []string{"mailbox", "recipient", "store", "container", "admin", "connector"} {
		all = append(all, r.Of("aces", append([]string{"--object", typ}, flags...)...)...)
	}
	for _, e := range all {
		if e["trustee_sid"] == "" { // the table trustee, which has these, goes by SID
			e["trustee_domain"], e["trustee_state"], e["trustee_label"] = "", "", ""
		}
	}
	return all
}

// Compared are the rows of compare.
func Compared(t *testing.T, before, after string) []Record {
	t.Helper()
	return read(t, "compare", before, after, "--all")
}

// Tables holds the tables of a folder, which has one run or a newer one of the same
// forest, against the reports, both ways: no row is missing, and none is there that
// the report does not have.
func (r *Reports) Tables(db *DB) {
	t := r.t
	t.Helper()
	Same(t, "coverage", db.Query("select * "+fmt.Sprintf(latestOf, "coverage")), r.Of("coverage"),
		"object_type", "found", "decoded", "absent", "unreadable", "unknown", "undecodable", "complete", "reason")
	Same(t, "access", db.Query(`select *, mailbox_name as mailbox, person_name as person, target_dn as mailbox_dn `+fmt.Sprintf(latestOf, "access")+
		` left join target t on t.run_id = access.run_id and target_guid = mailbox_guid`), r.Every,
		"mailbox", "mailbox_dn", "person", "person_sid", "person_state", "can_open", "can_open_admin", "can_send_as", "can_send_on_behalf", "basis", "via", "why", "complete")
	Same(t, "tie", db.Query("select *, mailbox_name as mailbox, tied_name as tied_to, mailbox_guid as guid, mailbox_dn as dn "+fmt.Sprintf(latestOf, "tie")), r.Of("hybrid", "--list", "ties"),
		"mailbox", "guid", "dn", "tied_to", "tied_guid", "tied_dn")
	Same(t, "entry", db.Query(withParties), r.All, entryFields...)
	Same(t, "entry that the screen shows", db.Query(withParties+" where e.hidden_by is null"), r.Shown, entryFields...)
}

// latestOf is what a query on one table ends with: the newest night.
const latestOf = " from %s join latest using (run_id)"

// withParties joins entries with who stands at their two ends, which gives the
// fields of report aces.
const withParties = `select e.object_type, e.target_name as target, t.target_domain, t.target_dn, t.target_sid, e.target_guid, t.target_type, t.target_state,
  e.store_name as store, acl_type, ace_index, ace_type, ace_flags, e.trustee_name as trustee, w.trustee_domain, e.trustee_sid, e.trustee_kind, w.trustee_state,
  right_name as "right", status, inherited, stale, implied_by, applies_here, applies_to, printf('0x%08x', mask) as mask, object_guid, inherited_object_guid,
  origin_dn as origin, nullif(e.authority, 'unknown') as authority, conditional, overruled, nullif(exchange, 'unknown') as exchange, w.trustee_label
from entry e join latest using (run_id)
  join target t on t.run_id = e.run_id and t.target_guid = e.target_guid
  left join trustee w on w.run_id = e.run_id and w.trustee_sid = e.trustee_sid`

var entryFields = []string{"object_type", "target", "target_domain", "target_dn", "target_sid", "target_guid", "target_type", "target_state", "store", "acl_type",
	"ace_index", "ace_type", "ace_flags", "trustee", "trustee_domain", "trustee_sid", "trustee_kind", "trustee_state", "right", "status", "inherited", "stale",
	"implied_by", "applies_here", "applies_to", "mask", "object_guid", "inherited_object_guid", "origin", "authority", "conditional", "overruled", "exchange", "trustee_label"}

// Same holds the rows of the engine against the records of a report, both ways.
func Same(t *testing.T, what string, got []Row, want []Record, fields ...string) {
	t.Helper()
	count := map[string]int{}
	for _, r := range want {
		count[line(fields, func(f string) string { return text(r[f]) })]++
	}
	extra := 0
	for _, r := range got {
		l := line(fields, func(f string) string {
			v, ok := r[f]
			if !ok {
				t.Fatalf("%s: no column %s", what, f)
			}
			return v
		})
		if count[l]--; count[l] < 0 {
			if extra++; extra < 4 {
				t.Errorf("%s: not in the report: %s", what, l)
			}
		}
	}
	missing := 0
	for _, l := range slices.Sorted(maps.Keys(count)) {
		if count[l] > 0 {
			if missing += count[l]; missing < 4 {
				t.Errorf("%s: only in the report: %s", what, l)
			}
		}
	}
	if extra > 0 || missing > 0 {
		t.Errorf("%s: %d of %d rows are not in the report, %d of its %d are missing", what, extra, len(got), missing, len(want))
	}
}

func line(fields []string, value func(string) string) string {
	parts := make([]string, len(fields))
	for i, f := range fields {
		parts[i] = fmt.Sprintf("%s=%q", f, value(f))
	}
	return strings.Join(parts, " ")
}

// text spells a value of JSON.
func text(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return fmt.Sprint(v)
}

// Ten is one of the ten queries, by the number that its file begins with.
func (db *DB) Ten(number string) []Row {
	db.tb.Helper()
	files, err := filepath.Glob(filepath.Join(upwards(filepath.Join("ui", "export", "queries")), number+"_*.sql"))
	if err != nil || len(files) != 1 {
		db.tb.Fatalf("query %s: %v %v", number, files, err)
	}
	b, err := os.ReadFile(files[0])
	if err != nil {
		db.tb.Fatal(err)
	}
	rows := db.Query(string(b))
	for _, r := range rows { // the reports' own names beside those of the tables
		for name, value := range r {
			for _, end := range []string{"_name", "_dn"} {
				if short, ok := strings.CutSuffix(name, end); ok {
					if _, taken := r[short]; !taken {
						r[short] = value
					}
				}
			}
		}
	}
	return rows
}

// Queries holds those of the ten queries that one night answers against the reports.
func (r *Reports) Queries(db *DB, mailboxes ...string) {
	t := r.t
	t.Helper()
	keep := func(rows []Record, f func(Record) bool) []Record {
		return slices.DeleteFunc(slices.Clone(rows), func(r Record) bool { return !f(r) })
	}
	for _, mailbox := range mailboxes {
		db.Set("mailbox", mailbox)
		Same(t, "who opens "+mailbox, db.Ten("01"), keep(r.Every, func(r Record) bool { return r["mailbox"] == mailbox || r["mailbox"] == "*" }),
			"mailbox", "person", "person_sid", "person_state", "can_open", "can_open_admin", "can_send_as", "can_send_on_behalf", "basis", "via", "why", "complete")
	}
	r.topTrustees(db.Ten("03"))
	Same(t, "stores", db.Ten("04"), withStored(keep(r.Shown, func(r Record) bool { return r["object_type"] == "store" }), r.All),
		"store", "trustee", "trustee_sid", "right", "status", "applies_to", "origin", "mailboxes")
	fields := []string{"object_type", "target", "target_guid", "acl_type", "ace_index", "trustee", "trustee_sid", "right"}
	Same(t, "orphans", db.Ten("05"), keep(r.All, func(r Record) bool { return r["trustee_kind"] == "orphan" || r["trustee_kind"] == "deleted" }), fields...)
	Same(t, "disabled", db.Ten("06"), keep(r.Shown, func(r Record) bool { return r["trustee_state"] == "disabled" && r["status"] == "Allow" }), fields...)
	Same(t, "everybody", db.Ten("07"), keep(r.Shown, func(r Record) bool { return r["status"] == "Allow" && everybody(r["trustee_sid"].(string)) }), fields...)
	gap := func(r Record) bool {
		return r["unreadable"] != 0.0 || r["unknown"] != 0.0 || r["undecodable"] != 0.0 || r["complete"] != true
	}
	Same(t, "gaps", db.Ten("09"), keep(r.Of("coverage"), gap),
		"object_type", "found", "decoded", "absent", "unreadable", "unknown", "undecodable", "complete", "reason")
	r.together(db.Ten("10"))
}

// New holds query 8 against the entries of two states.
func New(t *testing.T, db *DB, old, now *Reports, before, after string) {
	t.Helper()
	db.Set("before", before)
	db.Set("after", after)
	fields := []string{"object_type", "target", "target_guid", "acl_type", "trustee", "trustee_sid", "right", "status"}
	want := newOnes(old.All, now.All, fields)
	if len(want) == 0 {
		t.Error("nothing is new between these two")
	}
	Same(t, "new", db.Ten("08"), want, fields...)
}

// everybody are the identities of query 7.
func everybody(sid string) bool {
	if rest, ok := strings.CutPrefix(sid, "S-1-5-21-"); ok {
		return strings.HasSuffix(rest, "-513") || strings.HasSuffix(rest, "-514")
	}
	return slices.Contains([]string{"S-1-1-0", "S-1-5-7", "S-1-5-11", "S-1-5-32-545", "S-1-5-32-546"}, sid)
}

// withStored adds to rows of stores how many mailboxes say that they are in it.
func withStored(rows, all []Record) []Record {
	stored := map[any]map[any]bool{}
	for _, r := range all {
		if r["object_type"] == "mailbox" {
			if stored[r["store"]] == nil {
				stored[r["store"]] = map[any]bool{}
			}
			stored[r["store"]][r["target_dn"]] = true
		}
	}
	for _, r := range rows {
		r["mailboxes"], r["store"] = float64(len(stored[r["target"]])), r["target"]
	}
	return rows
}

// newOnes are the entries that are set on their targets and that one state has and
// the other has not, each once.
func newOnes(old, now []Record, fields []string) (out []Record) {
	key := func(r Record) string { return line(fields, func(f string) string { return text(r[f]) }) }
	seen := map[string]bool{}
	for _, r := range old {
		if r["inherited"] != true {
			seen[key(r)] = true
		}
	}
	for _, r := range now {
		if k := key(r); r["inherited"] != true && !seen[k] {
			seen[k] = true
			out = append(out, r)
		}
	}
	return out
}

// topTrustees holds the counts of query 3 against the totals of the grid: a reverse
// total is the number of rows.
func (r *Reports) topTrustees(got []Row) {
	t := r.t
	t.Helper()
	want := map[string][2]string{}
	for _, r := range r.Of("totals") {
		if m, s := text(r["reverse_mailbox"]), text(r["reverse_send_receive_as"]); m != "0" || s != "0" {
			want[r["sid"].(string)] = [2]string{m, s}
		}
	}
	most := 1 << 30
	for _, r := range got {
		if w := want[r["trustee_sid"]]; w != [2]string{r["mailbox_entries"], r["send_receive_entries"]} {
			t.Errorf("top trustees: %v, and the totals say %v", r, w)
		}
		delete(want, r["trustee_sid"])
		n, err := strconv.Atoi(r["mailboxes"])
		if err != nil || n > most || n == 0 {
			t.Errorf("top trustees: %v after %d mailboxes", r, most)
		}
		most = n
	}
	if len(want) > 0 {
		t.Errorf("top trustees lack %v", want)
	}
}

// together holds query 10 against the batches of report hybrid. A batch there holds
// what fits beside each other, so that the mailboxes that must move together are
// those whose first one is the same.
func (r *Reports) together(got []Row) {
	r.t.Helper()
	var want []Record
	first := map[any]string{} // by the first by name: the least GUID, which names them in the query
	for _, moving := range r.Of("hybrid", "--list", "batches") {
		if moving["ties"] == 0.0 {
			continue
		}
		guid := moving["guid"].(string)
		if least, known := first[moving["first_guid"]]; !known || guid < least {
			first[moving["first_guid"]] = guid
		}
		want = append(want, moving)
	}
	for _, moving := range want {
		moving["mailbox_guid"], moving["batch"] = moving["guid"], first[moving["first_guid"]]
	}
	Same(r.t, "together", got, want, "batch", "mailbox_guid", "mailbox", "ties", "moves_with")
}
