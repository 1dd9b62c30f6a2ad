package ldaptest

import (
	"bytes"
	"strconv"
	"strings"

	ber "github.com/go-asn1-ber/asn1-ber"
)

// Choices of a search filter (RFC 4511 4.5.1.7).
const (
	filterAnd        = 0
	filterOr         = 1
	filterNot        = 2
	filterEquality   = 3
	filterPresent    = 7
	filterExtensible = 9
)

// bitAnd is LDAP_MATCHING_RULE_BIT_AND (MS-ADTS 3.1.1.3.4.4.1).
const bitAnd = "1.2.840.113556.1.4.803"

// truth is what a filter comes to (RFC 4511 4.5.1.7).
type truth int8

const (
	isFalse truth = iota
	isTrue
	isUndefined // the account may not see what it depends on (MS-ADTS 3.1.1.3.1.3.1)
)

func truthOf(b bool) truth {
	if b {
		return isTrue
	}
	return isFalse
}

// matches evaluates a filter as it came over the wire. A kind of filter that
// is not served matches nothing.
func matches(e *Entry, f *ber.Packet) bool { return evaluate(e, f) == isTrue }

func evaluate(e *Entry, f *ber.Packet) truth {
	switch f.Tag {
	case filterAnd:
		return combine(e, f.Children, isFalse, isTrue)
	case filterOr:
		return combine(e, f.Children, isTrue, isFalse)
	case filterNot:
		switch {
		case len(f.Children) != 1:
			return isUndefined
		case evaluate(e, f.Children[0]) == isTrue:
			return isFalse
		case evaluate(e, f.Children[0]) == isFalse:
			return isTrue
		}
	case filterEquality:
		if name := text(f.Children[0]); !e.hides(name) {
			return truthOf(equals(e, name, content(f.Children[1])))
		}
	case filterPresent:
		name := f.Data.String()
		return truthOf(strings.EqualFold(name, "objectClass") || len(e.values(name)) > 0)
	case filterExtensible:
		return extensible(e, f.Children)
	}
	return isUndefined
}

// combine is "and" and "or": decided by the first part that is one, else
// undefined if a part is, else the other.
func combine(e *Entry, parts []*ber.Packet, one, other truth) truth {
	all := other
	for _, p := range parts {
		switch evaluate(e, p) {
		case one:
			return one
		case isUndefined:
			all = isUndefined
		}
	}
	return all
}

// extensible is (attribute:rule:=value) for the one rule that is served.
func extensible(e *Entry, parts []*ber.Packet) truth {
	var rule, name, value string
	for _, p := range parts {
		switch p.Tag {
		case 1:
			rule = text(p)
		case 2:
			name = text(p)
		case 3:
			value = text(p)
		}
	}
	want, err := strconv.ParseInt(value, 10, 64)
	if rule != bitAnd || err != nil || e.hides(name) {
		return isUndefined
	}
	for _, v := range e.values(name) {
		if n, err := strconv.ParseInt(string(v), 10, 64); err == nil && n&want == want {
			return isTrue
		}
	}
	return isFalse
}

// equals compares text without regard to case and everything else by bytes.
// For objectCategory the name of the class stands for its DN (MS-ADTS
// 3.1.1.3.1.3.5).
func equals(e *Entry, name string, want []byte) bool {
	for _, v := range e.values(name) {
		if bytes.Equal(v, want) || bytes.EqualFold(v, want) && !isBinary(name) {
			return true
		}
		if strings.EqualFold(name, "objectCategory") && strings.HasPrefix(strings.ToLower(string(v)), "cn="+strings.ToLower(string(want))+",") {
			return true
		}
	}
	return false
}

func isBinary(name string) bool {
	return strings.EqualFold(name, "objectSid") || strings.EqualFold(name, "sIDHistory") || strings.EqualFold(name, "objectGUID")
}

// content returns the bytes of a primitive element.
func content(p *ber.Packet) []byte {
	if p.ByteValue != nil {
		return p.ByteValue
	}
	return p.Data.Bytes()
}

func text(p *ber.Packet) string { return string(content(p)) }
