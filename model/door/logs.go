package door

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"mbxperm/model"
)

// Whether a server writes a log.
const (
	LoggingOn      = "on"
	LoggingOff     = "off"
	LoggingUnknown = "unknown"
	NotLogged      = "not logged" // no line tells of it, and set-up does not switch logging on
)

// Log is what is known of one stream of one server.
type Log struct {
	model.Log
	Logging string   // whether it is written today, as far as it shows
	Folder  string   // where the directory says that it is written; empty where it does not
	Reasons []string // what is to be said of it, a sentence each
}

// Logs are the streams of all servers that logs were read of, and those that
// Exchange servers of the directory lack, by server and stream. They are worked
// out once for a snapshot; nobody changes them.
func Logs(s *model.Snapshot) []Log { return logs.Of(s) }

var logs = model.Derive(func(s *model.Snapshot) []Log {
	if len(s.Logs) == 0 {
		return nil
	}
	servers := exchangeServers(s)
	newest := time.Time{}
	for i := range s.Logs {
		if to := s.Logs[i].To; to.After(newest) {
			newest = to
		}
	}
	var out []Log
	there := map[string]bool{}
	for i := range s.Logs {
		l := Log{Log: *s.Logs[i], Logging: LoggingUnknown}
		if name, ok := servers[strings.ToLower(l.Server)]; ok {
			l.Server = name
		}
		if !l.To.IsZero() && newest.Sub(l.To) < 24*time.Hour {
			l.Logging = LoggingOn
		}
		l.Reasons = reasons(&l.Log, servers)
		if on, folder := LoggingOf(s, l.Server, protocolOf(l.Protocol), part(l.Side) == "front"); on != LoggingUnknown {
			if on == LoggingOff && l.Lines > 0 {
				l.Reasons = append(l.Reasons, "the directory says that logging is off: these lines are from before")
			}
			l.Logging, l.Folder = on, folder
		}
		there[strings.ToLower(l.Server)+l.Protocol+part(l.Side)] = true
		out = append(out, l)
	}
	for dn, v := range s.Forest.Versions {
		if v.Major != 0 && v.Major < exchange2007 { // which logs in other forms, if at all
			continue
		}
		name := s.CN(dn)
		for _, protocol := range []string{"POP3", "IMAP4", "SMTP"} {
			if !there[strings.ToLower(name)+protocol+"front"] {
				l := Log{Log: model.Log{Server: name, Protocol: protocol, Side: "front end"}}
				l.Logging, l.Folder = LoggingOf(s, name, protocolOf(protocol), true)
				l.Reasons = []string{"no logs of " + name + " " + protocol + ": " + loggingWords[l.Logging]}
				out = append(out, l)
			}
		}
	}
	slices.SortFunc(out, func(a, b Log) int {
		return cmp.Or(strings.Compare(strings.ToLower(a.Server), strings.ToLower(b.Server)), strings.Compare(a.Protocol, b.Protocol), strings.Compare(a.Side, b.Side))
	})
	return out
})

// loggingWords say why there may be no logs.
var loggingWords = map[string]string{
	LoggingOn: "logging is on, and the folder is not among those that were read", LoggingOff: "logging is off", LoggingUnknown: "whether it logs is not known",
}

// protocolOf is the protocol of a log's name for it.
func protocolOf(name string) Protocol {
	return map[string]Protocol{"POP3": POP3, "IMAP4": IMAP4, "SMTP": SMTP}[name]
}

// exchange2007 is the major version of the first release with these logs.
const exchange2007 = 8

// part is the half of a server that clients connect to, or the other.
func part(side string) string {
	if side == "back end" || side == "hub" {
		return "back"
	}
	return "front"
}

// exchangeServers are the names of the servers of the directory, by the name in
// lower case.
func exchangeServers(s *model.Snapshot) map[string]string {
	out := map[string]string{}
	for dn := range s.Forest.Versions {
		name := s.CN(dn)
		out[strings.ToLower(name)] = name
	}
	return out
}

// some counts things.
func some(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// reasons say what is to be said of a log.
func reasons(l *model.Log, servers map[string]string) (out []string) {
	_, known := servers[strings.ToLower(l.Server)]
	switch {
	case l.Server == "":
		out = append(out, "which server wrote these is not known: give --logs SERVER=DIR")
	case len(servers) > 0 && !known:
		out = append(out, l.Server+" is no Exchange server of the source")
	}
	for _, d := range l.Damage {
		text := some(d.N, "line") + " with " + d.What
		if d.What == model.UnreadableFile {
			text = some(d.N, "file") + " could not be read to the end"
		}
		if len(d.Where) > 0 {
			text += ": " + strings.Join(d.Where, ", ")
			if d.N > len(d.Where) {
				text += ", …"
			}
		}
		out = append(out, text)
	}
	if len(l.Gaps) > 0 {
		out = append(out, "no line on "+strings.Join(l.Gaps, ", "))
	}
	if l.Twice > 0 {
		out = append(out, some(l.Twice, "file")+" there once more, counted once")
	}
	if l.Stale > 0 {
		out = append(out, some(l.Stale, "older file")+" not opened")
	}
	if l.Files > 0 && l.Lines == 0 {
		out = append(out, "its files hold no line")
	}
	return out
}
