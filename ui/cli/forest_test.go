package cli

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mbxperm/acl"
	"mbxperm/collector/ldaptest"
	"mbxperm/ui/cli/program"
)

// forestArgs starts the domain controllers of two domains of a forest and gives
// the flags that reach both.
func forestArgs(t *testing.T) (child *ldaptest.Server, args []string) {
	t.Helper()
	_, args = faultyServer(t, granting(t, ldaptest.Directory(ldaptest.Size{Mailboxes: 40, Children: []string{"emea"}})), nil)
	child = ldaptest.Start(t, ldaptest.Config{Entries: granting(t, ldaptest.Child("emea", ldaptest.Size{Mailboxes: 60})), LDAPS: true,
		Passwords: map[string]string{faultUser: faultPassword}, CertNames: []string{"dc1.emea.contoso.lab"}})
	ca := filepath.Join(t.TempDir(), "ca.pem")
	var both []byte
	for _, file := range []string{args[4], child.CAFile()} {
		pem, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		both = append(both, pem...)
	}
	if err := os.WriteFile(ca, both, 0o600); err != nil {
		t.Fatal(err)
	}
	args[4] = ca
	return child, append(args, "--dc", "dc1.emea.contoso.lab="+child.Addr())
}

// Two accounts that nobody is any more, one of each domain.
var gone = [...][]byte{ldaptest.SID(9001), ldaptest.ChildSID("emea", 9002)}

// granting gives every mailbox and account an ACL that names both, and somebody
// from each domain.
func granting(t *testing.T, entries []ldaptest.Entry) []ldaptest.Entry {
	t.Helper()
	full := acl.Parts{DACLState: acl.ACLPresent, Owner: acl.SIDSelf, Group: acl.SIDSelf}
	for _, sid := range append(gone[:], ldaptest.SID(1101), ldaptest.ChildSID("emea", 1101)) {
		full.DACL = append(full.DACL, acl.ACE{Type: acl.TypeAllow, Mask: acl.MailboxFullAccess | acl.ControlAccess, SID: sid})
	}
	sd, err := acl.Encode(full)
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range entries {
		for k, a := range e.Attributes {
			if strings.HasSuffix(a.Name, "SecurityDescriptor") {
				entries[i].Attributes[k].Values = [][]byte{sd}
			}
		}
	}
	return entries
}

// kinds are the kinds of the trustees of a report of entries, by name.
func kinds(records []map[string]any) map[string]string {
	out := map[string]string{}
	for _, r := range records {
		out[r["trustee_domain"].(string)+`\`+r["trustee"].(string)] = r["trustee_kind"].(string)
	}
	return out
}

// TestForestTrustees: a SID that nobody holds is an orphan where its domain was
// read to the end, and only there.
func TestForestTrustees(t *testing.T) {
	const home, emea = `CONTOSO\S-1-5-21-1111-2222-3333-9001`, `EMEA\S-1-5-21-1111-2222-1634037093-9002`
	child, args := forestArgs(t)
	args = append([]string{"aces"}, append(args, "--all")...)
	got := kinds(program.Report(t, program.Gaps, args...))
	want := map[string]string{home: "orphan", emea: "orphan", `CONTOSO\svc-backup`: "user", `EMEA\svc-backup`: "user"}
	if !maps.Equal(got, want) {
		t.Errorf("trustees %v, want %v", got, want)
	}
	child.Close()
	got = kinds(program.Report(t, program.Gaps, args...))
	want = map[string]string{home: "orphan", strings.TrimPrefix(emea, "EMEA"): "unresolved", `CONTOSO\svc-backup`: "user",
		`\S-1-5-21-1111-2222-1634037093-1101`: "unresolved"}
	if !maps.Equal(got, want) {
		t.Errorf("with a dead domain: trustees %v, want %v", got, want)
	}
}

// TestForestRecording: a recording of a forest, with a domain that was dead or
// with both, gives the reports that the forest gave.
func TestForestRecording(t *testing.T) {
	for name, dead := range map[string]bool{"alive": false, "dead": true} {
		t.Run(name, func(t *testing.T) {
			child, args := forestArgs(t)
			if dead {
				child.Close()
			}
			file := filepath.Join(t.TempDir(), "forest.ldif")
			if _, errs, code := program.Run(t, append([]string{"record", args[0], file}, args[1:]...)...); code != program.Gaps && code != program.Done {
				t.Fatalf("record: exit code %d, %s", code, errs)
			}
			for _, report := range []string{"coverage", "totals", "aces"} {
				flags := []string{"--format", "csv", "--quiet"}
				if report != "coverage" {
					flags = append(flags, "--all")
				}
				live, errs, code := program.Run(t, append(append([]string{"report", report}, args...), flags...)...)
				again, _, codeAgain := program.Run(t, append([]string{"report", report, file}, flags...)...)
				if live != again || code != codeAgain || strings.Count(live, "\n") < 5 {
					t.Errorf("%s: exit codes %d and %d, stderr %s; live\n%s\nrecording\n%s", report, code, codeAgain, errs, live, again)
				}
				if report == "coverage" && dead != strings.Contains(live, "domain emea.contoso.lab was not read") {
					t.Errorf("coverage does not tell whether the domain was read:\n%s", live)
				}
				if report == "totals" && dead == strings.Contains(live, ",EMEA,") {
					t.Errorf("totals of a forest with a domain that is dead (%v):\n%s", dead, live)
				}
			}
		})
	}
}

// TestOneDomain leaves the others out, and what is left is complete.
func TestOneDomain(t *testing.T) {
	child, args := forestArgs(t)
	child.Close()
	out, errs, _ := program.Run(t, append(append([]string{"report", "coverage"}, args...), "--one-domain", "--format", "csv")...)
	if strings.Contains(out, "was not read") || !strings.Contains(out, "true") {
		t.Errorf("coverage of one domain:\n%s\n%s", out, errs)
	}
}
