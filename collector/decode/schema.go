package decode

import (
	"strings"

	"mbxperm/collector"
	"mbxperm/model"
	"mbxperm/model/dn"
)

// Schema asks for the attributes and classes whose GUIDs ACEs name.
var Schema = collector.Search{
	Purpose:    "schema",
	Stage:      collector.OfForest,
	Base:       func(r collector.Root) string { return r.Schema },
	Scope:      collector.ScopeOne,
	Filter:     "(|(objectClass=attributeSchema)(objectClass=classSchema))",
	Attributes: []string{attrObjectClass, attrCN, "lDAPDisplayName", "schemaIDGUID", "attributeSecurityGUID", "rangeUpper", "isMemberOfPartialAttributeSet"},
	Weight:     9,
}

// schema is an attribute or a class of the schema.
var schema = kind{
	classes:  []class{{name: "attributeschema"}, {name: "classschema"}},
	searches: []collector.Search{Schema},
	decode:   decodeSchema,
}

var hasSchema = &evidence{"schema (names of attributes)", func(_ *collector.Entry, set *classSet) bool { return set.is["attributeschema"] }}

// decodeSchema takes the name behind a schemaIDGUID ([MS-ADTS] 3.1.1.2.3). The
// version of Exchange's schema is the upper bound of an attribute that nothing
// has.
func decodeSchema(d *decoder, e *collector.Entry, set *classSet) {
	if leaf, _ := dn.Split(e.DN); strings.EqualFold(leaf, "CN=ms-Exch-Schema-Version-Pt") && e.Value("rangeUpper") != nil {
		d.w.ExchangeSchema(int(number(e.Text("rangeUpper"))))
	}
	d.stampIDs.Learn(e)
	g, err := guidOf(e.Value("schemaIDGUID"))
	if err != nil {
		return
	}
	n := model.SchemaName{Name: e.Text("lDAPDisplayName"), Class: set.is["classschema"], Catalog: strings.EqualFold(e.Text("isMemberOfPartialAttributeSet"), "TRUE")}
	if set, err := guidOf(e.Value("attributeSecurityGUID")); err == nil {
		n.PropertySet = set
	}
	d.w.Schema(g, n)
}
