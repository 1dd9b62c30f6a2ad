package decode

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"mbxperm/collector"
	"mbxperm/model"
	"mbxperm/model/dn"
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

// traitPlaces are the places in model.TraitAttributes, by the name in lower case.
var traitPlaces = func() map[string]int {
	out := map[string]int{}
	for i, name := range model.TraitAttributes {
		out[strings.ToLower(name)] = i
	}
	return out
}()

// longestTrait is the length of the longest of these names.
const longestTrait = len("physicalDeliveryOfficeName")

// traits takes what a user says of himself, which client access rules look at: with
// a mailbox or without, since who administers often has none. It looks at each
// attribute of the entry once: there are 23 to look for.
func (d *decoder) traits(e *collector.Entry, o *model.Object) {
	if o.Class != model.ClassUser {
		return
	}
	if d.now != d.traitQuery {
		d.traitQuery, d.traitsAsked = d.now, model.Traits{}
		for i, name := range model.TraitAttributes {
			if d.now != nil && d.now.Asked(name) {
				d.traitsAsked[i].State = model.Missing
			}
		}
	}
	t := &d.traitSet
	*t = d.traitsAsked
	var lower [longestTrait]byte
	for k := range e.Attributes {
		a := &e.Attributes[k]
		if len(a.Name) > len(lower) || len(a.Values) == 0 {
			continue
		}
		for i := range len(a.Name) {
			lower[i] = dn.Fold(a.Name[i])
		}
		if i, ok := traitPlaces[string(lower[:len(a.Name)])]; ok {
			v := a.Values[0]
			if !utf8.Valid(v) {
				v = bytes.ToValidUTF8(v, []byte("\uFFFD"))
			}
			t[i] = model.Trait{State: model.Present, Text: v}
		}
	}
	d.w.Traits(e.DN, t)
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
