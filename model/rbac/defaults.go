package rbac

import (
	"slices"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/internal/pool"
)

// setupGives are the role types that set-up assigns to Exchange's own groups, by
// the GUIDs of these (exchange-facts 5.2, and Microsoft's pages on the built-in
// role groups). Not in it is what opens mailboxes.
var setupGives = map[acl.GUID][]int64{
	organizationManagement: {26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58,
		59, 60, 61, 62, 63, 66, 67, 68, 69, 70, 71, 73, 74, 76, 77, 78, 79, 85, 86, 88, 92, 95, 109, 110},
	acl.MustParseGUID("1dc472db-5849-4d0a-b304-fe6981e56297"): {26, 32, 52, 53, 57, 58, 59, 61, 71, 92},     // Recipient Management
	acl.MustParseGUID("d3399e1a-be5a-4757-b979-ffc0c6e5ea26"): {34, 55, 56},                                 // View-Only Organization Management
	acl.MustParseGUID("7b41fa45-7435-4edc-929b-c4b059699792"): {30, 58, 68},                                 // Public Folder Management
	acl.MustParseGUID("b7df0ce8-9756-4993-81c8-98b4dbc5a0c6"): {36, 49, 70},                                 // UM Management
	acl.MustParseGUID("bec6ddb3-3b2a-4be8-97eb-2dce9477e389"): {50, 55},                                     // Help Desk
	acl.MustParseGUID("c932a4be-1d4e-4e25-af99-b40573360d5b"): {37, 40, 53, 62, 63},                         // Records Management
	acl.MustParseGUID("2ede7fc6-3983-4467-90fb-afdca3dfdc95"): {typeMailboxSearch, typeLegalHold},           // Discovery Management
	acl.MustParseGUID("75e7b84d-b64e-43c1-9565-612e69a80a4f"): {29, 34, 35, 44, 45, 46, 47, 48, 68, 74, 79}, // Server Management
	acl.MustParseGUID("261928d1-f5d1-445b-866d-1d6b5bd87a09"): {56},                                         // Delegated Setup
	acl.MustParseGUID("f409b703-f351-43bf-88e3-3495369b6771"): {48, 55, 56, 73, 86},                         // Hygiene Management
	acl.MustParseGUID("9b440ab3-b4a9-4520-8c4b-b22f33c52766"): {37, 40, 53, 55, 56, 62, 63, 85, 88, 95},     // Compliance Management
}

// organizationManagement may assign every role that set-up makes.
var organizationManagement = acl.MustParseGUID("29a962c2-91d6-4ab7-9e06-8728f8f842ea")

// policyGives are the role types that set-up gives the default policy: a person's
// own options.
var policyGives = []int64{7, 10, 20, 21, 22, 23, 24, 25, 93, 107, 108, 115}

// setup knows Exchange's own groups in a directory.
type setup map[pool.DN]acl.GUID

func setupOf(s *model.Snapshot) setup {
	out := setup{}
	for g, name := range s.Forest.WellKnownGroups {
		if _, ours := setupGives[g]; ours && name != 0 {
			out[name] = g
		}
	}
	return out
}

// made reports whether set-up makes such an assignment: an enabled one of a role
// that lies directly in CN=Roles, to the group or the policy that gets it, within
// no scope of one's own. One that opens mailboxes never is.
func (x setup) made(b *Book, a *Assignment) bool {
	s := b.s
	r, f := a.Role, a.Flags
	if !a.Decoded || r == nil || r.TypeState != model.Present || !f.Enabled() || f.Odd() || a.Effect == OpensAll {
		return false
	}
	roles := s.DNs.At(uint32(s.Record(r.Obj).DN)).Parent
	if s.CN(roles) != "Roles" || a.RoleAssignment.Scope != 0 || a.ConfigScope != 0 {
		return false
	}
	switch f.RecipientWrite() {
	case ScopeOU, ScopeCustom, ScopeExclusive:
		return false
	}
	group, ours := x[a.User]
	switch {
	case !ours:
		return f.Assignee() == AssigneePolicy && f.Delegation() == Regular && b.defaults[a.User] && slices.Contains(policyGives, r.Type)
	case f.Delegation() == Regular:
		return slices.Contains(setupGives[group], r.Type)
	}
	return f.Delegation() == DelegatingOrgWide && group == organizationManagement && r.Type > 0 && r.Type < int64(len(typeNames))
}
