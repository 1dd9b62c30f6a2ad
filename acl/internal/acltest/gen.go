package acltest

import (
	"math/rand/v2"

	"mbxperm/acl"
)

// DomainSID and its accounts are the world of the generated descriptors.
var DomainSID = acl.MustParseSID("S-1-5-21-1004336348-1177238915-682003330")

// Trustees are the SIDs that random descriptors and tokens are made of; few, so
// that they meet.
var Trustees = []acl.SID{
	acl.SIDEveryone, acl.SIDAuthenticatedUsers, acl.SIDSystem, acl.SIDAdministrators,
	DomainSID.WithRID(512), DomainSID.WithRID(513), DomainSID.WithRID(1104), DomainSID.WithRID(1105), DomainSID.WithRID(1106),
}

// plainMasks are the bits that random plain entries choose from.
var plainMasks = []acl.Mask{
	acl.CreateChild, acl.DeleteChild, acl.ListContents, acl.ValidatedWrite, acl.ReadProperty, acl.WriteProperty, acl.DeleteTree, acl.ListObject, acl.ControlAccess,
	acl.Delete, acl.ReadControl, acl.WriteDACL, acl.WriteOwner, acl.FullControl, 0x20094, 0x20001,
}

// Pick returns one of the elements.
func Pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// RandomMask returns up to four of the rights of plain entries.
func RandomMask(r *rand.Rand) acl.Mask {
	var m acl.Mask
	for range 1 + r.IntN(4) {
		m |= Pick(r, plainMasks)
	}
	return m
}

// RandomACE makes an entry of any of the given types.
func RandomACE(r *rand.Rand, types []acl.ACEType) acl.ACE {
	a := acl.ACE{Type: Pick(r, types), Mask: RandomMask(r), SID: Pick(r, Trustees).Bytes()}
	for _, f := range []acl.ACEFlags{acl.ObjectInherit, acl.ContainerInherit, acl.NoPropagate, acl.InheritOnly, acl.Inherited} {
		if r.IntN(5) == 0 {
			a.Flags |= f
		}
	}
	if a.IsObject() {
		if a.HasObjectType = r.IntN(3) > 0; a.HasObjectType {
			a.ObjectType = acl.GUIDs()[r.IntN(len(acl.GUIDs()))].GUID
		}
		if a.HasInheritedObjectType = r.IntN(3) == 0; a.HasInheritedObjectType {
			a.InheritedObjectType = acl.GUIDUserClass
		}
	}
	return a
}

// RandomParts makes a descriptor with a DACL of up to n entries of the given
// types.
func RandomParts(r *rand.Rand, types []acl.ACEType, n int) acl.Parts {
	p := acl.Parts{Owner: Pick(r, Trustees), Group: Pick(r, Trustees), DACLState: acl.ACLPresent}
	for _, c := range []acl.Control{acl.DACLProtected, acl.DACLAutoInherited, acl.DACLAutoInheritReq} {
		if r.IntN(4) == 0 {
			p.Control |= c
		}
	}
	for range r.IntN(n + 1) {
		p.DACL = append(p.DACL, RandomACE(r, types))
	}
	return p
}

// AllTypes are the types with a known layout.
func AllTypes() (types []acl.ACEType) {
	for t := range 256 {
		if a := (acl.ACE{Type: acl.ACEType(t)}); a.IsKnown() {
			types = append(types, a.Type)
		}
	}
	return types
}

// Corpus makes n descriptors as a directory of mailboxes has them: 45 entries,
// most of them inherited object ACEs that all objects share, a few of their
// own, and some tens of thousands of distinct Trustees overall.
func Corpus(n int) [][]byte {
	r := rand.New(rand.NewPCG(1, 2))
	shared := sharedACEs(r)
	corpus := make([][]byte, n)
	for i := range corpus {
		p := acl.Parts{
			Control:   acl.DACLAutoInherited,
			Owner:     DomainSID.WithRID(512),
			Group:     DomainSID.WithRID(512),
			DACLState: acl.ACLPresent,
		}
		for range 5 {
			a := acl.ACE{Type: acl.TypeAllow, Mask: acl.FullControl, SID: DomainSID.WithRID(1000 + r.Uint32N(40000)).Bytes()}
			if r.IntN(2) == 0 {
				a.Type, a.Mask, a.HasObjectType, a.ObjectType = acl.TypeAllowObject, acl.ControlAccess, true, acl.GUIDSendAs
			}
			p.DACL = append(p.DACL, a)
		}
		p.DACL = append(p.DACL, shared...)
		b, err := acl.Encode(p)
		if err != nil {
			panic(err)
		}
		corpus[i] = b
	}
	return corpus
}

// sharedACEs are 40 entries: those that the class and the domain head give
// every user.
func sharedACEs(r *rand.Rand) (aces []acl.ACE) {
	groups := []acl.SID{acl.SIDSelf, acl.SIDAuthenticatedUsers, acl.SIDSystem, acl.SIDAdministrators, acl.SIDPreWindows2000Access, DomainSID.WithRID(512),
		DomainSID.WithRID(519), DomainSID.WithRID(1110), DomainSID.WithRID(1111), DomainSID.WithRID(1112), acl.SIDNetworkService, acl.SIDEveryone}
	for i := range 40 {
		a := acl.ACE{Type: acl.TypeAllowObject, Mask: acl.ReadProperty, Flags: acl.Inherited | acl.ContainerInherit, SID: groups[i%len(groups)].Bytes()}
		switch i % 5 {
		case 0, 1:
			a.Type, a.Mask = acl.TypeAllow, 0x20094
		case 2:
			a.Flags |= acl.InheritOnly
			a.HasObjectType, a.ObjectType = true, Pick(r, acl.GUIDs()).GUID
			a.HasInheritedObjectType, a.InheritedObjectType = true, acl.GUIDUserClass
		case 3:
			a.HasObjectType, a.ObjectType = true, Pick(r, acl.GUIDs()).GUID
		default:
			a.Type, a.Mask, a.HasObjectType, a.ObjectType = acl.TypeDenyObject, acl.ControlAccess, true, acl.GUIDReceiveAs
		}
		aces = append(aces, a)
	}
	return aces
}
