package verdict

import (
	"slices"

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
func (l *Line) decides() (w *Way, ok bool) {
	for _, want := range [...][]Answer{{Allowed, Possible}, {Denied}, {Unknown}} {
		for q := range questions {
			a := l.Answers[q].Answer
			if a != want[0] && a != want[len(want)-1] {
				continue
			}
			if w, ok := l.telling(q).decides(); ok {
				return w, true
			}
		}
	}
	return nil, false
}

// ViaOf is the way that makes one answer what it is.
func (l *Line) ViaOf(q Question) model.Phrase {
	if l.t == nil && l.role == nil {
		return l.Via()
	}
	if w, ok := l.telling(q).decides(); ok {
		return w.phrase()
	}
	return nil
}

// deciding is the place of the way that makes an answer what it is; -1 for none.
func deciding(a Answer, ways []*Way) int {
	best := -1
	for i, w := range ways {
		switch a {
		case Allowed, Possible:
			if w.Denies || w.Late || a == Allowed && w.certainty&member.Sure == 0 && w.Doubt != nil {
				continue
			}
			if best < 0 || w.basis > ways[best].basis {
				best = i
			}
		case Denied:
			if w.Denies {
				return i
			}
		case Unknown:
			if w.certainty&(member.Unread|member.Doubtful) != 0 {
				return i
			}
		}
	}
	return best
}

// Why says in one sentence for each answer what it rests on: the deny that won
// and the allow that lost, every further way, and what was not read.
func (l *Line) Why() (out model.Phrase) {
	var sentences [questions]model.Phrase
	n := 0
	for q := range questions {
		if l.Answers[q].Answer != None {
			sentences[q] = l.Sentence(q)
			n += len(sentences[q]) + 5
		}
	}
	out = make(model.Phrase, 0, n)
	word := func(s string) { out = append(out, model.Part{Is: model.PartWord, Text: s}) }
	for q, sentence := range sentences {
		a := l.Answers[q].Answer
		if a == None {
			continue
		}
		if len(out) > 0 {
			word("; ")
		}
		word(questionNames[q])
		word(" ")
		word(a.String())
		word(": ")
		out = append(out, sentence...)
	}
	return out
}

// Sentence says what one answer rests on.
func (l *Line) Sentence(q Question) model.Phrase {
	if l.t == nil && l.role == nil {
		return model.Said("by entries that Windows or set-up writes, " + l.mailboxes(q))
	}
	t := l.telling(q)
	if _, ok := t.decides(); ok && l.t == nil {
		return append(slices.Clip(t.sentence), model.Part{Is: model.PartWord, Text: ", " + l.mailboxes(q)})
	}
	return t.sentence
}

// spell puts the ways to an answer into a sentence.
func (t *telling) spell(a Answer) (out model.Phrase) {
	word := func(s string) { out = append(out, model.Part{Is: model.PartWord, Text: s}) }
	first, ok := t.decides()
	if !ok {
		return model.Said("nothing more is known")
	}
	n := 0
	for _, w := range t.ways[:min(len(t.ways), mostWays+1)] {
		n += w.parts() + len(w.Doubt) + 3
	}
	out = make(model.Phrase, 0, n+1)
	verb := "by "
	if first.Denies {
		verb = "the deny wins, "
	}
	if a == Unknown {
		verb = "it depends on "
	}
	word(verb)
	out = first.spellWhole(out)
	n = 0
	for _, w := range t.ways {
		if w.same(first) || (w.Denies || w.Late) && a == Allowed || w.Denies && w.Late {
			continue
		}
		if n++; n > mostWays {
			continue
		}
		switch {
		case w.Denies:
			word(", against it the deny ")
		case a == Denied:
			word(", the allow that lost is ")
		case a == Unknown:
			word(", and on ")
		case w.certainty&member.Sure != 0:
			word(", would still get in by ")
		default:
			word(", might still get in by ")
		}
		out = w.spellWhole(out)
	}
	if n > mostWays {
		word(", and more ways")
	}
	return out
}

// mostWays bounds the further ways of a sentence.
const mostWays = 8

// spellWhole appends the chain and, in brackets, why it is not sure.
func (w *Way) spellWhole(out model.Phrase) model.Phrase {
	out = w.spell(out)
	if w.Doubt == nil {
		return out
	}
	out = append(append(out, model.Part{Is: model.PartWord, Text: " ("}), w.Doubt...)
	return append(out, model.Part{Is: model.PartWord, Text: ")"})
}

// same reports whether two ways are told in the same words and end at the same entry.
func (w *Way) same(x *Way) bool {
	return w == x || w.Obj == x.Obj && w.Pos == x.Pos && w.Mailbox == x.Mailbox && w.HasEntry == x.HasEntry &&
		slices.EqualFunc(w.Chain, x.Chain, func(a, b model.Phrase) bool { return slices.Equal(a, b) })
}
