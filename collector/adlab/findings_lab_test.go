package adlab_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"mbxperm/collector/adlab"
	"mbxperm/ui/cli/program"
)

// TestLabFindings: in a directory that Samba and the entries of set-up made, nobody whom
// Windows or set-up names is in a finding about what these made, and what was planted is
// found.
func TestLabFindings(t *testing.T) {
	t.Parallel()
	lab := adlab.Start(t)
	args := append([]string{"findings"}, labArgs(t, lab, lab.Administrator, lab.AdministratorPassword)...)
	made := []string{lab.BaseDN, "CN=Users," + lab.BaseDN, "CN=Builtin," + lab.BaseDN, "CN=System," + lab.BaseDN, "CN=AdminSDHolder,CN=System," + lab.BaseDN,
		"CN=Microsoft Exchange System Objects," + lab.BaseDN}
	planted := func(name string) bool {
		return slices.ContainsFunc([]string{"svc-", "exch-", "adm-", "odd", "helpdesk"}, func(p string) bool { return strings.HasPrefix(name, p) }) ||
			slices.Contains([]string{"Backdoor", "nobody", "Helpdesk"}, name)
	}
	found := map[[3]string]bool{}
	lines := program.Report(t, program.Gaps, args...)
	for _, r := range lines {
		rule, target, trustee, dn := r["rule"].(string), r["target"].(string), r["trustee"].(string), r["target_dn"].(string)
		found[[3]string{rule, target, trustee}] = true
		if rule == "non-canonical" && target == "MAIL2003" { // it was delegated, which put denies behind set-up's allows
			continue
		}
		exchange := strings.HasSuffix(dn, "CN=Services,"+lab.ConfigDN) && !strings.Contains(dn, "CN=DB") && !strings.Contains(dn, "Store (")
		if exchange && !strings.Contains(dn, "Executives") && !planted(trustee) || slices.Contains(made, dn) && !planted(trustee) {
			t.Errorf("%v %s on %s for %q: %v, and nobody set it", r["severity"], rule, dn, trustee, r["detail"])
		}
		switch rule {
		case "exchange-member", "windows-permissions-dacl", "missing-deny", "impersonation", "content-role", "delegating-role", "master-inside":
			t.Errorf("%s on %s for %s: the lab is as set-up makes it there", rule, dn, trustee)
		}
		if n, ok := r["count"].(float64); !ok || n < 0 || r["remedy"] == "" {
			t.Errorf("%v", r)
		}
		since, _ := r["since"].(string) // of one object's list it is known
		at, err := time.Parse(time.RFC3339, since)
		if since == "" && (rule == "mailbox-deny" || rule == "null-dacl") || since != "" && (err != nil || at.After(time.Now()) || at.Before(time.Now().AddDate(-5, 0, 0))) {
			t.Errorf("since %q: %v", since, r)
		}
	}
	for _, want := range [][3]string{
		{"everyone", "room-101", "Everyone"}, {"everyone", "room-berlin", "ANONYMOUS LOGON"}, {"everyone", "shared-sales", "Everyone"},
		{"null-dacl", "x-nulldacl", "Everyone"}, {"adminsdholder", "AdminSDHolder", "svc-voicemail"}, {"store-right", "DB01", "svc-backup"},
		{"store-right", "Databases", "svc-journal"}, {"store-right", "EX01", "svc-archive"}, {"can-change-members", "Sales Team", "helpdesk1"},
		{"admin-member", "Organization Management", "odd01"}, {"non-canonical", "x-denyafter", ""}, {"mailbox-deny", "x-deny", "Interns"},
	} {
		if !found[want] {
			t.Errorf("%v was planted and is not found", want)
		}
	}
	if again := program.Report(t, program.Gaps, args...); len(again) != len(lines) || again[0]["detail"] != lines[0]["detail"] {
		t.Errorf("%d findings, then %d of the same directory", len(lines), len(again))
	}
}
