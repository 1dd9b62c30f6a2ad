package opengraph

import (
	"context"
	"strings"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/hiding"
	"mbxperm/model/internal/pool"
	"mbxperm/model/verdict"
)

// Edges calls yield for the edges, until it returns false: what lies in what, then
// the rights on recipients by their names, on stores and on containers, then control
// over them, roles and members.
func (g *Graph) Edges(ctx context.Context, yield func(*Edge) bool) error {
	return g.each(ctx, false, yield)
}

// each is Edges; bare leaves out the properties.
func (g *Graph) each(ctx context.Context, bare bool, yield func(*Edge) bool) error {
	e := &edges{Graph: g, yield: yield, on: true, bare: bare}
	g.Skipped = 0
	for i, id := range g.boxes {
		if i&255 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if !e.on {
			return nil
		}
		e.recipient(id)
	}
	for _, id := range g.places {
		e.place(id)
	}
	for i := range g.controls.Len() {
		if e.on {
			e.control(g.controls.At(i))
		}
	}
	e.roles()
	if g.opt.WithGroups {
		e.members()
	}
	return ctx.Err()
}

// edges is one run over them.
type edges struct {
	*Graph
	yield func(*Edge) bool
	on    bool // nobody has had enough
	bare  bool // without properties
	n     int  // of answers that were asked for
	e     Edge
}

// begin makes an edge whose properties are to be added.
func (e *edges) begin(kind string, start, end ID) {
	e.e = Edge{Kind: kind, Start: start, End: end, Properties: e.e.Properties[:0]}
}

func (e *edges) text(name, value string, is model.Content) {
	if value != "" && !e.bare {
		e.e.Properties = append(e.e.Properties, Property{name, value, is})
	}
}

func (e *edges) put() {
	e.text("seen", e.seen, model.ContentWord)
	if e.on && !e.e.Start.IsZero() && !e.e.End.IsZero() {
		e.on = e.yield(&e.e)
	}
}

// recipient makes the edges of a mailbox, or of the rights to send as another
// recipient, which is BloodHound's own node where it has a SID.
func (e *edges) recipient(id model.ObjectID) {
	s, o := e.s, e.s.Record(id)
	end := e.ours(id)
	if o.HasMailbox() {
		e.owner(o, end)
		if store := s.At(o.Home); store != 0 && e.above[store] {
			e.begin(Hosts, e.ours(store), end)
			e.put()
		}
	} else if end = e.account(o.SID, o.DN); o.SID == 0 {
		end = ID{}
	}
	lists := &ownLists{b: e.b, id: id}
	grant.Each(s, id, sendsOrOpens, func(r grant.Ref, a *pool.ACERecord) bool {
		if grant.ReasonsOf(s, r, a)&hiding.All&^e.show == 0 {
			e.row(r, a, o, end, lists)
		}
		return e.on
	})
}

// sendsOrOpens are the kinds of rows that have edges on recipients.
var sendsOrOpens = grant.MailboxACL.Only() | grant.SendAs.Only() | grant.OnBehalf.Only() | grant.RecipientSend.Only() | grant.RecipientBehalf.Only()

// owner: that of a linked mailbox is another account.
func (e *edges) owner(o *model.Record, end ID) {
	sid := o.SID
	if o.Master != 0 && o.Master != pool.Self {
		sid = o.Master
	}
	if sid == 0 {
		return
	}
	e.begin(Owns, e.account(sid, o.DN), end)
	e.text("basis", verdict.Owner.String(), model.ContentWord)
	e.put()
}

// ownLists are the lists of a recipient, made when they are asked for.
type ownLists struct {
	b    *verdict.Book
	id   model.ObjectID
	made [2]bool
	list [2]*verdict.OwnList
}

func (l *ownLists) at(q verdict.Question, pos uint32) verdict.Answer {
	i := 0
	if q == verdict.CanSendAs {
		i = 1
	}
	if !l.made[i] {
		l.made[i], l.list[i] = true, l.b.Own(l.id, q)
	}
	return l.list[i].At(pos)
}

// row makes the edge of a row, if it has one.
func (e *edges) row(r grant.Ref, a *pool.ACERecord, o *model.Record, end ID, lists *ownLists) {
	kind, q := kindOf(r)
	if kind == "" {
		return
	}
	start := e.trustee(r, a, o)
	if start.IsZero() || end.IsZero() {
		e.Skipped++
		return
	}
	answer := verdict.Allowed
	switch {
	case a == nil:
	case a.Type.Denies():
		kind, answer = Denied, verdict.None
	case !a.Type.Allows():
		return
	case kind != ReceiveAs:
		if answer = e.worth(func() verdict.Answer { return lists.at(q, r.Pos) }); answer == verdict.Denied || answer == verdict.None {
			kind = Overruled
		}
	}
	kind = e.beginEntry(kind, start, end, r)
	if answer > verdict.Denied && kind != ReceiveAs {
		e.text("answer", answer.String(), model.ContentWord)
	}
	e.put()
}

// worth is an answer that is worked out once, although the rows are gone through
// twice.
func (e *edges) worth(work func() verdict.Answer) verdict.Answer {
	if e.bare {
		e.answers = append(e.answers, work())
	}
	e.n++
	return e.answers[e.n-1]
}

// kindOf is the kind of the edge of a row that allows, and the question that says
// what it is worth; empty for one that gives nothing of these.
func kindOf(r grant.Ref) (string, verdict.Question) {
	switch k := r.Kind(); {
	case k == grant.MailboxACL && r.Right < pool.RightOther && acl.MailboxRights[r.Right].Mask == acl.MailboxFullAccess:
		return FullAccess, verdict.CanOpen
	case k == grant.MailboxACL:
		return "", 0
	case k.SendsFor():
		return SendOnBehalf, verdict.CanSendOnBehalf
	}
	switch r.Right {
	case pool.RightSendAs, pool.RightSendAsByFull, pool.RightSendAsByAll:
		return SendAs, verdict.CanSendAs
	case pool.RightReceiveAs, pool.RightRecvAsByFull, pool.RightRecvAsByAll:
		return ReceiveAs, verdict.CanOpen
	}
	return "", 0
}

// trustee is who a row names. SELF is the account itself.
func (e *edges) trustee(r grant.Ref, a *pool.ACERecord, o *model.Record) ID {
	sid := grant.TrusteeOf(e.s, r, a).SID()
	if sid == pool.Self {
		sid = o.SID
	}
	if sid == 0 {
		return ID{}
	}
	return e.account(sid, o.DN)
}

// beginEntry begins the edge of a row, and returns its kind: a deny that an earlier
// allow beats is overruled.
func (e *edges) beginEntry(kind string, start, end ID, r grant.Ref) string {
	if e.bare && kind != Denied {
		e.begin(kind, start, end)
		return kind
	}
	row := grant.RowOf(e.s, r)
	if row.Overruled {
		kind = Overruled
	}
	e.begin(kind, start, end)
	if !e.bare {
		e.entry(&row)
	}
	return kind
}

// entry adds what a row says of itself.
func (e *edges) entry(row *grant.Row) {
	basis := verdict.Grant
	if row.Hidden&hiding.Default != 0 {
		basis = verdict.Default
	}
	e.text("acltype", row.ACLType, model.ContentWord)
	e.e.Properties = append(e.e.Properties, Property{"aceindex", row.Index, 0}, Property{"inherited", row.Inherited, 0})
	e.text("rightname", row.Right, model.ContentRight)
	e.text("origin", row.Origin, model.ContentDN)
	e.text("basis", basis.String(), model.ContentWord)
	e.text("status", row.Status, model.ContentWord)
	e.text("impliedby", row.ImpliedBy, model.ContentWord)
	if row.Conditional {
		e.e.Properties = append(e.e.Properties, Property{"conditional", true, 0})
	}
	if row.Stale {
		e.e.Properties = append(e.e.Properties, Property{"stale", true, 0})
	}
}

// place makes the edges of a store or a container: what it lies in, and who opens
// the mailboxes below.
func (e *edges) place(id model.ObjectID) {
	s, o := e.s, e.s.Record(id)
	end := e.ours(id)
	if above := s.At(s.DNs.At(uint32(o.DN)).Parent); above != 0 && e.above[above] {
		e.begin(Contains, e.ours(above), end)
		e.put()
	}
	var on *verdict.OnStore
	if o.IsStore() {
		on = e.b.OnStore(id)
	}
	grant.Each(s, id, grant.StoreACL.Only()|grant.AdminACL.Only(), func(r grant.Ref, a *pool.ACERecord) bool {
		if grant.ReasonsOf(s, r, a)&hiding.All&^e.show == 0 {
			e.above1(r, a, o, end, on)
		}
		return e.on
	})
}

// saidAbove reports whether a node of ours above says what an inherited entry does:
// the one that the entry is set on, or, where that is none of ours, the highest one
// that inherits it too.
func (e *edges) saidAbove(r grant.Ref, o *model.Record) bool {
	origin := grant.RowOf(e.s, r).Origin
	if origin == grant.OriginNotRead {
		return false
	}
	for name := e.s.DNs.At(uint32(o.DN)).Parent; name != 0; name = e.s.DNs.At(uint32(name)).Parent {
		if above := e.s.At(name); above != 0 && e.above[above] {
			return true
		}
		if strings.EqualFold(e.s.DNText(name), origin) {
			return false
		}
	}
	return false
}

// above1 makes the edge of an entry of a store or a container, if it opens the
// mailboxes below, or keeps somebody out of them.
func (e *edges) above1(r grant.Ref, a *pool.ACERecord, o *model.Record, end ID, on *verdict.OnStore) {
	allows := a.Type.Allows()
	probe := *a
	if a.Type.Denies() {
		probe.Type = acl.TypeAllow
		if a.HasObjectType || a.HasInheritedType {
			probe.Type = acl.TypeAllowObject
		}
	}
	if !grant.FlowsIntoMailboxes(e.s, &probe) {
		return
	}
	if a.Flags&acl.Inherited != 0 && !e.opt.All && e.saidAbove(r, o) {
		return
	}
	start := e.trustee(r, a, o)
	if start.IsZero() {
		e.Skipped++
		return
	}
	kind, answer := OpensAll, verdict.Allowed
	switch {
	case !allows:
		kind, answer = Denied, verdict.None
	case on != nil:
		if answer = e.worth(func() verdict.Answer { return on.At(r.Pos) }); answer == verdict.Denied || answer == verdict.None {
			kind = Overruled
		}
	}
	e.beginEntry(kind, start, end, r)
	if answer > verdict.Denied {
		e.text("answer", answer.String(), model.ContentWord)
	}
	e.put()
}
