package model

import "mbxperm/acl"

// sourceKey names an inherited entry by what its source depends on.
type sourceKey struct {
	parent dnID
	ace    aceID
}

// register notes the entries that changed on what others inherit from, so that
// their copies are counted and not listed a thousand times.
func (c *comparer) register(p pair) {
	f, _, any := c.sense(p)
	if !any || f == familySend && c.recipient(p) {
		return
	}
	s, d := c.sides(p, f)
	if d == nil {
		return
	}
	for _, t := range c.twins(p, f, s, d) {
		gid := int32(0)
		for i, pos := range t.pos {
			if pos == absent || t.pos[1-i] == absent && c.judge(p, i, s[1-i]) == verbUnsure {
				continue
			}
			id, a := c.aceAt(i, s[i].desc, pos)
			if a.flags&acl.Inherited != 0 {
				continue
			}
			if gid == 0 {
				c.out.copies = append(c.out.copies, copies{})
				gid = int32(len(c.out.copies))
			}
			c.explained[i][sourceAt{p[i], id}] = gid
		}
	}
}

func (c *comparer) recipient(p pair) bool {
	for i := range p {
		if o := c.object(p, i); o != nil && o.recipient != NoRecipient {
			return true
		}
	}
	return false
}

// sides returns an ACL as both states show it and what differs; nil where there
// is nothing to look at.
func (c *comparer) sides(p pair, f family) (s [2]side, d *aclDiff) {
	var desc [2]descID
	for i := range p {
		if o := c.object(p, i); o != nil {
			desc[i] = c.state[i].descOf(o, f)
		}
	}
	if desc[before] == desc[after] {
		return s, nil
	}
	return [2]side{c.side(p, before, f), c.side(p, after, f)}, c.diff(desc[before], desc[after])
}

func (c *comparer) aceAt(i int, d descID, pos int32) (aceID, *aceRec) {
	first, _ := c.state[i].acesOf(d)
	id := *c.state[i].lists.at(first + uint32(pos))
	return id, c.state[i].aces.at(uint32(id))
}

// acl compares one ACL of an object.
func (c *comparer) acl(p pair, f family) {
	target := true
	if f != familyMailbox {
		var any bool
		if f, target, any = c.sense(p); !any {
			return
		}
	}
	s, d := c.sides(p, f)
	if d == nil {
		return
	}
	if s[before].presence <= damaged && s[after].presence <= damaged {
		c.whole(p, f, s)
		c.order(p, f, d)
	}
	for _, t := range c.twins(p, f, s, d) {
		if target || c.explicit(s, t) {
			c.entry(p, f, s, t)
		}
	}
}

func (c *comparer) explicit(s [2]side, t twin) bool {
	for i, pos := range t.pos {
		if pos != absent {
			if _, a := c.aceAt(i, s[i].desc, pos); a.flags&acl.Inherited == 0 {
				return true
			}
		}
	}
	return false
}

// twins pairs the entries that only one list has: those of one trustee, kind
// and object types are one entry that changed. Copies of what changed further
// up are counted there and left out.
func (c *comparer) twins(p pair, f family, s [2]side, d *aclDiff) []twin {
	out := d.terms[:len(d.terms):len(d.terms)]
	waiting := map[aceKey][]int{}
	for i := range d.only {
		for _, pos := range d.only[i] {
			_, a := c.aceAt(i, s[i].desc, int32(pos))
			if c.copied(p, i, f, s, int32(pos)) {
				continue
			}
			key := a.aceKey
			key.mask, key.flags = 0, key.flags&acl.Inherited
			if l := waiting[key]; i == after && len(l) > 0 {
				out[l[0]].pos[after] = int32(pos)
				waiting[key] = l[1:]
				continue
			}
			t := twin{pos: [2]int32{absent, absent}}
			t.pos[i] = int32(pos)
			if i == before {
				waiting[key] = append(waiting[key], len(out))
			}
			out = append(out, t)
		}
	}
	return out
}

// copied reports whether an entry is a copy of one that changed at its source,
// and counts it there.
func (c *comparer) copied(p pair, i int, f family, s [2]side, pos int32) bool {
	if f == familyMailbox || c.judge(p, i, s[1-i]) == verbUnsure {
		return false
	}
	st, o := c.state[i], c.object(p, i)
	id, a := c.aceAt(i, s[i].desc, pos)
	var src sourceAt
	if a.flags&acl.Inherited != 0 {
		key := sourceKey{st.dns.at(uint32(o.dn)).parent, id}
		var known bool
		if src, known = c.sources[i][key]; !known {
			src = st.source(o.dn, a)
			c.sources[i][key] = src
		}
	} else if o.is(flagAdminCount) {
		src = st.stamp(o, a)
	}
	gid := c.explained[i][src]
	if src.obj == 0 || gid == 0 {
		return false
	}
	if n := &c.out.copies[gid-1]; c.counting && n.last != c.seen && o.family() != familyAncestor {
		n.on[i], n.last = append(n.on[i], p[i]), c.seen
	}
	return true
}

// entry lists a change of one entry, a line for each right that it touches.
func (c *comparer) entry(p pair, f family, s [2]side, t twin) {
	var rights [2][]right
	var bufs [2][maxRights]right
	var recs [2]*aceRec
	x := change{obj: p, family: f, kind: kindACE, verb: verbChanged}
	for i, pos := range t.pos {
		if pos == absent {
			continue
		}
		id, a := c.aceAt(i, s[i].desc, pos)
		recs[i], x.ref[i] = a, RowRef{p[i], uint32(pos), f, 0}
		if !c.reaches(p, i, a) {
			continue
		}
		rights[i] = rightsOf(f, a, &bufs[i])
		if gid := c.explained[i][sourceAt{p[i], id}]; gid != 0 && a.flags&acl.Inherited == 0 {
			x.reach = gid
		}
		if t.pos[1-i] == absent {
			if x.verb = c.judge(p, i, s[1-i]); x.verb == verbUnsure {
				x.why[1-i] = s[1-i].why
			}
		}
	}
	list := func(r right) {
		for i := range x.ref {
			x.ref[i].right = r
		}
		c.add(x)
	}
	for _, r := range rights[before] {
		if x.verb != verbChanged || t.term || !has(rights[after], r) || !sameRow(f, r, recs) {
			list(r)
		}
	}
	for _, r := range rights[after] {
		if !has(rights[before], r) {
			list(r)
		}
	}
}

func has(rights []right, r right) bool {
	for _, x := range rights {
		if x == r {
			return true
		}
	}
	return false
}

// sameRow reports whether a right that an entry gives in both states is
// untouched by what changed about the entry: other bits of a mailbox ACL have rows of their own.
func sameRow(f family, r right, a [2]*aceRec) bool {
	if f != familyMailbox || a[before].flags != a[after].flags {
		return false
	}
	if k := a[before].kind; r != rightOther || a[before].mask == a[after].mask {
		return true
	} else if !k.Allows() && !k.Denies() {
		return false
	}
	return a[before].mask&^mailboxNamed == a[after].mask&^mailboxNamed
}

// reaches reports whether an entry of something that is no target itself gets
// to targets: it is inherited, or stamped by the AdminSDHolder.
func (c *comparer) reaches(p pair, i int, a *aceRec) bool {
	if c.object(p, i).family() != familyAncestor || a.null || a.flags&acl.ContainerInherit != 0 {
		return true
	}
	for _, h := range c.state[i].facts.holders {
		if h == p[i] {
			return true
		}
	}
	return false
}

// whole compares what an ACL has beside its entries.
func (c *comparer) whole(p pair, f family, s [2]side) {
	if s[before].presence == damaged || s[after].presence == damaged || s[before].desc == 0 || s[after].desc == 0 {
		return
	}
	a, b := c.state[before].descs.at(uint32(s[before].desc)), c.state[after].descs.at(uint32(s[after].desc))
	x := change{obj: p, family: f, kind: kindACL, verb: verbChanged}
	for _, part := range [...]struct {
		what   what
		differ bool
	}{
		{whatInheritance, (a.control^b.control)&acl.DACLProtected != 0},
		{whatOwner, a.owner != b.owner},
		{whatDACL, a.state != b.state},
	} {
		if part.differ {
			x.what = part.what
			c.add(x)
		}
	}
}

// order lists that the entries that stayed stand in another order. The order of
// inherited entries follows from that of the objects above: it is looked at
// here only where those were not read.
func (c *comparer) order(p pair, f family, d *aclDiff) {
	m := d.moved[movedOwn]
	if f == familyMailbox || !m.any && !c.parentRead(p) {
		m = d.moved[movedAll]
	}
	if !m.any {
		return
	}
	x := change{obj: p, family: f, kind: kindOrder, verb: verbChanged}
	for i := range p {
		x.ref[i] = RowRef{p[i], m.pos[i], f, 0}
	}
	c.add(x)
}

func (c *comparer) parentRead(p pair) bool {
	for i, s := range c.state {
		id := s.at(s.dns.at(uint32(c.object(p, i).dn)).parent)
		if id == 0 || s.object(id).security == 0 {
			return false
		}
	}
	return true
}
