package view

import (
	"slices"

	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/hiding"
)

// Recipients is the object type of recipients that are no mailboxes here: mail
// users, remote mailboxes, groups with an address, contacts, mail-enabled public
// folders. Who can send as one, who manages it, and from whom it takes messages.
var Recipients = &ObjectType{
	Name: "Other Recipient", Flag: "recipient", Plural: "Other recipients", One: "other recipient",
	Toggles: hiding.Inherited | hiding.Self | hiding.Default | hiding.Implied,
	Totals: append([]model.Column[*Line]{
		{Title: "RecipientName", Is: model.ContentTrustee, Text: recipientText},
		{Title: "Type", Is: model.ContentWord, Text: func(l *Line) string { return typeOrKind(l) }},
		forwardColumn("Send/ReceiveAs", "Send/RecvAs", false, grant.RecipientSend),
		forwardColumn("Manager", "", false, grant.Manager),
		forwardColumn("Delivery", "", false, grant.Delivery),
		forwardColumn("OnBehalf", "", true, grant.RecipientBehalf),
		reverseColumn("Reverse_Send/ReceiveAs", "Rev_Send/Recv", false, grant.RecipientSend),
		reverseColumn("Reverse_OnBehalf", "Rev_OnBehalf", true, grant.RecipientBehalf),
		reverseColumn("Reverse_Manager", "Rev_Manager", true, grant.Manager),
		reverseColumn("Reverse_Delivery", "Rev_Delivery", true, grant.Delivery),
		{Title: "SenderAuth", Is: model.ContentWord, Extra: true, Text: func(l *Line) string { return l.SenderAuth }},
		premisesColumn,
	}, knownAs...),
	Details: recipientColumns("RecipientName"),
	Fields: append([]model.Field[*Line]{
		{Name: "account", First: true, Is: model.ContentTrustee, Value: func(l *Line) any { return l.Name }},
		{Name: "domain", Is: model.ContentName, Value: func(l *Line) any { return l.Domain }},
		{Name: "sid", Is: model.ContentSID, Order: true, Value: func(l *Line) any { return model.SIDText(l.SID) }},
		{Name: "kind", Is: model.ContentWord, Value: func(l *Line) any { return l.Kind }},
		{Name: "type", Is: model.ContentWord, Value: func(l *Line) any { return l.Type }},
	}, recipientCounts()...),
	ACEs: []ACEType{
		{Name: "All", forward: onOthers, Flip: 5},
		{Name: "SendAs/ReceiveAs-Rights", forward: grant.RecipientSend.Only(), Flip: 6},
		{Name: "SendOnBehalf-Rights", forward: grant.RecipientBehalf.Only(), Flip: 7},
		{Name: "Managers", forward: grant.Manager.Only(), Flip: 8},
		{Name: "Delivery-Restrictions", forward: grant.Delivery.Only(), Flip: 9},
		{Name: "Reverse-All", reverse: grant.All(), Flip: 0},
		{Name: "Reverse-SendAs/ReceiveAs-Rights", reverse: grant.RecipientSend.Only(), Flip: 1},
		{Name: "Reverse-SendOnBehalf-Rights", reverse: grant.RecipientBehalf.Only(), Flip: 2},
		{Name: "Reverse-Managers", reverse: grant.Manager.Only(), Flip: 3},
		{Name: "Reverse-Delivery-Restrictions", reverse: grant.Delivery.Only(), Flip: 4},
		{Name: "Effective", forward: onOthers, Flip: 11, verdicts: true},
		{Name: "Reverse-Effective", reverse: grant.All(), Flip: 10, verdicts: true},
		{Name: "Both", forward: onOthers, reverse: grant.All(), Flip: 12},
		allLines(onOthers, 13),
	},
	lines: recipientLines, describe: describeRecipient, forward: onOthers, reverse: onOthers,
	rows: grant.OtherRows, target: model.TargetRecipient,
	counts: map[int]func(*evaluation, lineRef) Count{
		2: forwardCount(grant.RecipientSend), 3: forwardCount(grant.Manager), 4: forwardCount(grant.Delivery),
		5: forwardCount(grant.RecipientBehalf), 6: reverseCount(grant.RecipientSend), 7: reverseCount(grant.RecipientBehalf),
		8: reverseCount(grant.Manager), 9: reverseCount(grant.Delivery),
	},
}

var onOthers = grant.On(model.TargetRecipient)

// recipientCells are the counts of another recipient: as a target, then as a
// trustee.
var recipientCells = []cell{
	{"send_receive_as", func(l *Line) Count { return l.Forward(grant.RecipientSend) }},
	{"on_behalf", func(l *Line) Count { return l.Forward(grant.RecipientBehalf) }},
	{"manager", func(l *Line) Count { return l.Forward(grant.Manager) }},
	{"delivery", func(l *Line) Count { return l.Forward(grant.Delivery) }},
	{"reverse_send_receive_as", func(l *Line) Count { return l.Reverse(grant.RecipientSend) }},
	{"reverse_on_behalf", func(l *Line) Count { return l.Reverse(grant.RecipientBehalf) }},
	{"reverse_manager", func(l *Line) Count { return l.Reverse(grant.Manager) }},
	{"reverse_delivery", func(l *Line) Count { return l.Reverse(grant.Delivery) }},
}

func recipientCounts() []model.Field[*Line] {
	return slices.Concat(countsOf(recipientCells), []model.Field[*Line]{{Name: "hidden", Value: func(l *Line) any { return l.Totals.Hidden() }},
		{Name: "unread", Is: model.ContentWord, Value: func(l *Line) any { return unreadLists(l, append(recipientCells[:4:4], mailboxCells[0])) }},
		{Name: "sender_auth", Is: model.ContentWord, Value: func(l *Line) any { return l.SenderAuth }},
		{Name: "label", Value: func(l *Line) any { return l.Label }},
		targetsField("reverse_send_receive_as", grant.RecipientSend)}, lineKnownFields)
}

// recipientText is the name, with the kind of whatever is no other recipient, and
// a mark on what may be a mailbox.
func recipientText(l *Line) string {
	name := model.PrincipalText(l.Principal)
	switch {
	case l.Forward(grant.MailboxACL).Unread:
		name += " (perhaps a mailbox)"
	case l.Type == "" && l.Kind != model.KindOther:
		name += " (" + l.Kind + ")"
	}
	return name
}

// describeRecipient says whether it takes messages of authenticated senders alone, and where its
// mailbox is.
func describeRecipient(s *model.Snapshot, o *model.Record) Place {
	return Place{SenderAuth: grant.SenderAuth(s, o), Premises: s.PremisesOf(s.At(o.DN))}
}
