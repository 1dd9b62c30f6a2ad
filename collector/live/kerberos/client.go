package kerberos

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/jcmturner/gokrb5/v8/client"
	"github.com/jcmturner/gokrb5/v8/keytab"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/types"
)

// Client holds a ticket for one service, and gets another one when it runs out.
// Its methods may be called from any goroutine.
type Client struct {
	service string
	who     string // the principal, for errors
	realm   string
	login   func() (*client.Client, error) // a closure: there is a secret in it

	mu      sync.Mutex
	ticket  messages.Ticket
	key     types.EncryptionKey
	name    types.PrincipalName
	until   time.Time
	refused error // the answer to credentials that were not accepted: they are not tried again
}

// lifetime bounds how long a ticket is used before another is asked for: less
// than the shortest that a domain gives in practice.
const lifetime = 15 * time.Minute

// FromCache uses the tickets of a cache.
func FromCache(conf *Config, c *Cache, service string) *Client {
	return &Client{service: service, who: c.String(), realm: c.Realm, login: func() (*client.Client, error) {
		return client.NewFromCCache(c.cache, conf.krb5, client.DisablePAFXFAST(true))
	}}
}

// FromPassword asks for a ticket with a password.
func FromPassword(conf *Config, user, realm, password, service string) *Client {
	return &Client{service: service, who: user + "@" + realm, realm: realm, login: func() (*client.Client, error) {
		return client.NewWithPassword(user, realm, password, conf.krb5, client.DisablePAFXFAST(true)), nil
	}}
}

// Keytab is a file with keys of accounts.
type Keytab struct {
	Path        string
	User, Realm string // of its first entry
	keys        *keytab.Keytab
}

// ReadKeytab reads a keytab.
func ReadKeytab(path string) (k *Keytab, err error) {
	defer guard("the keytab "+path, &err)
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, unusable("", "keytab: %v", err)
	}
	keys := keytab.New()
	if err := keys.Unmarshal(b); err != nil || len(keys.Entries) == 0 {
		// The library's own words could quote the file.
		return nil, unusable("make one with ktutil or ktpass", "%s is no keytab, or an empty one", path)
	}
	p := keys.Entries[0].Principal
	return &Keytab{Path: path, User: strings.Join(p.Components, "/"), Realm: p.Realm, keys: keys}, nil
}

// FromKeytab asks for a ticket with a key.
func FromKeytab(conf *Config, k *Keytab, user, realm, service string) *Client {
	return &Client{service: service, who: user + "@" + realm, realm: realm, login: func() (*client.Client, error) {
		return client.NewWithKeytab(user, realm, k.keys, conf.krb5, client.DisablePAFXFAST(true)), nil
	}}
}

// Principal names who the ticket is for.
func (c *Client) Principal() string { return c.who }

// Service names what the ticket is for.
func (c *Client) Service() string { return c.service }

// obtain returns a ticket that is still good. Credentials that were refused once
// are never sent again: each time counts towards a lock-out.
func (c *Client) obtain() (ticket messages.Ticket, key types.EncryptionKey, name types.PrincipalName, err error) {
	defer guard("an answer of realm "+c.realm, &err)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.refused != nil {
		return ticket, key, name, c.refused
	}
	if time.Now().Before(c.until) {
		return c.ticket, c.key, c.name, nil
	}
	cl, err := c.login()
	if err != nil {
		return ticket, key, name, unusable("", "tickets of %s: %v", c.who, err)
	}
	defer cl.Destroy() // it would go on renewing in the background
	ticket, key, err = cl.GetServiceTicket(c.service)
	if err != nil {
		err = explain(err, c.who, c.service, c.realm)
		if e, ok := err.(*Error); ok && e.Kind == ErrRefused {
			c.refused = err
		}
		return ticket, key, name, err
	}
	c.ticket, c.key, c.name, c.until = ticket, key, cl.Credentials.CName(), time.Now().Add(lifetime)
	return c.ticket, c.key, c.name, nil
}

// Format prints who and for what, whatever the verb.
func (c *Client) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "%s for %s", c.who, c.service) }

// Format prints the path, whatever the verb.
func (k *Keytab) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, k.Path) }

// Format prints path and principal, whatever the verb.
func (c *Cache) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "%s (%s)", c.Path, c.String()) }
