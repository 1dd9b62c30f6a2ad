package verdict

import (
	"slices"

	"mbxperm/model"
	"mbxperm/model/internal/pool"
	"mbxperm/model/member"
)

// saidElsewhere reports whether a person's answers are those of what is drawn
// together, one by one: what everybody gets, what the wide groups get, and what
// Windows' and set-up's entries give alone.
func (t *target) saidElsewhere(p member.Person, answers *Answers) bool {
	expected := t.drawnFor(p)
	expected.withRole(t.roleElsewhere(p))
	for q := range questions {
		o := answers[q]
		if o.Answer != expected[q].Answer && !(o.Preset && o.Answer != None) {
			return false
		}
		if o.Answer == expected[q].Answer && o.Basis > expected[q].Basis && (o.Basis == Owner || expected[q].Basis == Role) {
			return false // his own mailbox, or more than a role
		}
	}
	return true
}

// drawnTogether makes the lines for more than one person: those of the wide
// groups and of policies, each with all that their members get; one for each
// trustee that gives something to everybody; and one for what is unknown.
func (a *asking) drawnTogether(t *target) (out []*Line) {
	lines := map[model.TrusteeID]*Line{}
	for _, w := range t.wideLines() {
		if w.said && (!a.q.Only || w.has(a.q.Person)) {
			lines[w.who] = &Line{Mailbox: t.id, Trustee: w.who, Answers: w.answers, b: a.b, t: t}
		}
	}
	for q, o := range t.general() {
		if o.Answer == None || o.Preset && o.Answer != Unknown {
			continue
		}
		who := a.b.speakerOf(t, Question(q), o)
		if lines[who] == nil {
			lines[who] = &Line{Mailbox: t.id, Trustee: who, b: a.b, t: t}
		}
		lines[who].Answers[q] = o
	}
	for _, l := range lines {
		out = append(out, l)
	}
	return out
}

// speakerOf is the trustee that gives everybody an answer, 0 where it is unknown.
func (b *Book) speakerOf(t *target, q Question, o Outcome) model.TrusteeID {
	if o.Answer == Unknown {
		return 0
	}
	for _, r := range t.listsOf(q) {
		if r.general.Answer == o.Answer {
			return model.TrusteeOfSID(b.speaker(r.list))
		}
	}
	return model.TrusteeOfSID(b.g.Everybody()) // by a group with a role
}

// speaker is the trustee whose entry gives everybody what the list gives; of a
// group that everybody is in, whoever makes it so.
func (b *Book) speaker(l *list) pool.SID {
	var found pool.SID
	l.ways(l.general, func(m match) {
		if found == 0 {
			found = l.entries[m.entry].who
		}
	})
	if found == 0 && len(l.general) > 0 {
		found = l.entries[l.general[0].entry].who // a deny
	}
	if found != 0 && !b.g.IsUniversal(found) && !b.g.IsBuiltin(found) {
		return b.g.Everybody()
	}
	return found
}

// wideLine is what is drawn together of Domain Users or Domain Computers, or of a
// policy.
type wideLine struct {
	who     model.TrusteeID
	holders []member.Holder
	answers Answers
	said    bool // not everybody gets them
}

// has reports whether a person is surely in the group.
func (w *wideLine) has(p member.Person) bool {
	at, found := slices.BinarySearchFunc(w.holders, p, func(h member.Holder, p member.Person) int { return int(h.Person) - int(p) })
	return found && w.holders[at].Certainty&member.Sure != 0
}

// wideLines are those of the wide groups that some list names. They are worked
// out once.
func (t *target) wideLines() []wideLine {
	if t.wideKnown {
		return t.wide
	}
	t.wideKnown = true
	general := t.general()
	add := func(who model.TrusteeID, holders []member.Holder) {
		if slices.ContainsFunc(t.wide, func(l wideLine) bool { return l.who == who }) {
			return
		}
		l := wideLine{who: who, holders: holders, answers: t.drawn(func(r *ran) Outcome { return r.forWide(who.SID()) }, who)}
		for q, o := range l.answers {
			if o.Preset && o.Answer != None && o.Answer != general[q].Answer {
				l.answers[q] = Outcome{} // see presetLines
			} else if o.Answer != general[q].Answer {
				l.said = true
			}
		}
		t.wide = append(t.wide, l)
	}
	for _, r := range t.lists() {
		for _, w := range r.wide {
			add(model.TrusteeOfSID(w.sid), w.holders)
		}
	}
	for _, w := range t.roleWides() {
		add(w.who, w.holders)
	}
	return t.wide
}

// drawnFor is what is drawn together says of a person: the lines of the wide
// groups that he is in, where there are such, else those of everybody.
func (t *target) drawnFor(p member.Person) (a Answers) {
	found := false
	for i := range t.wideLines() {
		if w := &t.wide[i]; w.said && w.has(p) {
			found = true
			for q := range questions {
				a[q] = a[q].better(w.answers[q])
			}
		}
	}
	if !found {
		return t.general()
	}
	return a
}

// inSeveral lists who is in more than one wide group: what he gets may be told by
// none of their lines.
func (t *target) inSeveral() (out []member.Person) {
	lines := t.wideLines()
	if len(lines) < 2 {
		return nil
	}
	seen := map[member.Person]bool{}
	for _, l := range lines {
		for _, h := range l.holders {
			if seen[h.Person] {
				out = append(out, h.Person)
			}
			seen[h.Person] = true
		}
	}
	return out
}
