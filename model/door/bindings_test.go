package door_test

import (
	"testing"

	"mbxperm/model"
	"mbxperm/model/door"
	"mbxperm/model/internal/script"
)

// TestUnusualPorts: how logons came that the logs tell of at a port of its own.
func TestUnusualPorts(t *testing.T) {
	for _, c := range []struct {
		name, open, tls, side string
		unread                bool
		want                  [3]int // TLS, STARTTLS, plain
	}{
		{name: "TLS has the port", open: "0.0.0.0:143", tls: "0.0.0.0:1993", side: "front end", want: [3]int{6, 1, 1}},
		{name: "the other has it", open: "0.0.0.0:1143", tls: "0.0.0.0:993", side: "front end", want: [3]int{2, 1, 5}},
		{name: "both have one", open: "0.0.0.0:1143", tls: "0.0.0.0:1993", side: "front end", want: [3]int{2, 1, 1}},
		{name: "none has one", open: "0.0.0.0:143", tls: "0.0.0.0:993", side: "front end", want: [3]int{2, 1, 1}},
		{name: "a back end", open: "0.0.0.0:143", tls: "0.0.0.0:1993", side: "back end", want: [3]int{2, 1, 1}},
		{name: "not read", tls: "0.0.0.0:1993", side: "front end", unread: true, want: [3]int{2, 1, 1}},
	} {
		w := model.NewWriter(model.NewPool())
		server := "CN=EX1,CN=Servers," + script.ConfigDN
		w.Put(&model.Object{DN: server, Class: model.ClassServer})
		w.Door(server, model.DoorServer, nil)
		dn := "CN=1,CN=IMAP4,CN=Protocols," + server
		w.Put(&model.Object{DN: dn, Class: model.ClassDoor})
		values := model.DoorValues{{Name: "SSLBindings", Texts: []string{c.tls}, State: model.Present}}
		if !c.unread {
			values = append(values, model.DoorValue{Name: "UnencryptedOrTLSBindings", Texts: []string{c.open}, State: model.Present})
		}
		w.Door(dn, model.DoorIMAP4, values)
		w.Connection(model.Connection{Stream: model.StreamOf("EX1", "IMAP4", c.side), User: "u1", Client: "192.0.2.1", OK: 8, TLS: 2, StartTLS: 1, Plain: 1})
		x := door.Connections(w.Snapshot())[0]
		if got := [3]int{x.TLS, x.StartTLS, x.Plain}; got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
