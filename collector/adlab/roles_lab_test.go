package adlab_test

import (
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"mbxperm/acl"
	"mbxperm/collector/adlab"
	"mbxperm/model"
	"mbxperm/ui/cli/program"

	"github.com/go-ldap/ldap/v3"
)

// labAssignment is an assignment that the test made, as the report has it.
type labAssignment struct {
	name, who, role string
	delegation      string
	enabled         bool
	effect          string
}

// labRoles fills CN=RBAC of a lab: 40 roles, children among them, and 120
// assignments to users and groups of every delegation and scope kind.
func labRoles(t *testing.T, lab *adlab.Lab, c *ldap.Conn) (rbac string, made []labAssignment) {
	t.Helper()
	r, err := c.Search(ldap.NewSearchRequest(lab.ConfigDN, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 0, 0, false, "(cn=RBAC)", []string{"cn"}, nil))
	if err != nil || len(r.Entries) != 1 {
		t.Fatalf("CN=RBAC: %v", err)
	}
	rbac = r.Entries[0].DN
	add := func(dn, class string, attributes ...string) {
		t.Helper()
		req := ldap.NewAddRequest(dn, nil)
		req.Attribute("objectClass", []string{class})
		for i := 0; i < len(attributes); i += 2 {
			req.Attribute(attributes[i], strings.Split(attributes[i+1], "\x00"))
		}
		if err := c.Add(req); err != nil {
			t.Fatalf("%s: %v", dn, err)
		}
	}
	var roles []string
	for n := range 40 {
		dn := fmt.Sprintf("CN=Role %02d,CN=Roles,%s", n, rbac)
		if n%8 == 7 { // the child of the one before
			dn = fmt.Sprintf("CN=Role %02d,%s", n, roles[n-1])
		}
		entries := "c,Get-Mailbox,x,Identity"
		if n%4 == 2 {
			entries += "\x00a,Impersonate-ExchangeUser"
		}
		add(dn, "msExchRole", "msExchRoleType", "14", "msExchRoleEntries", entries)
		roles = append(roles, dn)
	}
	scope := "CN=Filtered,CN=Scopes," + rbac
	add(scope, "msExchScope", "msExchScopeFlags", "3", "msExchScopeRoot", lab.BaseDN, "msExchQueryFilter", "Department -eq 'Sales'")
	var users, groups []*adlab.Object
	for i := range lab.Oracle.Objects {
		o := &lab.Oracle.Objects[i]
		switch {
		case o.Hidden || o.SID == "" || !strings.HasSuffix(strings.ToLower(o.DN), strings.ToLower(lab.BaseDN)):
		case slices.Contains(o.Classes, "group") && len(o.Members) > 0:
			groups = append(groups, o)
		case slices.Contains(o.Classes, "user") && !slices.Contains(o.Classes, "computer") && o.HomeMDB != "":
			users = append(users, o)
		}
	}
	for n := range 120 {
		delegation := []uint64{1, 1, 1, 2, 6}[n%5]
		write := []uint64{2, 6, 7, 5, 0}[n/5%5]
		f := delegation<<48 | 2<<24 | write
		who := users[n%len(users)].DN
		if n%3 == 0 {
			f, who = f|2<<59, groups[n%len(groups)].DN
		}
		if n%7 != 6 {
			f |= 1 << 63
		}
		a := labAssignment{name: fmt.Sprintf("Assignment %03d", n), who: who, role: fmt.Sprintf("Role %02d", n%40), enabled: n%7 != 6,
			delegation: map[uint64]string{1: "Regular", 2: "Delegating", 6: "DelegatingOrgWide"}[delegation]}
		if n%40%4 == 2 {
			a.effect = map[bool]string{true: "opens", false: "grants"}[delegation == 1]
		}
		attributes := []string{"msExchUserLink", who, "msExchRoleLink", roles[n%40], "msExchRoleAssignmentFlags", fmt.Sprint(int64(f))}
		switch write {
		case 6:
			attributes = append(attributes, "msExchDomainRestrictionLink", "OU=Contoso,"+lab.BaseDN)
		case 7:
			attributes = append(attributes, "msExchDomainRestrictionLink", scope)
		}
		add(fmt.Sprintf("CN=%s,CN=Role Assignments,%s", a.name, rbac), "msExchRoleAssignment", attributes...)
		made = append(made, a)
	}
	return rbac, made
}

// hide denies an account everything about an object.
func hide(t *testing.T, c *ldap.Conn, dn string, who acl.SID, hidden bool) {
	t.Helper()
	d := securityOf(t, c, dn)
	p := d.Parts()
	p.DACL = slices.DeleteFunc(p.DACL, func(a acl.ACE) bool { return a.Trustee() == who })
	if hidden {
		p.DACL = append([]acl.ACE{{Type: acl.TypeDeny, Flags: acl.ContainerInherit, Mask: 0xF01FF, SID: who.Bytes()}}, p.DACL...)
	}
	raw, err := acl.Encode(p)
	if err != nil {
		t.Fatal(err)
	}
	req := ldap.NewModifyRequest(dn, []ldap.Control{&ldap.ControlMicrosoftSDFlags{Criticality: true, ControlValue: 4}})
	req.Replace("nTSecurityDescriptor", []string{string(raw)})
	if err := c.Modify(req); err != nil {
		t.Fatalf("%s: %v", dn, err)
	}
}

// TestLabRoles: every assignment as it was made, as many objects as ldapsearch
// gives, and what a person holds as the token says that Samba makes; then the same
// as an account that is denied CN=RBAC, a single role, and a single scope.
func TestLabRoles(t *testing.T) {
	t.Parallel()
	lab := adlab.StartOwn(t, adlab.Options{})
	c := labAdmin(t, lab)
	rbac, made := labRoles(t, lab, c)
	kinds := labRoleKinds(t, lab, c, rbac)
	admin := labArgs(t, lab, lab.Administrator, lab.AdministratorPassword)
	rows := map[string]map[string]any{}
	for _, r := range program.Report(t, program.Gaps, append([]string{"aces", "--object", "role", "--all"}, admin...)...) {
		rows[r["assignment"].(string)] = r
	}
	byDN := map[string]*adlab.Object{}
	for i := range lab.Oracle.Objects {
		byDN[strings.ToLower(lab.Oracle.Objects[i].DN)] = &lab.Oracle.Objects[i]
	}
	for _, a := range made {
		got := rows[a.name]
		want := fmt.Sprint(byDN[strings.ToLower(a.who)].SID, a.role, a.delegation, a.enabled, a.effect)
		if have := fmt.Sprint(got["assignee_sid"], got["role"], got["delegation"], got["enabled"], got["effect"]); have != want {
			t.Errorf("%s is %s, want %s", a.name, have, want)
		}
	}
	sameCount(t, lab, c, rbac)
	kinds.reported(t, lab, rows, admin)
	s := labState(t, lab, model.NewPool())
	if n := entryLength(s, "Long"); n < longEntry {
		t.Errorf("the longest entry came with %d bytes", n)
	}
	kinds.holds(t, lab, c, s, made, byDN)
	deniedRoles(t, lab, c, rbac)
}

// sameCount holds the coverage against ldapsearch.
func sameCount(t *testing.T, lab *adlab.Lab, c *ldap.Conn, rbac string) {
	t.Helper()
	covered := coverageOf(t, lab, lab.Administrator, lab.AdministratorPassword)
	for line, class := range map[string]string{"role": "msExchRole", "role-assignment": "msExchRoleAssignment", "scope": "msExchScope"} {
		r, err := c.Search(ldap.NewSearchRequest(rbac, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 0, 0, false, "(objectClass="+class+")", []string{"cn"}, nil))
		if err != nil {
			t.Fatal(err)
		}
		n := len(r.Entries)
		if found := covered[line]["found"]; found != float64(n) || covered[line]["complete"] != true {
			t.Errorf("coverage of %s is %v, the directory has %d", line, covered[line], n)
		}
		if path, err := exec.LookPath("ldapsearch"); err == nil {
			cmd := exec.Command(path, "-x", "-LLL", "-o", "ldif-wrap=no", "-H", "ldaps://"+lab.Address, "-D", lab.Administrator, "-w", lab.AdministratorPassword,
				"-b", rbac, "(objectClass="+class+")", "1.1")
			cmd.Env = append(cmd.Environ(), "LDAPTLS_CACERT="+lab.CAFile)
			out, err := cmd.Output()
			if err != nil {
				t.Fatalf("ldapsearch: %v", err)
			}
			if m := strings.Count("\n"+string(out), "\ndn:"); m != n {
				t.Errorf("ldapsearch gives %d of %s, not %d", m, class, n)
			}
		}
	}
}

// deniedRoles looks as an ordinary account at what it is denied.
func deniedRoles(t *testing.T, lab *adlab.Lab, c *ldap.Conn, rbac string) {
	t.Helper()
	reader := acl.MustParseSID(lab.Oracle.BySAM("reader").SID)
	args := labArgs(t, lab, lab.Reader, lab.ReaderPassword)
	// says reports whether somebody is unknown for a reason: in the line for everybody
	// on every mailbox, or in one of a holder.
	says := func(reason string, everybody bool) bool {
		t.Helper()
		for _, r := range program.Report(t, program.Gaps, append([]string{"access", "--every"}, args...)...) {
			if why, _ := r["why"].(string); r["can_open"] == "unknown" && strings.Contains(why, reason) && (!everybody || r["mailbox"] == "*" && r["person"] == "*") {
				return true
			}
		}
		return false
	}
	const nothing, noRole, noScope = "role assignments that were not read", "the role was not read", "the scope was not read"
	roles := func() map[string]any { return coverageOf(t, lab, lab.Reader, lab.ReaderPassword)["role-assignment"] }
	if says(nothing, false) || says(noRole, false) || says(noScope, false) || roles()["complete"] != true {
		t.Errorf("something of the roles is not read, coverage %v, though all may be read", roles())
	}
	hide(t, c, rbac, reader, true)
	if !says(nothing, true) || roles()["complete"] != false {
		t.Errorf("not unknown for everybody, coverage %v, though CN=RBAC is denied", roles())
	}
	hide(t, c, rbac, reader, false)
	role, scope := "CN=Role 02,CN=Roles,"+rbac, "CN=Filtered,CN=Scopes,"+rbac
	hide(t, c, role, reader, true)
	if says(nothing, false) || !says(noRole, false) || says(noScope, false) || roles()["unknown"] == 0.0 {
		t.Errorf("one role is denied, and no holder is unknown for that alone; coverage %v", roles())
	}
	hide(t, c, role, reader, false)
	hide(t, c, scope, reader, true)
	if says(nothing, false) || says(noRole, false) || !says(noScope, false) {
		t.Error("one scope is denied, and no holder is unknown for that alone")
	}
	hide(t, c, scope, reader, false)
	// A single assignment: the role's link back says that it is there.
	one := "CN=Assignment 002,CN=Role Assignments," + rbac
	before := roles()
	hide(t, c, one, reader, true)
	if after := roles(); after["unknown"] != before["unknown"].(float64)+1 || after["found"] != before["found"] {
		t.Errorf("one assignment is denied: coverage %v, before %v", after, before)
	}
	if !says("flags were not read", false) && !says("not read", false) {
		t.Error("one assignment of a role that opens is denied, and nobody is unknown for that")
	}
}
