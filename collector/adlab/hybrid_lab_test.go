package adlab_test

import (
	"slices"
	"strings"
	"testing"

	"mbxperm/collector/adlab"
	"mbxperm/ui/cli/program"
)

// TestLabHybrid: what a real directory says of its mailboxes in Exchange Online and of
// its mail users, and the grants between them and the mailboxes here.
func TestLabHybrid(t *testing.T) {
	t.Parallel()
	lab := adlab.Start(t)
	remote, users := map[string]bool{}, 0
	for _, x := range lab.Oracle.With(adlab.RoleRecipient) {
		if strings.HasPrefix(x.SAM, "remote") {
			remote[x.SAM] = true
		}
		if strings.HasPrefix(x.SAM, "remote") || strings.HasPrefix(x.SAM, "mailuser") {
			users++
		}
	}
	if len(remote) != 4 {
		t.Fatalf("the oracle has the remote mailboxes %v", remote)
	}
	full := labArgs(t, lab, lab.Administrator, lab.AdministratorPassword)
	line := func(source []string) map[string]any {
		all := program.Report(t, program.Gaps, append([]string{"coverage"}, source...)...)
		i := slices.IndexFunc(all, func(r map[string]any) bool { return r["object_type"] == "mail-user" })
		return all[i]
	}
	for _, source := range [][]string{full, labArgs(t, lab, lab.Reader, lab.ReaderPassword)} { // Exchange lets everybody read them
		if l := line(source); l["found"] != float64(users) || l["decoded"] != l["found"] {
			t.Errorf("%v, want %d, and all of them decoded", l, users)
		}
	}
	works := map[string]any{}
	for _, r := range program.Report(t, program.Gaps, append([]string{"hybrid", "--list", "grants"}, full...)...) {
		if r["target_premises"] == r["trustee_premises"] || !remote[r["target"].(string)] && r["target_premises"] == "remote" || !remote[r["trustee"].(string)] && r["trustee_premises"] == "remote" {
			t.Errorf("no border lies between the ends of %v", r)
		}
		works[r["target"].(string)+" "+r["right_name"].(string)+" "+r["trustee"].(string)] = r["works"]
	}
	if works["remote0 SendOnBehalf odd02"] != "yes" || works["remote0 Send-As nest-1"] != "unknown" {
		t.Errorf("grants across the border: %v", works)
	}
}
