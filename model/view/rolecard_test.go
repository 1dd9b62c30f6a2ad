package view_test

import (
	"strings"
	"testing"

	"mbxperm/model"
	"mbxperm/model/hiding"
	"mbxperm/model/internal/script"
	"mbxperm/model/view"
)

// factsOf are the lines about an assignment, label and text, by its name.
func factsOf(t *testing.T, s *model.Snapshot, name string) string {
	t.Helper()
	rows := ask(t, s, view.Query{Type: view.Roles, Rows: true, Show: hiding.All, ACEs: view.Roles.ACEs[0]})
	for i := range rows.Len() {
		if rows.Row(i).Role.Name != name {
			continue
		}
		var lines []string
		for _, f := range rows.RoleFacts(i) {
			lines = append(lines, strings.TrimSpace(f.Label+": "+f.Text))
		}
		return strings.Join(lines, "\n")
	}
	t.Fatalf("no assignment %q", name)
	return ""
}

func wantLines(t *testing.T, name, text string, want ...string) {
	t.Helper()
	for _, line := range want {
		if !strings.Contains("\n"+text+"\n", "\n"+line+"\n") {
			t.Errorf("%s has no line %q:\n%s", name, line, text)
		}
	}
}

// TestRoleFacts: what the detail of an assignment says of the scope of servers, of
// the group and its managers, and of the flags of the role.
func TestRoleFacts(t *testing.T) {
	s := demoSnapshot(t, "demo:60")
	wantLines(t, "Databases-Munich", factsOf(t, s, "Databases-Munich"),
		"Config scope: Munich servers", ": of servers", "Config filter: Name -like 'MUC*'", "Configuration: read OrganizationConfig, write CustomConfigScope",
		"Managed by: Organization Management  CN=Organization Management,OU=Microsoft Exchange Security Groups,DC=contoso,DC=com",
		": Helpdesk  CN=Helpdesk,OU=Groups,OU=Contoso,DC=contoso,DC=com",
		": Whoever manages a role group may change its members, and so give the role on.",
		"Implicit scopes: recipients: read Organization, write Organization; configuration: read OrganizationConfig, write OrganizationConfig")
	wantLines(t, "MyBaseOptions", factsOf(t, s, "MyBaseOptions-Default Role Assignment Policy"),
		"Role flags: 0x84082800, for people's own mailboxes",
		"Implicit scopes: recipients: read Self, write Self; configuration: read OrganizationConfig, write None")
	wantLines(t, "linked", factsOf(t, s, "Mail Recipients-FABRIKAM Exchange Admins"),
		"Linked: members in another forest: S-1-5-21-3019245518-672201983-1459930072-1202", "Managed by: nobody")
}

// TestRoleFactsUnread: a manager, a scope that did not come, and what nobody asked
// for are said to be so.
func TestRoleFactsUnread(t *testing.T) {
	f := script.New()
	f.Of("Outer").RoleGroupType = 7
	f.RBAC = []script.RoleObject{{Class: model.ClassAssignment, RoleFacts: model.RoleFacts{DN: script.AssignmentDN("A"), Role: script.RoleDN("View-Only Recipients"),
		RoleState: model.Present, User: "CN=Outer," + script.DomainDN, UserState: model.Present, ConfigScope: "CN=Gone,CN=Scopes," + script.RBACDN,
		Flags: 1<<63 | 10<<59 | 1<<48 | 11<<32 | 2, FlagsState: model.Present}}}
	wantLines(t, "A", factsOf(t, f.Snapshot(model.NewPool()), "A"),
		"Config scope: Gone", ": its object was not read", "Built in: as number 7 (msExchRoleGroupType)",
		"Managed by: not all was read (managedBy, msExchCoManagedByLink)")
}
