package live

import (
	"context"
	"fmt"
	"net"
	"strings"

	"mbxperm/collector/live/kerberos"
)

// principal is the account that was asked for, in the form of Kerberos.
type principal struct{ user, realm string }

// kerberos returns the ways in by ticket, keytab and password that the options
// allow, and why others are none.
func (s *server) kerberos(ctx context.Context, c *conn, server about) (list []method, reasons []error) {
	o := &s.options
	conf, err := kerberos.LoadConfig()
	if err != nil {
		return nil, []error{err}
	}
	service := s.service(server)
	add := func(how string, client *kerberos.Client) {
		list = append(list, method{auth: AuthKerberos, name: fmt.Sprintf("Kerberos (%s of %s)", how, client.Principal()), account: client.Principal(),
			bind: func(ctx context.Context, c *conn) error { return c.bindKerberos(ctx, client) }})
	}
	var keys *kerberos.Keytab
	if o.Keytab != "" {
		if keys, err = kerberos.ReadKeytab(o.Keytab); err != nil {
			// It was asked for by name, so a mistake in it is not passed over.
			return []method{failing(AuthKerberos, err)}, nil
		}
	}
	asked, err := s.principal(conf, server, keys)
	if err != nil {
		reasons = append(reasons, err)
	}
	if hasLogon && o.User == "" && keys == nil {
		list = append(list, method{auth: AuthKerberos, name: "Kerberos (logged-on user)", account: "the logged-on user",
			bind: func(ctx context.Context, c *conn) error { return c.bindLogon(ctx, service) }})
	}
	switch cache, err := kerberos.ReadCache(conf.CacheName()); {
	case err != nil:
		reasons = append(reasons, err)
	case asked.matches(cache):
		s.findKDCs(ctx, c, conf, cache.Realm, server)
		add("ticket", kerberos.FromCache(conf, cache, service))
	default:
		reasons = append(reasons, unusable("the ticket is that of %s, not of %s", cache, o.User))
	}
	if asked.realm == "" {
		return list, reasons
	}
	s.findKDCs(ctx, c, conf, asked.realm, server)
	switch {
	case keys != nil:
		add("keytab", kerberos.FromKeytab(conf, keys, asked.user, asked.realm, service))
	case o.Password != nil:
		list = append(list, s.kerberosPassword(conf, asked, service))
	}
	return list, reasons
}

// kerberosPassword asks for the password when its turn comes, and not before.
func (s *server) kerberosPassword(conf *kerberos.Config, who principal, service string) method {
	var client *kerberos.Client
	account := who.user + "@" + who.realm
	return method{auth: AuthKerberos, name: fmt.Sprintf("Kerberos (password of %s)", account), account: account, secret: true,
		bind: func(ctx context.Context, c *conn) error {
			password, err := s.password()
			if err != nil {
				return err
			}
			s.mu.Lock()
			if client == nil {
				client = kerberos.FromPassword(conf, who.user, who.realm, password, service)
			}
			s.mu.Unlock()
			return c.bindKerberos(ctx, client)
		}}
}

// failing is a way in that is known not to work.
func failing(auth Auth, err error) method {
	return method{auth: auth, bind: func(context.Context, *conn) error {
		return &Error{Kind: ErrCredentials, Err: err, Text: err.Error()}
	}}
}

// principal makes one of the name that was asked for. It is empty where none
// was, and then any ticket will do.
func (s *server) principal(conf *kerberos.Config, server about, keys *kerberos.Keytab) (principal, error) {
	name, domain := s.options.User, dnsName(server.domain)
	if name == "" {
		if keys != nil {
			return principal{keys.User, keys.Realm}, nil
		}
		return principal{}, nil
	}
	realm := domain
	if user, suffix, ok := strings.Cut(name, "@"); ok {
		// The suffix of a userPrincipalName need not be the name of a domain.
		name, realm = user, suffix
		if known := strings.EqualFold(suffix, domain) || conf.Knows(strings.ToUpper(suffix)); !known {
			return principal{user: user}, unusable("Kerberos: %s is neither the domain of %s nor a realm of krb5.conf", suffix, s.target.name)
		}
	}
	if flat, user, ok := strings.Cut(name, `\`); ok {
		name = user
		if first, _, _ := strings.Cut(domain, "."); !strings.EqualFold(flat, first) && !strings.EqualFold(flat, domain) {
			return principal{user: user}, unusable("Kerberos: the realm of domain %s is not known; write the name as %s@DOMAIN, the domain in full", flat, user)
		}
	}
	if realm == "" {
		return principal{user: name}, unusable("Kerberos: the realm of %s is not known", name)
	}
	return principal{name, strings.ToUpper(realm)}, nil
}

// matches reports whether a ticket is that of the account asked for.
func (p principal) matches(c *kerberos.Cache) bool {
	return p.user == "" || strings.EqualFold(p.user, c.User) && strings.EqualFold(p.realm, c.Realm)
}

// findKDCs sees to it that a realm has its KDCs: those of krb5.conf, else the
// domain controller that we are connected to, since each is one, else what DNS
// says (RFC 4120 7.2.3.2).
func (s *server) findKDCs(ctx context.Context, c *conn, conf *kerberos.Config, realm string, server about) {
	addresses := conf.KDCs(realm)
	switch {
	case len(addresses) > 0:
	case strings.EqualFold(realm, dnsName(server.domain)):
		addresses = []string{net.JoinHostPort(s.peerHost(c), "88")}
	default:
		_, found, _ := s.options.Resolver.LookupSRV(ctx, "kerberos", "tcp", realm)
		for _, srv := range found {
			addresses = append(addresses, net.JoinHostPort(strings.TrimSuffix(srv.Target, "."), fmt.Sprint(srv.Port)))
		}
	}
	if s.options.SOCKS5 != "" {
		for i, a := range addresses {
			if local, err := s.forward(a); err == nil {
				addresses[i] = local
			}
		}
	}
	if len(addresses) > 0 {
		conf.SetKDCs(realm, addresses)
	}
}

// peerHost is the server that we are connected to: its address, or what the
// proxy was asked for.
func (s *server) peerHost(c *conn) string {
	address := s.target.address
	if s.options.SOCKS5 == "" {
		address = c.raw.RemoteAddr().String()
	}
	host, _, _ := net.SplitHostPort(address)
	return host
}
