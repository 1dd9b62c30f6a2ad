package adlab_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"mbxperm/acl"
	"mbxperm/collector/adlab"
	"mbxperm/model"
	"mbxperm/model/member"
	"mbxperm/model/verdict"
)

// builtinSIDs begins the SIDs of the local groups of the domain controller, which
// no other server has.
const builtinSIDs = "S-1-5-32-"

// tokenGroups asks the domain controller what the token of an account holds: its
// groups and their groups, without its own SID ([MS-ADTS] 3.1.1.4.5.19).
func tokenGroups(t *testing.T, c *ldap.Conn, dn string) (out []string) {
	t.Helper()
	r, err := c.Search(ldap.NewSearchRequest(dn, ldap.ScopeBaseObject, ldap.NeverDerefAliases, 0, 0, false, "(objectClass=*)", []string{"tokenGroups"}, nil))
	if err != nil {
		t.Fatalf("%s: %v", dn, err)
	}
	for _, v := range r.Entries[0].GetRawAttributeValues("tokenGroups") {
		sid, err := acl.SIDFromBytes(v)
		if err != nil {
			t.Fatal(err)
		}
		if text := sid.String(); !strings.HasPrefix(text, builtinSIDs) {
			out = append(out, text)
		}
	}
	slices.Sort(out)
	return out
}

// labPersons are those of the graph that are accounts of the lab, by SID.
func labPersons(s *model.Snapshot, g *member.Graph) map[string]member.Person {
	out := map[string]member.Person{}
	for n := range g.Len() {
		p := member.Person(n)
		if g.Object(p) != 0 {
			out[s.SIDOf(g.Trustee(p).SID()).String()] = p
		}
	}
	return out
}

// held are the SIDs of a token by how certain they are.
func held[S any](each func(func(S, member.Certainty)), sid func(S) acl.SID) map[string]member.Certainty {
	out := map[string]member.Certainty{}
	each(func(id S, c member.Certainty) { out[sid(id).String()] = c })
	return out
}

// former are the SIDs that accounts of the lab had before, by SID of the account.
func former(lab *adlab.Lab) map[string][]string {
	out := map[string][]string{}
	for i := range lab.Oracle.Objects {
		if o := &lab.Oracle.Objects[i]; len(o.SIDHistory) > 0 {
			out[o.SID] = o.SIDHistory
		}
	}
	return out
}

// withFormer adds what Exchange's tokens hold and Samba's tokenGroups does not: the
// account's own SID, and the former SIDs of the account and of its groups.
func withFormer(own string, groups []string, former map[string][]string) []string {
	out := append([]string{own}, groups...)
	for _, sid := range slices.Clone(out) {
		out = append(out, former[sid]...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// TestLabTokens: the token of every account of the lab is the domain controller's
// own, BUILTIN groups aside.
func TestLabTokens(t *testing.T) {
	t.Parallel()
	lab := adlab.Start(t)
	c := lab.Dial(t, lab.Administrator, lab.AdministratorPassword)
	s := labState(t, lab, model.NewPool())
	g := verdict.Of(s).Graph()
	persons, history := labPersons(s, g), former(lab)
	checked, groups := 0, 0
	for i := range lab.Oracle.Objects {
		o := &lab.Oracle.Objects[i]
		if o.SID == "" || !slices.Contains(o.Classes, "user") {
			continue
		}
		p, ok := persons[o.SID]
		if !ok {
			t.Errorf("%s is no person", o.DN)
			continue
		}
		want := withFormer(o.SID, tokenGroups(t, c, o.DN), history)
		var got []string
		for sid, certainty := range held(g.TokenOf(p, member.DomainOf(s, g.Trustee(p).SID())).Each, s.SIDOf) {
			if certainty&member.Sure == 0 {
				t.Errorf("%s: %s is not sure: %d", o.DN, sid, certainty)
			}
			got = append(got, sid)
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s:\ngot  %q\nwant %q", o.DN, got, want)
		}
		checked, groups = checked+1, groups+len(want)
	}
	if checked < 1000 {
		t.Errorf("%d accounts", checked)
	}
	t.Logf("%d tokens with %d SIDs are the domain controller's", checked, groups)
}
