package ldif

import (
	"context"
	"errors"
	"sync"

	"mbxperm/acl"
	"mbxperm/collector"
	"mbxperm/model"
)

// Record returns a source that delivers what src does, while it is recorded.
// Its Close closes src and completes the recording, if it was read.
func (r *Recorder) Record(src collector.Source) collector.Source {
	r.unread = true
	return &recordedSource{Source: src, recorder: r}
}

var _ interface{ Recording() *model.Recording } = (*recordedSource)(nil) // for the collection

// recordedSource is a source with a recorder at its door.
type recordedSource struct {
	collector.Source
	recorder *Recorder
	busy     sync.Mutex // held while a call runs
	closed   bool
}

// errFault is how a call ended that a fault in this program broke off.
var errFault = errors.New("internal error of the program that recorded")

// Read reads and records.
func (s *recordedSource) Read(ctx context.Context, sink collector.Sink) error {
	return s.call(ctx, kindRead, sink, func(ctx context.Context, sink collector.Sink) error { return s.Source.Read(ctx, sink) })
}

// Lookup asks and records.
func (s *recordedSource) Lookup(ctx context.Context, sids []acl.SID, sink collector.Sink) error {
	return s.call(ctx, kindLookup, sink, func(ctx context.Context, sink collector.Sink) error { return s.Source.Lookup(ctx, sids, sink) })
}

// Changes asks and records.
func (s *recordedSource) Changes(ctx context.Context, groups []string, sink collector.Sink) error {
	return s.call(ctx, kindLookup, sink, func(ctx context.Context, sink collector.Sink) error { return s.Source.Changes(ctx, groups, sink) })
}

func (s *recordedSource) call(ctx context.Context, mark kind, sink collector.Sink, do func(context.Context, collector.Sink) error) error {
	s.busy.Lock()
	defer s.busy.Unlock()
	inner, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	s.recorder.cancel.Store(&cancel)
	outcome := errFault // unless it returns
	defer func() { s.recorder.returned(mark, outcome) }()
	err := do(inner, tee{s.recorder, sink})
	if s.recorder.options.Required && s.recorder.Err() != nil {
		err = s.recorder.Err()
	}
	outcome = err
	if err == nil {
		// The collector looks at its context too, and ends incomplete.
		outcome = ctx.Err()
	}
	return err
}

// Close closes the source and completes the recording, once a call that runs
// has returned. What went wrong with the recording, Recorder.Err says.
func (s *recordedSource) Close() error {
	err := s.Source.Close()
	s.busy.Lock()
	defer s.busy.Unlock()
	s.closed = true
	return errors.Join(err, s.recorder.Close())
}

// Count takes what was counted in what was read, to stand at the end of the recording.
// It is for after the last Read, Lookup or Changes, and before Close.
func (s *recordedSource) Count(counts []string) {
	s.busy.Lock()
	defer s.busy.Unlock()
	s.recorder.counts = counts
}

// Recording says what is written, and after Close what came of it.
func (s *recordedSource) Recording() *model.Recording {
	s.busy.Lock()
	defer s.busy.Unlock()
	r := &model.Recording{Path: s.recorder.Path(), Err: s.recorder.Err()}
	if s.closed {
		r.Entries, r.Ended = s.recorder.Entries(), s.recorder.Ended()
	}
	return r
}

// tee passes events on to two sinks.
type tee struct{ a, b collector.Sink }

func (t tee) Begin(q collector.Query)             { t.a.Begin(q); t.b.Begin(q) }
func (t tee) Expect(id collector.QueryID, n int)  { t.a.Expect(id, n); t.b.Expect(id, n) }
func (t tee) Entry(e *collector.Entry)            { t.a.Entry(e); t.b.Entry(e) }
func (t tee) End(id collector.QueryID, err error) { t.a.End(id, err); t.b.End(id, err) }
func (t tee) Missed(sid acl.SID)                  { t.a.Missed(sid); t.b.Missed(sid) }
