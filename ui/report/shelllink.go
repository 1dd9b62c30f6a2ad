package report

import (
	"cmp"
	"strings"
)

// recipientCmdlets are the cmdlets for recipients that are no mailbox here, by type.
var recipientCmdlets = map[string]string{
	"MailUser": "MailUser", "MailContact": "MailContact", "MailForestContact": "MailContact",
	"MailUniversalDistributionGroup": "DistributionGroup", "MailUniversalSecurityGroup": "DistributionGroup",
	"MailNonUniversalGroup": "DistributionGroup", "RoomList": "DistributionGroup",
	"DynamicDistributionGroup": "DynamicDistributionGroup", "PublicFolder": "MailPublicFolder",
}

// systemSwitches make the mailbox cmdlets look at system mailboxes.
var systemSwitches = map[string]string{
	"ArbitrationMailbox": " -Arbitration", "PublicFolderMailbox": " -PublicFolder", "AuditLogMailbox": " -AuditLog",
}

// linkParameters are the parameters of the cmdlets for links, by the right that a
// value gives.
var linkParameters = map[string]string{
	"SendOnBehalf": "GrantSendOnBehalfTo",
	"manager":      "ManagedBy", "co-manager": "ManagedBy",
	"accept": "AcceptMessagesOnlyFrom", "accept members of": "AcceptMessagesOnlyFromDLMembers",
	"reject": "RejectMessagesFrom", "reject members of": "RejectMessagesFromDLMembers",
}

// cmdlet names what the cmdlets of the target are about.
func (b *shellWriter) cmdlet() string {
	if strings.HasPrefix(b.target.Type, "Remote") {
		return "RemoteMailbox"
	}
	name := "Mailbox"
	switch b.target.Class {
	case "group", "distribution group":
		name = "DistributionGroup"
	case "contact":
		name = "MailContact"
	}
	return cmp.Or(recipientCmdlets[b.target.Type], name)
}

// link makes the commands for a value of a link.
func (b *shellWriter) link() {
	cmdlet, parameter := b.cmdlet(), linkParameters[b.row.Right]
	id := shellName(&b.target) + systemSwitches[b.target.Type]
	b.out.Show = "Get-" + cmdlet + " -Identity " + id + " | Select-Object -ExpandProperty " + parameter
	set := "Set-" + cmdlet + " -Identity " + id
	if cmdlet == "DistributionGroup" {
		set += " -BypassSecurityGroupManagerCheck" // else the shell refuses whoever does not manage the group
	}
	one := shellName(&b.trustee)
	switch {
	case parameter == "ManagedBy" && cmdlet == "DynamicDistributionGroup":
		b.out.Revoke = set + " -ManagedBy $null"
	case parameter == "ManagedBy" && cmdlet != "DistributionGroup":
		b.out.Show = "Get-" + cmdlet + " -Identity " + id + " | Format-List"
		b.note("The shell knows who manages groups alone: take the value away in the directory.")
	default:
		b.out.Revoke = set + " -" + parameter + " @{Remove=" + one + "}"
	}
	switch {
	case b.row.Status == "Deny":
		b.note("The value denies: taking it away lets somebody send to the recipient again.")
	case strings.HasPrefix(b.row.Right, "accept"):
		b.note("Without any value of this kind everybody may send to the recipient.")
	case parameter == "ManagedBy" && b.out.Revoke != "":
		b.note("It takes nothing from whoever may change the members by an entry of the group's list.")
	}
	if b.trustee.GUID.IsZero() {
		b.note("The object of the value was not read, so it is named by what the value says.")
	}
}
