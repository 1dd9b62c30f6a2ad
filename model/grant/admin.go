package grant

import (
	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/internal/pool"
)

// AdminACL is the kind of the entries of administration containers
// (exchange-facts 5): a row for each entry, by the name of the role where a
// delegation wizard wrote it.
var AdminACL = &Kind{
	Name: "DelegatedAdmin", Target: model.TargetAdmin, ListName: "the ACL of this object",
	list: inSecurity, sense: pool.SenseWhole,
	hides: setupReasons,
	opens: func(s *model.Snapshot, _ *model.Record, _ pool.Right, a *pool.ACERecord) Ways {
		return opensBelow(s, a)
	},
	covers: maskCovers, name: adminRight,
}

// The masks that the delegation wizard of Exchange 2000 and 2003 wrote, and
// what its dialogue called them (exchange-facts 5.1).
var legacyRoles = map[acl.Mask]string{
	0xF01FF: "legacy role: Exchange Full Administrator",
	0x301FF: "legacy role: Exchange Administrator",
	0x20094: "legacy role: Exchange View Only Administrator",
}

func adminRight(s *model.Snapshot, r pool.Right, a *pool.ACERecord) string {
	if s.Forest.Legacy && !a.HasObjectType && a.Flags == acl.ContainerInherit && a.Type == acl.TypeAllow && legacyRoles[a.Mask] != "" {
		return legacyRoles[a.Mask]
	}
	return wholeName(s, r, a)
}
