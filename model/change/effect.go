package change

import (
	"context"
	"fmt"

	"mbxperm/model"
	"mbxperm/model/verdict"
	"mbxperm/model/whatif"
)

// MostEffects bounds the changes whose effects a report works out unasked: each takes
// about as long as a what-if of one membership or entry.
const MostEffects = 500

// mostTurns bounds the answers that are counted for one change.
const mostTurns = 100_000

// HasEffect reports whether a change is one of which it can be told by itself what it
// did to verdicts: of an entry, a delegate or a membership.
func (x *Diff) HasEffect() bool {
	return x.Event != EventUnsure && (x.Kind == ACE || x.Kind == Membership || x.Kind == Delegate && x.Grant.SendsFor())
}

// HasEffect reports the same of change i.
func (r *List) HasEffect(i int) bool { return r.at(i).HasEffect() }

// Effects counts the changes listed that have one.
func (r *List) Effects() (n int) {
	for i := range r.list {
		if r.at(i).HasEffect() {
			n++
		}
	}
	return n
}

// Effect says what change i did to verdicts: what would be otherwise in the state that
// has it if it alone were left out there, as [whatif.Lines] finds it. What was in both,
// with another mask or flags, is said of both. It is nil for a change of which that
// cannot be told, and stops with the context's error.
func (r *List) Effect(ctx context.Context, i int) (model.Phrase, error) {
	return r.Comparison.Effect(ctx, r.at(i))
}

// Effect is the same for a change of the comparison.
func (c *Comparison) Effect(ctx context.Context, x *Diff) (model.Phrase, error) {
	if !x.HasEffect() {
		return nil, nil
	}
	var said [2]model.Phrase
	for k := range said {
		s := c.State(k)
		out, ok, err := c.leaveOut(x, k)
		if err != nil || !ok {
			continue // no value of its own is behind it: a primary group, an entry whose source was not read
		}
		after, err := s.With(out)
		if err != nil {
			continue
		}
		n := newTurns(s)
		err = whatif.Lines(ctx, after, func(l *whatif.Line) bool {
			n.count(l)
			return n.lines < mostTurns
		})
		if err != nil {
			return nil, err
		}
		if said[k] = n.phrase(k, x.inBoth()); said[k] == nil {
			said[k] = model.Said("no verdict")
		}
	}
	switch {
	case said[Before] == nil:
		return said[After], nil
	case said[After] == nil:
		return said[Before], nil
	}
	return model.Join(model.Said("before: "), said[Before], model.Said("; now: "), said[After]), nil
}

// inBoth reports whether what changed is in both states.
func (x *Diff) inBoth() bool {
	return x.Ref[Before].Obj != 0 && x.Ref[After].Obj != 0 || x.who[Before] != 0 && x.who[After] != 0
}

// leaveOut is the change that leaves out what a state has of x; ok is false where it
// has nothing.
func (c *Comparison) leaveOut(x *Diff, k int) (out model.Change, ok bool, err error) {
	s := c.State(k)
	switch {
	case x.Kind == Membership && x.who[k] != 0 && x.Obj[k] != 0:
		return model.Change{Members: []model.MemberChange{{Group: x.Obj[k], Member: x.who[k]}}}, true, nil
	case x.Kind != Membership && x.Ref[k].Obj != 0:
		out, _, err = whatif.Without(s, x.Ref[k])
		return out, err == nil, err
	}
	return out, false, nil
}

// turns are the answers that somebody has because of what was left out, or that it
// keeps from him, by question.
type turns struct {
	s     *model.Snapshot
	by    [len(verbs)]turned
	lines int
}

// turned are those of one question.
type turned struct {
	mailboxes [2]map[model.ObjectID]bool
	persons   [2]map[model.TrusteeID]bool
}

const (
	gives = iota
	keeps // a deny that keeps somebody out
)

// verbs are the questions in words.
var verbs = [...]struct {
	q    verdict.Question
	text string
}{{verdict.CanOpen, "opens"}, {verdict.CanOpenAdmin, "opens by administrator logon"}, {verdict.CanSendAs, "sends as"}, {verdict.CanSendOnBehalf, "sends on behalf of"}}

func newTurns(s *model.Snapshot) *turns {
	n := &turns{s: s}
	for i := range n.by {
		for k := range 2 {
			n.by[i].mailboxes[k], n.by[i].persons[k] = map[model.ObjectID]bool{}, map[model.TrusteeID]bool{}
		}
	}
	return n
}

func (n *turns) count(l *whatif.Line) {
	k := gives
	switch l.Turn {
	case verdict.Loses:
	case verdict.Gains:
		k = keeps
	default:
		return
	}
	n.lines++
	for i, v := range verbs {
		if v.q == l.Question {
			n.by[i].mailboxes[k][l.MailboxID] = true
			n.by[i].persons[k][l.TrusteeID] = true
		}
	}
}

// phrase spells them, of the state that has what was left out: "opens 35 more
// mailboxes for lund" where it came, and fewer where it went.
func (n *turns) phrase(state int, both bool) (out model.Phrase) {
	for i, v := range verbs {
		for k := range 2 {
			boxes, persons := n.by[i].mailboxes[k], n.by[i].persons[k]
			if len(boxes) == 0 {
				continue
			}
			if out != nil {
				out = append(out, model.Part{Is: model.PartWord, Text: "; "})
			}
			change := "more "
			switch {
			case both && k == gives:
				change = ""
			case both:
				change = "not "
			case (k == gives) != (state == After):
				change = "fewer "
			}
			out = append(out, model.Part{Is: model.PartWord, Text: v.text + " "})
			out = append(out, n.boxes(boxes, change, v.q)...)
			out = append(out, n.whom(persons)...)
		}
	}
	if n.lines >= mostTurns {
		out = append(out, model.Part{Is: model.PartWord, Text: fmt.Sprintf(" and more: %d answers were counted", mostTurns)})
	}
	return out
}

// boxes spells how many there are, and which it is where it is one.
func (n *turns) boxes(boxes map[model.ObjectID]bool, change string, q verdict.Question) model.Phrase {
	words := [2]string{"mailbox", "mailboxes"}
	if q == verdict.CanSendAs || q == verdict.CanSendOnBehalf {
		words = [2]string{"recipient", "recipients"}
	}
	if len(boxes) == 1 {
		for id := range boxes {
			return model.Phrase{{Is: model.PartWord, Text: "1 " + change + words[0] + ", "}, {Is: model.PartName, Text: n.s.ObjectName(n.s.Record(id))}, {Is: model.PartWord, Text: ","}}
		}
	}
	return model.Said(fmt.Sprintf("%d %s%s", len(boxes), change, words[1]))
}

func (n *turns) whom(persons map[model.TrusteeID]bool) model.Phrase {
	if persons[0] {
		return model.Said(" for everybody")
	}
	if len(persons) == 1 {
		for id := range persons {
			return model.Phrase{{Is: model.PartWord, Text: " for "}, {Is: model.PartName, Text: n.s.Principal(id).Name}}
		}
	}
	return model.Said(fmt.Sprintf(" for %d persons", len(persons)))
}
