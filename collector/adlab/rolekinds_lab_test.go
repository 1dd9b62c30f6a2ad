package adlab_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"mbxperm/acl"
	"mbxperm/collector/adlab"
	"mbxperm/model"
	"mbxperm/model/hiding"
	"mbxperm/model/view"
	"mbxperm/ui/cli/program"

	"github.com/go-ldap/ldap/v3"
)

// rolesOfKind are assignments to everything that can have one, beside the users and
// groups of labRoles, and what a report must say of the assignee.
type rolesOfKind struct {
	kinds     map[string]string // by assignment: assignee_kind and assignee_type
	byPolicy  map[string]string // by policy in lower case: the assignment that it has
	named     map[string]string // mailboxes that name a policy, in lower case
	fallback  string            // the default policy
	exclusive [2]string         // SIDs: who has the exclusive scope, and who an ordinary one
	board     *adlab.Object     // a mailbox in the exclusive scope
}

const longEntry = 60_000

// labRoleKinds adds them.
func labRoleKinds(t *testing.T, lab *adlab.Lab, c *ldap.Conn, rbac string) *rolesOfKind {
	t.Helper()
	out := &rolesOfKind{kinds: map[string]string{}, byPolicy: map[string]string{}, named: map[string]string{}}
	add := func(dn, class string, attributes ...string) {
		t.Helper()
		req := ldap.NewAddRequest(dn, nil)
		req.Attribute("objectClass", []string{class})
		for i := 0; i < len(attributes); i += 2 {
			req.Attribute(attributes[i], []string{attributes[i+1]})
		}
		if err := c.Add(req); err != nil {
			t.Fatalf("%s: %v", dn, err)
		}
	}
	role := "CN=Opener,CN=Roles," + rbac
	add(role, "msExchRole", "msExchRoleType", "14", "msExchRoleEntries", "a,Impersonate-ExchangeUser")
	long := "CN=Long,CN=Roles," + rbac // an entry as long as the longest of set-up's
	add(long, "msExchRole", "msExchRoleType", "26", "msExchRoleEntries", "c,Set-Mailbox,Microsoft.Exchange.Management.PowerShell.E2010,"+strings.Repeat("Parameter,", longEntry/10))
	assign := func(name, who, role string, kind, write uint64, kindName string, scope ...string) {
		t.Helper()
		attributes := []string{"msExchUserLink", who, "msExchRoleLink", role, "msExchRoleAssignmentFlags", fmt.Sprint(int64(1<<63 | kind<<59 | 1<<48 | 2<<24 | write))}
		if len(scope) > 0 {
			attributes = append(attributes, "msExchDomainRestrictionLink", scope[0])
		}
		add(fmt.Sprintf("CN=%s,CN=Role Assignments,%s", name, rbac), "msExchRoleAssignment", attributes...)
		out.kinds[name] = kindName
	}
	var computer string
	var boxes []*adlab.Object
	for i := range lab.Oracle.Objects {
		switch o := &lab.Oracle.Objects[i]; {
		case o.Hidden || !strings.HasSuffix(strings.ToLower(o.DN), strings.ToLower("OU=Contoso,"+lab.BaseDN)):
		case slices.Contains(o.Classes, "computer"):
			computer = o.DN
		case o.Has(adlab.RoleMailbox) && o.HomeMDB != "" && o.MasterSID == "" && o.UAC&2 == 0:
			boxes = append(boxes, o)
		}
	}
	assign("To a computer", computer, long, 14, 2, "computer Computer")
	// Policies: two mailboxes name one, all others have the default.
	for name, flags := range map[string]string{"Default Policy": "1", "Other Policy": "0"} {
		dn := fmt.Sprintf("CN=%s,CN=Policies,%s", name, rbac)
		add(dn, "msExchRBACPolicy", "msExchRBACPolicyFlags", flags)
		assign("To the "+name, dn, long, 4, 4, "policy RoleAssignmentPolicy")
		out.byPolicy[strings.ToLower(dn)] = "To the " + name
		if flags == "1" {
			out.fallback = strings.ToLower(dn)
			continue
		}
		for _, m := range boxes[:2] {
			req := ldap.NewModifyRequest(m.DN, nil)
			req.Replace("msExchRBACPolicyLink", []string{dn})
			if err := c.Modify(req); err != nil {
				t.Fatal(err)
			}
			out.named[strings.ToLower(m.DN)] = strings.ToLower(dn)
		}
	}
	plan := "CN=Plan,OU=Contoso," + lab.BaseDN
	add(plan, "user", "sAMAccountName", "plan-default", "mailNickname", "plan", "msExchRecipientTypeDetails", "16777216")
	assign("To a plan", plan, long, 6, 2, "other-recipient MailboxPlan")
	foreign := acl.MustParseSID("S-1-5-21-111-222-333-1202")
	linked := "CN=Linked Admins,OU=Contoso," + lab.BaseDN
	add(linked, "group", "sAMAccountName", "linked-admins", "groupType", "-2147483640", "msExchForeignGroupSid", string(foreign.Bytes()))
	assign("To a linked group", linked, long, 12, 2, "group LinkedRoleGroup")
	member := ldap.NewModifyRequest(linked, nil)
	member.Add("member", []string{"<SID=S-1-5-21-111-222-333-4711>"})
	if err := c.Modify(member); err != nil {
		t.Fatal(err)
	}
	assign("To a foreign principal", "CN=S-1-5-21-111-222-333-4711,CN=ForeignSecurityPrincipals,"+lab.BaseDN, long, 8, 2, "foreign ForeignSecurityPrincipal")
	gone := "CN=Gone,OU=Contoso," + lab.BaseDN
	add(gone, "user", "sAMAccountName", "gone-with-role")
	assign("To somebody who is gone", gone, role, 0, 2, "orphan User")
	if err := c.Del(ldap.NewDelRequest(gone, nil)); err != nil {
		t.Fatal(err)
	}
	isNew := func(m *adlab.Object) bool { return (&accessLab{Lab: lab}).since2013(m) } // roles open no others
	out.board = boxes[4+slices.IndexFunc(boxes[4:], isNew)]
	out.exclusiveScope(t, add, assign, boxes, rbac, role)
	return out
}

// exclusiveScope gives one of two mailboxes an exclusive assignment, and the other
// an ordinary one, and puts a third into the scope.
func (x *rolesOfKind) exclusiveScope(t *testing.T, add func(string, string, ...string), assign func(string, string, string, uint64, uint64, string, ...string),
	boxes []*adlab.Object, rbac, role string) {
	t.Helper()
	_, ou, _ := strings.Cut(x.board.DN, ",OU=")
	scope := "CN=Board,CN=Scopes," + rbac
	add(scope, "msExchScope", "msExchScopeFlags", "-2147483645", "msExchScopeRoot", "OU="+ou)
	assign("Exclusive", boxes[2].DN, role, 0, 13, "mailbox User", scope)
	assign("Ordinary", boxes[3].DN, role, 0, 2, "mailbox User")
	x.exclusive = [2]string{boxes[2].SID, boxes[3].SID}
}

// holds says for how many mailboxes it is as the tokens that Samba makes and the
// policies say: every one of them, not one in twenty.
func (x *rolesOfKind) holds(t *testing.T, lab *adlab.Lab, c *ldap.Conn, s *model.Snapshot, made []labAssignment, byDN map[string]*adlab.Object) {
	t.Helper()
	compared, groups := 0, 0
	for _, m := range lab.Oracle.Mailboxes() {
		if m.Hidden || !slices.Contains(m.Classes, "user") || m.MasterSID != "" {
			continue
		}
		token := map[string]bool{m.SID: true}
		for _, sid := range tokenGroups(t, c, m.DN) { // without the local groups of the domain controller
			token[sid] = true
		}
		var want, got []string
		for _, a := range made {
			if sid := byDN[strings.ToLower(a.who)].SID; token[sid] {
				want = append(want, a.name)
				if sid != m.SID {
					groups++
				}
			}
		}
		policy := x.named[strings.ToLower(m.DN)]
		if policy == "" {
			policy = x.fallback
		}
		want = append(want, x.byPolicy[policy])
		for i, name := range []string{"Exclusive", "Ordinary"} {
			if x.exclusive[i] == m.SID {
				want = append(want, name)
			}
		}
		lines := view.Named(s, m.SID)
		if len(lines) != 1 {
			t.Fatalf("%s has %d lines", m.DN, len(lines))
		}
		rows, err := view.Of(t.Context(), s, view.Query{Type: view.Roles, Rows: true, Show: hiding.All, Of: lines[0], ACEs: view.Roles.ACEs[1]})
		if err != nil {
			t.Fatal(err)
		}
		for i := range rows.Len() {
			if row := rows.Row(i); !strings.Contains(row.Via, "(possible)") && !strings.Contains(row.Via, "(not all was read)") {
				got = append(got, row.Role.Name)
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s holds %q, by its token and its policy %q", m.DN, got, want)
		}
		compared++
	}
	if compared < 100 || groups < 20 {
		t.Errorf("%d mailboxes, %d assignments through groups: too few to test anything", compared, groups)
	}
	t.Logf("%d mailboxes, %d assignments through groups", compared, groups)
}

// reported holds what the report says of the assignees, that an exclusive scope
// keeps out who has an ordinary assignment, and the longest entry.
func (x *rolesOfKind) reported(t *testing.T, lab *adlab.Lab, rows map[string]map[string]any, admin []string) {
	t.Helper()
	for name, want := range x.kinds {
		if r := rows[name]; fmt.Sprint(r["assignee_kind"], " ", r["assignee_type"]) != want {
			t.Errorf("%s: %v %v, want %s", name, r["assignee_kind"], r["assignee_type"], want)
		}
	}
	if got := rows["To a linked group"]["linked_to"]; got != "S-1-5-21-111-222-333-1202" {
		t.Errorf("the linked group is linked to %v", got)
	}
	for i, want := range []string{"allowed", "possible"} {
		lines := program.Report(t, program.Gaps, append([]string{"access", "--expand", "--trustee", x.exclusive[i], "--target", x.board.SID}, admin...)...)
		lines = slices.DeleteFunc(lines, func(r map[string]any) bool { return r["person_sid"] != x.exclusive[i] }) // what everybody may have
		if len(lines) != 1 || lines[0]["can_open"] != want || lines[0]["can_send_as"] != want || lines[0]["basis"] != "role" {
			t.Errorf("%s on %s in the exclusive scope: %v, want %s by a role", x.exclusive[i], x.board.DN, lines, want)
		}
	}
}

// entryLength is the length of the entries of a role.
func entryLength(s *model.Snapshot, name string) int {
	for i := range s.Roles.Roles.Len() {
		if r := s.Roles.Roles.At(i); s.CN(s.Record(r.Obj).DN) == name && len(r.Entries) == 1 {
			return len(r.Entries[0])
		}
	}
	return 0
}
