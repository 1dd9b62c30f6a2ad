package ldif

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/klauspost/compress/zstd"

	"mbxperm/model/wholefile"
)

// tailSize is how much of the end of a file is looked at for the last frame. The last
// line has some hundred bytes.
const tailSize = 16 << 10

// zstdMagic begins a frame (RFC 8878 3.1.1).
var zstdMagic = []byte{0x28, 0xb5, 0x2f, 0xfd}

// ErrNoRecordingFile is what Ends returns for a file that is none of ours.
var ErrNoRecordingFile = errors.New("it is no recording")

// Ends reads the first and the last line of a recording, and nothing between them: no
// sum is made, so that it is no proof that the recording is whole. counts are the texts
// that the program that recorded left at the end; nil where there are none, in
// recordings of older versions, in copies packed anew, and where the end is cut.
func Ends(path string) (head Head, counts []string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return head, nil, fmt.Errorf("it cannot be read: %w", wholefile.Cause(err))
	}
	defer f.Close()
	s, err := open(path, f)
	switch {
	case errors.Is(err, ErrNotLDIF):
		return head, nil, fmt.Errorf("%w: %w", ErrNoRecordingFile, err)
	case err != nil:
		return head, nil, err
	}
	defer s.Close()
	if !s.recording {
		return head, nil, ErrNoRecordingFile
	}
	return s.evidence, lastCounts(f), nil
}

// lastCounts are those of the last line, where that has a frame of its own.
func lastCounts(f *os.File) []string {
	info, err := f.Stat()
	if err != nil {
		return nil
	}
	n := min(info.Size(), tailSize)
	tail := make([]byte, n)
	if _, err := f.ReadAt(tail, info.Size()-n); err != nil && err != io.EOF {
		return nil
	}
	for at := bytes.LastIndex(tail, zstdMagic); at >= 0; at = bytes.LastIndex(tail[:at], zstdMagic) {
		text, err := lastFrame(tail[at:])
		if err != nil { // the bytes of the magic may stand anywhere
			continue
		}
		rest, ours := bytes.CutPrefix(text, []byte(mark))
		line, whole := bytes.CutSuffix(rest, []byte{'\n'})
		if !ours || !whole || bytes.IndexByte(line, '\n') >= 0 {
			return nil
		}
		c, err := parseComment(string(line))
		if err != nil || c.name != "done" {
			return nil
		}
		a, _ := c.arg("counts")
		return a.texts
	}
	return nil
}

func lastFrame(b []byte) ([]byte, error) {
	z, err := zstd.NewReader(nil, zstd.WithDecoderMaxMemory(1<<20), zstd.WithDecoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	defer z.Close()
	return z.DecodeAll(b, nil)
}
