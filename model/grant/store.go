package grant

import (
	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/hiding"
	"mbxperm/model/internal/pool"
)

// StoreACL is the kind of the entries of mailbox and public stores
// (exchange-facts 4): a row for each entry.
var StoreACL = &Kind{
	Name: "StoreRight", Target: model.TargetStore, ListName: "the ACL of this object", HoldsMailboxes: true,
	list: inSecurity, sense: pool.SenseWhole,
	hides: setupReasons, opens: storeOpens, covers: maskCovers, name: wholeName,
}

func storeOpens(s *model.Snapshot, _ *model.Record, _ pool.Right, a *pool.ACERecord) Ways {
	ways := opensBelow(s, a)
	if opensStored(s, a) {
		ways |= OpensStored
	}
	return ways
}

// opensStored reports whether an allowing ACE on a store gives access to the
// mailboxes in it: by Receive-As, or the control access bit without an object
// type, that flows down to user objects, inherit-only or not (exchange-facts
// 1.5), or by Store-Admin on the store itself (1.6).
func opensStored(s *model.Snapshot, a *pool.ACERecord) bool {
	class := *s.GUIDs.At(uint32(a.InheritedType))
	probe := acl.ACE{
		Type: a.Type, Mask: a.Mask, HasObjectType: a.HasObjectType, ObjectType: *s.GUIDs.At(uint32(a.ObjectType)),
	}
	flows, _ := probe.Covers(acl.GUIDReceiveAs)
	flows = flows && a.Flags&acl.ContainerInherit != 0 && (!a.HasInheritedType || class == acl.GUIDUserClass)
	admin, _ := probe.Covers(acl.GUIDStoreAdmin)
	return flows || admin && a.Flags&acl.InheritOnly == 0
}

// StoreWays are those whom an entry of a store lets into its mailboxes,
// set-up's aside. The toggles do not change that.
func StoreWays(s *model.Snapshot) map[model.TrusteeID]bool { return storeWays.Of(s) }

var storeWays = model.Derive(func(s *model.Snapshot) map[model.TrusteeID]bool {
	ways := map[model.TrusteeID]bool{}
	for i := range s.Stores.Len() {
		EachIntoStored(s, *s.Stores.At(i), func(a *pool.ACERecord) { ways[model.TrusteeOfSID(a.Trustee)] = true })
	}
	return ways
}).Outlives(model.Memberships)

// EachIntoStored calls f for the entries of a store that let somebody into the
// mailboxes in it, set-up's aside.
func EachIntoStored(s *model.Snapshot, id model.ObjectID, f func(*pool.ACERecord)) {
	Each(s, id, StoreACL.Only(), func(r Ref, a *pool.ACERecord) bool {
		if IntoStored(s, r, a) {
			f(a)
		}
		return true
	})
}

// IntoStored reports whether an entry of a store lets somebody into the mailboxes in it
// and is not set-up's.
func IntoStored(s *model.Snapshot, r Ref, a *pool.ACERecord) bool {
	return Opens(s, s.Record(r.Obj), r, a)&OpensStored != 0 && ReasonsOf(s, r, a)&hiding.Default == 0
}
