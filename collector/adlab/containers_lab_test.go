package adlab_test

import (
	"slices"
	"strings"
	"testing"

	"mbxperm/collector/adlab"
	"mbxperm/ui/cli/program"
)

// TestLabContainerDefaults: on what a domain controller makes itself, prepared
// for Exchange, nothing is shown but what was put there on purpose.
func TestLabContainerDefaults(t *testing.T) {
	t.Parallel()
	lab := adlab.Start(t)
	args := labArgs(t, lab, lab.Administrator, lab.AdministratorPassword)
	planted := []string{"svc-backup", "svc-voicemail"}
	made, all := map[string]bool{}, 0
	for _, r := range program.Report(t, program.Gaps, append([]string{"aces", "--object", "container"}, args...)...) {
		dn := r["target_dn"].(string)
		if !slices.Contains([]string{lab.BaseDN, "CN=Users," + lab.BaseDN, "CN=AdminSDHolder,CN=System," + lab.BaseDN, "CN=Services,CN=Configuration," + lab.BaseDN}, dn) {
			continue
		}
		made[dn] = true
		if !slices.Contains(planted, r["trustee"].(string)) {
			t.Errorf("%s: %v for %v (mask %v, %v) is shown, and nobody set it", dn, r["right"], r["trustee"], r["mask"], r["ace_flags"])
		}
	}
	for _, r := range program.Report(t, program.Gaps, append([]string{"aces", "--object", "container", "--all"}, args...)...) {
		if strings.HasPrefix(r["target_dn"].(string), "CN=Users,") {
			all++
		}
	}
	if len(made) != 3 || all < 20 {
		t.Errorf("rows on %v, %d entries on CN=Users", made, all)
	}
}
