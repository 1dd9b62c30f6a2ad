package decode_test

import (
	"slices"
	"testing"

	"mbxperm/collector"
	"mbxperm/collector/decode"
	"mbxperm/collector/session"
	"mbxperm/model"
	"mbxperm/model/door"
)

// TestTraitsOfWhomever: what a client access rule looks at is known of users with a
// mailbox, of mail users and of those without a mail alias; a value that did not come
// of somebody whose descriptor is not read is not known to be absent.
func TestTraitsOfWhomever(t *testing.T) {
	for _, name := range model.TraitAttributes {
		if !slices.Contains(decode.Principals.Attributes, name) || !slices.Contains(decode.Mailboxes.Attributes, name) {
			t.Errorf("%s is not asked for", name)
		}
	}
	for name, attributes := range map[string]map[string]string{
		"a mailbox":   {"objectClass": "user", "mailNickname": "a", "homeMDB": "CN=DB1"},
		"a mail user": {"objectClass": "user", "mailNickname": "a", "targetAddress": "SMTP:a@fabrikam.com"},
		"a user":      {"objectClass": "user"},
		"inetOrg":     {"objectClass": "inetOrgPerson"},
	} {
		e := collector.Entry{DN: "CN=a,DC=contoso,DC=com"}
		attributes["sAMAccountName"], attributes["department"], attributes["extensionAttribute15"] = "a", "Sales", "x"
		for name, text := range attributes {
			e.Attributes = append(e.Attributes, collector.Attribute{Name: name, Values: [][]byte{[]byte(text)}})
		}
		src := &tape{}
		src.Entry(&e)
		c := session.Start(t.Context(), src, model.NewPool(), nil)
		<-c.Done()
		trait := door.TraitReader(c.Snapshot(), 1)
		for attribute, want := range map[string]string{"Department": "Sales", "CustomAttribute15": "x"} {
			if got, read := trait(attribute); got != want || !read {
				t.Errorf("%s of %s: %q, read %v", attribute, name, got, read)
			}
		}
		if got, read := trait("City"); got != "" || read {
			t.Errorf("City of %s did not come: %q, read %v", name, got, read)
		}
	}
}
