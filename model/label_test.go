package model

import (
	"testing"
	"time"

	"mbxperm/acl"
)

// TestLabels: a SID gets a name, and a label that says where the name is from.
func TestLabels(t *testing.T) {
	domain, fabrikam, child := acl.MustParseSID("S-1-5-21-1-2-3"), acl.MustParseSID("S-1-5-21-4-5-6"), acl.MustParseSID("S-1-5-21-7-8-9")
	old := acl.MustParseSID("S-1-5-21-99-98-97-1234")
	w := NewWriter(NewPool())
	w.Domain(DomainInfo{DN: "DC=contoso,DC=com", NetBIOS: "CONTOSO", DNS: "contoso.com", SID: domain, Root: true, Complete: true})
	w.Domain(DomainInfo{DN: "DC=emea,DC=contoso,DC=com", NetBIOS: "EMEA", DNS: "emea.contoso.com"})
	w.Trust(fabrikam, Trust{NetBIOS: "FABRIKAM", DNS: "fabrikam.example"})
	w.Trust(child, Trust{NetBIOS: "EMEA", DNS: "EMEA.contoso.com"})
	w.Put(&Object{DN: "CN=Bob,DC=contoso,DC=com", Class: ClassUser, Account: "bob", SID: domain.WithRID(1100), SIDHistory: []acl.SID{old}})
	w.Put(&Object{DN: "CN=Eve,DC=contoso,DC=com", Class: ClassUser, Account: "eve", SID: domain.WithRID(1101), Recipient: Mailbox,
		Type: "LinkedMailbox", Master: fabrikam.WithRID(500)})
	w.Put(&Object{DN: "CN=Room,DC=contoso,DC=com", Class: ClassUser, Account: "room", SID: domain.WithRID(1102), Recipient: Mailbox,
		Type: "RoomMailbox", Master: acl.SIDSelf})
	w.Put(&Object{DN: "CN=S-1-5-21-4-5-6-600,CN=ForeignSecurityPrincipals,DC=contoso,DC=com", Class: ClassForeign, SID: fabrikam.WithRID(600)})
	w.Put(&Object{DN: `CN=Gone\0ADEL:11111111-2222-3333-4444-555555555555,CN=Deleted Objects,DC=contoso,DC=com`, Class: ClassUser, Account: "gone",
		SID: domain.WithRID(1103), Deleted: true, Changed: time.Date(2024, 3, 4, 5, 6, 7, 0, time.UTC), LastParent: "OU=Sales,DC=contoso,DC=com"})
	w.Put(&Object{DN: `CN=Team\0ADEL:11111111-2222-3333-4444-555555555556,CN=Deleted Objects,DC=contoso,DC=com`, Class: ClassGroup,
		SID: domain.WithRID(1104), Deleted: true})
	w.Missed(domain.WithRID(1105))
	for _, c := range []struct {
		sid                              acl.SID
		name, domain, kind, label, shown string
	}{
		{domain.WithRID(1100), "bob", "CONTOSO", KindUser, "", `bob`},
		{old, "bob", "", KindUser, "from sIDHistory of bob", "bob (former SID)"},
		{fabrikam.WithRID(500), "S-1-5-21-4-5-6-500", "FABRIKAM", KindForeign, "linked account of eve", `FABRIKAM\S-1-5-21-…-500 (linked account of eve)`},
		{fabrikam.WithRID(600), "S-1-5-21-4-5-6-600", "FABRIKAM", KindForeign, "foreign security principal", `FABRIKAM\S-1-5-21-…-600 (foreign)`},
		{fabrikam.WithRID(700), "S-1-5-21-4-5-6-700", "FABRIKAM", KindForeign, "", `FABRIKAM\S-1-5-21-…-700 (foreign)`},
		{child.WithRID(1000), "S-1-5-21-7-8-9-1000", "EMEA", KindUnresolved, "", `EMEA\S-1-5-21-…-1000 (unresolved)`},
		{domain.WithRID(1103), "gone", "CONTOSO", KindDeleted, "deleted; tombstone of 2024-03-04, was in OU=Sales,DC=contoso,DC=com", `gone (deleted)`},
		{domain.WithRID(1104), "Team", "CONTOSO", KindDeleted, "deleted; tombstone of unknown date", `Team (deleted)`},
		{domain.WithRID(1105), "S-1-5-21-1-2-3-1105", "CONTOSO", KindOrphan, "", `S-1-5-21-…-1105 (orphan)`},
		{acl.SIDSelf, "SELF", "", KindWellKnown, "", "SELF"},
	} {
		id := w.pool.sid(c.sid)
		s := w.Snapshot()
		p := s.Principal(partyOfSID(id))
		if p.Name != c.name || p.Domain != c.domain || p.Kind != c.kind || p.Label.String() != c.label {
			t.Errorf("%s: %q, %q, %q, %q; want %q, %q, %q, %q", c.sid, p.Name, p.Domain, p.Kind, p.Label, c.name, c.domain, c.kind, c.label)
		}
		if got := PrincipalText(p); got != c.shown {
			t.Errorf("%s is shown as %q, want %q", c.sid, got, c.shown)
		}
	}
}
