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
	if len(found) == 0 && b.addsNamed(x) {
		return w.again(false)
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
		return b.delegate(w, model.DelegateChange{Target: ref.Obj, Who: s.Delegates.At(o.Delegates.First + ref.Pos).Who})
	}
	a, list := grant.ACEOf(s, ref), listKey{ref.Obj, !k.IsInherited()}
	switch {
	case s.Descs.At(uint32(b.desc(list))).Broken:
		return w.errorf("the list of %s does not decode to its end: what it would be without one of its entries cannot be told", s.ObjectName(o))
	case a.Null:
		b.notes = append(b.notes, model.Phrase{{Is: model.PartName, Text: s.ObjectName(o)}, {Is: model.PartWord, Text: " has no list of entries, so everybody has every right: in its place stands one that is empty but for what is added to it"}})
		b.leaveOut(list, ref.Pos)
		return nil
	case list.mailbox:
		b.leaveOut(list, ref.Pos)
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
		if len(found) > 0 && s.Descs.At(uint32(o.Security)).Broken {
			b.broken++
			continue
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
	a, mailbox, ok := x.entry(s)
	if !ok {
		return w.errorf("there is no right of this name to add on %s; give the entry in SDDL, TARGET=(A;CI;CR;;;SID)", s.ObjectName(o))
	}
	if x.sid.IsZero() {
		return w.errorf("%s has no SID, and no entry can name it", x.text)
	}
	if mailbox && a.Mask == acl.MailboxSendAs {
		b.notes = append(b.notes, model.Said("SendAs in the list of a mailbox has no effect: the right on the account is Send-As"))
	}
	return b.add(w, listKey{x.target, mailbox}, a)
}

// entry is the entry that the name of a right stands for where one is added.
func (x *named) entry(s *model.Snapshot) (a acl.ACE, mailbox, ok bool) {
	if a, mailbox, ok = entryFor(s, s.Record(x.target), x.right); x.deny {
		a.Type++ // the type of a deny follows that of the allow
	}
	a.SID = x.sid.Bytes()
	return a, mailbox, ok
}

// addsNamed reports whether the entry was asked for before.
func (b *builder) addsNamed(x named) bool {
	if strings.EqualFold(x.right, "SendOnBehalf") && x.who != 0 {
		return slices.Contains(b.change.Delegates, model.DelegateChange{Target: x.target, Who: b.s.Record(x.who).DN, Add: true})
	}
	a, mailbox, ok := x.entry(b.s)
	return ok && b.adds(listKey{x.target, mailbox}, &a)
}

// adds reports whether an entry is among those that a list gets.
func (b *builder) adds(k listKey, a *acl.ACE) bool {
	l := b.lists[k]
	return l != nil && slices.ContainsFunc(l.In, func(x acl.ACE) bool { return sameEntry(&x, a) })
}

func sameEntry(x, y *acl.ACE) bool {
	return x.Type == y.Type && x.Mask == y.Mask && x.Flags == y.Flags && x.Trustee() == y.Trustee() &&
		x.ObjectType == y.ObjectType && x.InheritedObjectType == y.InheritedObjectType
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
	change := model.DelegateChange{Target: x.target, Who: who, Add: true}
	for i := range o.Delegates.N {
		if s.Delegates.At(o.Delegates.First+i).Who != who {
			continue
		}
		if err := b.delegate(w, change); err != nil {
			return err
		}
		return w.errorf("%s may send on behalf of it already", x.text)
	}
	return b.delegate(w, change)
}

// delegate leaves out a value of publicDelegates, or adds one: each once.
func (b *builder) delegate(w Wish, c model.DelegateChange) error {
	for _, d := range b.change.Delegates {
		if d.Target == c.Target && d.Who == c.Who {
			return w.again(d.Add == c.Add)
		}
	}
	b.change.Delegates = append(b.change.Delegates, c)
	return nil
}

// add puts an entry on a list that was read, and what others get of it on theirs.
func (b *builder) add(w Wish, k listKey, a acl.ACE) error {
	s, o := b.s, b.s.Record(k.obj)
	kind := grant.OnSecurity(o)
	if k.mailbox {
		kind = grant.MailboxACL
	}
	switch at, has := b.find(k, &a); {
	case s.Descs.At(uint32(b.desc(k))).Broken:
		return w.errorf("the list of %s does not decode to its end: what an entry would change there cannot be told", s.ObjectName(o))
	case kind.Unread(s, coverage.NewReadability(s), o):
		return w.errorf("the list of %s was not read: what an entry would change there cannot be told", s.ObjectName(o))
	case b.adds(k, &a):
		return w.again(true)
	case has && slices.Contains(b.list(k).Out, at):
		return w.again(false)
	case has:
		return w.errorf("%s has this entry already", s.ObjectName(o))
	}
	if _, known := b.added[k]; !known {
		b.added[k] = w
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
	if pos, ok := b.find(k, &a); ok {
		kind := grant.OnSecurity(o)
		if k.mailbox {
			kind = grant.MailboxACL
		}
		return b.without(w, kind.Ref(target, pos, 0))
	}
	if b.adds(k, &a) {
		return w.again(false)
	}
	return w.errorf("%s has no such entry", s.ObjectName(o))
}

// find finds an entry in a list as it was read.
func (b *builder) find(k listKey, a *acl.ACE) (pos uint32, ok bool) {
	s := b.s
	first, n := s.ACEsOf(b.desc(k))
	for i := range n {
		if x := s.ACE(first + i); !x.Null && x.Type == a.Type && x.Mask == a.Mask && x.Flags == a.Flags && s.SIDOf(x.Trustee) == a.Trustee() &&
			*s.GUIDs.At(uint32(x.ObjectType)) == a.ObjectType && *s.GUIDs.At(uint32(x.InheritedType)) == a.InheritedObjectType {
			return i, true
		}
	}
	return 0, false
}
