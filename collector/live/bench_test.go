package live

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"os"
	"testing"

	"mbxperm/acl"
	"mbxperm/collector"
	"mbxperm/collector/decode"
	"mbxperm/collector/ldaptest"

	"github.com/go-ldap/ldap/v3"
)

// nowhere is a sink that only counts.
type nowhere struct{ entries int }

func (*nowhere) Begin(collector.Query)         {}
func (*nowhere) Expect(collector.QueryID, int) {}
func (n *nowhere) Entry(*collector.Entry)      { n.entries++ }
func (*nowhere) End(collector.QueryID, error)  {}
func (*nowhere) Missed(acl.SID)                {}

const benchMailboxes = 2000

func benchServer(b *testing.B) *ldaptest.Server {
	b.Helper()
	return ldaptest.Start(b, ldaptest.Config{Entries: ldaptest.Directory(ldaptest.Size{Mailboxes: benchMailboxes, Descriptor: 8192}),
		Passwords: map[string]string{user: password}, LDAPS: true})
}

// BenchmarkRead reads 2,000 mailboxes with two descriptors of 8 KB each.
func BenchmarkRead(b *testing.B) {
	server := benchServer(b)
	o := options(server)
	o.PageSize = 0
	b.ReportAllocs()
	for b.Loop() {
		s, err := Open(context.Background(), o)
		if err != nil {
			b.Fatal(err)
		}
		n := &nowhere{}
		if err := s.Read(context.Background(), n); err != nil || n.entries < benchMailboxes {
			b.Fatal(err, n.entries)
		}
		s.Close()
	}
}

// BenchmarkGoLDAP reads the mailboxes alone with go-ldap and nothing around it:
// the mark for BenchmarkRead, which reads everything else too.
func BenchmarkGoLDAP(b *testing.B) {
	server := benchServer(b)
	text, err := os.ReadFile(server.CAFile())
	if err != nil {
		b.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(text)
	b.ReportAllocs()
	for b.Loop() {
		c, err := ldap.DialURL(server.URL(), ldap.DialWithTLSConfig(&tls.Config{RootCAs: roots}))
		if err != nil {
			b.Fatal(err)
		}
		if err := c.Bind(user, password); err != nil {
			b.Fatal(err)
		}
		r, err := c.SearchWithPaging(ldap.NewSearchRequest(ldaptest.Domain, ldap.ScopeWholeSubtree, 0, 0, 0, false,
			decode.Mailboxes.Filter, decode.Mailboxes.Attributes, nil), 1000)
		if err != nil || len(r.Entries) != benchMailboxes {
			b.Fatal(err)
		}
		c.Close()
	}
}
