package live

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"mbxperm/acl"
	"mbxperm/collector"
	"mbxperm/collector/decode"
	"mbxperm/collector/ldaptest"
)

func TestReadDelivers(t *testing.T) {
	for _, way := range []struct {
		name    string
		server  func(*ldaptest.Config)
		options func(*Options)
		source  string
	}{
		{"LDAPS", func(*ldaptest.Config) {}, func(*Options) {}, "ldaps://"},
		{"StartTLS", func(c *ldaptest.Config) { c.LDAPS = false }, func(*Options) {}, "ldap://"},
		{"cleartext", func(c *ldaptest.Config) { c.LDAPS = false }, func(o *Options) { o.Cleartext = true }, "ldap://"},
	} {
		t.Run(way.name, func(t *testing.T) {
			noLeaks(t)
			server := serve(t, ldaptest.Size{Mailboxes: 250, Members: 10}, way.server)
			o := options(server)
			way.options(&o)
			j, err := read(t, o)
			if err != nil {
				t.Fatalf("Read: %v", err)
			}
			j.complete(t)
			wantCounts(t, j)
			for _, r := range server.Requests() {
				if secret := r.Op == "bind" && !r.TLS; secret != o.Cleartext && r.Op == "bind" {
					t.Errorf("bind in clear: %v, want %v", secret, o.Cleartext)
				}
			}
		})
	}
}

// wantCounts checks what a directory with 250 mailboxes gives.
func wantCounts(t *testing.T, j *journal) {
	t.Helper()
	for p, want := range map[collector.Purpose]int{
		decode.RootDSE.Purpose:    1,
		decode.Partitions.Purpose: 2,
		decode.Schema.Purpose:     2,
		decode.Rights.Purpose:     1,
		decode.Stores.Purpose:     3 + 1 + 2 + 8, // stores, organisation, servers, and eight more above the stores up to CN=Services
		decode.Mailboxes.Purpose:  250,
		decode.Recipients.Purpose: 2,
		decode.Containers.Purpose: 7, // People, three teams, Groups, the domain, AdminSDHolder
		decode.Groups.Purpose:     1,
		decode.Principals.Purpose: 2,
	} {
		if got, _ := j.of(t, p); len(got) != want {
			var names []string
			for _, e := range got {
				names = append(names, e.DN)
			}
			t.Errorf("%s: %d entries, want %d\n%s", p, len(got), want, strings.Join(names[:min(20, len(names))], "\n"))
		}
	}
}

func TestValuesAreThoseOfTheServer(t *testing.T) {
	noLeaks(t)
	dir := ldaptest.Directory(ldaptest.Size{Mailboxes: 120, Descriptor: 3000})
	server := serve(t, ldaptest.Size{}, func(c *ldaptest.Config) { c.Entries = dir })
	j, err := read(t, options(server))
	if err != nil {
		t.Fatalf("Read: %v", err)
	}
	held := make(map[string]ldaptest.Entry)
	for _, e := range dir {
		held[e.DN] = e
	}
	mailboxes, _ := j.of(t, decode.Mailboxes.Purpose)
	seen := make(map[string]bool)
	for _, e := range mailboxes {
		if seen[e.DN] {
			t.Errorf("%s came twice", e.DN)
		}
		seen[e.DN] = true
		for _, a := range held[e.DN].Attributes {
			if !slices.Contains(decode.Mailboxes.Attributes, a.Name) {
				continue
			}
			if !slices.EqualFunc(e.Values(a.Name), a.Values, bytes.Equal) {
				t.Errorf("%s %s: got %q, want %q", e.DN, a.Name, e.Values(a.Name), a.Values)
			}
		}
	}
	if len(seen) != 120 {
		t.Errorf("%d mailboxes, want 120", len(seen))
	}
}

func TestQueriesAreAnnouncedInOrder(t *testing.T) {
	noLeaks(t)
	o := options(serve(t, ldaptest.Size{Mailboxes: 3}))
	o.Connections = 1
	j, err := read(t, o)
	if err != nil {
		t.Fatalf("Read: %v", err)
	}
	var order []collector.Purpose
	for i, q := range j.begun {
		if len(order) == 0 || order[len(order)-1] != q.Purpose {
			order = append(order, q.Purpose)
		}
		if q.Account != `CONTOSO\auditor` {
			t.Errorf("search %d: account %q, want %q", q.ID, q.Account, `CONTOSO\auditor`)
		}
		if int(q.ID) != i+1 {
			t.Errorf("search %d has ID %d", i+1, q.ID)
		}
	}
	want := []collector.Purpose{decode.RootDSE.Purpose, decode.Partitions.Purpose, decode.AttributeIDs.Purpose, decode.Stores.Purpose, decode.Mailboxes.Purpose,
		decode.Stores.Purpose, decode.Rights.Purpose, decode.Schema.Purpose, decode.Controllers.Purpose, decode.Recipients.Purpose, decode.DelegateStamps.Purpose,
		decode.Groups.Purpose, decode.Principals.Purpose, decode.Trusts.Purpose, decode.StoreLinks.Purpose, decode.Roles.Purpose,
		decode.Doors.Purpose, decode.Containers.Purpose}
	if !slices.Equal(order, want) {
		t.Errorf("order %v, want %v", order, want)
	}
}

// What noise cannot hide: how many requests and connections a read costs.
func TestRequestsOfARead(t *testing.T) {
	for _, connections := range []int{1, 2, 4, 9} {
		t.Run(fmt.Sprint(connections), func(t *testing.T) {
			noLeaks(t)
			server := serve(t, ldaptest.Size{Mailboxes: 1234, Members: 4000})
			o := options(server)
			o.Connections = connections
			j, err := read(t, o)
			if err != nil {
				t.Fatalf("Read: %v", err)
			}
			j.complete(t)
			got := 0
			for _, r := range server.Requests() {
				if r.Op == "search" {
					got++
				}
				if r.Op == "search" && r.Page == 0 && r.Scope != 0 {
					t.Errorf("a search that is not paged: %+v", r)
				}
				asks := slices.Contains(r.Attributes, "nTSecurityDescriptor")
				if asks != (r.SDFlags == 7) {
					t.Errorf("asks for nTSecurityDescriptor: %v, SD_FLAGS %d: %+v", asks, r.SDFlags, r)
				}
			}
			// The rootDSE on opening; rootDSE, forest, schema, rights; numbers of
			// attributes, domain controllers, stamps of delegates; stores, how
			// large they are, organisation and servers, what lies above; 13 pages of mailboxes;
			// recipients with two more ranges of one group; 17 containers in one
			// filter; groups; principals; trusts; what stores hold; roles; doors.
			if want := 1 + 4 + 3 + 4 + 13 + 1 + 2 + 1 + 1 + 1 + 1 + 1 + 1 + 1; got != want {
				t.Errorf("%d searches, want %d", got, want)
			}
			if n := server.Connections(); n > connections {
				t.Errorf("%d connections, want %d at most", n, connections)
			}
		})
	}
}

func TestDomainScopeOnlyWhereKnown(t *testing.T) {
	for _, known := range []bool{true, false} {
		t.Run(fmt.Sprint(known), func(t *testing.T) {
			noLeaks(t)
			dir := ldaptest.Directory(ldaptest.Size{Mailboxes: 1})
			if !known {
				for i, a := range dir[0].Attributes {
					if a.Name == "supportedControl" {
						dir[0].Attributes[i].Values = a.Values[:2]
					}
				}
			}
			server := serve(t, ldaptest.Size{}, func(c *ldaptest.Config) { c.Entries = dir })
			if _, err := read(t, options(server)); err != nil {
				t.Fatalf("Read: %v", err)
			}
			for _, r := range server.Searches("mailNickname") {
				if got := slices.Contains(r.Controls, "1.2.840.113556.1.4.1339"); got != known {
					t.Errorf("domain scope sent: %v, want %v", got, known)
				}
			}
		})
	}
}

func TestLookup(t *testing.T) {
	noLeaks(t)
	server := serve(t, ldaptest.Size{Mailboxes: 200})
	s := open(t, options(server))
	before := len(server.Searches(""))
	var sids []acl.SID
	for rid := uint32(2100); rid < 2260; rid++ { // 100 accounts, 60 nobody holds
		sids = append(sids, sid(t, rid))
	}
	sids = append(sids, sid(t, 9101), sids[0], acl.SID{})
	j := newJournal()
	if err := s.Lookup(context.Background(), sids, j); err != nil {
		t.Fatalf("Lookup: %v", err)
	}
	j.complete(t)
	found, _ := j.of(t, decode.Lookup.Purpose)
	if len(found) != 101 {
		t.Errorf("%d entries, want 100 by objectSid and one by sIDHistory", len(found))
	}
	if len(j.missed) != 60 {
		t.Errorf("%d missed, want 60", len(j.missed))
	}
	// 161 distinct SIDs, fifty in a filter.
	if got := len(server.Searches("")) - before; got != 4 {
		t.Errorf("%d searches, want 4", got)
	}
	again := newJournal()
	if err := s.Lookup(context.Background(), sids, again); err != nil {
		t.Fatalf("Lookup: %v", err)
	}
	if len(again.begun) != 0 || len(again.missed) != 0 {
		t.Errorf("asked again: %d searches, %d missed", len(again.begun), len(again.missed))
	}
	s.Close()
}

func sid(t *testing.T, rid uint32) acl.SID {
	t.Helper()
	s, err := acl.SIDFromBytes(ldaptest.SID(rid))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestRanges(t *testing.T) {
	for _, members := range []int{1499, 1500, 1501, 3000, 4001} {
		t.Run(fmt.Sprint(members), func(t *testing.T) {
			noLeaks(t)
			j, err := read(t, options(serve(t, ldaptest.Size{Mailboxes: 1, Members: members})))
			if err != nil {
				t.Fatalf("Read: %v", err)
			}
			group := allHands(t, j)
			seen := make(map[string]bool)
			for _, v := range group.Values("member") {
				seen[string(v)] = true
			}
			if len(seen) != members || len(group.Values("member")) != members {
				t.Errorf("%d members, %d distinct, want %d", len(group.Values("member")), len(seen), members)
			}
			for _, a := range group.Attributes {
				if a.Partial || strings.Contains(a.Name, ";") {
					t.Errorf("attribute %q, partial %v", a.Name, a.Partial)
				}
			}
		})
	}
}

func allHands(t *testing.T, j *journal) *collector.Entry {
	t.Helper()
	entries, _ := j.of(t, decode.Recipients.Purpose)
	for _, e := range entries {
		if strings.HasPrefix(e.DN, "CN=All Hands,") {
			return e
		}
	}
	t.Fatal("the group did not come")
	return nil
}

func TestNoExchange(t *testing.T) {
	noLeaks(t)
	j, err := read(t, options(serve(t, ldaptest.Size{NoExchange: true})))
	wantError(t, err, ErrNoExchange, "CN=Microsoft Exchange,CN=Services,CN=Configuration,DC=contoso,DC=lab", "not visible to CONTOSO\\auditor", "ldaps://127.0.0.1")
	if _, reason := j.of(t, decode.Stores.Purpose); reason == nil {
		t.Error("the search for stores ended as complete")
	}
}

// An account that sees mailboxes and no organisation gets the mailboxes.
func TestExchangeNotVisible(t *testing.T) {
	noLeaks(t)
	var dir []ldaptest.Entry
	for _, e := range ldaptest.Directory(ldaptest.Size{Mailboxes: 5}) {
		if !strings.Contains(e.DN, "CN=Microsoft Exchange,") {
			dir = append(dir, e)
		}
	}
	j, err := read(t, options(serve(t, ldaptest.Size{}, func(c *ldaptest.Config) { c.Entries = dir })))
	if err != nil {
		t.Fatalf("Read: %v", err)
	}
	j.complete(t, decode.Stores.Purpose)
	_, reason := j.of(t, decode.Stores.Purpose)
	wantError(t, reason, ErrNoExchange, "not visible")
	if got, _ := j.of(t, decode.Mailboxes.Purpose); len(got) != 5 {
		t.Errorf("%d mailboxes, want 5", len(got))
	}
}

func TestContainerNotVisible(t *testing.T) {
	noLeaks(t)
	var dir []ldaptest.Entry
	for _, e := range ldaptest.Directory(ldaptest.Size{Mailboxes: 5}) {
		if !strings.HasPrefix(e.DN, "OU=Team 00,") {
			dir = append(dir, e)
		}
	}
	j, err := read(t, options(serve(t, ldaptest.Size{}, func(c *ldaptest.Config) { c.Entries = dir })))
	if err != nil {
		t.Fatalf("Read: %v", err)
	}
	j.complete(t, decode.Containers.Purpose)
	_, reason := j.of(t, decode.Containers.Purpose)
	wantError(t, reason, ErrNotVisible, "OU=Team 00,", "1 of the objects")
}

func TestNames(t *testing.T) {
	noLeaks(t)
	server := serve(t, ldaptest.Size{Mailboxes: 1})
	o := options(server)
	o.CAFile, o.Insecure = "", true
	s := open(t, o)
	if want := server.URL() + " (simple bind, certificate not verified)"; s.Name() != want {
		t.Errorf("name %q, want %q", s.Name(), want)
	}
	if len(s.Warnings()) != 1 {
		t.Errorf("warnings %q, want one", s.Warnings())
	}
	s.Close()
}

func TestDC(t *testing.T) {
	noLeaks(t)
	server := serve(t, ldaptest.Size{Mailboxes: 1})
	o := options(server)
	o.URL = server.URLFor("dc1.contoso.lab")
	for _, address := range []string{"127.0.0.1", server.Addr()} {
		o.DC = map[string]string{"DC1.contoso.lab": address}
		s := open(t, o)
		if want := "ldaps://dc1.contoso.lab:" + server.Port() + " (simple bind)"; s.Name() != want {
			t.Errorf("name %q, want %q", s.Name(), want)
		}
		s.Close()
	}
}
