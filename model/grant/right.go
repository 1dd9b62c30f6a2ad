package grant

import (
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
	r, right := s.Forest.Rights[g]
	n, attribute := s.Forest.Schema[g]
	// A GUID may stand for both: member, and the validated write Self-Membership.
	beside := attribute && m != 0 && r.ValidAccesses != 0 && r.ValidAccesses&uint32(m) == 0
	if right && r.Name != "" && !beside {
		return r.Name
	}
	if attribute {
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

// EntryName names an entry of a list as a whole, with all rights that it gives.
func EntryName(s *model.Snapshot, k *Kind, a *pool.ACERecord) string {
	switch k.sense {
	case pool.SenseMailbox:
		var names []string
		var buf [pool.MaxRights]pool.Right
		for _, r := range pool.RightsOf(k.sense, a, &buf) {
			names = append(names, k.name(s, r, a))
		}
		return strings.Join(names, ", ")
	case pool.SenseWhole:
		return k.name(s, pool.RightWhole, a)
	}
	return wholeName(s, pool.RightWhole, a)
}

// wholeName names an entry of a directory object in one text: verb and object.
func wholeName(s *model.Snapshot, _ pool.Right, a *pool.ACERecord) string {
	return strings.Join(names(wholeParts(s, a)), ", ")
}

// wholeParts are the rights of such an entry, each with its verb.
func wholeParts(s *model.Snapshot, a *pool.ACERecord) (parts []part) {
	plain := func(mask acl.Mask) {
		for _, n := range plainNames(mask) {
			parts = append(parts, part{n, n, n, rankOf(n)})
		}
	}
	if !a.Type.Allows() && !a.Type.Denies() {
		name := "ACE of " + a.Type.String()
		return []part{{name, name, name, 0}}
	}
	if !a.HasObjectType {
		plain(a.Mask)
		return parts
	}
	g := *s.GUIDs.At(uint32(a.ObjectType))
	name := GUIDName(s, g, a.Mask)
	mask := a.Mask
	say := func(bits acl.Mask, verb, like string) {
		if mask&bits == bits {
			text := verb + " " + name
			parts = append(parts, part{text, text, CellRight(text), rankOf(like)})
			mask &^= bits
		}
	}
	kind := "attribute"
	if IsPropertySet(s, g) {
		kind = "property set"
	}
	say(acl.ControlAccess, strings.TrimSpace(extendedRight), "All extended rights")
	say(acl.ReadProperty|acl.WriteProperty, "Read and write "+kind, "WriteProperty")
	say(acl.ReadProperty, "Read "+kind, "ReadProperty")
	say(acl.WriteProperty, "Write "+kind, "WriteProperty")
	say(acl.ValidatedWrite, "Validated write", "Self")
	say(acl.CreateChild|acl.DeleteChild, "Create and delete child", "CreateChild")
	say(acl.CreateChild, "Create child", "CreateChild")
	say(acl.DeleteChild, "Delete child", "DeleteChild")
	if mask != 0 || len(parts) == 0 {
		plain(mask)
	}
	return parts
}

// CellRight is the name of a right as a cell has it, where there is little room:
// without the verb of an extended right and the prefix of Exchange's own.
func CellRight(name string) string {
	return strings.TrimPrefix(strings.TrimPrefix(name, extendedRight), "ms-Exch-")
}

// extendedRight is the verb of an extended right, which in a cell goes without.
const extendedRight = "Extended right "

// plainNames names a mask without an object type.
func plainNames(m acl.Mask) []string {
	switch {
	case m == 0:
		return []string{"no right (0x00000000)"}
	case m == acl.FullControl, m == acl.GenericAll:
		return []string{"Full Control"}
	}
	names := m.ADNames()
	for i, n := range names {
		if n == "ExtendedRight" || n == "ControlAccess" {
			names[i] = "All extended rights"
		}
	}
	return names
}

// notes are what a reader must know to judge the right of a row, in brackets.
func notes(row *Row) string {
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
	if len(notes) == 0 {
		return ""
	}
	return " (" + strings.Join(notes, ", ") + ")"
}
