// Package trust reads whom TLS is to trust: the authorities of --ca and the
// pins of --pin, as any editor or shell saves them. It dials nobody and decides
// nothing; those who speak TLS do, with what it gives them.
package trust

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"os"
	"strings"

	"mbxperm/model/textfile"
)

// Certificates reads the certificates of a file: PEM as any editor saves it, or
// DER, which certutil and the Windows console export by default. A damaged file
// is an error: a certificate that is left out in silence would come back as
// "not trusted". skipped says which certificates of a bundle crypto/x509 cannot
// make out.
func Certificates(file string) (certs []*x509.Certificate, skipped []error, err error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, nil, err
	}
	const derSequence = 0x30
	if len(data) > 0 && data[0] == derSequence {
		if certs, err := x509.ParseCertificates(data); err == nil {
			return certs, nil, nil
		}
	}
	text, err := PEMText(data)
	if err != nil {
		return nil, nil, fmt.Errorf("%s holds no certificate, neither PEM nor DER: %w", file, err)
	}
	blocks := 0
	for rest := text; ; blocks++ {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		switch block.Type {
		case "CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE": // openssl-x509(1) writes all three
		default:
			continue
		}
		cert, err := parseCertificate(block)
		if err != nil {
			skipped = append(skipped, fmt.Errorf("%s: certificate %d cannot be read: %w", file, len(certs)+len(skipped)+1, err))
			continue
		}
		certs = append(certs, cert)
	}
	switch begun := bytes.Count(text, []byte("-----BEGIN ")); {
	case begun > blocks:
		return nil, nil, fmt.Errorf("%s: %d of %d PEM blocks are damaged; export the certificates anew", file, begun-blocks, begun)
	case len(certs) == 0 && len(skipped) > 0:
		return nil, nil, skipped[0]
	case len(certs) == 0:
		return nil, nil, fmt.Errorf("%s holds no certificate, neither PEM nor DER", file)
	}
	return certs, skipped, nil
}

// parseCertificate reads the certificate of a PEM block. After one that is
// TRUSTED stands what OpenSSL thinks of it.
func parseCertificate(block *pem.Block) (*x509.Certificate, error) {
	der := block.Bytes
	if block.Type == "TRUSTED CERTIFICATE" {
		var first asn1.RawValue
		if rest, err := asn1.Unmarshal(der, &first); err == nil {
			der = der[:len(der)-len(rest)]
		}
	}
	return x509.ParseCertificate(der)
}

// PEMText makes PEM as crypto/pem wants it of what an editor has saved: a byte
// order mark or a bare CR would hide the first block.
func PEMText(data []byte) ([]byte, error) {
	text, err := textfile.Decode(data)
	if err != nil && bytes.Contains(data, []byte("-----BEGIN ")) {
		// Bundles have names in any code page between the blocks.
		text, err = string(bytes.TrimPrefix(data, []byte("\ufeff"))), nil
	}
	return []byte(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)), err
}

// Pins are SHA-256 hashes of which the server's certificate must have one.
type Pins [][sha256.Size]byte

// ParsePins reads sha256:HASH, in hexadecimal (with or without colons or
// blanks) as openssl x509 -fingerprint and certutil write it, or in base64 as
// curl --pinnedpubkey has it.
func ParsePins(texts []string) (Pins, error) {
	var list Pins
	for _, text := range texts {
		// A pin that a script has read from a file of Windows.
		text = strings.TrimSpace(strings.TrimPrefix(text, "\ufeff"))
		algorithm, hash, _ := strings.Cut(text, ":")
		hash = strings.TrimPrefix(hash, "//") // curl writes sha256//
		b, err := hex.DecodeString(strings.NewReplacer(":", "", " ", "").Replace(hash))
		if err != nil || len(b) != sha256.Size {
			b, err = base64.StdEncoding.DecodeString(hash)
		}
		if !strings.EqualFold(algorithm, "sha256") || err != nil || len(b) != sha256.Size {
			return nil, fmt.Errorf("--pin %q: should be sha256: and the SHA-256 hash of the server's public key or certificate, in hexadecimal or base64", text)
		}
		list = append(list, [sha256.Size]byte(b))
	}
	return list, nil
}

// PinError says that the server's certificate, Cert, has none of the pins.
type PinError struct{ Cert *x509.Certificate }

func (e *PinError) Error() string { return "the server's key is " + PinOf(e.Cert) }

// PinOf is the pin of a certificate's key, as --pin takes it.
func PinOf(cert *x509.Certificate) string {
	hash := sha256.Sum256(cert.RawSubjectPublicKeyInfo)
	return "sha256:" + base64.StdEncoding.EncodeToString(hash[:])
}

// Check accepts a certificate whose public key (SubjectPublicKeyInfo, RFC 7469
// 2.4) or which as a whole has one of the hashes.
func (p Pins) Check(cert *x509.Certificate) error {
	for _, der := range [][]byte{cert.RawSubjectPublicKeyInfo, cert.Raw} {
		hash := sha256.Sum256(der)
		for _, pin := range p {
			if bytes.Equal(hash[:], pin[:]) {
				return nil
			}
		}
	}
	return &PinError{cert}
}

// WeakHash names the broken hash of a signature, "" where it has none.
func WeakHash(a x509.SignatureAlgorithm) string {
	switch a {
	case x509.SHA1WithRSA, x509.ECDSAWithSHA1, x509.DSAWithSHA1:
		return "SHA-1"
	case x509.MD5WithRSA:
		return "MD5"
	case x509.MD2WithRSA:
		return "MD2"
	}
	return ""
}
