package cli

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mbxperm/ui/cli/program"
)

// TestFieldNames: the names are a contract; these lists are copied from it.
func TestFieldNames(t *testing.T) {
	for _, c := range []struct{ report, object, fields string }{
		{"totals", "mailbox", "object_type, account, domain, sid, kind, type, mailbox, send_receive_as, on_behalf, reverse_mailbox, " +
			"reverse_send_receive_as, reverse_on_behalf, mailbox_deny, send_receive_as_deny, on_behalf_deny, reverse_mailbox_deny, " +
			"reverse_send_receive_as_deny, reverse_on_behalf_deny, hidden"},
		{"totals", "store", "object_type, server, storage_group, store, dn, aces, hidden"},
		{"totals", "admin", "object_type, account, domain, sid, kind, delegated_rights, status, inherited, scope_dn"},
		{"aces", "mailbox", "object_type, target, target_domain, target_dn, target_sid, target_guid, target_type, target_state, store, " +
			"acl_type, ace_index, ace_type, ace_flags, trustee, trustee_domain, trustee_sid, trustee_kind, trustee_state, right, status, " +
			"inherited, stale, implied_by, applies_here, applies_to, mask, object_guid, inherited_object_guid, origin, authority"},
		{"coverage", "mailbox", "object_type, found, decoded, absent, unreadable, unknown, undecodable, complete, reason"},
	} {
		out, errs, _ := program.Run(t, "report", c.report, "demo:5", "--object", c.object, "--format", "csv")
		head, _, _ := strings.Cut(out, "\r\n")
		want := strings.Split(c.fields, ", ")
		got := strings.Split(head, ",")
		if len(got) < len(want) || !slices.Equal(got[:len(want)], want) {
			t.Errorf("report %s --object %s has the fields\n%v, want\n%v (stderr %s)", c.report, c.object, got, want, errs)
		}
	}
}

// TestUsage: every mistake gets one clear sentence on standard error, nothing
// on standard output, and the right exit code.
func TestUsage(t *testing.T) {
	t.Setenv("KRB5CCNAME", "FILE:/nonexistent")
	for _, c := range []struct {
		args string
		code int
		want string
	}{
		{"", program.Usage, "no source"},
		{"demo", program.Usage, "use mbxperm report"},
		{"report", program.Usage, "totals, aces and coverage"},
		{"report nonsense demo", program.Usage, `unknown report "nonsense"`},
		{"report aces", program.Usage, "no source"},
		{"report aces demo demo", program.Usage, "one source at a time"},
		{"report aces demo:abc", program.Usage, `"abc" is not a number of mailboxes`},
		{"report aces demo --nonsense", program.Usage, "unknown flag: --nonsense"},
		{"report aces demo --format yaml", program.Usage, `unknown format "yaml"`},
		{"report aces demo --object folder", program.Usage, `unknown object type "folder"`},
		{"report aces demo --direction sideways", program.Usage, `unknown direction "sideways"`},
		{"report aces demo --of u00002 --ace-type Sideways", program.Usage, `unknown ACE type "Sideways" of mailbox: use All, Mailbox-Rights`},
		{"report totals demo --sort=-Nothing", program.Usage, `unknown column "Nothing" of mailbox: use AccountName, Mailbox`},
		{"report totals demo --of u00002", program.Usage, "--of is for report aces"},
		{"report aces demo --of u00002 --direction reverse", program.Usage, "choose its direction by --ace-type"},
		{"report aces demo --only allow", program.Usage, `unknown kind of rows "allow": use deny, orphans`},
		{"report totals demo --lines people", program.Usage, `unknown lines "people": use all, mailboxes or trustees`},
		{"report aces demo --via-groups", program.Usage, "--via-groups wants --of"},
		{"report aces demo:5 --of nobody", program.Failed, `--of "nobody": nothing that was read has this name`},
		{"report aces nonsense", program.Usage, `cannot read "nonsense"`},
		{"report aces ldaps://127.0.0.1", program.Failed, "no user"},
		{"report aces ldaps://127.0.0.1 --auth sicily -u x", program.Failed, `unknown way to bind "sicily"`},
		{"report aces ldaps://127.0.0.1 --dc =", program.Usage, "NAME or NAME=ADDRESS"},
		{"report aces ldaps://127.0.0.1 --pin sha1:00 -u x", program.Failed, "should be sha256:"},
		{"report aces demo --show-queries", program.Usage, "a demo sends no searches"},
		{"report aces ldaps://127.0.0.1:1 -u x --password-file /nonexistent", program.Failed, "127.0.0.1:1"},
	} {
		out, errs, code := program.Run(t, strings.Fields(c.args)...)
		if code != c.code || out != "" || !strings.Contains(errs, c.want) {
			t.Errorf("mbxperm %s: exit code %d, want %d; stdout %q; stderr %q, want %q", c.args, code, c.code, out, errs, c.want)
		}
		if strings.Count(errs, "\n") != 1 || !strings.HasPrefix(errs, "mbxperm: ") {
			t.Errorf("mbxperm %s: not one sentence: %q", c.args, errs)
		}
	}
}

// TestShowQueries: they are printed, with exit code 0, whoever answers or not.
func TestShowQueries(t *testing.T) {
	for _, args := range [][]string{{"contoso.invalid"}, {"report", "aces", "ldaps://dc1.contoso.invalid"}} {
		out, errs, code := program.Run(t, append(args, "--show-queries")...)
		if code != program.Done || errs != "" || !strings.Contains(out, `"DC=contoso,DC=invalid"`) || !strings.Contains(out, "(mailNickname=*)") {
			t.Errorf("%v: exit code %d, stderr %q, stdout\n%s", args, code, errs, out)
		}
	}
}

// TestFormatsAgree: CSV, JSON and JSON lines hold the same records; only CSV
// defuses what a spreadsheet would compute.
func TestFormatsAgree(t *testing.T) {
	args := []string{"report", "aces", "demo:80", "--all", "--format"}
	out, _, _ := program.Run(t, append(args, "csv")...)
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	out, _, _ = program.Run(t, append(args, "json")...)
	var records []map[string]any
	if err := json.Unmarshal([]byte(out), &records); err != nil {
		t.Fatal(err)
	}
	lines, _, _ := program.Run(t, append(args, "jsonl")...)
	if n := strings.Count(lines, "\n"); n != len(records) || len(rows) != len(records)+1 || n == 0 {
		t.Fatalf("%d lines, %d rows with a head, %d records", n, len(rows), len(records))
	}
	defused := 0
	for i, line := range strings.Split(strings.TrimSuffix(lines, "\n"), "\n") {
		var record map[string]any
		if err := json.Unmarshal([]byte(line), &record); err != nil {
			t.Fatal(err)
		}
		for j, field := range rows[0] {
			want := fmt.Sprint(records[i][field])
			if got := fmt.Sprint(record[field]); got != want {
				t.Errorf("record %d: %s is %q in jsonl, %q in json", i, field, got, want)
			}
			got := rows[i+1][j]
			if strings.HasPrefix(want, "=") {
				defused++
				want = "'" + want
			}
			if got != want {
				t.Errorf("record %d: %s is %q in csv, want %q", i, field, got, want)
			}
		}
	}
	if defused == 0 {
		t.Error("the demo has a name that begins with =, and none was seen")
	}
}

// TestTableIsSafe: no control character of the directory reaches a terminal.
func TestTableIsSafe(t *testing.T) {
	out, _, _ := program.Run(t, "report", "totals", "demo:80", "--all")
	for i, r := range out {
		if r != '\n' && (r < ' ' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e) {
			t.Fatalf("character %U at byte %d", r, i)
		}
	}
	if !strings.Contains(out, "<U+001B>") {
		t.Error("the hostile name is not shown visibly")
	}
}

// TestOutputFile: private, whole or not at all, and never over another file unasked.
func TestOutputFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "out.csv")
	args := []string{"report", "totals", "demo:5", "--format", "csv", "-o", name}
	if out, errs, code := program.Run(t, args...); code != program.Gaps && code != program.Done || out != "" {
		t.Fatalf("exit code %d, stdout %q, stderr %q", code, out, errs)
	}
	info, err := os.Stat(name)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v; want a file with mode 0600", info, err)
	}
	if _, errs, code := program.Run(t, args...); code != program.Failed || !strings.Contains(errs, "--force") {
		t.Errorf("over an old file: exit code %d, stderr %q", code, errs)
	}
	if _, errs, code := program.Run(t, append(args, "--force")...); code == program.Failed {
		t.Errorf("with --force: exit code %d, stderr %q", code, errs)
	}
	if _, errs, code := program.Run(t, "report", "totals", "demo:5", "-o", "/nonexistent/x"); code != program.Failed || !strings.Contains(errs, "/nonexistent/x") {
		t.Errorf("into a folder that is not there: exit code %d, stderr %q", code, errs)
	}
}

// TestReverseReport: --direction reverse gives the rows of all object types by trustee.
func TestReverseReport(t *testing.T) {
	out, _, _ := program.Run(t, "report", "aces", "demo", "--trustee", "svc-archive", "--direction", "reverse", "--all", "--format", "json")
	var records []map[string]any
	if err := json.Unmarshal([]byte(out), &records); err != nil {
		t.Fatal(err)
	}
	types := map[any]int{}
	for _, r := range records {
		types[r["object_type"]]++
		if r["trustee"] != "svc-archive" {
			t.Errorf("a row of %v", r["trustee"])
		}
	}
	if types["store"] == 0 {
		t.Errorf("rows by object type: %v; svc-archive holds Receive-As on a store of the demo", types)
	}
}
