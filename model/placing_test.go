package model_test

import (
	"testing"

	"mbxperm/model"
)

const placedDN = "CN=Alex Brandt,OU=Staff,DC=contoso,DC=com"

func placedIn(t *testing.T, objects ...*model.Object) (*model.Snapshot, model.ObjectID) {
	t.Helper()
	w := model.NewWriter(model.NewPool())
	for _, o := range objects {
		o.DN = placedDN
		w.Put(o)
	}
	s := w.Snapshot()
	return s, 1
}

// TestPremises: where a mailbox is goes by the type, and of a mail user by where
// it was provisioned or its mail is routed; nothing else makes it remote.
func TestPremises(t *testing.T) {
	user := func(kind model.Recipient, typ string, p *model.Placing) *model.Object {
		return &model.Object{Class: model.ClassUser, Recipient: kind, Type: typ, Placing: p}
	}
	routed := func(domain string) *model.Placing {
		return &model.Placing{Routing: domain, RoutingState: model.Present}
	}
	bits := func(n int32) *model.Placing { return &model.Placing{Remote: n, RemoteState: model.Present} }
	for name, c := range map[string]struct {
		o    *model.Object
		want string
	}{
		"mailbox":                  {user(model.Mailbox, "UserMailbox", nil), "onprem"},
		"routed mailbox":           {user(model.Mailbox, "UserMailbox", routed("contoso.mail.onmicrosoft.com")), "onprem"},
		"system mailbox":           {user(model.SystemMailbox, "ArbitrationMailbox", nil), "onprem"},
		"perhaps a mailbox":        {user(model.Mailbox, model.UnknownType, nil), "unknown"},
		"remote":                   {user(model.OtherRecipient, "RemoteSharedMailbox", nil), "remote"},
		"remote, nothing else":     {user(model.OtherRecipient, "RemoteUserMailbox", bits(8)), "remote"},
		"mail user":                {user(model.OtherRecipient, "MailUser", routed("fabrikam.com")), "unknown"},
		"mail user, routed":        {user(model.OtherRecipient, "MailUser", routed("contoso.mail.onmicrosoft.com")), "remote"},
		"mail user, look-alike":    {user(model.OtherRecipient, "MailUser", routed("notonmicrosoft.com")), "unknown"},
		"mail user, migrated":      {user(model.OtherRecipient, "MailUser", bits(4)), "remote"},
		"mail user, provisioned":   {user(model.OtherRecipient, "MailUser", bits(1|96)), "remote"},
		"mail user, deprovisioned": {user(model.OtherRecipient, "MailUser", bits(1|8)), "unknown"},
		"type of a mailbox, lost":  {user(model.OtherRecipient, "UserMailbox", nil), "unknown"},
		"group":                    {&model.Object{Class: model.ClassGroup, Recipient: model.OtherRecipient, Type: "MailUniversalSecurityGroup"}, ""},
		"contact":                  {&model.Object{Class: model.ClassContact, Recipient: model.OtherRecipient, Type: "MailContact"}, "unknown"},
		"no recipient":             {&model.Object{Class: model.ClassUser}, ""},
		"deleted":                  {&model.Object{Class: model.ClassUser, Recipient: model.Mailbox, Type: "UserMailbox", Deleted: true}, ""},
	} {
		s, id := placedIn(t, c.o)
		if got := s.PremisesOf(id).String(); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

// TestPlacing: what several entries of an account say is one, and a name comes
// back as it was, however it is kept.
func TestPlacing(t *testing.T) {
	user := func(p model.Placing) *model.Object {
		return &model.Object{Class: model.ClassUser, Account: "u00012", Recipient: model.Mailbox, Type: "UserMailbox", Placing: &p}
	}
	s, id := placedIn(t,
		user(model.Placing{Display: -2147483642, DisplayState: model.Present, UPN: []byte("u00012@contoso.com"), Automapped: []string{"CN=a,DC=contoso,DC=com"}, AutomapState: model.Present}),
		user(model.Placing{DisplayState: model.Missing, RemoteState: model.Missing, PrimarySMTP: []byte("alex.brandt@fabrikam.com"),
			Automapped: []string{"CN=a,DC=contoso,DC=com", "CN=b,DC=contoso,DC=com"}, AutomapState: model.Present}))
	p := s.PlacingOf(id)
	if yes, known := p.ACLable(); yes || !known || p.Display != -2147483642 {
		t.Errorf("display type %d, ACLable %v, known %v", p.Display, yes, known)
	}
	if upn, smtp := s.MailNames(id); upn != "u00012@contoso.com" || smtp != "alex.brandt@fabrikam.com" {
		t.Errorf("names %q and %q", upn, smtp)
	}
	if s.Automaps.Len() != 2 || p.RemoteState != model.Missing {
		t.Errorf("%d automapped, remote type %v", s.Automaps.Len(), p.RemoteState)
	}
	for _, name := range []string{"u00012@", "@contoso.com", "without", "u00012", "a@b@c", "U00012@contoso.com"} {
		s, id := placedIn(t, user(model.Placing{UPN: []byte(name), PrimarySMTP: []byte(name)}))
		if upn, smtp := s.MailNames(id); upn != name || smtp != name {
			t.Errorf("%q came back as %q and %q", name, upn, smtp)
		}
	}
	if s, _ := placedIn(t, &model.Object{Class: model.ClassUser}); s.PlacingOf(1).DisplayState != model.NotAsked || s.AutomappedTo(1, 1) {
		t.Error("something is known of an account that says nothing")
	}
}
