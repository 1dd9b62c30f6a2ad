package verdict

import (
	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/member"
)

var questionNames = [questions]string{
	CanOpen: "open", CanSendAs: "send as", CanSendOnBehalf: "send on behalf", CanOpenAdmin: "open by administrator logon",
}

// Via is the way that the line's basis names: of the first answer that is allowed
// or possible, else of the first that is anything.
func (l *Line) Via() model.Phrase {
	if l.t == nil && l.role == nil {
		return model.Join(l.b.nameOf(l.Trustee), model.Said(" > entries of Windows and set-up"))
	}
	if w, ok := l.decides(); ok {
		return w.phrase()
	}
	return nil
}

// ViaSID is the SID that the entry at the end of Via names, whose holders have
// what the line says: that of a person, a group or a well-known identity. It is
// zero where the way does not end at an entry: ownership, roles, publicDelegates.
func (l *Line) ViaSID() acl.SID {
	if l.t == nil && l.role == nil {
		return l.b.s.SIDOf(l.Trustee.SID())
	}
	if w, ok := l.decides(); ok {
		return l.b.s.SIDOf(w.names)
	}
	return acl.SID{}
}

// decides is the way behind Via.
func (l *Line) decides() (best Way, ok bool) {
	for _, want := range [...][]Answer{{Allowed, Possible}, {Denied}, {Unknown}} {
		for q := range questions {
			a := l.Answers[q].Answer
			if a != want[0] && a != want[len(want)-1] {
				continue
			}
			if w, ok := l.deciding(q); ok {
				return w, true
			}
		}
	}
	return best, false
}

// ViaOf is the way that makes one answer what it is.
func (l *Line) ViaOf(q Question) model.Phrase {
	if l.t == nil && l.role == nil {
		return l.Via()
	}
	if w, ok := l.deciding(q); ok {
		return w.phrase()
	}
	return nil
}

// deciding is the way that makes an answer what it is.
func (l *Line) deciding(q Question) (best Way, ok bool) {
	out := l.Answers[q]
	for _, w := range l.Ways(q) {
		switch out.Answer {
		case Allowed, Possible:
			if w.Denies || w.Late || out.Answer == Allowed && w.certainty&member.Sure == 0 && w.Doubt != nil {
				continue
			}
			if !ok || w.basis > best.basis {
				best, ok = w, true
			}
		case Denied:
			if w.Denies && !ok {
				best, ok = w, true
			}
		case Unknown:
			if w.certainty&(member.Unread|member.Doubtful) != 0 && !ok {
				best, ok = w, true
			}
		}
	}
	return best, ok
}

// Why says in one sentence for each answer what it rests on: the deny that won
// and the allow that lost, every further way, and what was not read.
func (l *Line) Why() (out model.Phrase) {
	word := func(s string) { out = append(out, model.Part{Is: model.PartWord, Text: s}) }
	for q := range questions {
		a := l.Answers[q].Answer
		if a == None {
			continue
		}
		if len(out) > 0 {
			word("; ")
		}
		word(questionNames[q] + " " + a.String() + ": ")
		out = append(out, l.Sentence(q)...)
	}
	return out
}

// Sentence says what one answer rests on.
func (l *Line) Sentence(q Question) (out model.Phrase) {
	if l.t == nil && l.role == nil {
		return model.Said("by entries that Windows or set-up writes, " + l.mailboxes(q))
	}
	word := func(s string) { out = append(out, model.Part{Is: model.PartWord, Text: s}) }
	ways := l.Ways(q)
	first, ok := l.deciding(q)
	if !ok {
		word("nothing more is known")
		return out
	}
	verb := "by "
	if first.Denies {
		verb = "the deny wins, "
	}
	if l.Answers[q].Answer == Unknown {
		verb = "it depends on "
	}
	word(verb)
	out = append(out, first.phrase()...)
	out = append(out, inBrackets(first.Doubt)...)
	n := 0
	for i := range ways {
		w := &ways[i]
		if w.same(&first) || (w.Denies || w.Late) && l.Answers[q].Answer == Allowed || w.Denies && w.Late {
			continue
		}
		if n++; n > mostWays {
			continue
		}
		switch {
		case w.Denies:
			word(", against it the deny ")
		case l.Answers[q].Answer == Denied:
			word(", the allow that lost is ")
		case l.Answers[q].Answer == Unknown:
			word(", and on ")
		case w.certainty&member.Sure != 0:
			word(", would still get in by ")
		default:
			word(", might still get in by ")
		}
		out = append(out, w.phrase()...)
		out = append(out, inBrackets(w.Doubt)...)
	}
	if n > mostWays {
		word(", and more ways")
	}
	if l.t == nil {
		word(", " + l.mailboxes(q))
	}
	return out
}

// mostWays bounds the further ways of a sentence.
const mostWays = 8

func inBrackets(p model.Phrase) model.Phrase {
	if p == nil {
		return nil
	}
	return model.Join(model.Said(" ("), p, model.Said(")"))
}

func (w *Way) same(x *Way) bool {
	return w.Obj == x.Obj && w.Pos == x.Pos && w.Mailbox == x.Mailbox && w.HasEntry == x.HasEntry && w.phrase().String() == x.phrase().String()
}
