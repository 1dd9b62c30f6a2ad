package live

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"mbxperm/collector/trust"
)

// explainTLS puts the error of a handshake into words.
func (s *server) explainTLS(ctx context.Context, err error) error {
	t := s.target
	e := &Error{Kind: ErrTLS, Err: err}
	var record tls.RecordHeaderError
	switch alert := remoteAlert(err); {
	case s.explainCertificate(e, err):
	case errors.As(err, &record):
		e.Text = fmt.Sprintf("%s does not speak TLS: plain LDAP is spoken on %s", t.name, t.address)
		e.Hint = "use ldap:// for this port, with StartTLS, or ldaps:// with port 636"
	case alert != "":
		s.explainAlert(ctx, e, alert)
	case strings.Contains(err.Error(), "protocol version") || strings.Contains(err.Error(), "unconfigured cipher suite"):
		s.explainOffer(ctx, e, clean(err.Error()))
	case hungUp(err):
		e.Text = fmt.Sprintf("%s closed the connection instead of a TLS handshake on %s", t.name, t.address)
		e.Hint = "the server may have no certificate for LDAPS, or the port may speak plain LDAP; LDAPS is port 636, LDAP with StartTLS is " + (target{host: t.host, tls: true}).other()
	case errors.Is(err, context.DeadlineExceeded) || isTimeout(err):
		e.Text = fmt.Sprintf("%s did not finish the TLS handshake within %s", t.name, s.options.Timeout)
		e.Hint = "check that the port speaks TLS"
	default:
		e.Text = fmt.Sprintf("TLS with %s: %s", t.name, clean(err.Error()))
	}
	return e
}

// remoteAlert is the name of the alert by which a server ended TLS (RFC 8446
// 6.2), as crypto/tls writes it; "" for any other error. (tls.AlertError is
// that of QUIC alone.)
func remoteAlert(err error) string {
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "remote error" {
		return strings.TrimPrefix(op.Err.Error(), "tls: ")
	}
	return ""
}

// explainAlert puts an alert of the server into words.
func (s *server) explainAlert(ctx context.Context, e *Error, alert string) {
	e.Kind = ErrTLS
	t := s.target
	const ours = "have it issued by an authority in the NTAuth store of the domain, or leave out --cert"
	switch alert {
	case "handshake failure", "protocol version not supported", "insufficient security level", "inappropriate fallback":
		s.explainOffer(ctx, e, alert)
		return
	case "certificate required":
		e.Text, e.Hint = t.name+" demands a client certificate", "give one with --cert and --key"
	case "unknown certificate authority", "unsupported certificate", "revoked certificate", "expired certificate", "unknown certificate", "bad certificate", "access denied":
		e.Text = fmt.Sprintf("%s refused the client certificate of --cert: %s", t.name, alert)
		e.Hint = ours
		if s.options.CertFile == "" {
			e.Text = fmt.Sprintf("%s ended TLS: %s, though no client certificate was shown", t.name, alert)
			e.Hint = "it may demand one: give it with --cert and --key"
		}
	case "unrecognized name":
		e.Text = fmt.Sprintf("%s has no certificate for the name %s", t.name, t.host)
		e.Hint = fmt.Sprintf("connect by the full name of the domain controller, with --dc NAME=%s if it does not resolve", t.address)
	case "internal error":
		e.Text = t.name + " ended TLS: internal error"
		e.Hint = "it may have no certificate whose private key it can use; look at its event log (Schannel)"
	default:
		e.Text = fmt.Sprintf("%s ended TLS: %s", t.name, alert)
		e.Hint = "look at the event log of the server (Schannel)"
	}
}

// ourTLS says what this program takes.
const ourTLS = "TLS 1.2 or 1.3 with forward secrecy (ECDHE)"

// explainOffer says why there is no agreement: a server that was refused, or
// has refused, does not say by itself what it would have taken.
func (s *server) explainOffer(ctx context.Context, e *Error, what string) {
	e.Text = fmt.Sprintf("%s and this program agree on no TLS version or cipher (%s)", s.target.name, what)
	e.Hint = "enable TLS 1.2 and a cipher with ECDHE on the server (Schannel)"
	state, err := s.offer(ctx)
	switch {
	case err != nil:
		e.Text += fmt.Sprintf("; it refuses all that this program can offer, from TLS 1.0 to 1.3 (%s)", clean(err.Error()))
		e.Hint = "the server may have no certificate that it can use; look at its event log (Schannel)"
	case state.Version < tls.VersionTLS12 || !strong(state.CipherSuite):
		e.Text += fmt.Sprintf(": it offers %s with %s, and this program takes %s", tls.VersionName(state.Version), tls.CipherSuiteName(state.CipherSuite), ourTLS)
	default:
		// What it offers would do, so something else was wrong.
		e.Text = fmt.Sprintf("%s ended the TLS handshake (%s), though it offers %s", s.target.name, what, tls.VersionName(state.Version))
		e.Hint = "try again; if it stays so, look at the event log of the server (Schannel)"
	}
}

// strong reports whether crypto/tls offers a cipher suite by itself.
func strong(id uint16) bool {
	for _, suite := range tls.CipherSuites() {
		if suite.ID == id {
			return strings.HasPrefix(suite.Name, "TLS_ECDHE") || len(suite.SupportedVersions) == 1
		}
	}
	return false
}

// offer makes one more handshake, with every version and cipher that crypto/tls
// knows, to learn what a server would take. Nothing is sent on it.
func (s *server) offer(ctx context.Context) (tls.ConnectionState, error) {
	var none tls.ConnectionState
	tcp, err := s.options.dial(ctx, s.target.address)
	if err != nil {
		return none, err
	}
	raw := newIdleConn(tcp, s.options.Idle)
	defer raw.Close()
	if !s.target.tls {
		if err := s.requestTLS(ctx, raw); err != nil {
			return none, err
		}
	}
	// Weak on purpose: the connection is closed before a byte is sent.
	everything := &tls.Config{ServerName: s.target.host, InsecureSkipVerify: true, MinVersion: tls.VersionTLS10}
	for _, suite := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		everything.CipherSuites = append(everything.CipherSuites, suite.ID)
	}
	t := tls.Client(raw, everything)
	if err := t.HandshakeContext(ctx); err != nil {
		return none, err
	}
	return t.ConnectionState(), nil
}

// explainCertificate fills e in if the certificate is what is wrong.
func (s *server) explainCertificate(e *Error, err error) bool {
	t := s.target
	var host x509.HostnameError
	var unknown x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	var noRoots x509.SystemRootsError
	var pin *trust.PinError
	shown := shownCertificates(err)
	switch {
	case errors.As(err, &pin):
		e.Text = fmt.Sprintf("the certificate of %s%s is not the one of --pin: %v", t.name, issuer(pin.Cert), pin)
		e.Hint = "if the server has a new key, pin that one; if not, somebody sits between"
		return true
	case errors.As(err, &host):
		s.explainName(e, host.Certificate)
	case errors.As(err, &unknown) && strings.Contains(err.Error(), "insecure algorithm"):
		// The authority is known, but its signature is no longer taken.
		e.Text = fmt.Sprintf("%s is signed with %s, which is broken and no longer taken (RFC 8446 4.4.2.4)", s.weakest(shown), weakOf(shown))
		e.Hint = "have it issued anew with SHA-256"
	case errors.As(err, &unknown):
		e.Text = fmt.Sprintf("the certificate of %s is signed by an authority that is not trusted here%s: it is not %s", t.name, issuer(unknown.Cert), s.authorities())
		e.Hint = "give the authority's certificate with --ca FILE"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		c := invalid.Cert
		e.Text = fmt.Sprintf("%s is valid from %s to %s, and it is %s here", s.certificate(c, shown), day(c.NotBefore), day(c.NotAfter), day(time.Now()))
		e.Hint = "renew it on the server, or set the clock of this machine"
	case errors.As(err, &invalid):
		e.Text = fmt.Sprintf("%s is not valid: %v", s.certificate(invalid.Cert, shown), invalid)
		e.Hint = "give the authority's certificate with --ca FILE, or have the certificate issued anew"
	case errors.As(err, &noRoots):
		e.Text = fmt.Sprintf("the certificate of %s cannot be checked: this machine has no list of trusted authorities", t.name)
		e.Hint = "give the authority's certificate with --ca FILE"
	case strings.Contains(err.Error(), "failed to parse certificate"):
		_, why, _ := strings.Cut(err.Error(), "from server: ")
		e.Text = fmt.Sprintf("the certificate of %s cannot be read: %s", t.name, clean(strings.TrimPrefix(why, "x509: ")))
		e.Hint = "have it issued anew"
	default:
		return false
	}
	switch {
	case len(s.options.Pins) > 0:
		e.Hint += "; or leave out --ca, so that --pin alone vouches for the server"
	case len(shown) > 0:
		e.Hint += "; or, if you know that this is its key, trust this server alone with --pin " + trust.PinOf(shown[0])
	}
	return true
}

// explainName says for whom the certificate is.
func (s *server) explainName(e *Error, c *x509.Certificate) {
	t, names := s.target, namesOf(c)
	e.Text = fmt.Sprintf("the certificate of %s is not for this name: asked for %s, the certificate is for %s", t.address, t.host, list(names))
	e.Hint = "have a certificate issued that has the name as subjectAltName; a common name alone counts for nothing (RFC 6125 6.4.4)"
	if len(c.DNSNames)+len(c.IPAddresses) > 0 {
		e.Hint = fmt.Sprintf("connect by that name, %s, with --dc %s=%s if it does not resolve", t.renamed(names[0]), names[0], t.address)
	}
}

// shownCertificates are those that the server has shown, its own first.
func shownCertificates(err error) []*x509.Certificate {
	var v *tls.CertificateVerificationError
	if errors.As(err, &v) {
		return v.UnverifiedCertificates
	}
	return nil
}

// authorities says whose certificates were looked at.
func (s *server) authorities() string {
	if s.options.CAFile == "" {
		return "among the authorities of this machine"
	}
	n := 0
	if certs, _, err := trust.Certificates(s.options.CAFile); err == nil {
		n = len(certs)
	}
	if n == 1 {
		return "the one certificate of --ca " + clean(s.options.CAFile)
	}
	return fmt.Sprintf("among the %d certificates of --ca %s", n, clean(s.options.CAFile))
}

// certificate names the certificate that is wrong: the server's, or one above.
func (s *server) certificate(c *x509.Certificate, shown []*x509.Certificate) string {
	if c == nil || len(shown) == 0 || c.Equal(shown[0]) {
		return "the certificate of " + s.target.name
	}
	return fmt.Sprintf("the authority %s above the certificate of %s", clean(c.Subject.String()), s.target.name)
}

// weak finds the first certificate that is signed with a broken hash. How an
// authority at the top has signed itself does not count.
func weak(shown []*x509.Certificate) *x509.Certificate {
	for _, c := range shown {
		if trust.WeakHash(c.SignatureAlgorithm) != "" && string(c.RawIssuer) != string(c.RawSubject) {
			return c
		}
	}
	return nil
}

func (s *server) weakest(shown []*x509.Certificate) string { return s.certificate(weak(shown), shown) }

func weakOf(shown []*x509.Certificate) string {
	if c := weak(shown); c != nil {
		return trust.WeakHash(c.SignatureAlgorithm)
	}
	return "a hash"
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
