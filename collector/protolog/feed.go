package protolog

import (
	"bytes"
	"context"
	"errors"
	"io"
	"runtime"
	"sync"

	"mbxperm/collector"
)

// Bounds on what is read at once.
const (
	blockSize = 1 << 19 // fits the caches of a processor, with its events
	longLine  = 4 << 20 // a line that is longer is damage
)

// block is a piece of a file: whole lines, but for the end of the file.
type block struct {
	series  *series
	file    *file
	first   bool          // of its file
	last    bool          // of its series
	buf     []byte        // room
	text    []byte        // in buf
	cut     int           // lines before these that were too long
	columns layout        // at its beginning
	err     error         // why the file was read no further
	before  chan struct{} // closed when the block before is summed
	summed  chan struct{} // closed when this one is

	parsed
}

// parsed is what a worker makes of a block.
type parsed struct {
	events   []event
	scratch  []byte // texts of events that do not stand in the block as they are
	lines    int    // records, with the damaged ones
	rows     int    // lines of all sorts
	damaged  [faults]int
	damages  []damage
	min, max int64
	days     []int32
	// back is how often the clock was set back between two lines; backRows are the
	// first of the lines behind that.
	back            int
	backRows        []int
	firstAt, lastAt int64 // times of the first and the last record; 0 for none
	firstRow        int
}

// damage is a damaged line.
type damage struct {
	fault fault
	row   int // from 1 in its block
}

// mostDamages is how many of the damaged lines of a kind are named.
const mostDamages = 3

// piece is a file in the order in which all are read.
type piece struct {
	series *series
	file   *file
	last   bool // of its series
}

// feeder reads files into blocks, in order. Workers take turns at reading, and
// then, in the order of the blocks, at summing. Each has one block, which no other
// worker sees: what a processor has read and parsed is in its own caches when it
// sums it. Handing events over to another processor took longer than summing them.
type feeder struct {
	sum func(*block)

	reading sync.Mutex    // for what follows
	pieces  []piece       // that are not read to their end
	open    io.ReadCloser // the first of them; nil before its first block
	columns layout        // where it is read to
	rest    []byte        // the beginning of its next line
	summed  chan struct{} // closed when the block before is summed
}

// feed reads the series one after the other, lets workers parse them, and gives
// each block to sum, in order: from several goroutines, one at a time. It
// returns the error of the context or of a worker that failed.
func feed(ctx context.Context, all []*series, workers int, sum func(*block)) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if workers <= 0 {
		workers = min(runtime.GOMAXPROCS(0), 8)
	}
	f := &feeder{sum: sum, summed: make(chan struct{})}
	close(f.summed)
	for _, s := range all {
		for i, file := range s.files {
			f.pieces = append(f.pieces, piece{s, file, i == len(s.files)-1})
		}
	}
	var running sync.WaitGroup
	for range workers {
		running.Go(func() {
			if err := collector.Safely("reading logs", func() error { return f.work(ctx) }); err != nil {
				cancel(err)
			}
		})
	}
	running.Wait()
	if f.open != nil { // since something failed
		f.open.Close()
	}
	return context.Cause(ctx)
}

// work reads, parses and sums blocks until there are no more.
func (f *feeder) work(ctx context.Context) error {
	var b block
	for f.next(ctx, &b) {
		err := collector.Safely("reading "+b.file.path, func() error {
			b.parse()
			select {
			case <-b.before:
				f.sum(&b)
				return nil
			case <-ctx.Done(): // the block before may never be
				return ctx.Err()
			}
		})
		if err != nil {
			return err
		}
		close(b.summed)
	}
	return nil
}

// next reads the next block. It reports whether there was one.
func (f *feeder) next(ctx context.Context, b *block) bool {
	f.reading.Lock()
	defer f.reading.Unlock()
	if len(f.pieces) == 0 || ctx.Err() != nil {
		return false
	}
	b.reset(f.pieces[0])
	f.read(b, f.pieces[0].last)
	b.before, b.summed = f.summed, make(chan struct{})
	f.summed = b.summed
	return true
}

// reset empties a block and keeps its room.
func (b *block) reset(p piece) {
	*b = block{series: p.series, file: p.file, buf: b.buf,
		parsed: parsed{events: b.events[:0], scratch: b.scratch[:0], damages: b.damages[:0], days: b.days[:0], backRows: b.backRows[:0]}}
	if b.buf == nil || len(b.buf) > 2*blockSize {
		b.buf = make([]byte, blockSize)
	}
}

// read reads on in the first of the pieces. An error of the file is that of its
// last block.
func (f *feeder) read(b *block, last bool) {
	if f.open == nil {
		b.first = true
		f.columns, f.rest = layout{}, f.rest[:0]
		f.open, b.err = b.file.open()
	}
	n, end := 0, true
	if b.err == nil {
		if len(f.rest) >= len(b.buf) {
			b.buf = make([]byte, 2*len(f.rest))
		}
		n, end = b.fill(f.open, copy(b.buf, f.rest))
	}
	b.columns = f.columns
	if !end {
		cut := bytes.LastIndexByte(b.buf[:n], '\n') + 1
		f.rest = append(f.rest[:0], b.buf[cut:n]...)
		b.text = b.buf[:cut]
		f.columns = b.lastColumns()
		return
	}
	b.text, b.last = b.buf[:n], last
	if f.open != nil {
		f.open.Close()
	}
	f.open, f.pieces = nil, f.pieces[1:]
}

// fill reads on behind what is there, until the block is full and holds an end
// of line, or the file ends. A line that is too long is dropped to its end.
func (b *block) fill(r io.Reader, n int) (filled int, end bool) {
	long := false
	for {
		for n < len(b.buf) {
			got, err := r.Read(b.buf[n:])
			n += got
			if err == nil {
				continue
			}
			if !errors.Is(err, io.EOF) { // a packed file that was cut off ends otherwise
				b.err = reason(err)
			}
			if long {
				n = b.dropLine(n)
			}
			return n, true
		}
		if long {
			if n = b.dropLine(n); n == 0 {
				continue
			}
			long = false
		}
		switch {
		case bytes.IndexByte(b.buf[:n], '\n') >= 0:
			return n, false
		case len(b.buf) < longLine:
			b.buf = append(b.buf, make([]byte, len(b.buf))...)
		default:
			b.cut++
			long, n = true, 0
		}
	}
}

// dropLine drops what there is up to the first end of line.
func (b *block) dropLine(n int) int {
	end := bytes.IndexByte(b.buf[:n], '\n') + 1
	if end == 0 {
		return 0
	}
	return copy(b.buf, b.buf[end:n])
}

var fieldsMark = []byte("#Fields:")

// lastColumns are the columns at the end of the block. It looks from its
// beginning, since that way costs nearly nothing.
func (b *block) lastColumns() layout {
	columns := b.columns
	if line, _, _ := bytes.Cut(b.text, []byte{'\n'}); b.first && isNames(line) {
		if l, ok := newLayout(string(line)); ok {
			columns = l
		}
	}
	for from := 0; ; {
		i := bytes.Index(b.text[from:], fieldsMark)
		if i < 0 {
			return columns
		}
		i += from
		from = i + len(fieldsMark)
		if i == 0 || b.text[i-1] == '\n' {
			line, _, _ := bytes.Cut(b.text[from:], []byte{'\n'})
			if l, ok := newLayout(string(line)); ok {
				columns = l
			}
		}
	}
}
