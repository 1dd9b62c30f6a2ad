package change

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"mbxperm/model"
	"mbxperm/model/verdict"
)

// mostTold bounds the answers that the effects of a comparison count.
const mostTold = 1_000_000

// Effects say of each change of a comparison what it did to verdicts: which answers
// differ between the two states that rest on it in one of them. An answer that rests
// on several changes is told of each. It may be used by any number of goroutines.
type Effects struct {
	c    *Comparison
	by   map[int32]*turns // by number in Comparison.List
	rest turns            // what rests on nothing that is listed
	all  turns
	cut  bool // there are more
}

// working are the effects once somebody has worked them out.
type working struct {
	mu   sync.Mutex
	done *Effects
	at   atomic.Int64 // recipients that were looked at
}

// Effects works out what the changes did to verdicts, once for a comparison: all that
// differ, and then on which changes each rests. Others who ask meanwhile wait. It stops
// with the context's error. Of a what-if, whose changes are verdicts, it is nil.
func (c *Comparison) Effects(ctx context.Context) (*Effects, error) {
	if c.WhatIf != nil {
		return nil, nil
	}
	c.effects.mu.Lock()
	defer c.effects.mu.Unlock()
	if c.effects.done != nil {
		return c.effects.done, nil
	}
	e := &Effects{c: c, by: map[int32]*turns{}}
	f := newFinder(c)
	n := 0
	err := verdict.Between(ctx, c.Old, c.New, c.other, func(done int) { c.effects.at.Store(int64(done)) }, func(d *verdict.Difference) bool {
		if e.cut = n == mostTold; e.cut {
			return false
		}
		n++
		e.all.count(d)
		found := f.find(d)
		if len(found) == 0 {
			e.rest.count(d)
		}
		for _, at := range found {
			if e.by[at] == nil {
				e.by[at] = &turns{}
			}
			e.by[at].count(d)
		}
		return true
	})
	if err != nil {
		return nil, err
	}
	c.effects.done = e
	return e, nil
}

// Soon says it of change i where that needs no working out.
func (r *List) Soon(i int) (_ model.Phrase, ok bool) {
	switch x := r.at(i); {
	case x.Event == EventUnsure:
		return model.Said("not decidable: " + x.gaps()), true
	case x.isDoor() || x.Kind == Setting || x.Kind == Rule || x.Kind == Protocol:
		return model.Said("no verdict changes" + x.whyNone()), true
	}
	return nil, false
}

// Working says how far the effects of a comparison are, of how many recipients of both
// states; 0 before anybody asks.
func (c *Comparison) Working() (done, of int) {
	return int(c.effects.at.Load()), int(c.Old.Recipients.Len() + c.New.Recipients.Len())
}

// Effect says it of change i: never nothing.
func (r *List) Effect(e *Effects, i int) model.Phrase { return e.phrase(int32(r.list[i])) }

func (e *Effects) phrase(at int32) model.Phrase {
	x := &e.c.List[at]
	t := e.by[at]
	switch {
	case x.Event == EventUnsure:
		return model.Said("not decidable: " + x.gaps())
	case t == nil && x.Kind == Membership && e.strange(x):
		return model.Said("not decidable: who the member is was not read")
	case t == nil && e.cut:
		return model.Said(fmt.Sprintf("not told: the count ended at %d answers that differ", mostTold))
	case t == nil:
		return model.Said("no verdict changes" + x.whyNone())
	}
	out := t.phrase(e.c)
	if e.cut {
		out = model.Join(model.Said("at least: "), out)
	}
	return out
}

// strange reports whether a state that has a membership did not read the member.
func (e *Effects) strange(x *Diff) bool {
	for k, who := range x.who {
		if who != 0 && e.c.State(k).At(who) == 0 {
			return true
		}
	}
	return false
}

// Rest says which answers differ that rest on no change that is listed, as where one
// of the states read less; nil where there are none, or where none were worked out.
func (e *Effects) Rest() model.Phrase {
	if e == nil {
		return nil
	}
	return e.rest.phrase(e.c)
}

// Cut reports whether there are more answers than were counted.
func (e *Effects) Cut() bool { return e.cut }

// gaps says why one of the states, or both, cannot tell.
func (x *Diff) gaps() string {
	old, new := gapTexts[x.why[Before]], gapTexts[x.why[After]]
	switch {
	case old == new:
		return old
	case old == "":
		return "in NEW " + new
	case new == "":
		return "in OLD " + old
	}
	return "in OLD " + old + ", in NEW " + new
}

// whyNone says why a change does nothing to verdicts where that goes by its kind.
func (x *Diff) whyNone() string {
	switch x.Kind {
	case Client, Relay, Setting, Rule, Protocol:
		return ": they do not ask how somebody connects"
	case Account:
		switch x.part {
		case partDisabled, partEnabled:
			return ": they are about rights, which stay where an account cannot log on"
		case partRenamed, partMoved:
			return ": rights go by SID, not by name or place"
		case partNewContainer, partContainerGone:
			return ": what it hands down is told of its entries"
		}
	case Delegate:
		if !x.Grant.SendsFor() {
			return ": it is no way into a mailbox"
		}
	}
	return ""
}

// shift is how an answer differs.
type shift uint8

const (
	more shift = iota
	fewer
	mayMore
	mayFewer
	lessSure
	deniedNow
	deniedNoMore
	shifts
)

// shiftOf says how; an answer is surely allowed, perhaps, or not.
func shiftOf(before, after verdict.Answer) shift {
	level := func(a verdict.Answer) int {
		switch a {
		case verdict.Allowed:
			return 2
		case verdict.Possible, verdict.Unknown:
			return 1
		}
		return 0
	}
	switch x, y := level(before), level(after); {
	case y == 2:
		return more
	case x == 2 && y == 0:
		return fewer
	case x == 0 && y == 1:
		return mayMore
	case x == 1 && y == 0:
		return mayFewer
	case x == 0 && after == verdict.Denied:
		return deniedNow
	case x == 0:
		return deniedNoMore
	}
	return lessSure
}

// verbs are the questions in words, by shift.
var verbs = [...]struct {
	q        verdict.Question
	does, do string
}{
	{verdict.CanOpen, "opens", "open"}, {verdict.CanOpenAdmin, "opens by administrator logon", "open by administrator logon"},
	{verdict.CanSendAs, "sends as", "send as"}, {verdict.CanSendOnBehalf, "sends on behalf of", "send on behalf of"},
}

// turns are the answers that differ, by question and shift.
type turns [len(verbs)][shifts]turned

// turned are those of one kind.
type turned struct {
	mailboxes map[objectAt]bool
	persons   map[model.TrusteeID]int // and a state that has them; 0 is everybody
}

// objectAt is an object of one of the states.
type objectAt struct {
	state int
	id    model.ObjectID
}

func (t *turns) count(d *verdict.Difference) {
	at := objectAt{After, d.Mailbox[After]}
	if at.id == 0 {
		at = objectAt{Before, d.Mailbox[Before]}
	}
	l, has := d.Lines[After], After
	if l == nil {
		l, has = d.Lines[Before], Before
	}
	for i, v := range verbs {
		if v.q != d.Question {
			continue
		}
		of := &t[i][shiftOf(d.Before, d.After)]
		if of.mailboxes == nil {
			of.mailboxes, of.persons = map[objectAt]bool{}, map[model.TrusteeID]int{}
		}
		of.mailboxes[at], of.persons[l.Trustee] = true, has
	}
}

// phrase spells them: "opens 35 more mailboxes for lund".
func (t *turns) phrase(c *Comparison) (out model.Phrase) {
	for i, v := range verbs {
		before := [shifts]string{more: v.does, fewer: v.does, mayMore: "may " + v.do, mayFewer: "may " + v.do, lessSure: "is less sure to " + v.do,
			deniedNow: "is denied, where nothing was said, to " + v.do, deniedNoMore: "is not denied any more, and not allowed, to " + v.do}
		change := [shifts]string{more: "more ", fewer: "fewer ", mayMore: "more ", mayFewer: "fewer "}
		for k := range shifts {
			of := &t[i][k]
			if len(of.mailboxes) == 0 {
				continue
			}
			if out != nil {
				out = append(out, model.Part{Is: model.PartWord, Text: "; "})
			}
			out = append(out, model.Part{Is: model.PartWord, Text: before[k] + " "})
			out = append(out, of.boxes(c, change[k], v.q)...)
			out = append(out, of.whom(c)...)
		}
	}
	return out
}

// boxes spells how many there are, and which it is where it is one.
func (t *turned) boxes(c *Comparison, change string, q verdict.Question) model.Phrase {
	words := [2]string{"mailbox", "mailboxes"}
	if q == verdict.CanSendAs || q == verdict.CanSendOnBehalf {
		words = [2]string{"recipient", "recipients"}
	}
	if len(t.mailboxes) == 1 {
		for at := range t.mailboxes {
			s := c.State(at.state)
			return model.Phrase{{Is: model.PartWord, Text: "1 " + change + words[0] + ", "}, {Is: model.PartName, Text: s.ObjectName(s.Record(at.id))}, {Is: model.PartWord, Text: ","}}
		}
	}
	return model.Said(fmt.Sprintf("%d %s%s", len(t.mailboxes), change, words[1]))
}

func (t *turned) whom(c *Comparison) model.Phrase {
	if _, all := t.persons[0]; all {
		return model.Said(" for everybody")
	}
	if len(t.persons) == 1 {
		for id, state := range t.persons {
			return model.Phrase{{Is: model.PartWord, Text: " for "}, {Is: model.PartName, Text: c.State(state).Principal(id).Name}}
		}
	}
	return model.Said(fmt.Sprintf(" for %d persons", len(t.persons)))
}

// sorted are the numbers of changes, each once.
func sorted(found []int32) []int32 {
	slices.Sort(found)
	return slices.Compact(found)
}
