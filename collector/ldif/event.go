package ldif

import (
	"context"
	"errors"

	"mbxperm/acl"
	"mbxperm/collector"
)

// kind of an event.
type kind uint8

const (
	kindEntry kind = iota
	kindBegin
	kindExpect
	kindEnd
	kindMissed
	kindRead   // the source's Read returned
	kindLookup // a call of its Lookup or Changes returned
)

// event is one event of a source.
type event struct {
	kind  kind
	entry collector.Entry // of kindEntry; its Query is the search of the other kinds too
	query collector.Query // kindBegin
	n     int             // kindExpect
	sid   acl.SID         // kindMissed
	err   error           // kindEnd, kindRead, kindLookup
}

// deliver calls the sink. The marks at the end of Read and Lookup are not for
// it.
func (e *event) deliver(sink collector.Sink) {
	switch e.kind {
	case kindEntry:
		sink.Entry(&e.entry)
	case kindBegin:
		sink.Begin(e.query)
	case kindExpect:
		sink.Expect(e.entry.Query, e.n)
	case kindEnd:
		sink.End(e.entry.Query, e.err)
	case kindMissed:
		sink.Missed(e.sid)
	}
}

// recorded is an error as a recording keeps it: its words, and whether somebody
// cancelled, since that is said in other words.
type recorded struct {
	text      string
	cancelled bool
}

func (e *recorded) Error() string { return e.text }

// Is reports whether the error was, when it was recorded, a cancellation.
func (e *recorded) Is(target error) bool { return e.cancelled && target == context.Canceled }

// asRecorded is the error as it will come back.
func asRecorded(err error) error {
	if err == nil {
		return nil
	}
	return &recorded{err.Error(), isCancelled(err)}
}

// inWords is an error as people are told it: that somebody cancelled needs no
// more words.
func inWords(err error) error {
	if isCancelled(err) {
		return &recorded{"cancelled", true}
	}
	return err
}

func isCancelled(err error) bool { return errors.Is(err, context.Canceled) }

// batch is a run of events with the memory they need. It goes from the parser
// to the reader, or from the recorder to its writer, and back.
type batch struct {
	events []event
	block  []byte // the values of entries
	text   int    // size in the file, about
	end    error  // why nothing comes after this batch: io.EOF at the end
}

const (
	blockSize = 128 << 10
	batchText = 128 << 10 // of a file without check lines
	keepText  = 4 << 20   // a larger batch is not used again, or one huge group would stay in memory
)

// add appends an event. An entry keeps the slices of the one that was there
// before, empty: so most entries are read without an allocation but their DN.
func (b *batch) add(k kind) *event {
	if n := len(b.events); n < cap(b.events) {
		b.events = b.events[:n+1]
	} else {
		b.events = append(b.events, event{})
	}
	e := &b.events[len(b.events)-1]
	*e = event{kind: k, entry: collector.Entry{Attributes: e.entry.Attributes[:0]}}
	return e
}

// grab returns n bytes, never nil: an empty value is a value. What was returned
// before stays valid.
func (b *batch) grab(n int) []byte {
	if b.block == nil || cap(b.block)-len(b.block) < n {
		b.block = make([]byte, 0, max(n, blockSize))
	}
	at := len(b.block)
	b.block = b.block[:at+n]
	return b.block[at : at+n : at+n]
}

func (b *batch) reset() {
	b.events, b.block, b.text, b.end = b.events[:0], b.block[:0], 0, nil
}

// attribute begins an attribute of an entry.
func attribute(e *collector.Entry, name string) *collector.Attribute {
	if n := len(e.Attributes); n < cap(e.Attributes) {
		e.Attributes = e.Attributes[:n+1]
	} else {
		e.Attributes = append(e.Attributes, collector.Attribute{})
	}
	a := &e.Attributes[len(e.Attributes)-1]
	a.Name, a.Values, a.Partial = name, a.Values[:0], false
	return a
}
