package view

import (
	"context"

	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/internal/pool"
	"mbxperm/model/verdict"
)

// WayRef returns the row of the entry by which a way leads; ok is false where it
// leads by none.
func WayRef(s *model.Snapshot, w *verdict.Way) (ref grant.Ref, ok bool) {
	if !w.HasEntry {
		return ref, false
	}
	o, k := s.Record(w.Obj), grant.MailboxACL
	if !w.Mailbox {
		if k = grant.OnSecurity(o); k == nil {
			return ref, false
		}
	}
	first, n := s.ACEsOf(k.Desc(o))
	if w.Pos >= n {
		return ref, false
	}
	var buf [pool.MaxRights]pool.Right
	rights := k.Rights(o, s.ACE(first+w.Pos), &buf)
	if len(rights) == 0 {
		return ref, false
	}
	return k.Ref(w.Obj, w.Pos, rights[0]), true
}

// Opened counts the mailboxes that the person that a line is about gets into, and
// the other recipients that he can send as; ok is false where the line is about
// nobody who logs on.
func Opened(ctx context.Context, s *model.Snapshot, k LineKey) (mailboxes, recipients verdict.Opened, ok bool) {
	b := verdict.Of(s)
	l := &evaluation{snap: s, of: k.find(s)}
	p, ok := l.person()
	if !ok {
		return mailboxes, recipients, false
	}
	mailboxes, err := b.OpenedBy(ctx, p, false)
	if err == nil {
		recipients, err = b.OpenedBy(ctx, p, true)
	}
	return mailboxes, recipients, err == nil
}

// QuestionText names one of the four questions as the right grid does.
func QuestionText(q verdict.Question) string { return questionTexts[q] }

// AnswerText spells an answer as the right grid does; empty for none.
func AnswerText(a verdict.Answer) string { return answerTexts[a] }

// Questions are the four, in the order in which they are shown.
func Questions() []verdict.Question { return questionOrder }
