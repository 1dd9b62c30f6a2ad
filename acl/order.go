package acl

// Canonical reports whether the DACL is in the order that Windows' editors
// write: entries set on the object before inherited ones, and among the former
// denies before allows. index is the first entry out of place, or -1.
//
// Nothing is asked of inherited entries among themselves: those of the parent
// stand before those of the grandparent, each group with its denies first, and
// where a group ends is not stored. A DACL out of order is legal and is
// evaluated as it stands; it is what an editor refuses to open, and a deny in
// it may come too late.
func (d Descriptor) Canonical() (ok bool, index int) {
	var inherited, allowed bool
	i := 0
	for a := range d.DACL() {
		switch {
		case a.IsInherited():
			inherited = true
		case inherited, allowed && a.Denies():
			return false, i
		case a.Allows():
			allowed = true
		}
		i++
	}
	return true, -1
}

// Redundancy is an entry that decides nothing, whoever asks.
type Redundancy struct {
	Index int // the entry in the DACL
	By    int // the earlier entry that completes the set of those that speak for it
	// Contrary is true where an earlier entry says the opposite about one
	// of the rights: an allow behind a deny of the same trustee, or the
	// other way round. Such an entry is not a mere duplicate: somebody
	// believes that it does something.
	Contrary bool
}

// Redundant finds the entries of the DACL that can be taken away without
// changing any decision, on the object or on its children: for the same
// trustee, earlier unconditional entries that are at least as wide speak about
// every right in its mask. Entries that other trustees' entries make
// superfluous (Everyone, a group and its members) are not looked for.
func (d Descriptor) Redundant() []Redundancy {
	var found []Redundancy
	earlier := make(map[string][]numbered, d.dacl.count)
	i := -1
	for a := range d.DACL() {
		i++
		if !a.Allows() && !a.Denies() || a.Mask == 0 {
			continue
		}
		r := Redundancy{Index: i}
		rest := a.Mask
		for _, e := range earlier[string(a.SID)] {
			if e.Mask&rest == 0 || !e.atLeastAsWide(&a) {
				continue
			}
			if e.Allows() != a.Allows() {
				r.Contrary = true
			}
			if rest &^= e.Mask; rest == 0 {
				r.By = e.index
				found = append(found, r)
				break
			}
		}
		if rest != 0 && !a.IsCallback() {
			sid := string(a.SID)
			earlier[sid] = append(earlier[sid], numbered{a, i})
		}
	}
	return found
}

// numbered is an entry and its place.
type numbered struct {
	ACE
	index int
}

// atLeastAsWide reports whether a speaks, on the object and on every child,
// wherever b does.
func (a *ACE) atLeastAsWide(b *ACE) bool {
	if a.HasObjectType && (!b.HasObjectType || a.ObjectType != b.ObjectType) {
		return false
	}
	if b.Flags&InheritOnly == 0 && a.Flags&InheritOnly != 0 {
		return false
	}
	inherit := b.Flags & (ObjectInherit | ContainerInherit)
	if inherit == 0 {
		return true
	}
	if a.Flags&inherit != inherit || a.Flags&NoPropagate != 0 && b.Flags&NoPropagate == 0 {
		return false
	}
	return !a.HasInheritedObjectType || b.HasInheritedObjectType && a.InheritedObjectType == b.InheritedObjectType
}
