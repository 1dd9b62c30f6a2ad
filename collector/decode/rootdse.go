package decode

import (
	"strconv"
	"time"

	"mbxperm/acl"
	"mbxperm/collector"
	"mbxperm/model"
)

// RootDSE asks a server about itself: the partitions of its directory, and the
// token of the bound account.
var RootDSE = collector.Search{
	Purpose: "rootdse",
	Base:    func(collector.Root) string { return "" },
	Scope:   collector.ScopeBase,
	Filter:  "(objectClass=*)",
	Attributes: []string{
		"defaultNamingContext", "configurationNamingContext", "schemaNamingContext", "rootDomainNamingContext",
		"namingContexts", "dnsHostName", "serverName", "currentTime", "highestCommittedUSN",
		"domainControllerFunctionality", "forestFunctionality", "tokenGroups",
	},
	Weight: 1,
}

// rootDSE is the entry with no name (RFC 4512 5.1). It has no object class.
var rootDSE = kind{searches: []collector.Search{RootDSE}, decode: decodeRootDSE}

var hasRootDSE = &evidence{"rootDSE", func(e *collector.Entry, _ *classSet) bool { return e.DN == "" }}

// decodeRootDSE takes the names of the partitions and the token of the bound
// account: on the root DSE, tokenGroups holds the SIDs that the server sees in
// it ([MS-ADTS] 3.1.1.3.2.26).
func decodeRootDSE(d *decoder, e *collector.Entry, _ *classSet) {
	if s := e.Text("dnsHostName"); s != "" && d.w.State.Server == "" { // the first is that of the server that was asked for
		d.w.State.Server = s
		if now, err := time.Parse("20060102150405.0Z", e.Text("currentTime")); err == nil {
			d.w.State.Clock = now
		}
		if n, err := strconv.ParseInt(e.Text("highestCommittedUSN"), 10, 64); err == nil {
			d.w.State.USN = n
		}
	}
	if root := e.Text("rootDomainNamingContext"); root != "" {
		d.w.Domain(model.DomainInfo{DN: root, Root: true})
	}
	var token []acl.SID
	for _, v := range e.Values("tokenGroups") {
		if s := d.sid(e, "tokenGroups", v); !s.IsZero() {
			token = append(token, s)
		}
	}
	if token != nil {
		d.w.Token(e.Text("defaultNamingContext"), token)
	}
}
