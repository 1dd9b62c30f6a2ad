package decode

import (
	"mbxperm/collector"
	"mbxperm/model"
)

// accessSettings are what an account says of the protocols that it may use
// (exchange-facts 6.1, 6.2).
var accessSettings = []settingOf{
	{name: "protocolSettings", attribute: "protocolSettings"},
	{name: "MobileFeatures", attribute: "msExchOmaAdminWirelessEnable"},
	{name: "EwsEnabled", attribute: "msExchEwsEnabled"},
	{name: "EwsApplicationAccessPolicy", attribute: "msExchEwsApplicationAccessPolicy"},
	{name: "EwsExceptions", attribute: "msExchEwsExceptions"},
	{name: "EwsWellKnownApplicationPolicies", attribute: "msExchEwsWellKnownApplicationPolicies"},
	{name: "OwaMailboxPolicy", attribute: "msExchOWAPolicy"},
	{name: "ActiveSyncMailboxPolicy", attribute: "msExchMobileMailboxPolicyLink"},
	{name: "ActiveSyncAllowedDeviceIDs", attribute: "msExchMobileAllowedDeviceIds"},
	{name: "ActiveSyncBlockedDeviceIDs", attribute: "msExchMobileBlockedDeviceIds"},
	{name: "HasActiveSyncDevicePartnership", attribute: "msExchMobileMailboxFlags", bits: 1},
}

// accessAttributes are the attributes of these.
func accessAttributes() (out []string) {
	for _, s := range accessSettings {
		out = append(out, s.attribute)
	}
	return out
}

// access takes what a mailbox says of the protocols that it may use.
func (d *decoder) access(e *collector.Entry, o *model.Object) {
	if o.Recipient == model.Mailbox || o.Recipient == model.SystemMailbox {
		values := d.accessValues[:0]
		for i := range accessSettings {
			values = append(values, d.doorValue(e, &accessSettings[i]))
		}
		d.accessValues = values
		d.w.Access(e.DN, values)
	}
}
