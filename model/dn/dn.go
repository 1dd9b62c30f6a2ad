package dn

import (
	"bytes"
	"encoding/binary"
	"strings"
)

// Longest bounds a name, in bytes, and with it the work of taking one apart.
// Active Directory has none over a few thousand.
const Longest = 1 << 14

func Fold(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c | 0x20
	}
	return c
}

func EqualFold(a []byte, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if Fold(a[i]) != Fold(b[i]) {
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
	for i := 0; i < len(v); i++ {
		if v[i] != '\\' || i+1 == len(v) {
			b.WriteByte(v[i])
			continue
		}
		if i+2 < len(v) && isHex(v[i+1]) && isHex(v[i+2]) {
			b.WriteByte(unhex(v[i+1])<<4 | unhex(v[i+2]))
			i += 2
			continue
		}
		i++
		b.WriteByte(v[i])
	}
	return b.String()
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
