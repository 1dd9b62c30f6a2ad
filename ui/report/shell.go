package report

import (
	"slices"
	"strings"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/view"
)

// Shell is what the Exchange Management Shell would be told to show an entry or
// to take it away: text to copy, which nothing here runs. Objects are named by
// SID or objectGUID; only what has neither, by its DN.
type Shell struct {
	Show, Revoke string // Revoke is empty where there is no such command; Notes say why
	Notes        []string
}

// ExchangeShell makes the commands for a row.
func ExchangeShell(s *model.Snapshot, ref grant.Ref) Shell {
	b := &shellWriter{s: s, row: grant.RowOf(s, ref), target: view.TargetCard(s, ref), trustee: view.TrusteeCard(s, ref)}
	if ref.Kind().IsLink() {
		b.link()
		return b.out
	}
	raw, _ := view.RawOf(s, ref)
	b.take(&raw)
	if raw.Mailbox {
		b.mailbox()
	} else {
		b.directory(ref)
	}
	b.caveats()
	return b.out
}

// take takes up the entry that is to be revoked.
func (b *shellWriter) take(raw *view.RawACL) {
	d, _ := acl.Parse(raw.Bytes)
	n := 0
	for ace := range d.DACL() {
		if n == raw.Pos {
			b.ace = ace
		}
		n++
	}
}

// shellWriter puts the commands for one row together.
type shellWriter struct {
	s               *model.Snapshot
	row             grant.Row
	target, trustee view.Card
	ace             acl.ACE
	out             Shell
}

func (b *shellWriter) note(text string) { b.out.Notes = append(b.out.Notes, text) }

// shellName names an object for a cmdlet.
func shellName(c *view.Card) string {
	if !c.GUID.IsZero() {
		return PowerShell(c.GUID.String())
	}
	if !c.SID.IsZero() {
		return PowerShell(c.SID.String())
	}
	return PowerShell(c.DN)
}

// ofUser is the part of a Get cmdlet that picks the entries of the trustee. A
// SID that nobody holds cannot be looked up: its entries are picked by the text.
func (b *shellWriter) ofUser(get string) string {
	sid := PowerShell(b.row.Trustee.SID.String())
	switch b.row.Trustee.Kind {
	case model.KindOrphan, model.KindDeleted, model.KindUnresolved, model.KindForeign:
		return get + ` | Where-Object { "$($_.User)" -eq ` + sid + " }"
	}
	return get + " -User " + sid
}

// mailbox makes the commands for an entry of a mailbox ACL.
func (b *shellWriter) mailbox() {
	id := shellName(&b.target)
	b.out.Show = b.ofUser("Get-MailboxPermission -Identity "+id) + " | Format-List AccessRights,Deny,IsInherited,InheritanceType"
	rights := strings.Join(b.mailboxRights(), ",")
	switch {
	case b.row.NullDACL:
	case b.row.Stale:
		b.note("A stale copy of an inherited entry: the cmdlets leave inherited entries alone, and a server from 2013 on drops them when it next saves the list.")
	case rights == "":
		b.note("These bits have no name among the rights of the cmdlet, so it cannot take them away one by one.")
	case !b.plainKind():
	default:
		b.out.Revoke = "Remove-MailboxPermission -Identity " + id + " -User " + PowerShell(b.row.Trustee.SID.String()) +
			" -AccessRights " + rights + b.inheritance() + b.deny()
		if strings.Contains(rights, "SendAs") {
			b.note("SendAs in a mailbox ACL has no effect: the right to send as somebody is an entry of the account (Send-As).")
		}
	}
	if b.row.Authority == model.AuthorityCopy {
		b.note("The mailbox is on a server before Exchange 2013: its store decides, and what the directory holds is a copy.")
	}
}

// mailboxRights are those of the row that the cmdlets have a name for.
func (b *shellWriter) mailboxRights() (names []string) {
	of := b.row.Rights
	if of == nil {
		of = []string{b.row.Right}
	}
	for _, r := range acl.MailboxRights {
		if slices.Contains(of, r.Name) {
			names = append(names, r.Name)
		}
	}
	if len(names) > 0 && len(names) < len(of) {
		b.note("Other bits of the entry have no name among the rights of the cmdlet: they stay.")
	}
	return names
}

// plainKind reports whether the cmdlets know this kind of entry.
func (b *shellWriter) plainKind() bool {
	switch {
	case b.ace.IsCallback():
		b.note("A conditional entry: the cmdlets do not know conditions and cannot take it away.")
	case !b.ace.Allows() && !b.ace.Denies():
		b.note("An entry that neither allows nor denies: the cmdlets do not know it.")
	default:
		return true
	}
	return false
}

// deny is the switch by which the cmdlets tell the two kinds apart.
func (b *shellWriter) deny() string {
	if b.row.Status == grant.Deny {
		return " -Deny"
	}
	return ""
}

// inheritance names the flags as ActiveDirectorySecurityInheritance does.
func (b *shellWriter) inheritance() string {
	f := b.ace.Flags
	below, only, stop := f&acl.ContainerInherit != 0, f&acl.InheritOnly != 0, f&acl.NoPropagate != 0
	name := "None"
	switch {
	case below && only && stop:
		name = "Children"
	case below && only:
		name = "Descendents" // the shell's spelling
	case below && stop:
		name = "SelfAndChildren"
	case below:
		name = "All"
	}
	return " -InheritanceType " + name
}

// directory makes the commands for an entry of an object's own ACL.
func (b *shellWriter) directory(ref grant.Ref) {
	on := b.target
	b.out.Show = b.ofUser("Get-ADPermission -Identity "+shellName(&on)) +
		" | Format-List AccessRights,ExtendedRights,Properties,ChildObjectTypes,InheritedObjectType,Deny,IsInherited,InheritanceType"
	above, origin, found := view.SetOn(b.s, ref)
	switch {
	case b.row.NullDACL:
		return
	case b.row.Inherited && !found:
		b.note("The entry is inherited, and where it is set was not read: revoke it there. On the object itself it cannot be taken away.")
		return
	case b.row.Inherited:
		b.note("The entry is inherited. It is set on " + origin.DN + ": the command takes it away there, from everything below.")
		on = origin
		b.take(&above)
	case found:
		b.note("AdminSDHolder stamps this entry again within the hour: it is set on " + origin.DN + ", and the command takes it away there, from every protected account.")
		on = origin
		b.take(&above)
	}
	if !b.plainKind() {
		return
	}
	rights, ok := b.rights()
	if !ok {
		b.note("Bits of the mask have no name in the shell, so the cmdlet cannot take this entry away.")
		return
	}
	b.out.Revoke = "Remove-ADPermission -Identity " + shellName(&on) + " -User " + PowerShell(b.ace.Trustee().String()) + rights + b.inheritance() + b.deny()
	if b.row.ImpliedBy != "" {
		b.note("The right follows from an entry that grants more: the command takes away all of that.")
	}
}

// rights names the mask and the object types of an entry.
func (b *shellWriter) rights() (text string, ok bool) {
	mask := b.ace.Mask
	names := mask.ADNames()
	if mask == acl.FullControl {
		names = []string{"GenericAll"}
	}
	for _, n := range names {
		if strings.HasPrefix(n, "0x") {
			return "", false
		}
	}
	if len(names) == 0 {
		return "", false
	}
	text = " -AccessRights " + strings.Join(names, ",")
	if b.ace.HasObjectType {
		name, _ := view.GUIDName(b.s, b.ace.ObjectType, mask)
		quoted := PowerShell(name)
		if mask&acl.ControlAccess != 0 {
			text += " -ExtendedRights " + quoted
		}
		if mask&(acl.ReadProperty|acl.WriteProperty|acl.ValidatedWrite) != 0 {
			text += " -Properties " + quoted
		}
		if mask&(acl.CreateChild|acl.DeleteChild) != 0 {
			text += " -ChildObjectTypes " + quoted
		}
	}
	if b.ace.HasInheritedObjectType {
		name, _ := view.GUIDName(b.s, b.ace.InheritedObjectType, 0)
		text += " -InheritedObjectType " + PowerShell(name)
	}
	return text, true
}

// caveats says what somebody should know before he runs the commands.
func (b *shellWriter) caveats() {
	switch {
	case b.row.NullDACL:
		b.note("There is no list at all, so everyone holds every right and there is no entry to take away: give the object a list.")
	case b.row.Status == grant.Deny && b.out.Revoke != "":
		b.note("The entry denies: taking it away may let somebody in.")
	case b.row.Trustee.SID == acl.SIDSelf && b.out.Revoke != "":
		b.note("SELF is the account itself: without this entry it may not get into its own mailbox.")
	}
}

// ExchangeLists are the commands that show the lists of a line's target; none
// for a line that is only a trustee.
func ExchangeLists(s *model.Snapshot, k view.LineKey) []string {
	if !k.IsTarget() {
		return nil
	}
	c := view.LineCard(s, k)
	id := shellName(&c)
	permissions := "Get-ADPermission -Identity " + id
	if c.Kind != model.KindMailbox {
		return []string{permissions}
	}
	return []string{"Get-MailboxPermission -Identity " + id, permissions,
		"Get-Mailbox -Identity " + id + systemSwitches[c.Type] + " | Select-Object -ExpandProperty GrantSendOnBehalfTo"}
}
