package ui

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gdamore/tcell/v2"

	"mbxperm/model"
)

// columnChoice is what the user wants of one column of a grid. The order of
// the choices is that of the columns.
type columnChoice struct {
	Title string `json:"title"`
	Show  string `json:"show,omitempty"`  // showAlways, showNever; else where there is room
	Width int    `json:"width,omitempty"` // in cells; 0 for what the texts need
}

const (
	showAlways  = "always"
	showNever   = "never"
	widestFixed = 200
)

// choice returns what is wanted of a column; the zero value where nothing is.
func (g *grid) choice(at int) columnChoice {
	for _, c := range g.choices {
		if c.Title == g.columns[at].title {
			c.Width = max(min(c.Width, widestFixed), 0)
			if c.Width > 0 {
				c.Width = max(c.Width, minColumn)
			}
			return c
		}
	}
	return columnChoice{Title: g.columns[at].title}
}

// ordered returns all columns in the order that was chosen; those of which
// nothing is said stand at the end.
func (g *grid) ordered() (order []int) {
	for _, c := range g.choices {
		at := slices.IndexFunc(g.columns, func(x column) bool { return x.title == c.Title })
		if at >= 0 && !slices.Contains(order, at) {
			order = append(order, at)
		}
	}
	for at := range g.columns {
		if !slices.Contains(order, at) {
			order = append(order, at)
		}
	}
	return order
}

// wantedColumns are those that are to be shown if there is room; one at least.
func (g *grid) wantedColumns() []int {
	order := g.ordered()
	shown := slices.DeleteFunc(slices.Clone(order), func(at int) bool { return g.choice(at).Show == showNever })
	if len(shown) == 0 && len(order) > 0 {
		return order[:1]
	}
	return shown
}

// mayGo reports whether a column is left out where there is no room.
func (g *grid) mayGo(at int) bool { return g.columns[at].extra && g.choice(at).Show != showAlways }

// remember takes the choices for an object type, as they are remembered.
func (g *grid) remember(t *model.ObjectType) {
	if g.recall != nil {
		g.choices = g.recall(t)
	}
}

// rearrange takes other choices.
func (g *grid) rearrange(choices []columnChoice) {
	g.choices = choices
	g.fit.inner = -1
	clear(g.cells)
}

// settings are those of the user, or ones that last as long as the program runs.
func (a *app) settings() *Settings {
	if a.options.Settings == nil {
		a.options.Settings = &Settings{}
	}
	return a.options.Settings
}

// changesGrid names the grid of changes in the settings.
const changesGrid = "changes"

// gridName names a grid in the settings.
func gridName(t *model.ObjectType, p pane) string {
	if p == leftPane {
		return t.Flag + " totals"
	}
	return t.Flag + " aces"
}

// columnsOf returns what was chosen for a grid.
func (a *app) columnsOf(t *model.ObjectType, p pane) []columnChoice {
	return a.settings().Columns[gridName(t, p)]
}

// startColumns lists the columns of the grid in use, to choose among them.
func (a *app) startColumns() {
	g, _ := a.grid()
	name := changesGrid
	if res := a.shown(g); res != nil {
		name = gridName(res.Query.Type, a.here.focus)
	} else if a.changes() == nil {
		a.foot.say("the columns of this grid are as they are")
		return
	}
	m := newMenu(a.theme, "Columns", nil, nil)
	m.keys = scopeColumns
	m.closed = func() {
		if err := a.settings().save(); err != nil {
			a.foot.say(err.Error())
		}
	}
	list := func() []columnChoice {
		var choices []columnChoice
		for _, at := range g.ordered() {
			choices = append(choices, g.choice(at))
		}
		return choices
	}
	take := func(choices []columnChoice) {
		a.settings().keepColumns(name, choices)
		g.rearrange(choices)
		m.set(g.columnItems())
	}
	m.also = func(ev *tcell.EventKey) {
		if choices, at := g.changeColumn(list(), m.at, ev); choices != nil {
			m.at = at
			take(choices)
		} else if ev.Rune() == '0' {
			take(nil)
		}
	}
	m.set(g.columnItems())
	a.root.push(m)
}

// columnItems are the columns as a menu has them.
func (g *grid) columnItems() (items []menuItem) {
	for _, at := range g.ordered() {
		c := g.choice(at)
		mark := "[x] "
		switch {
		case c.Show == showNever:
			mark = "[ ] "
		case g.mayGo(at):
			mark = "[~] "
		}
		text := "as wide as its texts"
		if c.Width > 0 {
			text = fmt.Sprintf("%d cells wide", c.Width)
		}
		if mark == "[~] " {
			text += ", where there is room"
		}
		items = append(items, menuItem{mark + c.Title, text})
	}
	return items
}

// changeColumn changes the choice of one column as a key says, and returns
// where it then stands; nil if the key says nothing.
func (g *grid) changeColumn(choices []columnChoice, i int, ev *tcell.EventKey) ([]columnChoice, int) {
	if i >= len(choices) {
		return nil, 0
	}
	c := &choices[i]
	at := slices.IndexFunc(g.columns, func(x column) bool { return x.title == c.Title })
	step := 0
	switch {
	case ev.Key() == tcell.KeyLeft:
		c.Width = g.widthNow(at, c.Width) - 1
	case ev.Key() == tcell.KeyRight:
		c.Width = g.widthNow(at, c.Width) + 1
	case ev.Key() != tcell.KeyRune:
		return nil, 0
	case ev.Rune() == ' ':
		c.Show = nextShow(c.Show, g.columns[at].extra)
	case ev.Rune() == '<':
		step = -1
	case ev.Rune() == '>':
		step = 1
	default:
		return nil, 0
	}
	if to := i + step; step != 0 && to >= 0 && to < len(choices) {
		choices[i], choices[to] = choices[to], choices[i]
		i = to
	}
	return choices, i
}

// nextShow goes through the ways to show a column: where there is room is one
// for the columns that may be left out.
func nextShow(show string, extra bool) string {
	switch {
	case show == showNever:
		return ""
	case show == "" && extra:
		return showAlways
	}
	return showNever
}

// widthNow is the width to start from.
func (g *grid) widthNow(at, fixed int) int {
	if fixed > 0 {
		return max(fixed, minColumn+1)
	}
	if i := slices.Index(g.fit.columns, at); i >= 0 && i < len(g.fit.columns)-1 {
		return g.fit.widths[i] // the last one has the room that is left over
	}
	return max(g.wanted[at].rows, g.wanted[at].title)
}

// keepColumns remembers what was chosen for a grid; nothing for nil.
func (s *Settings) keepColumns(name string, choices []columnChoice) {
	if s.Columns == nil {
		s.Columns = map[string][]columnChoice{}
	}
	if s.Columns[name] = choices; choices == nil {
		delete(s.Columns, name)
	}
}

// Order.

// keepSort remembers the order of a grid, by the title of its column.
func (a *app) keepSort(p pane) {
	s, t := a.settings(), a.here.typ
	if s.Sort == nil {
		s.Sort = map[string]string{}
	}
	name, n := gridName(t, p), a.here.sides[p].sort
	titles := sortTitles(t, p)
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
func (a *app) keptSort(t *model.ObjectType, p pane) int {
	title, down := strings.CutPrefix(a.settings().Sort[gridName(t, p)], "-")
	at := slices.Index(sortTitles(t, p), title) + 1
	if down {
		at = -at
	}
	return at
}

func sortTitles(t *model.ObjectType, p pane) (titles []string) {
	if p == rightPane {
		for _, c := range t.Details {
			titles = append(titles, c.Title)
		}
		return titles
	}
	for _, c := range t.Totals {
		titles = append(titles, c.Title)
	}
	return titles
}

// newPlace is the beginning of an object type, in the order that it had last.
func (a *app) newPlace(t *model.ObjectType) place {
	p := place{typ: t}
	for _, pane := range []pane{leftPane, rightPane} {
		p.sides[pane].sort = a.keptSort(t, pane)
	}
	return p
}
