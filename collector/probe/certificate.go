package probe

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"mbxperm/collector/trust"
	"mbxperm/model/door"
)

// soon is when an end of a certificate becomes a warning, in days.
const soon = 14

// judge says what a handshake has shown, and why its certificate is not trusted:
// everything that is wrong with it, and not the first thing only.
func (d *dialogue) judge(state tls.ConnectionState, now time.Time) *door.TLS {
	sent := state.PeerCertificates
	leaf := sent[0]
	t := &door.TLS{Version: tls.VersionName(state.Version), Cipher: tls.CipherSuiteName(state.CipherSuite), Name: d.serverName()}
	for _, c := range sent {
		t.Sent = append(t.Sent, certificate(c))
		t.PEM = append(t.PEM, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})...)
	}
	t.Match = leaf.VerifyHostname(t.Name) == nil
	chain, problems := d.verify(sent, now)
	for _, c := range chain {
		t.Built = append(t.Built, certificate(c))
	}
	if !t.Match {
		problems = append(problems, mismatch(leaf, t.Name))
	}
	if len(d.pins) > 0 {
		// A pin alone vouches for the server, whoever signed its certificate.
		if d.roots == nil {
			problems = nil
		}
		if err := d.pins.Check(leaf); err != nil {
			problems = append(problems, "the certificate is not the one of --pin: "+err.Error())
		}
	}
	t.Problem = strings.Join(problems, "; ")
	return t
}

// mismatch says for whom a certificate is. The common name alone counts for
// nothing (RFC 9525 2).
func mismatch(leaf *x509.Certificate, name string) string {
	names := namesOf(leaf)
	switch {
	case len(names) == 0 && leaf.Subject.CommonName != "":
		return fmt.Sprintf("the certificate is not for %s: it has no subjectAltName, and its common name %s alone does not count", name, leaf.Subject.CommonName)
	case len(names) == 0:
		return fmt.Sprintf("the certificate is not for %s: it names nobody", name)
	}
	return fmt.Sprintf("the certificate is not for %s but for %s", name, someOf(names))
}

func someOf(names []string) string {
	if len(names) > 5 {
		return strings.Join(names[:5], ", ") + fmt.Sprintf(" and %d more", len(names)-5)
	}
	return strings.Join(names, ", ")
}

// verify builds the chain of a certificate, without regard to its names.
func (d *dialogue) verify(sent []*x509.Certificate, now time.Time) (chain []*x509.Certificate, problems []string) {
	leaf, at := sent[0], now
	switch {
	case now.After(leaf.NotAfter):
		problems = append(problems, "the certificate ended on "+day(leaf.NotAfter))
		at = leaf.NotAfter
	case now.Before(leaf.NotBefore):
		problems = append(problems, "the certificate begins on "+day(leaf.NotBefore)+" only")
		at = leaf.NotBefore
	}
	between := x509.NewCertPool()
	for _, c := range sent[1:] {
		between.AddCert(c)
	}
	chains, err := leaf.Verify(x509.VerifyOptions{Roots: d.roots, Intermediates: between, CurrentTime: at})
	if err == nil {
		return chains[0], problems
	}
	return nil, append(problems, d.untrusted(sent, err))
}

// untrusted puts into words why no chain could be built.
func (d *dialogue) untrusted(sent []*x509.Certificate, err error) string {
	leaf, last := sent[0], sent[len(sent)-1]
	var unknown x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &unknown) && strings.Contains(err.Error(), "insecure algorithm"):
		return "the certificate is signed with " + weakHashOf(sent) + ", which is broken and no longer taken"
	case errors.As(err, &unknown) && bytes.Equal(leaf.RawIssuer, leaf.RawSubject):
		return "the certificate is self-signed, and not trusted here"
	case errors.As(err, &unknown) && len(sent) == 1:
		return "no chain leads from " + nameOf(leaf.Issuer.String()) + " to an authority that is trusted here, and the server sends no intermediate certificate"
	case errors.As(err, &unknown):
		return "the chain ends at " + nameOf(last.Issuer.String()) + ", which is not trusted here"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired && invalid.Cert != nil && !invalid.Cert.Equal(leaf):
		return "the authority " + nameOf(invalid.Cert.Subject.String()) + " ended on " + day(invalid.Cert.NotAfter)
	case errors.As(err, &invalid):
		return "the certificate is not valid: " + strings.TrimPrefix(invalid.Error(), "x509: ")
	}
	return "the certificate cannot be verified: " + strings.TrimPrefix(err.Error(), "x509: ")
}

func weakHashOf(sent []*x509.Certificate) string {
	for _, c := range sent {
		if w := trust.WeakHash(c.SignatureAlgorithm); w != "" && !bytes.Equal(c.RawIssuer, c.RawSubject) {
			return w
		}
	}
	return "a hash"
}

// weak says what of a certificate that is trusted is not as it should be.
func (d *dialogue) weak(state tls.ConnectionState, now time.Time) (all []string) {
	leaf := state.PeerCertificates[0]
	c := certificate(leaf)
	if days := c.Days(now); days >= 0 && days < soon {
		all = append(all, fmt.Sprintf("the certificate ends on %s", day(leaf.NotAfter)))
	}
	const leastRSA = 2048 // NIST SP 800-131A
	if key, ok := leaf.PublicKey.(*rsa.PublicKey); ok && key.N.BitLen() < leastRSA {
		all = append(all, fmt.Sprintf("the key %s is weak, RSA %d is the least", c.Key, leastRSA))
	}
	if w := trust.WeakHash(leaf.SignatureAlgorithm); w != "" {
		all = append(all, "the certificate is signed with "+w+", which is broken")
	}
	return all
}

// certificate keeps what there is to say.
func certificate(c *x509.Certificate) door.Certificate {
	return door.Certificate{
		Subject: c.Subject.String(), Issuer: c.Issuer.String(), Names: namesOf(c), Common: c.Subject.CommonName,
		From: c.NotBefore.UTC(), Until: c.NotAfter.UTC(), Key: keyText(c), Signature: c.SignatureAlgorithm.String(), Pin: trust.PinOf(c),
	}
}

func keyText(c *x509.Certificate) string {
	switch key := c.PublicKey.(type) {
	case *rsa.PublicKey:
		return fmt.Sprintf("RSA %d", key.N.BitLen())
	case *ecdsa.PublicKey:
		return "ECDSA " + key.Params().Name
	case ed25519.PublicKey:
		return "Ed25519"
	}
	return c.PublicKeyAlgorithm.String()
}

// namesOf are the names that a certificate is good for.
func namesOf(c *x509.Certificate) []string {
	names := slices.Clone(c.DNSNames)
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	return names
}

// describe says of a certificate what matters most, in a line.
func describe(c *door.Certificate, now time.Time) string {
	text := "certificate of " + someOf(cmpNames(c.Names, c.Common)) + " by " + nameOf(c.Issuer)
	switch days := c.Days(now); {
	case days < 0:
		text += fmt.Sprintf(", ended %d days ago", -days)
	default:
		text += fmt.Sprintf(", %d days left", days)
	}
	return text + ", " + c.Key + ", " + c.Signature
}

func cmpNames(names []string, common string) []string {
	if len(names) == 0 && common != "" {
		return []string{common}
	}
	return names
}

// nameOf is the common name of a distinguished name, or all of it.
func nameOf(dn string) string {
	for part := range strings.SplitSeq(dn, ",") {
		if name, ok := strings.CutPrefix(part, "CN="); ok {
			return name
		}
	}
	return dn
}

func day(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }
