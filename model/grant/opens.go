package grant

import (
	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/hiding"
	"mbxperm/model/internal/pool"
)

// Opens reports whether a row looks as if it lets its trustee into a mailbox,
// or send in somebody's name, or give himself either. Whether a deny beats it is
// not looked at, nor a condition: an alarm is a reason to look.
func Opens(s *model.Snapshot, o *model.Record, r Ref, a *pool.ACERecord) bool {
	switch {
	case a == nil:
		return true // Send on Behalf
	case !a.Type.Allows():
		return false
	case r.Family == pool.TypeMailbox:
		const takes = acl.MailboxFullAccess | acl.MailboxChangePermission | acl.MailboxChangeOwner
		if r.Right == pool.RightOther {
			return a.Mask&acl.GenericAll != 0
		}
		return appliesHere(s, o, a) && acl.MailboxRights[r.Right].Mask&takes != 0
	case r.Family == pool.TypeSend:
		return appliesHere(s, o, a) && SameRight(r.Right)&1 != 0 // Receive-As opens no mailbox there (exchange-facts 2.1)
	}
	// An entry that waits for children counts: it opens what lies below.
	const control = acl.GenericAll | acl.GenericWrite | acl.WriteDACL | acl.WriteOwner
	switch {
	case a.Mask&control != 0, a.Mask&acl.WriteProperty != 0 && !a.HasObjectType:
		return true
	case a.Mask&acl.ControlAccess == 0:
		return false
	}
	return !a.HasObjectType || a.ObjectType == 0 || neverHidden[*s.GUIDs.At(uint32(a.ObjectType))]
}

// Opening is a set of ways to be allowed into mailboxes.
type Opening uint8

const (
	OpensMailbox Opening = 1 << iota // by the mailbox's own ACL
	SendsAs
	SendsFor
	OpensStore // a store, a server, a container
)

// Openings are the ways by the family of the entry that gives them.
var Openings = [pool.ACLTypeCount]Opening{pool.TypeMailbox: OpensMailbox, pool.TypeSend: SendsAs, pool.TypeBehalf: SendsFor, pool.TypeStore: OpensStore, pool.TypeAdmin: OpensStore}

var neverHidden = map[acl.GUID]bool{
	acl.GUIDReceiveAs: true, acl.GUIDSendAs: true, acl.GUIDStoreAdmin: true, acl.GUIDStoreTransportAccess: true,
	acl.GUIDStoreConstrainedDelegation: true, acl.GUIDStoreReadAccess: true, acl.GUIDStoreReadWriteAccess: true,
	// On Exchange 2007 these two open mailboxes through web services (exchange-facts 4.4).
	acl.MustParseGUID("8db0795c-df3a-4aca-a97d-100162998dfa"): true, // ms-Exch-EPI-Impersonation
	acl.MustParseGUID("bc39105d-9baa-477c-a34a-997cc25e3d60"): true, // ms-Exch-EPI-May-Impersonate
}

// dangerous reports whether an ACE, allow or deny, speaks of a right that opens
// mailboxes or can be turned into one that does (exchange-facts 1.5, 1.6).
func dangerous(s *model.Snapshot, a *pool.ACERecord) bool {
	const generic = acl.GenericAll | acl.GenericExecute | acl.GenericRead | acl.GenericWrite
	if !a.Type.IsKnown() || a.Mask&(generic|acl.WriteDACL|acl.WriteOwner|acl.WriteProperty) != 0 {
		return true
	}
	if a.Mask&acl.ControlAccess == 0 {
		return false
	}
	return !a.HasObjectType || a.ObjectType == 0 || neverHidden[*s.GUIDs.At(uint32(a.ObjectType))]
}

// StoreWays are those whom an entry of a store lets into its mailboxes,
// set-up's aside. The toggles do not change that.
func StoreWays(s *model.Snapshot) map[model.TrusteeID]bool { return storeWays.Of(s) }

var storeWays = model.Derive(func(s *model.Snapshot) map[model.TrusteeID]bool {
	ways := map[model.TrusteeID]bool{}
	for i := range s.Stores.Len() {
		Each(s, *s.Stores.At(i), pool.OnlyStores, func(r Ref, a *pool.ACERecord) bool {
			if OpensMailboxes(s, a) && ReasonsOf(s, r, a)&hiding.Default == 0 {
				ways[model.TrusteeOfSID(a.Trustee)] = true
			}
			return true
		})
	}
	return ways
})

// OpensMailboxes reports whether an ACE on a store gives access to the
// mailboxes in it: by Receive-As, or the control access bit without an object
// type, that flows down to user objects, inherit-only or not (exchange-facts
// 1.5), or by Store-Admin on the store itself (1.6).
func OpensMailboxes(s *model.Snapshot, a *pool.ACERecord) bool {
	class := *s.GUIDs.At(uint32(a.InheritedType))
	probe := acl.ACE{
		Type: a.Type, Mask: a.Mask, HasObjectType: a.HasObjectType, ObjectType: *s.GUIDs.At(uint32(a.ObjectType)),
	}
	flows, _ := probe.Covers(acl.GUIDReceiveAs)
	flows = flows && a.Flags&acl.ContainerInherit != 0 && (!a.HasInheritedType || class == acl.GUIDUserClass)
	admin, _ := probe.Covers(acl.GUIDStoreAdmin)
	admin = admin && a.Flags&acl.InheritOnly == 0
	return a.Type.Allows() && (flows || admin)
}
