// Package kerberos proves who we are with a Kerberos ticket (RFC 4120): one
// from the user's ticket cache, or one asked for with a keytab or a password.
// The proof is the token of RFC 4121 4.1 with a channel binding, and the
// server's answer is checked.
//
// gokrb5 has the messages, the cryptography and the reader of keytabs. The
// exchange with key distribution centers is here (exchange.go), because that of
// gokrb5 insists on the version of a keytab's key, has no enterprise names,
// asks for tickets that can be forwarded, and dials by itself. So is the reader
// of krb5.conf (profile.go, config.go): that of gokrb5 knows half of the
// grammar, and one line that it does not know ends Kerberos. So is the reader
// of ticket caches (ccachefile.go), which bounds what it takes. What must hold:
// a password is tried once; no error, no printing and no log holds a secret;
// what comes from a file or a server never makes the program panic.
//
// Errors say whether the credentials were refused (ErrRefused: never try again
// with the same) or Kerberos cannot work here (ErrUnusable: another method
// may).
package kerberos

import (
	"context"
	"errors"
	"fmt"

	"github.com/jcmturner/gokrb5/v8/iana/errorcode"
	"github.com/jcmturner/gokrb5/v8/messages"
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

// guard turns a panic of gokrb5, whose readers of keytabs and messages
// trust what they read, into an error.
func guard(what string, err *error) {
	if p := recover(); p != nil {
		*err = unusable("", "%s is damaged or not what it should be", what)
	}
}

// explain puts an error of the exchange with a KDC into words. Codes are those
// of RFC 4120 7.5.9.
func (c *Client) explain(err error) error {
	var refusal messages.KRBError
	if !errors.As(err, &refusal) {
		return c.explainExchange(err)
	}
	who, service, realm := c.who, c.service.Name, c.realm
	e := &Error{Kind: ErrRefused}
	switch refusal.ErrorCode {
	case errorcode.KDC_ERR_PREAUTH_FAILED, errorcode.KRB_AP_ERR_BAD_INTEGRITY:
		e.Text, e.Hint = fmt.Sprintf("the domain refused %s: wrong password", who), "check name and password"
		if c.keytab != "" {
			e.Text, e.Hint = fmt.Sprintf("the domain refused %s: the key of the keytab (version %s) is not that of the account any more", who, c.keytab), "make the keytab anew"
		}
	case errorcode.KDC_ERR_CLIENT_REVOKED:
		e.Text, e.Hint = fmt.Sprintf("the domain refused %s: the account is disabled, expired or locked", who), "have it unlocked, or use another account"
	case errorcode.KDC_ERR_KEY_EXPIRED:
		e.Text, e.Hint = fmt.Sprintf("the domain refused %s: the password has expired, or must be changed before the first logon", who), "change it and try again"
	case errorcode.KDC_ERR_POLICY:
		e.Text = fmt.Sprintf("the domain refused %s: a policy forbids this logon", who)
	case errorcode.KDC_ERR_C_PRINCIPAL_UNKNOWN, errorcode.KDC_ERR_WRONG_REALM:
		return unusable("write the name as account@DOMAIN, the domain in full", "realm %s knows no %s", realm, who)
	case errorcode.KDC_ERR_S_PRINCIPAL_UNKNOWN:
		return unusable("connect by the full name of the domain controller, not by address or alias", "realm %s knows no service %s", or(c.serviceRealm(), realm), service)
	case errorcode.KDC_ERR_ETYPE_NOSUPP:
		return unusable("", "realm %s and this program agree on no encryption type for %s", realm, who)
	case errorcode.KRB_AP_ERR_SKEW:
		return unusable("set the clock", "the clock of this machine and that of realm %s are more than five minutes apart", realm)
	case errorcode.KRB_AP_ERR_TKT_EXPIRED:
		return &Error{Kind: ErrNoTicket, Text: fmt.Sprintf("the ticket of %s has expired", who), Hint: "get a new one with kinit"}
	default:
		return unusable("", "realm %s answered with Kerberos error %d for %s", realm, refusal.ErrorCode, who)
	}
	return e
}

func (c *Client) explainExchange(err error) error {
	var ours *Error
	var wrong *wrongKey
	switch {
	case errors.As(err, &ours):
		return ours
	case errors.As(err, &wrong) && c.keytab != "":
		return &Error{Kind: ErrRefused, Hint: "make the keytab anew", Text: fmt.Sprintf(
			"the answer for %s cannot be decrypted: the keytab has version %s of the key, and the answer is of version %d", c.who, c.keytab, wrong.version)}
	case errors.As(err, &wrong):
		// A KDC that asks for no pre-authentication has answered, and its
		// answer cannot be read with this key.
		return &Error{Kind: ErrRefused, Text: fmt.Sprintf("the answer for %s cannot be decrypted: wrong password", c.who), Hint: "check name and password"}
	case errors.Is(err, errNoKey) && c.keytab != "":
		return unusable("make the keytab anew", "the keytab has no key for %s of a type that realm %s takes", c.who, c.realm)
	case errors.Is(err, errNoKey):
		return unusable("", "realm %s and this program agree on no encryption type for %s", c.realm, c.who)
	case errors.Is(err, errNoKDC) || errors.Is(err, context.DeadlineExceeded):
		return unusable("check that port 88 of a domain controller can be reached", "no answer of a key distribution center of realm %s", c.realm)
	}
	return unusable("", "the answer of realm %s for %s is not what it should be", c.realm, c.who)
}
