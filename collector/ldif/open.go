package ldif

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/klauspost/compress/zstd"

	"mbxperm/model/wholefile"
)

// ErrNotLDIF is wrapped by the error of Open and Read for content that is not
// what this package reads.
var ErrNotLDIF = errors.New("no LDIF")

// Open opens a file of entries or a recording; which, and whether it is
// compressed, is told by its content. The error says what the file is instead.
func Open(path string) (*Source, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", path, wholefile.Cause(err))
	}
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		err = errors.New("it is a folder")
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("cannot read %s: %w", path, wholefile.Cause(err))
	}
	s, err := open(path, f)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("cannot read %s: %w", path, err)
	}
	s.file = f
	return s, nil
}

// Read is Open for a stream, such as standard input, which it does not close.
// name is what Source.Name says.
func Read(name string, r io.Reader) (*Source, error) {
	s, err := open(name, r)
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", name, err)
	}
	return s, nil
}

// Files opens sources that are files, and standard input, which can be read but
// once. It is used by one goroutine.
type Files struct {
	Stdin io.Reader
	used  bool
}

// Open is Read of standard input for "-", and Open for anything else. The error
// wraps fs.ErrNotExist where there is no such file.
func (f *Files) Open(name string) (*Source, error) {
	switch {
	case name != "-":
		return Open(name)
	case f.used:
		return nil, errors.New("standard input can be read only once: save it as a file")
	}
	f.used = true
	return Read("standard input", f.Stdin)
}

func open(name string, r io.Reader) (*Source, error) {
	plain, release, err := decompress(r)
	if err != nil {
		return nil, err
	}
	s := newSource(name, release)
	if err := s.begin(plain); err != nil {
		release()
		return nil, err
	}
	return s, nil
}

// largestWindow bounds what a zstd frame can make us hold; zstd --long=27
// writes as much.
const largestWindow = 128 << 20

// magics are the first bytes of what is compressed in a way that is not read
// here, and what unpacks it.
var magics = []struct{ magic, kind, remedy string }{
	{"\xfd7zXZ\x00", "xz", "xz -d"}, {"BZh", "bzip2", "bzip2 -d"}, {"PK\x03\x04", "zip", "unzip"},
	{"7z\xbc\xaf\x27\x1c", "7-Zip", "7z x"},
}

// errSnapshot says why a snapshot of AD Explorer is not read as a stream: what
// its objects mean stands at its end.
var errSnapshot = fmt.Errorf("%w but a snapshot of AD Explorer, which is read as a file alone: unpack it, and give its name", ErrNotLDIF)

func isSnapshot(head []byte) bool { return bytes.HasPrefix(head, []byte("win-ad")) }

// isZstd reports whether a file is zstd: it begins with a frame, or with one to
// be skipped (RFC 8878 3.1.2), as pzstd and others write them.
func isZstd(head []byte) bool {
	if len(head) < 4 {
		return false
	}
	magic := binary.LittleEndian.Uint32(head)
	return magic == 0xFD2FB528 || magic&^0xF == 0x184D2A50
}

// decompress recognises gzip (RFC 1952 2.3.1) and zstd (RFC 8878 3.1.1) by
// their first bytes, and takes a byte order mark off. Both may be of several
// parts (RFC 1952 2.2, RFC 8878 3).
func decompress(r io.Reader) (io.Reader, func(), error) {
	in := bufio.NewReaderSize(r, window)
	release := func() {}
	head, err := in.Peek(6)
	// What is asked of head is asked before anything reads on: it is a part of the
	// buffer of in, and the zstd decoder fills that from a goroutine of its own.
	for _, m := range magics {
		if bytes.HasPrefix(head, []byte(m.magic)) {
			return nil, nil, fmt.Errorf("%w but a file compressed with %s: unpack it first (%s)", ErrNotLDIF, m.kind, m.remedy)
		}
	}
	switch {
	case len(head) == 0 && err == io.EOF:
		return nil, nil, errors.New("it is empty")
	case len(head) == 0:
		return nil, nil, wholefile.Cause(err)
	case isSnapshot(head):
		return nil, nil, errSnapshot
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, nil, fmt.Errorf("it is gzip, but cut or damaged: %w", err)
		}
		in = bufio.NewReaderSize(unpacked{z, "gzip"}, window)
	case isZstd(head):
		z, err := zstd.NewReader(in, zstd.WithDecoderMaxWindow(largestWindow))
		if err != nil {
			return nil, nil, fmt.Errorf("it is zstd, but cut or damaged: %w", err)
		}
		release = z.Close
		in = bufio.NewReaderSize(unpacked{z, "zstd"}, 16) // lines has the buffer
	}
	head, err = in.Peek(6)
	switch {
	case len(head) == 0:
		release()
		if err == io.EOF {
			return nil, nil, errors.New("it is empty")
		}
		return nil, nil, notLDIF(err)
	case isSnapshot(head):
		release()
		return nil, nil, errSnapshot
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}), bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		release()
		return nil, nil, fmt.Errorf("%w in UTF-8 (RFC 2849) but a text in UTF-16: convert it (iconv -f UTF-16 -t UTF-8)", ErrNotLDIF)
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		_, _ = in.Discard(3)
	}
	return in, release, nil
}

var (
	errWindow = fmt.Errorf("to unpack it takes a window of more than %d MiB of memory (zstd --long or --ultra): "+
		"unpack it first (zstd -d --long=31), or compress it without --long", largestWindow>>20)
	errDictionary = errors.New("it was compressed with a zstd dictionary, which is not here: unpack it first (zstd -d -D DICTIONARY)")
)

// unpacked is a stream out of a decompressor, whose errors are said to be that.
type unpacked struct {
	io.Reader
	kind string
}

func (u unpacked) Read(b []byte) (int, error) {
	n, err := u.Reader.Read(b)
	switch {
	case err == nil, err == io.EOF, errors.Is(err, io.ErrUnexpectedEOF):
	case errors.Is(err, zstd.ErrWindowSizeExceeded), errors.Is(err, zstd.ErrDecoderSizeExceeded):
		err = errWindow
	case errors.Is(err, zstd.ErrUnknownDictionary):
		err = errDictionary
	default:
		err = fmt.Errorf("its %s data is damaged: %w", u.kind, err)
	}
	return n, err
}

// begin reads as far as is needed to know what the file is.
func (s *Source) begin(r io.Reader) error {
	in := newLines(r)
	line, err := in.next()
	if err != nil {
		return notLDIF(err)
	}
	if text, ok := bytes.CutPrefix(line, []byte(mark)); ok {
		if c, err := parseComment(string(text)); err == nil && c.name == "recording" {
			in.startSum()
			return s.head(in, &c)
		}
	}
	for len(line) == 0 || line[0] == '#' || isBlank(line) {
		if isOurs(line) {
			return errNoHead
		}
		if line, err = in.next(); err == io.EOF {
			return errNoEntry
		} else if err != nil {
			return notLDIF(err)
		}
	}
	key, _, _ := bytes.Cut(line, []byte{':'})
	if !isWord(key, "version") && !isWord(key, "dn") && !isWord(key, "search") || len(key) == len(line) {
		return fmt.Errorf("%w: line %d is neither a comment nor version: nor dn: but %q", ErrNotLDIF, in.number, clip(line))
	}
	in.unread()
	s.parser = newParser(in, false)
	return nil
}

func notLDIF(err error) error {
	switch {
	case err == io.EOF, errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("it is cut before its first entry: copy it again")
	case errors.Is(err, errWindow), errors.Is(err, errDictionary):
		return err
	}
	return fmt.Errorf("%w or damaged: %w", ErrNotLDIF, err)
}

// head reads the first lines of a recording.
func (s *Source) head(in *lines, c *comment) error {
	n, err := c.number("format")
	switch {
	case err != nil:
		return fmt.Errorf("the head of the recording is damaged: line 1: %w", err)
	case n > format:
		return fmt.Errorf("it was recorded by a newer version, %q, in format %d, and this one reads format %d: use the newer one",
			c.text("program"), n, format)
	case n < 1:
		return fmt.Errorf("the head of the recording is damaged: format %d", n)
	}
	s.evidence = Head{Program: c.text("program"), Source: c.text("source"), Bound: c.text("bound")}
	if s.evidence.Time, err = c.time("time"); err != nil {
		return fmt.Errorf("the head of the recording is damaged: line 1: %w", err)
	}
	s.recording = true
	for {
		line, err := in.next()
		if err != nil {
			return notLDIF(err)
		}
		if string(line) == "version: 1" {
			continue
		}
		text, ok := bytes.CutPrefix(line, []byte(mark+"warning "))
		if !ok {
			break
		}
		w, err := parseComment("warning " + string(text))
		if err != nil {
			return fmt.Errorf("the head of the recording is damaged: line %d: %w", in.number, err)
		}
		s.evidence.Warnings = append(s.evidence.Warnings, w.text("text"))
	}
	in.unread()
	s.parser = newParser(in, true)
	return nil
}
