package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mbxperm/collector/adlab"
)

// everyReport is every report of every object type in both directions, with
// everything shown and as it comes.
func everyReport() (all [][]string) {
	for _, object := range []string{"mailbox", "store", "admin"} {
		for _, report := range []string{"totals", "aces"} {
			all = append(all, []string{report, "--object", object, "--all"}, []string{report, "--object", object},
				[]string{report, "--object", object, "--all", "--direction", "reverse"})
		}
	}
	return append(all, []string{"coverage"})
}

// fewReports are those of everyReport that hold all that the others are made of.
func fewReports() [][]string {
	return slices.DeleteFunc(everyReport(), func(r []string) bool { return len(r) != 4 && r[0] != "coverage" })
}

// sameReports holds reports of two sources against each other: each byte, what
// is said beside it, and the exit code.
func sameReports(t *testing.T, reports [][]string, a, b []string) {
	t.Helper()
	for _, report := range reports {
		wantOut, wantErrs, wantCode := runCommand(t, slices.Concat([]string{"report"}, report, a, []string{"--format", "csv"})...)
		out, errs, code := runCommand(t, slices.Concat([]string{"report"}, report, b, []string{"--format", "csv"})...)
		wantErrs, errs = withoutEvidence(wantErrs), withoutEvidence(errs)
		if out != wantOut || errs != wantErrs || code != wantCode {
			t.Errorf("report %v of %s and %s differ: %s; exit codes %d and %d; stderr\n%s\n%s",
				report, a[0], b[0], firstDifference(wantOut, out), wantCode, code, wantErrs, errs)
		}
		if strings.Count(wantOut, "\n") < 2 {
			t.Errorf("report %v of %s is empty", report, a[0])
		}
	}
}

// withoutEvidence takes the evidence off, which names the source and the time.
func withoutEvidence(stderr string) (said string) {
	for line := range strings.Lines(stderr) {
		if !strings.HasPrefix(line, "{") && !strings.HasPrefix(line, "mbxperm: reading ") {
			said += line
		}
	}
	return said
}

func firstDifference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range x {
		if i >= len(y) || x[i] != y[i] {
			return fmt.Sprintf("line %d is\n%q and\n%q", i+1, x[i], slices.Concat(y, []string{"", ""})[min(i, len(y))])
		}
	}
	return fmt.Sprintf("%d and %d lines", len(x), len(y))
}

// recordTo records with mbxperm record.
func recordTo(t *testing.T, wantCode int, args ...string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "recording.ldif.zst")
	out, errs, code := runCommand(t, slices.Concat([]string{"record"}, args, []string{file})...)
	if code != wantCode || out != "" || !strings.Contains(errs, file+": ") {
		t.Fatalf("mbxperm record %v: exit code %d, want %d; stdout %q; stderr %q", args, code, wantCode, out, errs)
	}
	return file
}

func TestRecordingGivesTheSameReports(t *testing.T) {
	t.Parallel()
	for _, source := range []string{"demo", "demo:700:3:40"} {
		code := exitGaps
		if _, _, c := runCommand(t, "report", "coverage", source); c == exitDone {
			code = exitDone
		}
		sameReports(t, everyReport(), []string{source}, []string{recordTo(t, code, source)})
	}
}

// TestRecordFlag: a report records on the way, and both are what they are alone.
func TestRecordFlag(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "r")
	want, _, _ := runCommand(t, "report", "aces", "demo", "--all", "--format", "csv")
	got, errs, code := runCommand(t, "report", "aces", "demo", "--all", "--format", "csv", "--record", file)
	if got != want || code != exitGaps {
		t.Errorf("the report with --record differs; exit code %d, stderr %s", code, errs)
	}
	if got, _, _ = runCommand(t, "report", "aces", file, "--all", "--format", "csv"); got != want {
		t.Error("the report of what --record wrote differs")
	}
	// From standard input too, here unpacked on the way.
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out, errOut bytes.Buffer
	if code := run(t.Context(), []string{"report", "aces", "-", "--all", "--format", "csv"}, bytes.NewReader(b), &out, &errOut); code != exitGaps || out.String() != want {
		t.Errorf("the report of standard input differs; exit code %d, stderr %s", code, &errOut)
	}
}

func TestRecordUsage(t *testing.T) {
	dir := t.TempDir()
	text, old := filepath.Join(dir, "text"), filepath.Join(dir, "old")
	for _, name := range []string{text, old} {
		if err := os.WriteFile(name, []byte("hello\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		args string
		code int
		want string
	}{
		{"record", exitUsage, "mbxperm record ldaps://HOST FILE"},
		{"record demo", exitUsage, "wants a source and a file"},
		{"record demo " + old, exitFailed, "--force"},
		{"record ldaps://127.0.0.1:1 " + old, exitFailed, "--force"}, // said before anything is dialled
		{"record demo " + dir + "/none/x", exitFailed, "no such file"},
		{"record nonsense " + dir + "/x", exitUsage, `cannot read "nonsense"`},
		{"report aces demo --record " + old, exitFailed, "--force"},
		{"report aces " + text, exitFailed, text + ": no LDIF: line 1"},
		{"report aces " + dir, exitFailed, "there is no recording in it yet"},
		{"report aces -", exitFailed, "standard input: it is empty"},
	} {
		out, errs, code := runCommand(t, strings.Fields(c.args)...)
		if code != c.code || out != "" || !strings.Contains(errs, c.want) || strings.Count(errs, "\n") != 1 {
			t.Errorf("mbxperm %s: exit code %d, want %d; stdout %q; stderr %q, want %q", c.args, code, c.code, out, errs, c.want)
		}
	}
	if b, err := os.ReadFile(old); err != nil || string(b) != "hello\n" {
		t.Errorf("the old file is %q, %v", b, err)
	}
	if _, errs, code := runCommand(t, "record", "demo:5", old, "--force"); code == exitFailed || code == exitUsage {
		t.Errorf("with --force: exit code %d, stderr %q", code, errs)
	}
}

// TestInterruptedRecording: what was read until then is kept, and says that it is not all.
func TestInterruptedRecording(t *testing.T) {
	file := filepath.Join(t.TempDir(), "r")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, errs bytes.Buffer
	if code := run(ctx, []string{"record", "demo", file}, strings.NewReader(""), &out, &errs); code != exitFailed || !strings.Contains(errs.String(), "interrupted") {
		t.Errorf("exit code %d, stderr %q", code, &errs)
	}
	report, said, code := runCommand(t, "report", "coverage", file, "--format", "csv")
	if code != exitGaps || !strings.Contains(report, "cancelled") {
		t.Errorf("exit code %d, stderr %q, coverage\n%s", code, said, report)
	}
}

// TestLabRecording: every report of a real directory is that of its recording,
// for the administrator and for an account that does not see everything, and
// the password is not in it.
func TestLabRecording(t *testing.T) {
	t.Parallel()
	lab := adlab.Start(t)
	for _, c := range []struct{ user, password string }{
		{lab.Administrator, lab.AdministratorPassword}, {lab.Reader, lab.ReaderPassword},
	} {
		args := append(labArgs(t, lab, c.user, c.password), "--auth", "simple")
		file := recordTo(t, exitGaps, args...)
		sameReports(t, fewReports(), args, []string{file})
		plain, err := exec.Command("zstd", "-dc", file).Output()
		if err != nil {
			t.Logf("no zstd here: %v", err)
			continue
		}
		if bytes.Contains(plain, []byte(c.password)) {
			t.Error("the password is in the recording")
		}
		for _, want := range []string{"source=\"ldaps://" + lab.Host, "account=\"" + c.user + "\"", "bound=\"" + c.user + " by simple bind over TLS, certificate verified\"", "\nhighestCommittedUSN: ", "\ndefaultNamingContext: "} {
			if !bytes.Contains(plain, []byte(want)) {
				t.Errorf("the recording lacks %q", want)
			}
		}
	}
}

// TestLabExport: what ldapsearch writes of the domain and the configuration
// gives the rows of the live directory. What differs is stated here: a SID that
// nobody in the file holds is no orphan, since nobody says that the file is the
// whole domain; and the file holds containers that the live source does not ask
// for, so that more inherited entries find their origin and more containers
// below CN=Microsoft Exchange are listed.
func TestLabExport(t *testing.T) {
	t.Parallel()
	lab := adlab.Start(t)
	file := ldapsearch(t, lab)
	args := labArgs(t, lab, lab.Administrator, lab.AdministratorPassword)
	for _, object := range []string{"mailbox", "store", "admin"} {
		t.Run(object, func(t *testing.T) {
			flags := []string{"aces", "--all", "--object", object}
			var want, got []string
			asked, noOrigin := map[any]bool{}, map[string]bool{}
			for _, r := range jsonReport(t, exitGaps, append(flags, args...)...) {
				asked[r["target_dn"]] = true
				if r["trustee_kind"] == "orphan" {
					r["trustee_kind"] = "unresolved"
				}
				if r["origin"] == "origin not read" {
					r["origin"] = ""
					noOrigin[fmt.Sprint(r)] = true
				}
				want = append(want, fmt.Sprint(r))
			}
			for _, r := range jsonReport(t, exitGaps, append(flags, file)...) {
				if object == "admin" && !asked[r["target_dn"]] {
					continue
				}
				origin := r["origin"]
				r["origin"] = ""
				if row := fmt.Sprint(r); noOrigin[row] && origin != "" {
					got = append(got, row)
					continue
				}
				r["origin"] = origin
				got = append(got, fmt.Sprint(r))
			}
			diffRows(t, want, got)
			t.Logf("%d rows are the same; of %d the file knows where they are set and the live source does not", len(want), len(noOrigin))
		})
	}
	for _, l := range jsonReport(t, exitGaps, "coverage", file) {
		reason := l["reason"].(string)
		if l["complete"] != false || !strings.Contains(reason, "what it leaves out is not known") {
			t.Errorf("coverage of %s: complete %v, reason %q", l["object_type"], l["complete"], reason)
		}
		for line, lack := range map[string]string{"mailbox": "no rootDSE", "store": "no schema"} {
			if l["object_type"] == line && !strings.Contains(reason, lack) {
				t.Errorf("coverage of %s does not say %q: %q", line, lack, reason)
			}
		}
	}
}

// ldapsearch exports the domain and the configuration as an administrator would,
// with the control for owner, group and DACL.
func ldapsearch(t *testing.T, lab *adlab.Lab) string {
	t.Helper()
	if _, err := exec.LookPath("ldapsearch"); err != nil {
		if os.Getenv("MBXPERM_LAB") == "required" {
			t.Fatal(err)
		}
		t.Skip("no ldapsearch here (Debian: ldap-utils)")
	}
	dir := t.TempDir()
	password, file := filepath.Join(dir, "password"), filepath.Join(dir, "export.ldif")
	if err := os.WriteFile(password, []byte(lab.AdministratorPassword), 0o600); err != nil {
		t.Fatal(err)
	}
	var all []byte
	for _, base := range []string{lab.BaseDN, lab.ConfigDN} {
		cmd := exec.Command("ldapsearch", "-x", "-LLL", "-o", "ldif-wrap=76", "-E", "pr=1000/noprompt", "-E", "!1.2.840.113556.1.4.801=::MAMCAQc=",
			"-E", "!1.2.840.113556.1.4.417", // and deleted accounts, which the live source asks for too
			"-H", "ldaps://"+lab.Address, "-D", lab.Administrator, "-y", password, "-b", base)
		// The certificate names the host; the address is only how to reach it here.
		cmd.Env = append(os.Environ(), "LDAPTLS_CACERT="+lab.CAFile, "LDAPTLS_REQCERT=allow")
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("ldapsearch -b %s: %v", base, err)
		}
		all = append(all, out...)
	}
	if err := os.WriteFile(file, all, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
