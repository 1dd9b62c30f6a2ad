package change

import (
	"fmt"
	"strings"
	"time"

	"mbxperm/model"
	"mbxperm/model/door"
	"mbxperm/model/view"
)

// What protocol logs tell is compared too: a client that logs on as somebody
// by a protocol, and one that sends through a connector. That one is new or gone
// is said only where both states have logs of that server that could tell: by default
// most connectors log nothing, and a file that could not be read may have told of
// whoever is not in the others. Of gone clients it is said only where the newer logs
// have neither damage nor a day without a line.

// doorEvent is what happened to a way of a client, of one state.
type doorEvent struct {
	kind   Kind
	state  int // that has it
	row    int
	server string
	log    string // protocol of the log that tells it
	first  time.Time
	// connector is the receive connector of a relay; empty of a client.
	connector string
}

// doors lists the clients and relays that are new, gone or not comparable.
func (c *comparer) doors() {
	if len(c.state[Before].Logs) == 0 || len(c.state[After].Logs) == 0 {
		return
	}
	for _, kind := range []Kind{Client, Relay} {
		var ways [2]map[string]doorEvent
		var order [2][]string
		for i, s := range c.state {
			ways[i] = map[string]doorEvent{}
			add := func(key string, e doorEvent) {
				if _, there := ways[i][key]; !there {
					ways[i][key] = e
					order[i] = append(order[i], key)
				}
			}
			if kind == Client {
				clients(s, i, add)
			} else {
				relayWays(s, i, add)
			}
		}
		for i := range ways {
			for _, key := range order[i] {
				if _, both := ways[1-i][key]; !both {
					c.door(ways[i][key])
				}
			}
		}
	}
}

// clients are the ways in of everybody who logged on, whatever the server: clients
// of several servers come to one today and to another one tomorrow.
func clients(s *model.Snapshot, state int, add func(string, doorEvent)) {
	for i, all := 0, door.Connections(s); i < len(all); i++ {
		x := &all[i]
		if x.OK == 0 || x.Probe || x.Spare {
			continue
		}
		who := strings.ToLower(x.User)
		if x.Account.ID != 0 {
			if who = model.SIDText(s.SIDOf(s.Record(x.Account.ID).SID)); who == "" {
				who = s.DNText(s.Record(x.Account.ID).DN)
			}
		}
		key := strings.Join([]string{x.Protocol, who, strings.ToLower(x.Mailbox), x.Client}, "\x00")
		add(key, doorEvent{Client, state, i, x.Server, x.Protocol, x.First.Time(), ""})
	}
}

// relayWays are the clients that a message was taken from, by connector.
func relayWays(s *model.Snapshot, state int, add func(string, doorEvent)) {
	for i, all := 0, door.Relays(s); i < len(all); i++ {
		x := &all[i]
		if x.Messages == 0 || x.Client == "" {
			continue
		}
		key := strings.ToLower(strings.Join([]string{x.Server, x.Connector, x.Client}, "\x00"))
		add(key, doorEvent{Relay, state, i, x.Server, "SMTP", x.First, x.Connector})
	}
}

// door judges a way that one of the states alone has.
func (c *comparer) door(e doorEvent) {
	x := Diff{Kind: e.kind, Event: EventAdded}
	if e.state == Before {
		x.Event = EventRemoved
	}
	x.door[e.state] = int32(e.row + 1)
	own, ok := logOf(c.state[e.state], e.server, e.log)
	other, there := logOf(c.state[1-e.state], e.server, e.log)
	switch {
	case !there:
		x.Event, x.why[1-e.state] = EventUnsure, gapNoLog
	case e.connector != "" && !logged(c.state[1-e.state], e.server, e.connector):
		x.Event, x.why[1-e.state] = EventUnsure, gapNotLogged
	case other.Unreadable > 0, e.state == Before && other.Damaged > 0:
		x.Event, x.why[1-e.state] = EventUnsure, gapUnreadLog
	case e.state == Before && len(other.Gaps) > 0:
		x.Event, x.why[After] = EventUnsure, gapInLog
	case e.state == After && e.first.Before(other.From):
		x.Event, x.why[Before] = EventUnsure, gapBeforeLog // it was there before OLD's logs begin
	case e.state == Before && ok && other.To.Sub(other.From)+time.Hour < own.To.Sub(own.From):
		x.Event, x.why[After] = EventUnsure, gapShortLog
	}
	c.add(x)
}

// logged reports whether a receive connector writes a log, as far as the directory
// says: one that does not leaves no trace of anybody (exchange-facts 9.1).
func logged(s *model.Snapshot, server, connector string) bool {
	c := door.ConnectorNamed(s, server+`\`+connector)
	return c == nil || c.Logging != "None"
}

// logOf returns the log of the half of a server that clients connect to, or of
// the other where there is none.
func logOf(s *model.Snapshot, server, protocol string) (found model.Log, ok bool) {
	for i := range s.Logs {
		l := s.Logs[i]
		if l.Files > 0 && l.Protocol == protocol && strings.EqualFold(l.Server, server) && (!ok || l.Side == "front end") {
			found, ok = *l, true
		}
	}
	return found, ok
}

// isDoor reports whether a change is one of what logs tell.
func (x *Diff) isDoor() bool { return x.Kind == Client || x.Kind == Relay }

// doorType is the object type whose rows such a change is about.
func (x *Diff) doorType() *view.ObjectType {
	if x.Kind == Client {
		return view.Connections
	}
	return view.Relays
}

// KindOfClient is the kind of a trustee that is a client: an address.
const KindOfClient = "client"

// doorChange fills in a change of what logs tell: who comes, from where, and how.
func (c *Comparison) doorChange(x *Diff, out *Change) {
	out.ObjectType = x.doorType().Flag
	texts := [2]*model.Phrase{&out.Old, &out.New}
	for i, n := range x.door {
		if *texts[i] = c.text(x, i); n == 0 {
			continue
		}
		s := c.State(i)
		if x.Kind == Relay {
			r := &door.Relays(s)[n-1]
			out.Target = model.Principal{Name: r.Server + `\` + r.Connector}
			out.Trustee = model.Principal{Name: r.Client, Kind: KindOfClient}
			out.Right = "relay"
			text := fmt.Sprintf("%d messages", r.Messages)
			if r.Judged {
				text += fmt.Sprintf(", %d to outside", r.Relayed)
			}
			*texts[i] = model.Said(text + " since " + r.First.Format(time.DateOnly))
			continue
		}
		x := &door.Connections(s)[n-1]
		out.Target = model.Principal{Name: x.User}
		if x.Account.ID != 0 {
			out.Target = s.TargetPrincipal(s.Record(x.Account.ID))
		}
		out.Trustee = model.Principal{Name: x.Client, Kind: KindOfClient}
		out.Right = x.Protocol
		text := model.Said(fmt.Sprintf("%d logons since %s", x.OK, x.First.Time().Format(time.DateOnly)))
		if x.Plain > 0 {
			text = append(text, model.Part{Is: model.PartWord, Text: fmt.Sprintf(", %d in plain text", x.Plain)})
		}
		if x.Mailbox != "" {
			text = append(text, model.Part{Is: model.PartWord, Text: ", into the mailbox "}, model.Part{Is: model.PartAccount, Text: x.Mailbox})
		}
		*texts[i] = text
	}
}

// Relayed reports whether a change is of a client that sends to outside now, or of
// whom that is not known.
func (c *Comparison) Relayed(x *Diff) bool {
	if x.Kind != Relay || x.door[After] == 0 {
		return false
	}
	r := &door.Relays(c.New)[x.door[After]-1]
	return !r.Judged || r.Relayed > 0
}
