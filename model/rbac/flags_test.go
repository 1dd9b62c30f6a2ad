package rbac_test

import (
	"fmt"
	"testing"

	"mbxperm/model/rbac"
)

// The tables of exchange-facts 5.3, written out by hand once more.
var (
	scopeWords = []string{"None", "NotApplicable", "Organization", "MyGAL", "Self", "MyDirectReports", "OU", "CustomRecipientScope",
		"MyDistributionGroups", "MyExecutive", "OrganizationConfig", "CustomConfigScope", "PartnerDelegatedTenantScope",
		"ExclusiveRecipientScope", "ExclusiveConfigScope", "MailboxICanDelegate"}
	assigneeWords = map[uint64]string{0: "User", 2: "SecurityGroup", 4: "RoleAssignmentPolicy", 6: "MailboxPlan", 8: "ForeignSecurityPrincipal",
		10: "RoleGroup", 11: "PartnerLinkedRoleGroup", 12: "LinkedRoleGroup", 14: "Computer"}
	delegationWords = map[uint64]string{1: "Regular", 2: "Delegating", 6: "DelegatingOrgWide"}
)

func TestScopesInEachPlace(t *testing.T) {
	places := []struct {
		name  string
		shift int
		of    func(rbac.Flags) rbac.ScopeType
	}{
		{"recipient write", 0, rbac.Flags.RecipientWrite}, {"recipient read", 24, rbac.Flags.RecipientRead},
		{"config write", 32, rbac.Flags.ConfigWrite}, {"config read", 40, rbac.Flags.ConfigRead},
	}
	for _, at := range places {
		for n := range uint64(32) {
			want := fmt.Sprint(n)
			if n < uint64(len(scopeWords)) {
				want = scopeWords[n]
			}
			f := rbac.Flags(1<<63 | 1<<48 | n<<at.shift)
			if got := at.of(f).String(); got != want {
				t.Errorf("%s %d is %q, want %q", at.name, n, got, want)
			}
			for _, other := range places {
				if other.shift != at.shift && other.of(f) != 0 {
					t.Errorf("%s %d shows as %s %v", at.name, n, other.name, other.of(f))
				}
			}
			if odd := n >= 16; f.Odd() != odd || f.Reserved() != 0 {
				t.Errorf("%s %d: odd %v, reserved %x", at.name, n, f.Odd(), f.Reserved())
			}
		}
	}
}

func TestAssigneesAndDelegations(t *testing.T) {
	for n := range uint64(16) {
		f := rbac.Flags(n<<59 | 1<<48)
		want, known := assigneeWords[n]
		if !known {
			want = fmt.Sprint(n)
		}
		if got := f.Assignee().String(); got != want || f.Odd() == known || f.Enabled() {
			t.Errorf("assignee type %d is %q, want %q; odd %v", n, got, want, f.Odd())
		}
		f = rbac.Flags(n << 48)
		if want, known = delegationWords[n]; !known {
			want = fmt.Sprint(n)
		}
		if got := f.Delegation().String(); got != want || f.Odd() == known {
			t.Errorf("delegation %d is %q, want %q; odd %v", n, got, want, f.Odd())
		}
		if got, want := f.Delegation().Delegates(), n == 2 || n == 6; got != want {
			t.Errorf("delegation %d delegates %v", n, got)
		}
	}
}

// TestBits: each bit is in one field, or reserved.
func TestBits(t *testing.T) {
	reserved := map[int]bool{}
	for _, r := range [][2]int{{52, 58}, {45, 47}, {37, 39}, {29, 31}, {5, 23}} {
		for b := r[0]; b <= r[1]; b++ {
			reserved[b] = true
		}
	}
	for b := range 64 {
		f := rbac.Flags(1) << b
		fields := 0
		for _, set := range []bool{f.Enabled(), f.Assignee() != 0, f.Delegation() != 0, f.ConfigRead() != 0, f.ConfigWrite() != 0,
			f.RecipientRead() != 0, f.RecipientWrite() != 0} {
			if set {
				fields++
			}
		}
		if got := f.Reserved() != 0; got != reserved[b] || fields == 1 == reserved[b] {
			t.Errorf("bit %d: reserved %v, in %d fields", b, got, fields)
		}
		if f.Enabled() != (b == 63) {
			t.Errorf("bit %d enables", b)
		}
	}
}

// TestKnownValues holds the decimals of real directories.
func TestKnownValues(t *testing.T) {
	for _, v := range []struct {
		decimal                                  int64
		text, assignee, delegation, read, writes string
	}{
		{-9223090561844510718, "0x8001000002000002", "User", "Regular", "Organization", "Organization"},
		{-9223090561844510714, "0x8001000002000006", "User", "Regular", "Organization", "OU"},
		{-3457075663926722558, "0xD006000002000002", "RoleGroup", "DelegatingOrgWide", "Organization", "Organization"},
	} {
		f := rbac.Flags(uint64(v.decimal))
		got := []any{f.String(), f.Assignee().String(), f.Delegation().String(), f.RecipientRead().String(), f.RecipientWrite().String(), f.Enabled(), f.Odd()}
		want := []any{v.text, v.assignee, v.delegation, v.read, v.writes, true, false}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%d: %v, want %v", v.decimal, got, want)
		}
	}
}
