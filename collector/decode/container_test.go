package decode

import (
	"sync"
	"testing"

	"mbxperm/acl"
	"mbxperm/acl/sddl"
	"mbxperm/collector"
	"mbxperm/model"
	"mbxperm/model/coverage"
)

// TestContainers: whatever lies above a recipient is read with its own
// descriptor and counted as a container, one in LostAndFound too; one without a
// descriptor is unreadable, and Exchange's own are administration.
func TestContainers(t *testing.T) {
	parts, err := sddl.Parse("O:BAG:BAD:(A;CI;WD;;;AU)", acl.SID{})
	if err != nil {
		t.Fatal(err)
	}
	descriptor, err := acl.Encode(parts)
	if err != nil {
		t.Fatal(err)
	}
	entry := func(dn, class string, sd []byte) collector.Entry {
		e := collector.Entry{Query: 1, DN: dn, Attributes: []collector.Attribute{{Name: "objectClass", Values: [][]byte{[]byte("top"), []byte(class)}}}}
		if sd != nil {
			e.Attributes = append(e.Attributes, collector.Attribute{Name: "nTSecurityDescriptor", Values: [][]byte{sd}})
		}
		return e
	}
	w := model.NewWriter(model.NewPool())
	_ = Read(t.Context(), &one{&Containers, []collector.Entry{
		entry("DC=contoso,DC=com", "domainDNS", descriptor),
		entry("OU=Staff,DC=contoso,DC=com", "organizationalUnit", descriptor),
		entry("CN=LostAndFound,DC=contoso,DC=com", "lostAndFound", descriptor),
		entry("CN=Users,DC=contoso,DC=com", "container", nil),
		entry("CN=Contoso,CN=Microsoft Exchange,CN=Services,CN=Configuration,DC=contoso,DC=com", "container", descriptor),
	}}, w, new(sync.Mutex))
	w.State.Phase = model.Finished
	found := map[string]coverage.Line{}
	for _, c := range coverage.Of(w.Snapshot()) {
		found[c.ObjectType] = c
	}
	if c := found["container"]; c.Found != 4 || c.Decoded != 3 || c.Unreadable != 1 {
		t.Errorf("containers: %+v; want 4 found, 3 decoded, 1 unreadable", c)
	}
	if c := found["admin"]; c.Found != 1 || c.Decoded != 1 {
		t.Errorf("administration: %+v; want one, decoded", c)
	}
}
