package door

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"mbxperm/model"
)

// place is what rows of logs are ordered by: server, protocol or connector, side,
// account, mailbox and client, clients by their addresses. Logs have an order of their
// own, by when somebody came first and which file was read when, that helps nobody.
type place struct {
	server, door, side, name, mailbox string
	client                            netip.Addr // invalid for what is no address
	text                              string     // of the client, where it is none
}

func (p *place) setClient(text string) {
	var err error
	if p.client, err = netip.ParseAddr(text); err != nil {
		p.text = text
	}
}

func comparePlaces(a, b *place) int {
	if c := strings.Compare(a.server, b.server); c != 0 {
		return c
	}
	if c := strings.Compare(a.door, b.door); c != 0 {
		return c
	}
	if a.name != b.name { // who is nobody comes last
		return cmp.Or(cmp.Compare(min(len(b.name), 1), min(len(a.name), 1)), strings.Compare(a.name, b.name))
	}
	if c := strings.Compare(a.mailbox, b.mailbox); c != 0 {
		return c
	}
	if c := a.client.Compare(b.client); c != 0 {
		return c
	}
	return cmp.Or(strings.Compare(a.text, b.text), strings.Compare(a.side, b.side))
}

// inOrder brings rows into the order of their places, with nothing but the places
// beside them: there can be some hundred thousand.
func inOrder[T any](rows []T, places []place) {
	order := make([]int32, len(rows))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortStableFunc(order, func(a, b int32) int { return comparePlaces(&places[a], &places[b]) })
	for i := range order { // each cycle of the permutation once
		if order[i] < 0 {
			continue
		}
		first, at := rows[i], int32(i)
		for {
			from := order[at]
			order[at] = -1
			if from == int32(i) {
				rows[at] = first
				break
			}
			rows[at] = rows[from]
			at = from
		}
	}
}

// orderConnections puts connections in order.
func orderConnections(s *model.Snapshot, list []Connection) {
	known := map[string]string{} // each text in lower case, once
	lower := func(text string) string {
		out, ok := known[text]
		if !ok {
			out = strings.ToLower(text)
			known[text] = out
		}
		return out
	}
	names := map[model.ObjectID]string{}
	places := make([]place, len(list))
	for i := range list {
		c, p := &list[i], &places[i]
		*p = place{server: lower(c.Server), door: c.Protocol, side: c.Side, mailbox: lower(c.Mailbox)}
		if p.name = lower(c.User); c.Account.ID != 0 {
			if _, ok := names[c.Account.ID]; !ok {
				names[c.Account.ID] = strings.ToLower(s.ObjectName(s.Record(c.Account.ID)))
			}
			p.name = names[c.Account.ID]
		}
		p.setClient(c.Client)
	}
	inOrder(list, places)
}

// orderRelays puts relays in order; the connectors of which there is no line come
// last.
func orderRelays(list []Relay) {
	places := make([]place, len(list))
	for i := range list {
		r := &list[i]
		places[i] = place{server: strings.ToLower(r.Server), door: strings.ToLower(r.Connector), side: r.Side}
		places[i].setClient(r.Client)
	}
	inOrder(list, places)
}
