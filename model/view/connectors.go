package view

import (
	"context"
	"net/netip"
	"slices"
	"strings"

	"mbxperm/model"
	"mbxperm/model/door"
	"mbxperm/model/grant"
	"mbxperm/model/hiding"
)

// Connectors is the object type of receive connectors: forward who may send
// there, in reverse, with all other object types, where somebody may.
var Connectors = &ObjectType{
	Name: "Receive Connectors", Flag: "connector", Plural: "Receive connectors", One: "receive connector",
	Toggles: hiding.Inherited | hiding.Default,
	Totals: []model.Column[*Line]{
		{Title: "ServerName", Short: "Server", Is: model.ContentName, Text: func(l *Line) string { return l.Server }},
		{Title: "Connector", Is: model.ContentName, Text: func(l *Line) string { return l.Name }},
		{Title: "Relay", Is: model.ContentWord, Text: ofConnector(func(c *door.Connector) string { return c.Anonymous })},
		{Title: "PermissionGroups", Short: "Groups", Is: model.ContentWord, Text: ofConnector(groupsText)},
		{Title: "Weak", Is: model.ContentSentence, Text: ofConnector(func(c *door.Connector) string { return strings.Join(c.Weak, "; ") })},
		forwardColumn("ACEs", "", false, grant.ConnectorACL),
		{Title: "Bindings", Is: model.ContentHost, Extra: true, Text: ofConnector(func(c *door.Connector) string { return strings.Join(c.Bindings, ", ") })},
		{Title: "RemoteIPRanges", Is: model.ContentHost, Extra: true, Text: ofConnector(func(c *door.Connector) string { return strings.Join(c.Ranges, ", ") })},
		{Title: "AuthMechanism", Is: model.ContentWord, Extra: true, Text: ofConnector(func(c *door.Connector) string { return strings.Join(c.Auth, ", ") })},
		{Title: "Enabled", Is: model.ContentWord, Extra: true, Text: ofConnector(enabledText)},
		{Title: "Role", Is: model.ContentWord, Extra: true, Text: ofConnector(func(c *door.Connector) string { return c.Role })},
		{Title: "Logging", Is: model.ContentWord, Extra: true, Text: ofConnector(func(c *door.Connector) string { return c.Logging })},
		{Title: "Notes", Is: model.ContentSentence, Extra: true, Text: ofConnector(func(c *door.Connector) string { return strings.Join(c.Notes, "; ") })},
		{Title: "DistinguishedName", Is: model.ContentDN, Extra: true, Text: func(l *Line) string { return l.DN }},
	},
	Details: targetColumns("Connector", rowTarget),
	Fields: append(connectorFields(func(l *Line) *ConnectorLine { return &ConnectorLine{Connector: l.Connector, s: l.snapshot, dn: l.DN} }),
		model.Field[*Line]{Name: "aces", Value: func(l *Line) any { return l.Forward(grant.ConnectorACL).Rows }},
		model.Field[*Line]{Name: "aces_deny", Value: func(l *Line) any { return l.Forward(grant.ConnectorACL).Deny }},
		model.Field[*Line]{Name: "hidden", Value: func(l *Line) any { return l.Totals.Hidden() }},
		model.Field[*Line]{Name: "unread", Value: func(l *Line) any { return l.Forward(grant.ConnectorACL).Unread }}),
	ACEs:  []ACEType{{Name: "All", forward: grant.ConnectorACL.Only()}, allLines(grant.ConnectorACL.Only(), 1)},
	lines: targetLines, forward: grant.ConnectorACL.Only(),
	describe: func(s *model.Snapshot, o *model.Record) (p Place) {
		if p.Connector = door.ConnectorOf(s, s.At(o.DN)); p.Connector != nil {
			p.Server, p.snapshot = p.Connector.ServerName(), s
		}
		return p
	},
}

func ofConnector(text func(*door.Connector) string) func(*Line) string {
	return func(l *Line) string {
		if l.Connector == nil {
			return ""
		}
		return text(l.Connector)
	}
}

func groupsText(c *door.Connector) string {
	switch {
	case !c.Permissions.Read:
		return "not read"
	case len(c.Permissions.Groups) == 0:
		return "None"
	}
	return strings.Join(c.Permissions.Groups, ", ")
}

func enabledText(c *door.Connector) string {
	if c.Enabled {
		return "True"
	}
	return "False"
}

// ConnectorLine is a line of report connectors.
type ConnectorLine struct {
	*door.Connector
	s      *model.Snapshot
	dn     string
	Choice string // what came of a question for a connection; empty where none was asked
}

// ConnectorFields are the columns of report connectors.
var ConnectorFields = connectorFields(func(c *ConnectorLine) *ConnectorLine { return c })

// ConnectorSettings are what the directory says of a connector, by the fields of the
// report: without what follows from its entries, and what is judged.
func ConnectorSettings(s *model.Snapshot, c *door.Connector) []Detail {
	all := details(ConnectorFields, &ConnectorLine{Connector: c, s: s})
	return slices.DeleteFunc(all, func(d Detail) bool {
		return slices.Contains([]string{"server", "connector", "permission_groups", "relay_trustees", "weak", "note", "dn"}, d.Name)
	})
}

// connectorCard is what the card of a connector says of it: the fields of the
// report but its names, and who may do what there by the names of the rights.
func connectorCard(s *model.Snapshot, c *door.Connector) []Detail {
	all := details(ConnectorFields, &ConnectorLine{Connector: c, s: s})
	return slices.DeleteFunc(all, func(d Detail) bool { return d.Text == "" || d.Name == "connector" || d.Name == "dn" })
}

// ChoiceFields are those where it was asked which connector takes a connection.
var ChoiceFields = append([]model.Field[*ConnectorLine]{
	{Name: "takes", Value: func(c *ConnectorLine) any { return strings.HasPrefix(c.Choice, takes) }},
	{Name: "why", Is: model.ContentSentence, Value: func(c *ConnectorLine) any { return strings.TrimPrefix(c.Choice, takes) }},
}, ConnectorFields...)

const takes = "it takes the connection: "

func connectorFields[T any](of func(T) *ConnectorLine) (out []model.Field[T]) {
	first := []string{"server", "connector", "anonymous_relay", "weak"}
	add := func(name string, is model.Content, value func(*ConnectorLine) any) {
		out = append(out, model.Field[T]{Name: name, Is: is, First: slices.Contains(first, name), Order: name == "dn", Value: func(t T) any {
			c := of(t)
			if c.Connector == nil {
				return ""
			}
			return value(c)
		}})
	}
	setting := func(name string) func(*ConnectorLine) any {
		return func(c *ConnectorLine) any { return c.Setting(name) }
	}
	add("server", model.ContentName, func(c *ConnectorLine) any { return c.ServerName() })
	add("connector", model.ContentName, func(c *ConnectorLine) any { return c.Name })
	add("enabled", 0, func(c *ConnectorLine) any { return c.Enabled })
	add("role", model.ContentWord, func(c *ConnectorLine) any { return c.Role })
	add("bindings", model.ContentHost, func(c *ConnectorLine) any { return model.List(c.Bindings) })
	add("ranges", model.ContentHost, func(c *ConnectorLine) any { return model.List(c.Ranges) })
	add("auth", model.ContentWord, func(c *ConnectorLine) any { return model.List(c.Auth) })
	add("permission_groups", model.ContentWord, func(c *ConnectorLine) any { return model.List(c.Permissions.Groups) })
	add("anonymous_relay", model.ContentWord, func(c *ConnectorLine) any { return c.Anonymous })
	add("relay_trustees", model.ContentTrustee, func(c *ConnectorLine) any {
		var out model.List
		for _, p := range c.Permissions.Relay(c.s) {
			out = append(out, p.Name)
		}
		return out
	})
	add("require_tls", 0, func(c *ConnectorLine) any { return c.RequireTLS })
	add("fqdn", model.ContentHost, setting("Fqdn"))
	add("certificate", model.ContentSentence, setting("TlsCertificateName"))
	add("logging", model.ContentWord, func(c *ConnectorLine) any { return c.Logging })
	add("weak", model.ContentWord, func(c *ConnectorLine) any { return model.List(c.Weak) })
	add("note", model.ContentWord, func(c *ConnectorLine) any { return model.List(c.Notes) })
	add("dn", model.ContentDN, func(c *ConnectorLine) any { return c.dn })
	add("max_message_size", model.ContentWord, setting("MaxMessageSize"))
	add("max_recipients", model.ContentWord, setting("MaxRecipientsPerMessage"))
	add("tarpit", model.ContentWord, setting("TarpitInterval"))
	add("banner", model.ContentSentence, setting("Banner"))
	return out
}

// ConnectorQuery asks for connectors.
type ConnectorQuery struct {
	Filter, Release string
	Server          *door.Server // with To and From: which of its connectors takes a connection
	To              netip.AddrPort
	From            netip.Addr
}

// ConnectorLines are the receive connectors that a query asks for, by server and
// name; where it asks for a connection, who takes it first.
func ConnectorLines(ctx context.Context, s *model.Snapshot, q ConnectorQuery) (out []ConnectorLine, err error) {
	words := Words(q.Filter)
	add := func(c *door.Connector, choice string) {
		l := ConnectorLine{Connector: c, s: s, dn: s.DNText(s.Record(c.Obj).DN), Choice: choice}
		if c.Server.OfRelease(q.Release) && MatchTexts(words, c.ServerName(), c.Name, l.dn, c.Anonymous, groupsText(c), strings.Join(c.Ranges, " "),
			strings.Join(c.Bindings, " "), strings.Join(c.Weak, " "), strings.Join(c.Notes, " ")) {
			out = append(out, l)
		}
	}
	if q.From.IsValid() {
		for _, b := range door.Choose(s, q.Server, q.To, q.From) {
			if b.Takes {
				b.Why = takes + b.Why
			}
			add(b.Connector, b.Why)
		}
		return out, ctx.Err()
	}
	for _, c := range door.Connectors(s) {
		add(c, "")
	}
	return out, ctx.Err()
}
