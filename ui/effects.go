package ui

import (
	"mbxperm/model/change"
	"mbxperm/ui/term"
	"mbxperm/ui/widget"
)

// effects are what the changes of a comparison did to verdicts: worked out once for
// all of them, beside the screen.
type effects struct {
	of   *change.Comparison
	done *change.Effects // nil while they are worked out
}

// line says it of a change.
func (e *effects) line(r *change.List, row int) []widget.Line {
	if r.Comparison.WhatIf != nil {
		return nil
	}
	text := "working…"
	if e.done != nil && e.of == r.Comparison {
		text = r.Effect(e.done, row).String()
	}
	var f sheetLines
	f.add("Effect", text)
	return f
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
