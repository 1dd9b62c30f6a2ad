package change

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"mbxperm/acl"
	"mbxperm/acl/sddl"
	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/internal/pool"
	"mbxperm/model/verdict"
	"mbxperm/model/view"
)

// Change is one line of a comparison with everything that is known about it,
// made when it is shown. Target and Trustee are as NEW shows them, else as OLD does.
type Change struct {
	Change     string // Added, Removed, Changed or NotComparable
	Kind       string // KindACE, …
	ObjectType string // as --object has it; empty where the change is not of one
	Target     model.Principal
	TargetGUID acl.GUID
	TargetType string
	ACLType    string // of an entry, an order, an acl or a delegate
	Trustee    model.Principal
	Right      string // the right; of other kinds the part that changed
	Status     string // Allow, Deny or nothing
	Inherited  bool
	// Old and New say what was and what is; of what is not comparable, why.
	Old, New model.Phrase
	// InStore says that Reach counts the mailboxes in a store.
	InStore bool
	// Reach counts the targets that carry an inherited copy of an entry, and of an
	// entry of a store that opens mailboxes the mailboxes in it.
	Reach int
	// Effect says what the change did to verdicts, where somebody worked it out.
	Effect model.Phrase
}

// Fields are the columns of compare.
var Fields = []model.Field[*Change]{
	{Name: "change", First: true, Is: model.ContentEvent, Value: func(c *Change) any { return c.Change }},
	{Name: "kind", Is: model.ContentWord, Value: func(c *Change) any { return c.Kind }},
	{Name: "target", First: true, Is: model.ContentTarget, Value: func(c *Change) any { return c.Target.Name }},
	{Name: "target_guid", Is: model.ContentGUID, Aside: true, Value: func(c *Change) any { return model.GUIDText(c.TargetGUID) }},
	{Name: "trustee", First: true, Is: model.ContentTrustee, Value: func(c *Change) any { return c.Trustee.Name }},
	{Name: "trustee_sid", Is: model.ContentSID, Aside: true, Value: func(c *Change) any { return model.SIDText(c.Trustee.SID) }},
	{Name: "right", First: true, Is: model.ContentRight, Value: func(c *Change) any { return c.right() }},
	{Name: "status", Is: model.ContentStatus, Value: func(c *Change) any { return c.Status }},
	{Name: "old", First: true, Value: func(c *Change) any { return c.Old }},
	{Name: "new", First: true, Value: func(c *Change) any { return c.New }},
	{Name: "reach", Value: func(c *Change) any { return c.Reach }},
	{Name: "inherited", Aside: true, Value: func(c *Change) any { return c.Inherited }},
	{Name: "object_type", Is: model.ContentWord, Aside: true, Value: func(c *Change) any { return c.ObjectType }},
	{Name: "acl_type", Is: model.ContentWord, Aside: true, Value: func(c *Change) any { return c.ACLType }},
	{Name: "target_domain", Is: model.ContentName, Aside: true, Value: func(c *Change) any { return c.Target.Domain }},
	{Name: "target_dn", Is: model.ContentDN, Aside: true, Order: true, Value: func(c *Change) any { return c.Target.DN }},
	{Name: "target_type", Is: model.ContentWord, Aside: true, Value: func(c *Change) any { return c.TargetType }},
	{Name: "trustee_domain", Is: model.ContentName, Aside: true, Value: func(c *Change) any { return c.Trustee.Domain }},
	{Name: "trustee_dn", Is: model.ContentDN, Aside: true, Value: func(c *Change) any { return c.Trustee.DN }},
	{Name: "trustee_kind", Is: model.ContentWord, Aside: true, Value: func(c *Change) any { return c.Trustee.Kind }},
	{Name: EffectField, Value: func(c *Change) any { return c.Effect }},
}

// EffectField is the field that says what a change did to verdicts.
const EffectField = "effect"

// right is Right for a report: a role has the name that somebody gave it.
func (c *Change) right() any {
	if c.ACLType == view.RoleACLType {
		return model.Phrase{{Is: model.PartName, Text: c.Right}}
	}
	return c.Right
}

// Signs stand before the words on the screen and in a table, so that a glance tells what came and went.
var Signs = map[string]string{Added: "+", Removed: "-", Changed: "~", NotComparable: "?",
	verdict.Gains.String(): "+", verdict.Loses.String(): "-", verdict.Keeps.String(): "=", verdict.Unsure.String(): "?"}

// Columns are the columns of the screen: by target, or by trustee.
func Columns(byTrustee bool) []model.Column[*Change] {
	target := model.Column[*Change]{Title: "Target", Is: model.ContentTarget, Text: func(c *Change) string { return model.PrincipalText(c.Target) }}
	trustee := model.Column[*Change]{Title: "Trustee", Is: model.ContentTrustee, Text: func(c *Change) string { return trusteeText(c.Trustee) }}
	if byTrustee {
		target, trustee = trustee, target
	}
	return []model.Column[*Change]{
		{Title: "Change", Is: model.ContentEvent, Text: func(c *Change) string { return Signs[c.Change] + " " + c.Change }},
		{Title: "Kind", Is: model.ContentWord, Text: func(c *Change) string { return c.Kind }},
		target, trustee,
		{Title: "Right", Is: model.ContentRight, Text: func(c *Change) string { return c.Right }},
		{Title: "Status", Is: model.ContentStatus, Text: func(c *Change) string { return c.Status }, Extra: true},
		{Title: "New", Is: model.ContentSentence, Text: func(c *Change) string { return c.New.String() }, Extra: true},
		{Title: "Old", Is: model.ContentSentence, Text: func(c *Change) string { return c.Old.String() }, Extra: true},
		{Title: "Reach", Text: func(c *Change) string { return strconv.Itoa(c.Reach) }, Number: func(c *Change) int { return c.Reach }, Numeric: true, Extra: true},
	}
}

// trusteeText is empty for a change that is about no trustee.
func trusteeText(p model.Principal) string {
	if p.Name == "" {
		return ""
	}
	return model.PrincipalText(p)
}

func (c *Comparison) State(i int) *model.Snapshot {
	if i == Before {
		return c.Old
	}
	return c.New
}

func (c *Comparison) Change(x *Diff) Change {
	if x.Kind == Verdict {
		return c.turnChange(x)
	}
	out := Change{Change: eventNames[x.Event], Kind: kindNames[x.Kind], Right: partNames[x.part]}
	if x.isDoor() {
		c.doorChange(x, &out)
		return out
	}
	if x.isFact() {
		c.factChange(x, &out)
		return out
	}
	texts := [2]*model.Phrase{&out.Old, &out.New}
	for k := range x.Obj {
		*texts[k] = c.text(x, k)
		s := c.State(k)
		if x.Obj[k] != 0 {
			o := s.Record(x.Obj[k])
			out.Target, out.TargetGUID, out.TargetType = s.TargetPrincipal(o), o.GUID, s.TypeName(o)
			out.ObjectType = objectTypeOf(x, o)
			if x.Kind == Role {
				c.roleChange(x, k, &out)
			}
		}
		if x.who[k] != 0 && x.Kind != Role {
			out.Trustee = s.Principal(s.TrusteeOf(x.who[k]))
		}
		if ref := x.Ref[k]; ref.Obj != 0 && x.Kind != Order {
			row := grant.RowOf(s, ref)
			out.Trustee, out.Right, out.Status, out.Inherited = row.Trustee, row.Right, row.Status, row.Inherited
		}
	}
	if x.Kind <= Delegate {
		out.ACLType = x.Grant.Name
	}
	out.Reach, out.InStore = c.Reached(x), x.Grant != nil && x.Grant.HoldsMailboxes
	return out
}

// ofRoleGroup reports whether a change is of who manages a group that is no
// recipient.
func (x *Diff) ofRoleGroup(o *model.Record) bool {
	return x.Kind == Delegate && o.Recipient == model.NoRecipient
}

func objectTypeOf(x *Diff, o *model.Record) string {
	k := x.Grant
	if x.Kind == Role || x.ofRoleGroup(o) {
		return view.Roles.Flag
	}
	if x.Kind >= Membership {
		if k = targetKind(o); k == nil {
			return ""
		}
	}
	return view.TypeOfKind(k).Flag
}

// Reached counts whom a changed entry reaches beyond the object it is set on.
func (c *Comparison) Reached(x *Diff) int {
	if x.Kind != ACE {
		return 0
	}
	if x.reach != 0 && !x.Grant.HoldsMailboxes {
		return c.copies[x.reach-1].n()
	}
	n := 0
	for i, ref := range x.Ref {
		if ref.Obj == 0 || !x.Grant.HoldsMailboxes {
			continue
		}
		if s, o := c.State(i), c.State(i).Record(ref.Obj); grant.Opens(s, o, ref, grant.ACEOf(s, ref))&grant.OpensStored != 0 {
			n = max(n, int(c.stored[i][o.DN]))
		}
	}
	return n
}

// text says what one of the states has.
func (c *Comparison) text(x *Diff, i int) model.Phrase {
	s := c.State(i)
	switch {
	case x.why[i] != 0:
		return model.Said(gapTexts[x.why[i]])
	case x.Kind == Role:
		return c.roleText(x, i)
	case x.Kind == Membership && x.who[i] != 0:
		return model.Said("member")
	case x.Kind == Delegate && x.Ref[i].Obj != 0:
		return model.Said(grant.RowOf(s, x.Ref[i]).Text)
	case x.Kind == Order:
		a := grant.ACEOf(s, x.Ref[i])
		return model.Join(model.Said(fmt.Sprintf("entry %d: ", x.Ref[i].Pos)), entryText(s, x.Ref[i]),
			model.Phrase{{Is: model.PartWord, Text: " for "}, {Is: model.PartName, Text: s.Principal(model.TrusteeOfSID(a.Trustee)).Name}})
	case x.Kind == ACE && x.Ref[i].Obj != 0:
		return entryText(s, x.Ref[i])
	case x.Kind == ACL:
		return wholeText(s, s.Descs.At(uint32(x.Grant.Desc(s.Record(x.Obj[i])))), x.part)
	case x.Kind == Account && x.Obj[i] != 0:
		return accountText(s, s.Record(x.Obj[i]), x.part)
	}
	return nil
}

// entryText spells a whole entry: its status, rights, mask, flags and condition.
func entryText(s *model.Snapshot, ref grant.Ref) model.Phrase {
	a, o := grant.ACEOf(s, ref), s.Record(ref.Obj)
	if a.Null {
		return model.Said("no ACL: everyone has every right")
	}
	status := a.Type.String()
	switch {
	case a.Type.Allows():
		status = grant.Allow
	case a.Type.Denies():
		status = grant.Deny
	}
	text := model.Phrase{{Is: model.PartWord, Text: status + " "}, {Is: model.PartRight, Text: grant.EntryName(s, ref.Kind(), a)},
		{Is: model.PartWord, Text: " (" + strings.TrimSpace(a.Mask.String()+" "+a.Flags.String()) + ")"}}
	if a.HasInheritedType {
		text = append(text, model.Part{Is: model.PartWord, Text: " on "}, model.Part{Is: model.PartRight, Text: grant.GUIDName(s, *s.GUIDs.At(uint32(a.InheritedType)), 0)})
	}
	if a.Type.IsCallback() {
		text = append(text, model.Part{Is: model.PartWord, Text: " if "}, model.Part{Is: model.PartAny, Text: condition(s, ref.Kind().Desc(o), int(ref.Pos))})
	}
	return text
}

// condition spells the condition of an entry.
func condition(s *model.Snapshot, d pool.Desc, pos int) string {
	parsed, _ := acl.Parse(s.Bytes(d))
	for a := range parsed.DACL() {
		if pos--; pos < 0 {
			text, _ := sddl.Condition(a)
			return text
		}
	}
	return ""
}

func wholeText(s *model.Snapshot, d *pool.DescRecord, w part) model.Phrase {
	switch w {
	case partInheritance:
		if d.Control&acl.DACLProtected != 0 {
			return model.Said("blocked")
		}
		return model.Said("allowed")
	case partOwner:
		sid := s.SIDOf(d.Owner)
		if sid.IsZero() {
			return nil
		}
		return model.Phrase{{Is: model.PartName, Text: s.Principal(model.TrusteeOfSID(d.Owner)).Name}, {Is: model.PartWord, Text: " ("}, {Is: model.PartSID, Text: sid.String()}, {Is: model.PartWord, Text: ")"}}
	}
	return model.Said(d.State.String())
}

func accountText(s *model.Snapshot, o *model.Record, w part) model.Phrase {
	switch w {
	case partDisabled, partEnabled, partDeleted, partRestored:
		return model.Said(model.AccountState(o))
	case partRenamed:
		if name, cn := s.ObjectName(o), s.CN(o.DN); name != cn {
			return model.Phrase{{Is: model.PartName, Text: name}, {Is: model.PartWord, Text: " ("}, {Is: model.PartName, Text: cn}, {Is: model.PartWord, Text: ")"}}
		}
		return model.Phrase{{Is: model.PartName, Text: s.CN(o.DN)}}
	case partMoved:
		return model.Phrase{{Is: model.PartDN, Text: s.DNText(s.DNs.At(uint32(o.DN)).Parent)}}
	case partMovedStore:
		return model.Phrase{{Is: model.PartName, Text: s.CN(o.Home)}}
	case partSenderAuth:
		return model.Said(grant.SenderAuth(s, o))
	case partSID:
		return model.Phrase{{Is: model.PartSID, Text: model.SIDText(s.SIDOf(o.SID))}}
	case partLinked:
		return model.Phrase{{Is: model.PartSID, Text: model.SIDText(s.SIDOf(o.Master))}}
	}
	name := cmp.Or(s.TypeName(o), s.KindOf(o))
	if o.Is(model.FlagDistribution) {
		name += ", distribution" // it is in nobody's token
	}
	return model.Said(name)
}

// Words are the words that the right of a change can be where it is no
// right: those that are the same for every directory.
func Words() []string { return slices.Clone(partNames[1:]) }
