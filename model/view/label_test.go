package view

import (
	"testing"
	"time"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/internal/pool"
)

// TestLabels: a SID gets a name, and a label that says where the name is from.
func TestLabels(t *testing.T) {
	domain, fabrikam, child := acl.MustParseSID("S-1-5-21-1-2-3"), acl.MustParseSID("S-1-5-21-4-5-6"), acl.MustParseSID("S-1-5-21-7-8-9")
	old := acl.MustParseSID("S-1-5-21-99-98-97-1234")
	w := model.NewWriter(pool.NewPool())
	w.Domain(model.DomainInfo{DN: "DC=contoso,DC=com", NetBIOS: "CONTOSO", DNS: "contoso.com", SID: domain, Root: true, Complete: true})
	w.Domain(model.DomainInfo{DN: "DC=emea,DC=contoso,DC=com", NetBIOS: "EMEA", DNS: "emea.contoso.com"})
	w.Trust(fabrikam, model.Trust{NetBIOS: "FABRIKAM", DNS: "fabrikam.example"})
	w.Trust(child, model.Trust{NetBIOS: "EMEA", DNS: "EMEA.contoso.com"})
	w.Put(&model.Object{DN: "CN=Bob,DC=contoso,DC=com", Class: model.ClassUser, Account: "bob", SID: domain.WithRID(1100), SIDHistory: []acl.SID{old}})
	w.Put(&model.Object{DN: "CN=Eve,DC=contoso,DC=com", Class: model.ClassUser, Account: "eve", SID: domain.WithRID(1101), Recipient: model.Mailbox,
		Type: "LinkedMailbox", Master: fabrikam.WithRID(500)})
	w.Put(&model.Object{DN: "CN=Room,DC=contoso,DC=com", Class: model.ClassUser, Account: "room", SID: domain.WithRID(1102), Recipient: model.Mailbox,
		Type: "RoomMailbox", Master: acl.SIDSelf})
	w.Put(&model.Object{DN: "CN=S-1-5-21-4-5-6-600,CN=ForeignSecurityPrincipals,DC=contoso,DC=com", Class: model.ClassForeign, SID: fabrikam.WithRID(600)})
	w.Put(&model.Object{DN: `CN=Gone\0ADEL:11111111-2222-3333-4444-555555555555,CN=Deleted Objects,DC=contoso,DC=com`, Class: model.ClassUser, Account: "gone",
		SID: domain.WithRID(1103), Deleted: true, Changed: time.Date(2024, 3, 4, 5, 6, 7, 0, time.UTC), LastParent: "OU=Sales,DC=contoso,DC=com"})
	w.Put(&model.Object{DN: `CN=Team\0ADEL:11111111-2222-3333-4444-555555555556,CN=Deleted Objects,DC=contoso,DC=com`, Class: model.ClassGroup,
		SID: domain.WithRID(1104), Deleted: true})
	w.Missed(domain.WithRID(1105))
	for _, c := range []struct {
		sid                              acl.SID
		name, domain, Kind, label, shown string
	}{
		{domain.WithRID(1100), "bob", "CONTOSO", model.KindUser, "", `bob`},
		{old, "bob", "", model.KindUser, "from sIDHistory of bob", "bob (former SID)"},
		{fabrikam.WithRID(500), "S-1-5-21-4-5-6-500", "FABRIKAM", model.KindForeign, "linked account of eve", `FABRIKAM\S-1-5-21-…-500 (linked account of eve)`},
		{fabrikam.WithRID(600), "S-1-5-21-4-5-6-600", "FABRIKAM", model.KindForeign, "foreign security principal", `FABRIKAM\S-1-5-21-…-600 (foreign)`},
		{fabrikam.WithRID(700), "S-1-5-21-4-5-6-700", "FABRIKAM", model.KindForeign, "", `FABRIKAM\S-1-5-21-…-700 (foreign)`},
		{child.WithRID(1000), "S-1-5-21-7-8-9-1000", "EMEA", model.KindUnresolved, "", `EMEA\S-1-5-21-…-1000 (unresolved)`},
		{domain.WithRID(1103), "gone", "CONTOSO", model.KindDeleted, "deleted; tombstone of 2024-03-04, was in OU=Sales,DC=contoso,DC=com", `gone (deleted)`},
		{domain.WithRID(1104), "Team", "CONTOSO", model.KindDeleted, "deleted; tombstone of unknown date", `Team (deleted)`},
		{domain.WithRID(1105), "S-1-5-21-1-2-3-1105", "CONTOSO", model.KindOrphan, "", `S-1-5-21-…-1105 (orphan)`},
		{acl.SIDSelf, "SELF", "", model.KindWellKnown, "", "SELF"},
	} {
		id := w.Pool.SID(c.sid)
		s := w.Snapshot()
		p := s.Principal(model.TrusteeOfSID(id))
		if p.Name != c.name || p.Domain != c.domain || p.Kind != c.Kind || p.Label.String() != c.label {
			t.Errorf("%s: %q, %q, %q, %q; want %q, %q, %q, %q", c.sid, p.Name, p.Domain, p.Kind, p.Label, c.name, c.domain, c.Kind, c.label)
		}
		if got := model.PrincipalText(p); got != c.shown {
			t.Errorf("%s is shown as %q, want %q", c.sid, got, c.shown)
		}
	}
}
