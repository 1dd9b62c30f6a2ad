package protolog

import (
	"strings"
	"time"
)

// Stream is one kind of protocol log: which protocol, and which half of a
// server wrote it.
type Stream uint8

// The streams. From 2013 on each protocol has a front end, which clients
// connect to, and a back end; before, one service is both, and counts as the
// front end of POP3 and IMAP4 and as SMTP without a side.
const (
	NoStream Stream = iota
	POP3
	IMAP4
	POP3BackEnd
	IMAP4BackEnd
	SMTPFrontEnd
	SMTP // 2007 and 2010
	SMTPHub
	streams
)

// The words for the sides, as reports have them.
const (
	sideFront = "front end"
	sideBack  = "back end"
	sideHub   = "hub"
)

var streamFacts = [streams]struct{ protocol, side string }{
	POP3: {"POP3", sideFront}, POP3BackEnd: {"POP3", sideBack},
	IMAP4: {"IMAP4", sideFront}, IMAP4BackEnd: {"IMAP4", sideBack},
	SMTPFrontEnd: {"SMTP", sideFront}, SMTPHub: {"SMTP", sideHub}, SMTP: {"SMTP", ""},
}

// Protocol returns POP3, IMAP4 or SMTP.
func (s Stream) Protocol() string { return streamFacts[s].protocol }

// Side returns "front end", "back end" or "hub"; empty for SMTP of a server
// that has no sides.
func (s Stream) Side() string { return streamFacts[s].side }

// String names the stream as reports do: "IMAP4 back end", "SMTP".
func (s Stream) String() string { return strings.TrimSpace(s.Protocol() + " " + s.Side()) }

func (s Stream) isSMTP() bool { return s == SMTP || s == SMTPFrontEnd || s == SMTPHub }
func (s Stream) isBack() bool { return s == POP3BackEnd || s == IMAP4BackEnd }

// logName is what the name of a log file says.
type logName struct {
	stream   Stream    // of SMTP without its side; NoStream where the name is of no log
	from, to time.Time // what the file was begun for, in UTC; zero where not known
	number   int       // of several of one time
}

// prefixes of the names of logs, the longer one first.
var prefixes = []struct {
	text   string
	stream Stream
}{{"pop3be", POP3BackEnd}, {"pop3", POP3}, {"imap4be", IMAP4BackEnd}, {"imap4", IMAP4}, {"recv", SMTP}}

// parseName reads the name of a log file, without .gz: a prefix, an hour, a
// day, a week or a month, and a number.
func parseName(name string) (out logName) {
	text, ok := strings.CutSuffix(strings.ToLower(name), ".log")
	if !ok {
		return out
	}
	for _, p := range prefixes {
		rest, ok := strings.CutPrefix(text, p.text)
		if !ok {
			continue
		}
		when, number, ok := strings.Cut(rest, "-")
		n, isNumber := atoi(number)
		if !ok || !isNumber {
			return out
		}
		from, to, ok := period(when)
		if !ok {
			return out
		}
		return logName{p.stream, from, to, n}
	}
	return out
}

// period reads yyyyMMddHH, yyyyMMdd, yyyyMMWn or yyyyMM.
func period(text string) (from, to time.Time, ok bool) {
	week := 0
	layout := map[int]string{10: "2006010215", 8: "20060102", 6: "200601"}[len(text)]
	if len(text) == 8 && text[6] == 'w' {
		week, _ = atoi(text[7:])
		text, layout = text[:6], "200601"
	}
	from, err := time.Parse(layout, text)
	if layout == "" || err != nil {
		return from, to, false
	}
	switch {
	case week > 0:
		from = from.AddDate(0, 0, 7*(week-1))
		return from, from.AddDate(0, 0, 7), true
	case len(text) == 10:
		return from, from.Add(time.Hour), true
	case len(text) == 8:
		return from, from.AddDate(0, 0, 1), true
	}
	return from, from.AddDate(0, 1, 0), true
}

func atoi(text string) (n int, ok bool) {
	if text == "" || len(text) > 9 {
		return 0, false
	}
	for _, c := range []byte(text) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = 10*n + int(c-'0')
	}
	return n, true
}

// logType finds what the head of a file says of itself in its line #Log-type.
// Which side wrote it no head tells.
func logType(head []byte) Stream {
	for line := range strings.Lines(string(head)) {
		kind, ok := strings.CutPrefix(strings.TrimSpace(line), "#Log-type:")
		if !ok {
			continue
		}
		kind = strings.ToUpper(strings.TrimSpace(kind))
		switch {
		case strings.HasPrefix(kind, "POP3"):
			return POP3
		case strings.HasPrefix(kind, "IMAP4"):
			return IMAP4
		case strings.HasPrefix(kind, "SMTP RECEIVE"):
			return SMTP
		}
		return NoStream
	}
	return NoStream
}
