package decode

import (
	"mbxperm/collector"
	"mbxperm/model"
)

// Trusts asks for the domains that a domain trusts: their SIDs stand in ACEs.
var Trusts = collector.Search{
	Purpose:    "trusts",
	Stage:      collector.OfDomain,
	Base:       domainBase,
	Scope:      collector.ScopeSub,
	Filter:     "(objectCategory=trustedDomain)",
	Attributes: []string{attrObjectClass, attrCN, "securityIdentifier", "flatName", "trustPartner"},
	Weight:     6,
}

// trust is a trusted domain: what it takes are the names of one outside the
// forest, the SID of one inside ([MS-ADTS] 6.1.6.7).
var trust = kind{
	classes:  []class{{name: "trusteddomain"}},
	searches: []collector.Search{Trusts},
	decode: func(d *decoder, e *collector.Entry, _ *classSet) {
		if sid := d.sid(e, "securityIdentifier", e.Value("securityIdentifier")); !sid.IsZero() {
			d.w.Trust(sid, model.Trust{NetBIOS: e.Text("flatName"), DNS: e.Text("trustPartner")})
		}
	},
}
