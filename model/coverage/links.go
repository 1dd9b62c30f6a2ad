package coverage

import (
	"mbxperm/acl"
	"mbxperm/model"
)

// NoLinks reports that an attribute of another recipient has no value, as far as
// that can be shown. p is what is known of the recipient.
func (c *Readability) NoLinks(o *model.Record, p *model.Posting, a model.LinkAttribute) bool {
	return p.States[a] == model.Missing && c.mayReadNamed(o, a.Name())
}

// NoSenderAuth reports that msExchRequireAuthToSendTo has no value, as far as
// that can be shown: then it is as if it were false.
func (c *Readability) NoSenderAuth(o *model.Record, p *model.Posting) bool {
	return p.Auth == model.AuthMissing && c.mayReadNamed(o, "msExchRequireAuthToSendTo")
}

// mayReadNamed is MayRead for an attribute that is in no built-in table. One that
// the schema does not have, no object has: msExchCoManagedByLink came with 2010.
func (c *Readability) mayReadNamed(o *model.Record, name string) bool {
	names := namedOf.Of(c.s)
	if g, ok := names.of[name]; ok {
		return c.MayRead(o, g, acl.GUID{})
	}
	return names.whole
}

// named are the attributes of the schema.
type named struct {
	of    map[string]acl.GUID
	whole bool // the schema was read to its end
}

var namedOf = model.Derive(func(s *model.Snapshot) *named {
	n := &named{of: make(map[string]acl.GUID, len(s.Forest.Schema))}
	for g, e := range s.Forest.Schema {
		if !e.Class {
			n.of[e.Name] = g
		}
	}
	n.whole, _ = SearchState(s, []string{"schema"})
	n.whole = n.whole && len(n.of) > 0
	return n
}).Outlives(model.Memberships | model.Lists)

// manager and delivery count, for each recipient, what became of the attributes
// that say who manages it, and who may send to it.

func (c *Readability) manager(line *Line, o *model.Record) {
	c.links(line, o, model.ManagedBy, model.CoManagedBy)
}

func (c *Readability) delivery(line *Line, o *model.Record) {
	c.links(line, o, model.Accept, model.RejectMembers)
}

// links counts a recipient once: where one of the attributes was not read nobody
// knows what the others come to.
func (c *Readability) links(line *Line, o *model.Record, first, last model.LinkAttribute) {
	p := c.s.PostingOf(c.s.At(o.DN))
	partial, unknown, values := false, false, false
	for a := first; a <= last; a++ {
		partial = partial || p.Partial(a)
		values = values || p.States[a] == model.Present
		unknown = unknown || LinkUnread(c, o, p, a)
	}
	line.Found++
	switch {
	case partial:
		line.Unreadable++
	case unknown:
		line.Unknown++
	case values:
		line.Decoded++
	default:
		line.Absent++
	}
}

// LinkUnread reports that an attribute of another recipient was not read, or not
// to its end: that no value is seen there does not mean that there is none.
func LinkUnread(c *Readability, o *model.Record, p *model.Posting, a model.LinkAttribute) bool {
	return p.Partial(a) || p.States[a] != model.Present && HasLinks(o, a) && !c.NoLinks(o, p, a)
}

// HasLinks reports whether another recipient can have values of an attribute:
// nobody manages an account with an address as a group's manager does, and
// accounts are not asked for it.
func HasLinks(o *model.Record, a model.LinkAttribute) bool {
	return a >= model.Accept || o.Class != model.ClassUser
}

// NoAutomap reports that msExchDelegateListLink has no value, as far as that can
// be shown. It is in a property set that ordinary accounts may not read.
func (c *Readability) NoAutomap(o *model.Record, p *model.Placing) bool {
	return p.AutomapState == model.Missing && c.mayReadNamed(o, "msExchDelegateListLink")
}

// placing counts a mail user, or a mailbox in Exchange Online, by the attributes that
// say where it is and whether rights can be given to it.
func (c *Readability) placing(line *Line, o *model.Record, p model.Placing) {
	line.Found++
	values, unknown := false, false
	for _, a := range [...]struct {
		name  string
		state model.ReadState
	}{{"msExchRecipientDisplayType", p.DisplayState}, {"msExchRemoteRecipientType", p.RemoteState}, {"targetAddress", p.RoutingState}} {
		values = values || a.state == model.Present
		unknown = unknown || a.state != model.Present && !(a.state == model.Missing && c.mayReadNamed(o, a.name))
	}
	switch {
	case unknown:
		line.Unknown++
	case values:
		line.Decoded++
	default:
		line.Absent++
	}
}
