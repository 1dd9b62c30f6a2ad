package live

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"regexp"
	"strings"
	"syscall"

	"github.com/go-ldap/ldap/v3"

	"mbxperm/collector"
)

// wsaConnRefused is ECONNREFUSED as Windows has it.
const wsaConnRefused = syscall.Errno(10061)

// explainDial puts the error of a dial into words.
func (s *server) explainDial(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	t := s.target
	e := &Error{Kind: ErrUnreachable, Err: err}
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		e.Text = fmt.Sprintf("unknown host %s", clean(dns.Name))
		e.Hint = fmt.Sprintf("check the name, or give the address with --dc %s=ADDRESS", t.host)
	case errors.As(err, &dns):
		e.Text = fmt.Sprintf("the name %s could not be looked up: %s", clean(dns.Name), clean(dns.Err))
		e.Hint = fmt.Sprintf("try again, or give the address with --dc %s=ADDRESS", t.host)
	case isRefused(err):
		e.Text = fmt.Sprintf("%s refused the connection: nothing listens on %s", t.name, t.address)
		e.Hint = "LDAPS is port 636 and needs a certificate on the server; LDAP with StartTLS is port 389: try " + t.other()
	case errors.Is(err, context.DeadlineExceeded) || isTimeout(err):
		e.Text = fmt.Sprintf("%s gave no answer on %s within %s", t.name, t.address, s.options.Timeout)
		e.Hint = "a firewall may be in the way; check the address and the port"
	default:
		e.Text = fmt.Sprintf("%s is not reachable on %s: %v", t.name, t.address, err)
	}
	return e
}

// isRefused reports whether nothing listened.
func isRefused(err error) bool {
	return errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, wsaConnRefused)
}

// other names the other way to this host.
func (t target) other() string {
	host := t.host
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if t.tls {
		return "ldap://" + host
	}
	return "ldaps://" + host
}

// renamed is the URL with another host.
func (t target) renamed(host string) string {
	scheme, _, _ := strings.Cut(t.name, "://")
	_, port, _ := net.SplitHostPort(t.address)
	if t.tls && port == "636" || !t.tls && port == "389" {
		return scheme + "://" + host
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}

// explainStartTLS puts into words that TLS could not be asked for.
func (s *server) explainStartTLS(ctx context.Context, err error) error {
	t := s.target
	e := &Error{Kind: ErrTLS, Err: err}
	switch {
	case errors.Is(err, errTLSBytes) || errors.Is(err, errEnvelope):
		e.Text = fmt.Sprintf("%s does not speak plain LDAP on %s, where StartTLS begins", t.name, t.address)
		e.Hint = "use ldaps:// for this port"
	case code(err) != 0:
		e.Text = fmt.Sprintf("%s has no StartTLS: %s", t.name, words(err))
		e.Hint = "the server may have no certificate; try " + (target{host: t.host}).other() + ", or accept with --cleartext that the password is readable on the way"
	case ctx.Err() != nil || isTimeout(err):
		e.Text = fmt.Sprintf("%s gave no answer to StartTLS within %s", t.name, s.options.Timeout)
		e.Hint = "if the port speaks LDAPS, use ldaps://"
	default:
		e.Text = fmt.Sprintf("%s closed the connection when asked for StartTLS on %s", t.name, t.address)
		e.Hint = "if the port speaks LDAPS, use ldaps://"
	}
	return e
}

// explain puts the error of a request into words. What the wire has kept says
// more than what comes of it above.
func (s *server) explain(ctx context.Context, c *conn, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if code(err) != 0 {
		return s.explainResult(err)
	}
	t := s.target
	cause := c.wire.cause()
	e := &Error{Kind: ErrBroken, Err: errors.Join(err, cause), Hint: "collect again"}
	var over *excess
	switch {
	case errors.Is(cause, ErrReadOnly):
		return cause
	case errors.Is(err, errNoPaging):
		e.Kind, e.Text = ErrIncomplete, fmt.Sprintf("%s answered without the paging control (RFC 2696), so the answer may have been cut off", t.name)
		e.Hint = "read a domain controller, or a server that pages"
	case errors.Is(err, errNoEntry) || errors.Is(err, errEntry) || errors.As(err, new(*collector.Fault)):
		e.Kind, e.Text = ErrIncomplete, fmt.Sprintf("%s: %v", t.name, err)
	case errors.As(err, &over):
		e.Kind, e.Text = ErrEndless, fmt.Sprintf("%s %s", t.name, over)
		e.Hint = "something in its answers has no end: ask another domain controller with --dc NAME"
	case errors.Is(cause, errTLSBytes):
		e.Text, e.Hint = fmt.Sprintf("%s speaks TLS where plain LDAP was expected", t.name), "use ldaps:// for this port"
	case errors.Is(cause, errEnvelope):
		e.Text = fmt.Sprintf("%s sent something that is no LDAP message: %v", t.name, cause)
	case c.wire.farewell() != nil:
		// The notice has a result code, but is no answer to the request: it
		// must not look like one, or the connection would be used again.
		e.Text = fmt.Sprintf("%s ended the connection: %s", t.name, words(c.wire.farewell()))
	case remoteAlert(cause) != "":
		// In TLS 1.3 a server looks at a client's certificate after the
		// handshake.
		s.explainAlert(ctx, e, remoteAlert(cause))
	case isTimeout(cause) && c.trickle:
		e.Kind, e.Text = ErrSilent, fmt.Sprintf("%s sent something all the time, and nothing whole and new for %s", t.name, s.options.Idle)
	case isTimeout(cause):
		e.Kind, e.Text = ErrSilent, fmt.Sprintf("%s was silent for %s in the middle of an answer", t.name, s.options.Idle)
	case hungUp(cause) && s.plain() && !c.wire.heard.Load():
		e.Text = fmt.Sprintf("%s closed the connection without an answer", t.name)
		e.Hint = "if the port speaks LDAPS, use ldaps://"
	case hungUp(cause):
		e.Text = fmt.Sprintf("%s closed the connection in the middle of an answer", t.name)
	case cause != nil:
		e.Text = fmt.Sprintf("connection to %s: %s", t.name, clean(cause.Error()))
	default:
		e.Text = fmt.Sprintf("answer of %s: %s", t.name, clean(err.Error()))
	}
	return e
}

// subCode finds the Windows error in the diagnostic text of a refused bind:
// "80090308: LdapErr: DSID-…, comment: AcceptSecurityContext error, data 52e,
// v…".
var subCode = regexp.MustCompile(`\bdata ([0-9a-fA-F]+)\b`)

// bindFailures are the sub-codes of result 49 (MS-ERREF 2.2, in hexadecimal).
var bindFailures = map[string]struct{ text, hint string }{
	"525": {"there is no such user", "check the name; write it as name@domain or DOMAIN\\name"},
	"52e": {"wrong password, or no such user", "check name and password; write the name as name@domain or DOMAIN\\name"},
	"52f": {"restrictions on the account forbid this logon", "ask the domain's administrator; members of Protected Users must use Kerberos"},
	"530": {"not allowed to log on at this hour", "wait, or use another account"},
	"531": {"not allowed to log on from this workstation", "use another machine or account"},
	"532": {"the password has expired", "change it and try again"},
	"533": {"the account is disabled", "use another account"},
	"568": {"the account is in too many groups for a logon", "use another account"},
	"701": {"the account has expired", "use another account"},
	"773": {"the password must be changed before the first logon", "change it and try again"},
	"775": {"the account is locked", "wait until it is unlocked, or have it unlocked"},
}

// explainResult puts an answer of the server into words (RFC 4511 A.2).
func (s *server) explainResult(err error) error {
	t, said := s.target.name, words(err)
	e := &Error{Kind: ErrIncomplete, Err: err, Text: fmt.Sprintf("%s answered with result %d: %s", t, code(err), said)}
	switch code(err) {
	case ldap.LDAPResultInvalidCredentials:
		s.explainBind(e, said)
	case ldap.LDAPResultStrongAuthRequired, ldap.LDAPResultConfidentialityRequired:
		e.Kind, e.Text = ErrSigning, fmt.Sprintf("%s requires signing: it takes no bind without TLS (%s)", t, said)
		e.Hint = "use ldaps://, or ldap:// with StartTLS, that is without --cleartext"
	case ldap.LDAPResultSizeLimitExceeded, ldap.LDAPResultAdminLimitExceeded:
		e.Kind, e.Text = ErrLimit, fmt.Sprintf("%s stopped at its size limit: %s", t, said)
		e.Hint = "ask for smaller pages"
	case ldap.LDAPResultTimeLimitExceeded:
		e.Kind, e.Text = ErrLimit, fmt.Sprintf("%s stopped at its time limit: %s", t, said)
		e.Hint = "ask for smaller pages, or try again when the server has less to do"
	case ldap.LDAPResultBusy, ldap.LDAPResultUnavailable:
		e.Kind, e.Text = ErrBusy, fmt.Sprintf("%s is busy or not available: %s", t, said)
		e.Hint = "try again later, or another domain controller"
	case ldap.LDAPResultReferral:
		e.Kind, e.Text = ErrReferral, fmt.Sprintf("%s refers to another server: %s", t, referral(err))
		e.Hint = "connect to that server"
	}
	return e
}

// explainBind tells the refusals apart that all come as result 49.
func (s *server) explainBind(e *Error, said string) {
	e.Kind = ErrCredentials
	if strings.HasPrefix(said, "80090346") {
		// SEC_E_BAD_BINDINGS: looks like a wrong password and is none.
		e.Kind = ErrChannelBinding
		e.Text = fmt.Sprintf("%s requires channel binding and refused that of this bind (80090346); the password may be right", s.target.name)
		e.Hint = "the server does not see the TLS connection that this program sees: look for a TLS proxy or load balancer between them; over ldaps:// --auth simple needs no binding"
		return
	}
	if m := subCode.FindStringSubmatch(said); m != nil {
		if f, ok := bindFailures[strings.ToLower(m[1])]; ok {
			e.Text = fmt.Sprintf("%s refused %s: %s (data %s)", s.target.name, clean(s.how.account), f.text, m[1])
			e.Hint = f.hint
			return
		}
	}
	e.Text = fmt.Sprintf("%s refused %s: %s", s.target.name, clean(s.how.account), said)
	e.Hint = "check name and password"
}

// referral returns where a result with code 10 points to (RFC 4511 4.1.10).
func referral(err error) string {
	var e *ldap.Error
	if errors.As(err, &e) && e.Packet != nil && len(e.Packet.Children) > 1 {
		for _, c := range e.Packet.Children[1].Children {
			if c.Tag == 3 && len(c.Children) > 0 && c.Children[0].Data != nil {
				return clean(c.Children[0].Data.String())
			}
		}
	}
	return words(err)
}

// referredDN returns the DN in a continuation reference, an LDAP URL (RFC
// 4516).
func referredDN(ref string) string {
	u, err := url.Parse(ref)
	if err != nil {
		return ref
	}
	return strings.TrimPrefix(u.Path, "/")
}

func isTimeout(err error) bool {
	var n net.Error
	return errors.Is(err, os.ErrDeadlineExceeded) || errors.As(err, &n) && n.Timeout()
}

// hungUp reports whether the other side ended the connection.
func hungUp(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}
