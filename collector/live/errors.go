package live

import (
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/go-ldap/ldap/v3"
)

// Kinds of errors, for errors.Is.
var (
	ErrUnreachable    = errors.New("server not reachable")
	ErrTLS            = errors.New("no trusted TLS connection")
	ErrCredentials    = errors.New("bind refused")
	ErrSigning        = errors.New("signing required")
	ErrChannelBinding = errors.New("channel binding required")
	ErrNotAD          = errors.New("not Active Directory")
	ErrNoExchange     = errors.New("no Exchange organisation")
	ErrNotVisible     = errors.New("objects not visible")
	ErrReferral       = errors.New("data on another server")
	ErrBroken         = errors.New("connection broken")
	ErrSilent         = errors.New("server silent")
	ErrIncomplete     = errors.New("answer not complete")
	ErrLimit          = errors.New("limit of the server")
	ErrEndless        = errors.New("answer without an end")
	ErrBusy           = errors.New("server busy")
	ErrReadOnly       = errors.New("refused to send anything but a read")
	ErrClosed         = errors.New("the source was closed")
)

// Error is what went wrong between us and a directory, in words for the person
// in front of the screen. It holds no password.
type Error struct {
	Kind error  // one of the Err… values
	Text string // what is wrong and where
	Hint string // what to do about it; may be empty
	Err  error  // what was behind it; may be nil
}

// Error is text and hint in one line; a program with room for two lines takes
// the fields.
func (e *Error) Error() string {
	if e.Hint == "" {
		return e.Text
	}
	return e.Text + "; " + e.Hint
}

// Unwrap gives errors.Is and errors.As the kind and the cause.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.Err}
}

// code returns the LDAP result code behind an error, 0 if there is none. Codes
// from 200 on are go-ldap's own and no answer of a server.
func code(err error) uint16 {
	var e *ldap.Error
	if errors.As(err, &e) && e.ResultCode < ldap.ErrorNetwork {
		return e.ResultCode
	}
	return 0
}

// maxText is how much of a server's own words is shown.
const maxText = 300

// clean makes the words of a server fit for one line: without the NUL that AD
// puts at the end, and with whatever does not print made visible.
func clean(s string) string {
	s = strings.TrimRight(s, "\x00 \r\n\t")
	var b strings.Builder
	for _, r := range s {
		switch {
		case b.Len() >= maxText:
			b.WriteString("…")
			return b.String()
		case r == '\n' || r == '\t' || r == '\r':
			b.WriteByte(' ')
		case r == unicode.ReplacementChar || !unicode.IsGraphic(r):
			fmt.Fprintf(&b, "\\u%04x", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// words returns what the server said in its result.
func words(err error) string {
	var e *ldap.Error
	if !errors.As(err, &e) || e.Err == nil {
		return clean(err.Error())
	}
	if text := clean(e.Err.Error()); text != "" {
		return text
	}
	return strings.ToLower(ldap.LDAPResultCodeMap[e.ResultCode])
}

// shortSecret is a length below which a password occurs in any text by chance.
const shortSecret = 4

// withoutSecret takes the password out of what a server wrote into its answer.
func (s *server) withoutSecret(err error) error {
	secret := s.secret()
	if len(secret) < shortSecret || !strings.Contains(err.Error(), secret) {
		return err
	}
	var e *ldap.Error
	if !errors.As(err, &e) {
		return errors.New(strings.ReplaceAll(err.Error(), secret, "***"))
	}
	return &ldap.Error{ResultCode: e.ResultCode, Err: errors.New(strings.ReplaceAll(e.Err.Error(), secret, "***"))}
}

// refusal is the error of a message that must not go out.
func refusal(what error) error {
	return &Error{Kind: ErrReadOnly, Err: what, Text: fmt.Sprintf("this program only reads, and did not send: %v", what)}
}
