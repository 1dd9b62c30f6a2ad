package decode

import (
	"mbxperm/collector"
	"mbxperm/model"
)

// ruleSettings are those of a client access rule (exchange-facts 7).
var ruleSettings = []settingOf{
	{name: "Enabled", attribute: "msExchProvisioningFlags", bits: 1},
	{name: "DatacenterAdminsOnly", attribute: "msExchProvisioningFlags", bits: 2},
	{name: "Priority", attribute: "msExchTransportRulePriority"},
	{name: "Xml", attribute: "msExchTransportRuleXml"},
}

// rule is a client access rule. What it says is XML in one attribute.
var rule = kind{
	classes: []class{{"msexchclientaccessrule", model.ClassDoor}},
	decode: func(d *decoder, e *collector.Entry, set *classSet) {
		d.putDoor(e, set, model.DoorRule, commonSettings, ruleSettings)
	},
}
