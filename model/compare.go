package model

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"mbxperm/acl"
)

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

// Comparison is everything that changed between two states, whatever toggles
// hide of it; View chooses. It never changes and may be read by any number of
// goroutines.
type Comparison struct {
	Old, New *Snapshot
	// ByName counts the objects that were matched by DN, because one of the
	// states has neither a GUID nor a SID for them.
	ByName int

	list   []change // by target, kind and place in the ACL
	copies []copies
	stored [2]map[dnID]int32 // mailboxes by store
	holds  [2][]typeSet      // by objID: on which object types it holds a right
}

// copies are the targets that carry a copy of an entry that changed.
type copies struct {
	on   [2][]objID // by the state in which the copy was found
	last int32      // the object found last, so that each counts once
}

func (c *copies) n() int { return len(c.on[before]) + len(c.on[after]) }

// ErrPools is what Compare returns for states of two pools.
var ErrPools = errors.New("the two states do not share a pool")

// ForestsError is what Compare returns for states of two forests.
type ForestsError struct{ Old, New Phrase }

func (e *ForestsError) Error() string {
	return fmt.Sprintf("these are two forests, %s and %s: no object of the one is in the other", e.Old, e.New)
}

// Compare works out what changed from old to new. Both must share their Pool. The cost
// is linear in the objects and in the entries of what differs: descriptors with
// the same number are not looked at.
//
// It returns ErrPools or, without force, a ForestsError where the states cannot
// be compared, and the context's error when ctx ends.
func Compare(ctx context.Context, old, new *Snapshot, force bool) (*Comparison, error) {
	if old.pool != new.pool {
		return nil, ErrPools
	}
	if a, b, differ := forests(old, new); differ && !force {
		return nil, &ForestsError{a, b}
	}
	c := &comparer{
		ctx: ctx, state: [2]*Snapshot{old, new},
		out:   &Comparison{Old: old, New: new},
		diffs: map[[2]descID]*aclDiff{}, left: map[aceID]int{},
	}
	c.match()
	for i, s := range c.state {
		c.cover[i] = newCoverer(s)
		c.sources[i], c.explained[i] = map[sourceKey]sourceAt{}, map[sourceAt]int32{}
		c.holders[i] = s.allHolders()
		c.above[i] = s.aboveStores()
	}
	c.each(c.register)
	c.counting = true
	c.each(c.compare)
	for i := range c.holders {
		c.out.holds[i] = c.holders[i].holds
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
func forests(old, new *Snapshot) (a, b Phrase, differ bool) {
	x, y := old.facts.forest(), new.facts.forest()
	g, h := old.headGUID(x), new.headGUID(y)
	switch {
	case !g.IsZero() && !h.IsZero():
		differ = g != h
	case !x.SID.IsZero() && !y.SID.IsZero():
		differ = x.SID != y.SID
	case x.DN != "" && y.DN != "":
		differ = !EqualDN(x.DN, y.DN)
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

func label(d DomainInfo, g acl.GUID) Phrase {
	if d.DN == "" {
		return said("an unknown one")
	}
	out := Phrase{{PartDN, d.DN}}
	open := " ("
	for _, p := range []Part{{PartSID, sidText(d.SID)}, {PartGUID, guidText(g)}} {
		if p.Text != "" {
			out = append(out, Part{PartWord, open}, p)
			open = ", "
		}
	}
	if open == ", " {
		out = append(out, Part{PartWord, ")"})
	}
	return out
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
func (c *Comparison) Banners() (out []Phrase) {
	a, b, differ := forests(c.Old, c.New)
	if differ {
		out = append(out, join(said("these are two forests, "), a, said(" and "), b))
	}
	for _, x := range []struct {
		what     string
		is       PartKind
		old, new string
	}{
		{"server", PartHost, c.Old.State.Server, c.New.State.Server},
		{"bound account", PartAccount, c.Old.State.Account, c.New.State.Account},
	} {
		if !strings.EqualFold(x.old, x.new) {
			out = append(out, Phrase{{PartWord, x.what + " differs: OLD "}, known(x.is, x.old), {PartWord, ", NEW "}, known(x.is, x.new),
				{PartWord, "; what only one of them may see looks like a change"}})
		}
	}
	if !differ && (len(c.Old.domainHeads()) == 0 || len(c.New.domainHeads()) == 0) {
		out = append(out, said("one of the states does not say of which forest it is: it may be another"))
	}
	if c.ByName > 0 {
		out = append(out, said(fmt.Sprintf("%d objects have neither a GUID nor a SID in one of the states and were matched by DN", c.ByName)))
	}
	return out
}

func known(is PartKind, s string) Part {
	if s == "" {
		return Part{PartWord, "unknown"}
	}
	return Part{is, s}
}

// comparer makes one Comparison.
type comparer struct {
	ctx   context.Context
	state [2]*Snapshot
	out   *Comparison
	other [2][]objID // by objID: the same object in the other state

	cover     [2]*coverer
	holders   [2]*holding[typeSet] // who holds a right, himself or as a member
	above     [2]map[objID]bool    // what lies above stores and is no administration container
	sources   [2]map[sourceKey]sourceAt
	explained [2]map[sourceAt]int32 // 1 + number in Comparison.copies of a source's entry that changed
	diffs     map[[2]descID]*aclDiff
	lists     [2][]aceID // of diff, used again and again
	left      map[aceID]int
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

func (c *comparer) add(x change) { c.out.list = append(c.out.list, x) }
