package probe

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"

	"mbxperm/collector/live/kerberos"
	"mbxperm/collector/live/ntlm"
	"mbxperm/model/door"
)

// mechanism is one way to log on (RFC 4422). PLAIN, LOGIN and XOAUTH2 are a line
// each. (The library emersion/go-sasl has them too, but its LOGIN wants the very
// words "Password:" of a server, and it has no XOAUTH2 any more.)
type mechanism struct {
	name  string // PLAIN; USER or LOGIN for the command that is no SASL
	first []byte // sent with the command or to the first question; nil for nothing
	// next answers a question of the server. An error cancels the logon.
	next func(question []byte) ([]byte, error)
	// told says what the server's questions have shown, after a refusal.
	told func() string
}

var errUnasked = errors.New("the server asks for more than the mechanism has")

// plain is RFC 4616.
func plain(user, password string) *mechanism {
	return &mechanism{name: "PLAIN", first: []byte("\x00" + user + "\x00" + password),
		next: func([]byte) ([]byte, error) { return nil, errUnasked }}
}

// login is draft-murchison-sasl-login and [MS-XLOGIN]: two questions, whatever
// their words.
func login(user, password string) *mechanism {
	answers := []string{user, password}
	return &mechanism{name: "LOGIN", next: func([]byte) ([]byte, error) {
		if len(answers) == 0 {
			return nil, errUnasked
		}
		answer := answers[0]
		answers = answers[1:]
		return []byte(answer), nil
	}}
}

// xoauth2 is a bearer token. A refusal comes as a question, with the reason as
// JSON, that wants an empty answer.
func xoauth2(user, token string) *mechanism {
	said := ""
	return &mechanism{name: "XOAUTH2", first: []byte("user=" + user + "\x01auth=Bearer " + token + "\x01\x01"),
		next: func(question []byte) ([]byte, error) {
			var reason struct{ Status, Scope string }
			if json.Unmarshal(question, &reason) == nil {
				said = strings.TrimSpace("status " + reason.Status + " " + reason.Scope)
			}
			return []byte{}, nil
		},
		told: func() string { return said },
	}
}

// ntlmMechanism is NTLMv2 with the binding of the TLS connection ([MS-SMTPNTLM],
// [MS-POP3], [MS-OXIMAP4]).
func (d *dialogue) ntlmMechanism() *mechanism {
	hash := d.hash
	if hash == nil {
		hash = ntlm.HashPassword(d.secret)
	}
	client := &ntlm.Client{User: d.User, Hash: hash, Target: d.services()[1], Binding: d.binding, Bare: true}
	if domain, user, ok := strings.Cut(d.User, `\`); ok {
		client.Domain, client.User = domain, user
	}
	return &mechanism{name: "NTLM", first: client.Negotiate(), next: client.Authenticate}
}

// services are the names of the service for Kerberos: as RFC 5321's registry has
// them, and as Exchange's account does where that is another.
func (d *dialogue) services() []string {
	host := strings.ToLower(d.serverName())
	switch d.target.Protocol {
	case door.POP3:
		return []string{"pop/" + host, "POP3/" + host}
	case door.IMAP4:
		return []string{"imap/" + host, "IMAP4/" + host}
	}
	return []string{"smtp/" + host, "SMTPSVC/" + host}
}

// gssapi is Kerberos (RFC 4752), without a layer of its own: TLS is that.
func (d *dialogue) gssapi() (*mechanism, error) {
	client, err := d.kerberos()
	if err != nil {
		return nil, err
	}
	proof, err := client.Prove(d.ctx, d.binding)
	if err != nil {
		return nil, err
	}
	var made *kerberos.Context
	return &mechanism{name: "GSSAPI", first: proof.Token, next: func(question []byte) ([]byte, error) {
		if made == nil {
			made, err = proof.Accept(question)
			return []byte{}, err
		}
		return made.NoLayer(question)
	}}, nil
}

// kerberos finds what a ticket can be had with: a keytab, the ticket cache, the
// password.
func (d *dialogue) kerberos() (*kerberos.Client, error) {
	conf, err := kerberos.LoadConfig()
	if err != nil {
		return nil, err
	}
	names := d.services()
	service := kerberos.Service{Name: names[0], Other: names[1]}
	if d.Keytab != "" {
		keys, err := kerberos.ReadKeytab(d.Keytab)
		if err != nil {
			return nil, err
		}
		user, realm := keys.User, keys.Realm
		if d.User != "" {
			name, suffix, _ := strings.Cut(d.User, "@")
			if user, realm, err = keys.Find(name, strings.ToUpper(suffix)); err != nil {
				return nil, err
			}
		}
		service.Realm = realm
		return kerberos.FromKeytab(conf, d.network(conf), keys, user, realm, service), nil
	}
	user, realm, _ := strings.Cut(d.User, "@")
	cache, cacheErr := kerberos.ReadCache(conf.CacheName())
	if cacheErr == nil && (d.User == "" || strings.EqualFold(user, cache.User) && (realm == "" || strings.EqualFold(realm, cache.Realm))) {
		service.Realm = cache.Realm
		return kerberos.FromCache(conf, d.network(conf), cache, service), nil
	}
	realm = strings.ToUpper(realm)
	if realm == "" {
		realm = conf.DefaultRealm()
	}
	switch {
	case d.User == "" || d.secret == "":
		return nil, cacheErr
	case realm == "" || strings.Contains(d.User, `\`):
		return nil, fmt.Errorf("the Kerberos realm of %s is not known; write the name as user@DOMAIN", d.User)
	}
	service.Realm = realm
	return kerberos.FromPassword(conf, d.network(conf), user, realm, d.secret, service), nil
}

// network says how KDCs are found: in krb5.conf, else by DNS (RFC 4120 7.2.3.2),
// else by the name of the realm.
func (d *dialogue) network(conf *kerberos.Config) *kerberos.Network {
	dial := func(ctx context.Context, address string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", address)
	}
	return &kerberos.Network{Dial: dial, Find: func(ctx context.Context, realm string) (addresses []string) {
		if addresses = conf.KDCs(realm); len(addresses) > 0 {
			return addresses
		}
		_, found, _ := d.Resolver.LookupSRV(ctx, "kerberos", "tcp", realm)
		for _, srv := range found {
			addresses = append(addresses, net.JoinHostPort(strings.TrimSuffix(srv.Target, "."), fmt.Sprint(srv.Port)))
		}
		return append(addresses, net.JoinHostPort(strings.ToLower(realm), "88"))
	}}
}

// add adds names, upper case, each once.
func add(list []string, names ...string) []string {
	for _, n := range names {
		if n = strings.ToUpper(n); !slices.Contains(list, n) {
			list = append(list, n)
		}
	}
	return list
}
