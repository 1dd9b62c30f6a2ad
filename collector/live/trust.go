package live

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"

	"mbxperm/collector/trust"
	"mbxperm/model/wholefile"
)

// tlsConfig makes the TLS configuration for a host.
func (o *Options) tlsConfig(host string) (*tls.Config, error) {
	c := &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12, InsecureSkipVerify: o.Insecure}
	if err := o.clientCertificate(c); err != nil {
		return nil, err
	}
	if len(o.Pins) > 0 {
		list, err := trust.ParsePins(o.Pins)
		if err != nil {
			return nil, err
		}
		if o.Insecure {
			return nil, errors.New("--pin and --insecure contradict each other; leave out --insecure")
		}
		c.VerifyConnection = func(state tls.ConnectionState) error { return list.Check(state.PeerCertificates[0]) }
		// A pin alone vouches for the server, whoever signed its certificate.
		c.InsecureSkipVerify = o.CAFile == ""
	}
	if o.CAFile == "" {
		return c, nil
	}
	certs, skipped, err := trust.Certificates(o.CAFile)
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
			parts[i], err = trust.PEMText(data)
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
