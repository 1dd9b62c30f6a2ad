package script

import (
	"crypto/sha256"

	"mbxperm/acl"
	"mbxperm/model"
)

// RBACDN is the container of role-based access control.
const RBACDN = "CN=RBAC," + ConfigDN

// RoleDN and AssignmentDN name objects in it.
func RoleDN(name string) string       { return "CN=" + name + ",CN=Roles," + RBACDN }
func AssignmentDN(name string) string { return "CN=" + name + ",CN=Role Assignments," + RBACDN }

// Roles puts what every organisation of 2010 or later has: the containers, and an
// assignment, here of a role that opens nothing, and disabled. Its link follows
// the service account, which is svc where objects do not say what became of it.
func Roles(w *model.Writer, objects ...*model.Object) {
	svc := "CN=svc," + DomainDN
	for _, o := range objects {
		if o.Account == "svc" {
			svc = o.DN
		}
	}
	for _, name := range []string{"", "CN=Roles,", "CN=Role Assignments,", "CN=Scopes,", "CN=Policies,"} {
		PutRole(w, model.ClassContainer, model.RoleFacts{DN: name + RBACDN})
	}
	PutRole(w, model.ClassRole, model.RoleFacts{DN: RoleDN("View-Only Recipients"), Type: 55, TypeState: model.Present,
		Entries: []string{"c,Get-Mailbox,Microsoft.Exchange.Management.PowerShell.E2010,Identity"}, EntriesState: model.Present})
	PutRole(w, model.ClassAssignment, model.RoleFacts{DN: AssignmentDN("View-Only Recipients"), Role: RoleDN("View-Only Recipients"),
		RoleState: model.Present, User: svc, UserState: model.Present, Flags: 1<<48 | 2<<24, FlagsState: model.Present})
}

// PutRole puts one object of it, of which all was read.
func PutRole(w *model.Writer, c model.Class, f model.RoleFacts) {
	w.Put(&model.Object{DN: f.DN, GUID: guidOf(f.DN), Class: c})
	w.Role(&f)
}

// guidOf makes one of a name.
func guidOf(name string) acl.GUID {
	sum := sha256.Sum256([]byte(name))
	return acl.GUID(sum[:16])
}
