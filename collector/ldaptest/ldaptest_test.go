package ldaptest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"
)

// The server is held against a client that was not written for it.

func dial(t *testing.T, s *Server, bind bool) *ldap.Conn {
	t.Helper()
	c, err := ldap.DialURL(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if bind {
		if err := c.Bind("u", "p"); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func start(t *testing.T) *Server {
	t.Helper()
	return Start(t, Config{Entries: Directory(Size{Mailboxes: 250, Members: 3100}), Passwords: map[string]string{"u": "p"}})
}

func subtree(filter string, controls ...ldap.Control) *ldap.SearchRequest {
	return ldap.NewSearchRequest(Domain, ldap.ScopeWholeSubtree, 0, 0, 0, false, filter, []string{"1.1"}, controls)
}

func TestFilters(t *testing.T) {
	c := dial(t, start(t), true)
	for filter, want := range map[string]int{
		"(mailNickname=*)":                          252,
		"(!(mailNickname=*))":                       -1,
		"(MAILNICKNAME=U00017)":                     1,
		"(&(mailNickname=u00017)(objectClass=top))": 1,
		"(&(mailNickname=u00017)(cn=x))":            0,
		"(|(mailNickname=u00017)(mailNickname=u00018)(mailNickname=nobody))": 2,
		"(objectCategory=person)":                                  252,
		`(distinguishedName=OU=People\5c, all,` + Domain + `)`:     1,
		`(objectSid=` + ldap.EscapeFilter(string(SID(2000))) + `)`: 1,
		"(objectClass=msExchPrivateMDB)":                           2,
		"(mailNickname>=a)":                                        0,
	} {
		r, err := c.SearchWithPaging(subtree(filter), 1000)
		if err != nil {
			t.Errorf("%s: %v", filter, err)
			continue
		}
		if got := len(r.Entries); got != want && want >= 0 {
			t.Errorf("%s: %d entries, want %d", filter, got, want)
		}
	}
}

func TestScopes(t *testing.T) {
	c := dial(t, start(t), true)
	for scope, want := range map[int]int{ldap.ScopeBaseObject: 1, ldap.ScopeSingleLevel: 1, ldap.ScopeWholeSubtree: 2} {
		r, err := c.Search(ldap.NewSearchRequest("CN=System,"+Domain, scope, 0, 0, 0, false, "(objectClass=*)", nil, nil))
		if err != nil || len(r.Entries) != want {
			t.Errorf("scope %d: %v entries, error %v, want %d", scope, r, err, want)
		}
	}
	if _, err := c.Search(ldap.NewSearchRequest("CN=Nowhere,"+Domain, 0, 0, 0, 0, false, "(objectClass=*)", nil, nil)); !ldap.IsErrorWithCode(err, ResultNoSuchObject) {
		t.Errorf("base that does not exist: %v, want result 32", err)
	}
}

func TestBindComesFirst(t *testing.T) {
	c := dial(t, start(t), false)
	if _, err := c.Search(subtree("(objectClass=*)")); !ldap.IsErrorWithCode(err, ResultOperationsError) {
		t.Errorf("search before bind: %v, want result 1", err)
	}
	if err := c.Bind("u", "wrong"); !ldap.IsErrorWithCode(err, ResultCredentials) || !strings.Contains(err.Error(), "data 52e") {
		t.Errorf("wrong password: %v, want result 49 with data 52e", err)
	}
}

func TestCookieIsWorthNothingElsewhere(t *testing.T) {
	s := start(t)
	paging := ldap.NewControlPaging(100)
	r, err := dial(t, s, true).Search(subtree("(mailNickname=*)", paging))
	if err != nil || len(r.Entries) != 100 {
		t.Fatalf("first page: %v, error %v", r, err)
	}
	paging.SetCookie(ldap.FindControl(r.Controls, ldap.ControlTypePaging).(*ldap.ControlPaging).Cookie)
	if _, err := dial(t, s, true).Search(subtree("(mailNickname=*)", paging)); !ldap.IsErrorWithCode(err, ResultUnwilling) {
		t.Errorf("cookie on another connection: %v, want result 53", err)
	}
}

func TestSizeLimitWithoutPaging(t *testing.T) {
	s := Start(t, Config{Entries: Directory(Size{Mailboxes: 250}), Passwords: map[string]string{"u": "p"}, MaxPageSize: 100})
	r, err := dial(t, s, true).Search(subtree("(mailNickname=*)"))
	if !ldap.IsErrorWithCode(err, ResultSizeLimit) || len(r.Entries) != 100 {
		t.Errorf("%d entries, error %v, want 100 and result 4", len(r.Entries), err)
	}
}

func TestRangesOfALongAttribute(t *testing.T) {
	c := dial(t, start(t), true)
	ask := func(attribute string) *ldap.Entry {
		r, err := c.Search(ldap.NewSearchRequest("CN=All Hands,OU=Groups,"+Domain, 0, 0, 0, 0, false, "(objectClass=*)", []string{attribute}, nil))
		if err != nil || len(r.Entries) != 1 {
			t.Fatalf("%s: %v, error %v", attribute, r, err)
		}
		return r.Entries[0]
	}
	for asked, want := range map[string]string{
		"member":              "member:0 member;range=0-1499:1500",
		"member;range=1500-*": "member;range=1500-2999:1500",
		"member;range=3000-*": "member;range=3000-*:100",
	} {
		var got []string
		for _, a := range ask(asked).Attributes {
			got = append(got, fmt.Sprintf("%s:%d", a.Name, len(a.Values)))
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%s: %s, want %s", asked, s, want)
		}
	}
}

func TestRequestsAreWrittenDown(t *testing.T) {
	s := start(t)
	c := dial(t, s, true)
	if _, err := c.WhoAmI(nil); err != nil {
		t.Fatal(err)
	}
	if err := c.Del(ldap.NewDelRequest("CN=x", nil)); err == nil {
		t.Error("a delete was answered")
	}
	var ops []string
	for _, r := range s.Requests() {
		ops = append(ops, r.Op+" "+r.Name)
	}
	if got, want := strings.Join(ops, ", "), "bind u, extended "+oidWhoAmI+", operation 10 "; got != want {
		t.Errorf("requests %q, want %q", got, want)
	}
}
