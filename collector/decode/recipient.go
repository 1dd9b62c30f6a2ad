package decode

import (
	"bytes"
	"slices"
	"strconv"

	"mbxperm/acl"
	"mbxperm/collector"
	"mbxperm/model"
)

// Recipients asks for whatever has a mail alias and is no account: groups with
// their members, contacts, public folders, and the system mailboxes of stores,
// which are no users.
var Recipients = collector.Search{
	Purpose: "recipients",
	Base:    domainBase,
	Scope:   collector.ScopeSub,
	Filter:  "(&(mailNickname=*)(!(&(objectCategory=person)(objectClass=user))))",
	Attributes: slices.Concat([]string{
		attrSecurity, attrNickname, "msExchRecipientTypeDetails", attrDisplayType, attrDelegates,
		attrMember, "groupType", attrMailboxSD, "homeMDB", "msExchMailboxGuid",
		attrRoleGroup, attrForeignGroup, AttrStamps,
	}, managers, senders, identity),
	Weight: 17,
}

// contact is somebody elsewhere, with an address and without a SID.
var contact = kind{
	classes:  []class{{"contact", model.ClassContact}},
	searches: []collector.Search{Recipients},
	lacks:    []*evidence{hasSecurity},
	decode: func(d *decoder, e *collector.Entry, set *classSet) {
		o := d.object(e, set)
		d.recipient(e, o, set.is)
		d.members(e, o)
		d.put(e, o)
	},
}

// addressed is what else has an address and no SID: a dynamic group, whose members
// a filter finds, and a public folder.
var addressed = kind{
	classes: []class{
		{"msexchdynamicdistributionlist", model.ClassDynamic}, {"publicfolder", model.ClassFolder}, {"msexchpublicfolder", model.ClassFolder},
	},
	decode: contact.decode,
}

// msExchRecipientTypeDetails (exchange-facts 3.3). It is a set of single bits;
// an object has one.
var recipientTypes = map[int64]struct {
	name string
	kind model.Recipient
}{
	1:              {"UserMailbox", model.Mailbox},
	2:              {"LinkedMailbox", model.Mailbox},
	4:              {"SharedMailbox", model.Mailbox},
	8:              {"LegacyMailbox", model.Mailbox},
	16:             {"RoomMailbox", model.Mailbox},
	32:             {"EquipmentMailbox", model.Mailbox},
	64:             {"MailContact", model.OtherRecipient},
	128:            {"MailUser", model.OtherRecipient},
	256:            {"MailUniversalDistributionGroup", model.OtherRecipient},
	512:            {"MailNonUniversalGroup", model.OtherRecipient},
	1024:           {"MailUniversalSecurityGroup", model.OtherRecipient},
	2048:           {"DynamicDistributionGroup", model.OtherRecipient},
	4096:           {"PublicFolder", model.OtherRecipient},
	8192:           {"SystemAttendantMailbox", model.SystemMailbox},
	16384:          {"SystemMailbox", model.SystemMailbox},
	32768:          {"MailForestContact", model.OtherRecipient},
	4194304:        {"MicrosoftExchange", model.OtherRecipient},
	8388608:        {"ArbitrationMailbox", model.SystemMailbox},
	16777216:       {"MailboxPlan", model.OtherRecipient},
	33554432:       {"LinkedUser", model.OtherRecipient},
	268435456:      {"RoomList", model.OtherRecipient},
	536870912:      {"DiscoveryMailbox", model.SystemMailbox},
	1073741824:     {"RoleGroup", model.OtherRecipient},
	2147483648:     {"RemoteUserMailbox", model.OtherRecipient},
	8589934592:     {"RemoteRoomMailbox", model.OtherRecipient},
	17179869184:    {"RemoteEquipmentMailbox", model.OtherRecipient},
	34359738368:    {"RemoteSharedMailbox", model.OtherRecipient},
	68719476736:    {"PublicFolderMailbox", model.SystemMailbox},
	137438953472:   {"TeamMailbox", model.Mailbox},
	274877906944:   {"RemoteTeamMailbox", model.OtherRecipient},
	549755813888:   {"MonitoringMailbox", model.SystemMailbox},
	1099511627776:  {"GroupMailbox", model.Mailbox},
	2199023255552:  {"LinkedRoomMailbox", model.Mailbox},
	4398046511104:  {"AuditLogMailbox", model.SystemMailbox},
	8796093022208:  {"RemoteGroupMailbox", model.OtherRecipient},
	17592186044416: {"SchedulingMailbox", model.Mailbox},
}

// recipient takes what makes a recipient of an object, and decides whether it
// is a mailbox.
func (d *decoder) recipient(e *collector.Entry, o *model.Object, is map[string]bool) {
	s := signsOf(e, o)
	if d.now == nil {
		s = d.joined.signs(s)
	}
	if s.of.has(deleted) { // the mailbox of a deleted account is in the store alone, if anywhere
		return
	}
	if !s.of.has(shown) && d.now != nil {
		return
	}
	o.HomeMDB = d.shared.text(e.Value("homeMDB"))
	legacy := e.Value("msExchHomeServerName") // /o=…/cn=Servers/cn=NAME
	o.HomeServer = d.shared.text(legacy[bytes.LastIndexByte(legacy, '=')+1:])
	o.Master = d.sid(e, "msExchMasterAccountSid", e.Value("msExchMasterAccountSid"))
	o.DelegatesPartial = d.linkedNames(e, attrDelegates, &o.Delegates, &o.DelegatesState)
	if s.of.has(shown) {
		o.Recipient, o.Type = s.recipient(o.Class, is)
	}
	if d.now == nil {
		if !s.of.has(shown) { // another record of the file may show it
			d.joined.keep(o)
			o.HomeServer, o.Master, o.Delegates, o.DelegatesState = "", acl.SID{}, o.Delegates[:0], model.NotAsked
		} else {
			d.joined.complete(o)
		}
	}
	if d.now == nil || o.Recipient == model.OtherRecipient {
		d.mail(e, o)
	}
	if d.now == nil || o.Recipient != model.OtherRecipient {
		d.value(e, attrMailboxSD, &o.MailboxSD, &o.MailboxState)
	}
}

// recipient decides what Exchange takes an object for that it knows. What makes
// a mailbox is a store, a mailbox GUID or a home server, and no Remote type;
// without any type it is one that Exchange 2000 or 2003 made (exchange-facts
// 3.2).
func (s *signs) recipient(c model.Class, is map[string]bool) (model.Recipient, string) {
	account := c == model.ClassUser
	stored := account && s.of.has(placed)
	t, known := recipientTypes[s.kind]
	switch {
	case is["msexchsystemmailbox"]: // no user: the mailbox of a store itself
		return model.SystemMailbox, "SystemMailbox"
	case !s.of.has(typed) && stored:
		return model.Mailbox, "LegacyMailbox"
	case !s.of.has(typed) && account && s.of.has(rights):
		// Rights on a mailbox of which nothing else is visible: better
		// a line too many than rights unseen.
		return model.Mailbox, model.UnknownType
	case !s.of.has(typed):
		return model.OtherRecipient, untyped(c)
	case known && t.kind != model.OtherRecipient && !stored && !s.of.has(rights):
		// The type says mailbox, but nothing of one came: no store, no
		// ACL.
		return model.OtherRecipient, t.name
	case known:
		return t.kind, t.name
	case stored:
		return model.Mailbox, "type " + strconv.FormatInt(s.kind, 10)
	}
	return model.OtherRecipient, "type " + strconv.FormatInt(s.kind, 10)
}

// untyped names a recipient that has no msExchRecipientTypeDetails.
func untyped(c model.Class) string {
	switch c {
	case model.ClassGroup:
		return "MailGroup"
	case model.ClassContact:
		return "MailContact"
	}
	return model.UnknownType
}

// sharedTexts keeps the texts that many entries have in common: the names of
// stores and servers.
type sharedTexts map[string]string

const (
	mostShared = 1 << 12
	longShared = 1 << 9 // bytes
)

// text is the text of a value.
func (t sharedTexts) text(v []byte) string {
	if s, ok := t[string(v)]; ok {
		return s
	}
	s := string(v)
	if len(s) <= longShared && len(t) < mostShared {
		t[s] = s
	}
	return s
}
