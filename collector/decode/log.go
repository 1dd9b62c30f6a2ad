package decode

import (
	"strconv"
	"strings"
	"time"

	"mbxperm/collector"
	"mbxperm/model"
)

// Logs are the sums of protocol logs, which come from a folder and from no
// directory. Their entries have DNs of their own, and classes that no schema has.
var Logs = collector.Search{Purpose: "logs", Stage: collector.Apart, Scope: collector.ScopeSub, Weight: 7}

// LogBase is the DN that the entries of logs lie below: .invalid is nobody's
// (RFC 2606 2).
const LogBase = "CN=Logs,DC=mbxperm,DC=invalid"

// The classes and attributes of these entries.
const (
	classLog        = "mbxpermLog"
	classConnection = "mbxpermConnection"
	classRelay      = "mbxpermRelay"

	attrLogServer     = "logServer"
	attrLogProtocol   = "logProtocol"
	attrLogSide       = "logSide"
	attrLogFiles      = "logFiles"
	attrLogBytes      = "logBytes"
	attrLogLines      = "logLines"
	attrLogDamaged    = "logDamaged"
	attrLogUnreadable = "logUnreadable"
	attrLogStale      = "logStale"
	attrLogTwice      = "logTwice"
	attrLogFirst      = "logFirst"
	attrLogLast       = "logLast"
	attrLogDamage     = "logDamage" // "3 too few columns", and behind line breaks where
	attrLogGap        = "logGap"
	attrLogUser       = "logUser"
	attrLogTyped      = "logTyped"
	attrLogMailbox    = "logMailbox"
	attrLogClient     = "logClient"
	attrLogOK         = "logOK"
	attrLogFailed     = "logFailed"
	attrLogSessions   = "logSessions"
	attrLogNames      = "logNames"
	attrLogTLS        = "logTLS"
	attrLogStartTLS   = "logStartTLS"
	attrLogPlain      = "logPlain"
	attrLogLastOK     = "logLastOK"
	attrLogReason     = "logReason"
	attrLogConnector  = "logConnector"
	attrLogHelo       = "logHelo"
	attrLogSender     = "logSender"
	attrLogMore       = "logMore" // names of attributes that are cut
	attrLogMayRelay   = "logMayRelay"
	attrLogMessages   = "logMessages"
	attrLogRecipients = "logRecipients"
	attrLogExternal   = "logExternal"
	attrLogUnjudged   = "logUnjudged"
	attrLogRelayed    = "logRelayed"
	attrLogVersion    = "logVersion"
	attrLogRejected   = "logRejected"
)

// logEntry writes an entry. There can be some hundred thousand: their values lie
// in one buffer.
type logEntry struct {
	collector.Entry
	buf    []byte
	values [][]byte
}

// value keeps a value.
func (e *logEntry) value(s string) {
	start := len(e.buf)
	e.buf = append(e.buf, s...)
	e.values = append(e.values, e.buf[start:len(e.buf):len(e.buf)])
}

// newLogEntry begins an entry, named by what it is about.
func newLogEntry(class string, of ...string) *logEntry {
	e := &logEntry{buf: make([]byte, 0, 320), values: make([][]byte, 0, 24), Entry: collector.Entry{Attributes: make([]collector.Attribute, 0, 20), DN: "CN=" + escapeRDN(strings.Join(of, "/")) + ",CN=" + strings.TrimPrefix(class, "mbxperm") + "," + LogBase}}
	e.texts(attrObjectClass, []string{class})
	return e
}

// escapeRDN escapes the value of an RDN (RFC 4514 2.4).
func escapeRDN(s string) string {
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case c < 0x20 || c >= 0x7F || c == ' ' && (i == 0 || i == len(s)-1):
			const hex = "0123456789ABCDEF"
			b.WriteByte('\\')
			b.WriteByte(hex[c>>4])
			b.WriteByte(hex[c&15])
		case strings.IndexByte(`,+"\<>;=#`, c) >= 0:
			b.WriteByte('\\')
			b.WriteByte(c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

func (e *logEntry) text(name, value string) {
	if value != "" {
		e.value(value)
		n := len(e.values)
		e.Attributes = append(e.Attributes, collector.Attribute{Name: name, Values: e.values[n-1 : n : n]})
	}
}

func (e *logEntry) texts(name string, values []string) {
	if len(values) == 0 {
		return
	}
	start := len(e.values)
	for _, v := range values {
		e.value(v)
	}
	n := len(e.values)
	e.Attributes = append(e.Attributes, collector.Attribute{Name: name, Values: e.values[start:n:n]})
}

func (e *logEntry) number(name string, n int) {
	if n != 0 {
		e.text(name, strconv.Itoa(n))
	}
}

func (e *logEntry) time(name string, t time.Time) {
	if !t.IsZero() {
		e.text(name, t.UTC().Format(time.RFC3339Nano))
	}
}

func (e *logEntry) tallies(name string, list []model.Tally) {
	var values []string
	for _, t := range list {
		values = append(values, strconv.Itoa(t.N)+" "+t.Name)
	}
	e.texts(name, values)
}

// some writes texts, and that there are more.
func (e *logEntry) some(name string, s model.Some, more *[]string) {
	e.texts(name, s.Texts)
	if s.More {
		*more = append(*more, name)
	}
}

// logValues reads what a logEntry wrote.
type logValues struct{ *collector.Entry }

func (v logValues) number(name string) int {
	value := v.Value(name)
	if value == nil { // the error would cost more than everything else
		return 0
	}
	n, err := strconv.Atoi(string(value))
	if err != nil || n < 0 {
		return 0
	}
	return n
}

func (v logValues) time(name string) time.Time {
	value := v.Value(name)
	if value == nil {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339Nano, string(value))
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

func (v logValues) texts(name string) (out []string) {
	for _, b := range v.Values(name) {
		out = append(out, string(b))
	}
	return out
}

func (v logValues) tallies(name string) (out []model.Tally) {
	for _, text := range v.texts(name) {
		n, rest, ok := strings.Cut(text, " ")
		if count, err := strconv.Atoi(n); ok && err == nil && count > 0 {
			out = append(out, model.Tally{Name: rest, N: count})
		}
	}
	model.SortTallies(out) // LDAP keeps no order
	return out
}

func (v logValues) some(name string, more []string) model.Some {
	s := model.Some{Texts: v.texts(name)}
	for _, m := range more {
		s.More = s.More || m == name
	}
	return s
}

// LogEntry is what an entry says of a log; the kind that reads it stands below.
func LogEntry(l *model.Log) collector.Entry {
	e := newLogEntry(classLog, l.Server, l.Protocol, l.Side)
	e.text(attrLogServer, l.Server)
	e.text(attrLogProtocol, l.Protocol)
	e.text(attrLogSide, l.Side)
	e.number(attrLogFiles, l.Files)
	e.text(attrLogBytes, strconv.FormatInt(l.Bytes, 10))
	e.number(attrLogLines, l.Lines)
	e.number(attrLogDamaged, l.Damaged)
	e.number(attrLogUnreadable, l.Unreadable)
	e.number(attrLogStale, l.Stale)
	e.number(attrLogTwice, l.Twice)
	e.time(attrLogFirst, l.From)
	e.time(attrLogLast, l.To)
	var damage []string
	for _, d := range l.Damage {
		damage = append(damage, strconv.Itoa(d.N)+" "+strings.Join(append([]string{d.What}, d.Where...), "\n"))
	}
	e.texts(attrLogDamage, damage)
	e.texts(attrLogGap, l.Gaps)
	return e.Entry
}

var logFile = kind{
	classes: []class{{strings.ToLower(classLog), model.ClassUnknown}},
	decode: func(d *decoder, e *collector.Entry, _ *classSet) {
		v := logValues{e}
		l := model.Log{
			Server: e.Text(attrLogServer), Protocol: e.Text(attrLogProtocol), Side: e.Text(attrLogSide),
			Files: v.number(attrLogFiles), Bytes: int64(v.number(attrLogBytes)), Lines: v.number(attrLogLines), Damaged: v.number(attrLogDamaged),
			Unreadable: v.number(attrLogUnreadable), Stale: v.number(attrLogStale), Twice: v.number(attrLogTwice),
			From: v.time(attrLogFirst), To: v.time(attrLogLast), Gaps: v.texts(attrLogGap),
		}
		for _, t := range v.tallies(attrLogDamage) {
			lines := strings.Split(t.Name, "\n")
			l.Damage = append(l.Damage, model.Damage{What: lines[0], N: t.N, Where: lines[1:]})
		}
		d.w.Log(l)
	},
}
