package sddl

import (
	"encoding/hex"
	"slices"
	"testing"

	"mbxperm/acl"
	"mbxperm/acl/internal/acltest"
)

// TestAliasesAgainstSamba asks Samba what each alias of SDDL stands for. It
// does not know all of them; those it knows must be the same SIDs.
func TestAliasesAgainstSamba(t *testing.T) {
	domain := acl.MustParseSID("S-1-5-21-1-2-3") // the one of acltest.Samba
	var names []string
	var queries []acltest.Query
	for name := range sidAliases {
		names = append(names, name)
	}
	for name := range ridAliases {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		queries = append(queries, acltest.Query{Do: "parse", SDDL: "O:" + name})
	}
	known := 0
	for i, a := range acltest.Samba(t, queries) {
		if a.Error != "" {
			continue
		}
		known++
		raw, err := hex.DecodeString(a.SD)
		if err != nil {
			t.Fatal(err)
		}
		d, err := acl.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		p, err := Parse(queries[i].SDDL, domain)
		if err != nil || p.Owner != d.Parts().Owner {
			t.Errorf("%s: Samba says %v, we say %v, %v", names[i], d.Parts().Owner, p.Owner, err)
		}
	}
	t.Logf("Samba knows %d of %d aliases", known, len(names))
	if known < 40 {
		t.Errorf("Samba knows only %d aliases: is it still asked?", known)
	}
}
