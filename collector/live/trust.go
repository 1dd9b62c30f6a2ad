package live

import (
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"strings"

	"mbxperm/model/textfile"
	"mbxperm/model/wholefile"
)

// tlsConfig makes the TLS configuration for a host.
func (o *Options) tlsConfig(host string) (*tls.Config, error) {
	c := &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12, InsecureSkipVerify: o.Insecure}
	if err := o.clientCertificate(c); err != nil {
		return nil, err
	}
	if len(o.Pins) > 0 {
		list, err := parsePins(o.Pins)
		if err != nil {
			return nil, err
		}
		if o.Insecure {
			return nil, errors.New("--pin and --insecure contradict each other; leave out --insecure")
		}
		c.VerifyConnection = list.check
		// A pin alone vouches for the server, whoever signed its certificate.
		c.InsecureSkipVerify = o.CAFile == ""
	}
	if o.CAFile == "" {
		return c, nil
	}
	certs, skipped, err := readCertificates(o.CAFile)
	if err != nil {
		return nil, fmt.Errorf("certificates of --ca: %w", err)
	}
	for _, why := range skipped {
		o.Log.Warn("certificate of --ca passed over", logError, why)
	}
	c.RootCAs = x509.NewCertPool()
	for _, cert := range certs {
		c.RootCAs.AddCert(cert)
	}
	return c, nil
}

// readCertificates reads the certificates of a file: PEM as any editor saves
// it, or DER, which certutil and the Windows console export by default. A
// damaged file is an error: a certificate that is left out in silence would
// come back as "not trusted". skipped says which certificates of a bundle
// crypto/x509 cannot make out.
func readCertificates(file string) (certs []*x509.Certificate, skipped []error, err error) {
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
	text, err := pemText(data)
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
		if _, _, end, err := element(der); err == nil && end <= len(der) {
			der = der[:end]
		}
	}
	return x509.ParseCertificate(der)
}

// pemText makes PEM as crypto/pem wants it of what an editor has saved: a byte
// order mark or a bare CR would hide the first block.
func pemText(data []byte) ([]byte, error) {
	text, err := textfile.Decode(data)
	if err != nil && bytes.Contains(data, []byte("-----BEGIN ")) {
		// Bundles have names in any code page between the blocks.
		text, err = string(bytes.TrimPrefix(data, []byte("\ufeff"))), nil
	}
	return []byte(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)), err
}

// clientCertificate loads the certificate that is to say who we are.
func (o *Options) clientCertificate(c *tls.Config) error {
	if o.CertFile == "" {
		if o.KeyFile != "" {
			return errors.New("--key without --cert: give the certificate too")
		}
		return nil
	}
	var parts [2][]byte
	for i, file := range []string{o.CertFile, o.KeyFile} {
		if file == "" {
			file = o.CertFile
		}
		data, err := os.ReadFile(file)
		if err == nil {
			parts[i], err = pemText(data)
		}
		if err != nil {
			return fmt.Errorf("certificate of --cert and --key: %s: %w", file, wholefile.Cause(err))
		}
	}
	pair, err := tls.X509KeyPair(parts[0], parts[1])
	if err != nil {
		return fmt.Errorf("certificate of --cert and --key: %w (PEM is wanted, with a key that has no passphrase)", err)
	}
	c.Certificates = []tls.Certificate{pair}
	return nil
}

// pins are SHA-256 hashes of which the server's certificate must have one.
type pins [][sha256.Size]byte

// parsePins reads sha256:HASH, in hexadecimal (with or without colons or
// blanks) as openssl x509 -fingerprint and certutil write it, or in base64 as
// curl --pinnedpubkey has it.
func parsePins(texts []string) (pins, error) {
	var list pins
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

// errPin holds the certificate that came.
type errPin struct{ cert *x509.Certificate }

func (e *errPin) Error() string { return "the server's key is " + pinOf(e.cert) }

// pinOf is the pin of a certificate's key, as --pin takes it.
func pinOf(cert *x509.Certificate) string {
	hash := sha256.Sum256(cert.RawSubjectPublicKeyInfo)
	return "sha256:" + base64.StdEncoding.EncodeToString(hash[:])
}

// check accepts a certificate whose public key (SubjectPublicKeyInfo, RFC 7469
// 2.4) or which as a whole has one of the hashes.
func (p pins) check(state tls.ConnectionState) error {
	cert := state.PeerCertificates[0]
	for _, der := range [][]byte{cert.RawSubjectPublicKeyInfo, cert.Raw} {
		hash := sha256.Sum256(der)
		for _, pin := range p {
			if bytes.Equal(hash[:], pin[:]) {
				return nil
			}
		}
	}
	return &errPin{cert}
}
