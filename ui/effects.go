package ui

import (
	"context"

	"mbxperm/model/change"
	"mbxperm/ui/term"
	"mbxperm/ui/widget"
)

// effects are what the changes that the cursor was on did to verdicts. Each is worked
// out beside the screen when the cursor comes to it: for all of a large comparison that
// takes too long.
type effects struct {
	ask   func(of *change.List, row int)
	of    *change.Comparison
	known map[uint64]string // by change.List.Key
	stop  context.CancelFunc
}

// line says it of a change; where it is not known yet it is asked for.
func (e *effects) line(r *change.List, row int) []widget.Line {
	if e.of != r.Comparison {
		e.of, e.known = r.Comparison, map[uint64]string{}
	}
	if !r.HasEffect(row) {
		return nil
	}
	text, ok := e.known[r.Key(row)]
	if !ok {
		text = "working…"
		e.ask(r, row)
	}
	var f sheetLines
	f.add("Effect", orNothing(text))
	return f
}

// askEffect works out what a change did to verdicts.
func (a *app) askEffect(v *changes, of *change.List, row int) {
	if v.effects.stop != nil {
		v.effects.stop()
	}
	ctx, stop := context.WithCancel(a.ctx)
	v.effects.stop = stop
	a.pending.waiting++
	go func() {
		defer term.Guard(a.screen)
		effect, err := of.Effect(ctx, row)
		a.update(func() bool {
			a.pending.waiting--
			if err != nil || v.effects.of != of.Comparison {
				return false
			}
			v.effects.known[of.Key(row)] = effect.String()
			if at, ok := v.selected(); ok && v.result.Key(at) == of.Key(row) {
				v.moved()
			}
			return true
		})
	}()
}
