package opengraph

import (
	"strings"

	"mbxperm/model"
	"mbxperm/model/internal/pool"
	"mbxperm/model/member"
	"mbxperm/model/rbac"
	"mbxperm/model/verdict"
)

// roles makes the edges of role assignments that open mailboxes: to the organisation
// where they count everywhere, else to the mailboxes below where they begin. An
// assignment of a policy stands for the accounts that have it and makes none.
func (e *edges) roles() {
	b := rbac.Of(e.s)
	organisation := e.organisation()
	for _, c := range b.Everywhere(b.KeptOut(0)) {
		if organisation != 0 {
			e.role(b, c, e.ours(organisation))
			continue
		}
		for _, id := range e.boxes {
			if e.on && e.s.Record(id).HasMailbox() {
				e.role(b, c, e.ours(id))
			}
		}
	}
	below := map[rbac.Place][]rbac.Counting{}
	for _, id := range e.boxes {
		o := e.s.Record(id)
		if !e.on || !o.HasMailbox() {
			continue
		}
		place := b.PlaceOf(o.DN)
		counting, ok := below[place]
		if !ok {
			counting = b.Below(place)
			below[place] = counting
		}
		for _, c := range counting {
			e.role(b, c, e.ours(id))
		}
	}
}

// organisation is the container of the Exchange organisation, below which all
// servers and stores lie; 0 where it was not read.
func (e *edges) organisation() model.ObjectID {
	for _, id := range e.places {
		parent := e.s.DNs.At(uint32(e.s.Record(id).DN)).Parent
		if !e.s.Record(id).IsStore() && strings.EqualFold(e.s.CN(parent), "Microsoft Exchange") {
			return id
		}
	}
	return 0
}

func (e *edges) role(b *rbac.Book, c rbac.Counting, end ID) {
	a := &b.Assignments[c.Assignment]
	start := e.assignee(b, a)
	if start.IsZero() {
		e.Skipped++
		return
	}
	answer := verdict.Possible
	switch {
	case c.Certainty&member.Sure != 0:
		answer = verdict.Allowed
	case c.Certainty&member.Possible == 0:
		answer = verdict.Unknown
	}
	e.begin(Impersonates, start, end)
	e.text("basis", verdict.Role.String(), model.ContentWord)
	if a.Role != nil {
		e.text("role", e.s.ObjectName(e.s.Record(a.Role.Obj)), model.ContentName)
	}
	e.text("assignment", e.s.ObjectName(e.s.Record(a.Obj)), model.ContentName)
	e.text("scope", a.Flags.RecipientWrite().String(), model.ContentWord)
	e.text("answer", answer.String(), model.ContentWord)
	e.put()
}

// assignee is who has an assignment; nothing for a policy, and where he has no SID.
func (e *edges) assignee(b *rbac.Book, a *rbac.Assignment) ID {
	dn := b.Assignees[a.Assignee].DN
	if dn == 0 || b.IsPolicy(a.Assignee) {
		return ID{}
	}
	sid := e.s.TrusteeOf(dn).SID()
	if sid == 0 {
		return ID{}
	}
	return e.account(sid, dn)
}

// members makes the edges of who is in which security group, primary groups among
// them.
func (e *edges) members() {
	s := e.s
	for id := model.ObjectID(1); uint32(id) < s.Objects.Len(); id++ {
		o := s.Record(id)
		if !e.on || o.SID == 0 || o.Is(model.FlagDeleted) {
			continue
		}
		if group := member.PrimaryGroup(s, model.TrusteeOfSID(o.SID)).SID(); group != 0 && o.IsPrincipal() && o.Class != model.ClassGroup {
			e.member(o.SID, group, o.DN, true)
		}
		if o.Class != model.ClassGroup || !member.InToken(o) {
			continue
		}
		for i := range o.Members.N {
			if sid := s.TrusteeOf(*s.Members.At(o.Members.First + i)).SID(); sid != 0 {
				e.member(sid, o.SID, o.DN, false)
			}
		}
	}
}

func (e *edges) member(who, group pool.SID, at pool.DN, primary bool) {
	e.begin(MemberOf, e.account(who, at), e.account(group, at))
	e.e.Properties = append(e.e.Properties, Property{"primary", primary, 0})
	e.put()
}
