package ldif

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
)

// Bounds on what a file can make us hold. The largest value of a directory we
// know of is a descriptor of 132,096 bytes ([MS-ADA3]), the largest attribute a
// group's members: 1,000,000 of them are some 160 MiB.
const (
	maxValue  = 64 << 20
	maxLine   = maxValue/3*4 + 64<<10 // in base64, with its name
	maxRecord = 256 << 20             // counted with perValue and perAttribute for what we need to hold them
	perValue  = 32

	perAttribute = 256 // with its name

	window = 256 << 10
)

// lines splits a stream into logical lines: one that begins with a space
// continues the one before (RFC 2849, note 2).
type lines struct {
	src  io.Reader
	buf  []byte
	r, w int   // the unread part of buf
	end  error // why src gives no more

	number int  // of the line returned last: that of its first physical line
	read   int  // physical lines read
	open   bool // the line returned last is the last one and has no line end
	again  bool
	line   []byte
	folded []byte // a line put together of several

	// For recordings, which are never folded: the sum of everything before the
	// line returned last.
	sum    hash.Hash
	hashed int // buf before this is in sum
	start  int // of the line returned last, in buf
	bytes  int64
}

func newLines(src io.Reader) *lines { return &lines{src: src, buf: make([]byte, window)} }

// next returns the next logical line without its end. It is valid until the
// call after it. At the end of the stream the error is io.EOF; every other error
// of the stream comes as it is, after the lines that could be read whole.
func (l *lines) next() ([]byte, error) {
	if l.again {
		l.again = false
		return l.line, nil
	}
	l.number = l.read + 1
	line, more, err := l.physical()
	if err != nil {
		return nil, err
	}
	if !more {
		l.line = line
		return line, nil
	}
	l.folded = append(l.folded[:0], line...)
	for more {
		l.r++ // the space
		if line, more, err = l.physical(); err == io.EOF {
			break // a space and nothing after it
		} else if err != nil {
			return nil, err
		}
		if len(l.folded)+len(line) > maxLine {
			return nil, l.tooLong()
		}
		l.folded = append(l.folded, line...)
	}
	l.line = l.folded
	return l.folded, nil
}

// unread makes next return the same line again.
func (l *lines) unread() { l.again = true }

// physical returns the line at the head of the buffer, and whether the next one
// continues it. Lines end in LF or CRLF.
func (l *lines) physical() (line []byte, more bool, err error) {
	n := 0 // bytes of the line seen so far
	for {
		if i := bytes.IndexByte(l.buf[l.r+n:l.w], '\n'); i >= 0 {
			n += i
			break
		}
		if n = l.w - l.r; n > maxLine {
			return nil, false, l.tooLong()
		}
		if err := l.fill(); err == io.EOF && n > 0 {
			l.start, l.r = l.r, l.w
			l.read++
			l.open = true
			return l.buf[l.start:l.w], false, nil
		} else if err != nil {
			return nil, false, err
		}
	}
	for l.r+n+1 == l.w && l.end == nil {
		if err := l.fill(); err != nil {
			break // it comes again with the next line
		}
	}
	l.start = l.r
	l.r += n + 1
	l.read++
	line = bytes.TrimSuffix(l.buf[l.start:l.start+n], []byte{'\r'})
	return line, l.r < l.w && l.buf[l.r] == ' ', nil
}

// fill reads more after what is unread.
func (l *lines) fill() error {
	if l.end != nil {
		return l.end
	}
	if l.sum != nil {
		l.sum.Write(l.buf[l.hashed:l.r])
		l.bytes += int64(l.r - l.hashed)
	}
	if l.r > 0 {
		l.w = copy(l.buf, l.buf[l.r:l.w])
		l.r, l.hashed = 0, 0
	}
	if l.w == len(l.buf) {
		l.buf = append(l.buf, make([]byte, len(l.buf))...)
	}
	n, err := l.src.Read(l.buf[l.w:])
	l.w += n
	if err != nil {
		l.end = err
		if n == 0 {
			return err
		}
	}
	return nil
}

// startSum makes l sum up everything from the line returned last on. Nothing
// may have been read before that line.
func (l *lines) startSum() { l.sum, l.hashed = sha256.New(), l.start }

// before returns the number and the SHA-256 of the bytes before the line
// returned last, which was not folded.
func (l *lines) before() (n int64, sum string) {
	l.sum.Write(l.buf[l.hashed:l.start])
	l.bytes += int64(l.start - l.hashed)
	l.hashed = l.start
	return l.bytes, hex.EncodeToString(l.sum.Sum(nil))
}

func (l *lines) tooLong() error {
	return fmt.Errorf("line %d is longer than %d MiB: that is no value of a directory", l.number, maxLine>>20)
}
