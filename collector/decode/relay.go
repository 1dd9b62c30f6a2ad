package decode

import (
	"strings"

	"mbxperm/collector"
	"mbxperm/model"
)

// Relay is what an entry says of a client and a receive connector; the
// kind that reads it stands below.
func (e *LogEntries) Relay(r *model.Relay) *collector.Entry {
	e.begin(classRelay, r.Server, r.Side, r.Connector, r.Client)
	var more []string
	e.text(attrLogServer, r.Server)
	e.text(attrLogSide, r.Side)
	e.text(attrLogConnector, r.Connector)
	e.text(attrLogClient, r.Client)
	e.some(attrLogHelo, r.Helo, &more)
	e.some(attrLogSender, r.Senders, &more)
	e.some(attrLogUser, r.Users, &more)
	e.texts(attrLogMore, more)
	e.number(attrLogSessions, r.Sessions)
	e.number(attrLogTLS, r.TLS)
	e.number(attrLogMayRelay, r.MayRelay)
	e.number(attrLogMessages, r.Messages)
	e.number(attrLogRecipients, r.Recipients)
	e.number(attrLogExternal, r.External)
	e.number(attrLogUnjudged, r.Unjudged)
	e.number(attrLogRelayed, r.Relayed)
	e.time(attrLogFirst, r.First)
	e.time(attrLogLast, r.Last)
	e.tallies(attrLogVersion, r.Versions)
	e.tallies(attrLogRejected, r.Rejected)
	return &e.entry
}

var relay = kind{
	classes: []class{{strings.ToLower(classRelay), model.ClassUnknown}},
	decode: func(d *decoder, e *collector.Entry, _ *classSet) {
		v := logValues{Entry: e}
		more := v.texts(attrLogMore)
		d.w.Relay(model.Relay{
			Server: d.shared.text(v.Value(attrLogServer)), Side: d.shared.text(v.Value(attrLogSide)), Connector: d.shared.text(v.Value(attrLogConnector)), Client: d.shared.text(v.Value(attrLogClient)),
			Helo: v.some(attrLogHelo, more), Senders: v.some(attrLogSender, more), Users: v.some(attrLogUser, more),
			Sessions: v.number(attrLogSessions), TLS: v.number(attrLogTLS), MayRelay: v.number(attrLogMayRelay),
			Messages: v.number(attrLogMessages), Recipients: v.number(attrLogRecipients), External: v.number(attrLogExternal),
			Unjudged: v.number(attrLogUnjudged), Relayed: v.number(attrLogRelayed),
			First: v.time(attrLogFirst), Last: v.time(attrLogLast), Versions: v.tallies(attrLogVersion, d.shared), Rejected: v.tallies(attrLogRejected, d.shared),
		})
	},
}
