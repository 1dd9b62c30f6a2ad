package change

import (
	"context"
	"fmt"

	"mbxperm/model"
	"mbxperm/model/verdict"
	"mbxperm/model/whatif"
)

// mostTurns bounds the lines of a what-if that are kept.
const mostTurns = 100_000

// Asked is what a what-if asks, where a Comparison is the answer to one.
type Asked struct {
	Wishes []whatif.Wish
	// Notes say what is done otherwise than it was written.
	Notes []model.Phrase
	turns []*whatif.Line
	cut   bool // there are more lines than these
}

// WhatIf compares a snapshot with what it would be by some wishes: a change for each
// verdict that would be another, of the kind [KindVerdict]. Nothing is written. Errors
// are of usage, or the context's.
func WhatIf(ctx context.Context, s *model.Snapshot, wishes []whatif.Wish) (*Comparison, error) {
	out, notes, err := whatif.Changes(s, wishes)
	if err != nil {
		return nil, err
	}
	after, err := s.With(out)
	if err != nil {
		return nil, err
	}
	c := &Comparison{Old: s, New: after, WhatIf: &Asked{Wishes: wishes, Notes: notes}}
	asked := c.WhatIf
	err = whatif.Lines(ctx, after, func(l *whatif.Line) bool {
		if asked.cut = len(asked.turns) == mostTurns; asked.cut {
			return false
		}
		asked.turns = append(asked.turns, l)
		c.List = append(c.List, Diff{Obj: pair{l.MailboxID, l.MailboxID}, Kind: Verdict, Event: eventOf(l.Turn), fact: int32(len(asked.turns))})
		return true
	})
	if err != nil {
		return nil, err
	}
	return c, nil
}

// eventOf says as what a turn is counted.
func eventOf(t verdict.Turn) event {
	switch t {
	case verdict.Gains:
		return EventAdded
	case verdict.Loses:
		return EventRemoved
	case verdict.Unsure:
		return EventUnsure
	}
	return eventChanged
}

// banners are what is to be known of a what-if.
func (a *Asked) banners() (out []model.Phrase) {
	out = append(out, a.Notes...)
	if a.cut {
		out = append(out, model.Said(fmt.Sprintf("there are more than these %d lines: mbxperm report whatif writes all", mostTurns)))
	}
	return out
}

// Turn returns the line of a what-if that change i is; nil of another comparison.
func (r *List) Turn(i int) *whatif.Line { return r.Comparison.turn(r.at(i)) }

func (c *Comparison) turn(x *Diff) *whatif.Line {
	if x.Kind != Verdict {
		return nil
	}
	return c.WhatIf.turns[x.fact-1]
}

// turnChange makes the change of a line of a what-if.
func (c *Comparison) turnChange(x *Diff) Change {
	l := c.turn(x)
	said := func(a verdict.Answer, way model.Phrase) model.Phrase {
		if way == nil {
			return model.Said(a.String())
		}
		return model.Join(model.Said(a.String()+": "), way)
	}
	return Change{Change: l.Change, Kind: KindVerdict, ObjectType: l.ObjectType, Target: l.Target, TargetGUID: l.TargetGUID, TargetType: l.TargetType,
		Trustee: l.Trustee, Right: l.Right, Status: l.Status(), Old: said(l.Before, l.Old), New: said(l.After, l.New)}
}
