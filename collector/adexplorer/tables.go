package adexplorer

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Bounds on what a table is believed. A schema has some thousands of attributes
// and classes, a name at most 256 characters ([MS-ADTS] 3.1.1.2.3).
const (
	mostRows = 1 << 20
	longName = 4 << 10  // bytes
	longText = 64 << 10 // of a DN or a label
)

// property is an attribute of the schema, as objects refer to it by its place.
type property struct {
	name   string
	kind   adsType
	syntax uint32
	slot   int  // where its values are kept; -1: nothing asks for it
	part   bool // the name says that these are some of its values
}

// reader reads tables; after the first error it gives zeros.
type reader struct {
	in  *bufio.Reader
	err error
}

func (r *reader) number() uint32 {
	var b [4]byte
	r.bytes(b[:])
	return binary.LittleEndian.Uint32(b[:])
}

func (r *reader) bytes(b []byte) {
	if r.err == nil {
		_, r.err = io.ReadFull(r.in, b)
	}
	if r.err != nil {
		clear(b)
	}
}

func (r *reader) skip(n int64) {
	if r.err == nil {
		_, r.err = io.CopyN(io.Discard, r.in, n)
	}
}

var errTooLong = errors.New("a text in it is too long")

// text reads a text behind its length in bytes.
func (r *reader) text(most uint32) string {
	n := r.number()
	if r.err == nil && n > most {
		r.err = errTooLong
	}
	if r.err != nil {
		return ""
	}
	b := make([]byte, n)
	r.bytes(b)
	return fixedText(b)
}

// count reads how many rows follow.
func (r *reader) count() uint32 {
	n := r.number()
	if r.err == nil && n > mostRows {
		r.err = fmt.Errorf("it cannot have %d rows", n)
	}
	if r.err != nil {
		return 0
	}
	return n
}

// readTables reads the attributes, and of the classes the DNs by which
// objectCategory names them. Without the first nothing of a snapshot can be
// understood.
func (s *Source) readTables(r io.ReaderAt, size int64) error {
	in := &reader{in: bufio.NewReaderSize(io.NewSectionReader(r, s.header.tables, size-s.header.tables), pageSize)}
	schema := ""
	for range in.count() {
		p := property{name: in.text(longName), slot: -1}
		p.syntax, p.kind = in.number(), adsType(in.number())
		name := in.text(longText)
		in.skip(16 + 16 + 4)
		if in.err != nil {
			break
		}
		if base, options, found := strings.Cut(p.name, ";"); found {
			p.name, p.part = base, strings.HasPrefix(strings.ToLower(options), "range=")
		}
		s.properties = append(s.properties, p)
		if _, parent, ok := strings.Cut(name, ","); ok && schema == "" && isSchema(parent) {
			schema = parent
		}
	}
	switch {
	case errors.Is(in.err, io.EOF), errors.Is(in.err, io.ErrUnexpectedEOF):
		return fmt.Errorf("its table of attributes ends too early: %w", errCut)
	case in.err != nil:
		return fmt.Errorf("its table of attributes is damaged: %w", in.err)
	case schema == "":
		return errors.New("its table of attributes is damaged: it names no schema")
	}
	s.root.Schema = schema
	_, s.root.Configuration, _ = strings.Cut(schema, ",")
	_, s.top, _ = strings.Cut(s.root.Configuration, ",")
	s.readClasses(in)
	if s.header.tree >= size { // something of the tree is always there
		s.warnings = append(s.warnings, fmt.Sprintf("the snapshot is cut behind its objects: it has %d bytes of more than %d", size, s.header.tree))
	}
	return nil
}

// isSchema reports whether a DN is that of a schema partition.
func isSchema(name string) bool {
	const head = "cn=schema,cn=configuration,"
	return len(name) > len(head) && strings.EqualFold(name[:len(head)], head)
}

// readClasses takes the DN of each class. Where the table is damaged those of
// the few classes that filters name are known anyway ([MS-ADSC] 2).
func (s *Source) readClasses(in *reader) {
	s.categories = map[string]string{
		"person": "CN=Person," + s.root.Schema, "group": "CN=Group," + s.root.Schema, "trusteddomain": "CN=Trusted-Domain," + s.root.Schema,
	}
	for range in.count() {
		name := in.text(longName)
		dn := in.text(longText)
		in.text(longText) // label
		in.text(longName) // class above
		in.skip(16)
		in.skip(int64(in.number())) // default descriptor
		for range in.count() {
			in.number()
			in.text(longText)
		}
		in.skip(16 * int64(in.count())) // rights
		for range 2 {                   // classes it may lie in, and auxiliary ones
			for range in.count() {
				in.text(longName)
			}
		}
		if in.err != nil {
			break
		}
		if name != "" && dn != "" {
			s.categories[strings.ToLower(name)] = dn
		}
	}
	if in.err != nil {
		s.warnings = append(s.warnings, "the snapshot's table of classes is cut or damaged: nothing but the names of classes stands there")
	}
}
