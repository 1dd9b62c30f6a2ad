package adlab

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// Files of the certificate directory. Samba's own certificate has a negative serial
// number, which Go refuses, so the lab is its own authority.
const (
	caFile         = "ca.pem"
	serverFile     = "server.pem"
	serverKeyFile  = "server-key.pem"
	otherFile      = "other.pem"
	otherKeyFile   = "other-key.pem"
	certificateAge = 10 * 365 * 24 * time.Hour
)

type authority struct {
	certificate *x509.Certificate
	key         crypto.Signer
}

// writeCertificates makes an authority, a certificate for the domain controller on
// every address it may get, and one for a host that it is not.
func writeCertificates(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	ca, err := newAuthority(filepath.Join(dir, caFile))
	if err != nil {
		return err
	}
	addresses := []net.IP{net.IPv4(127, 0, 0, 1)}
	for n := firstAddress; n <= lastAddress; n++ {
		addresses = append(addresses, net.IPv4(127, 0, 86, byte(n)))
	}
	names := []string{hostName, alias, domain, "localhost"}
	if err := ca.issue(dir, serverFile, serverKeyFile, names, addresses); err != nil {
		return err
	}
	return ca.issue(dir, otherFile, otherKeyFile, []string{"mail.fabrikam.lab"}, nil)
}

func newAuthority(file string) (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mbxperm lab authority"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(certificateAge),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &authority{certificate, key}, writePEM(file, "CERTIFICATE", der, 0o644)
}

func (a *authority) issue(dir, file, keyFile string, names []string, addresses []net.IP) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		return err
	}
	template := &x509.Certificate{
		SerialNumber: serial.Add(serial, big.NewInt(2)), Subject: pkix.Name{CommonName: names[0]},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(certificateAge),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames: names, IPAddresses: addresses,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, key.Public(), a.key)
	if err != nil {
		return err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	if err := writePEM(filepath.Join(dir, keyFile), "PRIVATE KEY", private, 0o600); err != nil {
		return err
	}
	return writePEM(filepath.Join(dir, file), "CERTIFICATE", der, 0o644)
}

func writePEM(file, kind string, der []byte, mode os.FileMode) error {
	return os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), mode)
}

// TLSConfig trusts the lab's authority and expects its host name, whatever address is dialled.
func (l *Lab) TLSConfig() (*tls.Config, error) {
	roots, err := certPool(l.CAFile)
	if err != nil {
		return nil, err
	}
	return &tls.Config{ServerName: l.Host, RootCAs: roots, MinVersion: tls.VersionTLS12}, nil
}

func certPool(file string) (*x509.CertPool, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("%s: no certificate", file)
	}
	return roots, nil
}
