package acl

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"

	objectsid "github.com/bwmarrin/go-objectsid"
)

// maxSubAuthorities is the largest SubAuthorityCount a SID may carry ([MS-DTYP]
// 2.4.2.2).
const maxSubAuthorities = 15

// sidHeader is the length of what stands before the sub-authorities: revision,
// count and the six bytes of the authority.
const sidHeader = 8

// SID is a security identifier: the number that names a user, a group or a
// computer in an ACE ([MS-DTYP] 2.4.2).
//
// It is comparable and usable as a map key. The zero value is "no SID", and
// prints as the empty string.
type SID struct {
	// The binary form. A string is the cheapest immutable thing that Go can
	// compare and hash: 16 bytes in a struct, one allocation when made, and
	// a map keyed by it can be asked with a window on foreign bytes without
	// making a SID at all.
	b string
}

// SIDLen returns the length of the SID at the start of b, which may go on after
// it.
func SIDLen(b []byte) (int, error) {
	n, f := sidLen(b)
	if f.what != okay {
		return 0, fmt.Errorf("sid: %w", f.err())
	}
	return n, nil
}

// sidLen is the one place that measures a binary SID ([MS-DTYP] 2.4.2.2).
func sidLen(b []byte) (int, fault) {
	if len(b) < sidHeader {
		return 0, fault{tooShort, len(b), sidHeader}
	}
	if b[0] != 1 {
		return 0, fault{badRevision, int(b[0]), 1}
	}
	if b[1] > maxSubAuthorities {
		return 0, fault{badCount, int(b[1]), maxSubAuthorities}
	}
	n := sidHeader + 4*int(b[1])
	if len(b) < n {
		return 0, fault{tooShort, len(b), n}
	}
	return n, fault{}
}

// SIDFromBytes copies a binary SID, as in objectSid. b must hold exactly one
// SID.
func SIDFromBytes(b []byte) (SID, error) {
	n, err := SIDLen(b)
	if err != nil {
		return SID{}, err
	}
	if n != len(b) {
		return SID{}, fmt.Errorf("sid: %d bytes after the end", len(b)-n)
	}
	return SID{string(b)}, nil
}

// window makes a value of a SID whose form was checked before; nil gives the
// zero SID.
func window(b []byte) SID { return SID{string(b)} }

// ParseSID reads the text form, S-1-5-21-… ([MS-DTYP] 2.4.2.1). The authority
// may be decimal or 0x and hexadecimal.
func ParseSID(s string) (SID, error) {
	bad := func(why string) (SID, error) { return SID{}, fmt.Errorf("sid: %q: %s", clip(s), why) }
	if len(s) < 4 || s[0] != 'S' && s[0] != 's' || s[1:4] != "-1-" {
		return bad(`does not begin with "S-1-"`)
	}
	text, rest, more := strings.Cut(s[4:], "-")
	base := 10
	if len(text) > 2 && (text[:2] == "0x" || text[:2] == "0X") {
		text, base = text[2:], 16
	}
	authority, err := parseDigits(text, base, 48)
	if err != nil {
		return bad("authority: " + err.Error())
	}
	var buf [sidHeader + 4*maxSubAuthorities]byte
	binary.BigEndian.PutUint64(buf[:], authority) // its two upper bytes are zero and are overwritten
	buf[0], buf[1] = 1, 0
	n := sidHeader
	for more {
		if n == len(buf) {
			return bad("more than 15 sub-authorities")
		}
		text, rest, more = strings.Cut(rest, "-")
		v, err := parseDigits(text, 10, 32)
		if err != nil {
			return bad("sub-authority: " + err.Error())
		}
		binary.LittleEndian.PutUint32(buf[n:], uint32(v))
		buf[1]++
		n += 4
	}
	return SID{string(buf[:n])}, nil
}

// parseDigits is strconv.ParseUint without the sign, underscore and base rules
// that a SID does not have.
func parseDigits(s string, base, bits int) (uint64, error) {
	v, err := strconv.ParseUint(s, base, bits)
	switch {
	case err == nil:
		return v, nil
	case errors.Is(err, strconv.ErrRange):
		return 0, errors.New("number too large")
	default:
		return 0, errors.New("not a number")
	}
}

// clip keeps an error message readable when the input is not: at most 80 bytes
// of it.
func clip(s string) string {
	if len(s) > 80 {
		return s[:80] + "…"
	}
	return s
}

// MustParseSID is ParseSID for constants in source text; it panics on an error.
func MustParseSID(s string) SID {
	sid, err := ParseSID(s)
	if err != nil {
		panic(err)
	}
	return sid
}

// IsZero reports whether s is the zero value, "no SID".
func (s SID) IsZero() bool { return s.b == "" }

// authority returns the six-byte identifier authority; s must not be zero.
func (s SID) authority() uint64 {
	return uint64(s.b[2])<<40 | uint64(s.b[3])<<32 | uint64(s.b[4])<<24 | uint64(s.b[5])<<16 | uint64(s.b[6])<<8 | uint64(s.b[7])
}

// sub returns the sub-authority at index i.
func (s SID) sub(i int) uint32 {
	p := s.b[sidHeader+4*i:]
	return uint32(p[0]) | uint32(p[1])<<8 | uint32(p[2])<<16 | uint32(p[3])<<24
}

// subs returns the number of sub-authorities.
func (s SID) subs() int { return (len(s.b) - sidHeader) / 4 }

// String returns the text form, or "" for the zero SID. It costs about a
// microsecond: make it once for each distinct SID.
//
// The text is go-objectsid's, which needs an input of the right length (a SID
// always has it) and an int of 64 bits, and prints authorities of 2^32 and more
// in decimal where [MS-DTYP] 2.4.2.1 wants twelve hexadecimal digits; those few
// go through AppendTo.
func (s SID) String() string {
	if s.IsZero() {
		return ""
	}
	if strconv.IntSize < 64 || s.authority() >= 1<<32 {
		return string(s.AppendTo(nil))
	}
	return objectsid.Decode([]byte(s.b)).String()
}

// AppendTo appends the text form to b.
func (s SID) AppendTo(b []byte) []byte {
	if s.IsZero() {
		return b
	}
	b = append(b, "S-1-"...)
	if a := s.authority(); a < 1<<32 {
		b = strconv.AppendUint(b, a, 10)
	} else {
		b = fmt.Appendf(b, "0x%012x", a)
	}
	for i := range s.subs() {
		b = append(b, '-')
		b = strconv.AppendUint(b, uint64(s.sub(i)), 10)
	}
	return b
}

// Bytes returns a copy of the binary form; nil for the zero SID.
func (s SID) Bytes() []byte {
	if s.IsZero() {
		return nil
	}
	return []byte(s.b)
}

// Raw returns the binary form as a string, without a copy. It is what Exchange
// and AD store, and sorts by authority, not by domain.
func (s SID) Raw() string { return s.b }

// Split takes the last sub-authority off: for an account of a domain that is
// the domain's SID and the relative identifier (RID). ok is false where there
// is nothing to take off.
func (s SID) Split() (domain SID, rid uint32, ok bool) {
	if s.IsZero() || s.subs() == 0 {
		return SID{}, 0, false
	}
	n := s.subs() - 1
	head := []byte(s.b[:sidHeader+4*n])
	head[1] = byte(n)
	return SID{string(head)}, s.sub(n), true
}

// WithRID returns s with one sub-authority more: the account rid of the domain
// s. It is the zero SID where s is zero or already holds 15.
func (s SID) WithRID(rid uint32) SID {
	if s.IsZero() || s.subs() == maxSubAuthorities {
		return SID{}
	}
	b := binary.LittleEndian.AppendUint32([]byte(s.b), rid)
	b[1]++
	return SID{string(b)}
}

// MarshalText implements [encoding.TextMarshaler]; the zero SID gives empty
// text.
func (s SID) MarshalText() ([]byte, error) { return s.AppendTo(nil), nil }

// UnmarshalText implements [encoding.TextUnmarshaler]; empty text gives the
// zero SID.
func (s *SID) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*s = SID{}
		return nil
	}
	v, err := ParseSID(string(text))
	if err == nil {
		*s = v
	}
	return err
}
