package model

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"mbxperm/acl"
	"mbxperm/acl/sddl"
)

// Change is one line of a comparison with everything that is known about it,
// made when it is shown. Target and Trustee are as NEW shows them, else as OLD does.
type Change struct {
	Change     string // Added, Removed, Changed or NotComparable
	Kind       string // ChangeACE, …
	ObjectType string // as --object has it; empty where the change is not of one
	Target     Principal
	TargetGUID acl.GUID
	TargetType string
	ACLType    string // of an entry, an order, an acl or a delegate
	Trustee    Principal
	Right      string // the right; of other kinds the part that changed
	Status     string // Allow, Deny or nothing
	Inherited  bool
	// Old and New say what was and what is; of what is not comparable, why.
	Old, New Phrase
	// Reach counts the targets that carry an inherited copy of an entry, and of an
	// entry of a store that opens mailboxes the mailboxes in it.
	Reach int
}

// ChangeFields are the columns of compare.
var ChangeFields = []Field[*Change]{
	{"change", func(c *Change) any { return c.Change }},
	{"kind", func(c *Change) any { return c.Kind }},
	{"target", func(c *Change) any { return c.Target.Name }},
	{"target_guid", func(c *Change) any { return guidText(c.TargetGUID) }},
	{"trustee", func(c *Change) any { return c.Trustee.Name }},
	{"trustee_sid", func(c *Change) any { return sidText(c.Trustee.SID) }},
	{"right", func(c *Change) any { return c.Right }},
	{"status", func(c *Change) any { return c.Status }},
	{"old", func(c *Change) any { return c.Old }},
	{"new", func(c *Change) any { return c.New }},
	{"reach", func(c *Change) any { return c.Reach }},
	{"inherited", func(c *Change) any { return c.Inherited }},
	{"object_type", func(c *Change) any { return c.ObjectType }},
	{"acl_type", func(c *Change) any { return c.ACLType }},
	{"target_domain", func(c *Change) any { return c.Target.Domain }},
	{"target_dn", func(c *Change) any { return c.Target.DN }},
	{"target_type", func(c *Change) any { return c.TargetType }},
	{"trustee_domain", func(c *Change) any { return c.Trustee.Domain }},
	{"trustee_dn", func(c *Change) any { return c.Trustee.DN }},
	{"trustee_kind", func(c *Change) any { return c.Trustee.Kind }},
}

// Signs stand before the words on the screen and in a table, so that a glance tells what came and went.
var Signs = map[string]string{Added: "+", Removed: "-", Changed: "~", NotComparable: "?"}

// ChangeColumns are the columns of the screen: by target, or by trustee.
func ChangeColumns(byTrustee bool) []Column[*Change] {
	target := Column[*Change]{Title: "Target", Text: func(c *Change) string { return PrincipalText(c.Target) }}
	trustee := Column[*Change]{Title: "Trustee", Text: func(c *Change) string { return trusteeText(c.Trustee) }}
	if byTrustee {
		target, trustee = trustee, target
	}
	return []Column[*Change]{
		{Title: "Change", Text: func(c *Change) string { return Signs[c.Change] + " " + c.Change }},
		{Title: "Kind", Text: func(c *Change) string { return c.Kind }},
		target, trustee,
		{Title: "Right", Text: func(c *Change) string { return c.Right }},
		{Title: "Status", Text: func(c *Change) string { return c.Status }, Extra: true},
		{Title: "New", Text: func(c *Change) string { return c.New.String() }, Extra: true},
		{Title: "Old", Text: func(c *Change) string { return c.Old.String() }, Extra: true},
		{Title: "Reach", Text: func(c *Change) string { return strconv.Itoa(c.Reach) }, Number: func(c *Change) int { return c.Reach }, Numeric: true, Extra: true},
	}
}

// trusteeText is empty for a change that is about no trustee.
func trusteeText(p Principal) string {
	if p.Name == "" {
		return ""
	}
	return PrincipalText(p)
}

func (c *Comparison) state(i int) *Snapshot {
	if i == before {
		return c.Old
	}
	return c.New
}

func (c *Comparison) change(x *change) Change {
	out := Change{Change: verbNames[x.verb], Kind: kindNames[x.kind], Right: whatNames[x.what]}
	texts := [2]*Phrase{&out.Old, &out.New}
	for k := range x.obj {
		*texts[k] = c.text(x, k)
		s := c.state(k)
		if x.obj[k] != 0 {
			o := s.object(x.obj[k])
			out.Target, out.TargetGUID, out.TargetType = s.targetPrincipal(o), o.guid, s.typeName(o)
			out.ObjectType = objectTypeOf(x, o)
		}
		if x.who[k] != 0 {
			out.Trustee = s.Principal(s.party(x.who[k]))
		}
		if ref := x.ref[k]; ref.obj != 0 && x.kind != kindOrder {
			row := s.Row(ref)
			out.Trustee, out.Right, out.Status, out.Inherited = row.Trustee, row.Right, row.Status, row.Inherited
		}
	}
	if x.kind <= kindDelegate {
		out.ACLType = aclTypes[x.family]
	}
	out.Reach = c.reached(x)
	return out
}

func objectTypeOf(x *change, o *object) string {
	f := x.family
	if x.kind >= kindMembership {
		if f = o.family(); f == familyAncestor {
			return ""
		}
	}
	switch typesOf(f) {
	case onStores:
		return Stores.Flag
	case onAdmins:
		return Admins.Flag
	}
	return Mailboxes.Flag
}

// reached counts whom a changed entry reaches beyond the object it is set on.
func (c *Comparison) reached(x *change) int {
	if x.kind != kindACE {
		return 0
	}
	if x.reach != 0 && x.family != familyStore {
		return c.copies[x.reach-1].n()
	}
	n := 0
	for i, ref := range x.ref {
		if s := c.state(i); ref.obj != 0 && x.family == familyStore && s.opensMailboxes(s.aceOf(ref)) {
			n = max(n, int(c.stored[i][s.object(ref.obj).dn]))
		}
	}
	return n
}

// text says what one of the states has.
func (c *Comparison) text(x *change, i int) Phrase {
	s := c.state(i)
	switch {
	case x.why[i] != 0:
		return said(whyTexts[x.why[i]])
	case x.kind == kindMembership && x.who[i] != 0:
		return said("member")
	case x.kind == kindDelegate && x.ref[i].obj != 0:
		return said("Send on Behalf")
	case x.kind == kindOrder:
		a := s.aceOf(x.ref[i])
		return join(said(fmt.Sprintf("entry %d: ", x.ref[i].pos)), s.entryText(x.ref[i]),
			Phrase{{PartWord, " for "}, {PartName, s.Principal(partyOfSID(a.trustee)).Name}})
	case x.kind == kindACE && x.ref[i].obj != 0:
		return s.entryText(x.ref[i])
	case x.kind == kindACL:
		return s.wholeText(s.descs.at(uint32(s.descOf(s.object(x.obj[i]), x.family))), x.what)
	case x.kind == kindAccount && x.obj[i] != 0:
		return s.accountText(s.object(x.obj[i]), x.what)
	}
	return nil
}

// entryText spells a whole entry: its status, rights, mask, flags and condition.
func (s *Snapshot) entryText(ref RowRef) Phrase {
	a, o := s.aceOf(ref), s.object(ref.obj)
	if a.null {
		return said("no ACL: everyone has every right")
	}
	var names []string
	if ref.family == familyMailbox {
		var buf [maxRights]right
		for _, r := range rightsOf(familyMailbox, a, &buf) {
			names = append(names, s.rightName(o, RowRef{family: familyMailbox, right: r}, a))
		}
	} else {
		names = append(names, s.wholeName(o, ref, a))
	}
	status := a.kind.String()
	switch {
	case a.kind.Allows():
		status = Allow
	case a.kind.Denies():
		status = Deny
	}
	text := Phrase{{PartWord, status + " "}, {PartRight, strings.Join(names, ", ")},
		{PartWord, " (" + strings.TrimSpace(a.mask.String()+" "+a.flags.String()) + ")"}}
	if a.hasInh {
		text = append(text, Part{PartWord, " on "}, Part{PartRight, s.guidName(*s.guids.at(uint32(a.inh)), 0)})
	}
	if a.kind.IsCallback() {
		text = append(text, Part{PartWord, " if "}, Part{PartAny, s.condition(s.descOf(o, ref.family), int(ref.pos))})
	}
	return text
}

// condition spells the condition of an entry.
func (s *Snapshot) condition(d descID, pos int) string {
	parsed, _ := acl.Parse(s.descriptor(d))
	for a := range parsed.DACL() {
		if pos--; pos < 0 {
			text, _ := sddl.Condition(a)
			return text
		}
	}
	return ""
}

func (s *Snapshot) wholeText(d *descRec, w what) Phrase {
	switch w {
	case whatInheritance:
		if d.control&acl.DACLProtected != 0 {
			return said("blocked")
		}
		return said("allowed")
	case whatOwner:
		sid := s.sidOf(d.owner)
		if sid.IsZero() {
			return nil
		}
		return Phrase{{PartName, s.Principal(partyOfSID(d.owner)).Name}, {PartWord, " ("}, {PartSID, sid.String()}, {PartWord, ")"}}
	}
	return said(d.state.String())
}

func (s *Snapshot) accountText(o *object, w what) Phrase {
	switch w {
	case whatDisabled, whatEnabled, whatDeleted, whatRestored:
		return said(accountState(o))
	case whatRenamed:
		if name, cn := s.objectName(o), s.cn(o.dn); name != cn {
			return Phrase{{PartName, name}, {PartWord, " ("}, {PartName, cn}, {PartWord, ")"}}
		}
		return Phrase{{PartName, s.cn(o.dn)}}
	case whatMoved:
		return Phrase{{PartDN, s.dnText(s.dns.at(uint32(o.dn)).parent)}}
	case whatMovedStore:
		return Phrase{{PartName, s.cn(o.home)}}
	case whatSID:
		return Phrase{{PartSID, sidText(s.sidOf(o.sid))}}
	case whatLinked:
		return Phrase{{PartSID, sidText(s.sidOf(o.master))}}
	}
	name := cmp.Or(s.typeName(o), s.kind(o))
	if o.is(flagDistribution) {
		name += ", distribution" // it is in nobody's token
	}
	return said(name)
}

// ChangeWords are the words that the right of a change can be where it is no
// right: those that are the same for every directory.
func ChangeWords() []string { return slices.Clone(whatNames[1:]) }
