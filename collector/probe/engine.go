package probe

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"mbxperm/model/door"
	"mbxperm/model/usage"
)

// Engine makes checks of what a command line says: its options are flags.
type Engine struct {
	// Password returns the password of an account.
	Password func(ctx context.Context, user string) (string, error)
	options  Options
}

// Define defines the flags of a protocol.
func (e *Engine) Define(f *pflag.FlagSet, p door.Protocol) { e.options.Define(f, p) }

// Account is the account and the file of authorities that the flags name: those
// of a directory, too, that is asked for the targets.
func (e *Engine) Account() (user, caFile string) { return e.options.User, e.options.CAFile }

// Run checks targets of one protocol: see [Prober.Run].
func (e *Engine) Run(ctx context.Context, p door.Protocol, targets []door.Target, said func(*door.Check, byte, string), done func(*door.Check)) ([]door.Check, error) {
	o := e.options
	o.Said = said
	o.Password = func(ctx context.Context) (string, error) { return e.Password(ctx, o.User) }
	b, err := New(o, p)
	if err != nil {
		return nil, err
	}
	return b.Run(ctx, targets, done)
}

// ports are where a protocol listens (RFC 5321 4.5.4.2, RFC 1939 3, RFC 3501 2.1).
var ports = map[door.Protocol]uint16{door.SMTP: 25, door.POP3: 110, door.IMAP4: 143}

// ParseTarget reads HOST, HOST:PORT, [IPV6]:PORT or an address of IPv6. Its errors
// are of usage.
func ParseTarget(p door.Protocol, text string) (door.Target, error) {
	t := door.Target{Protocol: p, Host: text, Port: ports[p]}
	bare := strings.TrimSuffix(strings.TrimPrefix(text, "["), "]")
	if _, err := netip.ParseAddr(bare); err == nil {
		t.Host = bare
		return t, nil
	}
	if host, port, err := net.SplitHostPort(text); err == nil {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil || n == 0 {
			return t, usage.Errorf("%q: the port should be a number from 1 to 65535", text)
		}
		t.Host, t.Port = host, uint16(n)
	}
	if t.Host == "" || strings.ContainsAny(t.Host, " \t\r\n/@:[]<>\"") {
		return t, usage.Errorf("%q should be HOST or HOST:PORT", text)
	}
	return t, nil
}

// Target is [ParseTarget].
func (e *Engine) Target(p door.Protocol, text string) (door.Target, error) {
	return ParseTarget(p, text)
}

// MX returns who takes mail for a domain, the best first (RFC 5321 5.1).
func (e *Engine) MX(ctx context.Context, domain string) ([]door.Target, error) {
	return mx(ctx, cmpResolver(e.options.Resolver), domain)
}

func cmpResolver(r *net.Resolver) *net.Resolver {
	if r == nil {
		return net.DefaultResolver
	}
	return r
}

// mx looks up the exchangers of a domain; one without any takes its mail itself.
func mx(ctx context.Context, r *net.Resolver, domain string) (targets []door.Target, err error) {
	domain = strings.TrimSuffix(domain, ".")
	found, err := r.LookupMX(ctx, domain)
	var dns *net.DNSError
	switch {
	case len(found) > 0: // what is right counts even where some records are not
	case errors.As(err, &dns) && dns.IsNotFound:
		return []door.Target{{Protocol: door.SMTP, Host: domain, Port: ports[door.SMTP], Domain: domain}}, nil
	case err != nil:
		return nil, fmt.Errorf("the mail exchangers of %s cannot be looked up: %w", domain, err)
	}
	slices.SortStableFunc(found, func(a, b *net.MX) int { return int(a.Pref) - int(b.Pref) })
	for _, m := range found {
		host := strings.TrimSuffix(m.Host, ".")
		if host == "" {
			return nil, fmt.Errorf("%s says that it takes no mail (RFC 7505)", domain)
		}
		targets = append(targets, door.Target{Protocol: door.SMTP, Host: host, Port: ports[door.SMTP], Domain: domain})
	}
	return targets, nil
}
