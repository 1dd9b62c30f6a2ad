package grant

import (
	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/internal/pool"
)

// What opens a mailbox is decided here and in the opens functions of the kinds,
// and nowhere else: alarms, marks and what is never hidden ask this file.

// Ways is a set of what somebody is let do with mailboxes that are not his.
type Ways uint8

// The ways.
const (
	OpensMailbox Ways = 1 << iota // open the mailbox, by its own ACL, or give himself that
	SendsAs                       // send in its name
	SendsFor                      // send on its behalf
	OpensBelow                    // get at what lies below a store, a server or a container, or give himself that
	OpensStored                   // open the mailboxes in a store
)

// Opens says what a row looks as if it lets its trustee do. Whether a deny beats
// it is not looked at, nor a condition: an alarm is a reason to look. a is the
// row's ACE, nil for a link value; it may be another than the stored one, to ask
// what it would do there.
func Opens(s *model.Snapshot, o *model.Record, r Ref, a *pool.ACERecord) Ways {
	if a != nil && !a.Type.Allows() {
		return 0
	}
	return r.Kind().opens(s, o, r.Right, a)
}

// SpeaksOf is [Opens] of an entry that may be a deny, too: what it gives or takes.
func SpeaksOf(s *model.Snapshot, o *model.Record, r Ref, a *pool.ACERecord) Ways {
	if a != nil && !a.Type.Allows() && !a.Type.Denies() {
		return 0
	}
	return r.Kind().opens(s, o, r.Right, a)
}

// opensBelow is what an allowing entry of a store or a container opens. One that
// waits for children counts: it opens what lies below.
func opensBelow(s *model.Snapshot, a *pool.ACERecord) Ways {
	if controls(a) || speaksOf(s, a, 0) {
		return OpensBelow
	}
	return 0
}

// controls reports whether an entry lets its trustee give rights to himself.
func controls(a *pool.ACERecord) bool {
	const control = acl.GenericAll | acl.GenericWrite | acl.WriteDACL | acl.WriteOwner
	return a.Mask&control != 0 || a.Mask&acl.WriteProperty != 0 && !a.HasObjectType
}

// dangerous reports whether an ACE, allow or deny, speaks of a right that opens
// mailboxes or can be turned into one that does (exchange-facts 1.5, 1.6).
func dangerous(s *model.Snapshot, a *pool.ACERecord) bool {
	const generic = acl.GenericAll | acl.GenericExecute | acl.GenericRead | acl.GenericWrite
	return !a.Type.IsKnown() || speaksOf(s, a, generic|acl.WriteDACL|acl.WriteOwner|acl.WriteProperty)
}

// speaksOf reports whether an ACE has one of the bits, or gives or takes an
// extended right that opens mailboxes.
func speaksOf(s *model.Snapshot, a *pool.ACERecord, bits acl.Mask) bool {
	switch {
	case a.Mask&bits != 0:
		return true
	case a.Mask&acl.ControlAccess == 0:
		return false
	}
	return !a.HasObjectType || a.ObjectType == 0 || openingRights[*s.GUIDs.At(uint32(a.ObjectType))]
}

// openingRights are the extended rights that open mailboxes or lead to one that does.
var openingRights = map[acl.GUID]bool{
	acl.GUIDReceiveAs: true, acl.GUIDSendAs: true, acl.GUIDStoreAdmin: true, acl.GUIDStoreTransportAccess: true,
	acl.GUIDStoreConstrainedDelegation: true, acl.GUIDStoreReadAccess: true, acl.GUIDStoreReadWriteAccess: true,
	// On Exchange 2007 these two open mailboxes through web services (exchange-facts 4.4).
	acl.MustParseGUID("8db0795c-df3a-4aca-a97d-100162998dfa"): true, // ms-Exch-EPI-Impersonation
	acl.MustParseGUID("bc39105d-9baa-477c-a34a-997cc25e3d60"): true, // ms-Exch-EPI-May-Impersonate
}

// SpeaksOfMailboxes reports whether an allowing entry of a store or above gives a right
// that opens mailboxes, and not only control over the entry's object: an extended right
// that does, all of them, or Full Control.
func SpeaksOfMailboxes(s *model.Snapshot, a *pool.ACERecord) bool {
	return a.Type.Allows() && (speaksOf(s, a, 0) || a.Mask&acl.GenericAll != 0)
}

// LetsSendAs reports whether an entry that stands on an account lets its trustee send
// as it: Send-As by name, by all extended rights or by Full Control.
func LetsSendAs(s *model.Snapshot, a *pool.ACERecord) bool {
	if a.Mask&acl.GenericAll != 0 && !a.HasObjectType {
		return true
	}
	return a.Mask&acl.ControlAccess != 0 && (!a.HasObjectType || a.ObjectType == 0 || *s.GUIDs.At(uint32(a.ObjectType)) == acl.GUIDSendAs)
}

// FlowsIntoMailboxes reports whether an allowing entry of a store, or of a container
// above it, opens the mailboxes below as it flows down to them.
func FlowsIntoMailboxes(s *model.Snapshot, a *pool.ACERecord) bool {
	return a.Type.Allows() && opensStored(s, a)
}
