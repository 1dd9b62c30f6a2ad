package dn

import (
	"strings"
)

// Two spellings of a distinguished name are one name: a character of a value
// may stand for itself, behind a backslash or as two hex digits (RFC 4514 2.4),
// blanks may stand around separators, a semicolon for a comma, and a value in
// quotation marks (RFC 2253 4); distinguishedNameMatch compares values (RFC
// 4517 4.2.15). Nearly every name is spelled without any of that, which is told
// by one look at its bytes.

// Equal reports whether two texts spell the same distinguished name. Letters
// compare without regard to case.
func Equal(a, b string) bool {
	if strings.EqualFold(a, b) {
		return true
	}
	if len(a) > Longest || len(b) > Longest || plain(a) && plain(b) {
		return false
	}
	for a != "" && b != "" {
		var x, y string
		x, a = Split(a)
		y, b = Split(b)
		if !strings.EqualFold(CanonicalRDN(x), CanonicalRDN(y)) {
			return false
		}
	}
	return a == b
}

func plain(name string) bool {
	return !strings.ContainsAny(name, `\"+;`) && !strings.HasSuffix(name, ",") && !strings.Contains(name, " ,") && !strings.Contains(name, ", ") &&
		!strings.Contains(name, " =") && !strings.Contains(name, "= ") && strings.TrimSpace(name) == name
}

// PlainRDN reports whether an RDN has one spelling but for the case of its
// letters.
func PlainRDN(rdn string) bool {
	value := false // behind the first equals sign
	for i := 0; i < len(rdn); i++ {
		switch c := rdn[i]; {
		case c == '\\' || c == '"' || c == '+':
			return false
		case c == '=' && !value:
			value = true
			if i > 0 && rdn[i-1] == ' ' || i+1 < len(rdn) && rdn[i+1] == ' ' {
				return false
			}
		}
	}
	return rdn == "" || rdn[0] != ' ' && rdn[len(rdn)-1] != ' '
}

// TrimRDN takes away the blanks around an RDN; one behind a backslash is a part
// of its value.
func TrimRDN(rdn string) string {
	rdn = strings.TrimLeft(rdn, " ")
	for strings.HasSuffix(rdn, " ") && !escapedAt(rdn, len(rdn)-1) {
		rdn = rdn[:len(rdn)-1]
	}
	return rdn
}

// escapedAt reports whether the byte at i stands behind a backslash that is
// none itself.
func escapedAt(s string, i int) bool {
	n := 0
	for i--; i >= 0 && s[i] == '\\'; i-- {
		n++
	}
	return n&1 == 1
}

// CanonicalRDN is the same text for all spellings of an RDN: its attribute
// without blanks, its value without escapes. A plus sign that parts two values
// is kept apart from one that belongs to a value. The text is for comparing and
// is no RDN itself.
func CanonicalRDN(rdn string) string {
	if PlainRDN(rdn) {
		return rdn
	}
	name, value, ok := strings.Cut(rdn, "=")
	if !ok {
		return strings.TrimSpace(rdn)
	}
	value = TrimRDN(value)
	quoted := len(value) >= 2 && value[0] == '"' && value[len(value)-1] == '"' && !escapedAt(value, len(value)-1)
	if quoted {
		value = value[1 : len(value)-1]
	}
	var b strings.Builder
	b.WriteString(strings.TrimSpace(name))
	b.WriteByte('=')
	for value != "" {
		if value[0] == '+' && !quoted {
			b.WriteByte(0)
		}
		c, n := unescape(value)
		b.WriteByte(c)
		value = value[n:]
	}
	return b.String()
}

// SameRDN reports whether an RDN as it was kept is the one with this spelling,
// whose canonical text is key.
func SameRDN(kept []byte, rdn, key string) bool {
	if EqualFold(kept, rdn) {
		return true
	}
	s := string(kept)
	return (len(key) != len(rdn) || key != rdn || !PlainRDN(s)) && EqualFold([]byte(CanonicalRDN(s)), key)
}
