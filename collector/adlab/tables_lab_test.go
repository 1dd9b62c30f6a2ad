package adlab_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"mbxperm/acl"
	"mbxperm/collector/adlab"
	"mbxperm/ui/cli/program"
	"mbxperm/ui/export/engines"
)

// TestLabTables holds the tables of a real directory against the reports of it, and
// who is in which group against what the domain controller says.
func TestLabTables(t *testing.T) {
	t.Parallel()
	lab := adlab.Start(t)
	source := labArgs(t, lab, lab.Administrator, lab.AdministratorPassword)
	dir := filepath.Join(t.TempDir(), "tables")
	args := slices.Concat([]string{"export", source[0], dir}, source[1:])
	if _, errs, code := program.Run(t, args...); code != program.Done && code != program.Gaps {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	db := engines.DuckDB(t, dir)
	reports := engines.Ask(t, source...)
	reports.Tables(db)
	reports.Queries(db, reports.Every[len(reports.Every)/2]["mailbox"].(string))
	sameMembers(t, lab, db)
}

// sameMembers asks the domain controller for everybody in a group at any depth
// (LDAP_MATCHING_RULE_IN_CHAIN, [MS-ADTS] 3.1.1.3.4.4.3). That leaves primary groups
// out, which are asked for apart, and takes a group in a circle for its own member.
func sameMembers(t *testing.T, lab *adlab.Lab, db *engines.DB) {
	t.Helper()
	c := lab.Dial(t, lab.Administrator, lab.AdministratorPassword)
	dns := map[string]string{}
	for i := range lab.Oracle.Objects {
		dns[lab.Oracle.Objects[i].SID] = lab.Oracle.Objects[i].DN
	}
	got := map[string][]string{}
	for _, r := range db.Query("select group_sid, member_sid from membership where member_sid is not null") {
		got[r["group_sid"]] = append(got[r["group_sid"]], r["member_sid"])
	}
	find := func(filter string) []string {
		r, err := c.SearchWithPaging(ldap.NewSearchRequest(lab.BaseDN, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 0, 0, false, filter, []string{"objectSid"}, nil), 1000)
		if err != nil {
			t.Fatalf("%s: %v", filter, err)
		}
		out := []string{}
		for _, e := range r.Entries {
			if id, err := acl.SIDFromBytes(e.GetRawAttributeValue("objectSid")); err == nil {
				out = append(out, id.String())
			}
		}
		return out
	}
	primary := map[string][]string{}
	groups, members := 0, 0
	for sid, list := range got {
		dn := dns[sid]
		if dn == "" || strings.HasPrefix(sid, "S-1-5-32-") {
			continue
		}
		want := find(fmt.Sprintf("(memberOf:1.2.840.113556.1.4.1941:=%s)", ldap.EscapeFilter(dn)))
		for _, group := range append(slices.Clone(want), sid) {
			if parts := strings.Split(group, "-"); len(parts) == 8 {
				if primary[parts[7]] == nil {
					primary[parts[7]] = find("(primaryGroupID=" + parts[7] + ")")
				}
				want = append(want, primary[parts[7]]...)
			}
		}
		want = slices.DeleteFunc(want, func(member string) bool { return member == sid })
		slices.Sort(want)
		want = slices.Compact(want)
		slices.Sort(list)
		if !slices.Equal(list, want) {
			t.Errorf("%s:\ngot  %q\nwant %q", dn, list, want)
		}
		groups, members = groups+1, members+len(want)
	}
	if groups < 5 || members < 20 {
		t.Errorf("only %d groups with %d members were compared", groups, members)
	}
	t.Logf("%d groups with %d members are the domain controller's", groups, members)
}
