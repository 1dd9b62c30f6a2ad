package hybrid

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"mbxperm/model"
	"mbxperm/model/coverage"
	"mbxperm/model/internal/pool"
	"mbxperm/model/member"
	"mbxperm/model/verdict"
)

// Works says what becomes of a grant whose two ends are on different premises.
type Works uint8

// What becomes of one.
const (
	WorksUnknown Works = iota
	WorksNo
	WorksPartly
	WorksYes
)

// String spells it as reports do.
func (w Works) String() string { return [...]string{"unknown", "no", "partly", "yes"}[w] }

// Crossing is a grant whose two ends are on different premises.
type Crossing struct {
	Target          model.ObjectID
	TargetPremises  model.Premises
	Trustee         model.TrusteeID
	TrusteePremises model.Premises
	Right           string // FullAccess, Send-As, SendOnBehalf: as the rows of entries name it
	Works           Works
	Reason          model.Phrase

	pos uint32
}

// The rights.
const (
	fullAccess   = "FullAccess"
	sendAs       = "Send-As"
	sendOnBehalf = "SendOnBehalf"
)

// Crossings lists the grants whose two ends are on different premises, by the name
// of the target, then by right and place: entries that somebody set on a mailbox, a
// remote mailbox or a mail user, and values of publicDelegates. One for a group is
// listed where somebody in it is on other premises than the target.
func Crossings(ctx context.Context, s *model.Snapshot) ([]Crossing, error) {
	c := &crossings{s: s, b: verdict.Of(s), reads: coverage.NewReadability(s), abroad: map[groupKey]away{}}
	err := c.b.EachOwnList(ctx, func(of []uint32, l *verdict.OwnList) bool {
		for i := range l.Entries {
			if e := &l.Entries[i]; !e.Inherited && !e.Preset {
				c.entry(of, l, e)
			}
		}
		return true
	})
	if err != nil {
		return nil, err
	}
	c.delegates()
	rank := map[model.ObjectID]int{}
	for _, x := range c.out {
		rank[x.Target] = 0
	}
	targets := make([]model.ObjectID, 0, len(rank))
	for id := range rank {
		targets = append(targets, id)
	}
	for i, id := range c.b.ByName(targets) {
		rank[id] = i
	}
	slices.SortFunc(c.out, func(a, b Crossing) int {
		return cmp.Or(cmp.Compare(rank[a.Target], rank[b.Target]), cmp.Compare(a.Right, b.Right), cmp.Compare(a.pos, b.pos))
	})
	return c.out, ctx.Err()
}

// HasRemote reports whether any recipient is remote: without one there is no
// border.
func HasRemote(s *model.Snapshot) bool { return hasRemote.Of(s) }

var hasRemote = model.Derive(func(s *model.Snapshot) bool {
	for i := range s.Recipients.Len() {
		if s.PremisesOf(*s.Recipients.At(i)) == model.Remote {
			return true
		}
	}
	return false
})

// crossings is the work on them.
type crossings struct {
	s      *model.Snapshot
	b      *verdict.Book
	reads  *coverage.Readability
	abroad map[groupKey]away
	out    []Crossing
}

// groupKey asks of whom an entry names several: who of them is elsewhere.
type groupKey struct {
	sid    pool.SID
	dn     pool.DN
	domain member.Domain
	from   model.Premises
}

// away says how many of those whom a name stands for are on other premises.
type away struct {
	premises       model.Premises // those
	n, unknown, of int
	all            bool // it names everybody
}

func (c *crossings) entry(of []uint32, l *verdict.OwnList, e *verdict.OwnEntry) {
	right := sendAs
	if l.Question == verdict.CanOpen {
		right = fullAccess
	}
	persons := c.b.Graph().PersonsOf(e.Who)
	for _, id := range of {
		x := Crossing{Target: model.ObjectID(id), Trustee: model.TrusteeOfSID(e.Who), Right: right, pos: e.Pos}
		if x.TargetPremises = c.s.PremisesOf(x.Target); x.TargetPremises == model.NoPremises || c.s.Record(x.Target).Class == model.ClassContact {
			continue
		}
		if len(persons) > 0 {
			c.person(x, MailboxOf(c.s, c.b.Graph(), persons[0]), l.ForPerson(e, persons[0], member.Sure))
			continue
		}
		k := groupKey{sid: e.Who, domain: l.Domain(), from: x.TargetPremises}
		a, ok := c.abroad[k]
		if !ok {
			h := l.Holders(e)
			a = c.awayOf(h, k.from)
			a.all = h.All&(member.Sure|member.Possible) != 0 && HasRemote(c.s)
			c.abroad[k] = a
		}
		c.group(x, a)
	}
}

// delegates looks at the values of publicDelegates.
func (c *crossings) delegates() {
	s := c.s
	for i := range s.Recipients.Len() {
		id := *s.Recipients.At(i)
		o := s.Record(id)
		for n := range o.Delegates.N {
			dn := s.Delegates.At(o.Delegates.First + n).Who
			x := Crossing{Target: id, TargetPremises: s.PremisesOf(id), Trustee: s.TrusteeOf(dn), Right: sendOnBehalf, pos: n}
			if x.TargetPremises == model.NoPremises || o.Class == model.ClassContact {
				break
			}
			if who := s.At(dn); who == 0 || s.Record(who).Class != model.ClassGroup {
				if who != 0 {
					c.person(x, who, verdict.Allowed)
				}
				continue
			}
			k := groupKey{dn: dn, from: x.TargetPremises}
			a, ok := c.abroad[k]
			if !ok {
				a = c.awayOf(c.b.NamedBy(dn), k.from)
				c.abroad[k] = a
			}
			c.group(x, a)
		}
	}
}

// awayOf counts those whose mailboxes are elsewhere.
func (c *crossings) awayOf(h *member.Holding, from model.Premises) (a away) {
	for _, p := range h.Persons {
		m := MailboxOf(c.s, c.b.Graph(), p.Person)
		if m == 0 {
			continue
		}
		switch at := c.s.PremisesOf(m); {
		case at == model.UnknownPremises:
			a.unknown++
		case at != from && from != model.UnknownPremises:
			a.n, a.premises = a.n+1, at
		}
		a.of++
	}
	return a
}

// group takes a grant to several.
func (c *crossings) group(x Crossing, a away) {
	switch {
	case a.all:
		x.TrusteePremises = model.UnknownPremises
		x.Reason = model.Said("it names everybody, here and in Exchange Online; who of them comes from the other side is not told")
	case a.n == 0 && (a.unknown == 0 || x.TargetPremises == model.UnknownPremises):
		return
	case a.n == 0:
		x.TrusteePremises = model.UnknownPremises
		x.Reason = model.Said(fmt.Sprintf("through a group: of %d of its %d members with a mailbox it is not known where that is", a.unknown, a.of))
	default:
		x.TrusteePremises = a.premises
		x.Reason = model.Said(fmt.Sprintf("through a group: %d of its %d members with a mailbox are on other premises; whether a right reaches them through a group is not confirmed", a.n, a.of))
	}
	c.out = append(c.out, x)
}

// person takes a grant to somebody whose mailbox is that of an account.
func (c *crossings) person(x Crossing, mailbox model.ObjectID, a verdict.Answer) {
	if mailbox == 0 {
		return
	}
	x.TrusteePremises = c.s.PremisesOf(mailbox)
	if x.TrusteePremises == model.NoPremises || x.TrusteePremises == x.TargetPremises {
		return
	}
	x.Works, x.Reason = c.judge(&x, mailbox, a)
	c.out = append(c.out, x)
}

// judge says what becomes of a grant to one person; see the package comment for
// the rules.
func (c *crossings) judge(x *Crossing, trustee model.ObjectID, a verdict.Answer) (Works, model.Phrase) {
	switch {
	case a == verdict.Denied || a == verdict.None:
		return WorksNo, model.Said("a deny takes it away")
	case a == verdict.Unknown:
		return WorksUnknown, model.Said("whether an earlier entry takes it away is not known")
	case a == verdict.Possible:
		return WorksUnknown, model.Said("it depends on a condition, or on something that is not in the directory")
	case x.TrusteePremises == model.UnknownPremises:
		return WorksUnknown, c.naming("where the mailbox of ", trustee, " is, is not known")
	case x.TargetPremises == model.UnknownPremises:
		return WorksUnknown, c.naming("where the mailbox of ", x.Target, " is, is not known")
	}
	switch x.Right {
	case sendOnBehalf:
		return WorksYes, model.Said("Send on Behalf works across premises since 2018, where publicDelegates is synchronised (not confirmed here)")
	case sendAs:
		return WorksUnknown, model.Said("Send-As is not synchronised: it works only where it is set on both sides, and the side of Exchange Online is not in LDAP")
	}
	return c.fullAccess(x, trustee)
}

// fullAccess: it works where both ends are ACLable; of the two the one in Exchange
// Online can lack that. Outlook opens the mailbox by itself only for whom
// msExchDelegateListLink names.
func (c *crossings) fullAccess(x *Crossing, trustee model.ObjectID) (Works, model.Phrase) {
	if x.TargetPremises == model.Remote {
		return WorksUnknown, model.Said("the list of a mailbox in Exchange Online is there: what stands here may be left over")
	}
	there := c.s.PlacingOf(trustee)
	switch yes, known := there.ACLable(); {
	case !known:
		return WorksUnknown, c.naming("whether ", trustee, " is ACLable is not known: msExchRecipientDisplayType did not come")
	case !yes:
		return WorksNo, c.naming("", trustee, fmt.Sprintf(" is not ACLable (msExchRecipientDisplayType %d)", there.Display))
	}
	here, o := c.s.PlacingOf(x.Target), c.s.Record(x.Target)
	switch {
	case c.s.AutomappedTo(x.Target, c.s.Record(trustee).DN):
		return WorksYes, model.Said("Full Access works, and Outlook opens the mailbox by itself")
	case here.AutomapState == model.Present && !here.AutomapPartial || c.reads.NoAutomap(o, &here):
		return WorksPartly, c.naming("Full Access works; Outlook does not open the mailbox by itself: msExchDelegateListLink does not name ", trustee, "")
	}
	return WorksYes, model.Said("Full Access works; whether Outlook opens the mailbox by itself is not known: msExchDelegateListLink did not come")
}

// naming makes a sentence with the name of an account in it.
func (c *crossings) naming(before string, id model.ObjectID, after string) model.Phrase {
	return model.Phrase{{Is: model.PartWord, Text: before}, {Is: model.PartName, Text: c.s.ObjectName(c.s.Record(id))}, {Is: model.PartWord, Text: after}}
}
