package live

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"time"

	"mbxperm/collector/live/gss"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
)

// conn is one LDAP connection. One goroutine uses it at a time, and one request
// is under way at a time.
type conn struct {
	server *server
	raw    *idleConn
	wire   *wire
	in     *messages

	certificate *x509.Certificate // the server's; nil without TLS
	binding     gss.Binding       // of the TLS connection; zero without TLS
	sent        int64             // requests sent: the message ID of the last one
	bound       bool
	spoiled     bool      // an answer broke off: what comes next may belong to it
	rested      time.Time // since when nobody has used it
	trickle     bool      // the answer that was waited for too long did not come to a whole entry, but was not silent
}

func (s *server) newConn(raw *idleConn, on net.Conn) *conn {
	w := &wire{Conn: on}
	return &conn{server: s, raw: raw, wire: w, in: newMessages(w, &s.options.bounds)}
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
	raw := newIdleConn(tcp, s.options.Idle)
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
		return s.newConn(raw, raw), nil
	}
	if !s.target.tls {
		if err := s.requestTLS(ctx, raw); err != nil {
			return nil, err
		}
	}
	t := tls.Client(raw, s.tls)
	if err := t.HandshakeContext(ctx); err != nil {
		return nil, s.explainTLS(ctx, err)
	}
	s.logTLSOf(t.ConnectionState())
	c := s.newConn(raw, t)
	c.certificate = t.ConnectionState().PeerCertificates[0]
	c.binding = gss.EndPoint(c.certificate)
	return c, nil
}

// requestTLS asks for StartTLS (RFC 4511 4.14).
func (s *server) requestTLS(ctx context.Context, raw *idleConn) error {
	stop := context.AfterFunc(ctx, func() { raw.Close() })
	defer stop()
	raw.renew()
	raw.await()
	defer raw.rest()
	extended := ber.Encode(ber.ClassApplication, ber.TypeConstructed, ldap.ApplicationExtendedRequest, nil, "ExtendedRequest")
	extended.AppendChild(ber.NewString(ber.ClassContext, ber.TypePrimitive, 0, oidStartTLS, "requestName"))
	w := &wire{Conn: raw}
	if _, err := w.Write(envelope(1, extended, nil)); err != nil {
		return s.explainStartTLS(ctx, err)
	}
	// What comes behind the answer goes to TLS, which takes nothing that
	// somebody on the way has added in clear text.
	answer, err := readMessage(w)
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
