package change

import (
	"bytes"

	"mbxperm/model"
	"mbxperm/model/coverage"
	"mbxperm/model/grant"
	"mbxperm/model/internal/pool"
)

// part is the part of an ACL or account that changed.
type part uint8

const (
	partNothing part = iota
	partInheritance
	partOwner
	partDACL

	partMember

	partDisabled
	partEnabled
	partDeleted
	partRestored
	partRenamed
	partMoved
	partMovedStore
	partType
	partSID
	partLinked
	partNewMailbox
	partMailboxGone
	partNewStore
	partStoreGone
	partNewContainer
	partContainerGone
	partNewAccount
	partAccountGone
	partSenderAuth
	partEntries
)

var partNames = [...]string{
	"", "inheritance", "owner", "dacl",
	"member",
	"disabled", "enabled", "deleted", "restored", "renamed", "moved", "moved-store", "type-changed", "sid-changed", "linked-account",
	"new-mailbox", "mailbox-gone", "new-store", "store-gone", "new-container", "container-gone", "new-account", "account-gone", "sender-auth", "entries",
}

// links compares two lists of DNs as multisets of the objects they name, and
// calls f for each value that only one has, with its position.
func (c *comparer) links(lists [2][]pool.DN, f func(i, pos int)) {
	same := len(lists[Before]) == len(lists[After])
	var ids [2][]uint64
	for i, list := range lists {
		for _, dn := range list {
			ids[i] = append(ids[i], c.identity(i, dn))
		}
	}
	for k := 0; same && k < len(ids[Before]); k++ {
		same = ids[Before][k] == ids[After][k]
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

// members compares who is in a group that holds a right, itself or through
// another one, in either state.
func (c *comparer) members(p pair) {
	if c.holders[Before].Holds[p[Before]]|c.holders[After].Holds[p[After]] == 0 {
		return
	}
	var lists [2][]pool.DN
	var s [2]side
	for i, st := range c.state {
		if o := c.object(p, i); o != nil {
			for k := range o.Members.N {
				lists[i] = append(lists[i], *st.Members.At(o.Members.First + k))
			}
		}
	}
	if lists[Before] == nil && lists[After] == nil {
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
	case o.Is(model.FlagMembersPartial):
		return side{presence: damaged, why: gapPartial}
	case o.Members.N > 0 || o.MembersState == model.Present:
		return side{}
	case o.MembersState == model.NotAsked:
		return side{presence: unread, why: gapNotAsked}
	case c.cover[i].MayRead(o, coverage.GUIDMember, coverage.GUIDMembership):
		return side{}
	}
	return side{presence: unread, why: gapUnknown}
}

// member lists a member that only one state has.
func (c *comparer) member(group pair, i int, who pool.DN, other side) {
	x := Diff{Obj: group, Kind: Membership, part: partMember, Event: c.judge(group, i, other)}
	x.who[i] = who
	if x.Event == EventUnsure {
		x.why[1-i] = other.why
	}
	c.add(x)
}

// account compares what an object is, if it is a target, holds a right or is in
// a group that does.
func (c *comparer) account(p pair) {
	relevant := c.holders[Before].Holds[p[Before]]|c.holders[After].Holds[p[After]] != 0
	for i := range p {
		if o := c.object(p, i); o != nil && targetKind(o) != nil {
			relevant = true
		}
	}
	if !relevant {
		return
	}
	if p[Before] == 0 || p[After] == 0 {
		c.comeOrGone(p)
		return
	}
	a, b := c.object(p, Before), c.object(p, After)
	c.being(p, a, b)
	if a.Is(model.FlagDeleted) == b.Is(model.FlagDeleted) { // a deletion gives the object another name in another place ([MS-ADTS] 3.1.1.5.5)
		c.place(p, a, b)
	}
	if a.PrimaryGroup != b.PrimaryGroup && a.SID != 0 && b.SID != 0 {
		c.primary(p, a, b)
	}
}

func (c *comparer) say(p pair, v event, w part) {
	c.add(Diff{Obj: p, Kind: Account, Grant: c.kindOf(p), Event: v, part: w})
}

// kindOf says among the changes of which kind an account is listed.
func (c *comparer) kindOf(p pair) *grant.Kind {
	k, target, _ := c.sense(p)
	if !target {
		return grant.SendAs
	}
	return k
}

// comeOrGone lists an object that only one state has.
func (c *comparer) comeOrGone(p pair) {
	i := Before
	if p[Before] == 0 {
		i = After
	}
	o := c.object(p, i)
	if o.Is(model.FlagDeleted) {
		return // a tombstone: there was nothing, or there is nothing
	}
	w := partNewAccount
	switch {
	case o.IsStore():
		w = partNewStore
	case o.Is(model.FlagAbove):
		w = partNewContainer
	case o.HasMailbox():
		w = partNewMailbox
	}
	v := EventAdded
	if i == Before {
		v, w = EventRemoved, w+1
	}
	x := Diff{Obj: p, Kind: Account, Grant: c.kindOf(p), Event: v, part: w}
	if x.why[1-i] = c.missing(p, 1-i); x.why[1-i] == gapNotComplete {
		x.Event = EventUnsure
	}
	c.add(x)
}

// being compares what an object is in both states.
func (c *comparer) being(p pair, a, b *model.Record) {
	if on := b.Is(model.FlagDeleted); on != a.Is(model.FlagDeleted) {
		c.say(p, [2]event{EventAdded, EventRemoved}[bit(on)], [2]part{partRestored, partDeleted}[bit(on)])
	}
	if on := b.Is(model.FlagDisabled); on != a.Is(model.FlagDisabled) && a.Is(model.FlagUAC) && b.Is(model.FlagUAC) {
		c.say(p, eventChanged, [2]part{partEnabled, partDisabled}[bit(on)])
	}
	switch {
	case a.HasMailbox() != b.HasMailbox():
		gone := bit(a.HasMailbox())
		c.say(p, [2]event{EventAdded, EventRemoved}[gone], [2]part{partNewMailbox, partMailboxGone}[gone])
	case c.state[Before].TypeName(a) != c.state[After].TypeName(b), a.Is(model.FlagDistribution) != b.Is(model.FlagDistribution):
		c.say(p, eventChanged, partType)
	}
	if a.SID != b.SID && a.SID != 0 && b.SID != 0 {
		c.say(p, eventChanged, partSID)
	}
	if a.Master != b.Master {
		c.say(p, eventChanged, partLinked)
	}
	if x, y := grant.SenderAuth(c.state[Before], a), grant.SenderAuth(c.state[After], b); x != y && isTruth(x) && isTruth(y) {
		c.say(p, eventChanged, partSenderAuth)
	}
}

// isTruth reports whether a state says whether a recipient takes messages of
// authenticated senders alone.
func isTruth(auth string) bool { return auth == "true" || auth == "false" }

func bit(on bool) int {
	if on {
		return 1
	}
	return 0
}

// place compares what an object is called and where it is.
func (c *comparer) place(p pair, a, b *model.Record) {
	old, new := c.state[Before], c.state[After]
	leafA, leafB := old.DNs.At(uint32(a.DN)), new.DNs.At(uint32(b.DN))
	if !bytes.Equal(old.Texts.Bytes(a.Account), new.Texts.Bytes(b.Account)) ||
		a.DN != b.DN && !bytes.Equal(old.Texts.Bytes(leafA.Leaf), new.Texts.Bytes(leafB.Leaf)) {
		c.say(p, eventChanged, partRenamed)
	}
	if leafA.Parent != leafB.Parent && c.identity(Before, leafA.Parent) != c.identity(After, leafB.Parent) {
		c.say(p, eventChanged, partMoved)
	}
	if a.HasMailbox() && b.HasMailbox() && a.Home != b.Home && c.identity(Before, a.Home) != c.identity(After, b.Home) {
		c.say(p, eventChanged, partMovedStore)
	}
}

// primary lists that an account's primary group, which does not list it, is
// another one, as far as those groups hold rights.
func (c *comparer) primary(p pair, a, b *model.Record) {
	for i, o := range [...]*model.Record{a, b} {
		if id := c.holders[i].PrimaryGroup(o); id != 0 {
			var group pair
			group[i], group[1-i] = id, c.other[i][id]
			c.member(group, i, o.DN, side{})
		}
	}
}
