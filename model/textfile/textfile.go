// Package textfile reads the small text files that people write by hand or
// with another program: a password, a hash, certificates in PEM, krb5.conf.
//
// Windows writes such files in three ways: Notepad as UTF-8, with or without a
// byte order mark; "Out-File" and ">" of Windows PowerShell as UTF-16 with one;
// old programs in a code page. A mark is no part of the text (RFC 3629 6), and
// a code page cannot be told from another, so that text is refused. Lines end
// in LF, CR LF or CR.
//
// What is read here may be a secret: no error repeats any of it.
package textfile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// What is wrong with a text; each says what to do.
var (
	ErrEncoding = errors.New("it is text in a code page, neither UTF-8 nor UTF-16 with a byte order mark; save it as UTF-8")
	ErrNUL      = errors.New("it holds a NUL character: it is UTF-16 without a byte order mark, or no text; save it as UTF-8")
	ErrHalf     = errors.New("it is UTF-16 that is cut off or damaged; save it as UTF-8")
)

// Decode returns the text of b: UTF-8, or UTF-16 of either order with a byte
// order mark, without the mark. The error is ErrEncoding, ErrNUL or ErrHalf.
func Decode(b []byte) (string, error) {
	var text string
	switch {
	case bytes.HasPrefix(b, []byte{0xFF, 0xFE}):
		return fromUTF16(b[2:], binary.LittleEndian)
	case bytes.HasPrefix(b, []byte{0xFE, 0xFF}):
		return fromUTF16(b[2:], binary.BigEndian)
	default:
		text = string(bytes.TrimPrefix(b, []byte("\ufeff")))
	}
	switch {
	case strings.ContainsRune(text, 0):
		return "", ErrNUL
	case !utf8.ValidString(text):
		return "", ErrEncoding
	}
	return text, nil
}

func fromUTF16(b []byte, order binary.ByteOrder) (string, error) {
	if len(b)%2 != 0 {
		return "", ErrHalf
	}
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = order.Uint16(b[2*i:])
	}
	for i := 0; i < len(units); i++ {
		u := rune(units[i])
		switch {
		case u == 0:
			return "", ErrNUL
		case !utf16.IsSurrogate(u):
		case i+1 < len(units) && utf16.DecodeRune(u, rune(units[i+1])) != utf8.RuneError:
			i++
		default:
			return "", ErrHalf
		}
	}
	return string(utf16.Decode(units)), nil
}

// FirstLine reads a file whose first line is all that counts, and which is no
// longer than limit bytes up to the end of that line. The line has no end of
// line, and may be empty. An error of reading is passed on as it is.
func FirstLine(r io.Reader, limit int) (string, error) {
	b, err := io.ReadAll(io.LimitReader(r, int64(limit)+1))
	if err != nil {
		return "", err
	}
	long := len(b) > limit
	if long {
		// An even number, so that UTF-16 is not cut in the middle.
		b = b[:limit&^1]
	}
	text, err := Decode(b)
	if err != nil && long {
		// The end of b may be in the middle of a character.
		text, err = Decode(b[:max(bytes.LastIndexByte(b, '\n')+1, 0)])
	}
	if err != nil {
		return "", err
	}
	end := strings.IndexAny(text, "\r\n")
	switch {
	case end >= 0:
		return text[:end], nil
	case long:
		return "", fmt.Errorf("its first line is longer than %d bytes", limit)
	}
	return text, nil
}
