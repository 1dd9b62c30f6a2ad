package ui

import (
	"fmt"

	"mbxperm/model/change"
	"mbxperm/ui/term"
	"mbxperm/ui/widget"
)

// effects are what the changes of a comparison did to verdicts: worked out once for
// all of them, beside the screen.
type effects struct {
	of   *change.Comparison
	done *change.Effects // nil while they are worked out
	told string          // how far they are, as the line says it
}

// line says it of a change: at once where that needs no working out, else how far that is.
func (e *effects) line(r *change.List, row int) []widget.Line {
	if r.Comparison.WhatIf != nil {
		return nil
	}
	text := e.working()
	if at, ok := r.Soon(row); ok {
		text = at.String()
	} else if e.done != nil && e.of == r.Comparison {
		text = r.Effect(e.done, row).String()
	}
	var f sheetLines
	f.add("Effect", text)
	return f
}

// working says how far they are.
func (e *effects) working() string {
	if e.of == nil {
		return working
	}
	done, of := e.of.Working()
	return fmt.Sprintf("%s %d %% of the mailboxes and other recipients of both readings", working, done*100/max(of, 1))
}

// tellEffects says how far the effects are that the view of changes waits for; it
// reports whether that is more than it said before.
func (a *app) tellEffects() bool {
	v := a.changes()
	if v == nil || v.effects.of == nil || v.effects.done != nil || v.effects.of != v.of {
		return false
	}
	text := v.effects.working()
	if text == v.effects.told {
		return false
	}
	v.effects.told = text
	v.moved()
	return true
}

// askEffects works out what the changes of the comparison in view did to verdicts. It
// goes on when the view is closed: who comes back to it finds it done.
func (a *app) askEffects(v *changes) {
	of := v.of
	if of.WhatIf != nil || v.effects.of == of {
		return
	}
	v.effects = effects{of: of}
	a.pending.waiting++
	go func() {
		defer term.Guard(a.screen)
		done, err := of.Effects(a.ctx)
		a.update(func() bool {
			a.pending.waiting--
			if err != nil || v.effects.of != of {
				return false
			}
			v.effects.done = done
			v.moved()
			return true
		})
	}()
}
