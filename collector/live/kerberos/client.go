package kerberos

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/jcmturner/gokrb5/v8/iana/errorcode"
	"github.com/jcmturner/gokrb5/v8/iana/nametype"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/types"
)

// Client holds a ticket for one service, and gets another one when it runs out.
// Its methods may be called from any goroutine.
type Client struct {
	conf    *Config
	net     *Network
	service Service
	who     string // the principal, for errors
	realm   string // where it logs on
	keytab  string // the versions of the keytab's keys, for errors; "" without one
	login   func(context.Context) (*granting, error)
	cache   *Cache // where the tickets come from; nil without one

	mu      sync.Mutex
	ticket  messages.Ticket
	key     types.EncryptionKey
	name    types.PrincipalName
	crealm  string // of name
	until   time.Time
	refused error // the answer to credentials that were not accepted: they are not tried again
}

// Service is what a ticket is for.
type Service struct {
	Name  string // ldap/dc1.contoso.lab
	Realm string // where it is; "" where that is not known
	// Other is tried where no realm knows Name: what the server calls itself,
	// as dns_canonicalize_hostname = fallback tries the canonical name. "" is
	// none.
	Other string
}

// lifetime bounds how long a ticket is used before another is asked for: less
// than the shortest that a domain gives in practice.
const lifetime = 15 * time.Minute

// FromCache uses the tickets of a cache.
func FromCache(conf *Config, network *Network, c *Cache, service Service) *Client {
	return &Client{conf: conf, net: network, service: service, who: c.String(), realm: c.Realm, cache: c,
		login: func(context.Context) (*granting, error) { return c.granting() }}
}

// FromPassword asks for a ticket with a password. A user with @ in it is an
// enterprise name (RFC 6806 5), which the KDCs of the realm look for.
func FromPassword(conf *Config, network *Network, user, realm, password string, service Service) *Client {
	name := clientName(user)
	return &Client{conf: conf, net: network, service: service, who: principalText(user, realm), realm: realm,
		login: func(ctx context.Context) (*granting, error) {
			return network.login(ctx, conf.krb5, name, realm, ofPassword(password, name.GetSalt(realm)), conf.krb5.LibDefaults.DefaultTktEnctypeIDs)
		}}
}

// FromKeytab asks for a ticket with a key. User and realm are spelt as the
// keytab has them: see [Keytab.Find].
func FromKeytab(conf *Config, network *Network, k *Keytab, user, realm string, service Service) *Client {
	return &Client{conf: conf, net: network, service: service, who: principalText(user, realm), realm: realm,
		keytab: strings.Trim(fmt.Sprint(k.versions(user, realm)), "[]"),
		login: func(ctx context.Context) (*granting, error) {
			return network.login(ctx, conf.krb5, clientName(user), realm, k.secret(user, realm), k.kinds(user, realm, conf.krb5.LibDefaults.DefaultTktEnctypeIDs))
		}}
}

func clientName(user string) types.PrincipalName {
	if strings.Contains(user, "@") {
		return types.PrincipalName{NameType: nametype.KRB_NT_ENTERPRISE, NameString: []string{user}}
	}
	return types.NewPrincipalName(nametype.KRB_NT_PRINCIPAL, user)
}

// principalText is a principal for people. An enterprise name says its own
// domain.
func principalText(user, realm string) string {
	if strings.Contains(user, "@") {
		return user
	}
	return user + "@" + realm
}

// Principal names who the ticket is for.
func (c *Client) Principal() string { return c.who }

// Service names what the ticket is for.
func (c *Client) Service() string { return c.service.Name }

// obtain returns a ticket that is still good. Credentials that were refused
// once are never sent again: each time counts towards a lock-out.
func (c *Client) obtain(ctx context.Context) (err error) {
	defer guard("an answer of realm "+c.realm, &err)
	if c.refused != nil {
		return c.refused
	}
	if time.Now().Before(c.until) {
		return nil
	}
	if c.cache != nil && c.fromCache() {
		return nil
	}
	tgt, err := c.login(ctx)
	if err == nil {
		err = c.get(ctx, tgt, c.service.Name)
		var refusal messages.KRBError
		if errors.As(err, &refusal) && refusal.ErrorCode == errorcode.KDC_ERR_S_PRINCIPAL_UNKNOWN && c.service.Other != "" && c.service.Other != c.service.Name {
			err = c.get(ctx, tgt, c.service.Other)
		}
	}
	if err != nil {
		err = c.explain(err)
		if errors.Is(err, ErrRefused) {
			c.refused = err
		}
		return err
	}
	c.name, c.crealm, c.until = tgt.client, tgt.realm, time.Now().Add(lifetime)
	return nil
}

// get asks for the ticket for a service.
func (c *Client) get(ctx context.Context, tgt *granting, service string) (err error) {
	c.ticket, c.key, err = c.net.service(ctx, c.conf.krb5, tgt, types.NewPrincipalName(nametype.KRB_NT_SRV_INST, service), c.serviceRealm())
	return err
}

// serviceRealm is the realm of the service: what krb5.conf says of its host,
// else what the directory says.
func (c *Client) serviceRealm() string {
	_, host, _ := strings.Cut(c.service.Name, "/")
	return or(c.conf.RealmOf(host), c.service.Realm)
}

// fromCache takes a ticket for the service itself, where the cache has one.
func (c *Client) fromCache() bool {
	ticket, key, until, ok := c.cache.service(c.service.Name)
	if !ok {
		return false
	}
	c.ticket, c.key, c.name, c.crealm, c.until = ticket, key, c.cache.file.client, c.cache.Realm, until
	if most := time.Now().Add(lifetime); c.until.After(most) {
		c.until = most
	}
	return true
}

// Format prints who and for what, whatever the verb.
func (c *Client) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "%s for %s", c.who, c.service.Name)
}

// Format prints the path, whatever the verb.
func (k *Keytab) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, k.Path) }

// Format prints path and principal, whatever the verb.
func (c *Cache) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "%s (%s)", c.Path, c.String()) }
