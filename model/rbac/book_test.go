package rbac_test

import (
	"testing"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/member"
	"mbxperm/model/rbac"
)

// TestMoreEntriesWithheld: a role has its entries in two attributes. Where the
// second is shown to be closed to the reader the entry may be in it; where it is
// open and did not come, it has no values.
func TestMoreEntriesWithheld(t *testing.T) {
	const (
		base   = "CN=RBAC,CN=Contoso,CN=Microsoft Exchange,CN=Services,CN=Configuration,DC=contoso,DC=com"
		domain = "DC=contoso,DC=com"
	)
	reader, more := acl.MustParseSID("S-1-5-11"), acl.MustParseGUID("12345678-0000-0000-0000-000000000003")
	all := acl.ACE{Type: acl.TypeAllow, Mask: acl.ReadProperty, SID: reader.Bytes()}
	closed := acl.ACE{Type: acl.TypeDenyObject, Mask: acl.ReadProperty, SID: reader.Bytes(), HasObjectType: true, ObjectType: more}
	for _, c := range []struct {
		name    string
		list    []acl.ACE
		entries []string
		want    member.Certainty
	}{
		{"open", []acl.ACE{all}, []string{"c,Get-Mailbox"}, member.No},
		{"closed", []acl.ACE{closed, all}, []string{"c,Get-Mailbox"}, member.Unread},
		{"closed, and the entry in the first", []acl.ACE{closed, all}, []string{"a,Impersonate-ExchangeUser"}, member.Sure},
	} {
		sd, err := acl.Encode(acl.Parts{Control: acl.SelfRelative | acl.DACLPresent, DACLState: acl.ACLPresent, DACL: c.list})
		if err != nil {
			t.Fatal(err)
		}
		w := model.NewWriter(model.NewPool())
		w.State = model.State{Phase: model.Finished}
		w.Domain(model.DomainInfo{DN: domain})
		w.Token(domain, []acl.SID{reader})
		w.Schema(more, model.SchemaName{Name: "msExchRoleEntriesExt"})
		role, assignment := "CN=R,CN=Roles,"+base, "CN=A,CN=Role Assignments,"+base
		w.Put(&model.Object{DN: role, Class: model.ClassRole, Security: sd, SecurityState: model.Present})
		w.Role(&model.RoleFacts{DN: role, Type: 14, TypeState: model.Present, Entries: c.entries, EntriesState: model.Present})
		w.Put(&model.Object{DN: assignment, Class: model.ClassAssignment})
		w.Role(&model.RoleFacts{DN: assignment, Role: role, RoleState: model.Present, Flags: 0x8001000002000002, FlagsState: model.Present})
		if got := rbac.Of(w.Snapshot()).Assignments[0].Counts; got != c.want {
			t.Errorf("%s: counts with certainty %v, want %v", c.name, got, c.want)
		}
	}
}

// TestScopeOfUnknownKind: a scope whose flags did not come may be exclusive, and
// keep out of what lies below it whoever has no exclusive assignment.
func TestScopeOfUnknownKind(t *testing.T) {
	const staff, scope = "OU=Staff,DC=contoso,DC=com", "CN=S,CN=Scopes,CN=RBAC,CN=Contoso,CN=Microsoft Exchange,CN=Services,CN=Configuration,DC=contoso,DC=com"
	for state, want := range map[model.ReadState]bool{model.Present: false, model.Missing: true, model.NotAsked: true} {
		w := model.NewWriter(model.NewPool())
		w.State = model.State{Phase: model.Finished}
		w.Put(&model.Object{DN: staff, Class: model.ClassContainer})
		w.Put(&model.Object{DN: scope, Class: model.ClassScope})
		w.Role(&model.RoleFacts{DN: scope, Root: staff, Flags: 3, FlagsState: state})
		s := w.Snapshot()
		if b := rbac.Of(s); b.KeptOut(b.PlaceOf(s.Record(1).DN)) != want {
			t.Errorf("flags %v: kept out %v, want %v", state, !want, want)
		}
	}
}
