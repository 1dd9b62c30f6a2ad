package grant

import (
	"mbxperm/model"
	"mbxperm/model/coverage"
	"mbxperm/model/internal/pool"
)

// otherSenses are those of recipients that are no mailboxes.
var otherSenses = []pool.Sense{pool.SenseOther, pool.SenseGroup}

// RecipientSend is the kind of Send-As on other recipients: mail users, remote
// mailboxes, groups, contacts, mail-enabled public folders (exchange-facts 2.1).
// On groups stand with it Send-To, which nobody evaluates since 2013, and who may
// change the members, and so send as whatever the group may.
var RecipientSend = &Kind{
	Name: "SendAs-ReceiveAs", Target: model.TargetRecipient, ListName: "the ACL of this recipient",
	list: inSecurity, sense: pool.SenseOther,
	opens: sendOpens, covers: sendCovers, name: recipientRight, fill: fillRecipient,
}

// RecipientBehalf is the kind of Send on Behalf on other recipients.
var RecipientBehalf = &Kind{
	Name: "SendOnBehalf", Target: model.TargetRecipient, ListName: "who may send on its behalf", ByList: true,
	list: inDelegates, linkRows: [2]RowKinds{recipientBehalfRows, 0},
	opens: OnBehalf.opens, name: OnBehalf.name, fill: fillBehalf, empty: (*coverage.Readability).NoDelegates,
}

// Manager is the kind of those who manage a recipient: managedBy and
// msExchCoManagedByLink. To whom it gives anything, a role or an entry says.
var Manager = &Kind{
	Name: "Manager", Target: model.TargetRecipient, ListName: "who manages it",
	list: inLinks, attributes: []model.LinkAttribute{model.ManagedBy, model.CoManagedBy}, linkRows: [2]RowKinds{managerRows, 0},
	opens: opensNothing, name: linkRight, fill: fillLink,
}

// Delivery is the kind of those from whom a recipient takes messages, and from
// whom it does not (exchange-facts 2.2).
var Delivery = &Kind{
	Name: "Delivery", Target: model.TargetRecipient, ListName: "who may send to it", ByList: true,
	list:       inLinks,
	attributes: []model.LinkAttribute{model.Accept, model.AcceptMembers, model.Reject, model.RejectMembers},
	linkRows:   [2]RowKinds{deliveryRows, deliveryDenyRows},
	opens:      opensNothing, name: linkRight, fill: fillLink,
}

func opensNothing(*model.Snapshot, *model.Record, pool.Right, *pool.ACERecord) Ways { return 0 }

// The rights of groups and of links as reports spell them.
var recipientRights = map[pool.Right]string{
	pool.RightSendTo: "Send-To", pool.RightMembers: "may change members", pool.RightMembersByFull: "may change members", pool.RightJoin: "may change members",
	pool.RightManager: "manager", pool.RightCoManager: "co-manager",
	pool.RightAccept: "accept", pool.RightAcceptMembers: "accept members of",
	pool.RightReject: "reject", pool.RightRejectMembers: "reject members of",
}

func recipientRight(s *model.Snapshot, r pool.Right, a *pool.ACERecord) string {
	if name := recipientRights[r]; name != "" {
		return name
	}
	return sendRight(s, r, a)
}

func linkRight(_ *model.Snapshot, r pool.Right, _ *pool.ACERecord) string { return recipientRights[r] }

// fillRecipient says of a right what it does not do, or only in part.
func fillRecipient(s *model.Snapshot, o *model.Record, row *Row) {
	switch row.Ref.Right {
	case pool.RightSendTo:
		row.Text = "Send-To (not evaluated by 2013+)"
	case pool.RightJoin:
		row.Text = "may change members (itself alone)"
	case pool.RightMembers, pool.RightMembersByFull:
	default:
		fillSend(s, o, row)
	}
}

func fillLink(_ *model.Snapshot, _ *model.Record, row *Row) {
	row.Status = Allow
	if Denies(row.Ref, nil) {
		row.Status = Deny
	}
	row.AppliesHere, row.AppliesTo = true, "this object"
}

// SenderAuth says in a word whether another recipient takes messages of
// authenticated senders alone; empty for any other object.
func SenderAuth(s *model.Snapshot, o *model.Record) string {
	if o.Target() != model.TargetRecipient {
		return ""
	}
	switch p := s.PostingOf(s.At(o.DN)); {
	case p.Auth == model.AuthRequired:
		return "true"
	case p.Auth == model.AuthNotRequired, readability.Of(s).NoSenderAuth(o, p):
		return "false"
	}
	return "unknown"
}

var readability = model.Derive(coverage.NewReadability)
