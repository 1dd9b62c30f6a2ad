package protolog

import (
	"archive/zip"
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/klauspost/compress/gzip"
)

// file is one log file of a series.
type file struct {
	path   string // for people; of a member of an archive with its name in it
	disk   string // the file to open
	member string // of a zip archive; empty
	packed bool   // gzip
	name   logName
	size   int64 // on disk; of a member unpacked
	base   string
}

// open returns the text of a file, whatever it is packed in, as UTF-8 without
// a byte order mark.
func (f *file) open() (io.ReadCloser, error) {
	raw, err := f.unpacked()
	if err != nil {
		return nil, err
	}
	buffered := bufio.NewReaderSize(raw, 4096)
	head, err := buffered.Peek(3)
	if err != nil && !errors.Is(err, io.EOF) {
		raw.Close()
		return nil, err
	}
	out := &textReader{Closer: raw, r: buffered}
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		buffered.Discard(3)
	case bytes.HasPrefix(head, []byte{0xFF, 0xFE}):
		out.r = &fromUTF16{r: buffered, low: 0}
		buffered.Discard(2)
	case bytes.HasPrefix(head, []byte{0xFE, 0xFF}):
		out.r = &fromUTF16{r: buffered, low: 1}
		buffered.Discard(2)
	}
	return out, nil
}

// textReader is a reader with what to close.
type textReader struct {
	io.Closer
	r io.Reader
}

// Read reads on.
func (t *textReader) Read(b []byte) (int, error) { return t.r.Read(b) }

// closers close several things, the last one first.
type closers []io.Closer

// Close closes all of them.
func (c closers) Close() error {
	var errs []error
	for i := len(c) - 1; i >= 0; i-- {
		errs = append(errs, c[i].Close())
	}
	return errors.Join(errs...)
}

func (f *file) unpacked() (io.ReadCloser, error) {
	if f.member != "" {
		return openMember(f.disk, f.member, f.packed)
	}
	disk, err := os.Open(f.disk)
	if err != nil {
		return nil, reason(err)
	}
	if !f.packed {
		return disk, nil
	}
	z, err := gzip.NewReader(bufio.NewReaderSize(disk, 1<<16))
	if err != nil {
		disk.Close()
		return nil, fmt.Errorf("no gzip file: %w", err)
	}
	return &textReader{closers{disk, z}, z}, nil
}

func openMember(archive, member string, packed bool) (io.ReadCloser, error) {
	z, err := zip.OpenReader(archive)
	if err != nil {
		return nil, reason(err)
	}
	r, err := z.Open(member)
	if err != nil {
		z.Close()
		return nil, err
	}
	if !packed {
		return &textReader{closers{z, r}, r}, nil
	}
	u, err := gzip.NewReader(r)
	if err != nil {
		closers{z, r}.Close()
		return nil, fmt.Errorf("no gzip file: %w", err)
	}
	return &textReader{closers{z, r, u}, u}, nil
}

// reason is an error of the file system without the path, which whoever says
// it names.
func reason(err error) error {
	if p := (*fs.PathError)(nil); errors.As(err, &p) {
		return p.Err
	}
	return err
}

// head returns the beginning of a file's text, up to n bytes.
func (f *file) head(n int) ([]byte, error) {
	r, err := f.open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	b := make([]byte, n)
	got, err := io.ReadFull(r, b)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return b[:got], err
}

// fromUTF16 reads UTF-16 as UTF-8. What is no character becomes U+FFFD.
type fromUTF16 struct {
	r    io.Reader
	low  int // where in a unit its lower byte is
	in   [4096]byte
	rest int // bytes of in that wait for more
	out  []byte
	err  error
}

// Read reads on.
func (u *fromUTF16) Read(b []byte) (int, error) {
	for len(u.out) == 0 {
		if u.err != nil {
			return 0, u.err
		}
		u.fill()
	}
	n := copy(b, u.out)
	u.out = u.out[n:]
	return n, nil
}

func (u *fromUTF16) fill() {
	n, err := u.r.Read(u.in[u.rest:])
	n += u.rest
	u.err, u.out, u.rest = err, u.out[:0], 0
	for i := 0; i < n; i += 2 {
		if i+1 == n {
			u.rest = copy(u.in[:], u.in[i:n])
			return
		}
		c := rune(u.unit(i))
		if utf16.IsSurrogate(c) {
			if i+3 >= n && u.err == nil {
				u.rest = copy(u.in[:], u.in[i:n])
				return
			}
			second := rune(0)
			if i+3 < n {
				second = rune(u.unit(i + 2))
			}
			if c = utf16.DecodeRune(c, second); c != utf8.RuneError {
				i += 2
			}
		}
		u.out = utf8.AppendRune(u.out, c)
	}
}

func (u *fromUTF16) unit(i int) uint16 {
	return uint16(u.in[i+u.low]) | uint16(u.in[i+1-u.low])<<8
}
