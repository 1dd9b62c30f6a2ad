package live

import (
	"context"
	"fmt"
	"net"
	"strings"

	"mbxperm/collector/live/kerberos"
)

// principal is the account that was asked for, in the form of Kerberos. A user
// with @ in it is an enterprise name (RFC 6806 5): the userPrincipalName of an
// account whose realm the KDC is to find.
type principal struct{ user, realm string }

func (p principal) enterprise() bool { return strings.Contains(p.user, "@") }

// kerberos returns the ways in by ticket, keytab and password that the options
// allow, and why others are none.
func (s *server) kerberos(c *conn, server about) (list []method, reasons []error) {
	o := &s.options
	conf, err := kerberos.LoadConfig()
	if err != nil {
		return nil, []error{err}
	}
	for _, w := range conf.Warnings {
		o.Log.Warn("krb5.conf", logError, w)
	}
	service := kerberos.Service{Name: s.service(server), Realm: strings.ToUpper(dnsName(server.domain))}
	if server.host != "" && !s.plain() && !s.options.Insecure {
		// TLS has shown that this is the server that was asked for, so that it
		// may say by which name its domain knows it.
		service.Other = "ldap/" + strings.ToLower(server.host)
	}
	network := s.network(c, conf, server)
	if o.Keytab != "" {
		// It was asked for by name, so a mistake in it is not passed over, and
		// no other way in stands in for it.
		return []method{s.keytab(conf, network, server, service)}, nil
	}
	add := func(how string, client *kerberos.Client) {
		list = append(list, method{auth: AuthKerberos, name: fmt.Sprintf("Kerberos (%s of %s)", how, client.Principal()), account: client.Principal(),
			bind: func(ctx context.Context, c *conn) error { return c.bindKerberos(ctx, client) }})
	}
	asked, err := s.principal(conf, server)
	if err != nil {
		reasons = append(reasons, err)
	}
	if hasLogon && o.User == "" {
		list = append(list, method{auth: AuthKerberos, name: "Kerberos (logged-on user)", account: "the logged-on user",
			bind: func(ctx context.Context, c *conn) error { return c.bindLogon(ctx, service.Name) }})
	}
	switch cache, err := kerberos.ReadCache(conf.CacheName()); {
	case err != nil:
		reasons = append(reasons, err)
	case asked.matches(cache):
		add("ticket", kerberos.FromCache(conf, network, cache, service))
	default:
		reasons = append(reasons, unusable("the ticket is that of %s, not of %s", cache, o.User))
	}
	if asked.realm != "" && o.Password != nil {
		list = append(list, s.kerberosPassword(conf, network, asked, service))
	}
	return list, reasons
}

// keytab is the way in with a keytab: of the account that was asked for, else
// of its first entry.
func (s *server) keytab(conf *kerberos.Config, network *kerberos.Network, server about, service kerberos.Service) method {
	keys, err := kerberos.ReadKeytab(s.options.Keytab)
	if err != nil {
		return failing(AuthKerberos, err)
	}
	who := principal{keys.User, keys.Realm}
	if s.options.User != "" {
		if who, err = s.principal(conf, server); err != nil {
			return failing(AuthKerberos, err)
		}
		if who.enterprise() { // a keytab names realms, not suffixes
			user, suffix, _ := strings.Cut(who.user, "@")
			who = principal{user, suffix}
		}
		if who.user, who.realm, err = keys.Find(who.user, who.realm); err != nil {
			return failing(AuthKerberos, err)
		}
	}
	client := kerberos.FromKeytab(conf, network, keys, who.user, who.realm, service)
	return method{auth: AuthKerberos, name: fmt.Sprintf("Kerberos (keytab of %s)", client.Principal()), account: client.Principal(),
		bind: func(ctx context.Context, c *conn) error { return c.bindKerberos(ctx, client) }}
}

// kerberosPassword asks for the password when its turn comes, and not before.
func (s *server) kerberosPassword(conf *kerberos.Config, network *kerberos.Network, who principal, service kerberos.Service) method {
	var client *kerberos.Client
	account := who.user
	if !who.enterprise() {
		account += "@" + who.realm
	}
	return method{auth: AuthKerberos, name: fmt.Sprintf("Kerberos (password of %s)", account), account: account, secret: true,
		bind: func(ctx context.Context, c *conn) error {
			password, err := s.password()
			if err != nil {
				return err
			}
			s.mu.Lock()
			if client == nil {
				client = kerberos.FromPassword(conf, network, who.user, who.realm, password, service)
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
func (s *server) principal(conf *kerberos.Config, server about) (principal, error) {
	name, domain := s.options.User, dnsName(server.domain)
	if name == "" {
		return principal{}, nil
	}
	realm := domain
	if user, suffix, ok := strings.Cut(name, "@"); ok {
		switch {
		case strings.EqualFold(suffix, domain) || conf.Knows(strings.ToUpper(suffix)):
			name, realm = user, suffix
		case domain == "":
			return principal{user: user}, unusable("Kerberos: %s is no realm of krb5.conf", suffix)
		}
		// Else the suffix of a userPrincipalName, which need not be the name of
		// a domain: the KDC of this domain is asked where the account is.
	} else if flat, user, ok := strings.Cut(name, `\`); ok {
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

// matches reports whether a ticket is that of the account asked for. Of an
// enterprise name nobody but a KDC knows whose it is.
func (p principal) matches(c *kerberos.Cache) bool {
	return p.user == "" || strings.EqualFold(p.user, c.User) && strings.EqualFold(p.realm, c.Realm)
}

// network says how KDCs are found and reached: those of krb5.conf, else the
// domain controller that we are connected to, since each is one, else what DNS
// says (RFC 4120 7.2.3.2), else the name of the realm, which in Active
// Directory is that of its domain controllers. A proxy looks names up on its
// side.
func (s *server) network(c *conn, conf *kerberos.Config, server about) *kerberos.Network {
	peer := s.peerHost(c)
	return &kerberos.Network{Dial: s.options.dial, Find: func(ctx context.Context, realm string) (addresses []string) {
		if addresses = conf.KDCs(realm); len(addresses) > 0 {
			return addresses
		}
		if strings.EqualFold(realm, dnsName(server.domain)) {
			return []string{net.JoinHostPort(peer, "88")}
		}
		_, found, _ := s.options.Resolver.LookupSRV(ctx, "kerberos", "tcp", realm)
		for _, srv := range found {
			addresses = append(addresses, net.JoinHostPort(strings.TrimSuffix(srv.Target, "."), fmt.Sprint(srv.Port)))
		}
		return append(addresses, net.JoinHostPort(strings.ToLower(realm), "88"))
	}}
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
