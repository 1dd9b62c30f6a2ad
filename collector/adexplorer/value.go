package adexplorer

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// adsType is an ADSTYPE, which says how values are written.
type adsType uint32

// The types that occur.
const (
	typeDN            adsType = 1
	typeNumericString adsType = 5
	typeBoolean       adsType = 6
	typeInteger       adsType = 7
	typeOctets        adsType = 8
	typeTime          adsType = 9
	typeLargeInteger  adsType = 10
	typeObjectClass   adsType = 12
	typeDescriptor    adsType = 25
	typeDNWithBinary  adsType = 27

	// syntaxDNWithBinary is that of attributes whose values are bytes and a DN
	// although the type says bytes (2.5.5.7 with oMSyntax 127).
	syntaxDNWithBinary = 21
)

// Bounds on what an object may hold, as in package ldif.
const (
	longestValue  = 64 << 20
	largestObject = 256 << 20
)

var (
	errValue    = fmt.Errorf("a value of it is larger than %d MiB", longestValue>>20)
	errTooLarge = fmt.Errorf("its values are larger than %d MiB", largestObject>>20)
	errType     = errors.New("its values are of a type that is not read")
)

// kindOf is the type in which the values of a property are written.
func (p *property) kindOf() adsType {
	if p.kind == typeOctets && p.syntax == syntaxDNWithBinary {
		return typeDNWithBinary
	}
	return p.kind
}

// values are those of one object, as LDAP would give them, with the memory that
// they need. It is emptied for every object.
type values struct {
	file  *file
	block []byte
	size  int64 // of all that was made for this object
	one   [16]byte
	made  []byte
}

func (v *values) reset() {
	v.block, v.size = v.block[:0], 0
	if cap(v.block) > windowSize {
		v.block = nil
	}
}

// grab returns n bytes. What was returned before stays valid.
func (v *values) grab(n int) []byte {
	if cap(v.block)-len(v.block) < n {
		v.block = make([]byte, 0, max(n, 256<<10))
	}
	at := len(v.block)
	v.block = v.block[:at+n]
	return v.block[at : at+n : at+n]
}

// take makes room for n bytes more of this object's values.
func (v *values) take(n int64) error {
	if n > longestValue {
		return errValue
	}
	if v.size += n; v.size > largestObject {
		return errTooLarge
	}
	return nil
}

// read appends the values of a property that lie at a place.
func (v *values) read(to [][]byte, kind adsType, at int64) ([][]byte, error) {
	n, err := v.file.number32(at)
	if err != nil {
		return to, err
	}
	count, place := int64(n), at+4
	switch {
	case kind >= typeDN && kind <= typeNumericString, kind == typeObjectClass:
		return v.texts(to, at, count)
	case kind == typeOctets, kind == typeDescriptor, kind == typeDNWithBinary:
		return v.lengths(to, kind == typeDNWithBinary, place, count)
	case kind == typeBoolean, kind == typeInteger:
		return v.fixed(to, kind, place, count, 4)
	case kind == typeLargeInteger:
		return v.fixed(to, kind, place, count, 8)
	case kind == typeTime:
		return v.fixed(to, kind, place, count, 16)
	}
	return to, errType
}

// appendFixed writes a value of a fixed size as LDAP has it: integers are signed
// there.
func appendFixed(to []byte, kind adsType, b []byte) []byte {
	switch kind {
	case typeBoolean:
		if binary.LittleEndian.Uint32(b) != 0 {
			return append(to, "TRUE"...)
		}
		return append(to, "FALSE"...)
	case typeInteger:
		return strconv.AppendInt(to, int64(int32(binary.LittleEndian.Uint32(b))), 10)
	case typeLargeInteger:
		return strconv.AppendInt(to, int64(binary.LittleEndian.Uint64(b)), 10)
	}
	// SYSTEMTIME ([MS-DTYP] 2.3.13), as generalized time in the form of AD.
	part := func(i int) uint16 { return binary.LittleEndian.Uint16(b[2*i:]) }
	return fmt.Appendf(to, "%04d%02d%02d%02d%02d%02d.0Z", part(0), part(1), part(3), part(4), part(5), part(6))
}

// fixed appends values of one size.
func (v *values) fixed(to [][]byte, kind adsType, at, count, size int64) ([][]byte, error) {
	if !v.file.among(at, count*size) {
		return to, errOutside
	}
	for range count {
		b := v.file.inside(at, size)
		if b == nil {
			b = v.one[:size]
			if err := v.file.read(b, at); err != nil {
				return to, err
			}
		}
		v.made = appendFixed(v.made[:0], kind, b)
		if err := v.take(int64(len(v.made)) + 16); err != nil {
			return to, err
		}
		kept := v.grab(len(v.made))
		copy(kept, v.made)
		to, at = append(to, kept), at+size
	}
	return to, nil
}

// lengths appends values that stand behind the lengths of all of them.
func (v *values) lengths(to [][]byte, withDN bool, at, count int64) ([][]byte, error) {
	if !v.file.among(at, 4*count) {
		return to, errOutside
	}
	place := at + 4*count
	for i := range count {
		n, err := v.file.number32(at + 4*i)
		if err != nil {
			return to, err
		}
		b, err := v.bytes(place, int64(n))
		if err != nil {
			return to, err
		}
		if place += int64(n); withDN {
			name, used, err := v.text(place)
			if err != nil {
				return to, err
			}
			b, place = v.dnWithBinary(b, name), place+used
		}
		to = append(to, b)
	}
	return to, nil
}

// dnWithBinary is a value of bytes and a DN as LDAP has it ([MS-ADTS]
// 3.1.1.2.2.2.5). Without bytes it is a DN.
func (v *values) dnWithBinary(b, name []byte) []byte {
	if len(b) == 0 {
		return name
	}
	out := fmt.Appendf(nil, "B:%d:", 2*len(b))
	return append(append(hex.AppendEncode(out, b), ':'), name...)
}

// bytes returns n bytes of the file, out of the window as they lie there.
func (v *values) bytes(at, n int64) ([]byte, error) {
	if err := v.take(n + 16); err != nil {
		return nil, err
	}
	if b := v.file.inside(at, n); b != nil {
		return b, nil
	}
	if !v.file.among(at, n) {
		return nil, errOutside
	}
	b := v.grab(int(n))
	return b, v.file.read(b, at)
}

// texts appends texts that lie at offsets from the number of them on.
func (v *values) texts(to [][]byte, at, count int64) ([][]byte, error) {
	if !v.file.among(at+4, 4*count) {
		return to, errOutside
	}
	for i := range count {
		offset, err := v.file.number32(at + 4 + 4*i)
		if err != nil {
			return to, err
		}
		text, _, err := v.text(at + int64(int32(offset)))
		if err != nil {
			return to, err
		}
		to = append(to, text)
	}
	return to, nil
}

// text reads a text in UTF-16 up to its NUL, and returns it in UTF-8 with how
// many bytes of the file it takes. What is no character becomes U+FFFD.
func (v *values) text(at int64) (text []byte, used int64, err error) {
	if !v.file.among(at, 2) {
		return nil, 0, errOutside
	}
	if b := v.file.ahead(at); b != nil {
		if text, ok := v.plain(b); ok {
			return text, 2*int64(len(text)) + 2, v.take(int64(len(text)) + 16)
		}
	}
	start := len(v.block)
	out := v.block[start:start:cap(v.block)]
	var high uint16
	for ; ; used += 2 {
		b, err := v.file.some(at+used, 2)
		if err != nil {
			return nil, 0, err
		}
		if len(b) < 2 { // over the end of a page
			var two [2]byte
			if err := v.file.read(two[:], at+used); err != nil {
				return nil, 0, err
			}
			b = two[:]
		}
		unit := binary.LittleEndian.Uint16(b)
		if high != 0 {
			if r := utf16.DecodeRune(rune(high), rune(unit)); r != utf8.RuneError {
				out, high = utf8.AppendRune(out, r), 0
				continue
			}
			out, high = utf8.AppendRune(out, utf8.RuneError), 0
		}
		switch {
		case unit == 0:
			v.keep(start, out)
			return out[:len(out):len(out)], used + 2, v.take(int64(len(out)) + 16)
		case unit >= 0xD800 && unit < 0xDC00:
			high = unit
		default:
			out = utf8.AppendRune(out, rune(unit)) // of a low surrogate alone: U+FFFD
		}
		if len(out) > longestValue {
			return nil, 0, errValue
		}
	}
}

// keep counts a text as part of the block that it was written to the end of,
// unless it outgrew that and lies elsewhere.
func (v *values) keep(start int, text []byte) {
	if len(text) <= cap(v.block)-start {
		v.block = v.block[:start+len(text)]
	}
}

// plain reads a text that is ASCII and ends in this part of the file, as nearly
// all are.
func (v *values) plain(b []byte) ([]byte, bool) {
	n := 0
	for ; ; n += 2 {
		if n+2 > len(b) || b[n+1] != 0 || b[n] >= utf8.RuneSelf {
			return nil, false
		}
		if b[n] == 0 {
			break
		}
	}
	text := v.grab(n / 2)
	for i := range text {
		text[i] = b[2*i]
	}
	return text, true
}

// ahead is what the window holds from a place on.
func (f *file) ahead(at int64) []byte {
	if end := f.base + int64(len(f.window)); at >= f.base && at < end {
		return f.window[at-f.base:]
	}
	return nil
}
