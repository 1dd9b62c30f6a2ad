package decode

import (
	"slices"

	"mbxperm/collector"
	"mbxperm/model"
)

// Groups asks for the groups of a domain that have no mail alias, with their
// members and managers. The descriptor tells "no members" from "may not see them".
var Groups = collector.Search{
	Purpose:    "groups",
	Stage:      collector.OfDomain,
	Base:       domainBase,
	Scope:      collector.ScopeSub,
	Filter:     "(&(objectCategory=group)(!(mailNickname=*)))",
	Attributes: slices.Concat([]string{attrMember, "groupType", attrSecurity, attrRoleGroup, attrForeignGroup}, managers, identity),
	Weight:     14,
}

// group is a group, with a mail alias or without.
var group = kind{
	classes:  []class{{"group", model.ClassGroup}},
	searches: []collector.Search{Groups},
	lacks:    []*evidence{has(attrMember, "member of any group")},
	decode: func(d *decoder, e *collector.Entry, set *classSet) {
		o := d.object(e, set)
		d.recipient(e, o, set.is)
		d.members(e, o)
		d.roleGroup(e, o)
		if o.Mail == nil { // without an alias: of a role group they may change who is in it
			d.links(e, o, model.ManagedBy, model.CoManagedBy)
		}
		d.put(e, o)
	},
}

// Bits of groupType ([MS-ADTS] 2.2.12).
const (
	domainLocal     = 0x4        // GROUP_TYPE_RESOURCE_GROUP
	universal       = 0x8        // GROUP_TYPE_UNIVERSAL_GROUP
	securityEnabled = 0x80000000 // GROUP_TYPE_SECURITY_ENABLED
)

// members takes what makes a group of an object. Others have no members; that
// they were asked for is noted of them too, since their class may not be
// readable.
func (d *decoder) members(e *collector.Entry, o *model.Object) {
	if t := e.Text("groupType"); t != "" {
		o.Distribution = number(t)&securityEnabled == 0
		o.Universal = number(t)&universal != 0
		o.DomainLocal = number(t)&domainLocal != 0
		o.GroupType = true
	}
	o.MembersPartial = d.linkedNames(e, attrMember, &o.Members, &o.MembersState)
}
