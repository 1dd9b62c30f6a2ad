package change

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/hiding"
	"mbxperm/model/internal/pool"
	"mbxperm/model/view"
)

// Query chooses among the changes of a Comparison, and orders them.
type Query struct {
	// Type keeps the changes of one object type. nil keeps all but those of targets
	// that stand apart, which are listed by what they hand down; Apart keeps these too.
	Type  *view.ObjectType
	Apart bool
	// Show are the reasons that are switched on, as in Query: changes of rows
	// that these hide are listed.
	Show hiding.Reasons
	// Only asks for changes of one kind of rows alone, as in Query.
	Only hiding.Only
	// Filter keeps what contains every word, as in Query.
	Filter string
	// Sort is 1 + the number of a column of Columns, negative for
	// descending; 0 is the order by weight, or by trustee. Equal ones are by
	// target.
	Sort int
	// ByTrustee orders the changes by trustee instead of weight.
	ByTrustee bool
	// Target and Trustee, where not nil, keep the changes that they accept, by
	// what the object is in either state. An account that changed, and a group
	// whose members did, pass as target and as trustee.
	Target, Trustee func(*model.Principal) bool
}

// List are the changes of a Comparison that a query chooses, in order. They
// never change and may be read by any number of goroutines.
type List struct {
	Comparison *Comparison
	Query      Query
	// Hidden counts the changes that the toggles hide.
	Hidden hiding.Counts
	// Counts are the numbers of changes listed or hidden, by what happened.
	Counts Counts

	list []uint32 // numbers in Comparison.list
}

// Counts counts changes by what happened.
type Counts struct{ Added, Removed, Changed, NotComparable int }

// Total is the number of changes of all kinds.
func (n Counts) Total() int { return n.Added + n.Removed + n.Changed + n.NotComparable }

func (n *Counts) count(v event) {
	switch v {
	case EventAdded:
		n.Added++
	case EventRemoved:
		n.Removed++
	case eventChanged:
		n.Changed++
	case EventUnsure:
		n.NotComparable++
	}
}

// Len returns the number of changes.
func (r *List) Len() int { return len(r.list) }

// Change makes change i.
func (r *List) Change(i int) Change { return r.Comparison.Change(r.at(i)) }

// Key identifies change i among all answers of one Comparison.
func (r *List) Key(i int) uint64 { return uint64(r.list[i]) }

func (r *List) at(i int) *Diff { return &r.Comparison.List[r.list[i]] }

// View filters, counts and orders the changes. It returns the context's error
// when ctx ends.
func (c *Comparison) View(ctx context.Context, q Query) (*List, error) {
	out := &List{Comparison: c, Query: q}
	words := view.Words(q.Filter)
	for i := range c.List {
		if i&1023 == 1023 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		x := &c.List[i]
		if !c.Wanted(x, &q) {
			continue
		}
		out.Counts.count(x.Event)
		if why := c.hides(x, &q); why != 0 {
			out.Hidden[why.First()]++
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
func (c *Comparison) hides(x *Diff, q *Query) (why hiding.Reasons) {
	if x.Kind == Role {
		return c.hidesRole(x, q)
	}
	if x.Kind != ACE {
		status := grant.Allow
		if x.Kind == Delegate && (grant.Denies(x.Ref[Before], nil) || grant.Denies(x.Ref[After], nil)) {
			status = grant.Deny
		}
		return c.others(x, status, q.Only)
	}
	for i, ref := range x.Ref {
		if ref.Obj == 0 {
			continue
		}
		s := c.State(i)
		a := grant.ACEOf(s, ref)
		status := grant.Allow
		if a.Type.Denies() {
			status = grant.Deny
		}
		if why = grant.ReasonsOf(s, ref, a)&^q.Show | c.others(x, status, q.Only); why == 0 {
			return 0
		}
	}
	return why
}

// others says why a change is of another kind than what is asked for alone.
func (c *Comparison) others(x *Diff, status string, only hiding.Only) (why hiding.Reasons) {
	if only&hiding.OnlyDeny != 0 && status != grant.Deny {
		why |= hiding.NotDeny
	}
	if only&hiding.OnlyOrphans != 0 {
		s, p := c.party(x)
		if s == nil || !slices.Contains([]string{model.KindOrphan, model.KindDeleted}, s.Principal(p).Kind) {
			why |= hiding.NotOrphan
		}
	}
	return why
}

// Wanted applies object type, target and trustee. A change of what others
// inherit is wanted where one of its copies is.
func (c *Comparison) Wanted(x *Diff, q *Query) bool {
	if x.Grant != nil && x.Grant.Apart && !q.Apart && (q.Type == nil || c.types(x)&typeSetOf(q.Type) == 0) {
		return false // its copies are those of the change that hands them down
	}
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

func (c *Comparison) copyWanted(on *copies, q *Query) bool {
	for i, list := range on.on {
		s := c.State(i)
		for _, id := range list {
			o := s.Record(id)
			if q.Type != nil && typesOf(targetKind(o))&typeSetOf(q.Type) == 0 {
				continue
			}
			if q.Target == nil {
				return true
			}
			if p := s.TargetPrincipal(o); q.Target(&p) {
				return true
			}
		}
	}
	return false
}

// parties are those that a change is about, in either state, as far as the query asks.
func (c *Comparison) parties(x *Diff, q *Query) (targets, trustees []model.Principal) {
	if q.Target == nil && q.Trustee == nil {
		return nil, nil
	}
	if x.isDoor() {
		ch := c.Change(x)
		return []model.Principal{ch.Target}, []model.Principal{ch.Trustee}
	}
	if x.isFact() && c.facts[x.fact-1].title != "" {
		targets = append(targets, c.Change(x).Target)
	}
	for i := range x.Obj {
		s := c.State(i)
		if x.Obj[i] != 0 {
			o := s.Record(x.Obj[i])
			targets = append(targets, s.TargetPrincipal(o))
			if x.Kind == ACL && x.part == partOwner {
				trustees = append(trustees, s.Principal(model.TrusteeOfSID(s.Descs.At(uint32(x.Grant.Desc(o))).Owner)))
			}
		}
		switch {
		case x.Ref[i].Obj != 0:
			trustees = append(trustees, s.Principal(grant.TrusteeOf(s, x.Ref[i], grant.ACEOf(s, x.Ref[i]))))
		case x.who[i] != 0:
			trustees = append(trustees, s.Principal(s.TrusteeOf(x.who[i])))
		}
	}
	if x.Kind == Membership || x.Kind == Account {
		trustees = append(trustees, targets...)
	}
	return targets, trustees
}

func accepts(f func(*model.Principal) bool, any []model.Principal) bool {
	for i := range any {
		if f != nil && f(&any[i]) {
			return true
		}
	}
	return f == nil
}

// types says on which object types a change bears.
func (c *Comparison) types(x *Diff) (t typeSet) {
	switch x.Kind {
	case Client, Relay:
		t = typeSetOf(x.doorType())
	case Role:
		t = typeSetOf(view.Roles)
	case Verdict:
		t = typesOf(targetKind(c.New.Record(x.Obj[After])))
	case Setting, Rule, Protocol:
		if typ := c.facts[x.fact-1].typ; typ != nil {
			t = typeSetOf(typ)
		}
	case Membership:
		for i, id := range x.Obj {
			t |= c.holds[i][id]
		}
	case Account:
		for i, id := range x.Obj {
			if id != 0 {
				if k := targetKind(c.State(i).Record(id)); k != nil {
					t |= typesOf(k)
				}
			}
			t |= c.holds[i][id]
		}
	default:
		t = typesOf(x.Grant)
		for i, id := range x.Obj {
			if id != 0 && x.ofRoleGroup(c.State(i).Record(id)) {
				t = typeSetOf(view.Roles)
			}
		}
	}
	return t
}

// matches applies the words of a filter.
func (c *Comparison) matches(x *Diff, words []view.Word) bool {
	v := c.Change(x)
	return view.MatchTexts(words, v.Change, v.Kind, v.Target.Name, v.Target.DN, v.TargetType, v.Trustee.Name, v.Trustee.DN, model.SIDText(v.Trustee.SID),
		v.Trustee.Kind, v.Right, v.Status, v.Old.String(), v.New.String(), v.ACLType)
}

// sort orders the changes of a comparison by target, kind and place in the ACL,
// recipients before stores before containers.
func (c *comparer) sort() {
	out := c.out
	type key struct {
		target      string
		rank, grant int
		x           Diff
	}
	keys := make([]key, len(out.List))
	for i := range out.List {
		if i&1023 == 1023 && c.ctx.Err() != nil {
			return
		}
		x := &out.List[i]
		k := key{x: *x}
		if x.Grant != nil {
			k.rank, k.grant = x.Grant.Rank(), x.Grant.Number()
		}
		if x.Kind == Role { // behind entries
			k.rank = roleRank
		}
		if x.isDoor() { // behind everything else
			ch := out.Change(x)
			k.rank, k.target = doorRank, strings.ToLower(ch.Target.Name+"\x00"+ch.Trustee.Name)
		}
		for n, id := range x.Obj {
			if id != 0 {
				k.target = strings.ToLower(c.state[n].ObjectName(c.state[n].Record(id)))
			}
		}
		if x.Kind == Setting || x.Kind == Rule {
			k.rank, k.target = doorRank, strings.ToLower(out.facts[x.fact-1].title)
		}
		keys[i] = k
	}
	place := func(x *Diff, i int) int { return int(x.Ref[i].Pos)<<8 | int(x.Ref[i].Right) }
	slices.SortStableFunc(keys, func(a, b key) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), strings.Compare(a.target, b.target),
			cmp.Compare(a.x.Obj[After], b.x.Obj[After]), cmp.Compare(a.x.Obj[Before], b.x.Obj[Before]),
			cmp.Compare(a.x.Kind, b.x.Kind), cmp.Compare(a.grant, b.grant), cmp.Compare(a.x.Event, b.x.Event),
			cmp.Compare(place(&a.x, After), place(&b.x, After)), cmp.Compare(place(&a.x, Before), place(&b.x, Before)))
	})
	for i := range keys {
		out.List[i] = keys[i].x
	}
	c.countStored()
}

// roleRank is more than the rank of any kind of entry, and doorRank than that.
const (
	roleRank = 1 << 19
	doorRank = 1 << 20
)

// countStored counts the mailboxes of each store, if an entry of a store changed.
func (c *comparer) countStored() {
	if !slices.ContainsFunc(c.out.List, func(x Diff) bool { return x.Kind == ACE && x.Grant.HoldsMailboxes }) {
		return
	}
	for i, s := range c.state {
		c.out.stored[i] = map[pool.DN]int32{}
		for n := range s.Recipients.Len() {
			if o := s.Record(*s.Recipients.At(n)); o.HasMailbox() {
				c.out.stored[i][o.Home]++
			}
		}
	}
}

// sort puts the changes, which come by target, into the order of the query.
func (r *List) sort(ctx context.Context) error {
	q := &r.Query
	if q.ByTrustee {
		if err := sortList(ctx, r, r.trustee); err != nil {
			return err
		}
	}
	switch {
	case q.Sort == 0 && q.ByTrustee:
		return nil
	case q.Sort == 0:
		return r.byWeight(ctx)
	}
	if q.Sort < 0 {
		slices.Reverse(r.list) // and back again below: equal ones stay in their order
		defer slices.Reverse(r.list)
	}
	column := Columns(q.ByTrustee)[max(q.Sort, -q.Sort)-1]
	if column.Numeric {
		return sortList(ctx, r, func(x *Diff) int { v := r.Comparison.Change(x); return column.Number(&v) })
	}
	return sortList(ctx, r, func(x *Diff) string { v := r.Comparison.Change(x); return strings.ToLower(column.Text(&v)) })
}

// sortList orders stably by a key that is made once for each change.
func sortList[K cmp.Ordered](ctx context.Context, r *List, key func(*Diff) K) error {
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
func (r *List) trustee(x *Diff) (key string) {
	if l := r.Comparison.turn(x); l != nil {
		return strings.ToLower(l.Trustee.Name) + "\x00" + model.SIDText(l.Trustee.SID) + l.Trustee.DN
	}
	for i := range x.Obj {
		s := r.Comparison.State(i)
		var p model.Principal
		switch {
		case x.Ref[i].Obj != 0 && x.Kind != Order:
			p = s.Principal(grant.TrusteeOf(s, x.Ref[i], grant.ACEOf(s, x.Ref[i])))
		case x.who[i] != 0:
			p = s.Principal(s.TrusteeOf(x.who[i]))
		default:
			continue
		}
		key = strings.ToLower(p.Name) + "\x00" + model.SIDText(p.SID) + p.DN
	}
	return key
}
