package model

import (
	"slices"

	"mbxperm/acl"
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
func (c *comparer) diff(old, new descID) *aclDiff {
	key := [2]descID{old, new}
	if d := c.diffs[key]; d != nil {
		return d
	}
	d := &aclDiff{}
	var ids [2][]aceID
	for i, id := range key {
		first, n := c.state[i].acesOf(id)
		ids[i] = c.lists[i][:0]
		for k := range n {
			ids[i] = append(ids[i], *c.state[i].lists.at(first + k))
		}
		c.lists[i] = ids[i]
	}
	low, short := 0, min(len(ids[before]), len(ids[after]))
	for low < short && ids[before][low] == ids[after][low] {
		low++
	}
	high := 0
	for high < short-low && ids[before][len(ids[before])-1-high] == ids[after][len(ids[after])-1-high] {
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
			if c.state[i].aces.at(uint32(ids[i][pos])).flags&acl.Inherited == 0 {
				out = append(out, pos)
			}
		}
		return out
	}
	for k, order := range [...][2][]uint32{movedOwn: {own(before), own(after)}, movedAll: stay} {
		for n := range order[before] {
			x, y := order[before][n], order[after][n]
			if ids[before][x] != ids[after][y] {
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
func (c *comparer) terms(key [2]descID, only [2][]uint32) (out []twin) {
	type term struct {
		ace  aceID
		data string
	}
	var at [2]map[term][]uint32
	if c.state[before].descs.at(uint32(key[before])).raw == 0 || c.state[after].descs.at(uint32(key[after])).raw == 0 {
		return nil
	}
	for i, id := range key {
		at[i] = map[term][]uint32{}
		d := c.state[i].descs.at(uint32(id))
		k := 0
		parsed, _ := acl.Parse(c.state[i].raws[d.raw-1])
		for a := range parsed.DACL() {
			if _, gone := slices.BinarySearch(only[i], uint32(k)); !gone && a.IsCallback() {
				t := term{*c.state[i].lists.at(d.first + uint32(k)), string(a.Data)}
				at[i][t] = append(at[i][t], uint32(k))
			}
			k++
		}
	}
	left := map[aceID][]uint32{}
	for t, pos := range at[before] {
		if n := len(at[after][t]); n < len(pos) {
			left[t.ace] = append(left[t.ace], pos[n:]...)
		}
	}
	for t, pos := range at[after] {
		for _, x := range pos[min(len(at[before][t]), len(pos)):] {
			if l := left[t.ace]; len(l) > 0 {
				out = append(out, twin{[2]int32{int32(slices.Min(l)), int32(x)}, true})
				k := slices.Index(l, slices.Min(l))
				left[t.ace] = slices.Delete(l, k, k+1)
			}
		}
	}
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

// why says why a state cannot tell.
type why uint8

const (
	whyNothing why = iota
	whyNotFound
	whyNotComplete
	whyUnreadable
	whyUnknown
	whyNotAsked
	whyNoMailbox
	whyUndecodable
	whyPartial
)

var whyTexts = [...]string{
	"", "not found", "not found, and not everything was read", "ACL unreadable", "no value came, and none is not proven",
	"not asked for", "no mailbox", "ACL undecodable", "not all values were readable",
}

// side is an ACL as one state shows it.
type side struct {
	desc     descID
	presence presence
	why      why
}

// descOf returns the descriptor of the family of an object.
func (s *Snapshot) descOf(o *object, f family) descID {
	if f == familyMailbox {
		return o.mailboxSD
	}
	return o.security
}

// side says how far a state shows an ACL.
func (c *comparer) side(p pair, i int, f family) side {
	o := c.object(p, i)
	if o == nil {
		return side{presence: notFound, why: c.missing(p, i)}
	}
	d := c.state[i].descOf(o, f)
	state := o.secState
	if f == familyMailbox {
		state = o.mailboxState
	}
	switch {
	case state == Present && c.state[i].descs.at(uint32(d)).broken:
		return side{d, damaged, whyUndecodable}
	case state == Present:
		return side{d, shown, 0}
	case f == familyMailbox && !o.mailboxLike():
		return side{presence: unread, why: whyNoMailbox}
	case state == NotAsked:
		return side{presence: unread, why: whyNotAsked}
	case f != familyMailbox:
		return side{presence: unread, why: whyUnreadable}
	case c.cover[i].mayRead(o, acl.GUIDMailboxSDAttribute, acl.GUIDExchangeInformation):
		return side{}
	}
	return side{presence: unread, why: whyUnknown}
}

// missing says why an object of the other state was not found in this one: the
// searches that deliver its like ended well, or they did not.
func (c *comparer) missing(p pair, i int) why {
	if ok, _ := c.state[i].searchState(searchesFor(c.object(p, 1-i))); !ok {
		return whyNotComplete
	}
	return whyNotFound
}

// searchesFor names the searches that could deliver an object, whatever has
// become of it: a mailbox may be a plain account by now.
func searchesFor(o *object) []string {
	switch {
	case o.store() || o.is(flagAbove):
		return []string{"exchange"}
	case o.class == ClassContainer || o.class == ClassDomain:
		return []string{"containers"}
	}
	return []string{"mailboxes", "keys", "recipients", "groups", "principals"}
}

// judge says what becomes of an entry that only one state shows, by what the
// other one is. An entry counts as gone only where the other state's list was
// read. One counts as new also where its target is: what was not there cannot
// have held it.
func (c *comparer) judge(p pair, i int, other side) verb {
	v := [2]verb{verbRemoved, verbAdded}[i]
	switch {
	case other.presence == shown:
		return v
	case other.presence == damaged:
		return verbUnsure
	case other.presence == unread && c.object(p, 1-i).is(flagDeleted):
		return v // its tombstone was seen
	case i == after && (other.why == whyNotFound || other.why == whyNoMailbox):
		return v
	}
	return verbUnsure
}

// sense says how the security descriptor of an object is read, and whether it
// is a target itself. What is neither a target nor above one has no sense.
func (c *comparer) sense(p pair) (f family, target, any bool) {
	for i := range p {
		if o := c.object(p, i); o != nil {
			if f = o.family(); f != familyAncestor {
				return f, true, true
			}
			if c.above[i][p[i]] {
				return familyAdmin, false, true
			}
			any = any || o.secState != NotAsked && (o.class == ClassContainer || o.class == ClassDomain)
		}
	}
	return familySend, false, any
}
