package ldif

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"sync/atomic"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/term"

	"mbxperm/acl"
	"mbxperm/collector"
	"mbxperm/model/wholefile"
)

// Recorder is a Sink that writes what it is told. Make one with Create and give
// its Record to the collector: then it also learns how Read and Lookup ended.
//
// The methods of Sink are called by one goroutine and copy what they are given;
// all the work happens in others. Where writing fails, the recorder goes silent
// and Err says why; the collection goes on unless Options say otherwise.
type Recorder struct {
	file    file
	path    string // of it
	options Options

	b       *batch // not handed over yet
	batches chan *batch
	free    chan *batch
	written chan struct{} // closed when the writing goroutine has ended

	entries, searches, missed int
	counts                    []string                                // what whoever read it counted
	open                      map[collector.QueryID]collector.Purpose // searches that have not ended

	cancel atomic.Pointer[context.CancelCauseFunc] // of the call under way
	failed atomic.Pointer[error]
	ended  error // why a call of the source ended
	gap    error // why a search ended
	unread bool  // nobody has read the source yet
	closed bool
}

// Options of a recording.
type Options struct {
	// Force replaces a file that exists.
	Force bool
	// Required ends the collection when the recording cannot be written: for
	// whoever collects for the recording's sake.
	Required bool
}

// checkEvery is about how much text stands between two check lines, and what is
// handed over at a time.
const checkEvery = 64 << 10

// waiting is how many batches may wait to be written.
const waiting = 8

// RecordHelp explains recordings to whoever makes one.
const RecordHelp = `FILE gets every entry that is read, as LDIF compressed with zstd, and is a SOURCE like any other.
It appears when it is whole, readable by you alone, and holds no password. Where the reading is interrupted,
what was read goes to a file that says so in its name, FILE.partial, and what is at FILE stays.

Exit code: 0 done, 1 failed, 2 usage, 3 done, but something was cut, unreadable, unknown or undecodable.`

// RecordExample shows how a recording is made and used.
const RecordExample = `  mbxperm record ldaps://dc1.contoso.com monday.ldif.zst -u auditor@contoso.com
  mbxperm monday.ldif.zst`

// Recorded opens a source, and if path is not empty a recording of it. Then the
// source is the one that records. The path is looked at before the source is
// opened: nobody should give a password and wait only to read that a file
// exists.
func Recorded(ctx context.Context, path, program string, o Options, open func() (collector.Source, []string, error)) (collector.Source, []string, *Recorder, error) {
	if path != "" {
		if err := wholefile.Vacant(path, o.Force); err != nil {
			return nil, nil, nil, err
		}
	}
	src, warnings, err := open()
	if err != nil || path == "" {
		return src, warnings, nil, err
	}
	head := Head{Program: program, Source: src.Name(), Warnings: warnings}
	if b, ok := src.(interface{ Bound() string }); ok {
		head.Bound = b.Bound()
	}
	r, err := Create(ctx, path, head, o)
	if err != nil {
		src.Close()
		return nil, nil, nil, err
	}
	return r.Record(src), warnings, r, nil
}

// Create begins a recording. Nothing is at path, and what was there stays,
// until Close has written the whole. An existing file is an error unless it is
// to be replaced. A pipe or a device gets the recording as it is made; a named
// pipe is opened when somebody reads it, or ctx ends. Where the reading is cut
// short, the recording gets another name: see Recorder.Path.
func Create(ctx context.Context, path string, head Head, o Options) (*Recorder, error) {
	f, err := wholefile.Create(ctx, path, o.Force)
	if err != nil {
		return nil, err
	}
	if term.IsTerminal(int(f.Fd())) {
		f.Discard()
		return nil, fmt.Errorf("cannot record to %s: compressed text is nothing for a terminal", path)
	}
	r, err := newRecorder(f, head, o)
	if err != nil {
		f.Discard()
		return nil, err
	}
	r.path = path
	return r, nil
}

// file is where a recording goes: a wholefile.File but in tests. The errors of
// its methods name it and say what is the matter.
type file interface {
	io.Writer
	Keep() error // the content is complete
	Discard()    // it is not, and never will be

	// KeepAs keeps what is worth only another name, and returns it.
	KeepAs(rename func(path string) string) (string, error)
}

func newRecorder(f file, head Head, o Options) (*Recorder, error) {
	// It compresses in a goroutine of its own: text and sum take as long again.
	// A window of 4 MB makes the file four hundredths smaller and the program 8
	// MB larger.
	z, err := zstd.NewWriter(f, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(2), zstd.WithWindowSize(1<<20))
	if err != nil {
		return nil, err
	}
	r := &Recorder{file: f, options: o, b: &batch{}, written: make(chan struct{}), open: map[collector.QueryID]collector.Purpose{},
		batches: make(chan *batch, waiting), free: make(chan *batch, waiting+2)}
	c := &encoder{}
	c.head(head)
	go r.write(z, c)
	return r, nil
}

var _ collector.Sink = (*Recorder)(nil)

// Begin records that a search begins.
func (r *Recorder) Begin(q collector.Query) {
	r.searches++
	r.open[q.ID] = q.Purpose
	q.Attributes = slices.Clone(q.Attributes)
	r.b.add(kindBegin).query = q
	r.flush(perEvent)
}

// Expect records how many entries a search will give.
func (r *Recorder) Expect(id collector.QueryID, n int) {
	e := r.b.add(kindExpect)
	e.entry.Query, e.n = id, n
	r.flush(perEvent)
}

// Entry records an entry.
func (r *Recorder) Entry(e *collector.Entry) {
	if e.Early {
		return
	}
	r.entries++
	to := &r.b.add(kindEntry).entry
	to.Query, to.DN = e.Query, e.DN
	size := len(e.DN)
	for i := range e.Attributes {
		from := &e.Attributes[i]
		a := attribute(to, from.Name)
		a.Partial = from.Partial
		for _, v := range from.Values {
			if v != nil {
				v = append(r.b.grab(len(v))[:0], v...)
			}
			a.Values = append(a.Values, v)
			size += len(from.Name) + len(v)/3*4
		}
	}
	r.flush(size)
}

// End records that a search ended, and why.
func (r *Recorder) End(id collector.QueryID, err error) {
	if err != nil && r.gap == nil {
		r.gap = fmt.Errorf("%s: %w", r.open[id], err)
	}
	delete(r.open, id)
	e := r.b.add(kindEnd)
	e.entry.Query, e.err = id, asRecorded(err)
	r.flush(perEvent)
}

// Missed records that nobody holds a SID.
func (r *Recorder) Missed(sid acl.SID) {
	r.missed++
	r.b.add(kindMissed).sid = sid
	r.flush(perEvent)
}

// returned records that a call of the source ended.
func (r *Recorder) returned(call kind, err error) {
	r.unread = false
	if r.ended == nil {
		r.ended = err
	}
	r.b.add(call).err = asRecorded(err)
	r.flush(perEvent)
}

// perEvent is about the text of an event that is no entry.
const perEvent = 100

// flush hands the batch over when there is enough in it.
func (r *Recorder) flush(size int) {
	if r.b.text += size; r.b.text >= checkEvery {
		r.hand()
	}
}

func (r *Recorder) hand() {
	if r.Err() == nil {
		r.batches <- r.b
		select {
		case r.b = <-r.free:
		default:
			r.b = &batch{}
		}
	}
	r.b.reset()
}

// Err is why the recording could not be written; nil while all is well, or
// where there is no recorder.
func (r *Recorder) Err() error {
	if r == nil {
		return nil
	}
	if err := r.failed.Load(); err != nil {
		return *err
	}
	return nil
}

func (r *Recorder) fail(err error) {
	if r.failed.CompareAndSwap(nil, &err) && r.options.Required {
		if cancel := r.cancel.Load(); cancel != nil {
			(*cancel)(err)
		}
	}
}

// Ended is why the source was not read to its end, or a search of it; nil if
// all was. It is for after Close.
func (r *Recorder) Ended() error {
	switch {
	case r.ended != nil:
		return inWords(r.ended)
	case isCancelled(r.gap):
		return inWords(r.gap)
	case r.gap != nil:
		return r.gap
	}
	for _, purpose := range r.open {
		return fmt.Errorf("%s: the search did not end", purpose)
	}
	return nil
}

// ErrInterrupted is how a collection ended that was cancelled.
var ErrInterrupted = errors.New("interrupted before all was read: nothing is reported")

// Path is where the recording is. After Close that is the path of Create unless
// the reading was cancelled or broke off: then it is a name that says partial,
// since what the recording lacks would look removed to whoever compares.
func (r *Recorder) Path() string { return r.path }

// Entries says how many entries were recorded. It is for after Close.
func (r *Recorder) Entries() int { return r.entries }

// Close completes the file: only now it gets its name (Path). Where a source
// was never read there is no recording, and what was there stays. The error is
// that of Err. Further calls do nothing.
func (r *Recorder) Close() error {
	if r.closed {
		return r.Err()
	}
	r.closed = true
	r.hand() // what is left
	close(r.batches)
	<-r.written
	switch {
	case r.Err() != nil || r.unread:
	case r.ended == nil:
		r.check(r.file.Keep())
	default:
		path, err := r.file.KeepAs(partialPath)
		r.path = path
		r.check(err)
	}
	if r.Err() != nil || r.unread {
		r.file.Discard()
	}
	return r.Err()
}

// write makes text of events, sums it up, compresses and writes it, until there
// are no more batches, whatever goes wrong: whoever hands one over must not
// wait for nobody.
func (r *Recorder) write(z *zstd.Encoder, c *encoder) {
	defer close(r.written)
	r.check(collector.Safely("recording", func() error { r.writeAll(z, c); return nil }))
	for range r.batches {
	}
}

func (r *Recorder) writeAll(z *zstd.Encoder, c *encoder) {
	s := summed{z: z, sum: sha256.New()}
	for b := range r.batches {
		if r.Err() != nil {
			continue
		}
		for i := range b.events {
			c.event(&b.events[i])
		}
		r.check(s.block(c.b))
		c.b = c.b[:0]
		if b.text <= keepText {
			select {
			case r.free <- b:
			default:
			}
		}
	}
	if r.Err() == nil { // the counts are settled since the channel is closed
		// The last line has a frame of its own, which [Ends] finds without the others.
		r.check(z.Close())
		z.Reset(r.file)
		r.check(s.done(r.entries, r.searches, r.missed, r.counts))
	}
	if r.Err() != nil {
		z.Reset(io.Discard)
	}
	r.check(z.Close())
}

func (r *Recorder) check(err error) {
	if err != nil {
		r.fail(err)
	}
}

// summed is the text of a recording with its sum.
type summed struct {
	z    io.Writer
	sum  hash.Hash
	n    int64
	line words
}

// block writes a block and a check line.
func (s *summed) block(b []byte) error {
	if err := s.add(b); err != nil {
		return err
	}
	s.line.b = s.line.b[:0]
	s.line.event("check")
	return s.end()
}

// done writes the last line.
func (s *summed) done(entries, searches, missed int, counts []string) error {
	s.line.b = s.line.b[:0]
	s.line.event("done")
	s.line.number("entries", int64(entries))
	s.line.number("searches", int64(searches))
	s.line.number("missed", int64(missed))
	if len(counts) > 0 {
		s.line.text("counts", counts...)
	}
	return s.end()
}

// end adds the sum of what is before the line, and writes it.
func (s *summed) end() error {
	s.line.number("bytes", s.n)
	s.line.bare("sha256", hex.EncodeToString(s.sum.Sum(nil)))
	s.line.end()
	return s.add(s.line.b)
}

func (s *summed) add(b []byte) error {
	s.sum.Write(b)
	s.n += int64(len(b))
	_, err := s.z.Write(b)
	return err
}
