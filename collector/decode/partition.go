package decode

import (
	"mbxperm/collector"
	"mbxperm/model"
)

// Partitions asks for the domains of the forest and their names.
var Partitions = collector.Search{
	Purpose:    "forest",
	Base:       func(r collector.Root) string { return "CN=Partitions," + r.Configuration },
	Scope:      collector.ScopeOne,
	Filter:     "(objectClass=crossRef)",
	Attributes: []string{attrObjectClass, attrCN, "nCName", "nETBIOSName", "dnsRoot", "systemFlags"},
	Weight:     5,
}

// partition is a crossRef: what it takes is the NetBIOS name of a domain. Only
// crossRefs of domains have one ([MS-ADTS] 6.1.1.2.1.1.2).
var partition = kind{
	classes:  []class{{name: "crossref"}},
	searches: []collector.Search{Partitions},
	decode: func(d *decoder, e *collector.Entry, _ *classSet) {
		if name := e.Text("nETBIOSName"); name != "" {
			d.w.Domain(model.DomainInfo{DN: e.Text("nCName"), NetBIOS: name, DNS: e.Text("dnsRoot")})
		}
	},
}
