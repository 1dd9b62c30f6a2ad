// Package adlab starts a real Active Directory for tests: Debian's Samba as a
// domain controller, filled with an Exchange organisation, on a loopback address
// of its own.
//
// A mock answers what its author believed. Samba was written by others, checks
// access itself, pages, limits and propagates inheritance as a domain controller
// does, and packs security descriptors with its own library. What the directory
// holds is also written to an oracle file by that library, so a test can compare
// every entry that the program reads with an independent account:
//
//	lab := adlab.Start(t)
//	// dial lab.Address:636 with server name lab.Host and roots from lab.CAFile
//	for _, m := range lab.Oracle.Mailboxes() {
//		want := lab.Oracle.MailDescriptor(m)
//		...
//	}
//
// Whoever only reads shares one domain controller with every other test of every
// package: the first that asks starts it, and it stops when the go command and
// the last test process that uses it have ended, be it by a kill. A test that
// writes to the directory, or wants another make of lab, gets a controller of its
// own by StartOwn. (A bind with a wrong password does not write: the accounts are
// not locked here.)
//
// The tree is provisioned and filled once for a state of the scripts and a version
// of Samba, kept in the user's cache directory, and copied for each start.
// Controllers that run at the same time each have another address of 127.0.86.0/24:
// the ports (389, 636, 3268, 88) cannot be chosen, addresses can.
//
// The lab needs Linux, root (for those ports) and the packages that Missing names.
// Elsewhere Start skips the test with one line that says why; where the environment
// has MBXPERM_LAB=required it fails instead, so that a build server cannot lose
// these tests without notice.
package adlab

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"

	"time"

	"github.com/go-ldap/ldap/v3"
)

const (
	domain   = "contoso.lab"
	realm    = "CONTOSO.LAB"
	netbios  = "CONTOSO"
	hostName = "dc1.contoso.lab"
	alias    = "dc1.contoso.invalid"
	baseDN   = "DC=contoso,DC=lab"

	// The lab lives on a loopback address for minutes: its passwords protect nothing.
	adminPassword  = "Lab-Admin-Pass-1!"
	readerPassword = "Lab-Reader-Pass-1!"

	startLimit = time.Minute
	buildLimit = 15 * time.Minute
)

// ErrUnavailable is wrapped by the error of Open where this machine cannot run the lab at all.
var ErrUnavailable = errors.New("no directory lab here")

// Lab is a running domain controller. Bind with a UPN (name@Domain) over TLS.
type Lab struct {
	Address  string // the loopback address, as 127.0.86.3
	Host     string // the name in the certificate; it resolves nowhere, so dial Address
	Alias    string // a second name in the certificate, which no hosts file knows (RFC 6761 6.4), for tests with a name server
	Domain   string
	BaseDN   string
	ConfigDN string
	CAFile   string // the certificate authority of the lab, PEM
	KRB5Conf string // a krb5.conf that knows this domain controller

	Administrator         string
	AdministratorPassword string
	Reader                string // an ordinary account without any rights of its own
	ReaderPassword        string

	Oracle *Oracle

	dir   string // the tree it runs in
	ended <-chan struct{}
	stop  func() // nil for a controller that is shared
}

// Options choose another lab than the usual one.
type Options struct {
	// Mailboxes and Staff are the numbers of mailboxes and of accounts without one; 0 is 300 and 1,300.
	// There are never fewer mailboxes than the special cases need (about 85).
	Mailboxes, Staff int
	// Cleartext lets a simple bind through without TLS, as most older domain controllers do.
	Cleartext bool
	// NoSASLOverTLS refuses Kerberos and NTLM inside TLS, as a Samba does whose administrator has said nothing.
	NoSASLOverTLS bool
	// WrongName presents a certificate for another host, signed by the same authority.
	WrongName bool
}

const (
	defaultMailboxes = 300
	defaultStaff     = 1300 // with the mailboxes more than 1,500 members for one group: the largest range of values
	longMailboxes    = 5000
)

func (o Options) withDefaults() Options {
	if o.Mailboxes == 0 {
		o.Mailboxes = defaultMailboxes
	}
	if o.Staff == 0 {
		o.Staff = defaultStaff
	}
	return o
}

// Start returns the running lab of about 300 mailboxes that all tests share:
// nothing may be written to it.
func Start(t testing.TB) *Lab {
	t.Helper()
	lab, err := share(context.Background())
	return running(t, lab, err)
}

// StartOwn returns a lab for this test alone, which may write to it. It stops with the test.
func StartOwn(t testing.TB, o Options) *Lab {
	t.Helper()
	lab, err := Open(context.Background(), o)
	running(t, lab, err)
	t.Cleanup(lab.Close)
	return lab
}

// StartLong returns a lab of 5,000 mailboxes, or skips t where MBXPERM_LAB_LONG is not set:
// filling it takes minutes the first time.
func StartLong(t testing.TB) *Lab {
	t.Helper()
	if os.Getenv("MBXPERM_LAB_LONG") == "" {
		t.Skip("a long run: set MBXPERM_LAB_LONG=1 for the lab of 5,000 mailboxes")
	}
	return StartOwn(t, Options{Mailboxes: longMailboxes})
}

// running skips the test or fails it where there is no lab.
func running(t testing.TB, lab *Lab, err error) *Lab {
	t.Helper()
	switch {
	case errors.Is(err, ErrUnavailable) && os.Getenv("MBXPERM_LAB") != "required":
		t.Skip(err)
	case err != nil:
		t.Fatalf("directory lab: %v", err)
	}
	return lab
}

// Open starts a lab outside a test. Its error wraps ErrUnavailable where the machine lacks what the lab needs.
func Open(ctx context.Context, o Options) (*Lab, error) {
	lab, err := open(ctx, o.withDefaults())
	if err != nil {
		return nil, err
	}
	if err := lab.readOracle(); err != nil {
		lab.Close()
		return nil, err
	}
	return lab, nil
}

func (l *Lab) readOracle() (err error) {
	if l.Oracle, err = readOracle(filepath.Join(l.dir, oracleName)); err != nil {
		return fmt.Errorf("oracle: %w", err)
	}
	l.ConfigDN = l.Oracle.ConfigDN
	return nil
}

// Close stops a domain controller of one's own and removes its files. Further calls do nothing.
func (l *Lab) Close() {
	if l.stop != nil {
		l.stop()
		l.stop = nil
	}
}

// newLab describes the lab on an address that runs in a directory.
func newLab(address, dir string) *Lab {
	return &Lab{
		dir: dir, CAFile: filepath.Join(dir, "tls", caFile), KRB5Conf: filepath.Join(dir, "krb5.conf"),
		Address: address, Host: hostName, Alias: alias, Domain: domain, BaseDN: baseDN,
		Administrator: "administrator@" + domain, AdministratorPassword: adminPassword,
		Reader: "reader@" + domain, ReaderPassword: readerPassword,
	}
}

// Dial binds to the lab over LDAPS until the test ends.
func (l *Lab) Dial(t testing.TB, user, password string) *ldap.Conn {
	t.Helper()
	config, err := l.TLSConfig()
	if err != nil {
		t.Fatal(err)
	}
	c, err := ldap.DialURL("ldaps://"+net.JoinHostPort(l.Address, "636"), ldap.DialWithTLSConfig(config))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.Bind(user, password); err != nil {
		t.Fatal(err)
	}
	return c
}
