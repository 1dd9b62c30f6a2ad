package change

import (
	"cmp"
	"slices"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/coverage"
	"mbxperm/model/grant"
	"mbxperm/model/internal/pool"
)

// aclDiff is what differs between two descriptors, as lists of ACEs: positions
// in the one or in the other.
type aclDiff struct {
	only [2][]uint32
	// moved are the first entries, of those that stayed, that stand in another
	// order: among those set on the object, and among all.
	moved [2]swap
	// terms are entries that differ only in their condition.
	terms []twin
}

// twin is an entry of both lists, or of one; the other position is absent then.
type twin struct {
	pos [2]int32
	// term is set where the conditions differ.
	term bool
}

const absent = -1

// swap is the first place at which two orders differ.
type swap struct {
	pos [2]uint32
	any bool
}

const (
	movedOwn = iota
	movedAll
)

// diff compares two descriptors as multisets of entries, once for each pair. What
// both begin with and end with stays where it is; of equal entries in between
// the first ones stay.
func (c *comparer) diff(old, new pool.Desc) *aclDiff {
	key := [2]pool.Desc{old, new}
	if d := c.diffs[key]; d != nil {
		return d
	}
	d := &aclDiff{}
	var ids [2][]pool.ACE
	for i, id := range key {
		first, n := c.state[i].ACEsOf(id)
		ids[i] = c.lists[i][:0]
		for k := range n {
			ids[i] = append(ids[i], *c.state[i].Lists.At(first + k))
		}
		c.lists[i] = ids[i]
	}
	low, short := 0, min(len(ids[Before]), len(ids[After]))
	for low < short && ids[Before][low] == ids[After][low] {
		low++
	}
	high := 0
	for high < short-low && ids[Before][len(ids[Before])-1-high] == ids[After][len(ids[After])-1-high] {
		high++
	}
	var stay [2][]uint32
	for i := range ids {
		clear(c.left)
		for _, a := range ids[1-i][low : len(ids[1-i])-high] {
			c.left[a]++
		}
		for pos := low; pos < len(ids[i])-high; pos++ {
			if c.left[ids[i][pos]]--; c.left[ids[i][pos]] >= 0 {
				stay[i] = append(stay[i], uint32(pos))
			} else {
				d.only[i] = append(d.only[i], uint32(pos))
			}
		}
	}
	own := func(i int) (out []uint32) {
		for _, pos := range stay[i] {
			if c.state[i].ACEs.At(uint32(ids[i][pos])).Flags&acl.Inherited == 0 {
				out = append(out, pos)
			}
		}
		return out
	}
	for k, order := range [...][2][]uint32{movedOwn: {own(Before), own(After)}, movedAll: stay} {
		for n := range order[Before] {
			x, y := order[Before][n], order[After][n]
			if ids[Before][x] != ids[After][y] {
				d.moved[k] = swap{[2]uint32{x, y}, true}
				break
			}
		}
	}
	d.terms = c.terms(key, d.only)
	c.diffs[key] = d
	return d
}

// terms finds the conditional entries that stayed under another condition: an
// ACE does not hold its condition, the bytes of the descriptor do.
func (c *comparer) terms(key [2]pool.Desc, only [2][]uint32) (out []twin) {
	type term struct {
		ace  pool.ACE
		data string
	}
	var at [2]map[term][]uint32
	if c.state[Before].Descs.At(uint32(key[Before])).Raw == 0 || c.state[After].Descs.At(uint32(key[After])).Raw == 0 {
		return nil
	}
	for i, id := range key {
		at[i] = map[term][]uint32{}
		d := c.state[i].Descs.At(uint32(id))
		k := 0
		parsed, _ := acl.Parse(c.state[i].Raws[d.Raw-1])
		for a := range parsed.DACL() {
			if _, gone := slices.BinarySearch(only[i], uint32(k)); !gone && a.IsCallback() {
				t := term{*c.state[i].Lists.At(d.First + uint32(k)), string(a.Data)}
				at[i][t] = append(at[i][t], uint32(k))
			}
			k++
		}
	}
	// What has its equal in the other list stayed; of the rest, the first one of an
	// entry here belongs to its first one there, and so on.
	var changed [2]map[pool.ACE][]uint32
	for i := range at {
		changed[i] = map[pool.ACE][]uint32{}
		for t, pos := range at[i] {
			if n := len(at[1-i][t]); n < len(pos) {
				changed[i][t.ace] = append(changed[i][t.ace], pos[n:]...)
			}
		}
		for _, pos := range changed[i] {
			slices.Sort(pos)
		}
	}
	for ace, old := range changed[Before] {
		new := changed[After][ace]
		for k := range min(len(old), len(new)) {
			out = append(out, twin{[2]int32{int32(old[k]), int32(new[k])}, true})
		}
	}
	slices.SortFunc(out, func(a, b twin) int { return cmp.Compare(a.pos[Before], b.pos[Before]) })
	return out
}

// presence says how far a state shows an ACL or a list of values.
type presence uint8

const (
	shown    presence = iota // decoded, or shown to be empty
	damaged                  // decodable to a point: what is there is certain, what is not is not
	unread                   // the object was found, its ACL not
	notFound                 // the object was not found
)

// gap says why a state cannot tell.
type gap uint8

const (
	gapNothing gap = iota
	gapNotFound
	gapNotComplete
	gapUnreadable
	gapUnknown
	gapNotAsked
	gapNoMailbox
	gapUndecodable
	gapPartial
	gapNoLog
	gapBeforeLog
	gapShortLog
	gapNoRoles
	gapNoDoors
	gapPartialDoor
	gapNotLogged
	gapUnreadLog
	gapInLog
)

var gapTexts = [...]string{
	"", "not found", "not found, and not everything was read", "ACL unreadable", "no value came, and none is not proven",
	"not asked for", "no mailbox", "ACL undecodable", "not all values were readable",
	"no logs of this server that would tell", "there before these logs begin", "these logs are of a shorter time",
	"role assignments not read",
	gapNoDoors:     "not read: none of these was",
	gapPartialDoor: "not read to the end",
	gapNotLogged:   "this connector logs nothing here",
	gapUnreadLog:   "some of these logs could not be read",
	gapInLog:       "of some days there is no line in these logs",
}

// side is an ACL as one state shows it.
type side struct {
	desc     pool.Desc
	presence presence
	why      gap
}

// side says how far a state shows an ACL.
func (c *comparer) side(p pair, i int, k *grant.Kind) side {
	o := c.object(p, i)
	if o == nil {
		return side{presence: notFound, why: c.missing(p, i)}
	}
	d, state := k.Desc(o), k.State(o)
	switch {
	case state == model.Present && c.state[i].Descs.At(uint32(d)).Broken:
		return side{d, damaged, gapUndecodable}
	case state == model.Present:
		return side{d, shown, 0}
	case !k.IsInherited() && !o.HasMailbox():
		return side{presence: unread, why: gapNoMailbox}
	case state == model.NotAsked:
		return side{presence: unread, why: gapNotAsked}
	case k.IsInherited():
		return side{presence: unread, why: gapUnreadable}
	case k.Empty(c.cover[i], o):
		return side{}
	}
	return side{presence: unread, why: gapUnknown}
}

// missing says why an object of the other state was not found in this one: the
// searches that deliver its like ended well, or they did not.
func (c *comparer) missing(p pair, i int) gap {
	if ok, _ := coverage.SearchState(c.state[i], coverage.SearchesFor(c.object(p, 1-i))); !ok {
		return gapNotComplete
	}
	return gapNotFound
}

// judge says what becomes of an entry that only one state shows, by what the
// other one is. An entry counts as gone only where the other state's list was
// read. One counts as new also where its target is: what was not there cannot
// have held it.
func (c *comparer) judge(p pair, i int, other side) event {
	v := [2]event{EventRemoved, EventAdded}[i]
	switch {
	case other.presence == shown:
		return v
	case other.presence == damaged:
		return EventUnsure
	case other.presence == unread && c.object(p, 1-i).Is(model.FlagDeleted):
		return v // its tombstone was seen
	case i == After && (other.why == gapNotFound || other.why == gapNoMailbox):
		return v
	}
	return EventUnsure
}

// sense says of which kind the rows of an object's security descriptor are, and
// whether it is a target itself. Of what lies above targets it is their kind. What
// is neither a target nor above one has none.
func (c *comparer) sense(p pair) (k *grant.Kind, target, any bool) {
	for i := range p {
		if o := c.object(p, i); o != nil {
			if k = targetKind(o); k != nil {
				return k, true, true
			}
			if c.above[i][p[i]] {
				return grant.AdminACL, false, true
			}
			any = any || o.Target() == model.TargetContainer
		}
	}
	return grant.SendAs, false, any
}

// apart is the kind of the rows of an object that is a target apart from the
// others; nil for any other object. Its changed entries are listed beside what
// they hand down to others.
func (c *comparer) apart(p pair) *grant.Kind {
	for i := range p {
		if o := c.object(p, i); o != nil {
			if k := grant.OnSecurity(o); k != nil && k.Apart {
				return k
			}
		}
	}
	return nil
}

// targetKind is the kind of the rows of an object's security descriptor; nil for
// one that is no target, or only apart from the others.
func targetKind(o *model.Record) *grant.Kind {
	if k := grant.OnSecurity(o); k != nil && !k.Apart {
		return k
	}
	return nil
}
