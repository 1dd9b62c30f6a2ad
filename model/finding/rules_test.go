package finding_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/finding"
	"mbxperm/model/internal/script"
)

const usersDN = "CN=Users," + script.DomainDN

// The groups and accounts of a default organisation, by their RIDs.
var (
	administrator = script.DomainSID.WithRID(500)
	domainAdmins  = script.DomainSID.WithRID(512)
	entAdmins     = script.DomainSID.WithRID(519)
	exServers     = script.RID(101)
	exTrusted     = script.RID(102)
	exWindows     = script.RID(103)
	orgMgmt       = script.RID(104)
	discovery     = script.RID(105)
	svc           = script.RID(9)
)

func exchangeGroup(guid string) acl.GUID { return acl.MustParseGUID(guid) }

var wellKnown = map[string]acl.GUID{
	"Exchange Servers": exchangeGroup("6c01d2a7-f083-4503-8132-789eeb127b84"), "Exchange Trusted Subsystem": exchangeGroup("586a87ea-6ddb-4cd0-9006-939818f800eb"),
	"Exchange Windows Permissions": exchangeGroup("11d0174c-be7e-4266-afae-e03bc66d381f"), "Organization Management": exchangeGroup("29a962c2-91d6-4ab7-9e06-8728f8f842ea"),
	"Discovery Management": exchangeGroup("2ede7fc6-3983-4467-90fb-afdca3dfdc95"),
}

// onUsers narrows an entry to accounts below.
func onUsers(a acl.ACE) acl.ACE {
	a.Type, a.HasInheritedObjectType, a.InheritedObjectType = acl.TypeAllowObject, true, acl.GUIDUserClass
	return a
}

func named(who acl.SID, mask acl.Mask, object acl.GUID, flags acl.ACEFlags) acl.ACE {
	return acl.ACE{Type: acl.TypeAllowObject, Flags: flags, Mask: mask, SID: who.Bytes(), HasObjectType: true, ObjectType: object}
}

func denyRight(who acl.SID, right acl.GUID) acl.ACE {
	return acl.ACE{Type: acl.TypeDenyObject, Flags: script.CI, Mask: acl.ControlAccess, SID: who.Bytes(), HasObjectType: true, ObjectType: right}
}

// accountACL is what an account has of its class and of the domain's head, with more
// behind it.
func accountACL(more ...acl.ACE) []byte {
	inherited := []acl.ACE{onUsers(script.Allow(exWindows, acl.WriteDACL, script.CI|script.ID)), script.Allow(entAdmins, acl.FullControl, script.CI|script.ID)}
	own := []acl.ACE{script.Allow(domainAdmins, acl.FullControl, 0), script.Allow(acl.SIDAccountOperators, acl.FullControl, 0), script.Allow(acl.SIDSystem, acl.FullControl, 0),
		named(acl.SIDSelf, acl.ReadProperty|acl.WriteProperty, acl.GUIDPersonalInformation, 0), script.SendAs(acl.SIDSelf, 0)}
	return script.SDOf(domainAdmins, 0, acl.ACLPresent, slices.Concat(own, more, inherited)...)
}

// organisationACL is what set-up writes on the organisation.
func organisationACL(keptOut ...acl.SID) []byte {
	var all []acl.ACE
	for _, who := range keptOut {
		all = append(all, denyRight(who, acl.GUIDSendAs), denyRight(who, acl.GUIDReceiveAs))
	}
	return script.SD(append(all, script.Allow(acl.SIDSystem, acl.ControlAccess, script.CI), script.Allow(exServers, acl.ControlAccess, script.CI))...)
}

// organisation is a forest as Windows and set-up make it, with three mailboxes.
func organisation() *script.Forest {
	f := script.New()
	f.State.Started = time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)
	group := func(name string, sid acl.SID, members ...string) {
		o := model.Object{DN: "CN=" + name + "," + usersDN, GUID: script.GUID(byte(100 + len(f.Objects))), SID: sid, Class: model.ClassGroup, Account: name, GroupType: true, Universal: true, MembersState: model.Present}
		for _, m := range members {
			o.Members = append(o.Members, "CN="+m+","+usersDN)
		}
		f.Put(o)
	}
	for _, g := range f.Objects {
		if g.Class == model.ClassGroup {
			g.GroupType, g.Universal = true, true
		}
	}
	f.Put(model.Object{DN: "CN=Administrator," + usersDN, GUID: script.GUID(90), SID: administrator, Class: model.ClassUser, Account: "Administrator", UAC: 0x200})
	f.Put(model.Object{DN: "CN=EX1," + usersDN, GUID: script.GUID(91), SID: script.RID(91), Class: model.ClassComputer, Account: "EX1$", UAC: 0x1000})
	group("Domain Admins", domainAdmins, "Administrator")
	group("Enterprise Admins", entAdmins, "Administrator")
	group("Exchange Servers", exServers, "EX1")
	group("Exchange Trusted Subsystem", exTrusted, "EX1")
	group("Exchange Windows Permissions", exWindows, "Exchange Trusted Subsystem")
	group("Organization Management", orgMgmt, "Administrator")
	group("Discovery Management", discovery)
	f.Of("Microsoft Exchange").Security = script.SD(script.Allow(administrator, acl.FullControl, script.CI), script.Allow(orgMgmt, acl.FullControl, script.CI),
		script.Allow(exTrusted, acl.FullControl, script.CI))
	f.Of("Contoso").Security = organisationACL(entAdmins, domainAdmins, administrator, orgMgmt)
	f.Objects[0].Security = script.SD(onUsers(script.Allow(exWindows, acl.WriteDACL, script.CI|acl.InheritOnly)), script.Allow(entAdmins, acl.FullControl, script.CI))
	for _, name := range []string{"u1", "u2", "u3"} {
		u := f.Of(name)
		u.Security, u.MailboxSD = accountACL(), script.SD(script.Allow(acl.SIDSelf, acl.MailboxFullAccess|acl.MailboxReadPermission, script.CI))
	}
	f.Of("svc").UAC = 0x200
	f.More = func(w *model.Writer) {
		for name, g := range wellKnown {
			w.WellKnownGroup(g, "CN="+name+","+usersDN)
		}
	}
	return f
}

// also has a forest put more.
func also(f *script.Forest, more func(*model.Writer)) {
	before := f.More
	f.More = func(w *model.Writer) { before(w); more(w) }
}

// assign puts a role and an assignment of it.
func assign(f *script.Forest, kind int64, entry string, flags uint64) {
	also(f, func(w *model.Writer) {
		script.PutRole(w, model.ClassRole, model.RoleFacts{DN: script.RoleDN("R"), Type: kind, TypeState: model.Present, Entries: []string{"c," + entry + ",x"}, EntriesState: model.Present})
		script.PutRole(w, model.ClassAssignment, model.RoleFacts{DN: script.AssignmentDN("A"), Role: script.RoleDN("R"), RoleState: model.Present,
			User: "CN=svc," + script.DomainDN, UserState: model.Present, Flags: flags, FlagsState: model.Present})
	})
}

const (
	enabled    = 1 << 63
	regular    = 1 << 48
	delegating = 2 << 48
	everywhere = 2<<24 | 2
)

func account(name string, aces ...acl.ACE) func(*script.Forest) {
	return func(f *script.Forest) { f.Of(name).Security = accountACL(aces...) }
}

func mailbox(name string, aces ...acl.ACE) func(*script.Forest) {
	return func(f *script.Forest) { f.Of(name).MailboxSD = script.SD(aces...) }
}

func both(parts ...func(*script.Forest)) func(*script.Forest) {
	return func(f *script.Forest) {
		for _, part := range parts {
			part(f)
		}
	}
}

// writes has somebody write an attribute or property set of u1's account.
func writes(object string) func(*script.Forest) {
	return account("u1", named(svc, acl.WriteProperty, acl.MustParseGUID(object), 0))
}

// reads has him read it.
func reads(object string) func(*script.Forest) {
	return account("u1", named(svc, acl.ReadProperty, acl.MustParseGUID(object), 0))
}

func ago(days int) time.Time {
	return time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC).AddDate(0, 0, -days)
}

func logons(days int) func(*script.Forest) {
	return both(mailbox("u1", script.Allow(svc, acl.MailboxFullAccess, script.CI)), func(f *script.Forest) {
		f.Of("u2").Habit, f.Of("svc").Habit = &model.Habit{LastLogon: ago(0)}, &model.Habit{LastLogon: ago(days)}
	})
}

func manyMailboxes(n int) func(*script.Forest) {
	return func(f *script.Forest) {
		for i := range n {
			f.Put(model.Object{DN: fmt.Sprintf("CN=m%d,%s", i, script.StaffDN), SID: script.RID(uint32(2000 + i)), GUID: acl.GUID{1, byte(i)}, Class: model.ClassUser, Account: fmt.Sprintf("m%d", i), UAC: 0x200,
				Recipient: model.Mailbox, Type: "UserMailbox", HomeMDB: "CN=DB1," + script.ConfigDN, MailboxState: model.Present,
				MailboxSD: script.SD(script.Allow(svc, acl.MailboxFullAccess, script.CI)), SecurityState: model.Present, Security: accountACL(), DelegatesState: model.Present})
		}
	}
}

func listGroup(opens bool) func(*script.Forest) {
	return func(f *script.Forest) {
		f.Put(model.Object{DN: "CN=List," + script.DomainDN, GUID: script.GUID(60), SID: script.RID(60), Class: model.ClassGroup, Account: "List", GroupType: true, Universal: true,
			Recipient: model.OtherRecipient, Type: "MailUniversalSecurityGroup", MembersState: model.Present,
			SecurityState: model.Present, Security: script.SD(named(svc, acl.WriteProperty, acl.MustParseGUID("bf9679c0-0de6-11d0-a285-00aa003049e2"), 0))})
		if opens {
			f.Of("u1").MailboxSD = script.SD(script.Allow(script.RID(60), acl.MailboxFullAccess, script.CI))
		}
	}
}

func ownedBy(aces ...acl.ACE) func(*script.Forest) {
	return func(f *script.Forest) { f.Of("u1").Security = script.SDOf(svc, 0, acl.ACLPresent, aces...) }
}

// ruleCases say of each rule what fires it, as severity, target, trustee and count, and
// what is nearly the same and does not.
var ruleCases = map[string]struct {
	fires  func(*script.Forest)
	want   string
	silent func(*script.Forest)
}{
	"everyone": {func(f *script.Forest) { f.Of("DB1").Security = script.SD(script.ReceiveAs(acl.SIDEveryone, script.CI)) }, "critical DB1 Everyone 3",
		mailbox("u1", script.Allow(acl.SIDEveryone, acl.MailboxReadPermission, 0))},
	"null-dacl": {func(f *script.Forest) { f.Of("u2").MailboxSD = script.SDOf(acl.SIDSystem, 0, acl.ACLNull) }, "critical u2 Everyone 1", mailbox("u2")},
	"orphan": {both(mailbox("u1", script.Allow(script.RID(77), acl.MailboxFullAccess, script.CI)), func(f *script.Forest) {
		also(f, func(w *model.Writer) { w.Missed(script.RID(77)) })
	}), "medium u1 S-1-5-21-1-2-3-1077 1", mailbox("u1", script.Allow(script.RID(77), acl.MailboxFullAccess, script.CI))},
	"disabled": {both(mailbox("u1", script.Allow(svc, acl.MailboxFullAccess, script.CI)), func(f *script.Forest) { f.Of("svc").UAC = 0x202 }), "medium u1 svc 1",
		both(mailbox("u1", script.Allow(script.RID(1), acl.MailboxFullAccess, script.CI)), func(f *script.Forest) { f.Of("u1").UAC = 0x202 })},
	"foreign": {mailbox("u1", script.Allow(acl.MustParseSID("S-1-5-21-7-8-9-1106"), acl.MailboxFullAccess, script.CI)), "medium u1 S-1-5-21-7-8-9-1106 1",
		both(mailbox("u1", script.Allow(acl.MustParseSID("S-1-5-21-7-8-9-1106"), acl.MailboxFullAccess, script.CI)), func(f *script.Forest) {
			f.Of("u1").Master = acl.MustParseSID("S-1-5-21-7-8-9-1106")
		})},
	"no-logon":    {logons(120), "low u1 svc 1", logons(80)},
	"store-right": {func(f *script.Forest) { f.Of("DB1").Security = script.SD(script.ReceiveAs(svc, script.CI)) }, "high DB1 svc 3", func(f *script.Forest) { f.Of("DB1").Security = script.SD(script.Allow(svc, acl.ReadProperty, 0)) }},
	"missing-deny": {func(f *script.Forest) { f.Of("Contoso").Security = organisationACL(entAdmins, administrator, orgMgmt) }, "high Contoso Domain Admins 3", func(f *script.Forest) {
		f.Of("Contoso").SecurityState, f.Of("Contoso").Security = model.Missing, nil
	}},
	"non-canonical": {mailbox("u1", script.Allow(svc, acl.MailboxReadPermission, 0), script.Deny(script.RID(3), acl.MailboxReadPermission, 0)), "low u1  1",
		mailbox("u1", script.Deny(script.RID(3), acl.MailboxReadPermission, 0), script.Allow(svc, acl.MailboxReadPermission, 0))},
	"mailbox-deny": {mailbox("u1", script.Deny(svc, acl.MailboxFullAccess, script.CI)), "info u1 svc 1", mailbox("u1", script.Deny(svc, acl.MailboxFullAccess, script.CI|script.ID))},
	"system-mailbox": {both(mailbox("u3", script.Allow(svc, acl.MailboxFullAccess, script.CI)), discoveryMailbox), "high u3 svc 1",
		both(mailbox("u3", script.Allow(discovery, acl.MailboxFullAccess, script.CI)), discoveryMailbox)},
	"adminsdholder": {script.Stamped(script.SendAs(svc, 0)), "critical AdminSDHolder svc 1", script.Stamped(script.Allow(domainAdmins, acl.FullControl, 0))},

	"enabled-shared": {func(f *script.Forest) { f.Of("u2").Type = "SharedMailbox" }, "medium u2 u2 1", func(f *script.Forest) { f.Of("u2").Type, f.Of("u2").UAC = "SharedMailbox", 0x202 }},
	"disabled-owner": {both(mailbox("u2", script.Allow(svc, acl.MailboxFullAccess, script.CI)), func(f *script.Forest) { f.Of("u2").UAC = 0x202 }), "low u2  1",
		both(mailbox("u2", script.Allow(svc, acl.MailboxFullAccess, script.CI)), func(f *script.Forest) { f.Of("u2").UAC, f.Of("u2").Type = 0x202, "SharedMailbox" })},
	"master-inside": {func(f *script.Forest) { f.Of("u2").Master = script.RID(3) }, "high u2 u3 1", func(f *script.Forest) { f.Of("u2").Master = acl.SIDSelf }},
	"protected-send-as": {both(script.Stamped(), func(f *script.Forest) { f.Of("u2").Security = script.SD(script.SendAs(svc, 0)) }), "low u2 svc 1",
		script.Stamped(script.SendAs(svc, 0))},

	"exchange-member": {func(f *script.Forest) {
		f.Of("Exchange Trusted Subsystem").Members = append(f.Of("Exchange Trusted Subsystem").Members, "CN=svc,"+script.DomainDN)
	},
		"critical Exchange Trusted Subsystem svc 3|critical Exchange Windows Permissions svc 3", func(f *script.Forest) {
			f.Of("Exchange Servers").Members = append(f.Of("Exchange Servers").Members, "CN=EX1,"+usersDN)
		}},
	"admin-member": {func(f *script.Forest) {
		f.Of("Organization Management").Members = append(f.Of("Organization Management").Members, "CN=svc,"+script.DomainDN)
	}, "medium Organization Management svc 1",
		func(f *script.Forest) {
			f.Of("Organization Management").Members = []string{"CN=Administrator," + usersDN}
		}},
	"windows-permissions-dacl": {func(f *script.Forest) {
		f.Objects[0].Security = script.SD(onUsers(script.Allow(exWindows, acl.WriteDACL, script.CI)))
	}, "critical contoso Exchange Windows Permissions 3", func(f *script.Forest) { // as set-up writes it since 2019: for objects below alone
		f.Objects[0].Security = script.SD(onUsers(script.Allow(exWindows, acl.WriteDACL, script.CI|acl.InheritOnly)))
	}},

	"impersonation":   {func(f *script.Forest) { assign(f, 14, "Impersonate-ExchangeUser", enabled|regular|everywhere) }, "high A svc 3", func(f *script.Forest) { assign(f, 14, "Impersonate-ExchangeUser", regular|everywhere) }},
	"content-role":    {func(f *script.Forest) { assign(f, 80, "New-MailboxExportRequest", enabled|regular|everywhere) }, "medium A svc 3", func(f *script.Forest) { assign(f, 55, "Get-Mailbox", enabled|regular|everywhere) }},
	"delegating-role": {func(f *script.Forest) { assign(f, 14, "Impersonate-ExchangeUser", enabled|delegating|everywhere) }, "medium A svc 3", func(f *script.Forest) { assign(f, 55, "Get-Mailbox", enabled|delegating|everywhere) }},

	"can-write-dacl":           {account("u1", script.Allow(svc, acl.WriteDACL, 0)), "high u1 svc 1", account("u1", script.Allow(svc, acl.WriteDACL, script.CI|acl.InheritOnly))},
	"can-take-ownership":       {account("u1", script.Allow(svc, acl.WriteOwner, 0)), "high u1 svc 1", account("u1", script.Deny(svc, acl.WriteOwner, 0), script.Allow(svc, acl.WriteOwner, 0))},
	"owns":                     {ownedBy(), "medium Staff svc 1", ownedBy(script.Allow(acl.SIDOwnerRights, acl.ReadControl, 0))},
	"can-write-all":            {account("u1", script.Allow(svc, acl.WriteProperty, 0)), "high u1 svc 1", account("u1", script.Allow(svc, acl.ReadProperty, 0))},
	"can-write-mailbox-rights": {writes("934de926-b09e-11d2-aa06-00c04f8eedd8"), "high u1 svc 1", reads("934de926-b09e-11d2-aa06-00c04f8eedd8")},
	"can-write-master":         {writes("1f298a89-de98-47b8-b5cd-572ad53d267e"), "high u1 svc 1", reads("1f298a89-de98-47b8-b5cd-572ad53d267e")},   // Exchange-Information
	"can-write-delegates":      {writes("77b5b886-944a-11d1-aebd-0000f80367c1"), "medium u1 svc 1", reads("77b5b886-944a-11d1-aebd-0000f80367c1")}, // Personal-Information
	"can-write-forwarding":     {writes("bf96791e-0de6-11d0-a285-00aa003049e2"), "medium u1 svc 1", reads("bf96791e-0de6-11d0-a285-00aa003049e2")},
	"can-write-home":           {writes("bf967987-0de6-11d0-a285-00aa003049e2"), "medium u1 svc 1", reads("bf967987-0de6-11d0-a285-00aa003049e2")},
	"can-write-keys":           {writes("5b47d60f-6090-40b2-9f37-2a4de88f3063"), "high u1 svc 1", reads("5b47d60f-6090-40b2-9f37-2a4de88f3063")},
	"can-write-service-names":  {writes("f3a64788-5306-11d1-a9c5-0000f80367c1"), "low u1 svc 1", reads("f3a64788-5306-11d1-a9c5-0000f80367c1")},
	"can-change-members":       {listGroup(true), "medium List svc 1", listGroup(false)},
	"can-reset-password": {account("u1", named(svc, acl.ControlAccess, acl.MustParseGUID("00299570-246d-11d0-a768-00aa006e0529"), 0)), "medium u1 svc 1",
		account("u1", named(svc, acl.ControlAccess, acl.MustParseGUID("ab721a53-1e2f-11d0-9819-00aa0040529b"), 0))},
	"default-holder": {func(f *script.Forest) {
		f.Of("Domain Admins").Members = append(f.Of("Domain Admins").Members, "CN=svc,"+script.DomainDN)
	}, "info Domain Admins Domain Admins 3", func(f *script.Forest) { // the built-in Administrator alone, as Windows makes it
		f.Of("Domain Admins").Members = []string{"CN=Administrator," + usersDN}
	}},

	"forward-outside": {func(f *script.Forest) { f.Of("u1").Habit = &model.Habit{Address: "smtp:x@elsewhere.example"} }, "medium u1  1",
		func(f *script.Forest) { f.Of("u1").Habit = &model.Habit{Forward: "CN=u2," + script.StaffDN} }},
	"pass-through": {both(mailbox("u1", script.Allow(script.RID(2), acl.MailboxFullAccess, script.CI)), mailbox("u2", script.Allow(svc, acl.MailboxFullAccess, script.CI))), "info u1 u2 1",
		mailbox("u1", script.Allow(script.RID(2), acl.MailboxFullAccess, script.CI))},
	"automap-without-right": {func(f *script.Forest) {
		f.Of("u1").Placing = &model.Placing{Automapped: []string{"CN=svc," + script.DomainDN}, AutomapState: model.Present}
	}, "info u1 svc 1",
		both(mailbox("u1", script.Allow(svc, acl.MailboxFullAccess, script.CI)), func(f *script.Forest) {
			f.Of("u1").Placing = &model.Placing{Automapped: []string{"CN=svc," + script.DomainDN}, AutomapState: model.Present}
		})},
	"opens-many": {manyMailboxes(60), "medium svc svc 60", manyMailboxes(40)},

	"across-border": {both(remote(-2147483642), mailbox("u1", script.Allow(script.RID(80), acl.MailboxFullAccess, script.CI)),
		account("u1", script.SendAs(script.RID(80), 0)), mailbox("u2", script.Allow(script.RID(80), acl.MailboxFullAccess, script.CI)), automapped("u2")),
		"medium u1 r1 2|medium u2 r1 1",
		both(remote(-1073741818), mailbox("u2", script.Allow(script.RID(80), acl.MailboxFullAccess, script.CI)), automapped("u2"))},
	"not-aclable": {remote(-2147483642), "low r1  1", remote(-1073741818)},
}

// remote puts somebody whose mailbox is in Exchange Online.
func remote(display int32) func(*script.Forest) {
	return func(f *script.Forest) {
		f.Put(model.Object{DN: "CN=r1," + script.StaffDN, GUID: script.GUID(80), SID: script.RID(80), Class: model.ClassUser, Account: "r1", UAC: 0x200,
			Recipient: model.OtherRecipient, Type: "RemoteUserMailbox", SecurityState: model.Present, Security: accountACL(), DelegatesState: model.Present,
			Placing: &model.Placing{Routing: "contoso.mail.onmicrosoft.com", Remote: 4, RemoteState: model.Present, Display: display, DisplayState: model.Present}})
	}
}

func automapped(name string) func(*script.Forest) {
	return func(f *script.Forest) {
		f.Of(name).Placing = &model.Placing{Automapped: []string{"CN=r1," + script.StaffDN}, AutomapState: model.Present}
	}
}

func discoveryMailbox(f *script.Forest) {
	f.Of("u3").Recipient, f.Of("u3").Type = model.SystemMailbox, "DiscoveryMailbox"
}

// findingsOf lists the findings of a forest by rule.
func findingsOf(t *testing.T, f *script.Forest) map[string][]string {
	t.Helper()
	l, err := finding.Find(context.Background(), f.Snapshot(model.NewPool()), finding.Query{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	for i := range l.Len() {
		x := l.At(i)
		out[x.Rule.Name] = append(out[x.Rule.Name], fmt.Sprintf("%s %s %s %d", x.Severity, x.Target.Name, x.Trustee.Name, x.Count))
	}
	return out
}

// TestDefaultOrganisation: in what Windows and set-up make, nothing is wrong.
func TestDefaultOrganisation(t *testing.T) {
	if got := findingsOf(t, organisation()); len(got) != 0 {
		t.Errorf("%v", got)
	}
}

// TestRules: each rule of a snapshot fires where it should, and does not where something
// is nearly the same. The rules about doors and what is new have tests of their own.
func TestRules(t *testing.T) {
	for _, r := range finding.Rules {
		c, ok := ruleCases[r.Name]
		if !ok {
			if r.Group != finding.Doors && r.Group != finding.News && r.Group != finding.Reading {
				t.Errorf("%s has no test", r.Name)
			}
			continue
		}
		t.Run(r.Name, func(t *testing.T) {
			f := organisation()
			c.fires(f)
			if got := strings.Join(findingsOf(t, f)[r.Name], "|"); got != c.want {
				t.Errorf("found %q, want %q", got, c.want)
			}
			f = organisation()
			c.silent(f)
			if got := findingsOf(t, f)[r.Name]; len(got) != 0 {
				t.Errorf("found %q, want nothing", got)
			}
		})
	}
}
