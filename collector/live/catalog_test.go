package live

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"mbxperm/collector"
	"mbxperm/collector/decode"
	"mbxperm/collector/ldaptest"

	"golang.org/x/net/dns/dnsmessage"
)

func TestCatalogURL(t *testing.T) {
	for _, c := range []struct {
		url, want string
		catalog   bool
	}{
		{"ldaps://dc1.contoso.lab:3269", "ldaps://dc1.contoso.lab", true},
		{"ldap://dc1.contoso.lab:3268/", "ldap://dc1.contoso.lab", true},
		{"ldaps://[::1]:3269", "ldaps://[::1]", true},
		{"ldaps://dc1.contoso.lab:636", "ldaps://dc1.contoso.lab:636", false},
		{"ldaps://dc1.contoso.lab", "ldaps://dc1.contoso.lab", false},
	} {
		o := Options{URL: c.url}
		if err := o.catalogURL(); err != nil || o.URL != c.want || o.Catalog != c.catalog {
			t.Errorf("%s: %s, catalog %v, %v; want %s, %v", c.url, o.URL, o.Catalog, err, c.want, c.catalog)
		}
	}
	if _, err := Open(t.Context(), Options{URL: "ldaps://dc1.contoso.lab:3269", OneDomain: true}); err == nil || !strings.Contains(err.Error(), "--one-domain") {
		t.Errorf("both: %v", err)
	}
}

// TestCatalogs: the server itself where it is one, else what DNS says of the forest.
func TestCatalogs(t *testing.T) {
	n := &nameServer{srv: map[string][]dnsmessage.SRVResource{"_ldap._tcp.gc._msdcs.contoso.lab": {
		{Priority: 0, Port: 3268, Target: dnsmessage.MustNewName("gc1.contoso.lab.")}}}}
	s := newSource(Options{Resolver: n.start(t)})
	defer s.close()
	s.home = &domain{server: &server{target: target{host: "dc1.emea.contoso.lab"}, root: rootDSE{catalog: true, forest: ldaptest.Domain}}}
	list, err := s.catalogs(t.Context())
	if want := []controller{{"dc1.emea.contoso.lab", "3268", "3269"}}; err != nil || !slices.Equal(list, want) {
		t.Errorf("%v, %v; want %v", list, err, want)
	}
	s.home.server.root.catalog = false
	list, err = s.catalogs(t.Context())
	if want := []controller{{"gc1.contoso.lab", "3268", "3269"}}; err != nil || !slices.Equal(list, want) {
		t.Errorf("%v, %v; want %v", list, err, want)
	}
}

// TestNoCatalog: without a catalog nothing of the accounts is read, and each
// search says why; the configuration is there.
func TestNoCatalog(t *testing.T) {
	noLeaks(t)
	o, _, second := serveForest(t, ldaptest.Size{Mailboxes: 10}, ldaptest.Size{Mailboxes: 10})
	o.Catalog = true
	j, err := read(t, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []collector.Purpose{decode.Mailboxes.Purpose, decode.Recipients.Purpose, decode.Groups.Purpose, decode.Principals.Purpose, decode.Containers.Purpose} {
		entries, reason := j.of(t, p)
		if len(entries) != 0 || reason == nil || !strings.Contains(reason.Error(), "the global catalog cannot be asked") ||
			!strings.Contains(reason.Error(), "_ldap._tcp.gc._msdcs.contoso.lab") {
			t.Errorf("%s: %d entries, %v", p, len(entries), reason)
		}
	}
	if stores, reason := j.of(t, decode.Stores.Purpose); len(stores) == 0 || reason != nil {
		t.Errorf("%d objects of the configuration, %v", len(stores), reason)
	}
	if second.Connections() != 0 {
		t.Error("a domain was asked in spite of --gc")
	}
}

// TestShowCatalog: searches for accounts begin at the root of all domains.
func TestShowCatalog(t *testing.T) {
	var b bytes.Buffer
	if err := ShowQueries(&b, Options{URL: "ldaps://dc1.contoso.lab", Catalog: true}); err != nil {
		t.Fatal(err)
	}
	parseShown(t, b.String(), func(base string, scope int, filter string, attributes []string) {
		people := slices.Contains(attributes, "sAMAccountName")
		if people && base != "" {
			t.Errorf("%s begins at %s", filter, base)
		}
	})
}
