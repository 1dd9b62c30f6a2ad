package rbac

import (
	"fmt"
	"strconv"

	"mbxperm/model/coverage"
)

// Flags is the value of msExchRoleAssignmentFlags. LDAP gives it as a signed
// 64-bit integer, in which every enabled assignment is negative; here it is a set
// of bit fields (exchange-facts 5.3).
type Flags uint64

// Enabled reports bit 63: an assignment without it gives nothing.
func (f Flags) Enabled() bool { return f>>63 == 1 }

// Assignee says what the assignee is, by bits 59 to 62.
func (f Flags) Assignee() AssigneeType { return AssigneeType(f >> 59 & 0xF) }

// Delegation says what the assignment lets its holder do, by bits 48 to 51.
func (f Flags) Delegation() Delegation { return Delegation(f >> 48 & 0xF) }

// ConfigRead and the three others are the scopes, five bits each.
func (f Flags) ConfigRead() ScopeType     { return ScopeType(f >> 40 & 0x1F) }
func (f Flags) ConfigWrite() ScopeType    { return ScopeType(f >> 32 & 0x1F) }
func (f Flags) RecipientRead() ScopeType  { return ScopeType(f >> 24 & 0x1F) }
func (f Flags) RecipientWrite() ScopeType { return ScopeType(f & 0x1F) }

// Reserved returns the bits that no document gives a meaning, where they are set.
func (f Flags) Reserved() uint64 { return uint64(f) &^ coverage.KnownFlags }

// Odd reports that something in the flags has no meaning that is known: a
// reserved bit, or a value that no table has.
func (f Flags) Odd() bool { return coverage.OddFlags(uint64(f)) }

// String spells the flags as 0x and sixteen digits.
func (f Flags) String() string { return fmt.Sprintf("0x%016X", uint64(f)) }

// AssigneeType says what an assignment's assignee is.
type AssigneeType uint8

// The types of assignees.
const (
	AssigneeUser                   AssigneeType = 0
	AssigneeSecurityGroup          AssigneeType = 2
	AssigneePolicy                 AssigneeType = 4
	AssigneeMailboxPlan            AssigneeType = 6
	AssigneeForeign                AssigneeType = 8
	AssigneeRoleGroup              AssigneeType = 10
	AssigneePartnerLinkedRoleGroup AssigneeType = 11
	AssigneeLinkedRoleGroup        AssigneeType = 12
	AssigneeComputer               AssigneeType = 14
)

var assigneeNames = map[AssigneeType]string{
	AssigneeUser: "User", AssigneeSecurityGroup: "SecurityGroup", AssigneePolicy: "RoleAssignmentPolicy", AssigneeMailboxPlan: "MailboxPlan",
	AssigneeForeign: "ForeignSecurityPrincipal", AssigneeRoleGroup: "RoleGroup", AssigneePartnerLinkedRoleGroup: "PartnerLinkedRoleGroup",
	AssigneeLinkedRoleGroup: "LinkedRoleGroup", AssigneeComputer: "Computer",
}

// String spells the type as Exchange does, one that no table has as a number.
func (a AssigneeType) String() string {
	if name, ok := assigneeNames[a]; ok {
		return name
	}
	return strconv.Itoa(int(a))
}

// Delegation says what an assignment lets its holder do: use the role, or assign
// it to others. The latter does not give the role itself.
type Delegation uint8

// The delegations.
const (
	Regular           Delegation = 1
	Delegating        Delegation = 2
	DelegatingOrgWide Delegation = 6
)

var delegationNames = map[Delegation]string{Regular: "Regular", Delegating: "Delegating", DelegatingOrgWide: "DelegatingOrgWide"}

func (d Delegation) String() string {
	if name, ok := delegationNames[d]; ok {
		return name
	}
	return strconv.Itoa(int(d))
}

// Delegates reports whether the assignment lets its holder assign the role.
func (d Delegation) Delegates() bool { return d == Delegating || d == DelegatingOrgWide }

// ScopeType is a part of the organisation, by one word.
type ScopeType uint8

// The words that decide something here.
const (
	ScopeNone          ScopeType = 0
	ScopeNotApplicable ScopeType = 1
	ScopeOrganization  ScopeType = 2
	ScopeSelf          ScopeType = 4
	ScopeOU            ScopeType = 6
	ScopeCustom        ScopeType = 7
	ScopeExclusive     ScopeType = 13
)

var scopeNames = [...]string{"None", "NotApplicable", "Organization", "MyGAL", "Self", "MyDirectReports", "OU", "CustomRecipientScope",
	"MyDistributionGroups", "MyExecutive", "OrganizationConfig", "CustomConfigScope", "PartnerDelegatedTenantScope", "ExclusiveRecipientScope",
	"ExclusiveConfigScope", "MailboxICanDelegate"}

// String spells the word as Exchange does, one that no table has as a number.
func (s ScopeType) String() string {
	if int(s) < len(scopeNames) {
		return scopeNames[s]
	}
	return strconv.Itoa(int(s))
}

// RoleFlags is the value of msExchRoleFlags: what sort of role it is, and where it
// counts where an assignment does not say so.
type RoleFlags uint32

// Deprecated reports bit 0, and EndUser bit 31: a role for what people do with
// their own mailbox.
func (f RoleFlags) Deprecated() bool { return f&1 != 0 }
func (f RoleFlags) EndUser() bool    { return f>>31 == 1 }

// RecipientRead and the three others are the implicit scopes, five bits each.
func (f RoleFlags) RecipientRead() ScopeType  { return ScopeType(f >> 24 & 0x1F) }
func (f RoleFlags) RecipientWrite() ScopeType { return ScopeType(f >> 17 & 0x1F) }
func (f RoleFlags) ConfigRead() ScopeType     { return ScopeType(f >> 10 & 0x1F) }
func (f RoleFlags) ConfigWrite() ScopeType    { return ScopeType(f >> 3 & 0x1F) }

// ScopeKind says in a word what a scope object is a part of, by the low byte of
// msExchScopeFlags; one that no table has is a number.
func ScopeKind(flags uint64) string {
	kinds := [...]string{1: "none", 2: "recipients (obsolete kind)", 3: "recipients", 4: "servers", 5: "partner", 6: "databases"}
	if n := flags & scopeKind; n > 0 && n < uint64(len(kinds)) {
		return kinds[n]
	}
	return strconv.FormatUint(flags&scopeKind, 10)
}

// Bits of msExchScopeFlags: the kind in the low byte, and bit 31.
const (
	scopeKind      = 0xFF
	scopeExclusive = 1 << 31

	scopeObsolete  = 2 // treated as recipient
	scopeRecipient = 3
)

// policyDefault is bit 0 of msExchRBACPolicyFlags.
const policyDefault = 1
