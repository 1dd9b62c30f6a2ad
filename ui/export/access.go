package export

import (
	"context"

	"mbxperm/model"
	"mbxperm/model/verdict"
)

func fillAccess(ctx context.Context, r *run, yield func(*accessRow) error) error {
	a := accessTexts{r: r, sids: sidTexts{}, words: map[verdict.Told]accessWords{}, persons: map[model.TrusteeID]accessPerson{}, mailbox: accessMailbox{name: "*"}}
	var row accessRow
	var failed error
	err := verdict.Of(r.s).Lines(ctx, verdict.Query{Expand: r.expand, Order: r.byGUID}, func(l *verdict.Line) bool {
		words, mailbox, person := a.wordsOf(l), a.mailboxOf(l.Mailbox), a.personOf(l.Trustee)
		row = accessRow{
			RunID: r.id, MailboxGUID: mailbox.guid, MailboxName: mailbox.name, PersonSID: person.sid, PersonName: person.name, PersonState: person.state,
			CanOpen: l.Answers[verdict.CanOpen].Answer.String(), CanOpenAdmin: l.Answers[verdict.CanOpenAdmin].Answer.String(),
			CanSendAs: l.Answers[verdict.CanSendAs].Answer.String(), CanSendOnBehalf: l.Answers[verdict.CanSendOnBehalf].Answer.String(),
			Basis: l.Basis().String(), ViaSID: words.viaSID, Via: words.via, Why: words.why, Complete: l.Complete(),
		}
		failed = yield(&row)
		return failed == nil
	})
	if failed != nil {
		return failed
	}
	return err
}

// accessTexts keeps the texts of rows of the table access: its rows are many times
// the persons, and most of what they say others say too.
type accessTexts struct {
	r       *run
	sids    sidTexts
	words   map[verdict.Told]accessWords
	persons map[model.TrusteeID]accessPerson
	last    model.ObjectID // the mailbox of the row before
	mailbox accessMailbox
}

type accessWords struct{ viaSID, via, why string }

type accessPerson struct{ sid, name, state string }

type accessMailbox struct{ guid, name string }

// mostWords bounds the sentences that are kept, of some hundred bytes each.
const mostWords = 1 << 14

func (a *accessTexts) wordsOf(l *verdict.Line) accessWords {
	told, shared := l.Told()
	if w, known := a.words[told]; known && shared {
		return w
	}
	w := accessWords{a.sids.of(l.ViaSID()), a.r.hide.Phrase(l.Via()), a.r.hide.Phrase(l.Why())}
	a.r.texts += len(w.why)
	if shared {
		if len(a.words) >= mostWords {
			clear(a.words)
		}
		a.words[told] = w
	}
	return w
}

// personOf are the texts of a person or group; * for everybody else.
func (a *accessTexts) personOf(id model.TrusteeID) accessPerson {
	p, known := a.persons[id]
	if known {
		return p
	}
	if p.name = "*"; id != 0 {
		t := a.r.s.Principal(id)
		p = accessPerson{model.SIDText(t.SID), t.Name, t.State}
	}
	if len(a.persons) >= mostTexts {
		clear(a.persons)
	}
	a.persons[id] = p
	return p
}

// mailboxOf are the texts of a mailbox; * for many.
func (a *accessTexts) mailboxOf(id model.ObjectID) accessMailbox {
	if id != a.last {
		o := a.r.s.Record(id)
		a.last, a.mailbox = id, accessMailbox{model.GUIDText(o.GUID), a.r.s.ObjectName(o)}
	}
	return a.mailbox
}
