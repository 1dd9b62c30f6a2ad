package grant_test

import (
	"testing"

	"mbxperm/acl"
	"mbxperm/acl/sddl"
	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/hiding"
	"mbxperm/model/internal/pool"
	"mbxperm/model/internal/script"
)

// entries reads a DACL of the script's domain.
func entries(t *testing.T, text string) []acl.ACE {
	t.Helper()
	p, err := sddl.Parse("D:"+text, script.DomainSID)
	if err != nil {
		t.Fatal(err)
	}
	return p.DACL
}

// TestContainersHide: of the entries of an OU, what Windows writes there is
// hidden as default, what is inherited and harmless as inherited, and nothing else.
func TestContainersHide(t *testing.T) {
	const full, write = "RPWPCRCCDCLCLORCWOWDSDDTSW", "WP"
	helpdesk := script.RID(20).String()
	for _, c := range []struct {
		on, ace string
		want    hiding.Reasons
	}{
		{"Staff", "(A;;" + full + ";;;SY)", hiding.Default},
		{"Staff", "(A;;" + full + ";;;DA)", hiding.Default},
		{"Staff", "(OA;;CCDC;bf967aba-0de6-11d0-a285-00aa003049e2;;AO)", hiding.Default},
		{"Staff", "(A;;RPLCLORC;;;AU)", hiding.Default},
		{"Staff", "(A;CI;" + full + ";;;DA)", 0}, // Windows does not write it to flow down
		{"Staff", "(D;;" + full + ";;;DA)", 0},
		{"Staff", "(A;;" + full + ";;;EA)", 0},
		{"Staff", "(A;;RPLCLORC;;;" + helpdesk + ")", 0},
		{"Staff", "(A;;WD;;;" + helpdesk + ")", 0},
		{"Staff", "(A;ID;RPLCLORC;;;" + helpdesk + ")", hiding.Inherited},
		{"Staff", "(A;CIID;WD;;;" + helpdesk + ")", 0},
		{"Staff", "(OA;CIID;" + write + ";bf9679c0-0de6-11d0-a285-00aa003049e2;;" + helpdesk + ")", 0},
		{"Staff", "(A;CIID;RPWPCRCCDCLCLORCWOWDSDDTSW;;;EA)", hiding.Default}, // from the domain
		{"Staff", "(A;CIID;LC;;;RU)", hiding.Default | hiding.Inherited},
		{"Staff", "(OA;CIIOID;RPWPCR;91e647de-d96f-4b70-9557-d63ff4f3ccd8;;PS)", hiding.Default},
		{"contoso", "(A;CI;" + full + ";;;EA)", hiding.Default},
		{"contoso", "(A;;RP;;;WD)", hiding.Default},
		{"contoso", "(A;;RPWP;;;WD)", 0},
		{"contoso", "(OA;;CR;1131f6ad-9c07-11d1-f79f-00c04fc2dcd2;;BA)", hiding.Default},
		{"contoso", "(OA;;CR;1131f6ad-9c07-11d1-f79f-00c04fc2dcd2;;" + helpdesk + ")", 0},
		{"contoso", "(A;;" + full + ";;;DA)", 0}, // more than what is written there
		{"AdminSDHolder", "(A;;RPWPCRCCDCLCLORCWOWDSW;;;DA)", hiding.Default},
		{"AdminSDHolder", "(A;;WD;;;" + helpdesk + ")", 0},
	} {
		f := script.New()
		script.Stamped()(f)
		o := f.Objects[0] // the domain
		if c.on != "contoso" {
			o = f.Of(c.on)
		}
		o.Security = script.SD(entries(t, c.ace)...)
		s := f.Snapshot(pool.NewPool())
		id := called(t, s, o.DN)
		seen := 0
		grant.Each(s, id, grant.All(), func(r grant.Ref, a *pool.ACERecord) bool {
			seen++
			if r.Kind() != grant.ContainerACL {
				t.Errorf("%s: a row of %s", c.on, r.Kind().Name)
			}
			if got := grant.ReasonsOf(s, r, a); got != c.want {
				t.Errorf("%s %s: hidden as %q, want %q", c.on, c.ace, got, c.want)
			}
			return true
		})
		if seen != 1 {
			t.Errorf("%s %s: %d rows", c.on, c.ace, seen)
		}
	}
}

// TestContainersOfAnotherDomain: what a group of one domain holds on an OU of
// another is nothing that Windows writes.
func TestContainersOfAnotherDomain(t *testing.T) {
	child := acl.MustParseSID("S-1-5-21-4-5-6")
	w := model.NewWriter(pool.NewPool())
	w.Domain(model.DomainInfo{DN: script.DomainDN, NetBIOS: "CONTOSO", SID: script.DomainSID, Root: true, Complete: true})
	w.Domain(model.DomainInfo{DN: "DC=emea," + script.DomainDN, NetBIOS: "EMEA", SID: child, Complete: true})
	full := func(who acl.SID) acl.ACE { return script.Allow(who, acl.FullControl, 0) }
	const paris = "OU=Paris,DC=emea," + script.DomainDN
	w.Put(&model.Object{DN: paris, Class: model.ClassContainer, SecurityState: model.Present,
		Security: script.SD(full(child.WithRID(512)), full(script.DomainSID.WithRID(512)), full(script.DomainSID.WithRID(519)))})
	s := w.Snapshot()
	var got []hiding.Reasons
	grant.Each(s, called(t, s, paris), grant.All(), func(r grant.Ref, a *pool.ACERecord) bool {
		got = append(got, grant.ReasonsOf(s, r, a))
		return true
	})
	if len(got) != 3 || got[0] != hiding.Default || got[1] != 0 || got[2] != 0 {
		t.Errorf("hidden as %q, want the own domain's group alone, as default", got)
	}
}

// called returns the object with a DN.
func called(t *testing.T, s *model.Snapshot, dn string) model.ObjectID {
	t.Helper()
	for id := model.ObjectID(1); uint32(id) < s.Objects.Len(); id++ {
		if s.DNText(s.Record(id).DN) == dn {
			return id
		}
	}
	t.Fatalf("no %s", dn)
	return 0
}
