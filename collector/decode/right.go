package decode

import (
	"mbxperm/acl"
	"mbxperm/collector"
	"mbxperm/model"
)

// Rights asks for the extended rights, validated writes and property sets whose
// GUIDs ACEs name.
var Rights = collector.Search{
	Purpose:    "rights",
	Stage:      collector.OfForest,
	Base:       func(r collector.Root) string { return "CN=Extended-Rights," + r.Configuration },
	Scope:      collector.ScopeOne,
	Filter:     "(objectClass=controlAccessRight)",
	Attributes: []string{attrObjectClass, attrCN, attrDisplayName, "rightsGuid", "validAccesses"},
	Weight:     7,
}

// right is a controlAccessRight ([MS-ADTS] 5.1.3.2.1).
var right = kind{
	classes:  []class{{name: "controlaccessright"}},
	searches: []collector.Search{Rights},
	decode: func(d *decoder, e *collector.Entry, _ *classSet) {
		g, err := acl.ParseGUID(e.Text("rightsGuid"))
		if err != nil {
			return
		}
		d.w.Right(g, model.ExtendedRight{
			Name: e.Text(attrCN), Display: e.Text(attrDisplayName), ValidAccesses: number(e.Text("validAccesses")),
		})
	},
}

var hasRights = &evidence{"CN=Extended-Rights (names of rights)", func(_ *collector.Entry, set *classSet) bool { return set.is["controlaccessright"] }}
