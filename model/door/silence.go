package door

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"mbxperm/model"
)

// Silence says whether nobody came where no line tells of anybody. It is so only
// where the logs of every server that could show it cover all of the time.
type Silence struct {
	Days  int
	Since time.Time // the beginning of the days; zero where there are no logs
	// Broken says of each protocol why its silence proves nothing; empty where it
	// does.
	Broken [Clients]string
}

// SilenceOf looks at the last days that the logs tell of: they end with the
// newest line of any log, since a recording may be older than today.
func SilenceOf(s *model.Snapshot, days int) *Silence {
	out := &Silence{Days: days}
	newest := time.Time{}
	for i := range s.Logs {
		if l := s.Logs[i]; l.To.After(newest) {
			newest = l.To
		}
	}
	if !newest.IsZero() {
		out.Since = newest.AddDate(0, 0, -days)
	}
	for c := range Clients {
		switch name := c.String(); {
		case c != ByPOP3 && c != ByIMAP4:
			out.Broken[c] = "whether it is used is in no log that is read here"
		case newest.IsZero():
			out.Broken[c] = "no logs were read"
		default:
			out.Broken[c] = out.broken(s, name, newest)
		}
	}
	return out
}

// broken says why the logs of a protocol do not cover the days.
func (x *Silence) broken(s *model.Snapshot, protocol string, newest time.Time) string {
	if len(Servers(s)) == 0 {
		return "which servers there are was not read"
	}
	for _, v := range Servers(s) {
		if !v.serves(s, protocolOf(protocol)) {
			continue
		}
		if why := x.gap(s, v.Name, protocol, newest); why != "" {
			return why
		}
	}
	for i, all := 0, Connections(s); i < len(all); i++ {
		c := &all[i]
		if c.Protocol == protocol && c.OK > 0 && !c.Probe && !c.Spare && c.Account.ID == 0 && c.LastOK.Time().After(x.Since) {
			return "a logon that worked names nobody who was read: it may have been anybody's"
		}
	}
	return ""
}

// serves reports whether clients may come to a server by a protocol: those before
// 2007 log in other forms, and count; an Edge server has neither POP3 nor IMAP4.
func (v *Server) serves(s *model.Snapshot, p Protocol) bool {
	const edge = 64 // msExchCurrentServerRoles
	return v.Roles&edge == 0 || SettingsAt(s, v.Name, p) != nil
}

// gap says what is missing of the logs of one server.
func (x *Silence) gap(s *model.Snapshot, server, protocol string, newest time.Time) string {
	where := protocol + " of " + server
	at := slices.IndexFunc(s.Logs, func(l *model.Log) bool {
		return l.Files > 0 && l.Protocol == protocol && part(l.Side) == "front" && strings.EqualFold(l.Server, server)
	})
	if at < 0 {
		return "no logs of " + where
	}
	l := s.Logs[at]
	switch first := x.Since.Format(time.DateOnly); {
	case l.Unreadable > 0:
		return "of the logs of " + where + " " + some(l.Unreadable, "file") + " could not be read"
	case l.Damaged > 0:
		return "the logs of " + where + " have " + some(l.Damaged, "damaged line")
	case l.From.IsZero() || l.From.After(x.Since):
		return fmt.Sprintf("the logs of %s do not begin before %s", where, first)
	case newest.Sub(l.To) > 24*time.Hour:
		return "the logs of " + where + " end on " + l.To.Format(time.DateOnly)
	default:
		for _, gap := range l.Gaps {
			if _, to, ok := strings.Cut(gap, ".."); ok && to >= first || !ok && gap >= first {
				return "the logs of " + where + " have no line on " + gap
			}
		}
	}
	return ""
}

// Unused says whether a protocol that is on was not used in these days: yes, no,
// or unknown where its silence proves nothing. last is when it was used last, as
// far as the logs tell.
func (x *Silence) Unused(c Client, last time.Time) string {
	switch {
	case !last.IsZero() && !last.Before(x.Since):
		return "no"
	case x.Broken[c] != "":
		return AccessUnknown
	}
	return "yes"
}
