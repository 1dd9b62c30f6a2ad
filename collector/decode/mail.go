package decode

import (
	"strings"

	"mbxperm/collector"
	"mbxperm/model"
)

// managers are the attributes that say who manages a group, senders those that
// say from whom a recipient takes messages (exchange-facts 2.2).
var (
	managers = []string{model.ManagedBy.Name(), model.CoManagedBy.Name()}
	senders  = []string{
		model.Accept.Name(), model.AcceptMembers.Name(), model.Reject.Name(), model.RejectMembers.Name(), attrSenderAuth,
	}
)

// mail takes what counts for recipients that are no mailboxes. In a file without
// searches another record may show what the object is, so that it is taken of
// every one.
func (d *decoder) mail(e *collector.Entry, o *model.Object) {
	d.links(e, o, 0, model.LinkAttributes-1)
	m := &d.mailInHand
	switch v := e.Text(attrSenderAuth); {
	case strings.EqualFold(v, "TRUE"):
		m.Auth = model.AuthRequired
	case strings.EqualFold(v, "FALSE"):
		m.Auth = model.AuthNotRequired
	case v == "" && d.now != nil && d.now.Asked(attrSenderAuth):
		m.Auth = model.AuthMissing
	}
	if !m.IsZero() {
		o.Mail = m
	}
}

// links takes the attributes from first to last that name others.
func (d *decoder) links(e *collector.Entry, o *model.Object, first, last model.LinkAttribute) {
	m := &d.mailInHand
	*m = model.Mail{Links: m.Links}
	for a := range model.LinkAttributes {
		m.Links[a] = m.Links[a][:0]
	}
	for a := first; a <= last; a++ {
		m.Partial[a] = d.linkedNames(e, a.Name(), &m.Links[a], &m.States[a])
	}
	if !m.IsZero() {
		o.Mail = m
	}
}
