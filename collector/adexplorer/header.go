package adexplorer

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"os"
	"time"
	"unicode/utf16"

	"mbxperm/model/wholefile"
)

const (
	headerSize = 0x43E
	whole      = "win-ad-ob\x00"
	begun      = "win-ad-XX\x00" // until the snapshot is whole
	version    = 0x10001
)

// Is reports whether a file begins like a snapshot. Nine bytes of it are enough.
func Is(head []byte) bool {
	return bytes.HasPrefix(head, []byte(whole[:9])) || bytes.HasPrefix(head, []byte(begun[:9]))
}

// IsFile reports whether there is such a file and it begins like a snapshot.
func IsFile(path string) bool {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, 9)
	_, err = io.ReadFull(f, head)
	return err == nil && Is(head)
}

// header is how a snapshot begins.
type header struct {
	taken       time.Time
	description string
	server      string
	objects     uint32
	tables      int64 // where they begin, and the objects end
	tree        int64 // where the tree begins, which is the last part
}

// Open opens a snapshot and reads its tables. The error is one sentence with the
// name of the file.
func Open(path string) (*Source, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", path, wholefile.Cause(err))
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("cannot read %s: %w", path, wholefile.Cause(err))
	}
	s, err := Read(path, f, info.Size())
	if err != nil {
		f.Close()
		return nil, err
	}
	s.closer = f
	return s, nil
}

// Read is Open for what can be read at any place and has a size, such as a file
// in memory; it is not closed. name is what Source.Name says.
func Read(name string, r io.ReaderAt, size int64) (*Source, error) {
	s, err := open(name, r, size)
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", name, err)
	}
	return s, nil
}

// open reads header and tables.
func open(name string, r io.ReaderAt, size int64) (*Source, error) {
	b := make([]byte, headerSize)
	switch n, err := r.ReadAt(b, 0); {
	case n == 0 && err != io.EOF:
		return nil, wholefile.Cause(err)
	case !Is(b[:n]):
		return nil, errors.New("it is no snapshot of AD Explorer")
	case bytes.HasPrefix(b, []byte(begun[:9])):
		return nil, errBegun
	case n < len(b):
		return nil, errCut
	}
	if v := binary.LittleEndian.Uint32(b[10:]); v != version || string(b[:len(whole)]) != whole {
		return nil, fmt.Errorf("it is a snapshot of AD Explorer in another format (0x%x, and 0x%x is read here)", v, version)
	}
	h := header{
		taken: fileTime(binary.LittleEndian.Uint64(b[14:])), description: fixedText(b[22:542]), server: fixedText(b[542:1062]),
		objects: binary.LittleEndian.Uint32(b[1062:]),
		tables:  int64(binary.LittleEndian.Uint64(b[1070:])), tree: int64(binary.LittleEndian.Uint64(b[1078:])),
	}
	switch {
	case h.tables == 0:
		return nil, errBegun
	case h.tables < headerSize:
		return nil, fmt.Errorf("its header is damaged: its tables cannot begin at byte %d", h.tables)
	case h.tables >= size:
		return nil, fmt.Errorf("%w: its tables begin at byte %d, and it has %d", errCut, h.tables, size)
	}
	s := &Source{name: name, header: h, file: file{r: r, limit: h.tables}, seed: maphash.MakeSeed(), slots: slots{number: map[string]int{}}}
	return s, s.readTables(r, size)
}

var (
	errCut   = errors.New("it is cut: copy it again")
	errBegun = errors.New("AD Explorer did not finish this snapshot: take it again")
)

// fileTime is a FILETIME: intervals of 100 ns since 1601 in UTC ([MS-DTYP]
// 2.3.3). The zero time is one that nobody has written, or that lies beyond
// what a calendar shows.
func fileTime(v uint64) time.Time {
	const to1970 = 116_444_736_000_000_000
	if v < to1970 || v > 2_650_467_743_990_000_000 { // the end of 9999
		return time.Time{}
	}
	v -= to1970
	return time.Unix(int64(v/10_000_000), int64(v%10_000_000)*100).UTC()
}

// fixedText is a text in a field of fixed size, up to its NUL.
func fixedText(b []byte) string {
	var units []uint16
	for ; len(b) >= 2 && (b[0] != 0 || b[1] != 0); b = b[2:] {
		units = append(units, binary.LittleEndian.Uint16(b))
	}
	return string(utf16.Decode(units))
}
