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
// continues the one before (RFC 2849, note 2). Lines end in LF or CRLF; but for
// recordings, of which each byte counts, in CR alone too, and in CR CR LF,
// which a CRLF becomes that is taken for an LF and written with another CR.
type lines struct {
	src  io.Reader
	buf  []byte
	r, w int   // the unread part of buf
	end  error // why src gives no more

	strict bool // the stream is a recording
	clear  int  // buf[r:clear] holds no LF

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
// call after it. At the end of the stream the error is io.EOF; every other
// error of the stream comes as it is, after the lines that could be read whole.
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
	kept := len(l.folded) // before continuations of blanks alone
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
		if !isBlank(line) {
			kept = len(l.folded)
		}
	}
	if !l.strict && kept < len(l.folded) && l.apart() {
		l.folded = l.folded[:kept]
	}
	l.line = l.folded
	return l.folded, nil
}

// apart reports whether what follows is no further line of the same record.
// Then lines of blanks stand between records: a value that ends in blanks is
// written in base64 (RFC 2849, note 8).
func (l *lines) apart() bool {
	for l.w-l.r < len("dn:") && l.fill() == nil {
	}
	rest := l.buf[l.r:l.w]
	return len(rest) == 0 || rest[0] == '\n' || rest[0] == '\r' || rest[0] == '#' || hasWord(rest, "dn:")
}

// isBlank reports whether a line shows nothing.
func isBlank(line []byte) bool {
	for _, c := range line {
		if c != ' ' && c != '\t' {
			return false
		}
	}
	return true
}

// unread makes next return the same line again.
func (l *lines) unread() { l.again = true }

// physical returns the line at the head of the buffer, and whether the next one
// continues it.
func (l *lines) physical() (line []byte, more bool, err error) {
	size, end, err := l.measure()
	if err != nil {
		return nil, false, err
	}
	for l.r+size+end == l.w && l.end == nil {
		if err := l.fill(); err != nil {
			break // it comes again with the next line
		}
	}
	l.start = l.r
	l.r += size + end
	l.read++
	line = l.buf[l.start : l.start+size]
	// No line continues an empty one, which ends a record.
	return line, l.r < l.w && l.buf[l.r] == ' ' && (size > 0 || l.strict), nil
}

// measure returns the sizes of the line at the head of the buffer and of its
// end. The last line of a stream may have no end.
func (l *lines) measure() (size, end int, err error) {
	seen := 0 // bytes of the line that hold no end
	for {
		at := -1
		from := max(l.clear, l.r)
		if i := bytes.IndexByte(l.buf[from:l.w], '\n'); i >= 0 {
			at, l.clear = from+i-l.r, from+i
		} else {
			l.clear = l.w
		}
		stop := l.w - l.r
		if at >= 0 {
			stop = at
		}
		if l.strict {
			if at >= 0 {
				if at > 0 && l.buf[l.r+at-1] == '\r' {
					return at - 1, 2, nil
				}
				return at, 1, nil
			}
		} else if i := bytes.IndexByte(l.buf[l.r+seen:l.r+stop], '\r'); i >= 0 {
			seen += i
			if rest := l.buf[l.r+seen : l.w]; len(rest) > 2 || l.end != nil {
				switch {
				case bytes.HasPrefix(rest, []byte("\r\n")):
					return seen, 2, nil
				case bytes.HasPrefix(rest, []byte("\r\r\n")):
					return seen, 3, nil
				}
				return seen, 1, nil
			}
			stop = seen // the end is still to come
		} else if at >= 0 {
			return at, 1, nil
		}
		if seen = stop; seen > maxLine {
			return 0, 0, l.tooLong()
		}
		if err := l.fill(); err == io.EOF && l.r < l.w {
			if !l.strict && l.buf[l.r+min(seen, l.w-l.r-1)] == '\r' {
				continue // now it is known that nothing follows the CR
			}
			l.open = true
			return l.w - l.r, 0, nil
		} else if err != nil {
			return 0, 0, err
		}
	}
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
		l.clear = max(l.clear-l.r, 0)
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
func (l *lines) startSum() { l.strict, l.sum, l.hashed = true, sha256.New(), l.start }

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
