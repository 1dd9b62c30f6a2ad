package decode

import (
	"strings"

	"mbxperm/collector"
	"mbxperm/model"
)

// Connection is what an entry says of a client and an account; the kind
// that reads it stands below.
func (e *LogEntries) Connection(c *model.Connection) *collector.Entry {
	e.begin(classConnection, c.Server, c.Protocol, c.Side, c.Client, c.User, c.Mailbox)
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
	e.time(attrLogFirst, c.First.Time())
	e.time(attrLogLast, c.Last.Time())
	e.time(attrLogLastOK, c.LastOK.Time())
	e.tallies(attrLogReason, c.Reasons)
	return &e.entry
}

var connection = kind{
	classes: []class{{strings.ToLower(classConnection), model.ClassUnknown}},
	decode: func(d *decoder, e *collector.Entry, _ *classSet) {
		v := logValues{Entry: e}
		d.w.Connection(model.Connection{
			Stream: d.stream(v.Value(attrLogServer), v.Value(attrLogProtocol), v.Value(attrLogSide)),
			Client: d.shared.text(v.Value(attrLogClient)), User: v.Text(attrLogUser), Typed: v.Text(attrLogTyped), Mailbox: d.shared.text(v.Value(attrLogMailbox)),
			OK: v.number(attrLogOK), Failed: v.number(attrLogFailed), Sessions: v.number(attrLogSessions), Names: v.number(attrLogNames),
			TLS: v.number(attrLogTLS), StartTLS: v.number(attrLogStartTLS), Plain: v.number(attrLogPlain),
			First: v.instant(attrLogFirst), Last: v.instant(attrLogLast), LastOK: v.instant(attrLogLastOK), Reasons: v.tallies(attrLogReason, d.shared),
		})
	},
}

// stream returns the stream of a connection: the one before has the same, nearly
// always.
func (d *decoder) stream(server, protocol, side []byte) *model.Stream {
	if s := d.lastStream; s == nil || s.Server != string(server) || s.Protocol != string(protocol) || s.Side != string(side) {
		d.lastStream = model.StreamOf(string(server), string(protocol), string(side))
	}
	return d.lastStream
}
