package grant

import (
	"fmt"
	"strings"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/hiding"
	"mbxperm/model/internal/pool"
)

// GUIDName names what a GUID stands for beside the given rights: the
// directory's own word first (its extended rights, its schema), then the
// built-in table, then the GUID.
func GUIDName(s *model.Snapshot, g acl.GUID, m acl.Mask) string {
	if r, ok := s.Forest.Rights[g]; ok && r.Name != "" {
		return r.Name
	}
	if n, ok := s.Forest.Schema[g]; ok {
		return n.Name
	}
	if n, ok := acl.LookupGUIDFor(g, m); ok {
		return n.Name
	}
	return g.String()
}

// IsPropertySet reports whether the GUID names a property set and not a single attribute.
func IsPropertySet(s *model.Snapshot, g acl.GUID) bool {
	if r, ok := s.Forest.Rights[g]; ok {
		return r.ValidAccesses&uint32(acl.ReadProperty|acl.WriteProperty) != 0
	}
	if _, ok := s.Forest.Schema[g]; ok {
		return false
	}
	n, ok := acl.LookupGUID(g)
	return ok && n.Kind == acl.KindPropertySet
}

// RightName is the standard term for what a row grants.
func RightName(s *model.Snapshot, o *model.Record, r Ref, a *pool.ACERecord) string {
	switch {
	case r.Right == pool.RightOther && !a.Type.Allows() && !a.Type.Denies():
		return "ACE of " + a.Type.String()
	case r.Right < pool.RightOther:
		return acl.MailboxRights[r.Right].Name
	case r.Right == pool.RightOther:
		return fmt.Sprintf("0x%08x", uint32(a.Mask&^acl.MailboxMask))
	case r.Right == pool.RightOnBehalf:
		return "SendOnBehalf"
	case r.Right == pool.RightWhole:
		return WholeName(s, o, r, a)
	case SameRight(r.Right)&1 != 0: // bit 0 of ACERecord.send is Send-As
		return "Send-As"
	}
	return "Receive-As"
}

// The masks that the delegation wizard of Exchange 2000 and 2003 wrote, and
// what its dialogue called them (exchange-facts 5.1).
var legacyRoles = map[acl.Mask]string{
	0xF01FF: "legacy role: Exchange Full Administrator",
	0x301FF: "legacy role: Exchange Administrator",
	0x20094: "legacy role: Exchange View Only Administrator",
}

// WholeName names an ACE of a store or container in one text: verb and object.
func WholeName(s *model.Snapshot, o *model.Record, r Ref, a *pool.ACERecord) string {
	if !a.Type.Allows() && !a.Type.Denies() {
		return "ACE of " + a.Type.String()
	}
	if r.Family == pool.TypeAdmin && s.Forest.Legacy && !a.HasObjectType && a.Flags == acl.ContainerInherit &&
		a.Type == acl.TypeAllow && legacyRoles[a.Mask] != "" {
		return legacyRoles[a.Mask]
	}
	if !a.HasObjectType {
		return plainName(s, a.Mask)
	}
	g := *s.GUIDs.At(uint32(a.ObjectType))
	name := GUIDName(s, g, a.Mask)
	mask := a.Mask
	var parts []string
	say := func(bits acl.Mask, verb string) {
		if mask&bits == bits {
			parts = append(parts, verb+" "+name)
			mask &^= bits
		}
	}
	kind := "attribute"
	if IsPropertySet(s, g) {
		kind = "property set"
	}
	say(acl.ControlAccess, "Extended right")
	say(acl.ReadProperty|acl.WriteProperty, "Read and write "+kind)
	say(acl.ReadProperty, "Read "+kind)
	say(acl.WriteProperty, "Write "+kind)
	say(acl.ValidatedWrite, "Validated write")
	say(acl.CreateChild|acl.DeleteChild, "Create and delete child")
	say(acl.CreateChild, "Create child")
	say(acl.DeleteChild, "Delete child")
	if mask != 0 || len(parts) == 0 {
		parts = append(parts, plainName(s, mask))
	}
	return strings.Join(parts, ", ")
}

// plainName names a mask without an object type.
func plainName(s *model.Snapshot, m acl.Mask) string {
	switch {
	case m == 0:
		return "no right (0x00000000)"
	case m == acl.FullControl, m == acl.GenericAll:
		return "Full Control"
	case m == acl.ControlAccess:
		return "All extended rights"
	}
	names := m.ADNames()
	for i, n := range names {
		if n == "ExtendedRight" || n == "ControlAccess" {
			names[i] = "All extended rights"
		}
	}
	return strings.Join(names, ", ")
}

// rightText adds to a right what a reader must know to judge it.
func rightText(s *model.Snapshot, row *Row) string {
	text := row.Right
	switch row.Ref.Right {
	case 1: // SendAs of a mailbox ACL (exchange-facts 1.2)
		text = "SendAs (historic, no effect)"
	case pool.RightReceiveAs, pool.RightRecvAsByFull, pool.RightRecvAsByAll:
		text = "Receive-As (no effect on 2013+)"
	}
	var notes []string
	switch row.ImpliedBy {
	case acl.ImpliedByFullControl.String():
		notes = append(notes, "by Full Control")
	case acl.ImpliedByAllExtendedRights.String():
		notes = append(notes, "by all extended rights")
	}
	if row.NullDACL {
		notes = append(notes, "no ACL: everyone has every right")
	}
	if row.Conditional {
		notes = append(notes, "conditional")
	}
	if row.Stale {
		notes = append(notes, "stale copy")
	} else if row.Inherited {
		notes = append(notes, "inherited")
	}
	if row.Hidden&hiding.Default != 0 {
		notes = append(notes, "set-up's own")
	}
	if !row.AppliesHere {
		notes = append(notes, "not here: "+row.AppliesTo)
	}
	if len(notes) > 0 {
		text += " (" + strings.Join(notes, ", ") + ")"
	}
	return text
}
