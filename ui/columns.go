package ui

import (
	"slices"
	"strings"

	"github.com/gdamore/tcell/v2"

	"mbxperm/model/view"
	"mbxperm/ui/keys"
	"mbxperm/ui/settings"
	"mbxperm/ui/widget"
)

// settings are those of the user, or ones that last as long as the program runs.
func (a *app) settings() *settings.Settings {
	if a.options.Settings == nil {
		a.options.Settings = &settings.Settings{}
	}
	return a.options.Settings
}

// changesGrid names the grid of changes in the settings.
const changesGrid = "changes"

// gridName names a grid in the settings. The right one has other columns where
// its rows are verdicts.
func gridName(t *view.ObjectType, p pane, verdicts bool) string {
	switch {
	case p == leftPane:
		return t.Flag + " totals"
	case verdicts:
		return t.Flag + " verdicts"
	}
	return t.Flag + " aces"
}

// columnsOf returns what was chosen for a grid.
func (a *app) columnsOf(t *view.ObjectType, p pane, verdicts bool) []widget.ColumnChoice {
	return a.settings().Columns[gridName(t, p, verdicts)]
}

func (a *app) whyNoColumns() string {
	if g, _ := a.grid(); a.shown(g) == nil && a.changes() == nil {
		return "the columns of this grid are as they are"
	}
	return ""
}

// startColumns lists the columns of the grid in use, to choose among them.
func (a *app) startColumns() {
	g, _ := a.grid()
	name := changesGrid
	if res := a.shown(g); res != nil {
		name = gridName(res.Query.Type, a.here.focus, res.Query.Verdicts())
	}
	m := widget.NewMenu(a.theme, "Columns", nil, nil)
	m.Keys = keys.ScopeColumns
	m.Closed = func() {
		if err := a.settings().Save(); err != nil {
			a.foot.say(err.Error())
		}
	}
	list := func() []widget.ColumnChoice {
		var choices []widget.ColumnChoice
		for _, at := range g.Ordered() {
			choices = append(choices, g.Choice(at))
		}
		return choices
	}
	take := func(choices []widget.ColumnChoice) {
		a.settings().KeepColumns(name, choices)
		g.Rearrange(choices)
		m.Set(g.ColumnItems())
	}
	m.Also = func(ev *tcell.EventKey) {
		if choices, at := g.ChangeColumn(list(), m.At, ev); choices != nil {
			m.At = at
			take(choices)
		} else if ev.Rune() == '0' {
			take(nil)
		}
	}
	m.Set(g.ColumnItems())
	a.root.push(m)
}

// Order.

// keepSort remembers the order of a grid, by the title of its column.
func (a *app) keepSort(p pane) {
	s, t := a.settings(), a.here.typ
	if s.Sort == nil {
		s.Sort = map[string]string{}
	}
	verdicts := a.here.acesType().Verdicts()
	name, n := gridName(t, p, verdicts), a.here.sides[p].sort
	titles := sortTitles(t, p, verdicts)
	switch at := max(n, -n); {
	case at == 0 || at > len(titles):
		delete(s.Sort, name)
	case n < 0:
		s.Sort[name] = "-" + titles[at-1]
	default:
		s.Sort[name] = titles[at-1]
	}
}

// keptSort returns the order that a grid had last.
func (a *app) keptSort(t *view.ObjectType, p pane, verdicts bool) int {
	title, down := strings.CutPrefix(a.settings().Sort[gridName(t, p, verdicts)], "-")
	at := slices.Index(sortTitles(t, p, verdicts), title) + 1
	if down {
		at = -at
	}
	return at
}

func sortTitles(t *view.ObjectType, p pane, verdicts bool) (titles []string) {
	if p == rightPane {
		for _, c := range t.RowColumns(verdicts) {
			titles = append(titles, c.Title)
		}
		return titles
	}
	for _, c := range t.Totals {
		titles = append(titles, c.Title)
	}
	return titles
}

// newLocation is the beginning of an object type, in the order that it had last.
func (a *app) newLocation(t *view.ObjectType) location {
	p := location{typ: t}
	for _, pane := range []pane{leftPane, rightPane} {
		p.sides[pane].sort = a.keptSort(t, pane, false)
	}
	return p
}
