package view

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"mbxperm/acl"
	"mbxperm/model/internal/pool"
)

// TestDescriptorsComeBack: whatever bytes a descriptor had, they are there
// again, whether they were kept or are put together from what was read.
func TestDescriptorsComeBack(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	trustees := []acl.SID{acl.SIDSelf, acl.SIDEveryone, caseUser, acl.MustParseSID("S-1-1"), acl.MustParseSID("S-1-5-21-1-2-3-4-5-6-7-8-9-10-11-12-13-14")}
	p := pool.NewPool()
	kept, all := 0, 0
	for range 5_000 {
		parts := acl.Parts{Control: acl.DACLAutoInherited, Owner: trustees[r.IntN(len(trustees))], DACLState: acl.ACLState(r.IntN(3)), DACLRevision: uint8(r.IntN(4)) + 1}
		for range r.IntN(4) {
			a := acl.ACE{Type: acl.ACEType(r.IntN(0x16)), Flags: acl.ACEFlags(r.IntN(32)), Mask: acl.Mask(r.Uint32()), SID: trustees[r.IntN(len(trustees))].Bytes()}
			if a.Type == acl.TypeAllowCompound {
				continue
			}
			if a.HasObjectType = a.IsObject() && r.IntN(2) == 0; a.HasObjectType && r.IntN(4) > 0 {
				a.ObjectType = acl.GUIDSendAs
			}
			if r.IntN(8) == 0 {
				a.Data = []byte{1, 2, 3, 4}
			}
			parts.DACL = append(parts.DACL, a)
		}
		raw, err := acl.Encode(parts)
		if err != nil {
			t.Fatal(err)
		}
		if r.IntN(2) == 0 {
			raw[r.IntN(len(raw))] ^= 1 << r.IntN(8)
		}
		id := p.Descriptor(pool.SenseSend, raw)
		v := p.Publish()
		if got := v.Bytes(id); !bytes.Equal(got, raw) {
			t.Fatalf("%x came back as\n%x", raw, got)
		}
		all++
		if v.Descs.At(uint32(id)).Raw != 0 {
			kept++
		}
	}
	if kept < all/10 || kept > all*9/10 {
		t.Errorf("the bytes of %d of %d were kept", kept, all)
	}
}

// TestNamesInParts: names that are kept at hand and names that are not are one
// name, in whatever spelling and order they come.
func TestNamesInParts(t *testing.T) {
	p := pool.NewPool()
	long := strings.Repeat("OU=x,", pool.LongParent) + "DC=com"
	ids := map[string]pool.DN{}
	for round := range 2 {
		for i := range 2 * pool.MostParents {
			for _, name := range []string{fmt.Sprintf("CN=%d,OU=%d,DC=com", i, i), fmt.Sprintf("OU=%d,DC=com", i), fmt.Sprintf("CN=%d,%s", i%10, long)} {
				id := p.DN(name)
				if old, ok := ids[name]; ok && old != id {
					t.Fatalf("%s is %d and %d", name, old, id)
				}
				ids[name] = id
				if other := p.Parent(strings.ToLower(name)); other != id {
					t.Fatalf("%s is %d, in lower case %d", name, id, other)
				}
			}
		}
		if len(p.Parents) > pool.MostParents {
			t.Fatalf("round %d: %d names are kept", round, len(p.Parents))
		}
	}
	v := p.Publish()
	for name, id := range ids {
		if got := v.DNText(id); got != name {
			t.Fatalf("%s came back as %s", name, got)
		}
	}
}
