package view

import (
	"context"
	"strings"

	"mbxperm/model"
	"mbxperm/model/door"
)

// Relay is a line of report relays.
type Relay struct {
	*door.Relay
	ClientName string // by reverse DNS; empty where nobody asked
}

// RelayFields are the columns of report relays.
var RelayFields = []model.Field[*Relay]{
	{Name: "server", Is: model.ContentName, Order: true, Value: func(r *Relay) any { return r.Server }},
	{Name: "side", Is: model.ContentWord, Value: func(r *Relay) any { return r.Side }},
	{Name: "connector", Is: model.ContentName, Value: func(r *Relay) any { return r.Connector }},
	{Name: "client", Is: model.ContentName, Value: func(r *Relay) any { return r.Client }},
	{Name: "client_name", Is: model.ContentHost, Value: func(r *Relay) any { return r.ClientName }},
	{Name: "helo", Is: model.ContentHost, Value: func(r *Relay) any { return some(r.Helo) }},
	{Name: "senders", Is: model.ContentAccount, Value: func(r *Relay) any { return some(r.Senders) }},
	{Name: "users", Is: model.ContentAccount, Value: func(r *Relay) any { return some(r.Users) }},
	{Name: "sessions", Value: func(r *Relay) any { return r.Sessions }},
	{Name: "tls", Value: func(r *Relay) any { return r.TLS }},
	{Name: "tls_versions", Is: model.ContentWord, Value: func(r *Relay) any { return model.Tallies(r.Versions) }},
	{Name: "may_relay", Value: func(r *Relay) any { return r.MayRelay }},
	{Name: "messages", Value: func(r *Relay) any { return r.Messages }},
	{Name: "recipients", Value: func(r *Relay) any { return r.Recipients }},
	{Name: "external", Value: func(r *Relay) any { return r.judged(r.External) }},
	{Name: "relayed", Value: func(r *Relay) any { return r.judged(r.Relayed) }},
	{Name: "rejected", Is: model.ContentWord, Value: func(r *Relay) any { return model.Tallies(r.Rejected) }},
	{Name: "first", Is: model.ContentWord, Value: func(r *Relay) any { return stamp(r.First) }},
	{Name: "last", Is: model.ContentWord, Value: func(r *Relay) any { return stamp(r.Last) }},
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

// RelayLines are the relays that a query chooses.
func RelayLines(ctx context.Context, s *model.Snapshot, q DoorQuery) (out []Relay, err error) {
	words := Words(q.Filter)
	for i, all := 0, door.Relays(s); i < len(all); i++ {
		if i&255 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		line := Relay{Relay: &all[i], ClientName: q.Names[all[i].Client]}
		texts := append([]string{line.Server, line.Side, line.Connector, line.Client, line.ClientName, line.Logging}, line.Helo.Texts...)
		texts = append(append(texts, line.Senders.Texts...), line.Users.Texts...)
		if MatchTexts(words, texts...) {
			out = append(out, line)
		}
	}
	return out, nil
}
