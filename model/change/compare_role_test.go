package change_test

import (
	"slices"
	"strings"
	"testing"

	"mbxperm/model"
	"mbxperm/model/change"
	"mbxperm/model/hiding"
	"mbxperm/model/internal/script"
)

const (
	opening  = "a,Impersonate-ExchangeUser"
	anywhere = 1<<63 | 1<<48 | 2<<24 | 2 // enabled, regular, recipient scopes Organization
	inScope  = 1<<63 | 1<<48 | 2<<24 | 7
)

func role(name string, entries ...string) script.RoleObject {
	return script.RoleObject{Class: model.ClassRole, RoleFacts: model.RoleFacts{DN: script.RoleDN(name), Type: 14, TypeState: model.Present,
		Entries: entries, EntriesState: model.Present}}
}

func assignment(name, role, user string, flags uint64) script.RoleObject {
	return script.RoleObject{Class: model.ClassAssignment, RoleFacts: model.RoleFacts{DN: script.AssignmentDN(name), Role: script.RoleDN(role), RoleState: model.Present,
		User: "CN=" + user + "," + script.DomainDN, UserState: model.Present, Flags: flags, FlagsState: model.Present}}
}

func scope(name, filter string) script.RoleObject {
	return script.RoleObject{Class: model.ClassScope, RoleFacts: model.RoleFacts{DN: "CN=" + name + ",CN=Scopes," + script.RBACDN, Root: script.StaffDN,
		RootState: model.Present, Filter: filter, FilterState: model.Present, Flags: 3, FlagsState: model.Present}}
}

// within limits an assignment to a scope object.
func within(a script.RoleObject, name string) script.RoleObject {
	a.Scope, a.ScopeState = "CN="+name+",CN=Scopes,"+script.RBACDN, model.Present
	return a
}

// TestCompareRoles: what came, went and changed about assignments and roles, and
// what one of the states cannot tell.
func TestCompareRoles(t *testing.T) {
	both := []script.RoleObject{role("R", "c,Get-Mailbox"), role("Opener", opening), scope("S", "Department -eq 'Sales'")}
	const enabled = "enabled, Regular, role "
	for _, c := range []struct {
		name     string
		old, new []script.RoleObject
		want     []string
	}{
		{"new", nil, []script.RoleObject{assignment("A", "Opener", "svc", anywhere)},
			[]string{"added role A svc [Opener] Allow | | " + enabled + "Opener, scope Organization, effect opens"}},
		{"gone", []script.RoleObject{assignment("A", "R", "Outer", anywhere&^(1<<63))}, nil,
			[]string{"removed role A Outer [R] | disabled, Regular, role R, scope Organization |"}},
		{"enabled", []script.RoleObject{assignment("A", "R", "svc", anywhere&^(1<<63))}, []script.RoleObject{assignment("A", "R", "svc", anywhere)},
			[]string{"changed role A svc [R] | disabled, Regular, role R, scope Organization | " + enabled + "R, scope Organization"}},
		{"other role", []script.RoleObject{assignment("A", "R", "svc", anywhere)}, []script.RoleObject{assignment("A", "Opener", "svc", anywhere)},
			[]string{"changed role A svc [Opener] | " + enabled + "R, scope Organization | " + enabled + "Opener, scope Organization, effect opens"}},
		{"to somebody else", []script.RoleObject{assignment("A", "R", "svc", anywhere)}, []script.RoleObject{assignment("A", "R", "Outer", anywhere)},
			[]string{"changed role A Outer [R] | " + enabled + "R, scope Organization, held by svc | " + enabled + "R, scope Organization, held by Outer"}},
		{"delegating now, with a reserved bit", []script.RoleObject{assignment("A", "R", "svc", anywhere)}, []script.RoleObject{assignment("A", "R", "svc", anywhere^3<<48|1<<52)},
			[]string{"changed role A svc [R] | " + enabled + "R, scope Organization | enabled, Delegating, role R, scope Organization, flags 0x8012000002000002"}},
		{"the scope takes others", []script.RoleObject{within(assignment("A", "R", "svc", inScope), "S")},
			[]script.RoleObject{within(assignment("A", "R", "svc", inScope), "S"), scope("S", "Department -eq 'Board'")},
			[]string{"changed role A svc [R] | " + enabled + "R, scope CustomRecipientScope: S, filter Department -eq 'Sales' | " + enabled +
				"R, scope CustomRecipientScope: S, filter Department -eq 'Board'"}},
		{"the role opens now", []script.RoleObject{assignment("A", "R", "svc", anywhere)}, []script.RoleObject{assignment("A", "R", "svc", anywhere), role("R", opening)},
			[]string{
				"changed role A svc [R] | " + enabled + "R, scope Organization | " + enabled + "R, scope Organization, effect opens",
				"changed role R [entries] | | 1 only here: Impersonate-ExchangeUser",
			}},
		{"flags that are no number", []script.RoleObject{assignment("A", "R", "svc", anywhere)}, []script.RoleObject{func() script.RoleObject {
			a := assignment("A", "R", "svc", 0)
			a.FlagsText = "many"
			return a
		}()}, []string{"changed role A svc [R] | " + enabled + "R, scope Organization | flags not read, or no number"}},
		{"flags that did not come", []script.RoleObject{assignment("A", "R", "svc", anywhere)}, []script.RoleObject{func() script.RoleObject {
			a := assignment("A", "R", "svc", 0)
			a.FlagsState = model.Missing
			return a
		}()}, []string{"not-comparable role A svc [R] | " + enabled + "R, scope Organization | no value came, and none is not proven"}},
		{"nothing", []script.RoleObject{assignment("A", "R", "svc", anywhere)}, []script.RoleObject{assignment("A", "R", "svc", anywhere)}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			old, new := script.New(), script.New()
			old.RBAC, new.RBAC = append(slices.Clone(both), c.old...), append(slices.Clone(both), c.new...)
			got, there := changeLines(t, old, new, change.Query{Show: hiding.All})
			slices.Sort(got)
			if !slices.Equal(got, c.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
			_, back := changeLines(t, new, old, change.Query{Show: hiding.All})
			if c.name != "other role" && c.name != "to somebody else" { // which name the new one
				mirrors(t, c.name, there, back)
			}
		})
	}
}

// TestCompareRolesUnread: where one state shows nothing of roles, none is new and
// none is gone.
func TestCompareRolesUnread(t *testing.T) {
	old, new := script.New(), script.New()
	new.NoRoles = true
	got, _ := changeLines(t, old, new, change.Query{Show: hiding.All})
	want := []string{"not-comparable role View-Only Recipients svc [View-Only Recipients] | disabled, Regular, role View-Only Recipients, scope None | role assignments not read"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestCompareRoleGroup: who is in a group that has nothing but a role is a change, and
// what it did to verdicts is told.
func TestCompareRoleGroup(t *testing.T) {
	pool := model.NewPool()
	old, new := script.New(), script.New()
	for _, f := range []*script.Forest{old, new} {
		f.Put(model.Object{DN: "CN=Desk," + script.DomainDN, GUID: script.GUID(22), SID: script.RID(22), Class: model.ClassGroup, Account: "Desk", GroupType: true, Universal: true, MembersState: model.Present})
		f.RBAC = []script.RoleObject{role("Opener", opening), assignment("A", "Opener", "Desk", anywhere)}
	}
	new.Of("Desk").Members = []string{"CN=u1," + script.StaffDN}
	c, err := change.Compare(t.Context(), old.Snapshot(pool), new.Snapshot(pool), false)
	if err != nil {
		t.Fatal(err)
	}
	list, err := c.View(t.Context(), change.Query{})
	if err != nil || list.Len() != 1 {
		t.Fatal(list.Len(), err)
	}
	effects, err := c.Effects(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	x := list.Change(0)
	if got := x.Kind + " " + x.Target.Name + " " + x.Trustee.Name + ": " + list.Effect(effects, 0).String(); got != "membership Desk u1: opens 2 more mailboxes for u1; sends as 2 more recipients for u1" {
		t.Error(got)
	}
}
