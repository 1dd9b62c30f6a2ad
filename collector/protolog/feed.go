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
	blockSize = 1 << 20
	longLine  = 4 << 20 // a line that is longer is damage
)

// block is a piece of a file: whole lines, but for the end of the file.
type block struct {
	series  *series
	file    *file
	first   bool   // of its file
	last    bool   // of its series
	buf     []byte // room
	text    []byte // in buf
	half    bool   // the last line has no end
	cut     int    // lines before these that were too long
	columns layout // at its beginning
	err     error  // why the file was read no further
	done    chan struct{}

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
	failed          error
}

// damage is a damaged line.
type damage struct {
	fault fault
	row   int // from 1 in its block
}

// mostDamages is how many of the damaged lines of a kind are named.
const mostDamages = 3

// feeder reads files into blocks, in order.
type feeder struct {
	ctx    context.Context
	series []*series
	free   chan *block
	jobs   chan *block
	order  chan *block
}

// feed reads the series one after the other, lets workers parse them, and gives
// each block to sum, in order, in the goroutine of the caller. It returns the
// error of the context or of a worker that failed.
func feed(ctx context.Context, all []*series, workers int, sum func(*block)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if workers <= 0 {
		workers = min(runtime.GOMAXPROCS(0), 8)
	}
	blocks := 2*workers + 2
	f := &feeder{ctx: ctx, series: all, free: make(chan *block, blocks), jobs: make(chan *block, blocks), order: make(chan *block, blocks)}
	for range blocks {
		f.free <- &block{done: make(chan struct{}, 1)}
	}
	var running sync.WaitGroup
	var fault error
	running.Go(func() {
		fault = collector.Safely("reading logs", f.run)
		close(f.jobs)
		close(f.order)
	})
	for range workers {
		running.Go(func() {
			for b := range f.jobs {
				b.failed = collector.Safely("reading "+b.file.path, func() error { b.parse(); return nil })
				b.done <- struct{}{}
			}
		})
	}
	var err error
	for b := range f.order {
		<-b.done
		if err == nil {
			if err = b.failed; err == nil {
				sum(b)
			} else {
				cancel()
			}
		}
		f.free <- b
	}
	running.Wait()
	return errors.Join(err, fault)
}

func (f *feeder) run() error {
	for _, s := range f.series {
		for i, file := range s.files {
			if err := f.file(s, file, i == len(s.files)-1); err != nil {
				return err
			}
		}
	}
	return nil
}

// next waits for a block.
func (f *feeder) next(s *series, file *file) (*block, error) {
	select {
	case <-f.ctx.Done():
		return nil, f.ctx.Err()
	case b := <-f.free:
		*b = block{series: s, file: file, buf: b.buf, done: b.done,
			parsed: parsed{events: b.events[:0], scratch: b.scratch[:0], damages: b.damages[:0], days: b.days[:0], backRows: b.backRows[:0]}}
		if b.buf == nil || len(b.buf) > 2*blockSize {
			b.buf = make([]byte, blockSize)
		}
		return b, nil
	}
}

func (f *feeder) send(b *block) {
	f.jobs <- b
	f.order <- b
}

// file reads one file. An error of the file is that of its last block; what is
// returned ends everything.
func (f *feeder) file(s *series, file *file, last bool) error {
	b, err := f.next(s, file)
	if err != nil {
		return err
	}
	b.first = true
	r, err := file.open()
	if err != nil {
		b.err, b.last = err, last
		f.send(b)
		return nil
	}
	defer r.Close()
	var columns layout
	filled := 0
	for {
		b.columns = columns
		n, end := b.fill(r, filled)
		if end {
			b.text, b.half, b.last = b.buf[:n], n > 0 && b.buf[n-1] != '\n', last
			f.send(b)
			return nil
		}
		next, err := f.next(s, file)
		if err != nil {
			return err
		}
		cut := bytes.LastIndexByte(b.buf[:n], '\n') + 1
		if rest := b.buf[cut:n]; len(rest) >= len(next.buf) {
			next.buf = make([]byte, 2*len(rest))
		}
		filled = copy(next.buf, b.buf[cut:n])
		b.text = b.buf[:cut]
		columns = b.lastColumns()
		f.send(b)
		b = next
	}
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
