package whatif_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"mbxperm/acl"
	"mbxperm/collector"
	"mbxperm/collector/demo"
	"mbxperm/collector/session"
	"mbxperm/model"
	"mbxperm/model/internal/script"
	"mbxperm/model/verdict"
	"mbxperm/model/whatif"
)

// sample is the script's forest with entries of all sorts.
func sample() *script.Forest {
	f := script.New()
	for _, name := range []string{"Inner", "Outer"} {
		f.Of(name).GroupType, f.Of(name).Universal = true, true
	}
	f.Of("u2").Delegates = []string{"CN=u3," + script.StaffDN}
	f.Of("u3").MailboxSD = script.SD(script.Deny(script.RID(9), acl.MailboxFullAccess, acl.ContainerInherit), script.Allow(script.RID(20), acl.MailboxFullAccess, acl.ContainerInherit),
		script.Allow(script.RID(2), acl.MailboxFullAccess, acl.ContainerInherit))
	f.Of("Staff").Security = script.SD(script.SendAs(script.RID(9), acl.ContainerInherit))
	f.Inherit(script.SendAs(script.RID(9), acl.ContainerInherit))
	f.Of("svc").PrimaryGroup = 1000 + 21
	return f
}

func parse(texts ...string) (out []whatif.Wish) {
	for i := 0; i+1 < len(texts); i += 2 {
		out = append(out, whatif.Wish{Member: strings.HasSuffix(texts[i], "member"), Add: strings.HasPrefix(texts[i], "with-"), Text: texts[i+1]})
	}
	return out
}

// said are the lines of a what-if, in short.
func said(t *testing.T, s *model.Snapshot, wishes ...string) (out []string) {
	t.Helper()
	change, _, err := whatif.Changes(s, parse(wishes...))
	if err != nil {
		t.Fatal(err)
	}
	after, err := s.With(change)
	if err != nil {
		t.Fatal(err)
	}
	err = whatif.Lines(t.Context(), after, func(l *whatif.Line) bool {
		out = append(out, fmt.Sprintf("%s %s %s %s: %s > %s; %s", l.Change, l.Trustee.Name, l.Right, l.Target.Name, l.Before, l.After, l.New))
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestLines(t *testing.T) {
	s := sample().Snapshot(model.NewPool())
	for _, c := range []struct {
		wishes []string
		want   []string
	}{
		{[]string{"without-member", "Outer=u3"}, []string{"lost u3 can_open u1: allowed > none; no way is left"}},
		{[]string{"without-member", "Outer=CN=Inner," + script.DomainDN}, []string{
			"lost svc can_open u1: allowed > none; no way is left", "lost u2 can_open u1: allowed > none; no way is left",
			"changed svc can_open u3: denied > none; no way is left", "kept u2 can_open u3: allowed > allowed; would still get in by u2 > mailbox entry 2"}},
		{[]string{"with-member", "Inner=CONTOSO\\u1"}, []string{"gained u1 can_open u3: none > allowed; u1 > Inner > Outer > mailbox entry 1"}},
		{[]string{"without-entry", "u3=svc:FullAccess:Deny"}, []string{"gained svc can_open u3: denied > allowed; svc > Inner (primary group) > Outer > mailbox entry 0"}},
		{[]string{"without-entry", "u2=u3:SendOnBehalf"}, []string{"lost u3 can_send_on_behalf u2: allowed > none; no way is left"}},
		{[]string{"with-entry", "u2=u1:SendOnBehalf"}, []string{"gained u1 can_send_on_behalf u2: none > allowed; u1 > publicDelegates"}},
		{[]string{"with-entry", "u2=u1:FullAccess"}, []string{"gained u1 can_open u2: none > allowed; u1 > mailbox entry 0"}},
		{[]string{"with-entry", "u2=u1:Send-As"}, []string{"gained u1 can_send_as u2: none > allowed; u1 > account entry 0"}},
		{[]string{"with-entry", "u2=(A;CI;CC;;;" + script.RID(1).String() + ")"}, []string{"gained u1 can_open u2: none > allowed; u1 > mailbox entry 0"}},
		{[]string{"without-entry", "u1=svc:Send-As"}, []string{"lost svc can_send_as u1: allowed > none; no way is left",
			"lost svc can_send_as u2: allowed > none; no way is left", "lost svc can_send_as u3: allowed > none; no way is left"}},
	} {
		got := said(t, s, c.wishes...)
		if !slices.Equal(got, c.want) {
			t.Errorf("%v: got\n\t%s\nwant\n\t%s", c.wishes, strings.Join(got, "\n\t"), strings.Join(c.want, "\n\t"))
		}
	}
}

// TestKept: who loses one of two ways keeps what he has by the other, be it by an entry
// for the same group, and who gets a second way, however short, loses none.
func TestKept(t *testing.T) {
	f := sample()
	f.Of("DB1").Security = script.SD(script.ReceiveAs(script.RID(20), script.CI))
	s := f.Snapshot(model.NewPool())
	for _, c := range []struct {
		wishes []string
		want   []string
	}{
		{[]string{"with-member", "Outer=u2"}, nil},
		{[]string{"with-entry", "u1=u2:FullAccess"}, nil},
		{[]string{"without-entry", "u1=Outer:FullAccess"}, []string{
			"kept svc can_open u1: allowed > allowed; would still get in by svc > Inner (primary group) > Outer > store DB1 entry 0",
			"kept u2 can_open u1: allowed > allowed; would still get in by u2 > Inner > Outer > store DB1 entry 0",
			"kept u3 can_open u1: allowed > allowed; would still get in by u3 > Outer > store DB1 entry 0"}},
		{[]string{"with-entry", "u1=Outer:FullAccess:Deny"}, []string{
			"lost svc can_open u1: allowed > denied; svc > Inner (primary group) > Outer > mailbox entry 0",
			"lost u2 can_open u1: allowed > denied; u2 > Inner > Outer > mailbox entry 0",
			"lost u3 can_open u1: allowed > denied; u3 > Outer > mailbox entry 0"}},
	} {
		if got := said(t, s, c.wishes...); !slices.Equal(got, c.want) {
			t.Errorf("%v: got\n\t%s\nwant\n\t%s", c.wishes, strings.Join(got, "\n\t"), strings.Join(c.want, "\n\t"))
		}
	}
}

// TestNamedAsWellKnown: a group that is called as a well-known SID is not taken for it,
// nor that for the group; a display name changes nothing.
func TestNamedAsWellKnown(t *testing.T) {
	f := sample()
	f.Put(model.Object{DN: "CN=Service,OU=Staff," + script.DomainDN, GUID: script.GUID(78), SID: script.RID(78), Class: model.ClassGroup, Account: "Service", MembersState: model.Present})
	f.Of("u1").Display = "Everyone"
	s := f.Snapshot(model.NewPool())
	_, _, err := whatif.Changes(s, parse("with-entry", "u2=service:FullAccess"))
	if err == nil || !strings.Contains(err.Error(), "service names S-1-5-6 and CN=Service,OU=Staff,"+script.DomainDN+": give the SID or the DN") {
		t.Errorf("got %v", err)
	}
	for text, want := range map[string]acl.SID{"S-1-5-6": acl.SIDService, "CN=Service,OU=Staff," + script.DomainDN: script.RID(78), "everyone": acl.SIDEveryone} {
		change, _, err := whatif.Changes(s, parse("with-entry", "u2="+text+":FullAccess"))
		if err != nil || change.Lists[0].In[0].Trustee() != want {
			t.Errorf("%s: %+v, %v, want an entry for %s", text, change, err, want)
		}
	}
}

// TestMistakes: each is told in one sentence that says what to write instead.
func TestMistakes(t *testing.T) {
	f := sample()
	f.Put(model.Object{DN: "CN=Inner,CN=Users," + script.DomainDN, GUID: script.GUID(77), SID: script.RID(77), Class: model.ClassGroup, Account: "Inner", MembersState: model.Present})
	f.Of("u2").MailboxSD, f.Of("u2").MailboxState = nil, model.NotAsked
	f.Of("u3").MailboxSD = script.SDOf(acl.SIDSystem, 0, acl.ACLNull)
	f.Put(model.Object{DN: "CN=Domain Users," + script.DomainDN, GUID: script.GUID(80), SID: script.DomainSID.WithRID(513), Class: model.ClassGroup, Account: "Domain Users", MembersState: model.Present})
	f.Put(model.Object{DN: "CN=Shut," + script.DomainDN, GUID: script.GUID(79), SID: script.RID(79), Class: model.ClassGroup, Account: "Shut", MembersState: model.NotAsked})
	s := f.Snapshot(model.NewPool())
	for _, c := range [][3]string{
		{"without-member", "Shut=u2", "the members of Shut were not read to their end: whether u2 is one cannot be told"},
		{"with-entry", "u3=u1:FullAccess", "u3 has no list of entries, so everybody has every right there already; beside --without-entry \"u3=Everyone:FullAccess\" it would have a list"},
		{"with-entry", "u1=Outer:FullAccess", "u1 has this entry already"},
		{"without-member", "Outer", "a membership is written GROUP=PERSON"},
		{"without-member", "Outer=", "a membership is written GROUP=PERSON"},
		{"without-member", "Nobody=u1", "no group has this name"},
		{"without-member", "Inner=u2", "names 2: give one of the DNs CN=Inner,CN=Users," + script.DomainDN + " or CN=Inner," + script.DomainDN},
		{"without-member", "u1=u2", "u1 is no group but of the kind mailbox"},
		{"without-member", "Outer=u2", "u2 is no member of Outer itself"},
		{"with-member", "CN=Inner," + script.DomainDN + "=svc", "is the primary group of svc already"},
		{"without-member", "Domain Users=u2", "the primary group of u2 was not read: whether it is Domain Users cannot be told"},
		{"with-member", "Outer=u3", "u3 is a member of Outer already"},
		{"with-member", "Outer=DB1", "DB1 is no account"},
		{"with-entry", "u1=u3:Fly:deny", "there is no right of this name"},
		{"with-entry", "u1=Deny", "an entry is written TARGET=TRUSTEE:RIGHT"},
		{"with-entry", "u1=:Deny", "an entry is written TARGET=TRUSTEE:RIGHT"},
		{"without-entry", "u1=u3", "an entry is written TARGET=TRUSTEE:RIGHT"},
		{"without-entry", "u1=Outer:SendAs", "u1 has no entry for Outer with this right; it has FullAccess"},
		{"without-entry", "u1=u3:FullAccess", "u1 has no entry for u3"},
		{"without-entry", "u1=u9:FullAccess", "nobody has this name"},
		{"without-entry", "Outer=u1:FullAccess", "no mailbox, recipient, store or container"},
		{"without-entry", "u1=(A;;CC;;;WD)", "u1 has no such entry"},
		{"with-entry", "u1=(A;;CC", "the entry is no SDDL"},
		{"with-entry", "u1=u3:Fly", "there is no right of this name"},
		{"with-entry", "u1=S-1-5-21-9-9-9-9:FullAccess", "nobody was read who has the SID"},
		{"with-entry", "u2=u3:FullAccess", "the list of u2 was not read"},
		{"with-entry", "u2=u3:SendOnBehalf", "may send on behalf of it already"},
	} {
		_, _, err := whatif.Changes(s, parse(c[0], c[1]))
		if err == nil || !strings.Contains(err.Error(), c[2]) {
			t.Errorf("%s %q: got %v, want %q", c[0], c[1], err, c[2])
		} else if text := err.Error(); !strings.HasPrefix(text, "--"+c[0]) || strings.Contains(text, "\n") {
			t.Errorf("%s %q: %q is no sentence that begins with the flag", c[0], c[1], text)
		}
	}
}

// TestTwice: what is asked for twice, or along with its opposite, is told, in
// whatever order it comes.
func TestTwice(t *testing.T) {
	s := sample().Snapshot(model.NewPool())
	const twice, opposite = "it is there twice", "another one asks for the opposite: leave both away"
	for _, c := range [][5]string{
		{"with-member", "Outer=u2", "with-member", "CN=Outer," + script.DomainDN + "=" + script.RID(2).String(), twice},
		{"without-member", "Outer=u3", "without-member", "Outer=u3", twice},
		{"with-member", "Outer=u2", "without-member", "Outer=u2", opposite},
		{"without-member", "Outer=u3", "with-member", "Outer=u3", opposite},
		{"with-entry", "u1=u2:FullAccess", "with-entry", "u1=u2:FullAccess", twice},
		{"with-entry", "u1=u2:FullAccess", "without-entry", "u1=u2:FullAccess", opposite},
		{"with-entry", "u1=u2:FullAccess", "without-entry", "u1=(A;CI;CC;;;" + script.RID(2).String() + ")", opposite},
		{"without-entry", "u1=Outer:FullAccess", "with-entry", "u1=Outer:FullAccess", opposite},
		{"with-entry", "u2=u1:SendOnBehalf", "with-entry", "u2=u1:SendOnBehalf", twice},
		{"with-entry", "u2=u1:SendOnBehalf", "without-entry", "u2=u1:SendOnBehalf", opposite},
		{"without-entry", "u2=u3:SendOnBehalf", "without-entry", "u2=u3:SendOnBehalf", twice},
		{"without-entry", "u2=u3:SendOnBehalf", "with-entry", "u2=u3:SendOnBehalf", opposite},
	} {
		_, _, err := whatif.Changes(s, parse(c[:4]...))
		if want := "--" + c[2] + " " + strconv.Quote(c[3]) + ": " + c[4]; err == nil || err.Error() != want {
			t.Errorf("%q: got %v, want %s", c[:4], err, want)
		}
	}
	if _, _, err := whatif.Changes(s, parse("without-entry", "u1=Outer:FullAccess", "without-entry", "u1=Outer:FullAccess")); err != nil {
		t.Errorf("one entry, named by two of its rights: %v", err)
	}
}

// TestPrimary: who leaves his primary group loses what it gives, and is told what the
// directory wants before.
func TestPrimary(t *testing.T) {
	s := sample().Snapshot(model.NewPool())
	want := []string{"lost svc can_open u1: allowed > none; no way is left", "changed svc can_open u3: denied > none; no way is left"}
	if got := said(t, s, "without-member", "Inner=svc"); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	_, notes, err := whatif.Changes(s, parse("without-member", "Inner=svc"))
	if err != nil || len(notes) != 1 || !strings.HasPrefix(notes[0].String(), "Inner is the primary group of svc: the directory wants him to have another one first") {
		t.Errorf("notes %q, %v", notes, err)
	}
	if _, _, err := whatif.Changes(s, parse("without-member", "Inner=svc", "without-member", "Inner=svc")); err == nil || !strings.HasSuffix(err.Error(), "it is there twice") {
		t.Errorf("twice: %v", err)
	}
}

// TestNoList: in the place of no list at all stands an empty one, with what is added.
func TestNoList(t *testing.T) {
	f := sample()
	f.Of("u2").MailboxSD = script.SDOf(acl.SIDSystem, 0, acl.ACLNull)
	s := f.Snapshot(model.NewPool())
	lost := "lost * can_open u2: allowed > none; no way is left"
	if got := said(t, s, "without-entry", "u2=Everyone:FullAccess"); !slices.Equal(got, []string{lost}) {
		t.Errorf("got %q", got)
	}
	got := said(t, s, "with-entry", "u2=svc:FullAccess", "without-entry", "u2=Everyone:FullAccess")
	if want := []string{lost, "kept svc can_open u2: allowed > allowed; would still get in by svc > mailbox entry 0"}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	_, notes, err := whatif.Changes(s, parse("without-entry", "u2=Everyone:FullAccess"))
	if err != nil || len(notes) != 1 || !strings.Contains(notes[0].String(), "u2 has no list of entries, so everybody has every right: in its place stands one that is empty") {
		t.Errorf("notes %q, %v", notes, err)
	}
}

// TestBroken: of a list that does not decode to its end, what was not read stays not
// known, and whoever the change is about is told so; the list itself cannot be changed.
func TestBroken(t *testing.T) {
	f := sample()
	whole := script.SD(script.Allow(script.RID(21), acl.MailboxFullAccess, acl.ContainerInherit), script.Allow(script.RID(3), acl.MailboxFullAccess, acl.ContainerInherit))
	f.Of("u1").MailboxSD = whole[:len(whole)-4]
	s := f.Snapshot(model.NewPool())
	if got, want := said(t, s, "without-member", "Inner=u2"), []string{
		"lost u2 can_open u1: allowed > unknown; the rest of the mailbox's list, which does not decode, was not read",
		"kept u2 can_open u3: allowed > allowed; would still get in by u2 > mailbox entry 2"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	for _, flag := range []string{"without-entry", "with-entry"} {
		_, _, err := whatif.Changes(s, parse(flag, "u1="+map[string]string{"without-entry": "Inner", "with-entry": "u2"}[flag]+":FullAccess"))
		if err == nil || !strings.Contains(err.Error(), "the list of u1 does not decode to its end: what ") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", flag, err)
		}
	}
}

// TestStaysUnknown: an answer that is not known before or after, and on which the change
// bears, is told as not known: that nothing changed is not known either.
func TestStaysUnknown(t *testing.T) {
	f := sample()
	whole := script.SD(script.Allow(script.RID(3), acl.MailboxFullAccess, acl.ContainerInherit))
	f.Of("u1").MailboxSD = whole[:len(whole)-4]
	f.Of("DB1").Security = script.SD(script.ReceiveAs(script.RID(21), script.CI))
	s := f.Snapshot(model.NewPool())
	want := []string{"unknown u2 can_open u1: unknown > unknown; the rest of the mailbox's list, which does not decode, was not read",
		"kept u2 can_open u3: allowed > allowed; would still get in by u2 > mailbox entry 2"}
	if got := said(t, s, "without-member", "Inner=u2"); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestAdminSDHolder: an entry that is left out there goes from protected accounts too,
// and from no other; one that is left out on a protected account comes back, which is
// told; and one that is added there is copied to the protected accounts.
func TestAdminSDHolder(t *testing.T) {
	f := script.New()
	entry := script.SendAs(script.RID(9), 0)
	script.Stamped(entry)(f)
	f.Of("u1").Security = script.SD(entry) // its own, of nobody's making but its own
	s := f.Snapshot(model.NewPool())
	holder := "CN=AdminSDHolder,CN=System," + script.DomainDN
	want := []string{"lost svc can_send_as u2: allowed > none; no way is left"}
	for _, right := range []string{"=svc:Extended right Send-As", "=(OA;;CR;ab721a54-1e2f-11d0-9819-00aa0040529b;;" + script.RID(9).String() + ")"} {
		if got := said(t, s, "without-entry", holder+right); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", right, got, want)
		}
	}
	for name, told := range map[string]int{"u1": 0, "u2": 1} {
		_, notes, err := whatif.Changes(s, parse("without-entry", name+"=svc:Send-As:allow"))
		if err != nil || len(notes) != told || told > 0 && notes[0].String() != "u2 is protected, and "+holder+" has the entry too: SDProp writes it again within the hour" {
			t.Errorf("%s: notes %q, %v", name, notes, err)
		}
	}
	added := holder + "=(OA;;CR;ab721a54-1e2f-11d0-9819-00aa0040529b;;" + script.RID(1).String() + ")"
	if got, want := said(t, s, "with-entry", added), []string{"gained u1 can_send_as u2: none > allowed; u1 > account entry 1"}; !slices.Equal(got, want) {
		t.Errorf("added: got %q, want %q", got, want)
	}
	_, notes, err := whatif.Changes(s, parse("with-entry", added))
	if err != nil || len(notes) != 1 || notes[0].String() != "SDProp copies what is added to AdminSDHolder to the 1 accounts that it protects, by their adminCount, within the hour" {
		t.Errorf("notes %q, %v", notes, err)
	}
}

// TestHandDown: what is added to a container is copied below as [MS-DTYP] 2.5.3.4.1 has
// it: by class, by depth, until a list is protected, and in the order of the lists above.
func TestHandDown(t *testing.T) {
	f := script.New()
	deep := "OU=Deep," + script.StaffDN
	who, far, near := script.RID(9), script.SendAs(script.RID(1), script.CI|script.ID), script.SendAs(script.RID(2), script.CI|script.ID)
	f.Of("contoso").Security = script.SD(script.SendAs(script.RID(1), script.CI))
	f.Of("Staff").Security = script.SD(script.SendAs(script.RID(2), script.CI), far)
	f.Put(model.Object{DN: deep, GUID: script.GUID(90), Class: model.ClassContainer, SecurityState: model.Present, Security: script.SD(near, far)})
	f.Of("u1").Security = script.SD(script.SendAs(script.RID(3), 0), near, far)
	f.Of("u2").Security = script.SDOf(acl.SIDSystem, acl.DACLProtected, acl.ACLPresent)
	f.Of("u3").DN, f.Of("u3").Security = "CN=u3,"+deep, script.SDOf(script.RID(2), 0, acl.ACLPresent, near, far)
	s := f.Snapshot(model.NewPool())
	for _, c := range []struct {
		target, entry string
		want          map[string]string // the list, the trustees by their last number
		notes         string
	}{
		{"Staff", "(OA;CI;CR;ab721a54-1e2f-11d0-9819-00aa0040529b;;WHO)", map[string]string{"Staff": "2 9CI 1ID", "u1": "3 2ID 9CI|ID 1ID", "u2": "", "u3": "2ID 9CI|ID 1ID"}, "3 objects below inherit the entry"},
		{"Staff", "(OD;CIIO;CR;ab721a54-1e2f-11d0-9819-00aa0040529b;;WHO)", map[string]string{"Staff": "9CI|IO 2 1ID", "u1": "3 9CI|ID 2ID 1ID", "u2": "", "u3": "9CI|ID 2ID 1ID"}, "3 objects below inherit the entry"},
		{"Staff", "(OA;CINP;CR;ab721a54-1e2f-11d0-9819-00aa0040529b;;WHO)", map[string]string{"u1": "3 2ID 9ID 1ID", "u3": "2ID 1ID"}, "2 objects below inherit the entry"},
		{"Staff", "(OA;CI;CR;ab721a54-1e2f-11d0-9819-00aa0040529b;bf967aba-0de6-11d0-a285-00aa003049e2;WHO)", map[string]string{"Deep": "2ID 9CI|IO|ID 1ID", "u3": "2ID 9CI|ID 1ID"}, "3 objects below inherit the entry"},
		{"Staff", "(OA;CI;CR;ab721a54-1e2f-11d0-9819-00aa0040529b;bf967a9c-0de6-11d0-a285-00aa003049e2;WHO)", map[string]string{"u1": "3 2ID 9CI|IO|ID 1ID"}, "3 objects below inherit the entry"},
		{"Staff", "(OA;;CR;ab721a54-1e2f-11d0-9819-00aa0040529b;;WHO)", map[string]string{"Staff": "2 9 1ID", "u1": "3 2ID 1ID"}, ""},
		{script.DomainDN, "(A;CI;GA;;;WHO)", map[string]string{"Staff": "2 1ID 9CI|ID", "u1": "3 2ID 1ID 9CI|ID", "u2": "", "u3": "2ID 1ID 9CI|ID"}, "4 objects below inherit the entry"},
		{"Deep", "(A;CI;CR;;;CO)", map[string]string{"u3": "2ID 0CI|IO|ID 2ID 1ID"}, "1 objects below inherit the entry"},
		{script.DomainDN, "(A;CI;CR;;;WHO)", map[string]string{"DB1": "", "Contoso": ""}, "4 objects below inherit the entry"},
	} {
		change, notes, err := whatif.Changes(s, parse("with-entry", c.target+"="+strings.ReplaceAll(c.entry, "WHO", who.String())))
		if err != nil {
			t.Errorf("%s: %v", c.entry, err)
			continue
		}
		after, err := s.With(change)
		if err != nil {
			t.Fatal(err)
		}
		said := ""
		for _, n := range notes {
			said += n.String()
		}
		if said != c.notes {
			t.Errorf("%s: notes %q, want %q", c.entry, said, c.notes)
		}
		for name, want := range c.want {
			if got := listOf(t, after, f.Of(name).DN); got != want {
				t.Errorf("%s on %s: %s has %q, want %q", c.entry, c.target, name, got, want)
			}
		}
	}
}

// listOf is a list in short: the last number of each trustee, and the flags but those
// of the entries that were there before, of which it says only that they are inherited.
func listOf(t *testing.T, s *model.Snapshot, dn string) string {
	t.Helper()
	for id := model.ObjectID(1); uint32(id) < s.Objects.Len(); id++ {
		o := s.Record(id)
		if s.DNText(o.DN) != dn {
			continue
		}
		d, err := acl.Parse(s.Bytes(o.Security))
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, a := range d.Parts().DACL {
			text := a.Trustee().String()
			number, flags := text[len(text)-1:], a.Flags.String()
			if number == "1" || number == "2" && a.ObjectType == acl.GUIDSendAs || number == "3" {
				flags = strings.TrimPrefix(strings.TrimPrefix(flags, "CI"), "|")
			}
			out = append(out, number+flags)
		}
		return strings.Join(out, " ")
	}
	t.Fatal(dn)
	return ""
}

// editing is a source whose entries are changed on the way.
type editing struct {
	collector.Source
	edit func(*collector.Entry)
}

func (e editing) Read(ctx context.Context, sink collector.Sink) error {
	return e.Source.Read(ctx, editSink{sink, e.edit})
}

func (e editing) Lookup(ctx context.Context, sids []acl.SID, sink collector.Sink) error {
	return e.Source.Lookup(ctx, sids, editSink{sink, e.edit})
}

func (e editing) Changes(ctx context.Context, groups []string, sink collector.Sink) error {
	return e.Source.Changes(ctx, groups, editSink{sink, e.edit})
}

type editSink struct {
	collector.Sink
	edit func(*collector.Entry)
}

func (e editSink) Entry(x *collector.Entry) {
	e.edit(x)
	e.Sink.Entry(x)
}

// read reads a demo with every entry changed.
func read(t *testing.T, edit func(*collector.Entry)) *model.Snapshot {
	t.Helper()
	src, err := demo.New("demo:120")
	if err != nil {
		t.Fatal(err)
	}
	c := session.Start(t.Context(), editing{src, edit}, model.NewPool(), nil)
	<-c.Done()
	return c.Snapshot()
}

// verdicts are all of a snapshot, by names.
func verdicts(t *testing.T, s *model.Snapshot) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, recipients := range []bool{false, true} {
		err := verdict.Of(s).Lines(t.Context(), verdict.Query{Expand: true, Recipients: recipients}, func(l *verdict.Line) bool {
			who := s.Principal(l.Trustee)
			out[s.DNText(s.Record(l.Mailbox).DN)+" "+model.SIDText(who.SID)+who.DN] = fmt.Sprint(l.Answers)
			return true
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// TestReadAnew: a membership that is left out comes to what the directory gives that
// is read anew without it, for all persons and mailboxes.
func TestReadAnew(t *testing.T) {
	s := read(t, func(*collector.Entry) {})
	before := verdicts(t, s)
	asked, turned := 0, 0
	for id := model.ObjectID(1); uint32(id) < s.Objects.Len() && asked < 6; id++ {
		o := s.Record(id)
		if o.Class != model.ClassGroup || o.Members.N == 0 || asked > 0 && id%5 != 0 {
			continue
		}
		asked++
		member := *s.Members.At(o.Members.First + o.Members.N/2)
		group, who := s.DNText(o.DN), s.DNText(member)
		after, err := s.With(model.Change{Members: []model.MemberChange{{Group: id, Member: member}}})
		if err != nil {
			t.Fatal(err)
		}
		anew := read(t, func(e *collector.Entry) {
			if a := e.Attribute("member"); e.DN == group && a != nil {
				a.Values = slices.DeleteFunc(slices.Clone(a.Values), func(v []byte) bool { return bytes.Equal(v, []byte(who)) })
			}
		})
		got, want := verdicts(t, after), verdicts(t, anew)
		if !maps.Equal(got, want) {
			t.Fatalf("%s without %s: other verdicts than when it is read anew", group, who)
		}
		if !maps.Equal(got, before) {
			turned++
		}
	}
	if asked < 6 || turned == 0 {
		t.Errorf("%d asked, %d of them did something", asked, turned)
	}
}
