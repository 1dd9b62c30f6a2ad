package view

import (
	"slices"

	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/internal/pool"
)

// On how many targets rows are: one entry may stand on a thousand mailboxes, and a
// mailbox may have ten entries for one trustee. A recipient has one descriptor of
// each sense, so targets are counted by distinct descriptors.

// TargetCount says on how many targets of an object type rows are.
type TargetCount struct {
	Type *ObjectType
	N    int
}

// countTargets counts the targets of the rows, where these are of several.
func (l *evaluation) countTargets() {
	r := l.result
	if l.query.ACEs.reverse == 0 && !l.query.Of.IsZero() || l.ctx.Err() != nil {
		return
	}
	seen := map[model.ObjectID]bool{}
	var bits []uint64 // instead, where there are many
	const many = 1 << 12
	if len(r.rows) > many {
		bits = make([]uint64, l.snap.Objects.Len()/64+1)
	}
	var of [len(grant.Kinds)]int
	last := model.ObjectID(0)
	for _, ref := range r.rows {
		switch {
		case ref.Obj == last:
			continue
		case bits != nil && bits[ref.Obj/64]&(1<<(ref.Obj%64)) != 0, bits == nil && seen[ref.Obj]:
			continue
		case bits != nil:
			bits[ref.Obj/64] |= 1 << (ref.Obj % 64)
		default:
			seen[ref.Obj] = true
		}
		last = ref.Obj
		of[ref.Kind().Number()]++
	}
	for _, t := range ObjectTypes {
		n := 0
		for i, k := range grant.Kinds {
			if t.forward.Has(k) {
				n += of[i]
			}
		}
		if n > 0 {
			r.On = append(r.On, TargetCount{t, n})
		}
	}
}

// use is an entry that names a party and has shown rows on lists of one sense.
type use struct {
	ace  uint32
	in   pool.Sense
	deny bool
	rows int // on all lists
}

// aceTargets counts on how many recipients the entries stand.
func (l *evaluation) aceTargets(p model.TrusteeID, k *grant.Kind, shown []use, c *Count) {
	switch {
	case len(shown) == 0:
		return
	case len(shown) == 1 && !l.severalRows(&shown[0]):
		c.on([3]int{shown[0].rows, shown[0].rows, 0}, shown[0].deny)
		return
	}
	key := targetKey{p, k.Number()}
	if known, ok := l.kept.Load(key); ok {
		c.on(known.([3]int), false)
		return
	}
	n, looked := l.onDescriptors(shown)
	c.on(n, false)
	if looked > mostLooked { // a line is made again and again while it is seen
		l.kept.Store(key, n)
	}
}

// on takes the numbers of targets: all, with a row that allows, with one that denies.
func (c *Count) on(n [3]int, turned bool) {
	if turned {
		n[1], n[2] = n[2], n[1]
	}
	c.Targets, c.AllowOn, c.DenyOn = n[0], n[1], n[2]
}

// targetKey names what was counted once.
type targetKey struct {
	p    model.TrusteeID
	kind int
}

// mostLooked is how many descriptors are looked at for a cell each time anew.
const mostLooked = 1 << 10

// severalRows reports whether an entry has more than one row on some list.
func (l *evaluation) severalRows(x *use) bool {
	if !l.query.Split {
		return false
	}
	var buf [pool.MaxRights]pool.Right
	return grant.RelationsOf(l.snap).Again.Of(x.in, pool.ACE(x.ace)) != 0 ||
		len(pool.RightsOf(x.in, l.snap.ACEs.At(x.ace), &buf)) > 1
}

// onDescriptors counts the recipients whose descriptors have one of these entries.
// It says how many descriptors it looked at.
func (l *evaluation) onDescriptors(shown []use) (n [3]int, looked int) {
	at := grant.ReachOf(l.snap)
	var descs [3][]uint32 // with any, with one that allows, with one that denies
	for _, x := range shown {
		way := 1
		if x.deny {
			way = 2
		}
		for _, d := range at.Descs.Of(x.ace) {
			if l.snap.Descs.At(d).Sense == x.in {
				descs[way] = append(descs[way], d)
			}
		}
	}
	descs[0] = append(slices.Clone(descs[1]), descs[2]...)
	for i, list := range descs {
		looked += len(list)
		slices.Sort(list)
		for _, d := range slices.Compact(list) {
			n[i] += len(at.Targets.Of(d))
		}
	}
	return n, looked
}

// linkTargets counts the recipients that have a shown value of a link for a party.
func (l *evaluation) linkTargets(p model.TrusteeID, k *grant.Kind, c *Count) {
	if c.Rows <= 1 {
		c.on([3]int{c.Rows, c.Rows - c.Deny, c.Deny}, false)
		return
	}
	var on [3][]model.ObjectID
	for _, link := range grant.RelationsOf(l.snap).LinksOf(p) {
		if link.Kind() != k {
			continue
		}
		deny := 0
		if link.Denies(l.snap) {
			deny = 1
		}
		if l.hidesLinks(deny) == 0 {
			on[1+deny] = append(on[1+deny], link.Target(l.snap))
		}
	}
	on[0] = append(slices.Clone(on[1]), on[2]...)
	var n [3]int
	for i, list := range on {
		slices.Sort(list)
		n[i] = len(slices.Compact(list))
	}
	c.on(n, false)
}
