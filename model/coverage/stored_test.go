package coverage

import (
	"testing"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/internal/pool"
)

// TestStored: a mailbox that a store names and nobody delivered is counted and
// named, once, where its domain was read; a store without a list counts itself.
func TestStored(t *testing.T) {
	w := model.NewWriter(pool.NewPool())
	w.Domain(model.DomainInfo{DN: "DC=contoso,DC=com", SID: acl.MustParseSID("S-1-5-21-1-2-3")})
	w.Domain(model.DomainInfo{DN: "DC=emea,DC=contoso,DC=com"})
	w.Put(&model.Object{DN: "CN=a,DC=contoso,DC=com", Class: model.ClassUser, Recipient: model.Mailbox, Type: "UserMailbox", HomeMDB: "CN=DB1"})
	for range 2 { // two domain controllers may say the same
		w.Put(&model.Object{DN: "CN=DB1", Class: model.ClassStore, StoredState: model.Present, Stored: []string{
			"CN=a,DC=contoso,DC=com", "CN=hidden,DC=contoso,DC=com", "CN=x,DC=emea,DC=contoso,DC=com", "CN=y,CN=Configuration,DC=other"}})
	}
	w.Put(&model.Object{DN: "CN=DB2", Class: model.ClassStore, StoredState: model.Missing})
	w.Put(&model.Object{DN: "CN=DB3", Class: model.ClassStore, StoredState: model.Present, StoredPartial: true, Stored: []string{"CN=a,DC=contoso,DC=com"}})
	s := w.Snapshot()
	line := Of(s)[coverStored]
	if line.Found != 4 || line.Decoded != 1 || line.Unknown != 2 || line.Unreadable != 1 || line.Absent != 0 {
		t.Errorf("%+v", line)
	}
	var named []string
	for _, u := range Named(s) {
		if u.ObjectType == "store-mailbox" {
			named = append(named, u.DN+": "+u.Reason)
		}
	}
	if want := "CN=hidden,DC=contoso,DC=com: DB1 holds its mailbox, and the account was not seen"; len(named) != 1 || named[0] != want {
		t.Errorf("named %q, want %q", named, want)
	}
	if !s.UnseenIn(0) {
		t.Error("a domain with an account that was not seen is taken for seen")
	}
}
