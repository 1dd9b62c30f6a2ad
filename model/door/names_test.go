package door_test

import (
	"slices"
	"strings"
	"testing"

	"mbxperm/model"
	"mbxperm/model/door"
	"mbxperm/model/internal/script"
)

// names is a forest of two domains in which two accounts share a name.
func names(users ...string) *model.Snapshot {
	w := model.NewWriter(model.NewPool())
	w.Domain(model.DomainInfo{DN: "DC=contoso,DC=com", NetBIOS: "CONTOSO", DNS: "contoso.com"})
	w.Domain(model.DomainInfo{DN: "DC=emea,DC=contoso,DC=com", NetBIOS: "EMEA", DNS: "emea.contoso.com"})
	for _, o := range []struct{ dn, account string }{
		{"CN=a,DC=contoso,DC=com", "anna"}, {"CN=b,DC=contoso,DC=com", "bert"}, {"CN=b,DC=emea,DC=contoso,DC=com", "bert"},
		{"CN=h,DC=contoso,DC=com", "HealthMailbox1234567"},
	} {
		w.Put(&model.Object{DN: o.dn, Class: model.ClassUser, Account: o.account})
	}
	w.Address("CN=a,DC=contoso,DC=com", "Anna.A@fabrikam.com")
	w.Address("CN=b,DC=emea,DC=contoso,DC=com", "bert@contoso.com") // whose name there is another's
	for _, u := range users {
		_, mailbox := model.LogonNames(u)
		w.Connection(model.Connection{Stream: model.StreamOf("EX13", "IMAP4", "front end"), User: u, Mailbox: mailbox, Client: "192.0.2.1", OK: 1})
	}
	return w.Snapshot()
}

// TestAccountOf: whose account a name is, in each form in which one logs on.
func TestAccountOf(t *testing.T) {
	const nobody, several = "", "several"
	forms := map[string]string{
		"anna": "CN=a,DC=contoso,DC=com", "ANNA": "CN=a,DC=contoso,DC=com", `CONTOSO\anna`: "CN=a,DC=contoso,DC=com", `contoso.com\Anna`: "CN=a,DC=contoso,DC=com",
		"anna@contoso.com": "CN=a,DC=contoso,DC=com", "anna.a@FABRIKAM.com": "CN=a,DC=contoso,DC=com",
		"bert": several, `EMEA\bert`: "CN=b,DC=emea,DC=contoso,DC=com", `contoso\bert`: "CN=b,DC=contoso,DC=com",
		"bert@contoso.com": "CN=b,DC=emea,DC=contoso,DC=com", // what is written in full is more than what is guessed
		`EMEA\anna`:        nobody, `OTHER\anna`: nobody, "anna@example.net": nobody, "carl": nobody,
		"HealthMailbox1234567890abcdef@contoso.com": "CN=h,DC=contoso,DC=com", "HealthMailbox1234567": "CN=h,DC=contoso,DC=com",
	}
	var users []string
	for u := range forms {
		users = append(users, u)
	}
	s := names(users...)
	for u, want := range forms {
		a := door.AccountOf(s, u)
		got := ""
		if a.Several {
			got = several
		} else if a.ID != 0 {
			got = s.DNText(s.Record(a.ID).DN)
		}
		if got != want {
			t.Errorf("%s is %q, want %q", u, got, want)
		}
	}
}

// TestLogonNames: somebody else's mailbox behind a name.
func TestLogonNames(t *testing.T) {
	for text, want := range map[string][2]string{
		"anna": {"anna", ""}, `CONTOSO\anna`: {`CONTOSO\anna`, ""}, `CONTOSO\anna\shared`: {`CONTOSO\anna`, "shared"},
		`anna@contoso.com\shared@contoso.com`: {"anna@contoso.com", "shared@contoso.com"}, "contoso/anna/shared": {`contoso\anna`, "shared"},
		`CONTOSO\anna\anna`: {`CONTOSO\anna`, ""}, `anna@contoso.com\ANNA@contoso.com`: {"anna@contoso.com", ""}, "": {"", ""}, `\\\`: {`\\\`, ""},
	} {
		if user, mailbox := model.LogonNames(text); user != want[0] || mailbox != want[1] {
			t.Errorf("%q: %q and %q, want %q", text, user, mailbox, want)
		}
	}
}

// TestProbesAndBackEnds: what is nobody's client, and what counts already.
func TestProbesAndBackEnds(t *testing.T) {
	w := model.NewWriter(model.NewPool())
	w.Log(model.Log{Server: "EX13", Protocol: "IMAP4", Side: "front end", Files: 1})
	list := []model.Connection{
		{Stream: model.StreamOf("EX13", "", "front end"), User: "anna", Client: "192.0.2.1", OK: 1},
		{Stream: model.StreamOf("EX13", "", "front end"), User: "HealthMailboxb4dbf9b", Client: "192.0.2.1", OK: 1},
		{Stream: model.StreamOf("EX13", "", "front end"), User: "anna", Client: "::1", OK: 1},
		{Stream: model.StreamOf("EX13", "", "front end"), Client: "192.0.2.2", Sessions: 4},
		{Stream: model.StreamOf("EX13", "", "back end"), User: "anna", Client: "192.0.2.1", OK: 1},
		{Stream: model.StreamOf("EX14", "", "back end"), User: "anna", Client: "192.0.2.1", OK: 1},
	}
	for _, c := range list {
		c.Protocol = "IMAP4"
		w.Connection(c)
	}
	s := w.Snapshot()
	if n := door.SpareCount(s); n != 1 {
		t.Errorf("%d rows of back ends are left out, want 1", n)
	}
	for _, c := range door.Connections(s) {
		i := slices.IndexFunc(list, func(x model.Connection) bool {
			return x.Server == c.Server && x.Side == c.Side && x.User == c.User && x.Client == c.Client
		})
		if probe := i == 1 || i == 2 || i == 3; c.Probe != probe {
			t.Errorf("%d: probe %v", i, c.Probe)
		}
		if spare := i == 4; c.Spare != spare {
			t.Errorf("%d: spare %v", i, c.Spare)
		}
		if i == 5 && len(c.Notes()) == 0 {
			t.Error("that it comes from a back end is not said")
		}
	}
}

// TestGuessing: one client with failures for many names.
func TestGuessing(t *testing.T) {
	w := model.NewWriter(model.NewPool())
	w.Connection(model.Connection{Stream: model.StreamOf("EX13", "IMAP4", "front end"), Client: "203.0.113.9", Failed: 40, Names: 9})
	w.Connection(model.Connection{Stream: model.StreamOf("EX14", "IMAP4", "front end"), Client: "203.0.113.9", User: "anna", Failed: 3})
	w.Connection(model.Connection{Stream: model.StreamOf("EX14", "IMAP4", "front end"), Client: "192.0.2.9", User: "anna", Failed: 3})
	for _, c := range door.Connections(w.Snapshot()) {
		if said := len(c.Notes()) > 0; said != (c.Client == "203.0.113.9") {
			t.Errorf("%s %s: %v", c.Client, c.User, c.Notes())
		}
	}
}

// TestLoadBalancer: all logons of a server from one address.
func TestLoadBalancer(t *testing.T) {
	w := model.NewWriter(model.NewPool())
	for _, u := range []string{"a", "b", "c", "d", "e"} {
		w.Connection(model.Connection{Stream: model.StreamOf("EX13", "IMAP4", "front end"), User: u, Client: "192.0.2.1", OK: 1})
		w.Connection(model.Connection{Stream: model.StreamOf("EX14", "IMAP4", "front end"), User: u, Client: "192.0.2.1" + u, OK: 1})
	}
	for _, c := range door.Connections(w.Snapshot()) {
		if said := len(c.Notes()) > 0; said != (c.Server == "EX13") {
			t.Errorf("%s %s: %v", c.Server, c.User, c.Notes())
		}
	}
}

// TestReasons: why logons were refused, in sentences, joined with what the service
// and the mailbox have now. What everybody understands is no note.
func TestReasons(t *testing.T) {
	w := model.NewWriter(model.NewPool())
	add := func(client string, ok int, reasons ...string) {
		c := model.Connection{Stream: model.StreamOf("EX13", "IMAP4", "front end"), User: "anna", Client: client, OK: ok}
		for _, r := range reasons {
			c.Failed += 3
			c.Reasons = append(c.Reasons, model.Tally{Name: r, N: 3})
		}
		w.Connection(c)
	}
	add("192.0.2.1", 0, "BAD Command received in Invalid state.")
	add("192.0.2.2", 5, "BAD Command received in Invalid state.")
	add("192.0.2.3", 0, "UserDisabled", "LogonFailed:FailClientAccessRules")
	add("192.0.2.4", 0, "AuthFailed:LogonDenied", "NO something else")
	add("192.0.2.5", 0, "ProxyNotAuthenticated")
	for server, login := range map[string]string{"EX14": "1", "EX15": "3"} {
		dn := "CN=" + server + ",CN=Servers," + script.ConfigDN
		w.Put(&model.Object{DN: dn, Class: model.ClassServer})
		w.Server(dn, model.ServerVersion{Major: 15, Minor: 2})
		w.Door(dn, model.DoorServer, model.DoorValues{{Name: "NetworkAddress", Attribute: "y", Texts: []string{"netbios:" + server}, State: model.Present}})
		w.Put(&model.Object{DN: "CN=1,CN=IMAP4,CN=Protocols," + dn, Class: model.ClassDoor})
		w.Door("CN=1,CN=IMAP4,CN=Protocols,"+dn, model.DoorIMAP4, model.DoorValues{{Name: "LoginType", Attribute: "x", Texts: []string{login}, State: model.Present}})
		w.Connection(model.Connection{Stream: model.StreamOf(strings.ToLower(server), "IMAP4", "front end"), User: "anna", Client: server, Failed: 2,
			Reasons: []model.Tally{{Name: "NO Command is not valid in this state.", N: 2}}})
	}
	want := map[string]string{
		"EX14":      "refused in plain text; LoginType is PlainTextLogin now (2 times)",
		"EX15":      "refused in plain text: LoginType is SecureLogin (2 times)",
		"192.0.2.1": "refused in plain text: LoginType is SecureLogin, as set-up has it: what it is here was not read (3 times)",
		"192.0.2.2": "", // it can do TLS: who knows what it did
		"192.0.2.3": "switched off for the mailbox (3 times); a client access rule refuses it (3 times)",
		"192.0.2.4": "",
		"192.0.2.5": "front and back end do not trust each other: look at X509CertificateName (3 times)",
	}
	for _, c := range door.Connections(w.Snapshot()) {
		if got := strings.Join(c.Notes(), "; "); got != want[c.Client] {
			t.Errorf("%s: %q, want %q", c.Client, got, want[c.Client])
		}
	}
}
