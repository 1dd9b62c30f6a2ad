package verdict

import (
	"slices"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/internal/pool"
	"mbxperm/model/member"
)

// Answers are those to the four questions, by Question.
type Answers [questions]Outcome

// target is a mailbox, or another recipient, with everything that decides about it.
type target struct {
	id      model.ObjectID
	o       *model.Record
	domain  member.Domain // of the server that its store is on
	release release
	open    *ran // nil where it is no mailbox
	admin   []*ran
	send    *ran
	role    *roleRan // nil where no role opens it
	// everywhere is what lines for all mailboxes say of roles; nil where there
	// are none.
	everywhere *roleRan
	owners     []member.Holder
	anyone     member.Certainty // that whoever it is owns it
	behalf     behalf

	wide      []wideLine // see wideLines
	wideKnown bool
}

// sendKey is what the list of an account depends on.
type sendKey struct {
	desc      pool.Desc
	unread    bool
	protected bool   // adminCount
	own       uint32 // domain of its SID
	self      pool.SID
	domain    member.Domain
}

// behalf is who may send on behalf of a recipient.
type behalf struct {
	persons []member.Person // in order
	unread  bool            // and perhaps others
}

// ownsItself reports whether a recipient has an owner, who is let in before any
// list is looked at, and for whom SELF stands: groups, contacts and public folders
// have none.
func ownsItself(o *model.Record) bool {
	switch o.Class {
	case model.ClassGroup, model.ClassContact, model.ClassDynamic, model.ClassFolder:
		return false
	}
	return true
}

func (b *Book) sendList(id model.ObjectID, k sendKey, c *scope) *list {
	l := &list{domain: k.domain, most: member.Sure, only: c.of()}
	b.rightList(l, inAccount, id, acl.GUIDSendAs, k.self)
	return l
}

// mailboxSID is the SID that owns a mailbox, and whether that is the account of
// another that it is linked to (exchange-facts 1.6).
func mailboxSID(o *model.Record) (sid pool.SID, linked bool) {
	if o.Master != 0 && o.Master != pool.Self {
		return o.Master, true
	}
	return o.SID, false
}

// inOrder lists persons by their numbers.
func inOrder(found map[member.Person]member.Certainty) []member.Holder {
	out := make([]member.Holder, 0, len(found))
	for p, c := range found {
		out = append(out, member.Holder{Person: p, Certainty: c})
	}
	slices.SortFunc(out, func(x, y member.Holder) int { return int(x.Person) - int(y.Person) })
	return out
}

// behalfOf finds who is named in publicDelegates.
func (b *Book) behalfOf(o *model.Record) (out behalf) {
	out.unread = b.reads.DelegatesUnread(o)
	for i := range o.Delegates.N {
		h := b.NamedBy(b.s.Delegates.At(o.Delegates.First + i).Who)
		out.unread = out.unread || h.All != member.No
		for _, p := range h.Persons {
			out.persons = append(out.persons, p.Person)
		}
	}
	slices.Sort(out.persons)
	out.persons = slices.Compact(out.persons)
	return out
}

func (b *behalf) of(p member.Person) Outcome {
	if _, found := slices.BinarySearch(b.persons, p); found {
		return Outcome{Answer: Allowed, Basis: Grant}
	}
	return b.general()
}

func (b *behalf) general() (out Outcome) {
	if b.unread {
		out.Answer = Unknown
	}
	return out
}

// ownership is what owning a mailbox comes to.
func ownership(c member.Certainty) Outcome {
	switch {
	case c&member.Sure != 0:
		return Outcome{Answer: Allowed, Basis: Owner}
	case c&member.Unread != 0:
		return Outcome{Answer: Unknown}
	case c&member.Possible != 0:
		return Outcome{Answer: Possible, Basis: Owner}
	case c&member.Doubtful != 0:
		return Outcome{Answer: Unknown}
	}
	return Outcome{}
}

// owner returns how certain it is that a person owns the recipient.
func (t *target) owner(p member.Person) member.Certainty {
	for _, h := range t.owners {
		if h.Person == p {
			return h.Certainty
		}
	}
	return t.anyone
}

// of answers the four questions for a person.
func (t *target) of(p member.Person) (a Answers) {
	own := ownership(t.owner(p))
	if t.open != nil {
		a[CanOpen] = own.better(t.open.of(p))
		for _, r := range t.admin {
			a[CanOpenAdmin] = a[CanOpenAdmin].better(r.of(p))
		}
	}
	a[CanSendAs] = own.better(t.send.of(p))
	a[CanSendOnBehalf] = t.behalf.of(p)
	a.withRole(t.roleOf(p))
	return a
}

// general answers them for whoever is in no group and named nowhere.
func (t *target) general() Answers {
	return t.drawn(func(r *ran) Outcome { return r.general }, 0)
}

// drawn is what lines for many say: of gives it of a list, who is the wide assignee
// that they are about, 0 for everybody.
func (t *target) drawn(of func(*ran) Outcome, who model.TrusteeID) (a Answers) {
	own := ownership(t.anyone)
	if t.open != nil {
		a[CanOpen] = own.better(of(t.open))
		for _, r := range t.admin {
			a[CanOpenAdmin] = a[CanOpenAdmin].better(of(r))
		}
	}
	a[CanSendAs], a[CanSendOnBehalf] = own.better(of(t.send)), t.behalf.general()
	a.withRole(t.roleThrough(who))
	return a
}

// persons lists, in order, those to whom something says more than to everybody.
func (t *target) persons() (out []member.Person) {
	for _, r := range t.lists() {
		for _, j := range r.except {
			out = append(out, j.person)
		}
	}
	for _, h := range t.owners {
		out = append(out, h.Person)
	}
	out = t.rolePersons(append(out, t.behalf.persons...))
	slices.Sort(out)
	return slices.Compact(out)
}

// listsOf are the lists that decide about a question.
func (t *target) listsOf(q Question) []*ran {
	switch {
	case q == CanSendAs:
		return []*ran{t.send}
	case q == CanOpenAdmin:
		return t.admin
	case q == CanOpen && t.open != nil:
		return []*ran{t.open}
	}
	return nil
}

// lists are those that decide about the recipient.
func (t *target) lists() (out []*ran) {
	if t.open != nil {
		out = append(out, t.open)
		out = append(out, t.admin...)
	}
	return append(out, t.send)
}
