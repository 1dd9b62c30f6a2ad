package verdict_test

import (
	"context"
	"fmt"
	"testing"

	"mbxperm/model"
	"mbxperm/model/internal/script"
	"mbxperm/model/member"
	"mbxperm/model/rbac"
	"mbxperm/model/verdict"
)

// roleOrganisation has 500 roles with 200 entries each, 20,000 assignments to
// 1,000 role groups, and 50,000 members nested four deep in these. One role in ten
// opens mailboxes; half of the assignments count below one of a hundred OUs.
func roleOrganisation(tb testing.TB) *model.Snapshot {
	tb.Helper()
	const roles, entries, assignments, groups, members, ous = 500, 200, 20_000, 1_000, 50_000, 100
	w := model.NewWriter(model.NewPool())
	w.State = model.State{Phase: model.Finished}
	w.Domain(model.DomainInfo{DN: script.DomainDN, NetBIOS: "CONTOSO", SID: script.DomainSID, Root: true, Complete: true})
	w.Server("CN=EX1,"+script.ConfigDN, model.ServerVersion{Major: 15, Minor: 2, Build: 1544})
	script.Roles(w)
	userDN := func(n int) string { return fmt.Sprintf("CN=u%05d,OU=T%02d,OU=Staff,%s", n, n%ous, script.DomainDN) }
	groupDN := func(layer, n int) string { return fmt.Sprintf("CN=g%d-%04d,OU=Groups,%s", layer, n, script.DomainDN) }
	for n := range members {
		w.Put(&model.Object{DN: userDN(n), SID: script.DomainSID.WithRID(uint32(1_000_000 + n)), Class: model.ClassUser, Account: fmt.Sprintf("u%05d", n), UAC: 0x200,
			PrimaryGroup: 513, Recipient: model.Mailbox, Type: "UserMailbox", HomeServer: "EX1", MailboxState: model.Present, MailboxSD: script.SD(),
			SecurityState: model.Present, Security: script.SD(), DelegatesState: model.Present})
	}
	for layer := range 4 {
		for n := range groups {
			o := &model.Object{DN: groupDN(layer, n), SID: script.DomainSID.WithRID(uint32(2_000_000 + layer*groups + n)), Class: model.ClassGroup, GroupType: true,
				Universal: true, Account: fmt.Sprintf("g%d-%04d", layer, n), MembersState: model.Present}
			if layer < 3 {
				o.Members = []string{groupDN(layer+1, n)}
			} else {
				for k := n; k < members; k += groups {
					o.Members = append(o.Members, userDN(k))
				}
			}
			w.Put(o)
		}
	}
	for n := range roles {
		f := model.RoleFacts{DN: script.RoleDN(fmt.Sprint("R", n)), Type: int64(n%115 + 1), TypeState: model.Present, EntriesState: model.Present}
		for e := range entries {
			f.Entries = append(f.Entries, fmt.Sprintf("c,Verb-Noun%d,Microsoft.Exchange.Management.PowerShell.E2010,Identity,Name", e))
		}
		if n%10 == 0 {
			f.Entries[entries-1] = "a,Impersonate-ExchangeUser"
		}
		script.PutRole(w, model.ClassRole, f)
	}
	for n := range assignments {
		f := model.RoleFacts{DN: script.AssignmentDN(fmt.Sprint("A", n)), Role: script.RoleDN(fmt.Sprint("R", n%roles)), RoleState: model.Present,
			User: groupDN(0, n%groups), UserState: model.Present, FlagsState: model.Present, Flags: 1<<63 | 10<<59 | 1<<48 | 2<<24 | 2}
		if n%2 == 0 {
			f.Flags, f.Scope = f.Flags+4, fmt.Sprintf("OU=T%02d,OU=Staff,%s", n%ous, script.DomainDN)
		}
		script.PutRole(w, model.ClassAssignment, f)
	}
	w.Unresolved()
	return w.Snapshot()
}

// BenchmarkRoles works out every effect, and the reverse of every person.
func BenchmarkRoles(b *testing.B) {
	s := roleOrganisation(b)
	verdict.Of(s)
	b.ReportAllocs()
	b.ResetTimer()
	for b.Loop() {
		fresh := s.Fresh()
		book, n, opens := rbac.Of(fresh), 0, 0
		for i := range book.Assignments {
			if book.Assignments[i].Effect == rbac.OpensAll {
				opens++
			}
		}
		for p := range member.Person(50_000) {
			for _, h := range book.HeldBy(p) {
				n += len(book.Assignees[h.Assignee].Assignments)
			}
		}
		if opens != 2000 || n == 0 {
			b.Fatal(opens, n)
		}
	}
}

// BenchmarkEveryWithRoles asks for all mailboxes and all persons, every line of
// 100,000 mailboxes to the end: without roles, and with one that counts everywhere
// and one in an OU.
func BenchmarkEveryWithRoles(b *testing.B) {
	for _, with := range []bool{false, true} {
		b.Run(map[bool]string{false: "without", true: "with"}[with], func(b *testing.B) {
			s := organisationWith(b, 100_000, with, true)
			b.ReportAllocs()
			b.ResetTimer()
			for b.Loop() {
				lines := 0
				if err := verdict.Of(s.Fresh()).Lines(context.Background(), verdict.Query{}, func(*verdict.Line) bool { lines++; return true }); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(lines), "lines")
			}
		})
	}
}

// addRoles gives a person an assignment for the whole organisation, and a group
// one for an OU that holds no mailbox of ours.
func addRoles(w *model.Writer, person, group string) {
	script.PutRole(w, model.ClassRole, model.RoleFacts{DN: script.RoleDN("R"), Type: 14, TypeState: model.Present, EntriesState: model.Present,
		Entries: []string{"a,Impersonate-ExchangeUser"}})
	for i, who := range []string{person, group} {
		f := model.RoleFacts{DN: script.AssignmentDN(fmt.Sprint("A", i)), Role: script.RoleDN("R"), RoleState: model.Present, User: who, UserState: model.Present,
			FlagsState: model.Present, Flags: 1<<63 | 1<<48 | 2<<24 | 2}
		if i == 1 {
			f.Flags, f.Scope = f.Flags+4, "OU=Elsewhere,"+script.DomainDN
		}
		script.PutRole(w, model.ClassAssignment, f)
	}
}
