package decode

import (
	"strings"

	"mbxperm/acl"
	"mbxperm/collector"
	"mbxperm/model"
)

// rootDSE takes the names of the partitions and the token of the bound account:
// on the root DSE, tokenGroups holds the SIDs that the server sees in it
// ([MS-ADTS] 3.1.1.3.2.26).
func (d *Decoder) rootDSE(e *collector.Entry) {
	if s := e.Text("dnsHostName"); s != "" && d.w.State.Server == "" { // the first is that of the server that was asked for
		d.w.State.Server = s
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

// crossRef takes the NetBIOS name of a domain. Only crossRefs of domains have one
// ([MS-ADTS] 6.1.1.2.1.1.2).
func (d *Decoder) crossRef(e *collector.Entry) {
	if name := e.Text("nETBIOSName"); name != "" {
		d.w.Domain(model.DomainInfo{DN: e.Text("nCName"), NetBIOS: name, DNS: e.Text("dnsRoot")})
	}
}

// trust takes a trusted domain: the names of one outside the forest, the SID of
// one inside ([MS-ADTS] 6.1.6.7).
func (d *Decoder) trust(e *collector.Entry) {
	if sid := d.sid(e, "securityIdentifier", e.Value("securityIdentifier")); !sid.IsZero() {
		d.w.Trust(sid, model.Trust{NetBIOS: e.Text("flatName"), DNS: e.Text("trustPartner")})
	}
}

func (d *Decoder) schema(e *collector.Entry, class bool) {
	if leaf, _ := model.SplitDN(e.DN); strings.EqualFold(leaf, "CN=ms-Exch-Schema-Version-Pt") {
		d.w.ExchangeSchema(int(number(e.Text("rangeUpper"))))
	}
	g, err := acl.GUIDFromBytes(e.Value("schemaIDGUID"))
	if err != nil {
		return
	}
	n := model.SchemaName{Name: e.Text("lDAPDisplayName"), Class: class, Catalog: strings.EqualFold(e.Text("isMemberOfPartialAttributeSet"), "TRUE")}
	if set, err := acl.GUIDFromBytes(e.Value("attributeSecurityGUID")); err == nil {
		n.PropertySet = set
	}
	d.w.Schema(g, n)
}

func (d *Decoder) right(e *collector.Entry) {
	g, err := acl.ParseGUID(e.Text("rightsGuid"))
	if err != nil {
		return
	}
	d.w.Right(g, model.ExtendedRight{
		Name: e.Text(attrCN), Display: e.Text(attrDisplayName), ValidAccesses: number(e.Text("validAccesses")),
	})
}
