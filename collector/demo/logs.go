package demo

import (
	"fmt"
	"time"

	"mbxperm/collector"
	"mbxperm/collector/decode"
	"mbxperm/model"
)

// What the servers' protocol logs say, as sums: nobody reads lines here. The last
// logDays days are there, for as many accounts as an afternoon's look can take.
const (
	logDays     = 30
	mostLoggers = 200 // accounts that use POP3 or IMAP4
	newClient   = 20  // the day on which somebody comes along who was not there before
)

// logSearch delivers them.
func (w *world) logSearch() search {
	entries := w.logEntries()
	query := collector.Query{Purpose: decode.Logs.Purpose, Base: decode.LogBase, Scope: decode.Logs.Scope}
	return search{query, len(entries), func(e *entry, k int) {
		e.DN, e.Attributes = entries[k].DN, append(e.Attributes, entries[k].Attributes...)
	}}
}

func (w *world) logEntries() (out []collector.Entry) {
	for _, l := range w.logStreams() {
		out = append(out, *new(decode.LogEntries).Log(&l))
	}
	for _, c := range w.connections() {
		out = append(out, *new(decode.LogEntries).Connection(&c))
	}
	for _, r := range w.relays() {
		out = append(out, *new(decode.LogEntries).Relay(&r))
	}
	return out
}

// logTime is the time of a day so many days ago.
func (w *world) logTime(daysAgo, minute int) time.Time {
	return dayZero.AddDate(0, 0, w.day-daysAgo).Add(time.Duration(minute) * time.Minute)
}

func (w *world) logInstant(daysAgo, minute int) model.Instant {
	return model.InstantOf(w.logTime(daysAgo, minute))
}

// logStreams say of which servers there are logs. The first logs IMAP4, and a day
// of it is lost; POP3 it does not log, and the second neither.
func (w *world) logStreams() (out []model.Log) {
	from, to := w.logTime(logDays, 0), w.logTime(0, 90)
	for i := range w.servers {
		for k, of := range []struct{ protocol, side string }{{"IMAP4", "front end"}, {"IMAP4", "back end"}, {"SMTP", "front end"}} {
			if of.protocol != "SMTP" && i > 0 {
				continue
			}
			d := dice(w.draw(streamLogs, 1000+10*i+k))
			files := 24 * logDays
			l := model.Log{Server: w.servers[i].name, Protocol: of.protocol, Side: of.side, Files: files,
				Lines: files * (200 + d.roll(900)), From: from, To: to}
			l.Bytes = int64(l.Lines) * 171
			if i == 0 && of.protocol == "IMAP4" && of.side == "front end" {
				l.Gaps = []string{w.logTime(10, 0).Format(time.DateOnly)}
			}
			out = append(out, l)
		}
	}
	return out
}

// connections say who logs on. One account in nine reads somebody else's
// mailbox; the mail archive does it in plain text; somebody from
// outside tries names.
func (w *world) connections() (out []model.Connection) {
	server := w.servers[0].name // which alone logs it
	for i := range min(w.n, mostLoggers) {
		d := dice(w.draw(streamLogs, i))
		if d.roll(3) == 0 {
			continue
		}
		p := w.personAt(i)
		login := string(w.appendLogin(nil, &p))
		ok := 1 + d.roll(400)
		c := model.Connection{
			Stream: model.StreamOf(server, "IMAP4", "front end"), User: login, OK: ok, TLS: ok,
			Client: fmt.Sprintf("192.0.2.%d", 10+d.roll(60)), First: w.logInstant(logDays-d.roll(9), d.roll(600)), Last: w.logInstant(d.roll(3), d.roll(80)),
		}
		c.LastOK = c.Last
		switch d.roll(9) {
		case 0:
			c.Mailbox = string(w.appendLogin(nil, ptr(w.personAt((i+7)%w.n))))
			c.Typed = `CONTOSO\` + login + `\` + c.Mailbox
		case 1:
			c.TLS, c.StartTLS = 0, ok
		case 2:
			c.Failed, c.Reasons = 3, []model.Tally{{Name: "AuthFailed:LogonDenied", N: 3}}
		}
		out = append(out, c)
	}
	archive := model.Connection{Stream: model.StreamOf(server, "IMAP4", "front end"), User: "svc-archive", Client: "192.0.2.9",
		OK: 720, Plain: 720, First: w.logInstant(logDays, 5), Last: w.logInstant(0, 65), LastOK: w.logInstant(0, 65)}
	out = append(out, archive,
		model.Connection{Stream: model.StreamOf(server, "IMAP4", "front end"), Client: "203.0.113.9", Failed: 1312, Names: 214, Sessions: 3,
			First: w.logInstant(6, 100), Last: w.logInstant(1, 300), Reasons: []model.Tally{{Name: "AuthFailed:LogonDenied", N: 1312}}},
		model.Connection{Stream: model.StreamOf(server, "IMAP4", "front end"), Client: "127.0.0.1", Sessions: 8640,
			First: w.logInstant(logDays, 0), Last: w.logInstant(0, 89)},
	)
	if w.day >= newClient {
		out = append(out, model.Connection{Stream: model.StreamOf(server, "IMAP4", "front end"), User: archive.User, Client: "198.51.100.77",
			OK: 4, TLS: 4, First: w.logInstant(w.day-newClient, 0), Last: w.logInstant(0, 12), LastOK: w.logInstant(0, 12)})
	}
	return out
}

func ptr[T any](v T) *T { return &v }

// relays say who sends mail: applications and printers, some of them to
// outside, one with an old version of TLS, and a scanner that is replaced by another.
func (w *world) relays() (out []model.Relay) {
	for i := range 6 + min(w.n/50, 20) {
		d := dice(w.draw(streamLogs, 5000+i))
		name := w.servers[i%len(w.servers)].name
		r := model.Relay{
			Server: name, Side: "front end", Connector: "Default Frontend " + name, Client: fmt.Sprintf("192.0.2.%d", 100+i),
			Sessions: 20 + d.roll(500), First: w.logTime(logDays, d.roll(60)), Last: w.logTime(d.roll(2), d.roll(80)),
		}
		host := fmt.Sprintf("app%02d.contoso.com", i+1)
		r.Helo.Texts, r.Senders.Texts = []string{host}, []string{fmt.Sprintf("app%02d@contoso.com", i+1)}
		r.Messages = r.Sessions + d.roll(40)
		r.Recipients = r.Messages + d.roll(300)
		switch i % 4 {
		case 0:
			r.TLS, r.Versions = r.Sessions, []model.Tally{{Name: "TLS 1.2", N: r.Sessions}}
		case 1:
			r.TLS, r.Versions = r.Sessions, []model.Tally{{Name: "TLS 1.0", N: r.Sessions}}
		case 2: // an anonymous relay
			r.Connector, r.MayRelay = "Anonymous Relay", r.Sessions
			if i > 2 { // the first is outside the ranges that the connector has since
				r.Client = fmt.Sprintf("10.20.4.%d", 100+i)
			}
			r.External = r.Recipients / 3
			r.Relayed = min(r.Messages, r.External)
		case 3:
			r.Rejected = []model.Tally{{Name: "550", N: 1 + d.roll(30)}}
		}
		out = append(out, r)
	}
	if w.day < logDays { // the scanner before the new one came: its last day is in no later log
		name, last := w.servers[0].name, w.logTime(w.day+1, 60)
		out = append(out, model.Relay{Server: name, Side: "front end", Connector: "Anonymous Relay", Client: "192.0.2.21", Sessions: 31, MayRelay: 31,
			Messages: 31, Recipients: 40, External: 6, Relayed: 6, First: w.logTime(logDays, 20), Last: last,
			Helo: model.Some{Texts: []string{"scanner.contoso.com"}}, Senders: model.Some{Texts: []string{"scanner@contoso.com"}}})
	}
	if w.day >= newClient {
		name := w.servers[0].name
		out = append(out, model.Relay{Server: name, Side: "front end", Connector: "Anonymous Relay", Client: "192.0.2.22", Sessions: 9, MayRelay: 9,
			Messages: 9, Recipients: 12, External: 12, Relayed: 9, First: w.logTime(w.day-newClient, 0), Last: w.logTime(0, 30),
			Helo: model.Some{Texts: []string{"scanner.contoso.com"}}, Senders: model.Some{Texts: []string{"scanner@contoso.com"}}})
	}
	return out
}
