package adexplorer

import (
	"context"
	"errors"
	"hash/maphash"
	"io"
	"sync"
	"sync/atomic"

	"mbxperm/acl"
	"mbxperm/collector"
	"mbxperm/model/wholefile"
)

// Source delivers a snapshot.
//
// Read and Lookup are called by one goroutine, the other methods by any.
type Source struct {
	name       string
	header     header
	file       file
	closer     io.Closer
	warnings   []string
	properties []property
	categories map[string]string // DN of each class, by its name in lower case
	root       collector.Root
	top        string // the domain that the forest is named by
	homeless   bool   // there is no object of a domain
	slots      slots
	seed       maphash.Seed
	lastID     collector.QueryID

	closed  atomic.Bool
	closing sync.Once

	read    *reading // that is done and was whole; nil before
	started bool
}

var _ collector.Source = (*Source)(nil)

var (
	errClosed = errors.New("the file was closed")
	errTwice  = errors.New("a file is read once; open it again")
)

// Name is the file, and which server the snapshot is of and from when.
func (s *Source) Name() string {
	text := s.name + " (AD Explorer"
	if s.header.server != "" {
		text += ", " + s.header.server
	}
	if !s.header.taken.IsZero() {
		text += ", " + s.header.taken.Format("2006-01-02 15:04 UTC")
	}
	return text + ")"
}

// Warnings says what is to be known of the snapshot for as long as it is used.
func (s *Source) Warnings() []string { return s.warnings }

// Read goes through the file once and delivers what each search of a directory
// finds in it. An attribute that cannot be read comes without values, and the
// searches that asked for it end with that; an object of which not even the name or
// what it is can be told is left out, and so do those that could have found it. Where the next object begins is not known
// after one whose size is wrong: the error says which, and what came before has
// been delivered.
func (s *Source) Read(ctx context.Context, sink collector.Sink) error {
	switch {
	case s.closed.Load():
		return errClosed
	case s.started:
		return errTwice
	}
	s.started = true
	r, err := newReading(ctx, s, sink)
	if err != nil {
		return err
	}
	if err := r.run(); err != nil {
		return s.why(err)
	}
	s.read = r
	return nil
}

// why is the error that people are told.
func (s *Source) why(err error) error {
	switch {
	case s.closed.Load():
		return errClosed
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the file became shorter while it was read")
	}
	return wholefile.Cause(err)
}

// Lookup delivers the deleted objects that hold SIDs. Everybody else who holds
// one has been delivered by Read, so nobody holds the others.
func (s *Source) Lookup(ctx context.Context, sids []acl.SID, sink collector.Sink) error {
	if s.read == nil || s.closed.Load() {
		return nil
	}
	s.read.ctx, s.read.sink = ctx, sink
	if err := s.read.lookup(sids); err != nil {
		return s.why(err)
	}
	return nil
}

// Changes gives no answer: a snapshot has no attributes that a directory makes
// when it is asked for them.
func (*Source) Changes(context.Context, []string, collector.Sink) error { return nil }

// Close gives back the file.
func (s *Source) Close() (err error) {
	s.closing.Do(func() {
		s.closed.Store(true)
		if s.closer != nil {
			err = s.closer.Close()
		}
	})
	return err
}

func (s *Source) id() collector.QueryID {
	s.lastID++
	return s.lastID
}

// Size is that of the file up to its tables, which is what Read goes through.
func (s *Source) Size() int64 { return s.header.tables }
