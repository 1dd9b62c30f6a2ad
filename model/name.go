package model

import (
	"fmt"
	"strings"

	"mbxperm/acl"
)

// guidName names what a GUID stands for beside the given rights: the
// directory's own word first (its extended rights, its schema), then the
// built-in table, then the GUID.
func (s *Snapshot) guidName(g acl.GUID, m acl.Mask) string {
	if r, ok := s.facts.rights[g]; ok && r.Name != "" {
		return r.Name
	}
	if n, ok := s.facts.schema[g]; ok {
		return n.Name
	}
	if n, ok := acl.LookupGUIDFor(g, m); ok {
		return n.Name
	}
	return g.String()
}

// isPropertySet reports whether the GUID names a property set and not a single attribute.
func (s *Snapshot) isPropertySet(g acl.GUID) bool {
	if r, ok := s.facts.rights[g]; ok {
		return r.ValidAccesses&uint32(acl.ReadProperty|acl.WriteProperty) != 0
	}
	if _, ok := s.facts.schema[g]; ok {
		return false
	}
	n, ok := acl.LookupGUID(g)
	return ok && n.Kind == acl.KindPropertySet
}

// rightName is the standard term for what a row grants.
func (s *Snapshot) rightName(o *object, r RowRef, a *aceRec) string {
	switch {
	case r.right == rightOther && !a.kind.Allows() && !a.kind.Denies():
		return "ACE of " + a.kind.String()
	case r.right < rightOther:
		return acl.MailboxRights[r.right].Name
	case r.right == rightOther:
		return fmt.Sprintf("0x%08x", uint32(a.mask&^acl.MailboxMask))
	case r.right == rightOnBehalf:
		return "SendOnBehalf"
	case r.right == rightWhole:
		return s.wholeName(o, r, a)
	case sameRight(r.right)&1 != 0: // bit 0 of aceRec.send is Send-As
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

// wholeName names an ACE of a store or container in one text: verb and object.
func (s *Snapshot) wholeName(o *object, r RowRef, a *aceRec) string {
	if !a.kind.Allows() && !a.kind.Denies() {
		return "ACE of " + a.kind.String()
	}
	if r.family == familyAdmin && s.facts.legacy && !a.hasObj && a.flags == acl.ContainerInherit &&
		a.kind == acl.TypeAllow && legacyRoles[a.mask] != "" {
		return legacyRoles[a.mask]
	}
	if !a.hasObj {
		return s.plainName(a.mask)
	}
	g := *s.guids.at(uint32(a.obj))
	name := s.guidName(g, a.mask)
	mask := a.mask
	var parts []string
	say := func(bits acl.Mask, verb string) {
		if mask&bits == bits {
			parts = append(parts, verb+" "+name)
			mask &^= bits
		}
	}
	kind := "attribute"
	if s.isPropertySet(g) {
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
		parts = append(parts, s.plainName(mask))
	}
	return strings.Join(parts, ", ")
}

// plainName names a mask without an object type.
func (s *Snapshot) plainName(m acl.Mask) string {
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
func (s *Snapshot) rightText(row *Row) string {
	text := row.Right
	switch row.Ref.right {
	case 1: // SendAs of a mailbox ACL (exchange-facts 1.2)
		text = "SendAs (historic, no effect)"
	case rightReceiveAs, rightRecvAsByFull, rightRecvAsByAll:
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
	if row.Hidden&Default != 0 {
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
