package door_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"mbxperm/acl"
	"mbxperm/acl/sddl"
	"mbxperm/model"
	"mbxperm/model/door"
	"mbxperm/model/internal/script"
)

// rights of SMTP by short names, for SDDL.
var smtp = strings.NewReplacer(
	"submit", "a18293f1-0685-4540-aa63-e32df421b3a2", "anyrcpt", "5c82f031-4e4c-4326-88e1-8c4f0cad9de5", "flag", "1c75aca8-b56b-48b3-a021-858a29fa877b",
	"anysender", "b857b50b-94a2-4b53-93f6-41cebd2fced0", "authority", "c22841f4-96cb-498a-ac02-f9a87c74eb14", "spam", "d19299b4-86c2-4c9a-8fa7-acb70c63023a",
	"size", "6760cfc5-70f4-4ae8-bc39-9522d86ac69b", "exch50", "e373fb21-d851-4d15-af23-982f09f2400b", "routing", "04031f4f-7c36-43ea-9b49-4bd0f5f1e6af",
	"forest", "a7a9ea66-e08c-4e23-8fe7-68c40e49c6c0", "organization", "c307dccd-6676-4d19-95c8-d1567fab9820", "shadow", "811d004b-e2ed-4024-8953-0f0fb0612e47")

const exchangeSIDs = "S-1-9-1419165041-1139599005-3936102811-1022490595-"

// give writes allows for rights.
func give(who string, rights ...string) (out string) {
	for _, r := range rights {
		out += "(OA;;CR;" + smtp.Replace(r) + ";;" + who + ")"
	}
	return out
}

var (
	anonymous = []string{"submit", "anysender", "authority", "routing"}
	users     = []string{"submit", "anyrcpt", "spam", "routing"}
	servers   = []string{"submit", "anyrcpt", "flag", "anysender", "authority", "spam", "size", "exch50", "routing", "forest", "organization"}
	legacy    = servers[:9]
	secured   = []string{"submit", "anyrcpt", "anysender", "authority", "spam", "size", "exch50", "routing"}
)

// connectorWith makes a forest with one receive connector.
func connectorWith(t *testing.T, list string, values model.DoorValues) (*model.Snapshot, *door.Connector) {
	t.Helper()
	w := model.NewWriter(model.NewPool())
	put := func(o model.Object) { w.Put(&o) }
	serverDN := "CN=EX01,CN=Servers," + script.ConfigDN
	put(model.Object{DN: serverDN, Class: model.ClassServer})
	w.Door(serverDN, model.DoorServer, nil)
	o := model.Object{DN: "CN=Relay,CN=SMTP Receive Connectors,CN=Protocols," + serverDN, Class: model.ClassConnector}
	if list != "unread" {
		o.Security, o.SecurityState = packed(t, list), model.Present
	}
	put(o)
	w.Door(o.DN, model.DoorConnector, values)
	w.State.Phase = model.Finished
	s := w.Snapshot()
	if c := door.Connectors(s); len(c) == 1 {
		return s, c[0]
	}
	t.Fatal("no connector")
	return nil, nil
}

func packed(t *testing.T, list string) []byte {
	t.Helper()
	parts, err := sddl.Parse("O:BAG:BA"+list, acl.MustParseSID("S-1-5-21-1-2-3"))
	if err != nil {
		t.Fatal(list, err)
	}
	b, err := acl.Encode(parts)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// groupCases is the hand-worked table (exchange-facts 8).
var groupCases = []struct {
	name, list, groups, anonymous string
}{
	{"nothing", "D:", "", "no"},
	{"anonymous users", "D:" + give("AN", anonymous...), "AnonymousUsers", "no"},
	{"three of four rights are no group", "D:" + give("AN", anonymous[:3]...), "Custom", "no"},
	{"an open relay", "D:" + give("AN", anonymous...) + give("AN", "anyrcpt"), "AnonymousUsers|Custom", "yes"},
	{"the deny comes first", "D:(OD;;CR;" + smtp.Replace("anyrcpt") + ";;AN)" + give("AN", anonymous...) + give("AN", "anyrcpt"), "AnonymousUsers", "no"},
	{"the deny comes too late", "D:" + give("AN", "anyrcpt") + "(OD;;CR;" + smtp.Replace("anyrcpt") + ";;AN)" + give("AN", anonymous...), "AnonymousUsers|Custom", "yes"},
	{"everybody may relay", "D:" + give("WD", "submit", "anyrcpt"), "Custom", "yes"},
	{"everybody is denied", "D:(OD;;CR;" + smtp.Replace("anyrcpt") + ";;WD)" + give("AN", anonymous...) + give("AN", "anyrcpt"), "AnonymousUsers|Custom", "no"},
	{"exchange users", "D:" + give("AU", users...), "ExchangeUsers", "no"},
	{"servers of 2007", "D:" + give(exchangeSIDs+"21", servers...), "ExchangeServers", "no"},
	{"servers of 2010", "D:" + give(exchangeSIDs+"22", append(slices.Clone(servers), "shadow")...), "ExchangeServers", "no"},
	{"externally secured", "D:" + give(exchangeSIDs+"23", secured...), "ExchangeServers", "no"},
	{"servers of 2003", "D:" + give(exchangeSIDs+"24", legacy...), "ExchangeLegacyServers", "no"},
	{"partners", "D:" + give(exchangeSIDs+"10", "submit", "routing"), "Partners", "no"},
	{"partners with more", "D:" + give(exchangeSIDs+"10", "submit", "routing", "spam"), "Partners|Custom", "no"},
	{"somebody else", "D:" + give("S-1-5-21-1-2-3-1200", "submit", "anyrcpt"), "Custom", "no"},
	{"somebody else with the set of users", "D:" + give("S-1-5-21-1-2-3-1200", users...), "", "no"},
	{"somebody else by inheritance", "D:(OA;ID;CR;" + smtp.Replace("anyrcpt") + ";;S-1-5-21-1-2-3-1200)", "", "no"},
	{"inherited for anonymous", "D:" + give("AN", anonymous...) + "(OA;CIID;CR;" + smtp.Replace("anyrcpt") + ";;AN)", "AnonymousUsers|Custom", "yes"},
	{"all extended rights", "D:(A;;CR;;;AN)", "AnonymousUsers|Custom", "yes"},
	{"all of them inherited, as servers have", "D:(A;CIID;CR;;;" + exchangeSIDs + "21)" + give("AU", users...), "ExchangeUsers", "no"},
	{"Full Control for anonymous, inherited", "D:(A;CIID;GA;;;AN)", "", "yes"},
	{"for children only", "D:(OA;CIIO;CR;" + smtp.Replace("anyrcpt") + ";;AN)", "", "no"},
	{"no list at all", "D:NO_ACCESS_CONTROL", "AnonymousUsers|ExchangeUsers|ExchangeServers|ExchangeLegacyServers|Partners|Custom", "yes"},
	{"not read", "unread", "", "unknown"},
}

func TestPermissionGroups(t *testing.T) {
	for _, c := range groupCases {
		_, got := connectorWith(t, c.list, nil)
		if groups := strings.Join(got.Permissions.Groups, "|"); groups != c.groups || got.Anonymous != c.anonymous {
			t.Errorf("%s: groups %q, anonymous relay %s; want %q, %s", c.name, groups, got.Anonymous, c.groups, c.anonymous)
		}
	}
}

// TestRelayTrusteesAgainstTheCheck: whoever is listed as a relay passes an access
// check of his SID alone, and nobody else does but by inherited entries.
func TestRelayTrusteesAgainstTheCheck(t *testing.T) {
	for _, c := range groupCases {
		s, got := connectorWith(t, c.list, nil)
		if !got.Permissions.Read || got.Permissions.Null {
			continue
		}
		listed := map[acl.SID]bool{}
		for _, p := range got.Permissions.Relay(s) {
			listed[p.SID] = true
		}
		d, err := acl.Parse(packed(t, c.list))
		if err != nil {
			t.Fatal(err)
		}
		pass := 0
		seen := map[acl.SID]bool{}
		for a := range d.DACL() {
			who := a.Trustee()
			if seen[who] {
				continue
			}
			seen[who] = true
			ok := d.CheckControlRight(acl.Requester{Token: acl.NewToken(who)}, door.AcceptAnyRecipient).Granted != 0
			if ok {
				pass++
			}
			if listed[who] && !ok {
				t.Errorf("%s: %v relays, and the check refuses", c.name, who)
			}
		}
		if pass != len(listed)+got.Permissions.Inherits {
			t.Errorf("%s: %d pass the check, %d are listed and %d counted", c.name, pass, len(listed), got.Permissions.Inherits)
		}
	}
}

func TestRanges(t *testing.T) {
	for _, c := range []struct{ text, in, out string }{
		{"192.0.2.1", "192.0.2.1", "192.0.2.2"},
		{"192.0.2.77/24", "192.0.2.255", "192.0.3.0"},
		{"192.0.2.0(255.255.255.128)", "192.0.2.127", "192.0.2.128"},
		{"192.0.2.16-192.0.2.31", "192.0.2.31", "192.0.2.32"},
		{"0.0.0.0-255.255.255.255", "203.0.113.9", "2001:db8::1"},
		{"2001:db8::/33", "2001:db8:7fff::1", "2001:db8:8000::1"},
		{"::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db8::1", "192.0.2.1"},
		{"[2001:db8::1]", "2001:db8::1", "2001:db8::2"},
		{"192.0.2.1", "::ffff:192.0.2.1", "::ffff:192.0.2.2"},
	} {
		r, ok := door.ParseRange(c.text)
		if !ok || !r.Has(netip.MustParseAddr(c.in)) || r.Has(netip.MustParseAddr(c.out)) {
			t.Errorf("%s: %v %v; want %s in, %s not", c.text, r, ok, c.in, c.out)
		}
	}
	for _, text := range []string{"", "all", "192.0.2.1-", "192.0.2.9-192.0.2.1", "192.0.2.1-2001:db8::1", "192.0.2.0/33", "192.0.2.0(255.0.255.0)", "192.0.2.0/x", "1.2.3"} {
		if r, ok := door.ParseRange(text); ok {
			t.Errorf("%q is %v", text, r)
		}
	}
	small, _ := door.ParseRange("10.0.0.0/16")
	large, _ := door.ParseRange("10.0.0.0/8")
	if !small.Narrower(large) || large.Narrower(small) || small.Narrower(small) {
		t.Error("a /16 is more specific than a /8")
	}
}

// TestChoose: of those that listen there the most specific range takes it.
func TestChoose(t *testing.T) {
	w := model.NewWriter(model.NewPool())
	serverDN := "CN=EX01,CN=Servers," + script.ConfigDN
	w.Put(&model.Object{DN: serverDN, Class: model.ClassServer})
	w.Door(serverDN, model.DoorServer, nil)
	add := func(name, binding, ranges, enabled string) {
		dn := "CN=" + name + ",CN=Protocols," + serverDN
		w.Put(&model.Object{DN: dn, Class: model.ClassConnector})
		value := func(name, text string) model.DoorValue {
			return model.DoorValue{Name: name, Texts: strings.Split(text, " "), State: model.Present}
		}
		w.Door(dn, model.DoorConnector, model.DoorValues{value("Bindings", binding), value("RemoteIPRanges", ranges), value("Enabled", enabled)})
	}
	add("Default", "0.0.0.0:25 [::]:25", "0.0.0.0-255.255.255.255 ::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "TRUE")
	add("Wide", "0.0.0.0:25", "10.0.0.0/8", "TRUE")
	add("Narrow", "10.9.9.9:25", "10.1.2.0/24", "TRUE")
	add("Off", "0.0.0.0:25", "10.1.2.3", "FALSE")
	add("Twin", "0.0.0.0:25", "10.0.0.0-10.255.255.255", "TRUE")
	s := w.Snapshot()
	for _, c := range []struct{ to, from, want string }{
		{"10.9.9.9:25", "10.1.2.3", "Narrow"},
		{"10.9.9.8:25", "10.1.2.3", ""}, // Wide and Twin
		{"10.9.9.9:25", "192.0.2.1", "Default"},
		{"[2001:db8::5]:25", "2001:db8::1", "Default"},
		{"10.9.9.9:587", "10.1.2.3", ""},
	} {
		bids := door.Choose(s, door.Servers(s)[0], netip.MustParseAddrPort(c.to), netip.MustParseAddr(c.from))
		got := ""
		for i, b := range bids {
			if b.Why == "" {
				t.Errorf("%s says nothing of why", b.Name)
			}
			if b.Takes {
				got += b.Name
				if i != 0 {
					t.Error("who takes it is not told first")
				}
			}
		}
		if got != c.want || len(bids) != 5 {
			t.Errorf("to %s from %s: %q of %d, want %q", c.to, c.from, got, len(bids), c.want)
		}
	}
}

// TestSetupIsNoFinding: the connectors that set-up makes have nothing weak.
func TestSetupIsNoFinding(t *testing.T) {
	for _, auth := range []string{"31", "15"} {
		_, c := connectorWith(t, "D:"+give("AN", anonymous...)+give("AU", users...)+give(exchangeSIDs+"21", servers...), model.DoorValues{
			{Name: "AuthMechanism", Texts: []string{auth}, State: model.Present},
			{Name: "RemoteIPRanges", Texts: []string{"0.0.0.0-255.255.255.255"}, State: model.Present}})
		if len(c.Weak) > 0 {
			t.Errorf("AuthMechanism %s: %v", auth, c.Weak)
		}
	}
	_, c := connectorWith(t, "D:"+give("AN", "submit", "anyrcpt"), model.DoorValues{
		{Name: "AuthMechanism", Texts: []string{"4"}, State: model.Present},
		{Name: "RemoteIPRanges", Texts: []string{"0.0.0.0-255.255.255.255"}, State: model.Present}})
	if !c.OpenRelay() || len(c.Weak) != 2 {
		t.Errorf("an open relay with plain-text logon has %v", c.Weak)
	}
}

func FuzzRange(f *testing.F) {
	for _, s := range []string{"192.0.2.0/24", "::-ffff::", "192.0.2.0(255.0.0.0)", "[::1]:25", "10.0.0.1:25:host"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if r, ok := door.ParseRange(s); ok && (!r.Has(r.From) || !r.Has(r.To)) {
			t.Errorf("%q is %v, which does not hold its own ends", s, r)
		}
		if b, ok := door.ParseBinding(s); ok && b.Port == 0 {
			t.Errorf("%q has no port", s)
		}
	})
}
