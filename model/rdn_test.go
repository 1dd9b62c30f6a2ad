package model

import (
	"regexp"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"mbxperm/model/dn"
	"mbxperm/model/internal/pool"
)

// TestEqualDN: one name in two spellings, and names that only look alike.
func TestEqualDN(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{`CN=Ber\, Bert,OU=Staff,DC=contoso,DC=com`, `CN=Ber\2C Bert,OU=Staff,DC=contoso,DC=com`, true},
		{`CN=Carl\+Co,DC=contoso,DC=com`, `cn=carl\2BCo, dc=CONTOSO , dc=com`, true},
		{`CN=Döra,DC=contoso,DC=com`, `CN=D\C3\B6ra,DC=contoso,DC=com`, true},
		{`CN=fay,OU=Staff,DC=contoso,DC=com`, `CN=fay; OU=Staff; DC=contoso; DC=com`, true},
		{`CN=\#gus,DC=com`, `CN=\23gus,DC=com`, true},
		{`CN=a\=b,DC=com`, `CN=a\3Db,DC=com`, true},
		{`CN=a=b,DC=com`, `CN=a\=b,DC=com`, true},
		{`CN="Ina, I.",DC=com`, `CN=Ina\, I.,DC=com`, true},
		{`CN=x\ ,DC=com`, `CN=x\20,DC=com`, true},
		{`CN = x,DC=com`, `CN=x,DC=com`, true},
		{`CN=x\ ,DC=com`, `CN=x,DC=com`, false},
		{`CN=a\+b,DC=com`, `CN=a+b,DC=com`, false},
		{`CN=a\,b,DC=com`, `CN=a,CN=b,DC=com`, false},
		{`CN=a,DC=com`, `CN=a,DC=com,DC=x`, false},
		{`CN=a"b,DC=com`, `CN=a"b;DC=com`, true},
		{`CN="open,DC=com`, `CN="open,DC=com`, true},
		{``, ``, true}, {`CN=a`, ``, false},
	} {
		if got := dn.Equal(c.a, c.b); got != c.want {
			t.Errorf("EqualDN(%q, %q) = %v, want %v", c.a, c.b, got, c.want)
		}
		p := pool.NewPool()
		if got := p.DN(c.a) == p.DN(c.b); got != c.want {
			t.Errorf("%q and %q are one in the pool: %v, want %v", c.a, c.b, got, c.want)
		}
	}
}

// wellFormed are names of RFC 4514 without blanks around separators, numbers for
// attributes, letters beyond ASCII and several values in an RDN.
var wellFormed = regexp.MustCompile(`^[A-Za-z]+=([!$-*\-.:<-\[\]-~/0-9A-Za-z]|\\[2-7][0-9A-Fa-f]|\\[,+"\\<>;=#])+(,[A-Za-z]+=([!$-*\-./:<-\[\]-~0-9A-Za-z]|\\[2-7][0-9A-Fa-f]|\\[,+"\\<>;=#])+)*$`)

// FuzzEqualDN holds the comparison against go-ldap's parser, where that takes
// both names, and the pool against the comparison.
func FuzzEqualDN(f *testing.F) {
	f.Add(`CN=Ber\, Bert,OU=Staff`, `CN=Ber\2C Bert,OU=Staff`)
	f.Add(`CN=a;OU=b`, `CN=a, OU=b`)
	f.Add(`CN="a,b"`, `CN=a\,b`)
	f.Fuzz(func(t *testing.T, a, b string) {
		got := dn.Equal(a, b)
		if !dn.Equal(a, a) || dn.Equal(b, a) != got {
			t.Fatalf("EqualDN of %q and %q does not hold both ways", a, b)
		}
		if !wellFormed.MatchString(a) || !wellFormed.MatchString(b) {
			return // what is no name is read in other ways by others
		}
		p := pool.NewPool()
		if x, y := p.DN(a), p.DN(b); x != 0 && y != 0 && (x == y) != got {
			t.Fatalf("%q and %q: one in the pool %v, equal %v", a, b, x == y, got)
		}
		m, errA := ldap.ParseDN(a)
		n, errB := ldap.ParseDN(b)
		if errA == nil && errB == nil && m.EqualFold(n) && !got {
			t.Fatalf("%q and %q: not equal, and go-ldap says they are", a, b)
		}
	})
}
