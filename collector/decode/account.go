package decode

import (
	"slices"

	"mbxperm/collector"
	"mbxperm/model"
)

// Mailboxes asks for the accounts of a domain that have a mail alias, with both
// descriptors: that of the account and that of its mailbox. Some are mail users
// and remote mailboxes, of whom it counts who may send to them.
var Mailboxes = collector.Search{
	Purpose: "mailboxes",
	Base:    domainBase,
	Scope:   collector.ScopeSub,
	Filter:  filterMailboxes,
	Attributes: slices.Concat([]string{
		attrMailboxSD, attrSecurity, attrNickname, "msExchRecipientTypeDetails",
		"msExchMailboxGuid", "msExchHomeServerName", "homeMDB", "msExchMasterAccountSid", attrDelegates,
		attrPolicy, attrLastLogon, AttrStamps,
	}, forwards, placings, senders, accessAttributes(), model.TraitAttributes[:], identity),
	Weight: 18,
}

// Keys asks for nothing but the keys of the same accounts, to hold what came in
// parts against. It delivers no entries.
var Keys = collector.Search{
	Purpose:    "keys",
	Base:       domainBase,
	Scope:      collector.ScopeSub,
	Filter:     filterMailboxes,
	Attributes: []string{attrObjectGUID},
	Weight:     15,
}

const filterMailboxes = "(&(objectCategory=person)(objectClass=user)(mailNickname=*))"

// Principals asks for every other holder of a SID, and for contacts, since
// groups and publicDelegates name them. With [Mailboxes], [Recipients] and
// [Groups] it names every object of a domain that has a mail alias or a SID,
// each once. Of users it asks what client access rules look at, who come by doors
// for administrators without a mailbox, too.
var Principals = collector.Search{
	Purpose:    "principals",
	Stage:      collector.OfDomain,
	Base:       domainBase,
	Scope:      collector.ScopeSub,
	Filter:     "(&(|(objectSid=*)(objectClass=contact))(!(mailNickname=*))(!(objectCategory=group)))",
	Attributes: slices.Concat(identity, []string{attrLastLogon}, model.TraitAttributes[:]),
	Weight:     16,
}

// account is whoever can log on, with a mailbox or without. A computer is a
// user too, a managed service account a computer.
var account = kind{
	classes: []class{
		{"msds-managedserviceaccount", model.ClassService}, {"msds-groupmanagedserviceaccount", model.ClassService},
		{"computer", model.ClassComputer},
		{"user", model.ClassUser}, {"inetorgperson", model.ClassUser},
	},
	searches: []collector.Search{Mailboxes, Keys, Principals},
	lacks:    []*evidence{has(attrMailboxSD, attrMailboxSD), hasSecurity, hasRootDSE},
	decode: func(d *decoder, e *collector.Entry, set *classSet) {
		o := d.object(e, set)
		d.recipient(e, o, set.is)
		d.placing(e, o)
		d.habit(e, o)
		d.members(e, o)
		d.policyOf(e, o)
		d.put(e, o)
		d.addresses(e)
		d.access(e, o)
		d.traits(e, o)
	},
}
