package live

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"

	"mbxperm/collector/live/gss"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
)

// conn is one LDAP connection. One goroutine uses it: go-ldap delivers all
// answers of a connection through one goroutine, so that a slow reader of one
// would hold up every other.
type conn struct {
	server *server
	ldap   *ldap.Conn // does nothing until the bind is done
	raw    *idleConn
	wire   *wire

	certificate *x509.Certificate // the server's; nil without TLS
	binding     gss.Binding       // of the TLS connection; zero without TLS
	sent        int64             // requests sent before go-ldap took over
	started     bool              // whether it did
	spoiled     bool              // an answer broke off: what comes next may belong to it
}

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
	data, err := os.ReadFile(o.CAFile)
	if err != nil {
		return nil, fmt.Errorf("certificates of --ca: %w", err)
	}
	c.RootCAs = x509.NewCertPool()
	if c.RootCAs.AppendCertsFromPEM(data) {
		return c, nil
	}
	// What certutil and the Windows console export by default is DER.
	certs, err := x509.ParseCertificates(data)
	if err != nil || len(certs) == 0 {
		return nil, fmt.Errorf("certificates of --ca: %s holds no certificate, neither PEM nor DER", o.CAFile)
	}
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
	key := o.KeyFile
	if key == "" {
		key = o.CertFile
	}
	pair, err := tls.LoadX509KeyPair(o.CertFile, key)
	if err != nil {
		return fmt.Errorf("certificate of --cert and --key: %w (PEM is wanted, with a key that has no passphrase)", err)
	}
	c.Certificates = []tls.Certificate{pair}
	return nil
}

// connect dials and puts TLS in place. The connection is not bound.
func (s *server) connect(ctx context.Context) (*conn, error) {
	limited, cancel := context.WithTimeout(ctx, s.options.Timeout)
	defer cancel()
	tcp, err := s.options.dial(limited, s.target.address)
	if err != nil {
		if err := s.explainProxy(err); err != nil && ctx.Err() == nil {
			return nil, err
		}
		return nil, s.explainDial(ctx, err)
	}
	s.options.Log.Debug("connected", logServer, s.target.name, logAddress, tcp.RemoteAddr().String())
	raw := &idleConn{Conn: tcp, idle: s.options.Idle}
	c, err := s.secure(limited, raw)
	if err != nil {
		raw.Close()
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, err
	}
	return c, nil
}

// secure puts the layers of the package comment on a TCP connection.
func (s *server) secure(ctx context.Context, raw *idleConn) (*conn, error) {
	if s.plain() {
		return &conn{server: s, raw: raw, wire: &wire{Conn: raw}}, nil
	}
	if !s.target.tls {
		if err := s.requestTLS(ctx, raw); err != nil {
			return nil, err
		}
	}
	t := tls.Client(raw, s.tls)
	if err := t.HandshakeContext(ctx); err != nil {
		return nil, s.explainTLS(err)
	}
	s.logTLSOf(t.ConnectionState())
	certificate := t.ConnectionState().PeerCertificates[0]
	return &conn{server: s, raw: raw, wire: &wire{Conn: t}, certificate: certificate, binding: gss.EndPoint(certificate)}, nil
}

// start hands the connection to go-ldap, which reads from it from now on.
func (c *conn) start() {
	c.ldap = ldap.NewConn(c.wire, c.certificate != nil)
	c.ldap.Start()
	c.started = true
}

// requestTLS asks for StartTLS (RFC 4511 4.14) before go-ldap has the
// connection: go-ldap would put TLS around the wire layer, which could then see
// nothing, and its handshake neither stops with a context nor keeps its error.
func (s *server) requestTLS(ctx context.Context, raw *idleConn) error {
	stop := context.AfterFunc(ctx, func() { raw.Close() })
	defer stop()
	raw.await()
	defer raw.rest()
	request := ber.NewSequence("LDAPMessage")
	request.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, int64(1), "messageID"))
	extended := ber.Encode(ber.ClassApplication, ber.TypeConstructed, ldap.ApplicationExtendedRequest, nil, "ExtendedRequest")
	extended.AppendChild(ber.NewString(ber.ClassContext, ber.TypePrimitive, 0, oidStartTLS, "requestName"))
	request.AppendChild(extended)
	w := &wire{Conn: raw}
	if _, err := w.Write(request.Bytes()); err != nil {
		return s.explainStartTLS(ctx, err)
	}
	// Reading without a buffer takes nothing that belongs to TLS, and nothing
	// that somebody on the way has added in clear text.
	answer, err := ber.ReadPacket(w)
	if cause := w.cause(); cause != nil {
		err = cause
	}
	if err == nil {
		err = ldap.GetLDAPError(answer)
	}
	if err != nil {
		return s.explainStartTLS(ctx, err)
	}
	return nil
}

// do runs one request of go-ldap that knows nothing of contexts: when ctx ends,
// the connection is closed, and that ends the request.
func (c *conn) do(ctx context.Context, request func() error) error {
	stop := context.AfterFunc(ctx, func() { c.raw.Close() })
	defer stop()
	c.raw.await()
	defer c.raw.rest()
	if err := request(); err != nil {
		return err
	}
	return ctx.Err()
}

// whoAmI asks for the name of the bound account (RFC 4532).
func (c *conn) whoAmI(ctx context.Context) (string, error) {
	var id string
	err := c.do(ctx, func() error {
		r, err := c.ldap.WhoAmI(nil)
		if err == nil {
			id = r.AuthzID
		}
		return err
	})
	return trimAuthzID(id), err
}

// base reads one object. It is not paged: there is at most one entry, and
// go-ldap's Search, other than SearchAsync, does not return without an error
// unless the end of the answer was seen.
func (c *conn) base(ctx context.Context, dn string, attributes []string, controls ...ldap.Control) (*ldap.Entry, error) {
	var found *ldap.SearchResult
	err := c.do(ctx, func() error {
		var err error
		found, err = c.ldap.Search(baseRequest(dn, attributes, controls...))
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(found.Entries) != 1 {
		return nil, fmt.Errorf("%q: %w", dn, errNoEntry)
	}
	return found.Entries[0], nil
}

func baseRequest(dn string, attributes []string, controls ...ldap.Control) *ldap.SearchRequest {
	return ldap.NewSearchRequest(dn, ldap.ScopeBaseObject, ldap.NeverDerefAliases, 0, 0, false, filterAll, attributes, controls)
}

var errNoEntry = errors.New("the server gave no entry for this name")

// close says goodbye and ends the connection.
func (c *conn) close() {
	c.raw.leave()
	c.raw.rest()
	if !c.started {
		c.raw.Close()
		return
	}
	_ = c.ldap.Unbind()
	c.raw.Close()
	c.ldap.Close()
}
