package live

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"golang.org/x/net/proxy"
)

// dial opens a TCP connection, through the SOCKS5 proxy (RFC 1928) where the
// options name one. The proxy gets the name and looks it up on its side.
func (o *Options) dial(ctx context.Context, address string) (net.Conn, error) {
	direct := &net.Dialer{Resolver: o.Resolver}
	if o.SOCKS5 == "" {
		return direct.DialContext(ctx, "tcp", address)
	}
	dialer, err := proxy.SOCKS5("tcp", o.SOCKS5, nil, direct)
	if err != nil {
		return nil, err
	}
	return dialer.(proxy.ContextDialer).DialContext(ctx, "tcp", address)
}

// explainProxy puts into words what went wrong at the proxy; nil where it did
// not go wrong there.
func (s *server) explainProxy(err error) error {
	var op *net.OpError
	if s.options.SOCKS5 == "" || !errors.As(err, &op) || op.Op != "socks connect" {
		return nil
	}
	e := &Error{Kind: ErrUnreachable, Err: err}
	var dial *net.OpError
	if errors.As(op.Err, &dial) {
		e.Text, e.Hint = fmt.Sprintf("the proxy %s of --socks5 is not reachable: %v", s.options.SOCKS5, dial.Err), "start it, for example with ssh -D "+s.options.SOCKS5+" HOST"
		return e
	}
	e.Text = fmt.Sprintf("the proxy %s does not get through to %s: %s", s.options.SOCKS5, s.target.address, clean(op.Err.Error()))
	e.Hint = "the name is looked up and dialled on the proxy's side; check both there"
	return e
}

// forward listens on the loopback address for as long as the source is open, and
// passes what comes on to address through the proxy. gokrb5 dials KDCs itself
// and knows no proxy.
func (s *server) forward(address string) (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	context.AfterFunc(s.closed, func() { l.Close() })
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			go s.pass(in, address)
		}
	}()
	return l.Addr().String(), nil
}

func (s *server) pass(in net.Conn, address string) {
	defer in.Close()
	ctx, cancel := context.WithTimeout(s.closed, s.options.Timeout)
	defer cancel()
	out, err := s.options.dial(ctx, address)
	if err != nil {
		return
	}
	defer out.Close()
	stop := context.AfterFunc(s.closed, func() { in.Close(); out.Close() })
	defer stop()
	go func() {
		_, _ = io.Copy(out, in)
		out.Close()
	}()
	_, _ = io.Copy(in, out)
}

// pins are SHA-256 hashes of which the server's certificate must have one.
type pins [][sha256.Size]byte

// parsePins reads sha256:HASH, in hexadecimal (with or without colons) as
// openssl x509 -fingerprint writes it, or in base64 as curl --pinnedpubkey has it.
func parsePins(texts []string) (pins, error) {
	var list pins
	for _, text := range texts {
		algorithm, hash, _ := strings.Cut(text, ":")
		hash = strings.TrimPrefix(hash, "//") // curl writes sha256//
		b, err := hex.DecodeString(strings.ReplaceAll(hash, ":", ""))
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

func (e *errPin) Error() string {
	hash := sha256.Sum256(e.cert.RawSubjectPublicKeyInfo)
	return "the server's key is sha256:" + base64.StdEncoding.EncodeToString(hash[:])
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
