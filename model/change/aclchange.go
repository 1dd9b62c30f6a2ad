package change

import (
	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/internal/pool"
)

// sourceKey names an inherited entry by what its source depends on.
type sourceKey struct {
	parent pool.DN
	ace    pool.ACE
}

// register notes the entries that changed on what others inherit from, so that
// their copies are counted and not listed a thousand times.
func (c *comparer) register(p pair) {
	k, _, any := c.sense(p)
	if !any || (k == grant.SendAs || k == grant.RecipientSend) && c.recipient(p) {
		return
	}
	s, d := c.sides(p, k)
	if d == nil {
		return
	}
	for _, t := range c.twins(p, k, s, d) {
		gid := int32(0)
		for i, pos := range t.pos {
			if pos == absent || t.pos[1-i] == absent && c.judge(p, i, s[1-i]) == EventUnsure {
				continue
			}
			id, a := c.aceAt(i, s[i].desc, pos)
			if a.Flags&acl.Inherited != 0 {
				continue
			}
			if gid == 0 {
				c.out.copies = append(c.out.copies, copies{})
				gid = int32(len(c.out.copies))
			}
			c.explained[i][grant.SourceAt{Obj: p[i], ACE: id}] = gid
		}
	}
}

func (c *comparer) recipient(p pair) bool {
	for i := range p {
		if o := c.object(p, i); o != nil && o.Recipient != model.NoRecipient {
			return true
		}
	}
	return false
}

// sides returns an ACL as both states show it and what differs; nil where there
// is nothing to look at.
func (c *comparer) sides(p pair, k *grant.Kind) (s [2]side, d *aclDiff) {
	var desc [2]pool.Desc
	for i := range p {
		if o := c.object(p, i); o != nil {
			desc[i] = k.Desc(o)
		}
	}
	if desc[Before] == desc[After] {
		return s, nil
	}
	return [2]side{c.side(p, Before, k), c.side(p, After, k)}, c.diff(desc[Before], desc[After])
}

func (c *comparer) aceAt(i int, d pool.Desc, pos int32) (pool.ACE, *pool.ACERecord) {
	first, _ := c.state[i].ACEsOf(d)
	id := *c.state[i].Lists.At(first + uint32(pos))
	return id, c.state[i].ACEs.At(uint32(id))
}

// acl compares one ACL of an object, which may be only above targets.
func (c *comparer) acl(p pair, k *grant.Kind, target bool) {
	s, d := c.sides(p, k)
	if d == nil {
		return
	}
	if s[Before].presence <= damaged && s[After].presence <= damaged && !k.Apart { // which sense lists already
		c.whole(p, k, s)
		c.order(p, k, d)
	}
	for _, t := range c.twins(p, k, s, d) {
		if target || c.explicit(s, t) {
			c.entry(p, k, s, t)
		}
	}
}

// groupEntries lists the changes of what is above recipients that bear on groups
// alone: acl lists what bears on all recipients.
func (c *comparer) groupEntries(p pair) {
	k := grant.RecipientSend
	s, d := c.sides(p, k)
	if d == nil {
		return
	}
	for _, t := range c.twins(p, k, s, d) {
		if c.explicit(s, t) {
			c.entry(p, k, s, t)
		}
	}
}

func (c *comparer) explicit(s [2]side, t twin) bool {
	for i, pos := range t.pos {
		if pos != absent {
			if _, a := c.aceAt(i, s[i].desc, pos); a.Flags&acl.Inherited == 0 {
				return true
			}
		}
	}
	return false
}

// twins pairs the entries that only one list has: those of one trustee, kind
// and object types are one entry that changed. Copies of what changed further
// up are counted there and left out.
func (c *comparer) twins(p pair, k *grant.Kind, s [2]side, d *aclDiff) []twin {
	out := d.terms[:len(d.terms):len(d.terms)]
	waiting := map[pool.ACEKey][]int{}
	for i := range d.only {
		for _, pos := range d.only[i] {
			_, a := c.aceAt(i, s[i].desc, int32(pos))
			if c.copied(p, i, k, s, int32(pos)) {
				continue
			}
			key := a.ACEKey
			key.Mask, key.Flags = 0, key.Flags&acl.Inherited
			if l := waiting[key]; i == After && len(l) > 0 {
				out[l[0]].pos[After] = int32(pos)
				waiting[key] = l[1:]
				continue
			}
			t := twin{pos: [2]int32{absent, absent}}
			t.pos[i] = int32(pos)
			if i == Before {
				waiting[key] = append(waiting[key], len(out))
			}
			out = append(out, t)
		}
	}
	return out
}

// copied reports whether an entry is a copy of one that changed at its source,
// and counts it there.
func (c *comparer) copied(p pair, i int, k *grant.Kind, s [2]side, pos int32) bool {
	if !k.IsInherited() || c.judge(p, i, s[1-i]) == EventUnsure {
		return false
	}
	st, o := c.state[i], c.object(p, i)
	id, a := c.aceAt(i, s[i].desc, pos)
	var src grant.SourceAt
	if a.Flags&acl.Inherited != 0 {
		key := sourceKey{st.DNs.At(uint32(o.DN)).Parent, id}
		var known bool
		if src, known = c.sources[i][key]; !known {
			src = grant.Source(st, o.DN, a)
			c.sources[i][key] = src
		}
	} else if o.Is(model.FlagAdminCount) {
		src = grant.Stamp(st, o, a)
	}
	gid := c.explained[i][src]
	if src.Obj == 0 || gid == 0 {
		return false
	}
	if n := &c.out.copies[gid-1]; c.counting && n.last != c.seen && targetKind(o) != nil {
		n.on[i], n.last = append(n.on[i], p[i]), c.seen
	}
	return true
}

// entry lists a change of one entry, a line for each right that it touches.
func (c *comparer) entry(p pair, k *grant.Kind, s [2]side, t twin) {
	var rights [2][]pool.Right
	var bufs [2][pool.MaxRights]pool.Right
	var recs [2]*pool.ACERecord
	x := Diff{Obj: p, Grant: k, Kind: ACE, Event: eventChanged}
	for i, pos := range t.pos {
		if pos == absent {
			continue
		}
		id, a := c.aceAt(i, s[i].desc, pos)
		recs[i], x.Ref[i] = a, k.Ref(p[i], uint32(pos), 0)
		if !k.Apart && !c.reaches(p, i, a) {
			continue
		}
		rights[i] = k.Rights(c.object(p, i), a, &bufs[i])
		if gid := c.explained[i][grant.SourceAt{Obj: p[i], ACE: id}]; gid != 0 && a.Flags&acl.Inherited == 0 {
			x.reach = gid
		}
		if t.pos[1-i] == absent {
			if x.Event = c.judge(p, i, s[1-i]); x.Event == EventUnsure {
				x.why[1-i] = s[1-i].why
			}
		}
	}
	list := func(r pool.Right) {
		for i := range x.Ref {
			x.Ref[i].Right = r
		}
		c.add(x)
	}
	for _, r := range rights[Before] {
		if x.Event != eventChanged || t.term || !Has(rights[After], r) || !k.Untouched(r, recs[Before], recs[After]) {
			list(r)
		}
	}
	for _, r := range rights[After] {
		if !Has(rights[Before], r) {
			list(r)
		}
	}
}

func Has(rights []pool.Right, r pool.Right) bool {
	for _, x := range rights {
		if x == r {
			return true
		}
	}
	return false
}

// reaches reports whether an entry of something that is no target itself gets
// to targets: it is inherited, or stamped by the AdminSDHolder.
func (c *comparer) reaches(p pair, i int, a *pool.ACERecord) bool {
	if targetKind(c.object(p, i)) != nil || a.Null || a.Flags&acl.ContainerInherit != 0 {
		return true
	}
	for _, h := range c.state[i].Forest.AdminSDHolders {
		if h == p[i] {
			return true
		}
	}
	return false
}

// whole compares what an ACL has beside its entries.
func (c *comparer) whole(p pair, k *grant.Kind, s [2]side) {
	if s[Before].presence == damaged || s[After].presence == damaged || s[Before].desc == 0 || s[After].desc == 0 {
		return
	}
	a, b := c.state[Before].Descs.At(uint32(s[Before].desc)), c.state[After].Descs.At(uint32(s[After].desc))
	x := Diff{Obj: p, Grant: k, Kind: ACL, Event: eventChanged}
	for _, part := range [...]struct {
		part   part
		differ bool
	}{
		{partInheritance, (a.Control^b.Control)&acl.DACLProtected != 0},
		{partOwner, a.Owner != b.Owner},
		{partDACL, a.State != b.State},
	} {
		if part.differ {
			x.part = part.part
			c.add(x)
		}
	}
}

// order lists that the entries that stayed stand in another order. The order of
// inherited entries follows from that of the objects above: it is looked at
// here only where those were not read.
func (c *comparer) order(p pair, k *grant.Kind, d *aclDiff) {
	m := d.moved[movedOwn]
	if !k.IsInherited() || !m.any && !c.parentRead(p) {
		m = d.moved[movedAll]
	}
	if !m.any {
		return
	}
	x := Diff{Obj: p, Grant: k, Kind: Order, Event: eventChanged}
	for i := range p {
		x.Ref[i] = k.Ref(p[i], m.pos[i], 0)
	}
	c.add(x)
}

func (c *comparer) parentRead(p pair) bool {
	for i, s := range c.state {
		id := s.At(s.DNs.At(uint32(c.object(p, i).DN)).Parent)
		if id == 0 || s.Record(id).Security == 0 {
			return false
		}
	}
	return true
}
