package model_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"mbxperm/acl"
	"mbxperm/acl/sddl"
	"mbxperm/model"
)

// script is a small forest that tests change at will.
type script struct {
	objects []*model.Object
	state   model.State
	token   []acl.SID
	domain  model.DomainInfo
}

const (
	scriptDN = "DC=contoso,DC=com"
	configDN = "CN=Contoso,CN=Microsoft Exchange,CN=Services,CN=Configuration," + scriptDN
	staffDN  = "OU=Staff," + scriptDN
)

var scriptSID = acl.MustParseSID("S-1-5-21-1-2-3")

// rid is an account of the script: 1 to 9 are the users, 20 and 21 the groups.
func rid(n uint32) acl.SID { return scriptSID.WithRID(1000 + n) }

func scriptGUID(n byte) acl.GUID {
	g, err := acl.GUIDFromBytes(append(make([]byte, 15), n))
	if err != nil {
		panic(err)
	}
	return g
}

func allow(who acl.SID, mask acl.Mask, flags acl.ACEFlags) acl.ACE {
	return acl.ACE{Type: acl.TypeAllow, Flags: flags, Mask: mask, SID: who.Bytes()}
}

func deny(who acl.SID, mask acl.Mask, flags acl.ACEFlags) acl.ACE {
	return acl.ACE{Type: acl.TypeDeny, Flags: flags, Mask: mask, SID: who.Bytes()}
}

func sendAs(who acl.SID, flags acl.ACEFlags) acl.ACE {
	return acl.ACE{Type: acl.TypeAllowObject, Flags: flags, Mask: acl.ControlAccess, SID: who.Bytes(), HasObjectType: true, ObjectType: acl.GUIDSendAs}
}

func receiveAs(who acl.SID, flags acl.ACEFlags) acl.ACE {
	a := sendAs(who, flags)
	a.ObjectType = acl.GUIDReceiveAs
	return a
}

// sd is a descriptor owned by SYSTEM.
func sd(aces ...acl.ACE) []byte { return sdOf(acl.SIDSystem, 0, acl.ACLPresent, aces...) }

func sdOf(owner acl.SID, control acl.Control, state acl.ACLState, aces ...acl.ACE) []byte {
	b, err := acl.Encode(acl.Parts{
		Control: acl.SelfRelative | acl.DACLPresent | control, Owner: owner, Group: acl.SIDSystem, DACLState: state, DACL: aces,
	})
	if err != nil {
		panic(err)
	}
	return b
}

// newScript is a domain with three mailboxes, a service account, two groups, one
// in the other, and a store. The outer group holds FullAccess on u1.
func newScript() *script {
	s := &script{
		state:  model.State{Source: "script", Server: "dc1", Account: "auditor", Phase: model.Finished},
		token:  []acl.SID{rid(99)},
		domain: model.DomainInfo{DN: scriptDN, NetBIOS: "CONTOSO", SID: scriptSID, Root: true, Complete: true},
	}
	s.put(model.Object{DN: scriptDN, GUID: scriptGUID(200), Class: model.ClassDomain, SID: scriptSID, Domain: true,
		SecurityState: model.Present, Security: sd()})
	s.put(model.Object{DN: staffDN, GUID: scriptGUID(201), Class: model.ClassContainer, SecurityState: model.Present, Security: sd()})
	s.put(model.Object{DN: "CN=Services,CN=Configuration," + scriptDN, GUID: scriptGUID(202), Class: model.ClassContainer,
		SecurityState: model.Present, Security: sd()})
	_, exchange := model.SplitDN(configDN)
	s.put(model.Object{DN: exchange, GUID: scriptGUID(204), Class: model.ClassContainer, Above: true, SecurityState: model.Present, Security: sd()})
	s.put(model.Object{DN: configDN, GUID: scriptGUID(203), Class: model.ClassContainer, Above: true, SecurityState: model.Present, Security: sd()})
	for i := byte(1); i <= 2; i++ {
		s.put(model.Object{DN: fmt.Sprintf("CN=DB%d,%s", i, configDN), GUID: scriptGUID(210 + i), Class: model.ClassStore, Server: "CN=EX1," + configDN,
			SecurityState: model.Present, Security: sd()})
	}
	for i := byte(1); i <= 3; i++ {
		name := fmt.Sprintf("u%d", i)
		s.put(model.Object{DN: "CN=" + name + "," + staffDN, GUID: scriptGUID(i), SID: rid(uint32(i)), Class: model.ClassUser, Account: name, UAC: 0x200,
			Recipient: model.Mailbox, Type: "UserMailbox", HomeMDB: "CN=DB1," + configDN,
			MailboxState: model.Present, MailboxSD: sd(), SecurityState: model.Present, Security: sd(), DelegatesState: model.Present})
	}
	s.put(model.Object{DN: "CN=svc," + scriptDN, GUID: scriptGUID(9), SID: rid(9), Class: model.ClassUser, Account: "svc"})
	s.put(model.Object{DN: "CN=Inner," + scriptDN, GUID: scriptGUID(21), SID: rid(21), Class: model.ClassGroup, Account: "Inner", MembersState: model.Present,
		Members: []string{"CN=u2," + staffDN}})
	s.put(model.Object{DN: "CN=Outer," + scriptDN, GUID: scriptGUID(20), SID: rid(20), Class: model.ClassGroup, Account: "Outer", MembersState: model.Present,
		Members: []string{"CN=Inner," + scriptDN, "CN=u3," + staffDN}})
	s.of("u1").MailboxSD = sd(allow(rid(20), acl.MailboxFullAccess, acl.ContainerInherit))
	return s
}

func (s *script) put(o model.Object) { s.objects = append(s.objects, &o) }

// of returns the object whose DN begins with CN= or OU= and the name.
func (s *script) of(name string) *model.Object {
	for _, o := range s.objects {
		if leaf, _ := model.SplitDN(o.DN); leaf[3:] == name {
			return o
		}
	}
	panic(name)
}

func (s *script) drop(name string) {
	o := s.of(name)
	s.objects = slices.DeleteFunc(s.objects, func(x *model.Object) bool { return x == o })
}

func (s *script) snapshot(pool *model.Pool) *model.Snapshot {
	w := model.NewWriter(pool)
	w.State = s.state
	w.Domain(s.domain)
	w.Token(scriptDN, s.token)
	w.Server("CN=EX1,"+configDN, model.ServerVersion{Major: 15, Minor: 2, Build: 1544})
	for _, o := range s.objects {
		w.Put(o)
	}
	w.Unresolved()
	return w.Snapshot()
}

// lines compares two scripts and spells the changes.
func (s *script) lines(t *testing.T, new *script, q model.ChangeQuery) (out []string, c *model.Changes) {
	t.Helper()
	pool := model.NewPool()
	c = compare(t, s.snapshot(pool), new.snapshot(pool), q)
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

const ci, id = acl.ContainerInherit, acl.Inherited

// scriptCases say what a change of the script must give. Each is compared the
// other way round too, where that must be the mirror image.
var scriptCases = []struct {
	name     string
	old, new func(*script) // nil: as it is
	want     []string
	oneWay   bool // its mirror image is another: see judge
}{
	{name: "nothing"},
	{name: "an entry for each right that came", new: func(s *script) {
		s.of("u2").MailboxSD = sd(allow(rid(9), acl.MailboxFullAccess|acl.MailboxReadPermission, ci))
	}, want: []string{
		"added ace u2 svc [FullAccess] Allow | | Allow FullAccess, ReadPermission (0x00020001 CI)",
		"added ace u2 svc [ReadPermission] Allow | | Allow FullAccess, ReadPermission (0x00020001 CI)",
	}},
	{name: "other mask", new: func(s *script) {
		s.of("u1").MailboxSD = sd(allow(rid(20), acl.MailboxFullAccess|acl.MailboxDeleteItem, ci))
	}, want: []string{"changed ace u1 Outer [DeleteItem] Allow | Allow FullAccess (0x00000001 CI) | Allow FullAccess, DeleteItem (0x00010001 CI)"}},
	{name: "other flags", new: func(s *script) {
		s.of("u1").MailboxSD = sd(allow(rid(20), acl.MailboxFullAccess, 0))
	}, want: []string{"changed ace u1 Outer [FullAccess] Allow | Allow FullAccess (0x00000001 CI) | Allow FullAccess (0x00000001)"}},
	{name: "allow became deny", new: func(s *script) {
		s.of("u1").MailboxSD = sd(deny(rid(20), acl.MailboxFullAccess, ci))
	}, want: []string{
		"added ace u1 Outer [FullAccess] Deny | | Deny FullAccess (0x00000001 CI)",
		"removed ace u1 Outer [FullAccess] Allow | Allow FullAccess (0x00000001 CI) |",
	}},
	{name: "one of two equal entries went", old: func(s *script) {
		s.of("u2").Security = sd(sendAs(rid(9), 0), sendAs(rid(9), 0))
	}, new: func(s *script) { s.of("u2").Security = sd(sendAs(rid(9), 0)) },
		want: []string{"removed ace u2 svc [Send-As] Allow | Allow Extended right Send-As (0x00000100) |"}},
	{name: "another condition", old: func(s *script) {
		s.of("u2").MailboxSD = sd(conditional(`@User.a == 1`))
	}, new: func(s *script) { s.of("u2").MailboxSD = sd(conditional(`@User.a == 2`)) },
		want: []string{"changed ace u2 svc [FullAccess] Allow | Allow FullAccess (0x00000001) if (@User.a == 1) | Allow FullAccess (0x00000001) if (@User.a == 2)"}},
	{name: "only the order", old: func(s *script) {
		s.of("u2").Security = sd(deny(rid(9), acl.FullControl, 0), sendAs(rid(9), 0))
	}, new: func(s *script) {
		s.of("u2").Security = sd(sendAs(rid(9), 0), deny(rid(9), acl.FullControl, 0))
	}, want: []string{"changed order u2 [] | entry 0: Deny Full Control (0x000f01ff) for svc | entry 0: Allow Extended right Send-As (0x00000100) for svc"}},
	{name: "inheritance blocked", new: func(s *script) {
		s.of("u2").Security = sdOf(acl.SIDSystem, acl.DACLProtected, acl.ACLPresent)
	}, want: []string{"changed acl u2 [inheritance] | allowed | blocked"}},
	{name: "owner", new: func(s *script) { s.of("u2").Security = sdOf(rid(9), 0, acl.ACLPresent) },
		want: []string{"changed acl u2 [owner] | SYSTEM (S-1-5-18) | svc (S-1-5-21-1-2-3-1009)"}},
	{name: "NULL DACL", new: func(s *script) { s.of("u2").MailboxSD = sdOf(acl.SIDSystem, 0, acl.ACLNull) },
		want: []string{
			"added ace u2 Everyone [FullAccess] Allow | | no ACL: everyone has every right",
			"changed acl u2 [dacl] | present | null",
		}},
	{name: "delegate", new: func(s *script) { s.of("u2").Delegates = []string{"CN=svc," + scriptDN} },
		want: []string{"added delegate u2 svc [SendOnBehalf] Allow | | Send on Behalf"}},
	{name: "a delegate was renamed", old: func(s *script) { s.of("u2").Delegates = []string{"CN=svc," + scriptDN} },
		new: func(s *script) {
			s.of("svc").DN = "CN=service," + scriptDN
			s.of("u2").Delegates = []string{"CN=service," + scriptDN}
		}, want: []string{"changed account svc [renamed] | svc | svc (service)"}},
	{name: "member of a nested group", new: func(s *script) { s.of("Inner").Members = []string{"CN=svc," + scriptDN} },
		want: []string{"added membership Inner svc [member] | | member", "removed membership Inner u2 [member] | member |"}},
	{name: "member of a group that holds nothing", old: func(s *script) { s.of("u1").MailboxSD = sd() },
		new: func(s *script) { s.of("u1").MailboxSD = sd(); s.of("Inner").Members = nil }},
	{name: "primary group", old: func(s *script) { s.of("svc").PrimaryGroup = 513 }, new: func(s *script) { s.of("svc").PrimaryGroup = 1020 },
		want: []string{"added membership Outer svc [member] | | member"}},
	{name: "states of an account", new: func(s *script) {
		o := s.of("u2")
		o.UAC, o.Type, o.HomeMDB, o.Account = 0x202, "SharedMailbox", "CN=DB2,"+configDN, "u2x"
		o.DN = "CN=u2," + scriptDN
		s.of("Inner").Members = []string{"CN=u2," + scriptDN}
	}, want: []string{
		"changed account u2x [disabled] | enabled | disabled",
		"changed account u2x [moved-store] | DB1 | DB2",
		"changed account u2x [moved] | OU=Staff,DC=contoso,DC=com | DC=contoso,DC=com",
		"changed account u2x [renamed] | u2 | u2x (u2)",
		"changed account u2x [type-changed] | UserMailbox | SharedMailbox",
	}},
	{name: "a group became a distribution list", new: func(s *script) { s.of("Outer").Distribution = true },
		want: []string{"changed account Outer [type-changed] | group | group, distribution"}},
	{name: "the OU was renamed, nobody moved", new: func(s *script) {
		for _, o := range s.objects {
			o.DN = strings.Replace(o.DN, "OU=Staff", "OU=People", 1)
			for i := range o.Members {
				o.Members[i] = strings.Replace(o.Members[i], "OU=Staff", "OU=People", 1)
			}
		}
	}},
	{name: "deleted, and its tombstone seen", old: func(s *script) {
		s.of("u2").MailboxSD = sd(allow(rid(9), acl.MailboxFullAccess, 0))
	}, new: func(s *script) {
		o := s.of("u2")
		*o = model.Object{DN: `CN=u2\0ADEL:00000000-0000-0000-0000-000000000002,CN=Deleted Objects,` + scriptDN, GUID: o.GUID, SID: o.SID, Account: o.Account, Class: model.ClassUser, Deleted: true}
		s.of("Inner").Members = nil // who deletes an account deletes its links
	}, want: []string{
		"removed account u2 [deleted] | enabled | deleted",
		"removed account u2 [mailbox-gone] | UserMailbox | deleted",
		"removed ace u2 svc [FullAccess] Allow | Allow FullAccess (0x00000001) |",
		"removed membership Inner u2 [member] | member |",
	}},
}

func conditional(text string) acl.ACE {
	d, err := sddl.Parse(`D:(XA;;0x1;;;`+rid(9).String()+`;(`+text+`))`, scriptSID)
	if err != nil {
		panic(err)
	}
	return d.DACL[0]
}

func TestCompareKinds(t *testing.T) {
	for _, c := range scriptCases {
		t.Run(c.name, func(t *testing.T) {
			old, new := newScript(), newScript()
			if c.old != nil {
				c.old(old)
			}
			if c.new != nil {
				c.new(new)
			}
			q := model.ChangeQuery{Show: model.AllReasons}
			got, there := old.lines(t, new, q)
			slices.Sort(got)
			if !slices.Equal(got, c.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
			if c.oneWay || len(c.want) == 0 {
				return
			}
			_, back := new.lines(t, old, q)
			mirrors(t, c.name, there, back)
		})
	}
}

func TestCompareForests(t *testing.T) {
	pool := model.NewPool()
	other := newScript()
	for _, o := range other.objects {
		if o.Domain {
			o.GUID = scriptGUID(250)
		}
	}
	old, new := newScript().snapshot(pool), other.snapshot(pool)
	var forests *model.ForestsError
	if _, err := model.Compare(context.Background(), old, new, false); !errors.As(err, &forests) {
		t.Errorf("two forests: %v", err)
	}
	c, err := model.Compare(context.Background(), old, new, true)
	if err != nil {
		t.Fatal(err)
	}
	if b := c.Banners(); len(b) != 1 || !strings.Contains(b[0].String(), "two forests") {
		t.Errorf("forced: banners %q", b)
	}
	if _, err := model.Compare(context.Background(), old, newScript().snapshot(model.NewPool()), false); !errors.Is(err, model.ErrPools) {
		t.Errorf("two pools: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := model.Compare(ctx, old, old, false); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestCompareBanners(t *testing.T) {
	old, new := newScript(), newScript()
	new.state.Server, new.state.Account = "dc2", ""
	for _, o := range new.objects {
		o.GUID = acl.GUID{}
	}
	got, c := old.lines(t, new, model.ChangeQuery{})
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
			who := rid(uint32(random.IntN(2)) + 1)
			a := allow(who, []acl.Mask{acl.MailboxFullAccess, acl.MailboxDeleteItem | acl.MailboxReadPermission}[random.IntN(2)], []acl.ACEFlags{0, ci, id}[random.IntN(3)])
			if random.IntN(4) == 0 {
				a.Type = acl.TypeDeny
			}
			aces = append(aces, a)
		}
		return aces
	}
	orders := 0
	for range 400 {
		old, new := newScript(), newScript()
		a, b := pick(), pick()
		if random.IntN(3) == 0 {
			b = slices.Clone(a)
			random.Shuffle(len(b), func(i, j int) { b[i], b[j] = b[j], b[i] })
		}
		old.of("u3").MailboxSD, new.of("u3").MailboxSD = sd(a...), sd(b...)
		pool := model.NewPool()
		before, after := old.snapshot(pool), new.snapshot(pool)
		c := compare(t, before, after, model.ChangeQuery{Show: model.AllReasons})
		var got []string
		order := false
		for i := range c.Len() {
			if x := c.Change(i); x.Kind == model.ChangeOrder {
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
			if moved := string(sd(a...)) != string(sd(b...)); order != moved {
				t.Fatalf("%v\n%v: order %v, want %v", a, b, order, moved)
			}
			if order {
				orders++
			}
		}
		mirrors(t, "random", c, compare(t, after, before, model.ChangeQuery{Show: model.AllReasons}))
	}
	if orders == 0 {
		t.Error("no list was only re-ordered")
	}
}
