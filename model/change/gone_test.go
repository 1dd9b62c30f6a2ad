package change_test

import (
	"testing"
	"time"

	"mbxperm/model"
	"mbxperm/model/change"
)

// TestGoneClients: a client or relay that only one of two states has is new or gone
// only where the logs of the other could tell; else it is not comparable.
func TestGoneClients(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2026, 1, n, 6, 0, 0, 0, time.UTC) }
	state := func(pool *model.Pool, logging string, log model.Log, there bool) *model.Snapshot {
		w := model.NewWriter(pool)
		w.State.Phase = model.Finished
		server := "CN=EX1,CN=Servers,CN=Contoso,CN=Microsoft Exchange,CN=Services,CN=Configuration,DC=contoso,DC=com"
		put := func(dn string, class model.Class, kind model.DoorKind, v ...model.DoorValue) {
			w.Put(&model.Object{DN: dn, Class: class})
			w.Door(dn, kind, v)
		}
		put(server, model.ClassServer, model.DoorServer)
		put("CN=Relay,CN=SMTP Receive Connectors,CN=Protocols,"+server, model.ClassConnector, model.DoorConnector,
			model.DoorValue{Name: "ProtocolLoggingLevel", State: model.Present, Texts: []string{logging}})
		for _, protocol := range []string{"IMAP4", "SMTP"} {
			log.Server, log.Protocol, log.Side, log.Files = "EX1", protocol, "front end", 9
			if !log.From.IsZero() {
				w.Log(log)
			}
		}
		w.Relay(model.Relay{Server: "EX1", Side: "front end", Connector: "Relay", Client: "192.0.2.1", Sessions: 5, Messages: 5, First: log.From, Last: log.To})
		w.Connection(model.Connection{Stream: model.StreamOf("EX1", "IMAP4", "front end"), User: "u1", Client: "192.0.2.1", OK: 3, First: model.InstantOf(log.From), LastOK: model.InstantOf(log.To)})
		if there {
			w.Relay(model.Relay{Server: "EX1", Side: "front end", Connector: "Relay", Client: "192.0.2.2", Sessions: 5, Messages: 5, First: day(20), Last: day(20)})
			w.Connection(model.Connection{Stream: model.StreamOf("EX1", "IMAP4", "front end"), User: "u2", Client: "192.0.2.2", OK: 3, First: model.InstantOf(day(20)), LastOK: model.InstantOf(day(20))})
		}
		return w.Snapshot()
	}
	old, whole := model.Log{From: day(1), To: day(20)}, model.Log{From: day(10), To: day(29)}
	for _, c := range []struct {
		name           string
		relay, client  any  // nil for no change
		before, after  bool // who has it
		loggingBefore  string
		loggingAfter   string
		oldLog, newLog model.Log
	}{
		{"gone", change.EventRemoved, change.EventRemoved, true, false, "1", "1", old, whole},
		{"new", change.EventAdded, change.EventAdded, false, true, "1", "1", model.Log{From: day(1), To: day(19)}, whole},
		{"the connector is not logged any more", change.EventUnsure, change.EventRemoved, true, false, "1", "0", old, whole},
		{"it was not logged before", change.EventUnsure, change.EventAdded, false, true, "0", "1", model.Log{From: day(1), To: day(19)}, whole},
		{"damaged lines in the newer logs", change.EventUnsure, change.EventUnsure, true, false, "1", "1", old, model.Log{From: day(10), To: day(29), Damaged: 1}},
		{"damaged lines in the older logs", change.EventAdded, change.EventAdded, false, true, "1", "1", model.Log{From: day(1), To: day(19), Damaged: 1}, whole},
		{"a day without a line", change.EventUnsure, change.EventUnsure, true, false, "1", "1", old, model.Log{From: day(10), To: day(29), Gaps: []string{"2026-01-15"}}},
		{"a file that could not be read", change.EventUnsure, change.EventUnsure, true, false, "1", "1", old, model.Log{From: day(10), To: day(29), Unreadable: 1}},
		{"an older file that could not be read", change.EventUnsure, change.EventUnsure, false, true, "1", "1", model.Log{From: day(1), To: day(19), Unreadable: 1}, whole},
		{"newer logs of a shorter time", change.EventUnsure, change.EventUnsure, true, false, "1", "1", old, model.Log{From: day(28), To: day(29)}},
		{"no newer logs", nil, nil, true, false, "1", "1", old, model.Log{}},
		{"there before the older logs begin", change.EventUnsure, change.EventUnsure, false, true, "1", "1", model.Log{From: day(21), To: day(22)}, whole},
	} {
		pool := model.NewPool()
		got, err := change.Compare(t.Context(), state(pool, c.loggingBefore, c.oldLog, c.before), state(pool, c.loggingAfter, c.newLog, c.after), true)
		if err != nil {
			t.Fatal(err)
		}
		events := map[change.Kind]any{}
		for i := range got.List {
			if x := &got.List[i]; x.Kind == change.Relay || x.Kind == change.Client {
				events[x.Kind] = x.Event
			}
		}
		if events[change.Relay] != c.relay || events[change.Client] != c.client {
			t.Errorf("%s: the relay is %v, the client %v; want %v and %v", c.name, events[change.Relay], events[change.Client], c.relay, c.client)
		}
	}
}
