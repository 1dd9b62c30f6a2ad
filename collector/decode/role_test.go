package decode

import (
	"strconv"
	"strings"
	"sync"
	"testing"

	"mbxperm/collector"
	"mbxperm/model"
	"mbxperm/model/coverage"
	"mbxperm/model/member"
	"mbxperm/model/rbac"
)

const rbacDN = "CN=RBAC,CN=Contoso,CN=Microsoft Exchange,CN=Services,CN=Configuration,DC=contoso,DC=com"

// entryOf makes an entry of an answer to the search for roles, or of a file.
func entryOf(query collector.QueryID, dn, class string, attributes ...string) collector.Entry {
	e := collector.Entry{Query: query, DN: dn, Attributes: []collector.Attribute{{Name: "objectClass", Values: [][]byte{[]byte("top"), []byte(class)}}}}
	for i := 0; i < len(attributes); i += 2 {
		var values [][]byte
		for v := range strings.SplitSeq(attributes[i+1], "\x00") {
			values = append(values, []byte(v))
		}
		e.Attributes = append(e.Attributes, collector.Attribute{Name: attributes[i], Values: values})
	}
	return e
}

func readEntries(t testing.TB, search *collector.Search, entries ...collector.Entry) *model.Snapshot {
	t.Helper()
	w := model.NewWriter(model.NewPool())
	if err := Read(t.Context(), &one{search, entries}, w, new(sync.Mutex)); err != nil && !strings.Contains(err.Error(), "none of its") {
		t.Fatal(err)
	}
	w.State.Phase = model.Finished
	return w.Snapshot()
}

// TestUnseenAssignment: an assignment that a role names by the link back, and that
// did not come, is there: nobody knows whose it is, nor what it gives.
func TestUnseenAssignment(t *testing.T) {
	roles := Roles
	role, seen, unseen := "CN=R,CN=Roles,"+rbacDN, "CN=Seen,CN=Role Assignments,"+rbacDN, "CN=Unseen,CN=Role Assignments,"+rbacDN
	s := readEntries(t, &roles,
		entryOf(1, role, "msExchRole", "msExchRoleType", "14", "msExchRoleEntries", "a,Impersonate-ExchangeUser", attrAssigned, seen+"\x00"+unseen+"\x00"+role),
		entryOf(1, seen, "msExchRoleAssignment", "msExchRoleLink", role, "msExchUserLink", "CN=u1,DC=contoso,DC=com", "msExchRoleAssignmentFlags", "-9223090561844510718"))
	b := rbac.Of(s)
	if len(b.Assignments) != 2 || s.Roles.Roles.Len() != 1 {
		t.Fatalf("%d assignments and %d roles, want 2 and 1", len(b.Assignments), s.Roles.Roles.Len())
	}
	a := &b.Assignments[1]
	if a.Decoded || a.Counts != member.Unread || a.Role == nil || b.Holders(a.Assignee, 0).All != member.Unread {
		t.Errorf("%+v: it is anybody's, and may open", a)
	}
	for _, line := range coverage.Of(s) {
		if line.ObjectType == "role-assignment" && (line.Found != 2 || line.Decoded != 1 || line.Unknown != 1) {
			t.Errorf("coverage %+v", line)
		}
	}
}

// TestOddFlagsAreCounted: a reserved bit, or a value that no table has, is no error
// and is counted.
func TestOddFlagsAreCounted(t *testing.T) {
	roles := Roles
	role := "CN=R,CN=Roles," + rbacDN
	entries := []collector.Entry{entryOf(1, role, "msExchRole", "msExchRoleType", "14", "msExchRoleEntries", "c,Get-Mailbox")}
	for i, flags := range []uint64{0x8001000002000002, 0x8011000002000002, 0x8003000002000002, 0x8801000002000002, 0x8001000002000012, 0x8001000002000002} {
		entries = append(entries, entryOf(1, "CN="+strconv.Itoa(i)+",CN=Role Assignments,"+rbacDN, "msExchRoleAssignment", "msExchRoleLink", role,
			"msExchUserLink", "CN=u1,DC=contoso,DC=com", "msExchRoleAssignmentFlags", strconv.FormatInt(int64(flags), 10)))
	}
	for _, line := range coverage.Of(readEntries(t, &roles, entries...)) {
		if line.ObjectType == "role-assignment" && (line.Found != 6 || line.Decoded != 6 || line.Reason != "4 have flags that no table has: they are shown as numbers") {
			t.Errorf("coverage %+v", line)
		}
	}
}

// FuzzRole: whatever an entry of CN=RBAC holds, it is decoded as an independent
// reading of the same bytes says, and asking about it breaks nothing.
func FuzzRole(f *testing.F) {
	long := "c,Get-Mailbox,Microsoft.Exchange.Management.PowerShell.E2010," + strings.Repeat("Parameter,", 6000) // 60 KB, as the largest of set-up's
	for _, seed := range [][7]string{
		{"14", "a,Impersonate-ExchangeUser", "-9223090561844510718", "CN=u1,DC=contoso,DC=com", "CN=R,CN=Roles," + rbacDN, "-2147483645", "DC=contoso,DC=com"},
		{"26", long, "-1", "", "CN=R,CN=Roles," + rbacDN, "3", ""},
		{"a number", "a,\x1b[2Jimpersonate-exchangeuser,\x00,,,", "many", "CN=\x00", "CN=R,CN=Roles," + rbacDN, "x", "OU=Nowhere"},
		{"-2147483648", "w,IMPERSONATE-EXCHANGEUSER", "9223372036854775808", "CN=R,CN=Roles," + rbacDN, "", "", "CN=R,CN=Roles," + rbacDN},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3], seed[4], seed[5], seed[6], true)
		f.Add(seed[0], seed[1], seed[2], seed[3], seed[4], seed[5], seed[6], false)
	}
	f.Fuzz(func(t *testing.T, kind, entries, flags, user, link, scopeFlags, root string, file bool) {
		roles := Roles
		search, id := &roles, collector.QueryID(1)
		if file {
			search, id = nil, 0
		}
		role, assignment, scope := "CN=R,CN=Roles,"+rbacDN, "CN=A,CN=Role Assignments,"+rbacDN, "CN=S,CN=Scopes,"+rbacDN
		s := readEntries(t, search,
			entryOf(id, role, "msExchRole", "msExchRoleType", kind, "msExchRoleEntries", entries, attrAssigned, assignment+"\x00"+user),
			entryOf(id, scope, "msExchScope", "msExchScopeFlags", scopeFlags, "msExchScopeRoot", root, "msExchQueryFilter", entries),
			entryOf(id, assignment, "msExchRoleAssignment", "msExchRoleLink", link, "msExchUserLink", user, "msExchDomainRestrictionLink", scope, "msExchRoleAssignmentFlags", flags))
		b := rbac.Of(s)
		n, ok := 0, false
		for i := range b.Assignments {
			b.Holders(b.Assignments[i].Assignee, 0)
			if s.DNText(s.Record(b.Assignments[i].Obj).DN) == assignment {
				n, ok = i, true
			}
		}
		if !ok {
			t.Fatal("the assignment is gone")
		}
		a := &b.Assignments[n]
		first, _, _ := strings.Cut(flags, "\x00") // entryOf makes several values of it, and the attribute has one
		value, err := strconv.ParseInt(first, 10, 64)
		if a.Decoded != (err == nil) || err == nil && uint64(a.Flags) != uint64(value) {
			t.Errorf("flags %q: decoded %v as %v", flags, a.Decoded, a.Flags)
		}
		opens := false
		for e := range strings.SplitSeq(entries, "\x00") {
			parts := strings.Split(e, ",")
			opens = opens || len(parts) > 1 && strings.EqualFold(parts[1], "Impersonate-ExchangeUser")
		}
		if a.Role != nil && (a.Entry == member.Sure) != opens {
			t.Errorf("entries %q: certainty %v that one opens, want %v", entries, a.Entry, opens)
		}
		coverage.Of(s)
	})
}
