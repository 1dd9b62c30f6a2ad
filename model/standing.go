package model

import (
	"bytes"

	"mbxperm/acl"
)

// what is the part of an ACL or account that changed.
type what uint8

const (
	whatNothing what = iota
	whatInheritance
	whatOwner
	whatDACL

	whatMember

	whatDisabled
	whatEnabled
	whatDeleted
	whatRestored
	whatRenamed
	whatMoved
	whatMovedStore
	whatType
	whatSID
	whatLinked
	whatNewMailbox
	whatMailboxGone
	whatNewStore
	whatStoreGone
	whatNewContainer
	whatContainerGone
	whatNewAccount
	whatAccountGone
)

var whatNames = [...]string{
	"", "inheritance", "owner", "dacl",
	"member",
	"disabled", "enabled", "deleted", "restored", "renamed", "moved", "moved-store", "type-changed", "sid-changed", "linked-account",
	"new-mailbox", "mailbox-gone", "new-store", "store-gone", "new-container", "container-gone", "new-account", "account-gone",
}

// links compares two lists of DNs as multisets of the objects they name, and
// calls f for each value that only one has, with its position.
func (c *comparer) links(lists [2][]dnID, f func(i, pos int)) {
	same := len(lists[before]) == len(lists[after])
	var ids [2][]uint64
	for i, list := range lists {
		for _, dn := range list {
			ids[i] = append(ids[i], c.identity(i, dn))
		}
	}
	for k := 0; same && k < len(ids[before]); k++ {
		same = ids[before][k] == ids[after][k]
	}
	if same {
		return
	}
	for i := range ids {
		left := map[uint64]int{}
		for _, id := range ids[1-i] {
			left[id]++
		}
		for pos, id := range ids[i] {
			if left[id]--; left[id] < 0 {
				f(i, pos)
			}
		}
	}
}

// delegates compares Send on Behalf.
func (c *comparer) delegates(p pair) {
	var lists [2][]dnID
	for i, s := range c.state {
		if o := c.object(p, i); o != nil {
			for k := range o.delegates.n {
				lists[i] = append(lists[i], s.delegates.at(o.delegates.first+k).who)
			}
		}
	}
	if lists[before] == nil && lists[after] == nil {
		return
	}
	c.links(lists, func(i, pos int) {
		other := c.behalf(p, 1-i)
		x := change{obj: p, family: familyBehalf, kind: kindDelegate, verb: c.judge(p, i, other)}
		x.ref[i] = RowRef{p[i], uint32(pos), familyBehalf, rightOnBehalf}
		if x.verb == verbUnsure {
			x.why[1-i] = other.why
		}
		c.add(x)
	})
}

// behalf says how far a state shows who may send on behalf of an object.
func (c *comparer) behalf(p pair, i int) side {
	o := c.object(p, i)
	switch {
	case o == nil:
		return side{presence: notFound, why: c.missing(p, i)}
	case o.is(flagDelegatesPartial):
		return side{presence: damaged, why: whyPartial}
	case o.delegates.n > 0 || o.delegState == Present:
		return side{}
	case o.delegState == NotAsked:
		return side{presence: unread, why: whyNotAsked}
	case c.cover[i].mayRead(o, acl.GUIDPublicDelegatesAttribute, acl.GUIDPersonalInformation):
		return side{}
	}
	return side{presence: unread, why: whyUnknown}
}

// members compares who is in a group that holds a right, itself or through
// another one, in either state.
func (c *comparer) members(p pair) {
	if c.holders[before].holds[p[before]]|c.holders[after].holds[p[after]] == 0 {
		return
	}
	var lists [2][]dnID
	var s [2]side
	for i, st := range c.state {
		if o := c.object(p, i); o != nil {
			for k := range o.members.n {
				lists[i] = append(lists[i], *st.members.at(o.members.first + k))
			}
		}
	}
	if lists[before] == nil && lists[after] == nil {
		return
	}
	for i := range s {
		s[i] = c.listed(p, i)
	}
	c.links(lists, func(i, pos int) { c.member(p, i, lists[i][pos], s[1-i]) })
}

// listed says how far a state shows who is in a group.
func (c *comparer) listed(p pair, i int) side {
	o := c.object(p, i)
	switch {
	case o == nil:
		return side{presence: notFound, why: c.missing(p, i)}
	case o.is(flagMembersPartial):
		return side{presence: damaged, why: whyPartial}
	case o.members.n > 0 || o.memberState == Present:
		return side{}
	case o.memberState == NotAsked:
		return side{presence: unread, why: whyNotAsked}
	case c.cover[i].mayRead(o, guidMember, acl.GUID{}):
		return side{}
	}
	return side{presence: unread, why: whyUnknown}
}

// member lists a member that only one state has.
func (c *comparer) member(group pair, i int, who dnID, other side) {
	x := change{obj: group, kind: kindMembership, what: whatMember, verb: c.judge(group, i, other)}
	x.who[i] = who
	if x.verb == verbUnsure {
		x.why[1-i] = other.why
	}
	c.add(x)
}

// account compares what an object is, if it is a target, holds a right or is in
// a group that does.
func (c *comparer) account(p pair) {
	relevant := c.holders[before].holds[p[before]]|c.holders[after].holds[p[after]] != 0
	for i := range p {
		if o := c.object(p, i); o != nil && o.family() != familyAncestor {
			relevant = true
		}
	}
	if !relevant {
		return
	}
	if p[before] == 0 || p[after] == 0 {
		c.comeOrGone(p)
		return
	}
	a, b := c.object(p, before), c.object(p, after)
	c.being(p, a, b)
	if a.is(flagDeleted) == b.is(flagDeleted) { // a deletion gives the object another name in another place ([MS-ADTS] 3.1.1.5.5)
		c.place(p, a, b)
	}
	if a.primaryGroup != b.primaryGroup && a.sid != 0 && b.sid != 0 {
		c.primary(p, a, b)
	}
}

func (c *comparer) say(p pair, v verb, w what) {
	c.add(change{obj: p, kind: kindAccount, family: c.familyOf(p), verb: v, what: w})
}

// familyOf says among which object type's changes an account is listed.
func (c *comparer) familyOf(p pair) family {
	f, target, _ := c.sense(p)
	if !target {
		return familySend
	}
	return f
}

// comeOrGone lists an object that only one state has.
func (c *comparer) comeOrGone(p pair) {
	i := before
	if p[before] == 0 {
		i = after
	}
	o := c.object(p, i)
	if o.is(flagDeleted) {
		return // a tombstone: there was nothing, or there is nothing
	}
	w := whatNewAccount
	switch {
	case o.store():
		w = whatNewStore
	case o.is(flagAbove):
		w = whatNewContainer
	case o.mailboxLike():
		w = whatNewMailbox
	}
	v := verbAdded
	if i == before {
		v, w = verbRemoved, w+1
	}
	x := change{obj: p, kind: kindAccount, family: c.familyOf(p), verb: v, what: w}
	if x.why[1-i] = c.missing(p, 1-i); x.why[1-i] == whyNotComplete {
		x.verb = verbUnsure
	}
	c.add(x)
}

// being compares what an object is in both states.
func (c *comparer) being(p pair, a, b *object) {
	if on := b.is(flagDeleted); on != a.is(flagDeleted) {
		c.say(p, [2]verb{verbAdded, verbRemoved}[bit(on)], [2]what{whatRestored, whatDeleted}[bit(on)])
	}
	if on := b.is(flagDisabled); on != a.is(flagDisabled) && a.is(flagUAC) && b.is(flagUAC) {
		c.say(p, verbChanged, [2]what{whatEnabled, whatDisabled}[bit(on)])
	}
	switch {
	case a.mailboxLike() != b.mailboxLike():
		gone := bit(a.mailboxLike())
		c.say(p, [2]verb{verbAdded, verbRemoved}[gone], [2]what{whatNewMailbox, whatMailboxGone}[gone])
	case c.state[before].typeName(a) != c.state[after].typeName(b), a.is(flagDistribution) != b.is(flagDistribution):
		c.say(p, verbChanged, whatType)
	}
	if a.sid != b.sid && a.sid != 0 && b.sid != 0 {
		c.say(p, verbChanged, whatSID)
	}
	if a.master != b.master {
		c.say(p, verbChanged, whatLinked)
	}
}

func bit(on bool) int {
	if on {
		return 1
	}
	return 0
}

// place compares what an object is called and where it is.
func (c *comparer) place(p pair, a, b *object) {
	old, new := c.state[before], c.state[after]
	leafA, leafB := old.dns.at(uint32(a.dn)), new.dns.at(uint32(b.dn))
	if !bytes.Equal(old.texts.bytes(a.account), new.texts.bytes(b.account)) ||
		a.dn != b.dn && !bytes.Equal(old.texts.bytes(leafA.leaf), new.texts.bytes(leafB.leaf)) {
		c.say(p, verbChanged, whatRenamed)
	}
	if leafA.parent != leafB.parent && c.identity(before, leafA.parent) != c.identity(after, leafB.parent) {
		c.say(p, verbChanged, whatMoved)
	}
	if a.mailboxLike() && b.mailboxLike() && a.home != b.home && c.identity(before, a.home) != c.identity(after, b.home) {
		c.say(p, verbChanged, whatMovedStore)
	}
}

// primary lists that an account's primary group, which does not list it, is
// another one, as far as those groups hold rights.
func (c *comparer) primary(p pair, a, b *object) {
	for i, o := range [...]*object{a, b} {
		if id := c.holders[i].primaryGroup(o); id != 0 {
			var group pair
			group[i], group[1-i] = id, c.other[i][id]
			c.member(group, i, o.dn, side{})
		}
	}
}
