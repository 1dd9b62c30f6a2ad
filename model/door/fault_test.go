package door_test

import (
	"slices"
	"testing"

	"mbxperm/model"
	"mbxperm/model/door"
)

// TestRelayFaults: what is wrong with what a client does, by hand.
func TestRelayFaults(t *testing.T) {
	for _, c := range []struct {
		name string
		r    model.Relay
		want []string
	}{
		{"new TLS", model.Relay{Sessions: 5, TLS: 5, Messages: 5, Versions: []model.Tally{{Name: "TLS 1.2", N: 3}, {Name: "TLS 1.3", N: 2}}}, nil},
		{"old TLS", model.Relay{Sessions: 5, TLS: 5, Messages: 5, Versions: []model.Tally{{Name: "TLS 1.2", N: 3}, {Name: "TLS 1.0", N: 1}, {Name: "SSL 3.0", N: 1}}},
			[]string{"old-tls: 1 session with SSL 3.0", "old-tls: 1 session with TLS 1.0"}},
		{"no TLS", model.Relay{Sessions: 5, TLS: 2, Messages: 1}, []string{"no-tls: 3 sessions without TLS"}},
		{"no TLS and no mail", model.Relay{Sessions: 5}, nil},
		{"may relay and does", model.Relay{Sessions: 2, TLS: 2, MayRelay: 2, Messages: 4, Relayed: 3}, []string{"relay-used: it relays without a logon: 3 messages to outside"}},
		{"may relay and does not", model.Relay{Sessions: 2, TLS: 2, MayRelay: 2, Messages: 4}, nil},
		{"may relay, and where to is not known", model.Relay{Sessions: 2, TLS: 2, MayRelay: 2, Messages: 4, Unjudged: 4}, []string{"relay-used: it may relay without a logon; to whom is not known"}},
		{"who logs on may", model.Relay{Sessions: 2, TLS: 2, MayRelay: 2, Messages: 4, Relayed: 3, Users: model.Some{Texts: []string{"u1"}}}, nil},
	} {
		c.r.Server, c.r.Side, c.r.Connector, c.r.Client = "EX1", "front end", "Default Frontend EX1", "192.0.2.1"
		w := model.NewWriter(model.NewPool())
		w.Relay(c.r)
		s := w.Snapshot()
		var got []string
		for _, f := range door.Relays(s)[0].Faults {
			got = append(got, f.Kind.String()+": "+f.Text)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// TestFaults: the demo has one of each kind that a snapshot can have, with a place
// for each, and none on what set-up makes.
func TestFaults(t *testing.T) {
	s := demoState(t, "demo:60:1:30")
	seen := map[door.FaultKind]int{}
	for _, f := range door.Faults(s) {
		seen[f.Kind]++
		if f.Text == "" || f.Count < 1 || f.Name == "" && f.Account == "" {
			t.Errorf("%+v", f)
		}
		setUps := []string{"Default ", "Client Proxy ", "Default Frontend ", "Outbound Proxy Frontend ", "Client Frontend "}
		if f.Client == "" && slices.ContainsFunc(setUps, func(name string) bool { return f.Name == name+f.Server }) {
			t.Errorf("%s of %s, as set-up makes it: %s", f.Name, f.Server, f.Text)
		}
	}
	for k := range door.FaultKinds {
		if k != door.FaultNotMember && k != door.FaultShutsShell && k != door.FaultCertificateName && seen[k] == 0 {
			t.Errorf("the demo has none of %s", k)
		}
	}
}
