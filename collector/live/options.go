package live

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"time"
)

// Options say which server to read and how to get in. URL or Domain is
// required, and as much of the rest as the way in needs.
type Options struct {
	// Domain is the DNS name of a domain whose domain controllers are to be
	// found, in the place of URL.
	Domain string

	// URL is ldaps://host[:port], or ldap://host[:port] for StartTLS.
	URL string

	// Auth is the way in; "" is AuthAuto.
	Auth Auth

	// User is the name to bind with: a userPrincipalName, DOMAIN\name or, for a
	// simple bind, a DN (MS-ADTS 5.1.1.1.1). A ticket or keytab brings its own.
	User string

	// Password is asked once, after the server has proved who it is, and only
	// if the way in needs one. What it returns is kept for connections that are
	// opened later, and nowhere shown.
	Password func() (string, error)

	// Keytab is a file with the Kerberos keys of User, else of its first entry.
	Keytab string

	// NTHashFile is a file whose first line is the NT hash of User's password.
	NTHashFile string

	// CertFile and KeyFile hold a certificate and its key, PEM, to prove who we
	// are with. The key may stand in CertFile too.
	CertFile, KeyFile string

	// CAFile holds the certificates, PEM or DER, that are trusted instead of
	// those of the system.
	CAFile string

	// Pins are hashes of which the server's public key or certificate must have
	// one ("sha256:…"). Without CAFile nothing else is asked of the
	// certificate: neither who signed it, nor the name in it, nor its dates.
	Pins []string

	// SOCKS5 is host:port of a proxy that everything goes through.
	SOCKS5 string

	// Insecure accepts any certificate. Name and Warnings say so.
	Insecure bool

	// Cleartext sends the password over ldap:// without TLS.
	Cleartext bool

	// DC names the domain controllers to use of a Domain, and the address to
	// dial for a name, host or host:port; TLS still asks for the name.
	DC Servers

	// Resolver looks names up; nil means that of the system.
	Resolver *net.Resolver

	// OneDomain reads the one domain that was asked for, and not the whole
	// forest.
	OneDomain bool

	// Catalog reads accounts and groups through a global catalog. A URL with
	// the port of one says the same.
	Catalog bool

	// Misses are what earlier sources with the same options have asked for in
	// vain, and what this one adds; nil to remember nothing.
	Misses *Misses

	// Log is told what is done, without secrets; nil means nobody is.
	Log *slog.Logger

	// Connections is how many connections read at the same time, up to 32; 0
	// means 4.
	Connections int

	// PageSize is the number of entries in a page; 0 means 1000, the most that
	// a domain controller gives by default (MS-ADTS 3.1.1.3.4.6, MaxPageSize).
	PageSize int

	// Timeout bounds connecting, the TLS handshake and the bind, each; 0 means
	// 15 seconds.
	Timeout time.Duration

	// Idle is how long a server may bring nothing new while an answer is
	// awaited, whatever else it sends; 0 means 130 seconds: a little more than
	// MaxQueryDuration, so that a slow search ends with the server's reason and
	// not with ours.
	Idle time.Duration

	// Pause is how long nothing is asked before a search is tried again,
	// doubled each time; 0 means a second.
	Pause time.Duration

	partition int    // entries in a partition, about; 0 means partitionSize
	bounds    bounds // on what a server may send; zero means the usual ones
}

// mostConnections is more than any server answers faster for.
const mostConnections = 32

// target is a checked URL.
type target struct {
	host    string // as asked for, and as TLS verifies it
	address string // what is dialled
	tls     bool   // TLS from the first byte
	name    string // for people: scheme, host, and the port unless it is the usual one
}

// target checks the options and works out where to connect to.
func (o *Options) target() (target, error) {
	if o.Connections < 1 || o.Connections > mostConnections {
		return target{}, fmt.Errorf("--connections %d: should be from 1 to %d", o.Connections, mostConnections)
	}
	t, err := o.address()
	if err != nil {
		return target{}, err
	}
	return t, o.checkAuth(t.name)
}

// address checks the URL.
func (o *Options) address() (target, error) {
	// The text of a broken URL is not repeated: people put passwords into URLs.
	u, err := url.Parse(o.URL)
	if err != nil || u.Host == "" {
		return target{}, errors.New("the address is no LDAP URL; write ldaps://host, ldap://host or ldaps://host:port")
	}
	if u.User != nil {
		return target{}, errors.New("the URL holds a user name or password; give the user with -u, and the password at the prompt or with --password-file")
	}
	if strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
		return target{}, fmt.Errorf("ldap URL %q: only scheme, host and port are used; leave out what follows", u.Scheme+"://"+u.Host)
	}
	t := target{host: u.Hostname()}
	port := "389"
	switch strings.ToLower(u.Scheme) {
	case "ldaps":
		t.tls, port = true, "636"
	case "ldap":
	default:
		return target{}, fmt.Errorf("ldap URL: unknown scheme %q; write ldaps:// or ldap://", u.Scheme)
	}
	t.name = strings.ToLower(u.Scheme) + "://" + u.Host
	if p := u.Port(); p != "" {
		port = p
	}
	t.address = net.JoinHostPort(t.host, port)
	for name, address := range o.DC {
		if !strings.EqualFold(strings.TrimSuffix(name, "."), strings.TrimSuffix(t.host, ".")) {
			continue
		}
		if address == "" {
			continue
		}
		t.address = net.JoinHostPort(strings.Trim(address, "[]"), port)
		if _, _, err := net.SplitHostPort(address); err == nil {
			t.address = address
		}
	}
	return t, nil
}

// withDefaults fills in what is zero.
func (o Options) withDefaults() Options {
	if o.Connections == 0 {
		o.Connections = 4
	}
	if o.PageSize <= 0 {
		o.PageSize = 1000
	}
	if o.Timeout <= 0 {
		o.Timeout = 15 * time.Second
	}
	if o.Idle <= 0 {
		o.Idle = 130 * time.Second
	}
	if o.partition <= 0 {
		o.partition = partitionSize
	}
	if o.Pause <= 0 {
		o.Pause = time.Second
	}
	if o.bounds == (bounds{}) {
		o.bounds = usualBounds()
	}
	if o.Resolver == nil {
		o.Resolver = net.DefaultResolver
	}
	if o.Misses == nil {
		o.Misses = new(Misses)
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}
