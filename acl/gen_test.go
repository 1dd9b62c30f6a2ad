package acl

import (
	"encoding/binary"
	"math/rand/v2"
)

// domainSID and its accounts are the world of the generated descriptors.
var domainSID = MustParseSID("S-1-5-21-1004336348-1177238915-682003330")

// trustees are the SIDs that random descriptors and tokens are made of; few, so that they meet.
var trustees = []SID{
	SIDEveryone, SIDAuthenticatedUsers, SIDSystem, SIDAdministrators,
	domainSID.WithRID(512), domainSID.WithRID(513), domainSID.WithRID(1104), domainSID.WithRID(1105), domainSID.WithRID(1106),
}

// plainMasks are the bits that random plain entries choose from.
var plainMasks = []Mask{
	CreateChild, DeleteChild, ListContents, ValidatedWrite, ReadProperty, WriteProperty, DeleteTree, ListObject, ControlAccess,
	Delete, ReadControl, WriteDACL, WriteOwner, FullControl, 0x20094, 0x20001,
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

func randomMask(r *rand.Rand) Mask {
	var m Mask
	for range 1 + r.IntN(4) {
		m |= pick(r, plainMasks)
	}
	return m
}

// randomACE makes an entry of any of the given types.
func randomACE(r *rand.Rand, types []ACEType) ACE {
	a := ACE{Type: pick(r, types), Mask: randomMask(r), SID: pick(r, trustees).Bytes()}
	for _, f := range []ACEFlags{ObjectInherit, ContainerInherit, NoPropagate, InheritOnly, Inherited} {
		if r.IntN(5) == 0 {
			a.Flags |= f
		}
	}
	if a.IsObject() {
		if a.HasObjectType = r.IntN(3) > 0; a.HasObjectType {
			a.ObjectType = GUIDs()[r.IntN(len(GUIDs()))].GUID
		}
		if a.HasInheritedObjectType = r.IntN(3) == 0; a.HasInheritedObjectType {
			a.InheritedObjectType = GUIDUserClass
		}
	}
	return a
}

// randomParts makes a descriptor with a DACL of up to n entries of the given types.
func randomParts(r *rand.Rand, types []ACEType, n int) Parts {
	p := Parts{Owner: pick(r, trustees), Group: pick(r, trustees), DACLState: ACLPresent}
	for _, c := range []Control{DACLProtected, DACLAutoInherited, DACLAutoInheritReq} {
		if r.IntN(4) == 0 {
			p.Control |= c
		}
	}
	for range r.IntN(n + 1) {
		p.DACL = append(p.DACL, randomACE(r, types))
	}
	return p
}

// allTypes are the types with a known layout.
func allTypes() (types []ACEType) {
	for t := range aceLayout {
		if aceLayout[t] != 0 {
			types = append(types, ACEType(t))
		}
	}
	return types
}

// directoryCorpus makes n descriptors as a directory of mailboxes has them: 45 entries, most of them inherited object ACEs that all objects share,
// a few of their own, and some tens of thousands of distinct trustees overall.
func directoryCorpus(n int) [][]byte {
	r := rand.New(rand.NewPCG(1, 2))
	shared := sharedACEs(r)
	corpus := make([][]byte, n)
	for i := range corpus {
		p := Parts{
			Control:   DACLAutoInherited,
			Owner:     domainSID.WithRID(512),
			Group:     domainSID.WithRID(512),
			DACLState: ACLPresent,
		}
		for range 5 {
			a := ACE{Type: TypeAllow, Mask: FullControl, SID: domainSID.WithRID(1000 + r.Uint32N(40000)).Bytes()}
			if r.IntN(2) == 0 {
				a.Type, a.Mask, a.HasObjectType, a.ObjectType = TypeAllowObject, ControlAccess, true, GUIDSendAs
			}
			p.DACL = append(p.DACL, a)
		}
		p.DACL = append(p.DACL, shared...)
		b, err := Encode(p)
		if err != nil {
			panic(err)
		}
		corpus[i] = b
	}
	return corpus
}

// sharedACEs are 40 entries: those that the class and the domain head give every user.
func sharedACEs(r *rand.Rand) (aces []ACE) {
	groups := []SID{SIDSelf, SIDAuthenticatedUsers, SIDSystem, SIDAdministrators, SIDPreWindows2000Access, domainSID.WithRID(512),
		domainSID.WithRID(519), domainSID.WithRID(1110), domainSID.WithRID(1111), domainSID.WithRID(1112), SIDNetworkService, SIDEveryone}
	for i := range 40 {
		a := ACE{Type: TypeAllowObject, Mask: ReadProperty, Flags: Inherited | ContainerInherit, SID: groups[i%len(groups)].Bytes()}
		switch i % 5 {
		case 0, 1:
			a.Type, a.Mask = TypeAllow, 0x20094
		case 2:
			a.Flags |= InheritOnly
			a.HasObjectType, a.ObjectType = true, pick(r, GUIDs()).GUID
			a.HasInheritedObjectType, a.InheritedObjectType = true, GUIDUserClass
		case 3:
			a.HasObjectType, a.ObjectType = true, pick(r, GUIDs()).GUID
		default:
			a.Type, a.Mask, a.HasObjectType, a.ObjectType = TypeDenyObject, ControlAccess, true, GUIDReceiveAs
		}
		aces = append(aces, a)
	}
	return aces
}

// le32 is a little-endian number as text for building broken inputs by hand.
func le32(v uint32) string { return string(binary.LittleEndian.AppendUint32(nil, v)) }
