package live

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"testing"
	"time"

	"mbxperm/collector/trust"
)

// TestCertificateSignedWithSHA1: the certificates of the bug report. The
// authority was given; what is wrong is the signature, and --ca does not help.
func TestCertificateSignedWithSHA1(t *testing.T) {
	roots, _, err := trust.Certificates("testdata/certificates/ca.pem")
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(roots[0])
	for file, says := range map[string][]string{
		"server.pem": {"the certificate of ldaps://dc1.contoso.lab is signed with SHA-1"},
		"chain.pem":  {"the authority CN=Fabrikam Issuing CA above the certificate of ldaps://dc1.contoso.lab is signed with SHA-1"},
	} {
		shown, _, err := trust.Certificates("testdata/certificates/" + file)
		if err != nil {
			t.Fatal(err)
		}
		o := x509.VerifyOptions{Roots: pool, Intermediates: x509.NewCertPool(), CurrentTime: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), DNSName: "dc1.contoso.lab"}
		for _, c := range shown[1:] {
			o.Intermediates.AddCert(c)
		}
		_, err = shown[0].Verify(o)
		s := &server{target: target{host: "dc1.contoso.lab", name: "ldaps://dc1.contoso.lab"}, options: Options{CAFile: "testdata/certificates/ca.pem"}}
		got := s.explainTLS(context.Background(), &tls.CertificateVerificationError{UnverifiedCertificates: shown, Err: err})
		wantError(t, got, ErrTLS, append(says, "SHA-256", "--pin "+trust.PinOf(shown[0]))...)
	}
}

// answerTLS is a server that answers each connection with f.
func answerTLS(t *testing.T, f func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			f(c)
			c.Close()
		}
	}()
	t.Cleanup(func() { l.Close(); <-done })
	return l.Addr().String()
}

// TestWhatTheServerOffers: where there is no agreement, the error says what the
// server would take.
func TestWhatTheServerOffers(t *testing.T) {
	noKerberos(t)
	pair := certificateOf(t, "dc1.contoso.lab")
	for name, c := range map[string]struct {
		config *tls.Config
		says   []string
	}{
		"old version": {&tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS10}, []string{"it offers TLS 1.0 with TLS_", "takes TLS 1.2 or 1.3"}},
		"old cipher": {&tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA}},
			[]string{"(handshake failure): it offers TLS 1.2 with TLS_RSA_WITH_AES_128_CBC_SHA", "ECDHE"}},
	} {
		t.Run(name, func(t *testing.T) {
			c.config.Certificates = []tls.Certificate{pair}
			address := answerTLS(t, func(conn net.Conn) { _ = tls.Server(conn, c.config).Handshake() })
			refused(t, Options{URL: "ldaps://" + address, User: user, Password: secret(password), Insecure: true}, ErrTLS, c.says...)
		})
	}
}

// TestAlerts: each alert has its cause and a remedy.
func TestAlerts(t *testing.T) {
	noKerberos(t)
	cert, key := clientCertificate(t, "auditor")
	for alert, c := range map[byte]struct {
		cert bool
		says []string
	}{
		40: {false, []string{"handshake failure", "it refuses all that this program can offer, from TLS 1.0 to 1.3", "Schannel"}}, 70: {false, []string{"protocol version"}},
		48: {true, []string{"refused the client certificate of --cert: unknown certificate authority", "NTAuth"}}, 42: {false, []string{"it may demand one", "--cert"}},
		112: {false, []string{"has no certificate for the name 127.0.0.1", "--dc"}}, 80: {false, []string{"internal error", "private key"}},
		116: {false, []string{"demands a client certificate", "--cert"}}, 47: {false, []string{"illegal parameter"}},
	} {
		address := answerTLS(t, func(conn net.Conn) {
			_, _ = conn.Read(make([]byte, 4096))
			_, _ = conn.Write([]byte{21, 3, 3, 0, 2, 2, alert})
		})
		o := Options{URL: "ldaps://" + address, User: user, Password: secret(password), Insecure: true}
		if c.cert {
			o = Options{URL: "ldaps://" + address, CertFile: cert, KeyFile: key, Insecure: true}
		}
		refused(t, o, ErrTLS, c.says...)
	}
}

// TestClientCertificateRefused: in TLS 1.3 the refusal comes after the handshake.
func TestClientCertificateRefused(t *testing.T) {
	noLeaks(t)
	noKerberos(t)
	cert, key := clientCertificate(t, "auditor")
	pair := certificateOf(t, "dc1.contoso.lab")
	address := answerTLS(t, func(conn net.Conn) {
		server := tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{pair}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: x509.NewCertPool()})
		_ = server.Handshake()
		_, _ = server.Read(make([]byte, 1))
	})
	refused(t, Options{URL: "ldaps://" + address, CertFile: cert, KeyFile: key, Insecure: true}, ErrTLS, "refused the client certificate of --cert")
}

// certificateOf is a pair for a server with an RSA key, which old ciphers want.
func certificateOf(t *testing.T, name string) tls.Certificate {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(7), DNSNames: []string{name}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}
