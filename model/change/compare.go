package change

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/coverage"
	"mbxperm/model/dn"
	"mbxperm/model/grant"
	"mbxperm/model/internal/pool"
	"mbxperm/model/member"
	"mbxperm/model/whatif"
)

// The kinds of change. These and the words below are a contract.
const (
	KindACE        = "ace"        // an entry of an ACL
	KindOrder      = "order"      // the entries that stayed stand in another order
	KindACL        = "acl"        // what an ACL has beside its entries: inheritance, owner, dacl
	KindDelegate   = "delegate"   // Send on Behalf, and other links of recipients
	KindMembership = "membership" // of a group that holds a right, directly or through another group
	KindAccount    = "account"    // what an account, mailbox, store or container is
	KindClient     = "client"     // who logs on by a protocol from an address, as logs tell
	KindRole       = "role"       // a role assignment, or the entries of a role
	KindRelay      = "relay"      // which address sends through a receive connector, as logs tell
	KindSetting    = "setting"    // of POP3, IMAP4, a receive connector or the organisation
	KindRule       = "rule"       // a client access rule
	KindProtocol   = "protocol"   // whether a mailbox may use one
	KindVerdict    = whatif.Kind  // a verdict, of a what-if
)

// What happened.
const (
	Added         = "added"
	Removed       = "removed"
	Changed       = "changed"
	NotComparable = "not-comparable" // one of the states does not show whether it changed
)

type Kind uint8

const (
	ACE Kind = iota
	Order
	ACL
	Delegate
	Membership
	Account
	Client
	Relay
	Role
	Setting
	Rule
	Protocol
	Verdict // of a what-if
)

var kindNames = [...]string{KindACE, KindOrder, KindACL, KindDelegate, KindMembership, KindAccount, KindClient, KindRelay, KindRole, KindSetting, KindRule, KindProtocol, KindVerdict}

type event uint8

const (
	EventAdded event = iota
	EventRemoved
	eventChanged
	EventUnsure
)

var eventNames = [...]string{Added, Removed, Changed, NotComparable}

// The two states.
const (
	Before = 0
	After  = 1
)

// pair is an object in both states; 0 where it was not found.
type pair [2]model.ObjectID

// Diff is one line of a Comparison in numbers.
type Diff struct {
	Obj   pair
	Ref   [2]grant.Ref // the entry or value in each state; obj is 0 where there is none
	who   [2]pool.DN   // the member in each state
	reach int32        // 1 + number in Comparison.copies
	Grant *grant.Kind  // of the entry, list or value; nil for a membership
	Kind  Kind
	Event event
	part  part
	why   [2]gap   // why a state cannot say
	door  [2]int32 // 1 + the row of what logs tell in each state; 0 where there is none
	fact  int32    // 1 + number in Comparison.facts, of a verdict in Asked.turns
}

// Comparison is everything that changed between two states, whatever toggles
// hide of it; View chooses. It never changes and may be read by any number of
// goroutines.
type Comparison struct {
	Old, New *model.Snapshot
	// WhatIf is what was asked, where New is what Old would be; nil of two states that
	// were read.
	WhatIf *Asked
	// ByName counts the objects that were matched by DN, because one of the
	// states has neither a GUID nor a SID for them.
	ByName int

	List   []Diff // by target, kind and place in the ACL
	copies []copies
	facts  []fact
	stored [2]map[pool.DN]int32 // mailboxes by store
	holds  [2][]typeSet         // by ObjectID: on which object types it holds a right
	other  [2][]model.ObjectID  // by ObjectID: the same object in the other state

	effects working
}

// copies are the targets that carry a copy of an entry that changed.
type copies struct {
	on   [2][]model.ObjectID // by the state in which the copy was found
	last int32               // the object found last, so that each counts once
}

func (c *copies) n() int { return len(c.on[Before]) + len(c.on[After]) }

// ErrPools is what Compare returns for states of two pools.
var ErrPools = errors.New("the two states do not share a pool")

// ForestsError is what Compare returns for states of two forests.
type ForestsError struct{ Old, New model.Phrase }

func (e *ForestsError) Error() string {
	return fmt.Sprintf("these are two forests, %s and %s: no object of the one is in the other", e.Old, e.New)
}

// Compare works out what changed from old to new. Both must share their Pool. The cost
// is linear in the objects and in the entries of what differs: descriptors with
// the same number are not looked at.
//
// It returns ErrPools or, without force, a ForestsError where the states cannot
// be compared, and the context's error when ctx ends.
func Compare(ctx context.Context, old, new *model.Snapshot, force bool) (*Comparison, error) {
	if old.Pool != new.Pool {
		return nil, ErrPools
	}
	if a, b, differ := forests(old, new); differ && !force {
		return nil, &ForestsError{a, b}
	}
	c := &comparer{
		ctx: ctx, state: [2]*model.Snapshot{old, new},
		out:   &Comparison{Old: old, New: new},
		diffs: map[[2]pool.Desc]*aclDiff{}, left: map[pool.ACE]int{},
	}
	c.match()
	for i, s := range c.state {
		c.cover[i] = coverage.NewReadability(s)
		c.sources[i], c.explained[i] = map[sourceKey]grant.SourceAt{}, map[grant.SourceAt]int32{}
		c.holders[i] = allHolders(s)
		c.above[i], c.aboveGroups[i] = aboveStores(s), aboveGroups(s)
	}
	c.each(c.register)
	c.counting = true
	c.each(c.compare)
	c.doors()
	c.facts()
	for i := range c.holders {
		c.out.holds[i] = c.holders[i].Holds
	}
	c.out.other = c.other
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
func forests(old, new *model.Snapshot) (a, b model.Phrase, differ bool) {
	x, y := forest(old.Forest), forest(new.Forest)
	g, h := headGUID(old, x), headGUID(new, y)
	switch {
	case !g.IsZero() && !h.IsZero():
		differ = g != h
	case !x.SID.IsZero() && !y.SID.IsZero():
		differ = x.SID != y.SID
	case x.DN != "" && y.DN != "":
		differ = !dn.Equal(x.DN, y.DN)
	default:
		differ = strangers(old, new)
	}
	return label(x, g), label(y, h), differ
}

// headGUID returns the objectGUID of a domain, zero where its head was not read.
func headGUID(s *model.Snapshot, d model.DomainInfo) acl.GUID {
	if id := s.At(d.Name); id != 0 {
		return s.Record(id).GUID
	}
	return acl.GUID{}
}

// forest returns the forest root domain.
func forest(f *model.Forest) model.DomainInfo {
	for _, d := range f.Domains {
		if d.Root {
			return d
		}
	}
	return model.DomainInfo{}
}

func label(d model.DomainInfo, g acl.GUID) model.Phrase {
	if d.DN == "" {
		return model.Said("an unknown one")
	}
	out := model.Phrase{{Is: model.PartDN, Text: d.DN}}
	open := " ("
	for _, p := range []model.Part{{Is: model.PartSID, Text: model.SIDText(d.SID)}, {Is: model.PartGUID, Text: model.GUIDText(g)}} {
		if p.Text != "" {
			out = append(out, model.Part{Is: model.PartWord, Text: open}, p)
			open = ", "
		}
	}
	if open == ", " {
		out = append(out, model.Part{Is: model.PartWord, Text: ")"})
	}
	return out
}

// strangers reports whether both states know domains and have none in common.
func strangers(s *model.Snapshot, t *model.Snapshot) bool {
	if len(s.DomainHeads()) == 0 || len(t.DomainHeads()) == 0 {
		return false
	}
	for sid := range s.DomainHeads() {
		if _, ok := t.DomainHeads()[sid]; ok {
			return false
		}
	}
	return true
}

// Banners say what stands in the way of comparing the two states as equals, a
// sentence each: another forest, server or account, and objects known by name only.
func (c *Comparison) Banners() (out []model.Phrase) {
	if c.WhatIf != nil {
		return c.WhatIf.banners()
	}
	a, b, differ := forests(c.Old, c.New)
	if differ {
		out = append(out, model.Join(model.Said("these are two forests, "), a, model.Said(" and "), b))
	}
	for _, x := range []struct {
		part     string
		is       model.PartKind
		old, new string
	}{
		{"server", model.PartHost, c.Old.State.Server, c.New.State.Server},
		{"bound account", model.PartAccount, c.Old.State.Account, c.New.State.Account},
	} {
		if !strings.EqualFold(x.old, x.new) {
			out = append(out, model.Phrase{{Is: model.PartWord, Text: x.part + " differs: OLD "}, known(x.is, x.old), {Is: model.PartWord, Text: ", NEW "}, known(x.is, x.new),
				{Is: model.PartWord, Text: "; what only one of them may see looks like a change"}})
		}
	}
	if !differ && (len(c.Old.DomainHeads()) == 0 || len(c.New.DomainHeads()) == 0) {
		out = append(out, model.Said("one of the states does not say of which forest it is: it may be another"))
	}
	if c.ByName > 0 {
		out = append(out, model.Said(fmt.Sprintf("%d objects have neither a GUID nor a SID in one of the states and were matched by DN", c.ByName)))
	}
	return out
}

func known(is model.PartKind, s string) model.Part {
	if s == "" {
		return model.Part{Is: model.PartWord, Text: "unknown"}
	}
	return model.Part{Is: is, Text: s}
}

// comparer makes one Comparison.
type comparer struct {
	ctx   context.Context
	state [2]*model.Snapshot
	out   *Comparison
	other [2][]model.ObjectID // by ObjectID: the same object in the other state

	cover   [2]*coverage.Readability
	holders [2]*member.Holdings[typeSet] // who holds a right, himself or as a member
	above   [2]map[model.ObjectID]bool   // what lies above stores and is no administration container
	// what lies above groups that are recipients
	aboveGroups [2]map[model.ObjectID]bool
	sources     [2]map[sourceKey]grant.SourceAt
	explained   [2]map[grant.SourceAt]int32 // 1 + number in Comparison.copies of a source's entry that changed
	diffs       map[[2]pool.Desc]*aclDiff
	lists       [2][]pool.ACE // of diff, used again and again
	left        map[pool.ACE]int
	seen        int32 // objects so far; names the object in hand
	counting    bool  // copies are counted
}

// each calls f for every object of either state, once.
func (c *comparer) each(f func(pair)) {
	for i, s := range c.state {
		for id := model.ObjectID(1); uint32(id) < s.Objects.Len(); id++ {
			other := c.other[i][id]
			if i == After && other != 0 {
				continue
			}
			if c.seen++; c.seen&1023 == 0 && c.ctx.Err() != nil {
				return
			}
			p := pair{id, other}
			if i == After {
				p = pair{0, id}
			}
			f(p)
		}
	}
}

// object returns an object of a state, nil where it was not found.
func (c *comparer) object(p pair, i int) *model.Record {
	if p[i] == 0 {
		return nil
	}
	return c.state[i].Record(p[i])
}

// compare lists what changed about one object.
func (c *comparer) compare(p pair) {
	c.acl(p, grant.MailboxACL, true)
	if k, target, any := c.sense(p); any {
		c.acl(p, k, target)
		if k == grant.SendAs && !target && (c.aboveGroups[Before][p[Before]] || c.aboveGroups[After][p[After]]) {
			c.groupEntries(p)
		}
	}
	if k := c.apart(p); k != nil {
		c.acl(p, k, true)
	}
	c.linked(p)
	c.members(p)
	c.account(p)
	c.role(p)
}

func (c *comparer) add(x Diff) { c.out.List = append(c.out.List, x) }
