// Package gss has what Kerberos and NTLM share when they prove who we are: the
// channel binding that ties the proof to the TLS connection it is sent on, and
// the SPNEGO envelope (RFC 4178) around it.
//
// A domain controller with LdapEnforceChannelBinding set refuses a proof that
// does not name the certificate of its own TLS connection (result 49,
// 80090346): so nobody in the middle can pass a proof on.
package gss

import (
	"crypto"
	"crypto/md5"
	_ "crypto/sha256" // for crypto.SHA256
	_ "crypto/sha512" // for crypto.SHA384 and crypto.SHA512
	"crypto/x509"
	"encoding/binary"
)

// Binding is the hash of a channel binding as Kerberos and NTLM carry it. The
// zero value is the one that says "no binding" (RFC 4121 4.1.1.2, MS-NLMP
// 2.2.2.1).
type Binding [md5.Size]byte

// EndPoint returns the tls-server-end-point binding of a certificate (RFC 5929
// 4.1), or zero where the RFC defines none: for a signature without a hash of
// its own, such as Ed25519. (No certificate of a Windows server has one.)
func EndPoint(cert *x509.Certificate) Binding {
	hash, ok := hashes[cert.SignatureAlgorithm]
	if !ok {
		return Binding{}
	}
	h := hash.New()
	h.Write(cert.Raw)
	return Hash(append([]byte("tls-server-end-point:"), h.Sum(nil)...))
}

// hashes are those of the signature, but SHA-256 in the place of what is
// weaker.
var hashes = map[x509.SignatureAlgorithm]crypto.Hash{
	x509.MD2WithRSA: crypto.SHA256, x509.MD5WithRSA: crypto.SHA256,
	x509.SHA1WithRSA: crypto.SHA256, x509.DSAWithSHA1: crypto.SHA256, x509.ECDSAWithSHA1: crypto.SHA256,
	x509.SHA256WithRSA: crypto.SHA256, x509.SHA256WithRSAPSS: crypto.SHA256, x509.DSAWithSHA256: crypto.SHA256, x509.ECDSAWithSHA256: crypto.SHA256,
	x509.SHA384WithRSA: crypto.SHA384, x509.SHA384WithRSAPSS: crypto.SHA384, x509.ECDSAWithSHA384: crypto.SHA384,
	x509.SHA512WithRSA: crypto.SHA512, x509.SHA512WithRSAPSS: crypto.SHA512, x509.ECDSAWithSHA512: crypto.SHA512,
}

// Hash returns the MD5 of a gss_channel_bindings structure without addresses:
// each field as a little-endian length and its bytes (RFC 4121 4.1.1.2).
func Hash(application []byte) Binding {
	b := make([]byte, 16, 20+len(application)) // initiator and acceptor: type 0, length 0
	b = binary.LittleEndian.AppendUint32(b, uint32(len(application)))
	return md5.Sum(append(b, application...))
}
