package live

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"time"

	"mbxperm/collector"
	"mbxperm/model/wholefile"
)

// Keys of the log. Values under them are names, numbers and errors: no secret,
// and no value of the directory.
const (
	logServer  = "server"
	logDomain  = "domain"
	logAddress = "address"
	logTLS     = "tls"
	logBind    = "bind"
	logAccount = "account"
	logSearch  = "search"
	logPurpose = "purpose"
	logBase    = "base"
	logFilter  = "filter"
	logEntries = "entries"
	logTook    = "took"
	logError   = "error"
)

// LogFile opens a log in a file that only its owner can read. What is in it
// already stays. It is open until the process ends.
func LogFile(name string) (*slog.Logger, error) {
	f, err := wholefile.Append(name)
	if err != nil {
		return nil, fmt.Errorf("log: %w", err)
	}
	return slog.New(slog.NewTextHandler(f, &slog.HandlerOptions{Level: slog.LevelDebug})), nil
}

// logTLSOf writes down what TLS came to.
func (s *server) logTLSOf(state tls.ConnectionState) {
	s.options.Log.Debug("tls", logServer, s.target.name, logTLS, tls.VersionName(state.Version)+" "+tls.CipherSuiteName(state.CipherSuite))
}

// logged passes everything on to a sink, and writes down how each search went.
type logged struct {
	collector.Sink
	log     *slog.Logger
	running map[collector.QueryID]*logEntry
}

type logEntry struct {
	purpose collector.Purpose
	begun   time.Time
	entries int
}

// logged puts the log before a sink, unless there is none: the log costs a
// look-up for each entry.
func (s *Source) logged(sink collector.Sink) collector.Sink {
	if !s.options.Log.Enabled(context.Background(), slog.LevelError) {
		return sink
	}
	return &logged{Sink: sink, log: s.options.Log, running: make(map[collector.QueryID]*logEntry)}
}

// Begin writes the search down.
func (l *logged) Begin(q collector.Query) {
	l.running[q.ID] = &logEntry{purpose: q.Purpose, begun: time.Now()}
	l.log.Info("search", logSearch, int(q.ID), logPurpose, string(q.Purpose), logBase, q.Base, logFilter, q.Filter)
	l.Sink.Begin(q)
}

// Entry counts.
func (l *logged) Entry(e *collector.Entry) {
	if r := l.running[e.Query]; r != nil {
		r.entries++
	}
	l.Sink.Entry(e)
}

// End writes down how it went.
func (l *logged) End(id collector.QueryID, err error) {
	if r := l.running[id]; r != nil {
		delete(l.running, id)
		values := []any{logSearch, int(id), logPurpose, string(r.purpose), logEntries, r.entries, logTook, time.Since(r.begun).Round(time.Millisecond)}
		if err != nil {
			l.log.Warn("incomplete", append(values, logError, err)...)
		} else {
			l.log.Info("complete", values...)
		}
	}
	l.Sink.End(id, err)
}
