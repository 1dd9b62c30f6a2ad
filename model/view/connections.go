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
	snapshot         *model.Snapshot
	State            string // of the account: enabled, disabled, …; unknown where the name is nobody's who was read
	ClientName       string // by reverse DNS; empty where nobody asked
	Right            string // whether the account may open the other mailbox, by the verdict
}

// ConnectionFields are the columns of report connections.
var ConnectionFields = []model.Field[*Connection]{
	{Name: "server", Is: model.ContentName, Order: true, Value: func(c *Connection) any { return c.Server }},
	{Name: "protocol", Is: model.ContentWord, Value: func(c *Connection) any { return c.Protocol }},
	{Name: "side", Is: model.ContentWord, Value: func(c *Connection) any { return c.Side }},
	{Name: "account", First: true, Is: model.ContentTarget, Value: func(c *Connection) any { return c.account.Name }},
	{Name: "account_state", Is: model.ContentWord, Value: func(c *Connection) any { return c.State }},
	{Name: "sid", Is: model.ContentSID, Value: func(c *Connection) any { return model.SIDText(c.account.SID) }},
	{Name: "user", Is: model.ContentAccount, Value: func(c *Connection) any { return c.User }},
	{Name: "mailbox", First: true, Is: model.ContentAccount, Value: func(c *Connection) any { return c.mailboxName() }},
	{Name: "client", First: true, Is: model.ContentName, Value: func(c *Connection) any { return c.Client }},
	{Name: "client_name", Is: model.ContentHost, Value: func(c *Connection) any { return c.ClientName }},
	{Name: "ok", First: true, Value: func(c *Connection) any { return c.OK }},
	{Name: "failed", First: true, Value: func(c *Connection) any { return c.Failed }},
	{Name: "first", Is: model.ContentWord, Value: func(c *Connection) any { return stamp(c.First.Time()) }},
	{Name: "last", First: true, Is: model.ContentWord, Value: func(c *Connection) any { return stamp(c.Last.Time()) }},
	{Name: "last_ok", Is: model.ContentWord, Value: func(c *Connection) any { return stamp(c.LastOK.Time()) }},
	{Name: "tls", Value: func(c *Connection) any { return c.TLS }},
	{Name: "starttls", Value: func(c *Connection) any { return c.StartTLS }},
	{Name: "plain", Value: func(c *Connection) any { return c.Plain }},
	{Name: "reasons", Is: model.ContentSentence, Value: func(c *Connection) any { return model.Tallies(c.Reasons) }},
	{Name: "protocol_state", Is: model.ContentWord, Value: func(c *Connection) any { return c.Connection.State() }},
	{Name: "right", Is: model.ContentStatus, Value: func(c *Connection) any { return c.Right }},
	{Name: "sessions", Value: func(c *Connection) any { return c.Sessions }},
	{Name: "unknown_names", Value: func(c *Connection) any { return c.Names }},
	{Name: "note", Is: model.ContentSentence, Value: func(c *Connection) any { return strings.Join(c.Notes(), "; ") }},
}

func (c *Connection) mailboxName() string {
	if c.mailbox.Name != "" {
		return c.mailbox.Name
	}
	return c.Mailbox
}

// Why explains a reason for which logons were refused.
func (c *Connection) Why(reason string) string {
	return door.Explain(c.snapshot, c.Connection, reason)
}

// How says how its logons came.
func (c *Connection) How() string {
	var parts []string
	for _, p := range []struct {
		n    int
		text string
	}{{c.Plain, "plain text"}, {c.StartTLS, "STARTTLS"}, {c.TLS, "TLS"}} {
		if p.n > 0 {
			parts = append(parts, p.text)
		}
	}
	return strings.Join(parts, ", ")
}

// who names the account: by its name, else by what was logged.
func (c *Connection) who() string {
	switch {
	case c.account.Name != "":
		return c.account.Name
	case c.User != "":
		return c.User
	case c.Names > 0:
		return unknownNames
	}
	return noLogon
}

// What stands for the account where there is none.
const (
	unknownNames = "(unknown names)"
	noLogon      = "(no logon)"
)

// Connections is the object type of who logs on by POP3 and IMAP4, and from
// where: a line for each account and one for each client.
var Connections = &ObjectType{
	Name: "Connections", Flag: "connection", Plural: "Accounts and clients",
	Totals: []model.Column[*Line]{
		{Title: "Name", Is: model.ContentTrustee, Text: func(l *Line) string { return model.PrincipalText(l.Principal) }},
		{Title: "Kind", Is: model.ContentWord, Text: func(l *Line) string { return l.Door.Kind }},
		rowsColumn("Ways"),
		sumColumn("Logons", false, func(t *DoorTotals) int { return t.Sums[0] }),
		sumColumn("Failed", false, func(t *DoorTotals) int { return t.Sums[1] }),
		sumColumn("Plain", false, func(t *DoorTotals) int { return t.Sums[2] }),
		{Title: "Last", Is: model.ContentWord, Extra: true, Text: func(l *Line) string { return shortStamp(l.Door.Last) }},
	},
	Details: []model.Column[*Row]{
		textCell("Account", model.ContentTrustee, false, func(r *Row) string { return r.Connection.who() }),
		textCell("Client", model.ContentName, false, func(r *Row) string { return r.Connection.Client }),
		textCell("Protocol", model.ContentWord, false, func(r *Row) string { return r.Connection.Protocol }),
		numberCell("Logons", false, func(r *Row) int { return r.Connection.OK }),
		numberCell("Failed", false, func(r *Row) int { return r.Connection.Failed }),
		textCell("How", model.ContentWord, false, func(r *Row) string { return r.Connection.How() }),
		textCell("Server", model.ContentName, true, func(r *Row) string { return r.Connection.Server }),
		textCell("Mailbox", model.ContentName, true, func(r *Row) string { return r.Connection.mailboxName() }),
		textCell("May open", model.ContentWord, true, func(r *Row) string { return r.Connection.Right }),
		textCell("Last", model.ContentWord, true, func(r *Row) string { return shortStamp(stamp(r.Connection.Last.Time())) }),
		textCell("Note", model.ContentSentence, true, func(r *Row) string { return strings.Join(r.Connection.Notes(), "; ") }),
	},
	Fields: doorFields(
		sumField("ok", func(t *DoorTotals) int { return t.Sums[0] }),
		sumField("failed", func(t *DoorTotals) int { return t.Sums[1] }),
		sumField("plain", func(t *DoorTotals) int { return t.Sums[2] }),
	),
	ACEs:  []ACEType{{Name: "All"}},
	lines: doorLines,
	door:  connectionDoor,
}

var connectionDoor = &doorKind{
	name: "connection", grid: unlinedConnections, row: connectionRow, rowName: connectionName, findRow: findConnection,
	wanted: func(r *Row, q *Query) bool {
		c := r.Connection
		return isEnd(q.Ends.Client, c.Client) && isEnd(q.Ends.User, c.User) &&
			(q.Target == nil || q.Target(&c.account) || c.Other.ID != 0 && q.Target(&c.mailbox))
	},
	aside: "probe", asideLong: "health checks, a server's own connections and sessions without a logon",
}

// unlinedConnections says what stands in the grid without its lines, which nobody
// asks for who lists the rows: they are much for some hundred thousand of these.
func unlinedConnections(s *model.Snapshot) doorGrid {
	all := door.Connections(s)
	return &unlined{len(all), func(i int) bool { return !all[i].Spare }, func(i int) bool { return all[i].Probe }, func() doorGrid { return connectionGrid(s) }}
}

var connectionGrid, findConnection = derivedTable(func(s *model.Snapshot) *doorTable {
	all := door.Connections(s)
	g := newDoorTable(len(all))
	for i := range all {
		c := &all[i]
		if c.Spare {
			continue
		}
		account := accountLine(s, c.Account.ID)
		switch {
		case c.Account.ID != 0:
		case c.User != "":
			account.name, account.title = "user:"+strings.ToLower(c.User), c.User
		case c.Names > 0:
			account.name, account.title = "names:", unknownNames
		default:
			account.name, account.title = "none:", noLogon
		}
		client := doorLine{name: "client:" + c.Client, title: c.Client, kind: "client"}
		ends := []doorLine{account, client}
		if c.Other.ID != 0 {
			ends = append(ends, accountLine(s, c.Other.ID))
		}
		g.put(i, c.Probe, ends...)
	}
	return g
}, connectionName)

// accountLine is the line of an account that was read.
func accountLine(s *model.Snapshot, id model.ObjectID) doorLine {
	line := doorLine{kind: "account", who: id}
	if id != 0 {
		line.name = "account:" + s.DNText(s.Record(id).DN)
	}
	return line
}

func connectionName(s *model.Snapshot, i int) string {
	c := &door.Connections(s)[i]
	return strings.ToLower(strings.Join([]string{c.Server, c.Protocol, c.Side, c.Client, c.User, c.Mailbox}, "\x00"))
}

func connectionRow(s *model.Snapshot, i int) Row {
	c := NewConnection(s, &door.Connections(s)[i])
	return Row{Connection: &c}
}

// NewConnection joins a connection with the directory.
func NewConnection(s *model.Snapshot, c *door.Connection) Connection {
	out := Connection{Connection: c, snapshot: s}
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
