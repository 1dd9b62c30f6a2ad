package decode

import (
	"strings"

	"mbxperm/collector"
	"mbxperm/model"
)

// domainBase is the domain itself.
func domainBase(r collector.Root) string { return r.Domain }

// domainHead is the object that a domain begins with: what it takes beyond the
// descriptor is the SID of the domain. [Containers] asks for it.
var domainHead = kind{
	classes: []class{{"domaindns", model.ClassDomain}},
	decode: func(d *decoder, e *collector.Entry, set *classSet) {
		o := d.object(e, set)
		o.Domain = true
		d.w.Domain(model.DomainInfo{DN: e.DN, SID: o.SID})
		if !o.SID.IsZero() {
			d.domainHeads[strings.ToLower(e.DN)] = o.SID
		}
		d.put(e, o)
	},
}
