package grant

import (
	"fmt"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/hiding"
	"mbxperm/model/internal/pool"
)

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
		// SenderAuth says whether another recipient takes messages of authenticated senders alone; see [SenderAuth].
		SenderAuth string
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
	Changed             model.Stamp // of the attribute that holds the row; see [StampOf]

	// What a row says of its entry as a whole. Rights are there where the row is the
	// entry; [EntryOf] fills all of it in for each row.
	Rights   []string // standard names of all its rights, the most dangerous first
	Cell     string   // these for a cell of a grid: the first of them, and how many more there are
	Repeated int      // how many equal entries the list has
}

// RowOf makes the row that a reference names. That of an entry has its most dangerous
// right, and the text of all of them.
func RowOf(s *model.Snapshot, ref Ref) Row {
	o, k, a := s.Record(ref.Obj), ref.Kind(), ACEOf(s, ref)
	row := Row{Ref: ref, ACLType: k.Name, Index: indexOf(s, ref), Trustee: s.Principal(TrusteeOf(s, ref, a))}
	fillTarget(s, &row, o)
	row.Authority = model.AuthorityDirectory
	row.Hidden = ReasonsOf(s, ref, a)
	if ref.Right == pool.RightEntry {
		row.Ref.Right = lead(s, ref, a)
	}
	if a != nil {
		fillACE(s, &row, o, a)
	}
	row.Changed = StampOf(s, row.Ref, a)
	row.Right = k.name(s, row.Ref.Right, a)
	row.Text = row.Right
	if k.fill != nil {
		k.fill(s, o, &row)
	}
	if ref.Right == pool.RightEntry {
		all := parts(s, ref, a, true)
		row.Ref, row.Text, row.Rights = ref, fullText(all), names(all)
		row.Overruled = row.Overruled && allOverruled(s, ref, a)
	}
	row.Text += notes(&row)
	return row
}

// TargetOf makes the part of a row that is the same for all rows of a target of
// this kind: who it is, of which type, and who decides about it.
func (k *Kind) TargetOf(s *model.Snapshot, id model.ObjectID) Row {
	row, o := Row{Ref: k.Ref(id, 0, 0)}, s.Record(id)
	fillTarget(s, &row, o)
	row.Authority = model.AuthorityDirectory
	if k.fill != nil {
		k.fill(s, o, &row)
	}
	return row
}

func fillTarget(s *model.Snapshot, row *Row, o *model.Record) {
	t := &row.Target
	t.Principal = s.TargetPrincipal(o)
	t.Type = s.TypeName(o)
	if o.HasMailbox() {
		t.Store, t.Exchange = s.CN(o.Home), s.ReleaseOf(o)
	}
	t.SenderAuth = SenderAuth(s, o)
}

func fillACE(s *model.Snapshot, row *Row, o *model.Record, a *pool.ACERecord) {
	fillEntry(s, row, o, a)
	row.Overruled = a.Type.Denies() && overruled(s, row.Ref, a)
	row.Origin = OriginOf(s, row.Ref, a)
}

// fillEntry fills in what depends on nothing but the entry and the class of its target.
func fillEntry(s *model.Snapshot, row *Row, o *model.Record, a *pool.ACERecord) {
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
	}
	row.Conditional = a.Type.IsCallback()
	row.Inherited = a.Flags&acl.Inherited != 0
	row.ImpliedBy = pool.Implied(row.Ref.Right).String()
	row.AppliesHere = appliesHere(s, o, a)
	row.AppliesTo = appliesTo(s, a)
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
