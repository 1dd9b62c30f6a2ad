package kerberos

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/types"
)

// Cache is a ticket cache that can be read.
type Cache struct {
	Path  string
	User  string // the principal without its realm
	Realm string
	Until time.Time // the end of the ticket for the realm's own service

	file *cacheFile
}

// String names the principal.
func (c *Cache) String() string { return c.User + "@" + c.Realm }

// cachePath returns the file behind the name of a cache. Other kinds of caches
// live in the kernel or in a daemon, and only C libraries get at them.
func cachePath(name string) (string, error) {
	kind, path, ok := strings.Cut(name, ":")
	if !ok || len(kind) == 1 { // a drive letter of Windows
		return name, nil
	}
	switch strings.ToUpper(kind) {
	case "FILE", "WRFILE":
		return path, nil
	case "DIR":
		return cacheInDirectory(path)
	}
	return "", &Error{Kind: ErrNoTicket,
		Text: fmt.Sprintf("the ticket cache %s is of kind %s, which this program cannot read", name, strings.ToUpper(kind)),
		Hint: "put a ticket into a file: export KRB5CCNAME=FILE:/tmp/mbxperm.ccache; kinit"}
}

// cacheInDirectory finds the primary cache of a DIR: cache, which is a file:
// "DIR::path" names it, else the file "primary" does.
func cacheInDirectory(path string) (string, error) {
	if one, ok := strings.CutPrefix(path, ":"); ok {
		return one, nil
	}
	name := "tkt"
	if b, err := os.ReadFile(filepath.Join(path, "primary")); err == nil {
		name = strings.TrimSpace(string(b))
	}
	if !strings.HasPrefix(name, "tkt") || filepath.Base(name) != name {
		return "", &Error{Kind: ErrNoTicket, Text: fmt.Sprintf("the ticket cache DIR:%s names no primary cache", path),
			Hint: "name one with KRB5CCNAME=DIR::" + path + "/tkt…, or use kinit -c FILE:/tmp/mbxperm.ccache"}
	}
	return filepath.Join(path, name), nil
}

// ReadCache reads a ticket cache. The error is ErrNoTicket where it is no file,
// does not exist, or holds no ticket that is still good.
func ReadCache(name string) (c *Cache, err error) {
	defer guard("the ticket cache "+name, &err)
	path, err := cachePath(name)
	if err != nil {
		return nil, err
	}
	b, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return nil, &Error{Kind: ErrNoTicket, Text: fmt.Sprintf("there is no ticket cache %s", path), Hint: "get a ticket with kinit"}
	}
	var file *cacheFile
	if err == nil {
		file, err = parseCache(b)
	}
	if err != nil {
		return nil, &Error{Kind: ErrNoTicket, Text: fmt.Sprintf("the ticket cache %s cannot be read: %v", path, cause(err)), Hint: "get a new one with kinit"}
	}
	c = &Cache{Path: path, User: file.client.PrincipalNameString(), Realm: file.realm, file: file}
	var until time.Time
	for _, e := range file.entries {
		if c.isGranting(e) && e.until.After(until) {
			until = e.until
		}
	}
	switch {
	case until.IsZero():
		return nil, &Error{Kind: ErrNoTicket, Text: fmt.Sprintf("the ticket cache %s holds no ticket for realm %s", path, c.Realm), Hint: "get one with kinit"}
	case time.Now().After(until):
		return nil, &Error{Kind: ErrNoTicket, Text: fmt.Sprintf("the ticket of %s has expired at %s", c, until.UTC().Format("2006-01-02 15:04 UTC")),
			Hint: "get a new one with kinit"}
	}
	c.Until = until
	return c, nil
}

// granting is the ticket for the ticket-granting service of the client's realm
// that is good for longest.
func (c *Cache) granting() (*granting, error) {
	best := c.find(c.isGranting)
	if best == nil {
		return nil, &Error{Kind: ErrNoTicket, Text: fmt.Sprintf("the ticket of %s has expired", c), Hint: "get a new one with kinit"}
	}
	g := &granting{key: best.key, client: c.file.client, realm: c.Realm, at: c.Realm}
	return g, g.ticket.Unmarshal(best.ticket)
}

// isGranting reports whether a ticket is for the ticket-granting service of the
// client's realm.
func (c *Cache) isGranting(e cacheEntry) bool {
	name := e.server.NameString
	return len(name) == 2 && name[0] == "krbtgt" && name[1] == c.Realm && e.realm == c.Realm
}

// service is a ticket for a service, where there is one.
func (c *Cache) service(service string) (ticket messages.Ticket, key types.EncryptionKey, until time.Time, ok bool) {
	best := c.find(func(e cacheEntry) bool { return strings.EqualFold(e.server.PrincipalNameString(), service) })
	if best == nil || ticket.Unmarshal(best.ticket) != nil {
		return ticket, key, until, false
	}
	return ticket, best.key, best.until, true
}

// find returns the entry of a service that is good for longest, nil where there
// is none.
func (c *Cache) find(is func(cacheEntry) bool) (best *cacheEntry) {
	for i, e := range c.file.entries {
		if is(e) && e.until.After(time.Now()) && (best == nil || e.until.After(best.until)) {
			best = &c.file.entries[i]
		}
	}
	return best
}
