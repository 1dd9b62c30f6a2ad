package model

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"mbxperm/acl"
)

// CompareQuery asks what changed between two states.
type CompareQuery struct {
	// Type keeps the changes of one object type; nil keeps all.
	Type *ObjectType
	// Show are the reasons that are switched on, as in Query: changes of rows
	// that these hide are listed.
	Show Reasons
	// ByTrustee orders the changes by trustee instead of target.
	ByTrustee bool
	// Target and Trustee, where not nil, keep the changes that they accept, by
	// what the object is in either state. An account that changed, and a group
	// whose members did, pass as target and as trustee.
	Target, Trustee func(*Principal) bool
	// Force compares two forests.
	Force bool
}

// The kinds of change. These and the words below are a contract.
const (
	ChangeACE        = "ace"        // an entry of an ACL
	ChangeOrder      = "order"      // the entries that stayed stand in another order
	ChangeACL        = "acl"        // what an ACL has beside its entries: inheritance, owner, dacl
	ChangeDelegate   = "delegate"   // Send on Behalf
	ChangeMembership = "membership" // of a group that holds a right, directly or through another group
	ChangeAccount    = "account"    // what an account, mailbox, store or container is
)

// What happened.
const (
	Added         = "added"
	Removed       = "removed"
	Changed       = "changed"
	NotComparable = "not-comparable" // one of the states does not show whether it changed
)

type kind uint8

const (
	kindACE kind = iota
	kindOrder
	kindACL
	kindDelegate
	kindMembership
	kindAccount
)

var kindNames = [...]string{ChangeACE, ChangeOrder, ChangeACL, ChangeDelegate, ChangeMembership, ChangeAccount}

type verb uint8

const (
	verbAdded verb = iota
	verbRemoved
	verbChanged
	verbUnsure
)

var verbNames = [...]string{Added, Removed, Changed, NotComparable}

// The two states.
const (
	before = 0
	after  = 1
)

// pair is an object in both states; 0 where it was not found.
type pair [2]objID

// change is one line of a Comparison in numbers.
type change struct {
	obj    pair
	ref    [2]RowRef // the entry or value in each state; obj is 0 where there is none
	who    [2]dnID   // the member in each state
	reach  int32     // 1 + number in Comparison.copies
	family family
	kind   kind
	verb   verb
	what   what
	why    [2]why // why a state cannot say
}

// Comparison is what changed between two states. It never changes and may be
// read by any number of goroutines.
type Comparison struct {
	Old, New *Snapshot
	Query    CompareQuery
	// Hidden counts the changes that the toggles hide.
	Hidden Hidden
	// NotComparable counts the changes of that name, listed or hidden.
	NotComparable int
	// ByName counts the objects that were matched by DN, because one of the
	// states has neither a GUID nor a SID for them.
	ByName int

	list   []change
	copies []copies
	stored [2]map[dnID]int32 // mailboxes by store
}

// copies counts the targets that carry a copy of an entry that changed.
type copies struct {
	n, last int32
	wanted  bool // the filters accept one of these targets
}

// Len returns the number of changes.
func (c *Comparison) Len() int { return len(c.list) }

// ErrPools is what Compare returns for states of two pools.
var ErrPools = errors.New("the two states do not share a pool")

// ForestsError is what Compare returns for states of two forests.
type ForestsError struct{ Old, New string }

func (e *ForestsError) Error() string {
	return fmt.Sprintf("these are two forests, %s and %s: no object of the one is in the other", e.Old, e.New)
}

// Compare works out what changed from old to new. Both must share their Pool. The cost
// is linear in the objects and in the entries of what differs: descriptors with
// the same number are not looked at.
//
// It returns ErrPools or a ForestsError where the states cannot be compared,
// and the context's error when ctx ends.
func Compare(ctx context.Context, old, new *Snapshot, q CompareQuery) (*Comparison, error) {
	if old.pool != new.pool {
		return nil, ErrPools
	}
	if a, b, differ := forests(old, new); differ && !q.Force {
		return nil, &ForestsError{a, b}
	}
	c := &comparer{
		ctx: ctx, state: [2]*Snapshot{old, new}, query: q,
		out:   &Comparison{Old: old, New: new, Query: q},
		diffs: map[[2]descID]*aclDiff{}, left: map[aceID]int{},
	}
	c.match()
	for i, s := range c.state {
		c.cover[i] = &coverer{s: s, token: acl.NewToken(s.facts.token...), readable: map[readKey]bool{}}
		c.sources[i], c.explained[i] = map[sourceKey]sourceAt{}, map[sourceAt]int32{}
		c.holders[i] = s.holders()
		c.above[i] = s.aboveStores()
	}
	c.each(c.register)
	c.counting = true
	c.each(c.compare)
	for i := range c.pending {
		c.take(&c.pending[i])
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	c.sort()
	return c.out, ctx.Err()
}

// forests names the forests of two states, and says whether they are different ones for sure:
// by the objectGUID of the forest root domain, else its SID, else its DN. Where
// neither state says which its root domain is, two that know domains and none in
// common are of two forests.
func forests(old, new *Snapshot) (a, b string, differ bool) {
	x, y := old.facts.forest(), new.facts.forest()
	g, h := old.headGUID(x), new.headGUID(y)
	switch {
	case !g.IsZero() && !h.IsZero():
		differ = g != h
	case !x.SID.IsZero() && !y.SID.IsZero():
		differ = x.SID != y.SID
	case x.DN != "" && y.DN != "":
		differ = !strings.EqualFold(x.DN, y.DN)
	default:
		differ = old.strangers(new)
	}
	return label(x, g), label(y, h), differ
}

// headGUID returns the objectGUID of a domain, zero where its head was not read.
func (s *Snapshot) headGUID(d DomainInfo) acl.GUID {
	if id := s.at(d.name); id != 0 {
		return s.object(id).guid
	}
	return acl.GUID{}
}

// forest returns the forest root domain.
func (f *facts) forest() DomainInfo {
	for _, d := range f.domains {
		if d.Root {
			return d
		}
	}
	return DomainInfo{}
}

func label(d DomainInfo, g acl.GUID) string {
	parts := []string{sidText(d.SID), guidText(g)}
	parts = slices.DeleteFunc(parts, func(p string) bool { return p == "" })
	switch {
	case d.DN == "":
		return "an unknown one"
	case len(parts) == 0:
		return d.DN
	}
	return d.DN + " (" + strings.Join(parts, ", ") + ")"
}

// strangers reports whether both states know domains and have none in common.
func (s *Snapshot) strangers(t *Snapshot) bool {
	if len(s.domainHeads()) == 0 || len(t.domainHeads()) == 0 {
		return false
	}
	for sid := range s.domainHeads() {
		if _, ok := t.domainHeads()[sid]; ok {
			return false
		}
	}
	return true
}

// Banners say what stands in the way of comparing the two states as equals, a
// sentence each: another forest, server or account, and objects known by name only.
func (c *Comparison) Banners() (out []string) {
	a, b, differ := forests(c.Old, c.New)
	if differ {
		out = append(out, "these are two forests, "+a+" and "+b)
	}
	for _, x := range []struct{ what, old, new string }{
		{"server", c.Old.State.Server, c.New.State.Server},
		{"bound account", c.Old.State.Account, c.New.State.Account},
	} {
		if !strings.EqualFold(x.old, x.new) {
			out = append(out, fmt.Sprintf("%s differs: OLD %s, NEW %s; what only one of them may see looks like a change",
				x.what, orUnknown(x.old), orUnknown(x.new)))
		}
	}
	if !differ && (len(c.Old.domainHeads()) == 0 || len(c.New.domainHeads()) == 0) {
		out = append(out, "one of the states does not say of which forest it is: it may be another")
	}
	if c.ByName > 0 {
		out = append(out, fmt.Sprintf("%d objects have neither a GUID nor a SID in one of the states and were matched by DN", c.ByName))
	}
	return out
}

func orUnknown(s string) string {
	if s == "" {
		return "unknown"
	}
	return s
}

// comparer makes one Comparison.
type comparer struct {
	ctx   context.Context
	state [2]*Snapshot
	query CompareQuery
	out   *Comparison
	other [2][]objID // by objID: the same object in the other state

	cover     [2]*coverer
	holders   [2]*holding       // who holds a right, himself or as a member
	above     [2]map[objID]bool // what lies above stores and is no administration container
	sources   [2]map[sourceKey]sourceAt
	explained [2]map[sourceAt]int32 // 1 + number in Comparison.copies of a source's entry that changed
	diffs     map[[2]descID]*aclDiff
	lists     [2][]aceID // of diff, used again and again
	left      map[aceID]int
	pending   []change
	seen      int32 // objects so far; names the object in hand
	counting  bool  // copies are counted
}

// each calls f for every object of either state, once.
func (c *comparer) each(f func(pair)) {
	for i, s := range c.state {
		for id := objID(1); uint32(id) < s.objects.len(); id++ {
			other := c.other[i][id]
			if i == after && other != 0 {
				continue
			}
			if c.seen++; c.seen&1023 == 0 && c.ctx.Err() != nil {
				return
			}
			p := pair{id, other}
			if i == after {
				p = pair{0, id}
			}
			f(p)
		}
	}
}

// object returns an object of a state, nil where it was not found.
func (c *comparer) object(p pair, i int) *object {
	if p[i] == 0 {
		return nil
	}
	return c.state[i].object(p[i])
}

// compare lists what changed about one object.
func (c *comparer) compare(p pair) {
	for _, f := range [...]family{familyMailbox, familySend} {
		c.acl(p, f)
	}
	c.delegates(p)
	c.members(p)
	c.account(p)
}

// add takes a change if the filters let it pass. One whose copies are on other
// objects waits until it is known whether one of those is wanted.
func (c *comparer) add(x change) {
	switch target, trustee := c.wanted(&x); {
	case !trustee:
	case target:
		c.take(&x)
	case x.reach != 0:
		c.pending = append(c.pending, x)
	}
}

func (c *comparer) take(x *change) {
	if x.reach != 0 && !c.out.copies[x.reach-1].wanted {
		if target, _ := c.wanted(x); !target {
			return
		}
	}
	if x.verb == verbUnsure {
		c.out.NotComparable++
	}
	if why := c.hidden(x); why != 0 {
		c.out.Hidden[why.first()]++
		return
	}
	c.out.list = append(c.out.list, *x)
}

// hidden says why a change is not listed: every row that it speaks of is hidden.
func (c *comparer) hidden(x *change) (why Reasons) {
	if x.kind != kindACE {
		return 0
	}
	for i, ref := range x.ref {
		if ref.obj == 0 {
			continue
		}
		s := c.state[i]
		if why = s.reasons(ref, s.aceOf(ref)) &^ c.query.Show; why == 0 {
			return 0
		}
	}
	return why
}

// wanted applies the filters of the query: those of the target, object type
// among them, and that of the trustee.
func (c *comparer) wanted(x *change) (target, trustee bool) {
	q := &c.query
	target = q.Type == nil || c.types(x)&typeSetOf(q.Type) != 0
	if q.Target == nil && q.Trustee == nil {
		return target, true
	}
	var targets, trustees []Principal
	for i, s := range c.state {
		if o := c.object(x.obj, i); o != nil {
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
	return target && accepts(q.Target, targets), accepts(q.Trustee, trustees)
}

func accepts(f func(*Principal) bool, any []Principal) bool {
	for i := range any {
		if f != nil && f(&any[i]) {
			return true
		}
	}
	return f == nil
}
