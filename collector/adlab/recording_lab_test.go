package adlab_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"mbxperm/collector/adlab"
	"mbxperm/ui/cli/program"
)

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
		file := program.Record(t, program.Gaps, args...)
		program.SameReports(t, program.FewReports(), args, []string{file})
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
			for _, r := range program.Report(t, program.Gaps, append(flags, args...)...) {
				asked[r["target_dn"]] = true
				if r["trustee_kind"] == "orphan" {
					r["trustee_kind"] = "unresolved"
				}
				delete(r, "acl_changed") // the file has no replication metadata
				if r["origin"] == "origin not read" {
					r["origin"] = ""
					noOrigin[fmt.Sprint(r)] = true
				}
				want = append(want, fmt.Sprint(r))
			}
			for _, r := range program.Report(t, program.Gaps, append(flags, file)...) {
				if object == "admin" && !asked[r["target_dn"]] {
					continue
				}
				if r["acl_changed"] != "" {
					t.Errorf("the file tells when a list changed: %v", r)
				}
				delete(r, "acl_changed")
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
	for _, l := range program.Report(t, program.Gaps, "coverage", file) {
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
