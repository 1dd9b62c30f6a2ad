package decode

import (
	"encoding/hex"
	"strings"

	"mbxperm/acl"
	"mbxperm/collector"
	"mbxperm/model"
	"mbxperm/model/dn"
)

// Servers asks for the Exchange organisation and its servers, with their
// descriptors.
var Servers = collector.Search{
	Purpose:    "exchange",
	Base:       exchangeBase,
	Scope:      collector.ScopeSub,
	Filter:     "(|(objectClass=msExchOrganizationContainer)(objectClass=msExchExchangeServer))",
	Attributes: exchangeAttributes,
	Weight:     8,
	About:      aboutExchange,
}

// AboveStores asks, by name, for what lies above the stores and servers:
// entries that these inherit are set there.
var AboveStores = collector.Search{
	Purpose:    "exchange",
	Base:       servicesBase,
	Scope:      collector.ScopeSub,
	Attributes: exchangeAttributes,
	Weight:     8,
	About:      aboutExchange,
}

// exchangeAttributes are those of stores, of the organisation, of its servers
// and of the containers above them.
var exchangeAttributes = []string{
	attrObjectClass, attrObjectGUID, attrCN, attrSecurity, "msExchOwningServer", "msExchHostServerLink",
	"msExchMasterServerOrAvailabilityGroup", "serialNumber", "versionNumber", "objectVersion",
	"legacyExchangeDN", "otherWellKnownObjects",
	"msExchServerSite", "networkAddress", "msExchCurrentServerRoles", "msExchEwsEnabled", "msExchOrganizationFlags2",
	AttrStamps,
}

const aboutExchange = "stores, servers and organisation; the last of them for all objects above these, by name"

// servicesBase is the container above Exchange's, exchangeBase that of the
// Exchange organisation.
func servicesBase(r collector.Root) string { return "CN=Services," + r.Configuration }
func exchangeBase(r collector.Root) string { return "CN=Microsoft Exchange," + servicesBase(r) }

// organisation is the Exchange organisation: what it takes beyond the
// descriptor is the objectVersion.
var organisation = kind{
	classes:  []class{{"msexchorganizationcontainer", model.ClassContainer}},
	searches: []collector.Search{Servers, AboveStores},
	lacks:    []*evidence{hasOrganisation, hasSecurity, hasSchema, hasRights},
	decode: func(d *decoder, e *collector.Entry, set *classSet) {
		d.put(e, d.object(e, set))
		d.w.Organisation(e.DN, int(number(e.Text("objectVersion"))))
		d.w.Door(e.DN, model.DoorOrganisation, d.doorValues(e, organisationSettings))
		d.wellKnownGroups(e)
	},
}

// exchangeObject is whatever else Exchange keeps in the configuration: of such
// objects we read what lies above stores and servers.
var exchangeObject = kind{
	fits: func(is map[string]bool) bool {
		for c := range is {
			if strings.HasPrefix(c, "msexch") && c != "msexchsystemmailbox" {
				return true
			}
		}
		return false
	},
	decode: func(d *decoder, e *collector.Entry, set *classSet) {
		if isDoorFolder(e.DN) && d.doorFolder(e, set) {
			return
		}
		o := d.object(e, set)
		o.Class = model.ClassContainer
		if d.roleContainer(e, o) {
			return
		}
		d.put(e, o)
		d.wellKnownGroups(e)
	},
}

// wellKnownGroups takes the names of Exchange's own groups, where the object is
// the container that names them: values of otherWellKnownObjects are B:32:<GUID
// in hex, little-endian>:<DN> ([MS-ADTS] 6.1.1.4, exchange-facts 5.2).
func (d *decoder) wellKnownGroups(e *collector.Entry) {
	if !exchangeContainer(e.DN) {
		return
	}
	for _, v := range e.Values("otherWellKnownObjects") {
		parts := strings.SplitN(string(v), ":", 4)
		if len(parts) != 4 || parts[0] != "B" {
			continue
		}
		b, err := hex.DecodeString(parts[2])
		if err != nil {
			continue
		}
		if g, err := acl.GUIDFromBytes(b); err == nil {
			d.w.WellKnownGroup(g, parts[3])
		}
	}
}

var hasOrganisation = &evidence{"configuration partition below CN=Microsoft Exchange", func(e *collector.Entry, _ *classSet) bool { return administration(e.DN) }}

// administration reports whether a container's entries are delegated
// administration: it is CN=Microsoft Exchange below CN=Services of the
// configuration partition, or lies below that.
func administration(dnNumber string) bool {
	for name := dnNumber; name != ""; _, name = dn.Split(name) {
		if exchangeContainer(name) {
			return true
		}
	}
	return false
}

// exchangeContainer reports whether a name is that of the container that holds
// all of Exchange's configuration. Only there are Exchange's own groups named.
func exchangeContainer(name string) bool {
	leaf, parent := dn.Split(name)
	above, _ := dn.Split(parent)
	return strings.EqualFold(leaf, "CN=Microsoft Exchange") && strings.EqualFold(above, "CN=Services")
}
