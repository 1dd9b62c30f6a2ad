package adexplorer

import (
	"encoding/binary"
	"errors"
	"io"
)

const (
	windowSize = 8 << 20 // of the file that is held
	keptBack   = 1 << 20 // of it before the object in hand: values are referred to from that far
	pageSize   = 64 << 10
	pages      = 64
)

// errOutside is that of an offset that does not lie among the values.
var errOutside = errors.New("it refers to a place outside the objects")

// file reads the part of a snapshot that has objects: a window that moves
// forward, and single pages for what lies outside of it. It is for one
// goroutine.
type file struct {
	r     io.ReaderAt
	limit int64 // where the objects end

	window []byte
	base   int64 // where the window lies
	page   [pages]page
}

type page struct {
	at    int64 // 0: nothing is in it, since the header lies there
	bytes []byte
}

// hold moves the window so that size bytes from at on are in it, which lie
// before the limit.
func (f *file) hold(at, size int64) error {
	if at >= f.base && at+size <= f.base+int64(len(f.window)) {
		return nil
	}
	from := max(at-keptBack, headerSize)
	want := min(max(windowSize, at-from+size), f.limit-from)
	kept := 0
	old := f.window
	if want > int64(cap(f.window)) || cap(f.window) > windowSize {
		f.window = make([]byte, 0, max(want, min(windowSize, f.limit-headerSize)))
	}
	f.window = f.window[:want]
	if end := f.base + int64(len(old)); from >= f.base && from < end {
		kept = copy(f.window, old[from-f.base:])
	}
	f.base = from
	n, err := f.r.ReadAt(f.window[kept:], from+int64(kept))
	if kept+n < len(f.window) {
		f.window = f.window[:0]
		return cut(err)
	}
	return nil
}

// cut is the error of a read that got less than the file had when it was opened.
func cut(err error) error {
	if err == nil || err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// inside returns bytes out of the window; nil where they are not all in it.
func (f *file) inside(at, n int64) []byte {
	if at < f.base || at+n > f.base+int64(len(f.window)) {
		return nil
	}
	return f.window[at-f.base : at-f.base+n : at-f.base+n]
}

// among reports whether n bytes lie among the objects.
func (f *file) among(at, n int64) bool { return at >= headerSize && n >= 0 && n <= f.limit-at }

// some returns at least one and at most n bytes; they are valid until the next
// call.
func (f *file) some(at, n int64) ([]byte, error) {
	if !f.among(at, 1) {
		return nil, errOutside
	}
	if end := f.base + int64(len(f.window)); at >= f.base && at < end {
		return f.window[at-f.base : min(at+n, end)-f.base], nil
	}
	number := at / pageSize
	p := &f.page[number%pages]
	if start := number * pageSize; p.at != start+1 {
		if p.bytes == nil {
			p.bytes = make([]byte, pageSize)
		}
		p.at = 0
		p.bytes = p.bytes[:min(pageSize, f.limit-start)]
		if got, err := f.r.ReadAt(p.bytes, start); got < len(p.bytes) {
			return nil, cut(err)
		}
		p.at = start + 1
	}
	b := p.bytes[at%pageSize:]
	return b[:min(n, int64(len(b)))], nil
}

// read fills b.
func (f *file) read(b []byte, at int64) error {
	if !f.among(at, int64(len(b))) {
		return errOutside
	}
	for len(b) > 0 {
		got, err := f.some(at, int64(len(b)))
		if err != nil {
			return err
		}
		n := copy(b, got)
		b, at = b[n:], at+int64(n)
	}
	return nil
}

// number32 reads 32 bits.
func (f *file) number32(at int64) (uint32, error) {
	if b := f.inside(at, 4); b != nil {
		return binary.LittleEndian.Uint32(b), nil
	}
	var b [4]byte
	err := f.read(b[:], at)
	return binary.LittleEndian.Uint32(b[:]), err
}
