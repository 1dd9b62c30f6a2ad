package ldif

import (
	"context"
	"errors"
	"io"
	"os"
	"sync"
	"time"

	"mbxperm/acl"
	"mbxperm/collector"
)

// Head is the evidence that a recording begins with. Who was bound, the naming
// contexts and the highest USN stand in the searches and entries after it.
type Head struct {
	Time     time.Time // when the recording began
	Program  string    // name and version of the program that recorded
	Source   string    // what was recorded: "ldaps://dc1.contoso.lab"
	Bound    string    // how the account was bound, in words without a secret
	Warnings []string  // what was not protected meanwhile
}

// Source delivers a file. A recording gives the events that were recorded, and
// the errors. A file from elsewhere gives entries that belong to no search
// (their QueryID is 0 and was never begun), and answers no Lookup.
//
// Read and Lookup are called by one goroutine, the other methods by any.
type Source struct {
	name      string
	recording bool
	evidence  Head
	parser    *parser
	file      *os.File // nil for a stream

	closed  context.Context
	close   context.CancelFunc
	release func() // of the decompressor

	mu      sync.Mutex
	started bool
	over    bool // the parser has ended, or was never begun and never will be

	batch *batch // in hand
	at    int    // its next event
}

var _ collector.Source = (*Source)(nil)

var (
	errClosed = errors.New("the file was closed")
	errNoEnd  = errors.New("the recording ends before the source was read to its end: the program that recorded stopped")
	errTwice  = errors.New("a file is read once; open it again")
)

func newSource(name string, release func()) *Source {
	s := &Source{name: name, release: release}
	s.closed, s.close = context.WithCancel(context.Background())
	return s
}

// Name is the file, and for a recording what was recorded and when.
func (s *Source) Name() string {
	if !s.recording {
		return s.name
	}
	return s.name + " (" + s.evidence.Source + ", " + s.evidence.Time.UTC().Format("2006-01-02 15:04 UTC") + ")"
}

// Recording returns what the head of a recording says; ok is false for a file
// from elsewhere.
func (s *Source) Recording() (head Head, ok bool) { return s.evidence, s.recording }

// Warnings says what was not protected while it was recorded.
func (s *Source) Warnings() []string {
	var out []string
	for _, w := range s.evidence.Warnings {
		out = append(out, "when it was recorded: "+w)
	}
	return out
}

// Read delivers what the file holds up to where the recorded Read ended, and
// returns what that returned. A file that is cut, altered or no LDIF after all
// gives an error that names the line; what came before it has been delivered.
func (s *Source) Read(ctx context.Context, sink collector.Sink) error {
	s.mu.Lock()
	switch {
	case s.closed.Err() != nil:
		s.mu.Unlock()
		return errClosed
	case s.started:
		s.mu.Unlock()
		return errTwice
	}
	s.started = true
	s.mu.Unlock()
	go s.parse()
	err := s.deliver(ctx, sink)
	switch {
	case err != io.EOF:
		return err
	case s.recording:
		return errNoEnd
	}
	return nil
}

// parse runs the parser and gives back what it used.
func (s *Source) parse() {
	s.parser.run(s.closed)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over = true
	s.free()
}

func (s *Source) free() {
	s.release()
	if s.file != nil {
		s.file.Close()
	}
}

// Lookup delivers what the next Lookup gave when it was recorded, and returns
// what that returned. The same program asks for the same SIDs in the same
// order. Anything else gets no answer.
func (s *Source) Lookup(ctx context.Context, _ []acl.SID, sink collector.Sink) error {
	return s.again(ctx, sink)
}

// Changes delivers what Changes gave when it was recorded: nothing in a recording of a
// program that did not ask.
func (s *Source) Changes(ctx context.Context, _ []string, sink collector.Sink) error {
	return s.again(ctx, sink)
}

// again delivers what the next call after Read gave.
func (s *Source) again(ctx context.Context, sink collector.Sink) error {
	s.mu.Lock()
	started := s.started
	s.mu.Unlock()
	if !s.recording || !started {
		return nil
	}
	if err := s.deliver(ctx, sink); err != io.EOF {
		return err
	}
	return nil
}

// deliver delivers events up to a mark, and returns what it says, or to the
// end, which is io.EOF. After a mark it waits until what follows has been
// checked too: the mark may be the last thing of which anybody asks, and a
// damaged end must not go unseen.
func (s *Source) deliver(ctx context.Context, sink collector.Sink) error {
	for {
		e, err := s.next(ctx)
		if err != nil {
			return err
		}
		if e.kind != kindRead && e.kind != kindLookup {
			e.deliver(sink)
			continue
		}
		if e.err != nil {
			return e.err
		}
		if _, err := s.next(ctx); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		s.at-- // for the next call
		return nil
	}
}

// next returns the next event. io.EOF is the end of a file that is whole.
func (s *Source) next(ctx context.Context) (*event, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for s.batch == nil || s.at == len(s.batch.events) {
		if b := s.batch; b != nil {
			if b.end != nil {
				return nil, b.end
			}
			if b.text < keepText {
				select {
				case s.parser.free <- b:
				default:
				}
			}
			s.batch = nil
		}
		select {
		case b, ok := <-s.parser.out:
			if !ok {
				return nil, errClosed
			}
			s.batch, s.at = b, 0
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-s.closed.Done():
			return nil, errClosed
		}
	}
	s.at++
	return &s.batch.events[s.at-1], nil
}

// Close gives back the file. A Read under way returns soon after. The file is
// closed by the goroutine that reads it; one that waits for a stream goes on
// waiting, since a stream is not ours to close.
func (s *Source) Close() error {
	s.close()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.started && !s.over {
		s.over = true
		s.free()
	}
	return nil
}
