package protolog

import (
	"context"
	"fmt"
	"strings"
	"time"

	"mbxperm/acl"
	"mbxperm/collector"
	"mbxperm/collector/decode"
)

// Options say which logs are read, and how.
type Options struct {
	Folders []Folder
	// Days leaves out what is older than so many days before Now; 0 reads all.
	Days int
	Now  func() time.Time // nil: time.Now
	// Accepted are the domains that mail is taken for, beside those of the
	// directory.
	Accepted []string
	// UnknownNames keeps the names of logons that failed and that are no names of
	// the directory. People type passwords there.
	UnknownNames bool
	// Early delivers what is summed, again and again while the logs are read, for
	// somebody who looks on: see [collector.Entry.Early].
	Early bool
	// Workers is how many parse at a time; 0 for as many as there are processors,
	// up to 8.
	Workers int
}

// Source delivers what another source says, and then what the logs say. Without
// another it delivers the logs alone.
type Source struct {
	options Options
	inner   collector.Source // nil: none
}

// New returns a source of logs behind inner, which may be nil.
func New(inner collector.Source, options Options) *Source {
	return &Source{options: options, inner: inner}
}

var _ collector.Source = (*Source)(nil)

// Name is that of the other source, or that of the logs.
func (s *Source) Name() string {
	if s.inner != nil {
		return s.inner.Name()
	}
	var paths []string
	for _, f := range s.options.Folders {
		paths = append(paths, f.Path)
	}
	return "logs in " + strings.Join(paths, ", ")
}

// Close closes the other source.
func (s *Source) Close() error {
	if s.inner != nil {
		return s.inner.Close()
	}
	return nil
}

// Lookup asks the other source. Logs know no SIDs.
func (s *Source) Lookup(ctx context.Context, sids []acl.SID, sink collector.Sink) error {
	if s.inner != nil {
		return s.inner.Lookup(ctx, sids, sink)
	}
	return nil
}

// Changes asks the other source. Logs know no groups.
func (s *Source) Changes(ctx context.Context, groups []string, sink collector.Sink) error {
	if s.inner != nil {
		return s.inner.Changes(ctx, groups, sink)
	}
	return nil
}

// query is the number of the search for logs: sources number theirs from 1 up.
const query = collector.QueryID(1 << 30)

// Read reads the other source and then the logs.
func (s *Source) Read(ctx context.Context, sink collector.Sink) error {
	q := collector.Query{ID: query, Purpose: decode.Logs.Purpose, Base: decode.LogBase, Scope: collector.ScopeSub}
	sink.Begin(q)
	known := newKnown(s.options.Accepted)
	if s.inner != nil {
		if err := s.inner.Read(ctx, &listener{Sink: sink, known: known}); err != nil {
			sink.End(query, fmt.Errorf("not read, since the source gave nothing: %w", err))
			return err
		}
	}
	err := s.logs(ctx, known, sink)
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	sink.End(query, err)
	return nil
}

// listener passes everything on, and hears what the logs need to know.
type listener struct {
	collector.Sink
	known *known
}

// Entry passes an entry on.
func (l *listener) Entry(e *collector.Entry) {
	l.known.entry(e)
	l.Sink.Entry(e)
}
