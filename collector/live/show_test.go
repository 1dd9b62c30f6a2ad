package live

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"mbxperm/acl"
	"mbxperm/collector/ldaptest"

	"github.com/go-ldap/ldap/v3"
)

// TestShowQueriesShowsAll: every search that a server gets was shown before,
// word by word but for the names and SIDs that only the server knows.
func TestShowQueriesShowsAll(t *testing.T) {
	noLeaks(t)
	noKerberos(t)
	dir := ldaptest.Directory(ldaptest.Size{Mailboxes: 900, Members: 2000, Stores: 2})
	alter(dir, func(i int, e *ldaptest.Entry) bool {
		if i == 100 {
			e.Hidden = []string{"homeMDB"}
		}
		return false
	})
	server := ntlmServer(t, func(c *ldaptest.Config) { c.Entries, c.LDAPS = dir, true })
	key := func(base string, scope int, filter string, attributes []string) string {
		for _, form := range []string{"(objectGUID=", "(uSNCreated:", "(!(|(homeMDB=", "(homeMDB="} {
			if strings.Contains(filter, form) {
				filter = form
			}
		}
		if strings.Contains(filter, "distinguishedName=") || strings.Contains(filter, "sIDHistory=") {
			filter = filter[:strings.Index(filter, "=")]
		}
		if len(attributes) == 1 && strings.Contains(attributes[0], ";range=") {
			base, attributes = "", []string{"range"}
		}
		return fmt.Sprint(strings.ToLower(base), scope, filter, attributes)
	}
	shown := make(map[string]bool)
	o := options(server)
	o.Auth, o.partition = AuthAuto, 300
	o.URL, o.DC = server.URLFor("dc1.contoso.lab"), Servers{"dc1.contoso.lab": "127.0.0.1"}
	var out bytes.Buffer
	if err := ShowQueries(&out, o); err != nil {
		t.Fatal(err)
	}
	if n := server.Connections(); n != 0 {
		t.Errorf("%d connections were made to show the searches", n)
	}
	parseShown(t, out.String(), func(base string, scope int, filter string, attributes []string) {
		shown[key(base, scope, filter, attributes)] = true
	})
	s := open(t, o)
	j := newJournal()
	if err := s.Read(context.Background(), j); err != nil {
		t.Fatal(err)
	}
	sid, _ := acl.ParseSID("S-1-5-21-1-2-3-4711")
	if err := s.Lookup(context.Background(), []acl.SID{sid}, j); err != nil {
		t.Fatal(err)
	}
	if err := s.Changes(context.Background(), []string{"CN=All Hands,OU=Groups," + ldaptest.Domain}, j); err != nil {
		t.Fatal(err)
	}
	s.Close()
	searches := 0
	for _, r := range server.Requests() {
		if r.Op != "search" {
			continue
		}
		searches++
		if k := key(r.Base, r.Scope, r.Filter, r.Attributes); !shown[k] {
			t.Errorf("sent and not shown: %s", k)
		}
	}
	if searches < 14 || len(shown) < 14 {
		t.Errorf("%d searches sent, %d shown", searches, len(shown))
	}
	for _, form := range []string{"objectGUID=", "uSNCreated:", "(!(|(homeMDB="} {
		if len(server.Searches(form)) == 0 {
			t.Errorf("no search with %s was sent: nothing was tested", form)
		}
	}
}

// parseShown reads what ShowQueries wrote.
func parseShown(t *testing.T, text string, each func(base string, scope int, filter string, attributes []string)) {
	t.Helper()
	var base, filter string
	scope := 0
	for line := range strings.Lines(text) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(fields) != 3 {
			continue
		}
		switch fields[1] {
		case "base":
			base = strings.Trim(fields[2], `"`)
		case "scope":
			scope = map[string]int{"base": ldap.ScopeBaseObject, "one": ldap.ScopeSingleLevel, "sub": ldap.ScopeWholeSubtree}[fields[2]]
		case "filter":
			filter = fields[2]
		case "attrs":
			each(base, scope, filter, strings.Fields(fields[2]))
		}
	}
}
