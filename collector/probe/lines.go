package probe

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"slices"
)

// What is kept of one answer. More is a failure, for no client reads it.
const (
	mostBytes = 64 << 10
	mostLines = 1000
	// longLine is the longest line of an answer, with its end (RFC 5321
	// 4.5.3.1.5, RFC 1939 3). IMAP4 has no such limit (RFC 3501 2.2).
	longLine = 512
)

// errAnswer is an answer that is none, or that is too much.
type errAnswer string

func (e errAnswer) Error() string { return string(e) }

// lines reads the answers of a server line by line, and notes what is wrong with
// them. It is for one goroutine.
type lines struct {
	r      *bufio.Reader
	longer bool // lines may be longer than longLine

	bytes, n int      // of this answer
	faults   []string // of this answer, each once
}

func newLines(r io.Reader, longer bool) *lines {
	return &lines{r: bufio.NewReaderSize(r, 4096), longer: longer}
}

// begin begins an answer.
func (l *lines) begin() { l.bytes, l.n, l.faults = 0, 0, nil }

// fault notes something that is wrong and can be lived with.
func (l *lines) fault(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(l.faults, text) {
		l.faults = append(l.faults, text)
	}
}

// next reads a line, and returns it without its end.
func (l *lines) next() (string, error) {
	if l.n++; l.n > mostLines {
		return "", errAnswer(fmt.Sprintf("the answer has more than %d lines", mostLines))
	}
	var line []byte
	for {
		part, err := l.r.ReadSlice('\n')
		if l.bytes += len(part); l.bytes > mostBytes {
			return "", errAnswer(fmt.Sprintf("the answer is longer than %d KiB", mostBytes>>10))
		}
		line = append(line, part...)
		if err == nil {
			break
		}
		if err != bufio.ErrBufferFull {
			return "", err
		}
	}
	if len(line) > longLine && !l.longer {
		l.fault("a line of %d bytes, and %d are allowed", len(line), longLine)
	}
	body, crlf := bytes.CutSuffix(line, []byte("\r\n"))
	if !crlf {
		body = line[:len(line)-1]
		l.fault("a line ends in LF without CR")
	}
	if bytes.IndexByte(body, '\r') >= 0 {
		l.fault("a CR stands inside a line")
	}
	if bytes.IndexByte(body, 0) >= 0 {
		l.fault("a NUL stands inside a line")
	}
	return string(body), nil
}

// skip reads n bytes of a literal, which count like lines.
func (l *lines) skip(n int) ([]byte, error) {
	if n < 0 || l.bytes+n > mostBytes {
		return nil, errAnswer(fmt.Sprintf("the answer is longer than %d KiB", mostBytes>>10))
	}
	l.bytes += n
	b := make([]byte, n)
	_, err := io.ReadFull(l.r, b)
	return b, err
}

// rest throws away what has come and nobody asked for, and returns it.
func (l *lines) rest() []byte {
	b, _ := l.r.Peek(l.r.Buffered())
	b = bytes.Clone(b)
	_, _ = l.r.Discard(len(b))
	return b
}
