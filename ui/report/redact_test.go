package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/dn"
	"mbxperm/model/finding"
	"mbxperm/model/grant"
	"mbxperm/model/hiding"
	"mbxperm/model/view"
)

// secrets gathers every name that a report may hold: the values of its
// identifying fields, the pieces of DNs and SIDs, server and account.
func secrets(t *testing.T, s *model.Snapshot, jobs []*Job) map[string]bool {
	t.Helper()
	names, seen := map[string]bool{}, map[string]bool{"": true}
	stays := ""
	for name := range kept() {
		stays += " " + name + " \n"
	}
	add := func(v string) {
		if seen[v] {
			return
		}
		seen[v] = true
		_, wellKnown := acl.ParseSID(v)
		inKept := strings.Contains(stays, " "+strings.ToLower(v)+" ") // an OU may be called Groups, a word of what stays
		setup := slices.Contains([]string{"1", "POP3", "IMAP4"}, v)   // the names of every organisation's settings
		if !inKept && !setup && wellKnown != nil {
			names[v] = true
		}
	}
	piece := regexp.MustCompile(`S-1-5-21-(\d+)-(\d+)-(\d+)`)
	for _, j := range jobs {
		d, err := j.data(t.Context(), s, nil, nil, NewEvidence(s, "test"))
		if err != nil {
			t.Fatal(err)
		}
		cells := make([]any, len(d.Fields))
		for i := range d.Len {
			d.Record(i, cells)
			for k, name := range d.Fields {
				v, _ := cells[k].(string)
				switch {
				case strings.HasSuffix(name, "dn") || name == "origin" && strings.Contains(v, "="):
					for rest := v; rest != ""; {
						var leaf string
						leaf, rest = dn.Split(rest)
						_, value, _ := strings.Cut(leaf, "=")
						add(dn.Unescape(value))
					}
				case strings.HasSuffix(name, "sid"):
					if m := piece.FindStringSubmatch(v); m != nil {
						for _, n := range m[1:] { // of its domain; numbers of accounts: TestAccountsStayApart
							names[n] = true
						}
					}
				case name == "target_guid", name == "account", name == "target", name == "trustee", name == "domain", strings.HasSuffix(name, "_domain"),
					name == "server", name == "storage_group", name == "store":
					add(v)
				}
			}
		}
	}
	for label := range strings.SplitSeq(s.State.Server, ".") {
		add(label)
	}
	for part := range strings.SplitSeq(s.State.Account, `\`) {
		add(part)
	}
	return names
}

// reports are all of them that name anybody.
func reports() (jobs []*Job) {
	for _, o := range view.ObjectTypes {
		for _, rows := range []bool{false, true} {
			q := view.Query{Type: o, Rows: rows, System: true, Show: hiding.All, ACEs: o.ACEs[0]}
			name := map[bool]string{false: "totals", true: "aces"}[rows]
			if rows && o.Doors() {
				name = doorReports[o]
			}
			jobs = append(jobs, &Job{Question: Question{Report: name, Query: q, Target: "zoe.mueller", Trustee: `CONTOSO\svc-backup`}, Version: "test"})
		}
	}
	q := view.Query{Type: view.Mailboxes, Rows: true, ByTrustee: true, Show: hiding.All}
	jobs = append(jobs, &Job{Question: Question{Report: "aces", Query: q}, Version: "test"}, &Job{Question: Question{Report: logsReport, Query: q}, Version: "test"})
	return append(jobs, &Job{Question: Question{Report: "coverage", Query: q}, Version: "test"})
}

// plainText is what a format says to its reader.
func plainText(t *testing.T, format Format, out string) string {
	t.Helper()
	if format != XLSX {
		return out
	}
	f, err := excelize.OpenReader(strings.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var b strings.Builder
	for _, sheet := range f.GetSheetList() {
		rows, err := f.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			b.WriteString(strings.Join(r, "\t") + "\n")
		}
	}
	return b.String()
}

// words cuts a text where names end.
func words(s string) map[string]bool {
	out := map[string]bool{}
	for w := range strings.FieldsFuncSeq(s, func(r rune) bool { return r <= ' ' || strings.ContainsRune("\",;<>\\=[]{}:|/", r) }) {
		out[w] = true
	}
	return out
}

// TestRedactedNamesNobody: no name of the directory is left in any report and
// any format, in the data, in the evidence, or in what is said on standard error.
func TestRedactedNamesNobody(t *testing.T) {
	s := readDemo(t, "demo:40")
	s.State.Incomplete = []model.Gap{{Search: "roles", Reason: "dc1.contoso.com does not answer"}, {Search: "lookup", Reason: "dc1.contoso.com does not answer"}, {Reason: "cancelled"}}
	s.State.Warnings = []string{"the certificate of dc1.contoso.com is not verified"}
	hidden := secrets(t, s, reports())
	if len(hidden) < 200 || !hidden["zoe.mueller"] || !hidden["contoso"] {
		t.Fatalf("%d names only", len(hidden))
	}
	for n, j := range reports() {
		for _, format := range Formats {
			if format != JSON && n > 1 {
				continue // all formats are written from the same records
			}
			j.Format, j.Redact, j.FailOn = format, &Redactor{key: []byte("of this test"), names: map[string]string{}}, finding.Conditions()[:5]
			out, errs := written(t, j, s)
			if !strings.Contains(errs, "1 of 2 domains of the forest not read: p") || !strings.Contains(errs, "warning: "+Withheld) {
				t.Errorf("%s %s: standard error %q does not say what is missing", j.Report, format, errs)
			}
			all := plainText(t, format, out) + errs
			left := words(all)
			for name := range hidden {
				if left[name] || (format == JSON || format == HTML) && len(name) >= 6 && strings.Contains(all, name) {
					t.Errorf("%s %s %s: %q is left", j.Report, j.Query.Type.Flag, format, name)
				}
			}
			for _, name := range []string{"ontoso", "ONTOSO", "svc-", "auditor"} {
				if strings.Contains(all, name) {
					t.Errorf("%s %s %s: %q is left", j.Report, j.Query.Type.Flag, format, name)
				}
			}
		}
	}
}

// records returns a report as maps.
func records(t *testing.T, j *Job, s *model.Snapshot) (out []map[string]any) {
	t.Helper()
	j.Format, j.Quiet = JSON, true
	text, _ := written(t, j, s)
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestRedactionKeepsTheCase: the same name has the same pseudonym in every field
// and every report, different ones have different ones, and all that is no name
// is as it was.
func TestRedactionKeepsTheCase(t *testing.T) {
	s := readDemo(t, "demo:40")
	forth, back := map[string]string{}, map[string]string{}
	r := NewRedactor()
	for _, j := range reports() {
		if isDoors(j.Report) || isDirectory(j.Report) { // whose records no field names: see TestRedactedLogs, TestRedactedNamesNobody
			continue
		}
		plain := records(t, j, s)
		j.Redact = r
		redacted := records(t, j, s)
		if len(plain) != len(redacted) {
			t.Fatalf("%s: %d records, %d redacted", j.Report, len(plain), len(redacted))
		}
		// The order differs: match records by what names their target or account.
		found := map[string][]map[string]any{}
		for _, rec := range redacted {
			key := identity(rec, nil)
			found[key] = append(found[key], rec)
		}
		for _, rec := range plain {
			key := identity(rec, r)
			if len(found[key]) == 0 {
				t.Fatalf("%s: no record for %v", j.Report, rec)
			}
			compareRecords(t, j.Report, rec, found[key][0], forth, back)
			found[key] = found[key][1:]
		}
	}
	if len(forth) < 100 {
		t.Fatalf("%d names compared", len(forth))
	}
}

// TestRedactedLogs: what logs tell names nobody any more, and counts the same.
func TestRedactedLogs(t *testing.T) {
	s := readDemo(t, "demo:60:1:30")
	for _, j := range reports() {
		if !isDoors(j.Report) {
			continue
		}
		j.Format, j.Quiet = JSON, true
		plain, _ := written(t, j, s)
		j.Redact = NewRedactor()
		redacted, _ := written(t, j, s)
		for _, name := range []string{"EX1", "alex.brandt", "anna.keller", "front.desk", "zoe.mueller", "192.0.2", "203.0.113", "svc-archive", "app01", "scanner", "contoso", "AuthFailed"} {
			if strings.Contains(redacted, name) {
				t.Errorf("%s still says %s", j.Report, name)
			}
		}
		sum := func(text string) (n int) {
			for _, number := range regexp.MustCompile(`:(\d+)[,}]`).FindAllStringSubmatch(text, -1) {
				k, _ := strconv.Atoi(number[1])
				n += k
			}
			return n
		}
		if a, b := sum(plain), sum(redacted); a != b || a == 0 {
			t.Errorf("%s: its numbers add up to %d, redacted to %d", j.Report, a, b)
		}
	}
}

// identity is what names the target or account of a record, redacted by r.
func identity(rec map[string]any, r *Redactor) string {
	key := ""
	for _, f := range []struct {
		name string
		is   model.Content
	}{
		{"object_type", model.ContentWord}, {"target_dn", model.ContentDN}, {"scope_dn", model.ContentDN}, {"dn", model.ContentDN}, {"assignment_dn", model.ContentDN},
		{"sid", model.ContentSID}, {"account", model.ContentTrustee}, {"target", model.ContentTarget}, {"name", model.ContentAccount}, {"kind", model.ContentWord},
	} {
		s, _ := rec[f.name].(string)
		if r != nil && !strings.HasPrefix(s, "(") { // "(no logon)": our own words
			s = redactions[f.is](r, s)
		}
		key += s + "|"
	}
	return key
}

// compareRecords holds a record against its redacted form.
func compareRecords(t *testing.T, report string, plain, redacted map[string]any, forth, back map[string]string) {
	t.Helper()
	for field, v := range plain {
		s, isText := v.(string)
		got, _ := redacted[field].(string)
		_, isRight := map[string]bool{"right": true, "delegated_rights": true, "applies_to": true}[field]
		switch name := field; {
		case !isText:
			if _, isList := v.([]any); !isList && redacted[field] != v { // what is in a list is said elsewhere
				t.Errorf("%s: %s is %v, was %v", report, field, redacted[field], v)
			}
		case name == "account" || name == "target" || name == "trustee" || name == "store" || strings.HasSuffix(name, "domain"):
			low := strings.ToLower(s)
			if old, ok := forth[low]; ok && !strings.EqualFold(old, got) { // what is kept stays in its case
				t.Errorf("%q is %q and %q", s, old, got)
			}
			if old, ok := back[got]; ok && old != low {
				t.Errorf("%q and %q are both %q", s, old, got)
			}
			forth[low], back[got] = got, low
		case isRight && (strings.Contains(s, "Full") || strings.Contains(s, "Send")), strings.HasSuffix(name, "kind"), name == "mask",
			name == "object_guid", name == "status", name == "ace_flags", name == "target_type", name == "authority", name == "acl_type":
			if got != s {
				t.Errorf("%s: %s is %q, was %q", report, field, got, s)
			}
		case strings.HasSuffix(name, "dn"):
			if strings.Count(got, ",") > strings.Count(s, ",") || (s == "") != (got == "") {
				t.Errorf("%q became %q", s, got)
			}
		}
	}
}

// TestRedactor: each form of name by itself.
func TestRedactor(t *testing.T) {
	r := NewRedactor()
	p := r.pseudonym
	domain := acl.MustParseSID("S-1-5-21-1711405301-2290871214-3145129027")
	hidden, _, _ := r.sid(domain.WithRID(5000)).Split()
	for _, c := range []struct{ what, got, want string }{
		{"a name", r.name("Müller, Z."), p("müller, z.")},
		{"Everyone", r.name("Everyone"), "Everyone"},
		{"no name", r.name(""), ""},
		{"a DN", r.dn(`CN=Müller\, Z.,OU=Users,DC=contoso,DC=lab`), "CN=" + p("Müller, Z.") + ",OU=Users,DC=" + p("contoso") + ",DC=" + p("lab")},
		{"a DN in hex", r.dn(`CN=a\0Ab,DC=x`), "CN=" + p("a\nb") + ",DC=" + p("x")},
		{"origin", r.dn(grant.OriginNotRead), grant.OriginNotRead},
		{"not a DN", r.dn("what, is this"), p("what") + "," + p(" is this")},
		{"a well-known SID", r.sidText("S-1-5-32-544"), "S-1-5-32-544"},
		{"Domain Admins", r.sidText(domain.WithRID(512).String()), hidden.WithRID(512).String()},
		{"not a SID", r.sidText("nonsense"), p("nonsense")},
		{"an orphan's name", r.name("S-1-5-21-1-2-3-4567"), r.sidText("S-1-5-21-1-2-3-4567")},
		{"DOMAIN\\name", r.any(`CONTOSO\bob`), p("CONTOSO") + `\` + p("bob")},
		{"name@domain", r.any("bob@contoso.lab"), p("bob") + "@" + p("contoso") + "." + p("lab")},
		{"a domain", r.domain("emea.contoso.lab"), p("emea") + "." + p("contoso") + "." + p("lab")},
		{"a domain by its DN", r.domain("DC=emea,DC=lab"), "DC=" + p("emea") + ",DC=" + p("lab")},
		{"a wish", r.any("Helpdesk=CN=Lund,OU=Staff,DC=lab"), p("Helpdesk=CN=Lund") + ",OU=" + p("Staff") + ",DC=" + p("lab")},
		{"a wish of a DN", r.any("CN=Helpdesk,DC=lab=CN=Lund,DC=lab"), "CN=" + p("Helpdesk") + ",DC=" + p("lab=CN=Lund") + ",DC=" + p("lab")},
		{"a source", r.source("ldaps://dc1.contoso.lab:636"), "ldaps://" + p("dc1") + "." + p("contoso") + "." + p("lab") + ":636"},
		{"a file", r.source("/home/bob/contoso.ldif"), p("/home/bob/contoso.ldif")},
		{"the demo", r.source("demo:5:1"), "demo:5:1"},
		{"a right", r.right("Write attribute msExchOwningServer, Read Control"), "Write attribute " + r.rightName("msExchOwningServer") + ", " + r.rightName("Read Control")},
		{"an own right", r.right("Extended right Contoso-Secret"), "Extended right " + p("Contoso-Secret")},
		{"a known right", r.right("Extended right Receive-As"), "Extended right Receive-As"},
		{"a mask", r.right("0x00000010"), "0x00000010"},
		{"an own class", r.right("this object and contosoThing objects below"), "this object and " + p("contosoThing") + " objects below"},
		{"a class", r.right("this object and user objects below"), "this object and user objects below"},
		{"a sentence", r.sentence("dc1 does not answer"), Withheld},
	} {
		if c.got != c.want {
			t.Errorf("%s became %q, want %q", c.what, c.got, c.want)
		}
	}
	if g := r.guidText("ab721a54-1e2f-11d0-9819-00aa0040529b"); len(g) != 36 || g[:4] == "ab72" {
		t.Errorf("a GUID became %q", g)
	}
	long := strings.Repeat("OU=a,", 1<<16)
	if got := r.dn(long); len(got) > 20 {
		t.Errorf("a DN of %d bytes became one of %d", len(long), len(got))
	}
}

// TestAccountsStayApart: the numbers of a domain's accounts are permuted, so no
// two become one; those of well-known accounts stay.
func TestAccountsStayApart(t *testing.T) {
	r := NewRedactor()
	domain := acl.MustParseSID("S-1-5-21-1711405301-2290871214-3145129027")
	seen := map[acl.SID]bool{}
	for rid := uint32(500); rid < 20_000; rid++ {
		got := r.sid(domain.WithRID(rid))
		_, to, _ := got.Split()
		if seen[got] || (rid < 1000) != (to == rid) || rid >= 1000 && to < 1000 {
			t.Fatalf("%d became %s", rid, got)
		}
		seen[got] = true
	}
	a, b := r.sid(acl.MustParseSID("S-1-5-80-1-2-3-4-5")), r.sid(acl.MustParseSID("S-1-5-80-1-2-3-4-6"))
	if a == b || !strings.HasPrefix(a.String(), "S-1-5-80-") {
		t.Errorf("service SIDs became %s and %s", a, b)
	}
}

// TestRedactKey: one key, one set of pseudonyms; without a key every run has its own.
func TestRedactKey(t *testing.T) {
	dir := t.TempDir()
	write := func(name, content string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	key := write("key", "thirty-two bytes of a good secret")
	one, err := KeyedRedactor(key)
	if err != nil {
		t.Fatal(err)
	}
	two, err := KeyedRedactor(key)
	if err != nil {
		t.Fatal(err)
	}
	if one.name("bob") != two.name("BOB") {
		t.Error("one key, two pseudonyms")
	}
	if a, b := NewRedactor(), NewRedactor(); a.name("bob") == b.name("bob") {
		t.Error("two runs without a key, one pseudonym")
	}
	if _, err := KeyedRedactor(write("short", "secret\n")); err == nil || !strings.Contains(err.Error(), "too short") {
		t.Errorf("a short key: %v", err)
	}
	if _, err := KeyedRedactor(filepath.Join(dir, "none")); err == nil {
		t.Error("a key that is not there")
	}
}

// TestUnknownFieldIsHidden: a field that the Redactor was never told about does
// not get through, and a report's order says nothing about its names.
func TestUnknownFieldIsHidden(t *testing.T) {
	names := []string{"alice", "bob", "carol", "dave", "eve", "frank", "grace", "heidi"}
	d := Data{Name: "new", Fields: []string{"account", "news"}, hold: []held{{is: model.ContentTrustee, order: true}}, Len: len(names), Record: func(i int, cells []any) {
		cells[0], cells[1] = names[i], "about "+names[i]
	}}
	var out bytes.Buffer
	if err := Write(t.Context(), &out, CSV, false, NewRedactor().data(d), nil); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&out).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range rows[1:] {
		if strings.Contains(r[1], "about") || i > 0 && r[0] < rows[i][0] {
			t.Errorf("row %d: %q after %q", i, r, rows[i])
		}
	}
}
