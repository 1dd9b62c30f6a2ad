package grant

import (
	"fmt"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/coverage"
	"mbxperm/model/internal/pool"
)

// MailboxACL is the kind of the entries of msExchMailboxSecurityDescriptor
// (exchange-facts 1): a row for each right of an entry.
var MailboxACL = &Kind{
	Name: "MailboxRight", Target: model.TargetMailbox, ListName: "its mailbox rights",
	list: inMailboxACL, sense: pool.SenseMailbox,
	opens: mailboxOpens, covers: mailboxCovers, untouched: mailboxUntouched, name: mailboxRight, fill: fillMailbox,
	empty: (*coverage.Readability).NoMailboxSD,
}

// mailboxSendAs is the bit 0x2 of a mailbox ACL as a row.
const mailboxSendAs pool.Right = 1

func mailboxOpens(s *model.Snapshot, o *model.Record, r pool.Right, a *pool.ACERecord) Ways {
	const takes = acl.MailboxFullAccess | acl.MailboxChangePermission | acl.MailboxChangeOwner
	if r == pool.RightOther && a.Mask&acl.GenericAll != 0 ||
		r < pool.RightOther && acl.MailboxRights[r].Mask&takes != 0 && appliesHere(s, o, a) {
		return OpensMailbox
	}
	return 0
}

func mailboxCovers(r pool.Right, a, deny *pool.ACERecord) bool {
	want := deny.Mask &^ acl.MailboxMask
	if r < pool.RightOther {
		want = acl.MailboxRights[r].Mask
	}
	return want != 0 && a.Mask&want == want
}

// mailboxUntouched: other bits of a mailbox ACL have rows of their own.
func mailboxUntouched(r pool.Right, old, new *pool.ACERecord) bool {
	switch {
	case old.Flags != new.Flags:
		return false
	case r != pool.RightOther || old.Mask == new.Mask:
		return true
	case !old.Type.Allows() && !old.Type.Denies():
		return false
	}
	return old.Mask&^pool.MailboxNamed == new.Mask&^pool.MailboxNamed
}

func mailboxRight(_ *model.Snapshot, r pool.Right, a *pool.ACERecord) string {
	switch {
	case r != pool.RightOther:
		return acl.MailboxRights[r].Name
	case !a.Type.Allows() && !a.Type.Denies():
		return "ACE of " + a.Type.String()
	}
	return fmt.Sprintf("0x%08x", uint32(a.Mask&^acl.MailboxMask))
}

// fillMailbox says who decides about the list, and what is a left-over in it.
func fillMailbox(s *model.Snapshot, o *model.Record, row *Row) {
	row.Authority = s.VersionOf(o).Authority()
	row.Stale = row.Inherited
	if row.Ref.Right == mailboxSendAs { // exchange-facts 1.2
		row.Text = "SendAs (historic, no effect)"
	}
}

// NamesOwner reports whether an entry of a mailbox names the owner of a linked
// one: Exchange writes Full Access, ExternalAccount and Send-As for the master
// account (exchange-facts 1.6).
func NamesOwner(o *model.Record, r Ref, a *pool.ACERecord) bool {
	return o.Master != 0 && a.Trustee == o.Master || r.Kind() == MailboxACL && a.Mask&acl.MailboxExternalAccount != 0
}
