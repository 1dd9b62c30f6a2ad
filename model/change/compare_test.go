package change_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/change"
	"mbxperm/model/hiding"
	"mbxperm/model/internal/script"
)

// changeLines compares two scripts and spells the changes.
func changeLines(t *testing.T, s *script.Forest, new *script.Forest, q change.Query) (out []string, c *change.List) {
	t.Helper()
	pool := model.NewPool()
	c = compare(t, s.Snapshot(pool), new.Snapshot(pool), q)
	for i := range c.Len() {
		x := c.Change(i)
		line := fmt.Sprintf("%s %s %s %s [%s] %s | %s | %s", x.Change, x.Kind, x.Target.Name, x.Trustee.Name, x.Right, x.Status, x.Old, x.New)
		if x.Reach > 0 {
			line += fmt.Sprintf(" | reach %d", x.Reach)
		}
		out = append(out, strings.Join(strings.Fields(line), " "))
	}
	return out, c
}

// scriptCases say what a change of the script must give. Each is compared the
// other way round too, where that must be the mirror image.
var scriptCases = []struct {
	name     string
	old, new func(*script.Forest) // nil: as it is
	want     []string
	oneWay   bool // its mirror image is another: see judge
}{
	{name: "nothing"},
	{name: "an entry for each right that came", new: func(s *script.Forest) {
		s.Of("u2").MailboxSD = script.SD(script.Allow(script.RID(9), acl.MailboxFullAccess|acl.MailboxReadPermission, script.CI))
	}, want: []string{
		"added ace u2 svc [FullAccess] Allow | | Allow FullAccess, ReadPermission (0x00020001 CI)",
		"added ace u2 svc [ReadPermission] Allow | | Allow FullAccess, ReadPermission (0x00020001 CI)",
	}},
	{name: "other mask", new: func(s *script.Forest) {
		s.Of("u1").MailboxSD = script.SD(script.Allow(script.RID(20), acl.MailboxFullAccess|acl.MailboxDeleteItem, script.CI))
	}, want: []string{"changed ace u1 Outer [DeleteItem] Allow | Allow FullAccess (0x00000001 CI) | Allow FullAccess, DeleteItem (0x00010001 CI)"}},
	{name: "other flags", new: func(s *script.Forest) {
		s.Of("u1").MailboxSD = script.SD(script.Allow(script.RID(20), acl.MailboxFullAccess, 0))
	}, want: []string{"changed ace u1 Outer [FullAccess] Allow | Allow FullAccess (0x00000001 CI) | Allow FullAccess (0x00000001)"}},
	{name: "allow became deny", new: func(s *script.Forest) {
		s.Of("u1").MailboxSD = script.SD(script.Deny(script.RID(20), acl.MailboxFullAccess, script.CI))
	}, want: []string{
		"added ace u1 Outer [FullAccess] Deny | | Deny FullAccess (0x00000001 CI)",
		"removed ace u1 Outer [FullAccess] Allow | Allow FullAccess (0x00000001 CI) |",
	}},
	{name: "one of two equal entries went", old: func(s *script.Forest) {
		s.Of("u2").Security = script.SD(script.SendAs(script.RID(9), 0), script.SendAs(script.RID(9), 0))
	}, new: func(s *script.Forest) { s.Of("u2").Security = script.SD(script.SendAs(script.RID(9), 0)) },
		want: []string{"removed ace u2 svc [Send-As] Allow | Allow Extended right Send-As (0x00000100) |"}},
	{name: "another condition", old: func(s *script.Forest) {
		s.Of("u2").MailboxSD = script.SD(script.Conditional(`@User.a == 1`))
	}, new: func(s *script.Forest) { s.Of("u2").MailboxSD = script.SD(script.Conditional(`@User.a == 2`)) },
		want: []string{"changed ace u2 svc [FullAccess] Allow | Allow FullAccess (0x00000001) if (@User.a == 1) | Allow FullAccess (0x00000001) if (@User.a == 2)"}},
	{name: "only the order", old: func(s *script.Forest) {
		s.Of("u2").Security = script.SD(script.Deny(script.RID(9), acl.FullControl, 0), script.SendAs(script.RID(9), 0))
	}, new: func(s *script.Forest) {
		s.Of("u2").Security = script.SD(script.SendAs(script.RID(9), 0), script.Deny(script.RID(9), acl.FullControl, 0))
	}, want: []string{"changed order u2 [] | entry 0: Deny Full Control (0x000f01ff) for svc | entry 0: Allow Extended right Send-As (0x00000100) for svc"}},
	{name: "inheritance blocked", new: func(s *script.Forest) {
		s.Of("u2").Security = script.SDOf(acl.SIDSystem, acl.DACLProtected, acl.ACLPresent)
	}, want: []string{"changed acl u2 [inheritance] | allowed | blocked"}},
	{name: "owner", new: func(s *script.Forest) { s.Of("u2").Security = script.SDOf(script.RID(9), 0, acl.ACLPresent) },
		want: []string{"changed acl u2 [owner] | SYSTEM (S-1-5-18) | svc (S-1-5-21-1-2-3-1009)"}},
	{name: "NULL DACL", new: func(s *script.Forest) { s.Of("u2").MailboxSD = script.SDOf(acl.SIDSystem, 0, acl.ACLNull) },
		want: []string{
			"added ace u2 Everyone [FullAccess] Allow | | no ACL: everyone has every right",
			"changed acl u2 [dacl] | present | null",
		}},
	{name: "delegate", new: func(s *script.Forest) { s.Of("u2").Delegates = []string{"CN=svc," + script.DomainDN} },
		want: []string{"added delegate u2 svc [SendOnBehalf] Allow | | Send on Behalf"}},
	{name: "a delegate was renamed", old: func(s *script.Forest) { s.Of("u2").Delegates = []string{"CN=svc," + script.DomainDN} },
		new: func(s *script.Forest) {
			s.Of("svc").DN = "CN=service," + script.DomainDN
			s.Of("u2").Delegates = []string{"CN=service," + script.DomainDN}
		}, want: []string{"changed account svc [renamed] | svc | svc (service)"}},
	{name: "member of a nested group", new: func(s *script.Forest) { s.Of("Inner").Members = []string{"CN=svc," + script.DomainDN} },
		want: []string{"added membership Inner svc [member] | | member", "removed membership Inner u2 [member] | member |"}},
	{name: "member of a group that holds nothing", old: func(s *script.Forest) { s.Of("u1").MailboxSD = script.SD() },
		new: func(s *script.Forest) { s.Of("u1").MailboxSD = script.SD(); s.Of("Inner").Members = nil }},
	{name: "primary group", old: func(s *script.Forest) { s.Of("svc").PrimaryGroup = 513 }, new: func(s *script.Forest) { s.Of("svc").PrimaryGroup = 1020 },
		want: []string{"added membership Outer svc [member] | | member"}},
	{name: "states of an account", new: func(s *script.Forest) {
		o := s.Of("u2")
		o.UAC, o.Type, o.HomeMDB, o.Account = 0x202, "SharedMailbox", "CN=DB2,"+script.ConfigDN, "u2x"
		o.DN = "CN=u2," + script.DomainDN
		s.Of("Inner").Members = []string{"CN=u2," + script.DomainDN}
	}, want: []string{
		"changed account u2x [disabled] | enabled | disabled",
		"changed account u2x [moved-store] | DB1 | DB2",
		"changed account u2x [moved] | OU=Staff,DC=contoso,DC=com | DC=contoso,DC=com",
		"changed account u2x [renamed] | u2 | u2x (u2)",
		"changed account u2x [type-changed] | UserMailbox | SharedMailbox",
	}},
	{name: "a group became a distribution list", new: func(s *script.Forest) { s.Of("Outer").Distribution = true },
		want: []string{"changed account Outer [type-changed] | group | group, distribution"}},
	{name: "the OU was renamed, nobody moved", new: func(s *script.Forest) {
		for _, o := range s.Objects {
			o.DN = strings.Replace(o.DN, "OU=Staff", "OU=People", 1)
			for i := range o.Members {
				o.Members[i] = strings.Replace(o.Members[i], "OU=Staff", "OU=People", 1)
			}
		}
	}},
	{name: "deleted, and its tombstone seen", old: func(s *script.Forest) {
		s.Of("u2").MailboxSD = script.SD(script.Allow(script.RID(9), acl.MailboxFullAccess, 0))
	}, new: func(s *script.Forest) {
		o := s.Of("u2")
		*o = model.Object{DN: `CN=u2\0ADEL:00000000-0000-0000-0000-000000000002,CN=Deleted Objects,` + script.DomainDN, GUID: o.GUID, SID: o.SID, Account: o.Account, Class: model.ClassUser, Deleted: true}
		s.Of("Inner").Members = nil // who deletes an account deletes its links
	}, want: []string{
		"removed account u2 [deleted] | enabled | deleted",
		"removed account u2 [mailbox-gone] | UserMailbox | deleted",
		"removed ace u2 svc [FullAccess] Allow | Allow FullAccess (0x00000001) |",
		"removed membership Inner u2 [member] | member |",
	}},
}

func TestCompareKinds(t *testing.T) {
	for _, c := range scriptCases {
		t.Run(c.name, func(t *testing.T) {
			old, new := script.New(), script.New()
			if c.old != nil {
				c.old(old)
			}
			if c.new != nil {
				c.new(new)
			}
			q := change.Query{Show: hiding.All}
			got, there := changeLines(t, old, new, q)
			slices.Sort(got)
			if !slices.Equal(got, c.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
			if c.oneWay || len(c.want) == 0 {
				return
			}
			_, back := changeLines(t, new, old, q)
			mirrors(t, c.name, there, back)
		})
	}
}

func TestCompareForests(t *testing.T) {
	pool := model.NewPool()
	other := script.New()
	for _, o := range other.Objects {
		if o.Domain {
			o.GUID = script.GUID(250)
		}
	}
	old, new := script.New().Snapshot(pool), other.Snapshot(pool)
	var forests *change.ForestsError
	if _, err := change.Compare(context.Background(), old, new, false); !errors.As(err, &forests) {
		t.Errorf("two forests: %v", err)
	}
	c, err := change.Compare(context.Background(), old, new, true)
	if err != nil {
		t.Fatal(err)
	}
	if b := c.Banners(); len(b) != 1 || !strings.Contains(b[0].String(), "two forests") {
		t.Errorf("forced: banners %q", b)
	}
	if _, err := change.Compare(context.Background(), old, script.New().Snapshot(model.NewPool()), false); !errors.Is(err, change.ErrPools) {
		t.Errorf("two pools: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := change.Compare(ctx, old, old, false); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestCompareBanners(t *testing.T) {
	old, new := script.New(), script.New()
	new.State.Server, new.State.Account = "dc2", ""
	for _, o := range new.Objects {
		o.GUID = acl.GUID{}
	}
	got, c := changeLines(t, old, new, change.Query{})
	if len(got) != 0 {
		t.Errorf("changes: %q", got)
	}
	want := []string{
		"server differs: OLD dc1, NEW dc2; what only one of them may see looks like a change",
		"bound account differs: OLD auditor, NEW unknown; what only one of them may see looks like a change",
		"6 objects have neither a GUID nor a SID in one of the states and were matched by DN",
	}
	var banners []string
	for _, b := range c.Comparison.Banners() {
		banners = append(banners, b.String())
	}
	if !slices.Equal(banners, want) {
		t.Errorf("banners %q", banners)
	}
}

// TestCompareRandomLists: on random lists of few different entries, with many
// equal ones, the changes are those of the plain comparison, and an order is
// listed just where all entries stayed and stand otherwise.
func TestCompareRandomLists(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	pick := func() []acl.ACE {
		var aces []acl.ACE
		for range random.IntN(6) {
			who := script.RID(uint32(random.IntN(2)) + 1)
			a := script.Allow(who, []acl.Mask{acl.MailboxFullAccess, acl.MailboxDeleteItem | acl.MailboxReadPermission}[random.IntN(2)], []acl.ACEFlags{0, script.CI, script.ID}[random.IntN(3)])
			if random.IntN(4) == 0 {
				a.Type = acl.TypeDeny
			}
			aces = append(aces, a)
		}
		return aces
	}
	orders := 0
	for range 400 {
		old, new := script.New(), script.New()
		a, b := pick(), pick()
		if random.IntN(3) == 0 {
			b = slices.Clone(a)
			random.Shuffle(len(b), func(i, j int) { b[i], b[j] = b[j], b[i] })
		}
		old.Of("u3").MailboxSD, new.Of("u3").MailboxSD = script.SD(a...), script.SD(b...)
		pool := model.NewPool()
		before, after := old.Snapshot(pool), new.Snapshot(pool)
		c := compare(t, before, after, change.Query{Show: hiding.All})
		var got []string
		order := false
		for i := range c.Len() {
			if x := c.Change(i); x.Kind == change.KindOrder {
				order = true
			} else {
				got = append(got, rightsLine(x))
			}
		}
		want := rawRights(&rawState{rows: rawRows(t, before)}, &rawState{rows: rawRows(t, after)})
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Fatalf("%v\n%v:\n%s\nwant\n%s", a, b, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		if len(want) == 0 {
			if moved := string(script.SD(a...)) != string(script.SD(b...)); order != moved {
				t.Fatalf("%v\n%v: order %v, want %v", a, b, order, moved)
			}
			if order {
				orders++
			}
		}
		mirrors(t, "random", c, compare(t, after, before, change.Query{Show: hiding.All}))
	}
	if orders == 0 {
		t.Error("no list was only re-ordered")
	}
}

// TestCompareConditions: several entries that differ in their conditions alone are
// paired in their order, every time.
func TestCompareConditions(t *testing.T) {
	conditions := func(texts ...string) *script.Forest {
		f := script.New()
		var aces []acl.ACE
		for _, text := range texts {
			aces = append(aces, script.Conditional("@User.a == "+text))
		}
		f.Of("u2").MailboxSD = script.SD(aces...)
		return f
	}
	var first []string
	for range 40 {
		got, _ := changeLines(t, conditions("1", "2", "3", "4"), conditions("2", "5", "6", "7"), change.Query{Show: hiding.All})
		if first == nil {
			first = got
		}
		if !slices.Equal(got, first) {
			t.Fatalf("once\n%s\nand then\n%s", strings.Join(first, "\n"), strings.Join(got, "\n"))
		}
	}
	if len(first) != 3 {
		t.Errorf("%d changes, want 3:\n%s", len(first), strings.Join(first, "\n"))
	}
}
