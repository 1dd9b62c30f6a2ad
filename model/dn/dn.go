package dn

import (
	"bytes"
	"encoding/binary"
	"strings"
)

// Longest bounds a name, in bytes, and with it the work of taking one apart.
// Active Directory has none over a few thousand.
const Longest = 1 << 14

// Fold is a byte in lower case, where it is a letter of ASCII.
func Fold(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c | 0x20
	}
	return c
}

// EqualFold reports whether two names differ at most in the case of letters of
// ASCII, as in the names of attributes (RFC 4512 1.4). Folding all of Unicode
// costs more.
func EqualFold[A, B []byte | string](a A, b B) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if a[i] != b[i] && Fold(a[i]) != Fold(b[i]) {
			return false
		}
	}
	return true
}

// Split cuts a distinguished name after its first RDN, at the first comma
// that is not escaped (RFC 4514 2.1, 2.4), or semicolon, outside a value in
// quotation marks (RFC 2253 4).
func Split(name string) (leaf, parent string) {
	quoted := false
	for i := 0; i < len(name); i++ {
		switch c := name[i]; {
		case c == '\\':
			i++
		case c == '"' && (quoted || strings.HasSuffix(strings.TrimRight(name[:i], " "), "=")):
			quoted = !quoted
		case !quoted && (c == ',' || c == ';'):
			return name[:i], name[i+1:]
		}
	}
	return name, ""
}

// Compare is the order in which names are compared: case folded by ASCII,
// then by bytes, so that the order is total and does not depend on a locale.
func Compare(a, b []byte) int {
	n := min(len(a), len(b))
	for i := range n {
		if x, y := Fold(a[i]), Fold(b[i]); x != y {
			return int(x) - int(y)
		}
	}
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return bytes.Compare(a, b)
}

// Prefix packs the first eight bytes of a name, folded as Compare folds
// them: names in order have these in order.
func Prefix(name []byte) uint64 {
	var b [8]byte
	for i := range min(len(name), len(b)) {
		b[i] = Fold(name[i])
	}
	return binary.BigEndian.Uint64(b[:])
}

// Unescape undoes RFC 4514 2.4: a backslash before a character, or before two
// hex digits that stand for a byte.
func Unescape(v string) string {
	if !strings.Contains(v, `\`) {
		return v
	}
	var b strings.Builder
	for v != "" {
		c, n := unescape(v)
		b.WriteByte(c)
		v = v[n:]
	}
	return b.String()
}

// unescape returns the first byte that a text with escapes stands for, and how
// many bytes of the text say so. A backslash at the end is itself.
func unescape(v string) (c byte, n int) {
	switch {
	case v[0] != '\\' || len(v) == 1:
		return v[0], 1
	case len(v) > 2 && isHex(v[1]) && isHex(v[2]):
		return unhex(v[1])<<4 | unhex(v[2]), 3
	}
	return v[1], 2
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f'
}

func unhex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}
