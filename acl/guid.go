package acl

import (
	"encoding/hex"
	"fmt"
)

// GUID names a right, a property set, an attribute or a class ([MS-DTYP]
// 2.3.4). It is kept as it lies in a descriptor, with the first three fields
// little-endian, so the bytes in an ACE compare with it directly. The zero
// value is "none".
type GUID [16]byte

// guidText says which byte of a GUID is printed at each place: the packet form
// is little-endian in its first three fields, the text is not ([MS-DTYP]
// 2.3.4.2, 2.3.4.3).
var guidText = [16]uint8{3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15}

// GUIDFromBytes copies a binary GUID, as in schemaIDGUID. b must be 16 bytes.
func GUIDFromBytes(b []byte) (GUID, error) {
	if len(b) != 16 {
		return GUID{}, fmt.Errorf("guid: %d bytes, need 16", len(b))
	}
	return GUID(b), nil
}

// ParseGUID reads the text form, with or without braces:
// ab721a54-1e2f-11d0-9819-00aa0040529b.
func ParseGUID(s string) (GUID, error) {
	t := s
	if len(t) == 38 && t[0] == '{' && t[37] == '}' {
		t = t[1:37]
	}
	if len(t) != 36 || t[8] != '-' || t[13] != '-' || t[18] != '-' || t[23] != '-' {
		return GUID{}, fmt.Errorf("guid: %q: not of the form xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx", clip(s))
	}
	var b [16]byte
	if _, err := hex.Decode(b[:], []byte(t[:8]+t[9:13]+t[14:18]+t[19:23]+t[24:])); err != nil {
		return GUID{}, fmt.Errorf("guid: %q: not hexadecimal", clip(s))
	}
	var g GUID
	for i, from := range guidText {
		g[from] = b[i]
	}
	return g, nil
}

// MustParseGUID is ParseGUID for constants in source text; it panics on an
// error.
func MustParseGUID(s string) GUID {
	g, err := ParseGUID(s)
	if err != nil {
		panic(err)
	}
	return g
}

// IsZero reports whether g is the zero value, "none".
func (g GUID) IsZero() bool { return g == GUID{} }

// Compare orders GUIDs as their text sorts.
func (g GUID) Compare(h GUID) int {
	for _, i := range guidText {
		if g[i] != h[i] {
			return int(g[i]) - int(h[i])
		}
	}
	return 0
}

// String returns the text form in lower case, without braces.
func (g GUID) String() string {
	var buf [36]byte
	return string(g.AppendTo(buf[:0]))
}

// AppendTo appends the text form to b.
func (g GUID) AppendTo(b []byte) []byte {
	const digits = "0123456789abcdef"
	for i, from := range guidText {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			b = append(b, '-')
		}
		b = append(b, digits[g[from]>>4], digits[g[from]&15])
	}
	return b
}

// MarshalText implements [encoding.TextMarshaler]; the zero GUID gives empty
// text.
func (g GUID) MarshalText() ([]byte, error) {
	if g.IsZero() {
		return []byte{}, nil
	}
	return g.AppendTo(nil), nil
}

// UnmarshalText implements [encoding.TextUnmarshaler]; empty text gives the
// zero GUID.
func (g *GUID) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*g = GUID{}
		return nil
	}
	v, err := ParseGUID(string(text))
	if err == nil {
		*g = v
	}
	return err
}
