package decode

import "mbxperm/collector"

// Lookup asks for whoever holds a SID that ACEs name and no other search has
// delivered, now or formerly: accounts and groups of any class, tombstones too.
var Lookup = collector.Search{
	Purpose:    "lookup",
	Base:       domainBase,
	Scope:      collector.ScopeSub,
	Attributes: append([]string{attrMember, "groupType", "whenChanged", "lastKnownParent"}, identity...),
}

// holder is whoever holds such a SID. Its class says what it is, so it is
// decoded as what it is.
var holder = kind{
	searches: []collector.Search{Lookup},
	lacks:    []*evidence{hasSID, {"answer to who holds a SID", nil}},
}

var hasSID = has(attrObjectSID, "objectSid")
