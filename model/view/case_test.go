package view

import (
	"encoding/binary"
	"testing"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/coverage"
	"mbxperm/model/grant"
	"mbxperm/model/hiding"
	"mbxperm/model/internal/pool"
)

// Cases that a reader of the code found wrong once, made with a Writer alone.

var (
	caseDomain = acl.MustParseSID("S-1-5-21-10-20-30")
	caseUser   = caseDomain.WithRID(1001)
)

func caseACL(t *testing.T, aces ...acl.ACE) []byte {
	t.Helper()
	b, err := acl.Encode(acl.Parts{
		Control: acl.SelfRelative | acl.DACLPresent, Owner: acl.SIDSystem, Group: acl.SIDSystem, DACLState: acl.ACLPresent, DACL: aces,
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func allow(mask acl.Mask, who acl.SID) acl.ACE {
	return acl.ACE{Type: acl.TypeAllow, Flags: acl.ContainerInherit, Mask: mask, SID: who.Bytes()}
}

func extendedRight(kind acl.ACEType, flags acl.ACEFlags, right, class acl.GUID, who acl.SID) acl.ACE {
	return acl.ACE{Type: kind, Flags: flags, Mask: acl.ControlAccess, SID: who.Bytes(), ObjectType: right, HasObjectType: true,
		InheritedObjectType: class, HasInheritedObjectType: !class.IsZero()}
}

func box(name string, recipient model.Recipient, sid acl.SID, sd []byte) *model.Object {
	return &model.Object{DN: "CN=" + name + ",DC=contoso,DC=com", Class: model.ClassUser, SID: sid, Account: name, Recipient: recipient,
		Type: "UserMailbox", MailboxSD: sd, MailboxState: model.Present}
}

func caseView(t *testing.T, w *model.Writer, q Query) *Result {
	t.Helper()
	if q.Type == nil {
		q.Type = Mailboxes
	}
	r, err := Of(t.Context(), w.Snapshot(), q)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// lineOf finds the line of an account; one of a former SID of it has the same name.
func lineOf(t *testing.T, r *Result, name string) (found Line, ok bool) {
	t.Helper()
	for i := range r.Len() {
		if l := r.Line(i); l.Name == name && (!ok || l.Key.IsTarget()) {
			found, ok = l, true
		}
	}
	return found, ok
}

// A system mailbox that holds a right is a trustee like any other.
func TestSystemMailboxAsTrustee(t *testing.T) {
	w := model.NewWriter(pool.NewPool())
	w.Put(box("victim", model.Mailbox, caseUser, caseACL(t, allow(acl.MailboxFullAccess, caseDomain.WithRID(1002)))))
	w.Put(box("system", model.SystemMailbox, caseDomain.WithRID(1002), nil))
	if l, ok := lineOf(t, caseView(t, w, Query{}), "system"); !ok || l.Reverse(grant.MailboxACL).Rows != 1 {
		t.Errorf("line %v, totals %+v; want a line with one row in reverse", ok, l.Totals)
	}
}

// Whoever holds a right on a store alone has a line: the reverse view has rows.
func TestStoreTrusteeHasALine(t *testing.T) {
	w := model.NewWriter(pool.NewPool())
	w.Put(&model.Object{DN: "CN=DB,DC=contoso,DC=com", Class: model.ClassStore, SecurityState: model.Present,
		Security: caseACL(t, extendedRight(acl.TypeAllowObject, acl.ContainerInherit, acl.GUIDReceiveAs, acl.GUID{}, caseUser))})
	w.Put(&model.Object{DN: "CN=svc,DC=contoso,DC=com", Class: model.ClassUser, SID: caseUser, Account: "svc"})
	l, ok := lineOf(t, caseView(t, w, Query{}), "svc")
	if !ok || !l.Reverse(grant.MailboxACL).Indirect {
		t.Fatalf("line %v, totals %+v; want a line with the mark for rights through stores", ok, l.Totals)
	}
	if r := caseView(t, w, Query{Rows: true, Of: l.Key, ACEs: Mailboxes.ACEs[4]}); r.Len() != 1 {
		t.Errorf("%d rows in reverse, want 1", r.Len())
	}
}

// What opens mailboxes from a store is what flows down to user objects.
func TestStoreRightsThatOpenMailboxes(t *testing.T) {
	for _, c := range []struct {
		name string
		ace  acl.ACE
		want bool
	}{
		{"flows", extendedRight(acl.TypeAllowObject, acl.ContainerInherit, acl.GUIDReceiveAs, acl.GUID{}, caseUser), true},
		{"flows, inherit-only", extendedRight(acl.TypeAllowObject, acl.ContainerInherit|acl.InheritOnly, acl.GUIDReceiveAs, acl.GUIDUserClass, caseUser), true},
		{"stays", extendedRight(acl.TypeAllowObject, 0, acl.GUIDReceiveAs, acl.GUID{}, caseUser), false},
		{"for another class", extendedRight(acl.TypeAllowObject, acl.ContainerInherit, acl.GUIDReceiveAs, acl.GUIDMailboxSDAttribute, caseUser), false},
		{"Store-Admin", extendedRight(acl.TypeAllowObject, 0, acl.GUIDStoreAdmin, acl.GUID{}, caseUser), true},
		{"denied", extendedRight(acl.TypeDenyObject, acl.ContainerInherit, acl.GUIDReceiveAs, acl.GUID{}, caseUser), false},
	} {
		w := model.NewWriter(pool.NewPool())
		w.Put(box("user", model.Mailbox, caseUser, nil))
		w.Put(&model.Object{DN: "CN=DB,DC=contoso,DC=com", Class: model.ClassStore, SecurityState: model.Present, Security: caseACL(t, c.ace)})
		l, _ := lineOf(t, caseView(t, w, Query{}), "user")
		if got := l.Reverse(grant.MailboxACL).Indirect; got != c.want {
			t.Errorf("%s: mark %v, want %v", c.name, got, c.want)
		}
	}
}

// The former SIDs of an account and of its groups are in its token.
func TestFormerSIDsCount(t *testing.T) {
	old := acl.MustParseSID("S-1-5-21-7-8-9")
	w := model.NewWriter(pool.NewPool())
	w.Put(box("one", model.Mailbox, caseDomain.WithRID(1), caseACL(t, allow(acl.MailboxFullAccess, old.WithRID(1)))))
	w.Put(box("two", model.Mailbox, caseDomain.WithRID(2), caseACL(t, allow(acl.MailboxFullAccess, old.WithRID(2)))))
	w.Put(box("list", model.Mailbox, caseDomain.WithRID(3), caseACL(t, allow(acl.MailboxFullAccess, caseDomain.WithRID(4)))))
	user := box("user", model.Mailbox, caseUser, nil)
	user.SIDHistory = []acl.SID{old.WithRID(1)}
	w.Put(user)
	w.Put(&model.Object{DN: "CN=group,DC=contoso,DC=com", Class: model.ClassGroup, SID: caseDomain.WithRID(5), SIDHistory: []acl.SID{old.WithRID(2)},
		Members: []string{user.DN}, MembersState: model.Present})
	w.Put(&model.Object{DN: "CN=dl,DC=contoso,DC=com", Class: model.ClassGroup, SID: caseDomain.WithRID(4), Distribution: true,
		Members: []string{user.DN}, MembersState: model.Present})
	l, _ := lineOf(t, caseView(t, w, Query{}), "user")
	if !l.Reverse(grant.MailboxACL).Indirect {
		t.Error("no mark for rights through former SIDs")
	}
	r := caseView(t, w, Query{Rows: true, Of: l.Key, ACEs: Mailboxes.ACEs[5], Effective: true})
	if r.Len() != 2 {
		t.Errorf("%d rows in effect, want those of its own and its group's former SID, and none of a distribution group", r.Len())
	}
}

// An entry is set-up's only if it is for the same class, and only set-up's own
// container says who set-up's groups are.
func TestSetupIsExact(t *testing.T) {
	org := "CN=Contoso,CN=Microsoft Exchange,CN=Services,CN=Configuration,DC=contoso,DC=com"
	admins := caseDomain.WithRID(512)
	for _, c := range []struct {
		name string
		ace  acl.ACE
		want hiding.Reasons
	}{
		{"set-up's deny", extendedRight(acl.TypeDenyObject, acl.ContainerInherit, acl.GUIDReceiveAs, acl.GUID{}, admins), hiding.Default},
		{"narrowed to a class", extendedRight(acl.TypeDenyObject, acl.ContainerInherit, acl.GUIDReceiveAs, acl.GUIDUserClass, admins), 0},
		{"for children only", extendedRight(acl.TypeDenyObject, acl.ContainerInherit|acl.InheritOnly, acl.GUIDReceiveAs, acl.GUID{}, admins), 0},
		{"everyone reads everything", allow(0x20094, acl.SIDEveryone), 0},
	} {
		w := model.NewWriter(pool.NewPool())
		w.Domain(model.DomainInfo{DN: "DC=contoso,DC=com", SID: caseDomain, Root: true})
		w.Put(&model.Object{DN: org, Class: model.ClassContainer, Above: true, SecurityState: model.Present, Security: caseACL(t, c.ace)})
		r := caseView(t, w, Query{Type: Admins, Show: hiding.All, Rows: true, ACEs: ACEType{forward: grant.AdminACL.Only()}})
		if r.Len() != 1 || r.Row(0).Hidden != c.want {
			t.Errorf("%s: hidden as %v, want %v", c.name, r.Row(0).Hidden, c.want)
		}
	}
}

// A deny is not overridden by an allow that does not count here.
func TestOverriddenOnlyByWhatCounts(t *testing.T) {
	other := extendedRight(acl.TypeAllowObject, acl.Inherited, acl.GUIDSendAs, acl.MustParseGUID("bf967a9c-0de6-11d0-a285-00aa003049e2"), caseUser)
	deny := extendedRight(acl.TypeDenyObject, 0, acl.GUIDSendAs, acl.GUID{}, caseUser)
	for _, c := range []struct {
		first acl.ACE
		want  bool
	}{{other, false}, {extendedRight(acl.TypeAllowObject, 0, acl.GUIDSendAs, acl.GUID{}, caseUser), true}} {
		w := model.NewWriter(pool.NewPool())
		o := box("user", model.Mailbox, caseUser, nil)
		o.Security, o.SecurityState = caseACL(t, c.first, deny), model.Present
		w.Put(o)
		r := caseView(t, w, Query{Show: hiding.All, Rows: true, ACEs: Mailboxes.ACEs[2]})
		if r.Len() != 2 || r.Row(1).Overruled != c.want {
			t.Errorf("%d rows, overruled %v, want %v", r.Len(), r.Row(1).Overruled, c.want)
		}
	}
}

// An object may be known by its descriptor before it is known for what it is.
func TestWhatAnObjectIsMayComeLater(t *testing.T) {
	w := model.NewWriter(pool.NewPool())
	sd := caseACL(t, extendedRight(acl.TypeAllowObject, 0, acl.GUIDSendAs, acl.GUID{}, caseDomain.WithRID(9)))
	w.Put(&model.Object{DN: "CN=user,DC=contoso,DC=com", Class: model.ClassUser, SID: caseUser, Account: "user", Security: sd, SecurityState: model.Present})
	w.Put(box("user", model.Mailbox, caseUser, nil))
	w.Put(&model.Object{DN: "CN=user,DC=contoso,DC=com", SecurityState: model.Missing}) // seen again without it
	l, _ := lineOf(t, caseView(t, w, Query{}), "user")
	if l.Forward(grant.SendAs).Rows != 1 {
		t.Errorf("totals %+v, want one row for Send-As", l.Totals)
	}
	for _, c := range coverage.Of(w.Snapshot()) {
		if c.ObjectType == "mailbox-account" && c.Decoded != 1 {
			t.Errorf("coverage %+v, want one decoded", c)
		}
	}
}

// A SID with two holders belongs to the account, not to what stands for it.
func TestForeignPrincipalGivesWay(t *testing.T) {
	for _, order := range [][2]int{{0, 1}, {1, 0}} {
		w := model.NewWriter(pool.NewPool())
		objects := [2]*model.Object{
			box("user", model.Mailbox, caseUser, nil),
			{DN: "CN=" + caseUser.String() + ",CN=ForeignSecurityPrincipals,DC=contoso,DC=com", Class: model.ClassForeign, SID: caseUser},
		}
		w.Put(objects[order[0]])
		w.Put(objects[order[1]])
		w.Put(box("victim", model.Mailbox, caseDomain.WithRID(7), caseACL(t, allow(acl.MailboxFullAccess, caseUser))))
		if l, ok := lineOf(t, caseView(t, w, Query{}), "user"); !ok || l.Reverse(grant.MailboxACL).Rows != 1 || l.Kind != model.KindMailbox {
			t.Errorf("order %v: %v %+v", order, ok, l)
		}
		if n := caseView(t, w, Query{}).Len(); n != 2 {
			t.Errorf("order %v: %d lines, want 2", order, n)
		}
	}
}

// An ACE of a type that nobody knows grants nothing and makes no line of its own.
func TestUnknownACEType(t *testing.T) {
	raw := caseACL(t, allow(acl.MailboxFullAccess, caseUser))
	raw[binary.LittleEndian.Uint32(raw[16:])+8] = 0x2a // AceType of the first entry, behind the ACL's header
	w := model.NewWriter(pool.NewPool())
	w.Put(box("user", model.Mailbox, caseUser, raw))
	r := caseView(t, w, Query{Rows: true, ACEs: Mailboxes.ACEs[1]})
	if r.Len() != 1 || r.Row(0).Status != "" || r.Row(0).Right != "ACE of type 0x2a" {
		t.Errorf("%d rows; the first is %+v", r.Len(), r.Row(0))
	}
	if n := caseView(t, w, Query{}).Len(); n != 1 {
		t.Errorf("%d lines, want that of the mailbox alone", n)
	}
}

// A name that is too long to be one is left out and said to be.
func TestNameTooLong(t *testing.T) {
	w := model.NewWriter(pool.NewPool())
	name := make([]byte, 0, 1<<21)
	for len(name) < 1<<20 {
		name = append(name, "CN=a,"...)
	}
	taken := w.Put(&model.Object{DN: string(name) + "DC=com", Class: model.ClassUser})
	if s := w.Snapshot(); taken || len(s.State.Problems) != 1 {
		t.Errorf("taken: %v, %d problems; want it left out and one problem", taken, len(s.State.Problems))
	}
}

// Who opens a store's mailboxes is counted for each of them.
func TestThroughStore(t *testing.T) {
	w := model.NewWriter(pool.NewPool())
	const db = "CN=DB01,DC=contoso,DC=com"
	o := box("user", model.Mailbox, caseUser, nil)
	o.HomeMDB = db
	w.Put(o)
	w.Put(&model.Object{DN: db, Class: model.ClassStore, SecurityState: model.Present, Security: caseACL(t,
		extendedRight(acl.TypeAllowObject, acl.ContainerInherit, acl.GUIDReceiveAs, acl.GUID{}, caseDomain.WithRID(7)),
		extendedRight(acl.TypeAllowObject, 0, acl.GUIDStoreAdmin, acl.GUID{}, caseDomain.WithRID(7)),
		extendedRight(acl.TypeDenyObject, acl.ContainerInherit, acl.GUIDReceiveAs, acl.GUID{}, caseDomain.WithRID(8)))})
	r := caseView(t, w, Query{})
	l, _ := lineOf(t, r, "user")
	if store, n := ThroughStore(r.Snapshot, l.Key); store != "DB01" || n != 1 {
		t.Errorf("%q, %d; want DB01 and one trustee", store, n)
	}
}

// A list that was not read is not an empty one.
func TestUnreadIsMarked(t *testing.T) {
	w := model.NewWriter(pool.NewPool())
	o := box("user", model.Mailbox, caseUser, nil)
	o.MailboxState, o.SecurityState, o.DelegatesState = model.Missing, model.Missing, model.Missing
	w.Put(o)
	l, _ := lineOf(t, caseView(t, w, Query{}), "user")
	if got := unreadLists(&l, mailboxCells[:3]); got != "mailbox send_receive_as on_behalf" {
		t.Errorf("unread: %q", got)
	}
	if got := Mailboxes.Totals[1].Text(&l); got != "0?" {
		t.Errorf("the cell says %q, want 0?", got)
	}
	w.Put(&model.Object{DN: "CN=maybe,DC=contoso,DC=com", Class: model.ClassUser, Account: "maybe", Recipient: model.OtherRecipient, Type: model.UnknownType,
		Delegates: []string{o.DN}, DelegatesState: model.Present})
	if l, ok := lineOf(t, caseView(t, w, Query{Type: Recipients}), "maybe"); !ok || !l.Forward(grant.MailboxACL).Unread {
		t.Errorf("of an account that may be a mailbox: line %v, %+v; want unread", ok, l.Totals.Forward)
	}
}
