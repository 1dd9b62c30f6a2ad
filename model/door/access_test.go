package door_test

import (
	"strings"
	"testing"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/door"
	"mbxperm/model/internal/script"
)

// mailboxWith makes one mailbox that says so much; with blind the bound account
// is not shown to read anything.
func mailboxWith(t *testing.T, blind bool, org string, values map[string]string) *door.AccessReader {
	t.Helper()
	w := model.NewWriter(model.NewPool())
	everything := packed(t, "D:(A;;RP;;;AU)")
	if !blind {
		w.Token("", []acl.SID{acl.SIDAuthenticatedUsers})
	}
	value := func(name string, texts ...string) model.DoorValue {
		v := model.DoorValue{Name: name, Attribute: "attr" + name, State: model.Missing}
		if len(texts) > 0 && texts[0] != "" {
			v.Texts, v.State = texts, model.Present
		}
		return v
	}
	var list model.DoorValues
	for i, name := range []string{"protocolSettings", "MobileFeatures", "EwsEnabled", "OwaMailboxPolicy"} {
		w.Schema(script.GUID(byte(i+1)), model.SchemaName{Name: "attr" + name})
		list = append(list, value(name, strings.Split(values[name], "|")...))
	}
	w.Put(&model.Object{DN: script.ConfigDN, Class: model.ClassContainer, Security: everything, SecurityState: model.Present})
	ews, http, _ := strings.Cut(org, "/")
	w.Schema(script.GUID(9), model.SchemaName{Name: "attrMapiHttpEnabled"})
	w.Door(script.ConfigDN, model.DoorOrganisation, model.DoorValues{value("EwsEnabled", ews), value("MapiHttpEnabled", http)})
	dn := "CN=u1,OU=Staff," + script.DomainDN
	w.Put(&model.Object{DN: dn, Class: model.ClassUser, Recipient: model.Mailbox, Type: "UserMailbox", Account: "u1", Security: everything, SecurityState: model.Present})
	w.Access(dn, list)
	w.State.Phase = model.Finished
	s := w.Snapshot()
	reader = s
	return door.NewAccessReader(s)
}

var reader *model.Snapshot

// TestAccess is exchange-facts 6.1 and 6.2 by hand.
func TestAccess(t *testing.T) {
	for _, c := range []struct {
		name, settings, mobile, ews, org string
		blind                            bool
		protocol                         door.Client
		state, from                      string
	}{
		{name: "nothing said", protocol: door.ByPOP3, state: "on", from: "default"},
		{name: "off", settings: "POP3§0§1§§§§§§§§§§§", protocol: door.ByPOP3, state: "off", from: "value"},
		{name: "on", settings: "POP3§1§1§§§§§§§§§§§", protocol: door.ByPOP3, state: "on", from: "value"},
		{name: "in small letters", settings: "imap4§0", protocol: door.ByIMAP4, state: "off", from: "value"},
		{name: "the name alone", settings: "POP3", protocol: door.ByPOP3, state: "on", from: "default"},
		{name: "no number", settings: "POP3§yes", protocol: door.ByPOP3, state: "on", from: "default"},
		{name: "another's value", settings: "POP3§0", protocol: door.ByIMAP4, state: "on", from: "default"},
		{name: "2003's form", settings: "IMAP4§0§1§4§ISO-8859-1§0§1§0§0", protocol: door.ByIMAP4, state: "off", from: "value"},
		{name: "HTTP for OWA", settings: "HTTP§0§1§§§§§§", protocol: door.ByOWA, state: "off", from: "value"},
		{name: "OWA wins over HTTP", settings: "HTTP§0|OWA§1", protocol: door.ByOWA, state: "on", from: "value"},
		{name: "two that differ", settings: "POP3§0|POP3§1", protocol: door.ByPOP3, state: "ambiguous", from: "value"},
		{name: "two alike", settings: "POP3§0|pop3§0§1", protocol: door.ByPOP3, state: "off", from: "value"},
		{name: "ECP", settings: "ECP§0", protocol: door.ByECP, state: "off", from: "value"},
		{name: "MAPI", settings: "MAPI§0§§§§§§§§§§", protocol: door.ByMAPI, state: "off", from: "value"},
		{name: "MAPI over HTTP", settings: "MAPI§1§§§§§§§§N§", protocol: door.ByMAPIHTTP, state: "off", from: "value"},
		{name: "MAPI over HTTP by the organisation", settings: "MAPI§1§§§§§§§§U§", protocol: door.ByMAPIHTTP, state: "off", from: "default"},
		{name: "MAPI over HTTP on in the organisation", settings: "MAPI§1", org: "/True", protocol: door.ByMAPIHTTP, state: "on", from: "organisation"},
		{name: "MAPI over HTTP off in the organisation", org: "/False", protocol: door.ByMAPIHTTP, state: "off", from: "organisation"},
		{name: "MAPI over HTTP off here", settings: "MAPI§1§§§§§§§§N§", org: "/True", protocol: door.ByMAPIHTTP, state: "off", from: "value"},
		{name: "MAPI over HTTP unread", org: "/True", blind: true, protocol: door.ByMAPIHTTP, state: "unknown"},
		{name: "MAPI over HTTP of two values", settings: "MAPI§1§§§§§§§§N§|MAPI§1§§§§§§§§Y§", protocol: door.ByMAPIHTTP, state: "ambiguous", from: "value"},
		{name: "not shown to be readable", blind: true, protocol: door.ByPOP3, state: "unknown"},
		{name: "read, whatever may be read", settings: "POP3§0", blind: true, protocol: door.ByPOP3, state: "off", from: "value"},
		{name: "read, and says nothing of it", settings: "POP3§0", blind: true, protocol: door.ByIMAP4, state: "on", from: "default"},
		{name: "ActiveSync off", mobile: "4", protocol: door.ByActiveSync, state: "off", from: "value"},
		{name: "ActiveSync on beside 2003's bits", mobile: "3", protocol: door.ByActiveSync, state: "on", from: "value"},
		{name: "OWA for devices off", mobile: "12", protocol: door.ByOWADevices, state: "off", from: "value"},
		{name: "ActiveSync unread", blind: true, protocol: door.ByActiveSync, state: "unknown"},
		{name: "EWS off", ews: "0", protocol: door.ByEWS, state: "off", from: "value"},
		{name: "EWS off in the organisation", org: "0", protocol: door.ByEWS, state: "off", from: "organisation"},
		{name: "EWS on here, off there", ews: "1", org: "0", protocol: door.ByEWS, state: "on", from: "value"},
		{name: "EWS of nobody", protocol: door.ByEWS, state: "on", from: "default"},
		{name: "EWS unread", org: "1", blind: true, protocol: door.ByEWS, state: "unknown"},
	} {
		r := mailboxWith(t, c.blind, c.org, map[string]string{"protocolSettings": c.settings, "MobileFeatures": c.mobile, "EwsEnabled": c.ews})
		id := reader.Recipients.At(0)
		if got := r.States(*id).Of(c.protocol); got != c.state {
			t.Errorf("%s: the state of %s is %s; want %s", c.name, c.protocol, got, c.state)
		}
		if got := r.Of(*id, c.protocol); got.State != c.state || got.From != c.from {
			t.Errorf("%s: %s is %+v; want %s, %s", c.name, c.protocol, got, c.state, c.from)
		}
	}
}

// TestAccessOptions: the other fields under the names of Get-CasMailbox.
func TestAccessOptions(t *testing.T) {
	r := mailboxWith(t, false, "", map[string]string{
		"protocolSettings": "POP3§1§0§§§§§§§5§1§§1§0|MAPI§1§1§§15.0.0-15.0.4420§1§§§§Y§1",
		"OwaMailboxPolicy": "CN=Default\\, strict,CN=OWA Mailbox Policies,CN=Contoso",
	})
	id := *reader.Recipients.At(0)
	for c, want := range map[door.Client]string{
		door.ByPOP3: "UseProtocolDefaults False; MessagesRetrievalMimeFormat BestBodyFormat; EnableExactRFC822Size True; SuppressReadReceipt True; ForceICalForCalendarRetrievalOption False",
		door.ByMAPI: "MAPIBlockOutlookNonCachedMode True; MAPIBlockOutlookVersions 15.0.0-15.0.4420; MAPIBlockOutlookRpcHttp True; MAPIBlockOutlookExternalConnectivity True",
		door.ByOWA:  "OwaMailboxPolicy Default, strict",
	} {
		if got := r.Of(id, c).Detail; got != want {
			t.Errorf("%s: %q, want %q", c, got, want)
		}
	}
}

// TestMembersOf: nested members, and those whose primary group it is; what was
// not read leaves it open.
func TestMembersOf(t *testing.T) {
	w := model.NewWriter(model.NewPool())
	put := func(name string, class model.Class, rid, primary uint32, state model.ReadState, members ...string) {
		o := model.Object{DN: "CN=" + name + "," + script.DomainDN, Class: class, SID: script.DomainSID.WithRID(rid), PrimaryGroup: primary, MembersState: state}
		for _, m := range members {
			o.Members = append(o.Members, "CN="+m+","+script.DomainDN)
		}
		w.Put(&o)
	}
	for i, name := range []string{"a", "b", "c", "d"} {
		put(name, model.ClassUser, 1100+uint32(i), map[string]uint32{"c": 1201}[name], model.NotAsked)
	}
	put("outer", model.ClassGroup, 1200, 0, model.Present, "a", "inner")
	put("inner", model.ClassGroup, 1201, 0, model.Present, "b", "outer") // a circle
	put("open", model.ClassGroup, 1202, 0, model.Present, "d", "nobody")
	put("blind", model.ClassGroup, 1203, 0, model.Missing)
	s := w.Snapshot()
	at := func(name string) model.ObjectID {
		for id := model.ObjectID(1); uint32(id) < s.Objects.Len(); id++ {
			if s.CN(s.Record(id).DN) == name {
				return id
			}
		}
		t.Fatal(name)
		return 0
	}
	g := door.MembersOf(s, at("outer"))
	if !g.Complete || !g.Has(at("a")) || !g.Has(at("b")) || !g.Has(at("c")) || g.Has(at("d")) {
		t.Errorf("outer has %v %v %v, not %v; complete: %v", g.Has(at("a")), g.Has(at("b")), g.Has(at("c")), g.Has(at("d")), g.Complete)
	}
	if g := door.MembersOf(s, at("open")); g.Complete || !g.Has(at("d")) {
		t.Error("a member that was not read leaves the group open")
	}
	if g := door.MembersOf(s, at("blind")); g.Complete {
		t.Error("a group whose members may not be read is open")
	}
}

func BenchmarkProtocols(b *testing.B) {
	s := demoState(b, "demo:20000")
	for b.Loop() {
		r, n := door.NewAccessReader(s), 0
		for i := range s.Recipients.Len() {
			for c := range door.Clients {
				if r.Of(*s.Recipients.At(i), c).State == door.AccessOff {
					n++
				}
			}
		}
		if n == 0 {
			b.Fatal("nothing is off")
		}
	}
}

// BenchmarkServers is what the pages of settings and connectors cost for 200
// servers: demo has one for each 15,000 mailboxes, so these are made here.
func BenchmarkServers(b *testing.B) {
	w := model.NewWriter(model.NewPool())
	for i := range 200 {
		server := "CN=EX" + string(rune('A'+i/26)) + string(rune('A'+i%26)) + ",CN=Servers," + script.ConfigDN
		w.Put(&model.Object{DN: server, Class: model.ClassServer})
		w.Door(server, model.DoorServer, nil)
		for _, name := range []string{"1,CN=POP3", "1,CN=IMAP4", "Default", "Default Frontend", "Client Frontend", "Client Proxy", "Outbound"} {
			o := model.Object{DN: "CN=" + name + ",CN=Protocols," + server, Class: model.ClassDoor}
			kind := map[string]model.DoorKind{"1,CN=POP3": model.DoorPOP3, "1,CN=IMAP4": model.DoorIMAP4}[name]
			if kind == 0 {
				kind, o.Class = model.DoorConnector, model.ClassConnector
			}
			w.Put(&o)
			w.Door(o.DN, kind, model.DoorValues{{Name: "LoginType", Texts: []string{"3"}, State: model.Present},
				{Name: "RemoteIPRanges", Texts: []string{"0.0.0.0-255.255.255.255"}, State: model.Present}})
		}
	}
	s := w.Snapshot()
	for b.Loop() {
		fresh := s.Fresh()
		if len(door.AllSettings(fresh)) != 400 || len(door.Connectors(fresh)) != 1000 {
			b.Fatal("not all of them")
		}
	}
}
