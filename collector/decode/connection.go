package decode

import (
	"strings"

	"mbxperm/collector"
	"mbxperm/model"
)

// ConnectionEntry is what an entry says of a client and an account; the kind
// that reads it stands below.
func ConnectionEntry(c *model.Connection) collector.Entry {
	e := newLogEntry(classConnection, c.Server, c.Protocol, c.Side, c.Client, c.User, c.Mailbox)
	e.text(attrLogServer, c.Server)
	e.text(attrLogProtocol, c.Protocol)
	e.text(attrLogSide, c.Side)
	e.text(attrLogClient, c.Client)
	e.text(attrLogUser, c.User)
	e.text(attrLogTyped, c.Typed)
	e.text(attrLogMailbox, c.Mailbox)
	e.number(attrLogOK, c.OK)
	e.number(attrLogFailed, c.Failed)
	e.number(attrLogSessions, c.Sessions)
	e.number(attrLogNames, c.Names)
	e.number(attrLogTLS, c.TLS)
	e.number(attrLogStartTLS, c.StartTLS)
	e.number(attrLogPlain, c.Plain)
	e.time(attrLogFirst, c.First)
	e.time(attrLogLast, c.Last)
	e.time(attrLogLastOK, c.LastOK)
	e.tallies(attrLogReason, c.Reasons)
	return e.Entry
}

var connection = kind{
	classes: []class{{strings.ToLower(classConnection), model.ClassUnknown}},
	decode: func(d *decoder, e *collector.Entry, _ *classSet) {
		v := logValues{e}
		d.w.Connection(model.Connection{
			Server: d.shared.text(e.Value(attrLogServer)), Protocol: d.shared.text(e.Value(attrLogProtocol)), Side: d.shared.text(e.Value(attrLogSide)),
			Client: d.shared.text(e.Value(attrLogClient)), User: e.Text(attrLogUser), Typed: e.Text(attrLogTyped), Mailbox: e.Text(attrLogMailbox),
			OK: v.number(attrLogOK), Failed: v.number(attrLogFailed), Sessions: v.number(attrLogSessions), Names: v.number(attrLogNames),
			TLS: v.number(attrLogTLS), StartTLS: v.number(attrLogStartTLS), Plain: v.number(attrLogPlain),
			First: v.time(attrLogFirst), Last: v.time(attrLogLast), LastOK: v.time(attrLogLastOK), Reasons: v.tallies(attrLogReason),
		})
	},
}
