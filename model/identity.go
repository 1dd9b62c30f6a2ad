package model

import "mbxperm/acl"

// match finds each object of one state in the other: by objectGUID; where one
// state has none, by SID; where one has neither, by DN. An object with the same
// name and another GUID is another object.
func (c *comparer) match() {
	old, new := c.state[before], c.state[after]
	c.other[before] = make([]objID, old.objects.len())
	c.other[after] = make([]objID, new.objects.len())
	link := func(a, b objID) { c.other[before][a], c.other[after][b] = b, a }
	moved := false
	for id := objID(1); uint32(id) < old.objects.len(); id++ {
		o := old.object(id)
		n := new.at(o.dn)
		if n == 0 {
			moved = true
			continue
		}
		same, byName := identical(o, new.object(n))
		if !same {
			moved = true
			continue
		}
		link(id, n)
		if byName {
			c.out.ByName++
		}
	}
	if moved {
		c.matchMoved(link)
	}
}

// identical reports whether two objects with the same DN are one, and whether
// there is nothing but the DN to say so.
func identical(a, b *object) (same, byName bool) {
	switch {
	case !a.guid.IsZero() && !b.guid.IsZero():
		return a.guid == b.guid, false
	case a.sid != 0 && b.sid != 0:
		return a.sid == b.sid, false
	}
	return true, true
}

// matchMoved finds the objects that stand elsewhere in the other state.
func (c *comparer) matchMoved(link func(old, new objID)) {
	old, new := c.state[before], c.state[after]
	byGUID, bySID := map[acl.GUID]objID{}, map[sidID]objID{}
	for id := objID(1); uint32(id) < new.objects.len(); id++ {
		if c.other[after][id] != 0 {
			continue
		}
		o := new.object(id)
		if !o.guid.IsZero() {
			byGUID[o.guid] = id
		}
		if o.sid != 0 {
			bySID[o.sid] = id
		}
	}
	for id := objID(1); uint32(id) < old.objects.len(); id++ {
		o := old.object(id)
		if c.other[before][id] != 0 {
			continue
		}
		n := objID(0)
		if !o.guid.IsZero() {
			n = byGUID[o.guid]
		}
		if n == 0 && o.sid != 0 {
			n = bySID[o.sid]
			if n != 0 && !o.guid.IsZero() && !new.object(n).guid.IsZero() {
				n = 0 // two objects may hold one SID: BUILTIN groups, one of each domain
			}
		}
		if n != 0 && c.other[after][n] == 0 {
			link(id, n)
		}
	}
}

// identity names what a DN of one state stands for, so that both states give
// the same number for the same object, whatever it is called.
func (c *comparer) identity(i int, dn dnID) uint64 {
	const (
		byDN = iota << 32
		matched
		alone // and i
	)
	id := c.state[i].at(dn)
	if id == 0 {
		return byDN | uint64(dn)
	}
	other := c.other[i][id]
	switch {
	case other != 0 && i == before:
		return matched | uint64(other)
	case other != 0:
		return matched | uint64(id)
	case c.state[1-i].at(dn) == 0:
		return byDN | uint64(dn)
	}
	return (alone + uint64(i)<<32) | uint64(id) // somebody else has its name in the other state
}

// typeSet is a set of object types.
type typeSet uint8

const (
	onMailboxes typeSet = 1 << iota
	onStores
	onAdmins
)

func typeSetOf(t *ObjectType) typeSet {
	switch t {
	case Stores:
		return onStores
	case Admins:
		return onAdmins
	}
	return onMailboxes
}

func typesOf(f family) typeSet {
	switch f {
	case familyStore:
		return onStores
	case familyAdmin:
		return onAdmins
	}
	return onMailboxes
}

// allHolders says for each object on which object types it holds a right: itself,
// or as a member of a group that does. Everyone and Authenticated Users hold
// everybody; their members are not listed.
func (s *Snapshot) allHolders() *holding[typeSet] { return hold(s, s.namedOn(), onMailboxes) }

// hold gives what is held by SID to those who hold the SIDs, now or formerly,
// and what delegates hold to these, and all of it to the members of groups.
func hold[T ~uint8](s *Snapshot, bySID []T, delegate T) *holding[T] {
	h := &holding[T]{s: s, holds: make([]T, s.objects.len()), primary: map[uint64]objID{}}
	for id := objID(1); uint32(id) < s.objects.len(); id++ {
		o := s.object(id)
		if int(o.sid) < len(bySID) && bySID[o.sid] != 0 {
			h.give(id, bySID[o.sid])
		}
	}
	for sid, t := range bySID {
		if t != 0 {
			for _, id := range s.formerHolders(sidID(sid)) {
				h.give(id, t)
			}
		}
	}
	for i := range s.delegates.len() {
		h.give(s.at(s.delegates.at(i).who), delegate)
	}
	for id := objID(1); len(h.primary) > 0 && uint32(id) < s.objects.len(); id++ {
		o := s.object(id)
		if o.primaryGroup != 0 && o.sid != 0 {
			h.give(id, h.holds[h.primaryGroup(o)])
		}
	}
	return h
}

// namedOn says for each SID on the ACLs of which object types it is named.
func (s *Snapshot) namedOn() []typeSet {
	descs := make([]typeSet, s.descs.len())
	for _, list := range [...]view[objID]{s.recips, s.stores} {
		for i := range list.len() {
			o := s.object(*list.at(i))
			t := typesOf(o.family())
			descs[o.mailboxSD] |= t
			descs[o.security] |= t
		}
	}
	named := make([]typeSet, s.sids.len())
	var buf [maxRights]right
	for id := uint32(1); id < s.descs.len(); id++ {
		if descs[id] == 0 {
			continue
		}
		d := s.descs.at(id)
		for i := range d.n {
			if a := s.ace(d.first + i); len(rightsOf(d.family, a, &buf)) > 0 {
				named[a.trustee] |= descs[id]
			}
		}
	}
	return named
}

// holding says what each object holds.
type holding[T ~uint8] struct {
	s       *Snapshot
	holds   []T              // by objID
	primary map[uint64]objID // domain and RID of the groups that hold a right
}

// primaryGroup returns the primary group of an account, if that holds a right.
func (h *holding[T]) primaryGroup(o *object) objID {
	return h.primary[uint64(h.s.sids.at(uint32(o.sid)).domain)<<32|uint64(o.primaryGroup)]
}

// give notes that an object holds a right, and through it its members.
func (h *holding[T]) give(id objID, t T) {
	next := []objID{id}
	for len(next) > 0 {
		id := next[len(next)-1]
		next = next[:len(next)-1]
		if id == 0 || h.holds[id]|t == h.holds[id] {
			continue
		}
		h.holds[id] |= t
		o := h.s.object(id)
		if o.class == ClassGroup && o.sid != 0 {
			r := h.s.sids.at(uint32(o.sid))
			h.primary[uint64(r.domain)<<32|uint64(r.rid)] = id
		}
		for i := range o.members.n {
			next = append(next, h.s.at(*h.s.members.at(o.members.first + i)))
		}
	}
}

// aboveStores returns what lies above stores and administration containers and
// is none itself: its inheritable entries of any right reach them. The
// configuration partition does not inherit from the domain that its name ends with.
func (s *Snapshot) aboveStores() map[objID]bool {
	above := map[objID]bool{}
	for i := range s.stores.len() {
		dn := s.dns.at(uint32(s.object(*s.stores.at(i)).dn)).parent
		for ; dn != 0; dn = s.dns.at(uint32(dn)).parent {
			id := s.at(dn)
			if id == 0 || above[id] || s.object(id).class == ClassDomain {
				break
			}
			if s.object(id).family() == familyAncestor {
				above[id] = true
			}
		}
	}
	return above
}
