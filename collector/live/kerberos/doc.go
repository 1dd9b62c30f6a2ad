// Package kerberos proves who we are with a Kerberos ticket (RFC 4120): one from
// the user's ticket cache, or one asked for with a keytab or a password. The
// proof is the token of RFC 4121 4.1 with a channel binding, and the server's
// answer is checked.
//
// gokrb5 does the protocol. What it lacks is done here: include in krb5.conf, a
// configuration where there is none, a word on caches that are no file, the
// channel binding, and errors that say whether the credentials were refused
// (ErrRefused: never try again with the same) or Kerberos cannot work here
// (ErrUnusable: another method may).
package kerberos

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/jcmturner/gokrb5/v8/iana/errorcode"
)

// Kinds of errors, for errors.Is.
var (
	ErrUnusable = errors.New("kerberos cannot be used here")
	ErrRefused  = errors.New("kerberos credentials refused")
	// ErrNoTicket is ErrUnusable for want of a ticket.
	ErrNoTicket = fmt.Errorf("%w: no ticket", ErrUnusable)
)

// Error is what went wrong, in words for the person in front of the screen. It
// holds no secret.
type Error struct {
	Kind error  // one of the Err… values
	Text string // what is wrong and where
	Hint string // what to do about it; may be empty
}

// Error is the text and the hint in one line.
func (e *Error) Error() string {
	if e.Hint == "" {
		return e.Text
	}
	return e.Text + "; " + e.Hint
}

// Unwrap gives errors.Is the kind.
func (e *Error) Unwrap() error { return e.Kind }

func unusable(hint, format string, args ...any) error {
	return &Error{Kind: ErrUnusable, Text: fmt.Sprintf(format, args...), Hint: hint}
}

// guard turns a panic of gokrb5, whose readers of caches, keytabs and messages
// trust what they read, into an error.
func guard(what string, err *error) {
	if p := recover(); p != nil {
		*err = unusable("", "%s is damaged or not what it should be", what)
	}
}

// kdcError finds the code of a KRB-ERROR in what gokrb5 makes of it, which is text.
var kdcError = regexp.MustCompile(`KRB Error: \((\d+)\)`)

// explain puts an error of the exchange with a KDC into words. Codes are those
// of RFC 4120 7.5.9.
func explain(err error, who, service, realm string) error {
	m := kdcError.FindStringSubmatch(err.Error())
	if m == nil {
		return explainExchange(err, who, realm)
	}
	code, _ := strconv.Atoi(m[1])
	e := &Error{Kind: ErrRefused}
	switch int32(code) {
	case errorcode.KDC_ERR_PREAUTH_FAILED, errorcode.KRB_AP_ERR_BAD_INTEGRITY:
		e.Text, e.Hint = fmt.Sprintf("the domain refused %s: wrong password or outdated keytab", who), "check name and password"
	case errorcode.KDC_ERR_CLIENT_REVOKED:
		e.Text, e.Hint = fmt.Sprintf("the domain refused %s: the account is disabled, expired or locked", who), "have it unlocked, or use another account"
	case errorcode.KDC_ERR_KEY_EXPIRED:
		e.Text, e.Hint = fmt.Sprintf("the domain refused %s: the password has expired, or must be changed before the first logon", who), "change it and try again"
	case errorcode.KDC_ERR_POLICY:
		e.Text = fmt.Sprintf("the domain refused %s: a policy forbids this logon", who)
	case errorcode.KDC_ERR_C_PRINCIPAL_UNKNOWN:
		return unusable("write the name as account@DOMAIN, the domain in full", "realm %s knows no %s", realm, who)
	case errorcode.KDC_ERR_S_PRINCIPAL_UNKNOWN:
		return unusable("connect by the full name of the domain controller, not by address or alias", "realm %s knows no service %s", realm, service)
	case errorcode.KDC_ERR_ETYPE_NOSUPP:
		return unusable("", "realm %s and this program agree on no encryption type for %s", realm, who)
	case errorcode.KRB_AP_ERR_SKEW:
		return unusable("set the clock", "the clock of this machine and that of realm %s are more than five minutes apart", realm)
	case errorcode.KRB_AP_ERR_TKT_EXPIRED:
		return &Error{Kind: ErrNoTicket, Text: fmt.Sprintf("the ticket of %s has expired", who), Hint: "get a new one with kinit"}
	default:
		return unusable("", "realm %s answered with Kerberos error %d for %s", realm, code, who)
	}
	return e
}

func explainExchange(err error, who, realm string) error {
	text := err.Error()
	switch {
	case strings.Contains(text, "client password/keytab incorrect"):
		// A KDC that asks for no pre-authentication has answered, and its answer
		// cannot be read with this key.
		return &Error{Kind: ErrRefused, Text: fmt.Sprintf("the answer for %s cannot be decrypted: wrong password or outdated keytab", who), Hint: "check name and password"}
	case strings.Contains(text, "matching key not found"):
		return unusable("make the keytab anew", "the keytab has no key for %s of a type that realm %s takes", who, realm)
	}
	return unusable("check that port 88 of a domain controller can be reached", "no answer of a key distribution center of realm %s", realm)
}
