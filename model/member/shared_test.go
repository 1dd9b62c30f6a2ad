package member

import (
	"slices"
	"testing"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/internal/pool"
)

// TestSharedSIDs: whoever has a SID in his sIDHistory has its rights, whatever the
// order in which accounts come, and the name says that he is not the only one. The
// BUILTIN groups of two domains have one SID and members of their own.
func TestSharedSIDs(t *testing.T) {
	domain := acl.MustParseSID("S-1-5-21-1-2-3")
	former := domain.WithRID(5001)
	user := func(name string, rid uint32, history ...acl.SID) *model.Object {
		return &model.Object{DN: "CN=" + name + ",DC=contoso,DC=com", Account: name, Class: model.ClassUser, SID: domain.WithRID(rid), SIDHistory: history, UAC: 0x200}
	}
	group := func(name, dc string, sid acl.SID, members ...string) *model.Object {
		for i := range members {
			members[i] = "CN=" + members[i]
		}
		return &model.Object{DN: "CN=" + name + ",DC=" + dc + ",DC=com", Account: name, Class: model.ClassGroup, SID: sid, Members: members, MembersState: model.Present}
	}
	objects := []*model.Object{
		user("mig1", 1101, former), user("mig2", 1102, former), user("other", 1103),
		group("Administrators", "contoso", acl.SIDAdministrators, "mig1,DC=contoso,DC=com"),
		group("Administrators", "fabrikam", acl.SIDAdministrators, "other,DC=contoso,DC=com"),
		group("Outer", "contoso", domain.WithRID(1201), "Administrators,DC=contoso,DC=com"),
	}
	outer := domain.WithRID(1201)
	for _, turn := range []bool{false, true} {
		if turn {
			slices.Reverse(objects)
		}
		p := pool.NewPool()
		w := model.NewWriter(p)
		w.Domain(model.DomainInfo{DN: "DC=contoso,DC=com", SID: domain})
		for _, o := range objects {
			w.Put(o)
		}
		w.Put(objects[0]) // once more
		s := w.Snapshot()
		for _, c := range []struct {
			who  uint32
			want []acl.SID
			not  []acl.SID
		}{
			{1101, []acl.SID{former, acl.SIDAdministrators, outer}, nil},
			{1102, []acl.SID{former}, []acl.SID{acl.SIDAdministrators, outer}},
			{1103, []acl.SID{acl.SIDAdministrators}, []acl.SID{former, outer}},
		} {
			var got []acl.SID
			for _, g := range Token(s, model.TrusteeOfSID(p.SID(domain.WithRID(c.who))), false) {
				got = append(got, s.SIDOf(g.SID()))
			}
			for _, sid := range c.want {
				if !slices.Contains(got, sid) {
					t.Errorf("turned %v: %d lacks %s in %v", turn, c.who, sid, got)
				}
			}
			for _, sid := range c.not {
				if slices.Contains(got, sid) {
					t.Errorf("turned %v: %d has %s", turn, c.who, sid)
				}
			}
		}
		who := s.Principal(model.TrusteeOfSID(p.SID(former)))
		if want := "from sIDHistory of mig1 and of mig2"; who.Label.String() != want || who.Name != "mig1" {
			t.Errorf("turned %v: the former SID is %s, %q, want %q", turn, who.Name, who.Label.String(), want)
		}
	}
}
