package live

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"regexp"
	"strings"
	"syscall"
	"time"

	"github.com/go-ldap/ldap/v3"
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

// explainTLS puts the error of a handshake into words.
func (s *server) explainTLS(err error) error {
	t := s.target
	e := &Error{Kind: ErrTLS, Err: err}
	var record tls.RecordHeaderError
	var alert tls.AlertError
	switch {
	case s.explainCertificate(e, err):
	case errors.As(err, &record):
		e.Text = fmt.Sprintf("%s does not speak TLS: plain LDAP is spoken on %s", t.name, t.address)
		e.Hint = "use ldap:// for this port, with StartTLS, or ldaps:// with port 636"
	case errors.As(err, &alert) || strings.Contains(err.Error(), "protocol version"):
		e.Text = fmt.Sprintf("%s and this program agree on no TLS version or cipher: %v", t.name, err)
		e.Hint = "TLS 1.2 at least is needed; enable it on the server (Schannel)"
	case hungUp(err):
		e.Text = fmt.Sprintf("%s closed the connection instead of a TLS handshake on %s", t.name, t.address)
		e.Hint = "the server may have no certificate for LDAPS, or the port may speak plain LDAP; LDAPS is port 636, LDAP with StartTLS is " + (target{host: t.host, tls: true}).other()
	case errors.Is(err, context.DeadlineExceeded) || isTimeout(err):
		e.Text = fmt.Sprintf("%s did not finish the TLS handshake within %s", t.name, s.options.Timeout)
		e.Hint = "check that the port speaks TLS"
	default:
		e.Text = fmt.Sprintf("TLS with %s: %v", t.name, err)
	}
	return e
}

// explainCertificate fills e in if the certificate is what is wrong.
func (s *server) explainCertificate(e *Error, err error) bool {
	t := s.target
	var host x509.HostnameError
	var unknown x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	var pin *errPin
	switch {
	case errors.As(err, &pin):
		e.Text = fmt.Sprintf("the certificate of %s%s is not the one of --pin: %v", t.name, issuer(pin.cert), pin)
		e.Hint = "if the server has a new key, pin that one; if not, somebody sits between"
	case errors.As(err, &host):
		names := namesOf(host.Certificate)
		e.Text = fmt.Sprintf("the certificate of %s is not for this name: asked for %s, the certificate is for %s", t.address, t.host, list(names))
		e.Hint = "have a certificate issued that has the name as subjectAltName; a common name alone counts for nothing (RFC 6125 6.4.4)"
		if len(host.Certificate.DNSNames)+len(host.Certificate.IPAddresses) > 0 {
			e.Hint = fmt.Sprintf("connect by that name, %s, with --dc %s=%s if it does not resolve", t.renamed(names[0]), names[0], t.address)
		}
	case errors.As(err, &unknown):
		e.Text = fmt.Sprintf("the certificate of %s is signed by an authority that is not trusted here%s", t.name, issuer(unknown.Cert))
		e.Hint = "give the authority's certificate with --ca FILE"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		c := invalid.Cert
		e.Text = fmt.Sprintf("the certificate of %s is valid from %s to %s, and it is %s here", t.name, day(c.NotBefore), day(c.NotAfter), day(time.Now()))
		e.Hint = "renew it on the server, or set the clock of this machine"
	case errors.As(err, &invalid):
		e.Text = fmt.Sprintf("the certificate of %s is not valid: %v", t.name, invalid)
		e.Hint = "give the authority's certificate with --ca FILE, or have the certificate issued anew"
	case strings.Contains(err.Error(), "negative serial number"):
		e.Text = fmt.Sprintf("the certificate of %s has a negative serial number, which RFC 5280 forbids", t.name)
		e.Hint = "have it issued anew (Samba's own certificate is of this kind), or set GODEBUG=x509negativeserial=1 to accept it"
	default:
		return false
	}
	return true
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

// namesOf lists the names that a certificate is good for, or the common name
// where it has none.
func namesOf(c *x509.Certificate) []string {
	if c == nil {
		return nil
	}
	var names []string
	for _, n := range c.DNSNames {
		names = append(names, clean(n))
	}
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	if len(names) == 0 && c.Subject.CommonName != "" {
		names = append(names, clean(c.Subject.CommonName))
	}
	return names
}

func list(names []string) string {
	if len(names) == 0 {
		return "no name at all"
	}
	if len(names) > 5 {
		return strings.Join(names[:5], ", ") + fmt.Sprintf(" and %d more", len(names)-5)
	}
	return strings.Join(names, ", ")
}

func issuer(c *x509.Certificate) string {
	if c == nil || c.Issuer.CommonName == "" {
		return ""
	}
	return " (" + clean(c.Issuer.CommonName) + ")"
}

func day(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

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
	switch {
	case errors.Is(cause, ErrReadOnly):
		return cause
	case errors.Is(err, errNoPaging):
		e.Kind, e.Text = ErrIncomplete, fmt.Sprintf("%s answered without the paging control (RFC 2696), so the answer may have been cut off", t.name)
		e.Hint = "read a domain controller, or a server that pages"
	case errors.Is(err, errNoEntry) || errors.Is(err, errEntry) || errors.Is(err, errFault):
		e.Kind, e.Text = ErrIncomplete, fmt.Sprintf("%s: %v", t.name, err)
	case errors.Is(cause, errTLSBytes):
		e.Text, e.Hint = fmt.Sprintf("%s speaks TLS where plain LDAP was expected", t.name), "use ldaps:// for this port"
	case errors.Is(cause, errEnvelope):
		e.Text = fmt.Sprintf("%s sent something that is no LDAP message: %v", t.name, cause)
	case c.wire.farewell() != nil:
		// The notice has a result code, but is no answer to the request: it must
		// not look like one, or the connection would be used again.
		e.Text = fmt.Sprintf("%s ended the connection: %s", t.name, words(c.wire.farewell()))
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
// "80090308: LdapErr: DSID-…, comment: AcceptSecurityContext error, data 52e, v…".
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

// referredDN returns the DN in a continuation reference, an LDAP URL (RFC 4516).
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
