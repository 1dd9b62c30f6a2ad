package decode

import "strings"

// NamesFilter is a filter for the objects with these DNs (RFC 4515).
func NamesFilter(names []string) string {
	var b strings.Builder
	b.WriteString("(|")
	for _, name := range names {
		b.WriteString("(distinguishedName=")
		EscapeFilter(&b, name)
		b.WriteByte(')')
	}
	b.WriteByte(')')
	return b.String()
}

// EscapeFilter writes a value into a filter (RFC 4515 3).
func EscapeFilter(b *strings.Builder, value string) {
	const hex = "0123456789abcdef"
	for _, c := range []byte(value) {
		switch {
		case c == '(' || c == ')' || c == '*' || c == '\\' || c < 0x20 || c >= 0x7F:
			b.Write([]byte{'\\', hex[c>>4], hex[c&15]})
		default:
			b.WriteByte(c)
		}
	}
}
