package pool

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"mbxperm/acl"
)

// TestRest: what was interned before a rest has the same number after it, in
// every spelling, and what is new is found again like the old.
func TestRest(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var names []string
	var sids []acl.SID
	var lists [][]byte
	for i := range 500 {
		rdn := []string{"CN=Karin %d", `CN=Mueller\, Z. %d`, ` CN = "a+b %d" `, `CN=x\2b%d+OU=y`}[i%4]
		names = append(names, fmt.Sprintf(rdn, i)+[]string{",OU=Personnel,DC=contoso,DC=lab", ", OU=\\50ersonnel,DC=contoso,DC=lab", ""}[i%3])
		sids = append(sids, acl.MustParseSID(fmt.Sprintf("S-1-5-21-%d-2-3-%d", i%3, 1000+i)))
		raw, err := acl.Encode(acl.Parts{Owner: sids[i/2], DACLState: acl.ACLPresent, DACLRevision: 4, DACL: []acl.ACE{
			{Mask: acl.Mask(r.Uint32()), SID: sids[i].Bytes()}, {Mask: acl.Mask(i % 7), SID: sids[i/3].Bytes(), Flags: acl.Inherited},
		}})
		if err != nil {
			t.Fatal(err)
		}
		lists = append(lists, raw)
	}
	type numbers struct {
		name DN
		sid  SID
		list [2]Desc
	}
	p := NewPool()
	intern := func(i int) numbers {
		return numbers{p.DN(names[i]), p.SID(sids[i]), [2]Desc{p.Descriptor(SenseMailbox, lists[i]), p.Descriptor(SenseSend, lists[i])}}
	}
	sizes := func() string {
		return fmt.Sprint(p.dns.Len(), p.sids.Len(), p.aces.Len(), p.Descs.Len(), p.lists.Len())
	}
	half := len(names) / 2
	before := make([]numbers, len(names))
	for i := range half {
		before[i] = intern(i)
	}
	p.Rest()
	for i := half; i < len(names); i++ { // new ones first
		before[i] = intern(i)
	}
	size := sizes()
	for range 2 {
		p.Rest()
		for _, i := range r.Perm(len(names)) {
			names[i] = strings.ToUpper(names[i])
			clear(p.Parents)
			clear(p.lately[:])
			if got := intern(i); got != before[i] {
				t.Fatalf("%s: %v after a rest, and %v before", names[i], got, before[i])
			}
		}
		if got := sizes(); got != size {
			t.Fatalf("the tables have %s records after a rest, and %s before", got, size)
		}
	}
}
