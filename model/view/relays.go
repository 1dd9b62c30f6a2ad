package view

import (
	"strconv"
	"strings"

	"mbxperm/model"
	"mbxperm/model/door"
)

// Relay is a line of report relays.
type Relay struct {
	*door.Relay
	ClientName string // by reverse DNS; empty where nobody asked
}

// Relays is the object type of who sends mail through which receive connector:
// a line for each connector and one for each client.
var Relays = &ObjectType{
	Name: "Relays", Flag: "relay", Plural: "Connectors and clients",
	Totals: []model.Column[*Line]{
		{Title: "Name", Is: model.ContentTrustee, Text: func(l *Line) string { return l.Name }},
		{Title: "Kind", Is: model.ContentWord, Text: func(l *Line) string { return l.Door.Kind }},
		rowsColumn("Ways"),
		sumColumn("Sessions", false, func(t *DoorTotals) int { return t.Sums[0] }),
		sumColumn("Messages", false, func(t *DoorTotals) int { return t.Sums[1] }),
		relayedColumn,
		{Title: "Last", Is: model.ContentWord, Extra: true, Text: func(l *Line) string { return shortStamp(l.Door.Last) }},
	},
	Details: []model.Column[*Row]{
		textCell("Connector", model.ContentTarget, false, func(r *Row) string { return r.Relay.connector() }),
		textCell("Client", model.ContentName, false, func(r *Row) string { return r.Relay.client() }),
		numberCell("Sessions", false, func(r *Row) int { return r.Relay.Sessions }),
		numberCell("Messages", false, func(r *Row) int { return r.Relay.Messages }),
		textCell("Relayed", model.ContentWord, false, func(r *Row) string { return r.Relay.relayed() }),
		textCell("TLS", model.ContentWord, false, func(r *Row) string { return model.Tallies(r.Relay.Versions).String() }),
		textCell("Users", model.ContentAccount, true, func(r *Row) string { return some(r.Relay.Users).String() }),
		textCell("Senders", model.ContentAccount, true, func(r *Row) string { return some(r.Relay.Senders).String() }),
		textCell("EHLO", model.ContentHost, true, func(r *Row) string { return some(r.Relay.Helo).String() }),
		textCell("Rejected", model.ContentWord, true, func(r *Row) string { return model.Tallies(r.Relay.Rejected).String() }),
		textCell("Last", model.ContentWord, true, func(r *Row) string { return shortStamp(stamp(r.Relay.Last)) }),
		textCell("Logging", model.ContentWord, true, func(r *Row) string { return r.Relay.Logging }),
		textCell("Note", model.ContentSentence, true, func(r *Row) string { return strings.Join(r.Relay.Notes, "; ") }),
	},
	Fields: doorFields(
		sumField("sessions", func(t *DoorTotals) int { return t.Sums[0] }),
		sumField("messages", func(t *DoorTotals) int { return t.Sums[1] }),
		sumField("relayed", func(t *DoorTotals) int { return t.Sums[2] }),
	),
	ACEs:  []ACEType{{Name: "All"}},
	lines: doorLines,
	door:  relayDoor,
}

// relayedColumn marks a number that is not all of it, since the accepted domains
// are not known.
var relayedColumn = func() model.Column[*Line] {
	c := sumColumn("Relayed", false, func(t *DoorTotals) int { return t.Sums[2] })
	c.Text = func(l *Line) string {
		text := strconv.Itoa(l.Door.Sums[2])
		if l.Door.Unjudged {
			text += "?"
		}
		return text
	}
	return c
}()

var relayDoor = &doorKind{
	name: "relay", grid: relayGrid, row: relayRow, rowName: relayName, findRow: findRelay,
	wanted: func(r *Row, q *Query) bool {
		x := r.Relay
		return isEnd(q.Ends.Client, x.Client) && (isEnd(q.Ends.Connector, x.Connector) || isEnd(q.Ends.Connector, x.connector()))
	},
}

var relayGrid, findRelay = derivedTable(func(s *model.Snapshot) *doorTable {
	all := door.Relays(s)
	g := newDoorTable(len(all))
	for i := range all {
		r := Relay{Relay: &all[i]}
		connector := doorLine{name: "connector:" + strings.ToLower(r.connector()), title: r.connector(), kind: "connector"}
		client := doorLine{name: "client:" + r.Client, title: r.client(), kind: "client"}
		g.put(i, false, connector, client)
	}
	return g
}, relayName)

func relayName(s *model.Snapshot, i int) string {
	r := &door.Relays(s)[i]
	return strings.ToLower(strings.Join([]string{r.Server, r.Side, r.Connector, r.Client}, "\x00"))
}

func relayRow(s *model.Snapshot, i int) Row { return Row{Relay: &Relay{Relay: &door.Relays(s)[i]}} }

// connector names a connector with its server.
func (r *Relay) connector() string {
	if r.Server == "" {
		return r.Connector
	}
	return r.Server + `\` + r.Connector
}

// client is the address, or what stands for it where no line tells of any.
func (r *Relay) client() string {
	if r.Client == "" {
		return notLogged
	}
	return r.Client
}

const notLogged = "(not logged)"

// relayed is how many messages went outside, where that is known.
func (r *Relay) relayed() string {
	if !r.Judged {
		return "?"
	}
	return strconv.Itoa(r.Relayed)
}

// RelayFields are the columns of report relays.
var RelayFields = []model.Field[*Relay]{
	{Name: "server", Is: model.ContentName, Order: true, Value: func(r *Relay) any { return r.Server }},
	{Name: "side", Is: model.ContentWord, Value: func(r *Relay) any { return r.Side }},
	{Name: "connector", First: true, Is: model.ContentName, Value: func(r *Relay) any { return r.Connector }},
	{Name: "client", First: true, Is: model.ContentName, Value: func(r *Relay) any { return r.Client }},
	{Name: "client_name", Is: model.ContentHost, Value: func(r *Relay) any { return r.ClientName }},
	{Name: "helo", Is: model.ContentHost, Value: func(r *Relay) any { return some(r.Helo) }},
	{Name: "senders", Is: model.ContentAccount, Value: func(r *Relay) any { return some(r.Senders) }},
	{Name: "users", Is: model.ContentAccount, Value: func(r *Relay) any { return some(r.Users) }},
	{Name: "sessions", Value: func(r *Relay) any { return r.Sessions }},
	{Name: "tls", Value: func(r *Relay) any { return r.TLS }},
	{Name: "tls_versions", Is: model.ContentWord, Value: func(r *Relay) any { return model.Tallies(r.Versions) }},
	{Name: "may_relay", Value: func(r *Relay) any { return r.MayRelay }},
	{Name: "messages", First: true, Value: func(r *Relay) any { return r.Messages }},
	{Name: "recipients", Value: func(r *Relay) any { return r.Recipients }},
	{Name: "external", Value: func(r *Relay) any { return r.judged(r.External) }},
	{Name: "relayed", First: true, Value: func(r *Relay) any { return r.judged(r.Relayed) }},
	{Name: "rejected", Is: model.ContentWord, Value: func(r *Relay) any { return model.Tallies(r.Rejected) }},
	{Name: "first", Is: model.ContentWord, Value: func(r *Relay) any { return stamp(r.First) }},
	{Name: "last", First: true, Is: model.ContentWord, Value: func(r *Relay) any { return stamp(r.Last) }},
	{Name: "logging", Is: model.ContentWord, Value: func(r *Relay) any { return r.Logging }},
	{Name: "note", Is: model.ContentSentence, Value: func(r *Relay) any { return strings.Join(r.Notes, "; ") }},
}

// judged is a number that only the accepted domains make; nil without them.
func (r *Relay) judged(n int) any {
	if !r.Judged {
		return nil
	}
	return n
}

// some are texts of which others may have been left out.
func some(s model.Some) model.List {
	if !s.More {
		return model.List(s.Texts)
	}
	return append(append(model.List{}, s.Texts...), "…")
}
