package kerberos

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/jcmturner/gokrb5/v8/credentials"
)

// Cache is a ticket cache that can be read.
type Cache struct {
	Path  string
	User  string // the principal without its realm
	Realm string
	Until time.Time // the end of the ticket for the realm's own service

	cache *credentials.CCache
}

// String names the principal.
func (c *Cache) String() string { return c.User + "@" + c.Realm }

// CacheName returns the name of the user's ticket cache: KRB5CCNAME, else
// default_ccache_name of krb5.conf, else what MIT Kerberos uses.
func (c *Config) CacheName() string {
	if name := os.Getenv("KRB5CCNAME"); name != "" {
		return name
	}
	if c.cacheName != "" {
		uid := fmt.Sprint(os.Getuid())
		return strings.NewReplacer("%{uid}", uid, "%{euid}", uid, "%{USERID}", uid, "%{TEMP}", os.TempDir()).Replace(c.cacheName)
	}
	if runtime.GOOS == "darwin" {
		return "API:"
	}
	return fmt.Sprintf("FILE:/tmp/krb5cc_%d", os.Getuid())
}

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
	cc, err := credentials.LoadCCache(path)
	if os.IsNotExist(err) {
		return nil, &Error{Kind: ErrNoTicket, Text: fmt.Sprintf("there is no ticket cache %s", path), Hint: "get a ticket with kinit"}
	}
	if err != nil {
		return nil, &Error{Kind: ErrNoTicket, Text: fmt.Sprintf("the ticket cache %s cannot be read: %v", path, err)}
	}
	c = &Cache{Path: path, User: cc.GetClientPrincipalName().PrincipalNameString(), Realm: cc.GetClientRealm(), cache: cc}
	var until time.Time
	for _, e := range cc.GetEntries() {
		if s := e.Server.PrincipalName.NameString; len(s) == 2 && s[0] == "krbtgt" && s[1] == c.Realm && e.EndTime.After(until) {
			until = e.EndTime
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
