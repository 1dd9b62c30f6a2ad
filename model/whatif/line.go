package whatif

import (
	"context"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/verdict"
)

// Kind is the kind of all lines, among those of a comparison.
const Kind = "verdict"

// Signs stand before the words on the screen and in a table.
var Signs = map[string]string{verdict.Gains.String(): "+", verdict.Loses.String(): "-", verdict.Turns.String(): "~", verdict.Keeps.String(): "=", verdict.Unsure.String(): "?"}

// Line is what a change does to one answer about somebody and a mailbox.
type Line struct {
	Change     string // gained, lost, changed, kept, unknown
	Target     model.Principal
	TargetGUID acl.GUID
	TargetType string
	Trustee    model.Principal // Name is * for everybody who is named nowhere and in no group
	Right      string          // as report access names it: can_open
	Before     verdict.Answer
	After      verdict.Answer
	Old, New   model.Phrase // the way that makes the answer what it is, before and after
	Turn       verdict.Turn
	Question   verdict.Question
	ObjectType string // mailbox or recipient
	MailboxID  model.ObjectID
	TrusteeID  model.TrusteeID
	Incomplete bool // one of the answers is unknown
}

// Fields are the columns of report whatif: those of compare, then the verdicts.
var Fields = []model.Field[*Line]{
	{Name: "change", Is: model.ContentEvent, Value: func(l *Line) any { return l.Change }},
	{Name: "kind", Is: model.ContentWord, Aside: true, Value: func(*Line) any { return Kind }},
	{Name: "target", Is: model.ContentTarget, Value: func(l *Line) any { return l.Target.Name }},
	{Name: "target_guid", Is: model.ContentGUID, Aside: true, Value: func(l *Line) any { return model.GUIDText(l.TargetGUID) }},
	{Name: "trustee", Is: model.ContentTrustee, Value: func(l *Line) any { return l.Trustee.Name }},
	{Name: "trustee_sid", Is: model.ContentSID, Aside: true, Value: func(l *Line) any { return model.SIDText(l.Trustee.SID) }},
	{Name: "right", Is: model.ContentWord, Value: func(l *Line) any { return l.Right }},
	{Name: "status", Is: model.ContentStatus, Aside: true, Value: func(l *Line) any { return l.Status() }},
	{Name: "old", Value: func(l *Line) any { return l.Old }},
	{Name: "new", Value: func(l *Line) any { return l.New }},
	{Name: "before", Is: model.ContentWord, Value: func(l *Line) any { return l.Before.String() }},
	{Name: "after", Is: model.ContentWord, Value: func(l *Line) any { return l.After.String() }},
	{Name: "object_type", Is: model.ContentWord, Aside: true, Value: func(l *Line) any { return l.ObjectType }},
	{Name: "target_domain", Is: model.ContentName, Aside: true, Value: func(l *Line) any { return l.Target.Domain }},
	{Name: "target_dn", Is: model.ContentDN, Aside: true, Order: true, Value: func(l *Line) any { return l.Target.DN }},
	{Name: "target_type", Is: model.ContentWord, Aside: true, Value: func(l *Line) any { return l.TargetType }},
	{Name: "trustee_domain", Is: model.ContentName, Aside: true, Value: func(l *Line) any { return l.Trustee.Domain }},
	{Name: "trustee_dn", Is: model.ContentDN, Aside: true, Value: func(l *Line) any { return l.Trustee.DN }},
	{Name: "trustee_kind", Is: model.ContentWord, Aside: true, Value: func(l *Line) any { return l.Trustee.Kind }},
}

// Status is Deny where a deny decides after the change, Allow where an allow does.
func (l *Line) Status() string {
	switch l.After {
	case verdict.Allowed, verdict.Possible:
		return "Allow"
	case verdict.Denied:
		return "Deny"
	}
	return ""
}

// rights are the questions in the order of the columns of report access.
var rights = [...]struct {
	q    verdict.Question
	name string
}{
	{verdict.CanOpen, "can_open"}, {verdict.CanOpenAdmin, "can_open_admin"}, {verdict.CanSendAs, "can_send_as"}, {verdict.CanSendOnBehalf, "can_send_on_behalf"},
}

// Lines calls yield for each line of what the change of a snapshot does, by mailbox,
// then by person, until it returns false: of a snapshot that is [model.Snapshot.With]
// one. It stops with the context's error.
func Lines(ctx context.Context, after *model.Snapshot, yield func(*Line) bool) error {
	return verdict.Effects(ctx, after, func(e *verdict.Effect) bool {
		for _, r := range rights {
			if e.Turns[r.q] != verdict.Same && !yield(lineOf(after, e, r.q, r.name)) {
				return false
			}
		}
		return true
	})
}

func lineOf(s *model.Snapshot, e *verdict.Effect, q verdict.Question, right string) *Line {
	o := s.Record(e.Mailbox)
	l := &Line{Change: e.Turns[q].String(), Turn: e.Turns[q], Question: q, Right: right, Target: s.TargetPrincipal(o), TargetGUID: o.GUID, TargetType: s.TypeName(o),
		Before: e.Before.Answers[q].Answer, After: e.After.Answers[q].Answer, Old: e.Before.ViaOf(q), New: e.After.ViaOf(q),
		ObjectType: "recipient", MailboxID: e.Mailbox, TrusteeID: e.After.Trustee}
	if o.HasMailbox() {
		l.ObjectType = "mailbox"
	}
	l.Incomplete = l.Before == verdict.Unknown || l.After == verdict.Unknown
	if e.After.Trustee == 0 {
		l.Trustee.Name = "*"
	} else {
		l.Trustee = s.Principal(e.After.Trustee)
	}
	switch l.Turn {
	case verdict.Loses, verdict.Turns:
		if l.New == nil {
			l.New = model.Said("no way is left")
		}
	case verdict.Keeps:
		l.New = model.Join(model.Said("would still get in by "), l.New)
	}
	return l
}

// Sums count what a change does.
type Sums struct {
	Lost, Gained, Changed, Kept int // lines
	Unsure                      int // lines of answers that are not known, before or after
	Unknown                     int // lines with an answer that is not known
}

// Count adds a line.
func (n *Sums) Count(l *Line) {
	switch l.Turn {
	case verdict.Loses:
		n.Lost++
	case verdict.Gains:
		n.Gained++
	case verdict.Keeps:
		n.Kept++
	case verdict.Unsure:
		n.Unsure++
	default:
		n.Changed++
	}
	if l.Incomplete {
		n.Unknown++
	}
}
