package ui

import (
	"context"
	"strings"
	"time"

	"mbxperm/model"
	"mbxperm/model/change"
	"mbxperm/model/grant"
	"mbxperm/model/hiding"
	"mbxperm/model/view"
	"mbxperm/ui/report"
	"mbxperm/ui/safe"
	"mbxperm/ui/term"
	"mbxperm/ui/widget"
)

// compare works out what changed since the reading before, or since --since,
// away from the screen's goroutine.
func (a *app) compare() {
	n := a.reading
	old := n.since
	if old == nil {
		old = n.before
	}
	if old == nil || failed(old) || failed(n.base) || n.compared != nil && n.compared.Old == old && sameReading(n.compared.New, n.base) {
		return
	}
	n.stopComparing()
	ctx, stop := context.WithCancel(a.ctx)
	n.stopComparing, n.comparing = stop, true
	base := n.base
	go func() {
		defer term.Guard(a.screen)
		c, err := change.Compare(ctx, old, base, n.force)
		var all *change.List
		if err == nil {
			all, err = c.View(ctx, change.Query{Show: hiding.All})
		}
		a.update(func() bool {
			if ctx.Err() != nil {
				return false
			}
			n.comparing = false
			if err != nil {
				n.compared = nil
				if n.since != nil { // else another forest was opened, and nobody asked to compare
					a.foot.say(err.Error() + " (--force compares anyway)")
				}
				return true
			}
			n.compared, n.counts = c, all.Counts
			a.compareAnew()
			if total := all.Counts.Total(); total == 0 {
				a.foot.add("nothing changed since " + n.sinceName())
			} else {
				a.foot.add(countChanges(total) + " since " + n.sinceName() + ": D shows what")
			}
			return true
		})
	}()
}

// compareAnew brings an open view of changes up to date.
func (a *app) compareAnew() {
	if v := a.root.changes(); v != nil && v.of.WhatIf == nil {
		v.compare(a.reading.compared, a.reading.sinceName())
		a.askChanges(v)
	}
}

// sameReading reports whether two snapshots are of one reading.
func sameReading(s, t *model.Snapshot) bool {
	return s.State.Started.Equal(t.State.Started) && s.State.Source == t.State.Source
}

// sinceName names what is compared with.
func (n *reading) sinceName() string {
	if n.since != nil {
		return n.since.State.Source
	}
	if n.before != nil {
		return n.before.State.Ended.Local().Format(time.TimeOnly)
	}
	return ""
}

func countChanges(n int) string {
	if n == 1 {
		return "1 change"
	}
	return safe.Thousands(n) + " changes"
}

// changesText says on the status line how much changed.
func (n *reading) changesText() string {
	switch {
	case n.comparing:
		return "comparing"
	case n.compared == nil:
		return ""
	case n.counts.Total() == 0:
		return "nothing changed"
	}
	text := countChanges(n.counts.Total()) + ": D"
	return strings.TrimSpace(text)
}

// changeCard shows all about a change on a page: its cards, and its entry and
// descriptor before and after; from the sheet at on, -1 for the first raw one.
func (a *app) changeCard(v *changes, at int) {
	row, _ := v.selected()
	res := v.result
	a.inBackground("making the card", func(*awaited) func() {
		sheets, raw := changeSheets(res, row)
		if at < 0 {
			at = raw
		}
		if at >= len(sheets) {
			return func() { a.foot.say("this change is about no ACE: x shows what is known") }
		}
		return func() { a.root.push(widget.NewPage(a.theme, at, sheets...)) }
	})
}

// changeSheets is all about a change, and the number of the first raw sheet.
func changeSheets(res *change.List, i int) (sheets []widget.Sheet, raw int) {
	c := res.Change(i)
	lines := changeLines(&c)
	target := res.TargetCard(i)
	sheets = []widget.Sheet{{Title: "Change", Text: widget.Still(lines...)}, {Title: "Target", Text: widget.Still(cardLines(&target)...)}}
	if trustee, ok := res.TrusteeCard(i); ok {
		sheets = append(sheets, widget.Sheet{Title: "Trustee", Text: widget.Still(cardLines(&trustee)...)})
	}
	for _, x := range res.Assignments(i) {
		sheets = append(sheets, widget.Sheet{Title: "Assignment " + x.State, Text: widget.Still(factLines(view.AssignmentFacts(x.Snapshot, &x.Row))...)})
	}
	raw = len(sheets)
	for _, state := range []struct {
		name string
		s    *model.Snapshot
	}{{"new", res.Comparison.New}, {"old", res.Comparison.Old}} {
		ref, ok := res.Row(i, state.s)
		if !ok {
			continue
		}
		acl, ok := view.RawOf(state.s, ref)
		if !ok {
			continue
		}
		r := grant.RowOf(state.s, ref)
		sheets = append(sheets, widget.Sheet{Title: "ACE " + state.name, Text: widget.Still(aceLines(state.s, &r, &acl)...)},
			descriptorSheet(state.s, "Descriptor "+state.name, &acl))
	}
	return sheets, raw
}

// changeCommands shows the view as a command, and what shows or revokes the entry
// that the cursor is on, as it is now.
func (a *app) changeCommands(v *changes) {
	if v.of.WhatIf != nil {
		a.whatIfCommands(v.of)
		return
	}
	res := v.result
	row, ok := v.selected()
	var f sheetLines
	f.head("These changes, for sh")
	if old := a.options.SinceSource; old != "" {
		f.command("Print", "mbxperm "+report.ShLine(report.CompareCommand([]string{old}, a.source(), res.Query)...))
	} else {
		f.add("", "The reading before is in this program alone: R records, and --since FILE compares with a recording.")
	}
	if s := res.Comparison.New; ok {
		if ref, there := res.Row(row, s); there {
			shellLines(&f, s, ref)
		}
	}
	a.root.push(widget.NewPage(a.theme, 0, widget.Sheet{Title: "As a command", Text: widget.Still(f...)}))
}
