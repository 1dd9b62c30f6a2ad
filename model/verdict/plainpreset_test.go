package verdict_test

import "slices"

// What Windows and set-up write, as far as it holds an extended right
// (exchange-facts 2.1 and 4.3): entries by trustee, mask and type.

const fullControl = 0xF01FF

// root returns the SID of a group of the forest root domain by its RID.
func (o *forest) root(rid string) string { return o.Domains[0].SID + "-" + rid }

func (o *forest) presetOnAccount(m *account, e *entry) bool {
	admins := []string{o.root("512")}
	if m.SID != "" {
		admins = append(admins, domainOf(m.SID)+"-512")
	}
	enterprise, local := o.root("519"), builtin+"544"
	if e.Deny || e.Object || e.Condition {
		return false
	}
	if e.is("ID") {
		return e.SID == enterprise && e.Mask == fullControl || e.SID == local && e.Mask == 0xF01BD
	}
	if e.Mask == fullControl && slices.Contains(append(admins, builtin+"548", "S-1-5-18"), e.SID) {
		return true
	}
	// From AdminSDHolder, whose masks differ from release to release.
	return m.AdminCount && slices.Contains(append(admins, enterprise, local, "S-1-5-18"), e.SID)
}

// presetOnStore: all that a store has of set-up is inherited.
func (o *forest) presetOnStore(e *entry) bool { return e.is("ID") && o.presetBelow(e) }

// presetBelow is what comes down from the configuration partition and the
// organisation.
func (o *forest) presetBelow(e *entry) bool {
	if e.Condition || e.Class != "" {
		return false
	}
	om, ets, es := o.Exchange["OM"], o.Exchange["ETS"], o.Exchange["ES"]
	admins := []string{o.root("512"), o.root("519")}
	switch {
	case e.Deny:
		return e.Mask == 0x100 && (e.Type == sendAsRight || e.Type == receiveAsRight) && slices.Contains(append(admins, om), e.SID) ||
			e.Mask == 0x100 && (e.Type == transport || e.Type == delegation) && slices.Contains(append(admins, o.root("518")), e.SID)
	case e.Mask == fullControl && e.Type == "":
		return e.SID == om || e.SID == ets || !e.Object && e.SID == o.root("519")
	case e.Mask == 0xF01BD:
		return !e.Object && e.SID == o.root("512")
	case e.Mask == 0x100:
		return e.Type == "" && (e.SID == es || e.SID == "S-1-5-18") || e.Type == storeAdmin && e.SID == om
	}
	return false
}

// presetOnServer: Exchange Servers have their rights set on each server, and
// are denied Receive-As on all.
func (o *forest) presetOnServer(e *entry) bool {
	if e.is("ID") {
		return o.presetBelow(e) || e.Deny && e.Mask == 0x100 && e.Type == receiveAsRight && e.SID == o.Exchange["ES"] && e.Class == ""
	}
	return !e.Condition && !e.Deny && e.Class == "" && e.Mask == 0x100 && e.Flags == "CI" && e.SID == o.Exchange["ES"] &&
		(e.Type == transport || e.Type == delegation)
}
