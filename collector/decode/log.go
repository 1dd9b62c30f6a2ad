package decode

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"mbxperm/collector"
	"mbxperm/model"
)

// Logs are the sums of protocol logs, which come from a folder and from no
// directory. Their entries have DNs of their own, and classes that no schema has.
var Logs = collector.Search{Purpose: "logs", Stage: collector.Apart, Scope: collector.ScopeSub, Weight: 10}

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

// LogEntries writes what was summed as entries. There can be some hundred
// thousand: each takes the room of the one before it, as entries for a Sink may.
// The zero value is ready; it is for one goroutine.
type LogEntries struct {
	entry  collector.Entry
	buf    []byte
	values [][]byte
	name   []byte
}

// value keeps a value. Earlier ones may lie in a buffer that was left since.
func (e *LogEntries) value(s string) {
	start := len(e.buf)
	e.buf = append(e.buf, s...)
	e.values = append(e.values, e.buf[start:len(e.buf):len(e.buf)])
}

// begin begins an entry, named by what it is about.
func (e *LogEntries) begin(class string, of ...string) {
	e.buf, e.values, e.entry.Attributes = e.buf[:0], e.values[:0], e.entry.Attributes[:0]
	e.name = append(e.name[:0], "CN="...)
	for i, part := range of {
		if i > 0 {
			e.name = append(e.name, '/')
		}
		e.name = appendRDN(e.name, part, i == 0, i == len(of)-1)
	}
	e.name = append(append(append(e.name, ",CN="...), class[len("mbxperm"):]...), ","+LogBase...)
	e.entry.DN = string(e.name)
	e.text(attrObjectClass, class)
}

// appendRDN appends a part of the value of an RDN, escaped (RFC 4514 2.4).
func appendRDN(to []byte, s string, first, last bool) []byte {
	const hex = "0123456789ABCDEF"
	for i := range len(s) {
		switch c := s[i]; {
		case c < 0x20 || c >= 0x7F || c == ' ' && (first && i == 0 || last && i == len(s)-1):
			to = append(to, '\\', hex[c>>4], hex[c&15])
		case strings.IndexByte(`,+"\<>;=#`, c) >= 0:
			to = append(to, '\\', c)
		default:
			to = append(to, c)
		}
	}
	return to
}

func (e *LogEntries) text(name, value string) {
	if value != "" {
		start := len(e.buf)
		e.buf = append(e.buf, value...)
		e.made(name, start)
	}
}

func (e *LogEntries) texts(name string, values []string) {
	if len(values) == 0 {
		return
	}
	start := len(e.values)
	for _, v := range values {
		e.value(v)
	}
	n := len(e.values)
	e.entry.Attributes = append(e.entry.Attributes, collector.Attribute{Name: name, Values: e.values[start:n:n]})
}

func (e *LogEntries) number(name string, n int) {
	if n != 0 {
		start := len(e.buf)
		e.buf = strconv.AppendInt(e.buf, int64(n), 10)
		e.made(name, start)
	}
}

// made keeps the value that was put into the buffer.
func (e *LogEntries) made(name string, start int) {
	e.values = append(e.values, e.buf[start:len(e.buf):len(e.buf)])
	n := len(e.values)
	e.entry.Attributes = append(e.entry.Attributes, collector.Attribute{Name: name, Values: e.values[n-1 : n : n]})
}

func (e *LogEntries) time(name string, t time.Time) {
	if !t.IsZero() {
		start := len(e.buf)
		e.buf = t.UTC().AppendFormat(e.buf, time.RFC3339Nano)
		e.made(name, start)
	}
}

func (e *LogEntries) tallies(name string, list []model.Tally) {
	if len(list) == 0 {
		return
	}
	first := len(e.values)
	for _, t := range list {
		start := len(e.buf)
		e.buf = append(append(strconv.AppendInt(e.buf, int64(t.N), 10), ' '), t.Name...)
		e.values = append(e.values, e.buf[start:len(e.buf):len(e.buf)])
	}
	n := len(e.values)
	e.entry.Attributes = append(e.entry.Attributes, collector.Attribute{Name: name, Values: e.values[first:n:n]})
}

// some writes texts, and that there are more.
func (e *LogEntries) some(name string, s model.Some, more *[]string) {
	e.texts(name, s.Texts)
	if s.More {
		*more = append(*more, name)
	}
}

// logValues reads what [LogEntries] wrote.
type logValues struct {
	*collector.Entry
	next int // the attribute behind the one that was read last: most come in the order they are asked for
}

// Values returns the values of an attribute; nil where there is none.
func (v *logValues) Values(name string) [][]byte {
	if v.next < len(v.Attributes) && v.Attributes[v.next].Name == name {
		v.next++
		return v.Attributes[v.next-1].Values
	}
	for i := range v.Attributes {
		if a := v.Attributes[i].Name; len(a) == len(name) && strings.EqualFold(a, name) {
			v.next = i + 1
			return v.Attributes[i].Values
		}
	}
	return nil
}

// Value returns the first value of an attribute; nil where there is none.
func (v *logValues) Value(name string) []byte {
	if values := v.Values(name); len(values) > 0 {
		return values[0]
	}
	return nil
}

// Text returns it as text.
func (v *logValues) Text(name string) string { return string(v.Value(name)) }

func (v *logValues) number(name string) int {
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

func (v *logValues) time(name string) time.Time {
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

func (v *logValues) instant(name string) model.Instant { return model.InstantOf(v.time(name)) }

func (v *logValues) texts(name string) (out []string) {
	for _, b := range v.Values(name) {
		out = append(out, string(b))
	}
	return out
}

func (v *logValues) tallies(name string, shared sharedTexts) (out []model.Tally) {
	values := v.Values(name)
	if len(values) > 0 {
		out = make([]model.Tally, 0, len(values))
	}
	for _, text := range values {
		n, rest, ok := bytes.Cut(text, []byte{' '})
		if count, err := strconv.Atoi(string(n)); ok && err == nil && count > 0 {
			out = append(out, model.Tally{Name: shared.text(rest), N: count})
		}
	}
	model.SortTallies(out) // LDAP keeps no order
	return out
}

func (v *logValues) some(name string, more []string) model.Some {
	s := model.Some{Texts: v.texts(name)}
	for _, m := range more {
		s.More = s.More || m == name
	}
	return s
}

// Log is what an entry says of a log; the kind that reads it stands below.
func (e *LogEntries) Log(l *model.Log) *collector.Entry {
	e.begin(classLog, l.Server, l.Protocol, l.Side)
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
	return &e.entry
}

var logFile = kind{
	classes: []class{{strings.ToLower(classLog), model.ClassUnknown}},
	decode: func(d *decoder, e *collector.Entry, _ *classSet) {
		v := logValues{Entry: e}
		l := model.Log{
			Server: v.Text(attrLogServer), Protocol: v.Text(attrLogProtocol), Side: v.Text(attrLogSide),
			Files: v.number(attrLogFiles), Bytes: int64(v.number(attrLogBytes)), Lines: v.number(attrLogLines), Damaged: v.number(attrLogDamaged),
			Unreadable: v.number(attrLogUnreadable), Stale: v.number(attrLogStale), Twice: v.number(attrLogTwice),
			From: v.time(attrLogFirst), To: v.time(attrLogLast), Gaps: v.texts(attrLogGap),
		}
		for _, t := range v.tallies(attrLogDamage, d.shared) {
			lines := strings.Split(t.Name, "\n")
			l.Damage = append(l.Damage, model.Damage{What: lines[0], N: t.N, Where: lines[1:]})
		}
		d.w.Log(l)
	},
}
