package door_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"mbxperm/model"
	"mbxperm/model/door"
)

// TestOrderOfLogs: in whatever order the logs bring them, connections and relays stand
// by server, protocol or connector, account, mailbox and client, addresses as numbers.
func TestOrderOfLogs(t *testing.T) {
	type key struct{ server, protocol, user, mailbox, client string }
	want := []key{
		{"EX1", "IMAP4", "anna", "", "10.0.0.9"}, {"EX1", "IMAP4", "Anna", "", "10.0.0.10"}, {"EX1", "IMAP4", "anna", "", "2001:db8::1"},
		{"EX1", "IMAP4", "anna", "sales", "10.0.0.1"}, {"EX1", "IMAP4", "zoe", "", "10.0.0.1"}, {"EX1", "IMAP4", "", "", "10.0.0.1"},
		{"EX1", "POP3", "anna", "", "10.0.0.9"}, {"ex2", "IMAP4", "anna", "", "printer"}, {"EX2", "IMAP4", "anna", "", "scanner"},
	}
	for seed := range uint64(20) {
		list := slices.Clone(want)
		r := rand.New(rand.NewPCG(seed, 1))
		r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		w := model.NewWriter(model.NewPool())
		for _, k := range list {
			w.Connection(model.Connection{Stream: model.StreamOf(k.server, k.protocol, "front end"), User: k.user, Mailbox: k.mailbox, Client: k.client, OK: 1})
			w.Relay(model.Relay{Server: k.server, Side: "front end", Connector: k.protocol + k.user + k.mailbox, Client: k.client, Sessions: 1})
		}
		var got []key
		for _, c := range door.Connections(w.Snapshot()) {
			got = append(got, key{c.Server, c.Protocol, c.User, c.Mailbox, c.Client})
		}
		if !slices.Equal(got, want) {
			t.Fatalf("seed %d:\n%v, want\n%v", seed, got, want)
		}
		all := door.Relays(w.Snapshot())
		all = slices.DeleteFunc(slices.Clone(all), func(r door.Relay) bool { return r.Client == "" })
		if !slices.IsSortedFunc(all, func(a, b door.Relay) int {
			return strings.Compare(strings.ToLower(a.Server+"\x00"+a.Connector), strings.ToLower(b.Server+"\x00"+b.Connector))
		}) || len(all) != len(want) {
			t.Errorf("seed %d: %d relays out of order", seed, len(all))
		}
	}
}

// BenchmarkConnections joins 300,000 connections with the directory, in order.
func BenchmarkConnections(b *testing.B) {
	w := model.NewWriter(model.NewPool())
	for i := range 300_000 {
		w.Connection(model.Connection{Stream: model.StreamOf("EX1", "IMAP4", "front end"), User: fmt.Sprintf("u%06d", i*7919%300_000), Client: fmt.Sprintf("10.0.%d.%d", i%200, i%7), OK: 1})
	}
	b.ReportAllocs()
	for b.Loop() {
		if n := len(door.Connections(w.Snapshot().Fresh())); n != 300_000 {
			b.Fatal(n)
		}
	}
}
