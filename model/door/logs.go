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
				l := Log{Log: model.Log{Server: name, Protocol: protocol, Side: "front end"}, Logging: LoggingUnknown}
				l.Reasons = []string{"no logs of " + name + " " + protocol + ": whether it logs is not known"}
				out = append(out, l)
			}
		}
	}
	slices.SortFunc(out, func(a, b Log) int {
		return cmp.Or(strings.Compare(strings.ToLower(a.Server), strings.ToLower(b.Server)), strings.Compare(a.Protocol, b.Protocol), strings.Compare(a.Side, b.Side))
	})
	return out
})

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
		text := fmt.Sprintf("%d lines with %s", d.N, d.What)
		if d.What == model.UnreadableFile {
			text = fmt.Sprintf("%d files could not be read to their end", d.N)
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
		out = append(out, fmt.Sprintf("%d files were there once more and count once", l.Twice))
	}
	if l.Stale > 0 {
		out = append(out, fmt.Sprintf("%d older files were not opened", l.Stale))
	}
	if l.Files > 0 && l.Lines == 0 {
		out = append(out, "its files hold no line")
	}
	return out
}
