package model

import (
	"fmt"

	"mbxperm/acl"
)

// RowRef names one row of the detail grid: one right of one ACE or link value
// of one target. It is small and comparable, and means the same in every
// snapshot of a state as long as the target's descriptor stays.
type RowRef struct {
	obj    objID
	pos    uint32 // position of the ACE in its ACL, or of the value in its attribute
	family family
	right  right
}

// Key packs the reference into a number, for a grid that remembers its selection.
func (r RowRef) Key() uint64 {
	return uint64(r.obj)<<32 | uint64(r.pos)<<8 | uint64(r.family)<<4 | uint64(r.right)
}

// What a row is a part of, as exports spell it.
const (
	ACLMailbox = "MailboxRight"
	ACLSend    = "SendAs-ReceiveAs"
	ACLBehalf  = "SendOnBehalf"
	ACLStore   = "StoreRight"
	ACLAdmin   = "DelegatedAdmin"
)

var aclTypes = [families]string{ACLMailbox, ACLSend, ACLBehalf, ACLStore, ACLAdmin, ""}

// Status of a row. An ACE that neither allows nor denies (an audit entry or an
// unknown type inside a DACL) has none.
const (
	Allow = "Allow"
	Deny  = "Deny"
)

// Row is a row with everything that is known about it, made when it is shown.
type Row struct {
	Ref    RowRef
	Target struct {
		Principal
		Type  string // recipient type, or "Mailbox-Store", "Public-Store", or the container's kind
		Store string // the store a mailbox is in
		// Exchange is the release of the server that a mailbox is on, "2019 CU14"; empty where that is not known.
		Exchange string
	}
	ACLType  string
	Index    int // of the ACE in its ACL, or of the value
	ACEType  string
	ACEFlags string
	Trustee  Principal

	Right     string // standard name, for exports
	Text      string // the right with its caveats, for people
	Status    string
	Overruled bool // a deny that an earlier allow for the same trustee beats
	Inherited bool
	Stale     bool
	ImpliedBy string
	// AppliesHere is false for an ACE that waits for children only, or for objects of another class.
	AppliesHere         bool
	AppliesTo           string
	Conditional         bool
	Mask                string // 0x and eight hex digits; empty where the grant is no ACE
	NullDACL            bool   // there is no list: everyone holds every right
	ObjectGUID          string
	InheritedObjectGUID string
	Origin              string // DN of the object that the entry is set on, or "origin not read"; empty for an entry set here
	Authority           string // "copy" where the store and not the directory decides, else "directory"
	Hidden              Reasons
}

// each calls yield for the rows of a target in stored order, those of its
// mailbox ACL first, then of its account, then its delegates, until it returns false.
func (s *Snapshot) each(id objID, want families8, yield func(RowRef, *aceRec) bool) bool {
	o := s.object(id)
	for _, part := range [...]struct {
		family family
		desc   descID
	}{{familyMailbox, o.mailboxSD}, {o.family(), o.security}} {
		if part.desc == 0 || !want.has(part.family) || part.family == familyAncestor {
			continue
		}
		first, n := s.acesOf(part.desc)
		var buf [maxRights]right
		for i := range n {
			a := s.ace(first + i)
			for _, r := range rightsOf(part.family, a, &buf) {
				if !yield(RowRef{id, i, part.family, r}, a) {
					return false
				}
			}
		}
	}
	if want.has(familyBehalf) {
		for i := range o.delegates.n {
			if !yield(RowRef{id, i, familyBehalf, rightOnBehalf}, nil) {
				return false
			}
		}
	}
	return true
}

// families8 is a set of families.
type families8 uint8

func (f families8) has(x family) bool { return f&(1<<x) != 0 }

const (
	onlyMailbox families8 = 1 << familyMailbox
	onlySend    families8 = 1 << familySend
	onlyBehalf  families8 = 1 << familyBehalf
	recipients            = onlyMailbox | onlySend | onlyBehalf
	storesOnly  families8 = 1 << familyStore
	adminOnly   families8 = 1 << familyAdmin
	everything            = recipients | storesOnly | adminOnly
)

// aceOf returns the ACE of a row, nil for a link value.
func (s *Snapshot) aceOf(r RowRef) *aceRec {
	o := s.object(r.obj)
	switch r.family {
	case familyBehalf:
		return nil
	case familyMailbox:
		first, _ := s.acesOf(o.mailboxSD)
		return s.ace(first + r.pos)
	}
	first, _ := s.acesOf(o.security)
	return s.ace(first + r.pos)
}

// trustee returns who a row is for. a is the row's ACE, nil for a link value.
func (s *Snapshot) trustee(r RowRef, a *aceRec) Party {
	if a != nil {
		return partyOfSID(a.trustee)
	}
	return s.party(s.delegates.at(s.object(r.obj).delegates.first + r.pos).who)
}

// reasons says why a row is hidden by default.
func (s *Snapshot) reasons(r RowRef, a *aceRec) Reasons {
	switch {
	case a == nil:
		return 0
	case r.family == familyStore || r.family == familyAdmin:
		return s.setupReasons(s.object(r.obj), a)
	}
	return recipientReasons(r.family, a, r.right)
}

// Row makes the row that a reference names.
func (s *Snapshot) Row(ref RowRef) Row {
	o := s.object(ref.obj)
	a := s.aceOf(ref)
	row := Row{Ref: ref, ACLType: aclTypes[ref.family], Index: int(ref.pos), Trustee: s.Principal(s.trustee(ref, a))}
	s.fillTarget(&row, o)
	row.Authority = AuthorityDirectory
	if ref.family == familyMailbox {
		row.Authority = s.version(o).Authority()
	}
	row.Hidden = s.reasons(ref, a)
	if a == nil {
		row.Right, row.Text, row.Status = "SendOnBehalf", "Send on Behalf", Allow
		row.AppliesHere, row.AppliesTo = true, "this object"
		return row
	}
	s.fillACE(&row, o, a)
	return row
}

// targetPrincipal describes an object by itself, not by a SID that names it.
func (s *Snapshot) targetPrincipal(o *object) Principal {
	p := Principal{
		Name: s.objectName(o), SID: s.sidOf(o.sid), GUID: o.guid, DN: s.dnText(o.dn), Kind: s.kind(o), State: accountState(o),
	}
	s.qualify(&p, o)
	return p
}

func (s *Snapshot) fillTarget(row *Row, o *object) {
	t := &row.Target
	t.Principal = s.targetPrincipal(o)
	t.Type = s.typeName(o)
	if o.mailboxLike() {
		t.Store, t.Exchange = s.cn(o.home), s.release(o)
	}
}

// typeName is the recipient type, or what kind of store or container it is.
func (s *Snapshot) typeName(o *object) string {
	switch {
	case o.class == ClassStore:
		return "Mailbox-Store"
	case o.class == ClassPublic:
		return "Public-Store"
	case o.class == ClassServer:
		return "Server"
	case o.recipient != NoRecipient:
		return s.facts.types[o.typ]
	case o.is(flagAbove):
		return "Container"
	}
	return ""
}

func (s *Snapshot) fillACE(row *Row, o *object, a *aceRec) {
	row.ACEType, row.ACEFlags = a.kind.String(), a.flags.String()
	row.Mask = fmt.Sprintf("0x%08x", uint32(a.mask))
	if a.null {
		row.ACEType, row.Mask, row.NullDACL = "null DACL", "", true
	}
	if a.hasObj {
		row.ObjectGUID = s.guids.at(uint32(a.obj)).String()
	}
	if a.hasInh {
		row.InheritedObjectGUID = s.guids.at(uint32(a.inh)).String()
	}
	switch {
	case a.kind.Allows():
		row.Status = Allow
	case a.kind.Denies():
		row.Status = Deny
		row.Overruled = s.overruled(row.Ref, a)
	}
	row.Conditional = a.kind.IsCallback()
	row.Inherited = a.flags&acl.Inherited != 0
	row.Stale = row.Inherited && row.Ref.family == familyMailbox
	row.ImpliedBy = implied(row.Ref.right).String()
	row.AppliesHere = s.appliesHere(o, a)
	row.AppliesTo = s.appliesTo(a)
	row.Right = s.rightName(o, row.Ref, a)
	row.Text = s.rightText(row)
	if row.Ref.family != familyMailbox && (row.Inherited || o.is(flagAdminCount)) {
		row.Origin = s.origin(o, a)
	}
}

// appliesHere: an inherit-only ACE does not count for the object itself, nor
// does one whose inherited object type names another class ([MS-DTYP] 2.4.4.1,
// [MS-ADTS] 5.1.3.3.1).
func (s *Snapshot) appliesHere(o *object, a *aceRec) bool {
	if a.flags&acl.InheritOnly != 0 {
		return false
	}
	if !a.hasInh || a.flags&acl.Inherited == 0 {
		// On the object that an ACE is set on, its inherited object type only steers inheritance.
		return true
	}
	return s.isClass(o, *s.guids.at(uint32(a.inh)))
}

var classNames = map[Class]string{ClassGroup: "group", ClassComputer: "computer", ClassContact: "contact"}

func (s *Snapshot) isClass(o *object, class acl.GUID) bool {
	name := s.guidName(class, 0)
	switch o.class {
	case ClassUser:
		return name == "user" || name == "inetOrgPerson"
	case ClassGroup, ClassComputer, ClassContact:
		return name == classNames[o.class]
	case ClassStore:
		return name == "msExchPrivateMDB" || name == "msExchMDB"
	case ClassPublic:
		return name == "msExchPublicMDB" || name == "msExchMDB"
	}
	return true // of a container the exact class is not kept; an inherited entry on it was let through by the server
}

// appliesTo says in words where an ACE counts.
func (s *Snapshot) appliesTo(a *aceRec) string {
	below := a.flags&(acl.ContainerInherit|acl.ObjectInherit) != 0
	what := "objects"
	if a.hasInh {
		what = s.guidName(*s.guids.at(uint32(a.inh)), 0) + " objects"
	}
	if below && a.flags&acl.NoPropagate != 0 {
		what = "direct child " + what
	}
	switch {
	case a.flags&acl.InheritOnly != 0:
		return what + " below"
	case below:
		return "this object and " + what + " below"
	}
	return "this object"
}

// overruled reports whether an earlier ACE of the same list allows the same
// trustee what this one denies: in stored order the first decides ([MS-DTYP]
// 2.5.3.2). Two allows that only together cover the deny are not looked for.
func (s *Snapshot) overruled(r RowRef, deny *aceRec) bool {
	o := s.object(r.obj)
	desc := o.security
	if r.family == familyMailbox {
		desc = o.mailboxSD
	}
	first, _ := s.acesOf(desc)
	for i := range r.pos {
		a := s.ace(first + i)
		if a.trustee == deny.trustee && a.kind.Allows() && !a.kind.IsCallback() &&
			s.appliesHere(o, a) && grants(r, a, deny) {
			return true
		}
	}
	return false
}

// grants reports whether the allow a gives the right that the row of deny takes.
func grants(r RowRef, a, deny *aceRec) bool {
	switch r.family {
	case familyMailbox:
		want := deny.mask &^ acl.MailboxMask
		if r.right < rightOther {
			want = acl.MailboxRights[r.right].Mask
		}
		return want != 0 && a.mask&want == want
	case familySend:
		return a.send&sameRight(r.right) != 0
	}
	mask := deny.mask.MapGenericAD()
	return a.mask.MapGenericAD()&mask == mask && (!a.hasObj || a.obj == deny.obj)
}

// sameRight returns the bits of aceRec.send that speak of the same extended right.
func sameRight(r right) (bits uint8) {
	receive := r == rightReceiveAs || r == rightRecvAsByFull || r == rightRecvAsByAll
	for i := range sendRights {
		if i&1 == 1 == receive {
			bits |= 1 << i
		}
	}
	return bits
}
