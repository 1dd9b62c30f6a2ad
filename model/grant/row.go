package grant

import (
	"fmt"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/hiding"
	"mbxperm/model/internal/pool"
)

// Ref names one row of the detail grid: one right of one ACE or link value
// of one target. It is small and comparable, and means the same in every
// snapshot of a state as long as the target's descriptor stays.
type Ref struct {
	Obj    model.ObjectID
	Pos    uint32 // position of the ACE in its ACL, or of the value in its attribute
	Family pool.ACLType
	Right  pool.Right
}

// Key packs the reference into a number, for a grid that remembers its selection.
func (r Ref) Key() uint64 {
	return uint64(r.Obj)<<32 | uint64(r.Pos)<<8 | uint64(r.Family)<<4 | uint64(r.Right)
}

// RefOfKey is the reverse of Key.
func RefOfKey(key uint64) Ref {
	return Ref{
		Obj: model.ObjectID(key >> 32), Pos: uint32(key) >> 8,
		Family: pool.ACLType(key >> 4 & 15), Right: pool.Right(key & 15),
	}
}

// Carry returns the reference that a row of another state has in this one; ok is
// false where it is not there any more. A row is known by its target, its entry
// and which of several equal entries it is, and not by its place: an entry that
// came or went before it must not make it another's. Both states share their pool.
func Carry(s *model.Snapshot, r Ref, from *model.Snapshot) (out Ref, ok bool) {
	if r.Obj == 0 || uint32(r.Obj) >= from.Objects.Len() {
		return Ref{}, false
	}
	o := from.Record(r.Obj)
	out = r
	if out.Obj = s.At(o.DN); out.Obj == 0 {
		return Ref{}, false
	}
	out.Pos, ok = positionIn(entries(s, out), entries(from, r), r.Pos)
	return out, ok
}

// entries are the numbers of the entries of the list that a row stands in, or of
// the values of its attribute. Equal numbers are equal entries in all states of a pool.
func entries(s *model.Snapshot, r Ref) (out []uint32) {
	o := s.Record(r.Obj)
	if r.Family == pool.TypeBehalf {
		for i := range o.Delegates.N {
			out = append(out, uint32(s.Delegates.At(o.Delegates.First+i).Who))
		}
		return out
	}
	desc := o.Security
	if r.Family == pool.TypeMailbox {
		desc = o.MailboxSD
	}
	if desc == 0 {
		return nil
	}
	first, n := s.ACEsOf(desc)
	for i := range n {
		out = append(out, uint32(*s.Lists.At(first + i)))
	}
	return out
}

// positionIn finds in one list the entry that stands at a place of another: of
// several equal ones the same, counted from the front.
func positionIn(list, other []uint32, pos uint32) (uint32, bool) {
	if int(pos) >= len(other) {
		return 0, false
	}
	nth := 0
	for _, x := range other[:pos] {
		if x == other[pos] {
			nth++
		}
	}
	for i, x := range list {
		if x == other[pos] {
			if nth == 0 {
				return uint32(i), true
			}
			nth--
		}
	}
	return 0, false
}

// What a row is a part of, as exports spell it.
const (
	ACLMailbox = "MailboxRight"
	ACLSend    = "SendAs-ReceiveAs"
	ACLBehalf  = "SendOnBehalf"
	ACLStore   = "StoreRight"
	ACLAdmin   = "DelegatedAdmin"
)

var ACLTypes = [pool.ACLTypeCount]string{ACLMailbox, ACLSend, ACLBehalf, ACLStore, ACLAdmin, ""}

// Status of a row. An ACE that neither allows nor denies (an audit entry or an
// unknown type inside a DACL) has none.
const (
	Allow = "Allow"
	Deny  = "Deny"
)

// Row is a row with everything that is known about it, made when it is shown.
type Row struct {
	Ref    Ref
	Target struct {
		model.Principal
		Type  string // recipient type, or "Mailbox-Store", "Public-Store", or the container's kind
		Store string // the store a mailbox is in
		// Exchange is the release of the server that a mailbox is on, "2019 CU14"; empty where that is not known.
		Exchange string
	}
	ACLType  string
	Index    int // of the ACE in its ACL, or of the value
	ACEType  string
	ACEFlags string
	Trustee  model.Principal

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
	Hidden              hiding.Reasons
}

// Each calls yield for the rows of a target in stored order, those of its
// mailbox ACL first, then of its account, then its delegates, until it returns false.
func Each(s *model.Snapshot, id model.ObjectID, want pool.ACLTypes, yield func(Ref, *pool.ACERecord) bool) bool {
	o := s.Record(id)
	for _, part := range [...]struct {
		ACLType pool.ACLType
		desc    pool.Desc
	}{{pool.TypeMailbox, o.MailboxSD}, {o.ACLType(), o.Security}} {
		if part.desc == 0 || !want.Has(part.ACLType) || part.ACLType == pool.TypeAncestor {
			continue
		}
		first, n := s.ACEsOf(part.desc)
		var buf [pool.MaxRights]pool.Right
		for i := range n {
			a := s.ACE(first + i)
			for _, r := range pool.RightsOf(part.ACLType, a, &buf) {
				if !yield(Ref{id, i, part.ACLType, r}, a) {
					return false
				}
			}
		}
	}
	if want.Has(pool.TypeBehalf) {
		for i := range o.Delegates.N {
			if !yield(Ref{id, i, pool.TypeBehalf, pool.RightOnBehalf}, nil) {
				return false
			}
		}
	}
	return true
}

// ACEOf returns the ACE of a row, nil for a link value.
func ACEOf(s *model.Snapshot, r Ref) *pool.ACERecord {
	o := s.Record(r.Obj)
	switch r.Family {
	case pool.TypeBehalf:
		return nil
	case pool.TypeMailbox:
		first, _ := s.ACEsOf(o.MailboxSD)
		return s.ACE(first + r.Pos)
	}
	first, _ := s.ACEsOf(o.Security)
	return s.ACE(first + r.Pos)
}

// TrusteeOf returns who a row is for. a is the row's ACE, nil for a link value.
func TrusteeOf(s *model.Snapshot, r Ref, a *pool.ACERecord) model.TrusteeID {
	if a != nil {
		return model.TrusteeOfSID(a.Trustee)
	}
	return s.TrusteeOf(s.Delegates.At(s.Record(r.Obj).Delegates.First + r.Pos).Who)
}

// ReasonsOf says why a row is hidden by default.
func ReasonsOf(s *model.Snapshot, r Ref, a *pool.ACERecord) hiding.Reasons {
	switch {
	case a == nil:
		return 0
	case r.Family == pool.TypeStore || r.Family == pool.TypeAdmin:
		return setupReasons(s, s.Record(r.Obj), a)
	}
	return pool.RecipientReasons(r.Family, a, r.Right)
}

// RowOf makes the row that a reference names.
func RowOf(s *model.Snapshot, ref Ref) Row {
	o := s.Record(ref.Obj)
	a := ACEOf(s, ref)
	row := Row{Ref: ref, ACLType: ACLTypes[ref.Family], Index: int(ref.Pos), Trustee: s.Principal(TrusteeOf(s, ref, a))}
	fillTarget(s, &row, o)
	row.Authority = model.AuthorityDirectory
	if ref.Family == pool.TypeMailbox {
		row.Authority = s.VersionOf(o).Authority()
	}
	row.Hidden = ReasonsOf(s, ref, a)
	if a == nil {
		row.Right, row.Text, row.Status = "SendOnBehalf", "Send on Behalf", Allow
		row.AppliesHere, row.AppliesTo = true, "this object"
		return row
	}
	fillACE(s, &row, o, a)
	return row
}

func fillTarget(s *model.Snapshot, row *Row, o *model.Record) {
	t := &row.Target
	t.Principal = s.TargetPrincipal(o)
	t.Type = s.TypeName(o)
	if o.HasMailbox() {
		t.Store, t.Exchange = s.CN(o.Home), s.ReleaseOf(o)
	}
}

func fillACE(s *model.Snapshot, row *Row, o *model.Record, a *pool.ACERecord) {
	row.ACEType, row.ACEFlags = a.Type.String(), a.Flags.String()
	row.Mask = fmt.Sprintf("0x%08x", uint32(a.Mask))
	if a.Null {
		row.ACEType, row.Mask, row.NullDACL = "null DACL", "", true
	}
	if a.HasObjectType {
		row.ObjectGUID = s.GUIDs.At(uint32(a.ObjectType)).String()
	}
	if a.HasInheritedType {
		row.InheritedObjectGUID = s.GUIDs.At(uint32(a.InheritedType)).String()
	}
	switch {
	case a.Type.Allows():
		row.Status = Allow
	case a.Type.Denies():
		row.Status = Deny
		row.Overruled = overruled(s, row.Ref, a)
	}
	row.Conditional = a.Type.IsCallback()
	row.Inherited = a.Flags&acl.Inherited != 0
	row.Stale = row.Inherited && row.Ref.Family == pool.TypeMailbox
	row.ImpliedBy = pool.Implied(row.Ref.Right).String()
	row.AppliesHere = appliesHere(s, o, a)
	row.AppliesTo = appliesTo(s, a)
	row.Right = RightName(s, o, row.Ref, a)
	row.Text = rightText(s, row)
	if row.Ref.Family != pool.TypeMailbox && (row.Inherited || o.Is(model.FlagAdminCount)) {
		row.Origin = origin(s, o, a)
	}
}

// appliesHere: an inherit-only ACE does not count for the object itself, nor
// does one whose inherited object type names another class ([MS-DTYP] 2.4.4.1,
// [MS-ADTS] 5.1.3.3.1).
func appliesHere(s *model.Snapshot, o *model.Record, a *pool.ACERecord) bool {
	if a.Flags&acl.InheritOnly != 0 {
		return false
	}
	if !a.HasInheritedType || a.Flags&acl.Inherited == 0 {
		// On the object that an ACE is set on, its inherited object type only steers inheritance.
		return true
	}
	return isClass(s, o, *s.GUIDs.At(uint32(a.InheritedType)))
}

var classNames = map[model.Class]string{model.ClassGroup: "group", model.ClassComputer: "computer", model.ClassContact: "contact"}

func isClass(s *model.Snapshot, o *model.Record, class acl.GUID) bool {
	name := GUIDName(s, class, 0)
	switch o.Class {
	case model.ClassUser:
		return name == "user" || name == "inetOrgPerson"
	case model.ClassGroup, model.ClassComputer, model.ClassContact:
		return name == classNames[o.Class]
	case model.ClassStore:
		return name == "msExchPrivateMDB" || name == "msExchMDB"
	case model.ClassPublic:
		return name == "msExchPublicMDB" || name == "msExchMDB"
	}
	return true // of a container the exact class is not kept; an inherited entry on it was let through by the server
}

// appliesTo says in words where an ACE counts.
func appliesTo(s *model.Snapshot, a *pool.ACERecord) string {
	below := a.Flags&(acl.ContainerInherit|acl.ObjectInherit) != 0
	what := "objects"
	if a.HasInheritedType {
		what = GUIDName(s, *s.GUIDs.At(uint32(a.InheritedType)), 0) + " objects"
	}
	if below && a.Flags&acl.NoPropagate != 0 {
		what = "direct child " + what
	}
	switch {
	case a.Flags&acl.InheritOnly != 0:
		return what + " below"
	case below:
		return "this object and " + what + " below"
	}
	return "this object"
}

// overruled reports whether an earlier ACE of the same list allows the same
// trustee what this one denies: in stored order the first decides ([MS-DTYP]
// 2.5.3.2). Two allows that only together cover the deny are not looked for.
func overruled(s *model.Snapshot, r Ref, deny *pool.ACERecord) bool {
	o := s.Record(r.Obj)
	desc := o.Security
	if r.Family == pool.TypeMailbox {
		desc = o.MailboxSD
	}
	first, _ := s.ACEsOf(desc)
	for i := range r.Pos {
		a := s.ACE(first + i)
		if a.Trustee == deny.Trustee && a.Type.Allows() && !a.Type.IsCallback() &&
			appliesHere(s, o, a) && grants(r, a, deny) {
			return true
		}
	}
	return false
}

// grants reports whether the allow a gives the right that the row of deny takes.
func grants(r Ref, a, deny *pool.ACERecord) bool {
	switch r.Family {
	case pool.TypeMailbox:
		want := deny.Mask &^ acl.MailboxMask
		if r.Right < pool.RightOther {
			want = acl.MailboxRights[r.Right].Mask
		}
		return want != 0 && a.Mask&want == want
	case pool.TypeSend:
		return a.Send&SameRight(r.Right) != 0
	}
	mask := deny.Mask.MapGenericAD()
	return a.Mask.MapGenericAD()&mask == mask && (!a.HasObjectType || a.ObjectType == deny.ObjectType)
}

// SameRight returns the bits of ACERecord.send that speak of the same extended right.
func SameRight(r pool.Right) (bits uint8) {
	receive := r == pool.RightReceiveAs || r == pool.RightRecvAsByFull || r == pool.RightRecvAsByAll
	for i := range pool.SendRights {
		if i&1 == 1 == receive {
			bits |= 1 << i
		}
	}
	return bits
}
