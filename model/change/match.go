package change

import (
	"slices"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/internal/pool"
	"mbxperm/model/member"
	"mbxperm/model/view"
)

// match finds each object of one state in the other: by objectGUID; where one
// state has none, by SID; where one has neither, by DN. An object with the same
// name and another GUID is another object.
func (c *comparer) match() {
	old, new := c.state[Before], c.state[After]
	c.other[Before] = make([]model.ObjectID, old.Objects.Len())
	c.other[After] = make([]model.ObjectID, new.Objects.Len())
	link := func(a, b model.ObjectID) { c.other[Before][a], c.other[After][b] = b, a }
	moved := false
	for id := model.ObjectID(1); uint32(id) < old.Objects.Len(); id++ {
		o := old.Record(id)
		n := new.At(o.DN)
		if n == 0 {
			moved = true
			continue
		}
		same, byName := identical(o, new.Record(n))
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
func identical(a, b *model.Record) (same, byName bool) {
	switch {
	case !a.GUID.IsZero() && !b.GUID.IsZero():
		return a.GUID == b.GUID, false
	case a.SID != 0 && b.SID != 0:
		return a.SID == b.SID, false
	}
	return true, true
}

// matchMoved finds the objects that stand elsewhere in the other state.
func (c *comparer) matchMoved(link func(old, new model.ObjectID)) {
	old, new := c.state[Before], c.state[After]
	byGUID, bySID := map[acl.GUID]model.ObjectID{}, map[pool.SID]model.ObjectID{}
	for id := model.ObjectID(1); uint32(id) < new.Objects.Len(); id++ {
		if c.other[After][id] != 0 {
			continue
		}
		o := new.Record(id)
		if !o.GUID.IsZero() {
			byGUID[o.GUID] = id
		}
		if o.SID != 0 {
			bySID[o.SID] = id
		}
	}
	for id := model.ObjectID(1); uint32(id) < old.Objects.Len(); id++ {
		o := old.Record(id)
		if c.other[Before][id] != 0 {
			continue
		}
		n := model.ObjectID(0)
		if !o.GUID.IsZero() {
			n = byGUID[o.GUID]
		}
		if n == 0 && o.SID != 0 {
			n = bySID[o.SID]
			if n != 0 && !o.GUID.IsZero() && !new.Record(n).GUID.IsZero() {
				n = 0 // two objects may hold one SID: BUILTIN groups, one of each domain
			}
		}
		if n != 0 && c.other[After][n] == 0 {
			link(id, n)
		}
	}
}

// identity names what a DN of one state stands for, so that both states give
// the same number for the same object, whatever it is called.
func (c *comparer) identity(i int, dn pool.DN) uint64 {
	const (
		byDN = iota << 32
		matched
		alone // and i
	)
	id := c.state[i].At(dn)
	if id == 0 {
		return byDN | uint64(dn)
	}
	other := c.other[i][id]
	switch {
	case other != 0 && i == Before:
		return matched | uint64(other)
	case other != 0:
		return matched | uint64(id)
	case c.state[1-i].At(dn) == 0:
		return byDN | uint64(dn)
	}
	return (alone + uint64(i)<<32) | uint64(id) // somebody else has its name in the other state
}

// typeSet is a set of object types, by their place in view.ObjectTypes.
type typeSet uint16

func typeSetOf(t *view.ObjectType) typeSet { return 1 << slices.Index(view.ObjectTypes, t) }

// typesOf is the object type whose lines count the rows of a kind.
func typesOf(k *grant.Kind) typeSet { return typeSetOf(view.TypeOfKind(k)) }

// allHolders says for each object on which object types it holds a right: itself,
// or as a member of a group that does; roles count. Everyone and Authenticated Users hold
// everybody; their members are not listed.
func allHolders(s *model.Snapshot) *member.Holdings[typeSet] {
	return member.Propagate(s, namedOn(s), func(yield func(pool.DN, typeSet)) {
		grant.EachLink(s, func(k *grant.Kind, who pool.DN) { yield(who, typesOf(k)) })
		holdsRoles(s, func(who pool.DN) { yield(who, typeSetOf(view.Roles)) })
	})
}

// namedOn says for each SID on the ACLs of which object types it is named.
func namedOn(s *model.Snapshot) []typeSet {
	descs := make([]typeSet, s.Descs.Len())
	var types [model.TargetCount]typeSet
	followed := grant.Set(0)
	for _, k := range grant.Kinds {
		if types[k.Target] |= typesOf(k); !k.Apart {
			followed |= k.Only()
		}
	}
	for _, list := range grant.Lists(s, followed) {
		for i := range list.Len() {
			o := s.Record(*list.At(i))
			t := types[o.Target()]
			descs[o.MailboxSD] |= t
			descs[o.Security] |= t
		}
	}
	named := make([]typeSet, s.SIDs.Len())
	var buf [pool.MaxRights]pool.Right
	for id := uint32(1); id < s.Descs.Len(); id++ {
		if descs[id] == 0 {
			continue
		}
		d := s.Descs.At(id)
		for i := range d.N {
			if a := s.ACE(d.First + i); len(pool.RightsOf(d.Sense, a, &buf)) > 0 {
				named[a.Trustee] |= descs[id]
			}
		}
	}
	return named
}

// aboveStores returns what lies above stores and administration containers and
// is none itself: its inheritable entries of any right reach them. The
// configuration partition does not inherit from the domain that its name ends with.
func aboveStores(s *model.Snapshot) map[model.ObjectID]bool {
	above := map[model.ObjectID]bool{}
	for i := range s.Stores.Len() {
		dn := s.DNs.At(uint32(s.Record(*s.Stores.At(i)).DN)).Parent
		for ; dn != 0; dn = s.DNs.At(uint32(dn)).Parent {
			id := s.At(dn)
			if id == 0 || above[id] || s.Record(id).Class == model.ClassDomain {
				break
			}
			if targetKind(s.Record(id)) == nil {
				above[id] = true
			}
		}
	}
	return above
}

// aboveGroups returns what lies above groups that are recipients: who may change
// their members they inherit from there.
func aboveGroups(s *model.Snapshot) map[model.ObjectID]bool {
	above, seen := map[model.ObjectID]bool{}, map[pool.DN]bool{}
	for i := range s.Recipients.Len() {
		o := s.Record(*s.Recipients.At(i))
		if o.Target() != model.TargetRecipient || o.Class != model.ClassGroup {
			continue
		}
		for dn := s.DNs.At(uint32(o.DN)).Parent; dn != 0 && !seen[dn]; dn = s.DNs.At(uint32(dn)).Parent {
			seen[dn] = true
			if id := s.At(dn); id != 0 {
				above[id] = true
			}
		}
	}
	return above
}
