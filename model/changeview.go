package model

import (
	"cmp"
	"context"
	"slices"
	"strings"
)

// ChangeQuery chooses among the changes of a Comparison, and orders them.
type ChangeQuery struct {
	// Type keeps the changes of one object type; nil keeps all.
	Type *ObjectType
	// Show are the reasons that are switched on, as in Query: changes of rows
	// that these hide are listed.
	Show Reasons
	// Only asks for changes of one kind of rows alone, as in Query.
	Only Only
	// Filter keeps what contains every word, as in Query.
	Filter string
	// Sort is 1 + the number of a column of ChangeColumns, negative for
	// descending; 0 is the order by target, or by trustee.
	Sort int
	// ByTrustee orders the changes by trustee instead of target.
	ByTrustee bool
	// Target and Trustee, where not nil, keep the changes that they accept, by
	// what the object is in either state. An account that changed, and a group
	// whose members did, pass as target and as trustee.
	Target, Trustee func(*Principal) bool
}

// Changes are the changes of a Comparison that a query chooses, in order. They
// never change and may be read by any number of goroutines.
type Changes struct {
	Comparison *Comparison
	Query      ChangeQuery
	// Hidden counts the changes that the toggles hide.
	Hidden Hidden
	// Counts are the numbers of changes listed or hidden, by what happened.
	Counts ChangeCounts

	list []uint32 // numbers in Comparison.list
}

// ChangeCounts counts changes by what happened.
type ChangeCounts struct{ Added, Removed, Changed, NotComparable int }

// Total is the number of changes of all kinds.
func (n ChangeCounts) Total() int { return n.Added + n.Removed + n.Changed + n.NotComparable }

func (n *ChangeCounts) count(v verb) {
	switch v {
	case verbAdded:
		n.Added++
	case verbRemoved:
		n.Removed++
	case verbChanged:
		n.Changed++
	case verbUnsure:
		n.NotComparable++
	}
}

// Len returns the number of changes.
func (r *Changes) Len() int { return len(r.list) }

// Change makes change i.
func (r *Changes) Change(i int) Change { return r.Comparison.change(r.at(i)) }

// Key identifies change i among all answers of one Comparison.
func (r *Changes) Key(i int) uint64 { return uint64(r.list[i]) }

func (r *Changes) at(i int) *change { return &r.Comparison.list[r.list[i]] }

// View filters, counts and orders the changes. It returns the context's error
// when ctx ends.
func (c *Comparison) View(ctx context.Context, q ChangeQuery) (*Changes, error) {
	out := &Changes{Comparison: c, Query: q}
	words := words(q.Filter)
	for i := range c.list {
		if i&1023 == 1023 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		x := &c.list[i]
		if !c.wanted(x, &q) {
			continue
		}
		out.Counts.count(x.verb)
		if why := c.hides(x, &q); why != 0 {
			out.Hidden[why.first()]++
			continue
		}
		if len(words) > 0 && !c.matches(x, words) {
			continue
		}
		out.list = append(out.list, uint32(i))
	}
	if err := out.sort(ctx); err != nil {
		return nil, err
	}
	return out, ctx.Err()
}

// hides says why a change is not listed: every row that it speaks of is hidden.
func (c *Comparison) hides(x *change, q *ChangeQuery) (why Reasons) {
	if x.kind != kindACE {
		return c.others(x, Allow, q.Only)
	}
	for i, ref := range x.ref {
		if ref.obj == 0 {
			continue
		}
		s := c.state(i)
		a := s.aceOf(ref)
		status := Allow
		if a.kind.Denies() {
			status = Deny
		}
		if why = s.reasons(ref, a)&^q.Show | c.others(x, status, q.Only); why == 0 {
			return 0
		}
	}
	return why
}

// others says why a change is of another kind than what is asked for alone.
func (c *Comparison) others(x *change, status string, only Only) (why Reasons) {
	if only&OnlyDeny != 0 && status != Deny {
		why |= NotDeny
	}
	if only&OnlyOrphans != 0 {
		s, p := c.party(x)
		if s == nil || !slices.Contains([]string{KindOrphan, KindDeleted}, s.Principal(p).Kind) {
			why |= NotOrphan
		}
	}
	return why
}

// wanted applies object type, target and trustee. A change of what others
// inherit is wanted where one of its copies is.
func (c *Comparison) wanted(x *change, q *ChangeQuery) bool {
	if q.Type == nil && q.Target == nil && q.Trustee == nil {
		return true
	}
	targets, trustees := c.parties(x, q)
	if !accepts(q.Trustee, trustees) {
		return false
	}
	if (q.Type == nil || c.types(x)&typeSetOf(q.Type) != 0) && accepts(q.Target, targets) {
		return true
	}
	return x.reach != 0 && c.copyWanted(&c.copies[x.reach-1], q)
}

func (c *Comparison) copyWanted(on *copies, q *ChangeQuery) bool {
	for i, list := range on.on {
		s := c.state(i)
		for _, id := range list {
			o := s.object(id)
			if q.Type != nil && typesOf(o.family())&typeSetOf(q.Type) == 0 {
				continue
			}
			if q.Target == nil {
				return true
			}
			if p := s.targetPrincipal(o); q.Target(&p) {
				return true
			}
		}
	}
	return false
}

// parties are those that a change is about, in either state, as far as the query asks.
func (c *Comparison) parties(x *change, q *ChangeQuery) (targets, trustees []Principal) {
	if q.Target == nil && q.Trustee == nil {
		return nil, nil
	}
	for i := range x.obj {
		s := c.state(i)
		if x.obj[i] != 0 {
			o := s.object(x.obj[i])
			targets = append(targets, s.targetPrincipal(o))
			if x.kind == kindACL && x.what == whatOwner {
				trustees = append(trustees, s.Principal(partyOfSID(s.descs.at(uint32(s.descOf(o, x.family))).owner)))
			}
		}
		switch {
		case x.ref[i].obj != 0:
			trustees = append(trustees, s.Principal(s.trustee(x.ref[i], s.aceOf(x.ref[i]))))
		case x.who[i] != 0:
			trustees = append(trustees, s.Principal(s.party(x.who[i])))
		}
	}
	if x.kind == kindMembership || x.kind == kindAccount {
		trustees = append(trustees, targets...)
	}
	return targets, trustees
}

func accepts(f func(*Principal) bool, any []Principal) bool {
	for i := range any {
		if f != nil && f(&any[i]) {
			return true
		}
	}
	return f == nil
}

// types says on which object types a change bears.
func (c *Comparison) types(x *change) (t typeSet) {
	switch x.kind {
	case kindMembership:
		for i, id := range x.obj {
			t |= c.holds[i][id]
		}
	case kindAccount:
		for i, id := range x.obj {
			if id != 0 {
				if f := c.state(i).object(id).family(); f != familyAncestor {
					t |= typesOf(f)
				}
			}
			t |= c.holds[i][id]
		}
	default:
		t = typesOf(x.family)
	}
	return t
}

// matches applies the words of a filter.
func (c *Comparison) matches(x *change, words []word) bool {
	v := c.change(x)
	return matchTexts(words, v.Change, v.Kind, v.Target.Name, v.Target.DN, v.TargetType, v.Trustee.Name, v.Trustee.DN, sidText(v.Trustee.SID),
		v.Trustee.Kind, v.Right, v.Status, v.Old.String(), v.New.String(), v.ACLType)
}

// sort orders the changes of a comparison by target, kind and place in the ACL,
// recipients before stores before containers.
func (c *comparer) sort() {
	out := c.out
	type key struct {
		target string
		class  int
		x      change
	}
	keys := make([]key, len(out.list))
	for i := range out.list {
		if i&1023 == 1023 && c.ctx.Err() != nil {
			return
		}
		x := &out.list[i]
		k := key{x: *x, class: max(0, int(x.family)-int(familyBehalf))}
		for n, id := range x.obj {
			if id != 0 {
				k.target = strings.ToLower(c.state[n].objectName(c.state[n].object(id)))
			}
		}
		keys[i] = k
	}
	place := func(x *change, i int) int { return int(x.ref[i].pos)<<8 | int(x.ref[i].right) }
	slices.SortStableFunc(keys, func(a, b key) int {
		return cmp.Or(cmp.Compare(a.class, b.class), strings.Compare(a.target, b.target),
			cmp.Compare(a.x.obj[after], b.x.obj[after]), cmp.Compare(a.x.obj[before], b.x.obj[before]),
			cmp.Compare(a.x.kind, b.x.kind), cmp.Compare(a.x.family, b.x.family), cmp.Compare(a.x.verb, b.x.verb),
			cmp.Compare(place(&a.x, after), place(&b.x, after)), cmp.Compare(place(&a.x, before), place(&b.x, before)))
	})
	for i := range keys {
		out.list[i] = keys[i].x
	}
	c.countStored()
}

// countStored counts the mailboxes of each store, if an entry of a store changed.
func (c *comparer) countStored() {
	if !slices.ContainsFunc(c.out.list, func(x change) bool { return x.kind == kindACE && x.family == familyStore }) {
		return
	}
	for i, s := range c.state {
		c.out.stored[i] = map[dnID]int32{}
		for n := range s.recips.len() {
			if o := s.object(*s.recips.at(n)); o.mailboxLike() {
				c.out.stored[i][o.home]++
			}
		}
	}
}

// sort puts the changes, which come by target, into the order of the query.
func (r *Changes) sort(ctx context.Context) error {
	q := &r.Query
	if q.ByTrustee {
		if err := sortList(ctx, r, r.trustee); err != nil {
			return err
		}
	}
	if q.Sort == 0 {
		return nil
	}
	if q.Sort < 0 {
		slices.Reverse(r.list) // and back again below: equal ones stay in their order
		defer slices.Reverse(r.list)
	}
	column := ChangeColumns(q.ByTrustee)[max(q.Sort, -q.Sort)-1]
	if column.Numeric {
		return sortList(ctx, r, func(x *change) int { v := r.Comparison.change(x); return column.Number(&v) })
	}
	return sortList(ctx, r, func(x *change) string { v := r.Comparison.change(x); return strings.ToLower(column.Text(&v)) })
}

// sortList orders stably by a key that is made once for each change.
func sortList[K cmp.Ordered](ctx context.Context, r *Changes, key func(*change) K) error {
	type keyed struct {
		key K
		at  uint32
	}
	keys := make([]keyed, len(r.list))
	for i := range keys {
		if i&1023 == 1023 && ctx.Err() != nil {
			return ctx.Err()
		}
		keys[i] = keyed{key(r.at(i)), r.list[i]}
	}
	slices.SortStableFunc(keys, func(a, b keyed) int { return cmp.Compare(a.key, b.key) })
	for i := range keys {
		r.list[i] = keys[i].at
	}
	return nil
}

// trustee is what the order by trustee goes by; changes without one come first.
func (r *Changes) trustee(x *change) (key string) {
	for i := range x.obj {
		s := r.Comparison.state(i)
		var p Principal
		switch {
		case x.ref[i].obj != 0 && x.kind != kindOrder:
			p = s.Principal(s.trustee(x.ref[i], s.aceOf(x.ref[i])))
		case x.who[i] != 0:
			p = s.Principal(s.party(x.who[i]))
		default:
			continue
		}
		key = strings.ToLower(p.Name) + "\x00" + sidText(p.SID) + p.DN
	}
	return key
}
