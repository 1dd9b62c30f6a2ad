package decode

import (
	"strings"

	"mbxperm/collector"
	"mbxperm/model"
	"mbxperm/model/dn"
)

// Containers asks, by name, for what lies above the recipients of a domain,
// with its own descriptor: inherited entries are set there, and whoever may
// write there can give himself rights on everybody below. AdminSDHolder is
// among them, whose ACL AD writes over that of protected accounts ([MS-ADTS]
// 3.1.1.6.1).
var Containers = collector.Search{
	Purpose:    "containers",
	Base:       domainBase,
	Scope:      collector.ScopeSub,
	Attributes: []string{attrObjectClass, attrObjectGUID, attrObjectSID, attrCN, attrSecurity, AttrStamps},
	Weight:     13,
	About:      "every OU and container above a mailbox or recipient, by name",
}

// container is an OU or a container, of the classes that may lie above an
// account, a group or a contact ([MS-ADSC] 2, systemPossSuperiors):
// LostAndFound takes whatever has lost its parent.
var container = kind{
	classes: []class{
		{"container", model.ClassContainer}, {"organizationalunit", model.ClassContainer},
		{"builtindomain", model.ClassContainer}, {"msexchcontainer", model.ClassContainer},
		{"lostandfound", model.ClassContainer}, {"organization", model.ClassContainer},
		{"country", model.ClassContainer}, {"locality", model.ClassContainer},
	},
	searches: []collector.Search{Containers},
	lacks:    []*evidence{hasSecurity},
	decode: func(d *decoder, e *collector.Entry, set *classSet) {
		if isDoorFolder(e.DN) && d.doorFolder(e, set) {
			return
		}
		o := d.object(e, set)
		leaf, _ := dn.Split(e.DN)
		o.AdminSDHolder = strings.EqualFold(leaf, "CN=AdminSDHolder")
		if d.roleContainer(e, o) {
			return
		}
		d.put(e, o)
		d.wellKnownGroups(e)
	},
}
