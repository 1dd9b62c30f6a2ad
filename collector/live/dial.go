package live

import (
	"context"
	"errors"
	"fmt"
	"net"

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
