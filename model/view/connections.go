package view

import (
	"context"
	"strings"

	"mbxperm/model"
	"mbxperm/model/door"
	"mbxperm/model/verdict"
)

// Connection is a line of report connections.
type Connection struct {
	*door.Connection
	account, mailbox model.Principal
	State            string // of the account: enabled, disabled, …; unknown where the name is nobody's who was read
	ClientName       string // by reverse DNS; empty where nobody asked
	Right            string // whether the account may open the other mailbox, by the verdict
}

// ConnectionFields are the columns of report connections.
var ConnectionFields = []model.Field[*Connection]{
	{Name: "server", Is: model.ContentName, Order: true, Value: func(c *Connection) any { return c.Server }},
	{Name: "protocol", Is: model.ContentWord, Value: func(c *Connection) any { return c.Protocol }},
	{Name: "side", Is: model.ContentWord, Value: func(c *Connection) any { return c.Side }},
	{Name: "account", Is: model.ContentTarget, Value: func(c *Connection) any { return c.account.Name }},
	{Name: "account_state", Is: model.ContentWord, Value: func(c *Connection) any { return c.State }},
	{Name: "sid", Is: model.ContentSID, Value: func(c *Connection) any { return model.SIDText(c.account.SID) }},
	{Name: "user", Is: model.ContentAccount, Value: func(c *Connection) any { return c.User }},
	{Name: "mailbox", Is: model.ContentAccount, Value: func(c *Connection) any { return c.mailboxName() }},
	{Name: "client", Is: model.ContentName, Value: func(c *Connection) any { return c.Client }},
	{Name: "client_name", Is: model.ContentHost, Value: func(c *Connection) any { return c.ClientName }},
	{Name: "ok", Value: func(c *Connection) any { return c.OK }},
	{Name: "failed", Value: func(c *Connection) any { return c.Failed }},
	{Name: "first", Is: model.ContentWord, Value: func(c *Connection) any { return stamp(c.First) }},
	{Name: "last", Is: model.ContentWord, Value: func(c *Connection) any { return stamp(c.Last) }},
	{Name: "last_ok", Is: model.ContentWord, Value: func(c *Connection) any { return stamp(c.LastOK) }},
	{Name: "tls", Value: func(c *Connection) any { return c.TLS }},
	{Name: "starttls", Value: func(c *Connection) any { return c.StartTLS }},
	{Name: "plain", Value: func(c *Connection) any { return c.Plain }},
	{Name: "reasons", Is: model.ContentSentence, Value: func(c *Connection) any { return model.Tallies(c.Reasons) }},
	{Name: "protocol_state", Is: model.ContentWord, Value: func(c *Connection) any { return "" }},
	{Name: "right", Is: model.ContentStatus, Value: func(c *Connection) any { return c.Right }},
	{Name: "sessions", Value: func(c *Connection) any { return c.Sessions }},
	{Name: "unknown_names", Value: func(c *Connection) any { return c.Names }},
	{Name: "note", Is: model.ContentSentence, Value: func(c *Connection) any { return strings.Join(c.Notes, "; ") }},
}

func (c *Connection) mailboxName() string {
	if c.mailbox.Name != "" {
		return c.mailbox.Name
	}
	return c.Mailbox
}

// DoorQuery chooses lines of what logs tell.
type DoorQuery struct {
	Filter string
	Probes bool // show what is nobody's client
	// Account, where not nil, keeps the lines of accounts that it accepts.
	Account func(*model.Principal) bool
	// Names are the names of clients, by their address; nil for none.
	Names map[string]string
}

// NewConnection joins a connection with the directory.
func NewConnection(s *model.Snapshot, c *door.Connection, names map[string]string) Connection {
	out := Connection{Connection: c, ClientName: names[c.Client]}
	switch {
	case c.Account.ID != 0:
		out.account = s.TargetPrincipal(s.Record(c.Account.ID))
		out.State = out.account.State
	case c.Account.Several:
		out.State = "ambiguous"
	case c.User != "":
		out.State = "unknown"
	}
	if c.Other.ID != 0 {
		out.mailbox = s.TargetPrincipal(s.Record(c.Other.ID))
		out.Right = openRight(s, c.Account.ID, c.Other.ID)
	}
	return out
}

// openRight says whether an account may open a mailbox.
func openRight(s *model.Snapshot, account, mailbox model.ObjectID) string {
	book := verdict.Of(s)
	p, ok := book.Graph().PersonOf(account)
	if account == 0 || !ok || !s.Record(mailbox).HasMailbox() {
		return verdict.Unknown.String()
	}
	answer := verdict.None
	// The context never ends: one person and one mailbox are soon told.
	_ = book.Lines(context.Background(), verdict.Query{Person: p, Only: true, Expand: true, Mailboxes: []model.ObjectID{mailbox}}, func(l *verdict.Line) bool {
		if a := l.Answers[verdict.CanOpen].Answer; a != verdict.None {
			answer = a
		}
		return true
	})
	return answer.String()
}

// ConnectionLines are the connections that a query chooses; hidden counts the
// probes that it leaves out.
func ConnectionLines(ctx context.Context, s *model.Snapshot, q DoorQuery) (out []Connection, hidden int, err error) {
	words := Words(q.Filter)
	for i, all := 0, door.Connections(s); i < len(all); i++ {
		if i&255 == 0 && ctx.Err() != nil {
			return nil, 0, ctx.Err()
		}
		c := &all[i]
		if c.Spare {
			continue
		}
		line := NewConnection(s, c, q.Names)
		if q.Account != nil && !q.Account(&line.account) && (c.Other.ID == 0 || !q.Account(&line.mailbox)) {
			continue
		}
		if !MatchTexts(words, c.Server, c.Protocol, c.Side, line.account.Name, line.account.DN, c.User, c.Mailbox, line.mailbox.Name, c.Client, line.ClientName, line.State) {
			continue
		}
		if c.Probe && !q.Probes {
			hidden++
			continue
		}
		out = append(out, line)
	}
	return out, hidden, nil
}
