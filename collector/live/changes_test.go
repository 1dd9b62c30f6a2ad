package live

import (
	"context"
	"fmt"
	"testing"

	"mbxperm/collector/decode"
	"mbxperm/collector/ldaptest"
)

// TestChanges asks for the values of groups by name: those of a large one come in
// ranges, whole, and one that is gone by now is no gap.
func TestChanges(t *testing.T) {
	noLeaks(t)
	const attribute, many = "msDS-ReplValueMetaData", 4000
	dir := ldaptest.Directory(ldaptest.Size{Mailboxes: 10, Members: 3, Stores: 1})
	var values []string
	for i := range many {
		values = append(values, fmt.Sprintf("<DS_REPL_VALUE_META_DATA>%d</DS_REPL_VALUE_META_DATA>", i))
	}
	large := "CN=Large,OU=Groups," + ldaptest.Domain
	dir = append(dir, ldaptest.NewEntry(large, "top", "group").With(attribute, values...),
		ldaptest.NewEntry("CN=Small,OU=Groups,"+ldaptest.Domain, "top", "group").With(attribute, values[:1]...))
	server := ntlmServer(t, func(c *ldaptest.Config) { c.Entries, c.LDAPS = dir, true })
	groups := []string{"CN=Gone,OU=Groups," + ldaptest.Domain, large, "CN=Small,OU=Groups," + ldaptest.Domain}
	for i := range groupsPerFilter {
		groups = append(groups, fmt.Sprintf("CN=Gone too (%d),OU=Groups,%s", i, ldaptest.Domain))
	}
	s := open(t, options(server))
	j := newJournal()
	if err := s.Changes(context.Background(), groups, j); err != nil {
		t.Fatal(err)
	}
	got, err := j.of(t, decode.MemberStamps.Purpose)
	if err != nil || len(got) != 2 || len(j.begun) != 2 {
		t.Fatalf("%d groups by %d searches, %v: want two by two", len(got), len(j.begun), err)
	}
	seen := map[string]int{}
	for _, e := range got {
		for _, v := range e.Values(attribute) {
			seen[string(v)]++
		}
	}
	if len(seen) != many || seen[values[0]] != 2 || seen[values[many-1]] != 1 {
		t.Errorf("%d values, the first %d times, the last %d times: want %d, 2 and 1", len(seen), seen[values[0]], seen[values[many-1]], many)
	}
}
