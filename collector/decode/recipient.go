package decode

import (
	"bytes"
	"strconv"

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
	Attributes: append([]string{
		attrSecurity, attrNickname, "msExchRecipientTypeDetails", "msExchRecipientDisplayType", attrDelegates,
		attrMember, "groupType", attrMailboxSD, "homeMDB", "msExchMailboxGuid",
	}, identity...),
	Weight: 12,
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

// recipient decides whether an entry is a mailbox. What makes one is a store, a
// mailbox GUID or a home server, and no Remote type; without any type it is one
// that Exchange 2000 or 2003 made (exchange-facts 3.2).
func (d *decoder) recipient(e *collector.Entry, o *model.Object, is map[string]bool) {
	if o.Deleted { // the mailbox of a deleted account is in the store alone, if anywhere
		return
	}
	if e.Value(attrNickname) == nil && e.Value("homeMDB") == nil && e.Value("msExchMailboxGuid") == nil {
		if d.now == nil && e.Value(attrMailboxSD) != nil {
			// The descriptors alone: another record of the file may tell
			// whose they are.
			d.value(e, attrMailboxSD, &o.MailboxSD, &o.MailboxState)
		}
		return
	}
	account := o.Class == model.ClassUser
	stored := account && (e.Value("homeMDB") != nil || e.Value("msExchMailboxGuid") != nil || e.Value("msExchHomeServerName") != nil)
	n, err := strconv.ParseInt(e.Text("msExchRecipientTypeDetails"), 10, 64)
	t, known := recipientTypes[n]
	switch {
	case is["msexchsystemmailbox"]: // no user: the mailbox of a store itself
		o.Recipient, o.Type = model.SystemMailbox, "SystemMailbox"
	case err != nil && stored:
		o.Recipient, o.Type = model.Mailbox, "LegacyMailbox"
	case err != nil && account && e.Value(attrMailboxSD) != nil:
		// Rights on a mailbox of which nothing else is visible: better
		// a line too many than rights unseen.
		o.Recipient, o.Type = model.Mailbox, model.UnknownType
	case known && t.kind != model.OtherRecipient && !stored && e.Value(attrMailboxSD) != nil:
		o.Recipient, o.Type = t.kind, t.name
	case err != nil:
		o.Recipient, o.Type = model.OtherRecipient, untyped(o.Class)
	case !known && stored:
		o.Recipient, o.Type = model.Mailbox, "type "+strconv.FormatInt(n, 10)
	case !known:
		o.Recipient, o.Type = model.OtherRecipient, "type "+strconv.FormatInt(n, 10)
	case t.kind != model.OtherRecipient && !stored:
		// The type says mailbox, but nothing of one came: no store, no
		// ACL.
		o.Recipient, o.Type = model.OtherRecipient, t.name
	default:
		o.Recipient, o.Type = t.kind, t.name
	}
	o.HomeMDB = d.shared.text(e.Value("homeMDB"))
	legacy := e.Value("msExchHomeServerName") // /o=…/cn=Servers/cn=NAME
	o.HomeServer = d.shared.text(legacy[bytes.LastIndexByte(legacy, '=')+1:])
	o.Master = d.sid(e, "msExchMasterAccountSid", e.Value("msExchMasterAccountSid"))
	o.DelegatesPartial = d.linkedTexts(e, attrDelegates, &o.Delegates, &o.DelegatesState)
	if o.Recipient != model.OtherRecipient {
		d.value(e, attrMailboxSD, &o.MailboxSD, &o.MailboxState)
	}
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
