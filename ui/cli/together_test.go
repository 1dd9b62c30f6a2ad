package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mbxperm/ui/cli/program"
	"mbxperm/ui/export/engines"
)

// teams writes a directory in which rights tie mailboxes to teams of so many each, in
// a chain, a star or both ways, in turn; and one mailbox whose owner opens all.
func teams(t *testing.T, sizes []int) string {
	t.Helper()
	const users, domain = "OU=Staff,DC=contoso,DC=com", "S-1-5-21-1111111111-2222222222-3333333333"
	const store = "CN=DB01,CN=Databases,CN=Administrative Groups,CN=Contoso,CN=Microsoft Exchange,CN=Services,CN=Configuration,DC=contoso,DC=com"
	var b strings.Builder
	fmt.Fprintf(&b, "dn: DC=contoso,DC=com\nobjectClass: domainDNS\ndc: contoso\nobjectSid: %s\n\n", domain)
	fmt.Fprintf(&b, "dn: %s\nobjectClass: msExchPrivateMDB\ncn: DB01\nobjectGUID: 00abcdef-0000-0000-0000-00000000f000\nnTSecurityDescriptor: O:SYG:SYD:(A;;GA;;;SY)\n\n", store)
	n := 0
	mailbox := func(grants []int, delegates ...int) {
		var aces, links string
		for _, of := range grants {
			aces += fmt.Sprintf("(A;CI;CC;;;%s-%d)", domain, 1000+of)
		}
		for _, of := range delegates {
			links += fmt.Sprintf("publicDelegates: CN=m%03d,%s\n", of, users)
		}
		fmt.Fprintf(&b, "dn: CN=m%03[1]d,%[2]s\nobjectClass: user\ncn: m%03[1]d\nsAMAccountName: m%03[1]d\nuserAccountControl: 512\n", n, users)
		fmt.Fprintf(&b, "objectSid: %s-%d\nobjectGUID: 00abcdef-0000-0000-0000-%012x\nmsExchMailboxGuid: 00abcdef-0000-0000-0001-%012x\n", domain, 1000+n, n, n)
		fmt.Fprintf(&b, "msExchRecipientTypeDetails: 1\nhomeMDB: %s\nmsExchMailboxSecurityDescriptor: O:PSG:PSD:(A;CI;CCRC;;;PS)%s\n", store, aces)
		fmt.Fprintf(&b, "nTSecurityDescriptor: O:SYG:SYD:(A;;GA;;;SY)\n%s\n", links)
		n++
	}
	mailbox(nil) // who opens all
	for team, size := range sizes {
		first := n
		for i := range size {
			grants := []int{0}
			switch {
			case team%3 == 0 && i > 0: // a chain
				mailbox(append(grants, n-1))
			case team%3 == 1 && i > 0: // a star, by Send on Behalf
				mailbox(grants, first)
			case team%3 == 2: // a circle
				mailbox(append(grants, first+(i+1)%size))
			default:
				mailbox(grants)
			}
		}
	}
	file := filepath.Join(t.TempDir(), "teams.ldif")
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestBatchesAreTheQuerys holds query 10 against whole batches of report hybrid. A
// batch of at most five takes no two teams of three or more, so that a batch of the
// report, without mailboxes that nothing ties, is one of the query.
func TestBatchesAreTheQuerys(t *testing.T) {
	const size = 5
	file := teams(t, []int{3, 4, 5, 1, 4, 3, 5, 1, 5, 4, 1, 3, 3, 4, 5}) // more than the usual hub has
	dir := filepath.Join(t.TempDir(), "tables")
	if _, errs, code := program.Run(t, "export", file, dir, "--tables", "tie"); code != program.Gaps {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	db := engines.DuckDB(t, dir)
	byQuery := map[string][]string{}
	for _, r := range db.Ten("10") {
		byQuery[r["batch"]] = append(byQuery[r["batch"]], r["mailbox_name"])
	}
	byReport := map[string][]string{}
	for _, r := range program.Report(t, program.Gaps, "hybrid", file, "--list", "batches", "--batch-size", fmt.Sprint(size)) {
		if r["torn"] != 0.0 {
			t.Errorf("%v is torn from %v", r["mailbox"], r["torn_from"])
		}
		if r["ties"] != 0.0 {
			byReport[fmt.Sprint(r["batch"])] = append(byReport[fmt.Sprint(r["batch"])], r["mailbox"].(string))
		}
	}
	got, want := batchesOf(byQuery), batchesOf(byReport)
	if !slices.Equal(got, want) || len(got) != 12 {
		t.Errorf("the query has\n%s\nand the report\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// batchesOf are batches as texts, in order.
func batchesOf(by map[string][]string) (out []string) {
	for _, names := range by {
		slices.Sort(names)
		out = append(out, strings.Join(names, " "))
	}
	slices.Sort(out)
	return out
}
