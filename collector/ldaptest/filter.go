package ldaptest

import (
	"bytes"
	"strings"

	ber "github.com/go-asn1-ber/asn1-ber"
)

// Choices of a search filter (RFC 4511 4.5.1.7).
const (
	filterAnd      = 0
	filterOr       = 1
	filterNot      = 2
	filterEquality = 3
	filterPresent  = 7
)

// matches evaluates a filter as it came over the wire. A kind of filter that
// is not served matches nothing.
func matches(e *Entry, f *ber.Packet) bool {
	switch f.Tag {
	case filterAnd:
		for _, c := range f.Children {
			if !matches(e, c) {
				return false
			}
		}
		return true
	case filterOr:
		for _, c := range f.Children {
			if matches(e, c) {
				return true
			}
		}
		return false
	case filterNot:
		return len(f.Children) == 1 && !matches(e, f.Children[0])
	case filterEquality:
		return len(f.Children) == 2 && equals(e, text(f.Children[0]), content(f.Children[1]))
	case filterPresent:
		name := f.Data.String()
		return strings.EqualFold(name, "objectClass") || len(e.values(name)) > 0
	}
	return false
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
