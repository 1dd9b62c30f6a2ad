package model

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"mbxperm/acl"
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
	Old, New string
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

func (c *Comparison) state(i int) *Snapshot {
	if i == before {
		return c.Old
	}
	return c.New
}

// Change makes change i.
func (c *Comparison) Change(i int) Change {
	x := &c.list[i]
	out := Change{Change: verbNames[x.verb], Kind: kindNames[x.kind], Right: whatNames[x.what]}
	texts := [2]*string{&out.Old, &out.New}
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
		return int(c.copies[x.reach-1].n)
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
func (c *Comparison) text(x *change, i int) string {
	s := c.state(i)
	switch {
	case x.why[i] != 0:
		return whyTexts[x.why[i]]
	case x.kind == kindMembership && x.who[i] != 0:
		return "member"
	case x.kind == kindDelegate && x.ref[i].obj != 0:
		return "Send on Behalf"
	case x.kind == kindOrder:
		a := s.aceOf(x.ref[i])
		return fmt.Sprintf("entry %d: %s for %s", x.ref[i].pos, s.entryText(x.ref[i]), s.Principal(partyOfSID(a.trustee)).Name)
	case x.kind == kindACE && x.ref[i].obj != 0:
		return s.entryText(x.ref[i])
	case x.kind == kindACL:
		return s.wholeText(s.descs.at(uint32(s.descOf(s.object(x.obj[i]), x.family))), x.what)
	case x.kind == kindAccount && x.obj[i] != 0:
		return s.accountText(s.object(x.obj[i]), x.what)
	}
	return ""
}

// entryText spells a whole entry: its status, rights, mask, flags and condition.
func (s *Snapshot) entryText(ref RowRef) string {
	a, o := s.aceOf(ref), s.object(ref.obj)
	if a.null {
		return "no ACL: everyone has every right"
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
	text := fmt.Sprintf("%s %s (%s)", status, strings.Join(names, ", "), strings.TrimSpace(a.mask.String()+" "+a.flags.String()))
	if a.hasInh {
		text += " on " + s.guidName(*s.guids.at(uint32(a.inh)), 0)
	}
	if a.kind.IsCallback() {
		text += " if " + s.condition(s.descOf(o, ref.family), int(ref.pos))
	}
	return text
}

// condition spells the condition of an entry.
func (s *Snapshot) condition(d descID, pos int) string {
	parsed, _ := acl.Parse(s.descriptor(d))
	for a := range parsed.DACL() {
		if pos--; pos < 0 {
			text, _ := a.Condition()
			return text
		}
	}
	return ""
}

func (s *Snapshot) wholeText(d *descRec, w what) string {
	switch w {
	case whatInheritance:
		if d.control&acl.DACLProtected != 0 {
			return "blocked"
		}
		return "allowed"
	case whatOwner:
		sid := s.sidOf(d.owner)
		if sid.IsZero() {
			return ""
		}
		return s.Principal(partyOfSID(d.owner)).Name + " (" + sid.String() + ")"
	}
	return d.state.String()
}

func (s *Snapshot) accountText(o *object, w what) string {
	switch w {
	case whatDisabled, whatEnabled, whatDeleted, whatRestored:
		return accountState(o)
	case whatRenamed:
		if name, cn := s.objectName(o), s.cn(o.dn); name != cn {
			return name + " (" + cn + ")"
		}
		return s.cn(o.dn)
	case whatMoved:
		return s.dnText(s.dns.at(uint32(o.dn)).parent)
	case whatMovedStore:
		return s.cn(o.home)
	case whatSID:
		return sidText(s.sidOf(o.sid))
	case whatLinked:
		return sidText(s.sidOf(o.master))
	}
	name := cmp.Or(s.typeName(o), s.kind(o))
	if o.is(flagDistribution) {
		name += ", distribution" // it is in nobody's token
	}
	return name
}

// sort orders the changes by target, kind and place in the ACL, recipients
// before stores before containers; ByTrustee by trustee before that.
func (c *comparer) sort() {
	out := c.out
	type key struct {
		trustee, target string
		class           int
		x               change
	}
	keys := make([]key, len(out.list))
	for i := range out.list {
		if i&1023 == 1023 && c.ctx.Err() != nil {
			return
		}
		x := &out.list[i]
		k := key{x: *x, class: max(0, int(x.family)-int(familyBehalf))}
		for n, id := range x.obj {
			if id == 0 {
				continue
			}
			s := c.state[n]
			k.target = strings.ToLower(s.objectName(s.object(id)))
			if !c.query.ByTrustee {
				continue
			}
			switch {
			case x.ref[n].obj != 0 && x.kind != kindOrder:
				p := s.Principal(s.trustee(x.ref[n], s.aceOf(x.ref[n])))
				k.trustee = strings.ToLower(p.Name) + "\x00" + sidText(p.SID) + p.DN
			case x.who[n] != 0:
				p := s.Principal(s.party(x.who[n]))
				k.trustee = strings.ToLower(p.Name) + "\x00" + sidText(p.SID) + p.DN
			}
		}
		keys[i] = k
	}
	place := func(x *change, i int) int { return int(x.ref[i].pos)<<8 | int(x.ref[i].right) }
	slices.SortStableFunc(keys, func(a, b key) int {
		return cmp.Or(strings.Compare(a.trustee, b.trustee), cmp.Compare(a.class, b.class), strings.Compare(a.target, b.target),
			cmp.Compare(a.x.obj[after], b.x.obj[after]), cmp.Compare(a.x.obj[before], b.x.obj[before]),
			cmp.Compare(a.x.kind, b.x.kind), cmp.Compare(a.x.family, b.x.family), cmp.Compare(a.x.verb, b.x.verb),
			cmp.Compare(place(&a.x, after), place(&b.x, after)), cmp.Compare(place(&a.x, before), place(&b.x, before)))
	})
	for i := range keys {
		out.list[i] = keys[i].x
	}
	c.countStored()
}

// countStored counts the mailboxes of each store, if an entry of a store changed.
func (c *comparer) countStored() {
	if !slices.ContainsFunc(c.out.list, func(x change) bool { return x.kind == kindACE && x.family == familyStore }) {
		return
	}
	for i, s := range c.state {
		c.out.stored[i] = map[dnID]int32{}
		for n := range s.recips.len() {
			if o := s.object(*s.recips.at(n)); o.mailboxLike() {
				c.out.stored[i][o.home]++
			}
		}
	}
}
