package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
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
		out, errs, _ := runCommand(t, "report", c.report, "demo:5", "--object", c.object, "--format", "csv")
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
		{"", exitUsage, "no source"},
		{"demo", exitUsage, "use mbxperm report"},
		{"report", exitUsage, "totals, aces and coverage"},
		{"report nonsense demo", exitUsage, `unknown report "nonsense"`},
		{"report aces", exitUsage, "no source"},
		{"report aces demo demo", exitUsage, "one source at a time"},
		{"report aces demo:abc", exitUsage, `"abc" is not a number of mailboxes`},
		{"report aces demo --nonsense", exitUsage, "unknown flag: --nonsense"},
		{"report aces demo --format yaml", exitUsage, `unknown format "yaml"`},
		{"report aces demo --object folder", exitUsage, `unknown object type "folder"`},
		{"report aces demo --direction sideways", exitUsage, `unknown direction "sideways"`},
		{"report aces demo --of u00002 --ace-type Sideways", exitUsage, `unknown ACE type "Sideways" of mailbox: use All, Mailbox-Rights`},
		{"report totals demo --sort=-Nothing", exitUsage, `unknown column "Nothing" of mailbox: use AccountName, Mailbox`},
		{"report totals demo --of u00002", exitUsage, "--of is for report aces"},
		{"report aces demo --of u00002 --direction reverse", exitUsage, "choose its direction by --ace-type"},
		{"report aces demo --only allow", exitUsage, `unknown kind of rows "allow": use deny, orphans`},
		{"report totals demo --lines people", exitUsage, `unknown lines "people": use all, mailboxes or trustees`},
		{"report aces demo --via-groups", exitUsage, "--via-groups wants --of"},
		{"report aces demo:5 --of nobody", exitFailed, `--of "nobody": nothing that was read has this name`},
		{"report aces nonsense", exitUsage, `cannot read "nonsense"`},
		{"report aces ldaps://127.0.0.1", exitFailed, "no user"},
		{"report aces ldaps://127.0.0.1 --auth sicily -u x", exitFailed, `unknown way to bind "sicily"`},
		{"report aces ldaps://127.0.0.1 --dc =", exitUsage, "NAME or NAME=ADDRESS"},
		{"report aces ldaps://127.0.0.1 --pin sha1:00 -u x", exitFailed, "should be sha256:"},
		{"report aces demo --show-queries", exitUsage, "a demo sends no searches"},
		{"report aces ldaps://127.0.0.1:1 -u x --password-file /nonexistent", exitFailed, "127.0.0.1:1"},
	} {
		out, errs, code := runCommand(t, strings.Fields(c.args)...)
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
		out, errs, code := runCommand(t, append(args, "--show-queries")...)
		if code != exitDone || errs != "" || !strings.Contains(out, `"DC=contoso,DC=invalid"`) || !strings.Contains(out, "(mailNickname=*)") {
			t.Errorf("%v: exit code %d, stderr %q, stdout\n%s", args, code, errs, out)
		}
	}
}

// TestFormatsAgree: CSV, JSON and JSON lines hold the same records; only CSV
// defuses what a spreadsheet would compute.
func TestFormatsAgree(t *testing.T) {
	args := []string{"report", "aces", "demo:80", "--all", "--format"}
	out, _, _ := runCommand(t, append(args, "csv")...)
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	out, _, _ = runCommand(t, append(args, "json")...)
	var records []map[string]any
	if err := json.Unmarshal([]byte(out), &records); err != nil {
		t.Fatal(err)
	}
	lines, _, _ := runCommand(t, append(args, "jsonl")...)
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
	out, _, _ := runCommand(t, "report", "totals", "demo:80", "--all")
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
	if out, errs, code := runCommand(t, args...); code != exitGaps && code != exitDone || out != "" {
		t.Fatalf("exit code %d, stdout %q, stderr %q", code, out, errs)
	}
	info, err := os.Stat(name)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v; want a file with mode 0600", info, err)
	}
	if _, errs, code := runCommand(t, args...); code != exitFailed || !strings.Contains(errs, "--force") {
		t.Errorf("over an old file: exit code %d, stderr %q", code, errs)
	}
	if _, errs, code := runCommand(t, append(args, "--force")...); code == exitFailed {
		t.Errorf("with --force: exit code %d, stderr %q", code, errs)
	}
	if _, errs, code := runCommand(t, "report", "totals", "demo:5", "-o", "/nonexistent/x"); code != exitFailed || !strings.Contains(errs, "/nonexistent/x") {
		t.Errorf("into a folder that is not there: exit code %d, stderr %q", code, errs)
	}
}

// TestReverseReport: --direction reverse gives the rows of all object types by trustee.
func TestReverseReport(t *testing.T) {
	out, _, _ := runCommand(t, "report", "aces", "demo", "--trustee", "svc-archive", "--direction", "reverse", "--all", "--format", "json")
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
