package whatif

import (
	"slices"
	"strings"

	"mbxperm/acl"
	"mbxperm/acl/sddl"
	"mbxperm/model"
	"mbxperm/model/coverage"
	"mbxperm/model/grant"
	"mbxperm/model/internal/pool"
)

// entry reads TARGET=TRUSTEE:RIGHT, or TARGET=(ACE in SDDL).
func (b *builder) entry(w Wish) error {
	left, right, err := w.halves(b.s)
	if err != nil {
		return err
	}
	target, err := w.one(b.s, left, "mailbox, recipient, store or container", func(o *model.Record) bool {
		return !o.Is(model.FlagDeleted) && grant.OnSecurity(o) != nil
	})
	switch {
	case err != nil:
		return err
	case strings.HasPrefix(right, "("):
		return b.bySDDL(w, target, right)
	}
	i := strings.LastIndexByte(right, ':')
	deny := strings.EqualFold(right[i+1:], grant.Deny)
	if deny || strings.EqualFold(right[i+1:], "Allow") {
		right = right[:max(i, 0)]
		i = strings.LastIndexByte(right, ':')
	}
	if i <= 0 || i == len(right)-1 {
		return w.errorf("an entry is written TARGET=TRUSTEE:RIGHT, as report aces prints it, or TARGET=(ACE in SDDL)")
	}
	sid, id, err := w.trustee(b.s, right[:i])
	if err != nil {
		return err
	}
	x := named{target: target, sid: sid, who: id, right: right[i+1:], deny: deny, text: right[:i]}
	if w.Add {
		return b.addNamed(w, x)
	}
	return b.withoutNamed(w, x)
}

// named is an entry as its row names it.
type named struct {
	target model.ObjectID
	sid    acl.SID
	who    model.ObjectID // who has the SID, or what has no SID and is named in a link; 0 for neither
	right  string
	deny   bool
	text   string // the trustee as it was written
}

// isTrustee reports whether a row of a trustee has the name: one of a SID that somebody
// had before ([MS-ADA3] sIDHistory) has his name too, but is not meant by a SID.
func (x *named) isTrustee(s *model.Snapshot, who model.TrusteeID) bool {
	if x.sid.IsZero() {
		return who == model.TrusteeOfDN(s.Record(max(x.who, 1)).DN)
	}
	_, bad := acl.ParseSID(x.text)
	return s.SIDOf(who.SID()) == x.sid || bad != nil && slices.Contains(s.FormerHolders(who.SID()), x.who)
}

// withoutNamed leaves out the entries whose rows are named: those that give the right
// by name, and only where there are none, those that imply it.
func (b *builder) withoutNamed(w Wish, x named) error {
	s := b.s
	var found, implied []grant.Ref
	var there []string
	grant.Each(s, x.target, grant.All(), func(ref grant.Ref, a *pool.ACERecord) bool {
		if !x.isTrustee(s, grant.TrusteeOf(s, ref, a)) {
			return true
		}
		row := grant.RowOf(s, ref)
		name := row.Right
		if row.Status == "Deny" {
			name += ":Deny"
		}
		there = append(there, name)
		switch {
		case !sameRight(row.Right, x.right) || grant.Denies(ref, a) != x.deny:
		case row.ImpliedBy != "":
			implied = append(implied, ref)
		default:
			found = append(found, ref)
		}
		return true
	})
	if len(found) == 0 {
		found = implied
	}
	if len(found) == 0 {
		slices.Sort(there)
		if there = slices.Compact(there); len(there) == 0 {
			return w.errorf("%s has no entry for %s", b.s.ObjectName(s.Record(x.target)), x.text)
		}
		return w.errorf("%s has no entry for %s with this right; it has %s", s.ObjectName(s.Record(x.target)), x.text, strings.Join(there, ", "))
	}
	for _, ref := range found {
		if err := b.without(w, ref); err != nil {
			return err
		}
	}
	return nil
}

// without leaves out the entry, or the value of a link, that a row is of. One that is
// inherited is left out where it is set.
func (b *builder) without(w Wish, ref grant.Ref) error {
	s, k, o := b.s, ref.Kind(), b.s.Record(ref.Obj)
	if k.IsLink() {
		if !k.SendsFor() {
			return w.errorf("it gives no way into a mailbox, and no verdict hangs on it")
		}
		who := s.Delegates.At(o.Delegates.First + ref.Pos).Who
		b.change.Delegates = append(b.change.Delegates, model.DelegateChange{Target: ref.Obj, Who: who})
		return nil
	}
	a := grant.ACEOf(s, ref)
	if a.Null {
		return w.errorf("%s has no list of entries: everybody has every right there, and there is none to leave out", s.ObjectName(o))
	}
	if !k.IsInherited() {
		b.leaveOut(listKey{ref.Obj, true}, ref.Pos)
		return nil
	}
	if a.Flags&acl.Inherited == 0 {
		if src := grant.Stamp(s, o, a); src.Obj != 0 {
			b.notes = append(b.notes, model.Phrase{{Is: model.PartName, Text: s.ObjectName(o)}, {Is: model.PartWord, Text: " is protected, and "},
				{Is: model.PartDN, Text: s.DNText(s.Record(src.Obj).DN)}, {Is: model.PartWord, Text: " has the entry too: SDProp writes it again within the hour"}})
		}
		return b.atSource(listKey{ref.Obj, false}, ref.Pos)
	}
	src := grant.Source(s, o.DN, a)
	if src.Obj == 0 {
		return w.errorf("%s inherits the entry from what was not read: what else would lose it cannot be told", s.ObjectName(o))
	}
	first, n := s.ACEsOf(s.Record(src.Obj).Security)
	for pos := range n {
		if *s.Lists.At(first + pos) == src.ACE {
			b.notes = append(b.notes, model.Phrase{{Is: model.PartWord, Text: "the entry is set on "}, {Is: model.PartDN, Text: s.DNText(s.Record(src.Obj).DN)},
				{Is: model.PartWord, Text: ": it is left out there, with all copies that are inherited from it"}})
			return b.atSource(listKey{src.Obj, false}, pos)
		}
	}
	return nil
}

// atSource leaves out an entry that is set on an object, and what others inherit of
// it: an entry that is taken away goes from all below as soon as the directory has
// propagated that ([MS-ADTS] 7.1.3), and from protected accounts with the next run of
// SDProp.
func (b *builder) atSource(k listKey, pos uint32) error {
	s := b.s
	b.leaveOut(k, pos)
	first, _ := s.ACEsOf(s.Record(k.obj).Security)
	id := *s.Lists.At(first + pos)
	src := s.ACEs.At(uint32(id))
	at := grant.SourceAt{Obj: k.obj, ACE: id}
	stamps := slices.Contains(s.Forest.AdminSDHolders, k.obj)
	if src.Flags&acl.ContainerInherit == 0 && !stamps {
		return nil
	}
	top, known := s.Record(k.obj).DN, map[copyKey][]uint32{}
	for other := model.ObjectID(1); uint32(other) < s.Objects.Len(); other++ {
		o := s.Record(other)
		if other == k.obj || o.Security == 0 || !s.Under(o.DN, top) && !(stamps && o.Is(model.FlagAdminCount)) {
			continue
		}
		key := copyKey{s.DNs.At(uint32(o.DN)).Parent, o.Security, o.Is(model.FlagAdminCount)}
		found, ok := known[key]
		if !ok {
			found = copiesOf(s, o, at)
			known[key] = found
		}
		for _, pos := range found {
			b.leaveOut(listKey{other, false}, pos)
		}
	}
	return nil
}

// copyKey is what decides which entries of an object are copies.
type copyKey struct {
	parent    pool.DN
	list      pool.Desc
	protected bool
}

// copiesOf are the positions of the copies of an entry in the list of an object.
func copiesOf(s *model.Snapshot, o *model.Record, at grant.SourceAt) (out []uint32) {
	first, n := s.ACEsOf(o.Security)
	mask := s.ACEs.At(uint32(at.ACE)).Mask.MapGenericAD()
	for i := range n {
		a := s.ACE(first + i)
		if a.Null || a.Mask.MapGenericAD() != mask {
			continue
		}
		src := grant.SourceAt{}
		if a.Flags&acl.Inherited != 0 {
			src = grant.Source(s, o.DN, a)
		} else if o.Is(model.FlagAdminCount) {
			src = grant.Stamp(s, o, a)
		}
		if src == at {
			out = append(out, i)
		}
	}
	return out
}

// addNamed adds the entry whose row is named.
func (b *builder) addNamed(w Wish, x named) error {
	s, o := b.s, b.s.Record(x.target)
	if grant.StandsOnRecipient(o) && strings.EqualFold(x.right, "SendOnBehalf") {
		return b.addDelegate(w, x)
	}
	a, mailbox, ok := entryFor(s, o, x.right)
	if !ok {
		return w.errorf("there is no right of this name to add on %s; give the entry in SDDL, TARGET=(A;CI;CR;;;SID)", s.ObjectName(o))
	}
	if x.sid.IsZero() {
		return w.errorf("%s has no SID, and no entry can name it", x.text)
	}
	if mailbox && a.Mask == acl.MailboxSendAs {
		b.notes = append(b.notes, model.Said("SendAs in the list of a mailbox has no effect: the right on the account is Send-As"))
	}
	if x.deny {
		a.Type++ // the type of a deny follows that of the allow
	}
	a.SID = x.sid.Bytes()
	return b.add(w, listKey{x.target, mailbox}, a)
}

// entryFor is the entry that Exchange's own tools write for a right.
func entryFor(s *model.Snapshot, o *model.Record, right string) (a acl.ACE, mailbox, ok bool) {
	if o.HasMailbox() {
		for _, r := range acl.MailboxRights {
			if strings.EqualFold(r.Name, right) {
				return acl.ACE{Type: acl.TypeAllow, Mask: r.Mask, Flags: acl.ContainerInherit}, true, true
			}
		}
	}
	flags := acl.ContainerInherit
	if grant.StandsOnRecipient(o) {
		flags = 0
	}
	switch strings.ToLower(right) {
	case "full control":
		return acl.ACE{Type: acl.TypeAllow, Mask: acl.FullControl, Flags: flags}, false, true
	case "all extended rights":
		return acl.ACE{Type: acl.TypeAllow, Mask: acl.ControlAccess, Flags: flags}, false, true
	}
	for g, r := range s.Forest.Rights {
		if sameRight(r.Name, right) {
			return extended(g, flags), false, true
		}
	}
	for _, g := range acl.GUIDs() {
		if sameRight(g.Name, right) && g.Kind != acl.KindPropertySet {
			return extended(g.GUID, flags), false, true
		}
	}
	return a, false, false
}

// sameRight reports whether two names are those of one right, in full or as a cell
// has them.
func sameRight(a, b string) bool {
	const verb = "extended right " // in any case
	if len(b) > len(verb) && strings.EqualFold(b[:len(verb)], verb) {
		b = b[len(verb):]
	}
	return strings.EqualFold(grant.CellRight(a), b) || strings.EqualFold(strings.TrimPrefix(a, "Extended right "), b)
}

func extended(g acl.GUID, flags acl.ACEFlags) acl.ACE {
	return acl.ACE{Type: acl.TypeAllowObject, Mask: acl.ControlAccess, HasObjectType: true, ObjectType: g, Flags: flags}
}

func (b *builder) addDelegate(w Wish, x named) error {
	s, o := b.s, b.s.Record(x.target)
	if x.who == 0 || x.deny {
		return w.errorf("publicDelegates names objects, and denies nothing")
	}
	who := s.Record(x.who).DN
	for i := range o.Delegates.N {
		if s.Delegates.At(o.Delegates.First+i).Who == who {
			return w.errorf("%s may send on behalf of it already", x.text)
		}
	}
	b.change.Delegates = append(b.change.Delegates, model.DelegateChange{Target: x.target, Who: who, Add: true})
	return nil
}

// add puts an entry on a list that was read, and what others get of it on theirs.
func (b *builder) add(w Wish, k listKey, a acl.ACE) error {
	s, o := b.s, b.s.Record(k.obj)
	kind := grant.OnSecurity(o)
	if k.mailbox {
		kind = grant.MailboxACL
	}
	switch {
	case kind.Unread(s, coverage.NewReadability(s), o):
		return w.errorf("the list of %s was not read: what an entry would change there cannot be told", s.ObjectName(o))
	}
	if !k.mailbox {
		if err := b.handDown(w, k, a); err != nil {
			return err
		}
	}
	l := b.list(k)
	l.In = append(l.In, a)
	return nil
}

// bySDDL leaves out or adds an entry that is written out. On a mailbox one with an
// object type stands in the list of the account, another in that of the mailbox.
func (b *builder) bySDDL(w Wish, target model.ObjectID, text string) error {
	s, o := b.s, b.s.Record(target)
	parts, err := sddl.Parse("D:"+text, s.Forest.RootSID())
	if err != nil {
		return w.errorf("the entry is no SDDL: %v", err)
	}
	if len(parts.DACL) != 1 {
		return w.errorf("give one entry, in brackets")
	}
	a := parts.DACL[0]
	k := listKey{target, o.HasMailbox() && !a.IsObject()}
	if w.Add {
		return b.add(w, k, a)
	}
	kind := grant.OnSecurity(o)
	if k.mailbox {
		kind = grant.MailboxACL
	}
	first, n := s.ACEsOf(kind.Desc(o))
	for i := range n {
		if x := s.ACE(first + i); x.Type == a.Type && x.Mask == a.Mask && x.Flags == a.Flags && s.SIDOf(x.Trustee) == a.Trustee() &&
			*s.GUIDs.At(uint32(x.ObjectType)) == a.ObjectType && *s.GUIDs.At(uint32(x.InheritedType)) == a.InheritedObjectType {
			return b.without(w, kind.Ref(target, i, 0))
		}
	}
	return w.errorf("%s has no such entry", s.ObjectName(o))
}
